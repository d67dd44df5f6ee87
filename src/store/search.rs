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

/// Finds things with one of these columns as wanted, and within the scope's condition, whose number is `?`.
/// If there are more than the limit, those are found that come first by the first column.
async fn find<T: Kept>(
    tx: &mut Tx,
    columns: &[&str],
    wanted: Wanted<'_>,
    within: Option<(&str, i64)>,
    limit: u32,
) -> Result<Vec<T>, StoreError> {
    let alike: Vec<String> = columns
        .iter()
        .map(|column| format!("lower({column}) LIKE $1 ESCAPE '!'"))
        .collect();
    let mut condition = format!("({})", alike.join(" OR "));
    let mut values = vec![wanted.pattern()];
    if let Some((part, number)) = within {
        condition.push_str(&format!(" AND {}", part.replace('?', "$2")));
        values.push(number.into());
    }
    // Found among the narrow columns, in the order of their index: bodies are read of those alone that are wanted.
    let (table, first) = (T::TABLE, columns[0]);
    let found = format!(
        "number IN (SELECT number FROM {table} WHERE {condition} ORDER BY {first} LIMIT {limit})"
    );
    kept::chosen(tx, &found, values, "ORDER BY number DESC").await
}

/// The condition under which a thing of a licensee's lies within a scope; `None` if nothing does.
fn of_licensee(scope: Scope, column: &'static str) -> Option<Option<(&'static str, i64)>> {
    match scope {
        Scope::All => Some(None),
        Scope::Licensee(number) => Some(Some((column, number.0.into()))),
        Scope::Printer(_) => None,
    }
}

/// Licensees by name, credit code or the person to call, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn licensees(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Licensee>, StoreError> {
    match of_licensee(scope, "number = ?") {
        Some(within) => find(tx, &["name", "contact", "uscc"], wanted, within, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Printers by name or credit code, the newest first.
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
        Scope::All => None,
        Scope::Printer(number) => Some(("number = ?", number.0.into())),
        Scope::Licensee(_) => return Ok(Vec::new()),
    };
    find(tx, &["name", "uscc"], wanted, within, limit).await
}

/// Lots by the firm's own code, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots(
    tx: &mut Tx,
    wanted: Wanted<'_>,
    scope: Scope,
    limit: u32,
) -> Result<Vec<Lot>, StoreError> {
    match of_licensee(scope, "licensee = ?") {
        Some(within) => find(tx, &["code"], wanted, within, limit).await,
        None => Ok(Vec::new()),
    }
}

/// Rolls and boxes by what stands on them, the newest first.
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
        Scope::All => None,
        Scope::Licensee(number) => Some((
            "batch IN (SELECT batches.number FROM batches WHERE batches.licensee = ?)",
            number.0.into(),
        )),
        Scope::Printer(number) => Some((
            "batch IN (SELECT batches.number FROM batches JOIN orders ON orders.number = batches.order_number \
             WHERE orders.printer = ?)",
            number.0.into(),
        )),
    };
    find(tx, &["label"], wanted, within, limit).await
}
