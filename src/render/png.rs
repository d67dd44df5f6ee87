//! Labels as PNG files of one bit a dot.

use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};
use thiserror::Error;

use super::bitmap::Bitmap;
use super::design::{Design, Line};
use super::dots::DotFont;
use super::label::Label;
use super::symbol::QUIET_ZONE;
use super::{RenderError, readback};

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

    /// The label in dots, held against its symbol.
    ///
    /// # Errors
    ///
    /// When a module, or its quiet zone, came out otherwise.
    pub fn raster(&self, label: &Label) -> Result<Bitmap, RenderError> {
        let mut bitmap = self.art().map_or_else(|| self.white(), Bitmap::clone);
        self.draw(&mut bitmap, label);
        self.checked(bitmap, label)
    }

    /// What differs from label to label, in dots, on white; held against its symbol.
    pub(super) fn ink(&self, label: &Label) -> Result<Bitmap, RenderError> {
        let mut bitmap = self.white();
        self.draw(&mut bitmap, label);
        self.checked(bitmap, label)
    }

    fn checked(&self, bitmap: Bitmap, label: &Label) -> Result<Bitmap, RenderError> {
        let (x, y) = self.design.symbol;
        let module = self.design.module;
        let corner = (x - QUIET_ZONE * module, y - QUIET_ZONE * module);
        match readback::check_picture(&bitmap, label.symbol(), corner, module) {
            Ok(()) => Ok(bitmap),
            Err(fault) => Err(RenderError::Readback {
                serial: label.serial().to_owned(),
                fault,
            }),
        }
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
    /// When the picture does not show the symbol, or the encoder refuses; neither has a reason to.
    pub fn render(&self, label: &Label) -> Result<Vec<u8>, RenderError> {
        let bitmap = self.raster(label)?;
        Ok(self.encode(&bitmap)?)
    }

    fn encode(&self, bitmap: &Bitmap) -> Result<Vec<u8>, PngError> {
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

#[cfg(test)]
mod tests {
    use super::super::dpi::Dpi;
    use super::super::tests::{plain, sample};
    use super::*;

    #[test]
    fn a_picture_that_is_not_the_symbol_does_not_leave() {
        let (label, renderer) = (sample(), PngRenderer::new(&plain(Dpi::D300)));
        let mut picture = renderer.raster(&label).unwrap();
        assert!(renderer.checked(picture.clone(), &label).is_ok());
        // A speck in the quiet zone.
        picture.stamp(6, 6, &[1 << 63]);
        let error = renderer.checked(picture, &label).unwrap_err();
        let told = "the symbol of label 4BD9-QV4N-Q0NZ-57DB does not read back: ";
        assert!(error.to_string().starts_with(told), "{error}");
    }
}
