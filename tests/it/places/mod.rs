//! Files of places: read in both formats, refused when they are none, and taken again when they change.

mod files;
mod live;

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use yuanmark::domain::place::{PlaceClass, Prefecture};
use yuanmark::places::{Found, Places};

/// The file in MaxMind's format; `tests/data/places.mmdb.py` made it.
pub fn mmdb() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/places.mmdb")
}

fn found(prefecture: u32, class: Option<PlaceClass>) -> Found {
    Found {
        prefecture: Prefecture::new(prefecture),
        class,
    }
}

fn of(places: &Places, address: &str) -> Found {
    places.of(address.parse::<IpAddr>().unwrap())
}
