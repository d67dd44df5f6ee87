//! Tips and their photos, as people send them.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use yuanmark::domain::tip::{FormName, NewTip, Ticket, TipKind, Told};
use yuanmark::render::photo;
use yuanmark::service::system;
use yuanmark::service::tips::{self, Sending};

use super::installation::{Installation, line};

/// What an EXIF segment of [`photo_with_place`] says.
pub const PLACE: &[u8] = b"GPS-28.84N-112.35E";

/// A photo as a camera writes it, without anything besides.
pub fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let part = |n: u32| u8::try_from(n % 256).unwrap();
        Rgb([part(x / 3), part(y / 2), part(x + y)])
    });
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 85);
    picture.write_with_encoder(encoder).unwrap();
    bytes
}

/// The same with a place in its EXIF segment, and turned by 90°.
pub fn photo_with_place(width: u32, height: u32) -> Vec<u8> {
    let mut tiff: Vec<u8> = b"MM\0*\0\0\0\x08".to_vec();
    tiff.extend([0, 2]);
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend([0, 1]);
    tiff.extend([0, 1, 0, 2, 0, 0, 0, 2, b'N', 0, 0, 0]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(PLACE);
    let segment = [b"Exif\0\0", &tiff[..]].concat();
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    let plain = photo(width, height);
    [&plain[..2], &[0xff, 0xe1], &length, &segment, &plain[2..]].concat()
}

pub fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// A filled-in form that was never sent.
pub fn sending(kind: TipKind, told: &str) -> Sending {
    Sending {
        form: FormName::new(system::random()),
        new: NewTip {
            kind,
            told: Told::new(told).unwrap(),
            prefecture: None,
            seller: Some(line("示例集市 3 号摊")),
            bought: None,
            serial: None,
        },
        contact: Some(line("13800000000")),
        photos: Vec::new(),
    }
}

/// One with a contact and a photo.
pub async fn with_photo(installation: &Installation) -> Ticket {
    let sending = Sending {
        photos: vec![photo::remade(&photo(40, 30)).unwrap()],
        ..sending(TipKind::Looks, "颜色不对")
    };
    let (store, keys) = (&installation.store, &installation.keys);
    let sent = tips::send(store, keys, sending, system::now()).await;
    sent.unwrap()
}
