//! The lettering: no two characters alike.

use crate::render::dots::DotFont;
use crate::render::dpi::Dpi;
use crate::render::lettering;

const ALL: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

/// Dots of the first glyph farther than one dot from any dot of the second: what
/// a smear or a missed dot cannot explain.
fn stray(one: &[u64], other: &[u64]) -> u32 {
    let spread = |row: u64| row | row << 1 | row >> 1;
    let near = |y: usize| {
        (y.saturating_sub(1)..=y + 1)
            .filter_map(|y| other.get(y))
            .fold(0, |near, row| near | spread(*row))
    };
    one.iter()
        .enumerate()
        .map(|(y, row)| (row & !near(y)).count_ones())
        .sum()
}

/// The lettering of a plain label.
fn font(dpi: Dpi) -> DotFont {
    DotFont::new(6 * dpi.dots_per_module())
}

#[test]
fn every_two_characters_differ_beyond_a_smear() {
    for dpi in Dpi::ALL {
        let font = font(dpi);
        for (place, a) in ALL.char_indices() {
            for b in ALL[place + 1..].chars() {
                let (one, other) = (font.glyph(a).unwrap(), font.glyph(b).unwrap());
                let dots: u32 = one
                    .iter()
                    .zip(other)
                    .map(|(a, b)| (a ^ b).count_ones())
                    .sum();
                let area = DotFont::width(font.cap_height(), 1) * font.cap_height();
                assert!(
                    dots * 12 >= area,
                    "{a} and {b} differ in {dots} of {area} dots only at {dpi}"
                );
                let strays = stray(one, other) + stray(other, one);
                assert!(
                    strays >= 2,
                    "{a} and {b} differ in {strays} clear dots only at {dpi}"
                );
            }
        }
    }
}

#[test]
fn stems_are_equally_wide_and_middle_stems_in_the_middle() {
    for dpi in Dpi::ALL {
        let font = font(dpi);
        let row = |c: char| font.glyph(c).unwrap()[font.cap_height() as usize * 3 / 4];
        let width = DotFont::width(font.cap_height(), 1);
        let mirrored = |row: u64| row.reverse_bits() << (64 - width);
        for symmetric in ['H', 'T', 'Y'] {
            assert_eq!(
                row(symmetric),
                mirrored(row(symmetric)),
                "{symmetric} at {dpi}"
            );
        }
        assert_eq!(row('H').count_ones(), 2 * row('T').count_ones(), "at {dpi}");
        assert_eq!(row('T').count_ones(), row('F').count_ones(), "at {dpi}");
    }
}

#[test]
fn a_glyph_fills_its_box_and_no_more() {
    for dpi in Dpi::ALL {
        let font = font(dpi);
        let box_mask = u64::MAX << (64 - DotFont::width(font.cap_height(), 1));
        for c in ALL.chars().filter(|c| *c != '-') {
            let rows = font.glyph(c).unwrap();
            assert_eq!(rows.len(), font.cap_height() as usize);
            assert!(rows.iter().all(|row| row & !box_mask == 0), "{c} at {dpi}");
            assert!(
                rows[0] != 0 && rows[rows.len() - 1] != 0,
                "{c} reaches both lines at {dpi}"
            );
        }
    }
}

#[test]
fn letters_that_mislead_are_not_there() {
    assert!(ALL.chars().all(lettering::has));
    assert!(
        "ILOUa "
            .chars()
            .all(|c| !lettering::has(c) && DotFont::new(24).glyph(c).is_none())
    );
}
