//! Where something lies on a label, in millimetres.

use usvg::{Node, Rect};

use crate::render::imposition::Mm;

/// Elements may touch, but not lie over one another by more.
pub(super) const TOUCH: Mm = 0.05;

/// An area in millimetres from the corner of the cut label.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub(super) left: Mm,
    pub(super) top: Mm,
    pub(super) right: Mm,
    pub(super) bottom: Mm,
}

impl Area {
    /// Of the tree's coordinates, which are pixels of 1/96 inch from the corner of the bleed.
    pub(super) fn of(rect: Rect, bleed: Mm) -> Self {
        let mm = |px: f32| f64::from(px) * 25.4 / 96.0 - bleed;
        Self {
            left: mm(rect.left()),
            top: mm(rect.top()),
            right: mm(rect.right()),
            bottom: mm(rect.bottom()),
        }
    }

    pub(super) fn width(self) -> Mm {
        self.right - self.left
    }

    pub(super) fn height(self) -> Mm {
        self.bottom - self.top
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.left + TOUCH < other.right
            && other.left + TOUCH < self.right
            && self.top + TOUCH < other.bottom
            && other.top + TOUCH < self.bottom
    }
}

/// A named area.
pub(super) type Named = (String, Area);

/// Where an element leaves ink.
pub(super) fn ink(node: &Node) -> Rect {
    match node {
        Node::Text(text) => {
            let area = text.flattened().stroke_bounding_box();
            area.transform(text.abs_transform()).unwrap_or(area)
        }
        other => other.abs_stroke_bounding_box(),
    }
}

/// A whole number of dots, rounded down.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "some thousand dots"
)]
pub(super) fn down(dots: f64) -> u32 {
    (dots + 1e-6).max(0.0) as u32
}
