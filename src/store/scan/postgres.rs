//! A group of scans on PostgreSQL: each statement takes all rows at once as arrays, a column each.
//!
//! The statements leave the planner no choice but to look each row up by its key: a plan is kept with the connection, and one
//! made while a table was small would go on reading all of it.

use sqlx::PgConnection;

use super::group::{FoundRow, Group, NewAccount, NewScan};
use super::{class, mark_of, prefecture};
use crate::domain::mark::MarkId;
use crate::domain::queries::Queries;
use crate::store::StoreError;

/// The rows are locked in the order in which they are asked for, which is that of their keys, by everyone, so that two groups
/// never wait for each other.
const READ: &str = "WITH held AS (SELECT m.* FROM UNNEST($1::bigint[], $2::bigint[]) AS w (batch, mark_index) \
     CROSS JOIN LATERAL (SELECT q.batch, q.mark_index, q.queries, q.first_at, q.latest_at, \
     q.first_prefecture, q.first_place_class, q.first_phone, q.recent, q.first_network, NULL::bytea \
     FROM mark_queries q WHERE q.batch = w.batch AND q.mark_index = w.mark_index FOR UPDATE) m) \
     SELECT * FROM held \
     UNION ALL SELECT NULL, NULL, next, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL FROM counters WHERE name = 'entry'";

/// A statement of its own, after the rows of the marks are held: it sees what those wrote who held them before. `OFFSET 0`
/// keeps the planner from making one join of it.
const ACCOUNTS: &str = "SELECT w.batch, w.mark_index, a.account \
     FROM UNNEST($1::bigint[], $2::bigint[]) AS w (batch, mark_index) \
     CROSS JOIN LATERAL (SELECT account FROM mark_accounts m \
     WHERE m.batch = w.batch AND m.mark_index = w.mark_index OFFSET 0) a";

const WRITE_ACCOUNTS: &str = "INSERT INTO mark_accounts (batch, mark_index, changed_at, account) \
     SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[]) \
     ON CONFLICT (batch, mark_index) DO UPDATE SET changed_at = excluded.changed_at, account = excluded.account";

const WRITE: &str = "WITH counted AS MATERIALIZED (SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], \
     $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::bigint[], $10::bytea[], $11::bool[]) \
     AS c (batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent, is_new)), \
     first AS (INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
     first_place_class, first_phone, first_network, recent) \
     SELECT batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent FROM counted \
     WHERE is_new ON CONFLICT (batch, mark_index) DO NOTHING RETURNING 1), \
     again AS (INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
     first_place_class, first_phone, first_network, recent) \
     SELECT batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent FROM counted \
     WHERE NOT is_new ON CONFLICT (batch, mark_index) DO UPDATE \
     SET queries = excluded.queries, latest_at = excluded.latest_at, recent = excluded.recent RETURNING 1), \
     added AS (INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, \
     channel, network) SELECT * FROM UNNEST($12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], \
     $17::text[], $18::bigint[], $19::text[], $20::bytea[], $21::text[], $22::bigint[]) RETURNING 1) \
     SELECT (SELECT count(*) FROM first) + (SELECT count(*) FROM again), (SELECT count(*) FROM added)";

/// A column of batch numbers and one of indices.
fn keys<'a>(marks: impl Iterator<Item = &'a MarkId>) -> (Vec<i64>, Vec<i64>) {
    marks
        .map(|mark| (i64::from(mark.batch.get()), i64::from(mark.index.get())))
        .unzip()
}

pub(super) async fn read(
    connection: &mut PgConnection,
    marks: &[MarkId],
) -> Result<Group, StoreError> {
    let (batches, indices) = keys(marks.iter());
    let found: Vec<FoundRow> = sqlx::query_as(READ)
        .bind(batches)
        .bind(indices)
        .fetch_all(&mut *connection)
        .await?;
    let mut group = Group::of_at_most(marks.len());
    group.take(found)?;
    if !group.queries.is_empty() {
        let (batches, indices) = keys(group.queries.keys());
        let found: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(ACCOUNTS)
            .bind(batches)
            .bind(indices)
            .fetch_all(connection)
            .await?;
        for (batch, index, account) in found {
            group.take_account(mark_of(batch, index)?, &account)?;
        }
    }
    Ok(group)
}

fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

pub(super) async fn write_accounts(
    connection: &mut PgConnection,
    accounts: &[NewAccount],
) -> Result<(), StoreError> {
    let (batches, indices) = keys(accounts.iter().map(|new| &new.mark));
    sqlx::query(WRITE_ACCOUNTS)
        .bind(batches)
        .bind(indices)
        .bind(column(accounts, |new| new.at.as_microsecond()))
        .bind(column(accounts, |new| new.account.to_bytes().to_vec()))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn write(
    connection: &mut PgConnection,
    known: &Group,
    counted: &[(MarkId, Queries)],
    scans: &[NewScan],
    accounts: &[NewAccount],
) -> Result<bool, StoreError> {
    if !accounts.is_empty() {
        write_accounts(connection, accounts).await?;
    }
    let (batches, indices) = keys(counted.iter().map(|(mark, _)| mark));
    let (scan_batches, scan_indices) = keys(scans.iter().map(|scan| &scan.mark));
    let (rows, added): (i64, i64) = sqlx::query_as(WRITE)
        .bind(batches)
        .bind(indices)
        .bind(column(counted, |(_, queries)| queries.count.cast_signed()))
        .bind(column(counted, |(_, queries)| {
            queries.first_at.as_microsecond()
        }))
        .bind(column(counted, |(_, queries)| {
            queries.latest_at.as_microsecond()
        }))
        .bind(column(counted, |(_, queries)| {
            prefecture(queries.first_place)
        }))
        .bind(column(counted, |(_, queries)| class(queries.first_place)))
        .bind(column(counted, |(_, queries)| {
            queries.first_phone.as_ref().map(|phone| &phone.0[..])
        }))
        .bind(column(counted, |(_, queries)| {
            queries.first_network.map(|network| i64::from(network.0))
        }))
        .bind(column(counted, |(_, queries)| queries.recent.to_bytes()))
        .bind(column(counted, |(mark, _)| {
            !known.queries.contains_key(mark)
        }))
        .bind(column(scans, |scan| scan.at.as_microsecond()))
        .bind(scan_batches)
        .bind(scan_indices)
        .bind(column(scans, |scan| scan.query.cast_signed()))
        .bind(column(scans, |scan| {
            scan.previous_at.map(jiff::Timestamp::as_microsecond)
        }))
        .bind(column(scans, |scan| scan.state))
        .bind(column(scans, |scan| prefecture(scan.place)))
        .bind(column(scans, |scan| class(scan.place)))
        .bind(column(scans, |scan| {
            scan.phone.as_ref().map(|phone| &phone.0[..])
        }))
        .bind(column(scans, |scan| scan.channel))
        .bind(column(scans, |scan| {
            scan.network.map(|network| i64::from(network.0))
        }))
        .fetch_one(connection)
        .await?;
    let wanted = i64::try_from(counted.len()).unwrap_or(i64::MAX);
    Ok(rows == wanted && added == i64::try_from(scans.len()).unwrap_or(i64::MAX))
}
