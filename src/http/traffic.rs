//! Who asks: whom the proxies speak for, where that is, how much may be guessed and sent, and what they are told of what is kept.

use super::limits::RateLimits;
use super::network::TrustedProxies;
use super::notice::Notice;
use super::photo::Turns;
use crate::service::places::LivePlaces;

/// What is known and allowed of those who ask.
#[derive(Debug, Default)]
pub struct Traffic {
    /// The proxies whose word on the client's address is taken.
    pub proxies: TrustedProxies,
    /// How much may be guessed and sent.
    pub limits: RateLimits,
    /// What people are told of what is kept of them.
    pub notice: Notice,
    /// Where photos wait to be read.
    pub photos: Turns,
    /// The places of addresses.
    pub places: LivePlaces,
}
