//! A writer of ip2region files, after `maker/golang/xdb/maker.go` of their makers; the reader under test shares nothing
//! with it.

use std::collections::BTreeMap;
use std::net::IpAddr;

const HEADER: usize = 256;
const INDEX: usize = 256 * 256 * 8;

/// A file of version 2 (IPv4, without the fields of version 3) with these segments: first address, last address, text.
pub fn version_2(segments: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut file = version_3(segments);
    file[0] = 2;
    file[16..20].fill(0);
    file
}

/// A file of version 3, of the family of the first segment's addresses.
pub fn version_3(segments: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut file = vec![0; HEADER + INDEX];
    let mut texts: BTreeMap<&str, u32> = BTreeMap::new();
    for (_, _, text) in segments {
        if !texts.contains_key(text) {
            texts.insert(text, u32::try_from(file.len()).unwrap());
            file.extend(text.as_bytes());
        }
    }
    let is_ipv4 = segments[0].0.parse::<IpAddr>().unwrap().is_ipv4();
    let mut places = Vec::new();
    for (first, last, text) in segments {
        let ends = [first, last].map(|end| end.parse::<IpAddr>().unwrap());
        for (first, last) in by_first_two_bytes(ends) {
            let place = u32::try_from(file.len()).unwrap();
            places.push(place);
            for address in [&first, &last] {
                if is_ipv4 {
                    file.extend(address.iter().rev());
                } else {
                    file.extend(address);
                }
            }
            file.extend(u16::try_from(text.len()).unwrap().to_le_bytes());
            file.extend(texts[text].to_le_bytes());
            let cell = HEADER + (usize::from(first[0]) * 256 + usize::from(first[1])) * 8;
            let after = u32::try_from(file.len()).unwrap();
            if file[cell..cell + 4] == [0; 4] {
                file[cell..cell + 4].copy_from_slice(&place.to_le_bytes());
            }
            file[cell + 4..cell + 8].copy_from_slice(&after.to_le_bytes());
        }
    }
    file[0] = 3;
    file[2] = 1; // by the vector index
    file[4..8].copy_from_slice(&1_700_000_000_u32.to_le_bytes());
    file[8..12].copy_from_slice(&places[0].to_le_bytes());
    file[12..16].copy_from_slice(&places[places.len() - 1].to_le_bytes());
    file[16] = if is_ipv4 { 4 } else { 6 };
    file[18] = 4;
    file
}

/// A range of addresses, cut so that all of a piece have the same first two bytes.
fn by_first_two_bytes([first, last]: [IpAddr; 2]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let bytes = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let (first, last) = (bytes(first), bytes(last));
    let head = |address: &[u8]| u16::from_be_bytes([address[0], address[1]]);
    let full = |head: u16, rest: u8| {
        let mut address = vec![rest; first.len()];
        address[..2].copy_from_slice(&head.to_be_bytes());
        address
    };
    let (begin, end) = (head(&first), head(&last));
    let pieces = (begin..=end).map(|piece| {
        let from = if piece == begin {
            first.clone()
        } else {
            full(piece, 0)
        };
        let until = if piece == end {
            last.clone()
        } else {
            full(piece, 255)
        };
        (from, until)
    });
    pieces.collect()
}
