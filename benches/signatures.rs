//! `cargo bench --bench signatures`: signatures alone, on one core. Lots of codes, as a server checks them from the tables of
//! their one key, against a strict check of each by itself, in turn; none of it touches a database.
//!
//! What an answer costs as a whole is measured by `benches/answers/run`.

#![allow(clippy::print_stdout, clippy::disallowed_methods)] // a bench prints, and asks the clock

use std::hint::black_box;
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;
use yuanmark::domain::code::{CODE_BYTES, Code};
use yuanmark::domain::signatures::{PreparedKey, are_signed};

/// Codes that are checked together; a server takes 512 at most.
const LOTS: [usize; 4] = [1, 8, 64, 512];
/// Codes checked in each turn.
const CODES: usize = 4096;
/// Of so many turns the middle one counts.
const TURNS: usize = 9;

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let codes: Vec<Code> = (0..CODES).map(|index| code(&key, index)).collect();
    let start = Instant::now();
    let prepared = PreparedKey::new(&key.verifying_key());
    println!("tables of a key, made once: {:?}", start.elapsed());
    println!("microseconds a signature, middle of {TURNS} turns");
    let mut alone = Vec::new();
    let mut together: [Vec<Duration>; LOTS.len()] = Default::default();
    for _ in 0..TURNS {
        let start = Instant::now();
        assert!(
            codes
                .iter()
                .all(|code| black_box(code).is_signed_by(prepared.key()))
        );
        alone.push(start.elapsed());
        for (lot, times) in LOTS.iter().zip(&mut together) {
            let start = Instant::now();
            for codes in codes.chunks(*lot) {
                let asked: Vec<_> = codes.iter().map(|code| (&prepared, code)).collect();
                assert!(are_signed(black_box(&asked)).iter().all(|good| *good));
            }
            times.push(start.elapsed());
        }
    }
    let strict = each(alone);
    println!("  verify_strict, one by one   {strict:6.1}");
    for (lot, times) in LOTS.iter().zip(together) {
        let each = each(times);
        println!(
            "  from the tables, {lot:>3} a lot  {each:6.1}   {:.1} times as fast",
            strict / each
        );
    }
}

/// Microseconds a code, of the middle turn.
fn each(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let codes = u32::try_from(CODES).expect("some thousand");
    times[TURNS / 2].as_secs_f64() * 1e6 / f64::from(codes)
}

/// A well-signed code of this key.
fn code(key: &SigningKey, index: usize) -> Code {
    let index = u32::try_from(index).expect("some thousand");
    let mut bytes = [0; CODE_BYTES];
    bytes[..16].copy_from_slice(&[0x10, 1, 0, 0, 0, 1, 0, 0, 0, 0, 26, 1, 0, 1, 0, 0]);
    bytes[6..10].copy_from_slice(&index.to_be_bytes());
    let payload = *Code::from_bytes(bytes).expect("a payload").payload();
    payload.sign(key)
}
