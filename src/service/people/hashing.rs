//! Password hashes: Argon2id with 19 MiB and two passes (OWASP Password Storage Cheat Sheet), as PHC strings.
//!
//! A hash costs some hundredths of a second and 19 MiB, so that a stolen database is of little use: two are made at
//! once at most, others wait.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::service::aside::aside;
use crate::service::system;

/// Hashes made at once.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What is compared when there is no such person, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&system::random::<32>()));

fn hash_now(password: &[u8]) -> String {
    let salt: [u8; 16] = system::random();
    let hash: PasswordHash = Argon2::default()
        .hash_password_with_salt(password, &salt)
        .expect("16 bytes are a salt, and a password is no longer than 128 characters");
    hash.to_string()
}

async fn at_one_of_two_places<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let place = PLACES.acquire().await.expect("the places are never closed");
    let done = aside(work).await;
    drop(place);
    done
}

/// The hash of a password, a PHC string.
pub async fn hash(password: &[u8]) -> String {
    let password = Zeroizing::new(password.to_vec());
    at_one_of_two_places(move || hash_now(&password)).await
}

/// Whether the password is the one that was hashed. Without a hash it is not, and takes as long to find out.
pub async fn is_it(password: &str, hash: Option<String>) -> bool {
    let password = Zeroizing::new(password.as_bytes().to_vec());
    at_one_of_two_places(move || {
        let text = hash.as_deref().unwrap_or(&NOBODY);
        let is_it = PasswordHash::new(text)
            .is_ok_and(|hash| Argon2::default().verify_password(&password, &hash).is_ok());
        tracing::debug!(how = cost(text), "a password was compared");
        is_it && hash.is_some()
    })
    .await
}

/// What of a hash says how much work it is to compare with: the algorithm and its parameters.
fn cost(hash: &str) -> &str {
    let salt = hash.match_indices('$').nth(3);
    &hash[..salt.map_or(0, |(place, _)| place)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_password_costs_what_somebody_s_does() {
        let somebody = hash_now(b"a password of somebody");
        assert_eq!(cost(&somebody), "$argon2id$v=19$m=19456,t=2,p=1");
        assert_eq!(cost(&NOBODY), cost(&somebody));
        assert_eq!(NOBODY.len(), somebody.len());
        // It is read as a hash: one that is not would be compared in no time.
        assert!(PasswordHash::new(&NOBODY).is_ok());
    }
}
