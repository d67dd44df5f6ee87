//! What is the same on every label: the designer's drawing, made ready once for each way of drawing.

use resvg::tiny_skia::{Pixmap, Transform};
use thiserror::Error;
use usvg::{Tree, WriteOptions};

use super::bitmap::Bitmap;
use super::pdf_objects::PdfObjects;

/// A drawing in all forms that labels need.
#[derive(Debug)]
pub struct Art {
    /// In dots of the press: the cut label, without bleed.
    pub(super) dots: Bitmap,
    /// The inside of an SVG element, all text as outlines; with bleed.
    pub(super) svg: String,
    /// The `viewBox` of that element.
    pub(super) svg_box: String,
    /// Objects of a PDF file; with bleed.
    pub(super) pdf: PdfObjects,
}

/// The drawing cannot be made ready.
#[derive(Debug, Error)]
pub enum ArtError {
    /// It has no area at this resolution.
    #[error("the drawing has no size")]
    Empty,
    /// It could not be put into a PDF file.
    #[error("the drawing cannot be put into a PDF file: {0}")]
    Pdf(String),
}

/// Grey levels below this become black dots: the middle between black and white as the eye sees them.
const BLACK_BELOW: u32 = 128;

impl Art {
    /// Makes a drawing ready: `width` by `height` dots within `bleed` dots all around; its PDF objects are numbered from
    /// `first` on.
    ///
    /// # Errors
    /// When it has no area, or holds what PDF cannot.
    pub(super) fn new(
        tree: &Tree,
        (width, height): (u32, u32),
        bleed: f32,
        first: usize,
    ) -> Result<Self, ArtError> {
        let svg = tree.to_string(&WriteOptions {
            preserve_text: false,
            ..WriteOptions::default()
        });
        Ok(Self {
            dots: dots(&picture(tree, (width, height), bleed)?),
            svg: inside(&svg).to_owned(),
            svg_box: format!("0 0 {} {}", tree.size().width(), tree.size().height()),
            pdf: PdfObjects::new(tree, first)?,
        })
    }
}

/// The cut label in colour, on white: `width` by `height` dots of a drawing that has `bleed` dots more all around.
#[expect(
    clippy::cast_precision_loss,
    reason = "a label is some thousand dots wide"
)]
pub(super) fn picture(
    tree: &Tree,
    (width, height): (u32, u32),
    bleed: f32,
) -> Result<Pixmap, ArtError> {
    let mut picture = Pixmap::new(width, height).ok_or(ArtError::Empty)?;
    picture.fill(resvg::tiny_skia::Color::WHITE);
    let size = tree.size();
    let scale = |dots: u32, side: f32| (dots as f32 + 2.0 * bleed) / side;
    let to_dots = Transform::from_row(
        scale(width, size.width()),
        0.0,
        0.0,
        scale(height, size.height()),
        -bleed,
        -bleed,
    );
    resvg::render(tree, to_dots, &mut picture.as_mut());
    Ok(picture)
}

/// How light a dot is, from 0 to 255 (the luma of ITU-R BT.709).
pub(super) fn lightness(picture: &Pixmap, x: u32, y: u32) -> u32 {
    picture.pixel(x, y).map_or(255, |dot| {
        (2126 * u32::from(dot.red()) + 7152 * u32::from(dot.green()) + 722 * u32::from(dot.blue()))
            / 10_000
    })
}

fn dots(picture: &Pixmap) -> Bitmap {
    let mut dots = Bitmap::white(picture.width(), picture.height());
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            if lightness(picture, x, y) < BLACK_BELOW {
                dots.ink(x, y);
            }
        }
    }
    dots
}

/// What stands between the outermost tags.
fn inside(svg: &str) -> &str {
    let begin = svg.find('>').map_or(0, |tag| tag + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg.get(begin..end).unwrap_or_default().trim()
}
