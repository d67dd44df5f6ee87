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

/// How a process is started.
#[derive(Clone, Copy, Default)]
struct Start<'a> {
    /// What is logged, as `RUST_LOG` has it.
    log: Option<&'a str>,
    /// Another program that runs ours, and its arguments.
    words: &'a [&'a str],
    /// Where it listens; on a free port if nothing is said.
    listen: Option<SocketAddr>,
    /// Further arguments of ours.
    arguments: &'a [&'a str],
}

impl Process {
    /// Serves the installation's database and keys on a free port, with the log in JSON.
    pub fn serve(installation: &Installation) -> Self {
        Self::start(installation, Start::default())
    }

    /// The same, at this address.
    pub fn serve_at(installation: &Installation, address: SocketAddr) -> Self {
        let start = Start {
            listen: Some(address),
            ..Start::default()
        };
        Self::start(installation, start)
    }

    /// The same, run by another program, whose words come before ours.
    pub fn serve_under(installation: &Installation, words: &[&str]) -> Self {
        let start = Start {
            words,
            ..Start::default()
        };
        Self::start(installation, start)
    }

    /// The same, with these further arguments.
    pub fn serve_with(installation: &Installation, arguments: &[&str]) -> Self {
        let start = Start {
            arguments,
            ..Start::default()
        };
        Self::start(installation, start)
    }

    /// The same, with all of our own in its log.
    pub fn serve_telling_all(installation: &Installation) -> Self {
        let start = Start {
            log: Some("yuanmark=debug"),
            ..Start::default()
        };
        Self::start(installation, start)
    }

    fn start(installation: &Installation, start: Start<'_>) -> Self {
        let mut words = start.words.iter().chain(&[env!("CARGO_BIN_EXE_yuanmark")]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        match start.log {
            Some(level) => command.env("RUST_LOG", level),
            None => command.env_remove("RUST_LOG"),
        };
        let listen = start.listen.unwrap_or(([127, 0, 0, 1], 0).into());
        let mut child = command
            .args(["serve", "--log-format", "json"])
            .args(["--listen", &listen.to_string()])
            .args(["--public-url", PUBLIC_URL])
            .args(start.arguments)
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
            address: listen,
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

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: it can do nothing about it.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
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
