//! What the database holds of the public's queries, read behind the program's back.

use std::collections::HashMap;

use yuanmark::store::{Store, Tx};

use super::databases::number;
use super::scanning::{Mark, Told};

/// Each counts what must not be.
const NEVER: [(&str, &str); 5] = [
    (
        "marks whose queries are not numbered 1 to n",
        "SELECT count(*) FROM (SELECT batch FROM scans GROUP BY batch, mark_index \
         HAVING min(query) <> 1 OR max(query) <> count(*) OR count(DISTINCT query) <> count(*)) AS broken",
    ),
    (
        "counts that differ from the queries",
        "SELECT count(*) FROM mark_queries m LEFT JOIN \
         (SELECT batch, mark_index, count(*) AS queries FROM scans GROUP BY batch, mark_index) s \
         ON s.batch = m.batch AND s.mark_index = m.mark_index WHERE s.queries IS NULL OR s.queries <> m.queries",
    ),
    (
        "queries of marks without a count",
        "SELECT count(*) FROM scans s LEFT JOIN mark_queries m ON m.batch = s.batch AND m.mark_index = s.mark_index \
         WHERE m.queries IS NULL",
    ),
    (
        "counts that do not lead to the first and the latest query",
        "SELECT count(*) FROM mark_queries m \
         LEFT JOIN scans f ON f.at = m.first_at AND f.batch = m.batch AND f.mark_index = m.mark_index \
         LEFT JOIN scans l ON l.at = m.latest_at AND l.batch = m.batch AND l.mark_index = m.mark_index \
         WHERE f.query IS NULL OR f.query <> 1 OR l.query IS NULL OR l.query <> m.queries",
    ),
    (
        "queries that do not lead to the one before",
        "SELECT count(*) FROM scans s \
         LEFT JOIN scans p ON p.at = s.previous_at AND p.batch = s.batch AND p.mark_index = s.mark_index \
         WHERE (s.query = 1 AND s.previous_at IS NOT NULL) OR (s.query > 1 AND (p.query IS NULL OR p.query <> s.query - 1))",
    ),
];

/// Of one mark each query is later than the one before.
const NOT_LATER: &str = "SELECT count(*) FROM scans WHERE previous_at >= at";

/// All queries that were read so far: whose each was.
#[derive(Default)]
pub struct Written {
    phones: HashMap<(Mark, u64), Option<Vec<u8>>>,
}

impl Written {
    /// How many.
    pub fn len(&self) -> usize {
        self.phones.len()
    }

    /// Reads what is there now, and asserts that numbers, counts and the order of the queries agree with one another.
    pub async fn read(&mut self, store: &Store) {
        let mut tx = store.read().await.unwrap();
        for (what, sql) in NEVER {
            assert_eq!(number(&mut tx, sql).await, 0, "{what}");
        }
        for (batch, index, query, phone) in rows(&mut tx).await {
            let mark = (to_u32(batch), to_u32(index));
            let key = (mark, query.cast_unsigned());
            let before = self.phones.insert(key, phone.clone());
            assert!(
                before.is_none_or(|before| before == phone),
                "query {query} of {mark:?} has changed"
            );
        }
        let there = number(&mut tx, "SELECT count(*) FROM scans").await;
        assert_eq!(
            to_usize(there),
            self.len(),
            "a query that was there is gone"
        );
    }

    /// Every answer is there under its number as that phone's, and the first query alone was told to be the first.
    pub fn assert_holds(&self, told: &[Told]) {
        for told in told {
            let Some((number, phone)) = told.query else {
                assert_eq!(told.verdict, "not_ours", "{told:?}");
                continue;
            };
            let written = self.phones.get(&(told.mark, number));
            let written = written.unwrap_or_else(|| panic!("answered and lost: {told:?}"));
            assert_eq!(
                written.as_deref(),
                Some(&phone.0[..]),
                "the number was given to two phones: {told:?}"
            );
            if ["first_check", "checked_before"].contains(&told.verdict.as_str()) {
                assert_eq!(told.verdict == "first_check", number == 1, "{told:?}");
            }
        }
    }

    /// How many queries of a mark there are.
    pub fn queries_of(&self, mark: Mark) -> usize {
        self.phones.keys().filter(|(of, _)| *of == mark).count()
    }
}

/// Asserts that the queries of each mark are in the order of time.
pub async fn assert_in_order_of_time(store: &Store) {
    let mut tx = store.read().await.unwrap();
    let wrong = number(&mut tx, NOT_LATER).await;
    assert_eq!(wrong, 0, "queries that are not later than the one before");
}

type ScanRow = (i64, i64, i64, Option<Vec<u8>>);

async fn rows(tx: &mut Tx) -> Vec<ScanRow> {
    let sql = "SELECT batch, mark_index, query, phone FROM scans";
    match tx {
        Tx::Sqlite(tx) => sqlx::query_as(sql).fetch_all(&mut **tx).await,
        Tx::Postgres(tx) => sqlx::query_as(sql).fetch_all(&mut **tx).await,
    }
    .unwrap()
}

fn to_u32(number: i64) -> u32 {
    u32::try_from(number).unwrap()
}

fn to_usize(number: i64) -> usize {
    usize::try_from(number).unwrap()
}
