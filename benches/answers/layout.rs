//! Which mark is in which state, and which mark the Nth question is about. Everything follows from numbers: another run
//! asks the same.

use clap::Args;
use yuanmark::domain::mark::MarkIndex;

/// Of each batch the last twentieth is withdrawn.
const IN_USE: (u32, u32) = (19, 20);
/// Of so many marks one was scanned: the one at this place among them.
const SCANNED_PLACE: u32 = 3;
/// A prime larger than any number of marks, so that multiples of it visit all of them, each once and far from the last.
const STRIDE: u64 = 2_654_435_761;
const SEED: u64 = 0x0079_7561_6e6d_6172;

/// The marks of an installation.
#[derive(Args, Clone, Copy)]
pub struct Layout {
    /// Batches, all alike
    #[arg(long)]
    pub batches: u32,
    /// Marks of each; a multiple of 20 × --every
    #[arg(long)]
    pub marks: u32,
    /// Of so many marks one is scanned already
    #[arg(long)]
    pub every: u32,
}

/// A mark: the place of its batch among all, from 0, and its index.
pub type Mark = (u32, u32);

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A mark in use that nobody has asked about.
    First(Mark),
    /// One that was asked about.
    Again(Mark),
    /// A code with a good payload and a signature that is not ours.
    Forged(Mark),
    /// A mark that is withdrawn.
    Withdrawn(Mark),
}

impl Layout {
    /// How many marks of a batch are in use; those after them are withdrawn.
    pub const fn in_use(self) -> u32 {
        self.marks / IN_USE.1 * IN_USE.0
    }

    /// Marks of a batch that were scanned, withdrawn ones among them.
    pub const fn scanned(self) -> u32 {
        self.marks / self.every
    }

    /// The index of the Nth scanned mark of a batch.
    pub const fn scanned_index(self, number: u32) -> u32 {
        number * self.every + SCANNED_PLACE
    }

    /// Marks in use, of all batches, that nobody has asked about at first: so many questions can be asked until their
    /// first scans are used up.
    pub fn fresh(self) -> u64 {
        let in_use = self.in_use();
        u64::from(self.batches) * u64::from(in_use - in_use / self.every)
    }

    /// The Nth question: 70 % first scans, each of another mark, 20 % repeats, 5 % forged, 5 % withdrawn.
    pub fn question(self, number: u64) -> Question {
        let random = mixed(number ^ SEED);
        let (batches, in_use) = (u64::from(self.batches), self.in_use());
        // The lower bits decide what, the upper ones which.
        let any = random >> 20;
        let batch = small(any % batches);
        let among = |count: u32| small(any / batches % u64::from(count));
        match random % 100 {
            0..70 => Question::First(self.fresh_mark(number)),
            70..90 => {
                let number = among(in_use / self.every);
                Question::Again((batch, self.scanned_index(number)))
            }
            90..95 => Question::Forged((batch, among(self.marks))),
            _ => Question::Withdrawn((batch, in_use + among(self.marks - in_use))),
        }
    }

    fn fresh_mark(self, number: u64) -> Mark {
        let place = number * STRIDE % self.fresh();
        let batches = u64::from(self.batches);
        let (batch, place) = (small(place % batches), small(place / batches));
        let (block, within) = (place / (self.every - 1), place % (self.every - 1));
        let within = within + u32::from(within >= SCANNED_PLACE);
        let index = block * self.every + within;
        assert!(MarkIndex::new(index).is_some() && index < self.in_use());
        (batch, index)
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap()
}

/// `SplitMix64`: as good as random, and the same everywhere.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}
