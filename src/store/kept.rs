//! Things of the books: a row is the thing itself as JSON and, beside it, the columns that lists choose by.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::audit::{FIELD, ROW, ROWS};
use super::{StoreError, Tx};

/// The value of a column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A number, or none.
    Number(Option<i64>),
    /// A text, or none.
    Text(Option<String>),
}

impl<T: Into<i64>> From<T> for Value {
    fn from(number: T) -> Self {
        Self::Number(Some(number.into()))
    }
}

/// A text as a column's value.
#[allow(clippy::needless_pass_by_value)] // of a thing or a reference to one alike
pub(super) fn text(text: impl ToString) -> Value {
    Value::Text(Some(text.to_string()))
}

/// A text, or none, as a column's value.
pub(super) fn optional_text(text: Option<impl ToString>) -> Value {
    Value::Text(text.map(|text| text.to_string()))
}

/// A number, or none, as a column's value.
pub(super) fn number(number: Option<impl Into<i64>>) -> Value {
    Value::Number(number.map(Into::into))
}

/// A thing that is kept in a table of its own.
pub trait Kept: Serialize + DeserializeOwned + Send + Sync + Unpin {
    /// What it is found by.
    type Key: Copy + Send;
    /// The table.
    const TABLE: &'static str;
    /// The columns of the key.
    const KEY: &'static [&'static str];
    /// The columns that lists choose by, besides the key.
    const COLUMNS: &'static [&'static str];

    /// The values of the key's columns.
    fn key_values(key: Self::Key) -> Vec<Value>;
    /// What it is found by.
    fn key(&self) -> Self::Key;
    /// The values of the other columns, in their order.
    fn values(&self) -> Vec<Value>;
}

/// Binds the values in their order.
macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::store::kept::Value::Number(number) => query.bind(number),
                $crate::store::kept::Value::Text(text) => query.bind(text),
            };
        }
        query
    }};
}
pub(super) use bind_all;

/// What a thing is called: its table and key, as in `orders 12`.
pub fn name_of<T: Kept>(key: T::Key) -> String {
    let mut name = T::TABLE.to_owned();
    for value in T::key_values(key) {
        match value {
            Value::Number(Some(number)) => name.push_str(&format!(" {number}")),
            Value::Text(Some(text)) => name.push_str(&format!(" {text}")),
            Value::Number(None) | Value::Text(None) => {}
        }
    }
    name
}

/// `column = $1 AND …`
fn condition(columns: &[&str]) -> String {
    let parts: Vec<String> = (1..)
        .zip(columns)
        .map(|(place, column)| format!("{column} = ${place}"))
        .collect();
    parts.join(" AND ")
}

/// The row as it must be for this thing: all columns, then the body.
fn row_of<T: Kept>(thing: &T) -> (Vec<Value>, String) {
    let mut values = T::key_values(thing.key());
    values.extend(thing.values());
    let body = serde_json::to_string(thing).expect("things of the books can always be written");
    (values, body)
}

fn read<T: Kept>(key: &str, body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|_| StoreError::BrokenRow {
        table: T::TABLE,
        key: key.to_owned(),
        column: "body",
    })
}

/// The thing of that key.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get<T: Kept>(tx: &mut Tx, key: T::Key) -> Result<Option<T>, StoreError> {
    let found = chosen(tx, &condition(T::KEY), T::key_values(key), "").await?;
    Ok(found.into_iter().next())
}

/// Those of these numbers, of those there are; for things whose key is one number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn those<T: Kept>(
    tx: &mut Tx,
    numbers: impl Iterator<Item = u32> + Send,
) -> Result<Vec<T>, StoreError> {
    let condition = among("number", numbers);
    chosen(tx, &condition, Vec::new(), "").await
}

/// `column IN (1, 2, …)`; `column IN (NULL)`, which chooses nothing, if there are none.
pub(super) fn among(column: &str, numbers: impl Iterator<Item = u32>) -> String {
    let mut condition = format!("{column} IN (NULL");
    for number in numbers {
        condition.push_str(&format!(", {number}"));
    }
    condition.push(')');
    condition
}

/// The things that a condition chooses, with what follows it (`ORDER BY`, `LIMIT`).
pub(super) async fn chosen<T: Kept>(
    tx: &mut Tx,
    condition: &str,
    values: Vec<Value>,
    rest: &str,
) -> Result<Vec<T>, StoreError> {
    // The key as text, to name a broken row by.
    let key: Vec<String> = T::KEY
        .iter()
        .map(|column| format!("CAST({column} AS TEXT)"))
        .collect();
    let (key, table) = (key.join(" || ' ' || "), T::TABLE);
    let sql = format!("SELECT {key} AS row_key, body FROM {table} WHERE {condition} {rest}");
    let rows: Vec<(String, String)> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    rows.iter().map(|(key, body)| read(key, body)).collect()
}

/// Writes a new thing down, or a changed one over its former self.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn save<T: Kept>(tx: &mut Tx, thing: &T) -> Result<(), StoreError> {
    let columns: Vec<&str> = T::KEY
        .iter()
        .chain(T::COLUMNS)
        .copied()
        .chain(["body"])
        .collect();
    let places: Vec<String> = (1..=columns.len())
        .map(|place| format!("${place}"))
        .collect();
    let changes: Vec<String> = columns[T::KEY.len()..]
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO UPDATE SET {}",
        T::TABLE,
        columns.join(", "),
        places.join(", "),
        T::KEY.join(", "),
        changes.join(", ")
    );
    let (values, body) = row_of(thing);
    on!(tx, c => {
        bind_all!(sqlx::query(sqlx::AssertSqlSafe(sql)), values).bind(body).execute(c).await.map(drop)
    })?;
    Ok(())
}

/// SHA-256 over the rows that these things should have, in the order of their numbers; `None` if they have no number.
/// Compared with [`digest`], it finds an honest table in order fast.
pub fn digest_of<'a, T: Kept + 'a>(things: impl Iterator<Item = &'a T>) -> Option<[u8; 32]> {
    let mut should = Vec::new();
    for thing in things {
        match T::key_values(thing.key())[..] {
            [Value::Number(Some(number))] => should.push((number, thing)),
            _ => return None,
        }
    }
    should.sort_unstable_by_key(|(number, _)| *number);
    let mut hash = Sha256::new();
    let mut row = String::new();
    for (_, thing) in should {
        let (values, body) = row_of(thing);
        row.clear();
        for value in &values {
            match value {
                Value::Number(Some(number)) => row.push_str(&number.to_string()),
                Value::Text(Some(text)) => row.push_str(text),
                Value::Number(None) | Value::Text(None) => {}
            }
            row.push(FIELD);
        }
        row.push_str(&body);
        row.push(ROW);
        hash.update(&row);
    }
    Some(hash.finalize().into())
}

/// The same over the rows that are there.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn digest<T: Kept>(tx: &mut Tx) -> Result<[u8; 32], StoreError> {
    let key = T::KEY[0];
    let texts: String = T::COLUMNS
        .iter()
        .map(|column| format!("coalesce(CAST({column} AS TEXT), ''), "))
        .collect();
    let sql = format!(
        "SELECT string_agg(line, $2), max(row_key) FROM (SELECT {key} AS row_key, concat_ws($1, {key}, {texts}body) \
         AS line FROM {} WHERE {key} > $3 ORDER BY {key} LIMIT $4) AS page",
        T::TABLE
    );
    let mut last = i64::MIN;
    let mut hash = Sha256::new();
    loop {
        let page: (Option<String>, Option<i64>) = on!(tx, c => {
            sqlx::query_as(sqlx::AssertSqlSafe(sql.clone()))
                .bind(FIELD.to_string())
                .bind(ROW.to_string())
                .bind(last)
                .bind(ROWS)
                .fetch_one(c).await
        })?;
        let (Some(mut rows), Some(newest)) = page else {
            return Ok(hash.finalize().into());
        };
        last = newest;
        rows.push(ROW);
        hash.update(&rows);
    }
}

/// Holds a whole table against the things that should be in it. Returns what differs, each in words.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn differences<'a, T: Kept + 'a>(
    tx: &mut Tx,
    things: impl Iterator<Item = &'a T>,
) -> Result<Vec<String>, StoreError> {
    let mut should: BTreeMap<Vec<Value>, (Vec<Value>, String)> = things
        .map(|thing| (T::key_values(thing.key()), row_of(thing)))
        .collect();
    let columns: Vec<&str> = T::KEY.iter().chain(T::COLUMNS).copied().collect();
    let sql = format!("SELECT {}, body FROM {}", columns.join(", "), T::TABLE);
    let rows = on!(tx, c => {
        use sqlx::{Row, TypeInfo, ValueRef};
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(c).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut values = Vec::with_capacity(columns.len());
            for place in 0..columns.len() {
                let raw = row.try_get_raw(place)?;
                let is_text = raw.type_info().name().eq_ignore_ascii_case("text");
                let is_none = raw.is_null();
                values.push(match (is_none, is_text) {
                    (true, _) => Value::Number(None),
                    (false, true) => Value::Text(row.try_get(place)?),
                    (false, false) => Value::Number(row.try_get(place)?),
                });
            }
            all.push((values, row.try_get::<String, _>(columns.len())?));
        }
        Ok::<_, sqlx::Error>(all)
    })?;
    let mut found = Vec::new();
    for (values, body) in rows {
        let key = values[..T::KEY.len()].to_vec();
        let shown = shown(&key);
        match should.remove(&key) {
            None => found.push(format!(
                "{} {shown}: the ledger knows nothing of it",
                T::TABLE
            )),
            Some((want, want_body)) => {
                let differs = columns
                    .iter()
                    .zip(want.iter().zip(&values))
                    .find(|(_, (want, is))| !is_alike(want, is));
                if let Some((column, (want, is))) = differs {
                    found.push(format!(
                        "{} {shown}: {column} is {}, the ledger says {}",
                        T::TABLE,
                        shown_value(is),
                        shown_value(want)
                    ));
                } else if body != want_body {
                    found.push(format!(
                        "{} {shown}: says {body}, the ledger says {want_body}",
                        T::TABLE
                    ));
                }
            }
        }
    }
    let missing = should.into_keys();
    found.extend(missing.map(|key| format!("{} {}: is missing", T::TABLE, shown(&key))));
    Ok(found)
}

fn is_alike(one: &Value, other: &Value) -> bool {
    let is_none = |value: &Value| matches!(value, Value::Number(None) | Value::Text(None));
    one == other || (is_none(one) && is_none(other))
}

fn shown_value(value: &Value) -> String {
    match value {
        Value::Number(Some(number)) => number.to_string(),
        Value::Text(Some(text)) => text.clone(),
        Value::Number(None) | Value::Text(None) => "nothing".into(),
    }
}

fn shown(values: &[Value]) -> String {
    let parts: Vec<String> = values.iter().map(shown_value).collect();
    parts.join(" ")
}

/// The newest of the things for which every comparison with a value holds; those with none are passed over. The value
/// stands at its end, or where a `$` is.
pub(super) async fn newest<T: Kept>(
    tx: &mut Tx,
    comparisons: &[(&str, Value)],
    limit: u32,
) -> Result<Vec<T>, StoreError> {
    let mut condition = "number > 0".to_owned();
    let mut values = Vec::new();
    for (comparison, value) in comparisons {
        if !matches!(value, Value::Number(None) | Value::Text(None)) {
            values.push(value.clone());
            let place = format!("${}", values.len());
            condition.push_str(" AND ");
            match comparison.contains('$') {
                true => condition.push_str(&comparison.replace('$', &place)),
                false => condition.push_str(&format!("{comparison} {place}")),
            }
        }
    }
    let rest = format!("ORDER BY number DESC LIMIT {limit}");
    chosen(tx, &condition, values, &rest).await
}
