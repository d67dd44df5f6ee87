//! The second factor (动态口令): codes that change every 30 seconds (TOTP, RFC 6238, with SHA-1, which is what the
//! common phone apps do), and recovery codes for who has lost the phone.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::UserNumber;
use super::login::Login;
use crate::domain::serial::keyed;

/// Seconds of one code.
pub const STEP_SECONDS: i64 = 30;
/// Recovery codes made at once.
pub const RECOVERY_CODES: usize = 10;

const LABEL: &[u8] = b"yuanmark/second-factor/v1\0";
const SECRET_BYTES: usize = 20;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Without I, L, O and U (Crockford).
const RECOVERY: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The secret from which the second factors of all people follow. A copy of the database alone opens nothing.
#[derive(Clone)]
pub struct PeopleKey(Hmac<Sha256>);

impl PeopleKey {
    /// Takes the 32 random bytes of the key file.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(keyed(key))
    }

    /// The secret that a person's phone holds: the first 20 bytes of HMAC-SHA-256(key, label ‖ person u32 ‖ salt). A new
    /// salt makes a new secret.
    pub fn secret(&self, user: UserNumber, salt: &[u8; 16]) -> TotpSecret {
        let mut mac = self.0.clone();
        mac.update(LABEL);
        mac.update(&user.0.to_be_bytes());
        mac.update(salt);
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        secret.copy_from_slice(&mac.finalize().into_bytes()[..SECRET_BYTES]);
        TotpSecret(secret)
    }
}

/// What a person's phone and we both know.
pub struct TotpSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl TotpSecret {
    /// The code of a step (RFC 4226, 5.3).
    fn code(&self, step: i64) -> u32 {
        let mut mac =
            Hmac::<sha1::Sha1>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        mac.update(&step.to_be_bytes());
        let mac = mac.finalize().into_bytes();
        let offset = usize::from(mac[19] & 15);
        let part: [u8; 4] = mac[offset..offset + 4]
            .try_into()
            .expect("20 bytes, offset below 16");
        (u32::from_be_bytes(part) & 0x7fff_ffff) % 1_000_000
    }

    /// The code that a phone shows at this time.
    pub fn code_at(&self, at: Timestamp) -> String {
        let step = at.as_second().div_euclid(STEP_SECONDS);
        format!("{:06}", self.code(step))
    }

    /// The step whose code this is: the present one or a neighbour of it, for clocks that differ by half a minute. A step
    /// up to `used` was shown before and is not taken again.
    pub fn step_of(&self, code: &str, now: Timestamp, used: Option<i64>) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let shown: u32 = digits.parse().ok()?;
        let present = now.as_second().div_euclid(STEP_SECONDS);
        // All three are compared, whichever it is.
        let mut found = None;
        for step in present - 1..=present + 1 {
            let is_it: bool = self.code(step).ct_eq(&shown).into();
            if is_it && used.is_none_or(|used| step > used) {
                found = found.or(Some(step));
            }
        }
        found
    }

    /// The secret in base32, to be typed into an app.
    pub fn base32(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        let (mut bits, mut count) = (0u32, 0);
        for byte in *self.0 {
            bits = bits << 8 | u32::from(byte);
            count += 8;
            while count >= 5 {
                count -= 5;
                text.push(char::from(BASE32[(bits >> count & 31) as usize]));
            }
        }
        text
    }

    /// The address that apps take from a QR symbol (Google Authenticator's key URI format).
    pub fn address(&self, issuer: &str, login: &Login) -> Zeroizing<String> {
        let mut name = String::new();
        for byte in issuer.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
                name.push(char::from(byte));
            } else {
                _ = write!(name, "%{byte:02X}"); // writing to a string cannot fail
            }
        }
        let secret = self.base32();
        Zeroizing::new(format!(
            "otpauth://totp/{name}:{login}?secret={}&issuer={name}&algorithm=SHA1&digits=6&period={STEP_SECONDS}",
            &*secret
        ))
    }
}

impl TotpSecret {
    /// Whose address this is, and the secret in it: of those that [`TotpSecret::address`] writes.
    pub fn of_address(address: &str) -> Option<(Login, Self)> {
        let (label, query) = address.strip_prefix("otpauth://totp/")?.split_once('?')?;
        let (_, login) = label.rsplit_once(':')?;
        let mut pairs = query.split('&');
        let secret = pairs.find_map(|pair| pair.strip_prefix("secret="))?;
        Some((Login::new(login).ok()?, Self::of_base32(secret)?))
    }

    fn of_base32(text: &str) -> Option<Self> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        if text.len() * 5 != SECRET_BYTES * 8 {
            return None;
        }
        let (mut bits, mut count, mut place) = (0u32, 0, 0);
        for letter in text.bytes() {
            let value = BASE32.iter().position(|known| *known == letter)?;
            bits = bits << 5 | u32::try_from(value).ok()?;
            count += 5;
            if count >= 8 {
                count -= 8;
                secret[place] = (bits >> count & 0xff) as u8;
                place += 1;
            }
        }
        Some(Self(secret))
    }
}

/// A recovery code as a person writes it down: two groups of five of 50 bits in all.
pub fn recovery_code(random: [u8; 8]) -> String {
    let bits = u64::from_be_bytes(random);
    let symbol = |place: u32| char::from(RECOVERY[(bits >> (place * 5) & 31) as usize]);
    let first: String = (0..5).map(symbol).collect();
    let second: String = (5..10).map(symbol).collect();
    format!("{first}-{second}")
}

/// What is stored of a recovery code: a hash with the person in it. 50 random bits need no slow hash: who has the
/// database would need 2^49 guesses for each code, and the password besides.
pub fn recovery_hash(user: UserNumber, shown: &str) -> [u8; 32] {
    let plain = shown.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = plain
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let mut hash = Sha256::new();
    hash.update(b"yuanmark/recovery/v1\0");
    hash.update(user.0.to_be_bytes());
    hash.update(plain);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_rfc() -> TotpSecret {
        TotpSecret(Zeroizing::new(*b"12345678901234567890"))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        // Appendix B, SHA-1; the last six of the eight digits.
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let found = of_rfc().step_of(code, at(second), None);
            assert_eq!(found, Some(second / 30), "{second}");
        }
        assert_eq!(&*of_rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_taken_once_and_half_a_minute_early_or_late() {
        let secret = of_rfc();
        let code = format!("{:06}", secret.code(100));
        for (second, is_taken) in [
            (2969, false),
            (2970, true),
            (3000, true),
            (3059, true),
            (3060, false),
        ] {
            assert_eq!(
                secret.step_of(&code, at(second), None).is_some(),
                is_taken,
                "{second}"
            );
        }
        assert_eq!(secret.step_of(&code, at(3000), Some(99)), Some(100));
        assert_eq!(secret.step_of(&code, at(3000), Some(100)), None);
        let spaced = format!(" {} {}", &code[..3], &code[3..]);
        assert_eq!(secret.step_of(&spaced, at(3000), None), Some(100));
        for wrong in ["", "12345", "1234567", "abcdef", "-12345", "１２３４５６"] {
            assert_eq!(secret.step_of(wrong, at(3000), None), None, "{wrong}");
        }
    }

    #[test]
    fn everybody_has_another_secret() {
        let key = PeopleKey::new(&[7; 32]);
        let secret = |user, salt| key.secret(UserNumber(user), &[salt; 16]).base32();
        assert_eq!(secret(1, 1), secret(1, 1));
        assert_ne!(secret(1, 1), secret(2, 1));
        assert_ne!(secret(1, 1), secret(1, 2));
        let login = Login::new("wang.min").unwrap();
        let address = key
            .secret(UserNumber(1), &[1; 16])
            .address("沅江 mark", &login);
        assert!(address.starts_with("otpauth://totp/%E6%B2%85%E6%B1%9F%20mark:wang.min?secret="));
    }

    #[test]
    fn an_address_is_read_as_it_was_written() {
        let login = Login::new("wang.min").unwrap();
        let address = of_rfc().address("127.0.0.1:8080", &login);
        let (whose, secret) = TotpSecret::of_address(&address).unwrap();
        assert_eq!(whose, login);
        assert_eq!(secret.code_at(at(1_111_111_109)), "081804");
        for wrong in [
            "",
            "otpauth://totp/x:wang.min?issuer=x",
            "otpauth://totp/wang.min?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "otpauth://totp/x:wang.min?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ",
            "otpauth://totp/x:wang.min?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1",
            "otpauth://totp/x:w?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        ] {
            assert!(TotpSecret::of_address(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let code = recovery_code([0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde]);
        assert_eq!(code.len(), 11);
        let hash = recovery_hash(UserNumber(1), &code);
        let written = code
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(recovery_hash(UserNumber(1), &written), hash);
        assert_ne!(recovery_hash(UserNumber(2), &code), hash);
    }
}
