//! Who asks: the phone's cookie, and whether it is a person at all.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};

use super::App;
use super::security::Cookie;
use crate::domain::phone::{PhoneHash, PhoneName};
use crate::service::keys::LiveKeys;
use crate::service::system;
use crate::service::verify::Channel;

/// Parts of the names of programs that open links for a preview or an index. They get the page; nothing is counted.
/// Lower case. Add a line when the log of scans shows another.
const NOT_A_PERSON: [&str; 11] = [
    "bot",     // Googlebot, bingbot, Slackbot, Twitterbot, Applebot, Discordbot, …
    "crawler", // mpcrawler of WeChat among them
    "spider",  // Baiduspider, Sogou web spider, Bytespider, …
    "slurp",
    "facebookexternalhit",
    "whatsapp/",
    "skypeuripreview",
    "vkshare",
    "embedly",
    "iframely",
    "mastodon",
];

/// The one who asks.
#[derive(Clone)]
pub struct Visitor {
    name: PhoneName,
    is_new: bool,
    /// What is stored of the phone.
    pub phone: PhoneHash,
    /// Whether the check counts.
    pub channel: Channel,
}

impl Visitor {
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
        let channel = if is_a_person(&parts.method, &parts.headers) {
            Channel::Consumer
        } else {
            Channel::Unrecorded
        };
        Ok(Self {
            name,
            is_new: known.is_none(),
            phone: phone.hash(name),
            channel,
        })
    }
}

fn is_a_person(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_prefetch = ["sec-purpose", "purpose", "x-purpose", "x-moz"]
        .iter()
        .filter_map(|name| headers.get(*name)?.to_str().ok())
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("preview"));
    let program = text(&header::USER_AGENT)
        .unwrap_or_default()
        .to_ascii_lowercase();
    *method != Method::HEAD
        && !is_prefetch
        && !NOT_A_PERSON.iter().any(|part| program.contains(part))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn person(method: &Method, name: &'static str, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        is_a_person(method, &headers)
    }

    #[test]
    fn people_are_told_from_programs() {
        let wechat = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/116.0 Mobile MicroMessenger/8.0.47";
        assert!(person(&Method::GET, "user-agent", wechat));
        assert!(!person(&Method::HEAD, "user-agent", wechat));
        assert!(!person(&Method::GET, "sec-purpose", "prefetch;prerender"));
        for program in [
            "Twitterbot/1.0",
            "facebookexternalhit/1.1",
            "Slackbot-LinkExpanding 1.0",
            "Baiduspider/2.0",
        ] {
            assert!(!person(&Method::GET, "user-agent", program), "{program}");
        }
    }
}
