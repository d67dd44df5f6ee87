//! Where everything lies in a symbol of one version, worked out from the standard once a version.

use std::sync::OnceLock;

use super::field::{self, Weight};

/// The most blocks a symbol of level M has.
pub(super) const MOST_BLOCKS: usize = 49;

/// Check codewords of a block at level M, by version (table 9 of the standard).
const CHECKS: [u8; 40] = [
    10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, //
    26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
];
/// Blocks at level M, by version (table 9 of the standard).
const BLOCKS: [u8; 40] = [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, //
    17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
];

/// How a symbol of one version is read.
pub(super) struct Plan {
    /// 1 to 40.
    pub(super) version: usize,
    /// Modules along one side.
    pub(super) side: usize,
    /// The modules that are alike in all symbols of the version, and whether they are dark: finder, timing and alignment
    /// patterns, the one dark module, the version information.
    pub(super) fixed: Vec<(u32, bool)>,
    /// The modules of the two copies of the format information, highest bit first.
    pub(super) formats: [[u32; 15]; 2],
    /// The modules of the codewords in the order of their bits, and what is left over.
    pub(super) path: Vec<u32>,
    /// What each mask adds to each codeword; the last byte is for what is left over.
    pub(super) masks: [Vec<u8>; 8],
    /// Where each codeword belongs, in the order of the path.
    pub(super) seats: Vec<Seat>,
    /// By the number of codewords that follow in the block.
    pub(super) weights: Vec<Weight>,
    /// Codewords of the message.
    pub(super) message: usize,
}

/// Where a codeword belongs.
pub(super) struct Seat {
    /// Its block.
    pub(super) block: u8,
    /// How many codewords follow it there.
    pub(super) power: u8,
    /// Its place in the message; beyond its end for a check codeword.
    pub(super) message: u16,
}

impl Plan {
    /// The plan of a symbol of so many modules.
    pub(super) fn of(modules: usize) -> Option<&'static Self> {
        static PLANS: [OnceLock<Plan>; 40] = [const { OnceLock::new() }; 40];
        let side = modules.isqrt();
        let version = side.checked_sub(17).filter(|rest| rest % 4 == 0)? / 4;
        let place = PLANS.get(version.checked_sub(1)?)?;
        (side * side == modules).then(|| place.get_or_init(|| Self::new(version)))
    }

    fn new(version: usize) -> Self {
        let side = 17 + 4 * version;
        let mut grid = Grid::new(side);
        grid.finders();
        grid.alignments(version);
        grid.timing();
        grid.set(8, side - 8, true);
        if version >= 7 {
            grid.version(version);
        }
        let formats = grid.formats();
        let path = grid.path();
        let masks = std::array::from_fn(|mask| mask_bytes(mask, &path, side));
        let checks = usize::from(CHECKS[version - 1]);
        let blocks = usize::from(BLOCKS[version - 1]);
        let codewords = path.len() / 8;
        let seats = seats(codewords, blocks, checks);
        let longest = codewords.div_ceil(blocks);
        Self {
            version,
            side,
            fixed: grid.fixed(),
            formats,
            masks,
            seats,
            weights: (0..longest)
                .map(|power| field::weight(power, checks))
                .collect(),
            message: codewords - blocks * checks,
            path: path.into_iter().map(number).collect(),
        }
    }
}

/// Places and counts here are far below 2³².
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Whether it is one of the 32 words of the format information (annex C of the standard): five bits and their remainder by
/// x¹⁰ + x⁸ + x⁵ + x⁴ + x² + x + 1, all mixed with a fixed pattern.
pub(super) fn is_format(word: u16) -> bool {
    remainder(u32::from(word ^ 0x5412), 0x537, 10) == 0
}

/// The number of the mask; `None` if the level is not M, whose bits are 00.
pub(super) fn mask_of(word: u16) -> Option<usize> {
    let data = (word ^ 0x5412) >> 10;
    (data >> 3 == 0).then_some(usize::from(data & 7))
}

/// The remainder of a polynomial over two elements by a divisor of this degree.
fn remainder(mut word: u32, divisor: u32, degree: u32) -> u32 {
    for bit in (degree..32).rev() {
        if word >> bit & 1 == 1 {
            word ^= divisor << (bit - degree);
        }
    }
    word
}

/// A symbol on which the patterns are drawn: for each module its colour, if it is known beforehand.
struct Grid {
    side: usize,
    modules: Vec<Content>,
}

#[derive(Clone, Copy, PartialEq)]
enum Content {
    Data,
    Format,
    Fixed(bool),
}

impl Grid {
    fn new(side: usize) -> Self {
        let modules = vec![Content::Data; side * side];
        Self { side, modules }
    }

    fn set(&mut self, x: usize, y: usize, dark: bool) {
        self.modules[y * self.side + x] = Content::Fixed(dark);
    }

    /// Rings around a middle: dark but for those whose distance is named. Clipped at the edges.
    fn rings(&mut self, (x, y): (usize, usize), reach: usize, light: &[usize]) {
        for (row, column) in (0..=2 * reach).flat_map(|row| (0..=2 * reach).map(move |c| (row, c)))
        {
            let distance = row.abs_diff(reach).max(column.abs_diff(reach));
            let (at_x, at_y) = (
                (x + column).checked_sub(reach),
                (y + row).checked_sub(reach),
            );
            if let (Some(x), Some(y)) = (at_x, at_y)
                && x.max(y) < self.side
            {
                self.set(x, y, !light.contains(&distance));
            }
        }
    }

    /// In three corners, each with a light border.
    fn finders(&mut self) {
        for middle in [(3, 3), (self.side - 4, 3), (3, self.side - 4)] {
            self.rings(middle, 4, &[2, 4]);
        }
    }

    /// Where the lines of annex E cross, but for the corners of the finder patterns.
    fn alignments(&mut self, version: usize) {
        let lines = alignment_lines(version);
        let last = self.side - 7;
        for (x, y) in lines
            .iter()
            .flat_map(|x| lines.iter().map(move |y| (*x, *y)))
        {
            if ![(6, 6), (6, last), (last, 6)].contains(&(x, y)) {
                self.rings((x, y), 2, &[1]);
            }
        }
    }

    /// Dark and light in turn along row and column 6, between the finder patterns.
    fn timing(&mut self) {
        for place in 8..self.side - 8 {
            self.set(place, 6, place % 2 == 0);
            self.set(6, place, place % 2 == 0);
        }
    }

    /// Six bits and their remainder by x¹² + x¹¹ + x¹⁰ + x⁹ + x⁸ + x⁵ + x² + 1, twice (annex D).
    fn version(&mut self, version: usize) {
        let data = number(version) << 12;
        let word = data | remainder(data, 0x1F25, 12);
        for bit in 0..18 {
            let (short, long) = (self.side - 11 + bit % 3, bit / 3);
            self.set(short, long, word >> bit & 1 == 1);
            self.set(long, short, word >> bit & 1 == 1);
        }
    }

    /// Around the first finder pattern, and half at each of the others (figure 25).
    fn formats(&mut self) -> [[u32; 15]; 2] {
        let side = self.side;
        let mut take = |places: Vec<(usize, usize)>| {
            let mut all = places.into_iter();
            std::array::from_fn(|_| {
                let (x, y) = all.next().expect("a copy has fifteen modules");
                self.modules[y * side + x] = Content::Format;
                number(y * side + x)
            })
        };
        let along = [0, 1, 2, 3, 4, 5, 7, 8].map(|x| (x, 8)).into_iter();
        let up = [7, 5, 4, 3, 2, 1, 0].map(|y| (8, y));
        let below = (side - 7..side).rev().map(|y| (8, y));
        let right = (side - 8..side).map(|x| (x, 8));
        [along.chain(up).collect(), below.chain(right).collect()].map(&mut take)
    }

    /// The other modules, in pairs of columns from the right, up and down in turn; column 6 is no part of a pair (7.7.3).
    fn path(&self) -> Vec<usize> {
        let mut path = Vec::new();
        let mut right = self.side - 1;
        let mut is_upwards = true;
        loop {
            for step in 0..self.side {
                let y = if is_upwards {
                    self.side - 1 - step
                } else {
                    step
                };
                let pair = [y * self.side + right, y * self.side + right - 1];
                path.extend(
                    pair.iter()
                        .filter(|place| self.modules[**place] == Content::Data),
                );
            }
            is_upwards = !is_upwards;
            right = match right {
                1 => return path,
                8 => 5,
                _ => right - 2,
            };
        }
    }

    fn fixed(&self) -> Vec<(u32, bool)> {
        let all = (0..).zip(&self.modules);
        all.filter_map(|(place, content)| match content {
            Content::Fixed(dark) => Some((place, *dark)),
            _ => None,
        })
        .collect()
    }
}

/// The columns, and the rows, of the middles of alignment patterns (annex E): 6 and `side − 7`, and between them others at
/// even distances from the far end, rounded up to an even number.
fn alignment_lines(version: usize) -> Vec<usize> {
    if version == 1 {
        return Vec::new();
    }
    let between = version / 7 + 1;
    let last = 10 + 4 * version;
    let distance = match version {
        32 => 26, // the one that the rule would make 28
        _ => ((last - 6).div_ceil(between)).next_multiple_of(2),
    };
    let far = (0..between).rev().map(|step| last - step * distance);
    std::iter::once(6).chain(far).collect()
}

/// What a mask adds to the codewords along the path, eight bits a byte; the last byte holds the bits that are left over.
fn mask_bytes(mask: usize, path: &[usize], side: usize) -> Vec<u8> {
    let bit = |place: &usize| u8::from(inverts(mask, place / side, place % side));
    path.chunks(8)
        .map(|places| places.iter().fold(0, |byte, place| byte << 1 | bit(place)))
        .collect()
}

/// Whether a mask turns the module in row `i` and column `j` over (table 10 of the standard).
fn inverts(mask: usize, i: usize, j: usize) -> bool {
    0 == match mask {
        0 => (i + j) % 2,
        1 => i % 2,
        2 => j % 3,
        3 => (i + j) % 3,
        4 => (i / 2 + j / 3) % 2,
        5 => i * j % 2 + i * j % 3,
        6 => (i * j % 2 + i * j % 3) % 2,
        _ => ((i + j) % 2 + i * j % 3) % 2,
    }
}

/// Blocks are as long as possible alike, the longer ones last; the codewords of the message, and then the checks, are taken
/// from each block in turn (7.6).
fn seats(codewords: usize, blocks: usize, checks: usize) -> Vec<Seat> {
    let short = codewords / blocks - checks;
    let long_from = blocks - codewords % blocks;
    let length = |block: usize| short + usize::from(block >= long_from);
    let before = |block: usize| (0..block).map(length).sum::<usize>();
    let message = blocks * short + codewords % blocks;
    let mut seats = Vec::with_capacity(codewords);
    let mut add = |block: usize, power: usize, message: usize| {
        // 49 blocks of up to 75 codewords, 2334 codewords in the message.
        seats.push(Seat {
            block: u8::try_from(block).unwrap_or(u8::MAX),
            power: u8::try_from(power).unwrap_or(u8::MAX),
            message: u16::try_from(message).unwrap_or(u16::MAX),
        });
    };
    for place in 0..=short {
        for block in (0..blocks).filter(|block| place < length(*block)) {
            add(
                block,
                length(block) - place - 1 + checks,
                before(block) + place,
            );
        }
    }
    for place in 0..checks {
        (0..blocks).for_each(|block| add(block, checks - place - 1, message));
    }
    seats
}
