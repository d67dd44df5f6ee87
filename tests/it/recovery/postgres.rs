//! PostgreSQL goes away, or seems to be there and is not.

use std::time::Duration;

use sqlx::{Connection, PgConnection};

use super::{Probe, address_of, assert_nothing_lost};
use crate::support::databases::TestDatabase;
use crate::support::postgres_server::PostgresServer;
use crate::support::scanning::{Load, in_market};
use crate::support::serving::Process;

const MARKS: u32 = 100_000;
const PHONES: (u64, u64) = (6, 1);

/// Does something to the server while phones ask, `times` times; after each, all is well again.
async fn endure(what: &str, times: usize, befall: impl AsyncFn(&PostgresServer, &mut Probe<'_>)) {
    let server = PostgresServer::start();
    let database = TestDatabase::postgres_on(&server.address).await;
    let (place, marks) = in_market(database, MARKS).await;
    let process = Process::serve(&place);
    let mut probe = Probe::new(&marks, &process);
    let load = Load::start(&marks, &address_of(&process), PHONES);
    for _ in 0..times {
        load.more_answers(30);
        befall(&server, &mut probe).await;
        let took = probe.recovered();
        println!("{what}: answers again after {} ms", took.as_millis());
    }
    load.more_answers(30);
    let (mut told, outcomes) = load.stop();
    assert_eq!(outcomes.broken, 0, "the server itself is well");
    told.append(&mut probe.told);
    assert_nothing_lost(&place, &told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgresql_is_over_when_it_is_over() {
    endure("restarted", 2, async |server, _| server.restart()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_are_made_anew() {
    endure("cut", 5, async |server, _| {
        let mut connection = PgConnection::connect(&server.address).await.unwrap();
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'yuanmark'";
        let cut = sqlx::raw_sql(cut).execute(&mut connection).await.unwrap();
        assert!(cut.rows_affected() > 0);
    })
    .await;
}

/// The limit of an answer is four seconds, and this test waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_frozen_phones_are_told_so_in_time() {
    endure("frozen", 1, async |server, probe| {
        server.freeze();
        // The phone gives up after ten seconds, and the test with it.
        assert!(!probe.ask() && !probe.ask(), "who answered that?");
        let ready = probe.process.phone().open("/readyz").await;
        assert_eq!(ready.status, 503);
        let alive = probe.process.phone().open("/healthz").await;
        assert_eq!(alive.status, 200);
        server.thaw();
    })
    .await;
}

/// What comes after a crash: the log is read, and connections are refused until that is done.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_of_postgresql_answers_come_by_themselves() {
    endure("crashed", 1, async |server, probe| {
        server.kill();
        assert!(!probe.ask(), "who answered that?");
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.start_again();
    })
    .await;
}
