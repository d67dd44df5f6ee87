//! Numbers of few bits, the most significant bit first.

/// Writes bits into bytes; the last one is filled up with zeros.
#[derive(Debug, Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are taken, 0 to 7; 0 also if there is none.
    taken: u32,
}

impl BitWriter {
    pub(super) fn bit(&mut self, bit: bool) {
        if self.taken == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << (7 - self.taken);
        }
        self.taken = (self.taken + 1) % 8;
    }

    /// The lowest `bits` bits of a number.
    pub(super) fn number(&mut self, number: u32, bits: u32) {
        for place in (0..bits).rev() {
            self.bit(number >> place & 1 == 1);
        }
    }

    /// Golomb–Rice: the number without its lowest `parameter` bits as so many ones and a zero, then those bits.
    pub(super) fn rice(&mut self, number: u32, parameter: u32) {
        for _ in 0..number >> parameter {
            self.bit(true);
        }
        self.bit(false);
        self.number(number, parameter);
    }

    /// Elias gamma, of a number from 1: as many zeros as it has bits after its first, then the number.
    pub(super) fn gamma(&mut self, number: u32) {
        let after_first = number.ilog2();
        for _ in 0..after_first {
            self.bit(false);
        }
        self.number(number, after_first + 1);
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Bits that one number takes by [`BitWriter::rice`].
pub(super) const fn rice_bits(number: u32, parameter: u32) -> u64 {
    (number >> parameter) as u64 + 1 + parameter as u64
}

/// Reads what a [`BitWriter`] wrote. `None` wherever the bytes end too early.
#[derive(Debug)]
pub(super) struct BitReader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl<'a> BitReader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, place: 0 }
    }

    pub(super) fn bit(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.place / 8)?;
        let bit = byte >> (7 - self.place % 8) & 1 == 1;
        self.place += 1;
        Some(bit)
    }

    pub(super) fn number(&mut self, bits: u32) -> Option<u32> {
        let mut number = 0;
        for _ in 0..bits {
            number = number << 1 | u32::from(self.bit()?);
        }
        Some(number)
    }

    /// As [`BitWriter::rice`] wrote it; `None` also if it does not fit 32 bits.
    pub(super) fn rice(&mut self, parameter: u32) -> Option<u32> {
        let mut high = 0u32;
        while self.bit()? {
            high += 1;
        }
        let high = high.checked_mul(1 << parameter)?;
        high.checked_add(self.number(parameter)?)
    }

    /// As [`BitWriter::gamma`] wrote it; `None` also if it does not fit 32 bits.
    pub(super) fn gamma(&mut self) -> Option<u32> {
        let mut after_first = 0;
        while !self.bit()? {
            after_first += 1;
            if after_first > 31 {
                return None;
            }
        }
        Some(1 << after_first | self.number(after_first)?)
    }

    /// Whether nothing is left but the zeros that fill up the last byte.
    pub(super) fn ends_here(mut self) -> bool {
        if self.place.div_ceil(8) != self.bytes.len() {
            return false;
        }
        std::iter::from_fn(|| self.bit()).all(|bit| !bit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bits_are_those_of_the_description() {
        let mut bits = BitWriter::default();
        bits.rice(9, 2); // 110 01
        bits.gamma(5); // 00 101
        bits.bit(true);
        assert_eq!(bits.into_bytes(), [0b1100_1001, 0b0110_0000]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            numbers in proptest::collection::vec((0..1u32 << 24, 8..24u32), 0..50)
        ) {
            let mut bits = BitWriter::default();
            let mut expected = 0;
            for &(number, parameter) in &numbers {
                bits.rice(number, parameter);
                bits.gamma(number + 1);
                expected += rice_bits(number, parameter);
                expected += u64::from(2 * (number + 1).ilog2() + 1);
            }
            let bytes = bits.into_bytes();
            prop_assert_eq!(bytes.len() as u64, expected.div_ceil(8));
            let mut bits = BitReader::new(&bytes);
            for &(number, parameter) in &numbers {
                prop_assert_eq!(bits.rice(parameter), Some(number));
                prop_assert_eq!(bits.gamma(), Some(number + 1));
            }
            prop_assert!(bits.ends_here());
        }
    }
}
