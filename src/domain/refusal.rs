//! Why a rule does not allow something: in words for a person, in both languages, with a kind for a program.

use super::said::Said;

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// What was named does not exist.
    NoSuch,
    /// The request makes no sense, whatever the state of the ledger.
    Invalid,
    /// It makes sense, but not in the present state of the ledger.
    Conflict,
    /// It was made upon an older version of what it changes.
    Stale,
}

/// A rule that is in the way. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Refusal {
    /// Of what kind.
    pub kind: RefusalKind,
    /// What is wrong, in one line.
    pub what: Said,
    /// What to do, in one line. The English may name a command, the Chinese is for somebody in front of a page.
    pub advice: Said,
    /// The entry of the ledger that it speaks of.
    pub entry: Option<u64>,
}

impl Refusal {
    const fn new(kind: RefusalKind, what: Said, advice: Said) -> Self {
        Self {
            kind,
            what,
            advice,
            entry: None,
        }
    }

    /// It speaks of this entry of the ledger.
    #[must_use]
    pub const fn of_entry(mut self, entry: u64) -> Self {
        self.entry = Some(entry);
        self
    }

    /// It speaks of one of several files.
    #[must_use]
    pub fn of_file(mut self, name: &str) -> Self {
        self.what.zh = format!("“{name}”：{}", self.what.zh);
        self.what.en = format!("{name}: {}", self.what.en);
        self
    }

    /// What to do, for a page: in Chinese, and in English unless that speaks of a command.
    pub fn advice_for_pages(&self) -> (&str, Option<&str>) {
        (&self.advice.zh, self.advice.english_for_pages())
    }

    /// What was named does not exist.
    pub const fn no_such(what: Said, advice: Said) -> Self {
        Self::new(RefusalKind::NoSuch, what, advice)
    }

    /// The request makes no sense.
    pub const fn invalid(what: Said, advice: Said) -> Self {
        Self::new(RefusalKind::Invalid, what, advice)
    }

    /// Not in the present state.
    pub const fn conflict(what: Said, advice: Said) -> Self {
        Self::new(RefusalKind::Conflict, what, advice)
    }

    /// Made upon an older version.
    pub const fn stale(what: Said, advice: Said) -> Self {
        Self::new(RefusalKind::Stale, what, advice)
    }
}
