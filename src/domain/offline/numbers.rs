//! Whole bytes: numbers of fixed length, big-endian as in the mark code, and numbers of seven bits a byte.

/// Writes a number in as few bytes as it takes: seven bits a byte, the lowest first, the highest bit says that more follow
/// (unsigned LEB128).
pub(super) fn put(bytes: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or(0); // seven bits
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// Reads from the beginning of what is left. `None` wherever the bytes end too early.
#[derive(Debug)]
pub(super) struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|taken| taken[0])
    }

    pub(super) fn u64(&mut self) -> Option<u64> {
        let eight = self.take(8)?.try_into().ok()?;
        Some(u64::from_be_bytes(eight))
    }

    /// As [`put`] wrote it, in as few bytes as it takes; `None` also if it does not fit `T`.
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let mut number = 0u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return (byte != 0 || shift == 0).then_some(number)?.try_into().ok();
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_as_few_bytes_as_they_can() {
        for (number, expected) in [
            (0, &[0][..]),
            (127, &[127]),
            (128, &[0x80, 1]),
            (300, &[0xac, 2]),
        ] {
            let mut bytes = Vec::new();
            put(&mut bytes, number);
            assert_eq!(bytes, expected);
            assert_eq!(Bytes(&bytes).number::<u64>(), Some(number));
        }
        for bad in [&[][..], &[0x80], &[0x80, 0], &[0xff; 10]] {
            assert_eq!(Bytes(bad).number::<u64>(), None, "{bad:?}");
        }
        assert_eq!(Bytes(&[0x80, 2]).number::<u8>(), None);
    }
}
