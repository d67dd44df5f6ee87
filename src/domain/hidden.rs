//! The hidden code (暗码): eight characters under scratch film, known only to who scratched it.
//!
//! `hidden = base32( first 40 bits of HMAC-SHA-256(hidden key, "yuanmark/hidden/v1\0" ‖ batch u32 ‖ index u32) )`

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::crockford;
use super::mark::MarkId;
use super::serial::{first_u64, keyed};

const LABEL: &[u8] = b"yuanmark/hidden/v1\0";

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
        let mut mac = self.0.clone();
        mac.update(LABEL);
        mac.update(&mark.batch.get().to_be_bytes());
        mac.update(&mark.index.get().to_be_bytes());
        crockford::in_fours(crockford::encode::<8>(u128::from(first_u64(mac) >> 24)))
    }
}
