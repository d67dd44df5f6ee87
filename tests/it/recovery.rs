//! What befalls a serving installation: its database restarts, hangs up, freezes, its disk is full, its clock is set back.
//! Meanwhile phones are told that we could not check, and nothing else; afterwards answers are right again, and nothing that
//! was answered is lost.

mod clock;
mod postgres;
mod room;

use std::sync::{Arc, RwLock};
use std::thread;
use std::time::Duration;

use crate::support::installation::Installation;
use crate::support::killed::{program, stderr, stdout};
use crate::support::own_clock::OwnClock;
use crate::support::scanning::{Client, Marks, Outcome, Told, open};
use crate::support::serving::Process;
use crate::support::written::Written;

/// Answers in a row after which all is well again.
const IN_A_ROW: usize = 30;
/// From the moment when the database does again what it is asked, to the first of these answers.
const LONGEST_RECOVERY: Duration = Duration::from_secs(5);
/// Who gets no verdict is told so within four seconds; this leaves some for the way there and back.
const LONGEST_REFUSAL: Duration = Duration::from_millis(4500);
/// Between two questions while there are no answers.
const PAUSE: Duration = Duration::from_millis(20);

/// A phone that asks on its own, and what it was told.
struct Probe<'a> {
    client: Client,
    marks: &'a Marks,
    process: &'a Process,
    told: Vec<Told>,
}

impl<'a> Probe<'a> {
    fn new(marks: &'a Marks, process: &'a Process) -> Self {
        Self {
            client: marks.client(),
            marks,
            process,
            told: Vec::new(),
        }
    }

    /// Asks about a mark about which nobody has asked; whether there was a verdict.
    fn ask(&mut self) -> bool {
        let (mark, code) = self.marks.fresh();
        let address = (self.process.address, 0);
        let clock = OwnClock::start();
        match self.client.ask(address, (mark, &code), &mut None) {
            Outcome::Told(told) => {
                self.told.push(told);
                true
            }
            Outcome::Unavailable(status) => {
                assert_eq!(status, 503);
                let after = clock.elapsed();
                assert!(after <= LONGEST_REFUSAL, "told only after {after:?}");
                false
            }
            Outcome::Broken => panic!("the server itself is well"),
        }
    }

    /// Waits until answers come without a break, which begins within five seconds by [`OwnClock`]: so long they are waited
    /// for, and no single one must come at any moment.
    fn recovered(&mut self) {
        let clock = OwnClock::start();
        let mut in_a_row = 0;
        while in_a_row < IN_A_ROW {
            if in_a_row == 0 {
                let since = clock.elapsed();
                assert!(
                    since <= LONGEST_RECOVERY,
                    "no answers {since:?} after all is well"
                );
            }
            if self.ask() {
                in_a_row += 1;
            } else {
                in_a_row = 0;
                thread::sleep(PAUSE);
            }
        }
    }
}

/// Everything that was answered is in the database under its number, and the installation is sound.
async fn assert_nothing_lost(place: &Installation, told: &[Told]) -> Written {
    let store = open(place).await;
    let mut written = Written::default();
    written.read(&store).await;
    written.assert_holds(told);
    store.close().await;
    for command in [&["ledger", "verify"][..], &["doctor"]] {
        let output = program(place).args(command).output().unwrap();
        let said = (stdout(&output), stderr(&output));
        assert!(output.status.success(), "{command:?}: {said:?}");
    }
    written
}

/// Where a load finds a process.
fn address_of(process: &Process) -> Arc<RwLock<Vec<std::net::SocketAddr>>> {
    Arc::new(RwLock::new(vec![process.address]))
}
