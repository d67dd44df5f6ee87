//! What the installation records, as the detector sees it: scans, and what is known of a mark besides.

use jiff::Timestamp;

use super::batch::BatchState;
use super::evidence::Evidence;
use super::geography::{GEOGRAPHY, Sighting};
use super::parameters::Parameters;
use super::scan::{Channel, Hidden, Scan, Standing};
use super::state::{Flag, MarkState, NOTHING};
use super::update::{Step, short};
use crate::domain::market::Market;
use crate::domain::phone::{NetworkHash, PhoneHash};
use crate::domain::place::Place;
use crate::domain::state::{ACTIVE, NOT_ACTIVATED};
use crate::domain::words::words;

/// The beginning of 2020 in UTC, from which the detector counts seconds.
const EPOCH_S: i64 = 1_577_836_800;
/// States in which no label should be on goods any more.
pub const NOT_ON_GOODS: [&str; 4] = ["destroyed", "lost", "returned", "spoiled"];

words! {
    /// What is known of a mark besides its scans.
    pub enum Known {
        /// Its hidden code was given, rightly.
        HiddenOk = "hidden_ok" "暗码相符" "hidden code given",
        /// A wrong hidden code was given.
        HiddenBad = "hidden_bad" "暗码不符" "wrong hidden code given",
        /// Its hidden code was given again, by another phone.
        HiddenTwice = "hidden_twice" "暗码再次使用" "hidden code given again",
        /// An inspector checked a pack on the spot.
        Inspected = "inspected" "检查员查验" "checked by an inspector",
        /// The office found that it was copied.
        FoundCopied = "found_copied" "认定为复制" "found to be copied",
        /// The office took the suspicion back.
        Cleared = "cleared" "解除嫌疑" "suspicion taken back",
    }
}

/// A query or a claim as it is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// When.
    pub at: Timestamp,
    /// Where.
    pub place: Option<Place>,
    /// Whose phone it was.
    pub phone: Option<PhoneHash>,
    /// Through which network.
    pub network: Option<NetworkHash>,
}

impl Seen {
    /// As the detector sees it, of a mark whose state was recorded with this word and whose order is for this market.
    pub fn scan(&self, state: &str, market: Option<&Market>) -> Scan {
        let second = (self.at.as_second() - EPOCH_S).clamp(1, i64::from(u32::MAX));
        let sighting = self.place.and_then(|place| {
            let spot = GEOGRAPHY.spot(place.prefecture)?;
            let class = place.class;
            Some(Sighting { spot, class })
        });
        Scan {
            at_s: u32::try_from(second).unwrap_or(u32::MAX),
            phone: self.phone.map(PhoneHash::number),
            sighting,
            network: self.network.map(|network| u64::from(network.0)),
            standing: Standing {
                before_activation: state == NOT_ACTIVATED,
                after_use: NOT_ON_GOODS.contains(&state),
                outside_market: market.is_some_and(|market| market.excludes(self.place)),
                ..Standing::default()
            },
            ..Scan::default()
        }
    }
}

impl MarkState {
    /// After a mark's first query: what need not be stored as long as nothing else is known of it.
    pub fn after_first(parameters: &Parameters, scan: &Scan) -> Self {
        let mut account = Self::default();
        account.update(parameters, scan);
        account
    }

    /// Takes in what is known besides the scans. A hidden code comes with a phone and a place, as a scan does; a finding of
    /// the office is no scan.
    pub fn learn(
        &mut self,
        parameters: &Parameters,
        known: Known,
        seen: &Seen,
        market: Option<&Market>,
    ) -> Step {
        let scan = seen.scan(ACTIVE, market);
        let with = |hidden| Scan { hidden, ..scan };
        match known {
            Known::HiddenOk => self.update(parameters, &with(Hidden::Ok)),
            Known::HiddenBad => self.update(parameters, &with(Hidden::Bad)),
            // Whoever gives it again has scanned the mark before, as all do; the claims know that it was another phone.
            Known::HiddenTwice => self.find(parameters, Flag::HiddenTwice, &scan),
            // That an inspector came says nothing, where the pack was does.
            Known::Inspected => {
                let channel = Channel::Inspector;
                self.update(parameters, &Scan { channel, ..scan })
            }
            Known::FoundCopied => self.find(parameters, Flag::FoundCopied, &scan),
            Known::Cleared => {
                self.clear();
                Step::default()
            }
        }
    }

    /// Forgets a phone whose owner had its history deleted; what it proved stays.
    pub fn forget(&mut self, phone: PhoneHash) {
        let phone = short(phone.number());
        for remembered in &mut self.ring {
            if *remembered == phone {
                *remembered = 0;
            }
        }
    }

    /// Takes the suspicion back: what was seen so far speaks neither for nor against copies any more. Which phones and
    /// places it was stays known.
    fn clear(&mut self) {
        self.honest = [0.0; 3];
        self.copied = [0.0; 3];
        (self.image, self.poison) = (NOTHING, [0.0; 2]);
        (self.items, self.viewers, self.burst_s) = (0.0, 0.0, 0);
        self.flags &= Flag::HiddenOk as u8;
        (self.log_odds, self.peak, self.e_peak) = (0.0, 0.0, 0.0);
        self.strongest = Evidence::none();
    }
}

impl BatchState {
    /// Adds what another part of the batch's scans said. What its peers showed stays.
    pub fn add(&mut self, other: &Self) {
        self.codes = self.codes.saturating_add(other.codes);
        self.scans = self.scans.saturating_add(other.scans);
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        self.seen_again = self.seen_again.saturating_add(other.seen_again);
        self.dealt += other.dealt;
    }

    /// Its sums, one for each share of copied codes that a batch is tested for.
    pub const fn sums(&self) -> [f64; 4] {
        self.sums
    }

    /// How many of its codes more than one phone has seen, and the sum of the shares that dealers' looks have in them.
    pub const fn dealt(&self) -> (u32, f64) {
        (self.seen_again, self.dealt)
    }

    /// Put together again from what was stored.
    pub fn of(codes: u32, scans: u32, sums: [f64; 4], (seen_again, dealt): (u32, f64)) -> Self {
        Self {
            codes,
            scans,
            sums,
            seen_again,
            dealt,
            ..Self::default()
        }
    }
}
