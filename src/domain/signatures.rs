//! Many signatures at once, each judged for itself.
//!
//! An installation has a handful of keys and checks millions of codes with each. So for every key, and for the base point
//! of the curve, all multiples that a check can need are made once (signed digits of eight bits), and checking
//! R = s·B − k·A (RFC 8032, 5.1.7) takes additions alone, no doubling: about sixty of them, and for a whole group one
//! inversion of the field (Montgomery's trick). The usual batch check, a random linear combination, costs as much, tells
//! only that some signature of the group is bad, and lets through what single checks refuse; this one answers exactly
//! what `VerifyingKey::verify_strict` answers, one by one, so that a forged code cannot harm another
//! (`docs/decisions/0025-grouped-answers.md`).

use std::sync::LazyLock;

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::Identity;
use ed25519_dalek::VerifyingKey;
use sha2::{Digest, Sha512};

use super::code::Code;

/// Bits of a digit. Wider ones need fewer additions, but tables that no longer fit a core's cache.
const BITS: usize = 8;
/// Digits of a scalar of 253 bits, with room for the last carry.
const DIGITS: usize = 32;
/// Multiples kept for each digit: 1 to 128; the negative ones are their mirror image.
const MULTIPLES: usize = 1 << (BITS - 1);

/// All multiples of a point that a check can need: 640 KiB, made in about 1.5 ms.
struct Multiples(Box<[EdwardsPoint]>);

impl Multiples {
    fn of(point: EdwardsPoint) -> Self {
        let mut multiples = Vec::with_capacity(DIGITS * MULTIPLES);
        let mut unit = point;
        for _ in 0..DIGITS {
            let mut multiple = unit;
            for _ in 0..MULTIPLES {
                multiples.push(multiple);
                multiple += unit;
            }
            for _ in 0..BITS {
                unit += unit;
            }
        }
        Self(multiples.into())
    }

    /// Adds `scalar` times the point. Nothing here is secret, so time may depend on it.
    fn add(&self, sum: &mut EdwardsPoint, scalar: &Scalar) {
        let mut carry = 0;
        for (place, byte) in scalar.as_bytes().iter().enumerate() {
            let digit = usize::from(*byte) + carry;
            let row = &self.0[place * MULTIPLES..(place + 1) * MULTIPLES];
            if digit <= MULTIPLES {
                carry = 0;
                if digit > 0 {
                    *sum += &row[digit - 1];
                }
            } else {
                carry = 1;
                let below = 2 * MULTIPLES - digit;
                if below > 0 {
                    *sum -= &row[below - 1];
                }
            }
        }
        debug_assert_eq!(carry, 0, "scalars stay below 2^253");
    }
}

static BASE: LazyLock<Multiples> = LazyLock::new(|| Multiples::of(ED25519_BASEPOINT_POINT));

/// The points of small order as they are written: what `verify_strict` refuses as R.
static SMALL_ORDER: LazyLock<[[u8; 32]; 8]> =
    LazyLock::new(|| EIGHT_TORSION.map(|point| point.compress().to_bytes()));

/// A public key with everything made that can be made before a signature is there.
pub struct PreparedKey {
    key: VerifyingKey,
    /// Of −A. A key of small order has none: nothing is ever good under it.
    negated: Option<Multiples>,
}

impl PreparedKey {
    /// Prepares a key; takes about 1.5 ms and 640 KiB.
    pub fn new(key: &VerifyingKey) -> Self {
        LazyLock::force(&BASE);
        let negated = (!key.is_weak()).then(|| Multiples::of(-key.to_edwards()));
        Self { key: *key, negated }
    }

    /// The key.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The R that a signature must have; `None` if nothing could make it good.
    fn expected(&self, code: &Code) -> Option<EdwardsPoint> {
        let negated = self.negated.as_ref()?;
        let signature = code.signature();
        let s = Option::from(Scalar::from_canonical_bytes(*signature.s_bytes()))?;
        let hash = Sha512::new()
            .chain_update(signature.r_bytes())
            .chain_update(self.key.as_bytes())
            .chain_update(code.signed_message());
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let mut sum = EdwardsPoint::identity();
        BASE.add(&mut sum, &s);
        negated.add(&mut sum, &k);
        Some(sum)
    }
}

/// Whether each code is signed by its key: exactly where [`Code::is_signed_by`] says so.
pub fn are_signed(codes: &[(&PreparedKey, &Code)]) -> Vec<bool> {
    let expected: Vec<Option<EdwardsPoint>> =
        codes.iter().map(|(key, code)| key.expected(code)).collect();
    let points: Vec<EdwardsPoint> = expected
        .iter()
        .map(|point| point.unwrap_or_default())
        .collect();
    let written = EdwardsPoint::compress_batch_alloc(&points);
    let checked = codes.iter().zip(&expected).zip(written);
    checked
        .map(|(((_, code), expected), written)| {
            let written = written.to_bytes();
            expected.is_some()
                && written == *code.signature().r_bytes()
                && !SMALL_ORDER.contains(&written)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::code::CODE_BYTES;

    /// A well-signed code of this key.
    fn code(key: &SigningKey, index: u32) -> Code {
        let mut bytes = [0; CODE_BYTES];
        bytes[..16].copy_from_slice(&[0x10, 1, 0, 0, 0, 1, 0, 0, 0, 0, 26, 1, 0, 1, 0, 0]);
        bytes[6..10].copy_from_slice(&index.to_be_bytes());
        let payload = *Code::from_bytes(bytes).unwrap().payload();
        payload.sign(key)
    }

    fn with_signature(code: &Code, r: &[u8; 32], s: &[u8; 32]) -> Code {
        let mut bytes = *code.bytes();
        bytes[16..48].copy_from_slice(r);
        bytes[48..].copy_from_slice(s);
        Code::from_bytes(bytes).unwrap()
    }

    fn assert_like_the_strict_check(keys: &[&PreparedKey], codes: &[Code]) {
        for key in keys {
            let asked: Vec<_> = codes.iter().map(|code| (*key, code)).collect();
            let strict: Vec<bool> = codes
                .iter()
                .map(|code| code.is_signed_by(key.key()))
                .collect();
            assert_eq!(are_signed(&asked), strict);
        }
    }

    proptest! {
        #[test]
        fn every_code_of_a_group_is_judged_as_if_it_were_alone(
            seeds in proptest::array::uniform2(any::<[u8; 32]>()),
            damage in proptest::collection::vec((0..64usize, any::<u8>(), any::<bool>()), 1..20),
        ) {
            let [one, other] = seeds.map(|seed| SigningKey::from_bytes(&seed));
            let mut codes = Vec::new();
            for (number, (place, bits, first)) in (0..).zip(damage) {
                let good = code(if first { &one } else { &other }, number);
                let mut bytes = *good.bytes();
                bytes[16 + place] ^= bits;
                codes.extend([good, Code::from_bytes(bytes).unwrap()]);
            }
            let keys = [one, other].map(|key| PreparedKey::new(&key.verifying_key()));
            assert_like_the_strict_check(&[&keys[0], &keys[1]], &codes);
        }
    }

    /// What separates strict checks from others: points of small order, R moved by one of them (which checks that
    /// multiply by the cofactor, or that combine signatures, let through), s beyond the order, R as no canonical number.
    #[test]
    fn what_only_strict_checks_refuse_is_refused() {
        let signing = SigningKey::from_bytes(&[3; 32]);
        let key = PreparedKey::new(&signing.verifying_key());
        let good = code(&signing, 7);
        let (r, s) = (*good.signature().r_bytes(), *good.signature().s_bytes());
        let mut codes = vec![good];
        // s + ℓ
        let order: [u8; 32] = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut beyond = [0; 32];
        let mut carry = 0;
        for (place, byte) in beyond.iter_mut().enumerate() {
            let sum = u16::from(s[place]) + u16::from(order[place]) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        codes.push(with_signature(&good, &r, &beyond));
        for point in EIGHT_TORSION {
            let small = point.compress().to_bytes();
            codes.push(with_signature(&good, &small, &s));
            codes.push(with_signature(&good, &small, &[0; 32]));
            let moved = curve25519_dalek::edwards::CompressedEdwardsY(r)
                .decompress()
                .unwrap()
                + point;
            let moved = moved.compress().to_bytes();
            codes.push(with_signature(&good, &moved, &s));
            // Whoever holds the key can sign over the moved R; then eight times the equation holds, but not itself.
            let k = Sha512::new()
                .chain_update(moved)
                .chain_update(key.key().as_bytes())
                .chain_update(good.signed_message());
            let k = Scalar::from_bytes_mod_order_wide(&k.finalize().into());
            let before = Sha512::new()
                .chain_update(r)
                .chain_update(key.key().as_bytes())
                .chain_update(good.signed_message());
            let before = Scalar::from_bytes_mod_order_wide(&before.finalize().into());
            let s = Scalar::from_canonical_bytes(s).unwrap();
            let s = s + (k - before) * signing.to_scalar();
            codes.push(with_signature(&good, &moved, &s.to_bytes()));
        }
        codes.push(with_signature(&good, &[0xff; 32], &s));
        assert_like_the_strict_check(&[&key], &codes);
        assert!(are_signed(&[(&key, &good)])[0]);
    }

    #[test]
    fn nothing_is_good_under_a_key_of_small_order() {
        let good = code(&SigningKey::from_bytes(&[3; 32]), 7);
        for small in &*SMALL_ORDER {
            let key = PreparedKey::new(&VerifyingKey::from_bytes(small).unwrap());
            // R = s·B is a true equation under the neutral point: the signature anyone can make.
            let forged = with_signature(
                &good,
                &ED25519_BASEPOINT_POINT.compress().to_bytes(),
                &Scalar::ONE.to_bytes(),
            );
            assert_like_the_strict_check(&[&key], &[good, forged]);
        }
    }

    #[test]
    fn a_group_of_none_is_answered() {
        assert!(are_signed(&[]).is_empty());
    }
}
