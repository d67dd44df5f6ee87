//! Stock: labels that are not used, lost or destroyed.

use super::count;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::store::kept::{Value, bind_all};
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// Where labels are that are not used, lost or destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// With the licensee.
    pub on_hand: u64,
    /// On their way to it.
    pub in_transit: u64,
    /// Printed, at the printer's.
    pub at_printer: u64,
    /// Spoiled or returned, and not destroyed yet.
    pub to_be_destroyed: u64,
}

impl Stock {
    /// All of them.
    pub const fn all(&self) -> u64 {
        self.on_hand + self.in_transit + self.at_printer + self.to_be_destroyed
    }
}

/// Stock of a licensee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockOf {
    /// Whose.
    pub number: LicenseeNumber,
    /// Its name.
    pub name: String,
    /// Where its labels are.
    pub stock: Stock,
}

/// In which order stock is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StockOrder {
    /// Those with the most labels first.
    Most,
    /// By number, beginning after this one.
    After(LicenseeNumber),
}

/// Licensees with labels that are not used, lost or destroyed: of one season or of all, of one licensee or of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn stock(
    tx: &mut Tx,
    season: Option<Season>,
    licensee: Option<LicenseeNumber>,
    order: StockOrder,
    limit: u32,
) -> Result<Vec<StockOf>, StoreError> {
    let mut condition =
        "o.on_hand + o.in_transit + o.at_printer + o.to_be_destroyed > 0".to_owned();
    let mut values: Vec<Value> = Vec::new();
    let mut add = |comparison: &str, value: Value| {
        values.push(value);
        condition.push_str(&format!(" AND o.{comparison} ${}", values.len()));
    };
    if let Some(season) = season {
        add("season =", season.year().into());
    }
    if let Some(licensee) = licensee {
        add("licensee =", licensee.0.into());
    }
    let sorted = match order {
        StockOrder::Most => {
            "sum(o.on_hand + o.in_transit + o.at_printer + o.to_be_destroyed) DESC, o.licensee"
        }
        StockOrder::After(after) => {
            add("licensee >", after.0.into());
            "o.licensee"
        }
    };
    let sum = |column: &str| format!("CAST(sum(o.{column}) AS BIGINT)");
    let sql = format!(
        "SELECT o.licensee, (SELECT name FROM licensees WHERE number = o.licensee), {}, {}, {}, {} \
         FROM orders o WHERE {condition} GROUP BY o.licensee ORDER BY {sorted} LIMIT {limit}",
        sum("on_hand"),
        sum("in_transit"),
        sum("at_printer"),
        sum("to_be_destroyed")
    );
    let rows: Vec<(i64, String, i64, i64, i64, i64)> = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_all(c).await
    })?;
    let read = |(number, name, on_hand, in_transit, at_printer, to_be_destroyed)| {
        let row = Row {
            table: "orders",
            key: &number,
        };
        Ok(StockOf {
            number: LicenseeNumber(row.number("licensee", number)?),
            name,
            stock: Stock {
                on_hand: count(&row, "on_hand", on_hand)?,
                in_transit: count(&row, "in_transit", in_transit)?,
                at_printer: count(&row, "at_printer", at_printer)?,
                to_be_destroyed: count(&row, "to_be_destroyed", to_be_destroyed)?,
            },
        })
    };
    rows.into_iter().map(read).collect()
}
