//! A batch's account: many codes with few copies each, where no single code stands out.
//!
//! For a share π of copied codes, the likelihood ratio of a batch is the product over its scanned codes of
//! 1 + π (likelihood ratio of the code − 1). Its logarithm is kept for four shares; a code's scan replaces the code's
//! old term by its new one. So the account is constant in size, and for independent codes an e-value of the batch, as far as
//! the parameters are right; where they are not, the batches of a season are off together, and [`Peers`] show by how much.

use super::parameters::Parameters;
use super::peers::Peers;
use super::real::{exp, ln, ln_mean};
use super::update::narrow;

/// Bytes of a batch's account as it is stored.
pub const BATCH_BYTES: usize = 78;

/// A batch raises its codes once it was held against so many batches, itself among them.
pub const FEWEST_PEERS: u16 = 6;

/// The account of one batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchState {
    /// Codes of the batch that were scanned.
    pub codes: u32,
    /// Scans of them.
    pub scans: u32,
    pub(super) sums: [f64; 4],
    /// What its peers showed when it was last held against them.
    pub(super) usual: Usual,
}

/// What is usual among the peers of a batch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usual {
    /// Sums per scanned code beyond what the parameters believe, and how much less a departure counts.
    shift: [f32; 4],
    narrowed: [f32; 4],
    /// Evidence that lies in how many of its marks were scanned.
    rate: f32,
    /// How many peers showed it.
    peers: u16,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            shift: [0.0; 4],
            narrowed: [1.0; 4],
            rate: 0.0,
            peers: 0,
        }
    }
}

impl BatchState {
    /// Takes in a scan: by how much the code's log-odds (prior apart) were raised so far, and now. `before` is `None` for
    /// the code's first scan.
    pub fn update(&mut self, parameters: &Parameters, before: Option<f64>, now: f64) {
        self.scans = self.scans.saturating_add(1);
        self.codes = self.codes.saturating_add(u32::from(before.is_none()));
        for (sum, share) in self.sums.iter_mut().zip(parameters.batch_shares) {
            let term = |log_odds: f64| ln(1.0 + share * (exp(log_odds.min(20.0)) - 1.0));
            *sum += term(now) - before.map_or(0.0, term);
        }
    }

    /// Holds it against its peers, from now on until it is held against them again. `activated` is how many of its marks
    /// are activated, 0 if that is not known.
    pub fn compare(&mut self, peers: &Peers, activated: u32) {
        self.usual = Usual {
            shift: peers.shift.map(narrow),
            narrowed: peers.narrowed.map(narrow),
            rate: narrow(peers.of_rate(self.codes, activated)),
            peers: peers.count,
        };
    }

    /// The sums as they would be if honest batches were as they should: what is usual is taken off, and a fair account of this
    /// spread sinks by half its variance.
    fn adjusted(&self, parameters: &Parameters) -> [f64; 4] {
        let codes = f64::from(self.codes);
        std::array::from_fn(|at| {
            let [mean, spread] = parameters.batch_usual[at];
            let apart = self.sums[at] - codes * (mean + f64::from(self.usual.shift[at]));
            let fair = -0.5 * spread * spread * codes;
            let narrowed = apart * f64::from(self.usual.narrowed[at]);
            (fair + narrowed + f64::from(self.usual.rate)).min(600.0)
        })
    }

    /// The logarithm of the batch's evidence that some of its codes were copied.
    pub fn evidence(&self, parameters: &Parameters) -> f64 {
        ln_mean(&[0.25; 4], &self.adjusted(parameters))
    }

    /// Whether it is over the alarm level.
    pub fn is_alarming(&self, parameters: &Parameters) -> bool {
        self.evidence(parameters) >= parameters.alarm_batch
    }

    /// By how much the batch raises the prior log-odds of each of its codes: from the share of copied codes that its
    /// scans let expect, weighed by how much they prove. Never below 0; and 0 until it was held against
    /// [`FEWEST_PEERS`], for without them all batches of a season seem to have copies whenever the parameters are wrong.
    pub fn raise(&self, parameters: &Parameters) -> f64 {
        if self.usual.peers < FEWEST_PEERS {
            return 0.0;
        }
        let prior = exp(parameters.prior_copied);
        // One batch in five thousand has copies in many of its codes.
        let weights = [0.5 * prior; 4];
        let sums = self.adjusted(parameters);
        let highest = sums.iter().copied().fold(0.0, f64::max);
        let (mut all, mut copied) = ((1.0 - 2.0 * prior) * exp(-highest), 0.0);
        for ((sum, share), weight) in sums.iter().zip(parameters.batch_shares).zip(weights) {
            let weight = weight * exp(sum - highest);
            all += weight;
            copied += weight * share;
        }
        let expected: f64 = weights
            .iter()
            .zip(parameters.batch_shares)
            .map(|(weight, share)| weight * share)
            .sum();
        ln((prior + copied / all) / (prior + expected)).max(0.0)
    }

    /// As it is stored.
    pub fn to_bytes(&self) -> [u8; BATCH_BYTES] {
        let mut bytes = [0; BATCH_BYTES];
        bytes[..4].copy_from_slice(&self.codes.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.scans.to_le_bytes());
        for (at, sum) in self.sums.iter().enumerate() {
            bytes[8 + 8 * at..16 + 8 * at].copy_from_slice(&sum.to_le_bytes());
        }
        let Usual {
            shift,
            narrowed,
            rate,
            peers,
        } = self.usual;
        bytes[76..].copy_from_slice(&peers.to_le_bytes());
        let usual = shift.into_iter().chain(narrowed).chain([rate]);
        for (at, real) in usual.enumerate() {
            bytes[40 + 4 * at..44 + 4 * at].copy_from_slice(&real.to_le_bytes());
        }
        bytes
    }

    /// Reads it back; `None` if these are not the bytes of an account.
    pub fn from_bytes(bytes: &[u8; BATCH_BYTES]) -> Option<Self> {
        let (head, sums) = bytes.split_at(8);
        let (codes, scans) = head.split_at(4);
        let (sums, usual) = sums.split_at(32);
        let (sums, _) = sums.as_chunks::<8>();
        let (usual, _) = usual.as_chunks::<4>();
        let mut reals = [0.0; 9];
        for (real, bytes) in reals.iter_mut().zip(usual) {
            *real = f32::from_le_bytes(*bytes);
        }
        if reals.iter().any(|real| !real.is_finite()) {
            return None;
        }
        let [s1, s2, s3, s4, n1, n2, n3, n4, rate] = reals;
        let read = |at: usize| Some(f64::from_le_bytes(sums[at])).filter(|sum| sum.is_finite());
        Some(Self {
            codes: u32::from_le_bytes(codes.try_into().ok()?),
            scans: u32::from_le_bytes(scans.try_into().ok()?),
            sums: [read(0)?, read(1)?, read(2)?, read(3)?],
            usual: Usual {
                shift: [s1, s2, s3, s4],
                narrowed: [n1, n2, n3, n4],
                rate,
                peers: u16::from_le_bytes([bytes[76], bytes[77]]),
            },
        })
    }
}
