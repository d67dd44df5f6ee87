//! The symbols: their versions, their modules, their refusals.

use qrcode::bits::Bits;
use qrcode::{QrCode, Version};

use crate::render::frame::LEVEL;
use crate::render::symbol::{Symbol, SymbolError};

fn digits(count: usize) -> String {
    "0285639859834364765290380642023522859283265485808401906158754308209843"
        .chars()
        .cycle()
        .take(count)
        .collect()
}

#[test]
fn a_prefix_of_35_characters_is_the_longest_for_version_6() {
    let size = |prefix: usize| {
        Symbol::encode(&"A".repeat(prefix), &digits(193)).map(|s| (s.version(), s.size()))
    };
    assert_eq!(size(23), Ok((6, 41)));
    assert_eq!(size(35), Ok((6, 41)));
    assert_eq!(size(36), Ok((7, 45)));
    let short = Symbol::encode("HTTP://A.CN/", &digits(7));
    assert_eq!(short.map(|s| (s.version(), s.size())), Ok((1, 21)));
}

#[test]
fn the_symbol_is_the_one_crate_qrcode_draws() {
    let mut formats = std::collections::HashSet::new();
    for count in (1..2000).step_by(67) {
        let symbol = Symbol::encode("HTTPS://V.EXAMPLE.CN/T/", &digits(count)).unwrap();
        let mut bits = Bits::new(Version::Normal(i16::from(symbol.version())));
        bits.push_alphanumeric_data(b"HTTPS://V.EXAMPLE.CN/T/")
            .unwrap();
        bits.push_numeric_data(digits(count).as_bytes()).unwrap();
        bits.push_terminator(LEVEL).unwrap();
        let theirs = QrCode::with_bits(bits, LEVEL).unwrap();
        for (place, color) in (0..).zip(theirs.into_colors()) {
            let (x, y) = (place % symbol.size(), place / symbol.size());
            assert_eq!(
                symbol.is_dark(x, y),
                color.select(true, false),
                "{count} digits, {x},{y}"
            );
        }
        // These three modules carry the number of the mask.
        formats.insert([2, 3, 4].map(|x| symbol.is_dark(x, 8)));
    }
    assert!(
        formats.len() > 3,
        "the samples should lead to different masks"
    );
}

#[test]
fn a_text_is_one_segment() {
    let text = "4BD9-QV4N-Q0NZ-57DB..GK1M-BEJW-CY7H-0203";
    let symbol = Symbol::of_text(text).unwrap();
    assert_eq!((symbol.version(), symbol.size()), (3, 29));
    let module = |at: u32| (at / 4).wrapping_sub(4);
    let texts = super::read(37 * 4, 37 * 4, |x, y| symbol.is_dark(module(x), module(y)));
    assert_eq!(texts, [text]);
    let version = |length| Symbol::of_text(&"A".repeat(length)).map(|symbol| symbol.version());
    // ISO/IEC 18004, table 7: what goes into versions 2, 3 and 40 at level M.
    assert_eq!((version(38), version(39)), (Ok(2), Ok(3)));
    assert_eq!((version(61), version(62)), (Ok(3), Ok(4)));
    assert_eq!(version(3391), Ok(40));
    assert_eq!(version(3392), Err(SymbolError::TooLong(3392)));
    assert!(Symbol::of_text("a").is_err() && Symbol::of_text("").is_err());
}

#[test]
fn strangers_are_named() {
    let message = |prefix, digits| {
        Symbol::encode(prefix, digits)
            .map_err(|e| e.to_string())
            .unwrap_err()
    };
    assert!(message("HTTPS://v.CN/", "1").starts_with("character 'v' at position 9 of the prefix"));
    assert_eq!(
        message("A", "12x"),
        "character 'x' at position 3 of the digits is not a digit"
    );
    assert_eq!(message("沅", "1").chars().nth(11), Some('沅'));
    assert_eq!(
        message("", "1"),
        "the prefix of a QR symbol must not be empty"
    );
    assert_eq!(
        message("A", ""),
        "the digits of a QR symbol must not be empty"
    );
    assert_eq!(
        Symbol::encode("A", &digits(5590)),
        Err(SymbolError::TooLong(5591))
    );
    assert!(Symbol::encode("A", &digits(5589)).is_ok());
}

#[test]
fn outside_the_symbol_all_is_light() {
    let symbol = Symbol::encode("A", "1").unwrap();
    assert!(symbol.is_dark(20, 0), "a corner of a finder pattern");
    assert!(!symbol.is_dark(21, 0) && !symbol.is_dark(0, 21) && !symbol.is_dark(0, u32::MAX));
}
