//! API tokens: what a program of a person shows. Shown once when made, stored as a hash, narrowed and limited in time.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::domain::words::numbered;

numbered! {
    /// The number of a token, from 1.
    pub struct TokenNumber(u32);
}

/// Stands before every token, so that one that leaked into a public place is recognised for what it is.
pub const PREFIX: &str = "ym_";
/// The longest life of a token in days.
pub const MOST_DAYS: i32 = 366;

/// The text of a new token, from 32 random bytes.
pub fn text_of(random: &[u8; 32]) -> Zeroizing<String> {
    let body = Zeroizing::new(URL_SAFE_NO_PAD.encode(random));
    Zeroizing::new(format!("{PREFIX}{}", &*body))
}

/// What is stored of a secret that was drawn at random (a token, the cookie of a session). 256 random bits need no slow
/// hash.
pub fn stored(shown: &[u8]) -> [u8; 32] {
    Sha256::digest(shown).into()
}

/// Whether a token may end on that day.
pub fn may_end(today: Date, last: Date) -> bool {
    last >= today && (last - today).get_days() <= MOST_DAYS
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn tokens_live_a_year_at_most() {
        let today = date(2026, 3, 1);
        for (last, is_good) in [
            (date(2026, 2, 28), false),
            (today, true),
            (date(2027, 3, 2), true),
            (date(2027, 3, 3), false),
        ] {
            assert_eq!(may_end(today, last), is_good, "{last}");
        }
        assert!(text_of(&[1; 32]).starts_with("ym_"));
        assert_eq!(text_of(&[1; 32]).len(), 46);
    }
}
