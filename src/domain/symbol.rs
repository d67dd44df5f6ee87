//! What a QR symbol that somebody holds before us says, and whose it is: packs carry many, and some are made to look like
//! ours. `web-verify/check/symbol.js` keeps the same rules; both are held against `tests/browser/vectors-of-symbols.json`.

use super::code::Code;
use super::serial::Serial;
use super::text::half_width;

/// Whose a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol<'a> {
    /// At our own address, or no address at all: this is to be asked.
    Ours(&'a str),
    /// At our own address, but not of a mark.
    OtherPage,
    /// Anything else.
    Elsewhere {
        /// Whether its address is made, or happens, to look like ours.
        is_lookalike: bool,
    },
}

const ELSEWHERE: Symbol<'static> = Symbol::Elsewhere {
    is_lookalike: false,
};

/// Characters that may differ before two names no longer look alike.
const FEW: usize = 2;

impl<'a> Symbol<'a> {
    /// Reads the text of a symbol. `domain` is the host of the public address, with its port if it has one.
    ///
    /// Ours is what stands at the very host; another port of it is not, as somebody else may be there.
    pub fn read(text: &'a str, domain: &str) -> Self {
        let text = text.trim();
        if Code::from_text(text).is_some() || Serial::from_typed(text).is_some() {
            return Self::Ours(text);
        }
        let Some(address) = Address::read(text) else {
            return ELSEWHERE;
        };
        if address.host == domain {
            return match address.code() {
                Some(code) => Self::Ours(code),
                None => Self::OtherPage,
            };
        }
        Self::Elsewhere {
            is_lookalike: address.looks_like(domain),
        }
    }
}

struct Address<'a> {
    /// In small letters, without the scheme's own port.
    host: String,
    /// What stands before the host's `@`, to make it look like another.
    before: String,
    path: &'a str,
}

impl<'a> Address<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let (own_port, rest) = if lower.starts_with("https://") {
            (":443", &text["https://".len()..])
        } else if lower.starts_with("http://") {
            (":80", &text["http://".len()..])
        } else if text.contains("://") {
            return None;
        } else {
            (":443", text)
        };
        // Browsers take a backslash for a slash.
        let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (before, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let host = host.to_lowercase();
        let host = host.strip_suffix(own_port).unwrap_or(&host);
        let host = host.strip_suffix('.').unwrap_or(host);
        let is_host = host.contains('.') && !host.contains(char::is_whitespace);
        (is_host || text.contains("://")).then(|| Self {
            host: host.to_owned(),
            before: before.to_lowercase(),
            path,
        })
    }

    fn code(&self) -> Option<&'a str> {
        let code = self
            .path
            .strip_prefix("/t/")
            .or_else(|| self.path.strip_prefix("/T/"))?;
        code.split(['?', '#']).next()
    }

    fn looks_like(&self, domain: &str) -> bool {
        let ours = without_port(domain);
        let host = without_port(&self.host);
        let path = self.path.to_lowercase();
        if self.before.contains(ours) || path.contains(ours) {
            return true;
        }
        // A subdomain of ours is the owner's own; our whole name within another's is a trap.
        let dotted = |name: &str| format!(".{}.", name.replace('-', "."));
        let is_below_ours = host.ends_with(&format!(".{ours}"));
        if !is_below_ours && dotted(host).contains(&dotted(ours)) {
            return true;
        }
        let (host, ours) = (skeleton(host), skeleton(ours));
        let first_labels = |name: &str| name.rsplit_once('.').map(|(first, _)| first.to_owned());
        let few = FEW.min(ours.chars().count() / 4);
        distance(&host, &ours) <= few
            || first_labels(&host).is_some() && first_labels(&host) == first_labels(&ours)
    }
}

fn without_port(host: &str) -> &str {
    host.split(':').next().unwrap_or(host)
}

/// A name as the eye takes it: characters of other scripts as the Latin ones they look like (a choice from Unicode
/// Technical Standard 39, confusables), digits as letters, and of a label in Punycode what it shows of Latin.
fn skeleton(host: &str) -> String {
    let labels = host
        .split('.')
        .map(|label| match label.strip_prefix("xn--") {
            Some(coded) => coded.rsplit_once('-').map_or("", |(plain, _)| plain),
            None => label,
        });
    let seen: String = labels
        .collect::<Vec<_>>()
        .join(".")
        .chars()
        .map(|character| seen_as(half_width(character)))
        .collect();
    seen.replace("rn", "m").replace("vv", "w")
}

const fn seen_as(character: char) -> char {
    match character {
        '0' | 'о' | 'ο' => 'o',
        '1' | 'i' | 'і' | 'ι' | 'ı' => 'l',
        '5' | 'ѕ' => 's',
        'а' | 'α' => 'a',
        'с' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'м' => 'm',
        'п' | 'ո' => 'n',
        'р' | 'ρ' => 'p',
        'т' | 'τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' => 'x',
        'у' => 'y',
        other => other,
    }
}

/// How many characters must be put in, left out, or changed, to make one of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, character) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = number + 1;
        for (place, against) in other.iter().enumerate() {
            let changed = diagonal + usize::from(*against != character);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vectors {
        domain: String,
        texts: Vec<Vector>,
    }

    #[derive(Deserialize)]
    struct Vector {
        text: String,
        is: String,
        asks: Option<String>,
    }

    #[test]
    fn the_vectors_that_browsers_pass_too() {
        let vectors = include_str!("../../tests/browser/vectors-of-symbols.json");
        let vectors: Vectors = serde_json::from_str(vectors).unwrap();
        for vector in vectors.texts {
            let (is, asks) = match Symbol::read(&vector.text, &vectors.domain) {
                Symbol::Ours(asks) => ("ours", Some(asks)),
                Symbol::OtherPage => ("other-page", None),
                Symbol::Elsewhere { is_lookalike: true } => ("lookalike", None),
                ELSEWHERE => ("elsewhere", None),
            };
            let expected = (vector.is.as_str(), vector.asks.as_deref());
            assert_eq!((is, asks), expected, "{}", vector.text);
        }
    }

    #[test]
    fn a_port_belongs_to_the_address() {
        let domain = "192.168.1.20:8080";
        let ours = Symbol::read("HTTP://192.168.1.20:8080/T/abc", domain);
        assert_eq!(ours, Symbol::Ours("abc"));
        let other = Symbol::read("http://192.168.1.20/t/abc", domain);
        assert_eq!(other, Symbol::Elsewhere { is_lookalike: true });
    }

    #[test]
    fn distances() {
        for (one, other, is) in [
            ("", "", 0),
            ("abc", "", 3),
            ("abc", "acb", 2),
            ("abc", "abxc", 1),
        ] {
            assert_eq!(distance(one, other), is, "{one} {other}");
            assert_eq!(distance(other, one), is, "{other} {one}");
        }
    }
}
