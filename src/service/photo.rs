//! The QR symbols of a photo that somebody sent, for browsers that cannot read it themselves. Nothing of it is kept.

use std::io::Cursor;

use super::aside::aside;
use image::imageops::thumbnail;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Bytes of a photo.
pub const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Pixels of a photo, known before any of them is unpacked.
pub const MOST_PIXELS: u64 = 40_000_000;
/// Bytes that unpacking may take: four for each pixel.
const MOST_MEMORY: u64 = 4 * MOST_PIXELS;
/// Pixels of the longer side, at which a symbol is looked for, one after the other: what is small in the picture needs the
/// large one, what is noisy the small one.
const SIDES: [u32; 3] = [1600, 3200, 800];
/// The formats of phones and chat programs. Of what moves, the first picture.
const FORMATS: [ImageFormat; 4] = [
    ImageFormat::Jpeg,
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Gif,
];

/// Why a photo was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoError {
    /// No picture, none of the formats we read, or a broken one.
    #[error("this is no picture that can be read")]
    Unreadable,
    /// More pixels, or more memory to unpack them, than allowed.
    #[error("the picture is too large")]
    TooLarge,
}

/// The texts of all symbols found; none if there is none that can be read. Takes up to some seconds and [`MOST_MEMORY`]
/// bytes, on a thread of its own.
///
/// # Errors
/// [`PhotoError`].
pub async fn read(photo: impl AsRef<[u8]> + Send + 'static) -> Result<Vec<String>, PhotoError> {
    aside(move || symbols(photo.as_ref())).await
}

fn symbols(photo: &[u8]) -> Result<Vec<String>, PhotoError> {
    let grey = unpack(photo)?.into_luma8();
    let longer = grey.width().max(grey.height());
    for side in SIDES {
        let found = match longer > side {
            true => found_in(&smaller(&grey, side)),
            // Not enlarged, and as it is looked at once.
            false if side == SIDES[0] || longer > SIDES[0] => found_in(&grey),
            false => Vec::new(),
        };
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

fn unpack(photo: &[u8]) -> Result<DynamicImage, PhotoError> {
    let mut reader = ImageReader::new(Cursor::new(photo))
        .with_guessed_format()
        .map_err(|_| PhotoError::Unreadable)?;
    if !reader
        .format()
        .is_some_and(|format| FORMATS.contains(&format))
    {
        return Err(PhotoError::Unreadable);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| of(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(PhotoError::TooLarge);
    }
    DynamicImage::from_decoder(decoder).map_err(|error| of(&error))
}

fn of(error: &image::ImageError) -> PhotoError {
    match error {
        image::ImageError::Limits(_) => PhotoError::TooLarge,
        _ => PhotoError::Unreadable,
    }
}

fn smaller(picture: &GrayImage, side: u32) -> GrayImage {
    let longer = u64::from(picture.width().max(picture.height()));
    let scaled = |pixels: u32| {
        let scaled = u64::from(pixels) * u64::from(side) / longer;
        u32::try_from(scaled).unwrap_or(side).max(1)
    };
    thumbnail(picture, scaled(picture.width()), scaled(picture.height()))
}

fn found_in(picture: &GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = picture.as_raw();
    let mut prepared =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    let grids = prepared.detect_grids();
    let texts = grids.iter().filter_map(|grid| grid.decode().ok());
    texts.map(|(_, text)| text).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::codecs::gif::GifEncoder;
    use image::{Frame, Luma, Rgba, RgbaImage};
    use qrcode::{Color, QrCode};

    use super::*;

    /// A symbol of so many pixels a module, in the middle of a grey picture.
    fn picture(text: &str, module: u32) -> GrayImage {
        let code = QrCode::new(text).unwrap();
        let side = u32::try_from(code.width()).unwrap();
        let quiet = 10;
        GrayImage::from_fn(
            (side + 2 * quiet) * module,
            (side + 2 * quiet) * module,
            |x, y| {
                let at = |pixel: u32| (pixel / module).checked_sub(quiet).filter(|at| *at < side);
                let is_dark = match (at(x), at(y)) {
                    (Some(x), Some(y)) => code[(x as usize, y as usize)] == Color::Dark,
                    _ => false,
                };
                Luma([if is_dark { 40 } else { 220 }])
            },
        )
    }

    fn written(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(picture.clone())
            .into_rgb8()
            .write_to(&mut bytes, format)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_symbol_is_found_in_every_format_and_size() {
        for (format, module) in [
            (ImageFormat::Png, 4),
            (ImageFormat::Jpeg, 6),
            (ImageFormat::WebP, 5),
            (ImageFormat::Gif, 3),
            (ImageFormat::Png, 60), // larger than any side that is looked at
        ] {
            let photo = written(&picture("https://v.example.cn/t/abc", module), format);
            let found = symbols(&photo).unwrap();
            assert_eq!(found, ["https://v.example.cn/t/abc"], "{format:?} {module}");
        }
    }

    #[test]
    fn of_what_moves_the_first_picture_counts() {
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new(&mut bytes);
        let first = DynamicImage::from(picture("first", 4)).into_rgba8();
        let second = RgbaImage::from_pixel(first.width(), first.height(), Rgba([9, 9, 9, 255]));
        encoder
            .encode_frames([Frame::new(first), Frame::new(second)])
            .unwrap();
        drop(encoder);
        assert_eq!(symbols(&bytes).unwrap(), ["first"]);
    }

    #[test]
    fn without_a_symbol_nothing_is_found() {
        let photo = written(
            &GrayImage::from_pixel(300, 200, Luma([90])),
            ImageFormat::Png,
        );
        assert_eq!(symbols(&photo), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let mut broken = written(&picture("x", 4), ImageFormat::Png);
        broken.truncate(60);
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
        for photo in [&b""[..], b"not a picture", svg, b"BM6\0\0\0", &broken] {
            assert_eq!(symbols(photo), Err(PhotoError::Unreadable));
        }
    }

    /// A PNG of a few hundred bytes that says it has so many pixels.
    fn bomb(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().unwrap();
        writer
            .write_chunk(png::chunk::IDAT, &[0x78, 0x9c, 3, 0, 0, 0, 0, 1])
            .unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        for (width, height) in [
            (50_000, 50_000),
            (40_000_001, 1),
            (u32::MAX >> 1, u32::MAX >> 1),
        ] {
            assert_eq!(
                symbols(&bomb(width, height)),
                Err(PhotoError::TooLarge),
                "{width}"
            );
        }
    }
}
