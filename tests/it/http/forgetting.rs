//! A phone's history is deleted: the cookie at once, whose the queries were soon, and no count changes.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;
use yuanmark::domain::order::Batch;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::service::forgetting::{self, Forgotten};
use yuanmark::service::system;
use yuanmark::store::forgetting::COLUMNS;
use yuanmark::store::{Tx, health};

use super::pages::words_of;
use crate::support::databases::{execute, number};
use crate::support::server::{Phone, Reply, Site, until};
use crate::support::serving::Process;

impl Site {
    async fn ask_number(&self, sql: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        number(&mut tx, sql).await
    }

    /// What is stored of a phone.
    fn hash_of(&self, phone: &Phone) -> PhoneHash {
        let key = &self.keys.secrets.phone;
        key.hash(key.name_in(&phone.name().unwrap()).unwrap())
    }

    /// How many rows name this phone, in each place that can.
    async fn rows_of(&self, phone: PhoneHash) -> [i64; 4] {
        let hex: String = phone.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let last = &hex[hex.len() - 12..]; // what is kept of it for half an hour
        let (bytes, within) = match self.database.is_sqlite() {
            true => (format!("x'{hex}'"), format!("instr(recent, x'{last}') > 0")),
            false => (
                format!("'\\x{hex}'::bytea"),
                format!("position('\\x{last}'::bytea in recent) > 0"),
            ),
        };
        let mut rows = [0; 4];
        for (place, condition) in [
            format!("scans WHERE phone = {bytes}"),
            format!("mark_queries WHERE first_phone = {bytes}"),
            format!("mark_queries WHERE {within}"),
            format!("claims WHERE phone = {bytes}"),
        ]
        .iter()
        .enumerate()
        {
            rows[place] = self
                .ask_number(&format!("SELECT count(*) FROM {condition}"))
                .await;
        }
        rows
    }

    /// All counts that anybody is told.
    async fn counts(&self) -> Vec<i64> {
        let mut counts = Vec::new();
        for sql in [
            "SELECT count(*) FROM scans",
            "SELECT CAST(sum(queries) AS BIGINT) FROM mark_queries",
            "SELECT CAST(sum(first_at) AS BIGINT) FROM mark_queries",
            "SELECT CAST(sum(latest_at) AS BIGINT) FROM mark_queries",
            "SELECT count(*) FROM claims",
            "SELECT count(*) FROM claims WHERE prefecture IS NULL",
        ] {
            counts.push(self.ask_number(sql).await);
        }
        counts
    }
}

impl Phone {
    async fn delete_history(&self) -> Reply {
        self.send_form("/privacy", &[]).await
    }
}

/// Two phones, each of which asked first of one mark and second of another, and claimed one.
async fn asked(site: &Site) -> (Batch, Phone, Phone) {
    let batch = site.printed_with_hidden_codes(3).await;
    site.activate(&batch).await;
    let (one, other) = (site.phone(), site.phone());
    for (phone, place) in [(&one, 0), (&other, 0), (&other, 1), (&one, 1), (&one, 2)] {
        let page = phone.open(&site.page(&batch, place)).await;
        assert_eq!(page.status, 200);
    }
    for (phone, place) in [(&one, 0), (&other, 1)] {
        let (code, hidden) = (site.link(&batch, place), site.hidden_code(&batch, place));
        let page = phone.claim(&code, &hidden).await;
        assert_eq!(page.heading(), "暗码正确，这是第一次验证。");
    }
    (batch, one, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_names_the_phone_any_more_and_every_count_is_as_it_was() {
    for site in Site::both().await {
        let (batch, one, other) = asked(&site).await;
        let (gone, stays) = (site.hash_of(&one), site.hash_of(&other));
        assert_eq!(site.rows_of(gone).await, [3, 2, 1, 1]);
        assert_eq!(site.rows_of(stays).await, [2, 1, 1, 1]);
        let counts = site.counts().await;

        let page = one.delete_history().await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (200, "收到了，本机的记录正在删除。")
        );
        assert!(words_of(&page).contains("24 小时"), "{}", page.words());
        assert_eq!(one.name(), None, "the cookie is gone");
        let cookie = page.header("set-cookie").unwrap();
        assert!(
            cookie.starts_with("__Host-phone=; Path=/; Max-Age=0;"),
            "{cookie}"
        );

        let now = system::now();
        let done = forgetting::work_off(&site.store, now).await.unwrap();
        assert_eq!(done.phones, 1);
        assert_eq!(site.rows_of(gone).await, [0; 4]);
        assert_eq!(site.rows_of(stays).await, [2, 1, 1, 1]);
        assert_eq!(site.counts().await, counts);
        assert_eq!(
            site.ask_number("SELECT count(*) FROM phones_to_forget")
                .await,
            0
        );
        let again = forgetting::work_off(&site.store, now).await.unwrap();
        assert_eq!(again, Forgotten::default(), "nothing waits");
        // What doctor proves of the scans holds.
        let mut tx = site.store.read().await.unwrap();
        assert_eq!(health::broken_invariants(&mut tx).await.unwrap(), []);
        drop(tx);

        // The phone is a stranger now; the other is known.
        let page = one.open(&site.page(&batch, 0)).await;
        assert_eq!(page.heading(), "编号有效，这是第 3 次查询。");
        let page = other.open(&site.page(&batch, 0)).await;
        assert_eq!(page.heading(), "编号有效，这是第 2 次查询。");
        let page = other.open(&site.page(&batch, 1)).await;
        assert_eq!(page.heading(), "编号有效，这是第一次查询。");
        let claim = one
            .claim(&site.link(&batch, 0), &site.hidden_code(&batch, 0))
            .await;
        assert_eq!(claim.heading(), "暗码正确，但以前已经验证过。");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_are_walked_through_in_parts() {
    for site in Site::both().await {
        let (batch, one, _) = asked(&site).await;
        let gone = site.hash_of(&one);
        let hex: String = gone.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let (bytes, series) = match site.database.is_sqlite() {
            true => (
                format!("x'{hex}'"),
                "(WITH RECURSIVE s (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 5000) SELECT n FROM s)",
            ),
            false => (
                format!("'\\x{hex}'::bytea"),
                "generate_series(1, 5000) AS s (n)",
            ),
        };
        let number = batch.number;
        let mut tx = site.store.write().await.unwrap();
        for sql in [
            format!(
                "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_phone) \
                 SELECT {number}, 10 + n, 1, n, n, {bytes} FROM {series}"
            ),
            format!(
                "INSERT INTO claims (batch, mark_index, at, phone) SELECT {number}, 10 + n, n, {bytes} FROM {series}"
            ),
            format!(
                "INSERT INTO scans (at, batch, mark_index, query, state, phone, channel) \
                 SELECT n, {number}, 10 + n, 1, 'active', {bytes}, 'consumer' FROM {series}"
            ),
        ] {
            assert_eq!(execute(&mut tx, &sql).await, 5000, "{sql}");
        }
        tx.commit().await.unwrap();
        one.delete_history().await;
        forgetting::work_off(&site.store, system::now())
            .await
            .unwrap();
        assert_eq!(site.rows_of(gone).await, [0; 4]);
    }
}

/// The row of a mark outlives its scans: whose its first query was goes with the rest, and what it says of the last half hour
/// before they were aged out.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_whose_scans_were_aged_out_forgets_too() {
    for site in Site::both().await {
        let (_, one, other) = asked(&site).await;
        let (gone, stays) = (site.hash_of(&one), site.hash_of(&other));
        let mut tx = site.store.write().await.unwrap();
        let hours = 3 * 3_600_000_000_i64;
        execute(&mut tx, "DELETE FROM scans").await;
        let sql = format!(
            "UPDATE mark_queries SET first_at = first_at - {hours}, latest_at = latest_at - {hours}"
        );
        execute(&mut tx, &sql).await;
        tx.commit().await.unwrap();
        one.delete_history().await;
        forgetting::work_off(&site.store, system::now())
            .await
            .unwrap();
        assert_eq!(site.rows_of(gone).await, [0; 4]);
        assert_eq!(
            site.rows_of(stays).await,
            [0, 1, 0, 1],
            "what is stale went for both"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_cookie_has_nothing_to_delete() {
    let site = Site::any().await;
    let page = site.phone().delete_history().await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (200, "没有找到属于本机的记录。")
    );
    words_of(&page);
    // Nor one that we did not sign.
    let forged = site.phone();
    forged.set_cookie("__Host-phone", &"A".repeat(43));
    let page = forged.delete_history().await;
    assert_eq!(page.heading(), "没有找到属于本机的记录。");
    assert_eq!(
        site.ask_number("SELECT count(*) FROM phones_to_forget")
            .await,
        0
    );
    let english = site.english_phone().delete_history().await;
    assert_eq!(english.heading(), "There are no records of this phone.");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_deletes_nothing_and_nobody_floods_us() {
    let site = Site::any().await;
    let (_, one, _) = asked(&site).await;
    let foreign = [
        ("sec-fetch-site", "cross-site"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let reply = one.send_as("POST", "/privacy", &foreign, Vec::new()).await;
    assert_eq!(reply.status, 403);
    assert!(one.name().is_some());
    let cookie = one.name().unwrap();
    for _ in 0..60 {
        one.set_cookie("__Host-phone", &cookie);
        assert_eq!(one.delete_history().await.status, 200);
    }
    one.set_cookie("__Host-phone", &cookie);
    let page = one.delete_history().await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (429, "现在删除的人太多，请稍后再试。")
    );
    assert!(page.header("retry-after").is_some());
    assert_eq!(one.name(), Some(cookie), "it is needed to ask again");
    assert_eq!(
        site.ask_number("SELECT count(*) FROM phones_to_forget")
            .await,
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_the_cookie_stays() {
    let site = Site::any().await;
    let (_, one, _) = asked(&site).await;
    let mut tx = site.store.write().await.unwrap();
    execute(&mut tx, "DROP TABLE phones_to_forget").await;
    tx.commit().await.unwrap();
    let page = one.delete_history().await;
    assert_eq!(page.status, 503);
    assert!(one.name().is_some(), "so that it can be asked again");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_installation_moves_it_waits_but_not_for_ever() {
    let site = Site::any().await;
    let (_, one, _) = asked(&site).await;
    let gone = site.hash_of(&one);
    one.delete_history().await;
    let mut tx = site.store.write().await.unwrap();
    execute(&mut tx, "CREATE TABLE moving (name TEXT NOT NULL) STRICT").await;
    tx.commit().await.unwrap();
    let now = system::now();
    let done = forgetting::work_off(&site.store, now).await.unwrap();
    assert_eq!(done, Forgotten::default());
    assert_eq!(site.rows_of(gone).await, [3, 2, 1, 1]);
    let later: Timestamp = now + SignedDuration::from_hours(12);
    let done = forgetting::work_off(&site.store, later).await.unwrap();
    assert_eq!(done.phones, 1);
    assert_eq!(site.rows_of(gone).await, [0; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_works_off_what_waits() {
    let site = Site::any().await;
    let (_, one, _) = asked(&site).await;
    let gone = site.hash_of(&one);
    one.delete_history().await;
    let _process = Process::serve(&site);
    until("the history is deleted", async || {
        site.ask_number("SELECT count(*) FROM phones_to_forget")
            .await
            == 0
    })
    .await;
    assert_eq!(site.rows_of(gone).await, [0; 4]);
}

/// A table that comes to hold hashes of phones must be walked through as well.
#[tokio::test(flavor = "multi_thread")]
async fn every_column_that_names_phones_is_known() {
    let site = Site::any().await;
    let sql = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND c.type = 'BLOB' AND c.name LIKE '%phone%'";
    let mut tx = site.store.read().await.unwrap();
    let Tx::Sqlite(tx) = &mut tx else {
        panic!("a SQLite database")
    };
    let found: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql))
        .fetch_all(&mut **tx)
        .await
        .unwrap();
    let known = COLUMNS.map(|(table, column)| (table.to_owned(), column.to_owned()));
    assert_eq!(
        found.into_iter().collect::<BTreeSet<_>>(),
        BTreeSet::from(known)
    );
}
