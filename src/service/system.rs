//! The one place that asks the system for the time and for random bytes.

use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;

/// The time now, in the microseconds that both databases keep.
#[allow(clippy::disallowed_methods)] // this is the one place
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// Random bytes from the operating system, fit for keys.
///
/// # Panics
/// If the system has none to give: nothing secret can be made then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng
        .try_fill_bytes(&mut bytes)
        .expect("the operating system gives random bytes");
    bytes
}

/// A name for one request or issue: time-ordered and never used before (RFC 9562, version 7).
#[allow(clippy::disallowed_methods)] // this is the one place
pub fn unique_id() -> String {
    uuid::Uuid::now_v7().to_string()
}
