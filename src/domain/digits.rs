//! The 80 bytes of a code as one big-endian number of 193 decimal digits.
//!
//! Digits are what a QR symbol packs best: three in ten bits, so that a signed code fits a symbol of 41 modules.

/// The bytes of a code.
pub const BYTES: usize = 80;
/// Decimal digits of the largest 80-byte number.
pub const DIGITS: usize = 193;

const LIMBS: usize = BYTES / 4;
/// Nine digits at a time: the largest power of ten in a 32-bit limb, so that a 64-bit division does each step.
const CHUNK: u64 = 1_000_000_000;
const CHUNK_DIGITS: usize = 9;

/// Writes the bytes as 193 digits, padded with zeros.
#[allow(clippy::cast_possible_truncation)] // quotients and remainders of a 32-bit limb fit where they go
pub fn from_bytes(bytes: &[u8; BYTES]) -> [u8; DIGITS] {
    let mut limbs = [0u32; LIMBS];
    for (limb, four) in limbs.iter_mut().zip(bytes.chunks_exact(4)) {
        *limb = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
    }
    let mut digits = [b'0'; DIGITS];
    let mut end = DIGITS;
    let mut first = 0; // limbs before this one are zero by now
    while end > 0 {
        let mut remainder = 0u64;
        for limb in &mut limbs[first..] {
            let dividend = remainder << 32 | u64::from(*limb);
            *limb = (dividend / CHUNK) as u32;
            remainder = dividend % CHUNK;
        }
        while first < LIMBS && limbs[first] == 0 {
            first += 1;
        }
        let start = end.saturating_sub(CHUNK_DIGITS);
        let mut rest = remainder as u32;
        for place in digits[start..end].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        end = start;
    }
    digits
}

/// Reads 193 ASCII digits. `None` if there are more or fewer, if one is not a digit, or if the number is larger
/// than 80 bytes hold.
#[allow(clippy::cast_possible_truncation)] // the low half of a 64-bit sum is what the limb keeps
pub fn to_bytes(digits: &[u8]) -> Option<[u8; BYTES]> {
    if digits.len() != DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut limbs = [0u32; LIMBS];
    let head = DIGITS % CHUNK_DIGITS;
    let chunks = std::iter::once(&digits[..head]).chain(digits[head..].chunks_exact(CHUNK_DIGITS));
    for chunk in chunks {
        let value = chunk
            .iter()
            .fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let mut carry = value;
        for limb in limbs.iter_mut().rev() {
            let sum = u64::from(*limb) * CHUNK + carry;
            *limb = sum as u32;
            carry = sum >> 32;
        }
        if carry != 0 {
            return None;
        }
    }
    let mut bytes = [0u8; BYTES];
    for (four, limb) in bytes.chunks_exact_mut(4).zip(limbs) {
        four.copy_from_slice(&limb.to_be_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(from_bytes(&[0; BYTES]), [b'0'; DIGITS]);
        let largest = from_bytes(&[255; BYTES]);
        assert_eq!(&largest[..12], b"456244061762");
        assert_eq!(to_bytes(&largest), Some([255; BYTES]));
        assert_eq!(to_bytes(&[b'9'; DIGITS]), None, "more than 80 bytes");
        assert_eq!(to_bytes(&[b'0'; DIGITS - 1]), None);
    }

    proptest! {
        #[test]
        fn round_trip(bytes in proptest::collection::vec(any::<u8>(), BYTES)) {
            let bytes: [u8; BYTES] = bytes.try_into().unwrap();
            prop_assert_eq!(to_bytes(&from_bytes(&bytes)), Some(bytes));
        }
    }
}
