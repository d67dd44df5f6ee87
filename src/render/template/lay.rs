//! From a filled template to a design: what lies where, in dots of the press.

use std::sync::Arc;

use usvg::{Node, Tree};

use super::area::{Area, Named, down, ink};
use super::fields::Fields;
use super::fill::Wanted;
use super::fit::Fit;
use super::source::{PLACES, Source};
use super::tree::{self, Fonts, leaves};
use super::{Fault, Faults, check};
use crate::domain::said::{Said, said};
use crate::render::art::{Art, ArtError, picture};
use crate::render::design::{Design, Line, Text};
use crate::render::dots::{self, DotFont};
use crate::render::dpi::Dpi;
use crate::render::imposition::Mm;
use crate::render::label::{HALF, SERIAL};
use crate::render::pdf::FIRST_OF_ART;
use crate::render::symbol::QUIET_ZONE;

/// The smallest cap height of a serial: what is still read without a glass.
const SMALLEST_SERIAL: Mm = 1.1;
/// Dots that a module may have at most: what a row is packed with.
const MOST_DOTS: u32 = 24;

/// The design of a filled template.
pub(super) fn design(
    source: &Source,
    fields: &Fields,
    fonts: &Fonts,
    dpi: Dpi,
    modules: u32,
) -> Result<Design, Faults> {
    let (measured, fits) = measured(source, fields, fonts)?;
    let art = tree::read(&source.filled(fields, Wanted::Art, &fits), fonts)?;
    let ground = tree::read(&source.filled(fields, Wanted::Ground, &fits), fonts)?;
    let dot = 25.4 / f64::from(dpi.dots_per_inch());
    let mut faults = Vec::new();

    let mut places = places(source, fields, &measured, &mut faults);
    let take = |places: &mut Vec<Named>, name: &str| {
        let at = places.iter().position(|(place, _)| place == name)?;
        Some(places[at].1)
    };
    let Some(qr) = take(&mut places, "qr") else {
        return Err(Faults(faults));
    };
    let side = modules + 2 * QUIET_ZONE;
    let module = (down(qr.width().min(qr.height()) / dot) / side).min(MOST_DOTS);
    if module < dpi.dots_per_module() {
        let needed = f64::from(side * dpi.dots_per_module()) * dot;
        faults.push(Fault {
            element: "qr".to_owned(),
            what: said!(
                "is {:.2} × {:.2} mm; at {dpi} dots an inch the symbol with its quiet zone takes {needed:.2} mm, its modules being \
                 whole dots and {:.3} mm",
                "为 {:.2} × {:.2} 毫米；在 {dpi} dpi 下，二维码连同静区需要 {needed:.2} 毫米（每个模块为整数点，{:.3} 毫米）",
                qr.width(), qr.height(), dpi.module_mm()
            ),
        });
    }
    let module = module.max(dpi.dots_per_module());
    // In the middle of its place, on whole dots.
    let whole = side * module;
    let corner =
        |near: Mm, far: Mm| (Mm::midpoint(near, far) / dot - f64::from(whole) / 2.0).round();
    let (x, y) = (corner(qr.left, qr.right), corner(qr.top, qr.bottom));
    let square = Area {
        left: x * dot,
        top: y * dot,
        right: (x + f64::from(whole)) * dot,
        bottom: (y + f64::from(whole)) * dot,
    };
    let (left, top) = (down(x), down(y));
    if let Some(place) = places.iter_mut().find(|(name, _)| name == "qr") {
        place.1 = square;
    }

    let mut lines = Vec::new();
    for (name, text, characters) in [
        ("serial", Text::Serial(0, SERIAL), SERIAL),
        ("hidden", Text::Hidden, HALF),
    ] {
        if let Some(area) = take(&mut places, name) {
            match lettering(area, text, characters, dot) {
                Ok(mut made) => lines.append(&mut made),
                Err(what) => faults.push(Fault {
                    element: name.to_owned(),
                    what,
                }),
            }
        }
    }
    // What does not go into its own place is not held against the others.
    Faults::none_or(faults)?;
    let mut faults = Vec::new();
    let design = Design {
        dpi,
        width: down((source.size.width / dot).round()),
        height: down((source.size.height / dot).round()),
        cut: source.size,
        bleed: source.bleed,
        module,
        symbol: (left + QUIET_ZONE * module, top + QUIET_ZONE * module),
        lines,
        art: None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "some hundred dots")]
    let bleed = (source.bleed / dot) as f32;
    let size = (design.width, design.height);
    let drawn = picture(&art, size, bleed)?;
    let under = picture(&ground, size, bleed)?;

    faults.extend(check::quiet_zone(
        &art,
        &drawn,
        (left, top, whole),
        square,
        source.bleed,
    ));
    faults.extend(check::cut(source, &places, &art));
    faults.extend(check::overlaps(&places, &art, source.bleed));
    faults.extend(check::contrast(&art, &under, dot, source.bleed));
    Faults::none_or(faults)?;
    let art = Art::new(&art, size, bleed, FIRST_OF_ART)?;
    Ok(Design {
        art: Some(Arc::new(art)),
        ..design
    })
}

impl From<ArtError> for Faults {
    fn from(error: ArtError) -> Self {
        Self::one(
            "svg",
            said!("cannot be drawn: {error}", "无法绘制：{error}"),
        )
    }
}

/// The drawing with its places, and how its long texts are made smaller.
pub(super) fn measured(
    source: &Source,
    fields: &Fields,
    fonts: &Fonts,
) -> Result<(Tree, Vec<Fit>), Faults> {
    let tree = tree::read(&source.filled(fields, Wanted::Places, &[]), fonts)?;
    let (mut fits, mut faults) = (Vec::new(), Vec::new());
    for (id, width) in &source.limits {
        if let Some(Node::Text(text)) = tree.node_by_id(id) {
            let area = text.flattened().bounding_box();
            let anchor = text.chunks().first().map(usvg::TextChunk::anchor);
            let anchor = anchor.unwrap_or(usvg::TextAnchor::Start);
            match Fit::new(id, area, anchor, *width) {
                Ok(fit) => fits.extend(fit),
                Err(fault) => faults.push(fault),
            }
        }
    }
    Faults::none_or(faults)?;
    Ok((tree, fits))
}

/// Where the places are; those that are hidden are faults.
fn places(source: &Source, fields: &Fields, tree: &Tree, faults: &mut Vec<Fault>) -> Vec<Named> {
    let mut places = Vec::new();
    let is_there = |place: &&str| {
        let is_put_in = ["qr", "serial"].contains(place) || fields.has(place);
        source.has(place) && is_put_in
    };
    for place in PLACES.into_iter().filter(is_there) {
        match find(tree, place) {
            Some(node) => places.push((place.to_owned(), Area::of(ink(node), source.bleed))),
            None => faults.push(Fault {
                element: place.to_owned(),
                what: said!("is hidden, or has no size", "被隐藏，或没有大小"),
            }),
        }
    }
    places
}

fn find<'a>(tree: &'a Tree, place: &str) -> Option<&'a Node> {
    leaves(tree.root()).into_iter().find(|node| {
        node.id() == place
            || node.id().starts_with(&format!("{place}-"))
            || node.id().starts_with(&format!("{place}_"))
    })
}

/// The lines of a text of `characters` that fill an area best: the serial in one, two or four lines.
fn lettering(area: Area, text: Text, characters: usize, dot: Mm) -> Result<Vec<Line>, Said> {
    let (width, height) = (down(area.width() / dot), down(area.height() / dot));
    let splits: &[u32] = if text == Text::Hidden {
        &[1]
    } else {
        &[1, 2, 4]
    };
    let cap = |lines: u32| {
        let length = (characters + 1) / lines as usize - 1;
        // Half a cap height of white between lines.
        let highest = (2 * height / (3 * lines - 1)).min(dots::LARGEST);
        (dots::SMALLEST..=highest)
            .rev()
            .find(|cap| DotFont::width(*cap, length) <= width)
            .map(|cap| (cap, lines, length))
    };
    let smallest = SMALLEST_SERIAL;
    let best = splits.iter().filter_map(|lines| cap(*lines)).max();
    let Some((cap, lines, length)) = best.filter(|(cap, ..)| f64::from(*cap) * dot >= smallest)
    else {
        let least = f64::from(dots::SMALLEST) * dot;
        return Err(said!(
            "is {:.2} × {:.2} mm, too small for letters of {:.2} mm",
            "为 {:.2} × {:.2} 毫米，放不下字高 {:.2} 毫米的编号",
            area.width(),
            area.height(),
            least.max(smallest)
        ));
    };
    let high = (3 * lines - 1) * cap / 2;
    let near = |from: Mm, room: u32, of: u32| {
        down((from / dot).round().max(0.0)) + room.saturating_sub(of) / 2
    };
    let left = near(area.left, width, DotFont::width(cap, length));
    let top = near(area.top, height, high);
    let line = |number: u32| {
        let from = number as usize * (length + 1);
        Line {
            text: match text {
                Text::Serial(..) => Text::Serial(from, from + length),
                Text::Hidden => Text::Hidden,
            },
            left,
            top: top + number * (cap + cap / 2),
            cap_height: cap,
        }
    };
    Ok((0..lines).map(line).collect())
}
