//! The server is killed while phones ask, again and again, and so is the database under it: every answer stands, every
//! number is given once.
//!
//! `YUANMARK_KILL_ROUNDS` says how often; `benches/kill/run` does it two hundred times on each database.

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use yuanmark::service::system;

use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::killed::{program, stderr, stdout};
use crate::support::postgres_server::PostgresServer;
use crate::support::scanning::{FORGED, Load, Marks, Outcomes, in_market, open};
use crate::support::serving::Process;
use crate::support::written::Written;

const ROUNDS: &str = "YUANMARK_KILL_ROUNDS";
const PHONES: u64 = 6;
/// More than are asked about in hundreds of rounds.
const MARKS: u32 = 2_000_000;
/// Answers before and after the kill.
const ANSWERS: usize = 40;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Server,
    Database,
    Both,
}

/// A number below `below` that nobody foresees.
fn random(below: u64) -> u64 {
    u64::from_le_bytes(system::random()) % below
}

/// An installation whose database nobody else has open, and where it serves.
struct Place {
    installation: Installation,
    postgres: Option<PostgresServer>,
    marks: Arc<Marks>,
    address: Arc<RwLock<Vec<SocketAddr>>>,
}

impl Place {
    async fn new(postgres: Option<PostgresServer>) -> Self {
        let database = match &postgres {
            None => TestDatabase::sqlite(),
            Some(server) => TestDatabase::postgres_on(&server.address).await,
        };
        let (installation, marks) = in_market(database, MARKS).await;
        Self {
            marks,
            installation,
            postgres,
            address: Arc::default(),
        }
    }

    fn serve(&self) -> Process {
        let process = Process::serve(&self.installation);
        *self.address.write().unwrap() = vec![process.address];
        process
    }

    /// Kills, and starts anew what was killed.
    fn kill(&self, victim: Victim, process: Process) -> Process {
        let database = self.postgres.as_ref().filter(|_| victim != Victim::Server);
        if let Some(database) = database {
            database.kill();
        }
        let process = if victim == Victim::Database {
            Some(process)
        } else {
            process.kill();
            None
        };
        if let Some(database) = database {
            database.start_again();
        }
        process.unwrap_or_else(|| self.serve())
    }

    /// Rounds of asking, killing, asking again and counting.
    #[allow(clippy::print_stdout)] // what `benches/kill/run` tells
    async fn endure(&self, victims: &[Victim]) {
        let rounds: usize = std::env::var(ROUNDS).map_or(3, |rounds| rounds.parse().unwrap());
        // To read everything takes longer the more there is.
        let every = if rounds > 10 { 5 } else { 1 };
        let (start, mut written, mut told) = (Instant::now(), Written::default(), Vec::new());
        let mut silent = Outcomes::default();
        let mut process = self.serve();
        for round in 1..=rounds {
            let victim = victims[round % victims.len()];
            let load = Load::start(&self.marks, &self.address, (PHONES, random(u64::MAX)));
            load.more_answers(ANSWERS);
            thread::sleep(Duration::from_millis(random(300)));
            process = self.kill(victim, process);
            load.more_answers(ANSWERS);
            let (more, outcomes) = load.stop();
            told.extend(more);
            silent.broken += outcomes.broken;
            silent.unavailable += outcomes.unavailable;
            if round % every == 0 || round == rounds {
                let store = open(&self.installation).await;
                written.read(&store).await;
                written.assert_holds(&told);
                for forged in FORGED {
                    assert_eq!(written.queries_of((1, forged)), 0);
                }
                store.close().await;
            }
        }
        println!(
            "{rounds} rounds on {} in {:.0} s, killing {victims:?}: {} answers, each found with its number among {} queries; \
             {} questions broke off, {} could not be answered",
            self.installation.database.url,
            start.elapsed().as_secs_f64(),
            told.len(),
            written.len(),
            silent.broken,
            silent.unavailable
        );
        process.kill();
        for command in [&["ledger", "verify"][..], &["doctor"]] {
            let output = program(&self.installation).args(command).output().unwrap();
            let said = (stdout(&output), stderr(&output));
            assert!(output.status.success(), "{command:?}: {said:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_sqlite_that_is_killed_under_load_loses_no_answer() {
    Place::new(None).await.endure(&[Victim::Server]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_postgresql_that_are_killed_under_load_lose_no_answer() {
    let place = Place::new(Some(PostgresServer::start())).await;
    let victims = [Victim::Both, Victim::Database, Victim::Server];
    place.endure(&victims).await;
}
