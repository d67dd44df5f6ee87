//! Whether a phone can read a label, and a knife cut it.

use resvg::tiny_skia::Pixmap;
use usvg::{Node, Tree};

use super::Fault;
use super::area::{Area, Named, TOUCH, down, ink};
use super::source::Source;
use super::tree::{self, leaves};
use crate::domain::said::said;
use crate::render::art::lightness;
use crate::render::imposition::Mm;
use crate::render::symbol::QUIET_ZONE;

/// Text keeps this far from the cut: knives wander (common die-cut tolerances are 0.5 to 0.8 mm).
const SAFE: Mm = 0.7;
/// Dots of the quiet zone are at least this light, of 255: a symbol contrast of 70 % (ISO/IEC 15415, grade 4).
const LIGHT: u32 = 178;
/// The contrast of text with what lies under it (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;

/// The symbol needs white around it: nothing of the drawing lies under it or its quiet zone.
pub(super) fn quiet_zone(
    art: &Tree,
    drawn: &Pixmap,
    (left, top, side): (u32, u32, u32),
    square: Area,
    bleed: Mm,
) -> Option<Fault> {
    let is_free =
        (top..top + side).all(|y| (left..left + side).all(|x| lightness(drawn, x, y) >= LIGHT));
    if is_free {
        return None;
    }
    let in_the_way = leaves(art.root())
        .into_iter()
        .rev()
        .find(|node| Area::of(ink(node), bleed).overlaps(square) && !is_light(node));
    let element = in_the_way.map_or("qr".to_owned(), tree::name);
    Some(Fault {
        element,
        what: said!(
            "lies under the symbol or its quiet zone of {QUIET_ZONE} modules, which stay white",
            "压住了二维码或其周围 {QUIET_ZONE} 个模块的静区，该处应保持空白"
        ),
    })
}

/// Whether an element is white or nearly.
fn is_light(node: &Node) -> bool {
    let Node::Path(path) = node else {
        return false;
    };
    let paints = [
        path.fill().map(usvg::Fill::paint),
        path.stroke().map(usvg::Stroke::paint),
    ];
    paints.into_iter().flatten().all(|paint| match paint {
        usvg::Paint::Color(color) => luminance(*color) > 0.7,
        _ => false,
    })
}

/// Texts and places keep away from the cut, or a knife that wanders takes part of them.
pub(super) fn cut(source: &Source, places: &[Named], art: &Tree) -> Vec<Fault> {
    let texts = texts(art).map(|(node, _)| (tree::name(node), Area::of(ink(node), source.bleed)));
    let all = places.iter().cloned().chain(texts);
    let is_out = |(name, area): &Named| {
        // The quiet zone is white and may end at the cut.
        let safe = if name == "qr" { -TOUCH } else { SAFE };
        area.left < safe
            || area.top < safe
            || area.right > source.size.width - safe
            || area.bottom > source.size.height - safe
    };
    all.filter(is_out)
        .map(|(element, area)| Fault {
            element,
            what: said!(
                "goes from {:.1}, {:.1} to {:.1}, {:.1} mm: within {SAFE} mm of the cut, or beyond it",
                "位于 {:.1}, {:.1} 至 {:.1}, {:.1} 毫米：距裁切线不足 {SAFE} 毫米或超出",
                area.left, area.top, area.right, area.bottom
            ),
        })
        .collect()
}

/// Places and texts do not lie over one another.
pub(super) fn overlaps(places: &[Named], art: &Tree, bleed: Mm) -> Vec<Fault> {
    let texts = texts(art).map(|(node, _)| (tree::name(node), Area::of(ink(node), bleed)));
    let all: Vec<Named> = places.iter().cloned().chain(texts).collect();
    let mut faults = Vec::new();
    for (number, (element, area)) in all.iter().enumerate() {
        for (other, _) in all[number + 1..]
            .iter()
            .filter(|(_, other)| area.overlaps(*other))
        {
            faults.push(Fault {
                element: element.clone(),
                what: said!("lies over {other}", "与 {other} 重叠"),
            });
        }
    }
    faults
}

fn texts(art: &Tree) -> impl Iterator<Item = (&Node, &usvg::Text)> {
    leaves(art.root())
        .into_iter()
        .filter_map(|node| match node {
            Node::Text(text) => Some((node, &**text)),
            _ => None,
        })
}

/// Texts stand out from what lies under them.
pub(super) fn contrast(art: &Tree, under: &Pixmap, dot: Mm, bleed: Mm) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (node, text) in texts(art) {
        let (Some(color), area) = (tree::color(text), Area::of(ink(node), bleed)) else {
            continue;
        };
        let (mut sum, mut dots) = (0.0, 0.0);
        for y in down(area.top / dot)..=down(area.bottom / dot) {
            for x in down(area.left / dot)..=down(area.right / dot) {
                if let Some(pixel) = under.pixel(x, y) {
                    let color = usvg::Color::new_rgb(pixel.red(), pixel.green(), pixel.blue());
                    sum += luminance(color);
                    dots += 1.0;
                }
            }
        }
        if dots == 0.0 {
            continue;
        }
        let (one, other) = (luminance(color), sum / dots);
        let ratio = (one.max(other) + 0.05) / (one.min(other) + 0.05);
        if ratio < CONTRAST {
            faults.push(Fault {
                element: tree::name(node),
                what: said!(
                    "has a contrast of {ratio:.1}:1 with what lies under it; {CONTRAST}:1 is the least",
                    "与底色的对比度为 {ratio:.1}:1，至少应为 {CONTRAST}:1"
                ),
            });
        }
    }
    faults
}

/// Relative luminance (WCAG 2.2).
fn luminance(color: usvg::Color) -> f64 {
    let linear = |value: u8| {
        let share = f64::from(value) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue)
}
