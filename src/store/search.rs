//! Things by what people know of them: a part of a name or code, a lot's code, what stands on a box. Each function finds
//! only what lies within a scope.

use super::kept::{self, Kept, Value, text};
use super::{StoreError, Tx};
use crate::domain::access::Scope;
use crate::domain::container::Container;
use crate::domain::licensee::Licensee;
use crate::domain::lot::Lot;
use crate::domain::printer::Printer;
use crate::domain::text::half_width;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// This very text, in any case of its letters.
    Exactly(&'a str),
    /// Whatever holds this.
    Part(&'a str),
}

impl Wanted<'_> {
    /// A pattern for `lower(column) LIKE ? ESCAPE '!'`.
    fn pattern(self) -> Value {
        let (Self::Exactly(wanted) | Self::Part(wanted)) = self;
        let mut pattern = String::new();
        for letter in wanted.chars() {
            match half_width(letter) {
                // Brackets and points are typed in either width: any sign serves.
                '(' | ')' => pattern.push('_'),
                half if half != letter && !half.is_ascii_alphanumeric() => pattern.push('_'),
                half @ ('%' | '_' | '!') => pattern.extend(['!', half]),
                half => pattern.extend(half.to_lowercase()),
            }
        }
        match self {
            Self::Exactly(_) => text(pattern),
            Self::Part(_) => text(format!("%{pattern}%")),
        }
    }
}

/// What of a table lies within a scope.
enum Within {
    /// All of it.
    All,
    /// What this condition chooses, with the number of the party in place of `?`.
    Of(&'static str, i64),
    /// Nothing.
    Nothing,
}

/// Finds things with one of these columns as wanted, within a scope.
/// If there are more than the limit, those are found that come first by the first column.
async fn find<T: Kept>(
    tx: &mut Tx,
    columns: &[&str],
    wanted: Wanted<'_>,
    within: Within,
    limit: u32,
) -> Result<Vec<T>, StoreError> {
    let alike: Vec<String> = columns
        .iter()
        .map(|column| format!("lower({column}) LIKE $1 ESCAPE '!'"))
        .collect();
    let mut condition = format!("({})", alike.join(" OR "));
    let mut values = vec![wanted.pattern()];
    match within {
        Within::Nothing => return Ok(Vec::new()),
        Within::All => {}
        Within::Of(part, number) => {
            condition.push_str(&format!(" AND {}", part.replace('?', "$2")));
            values.push(number.into());
        }
    }
    // Found among the narrow columns, in the order of their index: bodies are read of those alone that are wanted.
    let (table, first) = (T::TABLE, columns[0]);
    let found = format!(
        "number IN (SELECT number FROM {table} WHERE {condition} ORDER BY {first} LIMIT {limit})"
    );
    kept::chosen(tx, &found, values, "ORDER BY number DESC").await
}

/// What lies within a scope of a table whose things are licensees'.
fn of_licensee(scope: Scope, part: &'static str) -> Within {
    match scope {
        Scope::All => Within::All,
        Scope::Licensee(number) => Within::Of(part, number.0.into()),
        Scope::Printer(_) => Within::Nothing,
    }
}

/// Licensees by name, credit code or the person to call.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn licensees(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Licensee>, StoreError> {
    let within = of_licensee(scope, "number = ?");
    find(tx, &["name", "contact", "uscc"], wanted, within, limit).await
}

/// Printers by name or credit code.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn printers(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Printer>, StoreError> {
    let within = match scope {
        Scope::All => Within::All,
        Scope::Printer(number) => Within::Of("number = ?", number.0.into()),
        Scope::Licensee(_) => Within::Nothing,
    };
    find(tx, &["name", "uscc"], wanted, within, limit).await
}

/// Lots by the firm's own code.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Lot>, StoreError> {
    let within = of_licensee(scope, "licensee = ?");
    find(tx, &["code"], wanted, within, limit).await
}

/// Rolls and boxes by what stands on them.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn containers(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Container>, StoreError> {
    let within = match scope {
        Scope::All => Within::All,
        Scope::Licensee(number) => Within::Of(
            "batch IN (SELECT batches.number FROM batches WHERE batches.licensee = ?)",
            number.0.into(),
        ),
        Scope::Printer(number) => Within::Of(
            "batch IN (SELECT batches.number FROM batches JOIN orders ON orders.number = batches.order_number \
             WHERE orders.printer = ?)",
            number.0.into(),
        ),
    };
    find(tx, &["label"], wanted, within, limit).await
}
