//! From a template to a design: what is where, and whether a phone can read it and a knife cut it.

use std::sync::Arc;

use usvg::{Node, Rect, Tree};

use super::fields::Fields;
use super::fit::Fit;
use super::source::{PLACES, Source, Wanted};
use super::tree::{self, Fonts, leaves};
use super::{Fault, Faults};
use crate::domain::said::said;
use crate::render::art::{Art, ArtError, lightness, picture};
use crate::render::design::{Design, Line, Text};
use crate::render::dots::{self, DotFont};
use crate::render::dpi::Dpi;
use crate::render::imposition::Mm;
use crate::render::label::{HALF, SERIAL};
use crate::render::pdf::FIRST_OF_ART;
use crate::render::symbol::QUIET_ZONE;

/// Text keeps this far from the cut: knives wander (common die-cut tolerances are 0.5 to 0.8 mm).
const SAFE: Mm = 0.7;
/// Elements may touch, but not lie over one another by more.
const TOUCH: Mm = 0.05;
/// Dots of the quiet zone are at least this light, of 255: a symbol contrast of 70 % (ISO/IEC 15415, grade 4).
const LIGHT: u32 = 178;
/// The contrast of text with what lies under it (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;
/// The smallest cap height of a serial: what is still read without a glass.
const SMALLEST_SERIAL: Mm = 1.1;
/// Dots that a module may have at most: what a row is packed with.
const MOST_DOTS: u32 = 24;

/// An area in millimetres from the corner of the cut label.
#[derive(Clone, Copy, Debug)]
struct Area {
    left: Mm,
    top: Mm,
    right: Mm,
    bottom: Mm,
}

impl Area {
    /// Of the tree's coordinates, which are pixels of 1/96 inch from the corner of the bleed.
    fn of(rect: Rect, bleed: Mm) -> Self {
        let mm = |px: f32| f64::from(px) * 25.4 / 96.0 - bleed;
        Self {
            left: mm(rect.left()),
            top: mm(rect.top()),
            right: mm(rect.right()),
            bottom: mm(rect.bottom()),
        }
    }

    fn width(self) -> Mm {
        self.right - self.left
    }

    fn height(self) -> Mm {
        self.bottom - self.top
    }

    fn overlaps(self, other: Self) -> bool {
        self.left + TOUCH < other.right
            && other.left + TOUCH < self.right
            && self.top + TOUCH < other.bottom
            && other.top + TOUCH < self.bottom
    }
}

/// A named area.
type Named = (String, Area);

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
    let corner = |near: Mm, far: Mm| ((near + far) / 2.0 / dot - f64::from(whole) / 2.0).round();
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

    faults.extend(quiet_zone(
        &art,
        &drawn,
        (left, top, whole),
        square,
        source.bleed,
    ));
    faults.extend(cut(source, &places, &art));
    faults.extend(overlaps(&places, &art, source.bleed));
    faults.extend(contrast(&art, &under, dot, source.bleed));
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
    let mut fits = Vec::new();
    for (id, width) in &source.limits {
        if let Some(Node::Text(text)) = tree.node_by_id(id) {
            let area = text.flattened().bounding_box();
            let anchor = text.chunks().first().map(usvg::TextChunk::anchor);
            fits.extend(Fit::new(
                id,
                area,
                anchor.unwrap_or(usvg::TextAnchor::Start),
                *width,
            ));
        }
    }
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

/// Where an element leaves ink.
fn ink(node: &Node) -> Rect {
    match node {
        Node::Text(text) => {
            let area = text.flattened().stroke_bounding_box();
            area.transform(text.abs_transform()).unwrap_or(area)
        }
        other => other.abs_stroke_bounding_box(),
    }
}

/// The lines of a text of `characters` that fill an area best: the serial in one, two or four lines.
fn lettering(
    area: Area,
    text: Text,
    characters: usize,
    dot: Mm,
) -> Result<Vec<Line>, crate::domain::said::Said> {
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

/// A whole number of dots, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand dots"
)]
fn down(dots: f64) -> u32 {
    (dots + 1e-6).max(0.0) as u32
}

/// The symbol needs white around it: nothing of the drawing lies under it or its quiet zone.
fn quiet_zone(
    art: &Tree,
    drawn: &resvg::tiny_skia::Pixmap,
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
fn cut(source: &Source, places: &[Named], art: &Tree) -> Vec<Fault> {
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
fn overlaps(places: &[Named], art: &Tree, bleed: Mm) -> Vec<Fault> {
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
fn contrast(art: &Tree, under: &resvg::tiny_skia::Pixmap, dot: Mm, bleed: Mm) -> Vec<Fault> {
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
