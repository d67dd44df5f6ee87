//! The ticket of a tip: what opens it to whoever sent it.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::domain::crockford;

const CHARACTERS: usize = 16;

/// 80 bits that nobody guesses, as 16 Crockford characters in fours: `7K2M-0QXR-V94D-8HTS`. Only its SHA-256 is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Ticket([u8; CHARACTERS]);

impl Ticket {
    /// From 80 bits.
    pub fn of(bits: [u8; 10]) -> Self {
        let number = bits
            .iter()
            .fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        Self(crockford::encode(number))
    }

    /// Reads one as people type it: any case, spaces and hyphens anywhere, O for 0, I and L for 1.
    pub fn read(typed: &str) -> Option<Self> {
        crockford::decode::<CHARACTERS>(typed).map(|number| Self(crockford::encode(number)))
    }

    /// What it is looked up by. Of its 80 bits nothing can be tried out from this in any time that counts.
    pub fn digest(self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford::in_fours(self.0))
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was_written_down() {
        let ticket = Ticket::of([0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let text = ticket.to_string();
        assert_eq!(text.len(), 19);
        assert_eq!(Ticket::read(&text), Some(ticket));
        assert_eq!(
            Ticket::read(&text.to_lowercase().replace('-', " ")),
            Some(ticket)
        );
        for wrong in ["", &text[1..], &format!("{text}0"), "笋笋笋笋"] {
            assert_eq!(Ticket::read(wrong), None, "{wrong}");
        }
        assert_ne!(ticket.digest(), Ticket::of([0; 10]).digest());
        assert_eq!(format!("{ticket:?}"), "Ticket(…)");
    }
}
