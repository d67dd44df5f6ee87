//! Attacks, labelled: copies of one code sold here or there, codes that are spoiled by false scans.

use super::{Life, Maker, SEASON_BEGINS_S, Truth};
use crate::domain::detection::{Channel, GEOGRAPHY, Scan, Spot};
use crate::domain::place::PlaceClass;

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
        let begins = self.prng.unit() * self.world.season_days / 4.0;
        let scanned = self
            .prng
            .poisson(f64::from(attack.copies) * self.world.scan_rate);
        for _ in 0..scanned {
            let day = begins + self.prng.unit() * self.world.season_days * 0.75;
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

    /// How many of so many honest packs somebody scanned.
    pub fn scanned_of(&mut self, packs: u32) -> u32 {
        self.prng.poisson(f64::from(packs) * self.world.scan_rate)
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
    pub fn poisoned(&mut self, proxies: u32, days: f64) -> Life {
        let mut life = self.honest();
        life.truth = Truth::Poisoned;
        let begins = life.scans.last().map_or(0.0, |(scan, _)| {
            f64::from(scan.at_s - SEASON_BEGINS_S.min(scan.at_s)) / 86_400.0
        });
        for _ in 0..proxies {
            let day = begins + self.prng.unit() * days;
            let (place, phone) = (self.anywhere(), self.phone());
            let mut scan = self.scan(day, place, phone, Channel::Consumer);
            // Proxies have no position of their own to tell; half pass for fixed lines.
            if let Some(sighting) = &mut scan.sighting {
                sighting.class = if self.prng.chance(0.5) {
                    PlaceClass::Fixed
                } else {
                    PlaceClass::Unknown
                };
            }
            scan.phone = Some(phone);
            life.scans.push((scan, false));
        }
        life.scans.sort_by_key(|(scan, _)| scan.at_s);
        life
    }
}
