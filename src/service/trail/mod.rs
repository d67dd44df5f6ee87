//! The audit trail (操作日志): who did what, from where, and what it was before and after.
//!
//! What changes something writes its step in the same transaction: there is no change without a step. Sign-ins that
//! fail, exports and refusals have steps of their own.

pub mod words;

use std::io::Write;

use jiff::Timestamp;

use self::words::Subject;
use super::ServiceError;
use crate::domain::access::{Principal, UserNumber};
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table, column};
use crate::store::trail::{self, Filter, Outcome, Step};
use crate::store::{Store, Tx};

/// Characters that are kept of what a browser says of itself, and of a name that was tried.
const MOST_CHARACTERS: usize = 120;
/// Bytes of a "before" or "after" that are kept; more stands in the ledger itself.
const MOST_BYTES: usize = 64 * 1024;
/// Steps read at once.
const PAGE: u32 = 2000;

/// Who does something, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The person, if it is one with an account.
    pub user: Option<UserNumber>,
    /// The name to sign in with, or whatever was given as one.
    pub login: String,
    /// The network address.
    pub network: String,
    /// What the browser or program says of itself.
    pub agent: String,
}

impl Origin {
    /// Somebody at the machine itself.
    pub fn shell(by: &Line) -> Self {
        Self {
            user: None,
            login: by.as_str().to_owned(),
            network: "local".to_owned(),
            agent: "yuanmark".to_owned(),
        }
    }

    /// Somebody of whom nothing is known yet but what was typed.
    pub fn stranger(login: &str, network: &str, agent: &str) -> Self {
        let cut = |text: &str| {
            let visible = text.chars().filter(|c| !c.is_control());
            visible.take(MOST_CHARACTERS).collect::<String>()
        };
        Self {
            user: None,
            login: cut(login),
            network: cut(network),
            agent: cut(agent),
        }
    }

    /// The same, now that it is known who it is.
    #[must_use]
    pub fn of(self, principal: &Principal) -> Self {
        Self {
            user: Some(principal.user.number),
            login: principal.user.login.to_string(),
            ..self
        }
    }
}

/// What a step says besides who and from where.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// What, as a word.
    pub action: String,
    /// To what, as in `order 12`.
    pub subject: Option<String>,
    /// What was changed, before, as JSON.
    pub old: Option<String>,
    /// And after.
    pub new: Option<String>,
    /// The entry of the ledger that came of it.
    pub entry: Option<EntryNumber>,
}

impl Note {
    /// An action, to nothing in particular.
    pub fn new(action: &str) -> Self {
        Self {
            action: action.to_owned(),
            ..Self::default()
        }
    }

    /// To what it was done.
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        let subject = Some(subject.into());
        Self { subject, ..self }
    }

    /// What it was before and is now.
    #[must_use]
    pub fn changed(self, old: Option<String>, new: Option<String>) -> Self {
        let short = |json: Option<String>| {
            json.map(|json| match json.len() {
                ..=MOST_BYTES => json,
                bytes => format!("{{\"bytes\":{bytes}}}"),
            })
        };
        Self {
            old: short(old),
            new: short(new),
            ..self
        }
    }
}

/// Writes a step within a transaction.
///
/// # Errors
/// If the database does not take it.
pub async fn write(
    tx: &mut Tx,
    origin: &Origin,
    at: Timestamp,
    outcome: Outcome,
    note: Note,
) -> Result<(), ServiceError> {
    let step = Step {
        number: 0,
        at,
        user: origin.user,
        login: origin.login.clone(),
        action: note.action,
        subject: note.subject,
        outcome,
        old: note.old,
        new: note.new,
        network: origin.network.clone(),
        agent: origin.agent.clone(),
        entry: note.entry,
    };
    Ok(trail::add(tx, &step).await?)
}

/// Writes a step that stands by itself, such as an export.
///
/// # Errors
/// If the database does not take it.
pub async fn write_alone(
    store: &Store,
    origin: &Origin,
    at: Timestamp,
    outcome: Outcome,
    note: Note,
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    write(&mut tx, origin, at, outcome, note).await?;
    Ok(tx.commit().await?)
}

/// The newest steps that are wanted, those before `before`.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    filter: &Filter,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Step>, ServiceError> {
    Ok(trail::list(&mut store.read().await?, filter, before, limit).await?)
}

/// One step.
///
/// # Errors
/// If there is none of this number.
pub async fn get(store: &Store, number: u64) -> Result<Step, ServiceError> {
    let before = Some(number.saturating_add(1));
    let filter = Filter::default();
    let found = trail::list(&mut store.read().await?, &filter, before, 1).await?;
    found
        .into_iter()
        .find(|step| step.number == number)
        .ok_or_else(|| {
            Refusal::no_such(
                said!(
                    "there is no step {number} in the audit trail",
                    "操作日志没有第 {number} 条"
                ),
                said!(
                    "`yuanmark trail list` shows the steps there are",
                    "请在操作日志中查找"
                ),
            )
            .into()
        })
}

const COLUMNS: [Column; 11] = [
    column("序号", ColumnKind::Integer, 10),
    column("时间", ColumnKind::DateTime, 20),
    column("登录名", ColumnKind::Text, 16),
    column("操作", ColumnKind::Text, 22),
    column("对象", ColumnKind::Text, 18),
    column("结果", ColumnKind::Text, 8),
    column("台账序号", ColumnKind::Integer, 10),
    column("网络地址", ColumnKind::Text, 18),
    column("浏览器或程序", ColumnKind::Text, 30),
    column("变更前", ColumnKind::Text, 50),
    column("变更后", ColumnKind::Text, 50),
];

/// Writes the wanted steps, the newest first. Returns how many.
///
/// # Errors
/// If the database does not answer, or the output does not take the bytes.
pub async fn export<W: Write + Send>(
    store: &Store,
    filter: &Filter,
    format: SheetFormat,
    now: Timestamp,
    out: W,
) -> Result<(W, u64), ServiceError> {
    let table = Table {
        title: "操作日志",
        columns: &COLUMNS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(format, table, out)?;
    let mut tx = store.read().await?;
    let mut before = None;
    loop {
        let some = trail::list(&mut tx, filter, before, PAGE).await?;
        let Some(last) = some.last() else { break };
        before = Some(last.number);
        for step in &some {
            let subject = step.subject.as_deref();
            let words = subject.and_then(Subject::read).map(|one| one.chinese());
            sheet.row(&row(step, words.as_deref().or(subject)))?;
        }
    }
    Ok(sheet.finish()?)
}

fn row<'a>(step: &'a Step, subject: Option<&'a str>) -> [Cell<'a>; 11] {
    fn text(text: Option<&str>) -> Cell<'_> {
        text.map_or(Cell::Empty, Cell::Text)
    }
    [
        Cell::Integer(step.number.cast_signed()),
        Cell::DateTime(step.at),
        Cell::Text(&step.login),
        Cell::Text(words::action(&step.action).map_or(&step.action, |(chinese, _)| chinese)),
        text(subject),
        Cell::Text(step.outcome.chinese()),
        step.entry
            .map_or(Cell::Empty, |entry| Cell::Integer(entry.cast_signed())),
        Cell::Text(&step.network),
        Cell::Text(&step.agent),
        text(step.old.as_deref()),
        text(step.new.as_deref()),
    ]
}
