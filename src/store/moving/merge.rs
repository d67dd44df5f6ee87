//! What changed since the snapshot: into a table that lasts as long as the transaction, and from there over the rows that
//! are there.

use sqlx::{AssertSqlSafe, PgConnection, SqliteConnection};

use super::in_time;
use super::lines::{Pages, Part};
use super::schema::Table;
use super::target::copy_in;
use crate::store::StoreError;

/// Fills the table `incoming_…` with a part of SQLite's. Returns how many rows it has.
pub(super) async fn take_in(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    part: Part<'_>,
) -> Result<u64, StoreError> {
    let name = &part.table.name;
    let make = format!("CREATE TEMPORARY TABLE incoming_{name} (LIKE {name}) ON COMMIT DROP");
    run(target, make).await?;
    let into = format!("incoming_{name}");
    let table = part.table;
    copy_in(source, target, &into, table, Pages::new(part), &mut |_| {}).await
}

/// Removes rows that are not in `incoming_…`.
pub(super) async fn remove(target: &mut PgConnection, table: &Table) -> Result<(), StoreError> {
    let name = &table.name;
    let keys = table
        .key
        .iter()
        .map(|place| &table.columns[*place].name)
        .map(|key| format!("i.{key} = t.{key}"));
    let keys: Vec<String> = keys.collect();
    let sql = match keys.as_slice() {
        [] => format!("DELETE FROM {name}"),
        keys => format!(
            "DELETE FROM {name} t WHERE NOT EXISTS (SELECT 1 FROM incoming_{name} i WHERE {})",
            keys.join(" AND ")
        ),
    };
    run(target, sql).await
}

/// Adds the rows of `incoming_…`; those that are there already are changed, if they may be.
pub(super) async fn add(
    target: &mut PgConnection,
    table: &Table,
    may_change: bool,
) -> Result<(), StoreError> {
    let (name, columns) = (&table.name, table.columns());
    let key: Vec<&str> = table
        .key
        .iter()
        .map(|place| table.columns[*place].name.as_str())
        .collect();
    let others: Vec<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|column| !key.contains(column))
        .collect();
    let conflict = if key.is_empty() {
        String::new()
    } else if may_change && !others.is_empty() {
        let all = |of: &str| -> String {
            let named: Vec<String> = others.iter().map(|one| format!("{of}.{one}")).collect();
            named.join(", ")
        };
        let set: Vec<String> = others
            .iter()
            .map(|one| format!("{one} = excluded.{one}"))
            .collect();
        format!(
            "ON CONFLICT ({}) DO UPDATE SET {} WHERE ROW({}) IS DISTINCT FROM ROW({})",
            key.join(", "),
            set.join(", "),
            all(name),
            all("excluded")
        )
    } else {
        format!("ON CONFLICT ({}) DO NOTHING", key.join(", "))
    };
    let sql =
        format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM incoming_{name} {conflict}");
    run(target, sql).await
}

async fn run(target: &mut PgConnection, sql: String) -> Result<(), StoreError> {
    in_time(sqlx::raw_sql(AssertSqlSafe(sql)).execute(target)).await?;
    Ok(())
}

/// Takes away on the target what was aged out since: scans older than the oldest that SQLite still has.
pub(super) async fn age_out(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
) -> Result<(), StoreError> {
    let sql = "SELECT min(at) FROM scans";
    let (oldest,): (Option<i64>,) = sqlx::query_as(sql).fetch_one(source).await?;
    let gone = sqlx::query("DELETE FROM scans WHERE at < $1").bind(oldest.unwrap_or(i64::MAX));
    in_time(gone.execute(target)).await?;
    Ok(())
}
