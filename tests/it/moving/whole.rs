//! What arrives is what was there.

use sqlx::{AssertSqlSafe, Row};
use yuanmark::store::{Store, StoreError, Tx, migrate};

use super::{arrived, ask, is_moved, move_to};
use crate::support::databases::{TestDatabase, execute};
use crate::support::installation::Installation;
use crate::support::killed::{program, stdout};
use crate::support::office::Office;
use crate::support::server::Site;

/// Everything that a text can hold: what COPY escapes, what it means by nothing and by the end, and no ASCII.
const NASTY: &str = "char(9) || 'a\\b' || char(10) || '\\N' || char(13) || char(8) || char(11) || char(12) || '\\.' || '沅江\u{1f33e}'";

async fn tables(store: &Store) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let Tx::Sqlite(tx) = &mut tx else {
        panic!("a SQLite database")
    };
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> '_sqlx_migrations' ORDER BY name";
    let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut **tx).await.unwrap();
    rows.into_iter().map(|(name,)| name).collect()
}

/// Puts a row into every table, whatever tables there are: 1 for a number, a nasty text, bytes; and nothing where that may be.
async fn fill_every_table(store: &Store) -> Vec<String> {
    let tables = tables(store).await;
    let mut waiting = tables.clone();
    let mut tx = store.write().await.unwrap();
    // What a row names must be there before it.
    execute(&mut tx, "PRAGMA defer_foreign_keys = ON").await;
    while let Some(table) = waiting.pop() {
        let Tx::Sqlite(connection) = &mut tx else {
            panic!("a SQLite database")
        };
        let sql = format!("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut **connection)
            .await
            .unwrap();
        let mut columns = Vec::new();
        for row in rows {
            let (name, kind): (String, String) = (row.get(0), row.get(1));
            let (is_needed, key): (bool, i64) = (row.get(2), row.get(3));
            if is_needed || key > 0 {
                let value = match kind.as_str() {
                    "INTEGER" => "1",
                    "TEXT" => NASTY,
                    _ => "x'00ff5c0a'",
                };
                columns.push((name, value));
            }
        }
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<&str> = columns.iter().map(|(_, value)| *value).collect();
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({})",
            names.join(", "),
            values.join(", ")
        );
        execute(&mut tx, &sql).await;
    }
    // The move writes a step of the audit trail; its number is free.
    execute(&mut tx, "UPDATE counters SET next = 7 WHERE name = 'trail'").await;
    tx.commit().await.unwrap();
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_of_the_schema_arrives_with_whatever_is_in_it() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    let tables = fill_every_table(&place.store).await;
    assert!(tables.len() > 25, "{tables:?}");
    let target = TestDatabase::postgres().await;
    let said = move_to(&place, &target);
    assert!(said.contains("each compared"), "{said}");
    let there = target.open().await;
    for table in tables {
        let count = ask(&place.store, &format!("SELECT count(*) FROM moved_{table}")).await;
        assert!(count > 0, "{table}");
        // The move itself is a step of the audit trail.
        assert_eq!(
            ask(&there, &format!("SELECT count(*) FROM {table}")).await,
            count,
            "{table}"
        );
    }
    let text = "\ta\\b\n\\N\r\x08\x0b\x0c\\.沅江\u{1f33e}";
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let same = format!(
        "SELECT count(*) FROM users WHERE encode(convert_to(login, 'UTF8'), 'hex') = '{hex}' AND factor_salt IS NULL"
    );
    assert_eq!(ask(&there, &same).await, 1);
    let same = "SELECT count(*) FROM recovery_codes WHERE hash = '\\x00ff5c0a'";
    assert_eq!(ask(&there, same).await, 1);
    // The first scan is of 1970, and its month has a partition of its own.
    let same = "SELECT count(*) FROM scans_1970_01";
    assert_eq!(ask(&there, same).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_furnished_office_goes_on_at_the_target_as_if_nothing_had_been() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let code = office.things["marks/{serial}"].own.clone();
    let number = office.phone().check(&code).await.number();
    assert_eq!(office.phone().check(&code).await.number(), number + 1);
    let target = TestDatabase::postgres().await;
    move_to(&office.site.installation, &target);

    let there = arrived(&office.site.installation, target).await;
    for arguments in [&["ledger", "verify"][..], &["doctor"]] {
        let output = program(&there).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", stdout(&output));
    }
    assert_eq!(
        ask(
            &there.store,
            "SELECT count(*) FROM trail WHERE action = 'database-move'"
        )
        .await,
        1
    );
    let site = Site::serve(there).await;
    assert_eq!(site.phone().check(&code).await.number(), number + 2);
    let person = "SELECT count(*) FROM users";
    assert!(ask(&site.store, person).await > 5);

    // The office that still runs on SQLite gives no verdict, not even to who is not counted, and says that it is not ready.
    let reply = office.phone().check(&code).await;
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(office.program().open("/readyz").await.status, 503);
    let link_preview = office
        .program()
        .with("user-agent", "Slackbot-LinkExpanding 1.0");
    assert_eq!(link_preview.type_in(&code).await.status, 503);
    let opened = Store::connect(&office.database.url).await.unwrap();
    assert!(is_moved(&migrate::check(&opened).await.unwrap_err()));
    assert!(is_moved(&migrate::run(&opened).await.unwrap_err()));
    let output = program(&office.site.installation)
        .args(["order", "list"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("was moved to postgres://…@"), "{said}");
    let password = site.database.address.split(':').nth(2).unwrap();
    assert!(!said.contains(password.split('@').next().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_counts_and_changes_nothing() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(10).await;
    let target = TestDatabase::postgres().await;
    let output = program(&place)
        .args(["migrate", "--dry-run", "--json", "--to", &target.address])
        .output()
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = ask(&place.store, "SELECT count(*) FROM entries").await;
    let tables = said["tables"].as_array().unwrap();
    let counted = tables.iter().find(|one| one["table"] == "entries").unwrap();
    assert_eq!(counted["rows"], entries);
    assert_eq!(said["moved_at"], serde_json::Value::Null);
    let there = Store::connect(&target.url).await.unwrap();
    assert!(matches!(
        migrate::check(&there).await,
        Err(StoreError::TooOld { found: 0, .. })
    ));
    migrate::check(&place.store).await.unwrap();
    let left = "SELECT count(*) FROM sqlite_master WHERE name = 'moving'";
    assert_eq!(ask(&place.store, left).await, 0);
}
