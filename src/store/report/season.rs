//! What a season adds up to: for all licensees, for one, and for each.

use jiff::civil::Date;

use super::count;
use crate::domain::licensee::{LicenseeNumber, LicenseeState};
use crate::domain::season::Season;
use crate::store::kept::{Value, bind_all};
use crate::store::row::Row;
use crate::store::{StoreError, Tx};

/// How far the marks of a season have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Funnel {
    /// What could be ordered in all.
    pub entitled: u64,
    /// In approved orders that were not cancelled.
    pub ordered: u64,
    /// Printed good, wherever they are.
    pub printed: u64,
    /// Sent to licensees, whatever became of them.
    pub delivered: u64,
    /// Activated for lots, and not lost, returned or spoiled since.
    pub activated: u64,
    /// On goods.
    pub used: u64,
}

/// The states of orders that take from an entitlement.
const TAKES: &str = "state IN ('approved', 'issued', 'released', 'closed')";

/// How far the marks of a season have come: of one licensee, or of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn funnel(
    tx: &mut Tx,
    season: Season,
    licensee: Option<LicenseeNumber>,
) -> Result<Funnel, StoreError> {
    let own = if licensee.is_some() {
        " AND licensee = $2"
    } else {
        ""
    };
    let values: Vec<Value> = [season.year().into()]
        .into_iter()
        .chain(licensee.map(|licensee| licensee.0.into()))
        .collect();
    let sum = |column: &str| format!("CAST(coalesce(sum({column}), 0) AS BIGINT)");
    let of_orders = format!(
        "SELECT {}, {}, {}, {} FROM orders WHERE season = $1 AND {TAKES}{own}",
        sum("quantity"),
        sum("good"),
        sum("delivered"),
        sum("used")
    );
    let (ordered, printed, delivered, used): (i64, i64, i64, i64) = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(of_orders)), values.clone()).fetch_one(c).await
    })?;
    let mut other = Vec::new();
    for (table, column) in [("entitlements", "entitled"), ("lots", "marks")] {
        let sql = format!("SELECT {} FROM {table} WHERE season = $1{own}", sum(column));
        let (found,): (i64,) = on!(tx, c => {
            bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values.clone()).fetch_one(c).await
        })?;
        other.push(found);
    }
    let row = Row {
        table: "orders",
        key: &season,
    };
    Ok(Funnel {
        entitled: count(&row, "entitled", other[0])?,
        ordered: count(&row, "quantity", ordered)?,
        printed: count(&row, "good", printed)?,
        delivered: count(&row, "delivered", delivered)?,
        activated: count(&row, "marks", other[1])?,
        used: count(&row, "used", used)?,
    })
}

/// Grams of goods that carry a used mark, and the used marks whose packs have no known weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Used marks × grams of a pack of their entitlement.
    pub grams: u64,
    /// Used marks of entitlements that no survey has given a pack: their weight is not known.
    pub marks_without_weight: u64,
}

/// What a season's used marks weigh: of one licensee, or of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn output(
    tx: &mut Tx,
    season: Season,
    licensee: Option<LicenseeNumber>,
) -> Result<Output, StoreError> {
    let own = if licensee.is_some() {
        " AND o.licensee = $2"
    } else {
        ""
    };
    let sql = format!(
        "SELECT CAST(coalesce(sum(o.used * coalesce(e.pack_grams, 0)), 0) AS BIGINT), \
         CAST(coalesce(sum(CASE WHEN coalesce(e.pack_grams, 0) = 0 THEN o.used ELSE 0 END), 0) AS BIGINT) \
         FROM orders o LEFT JOIN entitlements e \
         ON e.licensee = o.licensee AND e.season = o.season AND e.form = o.form \
         WHERE o.season = $1{own}"
    );
    let values: Vec<Value> = [season.year().into()]
        .into_iter()
        .chain(licensee.map(|licensee| licensee.0.into()))
        .collect();
    let (grams, without): (i64, i64) = on!(tx, c => {
        bind_all!(sqlx::query_as(sqlx::AssertSqlSafe(sql)), values).fetch_one(c).await
    })?;
    let row = Row {
        table: "orders",
        key: &season,
    };
    Ok(Output {
        grams: count(&row, "used", grams)?,
        marks_without_weight: count(&row, "used", without)?,
    })
}

/// Whose right was in force at the end of a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// How many.
    pub in_force: u64,
    /// Those of them whose right rests now.
    pub suspended: u64,
}

/// `column` is a day of the licensee; `$n` the day that is asked about.
fn in_force_on(place: usize) -> String {
    format!("in_force_since <= ${place} AND (ended_on IS NULL OR ended_on > ${place})")
}

/// How many licensees had a right in force at the end of a day.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn users(tx: &mut Tx, day: Date) -> Result<Users, StoreError> {
    let sql = format!(
        "SELECT count(*), CAST(coalesce(sum(CASE WHEN state = 'suspended' THEN 1 ELSE 0 END), 0) AS BIGINT) \
         FROM licensees WHERE {}",
        in_force_on(1)
    );
    let (in_force, suspended): (i64, i64) = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(day.to_string())
        .fetch_one(c).await)?;
    let row = Row {
        table: "licensees",
        key: &day,
    };
    Ok(Users {
        in_force: count(&row, "state", in_force)?,
        suspended: count(&row, "state", suspended)?,
    })
}

/// A licensee and what its season adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfLicensee {
    /// Its number.
    pub number: LicenseeNumber,
    /// Its name.
    pub name: String,
    /// Where it stands now.
    pub state: LicenseeState,
    /// Whether its right was in force on the day that was asked about.
    pub is_user: bool,
    /// How far its marks have come.
    pub funnel: Funnel,
    /// What its used marks weigh.
    pub output: Output,
}

type OfLicenseeRow = (
    i64,
    String,
    String,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
);

/// Licensees with what a season adds up to for each: those whose right was in force on `day`, and those with an
/// entitlement of the season. By number, beginning after `after`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_licensee(
    tx: &mut Tx,
    season: Season,
    day: Date,
    after: LicenseeNumber,
    limit: u32,
) -> Result<Vec<OfLicensee>, StoreError> {
    // First which licensees, then their sums: so each sum reads the rows of those alone.
    let is_user = in_force_on(2);
    let sql = format!(
        "WITH page AS (SELECT number, name, state, CAST(CASE WHEN {is_user} THEN 1 ELSE 0 END AS BIGINT) AS is_user \
         FROM licensees WHERE number > $3 AND (({is_user}) OR EXISTS (SELECT 1 FROM entitlements e \
         WHERE e.licensee = licensees.number AND e.season = $1)) ORDER BY number LIMIT $4), \
         of_orders AS (SELECT o.licensee, sum(o.quantity) AS ordered, sum(o.good) AS printed, \
         sum(o.delivered) AS delivered, sum(o.used) AS used, sum(o.used * coalesce(e.pack_grams, 0)) AS grams, \
         sum(CASE WHEN coalesce(e.pack_grams, 0) = 0 THEN o.used ELSE 0 END) AS without_weight \
         FROM page JOIN orders o ON o.licensee = page.number LEFT JOIN entitlements e \
         ON e.licensee = o.licensee AND e.season = o.season AND e.form = o.form \
         WHERE o.season = $1 AND o.{TAKES} GROUP BY o.licensee) \
         SELECT page.number, page.name, page.state, page.is_user, \
         (SELECT CAST(coalesce(sum(entitled), 0) AS BIGINT) FROM entitlements \
         WHERE licensee = page.number AND season = $1), \
         CAST(coalesce(o.ordered, 0) AS BIGINT), CAST(coalesce(o.printed, 0) AS BIGINT), \
         CAST(coalesce(o.delivered, 0) AS BIGINT), \
         (SELECT CAST(coalesce(sum(marks), 0) AS BIGINT) FROM lots WHERE licensee = page.number AND season = $1), \
         CAST(coalesce(o.used, 0) AS BIGINT), CAST(coalesce(o.grams, 0) AS BIGINT), \
         CAST(coalesce(o.without_weight, 0) AS BIGINT) \
         FROM page LEFT JOIN of_orders o ON o.licensee = page.number ORDER BY page.number"
    );
    let rows: Vec<OfLicenseeRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(season.year()))
        .bind(day.to_string())
        .bind(i64::from(after.0))
        .bind(i64::from(limit))
        .fetch_all(c).await)?;
    rows.into_iter().map(read_of_licensee).collect()
}

fn read_of_licensee(row: OfLicenseeRow) -> Result<OfLicensee, StoreError> {
    let (number, name, state, is_user, entitled, ordered, printed, delivered, activated, used, ..) =
        row;
    let (grams, without) = (row.10, row.11);
    let row = Row {
        table: "licensees",
        key: &number,
    };
    Ok(OfLicensee {
        number: LicenseeNumber(row.number("number", number)?),
        name,
        state: row.value("state", LicenseeState::from_slug(&state))?,
        is_user: is_user != 0,
        funnel: Funnel {
            entitled: count(&row, "entitled", entitled)?,
            ordered: count(&row, "quantity", ordered)?,
            printed: count(&row, "good", printed)?,
            delivered: count(&row, "delivered", delivered)?,
            activated: count(&row, "marks", activated)?,
            used: count(&row, "used", used)?,
        },
        output: Output {
            grams: count(&row, "used", grams)?,
            marks_without_weight: count(&row, "used", without)?,
        },
    })
}

/// The seasons of which there are entitlements or orders, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn seasons(tx: &mut Tx) -> Result<Vec<Season>, StoreError> {
    // A step for each season, along the index, instead of a look at every row.
    let sql = "WITH RECURSIVE \
         e (season) AS (SELECT max(season) FROM entitlements UNION ALL \
         SELECT (SELECT max(season) FROM entitlements WHERE season < e.season) FROM e WHERE e.season IS NOT NULL), \
         o (season) AS (SELECT max(season) FROM orders UNION ALL \
         SELECT (SELECT max(season) FROM orders WHERE season < o.season) FROM o WHERE o.season IS NOT NULL) \
         SELECT season FROM e WHERE season IS NOT NULL UNION SELECT season FROM o WHERE season IS NOT NULL \
         ORDER BY 1 DESC";
    let rows: Vec<(i64,)> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    let read = |(season,): (i64,)| {
        let row = Row {
            table: "orders",
            key: &season,
        };
        row.value("season", Season::new(row.number("season", season)?))
    };
    rows.into_iter().map(read).collect()
}
