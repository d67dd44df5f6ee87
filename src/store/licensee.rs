//! Licensees.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::kept::{self, Value, text};
use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::uscc::Uscc;

/// Takes the next number.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`] after 65,535 licensees.
pub async fn next_number(tx: &mut Tx) -> Result<LicenseeNumber, StoreError> {
    counter::next_of(tx, "licensee").await.map(LicenseeNumber)
}

/// The licensee of that number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: LicenseeNumber) -> Result<Option<Licensee>, StoreError> {
    kept::get(tx, number).await
}

/// The licensee of that code.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_uscc(tx: &mut Tx, uscc: &Uscc) -> Result<Option<Licensee>, StoreError> {
    let found = kept::chosen(tx, "uscc = $1", vec![text(uscc)], "").await?;
    Ok(found.into_iter().next())
}

/// The names of these licensees, of those there are.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn names(
    tx: &mut Tx,
    numbers: &BTreeSet<LicenseeNumber>,
) -> Result<BTreeMap<LicenseeNumber, String>, StoreError> {
    /// Numbers asked for at once; both databases take that many.
    const SOME: usize = 1000;
    let mut names = BTreeMap::new();
    let numbers: Vec<i64> = numbers.iter().map(|number| number.0.into()).collect();
    for some in numbers.chunks(SOME) {
        let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT number, name FROM licensees WHERE number IN ({})",
            places.join(", ")
        );
        let rows: Vec<(i64, String)> = on!(tx, c => {
            let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql.clone()));
            for number in some {
                query = query.bind(*number);
            }
            query.fetch_all(c).await
        })?;
        for (number, name) in rows {
            let row = Row {
                table: "licensees",
                key: &number,
            };
            names.insert(LicenseeNumber(row.number("number", number)?), name);
        }
    }
    Ok(names)
}

/// Which licensees are wanted.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// This one alone.
    pub number: Option<LicenseeNumber>,
    /// In this state.
    pub state: Option<LicenseeState>,
    /// Whose name or code contains this.
    pub search: Option<String>,
    /// That need attention on this day.
    pub attention_on: Option<Date>,
}

/// Wanted licensees by number, beginning after `after`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    after: LicenseeNumber,
    limit: u32,
) -> Result<Vec<Licensee>, StoreError> {
    let mut condition = "number > $1".to_owned();
    let mut values: Vec<Value> = vec![after.0.into()];
    let mut add = |part: &str, value: Value| {
        values.push(value);
        condition.push_str(&part.replace('?', &format!("${}", values.len())));
    };
    if let Some(number) = filter.number {
        add(" AND number = ?", number.0.into());
    }
    if let Some(state) = filter.state {
        add(" AND state = ?", text(state.slug()));
    }
    if let Some(search) = &filter.search {
        let pattern = like_pattern(search);
        add(
            " AND (name LIKE ? ESCAPE '!' OR uscc LIKE ? ESCAPE '!')",
            text(pattern),
        );
    }
    if let Some(day) = filter.attention_on {
        add(" AND attention_from <= ?", text(day));
    }
    let rest = format!("ORDER BY number LIMIT {limit}");
    kept::chosen(tx, &condition, values, &rest).await
}

/// A pattern for `LIKE … ESCAPE '!'` that finds this very text.
pub(super) fn like_pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
