//! Lists as people look through them: chosen, sorted by a column, page by page.
//!
//! What they may be sorted by has an index, or belongs to a table that never grows long (licensees end at 65,535).

use jiff::civil::Date;

use super::kept::{self, Kept, Value, number, text};
use super::licensee::like_pattern;
use super::{StoreError, Tx, order};
use crate::domain::document::{AddedDocument, DocumentNumber, Purpose};
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::form::Form;
use crate::domain::licensee::{Licensee, LicenseeNumber, LicenseeState};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::order::{Order, OrderNumber, OrderState};
use crate::domain::season::Season;
use crate::domain::transfer::{Transfer, TransferNumber, TransferState};

/// By which column, and in which direction. Rows that are alike in it follow one another by their keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    column: &'static str,
    is_descending: bool,
}

impl Sort {
    /// The smallest first.
    pub const fn up(column: &'static str) -> Self {
        Self {
            column,
            is_descending: false,
        }
    }

    /// The largest first.
    pub const fn down(column: &'static str) -> Self {
        Self {
            column,
            is_descending: true,
        }
    }

    /// By the word of an address: a column of these, with `-` before it for the largest first.
    pub fn of(word: &str, columns: &[&'static str]) -> Option<Self> {
        let (name, is_descending) = match word.strip_prefix('-') {
            Some(name) => (name, true),
            None => (word, false),
        };
        let column = columns.iter().copied().find(|column| *column == name)?;
        Some(Self {
            column,
            is_descending,
        })
    }

    /// The column.
    pub const fn column(self) -> &'static str {
        self.column
    }

    /// Whether the largest comes first.
    pub const fn is_descending(self) -> bool {
        self.is_descending
    }
}

/// What licensees may be sorted by.
pub const LICENSEES: &[&str] = &["number", "name", "uscc", "state"];
/// What orders may be sorted by.
pub const ORDERS: &[&str] = &["number", "licensee", "season", "state"];
/// What lots may be sorted by.
pub const LOTS: &[&str] = &["number", "licensee", "season"];
/// What entitlements may be sorted by.
pub const ENTITLEMENTS: &[&str] = &["season", "licensee"];
/// What transfers may be sorted by.
pub const TRANSFERS: &[&str] = &["number"];
/// What documents may be sorted by.
pub const DOCUMENTS: &[&str] = &["number", "title", "purpose"];

/// A condition as it grows, with its values.
struct Condition {
    text: String,
    values: Vec<Value>,
}

impl Condition {
    /// Everything; `column` is one that is above zero in every row.
    fn all(column: &str) -> Self {
        Self {
            text: format!("{column} > 0"),
            values: Vec::new(),
        }
    }

    /// Besides, if the value is one: a comparison with it in the place of `?`.
    fn and(mut self, comparison: &str, value: Value) -> Self {
        if !matches!(value, Value::Number(None) | Value::Text(None)) {
            self.values.push(value);
            let place = format!("${}", self.values.len());
            self.text.push_str(" AND ");
            self.text.push_str(&comparison.replace('?', &place));
        }
        self
    }
}

fn slug(slug: Option<&'static str>) -> Value {
    slug.map_or(Value::Text(None), text)
}

/// A page: what the condition chooses, sorted, beginning after the thing of that key.
async fn page<T: Kept>(
    tx: &mut Tx,
    condition: Condition,
    sort: Sort,
    after: Option<T::Key>,
    limit: u32,
) -> Result<Vec<T>, StoreError> {
    let Condition {
        text: mut condition,
        mut values,
    } = condition;
    let rest = T::KEY.iter().copied().filter(|key| *key != sort.column);
    let columns: Vec<&'static str> = std::iter::once(sort.column).chain(rest).collect();
    if let Some(key) = after {
        let is_of_key = T::KEY.contains(&sort.column);
        let begins: Option<T> = if is_of_key {
            None
        } else {
            kept::get(tx, key).await?
        };
        if begins.is_none() && !is_of_key {
            return Ok(Vec::new());
        }
        let first = values.len() + 1;
        values.extend(
            columns
                .iter()
                .map(|column| value::<T>(column, key, begins.as_ref())),
        );
        let places: Vec<String> = (first..=values.len())
            .map(|place| format!("${place}"))
            .collect();
        let side = if sort.is_descending { '<' } else { '>' };
        condition.push_str(&format!(
            " AND ({}) {side} ({})",
            columns.join(", "),
            places.join(", ")
        ));
    }
    let direction = if sort.is_descending { " DESC" } else { "" };
    let order: Vec<String> = columns
        .iter()
        .map(|column| format!("{column}{direction}"))
        .collect();
    let rest = format!("ORDER BY {} LIMIT {limit}", order.join(", "));
    kept::chosen(tx, &condition, values, &rest).await
}

/// What stands in a column of the row after which a page begins.
fn value<T: Kept>(column: &str, key: T::Key, row: Option<&T>) -> Value {
    if let Some(place) = T::KEY.iter().position(|name| *name == column) {
        return T::key_values(key).swap_remove(place);
    }
    let place = T::COLUMNS.iter().position(|name| *name == column);
    let values = row.map(T::values).unwrap_or_default();
    let value = place.and_then(|place| values.into_iter().nth(place));
    value.unwrap_or(Value::Text(None))
}

/// Which licensees are wanted.
#[derive(Clone, Debug, Default)]
pub struct LicenseeFilter {
    /// This one alone.
    pub number: Option<LicenseeNumber>,
    /// In this state.
    pub state: Option<LicenseeState>,
    /// Whose name or code contains this.
    pub search: Option<String>,
    /// That need attention on this day.
    pub attention_on: Option<Date>,
}

/// Licensees.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn licensees(
    tx: &mut Tx,
    filter: &LicenseeFilter,
    sort: Sort,
    after: Option<LicenseeNumber>,
    limit: u32,
) -> Result<Vec<Licensee>, StoreError> {
    let pattern = filter.search.as_deref().map(like_pattern);
    let condition = Condition::all("number")
        .and("number = ?", number(filter.number.map(|number| number.0)))
        .and("state = ?", slug(filter.state.map(LicenseeState::slug)))
        .and(
            "(name LIKE ? ESCAPE '!' OR uscc LIKE ? ESCAPE '!')",
            Value::Text(pattern),
        )
        .and(
            "attention_from <= ?",
            Value::Text(filter.attention_on.map(|day| day.to_string())),
        );
    page(tx, condition, sort, after, limit).await
}

/// Orders.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn orders(
    tx: &mut Tx,
    filter: &order::Filter,
    sort: Sort,
    after: Option<OrderNumber>,
    limit: u32,
) -> Result<Vec<Order>, StoreError> {
    let condition = Condition::all("number")
        .and(
            "licensee = ?",
            number(filter.licensee.map(|number| number.0)),
        )
        .and("printer = ?", number(filter.printer.map(|number| number.0)))
        .and("season = ?", number(filter.season.map(Season::year)))
        .and("state = ?", slug(filter.state.map(OrderState::slug)));
    page(tx, condition, sort, after, limit).await
}

/// Which lots are wanted.
#[derive(Clone, Debug, Default)]
pub struct LotFilter {
    /// Of this licensee.
    pub licensee: Option<LicenseeNumber>,
    /// Of this season.
    pub season: Option<Season>,
    /// Recalled ones, or those that are not.
    pub is_recalled: Option<bool>,
}

/// Lots.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots(
    tx: &mut Tx,
    filter: &LotFilter,
    sort: Sort,
    after: Option<LotNumber>,
    limit: u32,
) -> Result<Vec<Lot>, StoreError> {
    let condition = Condition::all("number")
        .and(
            "licensee = ?",
            number(filter.licensee.map(|number| number.0)),
        )
        .and("season = ?", number(filter.season.map(Season::year)))
        .and("is_recalled = ?", number(filter.is_recalled.map(i64::from)));
    page(tx, condition, sort, after, limit).await
}

/// Which entitlements are wanted.
#[derive(Clone, Debug, Default)]
pub struct EntitlementFilter {
    /// Of this licensee.
    pub licensee: Option<LicenseeNumber>,
    /// Of this season.
    pub season: Option<Season>,
    /// For this form.
    pub form: Option<Form>,
}

/// Entitlements.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn entitlements(
    tx: &mut Tx,
    filter: &EntitlementFilter,
    sort: Sort,
    after: Option<Account>,
    limit: u32,
) -> Result<Vec<Entitlement>, StoreError> {
    let condition = Condition::all("licensee")
        .and(
            "licensee = ?",
            number(filter.licensee.map(|number| number.0)),
        )
        .and("season = ?", number(filter.season.map(Season::year)))
        .and("form = ?", slug(filter.form.map(Form::slug)));
    page(tx, condition, sort, after, limit).await
}

/// Which transfers are wanted.
#[derive(Clone, Debug, Default)]
pub struct TransferFilter {
    /// In which this licensee has a part.
    pub licensee: Option<LicenseeNumber>,
    /// In this state.
    pub state: Option<TransferState>,
}

/// Transfers.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn transfers(
    tx: &mut Tx,
    filter: &TransferFilter,
    sort: Sort,
    after: Option<TransferNumber>,
    limit: u32,
) -> Result<Vec<Transfer>, StoreError> {
    let condition = Condition::all("number")
        .and(
            "(giver = ? OR receiver = ?)",
            number(filter.licensee.map(|number| number.0)),
        )
        .and("state = ?", slug(filter.state.map(TransferState::slug)));
    page(tx, condition, sort, after, limit).await
}

/// Which documents are wanted: of one licensee.
#[derive(Clone, Copy, Debug)]
pub struct DocumentFilter {
    /// Whose.
    pub licensee: LicenseeNumber,
    /// For this.
    pub purpose: Option<Purpose>,
}

/// Documents of a licensee.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn documents(
    tx: &mut Tx,
    filter: &DocumentFilter,
    sort: Sort,
    after: Option<DocumentNumber>,
    limit: u32,
) -> Result<Vec<AddedDocument>, StoreError> {
    let condition = Condition::all("number")
        .and("licensee = ?", filter.licensee.0.into())
        .and("purpose = ?", slug(filter.purpose.map(Purpose::slug)));
    page(tx, condition, sort, after, limit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_sorts_by_known_columns_alone() {
        assert_eq!(Sort::of("name", LICENSEES), Some(Sort::up("name")));
        assert_eq!(Sort::of("-name", LICENSEES), Some(Sort::down("name")));
        for wrong in ["", "-", "--name", "body", "name DESC", "NAME"] {
            assert_eq!(Sort::of(wrong, LICENSEES), None, "{wrong}");
        }
    }
}
