//! Which tables there are, read from SQLite's schema.

use sqlx::SqliteConnection;

use super::MovingError;

/// Tables that belong to a database and not to the installation in it.
const OF_THE_DATABASE: [&str; 3] = ["_sqlx_migrations", "moving", "moved"];

/// A table that is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    pub(super) columns: Vec<Column>,
    /// The places of the key's columns; none where a table has no key.
    pub(super) key: Vec<usize>,
    /// The tables that its rows name.
    parents: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub name: String,
    pub kind: Kind,
}

/// What a column holds, or nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bytes,
}

impl Table {
    /// The columns, apart by commas.
    pub(super) fn columns(&self) -> String {
        let names: Vec<&str> = self.columns.iter().map(|one| one.name.as_str()).collect();
        names.join(", ")
    }

    /// The columns by which rows are put into one order: those of the key, or all.
    pub(super) fn order(&self) -> Vec<&Column> {
        if self.key.is_empty() {
            return self.columns.iter().collect();
        }
        self.key.iter().map(|place| &self.columns[*place]).collect()
    }
}

/// All tables, each after those that its rows name.
pub(super) async fn tables(source: &mut SqliteConnection) -> Result<Vec<Table>, MovingError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         ORDER BY name";
    let names: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut *source).await?;
    let mut waiting = Vec::new();
    for (name,) in names {
        if !OF_THE_DATABASE.contains(&name.as_str()) {
            waiting.push(table(source, name).await?);
        }
    }
    let mut sorted: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let is_there = |parent: &String| sorted.iter().any(|table| table.name == *parent);
        let (next, rest): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|table: &Table| table.parents.iter().all(is_there));
        if next.is_empty() {
            // They name one another in a ring.
            let first = rest.into_iter().next().map(|table| table.name);
            return Err(MovingError::Unknown(first.unwrap_or_default()));
        }
        sorted.extend(next);
        waiting = rest;
    }
    Ok(sorted)
}

async fn table(source: &mut SqliteConnection, name: String) -> Result<Table, MovingError> {
    let sql = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
    let rows: Vec<(String, String, i64)> = sqlx::query_as(sql)
        .bind(&name)
        .fetch_all(&mut *source)
        .await?;
    let mut columns = Vec::new();
    let mut key = Vec::new();
    for (place, (column, kind, of_key)) in rows.into_iter().enumerate() {
        let kind = match kind.as_str() {
            "INTEGER" => Kind::Number,
            "TEXT" => Kind::Text,
            "BLOB" => Kind::Bytes,
            _ => return Err(MovingError::Unknown(name)),
        };
        columns.push(Column { name: column, kind });
        if of_key > 0 {
            key.push((of_key, place));
        }
    }
    key.sort_unstable();
    let sql = "SELECT DISTINCT \"table\" FROM pragma_foreign_key_list($1) WHERE \"table\" <> $1";
    let parents: Vec<(String,)> = sqlx::query_as(sql).bind(&name).fetch_all(source).await?;
    Ok(Table {
        name,
        columns,
        key: key.into_iter().map(|(_, place)| place).collect(),
        parents: parents.into_iter().map(|(parent,)| parent).collect(),
    })
}
