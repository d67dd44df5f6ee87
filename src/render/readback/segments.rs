//! From the codewords of a message to its text (ISO/IEC 18004, 7.4): segments of digits or of 45 characters, the end, and
//! the padding behind it.

use super::ReadbackError;

/// The alphanumeric characters in the order of their numbers (table 5 of the standard).
const CHARACTERS: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
/// Fill the rest of the message in turn.
const PADDING: [u8; 2] = [0xEC, 0x11];

/// The text of a message in a symbol of this version.
pub(super) fn text(message: &[u8], version: usize) -> Result<String, ReadbackError> {
    let class = match version {
        ..=9 => 0,
        10..=26 => 1,
        _ => 2,
    };
    let mut text = String::with_capacity(message.len() * 12 / 5);
    let mut bits = Bits { message, place: 0 };
    loop {
        if bits.left() < 4 {
            // No room for a whole terminator.
            return match bits.take(bits.left())? {
                0 => Ok(text),
                _ => Err(ReadbackError::Padding),
            };
        }
        match bits.take(4)? {
            0b0000 => break,
            0b0001 => digits(&mut bits, [10, 12, 14][class], &mut text)?,
            0b0010 => characters(&mut bits, [9, 11, 13][class], &mut text)?,
            mode => return Err(ReadbackError::Mode(mode.to_le_bytes()[0])),
        }
    }
    if bits.take(bits.left() % 8)? != 0 {
        return Err(ReadbackError::Padding);
    }
    let rest = &message[bits.place / 8..];
    if rest.iter().ne(PADDING.iter().cycle().take(rest.len())) {
        return Err(ReadbackError::Padding);
    }
    Ok(text)
}

/// Three digits in ten bits, two in seven, one in four.
fn digits(bits: &mut Bits<'_>, count_bits: usize, text: &mut String) -> Result<(), ReadbackError> {
    let mut left = bits.take(count_bits)?;
    while left > 0 {
        let (length, width, limit) = match left {
            1 => (1, 4, 10),
            2 => (2, 7, 100),
            _ => (3, 10, 1000),
        };
        let group = bits.take(width)?;
        if group >= limit {
            return Err(ReadbackError::Group(group));
        }
        let digits = [group / 100, group / 10 % 10, group % 10];
        for digit in &digits[3 - length..] {
            text.push(char::from(b'0' + digit.to_le_bytes()[0]));
        }
        left -= u32::from(length.to_le_bytes()[0]);
    }
    Ok(())
}

/// Two characters in eleven bits, one in six.
fn characters(
    bits: &mut Bits<'_>,
    count_bits: usize,
    text: &mut String,
) -> Result<(), ReadbackError> {
    let count = bits.take(count_bits)?;
    for _ in 0..count / 2 {
        let group = bits.take(11)?;
        push_character(group / 45, group, text)?;
        push_character(group % 45, group, text)?;
    }
    if count % 2 == 1 {
        let group = bits.take(6)?;
        push_character(group, group, text)?;
    }
    Ok(())
}

fn push_character(number: u32, group: u32, text: &mut String) -> Result<(), ReadbackError> {
    let character = CHARACTERS
        .get(number as usize)
        .ok_or(ReadbackError::Group(group))?;
    text.push(char::from(*character));
    Ok(())
}

/// The message as bits, the highest of each codeword first.
struct Bits<'a> {
    message: &'a [u8],
    place: usize,
}

impl Bits<'_> {
    fn left(&self) -> usize {
        self.message.len() * 8 - self.place
    }

    /// The next `count` bits, at most 16, as a number.
    fn take(&mut self, count: usize) -> Result<u32, ReadbackError> {
        if count > self.left() {
            return Err(ReadbackError::Short);
        }
        let first = self.place / 8;
        // Three bytes hold sixteen bits from wherever they begin.
        let bytes = (first..first + 3).map(|at| self.message.get(at).copied().unwrap_or(0));
        let window = bytes.fold(0, |window, byte| window << 8 | u32::from(byte));
        let value = window >> (24 - self.place % 8 - count) & ((1 << count) - 1);
        self.place += count;
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs numbers of so many bits each, and zeros to the end.
    fn message(length: usize, parts: &[(u32, usize)]) -> Vec<u8> {
        let bits = parts
            .iter()
            .flat_map(|(value, count)| (0..*count).rev().map(move |bit| value >> bit & 1 == 1));
        let bits: Vec<bool> = bits.collect();
        let mut message = vec![0; length];
        for (place, _) in bits.iter().enumerate().filter(|(_, bit)| **bit) {
            message[place / 8] |= 0x80 >> (place % 8);
        }
        message
    }

    /// The example of the standard (7.4.3): "01234567".
    #[test]
    fn the_example_of_the_standard_is_read() {
        let whole = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11,
        ];
        assert_eq!(text(&whole, 1).as_deref(), Ok("01234567"));
        for place in 6..16 {
            let mut wrong = whole;
            wrong[place] ^= 4;
            assert_eq!(text(&wrong, 1), Err(ReadbackError::Padding), "{place}");
        }
    }

    #[test]
    fn letters_are_read_in_pairs() {
        // 7.4.4: "AC-42".
        let parts = [(2, 4), (5, 9), (462, 11), (1849, 11), (2, 6)];
        let mut whole = message(7, &parts);
        whole[6] = 0xEC;
        assert_eq!(text(&whole, 1).as_deref(), Ok("AC-42"));
    }

    #[test]
    fn what_stands_for_nothing_is_refused() {
        let read = |parts: &[(u32, usize)]| text(&message(10, parts), 1);
        let group = |number| Err(ReadbackError::Group(number));
        assert_eq!(read(&[(1, 4), (3, 10), (1000, 10)]), group(1000));
        assert_eq!(read(&[(1, 4), (2, 10), (100, 7)]), group(100));
        assert_eq!(read(&[(1, 4), (1, 10), (10, 4)]), group(10));
        assert_eq!(read(&[(2, 4), (2, 9), (2025, 11)]), group(2025));
        assert_eq!(read(&[(2, 4), (1, 9), (45, 6)]), group(45));
        assert_eq!(
            read(&[(4, 4), (1, 8), (65, 8)]),
            Err(ReadbackError::Mode(4))
        );
        assert_eq!(read(&[(1, 4), (1000, 10)]), Err(ReadbackError::Short));
    }

    #[test]
    fn a_full_message_needs_no_whole_terminator() {
        // 4 + 10 + 14 bits leave four, and 4 + 10 + 17 only one.
        let parts = [(1, 4), (4, 10), (123, 10), (4, 4)];
        assert_eq!(text(&message(4, &parts), 1).as_deref(), Ok("1234"));
        let parts = [(1, 4), (5, 10), (123, 10), (45, 7)];
        assert_eq!(text(&message(4, &parts), 1).as_deref(), Ok("12345"));
        let parts = [(1, 4), (5, 10), (123, 10), (45, 7), (1, 1)];
        assert_eq!(text(&message(4, &parts), 1), Err(ReadbackError::Padding));
    }
}
