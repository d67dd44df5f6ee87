//! A PostgreSQL server of a test's own, to be killed, restarted, frozen and left without room while all others keep theirs.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdin, Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/with-postgres");
/// Tells where the server and its control are, then waits until the test is over.
const TELL: &str =
    r#"echo "$YUANMARK_TEST_POSTGRES"; echo "$YUANMARK_TEST_POSTGRES_CONTROL"; exec cat"#;

/// A server that goes away with the test.
pub struct PostgresServer {
    script: Child,
    /// The script ends when this is closed, also if the test is killed.
    open: Option<ChildStdin>,
    /// The address of its database for administrators.
    pub address: String,
    control: String,
}

impl PostgresServer {
    /// Starts one.
    pub fn start() -> Self {
        let mut script = Command::new(SCRIPT)
            .args(["sh", "-c", TELL])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(script.stdout.take().unwrap()).lines();
        let mut line = || lines.next().expect("with-postgres starts").unwrap();
        Self {
            address: line(),
            control: line(),
            open: script.stdin.take(),
            script,
        }
    }

    /// SIGKILL to all its processes.
    pub fn kill(&self) {
        self.control(&["kill"]);
    }

    /// Starts it after it was killed; returns when it takes connections.
    pub fn start_again(&self) {
        self.control(&["start"]);
    }

    /// Restarts it in order: connections are cut, what was committed is there.
    pub fn restart(&self) {
        self.control(&["restart"]);
    }

    /// Stops all its processes where they are: connections stay open, and nothing is answered.
    pub fn freeze(&self) {
        self.control(&["freeze"]);
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.control(&["thaw"]);
    }

    /// Lets none of its files grow beyond so many bytes, as if the disk were full; `None` lifts that again. At least 16 MiB:
    /// its log is written in files of that size, and where it cannot be written the server ends.
    pub fn room(&self, bytes: Option<u64>) {
        let most = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        self.control(&["room", &most]);
    }

    fn control(&self, what: &[&str]) {
        let status = Command::new(&self.control).args(what).status().unwrap();
        assert!(status.success(), "{what:?}: {status}");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.open.take());
        _ = self.script.wait();
    }
}
