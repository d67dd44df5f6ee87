//! A ledger that somebody changed in the database by hand.

use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::service::audit::{self, Audit};
use yuanmark::store::ledger::Head;
use yuanmark::store::{Store, Tx};

use crate::support::databases::execute;
use crate::support::installation::{Installation, morning};

/// A ledger in which a bit of everything has happened.
async fn ledger(installation: &Installation) -> Audit {
    let batch = installation.batch(1000).await;
    let now = morning();
    for (event, lines) in [
        (EventKind::Activated, "0-499"),
        (EventKind::Used, "0-99"),
        (EventKind::Withdrawn(Withdrawal::Returned), "900-999"),
        (EventKind::Withdrawn(Withdrawal::Destroyed), "900-949\n960"),
    ] {
        installation
            .change(&batch, event, lines, now)
            .await
            .unwrap();
    }
    let audit = audit::verify(&installation.store, None).await.unwrap();
    assert_eq!(audit.findings, [], "an honest ledger");
    assert_eq!(audit.head.number, audit.entries);
    assert!(audit.ranges >= 8 && audit.things >= 6, "{audit:?}");
    audit
}

/// Changes the database behind the program's back, past the triggers.
async fn tamper(store: &Store, sql: &str) {
    let mut tx = store.write().await.unwrap();
    match &tx {
        Tx::Sqlite(_) => {
            execute(&mut tx, "DROP TRIGGER IF EXISTS entries_are_not_changed").await;
            execute(&mut tx, "DROP TRIGGER IF EXISTS entries_are_not_removed").await;
        }
        Tx::Postgres(_) => {
            _ = execute(&mut tx, "DROP TRIGGER IF EXISTS entries_stay ON entries").await;
        }
    }
    for statement in sql.split(';') {
        assert!(execute(&mut tx, statement).await > 0, "{statement}");
    }
    tx.commit().await.unwrap();
}

async fn findings(store: &Store) -> Vec<String> {
    let audit = audit::verify(store, None).await.unwrap();
    audit
        .findings
        .into_iter()
        .map(|finding| finding.what)
        .collect()
}

/// Does something to a fresh ledger on each database; what is found must name all of these.
async fn found_after(sql: &str, names: &[&str]) {
    for installation in Installation::both().await {
        ledger(&installation).await;
        tamper(&installation.store, sql).await;
        let found = findings(&installation.store).await;
        assert!(found.len() <= 12, "not buried: {found:#?}");
        for name in names {
            let is_named = found.iter().any(|finding| finding.contains(name));
            assert!(is_named, "{sql}\nshould name {name}\n{found:#?}");
        }
    }
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    found_after(
        "UPDATE entries SET actor = '别人' WHERE number = 4",
        &["entry 4 is not as it was written"],
    )
    .await;
    found_after(
        "UPDATE entries SET body = replace(body, '1000', '9000') WHERE number = 3",
        &["entry 3 is not as it was written"],
    )
    .await;
    found_after(
        "UPDATE entries SET at = at + 1 WHERE number = 5",
        &["entry 5 is not as it was written"],
    )
    .await;
    found_after(
        "UPDATE entries SET licensee = 2 WHERE number = 5",
        &["entry 5 is not as it was written"],
    )
    .await;
    found_after(
        "UPDATE entries SET body = '{}' WHERE number = 6",
        &["entry 6 says nothing"],
    )
    .await;
}

#[tokio::test]
async fn a_removed_entry_is_named() {
    found_after(
        "DELETE FROM entries WHERE number = 7",
        &["entry 7 is missing"],
    )
    .await;
    found_after(
        "DELETE FROM entries WHERE number = 1",
        &["entry 1 is missing"],
    )
    .await;
}

#[tokio::test]
async fn the_end_cannot_be_cut_off() {
    for installation in Installation::both().await {
        let before = ledger(&installation).await;
        let last = before.head.number;
        tamper(
            &installation.store,
            &format!("DELETE FROM entries WHERE number = {last}"),
        )
        .await;
        let found = findings(&installation.store).await;
        assert!(
            found
                .iter()
                .any(|finding| finding.contains(&format!("entry {last} is missing"))),
            "{found:#?}"
        );
        // Nor with the counter set back: the books know more than the ledger.
        tamper(
            &installation.store,
            &format!("UPDATE counters SET next = {last} WHERE name = 'entry'"),
        )
        .await;
        let found = findings(&installation.store).await;
        assert!(
            found
                .iter()
                .any(|finding| finding.contains("ranges kept for scans")),
            "{found:#?}"
        );
        // And whoever noted down where the ledger ended needs no books for it.
        let audit = audit::verify(&installation.store, Some(before.head))
            .await
            .unwrap();
        let noted = format!("but entry {last} was noted down");
        assert!(
            audit
                .findings
                .iter()
                .any(|finding| finding.what.contains(&noted)),
            "{:#?}",
            audit.findings
        );
    }
}

#[tokio::test]
async fn reordered_entries_are_named() {
    found_after(
        "UPDATE entries SET number = 900 WHERE number = 8;UPDATE entries SET number = 8 WHERE number = 9;\
         UPDATE entries SET number = 9 WHERE number = 900",
        &["entry 8 is not as it was written", "entry 9 is not as it was written"],
    )
    .await;
}

#[tokio::test]
async fn a_ledger_written_anew_differs_from_what_was_noted() {
    for installation in Installation::both().await {
        let before = ledger(&installation).await;
        let mut noted = before.head;
        noted.hash.0[0] ^= 1;
        let audit = audit::verify(&installation.store, Some(noted))
            .await
            .unwrap();
        assert!(
            audit.findings[0]
                .what
                .contains("another hash than was noted"),
            "{:?}",
            audit.findings
        );
        let honest = Head { ..before.head };
        let audit = audit::verify(&installation.store, Some(honest))
            .await
            .unwrap();
        assert_eq!(audit.findings, []);
    }
}

#[tokio::test]
async fn books_that_differ_from_the_ledger_are_named() {
    let cases = [
        (
            "UPDATE licensees SET state = 'suspended'",
            "licensees 1: state is suspended, the ledger says active",
        ),
        (
            "UPDATE licensees SET body = replace(body, '虚构', '真实')",
            "licensees 1: says",
        ),
        (
            "UPDATE entitlements SET body = replace(body, '\"ordered\":1000', '\"ordered\":0')",
            "entitlements 1 2026 canned",
        ),
        (
            "UPDATE orders SET quantity = 5000",
            "orders 1: quantity is 5000, the ledger says 1000",
        ),
        ("UPDATE batches SET idempotency_key = 'other'", "batches 1"),
        (
            "UPDATE lots SET body = replace(body, 'passed', 'failed')",
            "lots 1: says",
        ),
        (
            "UPDATE range_events SET kind = 'activated' WHERE kind = 'returned'",
            "the ranges kept for scans",
        ),
        (
            "UPDATE range_events SET last_index = last_index - 1 WHERE kind = 'activated'",
            "the ranges kept for scans",
        ),
        (
            "DELETE FROM range_events WHERE kind = 'destroyed'",
            "the ranges kept for scans",
        ),
        (
            "DELETE FROM printers WHERE number = 1",
            "printers 1: is missing",
        ),
    ];
    for (sql, name) in cases {
        // Rows refer to one another; who tampers turns that off first.
        let free = match name {
            "printers 1: is missing" => "UPDATE orders SET printer = NULL;",
            _ => "",
        };
        found_after(&format!("{free}{sql}"), &[name]).await;
    }
}
