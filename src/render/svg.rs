//! Labels as SVG files, sized in millimetres.

use std::fmt::Write as _;

use super::design::{Design, Line};
use super::label::Label;
use super::lettering::STROKE;
use super::outline;
use super::strokes::{self, SVG_CAP_HEIGHT};
use super::symbol::QUIET_ZONE;

/// The label as one standalone SVG. The coordinates inside are dots of the press.
///
/// Nothing outside the file is referred to: the serial is drawn as strokes, and all text of the art as outlines.
#[must_use]
pub fn render(design: &Design, label: &Label) -> String {
    let mut out = String::with_capacity(8192);
    let (width, height) = (design.width, design.height);
    let size = design.size();
    // Writing to a string cannot fail. A serial has no character that XML would take amiss.
    let _ = write!(
        out,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{:.3}mm" height="{:.3}mm" viewBox="0 0 {width} {height}"><title>{}</title><path fill="white" d="M0 0h{width}v{height}H0z"/>"#,
        size.width,
        size.height,
        label.serial(),
    );
    push_art(&mut out, design);
    push_label(&mut out, design, label);
    out.push_str("</svg>\n");
    out
}

/// The art, in dots from the corner of the cut label.
pub(super) fn push_art(out: &mut String, design: &Design) {
    if let Some(art) = &design.art {
        let bleed = design.bleed / design.dot();
        let whole = |side: u32| f64::from(side) + 2.0 * bleed;
        let _ = write!(
            out,
            r#"<svg xmlns:xlink="http://www.w3.org/1999/xlink" x="-{bleed:.3}" y="-{bleed:.3}" width="{:.3}" height="{:.3}" viewBox="{}" preserveAspectRatio="none">{}</svg>"#,
            whole(design.width),
            whole(design.height),
            art.svg_box,
            art.svg
        );
    }
}

/// What differs from label to label.
pub(super) fn push_label(out: &mut String, design: &Design, label: &Label) {
    let module = design.module;
    let corner = |at: u32| i64::from(at) - i64::from(QUIET_ZONE * module);
    let _ = write!(
        out,
        r#"<path shape-rendering="crispEdges" transform="translate({} {})scale({module})" d=""#,
        corner(design.symbol.0),
        corner(design.symbol.1),
    );
    outline::push_outlines(out, label.symbol());
    out.push_str("\"/>");
    for line in &design.lines {
        push_line(out, line, label);
    }
}

/// A line as a stroked path in the coordinates of the lettering.
fn push_line(out: &mut String, line: &Line, label: &Label) {
    let scale = f64::from(line.cap_height) / SVG_CAP_HEIGHT;
    let stroke = STROKE * SVG_CAP_HEIGHT;
    let _ = write!(
        out,
        r#"<path transform="translate({} {})scale({scale:.5})" fill="none" stroke="black" stroke-width="{stroke:.1}" stroke-linecap="round" stroke-linejoin="round" d=""#,
        line.left, line.top,
    );
    strokes::push_line(out, line.text.of(label), stroke / 2.0, stroke / 2.0);
    out.push_str("\"/>");
}
