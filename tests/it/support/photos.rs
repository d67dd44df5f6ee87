//! Pictures of labels as people send them, and what else arrives in their place.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::imageops::replace;
use image::{DynamicImage, Frame, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};
use qrcode::{Color, QrCode};
use yuanmark::render::design::Design;
use yuanmark::render::dpi::Dpi;
use yuanmark::render::label::Label;
use yuanmark::render::png::PngRenderer;
use yuanmark::render::symbol::Symbol;

const SERIAL: &str = "4BD9-QV4N-Q0NZ-57DB";

/// A label with this symbol, drawn by our own program, before a grey wall of so many pixels.
pub fn label(symbol: Symbol, side: u32) -> GrayImage {
    let design = Design::plain(Dpi::D600, symbol.size()).unwrap();
    let label = Label::new(symbol, SERIAL).unwrap();
    let dots = PngRenderer::new(&design).raster(&label).unwrap();
    let drawn = GrayImage::from_fn(dots.width(), dots.height(), |x, y| {
        Luma([if dots.is_black(x, y) { 35 } else { 225 }])
    });
    let mut wall = GrayImage::from_pixel(side, side, Luma([150]));
    let middle = |length: u32| i64::from(side.saturating_sub(length) / 2);
    replace(
        &mut wall,
        &drawn,
        middle(dots.width()),
        middle(dots.height()),
    );
    wall
}

/// These pictures beside each other, as labels stand on a sheet.
pub fn side_by_side(pictures: &[GrayImage]) -> GrayImage {
    let width = pictures.iter().map(GrayImage::width).sum();
    let height = pictures.iter().map(GrayImage::height).max().unwrap();
    let mut sheet = GrayImage::from_pixel(width, height, Luma([150]));
    let mut left = 0;
    for picture in pictures {
        replace(&mut sheet, picture, left, 0);
        left += i64::from(picture.width());
    }
    sheet
}

/// A symbol that says this, of somebody else's: before the same wall, without a serial.
pub fn saying(text: &str) -> GrayImage {
    const MODULE: u32 = 10;
    let symbol = QrCode::new(text).unwrap();
    let modules = u32::try_from(symbol.width()).unwrap();
    let side = (modules + 8) * MODULE;
    let is_dark = |x: u32, y: u32| symbol[(x as usize, y as usize)] == Color::Dark;
    GrayImage::from_fn(720, 720, |x, y| {
        let at = |pixel: u32| (pixel + side / 2).checked_sub(360).filter(|at| *at < side);
        let module = |at: u32| (at / MODULE).checked_sub(4).filter(|m| *m < modules);
        Luma([match (at(x), at(y)) {
            (Some(x), Some(y)) => match (module(x), module(y)) {
                (Some(x), Some(y)) if is_dark(x, y) => 35,
                _ => 225,
            },
            _ => 150,
        }])
    })
}

pub fn written(picture: &GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::from(picture.clone()).into_rgb8();
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A moving picture that begins with this one.
pub fn moving(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let first = DynamicImage::from(picture.clone()).into_rgba8();
    let second = RgbaImage::from_pixel(first.width(), first.height(), Rgba([90, 90, 90, 255]));
    let mut encoder = GifEncoder::new(&mut bytes);
    let frames = [Frame::new(first), Frame::new(second)];
    encoder.encode_frames(frames).unwrap();
    drop(encoder);
    bytes
}

/// A PNG of some hundred kilobytes that unpacks to 50,000 × 50,000 pixels.
pub fn bomb() -> Vec<u8> {
    const SIDE: u32 = 50_000;
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, SIDE, SIDE);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().unwrap();
    let row = vec![0; SIDE.div_ceil(8) as usize];
    let mut rows = writer.stream_writer().unwrap();
    for _ in 0..SIDE {
        std::io::Write::write_all(&mut rows, &row).unwrap();
    }
    rows.finish().unwrap();
    drop(writer);
    bytes
}

/// A film of ten times this picture, as Chromium's fake camera takes it (YUV4MPEG2).
pub fn film(picture: &GrayImage) -> Vec<u8> {
    let (width, height) = picture.dimensions();
    let mut film = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    let colours = vec![128; (width * height / 2) as usize];
    for _ in 0..10 {
        film.extend_from_slice(b"FRAME\n");
        film.extend_from_slice(picture.as_raw());
        film.extend_from_slice(&colours);
    }
    film
}
