//! The machine's clock is set back while phones ask, and forward again.

use std::fs;
use std::path::PathBuf;

use super::{Probe, assert_nothing_lost};
use crate::support::databases::TestDatabase;
use crate::support::scanning::{Outcome, Told, in_market, open};
use crate::support::serving::Process;
use crate::support::written::assert_in_order_of_time;

/// Marks, each asked about once by a new phone and once by the same one, at each time.
const MARKS: u32 = 8;

/// What tells a program another time, as Debian has it.
fn library() -> PathBuf {
    let machines = fs::read_dir("/usr/lib").unwrap();
    let found = machines
        .map(|machine| machine.unwrap().path().join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists());
    found.expect("libfaketime is missing: run ./scripts/test, which installs it")
}

/// Phones ask about the first marks.
fn ask_about_all(probe: &mut Probe<'_>, cookies: &mut Vec<Option<String>>) -> Vec<Told> {
    let address = (probe.process.address, 0);
    let mut told = Vec::new();
    for place in 100..100 + MARKS {
        let (mark, code) = probe.marks.code(place);
        let known = cookies.iter().cloned();
        for mut cookie in known.chain([None]).collect::<Vec<_>>() {
            let is_new = cookie.is_none();
            match probe.client.ask(address, (mark, &code), &mut cookie) {
                Outcome::Told(answer) => told.push(answer),
                outcome => panic!("{outcome:?}"),
            }
            if is_new && place == 100 {
                cookies.push(cookie);
            }
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_back_changes_no_number_and_loses_no_query() {
    for database in TestDatabase::both().await {
        let (place, marks) = in_market(database, 1000).await;
        let clock = place.folder.path().join("clock");
        fs::write(&clock, "+0").unwrap();
        let preload = format!("LD_PRELOAD={}", library().display());
        let clock_file = format!("FAKETIME_TIMESTAMP_FILE={}", clock.display());
        // The clock that time limits go by runs on, as it does when a real clock is set.
        let words = [
            "env",
            &preload,
            &clock_file,
            "FAKETIME_NO_CACHE=1",
            "DONT_FAKE_MONOTONIC=1",
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
        ];
        let process = Process::serve_under(&place, &words);
        let mut probe = Probe::new(&marks, &process);
        let (mut cookies, mut told) = (Vec::new(), Vec::new());
        for time in ["+0", "-2h", "-3d", "+0", "-1h"] {
            fs::write(&clock, time).unwrap();
            told.extend(ask_about_all(&mut probe, &mut cookies));
        }
        let written = assert_nothing_lost(&place, &told).await;
        for mark in 100..100 + MARKS {
            // Each new phone has made one query at least.
            assert!(written.queries_of((1, mark)) >= 5);
        }
        let store = open(&place).await;
        assert_in_order_of_time(&store).await;
        store.close().await;
    }
}
