//! Label templates: a drawing that a designer makes, with named places for what we put in.
//!
//! A template is an SVG file in millimetres. An element bears the name of what takes its place as its `id`: the symbol
//! (`qr`), the serial, the hidden code and the licensee's artwork take a rectangle, a field of the order takes a text.
//! `{season}` within any text is filled in too. [`Template::read`] refuses what no press should be given,
//! [`Template::design`] fills it in and holds it against what a phone can read and a knife can cut.

mod area;
mod check;
mod fields;
mod fill;
mod fit;
mod forbidden;
mod lay;
mod portrait;
mod shipped;
mod source;
mod specimen;
#[cfg(test)]
mod tests;
mod tree;

pub use fields::{Artwork, ArtworkError, FIELDS, Fields};
pub use shipped::{SHIPPED, Shipped};
pub use specimen::specimen;
pub use tree::Fonts;
pub(super) use tree::{characters_without_font, read as drawing};

use std::fmt;

use self::fit::Fit;
use self::source::Source;
use super::design::Design;
use super::dpi::Dpi;
use crate::domain::said::Said;

/// The most bytes of a template or an artwork: 5 MB.
pub const MOST_BYTES: usize = 5_000_000;

/// A drawing with places for what is put in.
#[derive(Debug, Clone)]
pub struct Template {
    source: Source,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its element: too large, no SVG in millimetres, scripts, references to
    /// other files, entities, no place for the symbol or the serial, an unknown field.
    pub fn read(bytes: &[u8]) -> Result<Self, Faults> {
        Source::read(bytes).map(|source| Self { source })
    }

    /// Whether the licensee's artwork goes on a label, if there is one.
    pub fn takes_artwork(&self) -> bool {
        self.source.has("artwork")
    }

    /// Whether a label without the licensee's artwork would have a hole.
    pub fn needs_artwork(&self) -> bool {
        self.source.needs("artwork")
    }

    /// Whether the hidden code goes on a label, if there is one.
    pub fn takes_hidden(&self) -> bool {
        self.source.has("hidden")
    }

    /// Whether a label without a hidden code would have a hole.
    pub fn needs_hidden(&self) -> bool {
        self.source.needs("hidden")
    }

    /// The SVG text as it was read.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The design of labels with these fields and symbols of `modules` on a side, for a resolution.
    ///
    /// # Errors
    /// Everything that keeps such a label from being printed, cut or read, each with its element: a symbol whose modules
    /// would be under 0.33 mm or no whole dots, a quiet zone that is not free, elements over one another, text beyond the
    /// cut or too pale, letters that no font has.
    pub fn design(
        &self,
        fields: &Fields,
        fonts: &Fonts,
        dpi: Dpi,
        modules: u32,
    ) -> Result<Design, Faults> {
        lay::design(&self.source, fields, fonts, dpi, modules)
    }

    /// How its long texts are made smaller; none where it cannot be drawn.
    fn fits(&self, fields: &Fields, fonts: &Fonts) -> Vec<Fit> {
        lay::measured(&self.source, fields, fonts).map_or(Vec::new(), |(_, fits)| fits)
    }
}

/// Something wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The element, by its id if it has one.
    pub element: String,
    /// What is wrong with it.
    pub what: Said,
}

/// All that is wrong with a template; at least one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    fn one(element: impl Into<String>, what: Said) -> Self {
        Self(vec![Fault {
            element: element.into(),
            what,
        }])
    }

    /// Nothing if there are none.
    fn none_or(faults: Vec<Fault>) -> Result<(), Self> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Self(faults))
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            let line = if number > 0 { "\n" } else { "" };
            write!(f, "{line}{}: {}", fault.element, fault.what)?;
        }
        Ok(())
    }
}
