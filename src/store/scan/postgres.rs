//! A group of scans on PostgreSQL: each statement takes all rows at once as arrays, a column each.
//!
//! The statements leave the planner no choice but to look each row up by its key: a plan is kept with the connection, and one
//! made while a table was small would go on reading all of it.

use sqlx::PgConnection;

use super::group::{Counted, FoundRow, Group, NewScan};
use super::{class, prefecture};
use crate::domain::mark::MarkId;
use crate::store::StoreError;

/// The rows are locked in the order in which they are asked for, which is that of their keys, by everyone, so that two groups
/// never wait for each other.
const READ: &str = "WITH held AS (SELECT m.* FROM UNNEST($1::bigint[], $2::bigint[]) AS w (batch, mark_index) \
     CROSS JOIN LATERAL (SELECT q.batch, q.mark_index, q.queries, q.first_at, q.latest_at, \
     q.first_prefecture, q.first_place_class, q.first_phone, q.recent, q.first_network, q.account \
     FROM mark_queries q WHERE q.batch = w.batch AND q.mark_index = w.mark_index FOR UPDATE) m) \
     SELECT * FROM held \
     UNION ALL SELECT NULL, NULL, next, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL FROM counters WHERE name = 'entry'";

const WRITE: &str = "WITH counted AS MATERIALIZED (SELECT * FROM UNNEST($1::bigint[], $2::bigint[], $3::bigint[], \
     $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::bigint[], $10::bytea[], $11::bytea[], $12::bool[]) \
     AS c (batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent, account, \
     is_new)), \
     first AS (INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
     first_place_class, first_phone, first_network, recent, account) \
     SELECT batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent, account \
     FROM counted WHERE is_new ON CONFLICT (batch, mark_index) DO NOTHING RETURNING 1), \
     again AS (INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
     first_place_class, first_phone, first_network, recent, account) \
     SELECT batch, mark_index, queries, first_at, latest_at, prefecture, class, phone, network, recent, account \
     FROM counted WHERE NOT is_new ON CONFLICT (batch, mark_index) DO UPDATE \
     SET queries = excluded.queries, latest_at = excluded.latest_at, recent = excluded.recent, \
     account = excluded.account RETURNING 1), \
     added AS (INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, \
     channel, network) SELECT * FROM UNNEST($13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], \
     $18::text[], $19::bigint[], $20::text[], $21::bytea[], $22::text[], $23::bigint[]) RETURNING 1) \
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
    Ok(group)
}

fn column<'a, R, T>(rows: &'a [R], value: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}

pub(super) async fn write(
    connection: &mut PgConnection,
    known: &Group,
    counted: &[Counted],
    scans: &[NewScan],
) -> Result<bool, StoreError> {
    let (batches, indices) = keys(counted.iter().map(|one| &one.mark));
    let (scan_batches, scan_indices) = keys(scans.iter().map(|scan| &scan.mark));
    let (rows, added): (i64, i64) = sqlx::query_as(WRITE)
        .bind(batches)
        .bind(indices)
        .bind(column(counted, |one| one.queries.count.cast_signed()))
        .bind(column(counted, |one| one.queries.first_at.as_microsecond()))
        .bind(column(counted, |one| {
            one.queries.latest_at.as_microsecond()
        }))
        .bind(column(counted, |one| prefecture(one.queries.first_place)))
        .bind(column(counted, |one| class(one.queries.first_place)))
        .bind(column(counted, |one| {
            one.queries.first_phone.as_ref().map(|phone| &phone.0[..])
        }))
        .bind(column(counted, |one| {
            one.queries
                .first_network
                .map(|network| i64::from(network.0))
        }))
        .bind(column(counted, |one| one.queries.recent.to_bytes()))
        .bind(column(counted, |one| {
            one.account
                .as_ref()
                .map(|account| account.to_bytes().to_vec())
        }))
        .bind(column(counted, |one| {
            !known.queries.contains_key(&one.mark)
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
