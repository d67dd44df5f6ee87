//! The licensee's artwork by itself, as pages show it.

use std::collections::BTreeSet;

use color_quant::NeuQuant;
use png::{BitDepth, ColorType, Compression, Encoder, Filter};

use super::fields::{Artwork, ArtworkError};
use super::tree::{self, Fonts};
use crate::render::art::picture;

/// Colours of a portrait: flat drawings need a few, and their edges some between.
const COLOURS: usize = 256;
/// How thoroughly colours are chosen: from 1, by every dot, to 30.
const EVERY_DOT: i32 = 1;

impl Artwork {
    /// The whole of it on white, in at most 256 colours, as a PNG file that is at most `side` dots wide and high.
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
        let dots: Vec<[u8; 3]> = dots
            .map(|dot| [dot.red(), dot.green(), dot.blue()])
            .collect();
        let (palette, places) = of_few_colours(&dots);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, width, height);
        encoder.set_color(ColorType::Indexed);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_palette(palette);
        encoder.set_compression(Compression::High);
        encoder.set_filter(Filter::NoFilter); // places in a palette are no neighbours of one another
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&places)?;
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

/// Dots in at most 256 colours: the palette, three bytes each, and each dot's place in it. Exact if there are no more.
fn of_few_colours(dots: &[[u8; 3]]) -> (Vec<u8>, Vec<u8>) {
    let all: BTreeSet<[u8; 3]> = dots.iter().copied().collect();
    if all.len() <= COLOURS {
        let all: Vec<[u8; 3]> = all.into_iter().collect();
        let place = |dot| all.binary_search(dot).unwrap_or_default();
        let places = dots.iter().map(|dot| place(dot).to_le_bytes()[0]);
        let places = places.collect();
        return (all.into_flattened(), places);
    }
    let with_alpha = |[red, green, blue]: &[u8; 3]| [*red, *green, *blue, u8::MAX];
    let dots: Vec<[u8; 4]> = dots.iter().map(with_alpha).collect();
    let quantised = NeuQuant::new(EVERY_DOT, COLOURS, dots.as_flattened());
    let places = dots
        .iter()
        .map(|dot| quantised.index_of(dot).to_le_bytes()[0]);
    let places = places.collect();
    (quantised.color_map_rgb(), places)
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

    #[test]
    fn many_colours_become_few_that_are_near() {
        let fonts = Fonts::new(Database::new());
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\"><defs><linearGradient id=\"g\">\
            <stop offset=\"0\" stop-color=\"#17594a\"/><stop offset=\"1\" stop-color=\"#e6bf5e\"/></linearGradient></defs>\
            <circle fill=\"url(#g)\" cx=\"50\" cy=\"50\" r=\"48\"/></svg>";
        let png = Artwork::read(svg.into()).unwrap().portrait(&fonts, 320);
        let picture = image::load_from_memory(&png.unwrap()).unwrap().to_rgb8();
        let colours: BTreeSet<[u8; 3]> = picture.pixels().map(|dot| dot.0).collect();
        assert!(colours.len() <= COLOURS);
        for (dot, is) in [((160, 160), [0x7f, 0x8c, 0x54]), ((0, 0), [255; 3])] {
            let near = |(a, b): (u8, u8)| a.abs_diff(b) <= 6;
            let dot = picture.get_pixel(dot.0, dot.1).0;
            assert!(dot.into_iter().zip(is).all(near), "{dot:?} {is:?}");
        }
    }
}
