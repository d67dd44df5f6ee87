//! The dark modules of a symbol as outlines.
//!
//! Neighbouring modules become one shape, so that no viewer can leave a hair of
//! white between them, and the path stays short.

use super::symbol::{QUIET_ZONE, Symbol};

/// Right, down, left, up.
const STEPS: [(i32, i32); 4] = [(1, 0), (0, 1), (-1, 0), (0, -1)];

/// Appends SVG path data that outlines the dark modules, in modules from the top
/// left of the quiet zone. To be filled; either fill rule gives the same.
pub(super) fn push_outlines(out: &mut String, symbol: &Symbol) {
    let grid = Grid::new(symbol);
    let mut seen = vec![false; grid.cells.len()];
    let mut from = (0, 0);
    for y in 0..grid.size {
        for x in 0..grid.size {
            // Every outline runs to the right somewhere along the top of a dark
            // module, and the first such place in reading order is a corner.
            if grid.dark(x, y) && !grid.dark(x, y - 1) && !seen[grid.place(x, y)] {
                push_move(out, from, (x, y));
                from = (x, y);
                trace(out, &grid, &mut seen, from);
            }
        }
    }
}

/// Walks one outline from its corner `start` to the right, dark on the right
/// hand, and appends it.
fn trace(out: &mut String, grid: &Grid, seen: &mut [bool], start: (i32, i32)) {
    let (mut x, mut y) = start;
    let mut heading = 0;
    let mut run = 0;
    loop {
        if heading == 0 {
            seen[grid.place(x, y)] = true;
        }
        let (dx, dy) = STEPS[heading];
        (x, y) = (x + dx, y + dy);
        run += 1;
        if (x, y) == start && heading != 0 {
            // `z` draws the last side.
            out.push('z');
            return;
        }
        let [left, right] = grid.ahead(x, y, heading);
        let turned = match (left, right) {
            (_, false) => (heading + 1) % 4,
            (true, true) => (heading + 3) % 4,
            (false, true) => continue,
        };
        out.push(if heading % 2 == 0 { 'h' } else { 'v' });
        push_number(out, if heading < 2 { run } else { -run });
        (heading, run) = (turned, 0);
    }
}

/// The modules with a light border, so that a walker can look over the edge.
struct Grid {
    size: i32,
    cells: Vec<bool>,
}

impl Grid {
    fn new(symbol: &Symbol) -> Self {
        let side = symbol.size() as usize + 2;
        let mut cells = vec![false; side];
        for y in 0..symbol.size() {
            cells.push(false);
            cells.extend_from_slice(symbol.row(y));
            cells.push(false);
        }
        cells.resize(side * side, false);
        Self {
            size: symbol.size().cast_signed(),
            cells,
        }
    }

    /// Index of a module from -1 to `size`.
    #[expect(
        clippy::cast_sign_loss,
        reason = "the border makes the smallest index zero"
    )]
    fn place(&self, x: i32, y: i32) -> usize {
        ((y + 1) * (self.size + 2) + x + 1) as usize
    }

    fn dark(&self, x: i32, y: i32) -> bool {
        self.cells[self.place(x, y)]
    }

    /// The modules ahead on the left and right hand of someone who stands on the
    /// corner (`x`, `y`).
    fn ahead(&self, x: i32, y: i32, heading: usize) -> [bool; 2] {
        let [nw, ne, sw, se] =
            [(x - 1, y - 1), (x, y - 1), (x - 1, y), (x, y)].map(|(x, y)| self.dark(x, y));
        match heading {
            0 => [ne, se],
            1 => [se, sw],
            2 => [sw, nw],
            _ => [nw, ne],
        }
    }
}

/// The first outline starts at an absolute place, the others relative to the
/// start of the one before, which is shorter.
fn push_move(out: &mut String, from: (i32, i32), to: (i32, i32)) {
    let first = !out.ends_with('z');
    let border = if first { QUIET_ZONE.cast_signed() } else { 0 };
    out.push(if first { 'M' } else { 'm' });
    push_number(out, to.0 - from.0 + border);
    if to.1 - from.1 + border >= 0 {
        out.push(' ');
    }
    push_number(out, to.1 - from.1 + border);
}

/// Appends a number under 1000. `write!` takes several times as long, and a
/// symbol has a thousand of them.
fn push_number(out: &mut String, number: i32) {
    if number < 0 {
        out.push('-');
    }
    let value = number.unsigned_abs();
    for unit in [100, 10, 1] {
        if value >= unit || unit == 1 {
            out.push(char::from(b'0' + (value / unit % 10).to_le_bytes()[0]));
        }
    }
}
