//! The templates that come with the program.

/// A template of ours.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// How it is called: its size.
    pub name: &'static str,
    /// What it is for, in English and in Chinese.
    pub about: (&'static str, &'static str),
    /// The SVG text.
    pub text: &'static str,
}

/// Three sizes: for a pack, for a box, and for a small jar.
pub const SHIPPED: [Shipped; 3] = [
    Shipped {
        name: "30x40",
        about: ("for packs, 30 × 40 mm", "袋装用，30 × 40 毫米"),
        text: include_str!("../../../data/labels/30x40.svg"),
    },
    Shipped {
        name: "40x60",
        about: (
            "for boxes, 40 × 60 mm, with artwork and hidden code",
            "盒装用，40 × 60 毫米，带专用标志图样与暗码",
        ),
        text: include_str!("../../../data/labels/40x60.svg"),
    },
    Shipped {
        name: "20x20",
        about: (
            "for small jars, 20 × 20 mm; for 300 and 600 dots an inch",
            "小罐用，20 × 20 毫米；300 与 600 dpi",
        ),
        text: include_str!("../../../data/labels/20x20.svg"),
    },
];
