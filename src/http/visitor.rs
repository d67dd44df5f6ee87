//! Who asks: the phone's cookie, and whether it is a person at all.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::App;
use super::network;
use super::network::Network;
use super::person;
use super::security::Cookie;
use crate::domain::phone::{NetworkHash, PhoneHash, PhoneName};
use crate::service::keys::LiveKeys;
use crate::service::system;
use crate::service::verify::Channel;

/// The one who asks.
#[derive(Clone)]
pub struct Visitor {
    name: PhoneName,
    is_new: bool,
    /// What is stored of the phone.
    pub phone: PhoneHash,
    /// Whether the check counts.
    pub channel: Channel,
    /// From which address, if that is known.
    pub address: Option<IpAddr>,
}

impl Visitor {
    /// Whether the phone came with a name that we gave it.
    pub const fn has_name(&self) -> bool {
        !self.is_new
    }

    /// What is stored of the network it comes through.
    pub fn network(&self, keys: &LiveKeys) -> Option<NetworkHash> {
        let phone = &keys.secrets.phone;
        Some(match Network::of(self.address?).address() {
            IpAddr::V4(address) => phone.network(&address.octets(), system::now()),
            IpAddr::V6(address) => phone.network(&address.octets(), system::now()),
        })
    }

    /// Gives the phone its name, if it came without one and is a phone.
    pub fn name_phone(&self, keys: &LiveKeys, is_secure: bool, headers: &mut HeaderMap) {
        if !self.is_new || self.channel == Channel::Unrecorded {
            return;
        }
        let value = keys.secrets.phone.cookie(self.name);
        Cookie::Phone.set(&value, is_secure, headers);
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let phone = &app.keys.secrets.phone;
        let known = Cookie::Phone
            .values(&parts.headers, app.public_url.is_secure())
            .find_map(|value| phone.name_in(value));
        let name = known.unwrap_or_else(|| PhoneName::new(system::random()));
        let channel = if person::asks(&parts.method, &parts.headers) {
            Channel::Consumer
        } else {
            Channel::Unrecorded
        };
        Ok(Self {
            name,
            is_new: known.is_none(),
            phone: phone.hash(name),
            channel,
            address: network::client(&parts.extensions),
        })
    }
}
