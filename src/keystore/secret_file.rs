//! The 32-byte keys as files: raw, or encrypted as `openssl enc` does it.
//!
//! Encrypted: `Salted__`, 8 bytes of salt, AES-256-CBC under a key and initialisation vector from
//! PBKDF2-HMAC-SHA-256. `openssl enc -d -aes-256-cbc -pbkdf2 -iter 600000 -in serial.key` reads it. The format has no
//! checksum; the keyring's fingerprint stands in for one.

use std::path::Path;

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::pem::PBKDF2_ROUNDS;
use super::{KeystoreError, Passphrase, Secret};

const MAGIC: &[u8] = b"Salted__";
const SALT_BYTES: usize = 8;
const KEY_BYTES: usize = 32;
/// 32 bytes and a whole block of padding.
const ENCRYPTED_BYTES: usize = MAGIC.len() + SALT_BYTES + KEY_BYTES + 16;

pub(super) fn encode(
    key: &Secret,
    passphrase: Option<&Passphrase>,
    salt: &[u8; 32],
) -> Zeroizing<Vec<u8>> {
    let Some(passphrase) = passphrase else {
        return Zeroizing::new(key.to_vec());
    };
    let salt = &salt[..SALT_BYTES];
    let (aes_key, iv) = derive(passphrase, salt);
    let cipher = cbc::Encryptor::<Aes256>::new((&*aes_key).into(), &iv.into());
    let mut bytes = Zeroizing::new(Vec::with_capacity(ENCRYPTED_BYTES));
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(&cipher.encrypt_padded_vec::<Pkcs7>(&**key));
    bytes
}

/// Whether the file is of the encrypted form.
pub(super) fn is_encrypted(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC) && bytes.len() != KEY_BYTES
}

pub(super) fn decode(
    path: &Path,
    bytes: &[u8],
    passphrase: Option<&Passphrase>,
) -> Result<Secret, KeystoreError> {
    if let Ok(key) = <[u8; KEY_BYTES]>::try_from(bytes) {
        return Ok(Zeroizing::new(key));
    }
    let path = path.to_owned();
    if bytes.len() != ENCRYPTED_BYTES || !bytes.starts_with(MAGIC) {
        let what = "it is neither 32 bytes nor encrypted as `openssl enc` does it";
        return Err(KeystoreError::Damaged { path, what });
    }
    let Some(passphrase) = passphrase else {
        return Err(KeystoreError::NeedsPassphrase(path));
    };
    let (salt, sealed) = bytes[MAGIC.len()..].split_at(SALT_BYTES);
    let (aes_key, iv) = derive(passphrase, salt);
    let cipher = cbc::Decryptor::<Aes256>::new((&*aes_key).into(), &iv.into());
    cipher
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .ok()
        .map(Zeroizing::new)
        .and_then(|plain| <[u8; KEY_BYTES]>::try_from(plain.as_slice()).ok())
        .map(Zeroizing::new)
        .ok_or(KeystoreError::WrongPassphrase(path))
}

fn derive(passphrase: &Passphrase, salt: &[u8]) -> (Zeroizing<[u8; 32]>, [u8; 16]) {
    let mut both = Zeroizing::new([0; 48]);
    pbkdf2::pbkdf2_hmac::<Sha256>(passphrase.as_bytes(), salt, PBKDF2_ROUNDS, &mut *both);
    let mut key = Zeroizing::new([0; 32]);
    let mut iv = [0; 16];
    key.copy_from_slice(&both[..32]);
    iv.copy_from_slice(&both[32..]);
    (key, iv)
}
