//! The mark code, version 1: 16 bytes that say what was issued, and an Ed25519 signature over them.
//!
//! The format binds every reader in every language: `docs/MARK-CODE.md`, test vectors in
//! `tests/vectors/mark-code-v1.json`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use super::digits;
use super::form::FormCode;
use super::key_id::KeyId;
use super::licensee::LicenseeNumber;
use super::mark::{BatchNumber, MarkId, MarkIndex};
use super::season::Season;

/// Bytes of a payload.
pub const PAYLOAD_BYTES: usize = 16;
/// Bytes of a code: payload and signature.
pub const CODE_BYTES: usize = digits::BYTES;
/// Characters of the base64url form, unpadded.
pub const BASE64URL_CHARS: usize = 107;

/// What stands before the payload when it is signed, so that no other signature of the same key is ever a code.
const SIGNED_PREFIX: &[u8; 17] = b"yuanmark/mark/v1\0";
const SIGNED_BYTES: usize = SIGNED_PREFIX.len() + PAYLOAD_BYTES;
/// Version 1, algorithm 0 (Ed25519): the only first byte this reader knows.
const VERSION_1_ED25519: u8 = 1 << 4;
const FLAG_HIDDEN_CODE: u16 = 1;

/// What a code says: which mark it is, and who may use it for what and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The key that signs.
    pub key: KeyId,
    /// The mark.
    pub mark: MarkId,
    /// The season (年度) it was issued for.
    pub season: Season,
    /// The product's form (产品形态).
    pub form: FormCode,
    /// Who may use it (合法使用人).
    pub licensee: LicenseeNumber,
    /// Whether the label carries a hidden code (暗码).
    pub has_hidden_code: bool,
}

impl Payload {
    /// The 16 bytes, integers big-endian.
    pub fn to_bytes(&self) -> [u8; PAYLOAD_BYTES] {
        let mut bytes = [0; PAYLOAD_BYTES];
        bytes[0] = VERSION_1_ED25519;
        bytes[1] = self.key.0;
        bytes[2..6].copy_from_slice(&self.mark.batch.get().to_be_bytes());
        bytes[6..10].copy_from_slice(&self.mark.index.get().to_be_bytes());
        bytes[10] = self.season.offset();
        bytes[11] = self.form.0;
        bytes[12..14].copy_from_slice(&self.licensee.0.to_be_bytes());
        let flags = if self.has_hidden_code {
            FLAG_HIDDEN_CODE
        } else {
            0
        };
        bytes[14..16].copy_from_slice(&flags.to_be_bytes());
        bytes
    }

    /// Refuses what this reader does not know: version, algorithm, reserved flags, numbers out of range.
    pub fn from_bytes(bytes: &[u8; PAYLOAD_BYTES]) -> Option<Self> {
        let [
            head,
            key,
            b0,
            b1,
            b2,
            b3,
            i0,
            i1,
            i2,
            i3,
            season,
            form,
            l0,
            l1,
            f0,
            f1,
        ] = *bytes;
        let flags = u16::from_be_bytes([f0, f1]);
        if head != VERSION_1_ED25519 || flags & !FLAG_HIDDEN_CODE != 0 {
            return None;
        }
        Some(Self {
            key: KeyId(key),
            mark: MarkId {
                batch: BatchNumber::new(u32::from_be_bytes([b0, b1, b2, b3]))?,
                index: MarkIndex::new(u32::from_be_bytes([i0, i1, i2, i3]))?,
            },
            season: Season::from_offset(season),
            form: FormCode(form),
            licensee: LicenseeNumber(u16::from_be_bytes([l0, l1])),
            has_hidden_code: flags & FLAG_HIDDEN_CODE != 0,
        })
    }

    /// Signs the payload.
    pub fn sign(&self, key: &SigningKey) -> Code {
        let payload = self.to_bytes();
        let mut bytes = [0; CODE_BYTES];
        bytes[..PAYLOAD_BYTES].copy_from_slice(&payload);
        let signature = key.sign(&signed_message(&payload));
        bytes[PAYLOAD_BYTES..].copy_from_slice(&signature.to_bytes());
        Code {
            bytes,
            payload: *self,
        }
    }
}

/// The bytes the signature covers.
pub fn signed_message(payload: &[u8; PAYLOAD_BYTES]) -> [u8; SIGNED_BYTES] {
    let mut message = [0; SIGNED_PREFIX.len() + PAYLOAD_BYTES];
    message[..SIGNED_PREFIX.len()].copy_from_slice(SIGNED_PREFIX);
    message[SIGNED_PREFIX.len()..].copy_from_slice(payload);
    message
}

/// A well-formed code. That it is well-formed says nothing of its signature: [`Code::is_signed_by`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    bytes: [u8; CODE_BYTES],
    payload: Payload,
}

impl Code {
    /// `None` if the payload is not one this reader knows.
    pub fn from_bytes(bytes: [u8; CODE_BYTES]) -> Option<Self> {
        let mut payload = [0; PAYLOAD_BYTES];
        payload.copy_from_slice(&bytes[..PAYLOAD_BYTES]);
        let payload = Payload::from_bytes(&payload)?;
        Some(Self { bytes, payload })
    }

    /// Reads either form that a link can carry: 193 digits or 107 characters of base64url, exactly.
    pub fn from_text(text: &str) -> Option<Self> {
        match text.len() {
            digits::DIGITS => Self::from_bytes(digits::to_bytes(text.as_bytes())?),
            BASE64URL_CHARS => {
                let mut bytes = [0; CODE_BYTES];
                // Strict: unused bits must be zero, so that one code has one spelling.
                let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
                (length == CODE_BYTES).then_some(())?;
                Self::from_bytes(bytes)
            }
            _ => None,
        }
    }

    /// The 80 bytes.
    pub const fn bytes(&self) -> &[u8; CODE_BYTES] {
        &self.bytes
    }

    /// What the code says, signed or not.
    pub const fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The form in the QR symbol: 193 digits.
    pub fn to_digits(&self) -> [u8; digits::DIGITS] {
        digits::from_bytes(&self.bytes)
    }

    /// The form in links, JSON and CSV: 107 characters.
    pub fn to_base64url(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// Whether the signature is good under this key, by the strict rules of `verify_strict`: no small-order points,
    /// no `s` beyond the group order (RFC 8032, 5.1.7).
    pub fn is_signed_by(&self, key: &VerifyingKey) -> bool {
        key.verify_strict(&self.signed_message(), &self.signature())
            .is_ok()
    }

    /// What is signed.
    pub(super) fn signed_message(&self) -> [u8; SIGNED_BYTES] {
        signed_message(&self.payload.to_bytes())
    }

    /// The signature, good or not.
    pub(super) fn signature(&self) -> Signature {
        let mut signature = [0; Signature::BYTE_SIZE];
        signature.copy_from_slice(&self.bytes[PAYLOAD_BYTES..]);
        Signature::from_bytes(&signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn payloads() -> impl Strategy<Value = Payload> {
        (
            any::<u8>(),
            0..BatchNumber::LIMIT,
            0..MarkIndex::LIMIT,
            any::<(u8, u8, u16, bool)>(),
        )
            .prop_map(
                |(key, batch, index, (season, form, licensee, hidden))| Payload {
                    key: KeyId(key),
                    mark: MarkId {
                        batch: BatchNumber::new(batch).unwrap(),
                        index: MarkIndex::new(index).unwrap(),
                    },
                    season: Season::from_offset(season),
                    form: FormCode(form),
                    licensee: LicenseeNumber(licensee),
                    has_hidden_code: hidden,
                },
            )
    }

    proptest! {
        #[test]
        fn every_text_form_round_trips(payload in payloads(), seed in any::<[u8; 32]>()) {
            let key = SigningKey::from_bytes(&seed);
            let code = payload.sign(&key);
            prop_assert!(code.is_signed_by(&key.verifying_key()));
            let digits = code.to_digits();
            let digits = std::str::from_utf8(&digits).unwrap();
            prop_assert_eq!(Code::from_text(digits), Some(code));
            prop_assert_eq!(Code::from_text(&code.to_base64url()), Some(code));
            prop_assert_eq!(code.payload(), &payload);
        }

        #[test]
        fn any_flipped_bit_breaks_the_code(payload in payloads(), bit in 0..CODE_BYTES * 8) {
            let key = SigningKey::from_bytes(&[7; 32]);
            let mut bytes = *payload.sign(&key).bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let still_good = Code::from_bytes(bytes)
                .is_some_and(|code| code.is_signed_by(&key.verifying_key()));
            prop_assert!(!still_good);
        }
    }
}
