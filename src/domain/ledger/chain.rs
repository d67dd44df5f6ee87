//! The chain: each entry's hash covers what it says and the hash of the entry before. Whoever changes, removes or
//! reorders an entry has to change every later hash, and the last one is known outside.
//!
//! hash = SHA-256( "yuanmark/ledger/v1\0" ‖ hash before ‖ number u64 ‖ time i64 ‖ fields ), integers big-endian; the
//! fields are actor, kind, request, subjects and body in this order, each as length u32 ‖ UTF-8 bytes, so that no two
//! entries have the same bytes. Before the first entry stands a hash of zeros.

use std::fmt;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::subjects::Subjects;
use crate::domain::text::Line;

/// The number of an entry, from 1, without gaps.
pub type EntryNumber = u64;

/// What each byte is worth as a hexadecimal digit; 255 if it is none. Millions of hashes are read in `ledger verify`.
const VALUES: [u8; 256] = {
    let mut values = [255; 256];
    let (lower, upper) = (b"0123456789abcdef", b"0123456789ABCDEF");
    let mut value = 0;
    while value < 16 {
        values[lower[value as usize] as usize] = value;
        values[upper[value as usize] as usize] = value;
        value += 1;
    }
    values
};

const CONTEXT: &[u8] = b"yuanmark/ledger/v1\0";

/// The hash of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHash(pub [u8; 32]);

impl EntryHash {
    /// What stands before the first entry.
    pub const NONE: Self = Self([0; 32]);

    /// Reads 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let text = text.as_bytes();
        if text.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        let mut unknown = 0;
        for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
            let (high, low) = (VALUES[usize::from(pair[0])], VALUES[usize::from(pair[1])]);
            unknown |= high | low;
            *byte = high << 4 | low;
        }
        if unknown > 15 {
            return None;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for EntryHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// An entry as it stands in the ledger. What was written is what is checked: the body is never written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Its number.
    pub number: EntryNumber,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub actor: Line,
    /// The word for what it says.
    pub kind: String,
    /// The caller's name for this one request, so that a retry writes nothing twice.
    pub request: Option<Line>,
    /// Whom and what it is about.
    pub subjects: Subjects,
    /// What it says, as JSON.
    pub body: String,
    /// The hash of all this and of the entry before.
    pub hash: EntryHash,
}

impl StoredEntry {
    /// The hash that follows from what the entry says and the entry before.
    pub fn hash_after(&self, before: EntryHash) -> EntryHash {
        let subjects = self.subjects.to_string();
        EntryText {
            number: self.number,
            at_micros: self.at.as_microsecond(),
            actor: self.actor.as_str(),
            kind: &self.kind,
            request: self.request.as_ref().map_or("", Line::as_str),
            subjects: &subjects,
            body: &self.body,
        }
        .hash_after(before)
    }
}

/// The words of an entry as they are hashed.
#[derive(Clone, Copy, Debug)]
pub struct EntryText<'a> {
    /// Its number.
    pub number: EntryNumber,
    /// When it was written, in microseconds since 1970.
    pub at_micros: i64,
    /// Who wrote it.
    pub actor: &'a str,
    /// The word for what it says.
    pub kind: &'a str,
    /// The name of the request; empty if it has none.
    pub request: &'a str,
    /// [`Subjects`] as text.
    pub subjects: &'a str,
    /// What it says, as JSON.
    pub body: &'a str,
}

impl EntryText<'_> {
    /// The hash that follows from these words and the entry before.
    pub fn hash_after(&self, before: EntryHash) -> EntryHash {
        let mut hash = Sha256::new();
        hash.update(CONTEXT);
        hash.update(before.0);
        hash.update(self.number.to_be_bytes());
        hash.update(self.at_micros.to_be_bytes());
        for field in [
            self.actor,
            self.kind,
            self.request,
            self.subjects,
            self.body,
        ] {
            hash.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(field);
        }
        EntryHash(hash.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::licensee::LicenseeNumber;

    fn entry() -> StoredEntry {
        StoredEntry {
            number: 7,
            at: "2026-04-02T00:00:00Z".parse().unwrap(),
            actor: Line::new("actor", "李四").unwrap(),
            kind: "order_approved".into(),
            request: None,
            subjects: Subjects {
                licensee: Some(LicenseeNumber(3)),
                ..Subjects::default()
            },
            body: "{\"order\":1}".into(),
            hash: EntryHash::NONE,
        }
    }

    #[test]
    fn the_hash_is_the_one_that_was_always_written() {
        // Worked out with Python's hashlib from the words above.
        let hash = entry().hash_after(EntryHash::NONE).to_string();
        assert_eq!(
            hash,
            "707537b3999d68c901635797cc58a0de4e876e25c2c3a5b2babc3ad08da3c66a"
        );
        assert_eq!(EntryHash::from_hex(&hash).unwrap().to_string(), hash);
    }

    #[test]
    fn every_field_counts() {
        let hash = entry().hash_after(EntryHash::NONE);
        let changes: [fn(&mut StoredEntry); 7] = [
            |entry| entry.number = 8,
            |entry| entry.at = "2026-04-02T00:00:00.000001Z".parse().unwrap(),
            |entry| entry.actor = Line::new("actor", "张三").unwrap(),
            |entry| entry.kind = "order_rejected".into(),
            |entry| entry.request = Some(Line::new("request", "x").unwrap()),
            |entry| entry.subjects = Subjects::default(),
            |entry| entry.body = "{\"order\":2}".into(),
        ];
        for change in changes {
            let mut changed = entry();
            change(&mut changed);
            assert_ne!(changed.hash_after(EntryHash::NONE), hash);
        }
        assert_ne!(entry().hash_after(EntryHash([1; 32])), hash);
    }
}
