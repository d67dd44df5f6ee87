//! Who asks a serving program: whom its proxies speak for, how much may be guessed, and where addresses are.

use std::path::PathBuf;

use clap::Args;

use super::failure::Failure;
use crate::http::{AddressRange, Limit, RateLimits, Traffic, TrustedProxies};
use crate::places::PlacesError;
use crate::service::places::LivePlaces;

#[derive(Args)]
#[command(next_help_heading = "Who asks")]
pub(super) struct TrafficArguments {
    /// A proxy before us, as an address or a range: whom it names in X-Forwarded-For is believed. Repeat it for each
    #[arg(
        long = "trusted-proxy",
        env = "YUANMARK_TRUSTED_PROXY",
        value_delimiter = ',',
        value_name = "CIDR"
    )]
    trusted_proxies: Vec<AddressRange>,
    /// A file that says where addresses are, .mmdb or .xdb; of several, the first that knows. It is read again when it
    /// changes
    #[arg(
        long,
        env = "YUANMARK_PLACES",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    places: Vec<PathBuf>,
    /// Serials that are not ours, before a network has to wait; 0 for no limit
    #[arg(
        long,
        env = "YUANMARK_GUESSES_PER_HOUR",
        default_value_t = Limit::Guesses.per_hour(),
        value_name = "N"
    )]
    guesses_per_hour: u32,
    /// Questions by one and the same serial, before it has to be scanned; 0 for no limit
    #[arg(
        long,
        env = "YUANMARK_ASKS_OF_A_SERIAL_PER_HOUR",
        default_value_t = Limit::Asks.per_hour(),
        value_name = "N"
    )]
    asks_of_a_serial_per_hour: u32,
}

impl TrafficArguments {
    pub(super) fn open(self) -> Result<Traffic, Failure> {
        Ok(Traffic {
            proxies: TrustedProxies::new(self.trusted_proxies),
            limits: RateLimits::default()
                .with(Limit::Guesses, self.guesses_per_hour)
                .with(Limit::Asks, self.asks_of_a_serial_per_hour),
            places: LivePlaces::open(self.places)?,
            ..Traffic::default()
        })
    }
}

impl From<PlacesError> for Failure {
    fn from(error: PlacesError) -> Self {
        Self::wrong_input(error.to_string(), error.advice())
    }
}
