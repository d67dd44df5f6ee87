//! Attacks, labelled: copies of one code sold here or there, codes that are spoiled by false scans.

use super::{CLASSES, Life, Maker, SEASON_BEGINS_S, Truth};
use crate::domain::detection::{Channel, GEOGRAPHY, Scan, Spot};

/// Where copies are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// In one prefecture and those beside it.
    Local,
    /// In one province.
    Regional,
    /// Everywhere.
    National,
}

/// Copies of one code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attack {
    /// How many.
    pub copies: u32,
    /// Where.
    pub spread: Spread,
}

impl Attack {
    /// As in "100 copies, national".
    pub fn name(&self) -> String {
        let spread = match self.spread {
            Spread::Local => "local",
            Spread::Regional => "regional",
            Spread::National => "national",
        };
        format!("{} copies, {spread}", self.copies)
    }
}

/// False scans through proxies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proxies {
    /// How many, each of which scans once.
    pub count: u32,
    /// Over how many days.
    pub days: f64,
    /// What they pass for: shares of gps, fixed, mobile, unknown.
    pub classes: [f64; 4],
}

impl Proxies {
    /// Rented in data centres and homes: half pass for fixed lines, and none has a position of its own to tell.
    pub const RENTED: [f64; 4] = [0.0, 0.5, 0.0, 0.5];
    /// All in homes.
    pub const HOMES: [f64; 4] = [0.0, 1.0, 0.0, 0.0];
    /// In homes and in mobile networks.
    pub const PHONES: [f64; 4] = [0.0, 0.5, 0.5, 0.0];
    /// Phones in the hands of people, or forgers of positions: like buyers in everything.
    pub const LIKE_BUYERS: [f64; 4] = [0.20, 0.30, 0.45, 0.05];
}

impl Maker<'_> {
    /// A code that was copied, with the scans of its original and all copies; without any if nobody scanned.
    pub fn copied(&mut self, attack: Attack) -> Life {
        let mut scans = Vec::new();
        if self.prng.chance(self.world.scan_rate) {
            let (day, place) = (self.prng.unit() * self.world.season_days, self.sold());
            self.item(&mut scans, day, place);
        }
        let mut scans: Vec<(Scan, bool)> = scans.into_iter().map(|scan| (scan, false)).collect();
        let centre = self.anywhere();
        let begins = self.prng.unit() * self.world.season_days * (1.0 - self.world.copies_sold);
        let scanned = self
            .prng
            .poisson(f64::from(attack.copies) * self.world.scan_rate);
        for _ in 0..scanned {
            let day = begins + self.prng.unit() * self.world.season_days * self.world.copies_sold;
            let place = self.of_a_copy(attack.spread, centre);
            let mut more = Vec::new();
            self.item(&mut more, day, place);
            scans.extend(more.into_iter().map(|scan| (scan, true)));
        }
        scans.sort_by_key(|(scan, _)| scan.at_s);
        Life {
            truth: Truth::Copied,
            scans,
        }
    }

    /// One of some kinds of attack, with copies as many as attackers make: 60 in the median.
    pub fn some_attack(&mut self, weights: [f64; 3], spreads: [Spread; 3]) -> Attack {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // thousands
        let copies = self.prng.lognormal(60.0, 0.8) as u32 + 2;
        Attack {
            copies,
            spread: spreads[self.prng.choice(&weights)],
        }
    }

    /// By how much the scan rate of another batch differs from the world's.
    pub fn batch_factor(&mut self) -> f64 {
        let spread = self.world.batches_differ;
        self.prng.lognormal(1.0, spread)
    }

    /// How many of so many honest packs somebody scanned.
    pub fn scanned_of(&mut self, packs: u32, factor: f64) -> u32 {
        self.prng
            .poisson(f64::from(packs) * self.world.scan_rate * factor)
    }

    fn of_a_copy(&mut self, spread: Spread, centre: Spot) -> Spot {
        let within = |km: f64| {
            move |spot| {
                GEOGRAPHY
                    .kilometres(centre, spot)
                    .is_some_and(|distance| distance <= km)
            }
        };
        match spread {
            Spread::Local if self.prng.chance(0.7) => centre,
            Spread::Local => self.among(within(150.0)),
            Spread::Regional => self.in_province(centre),
            Spread::National if self.prng.chance(0.85) => self.anywhere(),
            Spread::National => self.near(),
        }
    }

    /// An honest code that somebody scans through many proxies, over so many days, to have it flagged.
    pub fn poisoned(&mut self, proxies: Proxies) -> Life {
        let Proxies {
            count,
            days,
            classes,
        } = proxies;
        let mut life = self.honest();
        life.truth = Truth::Poisoned;
        let begins = life.scans.last().map_or(0.0, |(scan, _)| {
            f64::from(scan.at_s - SEASON_BEGINS_S.min(scan.at_s)) / 86_400.0
        });
        for _ in 0..count {
            let day = begins + self.prng.unit() * days;
            let (place, phone) = (self.anywhere(), self.phone());
            let mut scan = self.scan(day, place, phone, Channel::Consumer);
            let class = CLASSES[self.prng.choice(&classes)];
            if let Some(sighting) = &mut scan.sighting {
                sighting.class = class;
            }
            scan.phone = Some(phone);
            life.scans.push((scan, false));
        }
        life.scans.sort_by_key(|(scan, _)| scan.at_s);
        life
    }
}
