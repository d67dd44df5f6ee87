//! Who asks: whom the proxies speak for, where that is, how much may be guessed, and what they are told of what is kept.

use super::claim_limits::ClaimLimits;
use super::limits::{PhotoLimits, SerialLimits};
use super::network::TrustedProxies;
use super::network_limit::ForgettingLimit;
use super::notice::Notice;
use super::tips::TipLimits;
use crate::service::places::LivePlaces;

/// What is known and allowed of those who ask.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The proxies whose word on the client's address is taken.
    pub proxies: TrustedProxies,
    /// How many serials may be guessed.
    pub limits: SerialLimits,
    /// How often hidden codes may be tried.
    pub claims: ClaimLimits,
    /// How often a history may be deleted.
    pub forgetting: ForgettingLimit,
    /// What people are told of what is kept of them.
    pub notice: Notice,
    /// How many photos may be sent.
    pub photos: PhotoLimits,
    /// How much may be told of suspect packs.
    pub tips: TipLimits,
    /// The places of addresses.
    pub places: LivePlaces,
}
