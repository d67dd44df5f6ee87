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
const INVARIANTS: [(&str, &str); 6] = [
    (
        "a batch has as many marks as its order, and is for the same licensee, season and form",
        "SELECT count(*) FROM batches b JOIN orders o ON o.number = b.order_number \
         WHERE b.count <> o.quantity OR b.licensee <> o.licensee OR b.season <> o.season OR b.form <> o.form",
    ),
    (
        "an event lies within its batch",
        "SELECT count(*) FROM range_events e JOIN batches b ON b.number = e.batch WHERE e.last_index >= b.count",
    ),
    // Scans of before some moment may have been aged out, all of them; the oldest that is left says which moment.
    (
        "a mark's count is the number of its last scan, unless that was aged out",
        "SELECT count(*) FROM mark_queries m \
         LEFT JOIN scans s ON s.at = m.latest_at AND s.batch = m.batch AND s.mark_index = m.mark_index \
         WHERE m.queries < 1 OR m.latest_at >= (SELECT min(at) FROM scans) AND (s.query IS NULL OR s.query <> m.queries)",
    ),
    (
        "every scan belongs to a counted mark of its batch, and names the one before it",
        "SELECT count(*) FROM scans s \
         LEFT JOIN mark_queries m ON m.batch = s.batch AND m.mark_index = s.mark_index \
         LEFT JOIN batches b ON b.number = s.batch \
         LEFT JOIN scans p ON p.at = s.previous_at AND p.batch = s.batch AND p.mark_index = s.mark_index \
         WHERE m.batch IS NULL OR b.number IS NULL OR s.mark_index >= b.count \
         OR s.query < 1 OR s.query > m.queries OR s.at > m.latest_at OR s.query < m.queries AND s.at = m.latest_at \
         OR (s.query = 1) <> (s.previous_at IS NULL) OR s.previous_at >= s.at \
         OR s.previous_at >= (SELECT min(at) FROM scans) AND (p.query IS NULL OR p.query <> s.query - 1)",
    ),
    (
        // Of a mark with a scan left there are those from its oldest to its count. What is more of them is in no chain.
        "no number of a mark is given to two scans",
        "SELECT CAST(abs(count(*) \
         - (SELECT coalesce(sum(queries + 1), 0) FROM mark_queries WHERE latest_at >= (SELECT min(at) FROM scans)) \
         + coalesce(sum(CASE WHEN previous_at IS NULL OR previous_at < (SELECT min(at) FROM scans) THEN query ELSE 0 END), 0)) AS BIGINT) \
         FROM scans",
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
         WHEN 'tip' THEN (SELECT coalesce(max(number), 0) FROM tips) \
         WHEN 'case' THEN (SELECT coalesce(max(number), 0) FROM cases) \
         WHEN 'calibration' THEN (SELECT coalesce(max(number), 0) FROM calibrations) \
         WHEN 'alert' THEN (SELECT coalesce(max(number), 0) FROM alerts) \
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
