//! What follows from the key of what is personal (`people.key`): names of forms that only we make, tickets, and the
//! encryption of contacts.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Ticket;
use crate::domain::serial::keyed;

const NAME_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const FORM_LABEL: &[u8] = b"yuanmark/tip-form/v1\0";
const TICKET_LABEL: &[u8] = b"yuanmark/tip-ticket/v1\0";
const CONTACT_LABEL: &[u8] = b"yuanmark/tip-contact/v1\0";

/// The name of one form that we showed: random, and signed in the form, so that nobody can make one up that is another
/// person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormName([u8; NAME_BYTES]);

impl FormName {
    /// Takes 16 random bytes.
    pub const fn new(random: [u8; NAME_BYTES]) -> Self {
        Self(random)
    }

    /// What is kept of it, so that the form is taken once.
    pub fn digest(self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

/// Makes the names of forms, the tickets of what came by them, and the keys of contacts.
#[derive(Clone)]
pub struct TipKey(Hmac<Sha256>);

impl TipKey {
    /// Takes the 32 random bytes of the key file. What is made here and what else follows from that file is kept apart by
    /// labels.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// The field that a form carries.
    pub fn field(&self, name: FormName) -> String {
        let mut bytes = name.0.to_vec();
        bytes.extend_from_slice(&self.mac(FORM_LABEL, &name.0)[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The name in a field that we made.
    pub fn name_in(&self, field: &str) -> Option<FormName> {
        let bytes = URL_SAFE_NO_PAD.decode(field).ok()?;
        if bytes.len() != NAME_BYTES + TAG_BYTES {
            return None;
        }
        let (name, tag) = bytes.split_at(NAME_BYTES);
        let mut mac = self.0.clone();
        mac.update(FORM_LABEL);
        mac.update(name);
        mac.verify_truncated_left(tag).ok()?; // in constant time
        Some(FormName(name.try_into().ok()?))
    }

    /// The ticket of what came by a form. It follows from the name, so that whoever sends the form twice is told the same
    /// ticket, though nobody keeps it.
    pub fn ticket(&self, name: FormName) -> Ticket {
        let mut bits = [0; 10];
        bits.copy_from_slice(&self.mac(TICKET_LABEL, &name.0)[..10]);
        Ticket::of(bits)
    }

    /// Encrypts a contact: nonce, then ChaCha20-Poly1305 (RFC 8439) under a key of this tip alone. `digest` is that of its
    /// ticket.
    ///
    /// # Panics
    /// Never: a contact is short.
    pub fn seal(&self, digest: &[u8; 32], contact: &str, nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let sealed = self
            .cipher(digest)
            .encrypt(&Nonce::from(nonce), contact.as_bytes());
        let sealed = sealed.expect("a few hundred bytes can be encrypted");
        [nonce.to_vec(), sealed].concat()
    }

    /// Decrypts a contact; `None` if it was sealed under another key or for another tip, or changed since.
    pub fn open(&self, digest: &[u8; 32], sealed: &[u8]) -> Option<Zeroizing<String>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>()?;
        let plain = self.cipher(digest).decrypt(&Nonce::from(*nonce), sealed);
        String::from_utf8(plain.ok()?).ok().map(Zeroizing::new)
    }

    fn cipher(&self, digest: &[u8; 32]) -> ChaCha20Poly1305 {
        let key = Zeroizing::new(self.mac(CONTACT_LABEL, digest));
        ChaCha20Poly1305::new(&Key::from(*key))
    }

    fn mac(&self, label: &[u8], about: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(label);
        mac.update(about);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_named_by_us_alone_and_lead_to_one_ticket() {
        let (key, other) = (TipKey::new(&[1; 32]), TipKey::new(&[2; 32]));
        let name = FormName::new([7; 16]);
        let field = key.field(name);
        assert_eq!(key.name_in(&field), Some(name));
        assert_eq!(other.name_in(&field), None);
        let forged = format!("A{}", &field[1..]);
        for wrong in ["", &field[1..], &forged, &"A".repeat(9000)] {
            assert_eq!(key.name_in(wrong), None);
        }
        assert!(key.ticket(name) == key.ticket(name));
        assert!(key.ticket(name) != other.ticket(name));
        assert!(key.ticket(name) != key.ticket(FormName::new([8; 16])));
    }

    #[test]
    fn a_contact_is_read_with_the_key_and_for_its_tip_alone() {
        let key = TipKey::new(&[1; 32]);
        let sealed = key.seal(&[5; 32], "13800000000 王女士", [9; 12]);
        assert!(!sealed.windows(11).any(|window| window == b"13800000000"));
        let opened = key.open(&[5; 32], &sealed);
        assert_eq!(
            opened.as_deref().map(String::as_str),
            Some("13800000000 王女士")
        );
        assert!(key.open(&[6; 32], &sealed).is_none());
        assert!(TipKey::new(&[2; 32]).open(&[5; 32], &sealed).is_none());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(key.open(&[5; 32], &changed).is_none());
        assert!(key.open(&[5; 32], &sealed[..5]).is_none());
    }
}
