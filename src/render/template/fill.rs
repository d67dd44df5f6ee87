//! A template filled in: the texts that come of it.

use std::ops::Range;

use usvg::roxmltree::Node;

use super::fields::Fields;
use super::fit::Fit;
use super::forbidden;
use super::source::{Source, base_of, place_of, view_box};

/// What stands in the place of a serial or a hidden code while it is measured.
const SAMPLES: [(&str, &str); 2] = [("serial", "4BD9-QV4N-Q0NZ-57DB"), ("hidden", "7K3M-P9QX")];

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
pub(super) fn braces<'a, 'input>(piece: Node<'a, 'input>) -> Vec<(Node<'a, 'input>, String)> {
    let is_rules = piece
        .parent()
        .is_some_and(|parent| parent.tag_name().name() == "style");
    let text = piece.text().filter(|_| !is_rules).unwrap_or_default();
    let opened = text.split('{').skip(1);
    opened
        .filter_map(|rest| Some((piece, rest.split_once('}')?.0.to_owned())))
        .collect()
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
