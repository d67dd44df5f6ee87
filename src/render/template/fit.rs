//! A long text made smaller, so that it keeps to its width.

use std::ops::Range;

use usvg::roxmltree::Node;
use usvg::{Rect, TextAnchor};

use super::fill::escaped;

/// The smallest that a text becomes, as a share of its size.
const SMALLEST: f64 = 0.5;

/// How a text is made smaller.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) id: String,
    transform: String,
}

impl Fit {
    /// How the text with this id and area keeps to a width; `None` if it does, or would become too small.
    pub(super) fn new(id: &str, area: Rect, anchor: TextAnchor, width: f64) -> Option<Self> {
        let scale = width / f64::from(area.width());
        if !(SMALLEST..1.0).contains(&scale) {
            return None;
        }
        let x = match anchor {
            TextAnchor::Start => area.left(),
            TextAnchor::Middle => area.left() + area.width() / 2.0,
            TextAnchor::End => area.right(),
        };
        let y = area.top() + area.height() / 2.0;
        Some(Self {
            id: id.to_owned(),
            transform: format!(
                "translate({x} {y}) scale({scale:.5}) translate({} {})",
                -x, -y
            ),
        })
    }

    /// What changes in the text's opening tag.
    pub(super) fn edit(&self, node: Node) -> (Range<usize>, String) {
        if let Some(attribute) = node.attribute_node("transform") {
            let both = format!("{} {}", attribute.value(), self.transform);
            return (attribute.range_value(), escaped(&both));
        }
        let begin = node.range().start;
        let tag = &node.document().input_text()[node.range()];
        let name = tag.find(|c: char| c.is_whitespace() || ['>', '/'].contains(&c));
        let at = begin + name.unwrap_or(1);
        (at..at, format!(" transform=\"{}\"", self.transform))
    }
}
