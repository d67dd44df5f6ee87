//! The phone cookie: a random name that lets a phone be told "the first query was yours".
//!
//! The name is signed, so that nobody can pose as another phone by making one up; stored is only a keyed hash of it,
//! which cannot be turned back and means nothing outside this installation.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use jiff::Timestamp;
use sha2::Sha256;

use super::serial::keyed;

const NAME_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
const COOKIE_LABEL: &[u8] = b"yuanmark/phone-cookie/v1\0";
const HASH_LABEL: &[u8] = b"yuanmark/phone-hash/v1\0";
const NETWORK_LABEL: &[u8] = b"yuanmark/network-of-a-day/v1\0";

/// The random name of a phone, as its cookie carries it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PhoneName([u8; NAME_BYTES]);

impl PhoneName {
    /// Takes 16 random bytes.
    pub const fn new(random: [u8; NAME_BYTES]) -> Self {
        Self(random)
    }
}

/// What is stored of a phone: the first 16 bytes of a keyed hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PhoneHash(pub [u8; 16]);

impl PhoneHash {
    /// The first of its bytes as a number: enough to tell the phones of one mark apart.
    pub const fn number(self) -> u64 {
        match self.0.first_chunk() {
            Some(first) => u64::from_le_bytes(*first),
            None => 0,
        }
    }
}

/// What is stored of a network: 16 bits of a keyed hash of its address and the day. They tell two networks of one mark apart on one
/// day, and lead neither back to an address nor from one day to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkHash(pub u16);

/// The secret that signs and hashes phone names.
#[derive(Clone)]
pub struct PhoneKey(Hmac<Sha256>);

impl PhoneKey {
    /// Takes the 32 random bytes of the key file.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// The cookie's value: name and tag in base64url.
    pub fn cookie(&self, name: PhoneName) -> String {
        let mut bytes = name.0.to_vec();
        bytes.extend_from_slice(&self.mac(COOKIE_LABEL, name)[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The name in a cookie that we signed.
    pub fn name_in(&self, cookie: &str) -> Option<PhoneName> {
        let bytes = URL_SAFE_NO_PAD.decode(cookie).ok()?;
        if bytes.len() != NAME_BYTES + TAG_BYTES {
            return None;
        }
        let (name, tag) = bytes.split_at(NAME_BYTES);
        let name = PhoneName(name.try_into().ok()?);
        let mut mac = self.0.clone();
        mac.update(COOKIE_LABEL);
        mac.update(&name.0);
        mac.verify_truncated_left(tag).ok()?; // in constant time
        Some(name)
    }

    /// What is stored of the phone.
    pub fn hash(&self, name: PhoneName) -> PhoneHash {
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.mac(HASH_LABEL, name)[..16]);
        PhoneHash(hash)
    }

    /// What is stored of a network, given by the bytes of its address, on the day of this moment in UTC.
    pub fn network(&self, address: &[u8], at: Timestamp) -> NetworkHash {
        let mut mac = self.0.clone();
        mac.update(NETWORK_LABEL);
        mac.update(&at.as_second().div_euclid(86_400).to_be_bytes());
        mac.update(address);
        let hash = mac.finalize().into_bytes();
        NetworkHash(u16::from_be_bytes([hash[0], hash[1]]))
    }

    fn mac(&self, label: &[u8], name: PhoneName) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(label);
        mac.update(&name.0);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_known_for_a_day() {
        let key = PhoneKey::new(&[1; 32]);
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        let hash = key.network(&[192, 0, 2, 1], at(0));
        assert_eq!(key.network(&[192, 0, 2, 1], at(23)), hash);
        assert_ne!(key.network(&[192, 0, 2, 1], at(24)), hash);
        assert_ne!(key.network(&[192, 0, 2, 2], at(0)), hash);
        let other = PhoneKey::new(&[2; 32]);
        assert_ne!(other.network(&[192, 0, 2, 1], at(0)), hash);
    }

    #[test]
    fn only_our_own_cookies_are_read() {
        let key = PhoneKey::new(&[1; 32]);
        let name = PhoneName::new([9; 16]);
        let cookie = key.cookie(name);
        assert!(key.name_in(&cookie) == Some(name));
        assert!(PhoneKey::new(&[2; 32]).name_in(&cookie).is_none());
        let mut forged = cookie.clone();
        forged.replace_range(0..1, "A");
        assert!(key.name_in(&forged).is_none());
        assert!(key.name_in("").is_none() && key.name_in(&"A".repeat(4000)).is_none());
    }
}
