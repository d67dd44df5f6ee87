//! Where a query came from: a prefecture of China, and how that is known.
//!
//! The table is `data/places.csv`: code of GB/T 2260, name, province, coordinates, population.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/places.csv");

/// Province-level divisions by the first two digits of their code, in Chinese as people say them and in English.
const PROVINCES: [(&str, &str, &str); 34] = [
    ("11", "北京", "Beijing"),
    ("12", "天津", "Tianjin"),
    ("13", "河北", "Hebei"),
    ("14", "山西", "Shanxi"),
    ("15", "内蒙古", "Inner Mongolia"),
    ("21", "辽宁", "Liaoning"),
    ("22", "吉林", "Jilin"),
    ("23", "黑龙江", "Heilongjiang"),
    ("31", "上海", "Shanghai"),
    ("32", "江苏", "Jiangsu"),
    ("33", "浙江", "Zhejiang"),
    ("34", "安徽", "Anhui"),
    ("35", "福建", "Fujian"),
    ("36", "江西", "Jiangxi"),
    ("37", "山东", "Shandong"),
    ("41", "河南", "Henan"),
    ("42", "湖北", "Hubei"),
    ("43", "湖南", "Hunan"),
    ("44", "广东", "Guangdong"),
    ("45", "广西", "Guangxi"),
    ("46", "海南", "Hainan"),
    ("50", "重庆", "Chongqing"),
    ("51", "四川", "Sichuan"),
    ("52", "贵州", "Guizhou"),
    ("53", "云南", "Yunnan"),
    ("54", "西藏", "Tibet"),
    ("61", "陕西", "Shaanxi"),
    ("62", "甘肃", "Gansu"),
    ("63", "青海", "Qinghai"),
    ("64", "宁夏", "Ningxia"),
    ("65", "新疆", "Xinjiang"),
    ("71", "台湾", "Taiwan"),
    ("81", "香港", "Hong Kong"),
    ("82", "澳门", "Macau"),
];

/// The province of the first two digits of a code, in Chinese and in English.
pub fn province_of(two_digits: u32) -> Option<(&'static str, &'static str)> {
    let two = format!("{two_digits:02}");
    let found = PROVINCES.iter().find(|(code, ..)| *code == two);
    found.map(|(_, zh, en)| (*zh, *en))
}

/// How a place is known; it decides how much the place proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceClass {
    /// The phone's own position, offered by the person.
    Gps,
    /// The address of a fixed line.
    Fixed,
    /// The address of a mobile network: wrong by about 200 km in the median.
    Mobile,
}

impl PlaceClass {
    /// The word in the database and in `scans.csv`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Gps => "gps",
            Self::Fixed => "fixed",
            Self::Mobile => "mobile",
        }
    }

    /// The class a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Gps, Self::Fixed, Self::Mobile]
            .into_iter()
            .find(|class| class.slug() == slug)
    }
}

/// A prefecture of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefecture(u32);

impl Prefecture {
    /// The prefecture of a six-digit code, if the table has it.
    pub fn new(code: u32) -> Option<Self> {
        static NAMES: LazyLock<HashMap<u32, &str>> = LazyLock::new(|| {
            let rows = TABLE.lines().skip(1);
            rows.filter_map(|row| row.split_once(','))
                .filter_map(|(code, rest)| Some((code.parse().ok()?, rest)))
                .collect()
        });
        NAMES.contains_key(&code).then_some(Self(code))
    }

    /// The six digits.
    pub const fn code(self) -> u32 {
        self.0
    }

    /// Its province in Chinese and in English.
    pub fn province(self) -> (&'static str, &'static str) {
        province_of(self.0 / 10_000).unwrap_or(("", ""))
    }
}

/// A place, and how it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub prefecture: Prefecture,
    /// How that is known.
    pub class: PlaceClass,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefecture_of_the_table_has_a_province_of_the_same_name() {
        let mut rows = 0;
        for row in TABLE.lines().skip(1) {
            let mut fields = row.split(',');
            let code = fields.next().unwrap().parse().unwrap();
            let long_name = fields.nth(1).unwrap();
            let (zh, en) = Prefecture::new(code).unwrap().province();
            assert!(
                !zh.is_empty() && long_name.starts_with(zh),
                "{row}: {zh} {en}"
            );
            rows += 1;
        }
        assert!(rows > 330);
        assert_eq!(Prefecture::new(999_999), None);
    }
}
