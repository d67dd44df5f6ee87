//! Tests of the drawings as a whole: what a reader we did not write makes of
//! them, and what a press relies on.

#![allow(clippy::unwrap_used, reason = "a test may stop")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small pictures"
)]

mod files;
mod look;
mod readback;
mod shapes;
mod symbols;

use super::design::Design;
use super::dpi::Dpi;
use super::label::Label;
use super::symbol::Symbol;

const PREFIX: &str = "HTTPS://V.EXAMPLE.CN/T/";
const DIGITS: &str = "0285639859834364765290380642023522859283265485808401906158754308209843259014094622240940986783209747035800248603860202772948384629007470512828343197492320299139371770237635910792095396424931332";
const SERIAL: &str = "4BD9-QV4N-Q0NZ-57DB";

pub(super) fn sample() -> Label {
    Label::new(Symbol::encode(PREFIX, DIGITS).unwrap(), SERIAL).unwrap()
}

pub(super) fn plain(dpi: Dpi) -> Design {
    Design::plain(dpi, sample().symbol().size()).unwrap()
}

/// The texts of all symbols a reader finds in a picture.
fn read(width: u32, height: u32, is_black: impl Fn(u32, u32) -> bool) -> Vec<String> {
    let grey = |x: usize, y: usize| if is_black(x as u32, y as u32) { 0 } else { 255 };
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, grey);
    picture
        .detect_grids()
        .iter()
        .filter_map(|grid| grid.decode().ok())
        .map(|(_, text)| text)
        .collect()
}
