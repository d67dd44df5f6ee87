//! A server that answers goes on answering, and no scan that it answered is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use yuanmark::domain::detection::MarkState;
use yuanmark::domain::mark::MarkId;
use yuanmark::store::scan as store_scan;

use super::ask;
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, index};
use crate::support::server::{Site, until};
use crate::support::serving::Process;

const MARKS: u32 = 20;

/// Scans marks in turn until it is told to end. Returns the numbers that were answered, by mark, and how many scans were
/// not, after the first of these.
async fn scan(
    address: std::net::SocketAddr,
    codes: Vec<String>,
    end: Arc<AtomicBool>,
) -> (Vec<(usize, u64)>, u64) {
    let (mut answered, mut refused) = (Vec::new(), 0);
    while !end.load(Ordering::Relaxed) {
        for (mark, code) in codes.iter().enumerate() {
            let reply = crate::support::server::Phone::new(address)
                .check(code)
                .await;
            match reply.status {
                200 => answered.push((mark, reply.number())),
                503 => refused += 1,
                status => panic!("{status}: {}", reply.text()),
            }
        }
    }
    (answered, refused)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scan_answered_before_is_at_the_target_and_none_is_answered_after() {
    let site = Site::serve(Installation::new(TestDatabase::sqlite()).await).await;
    let batch = site.in_market(MARKS).await;
    let codes: Vec<String> = (0..MARKS).map(|mark| site.link(&batch, mark)).collect();
    let process = Process::serve(&site.installation);
    let end = Arc::new(AtomicBool::new(false));
    let phones: Vec<_> = (0..4)
        .map(|_| tokio::spawn(scan(process.address, codes.clone(), end.clone())))
        .collect();
    until("scans", async || {
        ask(&site.store, "SELECT count(*) FROM scans").await > 100
    })
    .await;

    let target = TestDatabase::postgres().await;
    let mover = {
        let (installation, target) = (
            site.installation.database.address.clone(),
            target.address.clone(),
        );
        tokio::task::spawn_blocking(move || {
            std::process::Command::new(env!("CARGO_BIN_EXE_yuanmark"))
                .args(["migrate", "--database", &installation, "--to", &target])
                .output()
                .unwrap()
        })
    };
    let output = mover.await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // The same server, after: no verdict for anybody.
    let after = process.phone().check(&codes[0]).await;
    assert_eq!(after.status, 503);
    end.store(true, Ordering::Relaxed);

    let there = target.open().await;
    let (mut sum, mut highest) = (0, vec![0; codes.len()]);
    for phone in phones {
        let (answered, _) = phone.await.unwrap();
        sum += answered.len();
        for (mark, number) in answered {
            highest[mark] = highest[mark].max(number);
        }
    }
    let counted = ask(
        &there,
        "SELECT CAST(sum(queries) AS BIGINT) FROM mark_queries",
    )
    .await;
    let scans = ask(&there, "SELECT count(*) FROM scans").await;
    assert_eq!(counted, scans);
    assert!(
        scans >= i64::try_from(sum).unwrap(),
        "{sum} were answered, {scans} are there"
    );
    for (mark, number) in highest.into_iter().enumerate() {
        let sql = format!("SELECT queries FROM mark_queries WHERE mark_index = {mark}");
        assert!(ask(&there, &sql).await >= i64::try_from(number).unwrap());
    }
    // And what is there was counted by SQLite before it was left: nothing came to it after.
    let left = ask(&site.store, "SELECT count(*) FROM moved_scans").await;
    assert_eq!(left, scans);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_after_the_bulk_was_copied_is_there_too() {
    use yuanmark::store::moving::{Source, Target};
    let site = Site::serve(Installation::new(TestDatabase::sqlite()).await).await;
    let batch = site.in_market(MARKS).await;
    site.phone().check(&site.link(&batch, 0)).await;
    site.phone().check(&site.link(&batch, 1)).await;
    // Long ago: no further query of it comes.
    let mut tx = site.store.write().await.unwrap();
    let aged = "UPDATE mark_queries SET latest_at = latest_at - 172800000000 WHERE mark_index = 1";
    crate::support::databases::execute(&mut tx, aged).await;
    tx.commit().await.unwrap();
    let database = TestDatabase::postgres().await;
    let source = Source::open(&site.database.url).await.unwrap();
    let mut snapshot = source.snapshot().await.unwrap();
    let mut target = Target::open(&database.url).await.unwrap();
    let now = yuanmark::service::system::now();
    target.begin("test", now, snapshot.tables()).await.unwrap();
    target.fill(&mut snapshot, &mut |_, _, _| {}).await.unwrap();
    let tables = snapshot.end();

    // A further query, a first query, an entry of the ledger with its ranges; and what goes away.
    site.phone().check(&site.link(&batch, 0)).await;
    site.phone().check(&site.link(&batch, 2)).await;
    let mut tx = site.store.write().await.unwrap();
    for sql in [
        "INSERT INTO sign_in_failures (login, network, at) VALUES ('x', 'y', 1), ('x', 'y', 1)",
        "DELETE FROM scans WHERE at = (SELECT min(at) FROM scans)",
        "DELETE FROM label_templates",
        "INSERT INTO contents (sha256, content) VALUES ('new', x'01')",
    ] {
        crate::support::databases::execute(&mut tx, sql).await;
    }
    // What the office finds changes a mark's account without a query.
    let mark = MarkId {
        batch: batch.number,
        index: index(1),
    };
    let account = MarkState::default();
    store_scan::change_account(&mut tx, mark, now, &account)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let more = site.order(&site.licensee(1).await, 10).await;
    site.issue(&more, "later").await.unwrap();

    let mut locked = source.lock().await.unwrap();
    target
        .follow(&mut locked, &tables, &mut |_, _, _| {})
        .await
        .unwrap();
    locked.leave(&tables, &database.url, now).await.unwrap();
    target.hand_over().await.unwrap();
    let there = database.open().await;
    for table in [
        "scans",
        "mark_queries",
        "entries",
        "range_events",
        "orders",
        "batches",
        "contents",
        "trail",
    ] {
        let count = format!("SELECT count(*) FROM {table}");
        let left = format!("SELECT count(*) FROM moved_{table}");
        assert_eq!(
            ask(&there, &count).await,
            ask(&site.store, &left).await,
            "{table}"
        );
    }
    assert_eq!(
        ask(
            &there,
            "SELECT queries FROM mark_queries WHERE mark_index = 0"
        )
        .await,
        2
    );
    let mut tx = there.read().await.unwrap();
    assert_eq!(
        store_scan::account(&mut tx, mark).await.unwrap(),
        Some(account)
    );
    drop(tx);
    assert_eq!(
        ask(&there, "SELECT count(*) FROM sign_in_failures").await,
        2
    );
    assert_eq!(
        ask(&there, "SELECT next FROM counters WHERE name = 'order'").await,
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_changed_since_the_bulk_was_copied_is_noticed() {
    use yuanmark::store::moving::{MovingError, Source, Target};
    for change in [
        "CREATE TABLE later (number INTEGER PRIMARY KEY)",
        "ALTER TABLE lots ADD COLUMN later TEXT",
    ] {
        let place = Installation::new(TestDatabase::sqlite()).await;
        let database = TestDatabase::postgres().await;
        let source = Source::open(&place.database.url).await.unwrap();
        let mut snapshot = source.snapshot().await.unwrap();
        let mut target = Target::open(&database.url).await.unwrap();
        let now = yuanmark::service::system::now();
        target.begin("test", now, snapshot.tables()).await.unwrap();
        target.fill(&mut snapshot, &mut |_, _, _| {}).await.unwrap();
        let tables = snapshot.end();
        let mut tx = place.store.write().await.unwrap();
        crate::support::databases::execute(&mut tx, change).await;
        tx.commit().await.unwrap();
        let mut locked = source.lock().await.unwrap();
        let followed = target.follow(&mut locked, &tables, &mut |_, _, _| {}).await;
        assert!(
            matches!(followed, Err(MovingError::Unknown(_))),
            "{followed:?}"
        );
    }
}
