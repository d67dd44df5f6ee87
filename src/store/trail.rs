//! The audit trail: who did what from where. Only ever added to.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx, counter};
use crate::domain::access::UserNumber;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::words::words;

words! {
    /// What became of it.
    pub enum Outcome {
        /// It was done.
        Done = "done" "成功",
        /// A rule did not allow it, or the person may not.
        Refused = "refused" "被拒",
        /// Somebody did not prove who they are.
        Failed = "failed" "失败",
    }
}

/// One line of the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 1; 0 before it is written.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who, if it is known.
    pub user: Option<UserNumber>,
    /// The name that was given to sign in with.
    pub login: String,
    /// What, as a word such as `sign-in` or the kind of an entry.
    pub action: String,
    /// To what, as in `order 12`.
    pub subject: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// What was changed, before, as JSON.
    pub old: Option<String>,
    /// And after.
    pub new: Option<String>,
    /// From which network.
    pub network: String,
    /// With which browser or program.
    pub agent: String,
    /// The entry of the ledger that came of it.
    pub entry: Option<EntryNumber>,
}

/// Which steps are wanted; all that is said must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this name.
    pub login: Option<String>,
    /// This action.
    pub action: Option<String>,
    /// About this.
    pub subject: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

type StepRow = (
    i64,
    i64,
    Option<i64>,
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    String,
    String,
    Option<i64>,
);

fn read(row: StepRow) -> Result<Step, StoreError> {
    let (number, at, person, login, action, subject, outcome, old, new, network, agent, entry) =
        row;
    let row = Row {
        table: "trail",
        key: &number,
    };
    let person = person.map(|person| row.number("person", person).map(UserNumber));
    Ok(Step {
        number: row.number("number", number)?,
        at: row.time("at", at)?,
        user: person.transpose()?,
        login,
        action,
        subject,
        outcome: row.value("outcome", Outcome::from_slug(&outcome))?,
        old,
        new,
        network,
        agent,
        entry: entry.map(|entry| row.number("entry", entry)).transpose()?,
    })
}

/// Writes a step down.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn add(tx: &mut Tx, step: &Step) -> Result<(), StoreError> {
    let number = counter::next(tx, "trail").await?;
    let sql = "INSERT INTO trail (number, at, person, login, action, subject, outcome, old, new, network, agent, entry) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    on!(tx, c => sqlx::query(sql)
        .bind(number)
        .bind(step.at.as_microsecond())
        .bind(step.user.map(|user| i64::from(user.0)))
        .bind(&step.login)
        .bind(&step.action)
        .bind(&step.subject)
        .bind(step.outcome.slug())
        .bind(&step.old)
        .bind(&step.new)
        .bind(&step.network)
        .bind(&step.agent)
        .bind(step.entry.map(u64::cast_signed))
        .execute(c).await.map(drop))?;
    Ok(())
}

/// The newest steps that are wanted, those before `before`, at most `limit`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn list(
    tx: &mut Tx,
    filter: &Filter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Step>, StoreError> {
    let before = before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX));
    let rows: Vec<StepRow> = on!(tx, c => {
        let mut sql = sqlx::QueryBuilder::new(
            "SELECT number, at, person, login, action, subject, outcome, old, new, network, agent, entry \
             FROM trail WHERE number < ",
        );
        sql.push_bind(before);
        for (condition, value) in [
            (" AND login = ", filter.login.as_deref()),
            (" AND action = ", filter.action.as_deref()),
            (" AND subject = ", filter.subject.as_deref()),
            (" AND outcome = ", filter.outcome.map(Outcome::slug)),
        ] {
            if let Some(value) = value {
                sql.push(condition).push_bind(value.to_owned());
            }
        }
        // The number bounds what is read: steps stand nearly in the order of their times, for transactions overlap.
        if let Some(from) = filter.from.map(Timestamp::as_microsecond) {
            sql.push(" AND at >= ").push_bind(from);
            sql.push(" AND number >= coalesce((SELECT number FROM trail WHERE at >= ").push_bind(from);
            sql.push(" ORDER BY at LIMIT 1), 0) - 1000");
        }
        if let Some(until) = filter.until.map(Timestamp::as_microsecond) {
            sql.push(" AND at < ").push_bind(until);
            sql.push(" AND number <= coalesce((SELECT number FROM trail WHERE at < ").push_bind(until);
            sql.push(" ORDER BY at DESC LIMIT 1), 0) + 1000");
        }
        sql.push(" ORDER BY number DESC LIMIT ").push_bind(i64::from(limit));
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(read).collect()
}
