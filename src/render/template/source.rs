//! The text of a template: its places, and what is wrong with it.

use usvg::roxmltree::{Document, Node};

use super::fields::{FIELDS, Fields};
use super::fill::braces;
use super::{Fault, Faults, MOST_BYTES, forbidden};
use crate::domain::said::said;
use crate::render::imposition::{Mm, Size};

/// What takes a place of its own.
pub(super) const PLACES: [&str; 4] = ["qr", "serial", "hidden", "artwork"];
/// The sides that a label may have.
const SIDES: std::ops::RangeInclusive<Mm> = 10.0..=300.0;
/// The most that a drawing may go beyond the cut.
const MOST_BLEED: Mm = 10.0;

/// A template that is sound as a file.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) text: String,
    /// The cut label.
    pub(super) size: Size,
    /// How far the drawing goes beyond the cut.
    pub(super) bleed: Mm,
    /// Which places it has, and whether they are there only `data-if` there is something to put in.
    places: Vec<(&'static str, bool)>,
    /// The texts that are made smaller when they are too long: their ids and their greatest widths, in their own units.
    pub(super) limits: Vec<(String, f64)>,
}

impl Source {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Faults> {
        if bytes.len() > MOST_BYTES {
            return Err(Faults::one(
                "svg",
                said!(
                    "the file has {} bytes; {MOST_BYTES} are the most",
                    "文件有 {} 字节，最多 {MOST_BYTES} 字节",
                    bytes.len()
                ),
            ));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| {
            Faults::one(
                "svg",
                said!("the file is no text in UTF-8", "文件不是 UTF-8 文本"),
            )
        })?;
        let text = text.trim_start_matches('\u{feff}');
        let document = forbidden::parse(text)?;
        let mut faults = forbidden::faults(&document);
        let root = document.root_element();
        let size = size_of(root).unwrap_or_else(|fault| {
            faults.push(fault);
            Size::A4
        });
        let bleed = bleed_of(root).unwrap_or_else(|fault| {
            faults.push(fault);
            0.0
        });
        let places = places_of(&document, &mut faults);
        unknown_fields(&document, &mut faults);
        let limits = limits_of(&document, &mut faults);
        Faults::none_or(faults)?;
        let text = text.to_owned();
        Ok(Self {
            text,
            size,
            bleed,
            places,
            limits,
        })
    }

    pub(super) fn has(&self, place: &str) -> bool {
        self.places.iter().any(|(other, _)| *other == place)
    }

    /// Whether labels without it would have a hole.
    pub(super) fn needs(&self, place: &str) -> bool {
        let mut places = self.places.iter();
        places.any(|(other, is_optional)| *other == place && !is_optional)
    }
}

/// The places of a template; those that are there twice, of another kind or missing are faults.
fn places_of(document: &Document, faults: &mut Vec<Fault>) -> Vec<(&'static str, bool)> {
    let mut places = Vec::new();
    for node in document.descendants().filter(Node::is_element) {
        if let Some(place) = place_of(node) {
            if places.iter().any(|(other, _)| *other == place) {
                let what = said!("there are two places for {place}", "有两处 {place}");
                faults.push(fault(node, what));
            }
            let is_rectangle = node.has_tag_name(("http://www.w3.org/2000/svg", "rect"));
            let is_text = node.tag_name().name() == "text" && ["serial", "hidden"].contains(&place);
            if !is_rectangle && !is_text {
                let what = said!(
                    "the place of {place} is a rectangle",
                    "{place} 的位置应为矩形"
                );
                faults.push(fault(node, what));
            }
            let is_optional = node.ancestors().any(|node| node.has_attribute("data-if"));
            places.push((place, is_optional));
        }
    }
    for (place, what) in [
        (
            "qr",
            said!(
                "no rectangle with the id \"qr\" says where the symbol goes",
                "没有 id 为 “qr” 的矩形指明二维码位置"
            ),
        ),
        (
            "serial",
            said!(
                "no rectangle or text with the id \"serial\" says where the serial goes",
                "没有 id 为 “serial” 的矩形或文字指明防伪编号位置"
            ),
        ),
    ] {
        if !places.iter().any(|(other, _)| *other == place) {
            faults.push(Fault {
                element: place.to_owned(),
                what,
            });
        }
    }
    places
}

/// Names in braces that are no fields are faults.
fn unknown_fields(document: &Document, faults: &mut Vec<Fault>) {
    for node in document.descendants().filter(Node::is_element) {
        if let Some(what) = node.attribute("data-if")
            && !is_condition(what)
        {
            let what = said!(
                "data-if={what:?} asks for nothing there is: hidden, artwork or a field, with ! before it for none",
                "data-if={what:?} 无效：应为 hidden、artwork 或字段名，前加 ! 表示没有"
            );
            faults.push(fault(node, what));
        }
    }
    for piece in document.descendants().filter(Node::is_text) {
        let is_rules = piece
            .parent()
            .is_some_and(|parent| parent.tag_name().name() == "style");
        let text = piece.text().unwrap_or_default();
        if !is_rules && text.matches('{').count() != text.matches('}').count() {
            let what = said!("a brace is open or closed alone", "花括号不成对");
            faults.push(fault(
                piece.parent().unwrap_or(document.root_element()),
                what,
            ));
        }
    }
    for (node, name) in document
        .descendants()
        .filter(Node::is_text)
        .flat_map(braces)
    {
        if !Fields::is_one(&name) {
            let known: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
            let what = said!(
                "{{{name}}} is no field; there are {}",
                "{{{name}}} 不是字段；可用字段：{}",
                known.join(", ")
            );
            faults.push(fault(
                node.parent().unwrap_or(document.root_element()),
                what,
            ));
        }
    }
}

/// Whether there is something that `data-if` may ask for by this name.
fn is_condition(what: &str) -> bool {
    let name = what.strip_prefix('!').unwrap_or(what);
    ["hidden", "artwork"].contains(&name) || Fields::is_one(name)
}

/// The texts that are made smaller when they are too long.
fn limits_of(document: &Document, faults: &mut Vec<Fault>) -> Vec<(String, f64)> {
    let mut limits = Vec::new();
    for node in document
        .descendants()
        .filter(|node| node.tag_name().name() == "text")
    {
        let Some(width) = node.attribute("data-max-width") else {
            continue;
        };
        match (
            node.attribute("id"),
            width.parse::<f64>().ok().filter(|width| *width > 0.0),
        ) {
            (Some(id), Some(width)) => limits.push((id.to_owned(), width)),
            _ => {
                let what = said!(
                    "a text with data-max-width has an id, and its width is a number above zero",
                    "带 data-max-width 的文字应有 id，宽度为正数"
                );
                faults.push(fault(node, what));
            }
        }
    }
    limits
}

/// Which place an element is.
pub(super) fn place_of(node: Node) -> Option<&'static str> {
    let id = base_of(node.attribute("id")?);
    PLACES.into_iter().find(|place| *place == id)
}

/// An id without the number that drawing programs add: `licensee-2`, `licensee_1_`.
pub(super) fn base_of(id: &str) -> &str {
    let id = id.strip_suffix('_').unwrap_or(id);
    let bare = id.trim_end_matches(|c: char| c.is_ascii_digit());
    match bare.strip_suffix(['-', '_']) {
        Some(base) if bare.len() < id.len() => base,
        _ => id,
    }
}

fn size_of(root: Node) -> Result<Size, Fault> {
    let side = |name| {
        let text = root.attribute(name)?.trim();
        let number =
            |unit: &str, mm: Mm| Some(text.strip_suffix(unit)?.trim().parse::<Mm>().ok()? * mm);
        number("mm", 1.0)
            .or_else(|| number("cm", 10.0))
            .or_else(|| number("in", 25.4))
    };
    let (Some(width), Some(height)) = (side("width"), side("height")) else {
        return Err(fault(
            root,
            said!(
                "width and height of the drawing are not in millimetres; write them into the first tag of the file, such as \
                 width=\"30mm\" height=\"40mm\", and leave its viewBox (Illustrator names none)",
                "图稿的宽和高没有以毫米为单位；请在文件的第一个标签中写明，例如 width=\"30mm\" height=\"40mm\"，viewBox 保持不变"
            ),
        ));
    };
    if !SIDES.contains(&width) || !SIDES.contains(&height) {
        return Err(fault(
            root,
            said!(
                "a label of {width} × {height} mm; its sides are 10 to 300 mm",
                "标签为 {width} × {height} 毫米；边长应为 10 至 300 毫米"
            ),
        ));
    }
    let is_square = view_box(root).is_some_and(|[_, _, across, down]| {
        across > 0.0 && down > 0.0 && ((across / width) / (down / height) - 1.0).abs() < 0.01
    });
    if !is_square {
        return Err(fault(
            root,
            said!(
                "the drawing has no viewBox of the same shape as its width and height",
                "图稿没有与宽高比例一致的 viewBox"
            ),
        ));
    }
    Ok(Size { width, height })
}

fn bleed_of(root: Node) -> Result<Mm, Fault> {
    let text = root.attribute("data-bleed").unwrap_or("0");
    let bleed = text.trim().trim_end_matches("mm").trim().parse();
    bleed
        .ok()
        .filter(|bleed| (0.0..=MOST_BLEED).contains(bleed))
        .ok_or_else(|| {
            fault(
                root,
                said!(
                    "data-bleed is {text:?}; it is a number of millimetres from 0 to {MOST_BLEED}",
                    "data-bleed 为 {text:?}；应为 0 至 {MOST_BLEED} 的毫米数"
                ),
            )
        })
}

pub(super) fn view_box(root: Node) -> Option<[f64; 4]> {
    let text = root.attribute("viewBox")?;
    let numbers = text
        .split([' ', ',', '\n', '\t'])
        .filter(|part| !part.is_empty());
    let numbers: Option<Vec<f64>> = numbers.map(|part| part.parse().ok()).collect();
    numbers?.try_into().ok()
}

fn fault(node: Node, what: crate::domain::said::Said) -> Fault {
    Fault {
        element: forbidden::name(node),
        what,
    }
}
