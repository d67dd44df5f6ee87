//! The same report, sent once more: after "back", browsers show a form under a new name with the old words in it.
//!
//! What came from a phone within the last minutes is remembered, as a digest, in memory alone, with the form by which it came
//! first; sent again it counts as that form, and leads to the ticket that the person has.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::read::Sent;
use crate::domain::phone::PhoneHash;
use crate::domain::tip::FormName;

/// Minutes for which the same words of the same phone are the same report.
pub const SAME_FOR_MINUTES: i64 = 10;
/// Forms that are remembered: 4,096 of 60 bytes. Beyond, the oldest is forgotten.
const MOST: usize = 4096;

/// What came within the last minutes.
#[derive(Debug, Default)]
pub struct Again(Mutex<VecDeque<Came>>);

#[derive(Debug)]
struct Came {
    what: [u8; 32],
    form: FormName,
    at: Timestamp,
}

impl Again {
    /// The form by which this came first, if it came from this phone just before; else this one. `where_to` is the address that
    /// it is sent to.
    pub fn first(
        &self,
        (phone, where_to): (PhoneHash, &str),
        sent: &Sent,
        form: FormName,
        now: Timestamp,
    ) -> FormName {
        let what = digest(phone, where_to, sent);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = SignedDuration::from_mins(SAME_FOR_MINUTES);
        while all
            .front()
            .is_some_and(|came| now.duration_since(came.at) > age || all.len() > MOST)
        {
            all.pop_front();
        }
        if let Some(came) = all.iter().find(|came| came.what == what) {
            return came.form;
        }
        let at = now;
        all.push_back(Came { what, form, at });
        form
    }
}

/// Of everything that a person filled in, and of the phone; each part with its length, so that no two are taken for one.
fn digest(phone: PhoneHash, where_to: &str, sent: &Sent) -> [u8; 32] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(&phone.0);
    part(where_to.as_bytes());
    for (name, text) in sent.filled_in() {
        part(name.as_bytes());
        part(text.as_bytes());
    }
    for photo in &sent.photos {
        part(&photo.jpeg);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_of_the_same_phone_are_one_report_for_some_minutes() {
        let again = Again::default();
        let phone = |number| PhoneHash([number; 16]);
        let form = |number| FormName::new([number; 16]);
        let sent = |name: &str, told: &str| {
            Sent::of_fields(&[("form", name), ("told", told), ("kind", "looks")])
        };
        let now = Timestamp::UNIX_EPOCH;
        let later = |minutes| now + SignedDuration::from_mins(minutes);
        let here = (phone(1), "/report");
        assert_eq!(again.first(here, &sent("a", "x"), form(1), now), form(1));
        // The name of the form is no part of what was told.
        assert_eq!(
            again.first(here, &sent("b", "x"), form(2), later(10)),
            form(1)
        );
        let other_words = again.first(here, &sent("c", "y"), form(3), later(10));
        assert_eq!(other_words, form(3));
        let other_phone = again.first((phone(2), "/report"), &sent("d", "x"), form(4), later(10));
        assert_eq!(other_phone, form(4));
        let elsewhere = again.first((phone(1), "/report/A"), &sent("e", "x"), form(5), later(10));
        assert_eq!(elsewhere, form(5));
        assert_eq!(
            again.first(here, &sent("f", "x"), form(6), later(11)),
            form(6)
        );
        let parts = Sent::of_fields(&[("told", "xk"), ("kind", "looks")]);
        let shifted = Sent::of_fields(&[("told", "x"), ("kkind", "looks")]);
        assert_ne!(digest(phone(1), "", &parts), digest(phone(1), "", &shifted));
    }
}
