//! Tips: what people tell of suspect packs.

mod contacts;
mod photos;
mod steps;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::QueryBuilder;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::mark::{BatchNumber, MarkId, MarkIndex};
use crate::domain::place::Prefecture;
use crate::domain::text::Line;
use crate::domain::tip::{NewTip, Tip, TipKind, TipNumber, TipState, Told};
use crate::store::waiting::Found;

pub use contacts::{contact_of, erase_contact, with_old_contacts};
pub use photos::{NewPhoto, PhotoOf, add_photo, bytes_of_all, photo, photos};
pub use steps::{add_step, of_request, steps};

type TipRow = (
    i64,
    String,
    String,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    i64,
    String,
    i64,
    Option<String>,
    i64,
    i64,
);

const TIP: &str = "number, kind, told, prefecture, seller, bought, serial, batch_number, mark_index, \
     CAST(CASE WHEN contact IS NULL THEN 0 ELSE 1 END AS BIGINT), state, state_at, handler, sent_at";

/// How often the person added something since the office's last step; whoever added last is known by the place of the step.
const UNANSWERED: &str = "(SELECT count(*) FROM tip_steps AS added WHERE added.tip = tips.number AND added.step = 'added' \
     AND added.place > (SELECT coalesce(max(done.place), 0) FROM tip_steps AS done WHERE done.tip = tips.number \
     AND done.step IN ('accepted', 'message', 'handed-on', 'decided', 'rejected')))";

#[rustfmt::skip] // the columns as they stand in TIP
fn read(row: TipRow) -> Result<Tip, StoreError> {
    let (
        number, kind, told, prefecture, seller, bought, serial, batch, index, contact, state, state_at, handler, sent_at,
        unanswered,
    ) = row;
    let row = Row {
        table: "tips",
        key: &number,
    };
    let place = |code: i64| u32::try_from(code).ok().and_then(Prefecture::new);
    let mark = |batch: i64, index: i64| {
        Some(MarkId {
            batch: BatchNumber::new(u32::try_from(batch).ok()?)?,
            index: MarkIndex::new(u32::try_from(index).ok()?)?,
        })
    };
    let prefecture = prefecture.map(|code| row.value("prefecture", place(code)));
    let bought = bought.map(|day| row.value("bought", day.parse::<Date>().ok()));
    let mark = batch
        .zip(index)
        .map(|(batch, index)| row.value("mark_index", mark(batch, index)));
    Ok(Tip {
        number: TipNumber(row.number("number", number)?),
        new: NewTip {
            kind: row.value("kind", TipKind::from_slug(&kind))?,
            told: row.value("told", Told::new(&told).ok())?,
            prefecture: prefecture.transpose()?,
            seller: row.optional_line("seller", seller.as_deref())?,
            bought: bought.transpose()?,
            serial: row.optional_line("serial", serial.as_deref())?,
        },
        mark: mark.transpose()?,
        has_contact: contact == 1,
        state: row.value("state", TipState::from_slug(&state))?,
        state_at: row.time("state_at", state_at)?,
        handler: row.optional_line("handler", handler.as_deref())?,
        sent_at: row.time("sent_at", sent_at)?,
        unanswered: row.number("tip_steps.place", unanswered)?,
    })
}

/// Writes a new tip down. Returns its number.
///
/// # Errors
/// [`StoreError::NumbersUsedUp`], [`StoreError::Unavailable`].
pub async fn add(
    tx: &mut Tx,
    new: &NewTip,
    digest: &[u8; 32],
    mark: Option<MarkId>,
    contact: Option<&[u8]>,
    at: Timestamp,
) -> Result<TipNumber, StoreError> {
    let number: u32 = counter::next_of(tx, "tip").await?;
    let sql = "INSERT INTO tips (number, ticket, kind, told, prefecture, seller, bought, serial, batch_number, mark_index, \
         contact, state, state_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)";
    let bought = new.bought.map(|day| day.to_string());
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number))
        .bind(digest.as_slice())
        .bind(new.kind.slug())
        .bind(new.told.as_str())
        .bind(new.prefecture.map(|one| i64::from(one.code())))
        .bind(new.seller.as_ref().map(Line::as_str))
        .bind(bought)
        .bind(new.serial.as_ref().map(Line::as_str))
        .bind(mark.map(|mark| i64::from(mark.batch.get())))
        .bind(mark.map(|mark| i64::from(mark.index.get())))
        .bind(contact)
        .bind(TipState::Received.slug())
        .bind(at.as_microsecond())
        .execute(c).await.map(drop))?;
    Ok(TipNumber(number))
}

/// The tip of a ticket.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn by_ticket(tx: &mut Tx, digest: &[u8; 32]) -> Result<Option<Tip>, StoreError> {
    let sql = format!("SELECT {TIP}, {UNANSWERED} FROM tips WHERE ticket = $1");
    let row: Option<TipRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(digest.as_slice())
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The tip of a number.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, number: TipNumber) -> Result<Option<Tip>, StoreError> {
    let sql = format!("SELECT {TIP}, {UNANSWERED} FROM tips WHERE number = $1");
    let row: Option<TipRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(i64::from(number.0))
        .fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// The same, kept from all others until the transaction ends.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lock(tx: &mut Tx, number: TipNumber) -> Result<Option<Tip>, StoreError> {
    let sql = "UPDATE tips SET number = number WHERE number = $1";
    on!(tx, c => sqlx::query(sql).bind(i64::from(number.0)).execute(c).await.map(drop))?;
    get(tx, number).await
}

/// Says where a tip stands from now on, and who saw to that.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn set_state(
    tx: &mut Tx,
    number: TipNumber,
    state: TipState,
    handler: Option<&Line>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE tips SET state = $2, state_at = $3, handler = coalesce($4, handler) WHERE number = $1";
    on!(tx, c => sqlx::query(sql)
        .bind(i64::from(number.0))
        .bind(state.slug())
        .bind(at.as_microsecond())
        .bind(handler.map(Line::as_str))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// Which tips are wanted; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In this state.
    pub state: Option<TipState>,
    /// Of this kind.
    pub kind: Option<TipKind>,
    /// Bought in this prefecture, or in this province where it is one as a whole.
    pub place: Option<Prefecture>,
    /// Of this number.
    pub number: Option<TipNumber>,
    /// Of the ticket with this digest.
    pub ticket: Option<[u8; 32]>,
    /// Open, and added to since the office's last step.
    pub is_unanswered: bool,
    /// Overdue: received before the first of these, or still open and received before the second.
    pub overdue: Option<(Timestamp, Timestamp)>,
}

/// The newest tips that are wanted, those before `before`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<TipNumber>,
    limit: u32,
) -> Result<Vec<Tip>, StoreError> {
    let before = before.map_or(i64::MAX, |before| i64::from(before.0));
    let rows: Vec<TipRow> = on!(tx, c => {
        let mut sql = QueryBuilder::new(format!("SELECT {TIP}, {UNANSWERED} FROM tips WHERE number < "));
        sql.push_bind(before);
        if let Some(state) = filter.state {
            sql.push(" AND state = ").push_bind(state.slug());
        }
        if let Some(kind) = filter.kind {
            sql.push(" AND kind = ").push_bind(kind.slug());
        }
        if let Some(number) = filter.number {
            sql.push(" AND number = ").push_bind(i64::from(number.0));
        }
        if let Some(digest) = filter.ticket {
            sql.push(" AND ticket = ").push_bind(digest.to_vec());
        }
        if filter.is_unanswered {
            sql.push(" AND state IN ('received', 'accepted', 'handed-on') AND ").push(UNANSWERED).push(" > 0");
        }
        if let Some(place) = filter.place {
            let first = i64::from(place.code());
            let last = if place.is_a_whole_province() { first + 9_999 } else { first };
            sql.push(" AND prefecture >= ").push_bind(first);
            sql.push(" AND prefecture <= ").push_bind(last);
        }
        if let Some((received, open)) = filter.overdue {
            sql.push(" AND (state = 'received' AND sent_at < ").push_bind(received.as_microsecond());
            sql.push(" OR state IN ('accepted', 'handed-on') AND sent_at < ").push_bind(open.as_microsecond());
            sql.push(")");
        }
        sql.push(" ORDER BY number DESC LIMIT ").push_bind(i64::from(limit));
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}

/// Tips that wait for the next step from one of these states, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn waiting(
    tx: &mut Tx,
    states: &[TipState],
    limit: u32,
) -> Result<Found<Tip>, StoreError> {
    let mut oldest: Vec<Tip> = Vec::new();
    let mut all = 0;
    for state in states {
        let sql = format!(
            "SELECT {TIP}, {UNANSWERED} FROM tips WHERE state = $1 ORDER BY sent_at, number LIMIT $2"
        );
        let rows: Vec<TipRow> = on!(tx, c => sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(state.slug())
            .bind(i64::from(limit))
            .fetch_all(c).await)?;
        let read: Result<Vec<Tip>, StoreError> = rows.into_iter().map(read).collect();
        oldest.extend(read?);
        let sql = "SELECT count(*) FROM tips WHERE state = $1";
        let (count,): (i64,) =
            on!(tx, c => sqlx::query_as(sql).bind(state.slug()).fetch_one(c).await)?;
        all += count.cast_unsigned();
    }
    oldest.sort_by_key(|tip| (tip.sent_at, tip.number));
    oldest.truncate(limit as usize);
    Ok(Found { oldest, all })
}
