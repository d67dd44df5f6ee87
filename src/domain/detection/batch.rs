//! A batch's account: many codes with few copies each, where no single code stands out.
//!
//! For a share π of copied codes, the likelihood ratio of a batch is the product over its scanned codes of
//! 1 + π (likelihood ratio of the code − 1). Its logarithm is kept for four shares; a code's scan replaces the code's
//! old term by its new one. So the account is constant in size, and for independent codes an e-value of the batch.

use super::parameters::Parameters;
use super::real::{exp, ln, ln_mean};

/// Bytes of a batch's account as it is stored.
pub const BATCH_BYTES: usize = 40;

/// The account of one batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BatchState {
    /// Codes of the batch that were scanned.
    pub codes: u32,
    /// Scans of them.
    pub scans: u32,
    pub(super) sums: [f64; 4],
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

    /// The logarithm of the batch's evidence that some of its codes were copied.
    pub fn evidence(&self) -> f64 {
        ln_mean(&[0.25; 4], &self.sums.map(|sum| sum.min(600.0)))
    }

    /// Whether it is over the alarm level.
    pub fn is_alarming(&self, parameters: &Parameters) -> bool {
        self.evidence() >= parameters.alarm_batch
    }

    /// By how much the batch raises the prior log-odds of each of its codes: from the share of copied codes that its
    /// scans let expect, weighed by how much they prove. Never below 0.
    pub fn raise(&self, parameters: &Parameters) -> f64 {
        let prior = exp(parameters.prior_copied);
        // One batch in a thousand has copies in many of its codes.
        let weights = [2.5 * prior; 4];
        let highest = self.sums.iter().copied().fold(0.0, f64::max);
        let (mut all, mut copied) = ((1.0 - 10.0 * prior) * exp(-highest), 0.0);
        for ((sum, share), weight) in self.sums.iter().zip(parameters.batch_shares).zip(weights) {
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
        bytes
    }

    /// Reads it back; `None` if these are not the bytes of an account.
    pub fn from_bytes(bytes: &[u8; BATCH_BYTES]) -> Option<Self> {
        let (head, sums) = bytes.split_at(8);
        let (codes, scans) = head.split_at(4);
        let (sums, _) = sums.as_chunks::<8>();
        let read = |at: usize| Some(f64::from_le_bytes(sums[at])).filter(|sum| sum.is_finite());
        Some(Self {
            codes: u32::from_le_bytes(codes.try_into().ok()?),
            scans: u32::from_le_bytes(scans.try_into().ok()?),
            sums: [read(0)?, read(1)?, read(2)?, read(3)?],
        })
    }
}
