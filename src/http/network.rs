//! From which network a request comes: for the audit trail of the console and to slow guessers, for nothing else.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::{Extensions, HeaderMap, header};

use crate::service::trail::Origin;

/// The other end of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The network address. Behind a proxy of our own network it is the last one that the proxy wrote into
/// `X-Forwarded-For`; from anywhere else that header is anybody's word, and is not read. Of IPv6 the first 64 bits: a
/// household has them all.
pub fn of(headers: &HeaderMap, extensions: &Extensions) -> String {
    let peer = extensions.get::<Peer>().map(|peer| peer.0.to_canonical());
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded
        .and_then(|line| line.to_str().ok())
        .and_then(|line| line.rsplit(',').next())
        .and_then(|address| address.trim().parse::<IpAddr>().ok());
    let address = match (peer, forwarded) {
        (Some(peer), Some(forwarded)) if is_our_own(peer) => Some(forwarded.to_canonical()),
        (peer, _) => peer,
    };
    address.map_or_else(|| "unknown".to_owned(), name)
}

/// Whoever asks, of whom nothing is known yet but this: where from, and what the program says of itself.
pub fn stranger(login: &str, headers: &HeaderMap, extensions: &Extensions) -> Origin {
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.and_then(|agent| agent.to_str().ok());
    Origin::stranger(login, &of(headers, extensions), agent.unwrap_or_default())
}

fn is_our_own(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

fn name(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = u128::from(address) >> 64 << 64;
            format!("{}/64", Ipv6Addr::from(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_is_believed() {
        for (peer, forwarded, network) in [
            ("203.0.113.9", None, "203.0.113.9"),
            ("203.0.113.9", Some("198.51.100.1"), "203.0.113.9"),
            ("127.0.0.1", Some("198.51.100.1"), "198.51.100.1"),
            ("127.0.0.1", Some("1.2.3.4, 198.51.100.1"), "198.51.100.1"),
            ("10.0.0.5", Some("nonsense"), "10.0.0.5"),
            ("127.0.0.1", None, "127.0.0.1"),
            ("::ffff:203.0.113.9", None, "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(forwarded) = forwarded {
                headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            }
            let mut extensions = Extensions::new();
            extensions.insert(Peer(peer.parse().unwrap()));
            assert_eq!(of(&headers, &extensions), network, "{peer} {forwarded:?}");
        }
        assert_eq!(of(&HeaderMap::new(), &Extensions::new()), "unknown");
    }
}
