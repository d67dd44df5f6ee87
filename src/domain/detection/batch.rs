//! A batch's account: many codes with few copies each, where no single code stands out.
//!
//! For a share π of copied codes, the likelihood ratio of a batch is the product over its scanned codes of
//! 1 + π (likelihood ratio of the code − 1). Its logarithm is kept for four shares; a code's scan replaces the code's
//! old term by its new one. So the account is constant in size, and for independent codes an e-value of the batch, as far as
//! the parameters are right; where they are not, the batches of a season are off together, and [`Peers`] show by how much.
//! One code's ratio counts at most e⁶ there: one that was copied a thousand times says of its batch no more than one copied
//! five times (`docs/decisions/0045-alarms-of-a-season.md`).

use super::parameters::Parameters;
use super::peers::Peers;
use super::real::{exp, ln, ln_mean};
use super::update::narrow;

/// Bytes of a batch's account as it is stored.
pub const BATCH_BYTES: usize = 94;

/// A batch raises its codes once it was held against so many batches, itself among them.
pub const FEWEST_PEERS: u16 = 6;

/// What a mark adds to its batch's account.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Part {
    /// By how much its log-odds were raised, prior apart.
    pub log_odds: f64,
    /// The share of dealers' looks in what explains its scans, if more than one phone has seen it.
    pub dealt: Option<f64>,
}

/// The light in which a mark is seen: its batch's and its season's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Context {
    /// What the batch adds to the posterior log-odds of each of its codes; never below 0.
    pub raise: f64,
    /// How many times as many packs as believed dealers look at in this season; at least 1.
    pub dealers: f64,
}

impl Context {
    /// Of a mark of whose batch and season nothing is known.
    pub const ALONE: Self = Self {
        raise: 0.0,
        dealers: 1.0,
    };
}

/// The account of one batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchState {
    /// Codes of the batch that were scanned.
    pub codes: u32,
    /// Scans of them.
    pub scans: u32,
    pub(super) sums: [f64; 4],
    /// Codes that more than one phone has seen, and the sum of the shares that dealers' looks have in them.
    pub(super) seen_again: u32,
    pub(super) dealt: f64,
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
    /// How many times as many packs as believed dealers look at.
    dealers: f32,
    /// How many peers showed it.
    peers: u16,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            shift: [0.0; 4],
            narrowed: [1.0; 4],
            rate: 0.0,
            dealers: 1.0,
            peers: 0,
        }
    }
}

impl BatchState {
    /// Takes in a scan: what the code added so far, and what it adds now. `before` is `None` for the code's first scan.
    pub fn update(&mut self, parameters: &Parameters, before: Option<Part>, now: Part) {
        self.scans = self.scans.saturating_add(1);
        self.codes = self.codes.saturating_add(u32::from(before.is_none()));
        for (sum, share) in self.sums.iter_mut().zip(parameters.batch_shares) {
            let most = parameters.batch_most;
            let term = |part: Part| ln(1.0 + share * (exp(part.log_odds.min(most)) - 1.0));
            *sum += term(now) - before.map_or(0.0, term);
        }
        let before = before.and_then(|before| before.dealt);
        self.seen_again = match (before, now.dealt) {
            (None, Some(_)) => self.seen_again.saturating_add(1),
            (Some(_), None) => self.seen_again.saturating_sub(1),
            _ => self.seen_again,
        };
        self.dealt += now.dealt.unwrap_or(0.0) - before.unwrap_or(0.0);
    }

    /// In which light its marks are seen.
    pub fn context(&self, parameters: &Parameters) -> Context {
        Context {
            raise: self.raise(parameters),
            dealers: self.usual.dealers.into(),
        }
    }

    /// Holds it against its peers, from now on until it is held against them again. `activated` is how many of its marks
    /// are activated, 0 if that is not known.
    pub fn compare(&mut self, peers: &Peers, activated: u32) {
        self.usual = Usual {
            shift: peers.shift.map(narrow),
            narrowed: peers.narrowed.map(narrow),
            rate: narrow(peers.of_rate(self.codes, activated)),
            dealers: narrow(peers.dealers),
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
            dealers,
            peers,
        } = self.usual;
        bytes[80..82].copy_from_slice(&peers.to_le_bytes());
        bytes[82..86].copy_from_slice(&self.seen_again.to_le_bytes());
        bytes[86..].copy_from_slice(&self.dealt.to_le_bytes());
        let usual = shift.into_iter().chain(narrowed).chain([rate, dealers]);
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
        let mut reals = [0.0; 10];
        for (real, bytes) in reals.iter_mut().zip(usual) {
            *real = f32::from_le_bytes(*bytes);
        }
        let dealt = f64::from_le_bytes(bytes[86..].try_into().ok()?);
        if !dealt.is_finite() || reals.iter().any(|real| !real.is_finite()) {
            return None;
        }
        let [s1, s2, s3, s4, n1, n2, n3, n4, rate, dealers] = reals;
        let read = |at: usize| Some(f64::from_le_bytes(sums[at])).filter(|sum| sum.is_finite());
        Some(Self {
            codes: u32::from_le_bytes(codes.try_into().ok()?),
            scans: u32::from_le_bytes(scans.try_into().ok()?),
            sums: [read(0)?, read(1)?, read(2)?, read(3)?],
            seen_again: u32::from_le_bytes(bytes[82..86].try_into().ok()?),
            dealt,
            usual: Usual {
                shift: [s1, s2, s3, s4],
                narrowed: [n1, n2, n3, n4],
                rate,
                dealers,
                peers: u16::from_le_bytes([bytes[80], bytes[81]]),
            },
        })
    }
}
