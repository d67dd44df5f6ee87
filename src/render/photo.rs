//! Photos that strangers send, made anew: decoded within bounds, turned upright, made smaller, written as JPEG. Nothing of
//! the file is kept but the picture: no place, no time, no maker of the camera, nothing hidden behind its end.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

/// Bytes of a file that is taken: the largest that phones write by themselves.
pub const MOST_BYTES: usize = 12 << 20;
/// Pixels of a picture that is decoded: 8,192 × 6,144, the most that phones write by themselves. Two such pictures in
/// memory are 300 MB, which is why few are made at once.
pub const MOST_PIXELS: u64 = 52_000_000;
/// The longest side that is kept, in pixels: the text of a label is read at it.
pub const LONGEST_SIDE: u32 = 1600;
/// Bytes that are kept of one photo.
pub const MOST_KEPT: usize = 1 << 20;

/// A side that no camera has, and a decoder should not begin with.
const LONGEST_READ: u32 = 30_000;
/// Bytes that a decoder may take besides: 16-bit pictures with transparency are twice as large as photos.
const MOST_MEMORY: u64 = 416_000_000;
/// Tried in turn until the photo is small enough; the last always is.
const QUALITIES: [u8; 4] = [80, 60, 40, 15];

/// A photo made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The picture, at most [`MOST_KEPT`] bytes or nearly so.
    pub jpeg: Vec<u8>,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhotoError {
    /// More bytes than [`MOST_BYTES`].
    TooLarge,
    /// No picture of a kind that is read.
    OtherKind,
    /// More pixels than [`MOST_PIXELS`], or more memory than such pictures need.
    TooManyPixels,
    /// It begins like a picture, and cannot be read to its end.
    Broken,
}

/// Makes a photo anew. Of an animation the first picture counts.
///
/// # Errors
/// [`PhotoError`].
pub fn remade(file: &[u8]) -> Result<Photo, PhotoError> {
    if file.len() > MOST_BYTES {
        return Err(PhotoError::TooLarge);
    }
    let (picture, orientation) = read(file)?;
    let mut small = match picture.width().max(picture.height()) {
        ..=LONGEST_SIDE => picture,
        _ => picture.thumbnail(LONGEST_SIDE, LONGEST_SIDE),
    };
    small.apply_orientation(orientation);
    let flat = on_white(&small);
    let mut jpeg = Vec::new();
    for quality in QUALITIES {
        jpeg.clear();
        let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
        flat.write_with_encoder(encoder)
            .map_err(|_| PhotoError::Broken)?;
        if jpeg.len() <= MOST_KEPT {
            break;
        }
    }
    Ok(Photo {
        width: flat.width(),
        height: flat.height(),
        jpeg,
    })
}

fn read(file: &[u8]) -> Result<(DynamicImage, Orientation), PhotoError> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let mut reader = reader.map_err(|_| PhotoError::Broken)?;
    match reader.format() {
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif) => {}
        _ => return Err(PhotoError::OtherKind),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_READ);
    limits.max_image_height = Some(LONGEST_READ);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(why)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(PhotoError::TooManyPixels);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(why)?;
    if picture.width() == 0 || picture.height() == 0 {
        return Err(PhotoError::Broken);
    }
    Ok((picture, orientation))
}

#[allow(clippy::needless_pass_by_value)] // as `map_err` gives it
fn why(error: ImageError) -> PhotoError {
    match error {
        ImageError::Limits(_) => PhotoError::TooManyPixels,
        _ => PhotoError::Broken,
    }
}

/// JPEG knows no transparency: what is transparent lies on white.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let seen = picture.to_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let over = |part: u8| {
            let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Frame, Rgb, Rgba, RgbaImage};

    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let part = |n: u32| u8::try_from(n % 256).unwrap();
            Rgb([part(x), part(y), part(x * y)])
        });
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
        picture.write_with_encoder(encoder).unwrap();
        bytes
    }

    /// An EXIF segment with orientation 6 (turned right by 90°) and a GPS tag, put behind the first marker.
    fn with_exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff: Vec<u8> = b"MM\0*\0\0\0\x08".to_vec();
        tiff.extend([0, 2]); // two entries
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]); // orientation 6
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]); // GPS at 38
        tiff.extend([0, 0, 0, 0]);
        tiff.extend([0, 1]);
        tiff.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]); // latitude is north
        tiff.extend([0, 0, 0, 0]);
        tiff.extend(b"GPS-28.84N-112.35E");
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(tiff);
        let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], &[0xff, 0xe1], &length, &segment, &jpeg[2..]].concat()
    }

    fn has(bytes: &[u8], word: &[u8]) -> bool {
        bytes.windows(word.len()).any(|window| window == word)
    }

    #[test]
    fn a_photo_is_small_upright_and_says_nothing_of_where_it_was_taken() {
        let file = with_exif(&jpeg(400, 200));
        let file = [&file[..], b"hidden behind the end"].concat();
        assert!(has(&file, b"GPS-28.84N") && has(&file, b"Exif"));
        let photo = remade(&file).unwrap();
        assert_eq!((photo.width, photo.height), (200, 400), "turned upright");
        for word in [&b"GPS-28.84N"[..], b"Exif", b"hidden behind"] {
            assert!(!has(&photo.jpeg, word));
        }
        assert!(photo.jpeg.starts_with(&[0xff, 0xd8]));
        let large = remade(&jpeg(4000, 3000)).unwrap();
        assert_eq!((large.width, large.height), (1600, 1200));
        assert!(large.jpeg.len() <= MOST_KEPT);
    }

    #[test]
    fn what_is_transparent_lies_on_white_and_of_an_animation_the_first_picture_counts() {
        let mut gif = Vec::new();
        {
            let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
            for shade in [[200, 0, 0, 255], [0, 0, 200, 255]] {
                let frame = Frame::new(RgbaImage::from_pixel(20, 10, Rgba(shade)));
                encoder.encode_frame(frame).unwrap();
            }
        }
        let photo = remade(&gif).unwrap();
        let seen = image::load_from_memory(&photo.jpeg).unwrap().to_rgb8();
        let [red, _, blue] = seen.get_pixel(10, 5).0;
        assert!(red > 150 && blue < 60, "the red one: {red} {blue}");
        let mut png = Cursor::new(Vec::new());
        let clear = RgbaImage::from_pixel(20, 10, Rgba([0, 0, 0, 0]));
        clear.write_to(&mut png, ImageFormat::Png).unwrap();
        let photo = remade(&png.into_inner()).unwrap();
        let seen = image::load_from_memory(&photo.jpeg).unwrap().to_rgb8();
        assert!(seen.get_pixel(10, 5).0.iter().all(|part| *part > 245));
    }

    /// A PNG of one colour that is small as a file and enormous as a picture.
    fn bomb(side: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().unwrap();
        let line = vec![0; side.div_ceil(8) as usize];
        let mut stream = writer.stream_writer().unwrap();
        for _ in 0..side {
            std::io::Write::write_all(&mut stream, &line).unwrap();
        }
        stream.finish().unwrap();
        drop(writer);
        bytes
    }

    #[test]
    fn what_is_no_photo_is_refused_for_what_it_is() {
        let bomb = bomb(20_000);
        assert!(bomb.len() < 200_000, "{}", bomb.len());
        let whole = jpeg(400, 200);
        // A header that promises more than there is.
        let mut wide = jpeg(16, 16);
        let place = wide.windows(2).position(|at| at == [0xff, 0xc0]).unwrap();
        wide[place + 5..place + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
        for (file, error) in [
            (&b""[..], PhotoError::OtherKind),
            (
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                PhotoError::OtherKind,
            ),
            (b"%PDF-1.7", PhotoError::OtherKind),
            (&whole[..20], PhotoError::Broken),
            (&bomb, PhotoError::TooManyPixels),
            (&wide, PhotoError::TooManyPixels),
            (&vec![0; MOST_BYTES + 1], PhotoError::TooLarge),
        ] {
            assert_eq!(remade(file).unwrap_err(), error, "{} bytes", file.len());
        }
    }
}
