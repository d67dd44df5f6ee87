//! A group of scans on SQLite: each statement takes all rows at once as `VALUES`. Their number is rounded up to a power of
//! two with rows of nulls, so that there are few texts of statements and each is prepared once.

use std::sync::LazyLock;

use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection};

use super::group::{Counted, FoundRow, Group, NewScan};
use super::{class, prefecture};
use crate::domain::mark::MarkId;
use crate::store::StoreError;

/// Rows of one statement at most: a power of two.
const MOST_ROWS: usize = 256;
const SIZES: usize = MOST_ROWS.ilog2() as usize + 1;

/// The texts of a statement for 1, 2, 4, … rows.
struct Statement([&'static str; SIZES]);

impl Statement {
    fn new(before: &str, columns: usize, after: &str) -> Self {
        let row = format!("({})", vec!["?"; columns].join(","));
        Self(std::array::from_fn(|size| {
            let rows = vec![row.as_str(); 1 << size].join(",");
            &*format!("{before} {rows} {after}").leak()
        }))
    }

    /// The text for so many rows, and how many rows of nulls it takes besides.
    fn of(&self, rows: usize) -> (&'static str, usize) {
        let rounded = rows.next_power_of_two();
        (self.0[rounded.ilog2() as usize], rounded - rows)
    }
}

const COUNT_COLUMNS: usize = 11;
const ADD_COLUMNS: usize = 11;

static READ: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(
        "WITH wanted (batch, mark_index) AS (VALUES",
        2,
        ") SELECT m.batch, m.mark_index, m.queries, m.first_at, m.latest_at, m.first_prefecture, m.first_place_class, \
         m.first_phone, m.recent, m.first_network, m.account \
         FROM wanted w CROSS JOIN mark_queries m ON m.batch = w.batch AND m.mark_index = w.mark_index \
         UNION ALL SELECT NULL, NULL, next, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL FROM counters WHERE name = 'entry'",
    )
});

static COUNT: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(
        "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, \
         first_place_class, first_phone, first_network, recent, account) SELECT * FROM (VALUES",
        COUNT_COLUMNS,
        ") WHERE column1 IS NOT NULL ON CONFLICT (batch, mark_index) DO UPDATE \
         SET queries = excluded.queries, latest_at = excluded.latest_at, recent = excluded.recent, \
         account = excluded.account",
    )
});

static ADD: LazyLock<Statement> = LazyLock::new(|| {
    Statement::new(
        "INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, channel, \
         network) SELECT * FROM (VALUES",
        ADD_COLUMNS,
        ") WHERE column1 IS NOT NULL",
    )
});

type Statements<'q> = Query<'q, Sqlite, SqliteArguments>;

/// The rows of nulls after the others.
fn padded(mut query: Statements<'_>, columns: usize, rows: usize) -> Statements<'_> {
    for _ in 0..columns * rows {
        query = query.bind(None::<i64>);
    }
    query
}

pub(super) async fn read(
    connection: &mut SqliteConnection,
    marks: &[MarkId],
) -> Result<Group, StoreError> {
    let mut group = Group::of_at_most(marks.len());
    for some in marks.chunks(MOST_ROWS) {
        let (sql, nulls) = READ.of(some.len());
        let mut query = sqlx::query_as::<_, FoundRow>(sql);
        for mark in some {
            query = query
                .bind(i64::from(mark.batch.get()))
                .bind(i64::from(mark.index.get()));
        }
        for _ in 0..2 * nulls {
            query = query.bind(None::<i64>);
        }
        group.take(query.fetch_all(&mut *connection).await?)?;
    }
    Ok(group)
}

pub(super) async fn write(
    connection: &mut SqliteConnection,
    counted: &[Counted],
    scans: &[NewScan],
) -> Result<(), StoreError> {
    for some in counted.chunks(MOST_ROWS) {
        let (sql, nulls) = COUNT.of(some.len());
        let mut query = sqlx::query(sql);
        for one in some {
            let Counted {
                mark,
                queries,
                account,
            } = one;
            query = query
                .bind(i64::from(mark.batch.get()))
                .bind(i64::from(mark.index.get()))
                .bind(queries.count.cast_signed())
                .bind(queries.first_at.as_microsecond())
                .bind(queries.latest_at.as_microsecond())
                .bind(prefecture(queries.first_place))
                .bind(class(queries.first_place))
                .bind(queries.first_phone.map(|phone| phone.0.to_vec()))
                .bind(queries.first_network.map(|network| i64::from(network.0)))
                .bind(queries.recent.to_bytes())
                .bind(account.as_ref().map(|account| account.to_bytes().to_vec()));
        }
        padded(query, COUNT_COLUMNS, nulls)
            .execute(&mut *connection)
            .await?;
    }
    for some in scans.chunks(MOST_ROWS) {
        let (sql, nulls) = ADD.of(some.len());
        let mut query = sqlx::query(sql);
        for scan in some {
            query = query
                .bind(scan.at.as_microsecond())
                .bind(i64::from(scan.mark.batch.get()))
                .bind(i64::from(scan.mark.index.get()))
                .bind(scan.query.cast_signed())
                .bind(scan.previous_at.map(jiff::Timestamp::as_microsecond))
                .bind(scan.state)
                .bind(prefecture(scan.place))
                .bind(class(scan.place))
                .bind(scan.phone.map(|phone| phone.0.to_vec()))
                .bind(scan.channel)
                .bind(scan.network.map(|network| i64::from(network.0)));
        }
        padded(query, ADD_COLUMNS, nulls)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
