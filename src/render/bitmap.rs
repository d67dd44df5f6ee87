//! A bitmap of one bit a dot, laid out as a 1-bit grayscale PNG wants it.

/// Dots in rows from the top; each row starts on a fresh byte, leftmost dot in
/// the highest bit. As in a grayscale PNG a set bit is white, so a row can be
/// written to a file as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bitmap {
    width: u32,
    height: u32,
    stride: usize,
    bytes: Vec<u8>,
}

impl Bitmap {
    /// A white bitmap of `width` by `height` dots.
    #[must_use]
    pub fn white(width: u32, height: u32) -> Self {
        let stride = width.div_ceil(8) as usize;
        Self {
            width,
            height,
            stride,
            bytes: vec![0xFF; stride * height as usize],
        }
    }

    /// Width in dots.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in dots.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// All rows one after the other; a set bit is white.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The rows from the top, each `width / 8` bytes rounded up.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.stride.max(1))
    }

    /// Row `y` from the top, empty below the last: eight dots a byte, leftmost first, a set bit being white.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let start = self.stride.saturating_mul(y as usize);
        self.bytes
            .get(start..start.saturating_add(self.stride))
            .unwrap_or(&[])
    }

    /// Whether the dot in column `x` and row `y` is black. Outside the bitmap
    /// everything is white.
    #[must_use]
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        x < self.width
            && y < self.height
            && self.bytes[y as usize * self.stride + x as usize / 8] & (0x80 >> (x % 8)) == 0
    }

    /// Blackens the dots that are black in `pattern`, the same in `count` rows from `top` on, its first byte over byte
    /// `first` of a row. Clipped at the bottom and at the end of the row.
    pub(super) fn ink_rows(&mut self, first: usize, top: u32, count: u32, pattern: &[u8]) {
        let rows = self.bytes.chunks_exact_mut(self.stride.max(1));
        for row in rows.skip(top as usize).take(count as usize) {
            for (byte, ink) in row.iter_mut().skip(first).zip(pattern) {
                *byte &= ink;
            }
        }
    }

    /// Blackens a dot; nothing outside.
    pub(super) fn ink(&mut self, x: u32, y: u32) {
        if x < self.width && y < self.height {
            self.bytes[y as usize * self.stride + x as usize / 8] &= !(0x80 >> (x % 8));
        }
    }

    /// Blackens dots: one word of `ink` a row from row `top` on, its highest bit
    /// at column `left`, a set bit being ink. Clipped at the edges.
    pub(super) fn stamp(&mut self, left: u32, top: u32, ink: &[u64]) {
        let first = left as usize / 8;
        let rows = self
            .bytes
            .chunks_exact_mut(self.stride.max(1))
            .skip(top as usize);
        for (row, word) in rows.zip(ink) {
            let shifted = (u128::from(*word) << 64) >> (left % 8);
            for (byte, ink) in row.iter_mut().skip(first).zip(shifted.to_be_bytes()) {
                *byte &= !ink;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_lands_on_its_dots_and_no_others() {
        for left in 0..9 {
            let mut bitmap = Bitmap::white(20, 4);
            bitmap.stamp(left, 1, &[0b101 << 61, u64::MAX << 53]);
            for y in 0..4 {
                for x in 0..20 {
                    let ink = (y == 1 && (x == left || x == left + 2))
                        || (y == 2 && (left..left + 11).contains(&x));
                    assert_eq!(
                        bitmap.is_black(x, y),
                        ink,
                        "dot {x},{y} of a stamp at {left}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_clipped() {
        let mut bitmap = Bitmap::white(9, 2);
        bitmap.stamp(8, 1, &[u64::MAX, u64::MAX]);
        bitmap.stamp(40, 0, &[u64::MAX]);
        bitmap.ink_rows(0, 1, 9, &[0x0F]);
        assert_eq!(bitmap.bytes(), [0xFF, 0xFF, 0x0F, 0x00]);
        assert!(!bitmap.is_black(9, 1), "outside is white");
    }
}
