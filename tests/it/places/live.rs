//! Files that change while the program runs.

use std::fs;
use std::net::IpAddr;
use std::path::Path;

use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::service::places::LivePlaces;

use super::mmdb;
use crate::support::xdb;

fn place(prefecture: u32, class: PlaceClass) -> Option<Place> {
    let prefecture = Prefecture::new(prefecture)?;
    Some(Place { prefecture, class })
}

fn of(places: &LivePlaces, address: &str) -> Option<Place> {
    places.of(address.parse::<IpAddr>().unwrap())
}

fn ip2region(text: &str) -> Vec<u8> {
    xdb::version_3(&[("203.0.113.0", "203.0.113.255", text)])
}

/// Puts a file in the place of another, as one should.
fn replace(path: &Path, bytes: &[u8]) {
    let new = path.with_extension("new");
    fs::write(&new, bytes).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_changed_file_is_taken_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places");
    replace(&path, &ip2region("中国|0|湖南省|益阳市|电信"));
    let places = LivePlaces::open([path.clone()]).unwrap();
    let yiyang = place(430_900, PlaceClass::Unknown);
    assert_eq!(of(&places, "203.0.113.7"), yiyang);
    assert_eq!(of(&places, "192.0.2.7"), None);
    assert_eq!(places.reload().unwrap(), 0);

    replace(&path, &ip2region("中国|0|湖南省|长沙市|基站"));
    assert_eq!(places.reload().unwrap(), 1);
    assert_eq!(places.reload().unwrap(), 0);
    let changsha = place(430_100, PlaceClass::Mobile);
    assert_eq!(of(&places, "203.0.113.7"), changsha);

    let whole = ip2region("中国|0|湖南省|益阳市|电信");
    for broken in [&b""[..], b"nonsense", &whole[..whole.len() - 9]] {
        replace(&path, broken);
        assert!(places.reload().is_err());
        assert_eq!(
            places.reload().unwrap(),
            0,
            "it is not read again and again"
        );
        assert_eq!(of(&places, "203.0.113.7"), changsha);
    }
    fs::remove_file(&path).unwrap();
    assert!(places.reload().is_err());
    assert_eq!(of(&places, "203.0.113.7"), changsha);

    // Another kind of file under the same name.
    replace(&path, &fs::read(mmdb()).unwrap());
    assert_eq!(places.reload().unwrap(), 1);
    assert_eq!(of(&places, "203.0.113.7"), yiyang);
}

#[test]
fn of_several_files_the_first_that_knows_says_it() {
    let folder = tempfile::tempdir().unwrap();
    let [v4, v6] = ["v4", "v6"].map(|name| folder.path().join(name));
    replace(&v4, &ip2region("中国|0|湖南省|长沙市|电信"));
    let text = "中国|0|湖南省|长沙市|宽带";
    let bytes = xdb::version_3(&[("2001:db8:1::", "2001:db8:9::", text)]);
    replace(&v6, &bytes);
    let places = LivePlaces::open([v4, v6, mmdb()]).unwrap();
    // The place of the first, the class of the last.
    let changsha = |class| place(430_100, class);
    assert_eq!(of(&places, "203.0.113.33"), changsha(PlaceClass::Mobile));
    assert_eq!(of(&places, "203.0.113.1"), changsha(PlaceClass::Unknown));
    assert_eq!(of(&places, "2001:db8:1::1"), changsha(PlaceClass::Fixed));
    assert_eq!(of(&places, "2001:db8:8::1"), changsha(PlaceClass::Fixed));
    assert_eq!(of(&places, "2001:db8:a::1"), None);

    assert_eq!(of(&LivePlaces::default(), "203.0.113.1"), None);
    let error = LivePlaces::open([mmdb(), folder.path().join("none")]).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}
