//! Where the goods of an order are to be sold (销售区域): the provinces that the order names. An order that names none is for
//! goods sold anywhere.
//!
//! A pack that turns up elsewhere is evidence, not proof: people carry gifts (`docs/DETECTION.md`).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::place::{Place, PlaceClass, province_of};
use super::place_names::province_called;
use super::said::{Said, said};

/// At least one province, each by the first two digits of its code of GB/T 2260, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market(Vec<u32>);

impl Market {
    /// Provinces by their names in Chinese or English, as people say them or in full, or by their codes, with commas, 、 or blanks
    /// between them.
    ///
    /// # Errors
    /// All that is no province; or that none is named.
    pub fn new(text: &str) -> Result<Self, Said> {
        let parts = text.split([',', '，', '、', ';', '；']).map(str::trim);
        let (mut provinces, mut unknown) = (Vec::new(), Vec::new());
        for part in parts.filter(|part| !part.is_empty()) {
            // Names in English have blanks in them.
            if let Some(province) = province_called(part) {
                provinces.push(province);
                continue;
            }
            for name in part.split_whitespace() {
                match province_called(name) {
                    Some(province) => provinces.push(province),
                    None => unknown.push(name),
                }
            }
        }
        if !unknown.is_empty() {
            return Err(none(&unknown));
        }
        Self::of(provinces).ok_or_else(nothing)
    }

    /// The provinces of these codes, six digits each.
    ///
    /// # Errors
    /// What is no code of a province; or that there is none.
    pub fn of_codes<T: AsRef<str>>(codes: &[T]) -> Result<Self, Said> {
        let codes = codes.iter().map(AsRef::as_ref);
        let provinces = codes.map(|code| coded(code).ok_or_else(|| no_code(code)));
        let provinces: Result<Vec<u32>, Said> = provinces.collect();
        Self::of(provinces?).ok_or_else(nothing)
    }

    fn of(mut provinces: Vec<u32>) -> Option<Self> {
        provinces.sort_unstable();
        provinces.dedup();
        (!provinces.is_empty()).then_some(Self(provinces))
    }

    /// The codes of its provinces, six digits each.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|two| format!("{two}0000"))
    }

    /// Its provinces in Chinese and in English.
    pub fn names(&self) -> Said {
        let (zh, en): (Vec<&str>, Vec<&str>) =
            self.0.iter().copied().filter_map(province_of).unzip();
        Said::new(en.join(", "), zh.join("、"))
    }

    /// Whether a place is outside, and known well enough to say so: from the phone itself or as a fixed line. The address of a
    /// mobile network is that of its gateway, which may stand in another province.
    pub fn excludes(&self, place: Option<Place>) -> bool {
        place.is_some_and(|place| {
            let is_known = matches!(place.class, PlaceClass::Gps | PlaceClass::Fixed);
            is_known && !self.0.contains(&(place.prefecture.code() / 10_000))
        })
    }
}

/// The province of a code of six digits.
fn coded(code: &str) -> Option<u32> {
    let two: u32 = code.strip_suffix("0000")?.parse().ok()?;
    province_of(two).map(|_| two)
}

fn none(names: &[&str]) -> Said {
    said!(
        "no province is called {}; a market is provinces, such as Hunan,Guangdong or 湖南,广东", names.join(", ");
        "“{}”不是省级行政区名称，应如“湖南、广东”", names.join("”“")
    )
}

fn nothing() -> Said {
    said!(
        "no province is named; for goods sold anywhere leave the market out",
        "没有填写省级行政区；不限区域的请留空"
    )
}

fn no_code(code: &str) -> Said {
    said!(
        "`{code}` is no province's code of GB/T 2260, such as 430000",
        "“{code}”不是 GB/T 2260 的省级行政区代码，应如 430000"
    )
}

impl fmt::Display for Market {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().zh)
    }
}

impl Serialize for Market {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.codes())
    }
}

impl<'de> Deserialize<'de> for Market {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let codes = Vec::<String>::deserialize(deserializer)?;
        Self::of_codes(&codes).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::Prefecture;

    #[test]
    fn a_market_is_provinces_by_any_of_their_names() {
        let market = Market::new("广东省、 湖南，Inner Mongolia; 广东").unwrap();
        assert_eq!(market.to_string(), "内蒙古、湖南、广东");
        assert_eq!(market.names().en, "Inner Mongolia, Hunan, Guangdong");
        let json = serde_json::to_string(&market).unwrap();
        assert_eq!(json, r#"["150000","430000","440000"]"#);
        assert_eq!(serde_json::from_str::<Market>(&json).unwrap(), market);
        let blanks = Market::new("440000　湖南 Hong Kong,湖南省 Inner Mongolia").unwrap_err();
        assert!(
            blanks.zh.contains("“Hong”“Kong”“Inner”“Mongolia”"),
            "{blanks}"
        );
        let blanks = Market::new("440000　湖南 Hunan 43").unwrap();
        assert_eq!(blanks.to_string(), "湖南、广东");
        for wrong in ["", "、", "湖南、湖西", "长沙", "430"] {
            assert!(Market::new(wrong).is_err(), "{wrong}");
        }
        for wrong in ["[]", r#"["430100"]"#, r#"["990000"]"#, r#"["43"]"#] {
            assert!(serde_json::from_str::<Market>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn outside_is_only_what_is_known_to_be() {
        let market = Market::new("湖南").unwrap();
        let at = |code, class| {
            let prefecture = Prefecture::new(code).unwrap();
            market.excludes(Some(Place { prefecture, class }))
        };
        assert!(at(440_100, PlaceClass::Gps) && at(440_000, PlaceClass::Fixed));
        assert!(!at(440_100, PlaceClass::Mobile) && !at(440_100, PlaceClass::Unknown));
        assert!(!at(430_100, PlaceClass::Gps) && !at(430_000, PlaceClass::Fixed));
        assert!(!market.excludes(None));
    }
}
