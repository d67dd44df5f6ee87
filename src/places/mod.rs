//! Files that say where network addresses are: MaxMind's format (`.mmdb`) and ip2region's (`.xdb`).
//!
//! What belongs here: telling which format a file has, checking it, and looking an address up in it. What does not: what
//! a name in a file means (`domain::place_names`), and when a file is read again (`service::places`). A file is read
//! into memory; nothing is ever said of an address but what a file says.

mod error;
mod mmdb;
mod xdb;

use std::net::IpAddr;
use std::path::Path;

pub use error::PlacesError;

use self::mmdb::Mmdb;
use self::xdb::Xdb;
use crate::domain::place::{PlaceClass, Prefecture};

/// What a file says of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub prefecture: Option<Prefecture>,
    /// What kind of network it is of.
    pub class: Option<PlaceClass>,
}

/// A file of addresses, read and checked.
#[derive(Debug)]
pub struct Places(Kind);

#[derive(Debug)]
enum Kind {
    Mmdb(Mmdb),
    Xdb(Xdb),
}

impl Places {
    /// Reads a file. Its name says nothing: the kind is told by what is in it.
    ///
    /// # Errors
    /// [`PlacesError`] if it cannot be read, is of neither kind, or is damaged.
    pub fn read(path: &Path) -> Result<Self, PlacesError> {
        let bytes = std::fs::read(path).map_err(|source| PlacesError::Io {
            path: path.to_owned(),
            source,
        })?;
        let damaged = |what: String| PlacesError::Damaged {
            path: path.to_owned(),
            what,
        };
        if Mmdb::is_one(&bytes) {
            let file = Mmdb::new(bytes).map_err(damaged)?;
            return Ok(Self(Kind::Mmdb(file)));
        }
        if Xdb::is_one(&bytes) {
            let file = Xdb::new(bytes).map_err(damaged)?;
            return Ok(Self(Kind::Xdb(file)));
        }
        Err(PlacesError::NeitherKind(path.to_owned()))
    }

    /// What the file says of an address.
    pub fn of(&self, address: IpAddr) -> Found {
        match &self.0 {
            Kind::Mmdb(file) => file.of(address),
            Kind::Xdb(file) => file.of(address),
        }
    }
}
