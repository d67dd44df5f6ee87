//! The shapes of our lettering: the path a pen takes for each character.
//!
//! The forms follow technical lettering (ISO 3098, DIN 1451). The pen moves on a
//! grid 10 wide and 18 high, `y` pointing down; its round tip adds half a stroke
//! on every side. Each path is drawn once with every trait that tells it from
//! its neighbours: the slash of 0, the flag and foot of 1, the open 4, the
//! corner of 5, the straight back of 6 and 9, the square corners of B and D, the
//! bar of J, the tail of Q.

/// Width of the grid.
pub(super) const GRID_WIDTH: f64 = 10.0;
/// Height of the grid.
pub(super) const GRID_HEIGHT: f64 = 18.0;

/// A point of the grid.
pub(super) type Point = (f64, f64);

/// One movement of the pen, starting where the one before ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Move {
    /// Lift the pen and set it down.
    To(f64, f64),
    /// A straight line.
    Line(f64, f64),
    /// A quarter of an ellipse: the corner it rounds off, then its end.
    Round(f64, f64, f64, f64),
    /// A cubic Bézier curve: two control points, then its end.
    Curve(f64, f64, f64, f64, f64, f64),
}
use Move::{Curve as C, Line as L, Round as R, To as M};

/// The characters there are shapes for: the digits and letters of Crockford's
/// base 32 in their order (no I, L, O, U), then the hyphen.
pub(super) const ALPHABET: &[u8; 33] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ-";

/// The path of each character of [`ALPHABET`].
#[rustfmt::skip]
pub(super) const SHAPES: [&[Move]; 33] = [
    /* 0 */ &[M(0., 5.), R(0., 0., 5., 0.), R(10., 0., 10., 5.), L(10., 13.), R(10., 18., 5., 18.), R(0., 18., 0., 13.), L(0., 5.), M(2., 14.), L(8., 4.)],
    /* 1 */ &[M(1.2, 4.), L(5.4, 0.), L(5.4, 18.), M(1., 18.), L(9.8, 18.)],
    /* 2 */ &[M(0.2, 4.4), C(0.6, 1.6, 2.4, 0., 5., 0.), R(9.8, 0., 9.8, 4.9), C(9.8, 7.2, 8.6, 8.9, 7.2, 10.4), L(0., 18.), L(10., 18.)],
    /* 3 */ &[M(0.5, 3.4), C(1.1, 1.3, 2.7, 0., 5., 0.), R(9.1, 0., 9.1, 4.3), R(9.1, 8.4, 5.2, 8.4), L(3.6, 8.4), M(5.2, 8.4), R(10., 8.4, 10., 13.2), R(10., 18., 5., 18.), C(2.6, 18., 0.8, 16.8, 0.1, 14.6)],
    /* 4 */ &[M(5., 0.), L(0., 13.4), L(10., 13.4), M(7.4, 8.), L(7.4, 18.)],
    /* 5 */ &[M(9.2, 0.), L(1., 0.), L(0.6, 8.), C(1.8, 7.1, 3.2, 6.6, 4.9, 6.6), R(10., 6.6, 10., 12.3), R(10., 18., 4.9, 18.), C(2.5, 18., 0.7, 16.9, 0., 14.9)],
    /* 6 */ &[M(7.2, 0.), L(1.2, 9.2), C(0.4, 10.4, 0., 11.4, 0., 12.8), R(0., 18., 5., 18.), R(10., 18., 10., 12.8), R(10., 7.6, 5., 7.6), C(3.2, 7.6, 1.9, 8.2, 1.2, 9.2)],
    /* 7 */ &[M(0., 0.), L(10., 0.), L(3.4, 18.)],
    /* 8 */ &[M(5., 8.2), R(1.2, 8.2, 1.2, 4.1), R(1.2, 0., 5., 0.), R(8.8, 0., 8.8, 4.1), R(8.8, 8.2, 5., 8.2), R(10., 8.2, 10., 13.1), R(10., 18., 5., 18.), R(0., 18., 0., 13.1), R(0., 8.2, 5., 8.2)],
    /* 9 */ &[M(2.8, 18.), L(8.8, 8.8), C(9.6, 7.6, 10., 6.6, 10., 5.2), R(10., 0., 5., 0.), R(0., 0., 0., 5.2), R(0., 10.4, 5., 10.4), C(6.8, 10.4, 8.1, 9.8, 8.8, 8.8)],
    /* A */ &[M(0., 18.), L(5., 0.), L(10., 18.), M(1.5, 12.6), L(8.5, 12.6)],
    /* B */ &[M(0., 8.4), L(5.2, 8.4), R(10., 8.4, 10., 13.2), R(10., 18., 5.2, 18.), L(0., 18.), L(0., 0.), L(4.6, 0.), R(9.1, 0., 9.1, 4.2), R(9.1, 8.4, 4.6, 8.4)],
    /* C */ &[M(9.6, 3.4), C(8.9, 1.2, 7.3, 0., 5., 0.), R(0., 0., 0., 5.), L(0., 13.), R(0., 18., 5., 18.), C(7.3, 18., 8.9, 16.8, 9.6, 14.6)],
    /* D */ &[M(0., 0.), L(4., 0.), R(10., 0., 10., 6.5), L(10., 11.5), R(10., 18., 4., 18.), L(0., 18.), L(0., 0.)],
    /* E */ &[M(9.6, 0.), L(0., 0.), L(0., 18.), L(9.8, 18.), M(0., 8.6), L(8., 8.6)],
    /* F */ &[M(9.6, 0.), L(0., 0.), L(0., 18.), M(0., 8.8), L(8., 8.8)],
    /* G */ &[M(9.6, 3.4), C(8.9, 1.2, 7.3, 0., 5., 0.), R(0., 0., 0., 5.), L(0., 13.), R(0., 18., 5., 18.), R(10., 18., 10., 13.), L(10., 8.8), L(4.8, 8.8)],
    /* H */ &[M(0., 0.), L(0., 18.), M(10., 0.), L(10., 18.), M(0., 8.8), L(10., 8.8)],
    /* J */ &[M(3.6, 0.), L(9., 0.), L(9., 13.2), R(9., 18., 4.6, 18.), C(2.2, 18., 0.5, 16.7, 0., 14.2)],
    /* K */ &[M(0., 0.), L(0., 18.), M(9.6, 0.), L(0., 11.4), M(3.6, 7.1), L(10., 18.)],
    /* M */ &[M(0., 18.), L(0., 0.), L(5., 9.6), L(10., 0.), L(10., 18.)],
    /* N */ &[M(0., 18.), L(0., 0.), L(10., 18.), L(10., 0.)],
    /* P */ &[M(0., 18.), L(0., 0.), L(5., 0.), R(10., 0., 10., 5.), R(10., 10., 5., 10.), L(0., 10.)],
    /* Q */ &[M(0., 5.), R(0., 0., 5., 0.), R(10., 0., 10., 5.), L(10., 13.), R(10., 18., 5., 18.), R(0., 18., 0., 13.), L(0., 5.), M(6., 13.2), L(10., 18.)],
    /* R */ &[M(0., 18.), L(0., 0.), L(5., 0.), R(10., 0., 10., 4.8), R(10., 9.6, 5., 9.6), L(0., 9.6), M(5.2, 9.6), L(10., 18.)],
    /* S */ &[M(9.5, 3.4), C(8.8, 1.2, 7.2, 0., 5., 0.), R(0.2, 0., 0.2, 4.5), C(0.2, 7., 2.2, 7.9, 5., 8.7), C(8., 9.6, 10., 10.6, 10., 13.3), R(10., 18., 5., 18.), C(2.6, 18., 0.9, 16.8, 0.2, 14.8)],
    /* T */ &[M(0., 0.), L(10., 0.), M(5., 0.), L(5., 18.)],
    /* V */ &[M(0., 0.), L(5., 18.), L(10., 0.)],
    /* W */ &[M(0., 0.), L(0.7, 18.), L(5., 9.), L(9.3, 18.), L(10., 0.)],
    /* X */ &[M(0., 0.), L(10., 18.), M(10., 0.), L(0., 18.)],
    /* Y */ &[M(0., 0.), L(5., 9.), L(10., 0.), M(5., 9.), L(5., 18.)],
    /* Z */ &[M(0., 0.), L(10., 0.), L(0., 18.), L(10., 18.)],
    /* - */ &[M(1.8, 9.4), L(8.2, 9.4)],
];

/// Share of the way to the corner at which a cubic curve comes closest to a
/// quarter of an ellipse.
const ROUNDNESS: f64 = 0.5523;

/// The two control points of the cubic curve for [`Move::Round`].
pub(super) fn round_controls(start: Point, corner: Point, end: Point) -> (Point, Point) {
    let towards = |from: Point| {
        (
            from.0 + ROUNDNESS * (corner.0 - from.0),
            from.1 + ROUNDNESS * (corner.1 - from.1),
        )
    };
    (towards(start), towards(end))
}
