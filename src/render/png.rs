//! Labels as PNG files of one bit a dot.

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};
use thiserror::Error;

use super::bitmap::Bitmap;
use super::design::{Design, Line};
use super::dots::DotFont;
use super::label::Label;

/// The PNG encoder gave up.
#[derive(Debug, Error)]
#[error("cannot write a label as PNG")]
pub struct PngError(#[from] png::EncodingError);

/// Draws labels of one design in dots; keeps the glyphs it has drawn.
#[derive(Debug, Clone)]
pub struct PngRenderer {
    design: Design,
    /// One for each line of the design.
    fonts: Vec<DotFont>,
}

impl PngRenderer {
    /// A renderer for a design. It draws all glyphs now, so keep it for many labels.
    #[must_use]
    pub fn new(design: &Design) -> Self {
        let font = |line: &Line| DotFont::new(line.cap_height);
        Self {
            fonts: design.lines.iter().map(font).collect(),
            design: design.clone(),
        }
    }

    /// What lies under every label.
    pub(super) fn art(&self) -> Option<&Bitmap> {
        self.design.art.as_ref().map(|art| &art.dots)
    }

    /// The label in dots.
    #[must_use]
    pub fn raster(&self, label: &Label) -> Bitmap {
        let mut bitmap = self.art().map_or_else(|| self.white(), Bitmap::clone);
        self.draw(&mut bitmap, label);
        bitmap
    }

    /// What differs from label to label, in dots, on white.
    pub(super) fn ink(&self, label: &Label) -> Bitmap {
        let mut bitmap = self.white();
        self.draw(&mut bitmap, label);
        bitmap
    }

    fn white(&self) -> Bitmap {
        Bitmap::white(self.design.width, self.design.height)
    }

    fn draw(&self, bitmap: &mut Bitmap, label: &Label) {
        let (left, top) = self.design.symbol;
        let dots = self.design.module;
        let mut pattern = Vec::with_capacity(bitmap.width().div_ceil(8) as usize);
        for y in 0..label.symbol().size() {
            pattern.clear();
            pack_row(&mut pattern, label.symbol().row(y), dots, left % 8);
            bitmap.ink_rows(left as usize / 8, top + y * dots, dots, &pattern);
        }
        for (line, font) in self.design.lines.iter().zip(&self.fonts) {
            font.write(bitmap, line.text.of(label), line.left, line.top);
        }
    }

    /// The label as a PNG: 1-bit grayscale, with the resolution in its pHYs
    /// chunk, so that programs place it at its true size.
    ///
    /// # Errors
    ///
    /// When the encoder refuses, which it has no reason to for a [`Label`].
    pub fn render(&self, label: &Label) -> Result<Vec<u8>, PngError> {
        let bitmap = self.raster(label);
        let mut file = Vec::with_capacity(4096);
        let mut encoder = Encoder::new(&mut file, bitmap.width(), bitmap.height());
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(BitDepth::One);
        encoder.set_compression(COMPRESSION);
        // Most rows equal the one above; Up turns those into zeros.
        encoder.set_filter(Filter::Up);
        let metre = self.design.dpi.dots_per_metre();
        encoder.set_pixel_dims(Some(PixelDimensions {
            xppu: metre,
            yppu: metre,
            unit: Unit::Meter,
        }));
        let mut writer = encoder.write_header()?;
        writer.write_image_data(bitmap.bytes())?;
        writer.finish()?;
        Ok(file)
    }
}

/// The fastest that compresses: with `Filter::Up` about 2 kB and 20 µs a label
/// at 300 dots per inch. `Balanced` saves two fifths of that size and takes
/// fifteen times as long.
const COMPRESSION: Compression = Compression::Fast;

/// One row of modules in dots, `dots` (at most 8) a module, after `shift` white ones. Packs whole modules at a time instead
/// of single dots.
fn pack_row(pattern: &mut Vec<u8>, modules: &[bool], dots: u32, shift: u32) {
    let light = (1u32 << dots) - 1;
    let (mut word, mut filled) = ((1 << shift) - 1, shift);
    for dark in modules {
        word = word << dots | if *dark { 0 } else { light };
        filled += dots;
        while filled >= 8 {
            filled -= 8;
            pattern.push((word >> filled).to_le_bytes()[0]);
        }
    }
    if filled > 0 {
        // The rest of the last byte is white.
        pattern.push(((word << 8 | 0xFF) >> filled).to_le_bytes()[0]);
    }
}
