//! What is printed when a command does not do what was asked.

use crate::domain::selection::{LineOutcome, LineReport};
use crate::keystore::KeystoreError;
use crate::service::ServiceError;
use crate::store::StoreError;

/// Lines of a bad selection that are printed; the rest are counted.
const MOST_LINES: usize = 20;

/// Exit code for wrong input.
pub(super) const WRONG_INPUT: u8 = 2;
const FAILED: u8 = 1;

/// What is wrong, and what to do.
#[derive(Debug)]
pub(super) struct Failure {
    pub what: String,
    pub advice: String,
    pub details: Vec<String>,
    pub exit_code: u8,
}

impl Failure {
    /// Something failed that was not the caller's fault.
    pub(super) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
            details: Vec::new(),
            exit_code: FAILED,
        }
    }

    /// The input is wrong.
    pub(super) fn wrong_input(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            exit_code: WRONG_INPUT,
            ..Self::new(what, advice)
        }
    }
}

impl Failure {
    /// The same, where good lines are not taken without the bad ones.
    pub(super) fn of_the_whole(error: ServiceError, advice: &str) -> Self {
        let failure = Self::from(error);
        if failure.details.is_empty() {
            return failure;
        }
        Self {
            advice: advice.into(),
            ..failure
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let what = error.to_string();
        let is_wrong_input = error.is_the_request_s_fault();
        let mut failure = match error {
            ServiceError::Refused(refusal) => Self::new(refusal.what.en, refusal.advice.en),
            ServiceError::BadLines { lines, .. } => Self {
                details: bad_lines(&lines),
                ..Self::new(
                    what,
                    "mend these lines, or take the good ones alone with --skip-bad",
                )
            },
            ServiceError::Store(error) => return error.into(),
            ServiceError::Keystore(error) => return error.into(),
            ServiceError::Keyring(_) => {
                Self::new(what, "`yuanmark key list` shows the keys there are")
            }
            ServiceError::Sheet(_) => Self::new(
                what,
                "see that the file can be written and the disk has room; for more rows than Excel opens take CSV",
            ),
            ServiceError::Files { .. } => Self::new(
                what,
                "see that the folder can be written and has room; then run it again",
            ),
            ServiceError::Render(_) => {
                Self::new(what, "this is a fault of yuanmark: please report it")
            }
        };
        if is_wrong_input {
            failure.exit_code = WRONG_INPUT;
        }
        failure
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_wrong_database() {
            Self::wrong_input(error.to_string(), error.advice())
        } else {
            Self::new(error.to_string(), error.advice())
        }
    }
}

impl From<KeystoreError> for Failure {
    fn from(error: KeystoreError) -> Self {
        Self::wrong_input(error.to_string(), error.advice())
    }
}

/// A line of somebody's file as it may stand on a terminal: short, and without control characters.
pub(super) fn visible(text: &str) -> String {
    const MOST_CHARACTERS: usize = 60;
    let mut shown = String::new();
    for character in text.chars().take(MOST_CHARACTERS) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}

pub(super) fn bad_lines(lines: &[LineReport]) -> Vec<String> {
    let bad: Vec<String> = lines.iter().filter_map(bad_line).collect();
    let more = bad.len().saturating_sub(MOST_LINES);
    let mut shown: Vec<String> = bad.into_iter().take(MOST_LINES).collect();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    shown
}

/// What is wrong with a line, if anything is.
pub(super) fn bad_line(line: &LineReport) -> Option<String> {
    match &line.outcome {
        LineOutcome::Bad(error) => Some(format!(
            "line {}: {} {error}",
            line.line,
            visible(&line.text)
        )),
        LineOutcome::Taken { .. } | LineOutcome::Repeated { .. } => None,
    }
}
