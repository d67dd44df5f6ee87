//! What is where on a label.

use super::{DIGITS, PREFIX, SERIAL, plain, read, sample};
use crate::render::design::Design;
use crate::render::dpi::Dpi;
use crate::render::label::Label;
use crate::render::png::PngRenderer;
use crate::render::symbol::{QUIET_ZONE, Symbol};

#[test]
fn every_module_is_where_the_symbol_says_and_readers_agree() {
    let label = sample();
    for dpi in Dpi::ALL {
        let raster = PngRenderer::new(&plain(dpi)).raster(&label).unwrap();
        let dots = dpi.dots_per_module();
        assert_eq!((raster.width(), raster.height()), (49 * dots, 68 * dots));
        for y in 0..(label.symbol().size() + 2 * QUIET_ZONE) * dots {
            for x in 0..raster.width() {
                let module = |dot: u32| (dot / dots).wrapping_sub(QUIET_ZONE);
                let dark = label.symbol().is_dark(module(x), module(y));
                assert_eq!(raster.is_black(x, y), dark, "dot {x},{y} at {dpi}");
            }
        }
        let texts = read(raster.width(), raster.height(), |x, y| {
            raster.is_black(x, y)
        });
        assert_eq!(texts, [format!("{PREFIX}{DIGITS}")], "at {dpi}");
    }
}

/// Cap height of the serial in modules.
const CAP_HEIGHT: u32 = 6;

/// The top of a line of the serial in modules: the first begins where the quiet zone ends.
fn line_top(line: u32) -> u32 {
    49 + 9 * line
}

#[test]
fn the_serial_keeps_its_band_and_stands_in_the_middle() {
    let label = sample();
    for dpi in Dpi::ALL {
        let raster = PngRenderer::new(&plain(dpi)).raster(&label).unwrap();
        let dots = dpi.dots_per_module();
        let inked = |y: u32| (0..raster.width()).any(|x| raster.is_black(x, y));
        let below = (label.symbol().size() + 2 * QUIET_ZONE) * dots..raster.height();
        for y in below {
            let in_line = (0..2).any(|line| {
                let top = line_top(line) * dots;
                (top..top + CAP_HEIGHT * dots).contains(&y)
            });
            assert_eq!(inked(y), in_line, "row {y} at {dpi}");
        }
        let columns = |top: u32| {
            let rows = top * dots..(top + CAP_HEIGHT) * dots;
            let ink = |x: &u32| rows.clone().any(|y| raster.is_black(*x, y));
            let left = (0..raster.width()).find(ink).unwrap();
            let right = (0..raster.width()).rev().find(ink).unwrap();
            (left, raster.width() - 1 - right)
        };
        // The first characters, 4 and Q, and the last, N and B, fill their boxes.
        for line in 0..2 {
            let (left, right) = columns(line_top(line));
            assert!(
                left.abs_diff(right) <= 1,
                "{left} and {right} dots of white at {dpi}"
            );
            assert!(
                left.abs_diff(QUIET_ZONE * dots) <= dots,
                "about as wide as the symbol at {dpi}"
            );
        }
    }
}

#[test]
fn lines_and_refusals() {
    let design = plain(Dpi::D300);
    let lines = design
        .lines
        .iter()
        .map(|line| line.text.of(&sample()).to_owned());
    assert_eq!(lines.collect::<Vec<_>>(), ["4BD9-QV4N", "Q0NZ-57DB"]);
    assert_eq!(sample().serial(), SERIAL);
    let symbol = || Symbol::encode(PREFIX, DIGITS).unwrap();
    for wrong in [
        "",
        "4BD9-QV4N-Q0NZ",
        "4BD9QV4N-Q0NZ-57DB",
        "4BD9-QV4N-Q0NZ-57DI",
        "4bd9-qv4n-q0nz-57db",
        "4BD9-QV4N-Q0NZ-57DB-",
        "4BD-9QV4N-Q0NZ-57DB",
        "沅江芦笋-QV4N-Q0NZ-57DB",
    ] {
        let message = Label::new(symbol(), wrong).unwrap_err().to_string();
        assert!(
            message.starts_with(&format!("serial {wrong:?} is not of the form")),
            "{message}"
        );
    }
    let version = |digits: usize| Symbol::encode("A", &"7".repeat(digits)).unwrap();
    assert_eq!(version(120).version(), 4);
    assert!(Design::plain(Dpi::D300, version(120).size()).is_err());
    assert_eq!(version(180).version(), 5);
    assert!(Design::plain(Dpi::D203, version(180).size()).is_ok());
    let label = sample().with_hidden("7K3M-P9QX").unwrap();
    assert_eq!(label.hidden(), "7K3M-P9QX");
    let refusal = label.with_hidden("7K3M-P9QI").unwrap_err().to_string();
    assert!(!refusal.contains("7K3M"), "{refusal}");
}
