//! ip2region's format, versions 2 (IPv4) and 3 (IPv4 or IPv6), as its makers define it in `maker/golang/xdb/maker.go` and
//! `version.go` of <https://github.com/lionsoul2014/ip2region>. Numbers are little-endian.
//!
//! ```text
//! header      256 bytes      version u16, index policy u16, made at u32, first segment u32, last segment u32;
//!                            from version 3 on: IP version u16 (4 or 6), bytes of a pointer u16 (4)
//! index       512 KiB        for the first two bytes of an address the segments to search
//! texts       …              fields between |, in UTF-8
//! segments    …              first address, last address, length of its text u16, where its text is u32;
//!                            an IPv4 address backwards (4 bytes), an IPv6 address as on the wire (16 bytes)
//! ```
//!
//! The segments lie in the order of addresses and are searched as they are: the index would save a dozen steps of the
//! search, each some nanoseconds.

use std::fmt;
use std::net::IpAddr;
use std::ops::Range;

use super::Found;
use crate::domain::place_names::{class_in_chinese, in_fields};

const HEADER_BYTES: usize = 256;
const INDEX_BYTES: usize = 256 * 256 * 8;
/// Length and place of a segment's text.
const TEXT_BYTES: usize = 6;
/// The one index policy that makers write (the other was never given out).
const VECTOR_INDEX: u16 = 1;

/// A file of that format.
pub struct Xdb {
    bytes: Vec<u8>,
    family: Family,
    /// Where the segments are.
    segments: Range<usize>,
}

/// Which addresses are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

impl Family {
    const fn address_bytes(self) -> usize {
        match self {
            Self::V4 => 4,
            Self::V6 => 16,
        }
    }

    const fn segment_bytes(self) -> usize {
        2 * self.address_bytes() + TEXT_BYTES
    }

    /// An address as it stands in a segment.
    fn read(self, bytes: &[u8]) -> u128 {
        let add = |sum: u128, byte: &u8| sum << 8 | u128::from(*byte);
        match self {
            Self::V4 => bytes.iter().rev().fold(0, add),
            Self::V6 => bytes.iter().fold(0, add),
        }
    }
}

/// A segment.
struct Segment {
    first: u128,
    last: u128,
    text: Range<usize>,
}

impl Xdb {
    /// Whether the bytes look like one.
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.len() > HEADER_BYTES + INDEX_BYTES
            && matches!(u16_at(bytes, 0), 2 | 3)
            && u16_at(bytes, 2) == VECTOR_INDEX
    }

    /// Takes the bytes of one, and sees that every segment lies within it and after the one before.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let family = match (u16_at(&bytes, 0), u16_at(&bytes, 16)) {
            (2, _) | (3, 4) => Family::V4,
            (3, 6) => Family::V6,
            (_, other) => return Err(format!("IP version {other} is none")),
        };
        if u16_at(&bytes, 0) == 3 && u16_at(&bytes, 18) != 4 {
            return Err(format!(
                "pointers of {} bytes are unknown",
                u16_at(&bytes, 18)
            ));
        }
        let (first, last) = (u32_at(&bytes, 8), u32_at(&bytes, 12));
        let size = family.segment_bytes();
        let is_within = first >= HEADER_BYTES + INDEX_BYTES
            && first <= last
            && (last - first) % size == 0
            && last + size <= bytes.len();
        if !is_within {
            return Err("its segments are not where it says; it may be cut off".to_owned());
        }
        let file = Self {
            bytes,
            family,
            segments: first..last + size,
        };
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), String> {
        let mut before = None;
        for place in 0..self.count() {
            let segment = self.segment(place);
            let is_in_order = segment.first <= segment.last && before < Some(segment.first);
            if !is_in_order {
                return Err(format!("segment {place} is out of order"));
            }
            if segment.text.end > self.bytes.len() {
                return Err(format!("the text of segment {place} is not in the file"));
            }
            before = Some(segment.last);
        }
        Ok(())
    }

    const fn count(&self) -> usize {
        (self.segments.end - self.segments.start) / self.family.segment_bytes()
    }

    fn segment(&self, place: usize) -> Segment {
        let size = self.family.segment_bytes();
        let start = self.segments.start + place * size;
        let bytes = &self.bytes[start..start + size];
        let (first, rest) = bytes.split_at(self.family.address_bytes());
        let (last, text) = rest.split_at(self.family.address_bytes());
        let begins = u32_at(text, 2);
        Segment {
            first: self.family.read(first),
            last: self.family.read(last),
            text: begins..begins + usize::from(u16_at(text, 0)),
        }
    }

    /// The text of an address.
    fn text(&self, address: IpAddr) -> Option<&str> {
        let address = match (address.to_canonical(), self.family) {
            (IpAddr::V4(address), Family::V4) => u128::from(u32::from(address)),
            (IpAddr::V6(address), Family::V6) => u128::from(address),
            (IpAddr::V4(_), Family::V6) | (IpAddr::V6(_), Family::V4) => return None,
        };
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = low.midpoint(high);
            let segment = self.segment(middle);
            if address < segment.first {
                high = middle;
            } else if address > segment.last {
                low = middle + 1;
            } else {
                return std::str::from_utf8(self.bytes.get(segment.text)?).ok();
            }
        }
        None
    }

    /// What it says of an address.
    pub fn of(&self, address: IpAddr) -> Found {
        let text = self.text(address).unwrap_or_default();
        Found {
            prefecture: in_fields(text),
            class: class_in_chinese(text),
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    let number = u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
    number as usize // a pointer has at least so many bits on every machine that sqlx runs on
}

impl fmt::Debug for Xdb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Xdb");
        shown.field("family", &self.family);
        shown.finish_non_exhaustive()
    }
}
