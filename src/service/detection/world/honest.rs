//! Honest packs: who scans one item, when and where.

use super::{Life, Maker, Truth};
use crate::domain::detection::{Channel, Scan, Spot};

impl Maker<'_> {
    /// A pack that somebody scanned.
    pub fn honest(&mut self) -> Life {
        let sale = self.prng.unit() * self.world.season_days;
        let place = self.sold();
        let mut scans = Vec::new();
        if self.prng.chance(self.world.dealers) {
            self.dealer(&mut scans, sale);
        }
        let day = sale + self.prng.exponential(2.0);
        self.item(&mut scans, day, place);
        let is_viral = self.prng.chance(self.world.viral);
        if is_viral {
            self.posted(&mut scans, day);
        }
        scans.sort_by_key(|scan| scan.at_s);
        Life {
            truth: if is_viral {
                Truth::Image
            } else {
                Truth::Honest
            },
            scans: scans.into_iter().map(|scan| (scan, false)).collect(),
        }
    }

    /// The scans of one item from its first on.
    pub(super) fn item(&mut self, scans: &mut Vec<Scan>, first_day: f64, mut place: Spot) {
        let (mut day, mut phones) = (first_day, 1);
        let first = self.phone();
        let [handed_round, one_more] = self.world.handed_round;
        let is_handed_round = self.prng.chance(handed_round);
        scans.push(self.scan(day, place, first, Channel::Consumer));
        loop {
            if self.prng.chance(self.world.rescans) {
                let later = day + self.gap();
                scans.push(self.scan(later, place, first, Channel::Consumer));
            }
            let another = if is_handed_round {
                one_more
            } else {
                self.world.another[usize::from(phones > 1)]
            };
            if !self.prng.chance(another) {
                return;
            }
            let gap = self.gap();
            day += gap;
            let [at_once, later, days] = self.world.moved;
            let moved = at_once + later * (1.0 - crate::domain::detection::real::exp(-gap / days));
            if self.prng.chance(moved) {
                place = if self.prng.chance(self.world.moved_near) {
                    self.in_province(place)
                } else {
                    self.anywhere()
                };
            }
            phones += 1;
            let phone = self.phone();
            scans.push(self.scan(day, place, phone, Channel::Consumer));
        }
    }

    pub(super) fn gap(&mut self) -> f64 {
        let [long, median, spread] = self.world.tail;
        if self.prng.chance(long) {
            return self.prng.lognormal(median, spread);
        }
        let shares = self.world.gaps.map(|gap| gap.0);
        let mean = self.world.gaps[self.prng.choice(&shares)].1;
        self.prng.exponential(mean)
    }

    /// A dealer, or one after another, looks before the sale.
    fn dealer(&mut self, scans: &mut Vec<Scan>, sale: f64) {
        let looks = 1 + u32::from(self.prng.chance(0.3));
        let mut place = if self.prng.chance(0.7) {
            self.near()
        } else {
            self.anywhere()
        };
        for look in 0..looks {
            // Mostly his own man looks again; sometimes the next dealer does.
            if look > 0 && self.prng.chance(0.3) {
                place = self.anywhere();
            }
            let day = sale - 1.0 - self.prng.exponential(8.0);
            let channel = if self.prng.chance(self.world.dealers_unsaid) {
                Channel::Consumer
            } else {
                Channel::Dealer
            };
            let phone = self.phone();
            scans.push(self.scan(day, place, phone, channel));
        }
    }

    /// The picture of the code is posted: many phones, anywhere, within days.
    pub(super) fn posted(&mut self, scans: &mut Vec<Scan>, after: f64) {
        let begins = after + self.prng.exponential(3.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // hundreds
        let phones = self
            .prng
            .lognormal(self.world.viral_phones, 0.8)
            .min(2_000.0) as u32;
        for _ in 0..phones {
            let day = begins + self.prng.exponential(self.world.viral_days);
            let (place, phone) = (self.anywhere(), self.phone());
            scans.push(self.scan(day, place, phone, Channel::Consumer));
        }
    }
}
