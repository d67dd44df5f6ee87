//! The format of the mark code, against vectors that an independent implementation made. Every reader of codes, in any
//! language, passes the same file.

use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::Deserialize;
use std::collections::BTreeMap;

use yuanmark::domain::code::{Code, Payload};
use yuanmark::domain::form::FormCode;
use yuanmark::domain::hidden::HiddenKey;
use yuanmark::domain::input::Input;
use yuanmark::domain::keyring::{KeyId, Keyring, SecretChecks};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::{BatchNumber, MarkId, MarkIndex};
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::domain::season::Season;
use yuanmark::domain::serial::{Serial, SerialKey};

#[derive(Deserialize)]
struct Vectors {
    keys: BTreeMap<u8, VectorKey>,
    serial_key_hex: String,
    hidden_key_hex: String,
    valid: Vec<Valid>,
    same_serial_as_first: Vec<String>,
    invalid: Vec<Invalid>,
}

#[derive(Deserialize)]
struct VectorKey {
    seed_hex: String,
    public_hex: String,
}

#[derive(Deserialize)]
struct Valid {
    name: String,
    key: u8,
    batch: u32,
    index: u32,
    season: u16,
    form: u8,
    licensee: u16,
    flags: u16,
    bytes_hex: String,
    base64url: String,
    digits: String,
    qr_text: String,
    serial: String,
    hidden: String,
}

#[derive(Deserialize)]
struct Invalid {
    name: String,
    input: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../vectors/mark-code-v1.json")).unwrap()
}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let byte = |place: usize| u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).unwrap();
    assert_eq!(text.len(), N * 2);
    std::array::from_fn(byte)
}

impl Vectors {
    fn ring(&self) -> Keyring {
        let mut ring = Keyring::new(SecretChecks::default());
        for (id, key) in &self.keys {
            let public = VerifyingKey::from_bytes(&hex(&key.public_hex)).unwrap();
            ring.add(KeyId(*id), public, jiff::Timestamp::UNIX_EPOCH)
                .unwrap();
        }
        ring
    }

    /// Whether this installation would take the input for a mark of its own, by code or by serial.
    fn is_ours(&self, input: &str) -> bool {
        match Input::read(input) {
            None => false,
            Some(Input::Code(code)) => self.ring().signer_of(&code).is_some(),
            Some(Input::Serial(serial)) => SerialKey::new(&hex(&self.serial_key_hex))
                .mark(serial)
                .is_some(),
        }
    }
}

#[test]
fn valid_codes_are_made_and_read_byte_for_byte() {
    let vectors = vectors();
    let serial_key = SerialKey::new(&hex(&vectors.serial_key_hex));
    let hidden_key = HiddenKey::new(&hex(&vectors.hidden_key_hex));
    let prefix = PublicUrl::new("https://v.example.cn").unwrap().qr_prefix();
    assert_eq!(vectors.valid.len(), 4);
    for valid in &vectors.valid {
        let name = &valid.name;
        let mark = MarkId {
            batch: BatchNumber::new(valid.batch).unwrap(),
            index: MarkIndex::new(valid.index).unwrap(),
        };
        let payload = Payload {
            key: KeyId(valid.key),
            mark,
            season: Season::new(valid.season).unwrap(),
            form: FormCode(valid.form),
            licensee: LicenseeNumber(valid.licensee),
            has_hidden_code: valid.flags == 1,
        };
        let seed = hex(&vectors.keys[&valid.key].seed_hex);
        let code = payload.sign(&SigningKey::from_bytes(&seed));
        assert_eq!(code.bytes(), &hex(&valid.bytes_hex), "{name}");
        assert_eq!(code.to_base64url(), valid.base64url, "{name}");
        assert_eq!(code.to_digits(), valid.digits.as_bytes(), "{name}");
        assert_eq!(format!("{prefix}{}", valid.digits), valid.qr_text, "{name}");
        for form in [&valid.base64url, &valid.digits, &valid.qr_text] {
            assert_eq!(Input::read(form), Some(Input::Code(code)), "{name}: {form}");
            assert!(vectors.is_ours(form), "{name}: {form}");
        }
        assert_eq!(serial_key.serial(mark).to_string(), valid.serial, "{name}");
        assert_eq!(
            serial_key.mark(Serial::from_typed(&valid.serial).unwrap()),
            Some(mark),
            "{name}"
        );
        assert_eq!(hidden_key.hidden_code(mark), valid.hidden, "{name}");
    }
}

#[test]
fn invalid_input_is_not_ours() {
    let vectors = vectors();
    assert_eq!(vectors.invalid.len(), 22);
    for invalid in &vectors.invalid {
        assert!(!vectors.is_ours(&invalid.input), "{}", invalid.name);
        // Nor is a code that reads well under one spelling read under another.
        assert_eq!(
            Code::from_text(&format!("{} ", invalid.input)),
            None,
            "{}",
            invalid.name
        );
    }
}

#[test]
fn typed_serials_are_read_forgivingly() {
    let vectors = vectors();
    let first = Serial::from_typed(&vectors.valid[0].serial);
    for typed in &vectors.same_serial_as_first {
        assert_eq!(Serial::from_typed(typed), first, "{typed}");
    }
}
