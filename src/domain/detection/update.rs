//! One more scan: what it adds to the account of its mark.
//!
//! Defined for whatever may arrive. A late scan (older than the last) is weighed by its distance in time from the last,
//! and the last stays where it was. The same delivery twice (same second, same phone, or neither known and the same
//! place and network) changes nothing. A clock that jumps cannot make a gap longer than [`LONGEST_GAP_DAYS`].

use super::batch::Context;
use super::evidence::{Evidence, HARD, Kind};
use super::gaps::{Gap, Stream, forgotten};
use super::geography::Sighting;
use super::parameters::{Honest, Parameters};
use super::places::{ANCHORS, Accounts, confusion};
use super::real::{exp, ln, ln_sum};
use super::scan::{Channel, Hidden, Scan};
use super::state::{Flag, MarkState, NOTHING, PHONES};
use crate::domain::place::PlaceClass;

/// Gaps are cut here: a clock set years ahead is no evidence.
pub const LONGEST_GAP_DAYS: f64 = 400.0;
const DAY_S: f64 = 86_400.0;
/// Of scans whose phone is not known, as many are by a phone that was there before.
const SAME_UNKNOWN_PHONE: f64 = 0.6;

/// What one scan said, strongest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// Whether it was a scan at all: a preview or a duplicate is none.
    pub counted: bool,
    /// Whether a suspicion may begin with it: a phone that was there before brings none, unless it brings hard evidence.
    pub is_news: bool,
    /// Pieces of evidence for or against copies.
    pub evidence: Vec<Evidence>,
}

impl Step {
    /// Suspects the mark from now on if it is over the alarm level and this is news: nobody is warned because of what they did
    /// themselves, whatever batch and season say meanwhile. Says whether it is suspected, now or since earlier.
    pub fn decide(&self, mark: &mut MarkState, parameters: &Parameters, context: &Context) -> bool {
        match self.is_news {
            true => mark.decide(parameters, context),
            false => mark.is_suspected(),
        }
    }
}

/// What the accounts say of a new phone at this time and place, as densities.
struct Densities {
    honest: [f64; 4],
    copied: [f64; 3],
    /// The share of `copied` that is another copy, and not another phone at the same one.
    another: [f64; 3],
    /// A viewer of the picture that circulates already; of one that begins to.
    image: f64,
    image_begins: f64,
    viewer: f64,
    poison: [f64; 2],
}

/// The times of a scan, worked out once.
struct Times {
    gap: Gap,
    phones: usize,
    has_phone: bool,
    streams: [Stream; 3],
    image: Stream,
    image_growth: f64,
    class: Option<PlaceClass>,
}

impl MarkState {
    /// Takes in one scan. `parameters` should be the same for all scans of a mark.
    pub fn update(&mut self, parameters: &Parameters, scan: &Scan) -> Step {
        let mut step = Step::default();
        let phone = scan.phone.map(short);
        if scan.channel == Channel::Preview || self.is_duplicate(scan, phone) {
            return step;
        }
        step.counted = true;
        let is_known_phone = phone.is_some_and(|phone| self.ring.contains(&phone));
        self.scans = self.scans.saturating_add(1);
        if !is_known_phone {
            self.phones = self.phones.saturating_add(1);
        }
        self.hard(parameters, scan, is_known_phone, &mut step);
        if scan.channel != Channel::Dealer {
            if self.first_s == 0 {
                self.begin(scan);
            } else {
                self.weigh(parameters, scan, is_known_phone, &mut step);
            }
        }
        self.remember(phone, is_known_phone);
        step.is_news = !is_known_phone || !step.evidence.is_empty();
        step.evidence.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        self.note_peaks(parameters, &step);
        step
    }

    fn is_duplicate(&self, scan: &Scan, phone: Option<u16>) -> bool {
        self.scans > 0
            && self.last_s == scan.at_s
            && match phone {
                Some(phone) => self.ring.contains(&phone) && scan.hidden == Hidden::None,
                None => {
                    scan.network.map_or(0, short) == self.network
                        && (scan.sighting.is_none() || self.anchors.contains(&scan.sighting))
                }
            }
    }

    fn begin(&mut self, scan: &Scan) {
        (self.first_s, self.last_s) = (scan.at_s, scan.at_s);
        self.home = scan.sighting;
        self.anchors[0] = scan.sighting;
        self.network = scan.network.map_or(0, short);
        self.network_day = day(scan.at_s);
    }

    fn remember(&mut self, phone: Option<u16>, is_known_phone: bool) {
        let Some(phone) = phone.filter(|_| !is_known_phone) else {
            return;
        };
        let number = self.phones.saturating_sub(1) as usize;
        // The first stays: whose pack it is, most likely.
        let slot = if number < PHONES {
            number
        } else {
            1 + (number - 1) % (PHONES - 1)
        };
        self.ring[slot] = phone;
    }

    /// Evidence that needs no model, each kind once.
    fn hard(
        &mut self,
        parameters: &Parameters,
        scan: &Scan,
        is_known_phone: bool,
        step: &mut Step,
    ) {
        let standing = scan.standing;
        let is_twice = scan.hidden == Hidden::Ok && self.has(Flag::HiddenOk) && !is_known_phone;
        if scan.hidden == Hidden::Ok {
            self.flags |= Flag::HiddenOk as u8;
        }
        let seen = [
            (scan.hidden == Hidden::Bad, Flag::HiddenBad),
            (is_twice, Flag::HiddenTwice),
            (standing.before_activation, Flag::BeforeActivation),
            (standing.after_use, Flag::AfterUse),
            (standing.outside_market, Flag::OutsideMarket),
            (standing.found_copied, Flag::FoundCopied),
        ];
        for (number, (is_seen, flag)) in seen.into_iter().enumerate() {
            if is_seen {
                self.harden(parameters, number, flag, scan, step);
            }
        }
    }

    /// One kind of hard evidence, once.
    fn harden(
        &mut self,
        parameters: &Parameters,
        number: usize,
        flag: Flag,
        scan: &Scan,
        step: &mut Step,
    ) {
        if self.has(flag) {
            return;
        }
        self.flags |= flag as u8;
        let weight = narrow(parameters.hard[number]);
        self.log_odds += weight;
        step.evidence.push(Evidence {
            weight,
            ..self.piece(HARD[number], scan)
        });
    }

    /// Takes in a finding that is no scan of anybody: the office's that the mark was copied, or the ledger's that its
    /// hidden code was claimed before by another phone.
    pub(super) fn find(&mut self, parameters: &Parameters, flag: Flag, scan: &Scan) -> Step {
        let mut step = Step::default();
        let number = if flag == Flag::FoundCopied { 5 } else { 1 };
        self.harden(parameters, number, flag, scan, &mut step);
        self.note_peaks(parameters, &step);
        step.is_news = !step.evidence.is_empty();
        step
    }

    fn note_peaks(&mut self, parameters: &Parameters, step: &Step) {
        self.peak = self.peak.max(self.log_odds);
        let e_value = narrow(self.ln_e_value(parameters));
        self.e_peak = self.e_peak.max(e_value);
        let strongest = step.evidence.first();
        if let Some(strongest) = strongest.filter(|first| first.weight > self.strongest.weight) {
            self.strongest = *strongest;
        }
    }

    fn piece(&self, kind: Kind, scan: &Scan) -> Evidence {
        Evidence {
            kind,
            weight: 0.0,
            phone: u16::try_from(self.phones).unwrap_or(u16::MAX),
            gap_s: scan.at_s.abs_diff(self.last_s),
            from: self.anchors.iter().flatten().next_back().copied(),
            to: scan.sighting,
        }
    }

    /// How a scan's phone is connected, if that can be told. A table of places that knows no fixed lines and no mobile networks
    /// calls them all unknown: until the mark is seen through one of them, unknown says nothing of proxies.
    fn class_of(&self, sighting: Option<Sighting>) -> Option<PlaceClass> {
        let is_network =
            |seen: &Sighting| matches!(seen.class, PlaceClass::Fixed | PlaceClass::Mobile);
        let mut earlier = self.home.iter().chain(self.anchors.iter().flatten());
        let class = sighting?.class;
        (class != PlaceClass::Unknown || earlier.any(is_network)).then_some(class)
    }

    fn times(&self, parameters: &Parameters, scan: &Scan) -> Times {
        let days = |seconds: u32| f64::from(seconds) / DAY_S;
        let longest = |days: f64| days.min(LONGEST_GAP_DAYS);
        let from = longest(days(self.last_s - self.first_s)) / parameters.season_days;
        let to = longest(days(scan.at_s.max(self.last_s) - self.first_s)) / parameters.season_days;
        let stream = |number: usize| {
            let kind = &parameters.copied[number];
            Stream::new(kind.shape, kind.mean, self.items.into(), from, to)
        };
        let since_burst = |at: u32| longest(days(at.saturating_sub(self.burst_s)));
        let (seen, _) = forgotten(parameters, since_burst(self.last_s));
        let (seen_now, image_growth) =
            forgotten(parameters, since_burst(scan.at_s.max(self.last_s)));
        let [shape, mean] = parameters.image_phones;
        Times {
            gap: Gap::new(longest(days(scan.at_s.abs_diff(self.last_s)))),
            phones: (self.phones as usize).clamp(2, 4) - 2,
            has_phone: scan.phone.is_some(),
            streams: [stream(0), stream(1), stream(2)],
            image: Stream::new(shape, mean, self.viewers.into(), seen, seen_now),
            image_growth,
            class: self.class_of(scan.sighting),
        }
    }

    /// Weighs a scan that is evidence.
    fn weigh(
        &mut self,
        parameters: &Parameters,
        scan: &Scan,
        is_known_phone: bool,
        step: &mut Step,
    ) {
        let times = self.times(parameters, scan);
        let accounts = match (self.home, scan.sighting) {
            (Some(home), Some(now)) => Accounts::new(parameters, home, &self.anchors, now),
            _ => Accounts::unknown(),
        };
        let raw = self.raw(parameters);
        if is_known_phone {
            self.silence(parameters, &times);
        } else {
            let densities = if scan.channel == Channel::Inspector {
                inspected(parameters, &accounts)
            } else {
                densities(parameters, &times, &accounts)
            };
            let apart = densities_ratio(self, parameters, &densities);
            let by_time = if scan.channel == Channel::Inspector {
                0.0
            } else {
                densities_ratio(
                    self,
                    parameters,
                    &self::densities(parameters, &times, &Accounts::unknown()),
                )
            };
            self.push_evidence(scan, by_time, apart - by_time, step);
            self.take(parameters, scan, &densities);
        }
        let phones = ln(f64::from(self.phones.max(2)));
        let begins_later = parameters.begins_later - phones - 2.0 * ln(1.0 + phones);
        self.begin_anew(parameters, begins_later);
        let now = self.raw(parameters);
        let increment = now - raw;
        // Whoever was there before is no reason to warn anybody, least of all themselves.
        let increment = if is_known_phone {
            increment.min(0.0)
        } else {
            increment
        };
        let increment = self.capped(parameters, scan, increment);
        self.log_odds = (self.log_odds + narrow(increment)).max(narrow(now.min(begins_later)));
        self.move_anchors(parameters, &accounts, times.gap.days, scan.sighting);
        self.last_s = self.last_s.max(scan.at_s);
        if self.first_s > scan.at_s {
            self.first_s = scan.at_s;
        }
    }

    /// Copies may begin to be sold only now, with such a probability: one item until here, whose picture may have circulated; and false
    /// scans may begin now. Where that is likelier than all that was thought of them before, it takes its place. So no number of
    /// looks before the sale hides copies; and the e-value stays one, as these probabilities add up (Shiryaev's mixture over the
    /// moment of a change, 1963).
    fn begin_anew(&mut self, parameters: &Parameters, ln_probability: f64) {
        let one_item = ln_sum(self.ln_honest(parameters), f64::from(self.image));
        let begun = one_item + ln_probability;
        if begun > self.ln_copied(parameters) {
            self.copied = [narrow(begun); 3];
        }
        for log in &mut self.poison {
            *log = log.max(narrow(begun));
        }
    }

    fn push_evidence(&self, scan: &Scan, by_time: f64, by_place: f64, step: &mut Step) {
        for (kind, weight) in [(Kind::Phone, by_time), (Kind::Place, by_place)] {
            if weight.abs() > 0.05 {
                step.evidence.push(Evidence {
                    weight: narrow(weight),
                    ..self.piece(kind, scan)
                });
            }
        }
    }

    /// The clipped increment, and no more than a network may bring on one day.
    fn capped(&mut self, parameters: &Parameters, scan: &Scan, increment: f64) -> f64 {
        let [lowest, highest] = parameters.clip;
        let mut increment = increment.clamp(lowest, highest);
        let network = scan.network.map_or(0, short);
        let today = day(scan.at_s);
        let is_same = network != 0 && network == self.network && today == self.network_day;
        if !is_same {
            (self.network, self.network_day, self.network_sum) = (network, today, 0.0);
        }
        if is_same && increment > 0.0 {
            increment =
                increment.min((parameters.network_day - f64::from(self.network_sum)).max(0.0));
        }
        if increment > 0.0 {
            self.network_sum += narrow(increment);
        }
        increment
    }

    /// The same phone again: no new phone came in the gap, which speaks a little against copies.
    fn silence(&mut self, parameters: &Parameters, times: &Times) {
        let kinds = &parameters.honest;
        let quiet = kinds
            .map(|kind| 1.0 - kind.another[times.phones] * (1.0 - times.gap.survival(&kind.gaps)));
        let usual = ln(quiet[0]);
        for (log, quiet) in self.honest.iter_mut().zip(&quiet[1..]) {
            *log += narrow(ln(*quiet) - usual);
        }
        let follow = own_quiet(&kinds[0], &times.gap);
        for (log, stream) in self.copied.iter_mut().zip(&times.streams) {
            *log += narrow(ln(follow) + ln(stream.silent) - usual);
        }
        self.image += narrow(ln(follow) + ln(times.image.silent) - usual);
        for log in &mut self.poison {
            *log += narrow(ln(follow) + ln(times.streams[2].silent) - usual);
        }
    }

    /// Multiplies densities into the account.
    fn take(&mut self, parameters: &Parameters, scan: &Scan, densities: &Densities) {
        let usual = ln(densities.honest[0]);
        for (log, density) in self.honest.iter_mut().zip(&densities.honest[1..]) {
            *log += narrow(ln(*density) - usual);
        }
        for (log, density) in self.copied.iter_mut().zip(&densities.copied) {
            *log += narrow(ln(*density) - usual);
        }
        let highest = self.copied.iter().copied().fold(f32::MIN, f32::max);
        let weights: [f64; 3] = std::array::from_fn(|at| {
            parameters.copied[at].weight * exp(f64::from(self.copied[at] - highest))
        });
        let another: f64 = (0..3).map(|at| weights[at] * densities.another[at]).sum();
        self.items += narrow(another / weights.iter().sum::<f64>());
        for (log, density) in self.poison.iter_mut().zip(&densities.poison) {
            *log += narrow(ln(*density) - usual);
        }
        let goes_on = f64::from(self.image) + ln(densities.image) - usual;
        let begins = ln(densities.image_begins) - usual;
        if begins > goes_on {
            self.burst_s = scan.at_s;
            self.viewers = 1.0;
        } else {
            self.viewers += narrow(densities.viewer);
        }
        self.image = narrow(ln_sum(goes_on, begins)).max(-1e30);
    }

    /// Keeps the sightings since the item last moved.
    fn move_anchors(
        &mut self,
        parameters: &Parameters,
        accounts: &Accounts,
        days: f64,
        now: Option<Sighting>,
    ) {
        let Some(now) = now else { return };
        if self.home.is_none() {
            self.home = Some(now);
        }
        let moved = moved(&parameters.honest[0], days, usize::MAX);
        if moved * accounts.moved > (1.0 - moved) * accounts.stayed {
            self.anchors = [None; ANCHORS];
        }
        if self.anchors.contains(&Some(now)) && now.class != PlaceClass::Mobile {
            return;
        }
        if let Some(free) = self.anchors.iter_mut().find(|anchor| anchor.is_none()) {
            *free = Some(now);
            return;
        }
        // The vaguest goes; of equals the oldest.
        let surely = |anchor: &Option<Sighting>| {
            anchor.map_or(0.0, |anchor| confusion(parameters, anchor)[0])
        };
        let vaguest = (0..ANCHORS)
            .min_by(|a, b| surely(&self.anchors[*a]).total_cmp(&surely(&self.anchors[*b])));
        if let Some(vaguest) = vaguest {
            self.anchors[vaguest..].rotate_left(1);
            self.anchors[ANCHORS - 1] = Some(now);
        }
    }
}

/// Probability that a pack of this kind moved within a gap.
fn moved(kind: &Honest, days: f64, phones: usize) -> f64 {
    let [at_once, later] = kind.moved;
    let moved = at_once + later * (1.0 - exp(-days / kind.moved_days));
    kind.moved_first
        .get(phones)
        .map_or(moved, |first| moved.max(*first))
}

/// Probability that no other phone came to one and the same item of the usual kind.
fn own_quiet(kind: &Honest, gap: &Gap) -> f64 {
    1.0 - kind.another[0] * (1.0 - gap.survival(&kind.gaps))
}

fn densities(parameters: &Parameters, times: &Times, accounts: &Accounts) -> Densities {
    let another = |probability: f64| {
        if times.has_phone {
            probability
        } else {
            probability + (1.0 - probability) * SAME_UNKNOWN_PHONE
        }
    };
    let gap = &times.gap;
    let honest = parameters.honest.map(|kind| {
        let moved = moved(&kind, gap.days, times.phones);
        let place = (1.0 - moved) * accounts.stayed + moved * accounts.moved;
        another(kind.another[times.phones]) * gap.density(&kind.gaps) * place
    });
    let usual = &parameters.honest[0];
    let moved = moved(usual, gap.days, usize::MAX);
    let here = (1.0 - moved) * accounts.stayed + moved * accounts.moved;
    let follows = another(usual.another[0]) * gap.density(&usual.gaps) * here;
    let quiet = own_quiet(usual, gap);
    let (mut copied, mut more) = ([0.0; 3], [0.0; 3]);
    for at in 0..3 {
        let stream = &times.streams[at];
        let new = stream.density / parameters.season_days * quiet * accounts.copied[at];
        copied[at] = (new + follows * stream.silent).max(f64::MIN_POSITIVE);
        more[at] = new / copied[at];
    }
    let new_viewer = times.image.density * times.image_growth * quiet * accounts.anywhere;
    // Thousands of viewers and then a pause of months: both are 0, and what is divided by must not be.
    let image = (new_viewer + follows * times.image.silent).max(f64::MIN_POSITIVE);
    let national = &times.streams[2];
    let proxy = national.density / parameters.season_days * accounts.anywhere;
    let poison = parameters.proxies.map(|classes| {
        let passes_for = times.class.map_or(1.0, |class| {
            classes[class as usize] / parameters.buyers[class as usize]
        });
        proxy * passes_for + follows * national.silent
    });
    Densities {
        honest,
        copied,
        another: more,
        image,
        image_begins: parameters.image_per_day * quiet * accounts.anywhere,
        viewer: new_viewer / image,
        poison,
    }
}

/// An inspector's scan: that it came says nothing, where it came from does.
fn inspected(parameters: &Parameters, accounts: &Accounts) -> Densities {
    let honest = parameters.honest.map(|kind| {
        let moved = kind.moved[0] + kind.moved[1];
        (1.0 - moved) * accounts.stayed + moved * accounts.moved
    });
    let copied = accounts
        .copied
        .map(|elsewhere| 0.5 * honest[0] + 0.5 * elsewhere);
    Densities {
        honest,
        copied,
        another: std::array::from_fn(|at| 0.5 * accounts.copied[at] / copied[at]),
        image: honest[0],
        image_begins: exp(f64::from(NOTHING)) * honest[0],
        viewer: 0.0,
        poison: [honest[0]; 2],
    }
}

/// By how much densities raise the log-odds of copies against one item.
fn densities_ratio(state: &MarkState, parameters: &Parameters, densities: &Densities) -> f64 {
    let mixed = |weights: &[f64], logs: &[f32], densities: &[f64]| {
        let highest = logs.iter().copied().fold(f32::MIN, f32::max);
        let (mut before, mut after) = (0.0, 0.0);
        for ((weight, log), density) in weights.iter().zip(logs).zip(densities) {
            let weight = weight * exp(f64::from(log - highest));
            before += weight;
            after += weight * density;
        }
        after / before
    };
    let [h1, h2, h3] = state.honest;
    let honest = mixed(
        &parameters.honest.map(|kind| kind.weight),
        &[0.0, h1, h2, h3],
        &densities.honest,
    );
    let copied = mixed(
        &parameters.copied.map(|kind| kind.weight),
        &state.copied,
        &densities.copied,
    );
    ln(copied) - ln(honest)
}

/// A hash in sixteen bits, never 0: two phones of one mark share one once in 65,535.
#[allow(clippy::cast_possible_truncation)] // that is what it is for
pub(super) const fn short(hash: u64) -> u16 {
    (hash % 65_535) as u16 + 1
}

#[allow(clippy::cast_possible_truncation)] // 179 years of days
fn day(at_s: u32) -> u16 {
    (at_s / 86_400) as u16
}

/// To what is kept: rounds to the nearest, the same everywhere.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn narrow(real: f64) -> f32 {
    real as f32
}
