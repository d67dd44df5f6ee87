//! Reed-Solomon codes over the field of 256 elements (ISO/IEC 18004, 7.5.2): whether the codewords of a block agree.
//!
//! A block is good when its polynomial is zero at α⁰, α¹, … α^(checks−1): the *syndromes*. The encoder divides by a
//! generator polynomial; here nothing is divided. A codeword adds its value times α^(j·power) to syndrome j, and since
//! that is linear, the sixteen values of each half of a codeword are worked out once a version, for all syndromes side by side.

/// The most check codewords a block of level M has.
pub(super) const MOST_CHECKS: usize = 30;

/// All syndromes of a block, a byte each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Syndromes([u128; 2]);

/// What a codeword at one place in its block adds to the syndromes, by its upper and its lower half.
pub(super) type Weight = [[Syndromes; 16]; 2];

impl Syndromes {
    /// Takes a codeword in.
    pub(super) fn add(&mut self, weight: &Weight, codeword: u8) {
        let upper = weight[0][usize::from(codeword >> 4)].0;
        let lower = weight[1][usize::from(codeword & 15)].0;
        self.0[0] ^= upper[0] ^ lower[0];
        self.0[1] ^= upper[1] ^ lower[1];
    }

    /// Whether the codewords taken in agree.
    pub(super) fn are_zero(self) -> bool {
        self.0 == [0, 0]
    }
}

/// The weight of a codeword with `power` others behind it, in a block with so many check codewords (at most 30).
pub(super) fn weight(power: usize, checks: usize) -> Weight {
    let step = (0..power).fold(1, |element, _| times(element, 2));
    let mut factors = [0; MOST_CHECKS];
    let mut factor = 1;
    for place in &mut factors[..checks] {
        *place = factor;
        factor = times(factor, step);
    }
    let syndromes = |value: u8| {
        let mut bytes = [0; 32];
        for (byte, factor) in bytes.iter_mut().zip(factors) {
            *byte = times(factor, value);
        }
        let half = |from: usize| std::array::from_fn(|byte| bytes[from + byte]);
        Syndromes([u128::from_be_bytes(half(0)), u128::from_be_bytes(half(16))])
    };
    // A half of a byte is below 16.
    let half = |shift: u8| std::array::from_fn(|value| syndromes(value.to_le_bytes()[0] << shift));
    [half(4), half(0)]
}

/// The product in the field, modulo x⁸ + x⁴ + x³ + x² + 1.
fn times(mut a: u8, b: u8) -> u8 {
    let mut product = 0;
    for bit in 0..8 {
        if b >> bit & 1 == 1 {
            product ^= a;
        }
        a = a << 1 ^ if a & 0x80 == 0 { 0 } else { 0x1D };
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_that_of_the_standard() {
        // Every element but zero is a power of 2, and only the 255th is 1 again.
        let mut power = 1;
        for exponent in 1..=255 {
            power = times(power, 2);
            assert_eq!(power == 1, exponent == 255);
        }
        assert_eq!(times(0x80, 2), 0x1D);
        assert_eq!(times(times(7, 9), 13), times(7, times(13, 9)));
        assert_eq!(times(0, 77), 0);
    }

    /// The example of the standard (annex I): "01234567" in version 1-M.
    #[test]
    fn the_block_of_the_standard_agrees_and_no_neighbour_does() {
        let block: [u8; 26] = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55,
        ];
        let weights: Vec<_> = (0..26).map(|power| weight(power, 10)).collect();
        let syndromes = |block: &[u8]| {
            let mut syndromes = Syndromes::default();
            for (codeword, weight) in block.iter().zip(weights.iter().rev()) {
                syndromes.add(weight, *codeword);
            }
            syndromes
        };
        assert!(syndromes(&block).are_zero());
        for place in 0..26 {
            for change in 1..=255 {
                let mut wrong = block;
                wrong[place] ^= change;
                assert!(!syndromes(&wrong).are_zero(), "{place} {change}");
            }
        }
    }
}
