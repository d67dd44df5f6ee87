//! Whether the database is well: does it answer, and do its tables agree with one another.

use super::{StoreError, Tx};

/// Asks the least there is to ask.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn ping(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, c => sqlx::query("SELECT 1").execute(c).await.map(drop))?;
    Ok(())
}

/// Invariants that hold after every transaction. Each question counts the rows that break one.
const INVARIANTS: [(&str, &str); 5] = [
    (
        "a batch has as many marks as its order, and is for the same licensee, season and form",
        "SELECT count(*) FROM batches b JOIN orders o ON o.number = b.order_number \
         WHERE b.count <> o.quantity OR b.licensee <> o.licensee OR b.season <> o.season OR b.form <> o.form",
    ),
    (
        "an event lies within its batch",
        "SELECT count(*) FROM range_events e JOIN batches b ON b.number = e.batch WHERE e.last_index >= b.count",
    ),
    (
        "a mark's count is the number of its last scan, and of all its scans",
        "SELECT count(*) FROM (SELECT m.batch FROM mark_queries m \
         LEFT JOIN scans s ON s.batch = m.batch AND s.mark_index = m.mark_index \
         GROUP BY m.batch, m.mark_index, m.queries \
         HAVING count(s.query) <> m.queries OR max(s.query) <> m.queries) AS wrong",
    ),
    (
        "every scan belongs to a counted mark of its batch",
        "SELECT count(*) FROM scans s LEFT JOIN mark_queries m ON m.batch = s.batch AND m.mark_index = s.mark_index \
         LEFT JOIN batches b ON b.number = s.batch \
         WHERE m.batch IS NULL OR b.number IS NULL OR s.mark_index >= b.count",
    ),
    (
        "counters are ahead of the numbers in use",
        "SELECT count(*) FROM counters c WHERE c.next <= CASE c.name \
         WHEN 'licensee' THEN (SELECT coalesce(max(number), 0) FROM licensees) \
         WHEN 'order' THEN (SELECT coalesce(max(number), 0) FROM orders) \
         WHEN 'batch' THEN (SELECT coalesce(max(number), 0) FROM batches) \
         WHEN 'entry' THEN (SELECT coalesce(max(number), 0) FROM entries) \
         WHEN 'printer' THEN (SELECT coalesce(max(number), 0) FROM printers) \
         WHEN 'transfer' THEN (SELECT coalesce(max(number), 0) FROM transfers) \
         WHEN 'container' THEN (SELECT coalesce(max(number), 0) FROM containers) \
         WHEN 'lot' THEN (SELECT coalesce(max(number), 0) FROM lots) \
         WHEN 'document' THEN (SELECT coalesce(max(number), 0) FROM documents) \
         WHEN 'user' THEN (SELECT coalesce(max(number), 0) FROM users) \
         WHEN 'session' THEN (SELECT coalesce(max(number), 0) FROM sessions) \
         WHEN 'token' THEN (SELECT coalesce(max(number), 0) FROM tokens) \
         WHEN 'trail' THEN (SELECT coalesce(max(number), 0) FROM trail) \
         ELSE c.next END",
    ),
];

/// The invariants that do not hold, with the number of rows that break each.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn broken_invariants(tx: &mut Tx) -> Result<Vec<(&'static str, u64)>, StoreError> {
    if let Tx::Postgres(tx) = tx {
        // Over a season of scans these take longer than any other statement of ours may.
        let patient = "SET LOCAL statement_timeout = '10min'";
        sqlx::query(patient).execute(&mut **tx).await?;
    }
    let mut broken = Vec::new();
    for (invariant, sql) in INVARIANTS {
        let (rows,): (i64,) = on!(tx, c => sqlx::query_as(sql).fetch_one(c).await)?;
        if rows != 0 {
            broken.push((invariant, rows.cast_unsigned()));
        }
    }
    Ok(broken)
}
