//! What is where on a label.

use super::{DIGITS, PREFIX, SERIAL, read, sample};
use crate::render::dpi::Dpi;
use crate::render::label::{CAP_HEIGHT, Label};
use crate::render::png::PngRenderer;
use crate::render::symbol::{QUIET_ZONE, Symbol};

#[test]
fn every_module_is_where_the_symbol_says_and_readers_agree() {
    let label = sample();
    for dpi in Dpi::ALL {
        let raster = PngRenderer::new(dpi).raster(&label).unwrap();
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

#[test]
fn the_serial_keeps_its_band_and_stands_in_the_middle() {
    let label = sample();
    for dpi in Dpi::ALL {
        let raster = PngRenderer::new(dpi).raster(&label).unwrap();
        let dots = dpi.dots_per_module();
        let inked = |y: u32| (0..raster.width()).any(|x| raster.is_black(x, y));
        let below = (label.symbol().size() + 2 * QUIET_ZONE) * dots..raster.height();
        for y in below {
            let in_line = (0..2).any(|line| {
                let top = label.line_top(line) * dots;
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
            let (left, right) = columns(label.line_top(line));
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
    assert_eq!(sample().lines(), ["4BD9-QV4N", "Q0NZ-57DB"]);
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
    assert!(Label::new(version(120), SERIAL).is_err());
    assert_eq!(version(180).version(), 5);
    assert!(Label::new(version(180), SERIAL).is_ok());
}
