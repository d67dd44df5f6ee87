//! From which address a request comes: for the audit trail, to slow guessers, and for the place of a query. It goes into
//! no log, and of it only the trail keeps anything.
//!
//! Behind a proxy the other end of the connection is the proxy. Whom it names in `X-Forwarded-For` is believed when the
//! proxy is one of [`TrustedProxies`]; from anybody else that header is anybody's word, and is not read.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use axum::http::{Extensions, HeaderMap, header};

use crate::service::trail::Origin;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request comes from, as it was found out before the request met a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// The address of whoever asks, if it is known.
pub fn client(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|client| client.0)
}

/// The name of the network of whoever asks, as the audit trail has it.
pub fn of(extensions: &Extensions) -> String {
    client(extensions).map_or_else(
        || "unknown".to_owned(),
        |client| Network::of(client).to_string(),
    )
}

/// Whoever asks, of whom nothing is known yet but this: where from, and what the program says of itself.
pub fn stranger(login: &str, headers: &HeaderMap, extensions: &Extensions) -> Origin {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    Origin::stranger(login, &of(extensions), agent.unwrap_or_default())
}

/// A network as far as it is one customer's: an IPv4 address, or the first 64 bits of an IPv6 address, all of which a
/// household has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(IpAddr);

impl Network {
    /// The network of whoever asks. Who comes from nowhere is one network.
    pub fn of_client(address: Option<IpAddr>) -> Self {
        Self::of(address.unwrap_or(Ipv6Addr::UNSPECIFIED.into()))
    }

    /// The network of an address.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) >> 64 << 64).into(),
        })
    }

    /// Its first address.
    pub const fn address(self) -> IpAddr {
        self.0
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

/// The proxies whose word on whom they speak for is taken; at first none.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<AddressRange>);

impl TrustedProxies {
    /// These.
    pub const fn new(ranges: Vec<AddressRange>) -> Self {
        Self(ranges)
    }

    fn has(&self, address: IpAddr) -> bool {
        self.0.iter().any(|range| range.has(address))
    }

    /// Whether somebody in front of us says whom it speaks for, and is not believed: mostly a proxy that was not named.
    pub fn ignores(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        headers.contains_key(FORWARDED_FOR) && !self.has(peer.to_canonical())
    }

    /// The address that a request comes from. If a trusted proxy is at the other end, `X-Forwarded-For` is read from
    /// the right, where each proxy adds whom it got the request from: the first that is not itself a trusted proxy is
    /// the client. What stands further left the client may have made up. Where it is no address, the client is as far
    /// as it can be told.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let mut client = peer.to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut named = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        while self.has(client) {
            match named.next().map(|name| address(name.trim())) {
                Some(Some(further)) => client = further,
                Some(None) | None => break,
            }
        }
        Client(client)
    }
}

/// An address as proxies write it: some add the port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.parse().ok();
    let with_port = || {
        let socket: std::net::SocketAddr = text.parse().ok()?;
        Some(socket.ip())
    };
    let in_brackets = || {
        let inside = text.strip_prefix('[')?.strip_suffix(']')?;
        inside.parse().ok()
    };
    let found: Option<IpAddr> = bare.or_else(with_port).or_else(in_brackets);
    found.map(|address| address.to_canonical())
}

/// Addresses that begin alike, written as in `10.0.0.0/8` or `::1` (CIDR, RFC 4632).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    /// How many bits all of them have in common.
    bits: u32,
}

/// Why a text is no [`AddressRange`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressRangeError {
    /// Neither an address nor one with a number of bits.
    #[error("it must be an address as in 192.0.2.7 or ::1, or a range as in 10.0.0.0/8")]
    Form,
    /// More bits than the address has.
    #[error("an address of this kind has {0} bits, not more")]
    TooManyBits(u32),
    /// Everybody.
    #[error("this is everybody: then whoever asks could claim any address; name the proxies alone")]
    Everybody,
    /// The address is not the first of its range.
    #[error("this range begins at {0}; write it so, or leave out the bits if one address is meant")]
    NotTheFirst(IpAddr),
}

impl AddressRange {
    fn has(self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let rest = 32 - self.bits;
                u32::from(first).unbounded_shr(rest) == u32::from(address).unbounded_shr(rest)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let rest = 128 - self.bits;
                u128::from(first).unbounded_shr(rest) == u128::from(address).unbounded_shr(rest)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let given: IpAddr = address.parse().map_err(|_| AddressRangeError::Form)?;
        let size = if given.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => size,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().map_err(|_| AddressRangeError::Form)?
            }
            Some(_) => return Err(AddressRangeError::Form),
        };
        if bits > size {
            return Err(AddressRangeError::TooManyBits(size));
        }
        let first: IpAddr = match given {
            IpAddr::V4(given) => {
                let rest = size - bits;
                u32::from(given)
                    .unbounded_shr(rest)
                    .unbounded_shl(rest)
                    .to_be_bytes()
                    .into()
            }
            IpAddr::V6(given) => {
                let rest = size - bits;
                u128::from(given)
                    .unbounded_shr(rest)
                    .unbounded_shl(rest)
                    .to_be_bytes()
                    .into()
            }
        };
        if first != given {
            return Err(AddressRangeError::NotTheFirst(first));
        }
        // An IPv4 address in the clothes of IPv6 is what the other end looks like on a socket for both.
        let mapped = match first.to_canonical() {
            IpAddr::V4(inner) if first.is_ipv6() && bits >= 96 => Some((inner.into(), bits - 96)),
            _ => None,
        };
        let (first, bits) = mapped.unwrap_or((first, bits));
        if bits == 0 {
            return Err(AddressRangeError::Everybody);
        }
        Ok(Self { first, bits })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn proxies(ranges: &[&str]) -> TrustedProxies {
        TrustedProxies::new(ranges.iter().map(|range| range.parse().unwrap()).collect())
    }

    fn found(proxies: &TrustedProxies, peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(proxies.client(peer.parse().unwrap(), &headers));
        of(&extensions)
    }

    #[test]
    fn without_a_word_nobody_is_believed() {
        let nobody = TrustedProxies::default();
        for peer in ["127.0.0.1", "10.0.0.5", "192.168.1.1", "203.0.113.9"] {
            assert_eq!(found(&nobody, peer, &["198.51.100.1"]), peer);
        }
        assert_eq!(found(&nobody, "::1", &["198.51.100.1"]), "::/64");
        assert_eq!(found(&nobody, "::ffff:203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(
            found(&nobody, "2001:db8:1:2:3:4:5:6", &[]),
            "2001:db8:1:2::/64"
        );
        assert_eq!(of(&Extensions::new()), "unknown");
    }

    #[test]
    fn the_first_from_the_right_that_is_no_proxy_of_ours_is_the_client() {
        let ours = proxies(&["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8:ffff::/48"]);
        for (peer, forwarded, network) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("11.0.0.1", &["198.51.100.1"], "11.0.0.1"),
            ("127.0.0.2", &["198.51.100.1"], "127.0.0.2"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4, 198.51.100.1"], "198.51.100.1"),
            (
                "127.0.0.1",
                &["1.2.3.4 , 198.51.100.1,10.1.2.3"],
                "198.51.100.1",
            ),
            (
                "127.0.0.1",
                &["1.2.3.4", "198.51.100.1", "10.1.2.3"],
                "198.51.100.1",
            ),
            (
                "::1",
                &["2001:db8:1:2:3:4:5:6, 2001:db8:ffff::7"],
                "2001:db8:1:2::/64",
            ),
            ("::ffff:10.0.0.5", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // All of them are ours: the furthest.
            ("127.0.0.1", &["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
            // What is no address says nothing, nor does what stands left of it.
            ("10.0.0.5", &["nonsense"], "10.0.0.5"),
            ("10.0.0.5", &["198.51.100.1, unknown, 10.0.0.8"], "10.0.0.8"),
            ("10.0.0.5", &["198.51.100.1,"], "10.0.0.5"),
            ("10.0.0.5", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.5", &["[2001:db8::1]:4711"], "2001:db8::/64"),
            ("10.0.0.5", &["[2001:db8::1]"], "2001:db8::/64"),
        ] {
            assert_eq!(
                found(&ours, peer, forwarded),
                network,
                "{peer} {forwarded:?}"
            );
        }
        // Not a header in letters.
        let mut headers = HeaderMap::new();
        let value = axum::http::HeaderValue::from_bytes(b"198.51.100.1\xff").unwrap();
        headers.append(FORWARDED_FOR, value);
        let peer = "10.0.0.5".parse().unwrap();
        assert_eq!(ours.client(peer, &headers), Client(peer));
    }

    #[test]
    fn a_word_that_is_not_taken_is_noticed() {
        let ours = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let (inside, outside) = ("10.0.0.5".parse().unwrap(), "192.0.2.1".parse().unwrap());
        let mut headers = HeaderMap::new();
        assert!(!ours.ignores(outside, &headers));
        headers.insert(FORWARDED_FOR, HeaderValue::from_static("203.0.113.1"));
        assert!(ours.ignores(outside, &headers));
        assert!(!ours.ignores(inside, &headers));
    }

    #[test]
    fn ranges_are_read_strictly() {
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.8/30", "192.0.2.11", "192.0.2.12"),
            ("::1", "::1", "::2"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"),
            ("::ffff:192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("128.0.0.0/1", "203.0.113.1", "::1"),
            ("8000::/1", "fd00::1", "2001:db8::1"),
        ] {
            let range: AddressRange = text.parse().unwrap();
            assert!(range.has(inside.parse().unwrap()), "{text} {inside}");
            assert!(!range.has(outside.parse().unwrap()), "{text} {outside}");
        }
        let error = |text: &str| text.parse::<AddressRange>().unwrap_err();
        for text in [
            "",
            "10",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "host",
            " ::1",
            "10.0.0.0/99999999999",
        ] {
            assert_eq!(error(text), AddressRangeError::Form, "{text}");
        }
        assert_eq!(error("10.0.0.0/33"), AddressRangeError::TooManyBits(32));
        assert_eq!(error("::/129"), AddressRangeError::TooManyBits(128));
        for text in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
            assert_eq!(error(text), AddressRangeError::Everybody, "{text}");
        }
        let first = "10.0.0.0".parse().unwrap();
        assert_eq!(error("10.1.0.0/8"), AddressRangeError::NotTheFirst(first));
    }
}
