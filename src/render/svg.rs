//! Labels as SVG files, sized in millimetres.

use std::fmt::Write as _;

use super::label::{CAP_HEIGHT, Label};
use super::lettering::{self, STROKE};
use super::outline;
use super::strokes::{self, SVG_CAP_HEIGHT};

/// Side of a module in millimetres unless a printer needs another: the module of
/// the 300 and 600 dots per inch labels.
pub const MODULE_MM: f64 = 25.4 * 4.0 / 300.0;

/// The label as one standalone SVG, `module_mm` millimetres to a module.
///
/// The coordinates inside are modules. Nothing outside the file is referred to:
/// the serial is drawn as strokes, not set in a font.
#[must_use]
pub fn render(label: &Label, module_mm: f64) -> String {
    let mut out = String::with_capacity(8192);
    let (width, height) = (label.width(), label.height());
    let (wide, high) = (f64::from(width) * module_mm, f64::from(height) * module_mm);
    // Writing to a string cannot fail. A serial has no character that XML would
    // take amiss.
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.3}mm" height="{high:.3}mm" viewBox="0 0 {width} {height}"><title>{}</title><path fill="white" d="M0 0h{width}v{height}H0z"/><path shape-rendering="crispEdges" d=""#,
        label.serial(),
    );
    outline::push_outlines(&mut out, label.symbol());
    out.push_str("\"/>");
    push_serial(&mut out, label);
    out.push_str("</svg>\n");
    out
}

/// The two lines as one stroked path in the coordinates of the lettering.
fn push_serial(out: &mut String, label: &Label) {
    let scale = f64::from(CAP_HEIGHT) / SVG_CAP_HEIGHT;
    let stroke = STROKE * SVG_CAP_HEIGHT;
    let _ = write!(
        out,
        r#"<path transform="translate(0 {})scale({scale:.5})" fill="none" stroke="black" stroke-width="{stroke:.1}" stroke-linecap="round" stroke-linejoin="round" d=""#,
        label.line_top(0),
    );
    for (text, number) in label.lines().into_iter().zip(0..) {
        let width = lettering::line_width(text.len()) * SVG_CAP_HEIGHT;
        let margin = (f64::from(label.width()) / scale - width) / 2.0;
        let left = margin + stroke / 2.0;
        let top = f64::from(label.line_top(number) - label.line_top(0)) / scale + stroke / 2.0;
        strokes::push_line(out, text, left, top);
    }
    out.push_str("\"/>");
}
