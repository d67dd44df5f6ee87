//! A long text made smaller, so that it keeps to its width.

use std::ops::Range;

use usvg::roxmltree::Node;
use usvg::{Rect, TextAnchor};

use super::Fault;
use super::fill::escaped;
use crate::domain::said::said;

/// The smallest that a text becomes, as a share of its size.
const SMALLEST: f64 = 0.5;

/// How a text is made smaller.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) id: String,
    transform: String,
}

impl Fit {
    /// How the text with this id and area keeps to a width; `None` if it does as it is.
    ///
    /// # Errors
    /// If it would become too small.
    pub(super) fn new(
        id: &str,
        area: Rect,
        anchor: TextAnchor,
        width: f64,
    ) -> Result<Option<Self>, Fault> {
        let scale = width / f64::from(area.width());
        if scale >= 1.0 {
            return Ok(None);
        }
        if scale < SMALLEST {
            return Err(Fault {
                element: id.to_owned(),
                what: said!(
                    "its text is too long: even at half its size it is {:.0} % wider than there is room; shorten it, or choose \
                     a template with more room",
                    "文字太长：缩小一半后仍超出 {:.0} %；请缩短文字，或换用版面更宽的模板",
                    (SMALLEST / scale - 1.0) * 100.0
                ),
            });
        }
        let x = match anchor {
            TextAnchor::Start => area.left(),
            TextAnchor::Middle => area.left() + area.width() / 2.0,
            TextAnchor::End => area.right(),
        };
        let y = area.top() + area.height() / 2.0;
        Ok(Some(Self {
            id: id.to_owned(),
            transform: format!(
                "translate({x} {y}) scale({scale:.5}) translate({} {})",
                -x, -y
            ),
        }))
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
