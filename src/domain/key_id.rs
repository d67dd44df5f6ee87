//! The number of a signing key, apart from the keyring: codes carry it, and keyrings check codes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The number of a signing key: one byte of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub u8);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
