//! Labels as pictures and drawings: `zbarimg` reads from each what the table says.

use std::path::{Path, PathBuf};

use super::{qr_texts, rows};
use crate::support::program::Program;
use crate::support::reader::{rasterise, zbarimg};

/// Modules of a symbol of version 6, and with its quiet zone.
const SYMBOL: u32 = 41;
const LABEL: u32 = SYMBOL + 8;

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

/// The files of a folder by name.
fn files(program: &Program, folder: &str) -> Vec<PathBuf> {
    program.files(folder).into_keys().collect()
}

fn read(pictures: &[PathBuf]) -> Vec<String> {
    zbarimg(pictures.iter().map(PathBuf::as_path))
}

#[test]
fn png_labels_of_every_resolution_read_as_the_table_says() {
    let program = Program::with_batch(30);
    for dpi in [203, 300, 600] {
        program.done(&format!(
            "batch pack 1 --out pack --public-url https://v.example.cn --format csv,png --dpi {dpi} --replace"
        ));
        let pictures = files(&program, "pack/png");
        assert!(pictures[29].ends_with("00000029.png"));
        assert_eq!(read(&pictures), qr_texts(&program, "pack"), "{dpi} dpi");
    }
}

#[test]
fn svg_labels_read_as_the_table_says() {
    let program = Program::with_batch(12);
    program.done("batch pack 1 --out pack --public-url https://v.example.cn --format csv,svg");
    let mut pictures = Vec::new();
    for (drawing, row) in files(&program, "pack/svg")
        .iter()
        .zip(rows(&program, "pack"))
    {
        let text = std::fs::read_to_string(drawing).unwrap();
        assert!(
            text.contains(&format!("<title>{}</title>", row.serial)),
            "{text}"
        );
        let picture = program.path(&format!("{}.png", row.sequence));
        rasterise(drawing, &picture, 300);
        pictures.push(picture);
    }
    assert_eq!(read(&pictures), qr_texts(&program, "pack"));
}

#[test]
fn the_sheet_reads_as_the_table_says() {
    let program = Program::with_batch(24);
    for dpi in [203, 300, 600] {
        program.done(&format!(
            "batch pack 1 --out pack --public-url https://v.example.cn --format csv,sheet --dpi {dpi} --replace"
        ));
        let read = zbarimg([program.path("pack/sheet.png").as_path()]);
        assert_eq!(
            sorted(read),
            sorted(qr_texts(&program, "pack")),
            "{dpi} dpi"
        );
    }
}

#[test]
fn the_pictures_of_the_demonstration_read_as_its_table_says() {
    let program = Program::new();
    program.done("demo --no-serve");
    let drawn = &qr_texts(&program, "yuanmark-demo/pack")[..24];
    assert_eq!(read(&files(&program, "yuanmark-demo/pack/png")), drawn);
    let sheet = zbarimg([program.path("yuanmark-demo/pack/sheet.png").as_path()]);
    assert_eq!(sorted(sheet), sorted(drawn.to_vec()));
    assert_eq!(
        version(&program.path("yuanmark-demo/pack/png/00000000.png")),
        6
    );
}

#[test]
fn the_symbol_has_41_modules_with_a_prefix_of_up_to_35_characters() {
    let program = Program::with_batch(1);
    for host in ["a.cn", "v.example.cn", "a-host-of-24-letters.com"] {
        program.done(&format!(
            "batch pack 1 --out pack --public-url https://{host} --format csv,png --replace"
        ));
        let picture = program.path("pack/png/00000000.png");
        assert_eq!(version(&picture), 6, "{host}");
        assert_eq!(zbarimg([picture.as_path()]), qr_texts(&program, "pack"));
        assert_eq!(Png::read(&picture).width, LABEL * 4);
    }
    let text = qr_texts(&program, "pack").remove(0);
    assert_eq!(text.len() - 193, 35, "the longest prefix was tried");
}

/// The version of the symbol, as another reader sees it.
fn version(picture: &Path) -> usize {
    let image = image::open(picture).unwrap().to_luma8();
    let mut prepared = rqrr::PreparedImage::prepare(image);
    let grids = prepared.detect_grids();
    let (meta, _) = grids[0].decode().unwrap();
    meta.version.0
}

#[test]
fn png_labels_have_one_bit_a_dot_their_resolution_and_whole_dots_a_module() {
    let program = Program::with_batch(3);
    for (dpi, dots, dots_a_metre) in [(203, 3, 7992), (300, 4, 11811), (600, 8, 23622)] {
        program.done(&format!(
            "batch pack 1 --out pack --public-url https://v.example.cn --format png --dpi {dpi} --replace"
        ));
        for picture in files(&program, "pack/png") {
            let png = Png::read(&picture);
            assert_eq!((png.bits, png.color_type), (1, 0), "1-bit grey");
            assert_eq!(png.dots_a_metre, Some((dots_a_metre, dots_a_metre)));
            assert_eq!(png.width, LABEL * dots);
            modules_are_whole(&picture, dots);
        }
    }
}

/// Every module is a square of dots of one colour, and the quiet zone is white.
fn modules_are_whole(picture: &Path, dots: u32) {
    let image = image::open(picture).unwrap().to_luma8();
    let mut dark = 0;
    for (x, y) in (0..LABEL * LABEL).map(|place| (place % LABEL, place / LABEL)) {
        let first = image.get_pixel(x * dots, y * dots).0[0];
        let mut inside = (0..dots * dots).map(|dot| (x * dots + dot % dots, y * dots + dot / dots));
        assert!(
            inside.all(|(x, y)| image.get_pixel(x, y).0[0] == first),
            "module {x}, {y}"
        );
        let is_quiet = x.min(y) < 4 || x.max(y) >= 4 + SYMBOL;
        // The serial begins below the symbol's quiet zone, which is in this square.
        assert!(!is_quiet || first == 255, "module {x}, {y}");
        dark += u32::from(first == 0);
    }
    assert!(
        (SYMBOL * SYMBOL / 3..SYMBOL * SYMBOL * 2 / 3).contains(&dark),
        "{dark}"
    );
}

/// What the chunks of a PNG file say, read byte by byte (RFC 2083).
struct Png {
    width: u32,
    bits: u8,
    color_type: u8,
    dots_a_metre: Option<(u32, u32)>,
}

impl Png {
    fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
        let number = |place: usize| u32::from_be_bytes(bytes[place..place + 4].try_into().unwrap());
        assert_eq!(&bytes[12..16], b"IHDR");
        let mut png = Self {
            width: number(16),
            bits: bytes[24],
            color_type: bytes[25],
            dots_a_metre: None,
        };
        let mut place = 8;
        while place < bytes.len() {
            if &bytes[place + 4..place + 8] == b"pHYs" {
                assert_eq!(bytes[place + 16], 1, "the unit is the metre");
                png.dots_a_metre = Some((number(place + 8), number(place + 12)));
            }
            place += 12 + number(place) as usize;
        }
        png
    }
}
