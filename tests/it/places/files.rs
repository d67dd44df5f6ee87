//! What the files say, and which are none.

use std::fs;

use yuanmark::domain::place::PlaceClass::{Fixed, Mobile, Unknown};
use yuanmark::places::{Found, Places, PlacesError};

use super::{found, mmdb, of};
use crate::support::xdb;

/// Segments of IPv4, with holes between them.
const V4: [(&str, &str, &str); 7] = [
    ("0.0.0.0", "0.255.255.255", "0|0|0|内网IP|内网IP"),
    ("192.0.2.0", "192.0.2.255", "中国|0|湖南省|0|移动"),
    ("198.51.100.0", "198.51.100.99", "日本|0|东京都|东京|0"),
    ("203.0.113.0", "203.0.113.63", "中国|0|湖南省|益阳市|电信"),
    (
        "203.0.113.64",
        "203.0.113.127",
        "中国|湖南省|长沙市|移动|5G基站",
    ),
    (
        "203.0.113.200",
        "203.0.113.200",
        "亚洲|中国|广东|深圳|南山|电信|家庭宽带",
    ),
    (
        "203.0.113.201",
        "204.1.255.255",
        "中国|浙江省|杭州市|阿里云|数据中心",
    ),
];
const V6: [(&str, &str, &str); 2] = [
    (
        "2001:db8:1::",
        "2001:db8:1:ffff:ffff:ffff:ffff:ffff",
        "中国|湖南省|益阳市|移动|CN",
    ),
    ("2001:db8:2::", "2001:db8:2::ff", "中国|湖南省||移动|CN"),
];

fn read(bytes: &[u8]) -> Result<Places, PlacesError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.bin"); // the name says nothing
    fs::write(&path, bytes).unwrap();
    Places::read(&path)
}

#[test]
fn ip2region_files_of_both_versions() {
    for bytes in [xdb::version_2(&V4), xdb::version_3(&V4)] {
        let places = read(&bytes).unwrap();
        for (address, expected) in [
            ("0.0.0.0", Found::default()),
            ("192.0.1.255", Found::default()),
            ("192.0.2.0", found(430_000, None)),
            ("192.0.2.255", found(430_000, None)),
            ("198.51.100.7", Found::default()),
            ("198.51.100.100", Found::default()),
            ("203.0.113.0", found(430_900, None)),
            ("203.0.113.63", found(430_900, None)),
            ("203.0.113.64", found(430_100, Some(Mobile))),
            ("203.0.113.128", Found::default()),
            ("203.0.113.200", found(440_300, Some(Fixed))),
            ("203.0.113.201", found(330_100, Some(Unknown))),
            ("203.255.0.0", found(330_100, Some(Unknown))),
            ("204.1.255.255", found(330_100, Some(Unknown))),
            ("204.2.0.0", Found::default()),
            ("255.255.255.255", Found::default()),
            ("::ffff:203.0.113.7", found(430_900, None)),
            ("2001:db8:1::1", Found::default()),
        ] {
            assert_eq!(of(&places, address), expected, "{address}");
        }
    }
    let places = read(&xdb::version_3(&V6)).unwrap();
    for (address, expected) in [
        ("2001:db8:0:ffff::", Found::default()),
        ("2001:db8:1::", found(430_900, None)),
        ("2001:db8:1:2:3:4:5:6", found(430_900, None)),
        ("2001:db8:2::ff", found(430_000, None)),
        ("2001:db8:2::100", Found::default()),
        ("203.0.113.7", Found::default()),
    ] {
        assert_eq!(of(&places, address), expected, "{address}");
    }
}

#[test]
fn maxmind_files() {
    let places = Places::read(&mmdb()).unwrap();
    for (address, expected) in [
        ("203.0.113.1", found(430_900, None)),
        ("203.0.113.33", found(430_900, Some(Mobile))),
        ("203.0.113.65", found(430_900, Some(Fixed))),
        ("203.0.113.97", found(610_100, None)),
        ("203.0.113.113", found(430_000, None)),
        ("203.0.113.129", Found::default()),
        ("203.0.113.145", Found::default()),
        ("203.0.113.161", found(430_100, None)),
        ("203.0.113.177", found(810_000, None)),
        ("203.0.113.193", found(0, Some(Mobile))),
        ("203.0.113.209", Found::default()),
        ("203.0.113.255", Found::default()),
        ("2001:db8:1::1", found(430_900, Some(Unknown))),
        ("2001:db8:2::1", Found::default()),
    ] {
        assert_eq!(of(&places, address), expected, "{address}");
    }
}

#[test]
fn what_is_no_file_of_places_is_refused_in_words() {
    let good = xdb::version_3(&V4);
    let segments = u32::from_le_bytes(good[8..12].try_into().unwrap()) as usize;
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    let maxmind = fs::read(mmdb()).unwrap();
    for (bytes, said) in [
        (Vec::new(), "neither a MaxMind file"),
        (b"203.0.113.0,203.0.113.255,CN\n".to_vec(), "neither"),
        (good[..1000].to_vec(), "neither"),
        (with(&|bytes| bytes[0] = 1), "neither"),
        (with(&|bytes| bytes[2] = 2), "neither"),
        (good[..good.len() - 1].to_vec(), "cut off"),
        (good[..segments].to_vec(), "cut off"),
        (
            with(&|bytes| bytes.truncate(256 + 256 * 256 * 8 + 1)),
            "cut off",
        ),
        (with(&|bytes| bytes[8] += 1), "not where it says"),
        (with(&|bytes| bytes[8..12].fill(255)), "not where it says"),
        (with(&|bytes| bytes[12..16].fill(255)), "not where it says"),
        (with(&|bytes| bytes[8..16].fill(0)), "not where it says"),
        (with(&|bytes| bytes[16] = 5), "IP version 5"),
        (with(&|bytes| bytes[18] = 8), "pointers of 8 bytes"),
        (
            with(&|bytes| bytes[segments + 16] = 0),
            "segment 1 is out of order",
        ),
        (
            with(&|bytes| bytes[segments + 10..segments + 14].fill(255)),
            "text of segment 0",
        ),
        (maxmind[..maxmind.len() / 2].to_vec(), "neither"),
        (maxmind[maxmind.len() - 100..].to_vec(), "neither"),
        (b"\xab\xcd\xefMaxMind.com".to_vec(), "damaged"),
        (
            b"\xab\xcd\xefMaxMind.com\xff\xff\xff\xff".to_vec(),
            "damaged",
        ),
    ] {
        let error = read(&bytes).unwrap_err();
        assert!(error.to_string().contains(said), "{said}: {error}");
        assert!(!error.advice().is_empty());
    }
    let missing = Places::read("nowhere.xdb".as_ref()).unwrap_err();
    assert!(missing.to_string().contains("nowhere.xdb"), "{missing}");
}

/// Whatever is in a file, looking an address up says something or nothing, and never ends the program.
#[test]
fn spoilt_files_say_nothing_worse_than_nothing() {
    let maxmind = fs::read(mmdb()).unwrap();
    let ip2region = xdb::version_3(&V4);
    for good in [maxmind, ip2region] {
        let skipped = if good.len() > 524_544 { 524_000 } else { 0 };
        for at in (0..20).chain(skipped..good.len()) {
            let mut bytes = good.clone();
            bytes[at] ^= 0xff;
            if let Ok(places) = read(&bytes) {
                for address in ["203.0.113.1", "203.0.113.209", "2001:db8:1::1", "0.0.0.0"] {
                    of(&places, address);
                }
            }
        }
    }
}
