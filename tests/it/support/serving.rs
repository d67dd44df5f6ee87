//! The real program, serving in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::installation::Installation;
use super::server::{PATIENCE, PUBLIC_URL, Phone};

/// `yuanmark serve`, and what it has logged so far.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Serves the installation's database and keys on a free port, with the log in JSON.
    pub fn serve(installation: &Installation) -> Self {
        Self::start(installation, None, &[])
    }

    /// The same, with these further arguments.
    pub fn serve_with(installation: &Installation, arguments: &[&str]) -> Self {
        Self::start(installation, None, arguments)
    }

    /// The same, with all of our own in its log.
    pub fn serve_telling_all(installation: &Installation) -> Self {
        Self::start(installation, Some("yuanmark=debug"), &[])
    }

    fn start(installation: &Installation, log: Option<&str>, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuanmark"));
        match log {
            Some(level) => command.env("RUST_LOG", level),
            None => command.env_remove("RUST_LOG"),
        };
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(["--public-url", PUBLIC_URL])
            .args(arguments)
            .arg("--keys")
            .arg(installation.keys.folder().path())
            .env("YUANMARK_DATABASE", &installation.database.address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::<Mutex<Vec<String>>>::default();
        let (stderr, lines) = (child.stderr.take().unwrap(), log.clone());
        let reader = thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                lines.lock().unwrap().push(line.unwrap());
            }
        });
        let mut process = Self {
            child,
            address: ([127, 0, 0, 1], 0).into(),
            log,
            reader: Some(reader),
        };
        let line = process.logged("serving");
        process.address = line["listen"].as_str().unwrap().parse().unwrap();
        process
    }

    pub fn phone(&self) -> Phone {
        Phone::new(self.address)
    }

    /// Waits for a line with this message.
    pub fn logged(&self, message: &str) -> Value {
        let start = Instant::now();
        loop {
            let line = self.log.lock().unwrap().iter().find_map(|line| {
                let line: Value = serde_json::from_str(line).ok()?;
                (line["message"] == message).then_some(line)
            });
            if let Some(line) = line {
                return line;
            }
            let log = self.log.lock().unwrap().join("\n");
            assert!(
                start.elapsed() < PATIENCE,
                "waited in vain for {message:?} in:\n{log}"
            );
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGTERM; returns how it ended and all that it logged.
    pub fn terminate(mut self) -> (ExitStatus, Vec<String>) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(kill.unwrap().success());
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the program does not end at SIGTERM"
            );
            thread::sleep(Duration::from_millis(10));
        };
        self.reader.take().unwrap().join().unwrap();
        let log = std::mem::take(&mut *self.log.lock().unwrap());
        (status, log)
    }
}

impl Drop for Process {
    /// A test that failed leaves nothing running.
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
