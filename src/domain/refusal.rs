//! Why a rule does not allow something: in words for a person, with a kind for a program.

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
    pub what: String,
    /// What to do, in one line.
    pub advice: String,
}

impl Refusal {
    fn new(kind: RefusalKind, what: impl Into<String>, advice: impl Into<String>) -> Self {
        let (what, advice) = (what.into(), advice.into());
        Self { kind, what, advice }
    }

    /// What was named does not exist.
    pub fn no_such(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(RefusalKind::NoSuch, what, advice)
    }

    /// The request makes no sense.
    pub fn invalid(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(RefusalKind::Invalid, what, advice)
    }

    /// Not in the present state.
    pub fn conflict(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(RefusalKind::Conflict, what, advice)
    }

    /// Made upon an older version.
    pub fn stale(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::new(RefusalKind::Stale, what, advice)
    }
}
