//! The licensee's artwork by itself, as pages show it.

use png::{BitDepth, ColorType, Encoder};

use super::fields::{Artwork, ArtworkError};
use super::tree::{self, Fonts};
use crate::render::art::picture;

impl Artwork {
    /// The whole of it on white, in colour, as a PNG file that is at most `side` dots wide and high.
    ///
    /// # Errors
    /// If it has no size, or texts in fonts that are not there.
    pub fn portrait(&self, fonts: &Fonts, side: u32) -> Result<Vec<u8>, ArtworkError> {
        let tree = tree::read(&self.as_drawing()?, fonts)?;
        let size = tree.size();
        let scale = f64::from(side) / f64::from(size.width().max(size.height()));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and `side`"
        )]
        let dots = |length: f32| (f64::from(length) * scale).round().max(1.0) as u32;
        let (width, height) = (dots(size.width()), dots(size.height()));
        let drawn = picture(&tree, (width, height), 0.0).map_err(|_| ArtworkError::Picture)?;
        let dots = drawn.pixels().iter();
        let colours: Vec<u8> = dots
            .flat_map(|dot| [dot.red(), dot.green(), dot.blue()])
            .collect();
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&colours)?;
            writer.finish()
        });
        written.map_err(|_| ArtworkError::Picture)?;
        Ok(file)
    }

    /// As a drawing: itself, or one that holds nothing but the picture.
    fn as_drawing(&self) -> Result<String, ArtworkError> {
        if let Ok(text) = std::str::from_utf8(self.bytes()) {
            return Ok(text.to_owned());
        }
        let reader = image::ImageReader::new(std::io::Cursor::new(self.bytes()));
        let reader = reader
            .with_guessed_format()
            .map_err(|_| ArtworkError::Picture)?;
        let (width, height) = reader
            .into_dimensions()
            .map_err(|_| ArtworkError::Picture)?;
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\
             <image width=\"{width}\" height=\"{height}\" href=\"{}\"/></svg>",
            self.data_url()
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use usvg::fontdb::Database;

    fn size_and_first_dot(png: &[u8]) -> (u32, u32, [u8; 3]) {
        let picture = image::load_from_memory(png).unwrap().to_rgb8();
        (picture.width(), picture.height(), picture.get_pixel(0, 0).0)
    }

    #[test]
    fn drawings_and_pictures_become_pictures_of_their_shape() {
        let fonts = Fonts::new(Database::new());
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 20 10\"><path fill=\"#f00\" d=\"M0 0h20v10H0z\"/></svg>";
        let drawn = Artwork::read(svg.into()).unwrap();
        let png = drawn.portrait(&fonts, 300).unwrap();
        assert_eq!(size_and_first_dot(&png), (300, 150, [255, 0, 0]));
        // A picture in a drawing's place, made smaller.
        let again = Artwork::read(png).unwrap().portrait(&fonts, 30).unwrap();
        assert_eq!(size_and_first_dot(&again), (30, 15, [255, 0, 0]));
    }
}
