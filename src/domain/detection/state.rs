//! What is kept of a scanned mark: the same few bytes for two scans as for two million.

use super::batch::{Context, Part};
use super::evidence::{Evidence, Kind};
use super::geography::{Sighting, Spot};
use super::parameters::{DEALERS, Parameters};
use super::places::{ANCHORS, Anchors};
use super::real::{exp, ln, ln_mean, ln_sum, probability};
use crate::domain::place::PlaceClass;

/// Phones that are remembered: the first, and the last eleven others.
pub(super) const PHONES: usize = 12;
/// Bytes of a state as it is stored.
pub const STATE_BYTES: usize = 133;
/// The form of those bytes.
const FORM: u8 = 2;
/// What an account weighs that nothing speaks for yet.
pub(super) const NOTHING: f32 = -60.0;

/// Something that happened to the mark once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    HiddenOk = 1,
    HiddenBad = 2,
    HiddenTwice = 4,
    BeforeActivation = 8,
    AfterUse = 16,
    OutsideMarket = 32,
    FoundCopied = 64,
    Suspected = 128,
}

/// The running account of one mark. Logarithms are natural, and of likelihoods held against the usual honest pack's.
#[derive(Clone, Debug, PartialEq)]
pub struct MarkState {
    /// Scans by anybody, duplicates and previews apart.
    pub scans: u32,
    /// Distinct phones, as far as they are remembered.
    pub phones: u32,
    pub(super) ring: [u16; PHONES],
    /// The first and last scan that counts as evidence; 0 before.
    pub(super) first_s: u32,
    pub(super) last_s: u32,
    pub(super) honest: [f32; 3],
    pub(super) copied: [f32; 3],
    pub(super) image: f32,
    pub(super) poison: [f32; 2],
    /// Copies beyond the first item, as many as the scans let expect.
    pub(super) items: f32,
    /// Viewers of a circulating picture since `burst_s`, likewise.
    pub(super) viewers: f32,
    pub(super) burst_s: u32,
    pub(super) home: Option<Sighting>,
    pub(super) anchors: Anchors,
    /// The last network, the day it was seen, and the evidence it brought that day.
    pub(super) network: u16,
    pub(super) network_day: u16,
    pub(super) network_sum: f32,
    pub(super) flags: u8,
    /// Log-odds of the model: clipped increments, hard evidence included.
    pub(super) log_odds: f32,
    /// The highest they ever were.
    pub(super) peak: f32,
    /// The highest logarithm of the e-value.
    pub(super) e_peak: f32,
    /// The strongest piece of evidence so far.
    pub(super) strongest: Evidence,
}

impl Default for MarkState {
    fn default() -> Self {
        Self {
            scans: 0,
            phones: 0,
            ring: [0; PHONES],
            first_s: 0,
            last_s: 0,
            honest: [0.0; 3],
            copied: [0.0; 3],
            image: NOTHING,
            poison: [0.0; 2],
            items: 0.0,
            viewers: 0.0,
            burst_s: 0,
            home: None,
            anchors: [None; ANCHORS],
            network: 0,
            network_day: 0,
            network_sum: 0.0,
            flags: 0,
            log_odds: 0.0,
            peak: 0.0,
            e_peak: 0.0,
            strongest: Evidence::none(),
        }
    }
}

impl MarkState {
    pub(super) const fn has(&self, flag: Flag) -> bool {
        self.flags & flag as u8 != 0
    }

    /// Whether it was asked about before it was activated, or when no label should be on goods any more.
    pub const fn met_what_it_should_not(&self) -> bool {
        self.has(Flag::BeforeActivation) || self.has(Flag::AfterUse)
    }

    /// The logarithm of the likelihood of all kinds of copying together.
    pub(super) fn ln_copied(&self, parameters: &Parameters) -> f64 {
        ln_mean(
            &parameters.copied.map(|kind| kind.weight),
            &self.copied.map(f64::from),
        )
    }

    fn honest_logs(&self) -> [f64; 4] {
        [
            0.0,
            self.honest[0].into(),
            self.honest[1].into(),
            self.honest[2].into(),
        ]
    }

    /// The same for all accounts with one item: honest packs, a picture, poisoning.
    pub(super) fn ln_single(&self, parameters: &Parameters) -> f64 {
        let honest = self.ln_honest(parameters);
        let [rented, borrowed] = self.poison.map(f64::from);
        let [rented_weight, borrowed_weight] = parameters.spoiled;
        let poison = ln_sum(rented_weight + rented, borrowed_weight + borrowed);
        ln_sum(ln_sum(honest, f64::from(self.image)), poison)
    }

    pub(super) fn ln_honest(&self, parameters: &Parameters) -> f64 {
        ln_mean(
            &parameters.honest.map(|kind| kind.weight),
            &self.honest_logs(),
        )
    }

    /// The model's log-odds without clipping and without hard evidence, prior apart.
    pub(super) fn raw(&self, parameters: &Parameters) -> f64 {
        self.ln_copied(parameters) - self.ln_single(parameters)
    }

    /// The share that dealers' looks before the sale have in what explains the scans, copies among the explanations. `None`
    /// for a mark that one phone alone has seen: nothing can be told by that.
    pub(super) fn dealt(&self, parameters: &Parameters) -> Option<f64> {
        if self.phones < 2 {
            return None;
        }
        let copied = parameters.prior_copied + self.ln_copied(parameters);
        let all = ln_sum(self.ln_single(parameters), copied);
        let dealers = ln(parameters.honest[DEALERS].weight) + f64::from(self.honest[DEALERS - 1]);
        Some(exp(dealers - all))
    }

    /// By how much less its scans speak for copies in a season in which dealers look at so many times as many packs as
    /// believed. Never less than 0: a season can make the detector more careful, not less.
    pub(super) fn caution(&self, parameters: &Parameters, dealers: f64) -> f64 {
        if dealers <= 1.0 {
            return 0.0;
        }
        let more = parameters.honest[DEALERS].weight * (dealers - 1.0);
        let share = exp(f64::from(self.honest[DEALERS - 1]) - self.ln_single(parameters));
        ln((1.0 + more * share) / (1.0 + more)).max(0.0)
    }

    /// The logarithm of the e-value: copies against the kind of honest pack that explains the scans best. Whichever of
    /// these kinds is true, the probability that it ever reaches 1/α is about α at most: copies that begin later
    /// ([`Parameters::begins_later`]) add 9 % to it.
    pub fn ln_e_value(&self, parameters: &Parameters) -> f64 {
        self.ln_copied(parameters) - self.honest_logs().into_iter().fold(f64::MIN, f64::max)
    }

    /// The e-value, at most e^700.
    pub fn e_value(&self, parameters: &Parameters) -> f64 {
        exp(self.ln_e_value(parameters))
    }

    /// The model's log-odds that the code was copied, in the light of its season; as no calibration has corrected them yet, and
    /// without what its batch adds.
    pub fn model_log_odds(&self, parameters: &Parameters, context: &Context) -> f64 {
        let caution = self.caution(parameters, context.dealers);
        parameters.prior_copied + f64::from(self.log_odds) - caution
    }

    /// Posterior log-odds that the code was copied, in the light of its batch and season.
    pub fn log_odds(&self, parameters: &Parameters, context: &Context) -> f64 {
        parameters.corrected(self.model_log_odds(parameters, context)) + context.raise
    }

    /// What the season takes off the posterior log-odds; never above 0.
    pub fn taken_off(&self, parameters: &Parameters, context: &Context) -> f64 {
        let alone = Context {
            dealers: 1.0,
            ..*context
        };
        self.log_odds(parameters, context) - self.log_odds(parameters, &alone)
    }

    /// The posterior probability that the code was copied.
    pub fn posterior(&self, parameters: &Parameters, context: &Context) -> f64 {
        probability(self.log_odds(parameters, context))
    }

    /// By how much its scans raised the log-odds that it was copied.
    pub fn gain(&self) -> f64 {
        self.log_odds.into()
    }

    /// What the mark adds to its batch's account. For copies: two parts of its gain and one of the logarithm of its e-value, so that
    /// a batch of honest packs of an unusual kind raises fewer alarms. That it is sold elsewhere counts for the mark alone:
    /// a dealer takes whole batches.
    pub fn for_batch(&self, parameters: &Parameters) -> Part {
        let elsewhere = match self.has(Flag::OutsideMarket) {
            true => parameters.outside_market(),
            false => 0.0,
        };
        let gain = self.gain() - elsewhere;
        Part {
            log_odds: 0.65 * gain + 0.35 * self.ln_e_value(parameters).min(gain),
            dealt: self.dealt(parameters),
        }
    }

    /// Whether the mark is over the alarm level now: posterior and e-value both.
    pub fn is_over_the_level(&self, parameters: &Parameters, context: &Context) -> bool {
        self.log_odds(parameters, context) >= parameters.alarm_log_odds
            && self.has_e_value(parameters)
    }

    /// Whether its e-value suffices for an alarm. Hard evidence needs none.
    pub fn has_e_value(&self, parameters: &Parameters) -> bool {
        let needs_none = self.flags & (Flag::HiddenTwice as u8 | Flag::FoundCopied as u8) != 0;
        needs_none || self.ln_e_value(parameters) >= parameters.alarm_e_value
    }

    /// Suspects the mark from now on if it is over the alarm level. Says whether it is suspected, now or since earlier:
    /// only a decision of the office takes a suspicion back. Where a scan is answered, [`Step::decide`](super::Step::decide) says
    /// whether it may begin one.
    pub fn decide(&mut self, parameters: &Parameters, context: &Context) -> bool {
        if self.is_over_the_level(parameters, context) {
            self.flags |= Flag::Suspected as u8;
        }
        self.is_suspected()
    }

    /// Whether it is suspected of having been copied.
    pub const fn is_suspected(&self) -> bool {
        self.has(Flag::Suspected)
    }

    /// The highest log-odds the mark ever had, prior and batch apart.
    pub fn peak(&self) -> f64 {
        self.peak.into()
    }

    /// The highest posterior log-odds it ever had, but for what its batch added.
    pub fn peak_log_odds(&self, parameters: &Parameters) -> f64 {
        parameters.corrected(parameters.prior_copied + self.peak())
    }

    /// The highest logarithm of its e-value.
    pub fn e_peak(&self) -> f64 {
        self.e_peak.into()
    }

    /// The strongest piece of evidence so far, if any speaks for copies.
    pub fn strongest(&self) -> Option<Evidence> {
        (self.strongest.kind != Kind::Nothing).then_some(self.strongest)
    }

    /// As it is stored: little-endian, always [`STATE_BYTES`].
    pub fn to_bytes(&self) -> [u8; STATE_BYTES] {
        let mut out = Writer {
            bytes: [0; STATE_BYTES],
            at: 0,
        };
        out.put([FORM, self.flags]);
        out.put(self.scans.to_le_bytes());
        out.put(self.phones.to_le_bytes());
        for number in self.ring {
            out.put(number.to_le_bytes());
        }
        for number in [self.first_s, self.last_s, self.burst_s] {
            out.put(number.to_le_bytes());
        }
        for number in self.reals() {
            out.put(number.to_le_bytes());
        }
        for sighting in [self.home].into_iter().chain(self.anchors) {
            out.put(packed(sighting).to_le_bytes());
        }
        out.put(self.network.to_le_bytes());
        out.put(self.network_day.to_le_bytes());
        out.put(self.strongest.to_bytes());
        out.bytes
    }

    fn reals(&self) -> [f32; 15] {
        let [h1, h2, h3] = self.honest;
        let [c1, c2, c3] = self.copied;
        let [p1, p2] = self.poison;
        [
            h1,
            h2,
            h3,
            c1,
            c2,
            c3,
            self.image,
            p1,
            p2,
            self.items,
            self.viewers,
            self.network_sum,
            self.log_odds,
            self.peak,
            self.e_peak,
        ]
    }

    /// Reads it back; `None` if these are not the bytes of a state.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let earlier = from_form_1(bytes);
        let bytes = earlier.as_ref().map_or(bytes, |bytes| bytes.as_slice());
        let bytes: &[u8; STATE_BYTES] = bytes.try_into().ok()?;
        let mut from = Reader { bytes, at: 0 };
        let [form, flags] = from.take();
        if form != FORM {
            return None;
        }
        let (scans, phones) = (
            u32::from_le_bytes(from.take()),
            u32::from_le_bytes(from.take()),
        );
        let ring = std::array::from_fn(|_| u16::from_le_bytes(from.take()));
        let [first_s, last_s, burst_s] = std::array::from_fn(|_| u32::from_le_bytes(from.take()));
        let reals: [f32; 15] = std::array::from_fn(|_| f32::from_le_bytes(from.take()));
        if reals.iter().any(|real| !real.is_finite()) {
            return None;
        }
        let [
            h1,
            h2,
            h3,
            c1,
            c2,
            c3,
            image,
            p1,
            p2,
            items,
            viewers,
            network_sum,
            log_odds,
            peak,
            e_peak,
        ] = reals;
        let home = unpacked(u16::from_le_bytes(from.take()))?;
        let mut anchors = [None; ANCHORS];
        for anchor in &mut anchors {
            *anchor = unpacked(u16::from_le_bytes(from.take()))?;
        }
        let (network, network_day) = (
            u16::from_le_bytes(from.take()),
            u16::from_le_bytes(from.take()),
        );
        let strongest = Evidence::from_bytes(from.take())?;
        Some(Self {
            scans,
            phones,
            ring,
            first_s,
            last_s,
            honest: [h1, h2, h3],
            copied: [c1, c2, c3],
            image,
            poison: [p1, p2],
            items,
            viewers,
            burst_s,
            home,
            anchors,
            network,
            network_day,
            network_sum,
            flags,
            log_odds,
            peak,
            e_peak,
            strongest,
        })
    }
}

/// Form 1 had one account of proxies, which now stands for both kinds.
fn from_form_1(bytes: &[u8]) -> Option<[u8; STATE_BYTES]> {
    const POISON: usize = 74;
    let bytes: &[u8; STATE_BYTES - 4] = bytes.try_into().ok()?;
    if bytes[0] != 1 {
        return None;
    }
    let mut out = [0; STATE_BYTES];
    out[..POISON + 4].copy_from_slice(&bytes[..POISON + 4]);
    out[POISON + 4..].copy_from_slice(&bytes[POISON..]);
    out[0] = FORM;
    Some(out)
}

struct Writer {
    bytes: [u8; STATE_BYTES],
    at: usize,
}

impl Writer {
    fn put<const N: usize>(&mut self, bytes: [u8; N]) {
        self.bytes[self.at..self.at + N].copy_from_slice(&bytes);
        self.at += N;
    }
}

struct Reader<'a> {
    bytes: &'a [u8; STATE_BYTES],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.at..self.at + N]);
        self.at += N;
        taken
    }
}

/// A sighting in two bytes: its spot and class, from 1; 0 for none.
pub(super) fn packed(sighting: Option<Sighting>) -> u16 {
    sighting.map_or(0, |sighting| {
        sighting.spot.0 * 4 + sighting.class as u16 + 1
    })
}

/// Reads it back; `None` for what is none.
#[allow(clippy::option_option)] // no sighting, and no such sighting
pub(super) fn unpacked(packed: u16) -> Option<Option<Sighting>> {
    let Some(number) = packed.checked_sub(1) else {
        return Some(None);
    };
    let class = match number % 4 {
        0 => PlaceClass::Gps,
        1 => PlaceClass::Fixed,
        2 => PlaceClass::Mobile,
        _ => PlaceClass::Unknown,
    };
    let spot = Spot::new(number / 4)?;
    Some(Some(Sighting { spot, class }))
}
