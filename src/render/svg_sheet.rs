//! Sheets of labels as SVG files, laid out like those of the PDF file: the art stands in each once and is used by all its
//! labels.

use std::fmt::Write as _;

use super::design::Design;
use super::imposition::Imposition;
use super::label::Label;
use super::svg::{push_art, push_label};

/// The width of a crop mark in millimetres: a quarter of a point.
const HAIRLINE: f64 = 0.088;

/// A sheet with these labels, each in its cell; the coordinates are millimetres of the paper, and dots of the press within a
/// label.
pub fn render(design: &Design, imposition: &Imposition, labels: &[(u32, Label)]) -> String {
    let mut out = String::with_capacity(labels.len() * 6000 + 4096);
    let (paper, dot) = (imposition.page(), design.dot());
    // Writing to a string cannot fail.
    _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{0:.3}mm" height="{1:.3}mm" viewBox="0 0 {0:.3} {1:.3}"><path fill="white" d="M0 0h{0:.3}v{1:.3}H0z"/>"#,
        paper.width, paper.height
    );
    if design.art.is_some() {
        out.push_str(r#"<defs><g id="label-art">"#);
        push_art(&mut out, design);
        out.push_str("</g></defs>");
    }
    let marks = imposition.crop_marks();
    if !marks.is_empty() {
        _ = write!(
            out,
            r#"<path fill="none" stroke="black" stroke-width="{HAIRLINE}" d=""#
        );
        for [from, to] in marks {
            _ = write!(out, "M{:.3} {:.3}L{:.3} {:.3}", from.0, from.1, to.0, to.1);
        }
        out.push_str("\"/>");
    }
    for (cell, label) in labels {
        let (left, top) = imposition.corner(*cell);
        _ = write!(
            out,
            r#"<g transform="translate({left:.4} {top:.4})scale({dot:.8})"><title>{}</title>"#,
            label.serial()
        );
        if design.art.is_some() {
            out.push_str(r##"<use href="#label-art"/>"##);
        }
        push_label(&mut out, design, label);
        out.push_str("</g>");
    }
    out.push_str("</svg>\n");
    out
}
