//! The keys of the ring, prepared for checking many codes.

use std::collections::HashMap;
use std::sync::Arc;

use crate::domain::code::Code;
use crate::domain::keyring::{KeyId, Keyring};
use crate::domain::signatures::{PreparedKey, are_signed};

/// The keyring in force, and of each of its keys that was asked for what checking takes.
pub(super) struct Signers {
    ring: Arc<Keyring>,
    prepared: HashMap<KeyId, PreparedKey>,
}

impl Signers {
    pub(super) fn of(ring: Arc<Keyring>) -> Self {
        Self {
            ring,
            prepared: HashMap::new(),
        }
    }

    /// Goes on with this ring. What was prepared for keys that are in it as before stays.
    pub(super) fn follow(&mut self, ring: Arc<Keyring>) {
        if Arc::ptr_eq(&ring, &self.ring) {
            return;
        }
        self.ring = ring;
        let ring = &self.ring;
        self.prepared.retain(|id, prepared| {
            ring.get(*id)
                .is_some_and(|key| key.public == *prepared.key())
        });
    }

    /// Whether each code is signed by the key of the ring that it names.
    pub(super) fn check(&mut self, codes: &[&Code]) -> Vec<bool> {
        for code in codes {
            let id = code.payload().key;
            if let Some(key) = self.ring.get(id) {
                self.prepared
                    .entry(id)
                    .or_insert_with(|| PreparedKey::new(&key.public));
            }
        }
        let key_of = |code: &Code| self.prepared.get(&code.payload().key);
        let known: Vec<(&PreparedKey, &Code)> = codes
            .iter()
            .filter_map(|code| Some((key_of(code)?, *code)))
            .collect();
        let mut signed = are_signed(&known).into_iter();
        codes
            .iter()
            .map(|code| key_of(code).is_some() && signed.next().unwrap_or(false))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use jiff::Timestamp;

    use super::*;
    use crate::domain::code::CODE_BYTES;
    use crate::domain::keyring::SecretChecks;

    fn ring(keys: &[(u8, &SigningKey)]) -> Arc<Keyring> {
        let mut ring = Keyring::new(SecretChecks::default());
        for (id, key) in keys {
            ring.add(KeyId(*id), key.verifying_key(), Timestamp::UNIX_EPOCH)
                .unwrap();
        }
        Arc::new(ring)
    }

    fn code(id: u8, key: &SigningKey) -> Code {
        let mut bytes = [0; CODE_BYTES];
        bytes[..16].copy_from_slice(&[0x10, id, 0, 0, 0, 1, 0, 0, 0, 0, 26, 1, 0, 1, 0, 0]);
        Code::from_bytes(bytes).unwrap().payload().sign(key)
    }

    #[test]
    fn a_code_is_checked_by_the_key_it_names_in_the_ring_of_now() {
        let [one, two] = [[1; 32], [2; 32]].map(|seed| SigningKey::from_bytes(&seed));
        let mut signers = Signers::of(ring(&[(1, &one), (2, &two)]));
        let codes = [code(1, &one), code(3, &one), code(2, &one), code(2, &two)];
        let codes: Vec<&Code> = codes.iter().collect();
        assert_eq!(signers.check(&codes), [true, false, false, true]);
        // Another key under the same number, as after an installation was begun anew; and one more.
        signers.follow(ring(&[(1, &two), (3, &one)]));
        assert_eq!(signers.check(&codes), [false, true, false, false]);
    }
}
