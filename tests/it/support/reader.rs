//! Readers of labels that we did not write: `zbarimg` for pictures, `rsvg-convert` for drawings.

use std::path::Path;
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
