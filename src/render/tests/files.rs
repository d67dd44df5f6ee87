//! The bytes of the files.

use super::{DIGITS, PREFIX, SERIAL, plain, read, sample};
use crate::render::RenderError;
use crate::render::dpi::Dpi;
use crate::render::label::Label;
use crate::render::png::PngRenderer;
use crate::render::sheet::{SheetError, contact_sheet};
use crate::render::svg;
use crate::render::symbol::Symbol;
use crate::render::terminal::{self, Ink};

#[test]
fn a_png_has_one_bit_a_dot_and_its_resolution() {
    for (dpi, metre) in Dpi::ALL.into_iter().zip([7992, 11811, 23622]) {
        let renderer = PngRenderer::new(&plain(dpi));
        let file = renderer.render(&sample()).unwrap();
        assert!(file.len() < 5000, "{} bytes at {dpi}", file.len());
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file))
            .read_info()
            .unwrap();
        let info = reader.info();
        assert_eq!(
            (info.bit_depth, info.color_type),
            (png::BitDepth::One, png::ColorType::Grayscale)
        );
        let dims = info.pixel_dims.unwrap();
        assert_eq!(
            (dims.xppu, dims.yppu, dims.unit),
            (metre, metre, png::Unit::Meter)
        );
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        assert_eq!(
            bytes,
            renderer.raster(&sample()).unwrap().bytes(),
            "at {dpi}"
        );
    }
}

/// A painter for the only path commands outlines use, by the even-odd rule.
fn fill(path: &str, size: usize) -> Vec<Vec<bool>> {
    let mut dark = vec![vec![false; size]; size];
    let (mut pen, mut start) = ((0i32, 0i32), (0, 0));
    let mut vertical = |x: i32, from: i32, to: i32| {
        for y in from.min(to)..from.max(to) {
            dark[y as usize][x as usize..]
                .iter_mut()
                .for_each(|module| *module ^= true);
        }
    };
    let spaced = path.replace('-', " -");
    for part in spaced
        .split_inclusive(|c: char| c.is_ascii_alphabetic())
        .collect::<Vec<_>>()
        .windows(2)
    {
        let (command, numbers) = (
            part[0].chars().last().unwrap(),
            part[1].trim_end_matches(|c: char| c.is_ascii_alphabetic()),
        );
        let numbers: Vec<i32> = numbers
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        match command {
            'M' | 'm' => {
                pen = (start.0 + numbers[0], start.1 + numbers[1]);
                start = pen;
            }
            'h' => pen.0 += numbers[0],
            'v' => {
                vertical(pen.0, pen.1, pen.1 + numbers[0]);
                pen.1 += numbers[0];
            }
            // Closing draws the last side.
            'z' => {}
            other => panic!("unexpected command {other}"),
        }
        if part[1].ends_with('z') {
            vertical(pen.0, pen.1, start.1);
            pen = start;
        }
    }
    dark
}

#[test]
fn the_outlines_of_the_svg_fill_exactly_the_dark_modules() {
    let label = sample();
    let text = svg::render(&plain(Dpi::D300), &label);
    let path = text
        .split("crispEdges\" transform=\"translate(0 0)scale(4)\" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let dark = fill(path, 49);
    for (y, row) in (0u32..).zip(&dark) {
        for (x, module) in (0u32..).zip(row) {
            let expected = label.symbol().is_dark(x.wrapping_sub(4), y.wrapping_sub(4));
            assert_eq!(*module, expected, "module {x},{y}");
        }
    }
}

#[test]
fn the_svg_is_well_formed_and_the_serial_within_the_label() {
    let text = svg::render(&plain(Dpi::D300), &sample());
    assert!(text.starts_with(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"16.595mm\" height=\"23.029mm\" viewBox=\"0 0 196 272\"><title>4BD9-QV4N-Q0NZ-57DB</title>"
    ));
    assert!(
        svg::render(&plain(Dpi::D203), &sample())
            .contains("width=\"18.393mm\" height=\"25.525mm\"")
    );
    assert!(text.len() < 6000, "{} bytes", text.len());
    let (mut open, mut tags) = (0, 0);
    for tag in text.split('<').skip(1) {
        let (inside, _) = tag.split_once('>').unwrap();
        assert_eq!(inside.matches('"').count() % 2, 0, "{inside}");
        open += if inside.starts_with('/') {
            -1
        } else {
            i32::from(!inside.ends_with('/'))
        };
        tags += 1;
        assert!(open > 0 || inside == "/svg", "{inside}");
    }
    assert_eq!((open, tags), (0, 8));

    for line in text.split("<path transform=").skip(1) {
        let (_, scale) = line.split_once("scale(").unwrap();
        let scale: f64 = scale.split(')').next().unwrap().parse().unwrap();
        let path = line.split(" d=\"").nth(1).unwrap();
        let glyphs: Vec<&str> = path.split('"').next().unwrap().split('M').skip(1).collect();
        assert_eq!(glyphs.len(), 9, "nine characters in a line");
        for glyph in glyphs {
            let numbers: Vec<f64> = glyph
                .split(|c: char| c.is_ascii_alphabetic() || c == ' ')
                .take(2)
                .map(|n| n.parse().unwrap())
                .collect();
            // A glyph is 100 by 180 in these coordinates; the label has 196 dots across, and a line 24 down.
            let right = (numbers[0] + 100.0) * scale;
            assert!(numbers[0] >= 0.0 && right <= 180.0, "{glyph}");
            assert!(numbers[1] >= 0.0 && numbers[1] * scale <= 24.0, "{glyph}");
        }
    }
}

#[test]
fn a_sheet_shows_every_label_to_a_reader() {
    let labels: Vec<Label> = (0..5)
        .map(|n| {
            Label::new(
                Symbol::encode(PREFIX, &format!("{n}{}", &DIGITS[1..])).unwrap(),
                SERIAL,
            )
            .unwrap()
        })
        .collect();
    let file = contact_sheet(&labels, 3, &plain(Dpi::D203)).unwrap();
    let picture = image::load_from_memory(&file).unwrap().into_luma8();
    // Margins of 24, three columns of 147 or two rows of 204, a line round each.
    assert_eq!(picture.dimensions(), (48 + 3 * 148 + 1, 48 + 2 * 205 + 1));
    // The reader confuses the finder patterns of neighbours, so cell by cell.
    let cell = |n: u32| (25 + n % 3 * 148, 25 + n / 3 * 205);
    let texts: Vec<String> = (0..6)
        .flat_map(|n| {
            read(147, 204, |x, y| {
                picture.get_pixel(cell(n).0 + x, cell(n).1 + y).0[0] < 128
            })
        })
        .collect();
    let expected: Vec<String> = (0..5)
        .map(|n| format!("{PREFIX}{n}{}", &DIGITS[1..]))
        .collect();
    assert_eq!(texts, expected);
    // The cutting line left of the first label, and its quiet zone.
    assert_eq!(
        (24..30)
            .map(|x| picture.get_pixel(x, 60).0[0])
            .collect::<Vec<_>>(),
        [200, 255, 255, 255, 255, 255]
    );
}

#[test]
fn a_sheet_has_its_limits() {
    let many = vec![sample(); 97];
    assert!(matches!(
        contact_sheet(&many, 8, &plain(Dpi::D203)),
        Err(RenderError::Sheet(SheetError::Count(97)))
    ));
    assert!(matches!(
        contact_sheet(&[], 8, &plain(Dpi::D203)),
        Err(RenderError::Sheet(SheetError::Count(0)))
    ));
    assert!(matches!(
        contact_sheet(&many[..1], 0, &plain(Dpi::D203)),
        Err(RenderError::Sheet(SheetError::Columns(0)))
    ));
    assert!(contact_sheet(&many[..96], 96, &plain(Dpi::D203)).is_ok());
}

#[test]
fn the_terminal_shows_the_symbol_in_half_blocks() {
    let label = sample();
    let plain = terminal::render(label.symbol(), Ink::DarkOnLight);
    let lines: Vec<Vec<char>> = plain.lines().map(|line| line.chars().collect()).collect();
    assert_eq!(lines.len(), 25);
    assert!(lines.iter().all(|line| line.len() == 49));
    let black = |x: u32, y: u32| {
        matches!(
            (lines[y as usize / 2][x as usize], y % 2),
            ('█', _) | ('▀', 0) | ('▄', 1)
        )
    };
    assert_eq!(
        read(49 * 4, 50 * 4, |x, y| black(x / 4, y / 4)),
        [format!("{PREFIX}{DIGITS}")]
    );

    let swap = |c| match c {
        '█' => ' ',
        ' ' => '█',
        '▀' => '▄',
        '▄' => '▀',
        other => other,
    };
    let inverse: String = plain.chars().map(swap).collect();
    assert_eq!(terminal::render(label.symbol(), Ink::LightOnDark), inverse);

    let coloured = terminal::render(label.symbol(), Ink::Ansi);
    assert!(
        coloured
            .lines()
            .all(|l| l.starts_with("\x1b[38;5;16;48;5;231m") && l.ends_with("\x1b[0m"))
    );
    assert_eq!(
        coloured
            .replace("\x1b[38;5;16;48;5;231m", "")
            .replace("\x1b[0m", ""),
        plain
    );
}
