//! PostgreSQL goes away, or seems to be there and is not.

use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{Connection, PgConnection};
use yuanmark::store::{Store, StoreError, Tx, health};

use super::{LONGEST_RECOVERY, Probe, address_of, assert_nothing_lost};
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::own_clock::OwnClock;
use crate::support::postgres_server::PostgresServer;
use crate::support::scanning::{Load, in_market};
use crate::support::server::until;
use crate::support::serving::Process;
use crate::support::wire::Wire;

const MARKS: u32 = 100_000;
const PHONES: (u64, u64) = (6, 1);

/// Does something to the database of this server while phones ask, `times` times; after each, all is well again.
async fn endure(server: &str, times: usize, befall: impl AsyncFn(&Installation, &mut Probe<'_>)) {
    let database = TestDatabase::postgres_on(server).await;
    let (place, marks) = in_market(database, MARKS).await;
    let process = Process::serve(&place);
    let mut probe = Probe::new(&marks, &process);
    let load = Load::start(&marks, &address_of(&process), PHONES);
    for _ in 0..times {
        load.more_answers(30);
        befall(&place, &mut probe).await;
        // What begins now is the server's: the database does what it is asked.
        let mut connection = PgConnection::connect(&place.database.address)
            .await
            .unwrap();
        let commit = "SELECT pg_current_xact_id()";
        sqlx::raw_sql(commit)
            .execute(&mut connection)
            .await
            .unwrap();
        probe.recovered();
        let ready = probe.process.phone().open("/readyz").await;
        assert_eq!(ready.status, 200);
    }
    load.more_answers(30);
    let (mut told, outcomes) = load.stop();
    assert_eq!(outcomes.broken, 0, "the server itself is well");
    told.append(&mut probe.told);
    assert_nothing_lost(&place, &told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_postgresql_is_over_when_it_is_over() {
    let server = PostgresServer::start();
    endure(&server.address, 2, async |_, _| server.restart()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_are_made_anew() {
    let server = TestDatabase::postgres_server();
    endure(&server, 5, async |place, _| {
        let mut connection = PgConnection::connect(&place.database.address)
            .await
            .unwrap();
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let cut = sqlx::raw_sql(cut).execute(&mut connection).await.unwrap();
        assert!(cut.rows_affected() > 0);
    })
    .await;
}

/// The limit of an answer is four seconds, and this test waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_frozen_phones_are_told_so_in_time() {
    let server = PostgresServer::start();
    endure(&server.address, 1, async |_, probe| {
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
    let server = PostgresServer::start();
    endure(&server.address, 1, async |_, probe| {
        server.kill();
        assert!(!probe.ask(), "who answered that?");
        tokio::time::sleep(Duration::from_millis(500)).await;
        server.start_again();
    })
    .await;
}

/// As when a machine or a network between loses its power: nothing closes a connection, and nothing comes over it any more.
/// New connections are good.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_have_died_without_a_word_are_given_up() {
    let server = TestDatabase::postgres_server();
    let wire = Wire::to(&server);
    endure(&wire.address, 1, async |_, probe| {
        wire.die();
        // Whether it is among those that are given up, or waits behind them until there are new connections.
        _ = probe.ask();
    })
    .await;
}

/// The office's connections, all of which die without a word: idle ones are found out when they are taken, those in use when
/// whoever had them has gone. Neither may add up.
#[tokio::test(flavor = "multi_thread")]
async fn all_connections_that_have_died_are_given_up_in_time() {
    let wire = Wire::to(&TestDatabase::postgres_server());
    let database = TestDatabase::postgres_on(&wire.address).await;
    let store = Store::connect(&database.url).await.unwrap();
    let Store::Postgres(pool) = &store else {
        panic!("PostgreSQL");
    };
    for are_idle in [true, false] {
        let at_once = join_all((0..16).map(|_| store.read())).await;
        let at_once: Vec<Tx> = at_once.into_iter().map(Result::unwrap).collect();
        if are_idle {
            drop(at_once);
            until("all are idle", async || pool.num_idle() == 16).await;
            wire.die();
        } else {
            wire.die();
            drop(at_once);
        }
        let clock = OwnClock::start();
        while let Err(error) = ping(&store).await {
            let since = clock.elapsed();
            assert!(since <= LONGEST_RECOVERY, "after {since:?}: {error}");
        }
        let since = clock.elapsed();
        assert!(since <= LONGEST_RECOVERY, "after {since:?}");
    }
}

async fn ping(store: &Store) -> Result<(), StoreError> {
    health::ping(&mut store.read().await?).await
}
