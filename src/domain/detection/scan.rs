//! A scan as the detector sees it.

use super::geography::Sighting;

/// Who scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channel {
    /// Somebody with a phone.
    #[default]
    Consumer,
    /// An inspector.
    Inspector,
    /// A dealer who said so: looks before the sale prove nothing.
    Dealer,
    /// A link preview or a robot: no scan at all.
    Preview,
}

impl Channel {
    /// The channel of a word of `scans.csv`.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Some(match slug {
            "consumer" => Self::Consumer,
            "inspector" => Self::Inspector,
            "dealer" => Self::Dealer,
            "preview" => Self::Preview,
            _ => return None,
        })
    }

    /// Its word.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Consumer => "consumer",
            Self::Inspector => "inspector",
            Self::Dealer => "dealer",
            Self::Preview => "preview",
        }
    }
}

/// What the hidden code said that came with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    /// None was given.
    #[default]
    None,
    /// It is right.
    Ok,
    /// It is wrong.
    Bad,
}

impl Hidden {
    /// The word of `scans.csv`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ok => "ok",
            Self::Bad => "bad",
        }
    }

    /// What a word of `scans.csv` says.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::None, Self::Ok, Self::Bad]
            .into_iter()
            .find(|hidden| hidden.slug() == slug)
    }
}

/// What the ledger says of the mark at the time of the scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // four facts, each on its own
pub struct Standing {
    /// It was not activated yet.
    pub before_activation: bool,
    /// It was used up, returned or destroyed.
    pub after_use: bool,
    /// It is licensed for another market.
    pub outside_market: bool,
    /// The office decided that it was copied.
    pub found_copied: bool,
}

/// One scan of one mark.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// Seconds since 2020-01-01 in UTC, at least 1.
    pub at_s: u32,
    /// A hash of whose phone it was.
    pub phone: Option<u64>,
    /// Where.
    pub sighting: Option<Sighting>,
    /// A hash of the network it came from.
    pub network: Option<u64>,
    /// Who scanned.
    pub channel: Channel,
    /// The hidden code.
    pub hidden: Hidden,
    /// What the ledger says.
    pub standing: Standing,
}
