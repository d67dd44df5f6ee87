//! Readers of labels that we did not write: `zbarimg` for pictures, `rsvg-convert` for drawings.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The texts of all QR symbols on the pictures, in no certain order.
pub fn zbarimg<'a>(pictures: impl IntoIterator<Item = &'a Path>) -> Vec<String> {
    let output = Command::new("zbarimg")
        .args([
            "--quiet",
            "--raw",
            "--nodbus",
            "-Sdisable",
            "-Sqrcode.enable",
        ])
        .args(pictures)
        .output()
        .expect("zbarimg is installed: ./scripts/test sees to it");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "zbarimg: {stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Draws an SVG file as a picture of so many dots an inch.
pub fn rasterise(drawing: &Path, picture: &Path, dots_per_inch: u32) {
    let dots = dots_per_inch.to_string();
    let output = Command::new("rsvg-convert")
        .args(["--dpi-x", &dots, "--dpi-y", &dots, "--output"])
        .args([picture, drawing])
        .output()
        .expect("rsvg-convert is installed: ./scripts/test sees to it");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "rsvg-convert: {stderr}");
}

/// The pages of a PDF file, drawn beside it.
pub fn pages(file: &Path, dots_per_inch: u32) -> Vec<PathBuf> {
    let folder = file.with_extension("pages");
    _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-png", "-gray", "-r", &dots_per_inch.to_string()])
        .args([file, &folder.join("page")])
        .output()
        .unwrap();
    assert!(
        drawn.status.success() && drawn.stderr.is_empty(),
        "{drawn:?}"
    );
    let mut pages: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|page| page.unwrap().path())
        .collect();
    pages.sort();
    pages
}

/// The text of each page of a PDF file.
pub fn text_of(file: &Path) -> Vec<String> {
    let read = Command::new("pdftotext")
        .arg(file)
        .arg("-")
        .output()
        .unwrap();
    assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    let text = String::from_utf8(read.stdout).unwrap();
    text.split_terminator('\u{c}').map(str::to_owned).collect()
}
