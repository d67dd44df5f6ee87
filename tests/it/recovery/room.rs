//! The disk is full, and has room again.

use std::fs;
use std::process::Command;

use sqlx::{Connection, PgConnection};

use super::{Probe, assert_nothing_lost};
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::postgres_server::PostgresServer;
use crate::support::scanning::in_market;
use crate::support::serving::Process;
use yuanmark::store::DatabaseUrl;

/// Bytes that a file may grow by.
const ROOM: u64 = 256 * 1024;
/// Each scan takes some of them.
const MOST_ANSWERS: usize = 5000;
/// Of a file of PostgreSQL: its log is written in files of 16 MiB.
const LEAST_LIMIT: u64 = 17 * (1 << 20);

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
    fill(&mut probe).await;
    let lifted = Command::new("prlimit")
        .arg(format!("--pid={}", process.id()))
        .arg("--fsize=unlimited:unlimited")
        .status();
    assert!(lifted.unwrap().success());
    all_is_well_again(&place, probe).await;
}

/// Scans are added at the end of a file, which therefore is the first that cannot grow.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_of_postgresql_gives_no_verdict_and_takes_none_away() {
    let server = PostgresServer::start();
    let database = TestDatabase::postgres_on(&server.address).await;
    let (place, marks) = in_market(database, 100_000).await;
    let process = Process::serve(&place);
    let mut probe = Probe::new(&marks, &process);
    assert!(probe.ask());
    let mut connection = PgConnection::connect(&place.database.address)
        .await
        .unwrap();
    let limit = grown_to(&mut connection, LEAST_LIMIT).await + ROOM;
    server.room(Some(limit));
    fill(&mut probe).await;
    server.room(None);
    all_is_well_again(&place, probe).await;
}

/// Asks until there is no more room, and some times more.
async fn fill(probe: &mut Probe<'_>) {
    while probe.ask() {
        assert!(probe.told.len() < MOST_ANSWERS, "the disk was never full");
    }
    // Reading needs no room: what is not ours is told as ever.
    let reply = probe.process.phone().check("4BD9-QV4N-Q0NZ-57DB").await;
    assert_eq!(reply.verdict(), "not_ours");
    for _ in 0..10 {
        probe.ask();
    }
}

async fn all_is_well_again(place: &Installation, mut probe: Probe<'_>) {
    probe.recovered();
    let told = std::mem::take(&mut probe.told);
    assert_nothing_lost(place, &told).await;
}

/// Has this month's scans take so many bytes of a file without there being more of them; how many it takes then.
async fn grown_to(connection: &mut PgConnection, bytes: u64) -> u64 {
    let month = "SELECT tableoid::regclass::text FROM scans LIMIT 1";
    let month: String = sqlx::query_scalar(month)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    // What is deleted keeps its place until somebody cleans up.
    let grow = format!(
        "ALTER TABLE {month} SET (autovacuum_enabled = false); \
         INSERT INTO {month} (at, batch, mark_index, query, state, channel) \
         SELECT at + n, batch, mark_index, 99, state, channel FROM {month}, generate_series(1, 50000) n WHERE query = 1; \
         DELETE FROM {month} WHERE query = 99"
    );
    loop {
        let grown = sqlx::raw_sql(sqlx::AssertSqlSafe(grow.as_str()));
        grown.execute(&mut *connection).await.unwrap();
        let size: i64 = sqlx::query_scalar("SELECT pg_relation_size($1::regclass)")
            .bind(&month)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        if size.cast_unsigned() >= bytes {
            return size.cast_unsigned();
        }
    }
}
