//! The disk is full, and has room again.

use std::fs;
use std::process::Command;

use super::{Probe, assert_nothing_lost};
use crate::support::databases::TestDatabase;
use crate::support::scanning::in_market;
use crate::support::serving::Process;
use yuanmark::store::DatabaseUrl;

/// Bytes that the files may grow by.
const ROOM: u64 = 256 * 1024;
/// Each scan takes some of them.
const MOST_ANSWERS: usize = 5000;

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_gives_no_verdict_and_takes_none_away() {
    let (place, marks) = in_market(TestDatabase::sqlite(), 100_000).await;
    let DatabaseUrl::Sqlite(file) = &place.database.url else {
        panic!("SQLite");
    };
    // The size is limited of each file by itself. The log beside the database begins anew before it has grown to 4 MB, so the
    // limit must be below that to be met.
    let limit = fs::metadata(file).unwrap().len() + ROOM;
    assert!(limit < 4_000_000, "{limit}");
    // Without the trap the system would end the program instead of letting the write fail; the limit is soft, so that it
    // can be lifted.
    let script = format!(
        "trap '' XFSZ; ulimit -S -f {} && exec \"$0\" \"$@\"",
        limit / 512
    );
    let process = Process::serve_under(&place, &["sh", "-c", &script]);
    let mut probe = Probe::new(&marks, &process);
    while probe.ask() {
        assert!(probe.told.len() < MOST_ANSWERS, "the disk was never full");
    }
    // Reading needs no room: what is not ours is told as ever.
    let reply = process.phone().check("4BD9-QV4N-Q0NZ-57DB").await;
    assert_eq!(reply.verdict(), "not_ours");
    for _ in 0..10 {
        probe.ask();
    }
    let lifted = Command::new("prlimit")
        .arg(format!("--pid={}", process.id()))
        .arg("--fsize=unlimited:unlimited")
        .status();
    assert!(lifted.unwrap().success());
    probe.recovered();
    let told = std::mem::take(&mut probe.told);
    assert_nothing_lost(&place, &told).await;
}
