//! Labels in ZPL II, the language of Zebra's label printers: each a picture (`^GF`) that equals our own, dot by dot.
//!
//! The printer's own QR code (`^BQ`) would choose segments and mask itself; a picture is what we have checked. Rows are
//! compressed as the language provides (Zebra, *ZPL II Programming Guide*, "Alternative Data Compression Scheme"), and the
//! rows of a module cost a character each. The art is sent once (`~DG`) and recalled under each label (`^XG`).

use std::io::Write as _;

use super::RenderError;
use super::bitmap::Bitmap;
use super::label::Label;
use super::png::PngRenderer;

/// What goes before the labels: the art, into the printer's memory.
pub fn head(renderer: &PngRenderer) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(art) = renderer.art() {
        let stride = art.width().div_ceil(8);
        // Writing to a vector cannot fail.
        _ = write!(out, "~DGR:ART.GRF,{},{stride},", stride * art.height());
        append_rows(&mut out, art);
        out.push(b'\n');
    }
    out
}

/// Appends a label, to be printed once.
///
/// # Errors
///
/// When its picture does not show its symbol, which it has no reason not to.
pub fn append(out: &mut Vec<u8>, renderer: &PngRenderer, label: &Label) -> Result<(), RenderError> {
    let bitmap = renderer.ink(label)?;
    let stride = bitmap.width().div_ceil(8);
    let bytes = stride * bitmap.height();
    // Writing to a vector cannot fail.
    _ = write!(out, "^XA^PW{}^LL{}", bitmap.width(), bitmap.height());
    if renderer.art().is_some() {
        out.extend_from_slice(b"^FO0,0^XGR:ART.GRF,1,1^FS");
    }
    _ = write!(out, "^FO0,0^GFA,{bytes},{bytes},{stride},");
    append_rows(out, &bitmap);
    out.extend_from_slice(b"^FS^XZ\n");
    Ok(())
}

fn append_rows(out: &mut Vec<u8>, bitmap: &Bitmap) {
    let mut before: &[u8] = &[];
    for row in bitmap.rows() {
        if row == before {
            out.push(b':');
        } else {
            append_row(out, row);
        }
        before = row;
    }
}

/// A row as half bytes, a set bit being black: runs with their length before them, zeros up to the end as a comma.
fn append_row(out: &mut Vec<u8>, row: &[u8]) {
    let half = |place: usize| {
        let byte = !row[place / 2];
        if place.is_multiple_of(2) {
            byte >> 4
        } else {
            byte & 15
        }
    };
    let all = row.len() * 2;
    let mut place = 0;
    while place < all {
        let value = half(place);
        let run = (place..all).take_while(|at| half(*at) == value).count();
        if value == 0 && place + run == all {
            out.push(b',');
            return;
        }
        append_run(out, run, b"0123456789ABCDEF"[usize::from(value)]);
        place += run;
    }
}

/// `G` to `Y` stand for 1 to 19 of what follows, `g` to `z` for 20 to 400 in steps of 20.
fn append_run(out: &mut Vec<u8>, mut run: usize, digit: u8) {
    while run > 2 {
        let twenties = (run / 20).min(20);
        let ones = run % 20;
        if twenties > 0 {
            out.push(b'f' + u8::try_from(twenties).unwrap_or(0));
        }
        let rest = if twenties == 20 { 0 } else { ones };
        if rest > 0 {
            out.push(b'F' + u8::try_from(rest).unwrap_or(0));
        }
        out.push(digit);
        run -= twenties * 20 + rest;
    }
    out.extend(std::iter::repeat_n(digit, run));
}

#[cfg(test)]
mod tests {
    use super::super::dpi::Dpi;
    use super::super::tests::{plain, sample};
    use super::*;

    /// The picture of a `^GFA` field, as the manual says a printer reads it; a set bit is black.
    fn read(zpl: &str) -> (u32, Vec<Vec<u8>>) {
        let field = zpl.split("^GFA,").nth(1).unwrap();
        let mut parts = field.splitn(4, ',');
        let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
        let (bytes, same, stride) = (number(), number(), number());
        assert_eq!(bytes, same);
        let data = field.splitn(4, ',').nth(3).unwrap();
        let data = data.strip_suffix("^FS^XZ\n").unwrap();
        let (mut rows, mut row, mut count) = (Vec::new(), String::new(), 0);
        for letter in data.chars() {
            match letter {
                'G'..='Y' => count += letter as usize - 'F' as usize,
                'g'..='z' => count += 20 * (letter as usize - 'f' as usize),
                ',' => row.push_str(&"0".repeat(stride * 2 - row.len())),
                ':' => {
                    assert!(row.is_empty());
                    row = rows.last().cloned().unwrap();
                }
                digit => {
                    row.push_str(&digit.to_string().repeat(count.max(1)));
                    count = 0;
                }
            }
            if row.len() == stride * 2 {
                rows.push(std::mem::take(&mut row));
            }
        }
        assert!(row.is_empty() && rows.len() * stride == bytes);
        let bytes = |row: &String| {
            let pair = |at| u8::from_str_radix(&row[at..at + 2], 16).unwrap();
            (0..row.len()).step_by(2).map(pair).collect()
        };
        (
            u32::try_from(stride).unwrap(),
            rows.iter().map(bytes).collect(),
        )
    }

    #[test]
    fn a_printer_draws_what_we_draw() {
        for dpi in Dpi::ALL {
            let label = sample();
            let renderer = PngRenderer::new(&plain(dpi));
            let mut zpl = Vec::new();
            append(&mut zpl, &renderer, &label).unwrap();
            let (stride, rows) = read(std::str::from_utf8(&zpl).unwrap());
            let bitmap = renderer.raster(&label).unwrap();
            assert_eq!(stride, bitmap.width().div_ceil(8));
            let ours: Vec<Vec<u8>> = bitmap
                .rows()
                .map(|row| row.iter().map(|byte| !byte).collect())
                .collect();
            assert_eq!(rows, ours, "{dpi}");
        }
    }

    #[test]
    fn runs_are_written_as_the_manual_says() {
        let run = |count| {
            let mut out = Vec::new();
            append_run(&mut out, count, b'A');
            String::from_utf8(out).unwrap()
        };
        assert_eq!(run(1), "A");
        assert_eq!(run(2), "AA");
        assert_eq!(run(6), "LA");
        assert_eq!(run(20), "gA");
        assert_eq!(run(47), "hMA");
        assert_eq!(run(400), "zA");
        assert_eq!(run(409), "zAOA");
    }
}
