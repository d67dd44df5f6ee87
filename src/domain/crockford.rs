//! Base 32 in Crockford's alphabet: no I, L, O or U, so that what is read aloud or typed cannot be mistaken.
//!
//! Source of the alphabet: Douglas Crockford, "Base 32", <https://www.crockford.com/base32.html>.

use super::text::half_width;

/// The 32 characters, by value.
pub const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes the lowest `5 × N` bits of `value`, the highest first, as N characters.
pub fn encode<const N: usize>(value: u128) -> [u8; N] {
    let mut text = [b'0'; N];
    let mut rest = value;
    for place in text.iter_mut().rev() {
        *place = ALPHABET[(rest & 31) as usize];
        rest >>= 5;
    }
    text
}

/// Reads exactly N characters as people type them: any case, spaces and hyphens anywhere, O for 0, I and L for 1,
/// and the full-width forms of all these that a Chinese keyboard makes. `None` if anything else stands there or
/// the number of characters is not N.
pub fn decode<const N: usize>(typed: &str) -> Option<u128> {
    let mut value = 0u128;
    let mut count = 0;
    for character in typed.chars() {
        let character = to_plain(character);
        if character == ' ' || character == '-' {
            continue;
        }
        value = value << 5 | u128::from(value_of(character)?);
        count += 1;
        if count > N {
            return None;
        }
    }
    (count == N).then_some(value)
}

/// All characters of the alphabet in what somebody typed, as they are printed, and each other character once, as it was typed.
/// Spaces and hyphens are neither.
pub fn read(typed: &str) -> (String, Vec<char>) {
    let (mut characters, mut others) = (String::new(), Vec::new());
    for character in typed.chars() {
        let plain = to_plain(character);
        if plain.is_whitespace() || plain == '-' {
            continue;
        }
        match value_of(plain) {
            Some(value) => characters.push(char::from(ALPHABET[usize::from(value)])),
            None if others.contains(&character) => {}
            None => others.push(character),
        }
    }
    (characters, others)
}

/// Puts N characters into groups of four: `NH820VXZ` becomes `NH82-0VXZ`.
pub fn in_fours<const N: usize>(characters: [u8; N]) -> String {
    let mut text = String::with_capacity(N + N / 4);
    for (place, character) in characters.iter().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(*character));
    }
    text
}

fn to_plain(character: char) -> char {
    match character {
        // Spaces, and what phones and Chinese keyboards put in place of a hyphen.
        '\u{3000}' | '\u{a0}' | '\t' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2e3a}' => '-',
        other => half_width(other),
    }
}

fn value_of(character: char) -> Option<u8> {
    let folded = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .position(|&c| char::from(c) == folded)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn typing_is_forgiving_where_no_meaning_is_lost() {
        let plain = decode::<8>("NH820VX1").unwrap();
        for typed in [
            "nh82-0vx1",
            " NH82 OVXL ",
            "NH82-OVXI",
            "ＮＨ８２－０ＶＸ１",
        ] {
            assert_eq!(decode::<8>(typed), Some(plain), "{typed}");
        }
    }

    #[test]
    fn what_is_not_in_the_alphabet_is_refused() {
        for typed in [
            "",
            "NH82-0VX",
            "NH82-0VXZZ",
            "UH82-0VXZ",
            "NH82_0VXZ",
            "NH82-0VX\u{e9}",
        ] {
            assert_eq!(decode::<8>(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn round_trip(value in 0u128..1 << 80) {
            let text = in_fours(encode::<16>(value));
            prop_assert_eq!(decode::<16>(&text), Some(value));
        }
    }
}
