//! The reader of symbols against the encoder, against crate `qrcode` and against crate `rqrr`.

use proptest::prelude::*;
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::types::Color;
use qrcode::{EcLevel, QrCode, Version, ec};

use super::{DIGITS, PREFIX, plain, sample};
use crate::render::dpi::Dpi;
use crate::render::png::PngRenderer;
use crate::render::readback::{self, ReadbackError, check, check_picture};
use crate::render::symbol::{QUIET_ZONE, Symbol};

/// What the reader that we did not write makes of the modules.
fn rqrr(symbol: &Symbol) -> Vec<String> {
    let side = (symbol.size() + 2 * QUIET_ZONE) * 4;
    super::read(side, side, |x, y| {
        let module = |dots: u32| (dots / 4).wrapping_sub(QUIET_ZONE);
        symbol.is_dark(module(x), module(y))
    })
}

/// As many digits as fill a version with this prefix, or a few less.
fn digits_for(version: u8, less: usize) -> Option<String> {
    let all: String = DIGITS.chars().cycle().take(5560).collect();
    let fits = |count: usize| {
        Symbol::encode(PREFIX, &all[..count]).is_ok_and(|symbol| symbol.version() <= version)
    };
    let (mut least, mut most) = (0, all.len() + 1);
    while most - least > 1 {
        let middle = usize::midpoint(least, most);
        if fits(middle) {
            least = middle;
        } else {
            most = middle;
        }
    }
    let count = least.checked_sub(less).filter(|count| *count > 0)?;
    Some(all[..count].to_owned())
}

#[test]
fn every_version_is_read_full_and_less_full() {
    for version in 2..=40 {
        for less in [0, 1, 2, 3, 7, 20] {
            let Some(digits) = digits_for(version, less) else {
                continue;
            };
            let symbol = Symbol::encode(PREFIX, &digits).unwrap();
            assert_eq!(symbol.version(), version);
            assert_eq!(check(&symbol, PREFIX, &digits), Ok(()), "{version} {less}");
        }
    }
    let least = Symbol::encode("A", "1").unwrap();
    assert_eq!((least.version(), check(&least, "A", "1")), (1, Ok(())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Versions 5 to 10 and some around them.
    #[test]
    fn it_reads_what_another_reader_reads(
        prefix in "[0-9A-Z $%*+./:-]{1,60}",
        digits in "[0-9]{100,460}",
    ) {
        let symbol = Symbol::encode(&prefix, &digits).unwrap();
        let text = format!("{prefix}{digits}");
        prop_assert_eq!(readback::read(symbol.modules()), Ok(text.clone()));
        prop_assert_eq!(rqrr(&symbol), vec![text]);
    }
}

/// The modules of crate `qrcode` with a mask of our choice.
fn masked(mask: MaskPattern) -> Vec<bool> {
    let version = Version::Normal(6);
    let mut bits = Bits::new(version);
    bits.push_alphanumeric_data(PREFIX.as_bytes()).unwrap();
    bits.push_numeric_data(DIGITS.as_bytes()).unwrap();
    bits.push_terminator(EcLevel::M).unwrap();
    let (data, checks) = ec::construct_codewords(&bits.into_bytes(), version, EcLevel::M).unwrap();
    let mut canvas = Canvas::new(version, EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &checks);
    canvas.apply_mask(mask);
    let colors = canvas.into_colors().into_iter();
    colors.map(|color| color == Color::Dark).collect()
}

#[test]
fn every_mask_is_taken_away() {
    for mask in [
        MaskPattern::Checkerboard,
        MaskPattern::HorizontalLines,
        MaskPattern::VerticalLines,
        MaskPattern::DiagonalLines,
        MaskPattern::LargeCheckerboard,
        MaskPattern::Fields,
        MaskPattern::Diamonds,
        MaskPattern::Meadow,
    ] {
        let text = readback::read(&masked(mask));
        assert_eq!(text, Ok(format!("{PREFIX}{DIGITS}")), "{mask:?}");
    }
}

#[test]
fn a_single_wrong_module_is_found_wherever_it_is() {
    let symbol = sample().symbol().clone();
    let (mut patterns, mut formats, mut blocks, mut rests) = (0, 0, [0; 4], 0);
    for place in 0..symbol.modules().len() {
        let wrong = symbol.clone().with_fault(place);
        match check(&wrong, PREFIX, DIGITS).unwrap_err() {
            ReadbackError::Pattern { x, y } => {
                assert_eq!(y * 41 + x, place);
                patterns += 1;
            }
            ReadbackError::Format(_) => formats += 1,
            ReadbackError::Block(number) => blocks[number - 1] += 1,
            ReadbackError::Remainder => rests += 1,
            other => panic!("{place}: {other}"),
        }
    }
    // Three finder patterns with their borders, an alignment pattern, two lines of timing, the dark module; then two
    // copies of 15, four blocks of 43 codewords, and seven modules that are left over.
    assert_eq!(patterns, 3 * 64 + 25 + 2 * 25 + 1);
    assert_eq!((formats, blocks, rests), (30, [43 * 8; 4], 7));
}

#[test]
fn a_wrong_module_of_the_version_information_is_found() {
    let digits = digits_for(7, 0).unwrap();
    let symbol = Symbol::encode(PREFIX, &digits).unwrap();
    for place in 0..symbol.modules().len() {
        let wrong = symbol.clone().with_fault(place);
        assert!(check(&wrong, PREFIX, &digits).is_err(), "{place}");
    }
}

#[test]
fn it_forgives_nothing_that_a_scanner_would() {
    let symbol = sample().symbol().clone().with_fault(20 * 41 + 20);
    assert_eq!(rqrr(&symbol), [format!("{PREFIX}{DIGITS}")]);
    assert!(matches!(
        check(&symbol, PREFIX, DIGITS),
        Err(ReadbackError::Block(_))
    ));
}

#[test]
fn what_is_well_made_and_still_wrong_is_told() {
    let symbol = sample().symbol().clone();
    let other = format!("1{}", &DIGITS[1..]);
    let text = format!("{PREFIX}{DIGITS}");
    let expected = Err(ReadbackError::Text(text.clone()));
    assert_eq!(check(&symbol, PREFIX, &other), expected);
    assert_eq!(check(&symbol, PREFIX, &DIGITS[..192]), expected);
    assert_eq!(check(&symbol, "HTTPS://V.EXAMPLE.CM/T/", DIGITS), expected);

    let modules = |code: QrCode| -> Vec<bool> {
        let colors = code.into_colors().into_iter();
        colors.map(|color| color == Color::Dark).collect()
    };
    let low = QrCode::with_error_correction_level(&text, EcLevel::L).unwrap();
    assert_eq!(readback::read(&modules(low)), Err(ReadbackError::Level));
    let bytes = QrCode::with_error_correction_level(b"https://", EcLevel::M).unwrap();
    assert_eq!(readback::read(&modules(bytes)), Err(ReadbackError::Mode(4)));
    for size in [0, 1, 20 * 20, 21 * 21 - 1, 23 * 23, 181 * 181] {
        let nothing = vec![false; size];
        assert_eq!(readback::read(&nothing), Err(ReadbackError::Size(size)));
    }
}

#[test]
fn two_formats_that_differ_are_found() {
    // The second copy of another mask, whole and valid.
    let (mut modules, other) = (
        masked(MaskPattern::Checkerboard),
        masked(MaskPattern::Meadow),
    );
    let places = (34..41)
        .map(|y| y * 41 + 8)
        .chain((33..41).map(|x| 8 * 41 + x));
    places.for_each(|place| modules[place] = other[place]);
    assert_eq!(readback::read(&modules), Err(ReadbackError::Formats));
}

#[test]
fn a_picture_is_held_against_every_module_and_its_quiet_zone() {
    let label = sample();
    for dpi in Dpi::ALL {
        let bitmap = PngRenderer::new(&plain(dpi)).raster(&label).unwrap();
        let dots = dpi.dots_per_module();
        let check = |symbol: &Symbol| check_picture(&bitmap, symbol, (0, 0), dots);
        assert_eq!(check(label.symbol()), Ok(()), "{dpi}");
        for place in 0..41 * 41 {
            let wrong = label.symbol().clone().with_fault(place as usize);
            let middle = |module| (module + QUIET_ZONE) * dots + dots / 2;
            let (x, y) = (middle(place % 41), middle(place / 41));
            assert_eq!(check(&wrong), Err(ReadbackError::Dot { x, y }));
        }
        for edge in 0..49 {
            for (column, row) in [(edge, 0), (edge, 48), (3, edge), (45, edge)] {
                let mut smeared = bitmap.clone();
                smeared.stamp(column * dots + dots / 2, row * dots + dots / 2, &[1 << 63]);
                let found = check_picture(&smeared, label.symbol(), (0, 0), dots);
                assert!(matches!(found, Err(ReadbackError::Dot { .. })));
            }
        }
        // Elsewhere than it is.
        let moved = check_picture(&bitmap, label.symbol(), (dots, 0), dots);
        assert!(moved.is_err());
    }
}
