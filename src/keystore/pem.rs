//! Signing keys as PKCS#8 PEM (RFC 5958, RFC 8410), which `openssl pkey` reads.
//!
//! With a passphrase: PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018), which `openssl pkey` reads too.

use std::path::Path;

use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes};
use pkcs8::der::pem::LineEnding;
use pkcs8::pkcs5::pbes2::Parameters;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::{KeystoreError, Passphrase};

/// Rounds of PBKDF2: the number OWASP recommends for HMAC-SHA-256 since 2023.
pub(super) const PBKDF2_ROUNDS: u32 = 600_000;

const LABEL_PLAIN: &str = "PRIVATE KEY";
const LABEL_ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";

/// The PEM text; encrypted if there is a passphrase, with the salt and initialisation vector of `salt`.
pub(super) fn encode(
    key: &SigningKey,
    passphrase: Option<&Passphrase>,
    salt: &[u8; 32],
) -> Zeroizing<String> {
    // Without the public half: openssl before 3.5 refuses PKCS#8 version 2.
    let pair = KeypairBytes {
        secret_key: key.to_bytes(),
        public_key: None,
    };
    let plain = pair
        .to_pkcs8_der()
        .expect("a key of 32 bytes has a DER form");
    let (label, document) = match passphrase {
        None => (LABEL_PLAIN, plain),
        Some(passphrase) => (LABEL_ENCRYPTED, encrypt(&plain, passphrase, salt)),
    };
    document
        .to_pem(label, LineEnding::LF)
        .expect("a short document has a PEM form")
}

fn encrypt(plain: &SecretDocument, passphrase: &Passphrase, salt: &[u8; 32]) -> SecretDocument {
    let (salt, iv) = salt.split_at(16);
    let iv = iv.try_into().expect("the second half of 32 bytes");
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(PBKDF2_ROUNDS, salt, iv)
        .expect("salt and rounds are within PBKDF2's limits");
    PrivateKeyInfoRef::try_from(plain.as_bytes())
        .and_then(|info| info.encrypt_with_params(parameters, passphrase.as_bytes()))
        .expect("fixed parameters encrypt a short document")
}

/// Reads the PEM text of the file at `path`.
pub(super) fn decode(
    path: &Path,
    text: &[u8],
    passphrase: Option<&Passphrase>,
) -> Result<SigningKey, KeystoreError> {
    let damaged = |what| KeystoreError::Damaged {
        path: path.to_owned(),
        what,
    };
    let text = std::str::from_utf8(text).map_err(|_| damaged("it is not PEM"))?;
    let (label, document) = SecretDocument::from_pem(text).map_err(|_| damaged("it is not PEM"))?;
    let document = match (label, passphrase) {
        (LABEL_PLAIN, _) => document,
        (LABEL_ENCRYPTED, None) => return Err(KeystoreError::NeedsPassphrase(path.to_owned())),
        (LABEL_ENCRYPTED, Some(passphrase)) => {
            EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
                .map_err(|_| damaged("it is not an encrypted PKCS#8 key"))?
                .decrypt(passphrase.as_bytes())
                .map_err(|_| KeystoreError::WrongPassphrase(path.to_owned()))?
        }
        _ => return Err(damaged("it is not a private key")),
    };
    SigningKey::from_pkcs8_der(document.as_bytes())
        .map_err(|_| damaged("it is not an Ed25519 key in PKCS#8"))
}
