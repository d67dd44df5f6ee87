//! Worlds to try the detector in: honest packs, attacks and what only looks like one, with every rate a parameter.
//!
//! A world is not what the detector believes: its rates stand here on their own, and the worlds that are meant to be
//! wrong (three times the gifts, ten times the pictures, …) differ from every belief.

mod attacks;
mod honest;
pub(super) mod prng;

pub use attacks::{Attack, Proxies, Spread};

use self::prng::Prng;
use crate::domain::detection::{Channel, GEOGRAPHY, Hidden, Scan, Sighting, Spot, Standing};
use crate::domain::place::{PlaceClass, Prefecture};

/// Seconds from 2020-01-01 to the season's first day, 2026-03-01.
pub const SEASON_BEGINS_S: u32 = 2_251 * 86_400;

/// In the order in which shares of them are given.
const CLASSES: [PlaceClass; 4] = [
    PlaceClass::Gps,
    PlaceClass::Fixed,
    PlaceClass::Mobile,
    PlaceClass::Unknown,
];

/// The rates of a world.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// Its name in tables.
    pub name: &'static str,
    /// Days over which packs are sold.
    pub season_days: f64,
    /// Packs sold near the origin; the others go by post to anywhere.
    pub near: f64,
    /// How fast sales near the origin thin out, in kilometres.
    pub near_km: f64,
    /// Buyers who scan.
    pub scan_rate: f64,
    /// Probability of yet another phone after the first, and after more.
    pub another: [f64; 2],
    /// Shares and means in days of the gap to it.
    pub gaps: [(f64, f64); 3],
    /// Of gaps, those that follow a long-tailed law instead; its median in days and its spread (lognormal).
    pub tail: [f64; 3],
    /// Packs that are handed round, and the probability of yet another phone at those.
    pub handed_round: [f64; 2],
    /// Probability that the pack moved, at once and with time, and the days that takes.
    pub moved: [f64; 3],
    /// Of moves, those within the province.
    pub moved_near: f64,
    /// Probability that the same phone scans again.
    pub rescans: f64,
    /// By how much the scan rate differs from batch to batch (spread of a lognormal law).
    pub batches_differ: f64,
    /// The part of the season over which copies are sold.
    pub copies_sold: f64,
    /// Packs that dealers scan before the sale.
    pub dealers: f64,
    /// Of their scans, those that do not say that a dealer scans.
    pub dealers_unsaid: f64,
    /// Packs the picture of which is posted.
    pub viral: f64,
    /// Median number of phones that scan a posted picture.
    pub viral_phones: f64,
    /// Mean days after which they do.
    pub viral_days: f64,
    /// Shares of gps, fixed, mobile, unknown.
    pub classes: [f64; 4],
    /// Per class: right prefecture, right province; else anywhere.
    pub confusion: [[f64; 2]; 4],
    /// Phones that keep no cookie.
    pub no_phone: f64,
}

impl World {
    /// The world of `docs/DETECTION.md`.
    pub fn reference() -> Self {
        Self {
            name: "reference",
            season_days: 180.0,
            near: 0.55,
            near_km: 120.0,
            scan_rate: 0.05,
            another: [0.20, 0.33],
            gaps: [(0.50, 12.0 / 1440.0), (0.28, 0.375), (0.22, 8.0)],
            tail: [0.0, 1.0, 1.0],
            handed_round: [0.0, 0.0],
            batches_differ: 0.0,
            copies_sold: 0.75,
            moved: [0.02, 0.10, 1.5],
            moved_near: 0.2,
            rescans: 0.25,
            dealers: 0.03,
            dealers_unsaid: 0.5,
            viral: 0.0005,
            viral_phones: 40.0,
            viral_days: 1.2,
            classes: [0.20, 0.30, 0.45, 0.05],
            confusion: [[0.995, 0.004], [0.86, 0.10], [0.47, 0.33], [0.47, 0.33]],
            no_phone: 0.0,
        }
    }

    /// Worlds that are not as believed, each in one way.
    pub fn wrong_ones() -> Vec<Self> {
        let usual = Self::reference();
        vec![
            Self {
                name: "gifts tripled",
                moved: [0.06, 0.30, 1.5],
                ..usual.clone()
            },
            Self {
                name: "dealers fivefold",
                dealers: 5.0 * usual.dealers,
                ..usual.clone()
            },
            Self {
                name: "pictures tenfold",
                viral: 10.0 * usual.viral,
                ..usual.clone()
            },
            Self {
                name: "places poor",
                classes: [0.05, 0.20, 0.65, 0.10],
                confusion: [[0.98, 0.015], [0.70, 0.18], [0.30, 0.35], [0.20, 0.30]],
                ..usual.clone()
            },
            Self {
                name: "more repeats",
                another: [0.30, 0.45],
                ..usual.clone()
            },
            Self {
                name: "long gaps",
                gaps: [(0.4, 12.0 / 1440.0), (0.25, 0.375), (0.35, 16.0)],
                ..usual.clone()
            },
            Self {
                name: "no cookies",
                no_phone: 0.2,
                ..usual
            },
        ]
    }

    /// Worlds of another shape than the one that the parameters were chosen in: several rates differ at once, and laws too.
    pub fn other_shapes() -> Vec<Self> {
        let usual = Self::reference();
        vec![
            Self {
                name: "heavy tails",
                tail: [0.35, 0.5, 2.0],
                handed_round: [0.015, 0.7],
                copies_sold: 0.25,
                batches_differ: 0.3,
                ..usual.clone()
            },
            Self {
                name: "sold by post",
                near: 0.15,
                near_km: 60.0,
                moved: [0.03, 0.16, 3.0],
                moved_near: 0.5,
                classes: [0.12, 0.38, 0.35, 0.15],
                ..usual.clone()
            },
            Self {
                name: "one in five scans",
                scan_rate: 0.20,
                another: [0.26, 0.36],
                rescans: 0.35,
                batches_differ: 0.2,
                ..usual.clone()
            },
            Self {
                name: "one in a hundred scans",
                scan_rate: 0.01,
                another: [0.12, 0.25],
                classes: [0.30, 0.20, 0.48, 0.02],
                ..usual.clone()
            },
            Self {
                name: "season of 60 days",
                season_days: 60.0,
                dealers: 0.06,
                gaps: [(0.45, 20.0 / 1440.0), (0.35, 0.6), (0.20, 5.0)],
                ..usual
            },
        ]
    }

    /// The same without posted pictures: every code is one item in few hands.
    #[must_use]
    pub fn of_one_item(&self) -> Self {
        Self {
            viral: 0.0,
            ..self.clone()
        }
    }
}

/// What a code is in truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// One item.
    Honest,
    /// One item with a posted picture.
    Image,
    /// One item whose code is being spoiled.
    Poisoned,
    /// Several items.
    Copied,
}

impl Truth {
    /// Its word in `labels.csv`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Image => "image",
            Self::Poisoned => "poisoned",
            Self::Copied => "copied",
        }
    }
}

/// The scans of one code, in the order of time.
#[derive(Clone, Debug)]
pub struct Life {
    /// What it is.
    pub truth: Truth,
    /// Its scans; which of them were by buyers of copies.
    pub scans: Vec<(Scan, bool)>,
}

/// Draws scans of a world.
pub struct Maker<'a> {
    world: &'a World,
    prng: Prng,
    people: Vec<f64>,
    near: Vec<f64>,
    phones: u64,
}

impl<'a> Maker<'a> {
    /// Of a seed; `purpose` keeps what is drawn for one table from what is drawn for another.
    pub fn new(world: &'a World, seed: u64, purpose: u64) -> Self {
        let spots = || (0..GEOGRAPHY.prefectures()).filter_map(Spot::new);
        let origin = Prefecture::new(430_900).and_then(|place| GEOGRAPHY.spot(place));
        let sums = |weight: &dyn Fn(Spot) -> f64| {
            let add = |sum: &mut f64, spot| {
                *sum += weight(spot);
                Some(*sum)
            };
            spots().scan(0.0, add).collect()
        };
        let distance = |spot| {
            origin
                .and_then(|origin| GEOGRAPHY.kilometres(origin, spot))
                .unwrap_or(0.0)
        };
        let near = |spot| {
            GEOGRAPHY.weight(spot)
                * crate::domain::detection::real::exp(-distance(spot) / world.near_km)
        };
        Self {
            world,
            prng: Prng::new(seed, purpose),
            people: sums(&|spot| GEOGRAPHY.weight(spot)),
            near: sums(&near),
            phones: seed << 40 | purpose << 32,
        }
    }

    fn spot(number: usize) -> Spot {
        u16::try_from(number)
            .ok()
            .and_then(Spot::new)
            .unwrap_or_else(|| unreachable!("sums are of spots"))
    }

    fn anywhere(&mut self) -> Spot {
        Self::spot(self.prng.pick(&self.people))
    }

    fn near(&mut self) -> Spot {
        Self::spot(self.prng.pick(&self.near))
    }

    fn sold(&mut self) -> Spot {
        if self.prng.chance(self.world.near) {
            self.near()
        } else {
            self.anywhere()
        }
    }

    /// Somewhere people live that passes.
    fn among(&mut self, passes: impl Fn(Spot) -> bool) -> Spot {
        let spots: Vec<Spot> = (0..GEOGRAPHY.prefectures())
            .filter_map(Spot::new)
            .filter(|spot| passes(*spot))
            .collect();
        let weights: Vec<f64> = spots.iter().map(|spot| GEOGRAPHY.weight(*spot)).collect();
        if spots.is_empty() {
            self.anywhere()
        } else {
            spots[self.prng.choice(&weights)]
        }
    }

    fn in_province(&mut self, of: Spot) -> Spot {
        let province = GEOGRAPHY.code(of) / 10_000;
        self.among(|spot| GEOGRAPHY.code(spot) / 10_000 == province)
    }

    fn phone(&mut self) -> u64 {
        self.phones += 1;
        Prng::new(self.phones, 99).next()
    }

    /// How a place is seen.
    fn seen(&mut self, really: Spot) -> Sighting {
        let class = self.prng.choice(&self.world.classes);
        let [right, province] = self.world.confusion[class];
        let at = self.prng.unit();
        let spot = if at < right {
            really
        } else if at < right + province {
            self.in_province(really)
        } else {
            self.anywhere()
        };
        Sighting {
            spot,
            class: CLASSES[class],
        }
    }

    fn scan(&mut self, day: f64, really: Spot, phone: u64, channel: Channel) -> Scan {
        let phone = (!self.prng.chance(self.world.no_phone)).then_some(phone);
        // Fixed lines are each their own; the operators' ways out are shared by a province.
        let sighting = self.seen(really);
        let network = match sighting.class {
            PlaceClass::Fixed | PlaceClass::Gps => self.prng.next(),
            PlaceClass::Mobile | PlaceClass::Unknown => {
                u64::from(GEOGRAPHY.code(sighting.spot) / 10_000) * 64 + self.prng.next() % 64
            }
        };
        Scan {
            at_s: seconds(day),
            phone,
            sighting: Some(sighting),
            network: Some(network),
            channel,
            hidden: Hidden::None,
            standing: Standing::default(),
        }
    }
}

/// Seconds of a day of the season.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within two years
fn seconds(day: f64) -> u32 {
    SEASON_BEGINS_S + (day.clamp(-100.0, 1000.0) * 86_400.0 + 8_640_000.0) as u32 - 8_640_000
}
