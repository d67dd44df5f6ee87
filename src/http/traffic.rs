//! Who asks: whom the proxies speak for, where that is, and how much may be guessed.

use super::limits::SerialLimits;
use super::network::TrustedProxies;
use super::tips::TipLimits;
use crate::service::places::LivePlaces;

/// What is known and allowed of those who ask.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The proxies whose word on the client's address is taken.
    pub proxies: TrustedProxies,
    /// How much may be guessed.
    pub limits: SerialLimits,
    /// How much may be told of suspect packs.
    pub tips: TipLimits,
    /// The places of addresses.
    pub places: LivePlaces,
}
