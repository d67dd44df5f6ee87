//! Three instances behind HAProxy, with the configuration that operators are given; one is killed while phones ask.

use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, RwLock};

use super::three;
use crate::support::scanning::{Load, open};
use crate::support::server::{Phone, until};
use crate::support::serving::Process;
use crate::support::written::Written;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating/haproxy.cfg");
const PHONES: (u64, u64) = (8, 3);

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}

/// HAProxy before these instances.
struct Proxy {
    child: Child,
    address: SocketAddr,
    state: SocketAddr,
}

impl Proxy {
    fn start(folder: &Path, instances: &[Process; 3]) -> Self {
        let (address, state) = (free_address(), free_address());
        let mut text = fs::read_to_string(EXAMPLE).unwrap();
        let mut replace = |example: &str, real: &str| {
            assert!(text.contains(example), "{example}");
            text = text.replace(example, real);
        };
        replace("127.0.0.1:8000", &address.to_string());
        replace("127.0.0.1:8404", &state.to_string());
        // Not everybody who runs tests may open that many files.
        replace("maxconn 8000", "maxconn 200");
        for (example, instance) in ["10.0.0.11:8080", "10.0.0.12:8080", "10.0.0.13:8080"]
            .iter()
            .zip(instances)
        {
            replace(example, &instance.address.to_string());
        }
        let file = folder.join("haproxy.cfg");
        fs::write(&file, text).unwrap();
        // Debian keeps it outside the PATH of people.
        let debian = Path::new("/usr/sbin/haproxy");
        let program = if debian.exists() {
            debian
        } else {
            Path::new("haproxy")
        };
        let child = Command::new(program)
            .arg("-f")
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("haproxy is missing: run ./scripts/test, which installs it");
        Self {
            child,
            address,
            state,
        }
    }

    /// Each instance: whether it is in, and how many questions it was given.
    async fn instances(&self) -> BTreeMap<String, (String, u64)> {
        let table = Phone::new(self.state).open("/;csv").await;
        let lines = table.text().trim_start_matches("# ");
        let mut rows = csv::Reader::from_reader(lines.as_bytes());
        let rows = rows
            .deserialize::<BTreeMap<String, String>>()
            .map(Result::unwrap);
        rows.filter(|row| row["pxname"] == "instances" && row["svname"] != "BACKEND")
            .map(|row| {
                let given = row["stot"].parse().unwrap();
                (row["svname"].clone(), (row["status"].clone(), given))
            })
            .collect()
    }

    async fn is_up(&self, name: &str) -> bool {
        self.instances().await[name].0 == "UP"
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_haproxy_an_instance_may_be_killed_and_come_back() {
    let (place, marks, processes) = three().await;
    let proxy = Proxy::start(place.folder.path(), &processes);
    until("the proxy listens", async || {
        std::net::TcpStream::connect(proxy.state).is_ok()
    })
    .await;
    for name in ["a", "b", "c"] {
        until("all are in", async || proxy.is_up(name).await).await;
    }
    let [a, b, c] = processes;
    let load = Load::start(&marks, &Arc::new(RwLock::new(vec![proxy.address])), PHONES);
    load.more_answers(100);
    let address = b.address;
    b.kill();
    load.more_answers(100);
    until("the killed one is out", async || !proxy.is_up("b").await).await;
    load.more_answers(100);
    let b = Process::serve_at(&place, address);
    until("it is in again", async || proxy.is_up("b").await).await;
    let before = proxy.instances().await["b"].1;
    until("it is asked again", async || {
        proxy.instances().await["b"].1 > before
    })
    .await;
    load.more_answers(100);
    let (told, _) = load.stop();
    let store = open(&place).await;
    let mut written = Written::default();
    written.read(&store).await;
    written.assert_holds(&told);
    store.close().await;
    for process in [a, b, c] {
        let (status, _) = process.terminate();
        assert!(status.success());
    }
}
