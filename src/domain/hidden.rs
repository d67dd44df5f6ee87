//! The hidden code (暗码): eight characters under scratch film, known only to who scratched it.
//!
//! `hidden = base32( first 40 bits of HMAC-SHA-256(hidden key, "yuanmark/hidden/v1\0" ‖ batch u32 ‖ index u32) )`

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use super::crockford;
use super::mark::MarkId;
use super::serial::{first_u64, keyed};

const LABEL: &[u8] = b"yuanmark/hidden/v1\0";
const CHARS: usize = 8;

/// A hidden code as somebody typed it: 40 bits. Whether it is the one of a mark, [`HiddenKey::opens`] alone says, so that it
/// is compared in constant time wherever it is.
#[derive(Clone, Copy)]
pub struct HiddenCode(u64);

impl HiddenCode {
    /// Reads eight characters as people type them (see [`crockford::decode`]).
    pub fn from_typed(typed: &str) -> Option<Self> {
        let number = crockford::decode::<CHARS>(typed)?;
        u64::try_from(number).ok().map(Self)
    }
}

impl fmt::Display for HiddenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_characters(self.0))
    }
}

impl fmt::Debug for HiddenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenCode") // it belongs into no log
    }
}

/// The secret that makes hidden codes. Whoever has it can claim marks, but sign nothing.
#[derive(Clone)]
pub struct HiddenKey(Hmac<Sha256>);

impl HiddenKey {
    /// Takes the 32 random bytes of the key file.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// The hidden code of a mark, as printed: `NH82-0VXZ`.
    pub fn hidden_code(&self, mark: MarkId) -> String {
        in_characters(self.number(mark))
    }

    /// Whether this is the mark's. Takes as long for a wrong one as for the right one.
    pub fn opens(&self, mark: MarkId, typed: HiddenCode) -> bool {
        self.number(mark).ct_eq(&typed.0).into()
    }

    fn number(&self, mark: MarkId) -> u64 {
        let mut mac = self.0.clone();
        mac.update(LABEL);
        mac.update(&mark.batch.get().to_be_bytes());
        mac.update(&mark.index.get().to_be_bytes());
        first_u64(mac) >> 24
    }
}

fn in_characters(number: u64) -> String {
    crockford::in_fours(crockford::encode::<CHARS>(u128::from(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mark::{BatchNumber, MarkIndex};

    fn mark(index: u32) -> MarkId {
        MarkId {
            batch: BatchNumber::new(1).unwrap(),
            index: MarkIndex::new(index).unwrap(),
        }
    }

    #[test]
    fn the_code_of_a_mark_opens_it_and_no_other() {
        let key = HiddenKey::new(&[7; 32]);
        let printed = key.hidden_code(mark(0));
        let lower = printed.to_lowercase().replace('-', " ");
        for typed in [printed.as_str(), &lower] {
            let typed = HiddenCode::from_typed(typed).unwrap();
            assert!(key.opens(mark(0), typed));
            assert!(!key.opens(mark(1), typed));
            assert!(!HiddenKey::new(&[8; 32]).opens(mark(0), typed));
            assert_eq!(typed.to_string(), printed);
            assert_eq!(format!("{typed:?}"), "HiddenCode");
        }
        // Every bit counts.
        let right = key.number(mark(0));
        for bit in 0..40 {
            assert!(!key.opens(mark(0), HiddenCode(right ^ (1 << bit))));
        }
    }

    #[test]
    fn what_is_no_hidden_code_is_none() {
        for typed in ["", "NH82-0VX", "NH82-0VXZ-1", "NH82-0VXU", "暗码"] {
            assert!(HiddenCode::from_typed(typed).is_none(), "{typed}");
        }
    }
}
