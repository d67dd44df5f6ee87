//! The text of a template: its places, and the texts that come of filling them.

use std::ops::Range;

use usvg::roxmltree::Node;

use super::fields::{FIELDS, Fields};
use super::fit::Fit;
use super::{Fault, Faults, MOST_BYTES, forbidden};
use crate::domain::said::said;
use crate::render::imposition::{Mm, Size};

/// What takes a place of its own.
pub(super) const PLACES: [&str; 4] = ["qr", "serial", "hidden", "artwork"];
/// What stands in the place of a serial or a hidden code while it is measured.
const SAMPLES: [(&str, &str); 2] = [("serial", "4BD9-QV4N-Q0NZ-57DB"), ("hidden", "7K3M-P9QX")];
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

/// Which text is wanted of a template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// With its places, to measure them.
    Places,
    /// As it lies under every label.
    Art,
    /// The same without texts, to see what lies under them.
    Ground,
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
        let mut places = Vec::new();
        for node in document.descendants().filter(Node::is_element) {
            if let Some(place) = place_of(node) {
                if places.iter().any(|(other, _)| *other == place) {
                    let what = said!("there are two places for {place}", "有两处 {place}");
                    faults.push(fault(node, what));
                }
                let is_rectangle = node.has_tag_name(("http://www.w3.org/2000/svg", "rect"));
                let is_text =
                    node.tag_name().name() == "text" && ["serial", "hidden"].contains(&place);
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
                faults.push(fault(node.parent().unwrap_or(root), what));
            }
        }
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

    /// The text with its fields filled in, `fits` making some of its texts smaller.
    pub(super) fn filled(&self, fields: &Fields, wanted: Wanted, fits: &[Fit]) -> String {
        let Ok(document) = forbidden::parse(&self.text) else {
            return self.text.clone();
        };
        let mut edits = vec![self.root(document.root_element())];
        let mut next = 0..0;
        for node in document.descendants().skip(1) {
            // What was replaced as a whole has no insides.
            if next.contains(&node.range().start) {
                continue;
            }
            if node
                .attribute("data-if")
                .is_some_and(|what| !fields.has(what))
            {
                next = node.range();
                edits.push((node.range(), String::new()));
            } else if let Some(place) = place_of(node) {
                next = node.range();
                edits.push((node.range(), placed(node, place, fields, wanted)));
            } else if node.is_element() && node.tag_name().name() == "text" {
                if wanted == Wanted::Ground {
                    next = node.range();
                    edits.push((node.range(), String::new()));
                } else if let Some(fit) = fits
                    .iter()
                    .find(|fit| Some(&*fit.id) == node.attribute("id"))
                {
                    edits.push(fit.edit(node));
                }
            } else if node.is_text() {
                edits.extend(filled_text(node, fields));
            }
        }
        apply(&self.text, edits)
    }

    /// The same as an element of another drawing in millimetres, whose origin is the corner of the cut label.
    pub(super) fn nested(&self, fields: &Fields, wanted: Wanted, fits: &[Fit]) -> String {
        let text = self.filled(fields, wanted, fits);
        let (x, width, height) = (
            -self.bleed,
            self.size.width + 2.0 * self.bleed,
            self.size.height + 2.0 * self.bleed,
        );
        let inside = text.find("<svg").map_or("", |at| &text[at..]);
        let place = format!("width=\"{width}mm\" height=\"{height}mm\"");
        let placed = format!("x=\"{x}\" y=\"{x}\" width=\"{width}\" height=\"{height}\"");
        inside.replacen(&place, &placed, 1)
    }

    /// The opening tag of the drawing, widened by the bleed.
    fn root(&self, root: Node) -> (Range<usize>, String) {
        let numbers = view_box(root).unwrap_or([0.0, 0.0, self.size.width, self.size.height]);
        let [x, y, width, height] = numbers;
        let (across, down) = (
            self.bleed * width / self.size.width,
            self.bleed * height / self.size.height,
        );
        let spaces = root
            .namespaces()
            .filter(|space| space.uri() != "http://www.w3.org/XML/1998/namespace");
        let spaces: String = spaces
            .map(|space| match space.name() {
                Some(name) => format!(" xmlns:{name}=\"{}\"", escaped(space.uri())),
                None => format!(" xmlns=\"{}\"", escaped(space.uri())),
            })
            .collect();
        let kept = root.attributes().filter(|attribute| {
            attribute.namespace().is_none()
                && ![
                    "width",
                    "height",
                    "viewBox",
                    "preserveAspectRatio",
                    "x",
                    "y",
                ]
                .contains(&attribute.name())
        });
        let kept: String = kept
            .map(|attribute| format!(" {}=\"{}\"", attribute.name(), escaped(attribute.value())))
            .collect();
        let tag = format!(
            "<svg{spaces}{kept} width=\"{}mm\" height=\"{}mm\" viewBox=\"{} {} {} {}\" preserveAspectRatio=\"none\">",
            self.size.width + 2.0 * self.bleed,
            self.size.height + 2.0 * self.bleed,
            x - across,
            y - down,
            width + 2.0 * across,
            height + 2.0 * down,
        );
        let begin = root.range().start;
        let end = root
            .first_child()
            .map_or(root.range().end, |child| child.range().start);
        (begin..end, tag)
    }
}

/// What stands in a place.
fn placed(node: Node, place: &str, fields: &Fields, wanted: Wanted) -> String {
    let attributes = |names: &[&str]| -> String {
        names
            .iter()
            .filter_map(|name| Some(format!(" {name}=\"{}\"", escaped(node.attribute(*name)?))))
            .collect()
    };
    let area = attributes(&["x", "y", "width", "height", "transform"]);
    match (wanted, place) {
        (Wanted::Places, _) if node.tag_name().name() == "text" => {
            let sample = SAMPLES.iter().find(|(name, _)| *name == place);
            let sample = sample.map_or("", |(_, sample)| *sample);
            with_text(node, sample)
        }
        (Wanted::Places, _) => format!("<rect id=\"{place}\"{area} style=\"fill:#000\"/>"),
        (_, "artwork") => fields.artwork.as_ref().map_or(String::new(), |artwork| {
            format!(
                "<image id=\"artwork\"{area} href=\"{}\"/>",
                artwork.data_url()
            )
        }),
        _ => String::new(),
    }
}

/// The element with another text in its first piece of text, and none in the others.
fn with_text(node: Node, text: &str) -> String {
    let source = node.document().input_text();
    let begin = node.range().start;
    let mut text = Some(text);
    let edits = pieces(node)
        .map(|piece| {
            let range = piece.range();
            let new = escaped(text.take().unwrap_or_default());
            (range.start - begin..range.end - begin, new)
        })
        .collect();
    apply(&source[node.range()], edits)
}

/// The pieces of text within an element that are more than white.
fn pieces<'a, 'input>(node: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    let inside = node.descendants().filter(Node::is_text);
    inside.filter(|piece| !piece.text().unwrap_or_default().trim().is_empty())
}

/// A piece of text with what its place or its braces ask for.
fn filled_text(piece: Node, fields: &Fields) -> Option<(Range<usize>, String)> {
    let of_field = piece.ancestors().find_map(|node| {
        let id = base_of(node.attribute("id")?);
        let is_text = ["text", "tspan"].contains(&node.tag_name().name());
        (is_text && Fields::is_one(id)).then_some((node, id))
    });
    if let Some((node, field)) = of_field {
        let is_first = pieces(node).next() == Some(piece);
        let is_white = piece.text().unwrap_or_default().trim().is_empty();
        let value = if is_first { fields.get(field) } else { "" };
        return (!is_white).then(|| (piece.range(), escaped(value)));
    }
    if braces(piece).is_empty() {
        return None;
    }
    let mut text = piece.text()?.to_owned();
    for (_, name) in braces(piece) {
        text = text.replace(&format!("{{{name}}}"), fields.get(&name));
    }
    Some((piece.range(), escaped(&text)))
}

/// The names in braces of a piece of text.
fn braces<'a, 'input>(piece: Node<'a, 'input>) -> Vec<(Node<'a, 'input>, String)> {
    let is_rules = piece
        .parent()
        .is_some_and(|parent| parent.tag_name().name() == "style");
    let text = piece.text().filter(|_| !is_rules).unwrap_or_default();
    let opened = text.split('{').skip(1);
    opened
        .filter_map(|rest| Some((piece, rest.split_once('}')?.0.to_owned())))
        .collect()
}

/// Which place an element is.
fn place_of(node: Node) -> Option<&'static str> {
    let id = base_of(node.attribute("id")?);
    PLACES.into_iter().find(|place| *place == id)
}

/// An id without the number that drawing programs add: `licensee-2`, `licensee_1_`.
fn base_of(id: &str) -> &str {
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
                "width and height of the drawing are not in millimetres, such as width=\"30mm\"",
                "图稿的宽和高没有以毫米为单位，例如 width=\"30mm\""
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

fn view_box(root: Node) -> Option<[f64; 4]> {
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

pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

fn apply(text: &str, mut edits: Vec<(Range<usize>, String)>) -> String {
    edits.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}
