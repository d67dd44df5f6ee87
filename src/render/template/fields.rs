//! What is filled into a template.

use std::collections::BTreeMap;

use thiserror::Error;

use super::{Faults, MOST_BYTES, forbidden};

/// The fields of an order that a template may name: as the `id` of a text, or in braces within one.
pub const FIELDS: [(&str, Said2); 9] = [
    ("licensee", ("the licensee's name", "合法使用人名称")),
    ("uscc", ("the licensee's credit code", "统一社会信用代码")),
    (
        "product",
        ("the product as it stands on the pack", "产品名称"),
    ),
    ("season", ("the season, a year", "年度")),
    ("form", ("the form of the product, in Chinese", "产品形态")),
    ("domain", ("the host that the codes lead to", "查询网址")),
    ("order", ("the number of the order", "订单号")),
    ("batch", ("the number of the batch", "批号")),
    ("count", ("the marks of the batch", "枚数")),
];

/// In English and in Chinese.
type Said2 = (&'static str, &'static str);

/// The values of the fields, and the artwork.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    values: BTreeMap<&'static str, String>,
    /// The licensee's official artwork.
    pub artwork: Option<Artwork>,
    /// Whether labels have hidden codes.
    pub has_hidden: bool,
}

impl Fields {
    /// Whether there is a field of this name.
    pub(super) fn is_one(name: &str) -> bool {
        FIELDS.iter().any(|(known, _)| *known == name)
    }

    /// Whether there is something to put in the place of this name, or with `!` before it nothing: what `data-if` asks.
    pub(super) fn has(&self, place: &str) -> bool {
        if let Some(place) = place.strip_prefix('!') {
            return !self.has(place);
        }
        match place {
            "hidden" => self.has_hidden,
            "artwork" => self.artwork.is_some(),
            field => !self.get(field).is_empty(),
        }
    }

    /// Gives a field its value; a name that is not in [`FIELDS`] is never asked for.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.insert(name, value.into());
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }
}

/// The official artwork of a licensee's mark: placed as a whole, never redrawn or recoloured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artwork {
    kind: &'static str,
    bytes: Vec<u8>,
}

/// A file that is no artwork.
#[derive(Debug, Error)]
pub enum ArtworkError {
    /// Neither SVG nor PNG.
    #[error("artwork is an SVG or a PNG file")]
    Kind,
    /// Larger than we take.
    #[error("the artwork has {0} bytes; {MOST_BYTES} are the most")]
    TooLarge(usize),
    /// A picture of too many dots.
    #[error("the picture cannot be read, or has more than 25 million dots")]
    Picture,
    /// An SVG file that no press should be given.
    #[error(transparent)]
    Faults(#[from] Faults),
}

impl Artwork {
    /// Reads an SVG or PNG file.
    ///
    /// # Errors
    /// If it is neither, too large, or an SVG file with scripts or references to other files.
    pub fn read(bytes: Vec<u8>) -> Result<Self, ArtworkError> {
        if bytes.len() > MOST_BYTES {
            return Err(ArtworkError::TooLarge(bytes.len()));
        }
        if bytes.starts_with(b"\x89PNG") {
            if !forbidden::is_picture_of_sane_size(&bytes) {
                return Err(ArtworkError::Picture);
            }
            let kind = "image/png";
            return Ok(Self { kind, bytes });
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| ArtworkError::Kind)?;
        if !text.contains("<svg") {
            return Err(ArtworkError::Kind);
        }
        forbidden::artwork(text)?;
        let kind = "image/svg+xml";
        Ok(Self { kind, bytes })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As an address that carries its data.
    pub(super) fn data_url(&self) -> String {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        format!("data:{};base64,{}", self.kind, STANDARD.encode(&self.bytes))
    }
}
