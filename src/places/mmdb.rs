//! MaxMind's format: <https://maxmind.github.io/MaxMind-DB/>. The names are those of GeoIP2 and GeoLite2 City, Enterprise
//! and Connection-Type.

use std::fmt;
use std::net::IpAddr;

use maxminddb::{LookupResult, PathElement, Reader};

use super::Found;
use crate::domain::place::Prefecture;
use crate::domain::place_names::{class_in_english, in_chinese, in_english, province_named};

/// What stands before the file's description, which is at its end …
const MARKER: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// … within so many bytes.
const DESCRIPTION_BYTES: usize = 128 * 1024;

/// A file of that format.
pub struct Mmdb(Reader<Vec<u8>>);

type Looked<'a> = LookupResult<'a, Vec<u8>>;

impl Mmdb {
    /// Whether the bytes look like one.
    pub fn is_one(bytes: &[u8]) -> bool {
        let end = &bytes[bytes.len().saturating_sub(DESCRIPTION_BYTES)..];
        end.windows(MARKER.len()).any(|window| window == MARKER)
    }

    /// Takes the bytes of one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
        match reader.metadata().ip_version {
            4 | 6 => Ok(Self(reader)),
            other => Err(format!("IP version {other} is none")),
        }
    }

    /// What it says of an address. A record that cannot be read says nothing.
    pub fn of(&self, address: IpAddr) -> Found {
        match self.0.lookup(address) {
            Ok(looked) if looked.has_data() => Found {
                prefecture: prefecture(&looked),
                class: [
                    &["traits", "connection_type"][..],
                    &["connection_type"],
                    &["traits", "user_type"],
                ]
                .into_iter()
                .find_map(|path| class_in_english(text(&looked, path)?)),
            },
            _ => Found::default(),
        }
    }
}

fn prefecture(looked: &Looked<'_>) -> Option<Prefecture> {
    // Some editions name Chinese places where there is no province but the country.
    match text(looked, &["country", "iso_code"])? {
        "CN" => {}
        "TW" => return Prefecture::of_province(71),
        "HK" => return Prefecture::of_province(81),
        "MO" => return Prefecture::of_province(82),
        _ => return None,
    }
    let city = |language| text(looked, &["city", "names", language]).unwrap_or_default();
    let province = |language| first_subdivision(looked, language);
    let chinese = province("zh-CN").filter(|name| province_named(name).is_some());
    match (chinese, province("en")) {
        (Some(zh), en) => {
            let found = in_chinese(zh, city("zh-CN"));
            let is_only_the_province = found.is_some_and(Prefecture::is_a_whole_province);
            let closer = || {
                in_english(en?, city("en"))
                    .filter(|closer| found.map(Prefecture::province) == Some(closer.province()))
            };
            if is_only_the_province {
                closer().or(found)
            } else {
                found
            }
        }
        (None, Some(en)) => in_english(en, city("en")),
        (None, None) => None,
    }
}

fn first_subdivision<'a>(looked: &Looked<'a>, language: &str) -> Option<&'a str> {
    let path = [
        PathElement::Key("subdivisions"),
        PathElement::Index(0),
        PathElement::Key("names"),
        PathElement::Key(language),
    ];
    looked.decode_path(&path).ok().flatten()
}

/// The text below these keys.
fn text<'a>(looked: &Looked<'a>, keys: &[&str]) -> Option<&'a str> {
    let mut path = [const { PathElement::Key("") }; 3];
    let path = path.get_mut(..keys.len())?;
    for (element, key) in path.iter_mut().zip(keys) {
        *element = PathElement::Key(key);
    }
    looked.decode_path(path).ok().flatten()
}

impl fmt::Debug for Mmdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mmdb").finish_non_exhaustive()
    }
}
