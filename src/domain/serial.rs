//! The serial (防伪编号): the 16 characters printed under the symbol, for people who type or read aloud.
//!
//! A serial hides batch and index under a mask and carries a 28-bit tag: it cannot be guessed (one try in 2²⁸ hits),
//! tells nothing about volumes, and needs no row in a table to be read back.
//!
//! ```text
//! tag    = first 28 bits of HMAC-SHA-256(serial key, "yuanmark/serial-tag/v1\0" ‖ batch u32 ‖ index u32)
//! mask   = first 52 bits of HMAC-SHA-256(serial key, "yuanmark/serial-mask/v1\0" ‖ tag as u32)
//! serial = base32( tag (28 bits) ‖ (batch (28 bits) ‖ index (24 bits)) xor mask )
//! ```

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::crockford;
use super::mark::{BatchNumber, MarkId, MarkIndex};

const TAG_LABEL: &[u8] = b"yuanmark/serial-tag/v1\0";
const MASK_LABEL: &[u8] = b"yuanmark/serial-mask/v1\0";
const CHARS: usize = 16;
const TAG_BITS: u32 = 28;
const ID_BITS: u32 = 52;
const INDEX_BITS: u32 = 24;

/// A well-formed serial. Only [`SerialKey::mark`] tells whether it is one of ours.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Serial(u128);

impl Serial {
    /// Reads a serial as people type it (see [`crockford::decode`]). `None` if it is not 16 such characters.
    pub fn from_typed(typed: &str) -> Option<Self> {
        crockford::decode::<CHARS>(typed).map(Self)
    }

    /// The 16 characters without hyphens.
    pub fn characters(self) -> [u8; CHARS] {
        crockford::encode(self.0)
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crockford::in_fours(self.characters()))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({self})")
    }
}

/// The secret that makes and reads serials. Whoever has it can guess serials, but sign nothing.
#[derive(Clone)]
pub struct SerialKey(Hmac<Sha256>);

impl SerialKey {
    /// Takes the 32 random bytes of the key file.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// The serial of a mark.
    pub fn serial(&self, mark: MarkId) -> Serial {
        let tag = self.tag(mark);
        let id = u64::from(mark.batch.get()) << INDEX_BITS | u64::from(mark.index.get());
        Serial(u128::from(tag) << ID_BITS | u128::from(id ^ self.mask(tag)))
    }

    /// The mark of a serial, or `None` if the serial is not one of ours. Whether such a batch was ever issued is
    /// the ledger's to say.
    #[allow(clippy::cast_possible_truncation)] // each part is cut to its own bits
    pub fn mark(&self, serial: Serial) -> Option<MarkId> {
        let tag = (serial.0 >> ID_BITS) as u32;
        let id = (serial.0 as u64 & ((1 << ID_BITS) - 1)) ^ self.mask(tag);
        let mark = MarkId {
            batch: BatchNumber::new((id >> INDEX_BITS) as u32)?,
            index: MarkIndex::new((id as u32) & (MarkIndex::LIMIT - 1))?,
        };
        bool::from(self.tag(mark).ct_eq(&tag)).then_some(mark)
    }

    #[allow(clippy::cast_possible_truncation)] // 28 bits are left
    fn tag(&self, mark: MarkId) -> u32 {
        let mut mac = self.0.clone();
        mac.update(TAG_LABEL);
        mac.update(&mark.batch.get().to_be_bytes());
        mac.update(&mark.index.get().to_be_bytes());
        (first_u64(mac) >> (64 - TAG_BITS)) as u32
    }

    fn mask(&self, tag: u32) -> u64 {
        let mut mac = self.0.clone();
        mac.update(MASK_LABEL);
        mac.update(&tag.to_be_bytes());
        first_u64(mac) >> (64 - ID_BITS)
    }
}

/// HMAC-SHA-256 (RFC 2104) with a 32-byte key, its key blocks already hashed.
pub(in crate::domain) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    KeyInit::new_from_slice(key).expect("HMAC takes a key of any length")
}

/// The first eight bytes of the MAC, big-endian.
pub(in crate::domain) fn first_u64(mac: Hmac<Sha256>) -> u64 {
    let bytes = mac.finalize().into_bytes();
    bytes
        .iter()
        .take(8)
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn round_trip(batch in 0..BatchNumber::LIMIT, index in 0..MarkIndex::LIMIT, key in any::<[u8; 32]>()) {
            let mark = MarkId {
                batch: BatchNumber::new(batch).unwrap(),
                index: MarkIndex::new(index).unwrap(),
            };
            let key = SerialKey::new(&key);
            let serial = key.serial(mark);
            prop_assert_eq!(Serial::from_typed(&serial.to_string().to_lowercase()), Some(serial));
            prop_assert_eq!(key.mark(serial), Some(mark));
        }

        #[test]
        fn a_serial_of_another_key_is_not_ours(value in any::<u128>()) {
            // One in 2^28 would pass; 256 tries do not meet it.
            prop_assert_eq!(SerialKey::new(&[1; 32]).mark(Serial(value >> 48)), None);
        }
    }
}
