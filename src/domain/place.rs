//! Where a query came from: a prefecture of China, and how that is known.
//!
//! The table is `data/places.csv`: code of GB/T 2260, name, province, coordinates, population, seat; in
//! `data/place-names-english.csv` stands what is called otherwise in English than its seat. How names are looked up stands in
//! [`super::place_names`].

use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../data/places.csv");
const NAMES: &str = include_str!("../../data/place-names-english.csv");

/// Province-level divisions by the first two digits of their code, in Chinese as people say them and in English.
pub(super) const PROVINCES: [(u32, &str, &str); 34] = [
    (11, "北京", "Beijing"),
    (12, "天津", "Tianjin"),
    (13, "河北", "Hebei"),
    (14, "山西", "Shanxi"),
    (15, "内蒙古", "Inner Mongolia"),
    (21, "辽宁", "Liaoning"),
    (22, "吉林", "Jilin"),
    (23, "黑龙江", "Heilongjiang"),
    (31, "上海", "Shanghai"),
    (32, "江苏", "Jiangsu"),
    (33, "浙江", "Zhejiang"),
    (34, "安徽", "Anhui"),
    (35, "福建", "Fujian"),
    (36, "江西", "Jiangxi"),
    (37, "山东", "Shandong"),
    (41, "河南", "Henan"),
    (42, "湖北", "Hubei"),
    (43, "湖南", "Hunan"),
    (44, "广东", "Guangdong"),
    (45, "广西", "Guangxi"),
    (46, "海南", "Hainan"),
    (50, "重庆", "Chongqing"),
    (51, "四川", "Sichuan"),
    (52, "贵州", "Guizhou"),
    (53, "云南", "Yunnan"),
    (54, "西藏", "Tibet"),
    (61, "陕西", "Shaanxi"),
    (62, "甘肃", "Gansu"),
    (63, "青海", "Qinghai"),
    (64, "宁夏", "Ningxia"),
    (65, "新疆", "Xinjiang"),
    (71, "台湾", "Taiwan"),
    (81, "香港", "Hong Kong"),
    (82, "澳门", "Macau"),
];

/// The province of the first two digits of a code, in Chinese and in English.
pub fn province_of(two_digits: u32) -> Option<(&'static str, &'static str)> {
    let found = PROVINCES.iter().find(|(code, ..)| *code == two_digits);
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
    /// The address of a network of which nobody says what kind it is; it proves no more than a mobile one's.
    Unknown,
}

impl PlaceClass {
    /// The word in the database and in `scans.csv`.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Gps => "gps",
            Self::Fixed => "fixed",
            Self::Mobile => "mobile",
            Self::Unknown => "unknown",
        }
    }

    /// The class a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Gps, Self::Fixed, Self::Mobile, Self::Unknown]
            .into_iter()
            .find(|class| class.slug() == slug)
    }
}

/// A row of the table.
pub(super) struct Row {
    pub code: u32,
    /// The code as it is written.
    pub digits: &'static str,
    /// Such as 益阳市.
    pub name: &'static str,
    /// Where it is governed from, in English, such as Heshan.
    pub seat: &'static str,
    /// What it is called in English, such as Yiyang.
    pub called: &'static str,
    /// For those who read no Chinese: both names.
    pub english: String,
}

/// The table, by code.
pub(super) static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let called: BTreeMap<&str, &str> = NAMES
        .lines()
        .skip(1)
        .filter_map(|row| row.split_once(','))
        .collect();
    let read = |row: &'static str| {
        let mut fields = row.split(',');
        let digits = fields.next()?;
        let (name, seat) = (fields.next()?, fields.next_back()?);
        let called = called.get(digits).copied().unwrap_or(seat);
        Some(Row {
            code: digits.parse().ok()?,
            digits,
            name,
            seat,
            called,
            english: format!("{name} ({called})"),
        })
    };
    let mut rows: Vec<Row> = TABLE.lines().skip(1).filter_map(read).collect();
    rows.sort_by_key(|row| row.code);
    rows
});

/// The prefectures of a province, by its first two digits.
pub(super) fn prefectures_of(province: u32) -> &'static [Row] {
    let first = ROWS.partition_point(|row| row.code / 10_000 < province);
    let after = ROWS.partition_point(|row| row.code / 10_000 <= province);
    &ROWS[first..after]
}

/// A name in Chinese and in English.
pub type Names = (&'static str, &'static str);

/// A prefecture of the table; or a province as a whole where only that is known, under its own code of GB/T 2260, such
/// as 430000 for Hunan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prefecture(u32);

impl Prefecture {
    /// The prefecture of a six-digit code, if the table has it, or the province of one.
    pub fn new(code: u32) -> Option<Self> {
        let is_there = is_in_table(code)
            || Self::of_province(code / 10_000).is_some_and(|whole| whole.0 == code);
        is_there.then_some(Self(code))
    }

    /// A province of which the prefecture is not known, by its first two digits. One that is a single prefecture, such
    /// as Beijing, is that prefecture.
    pub fn of_province(two_digits: u32) -> Option<Self> {
        province_of(two_digits)?;
        match prefectures_of(two_digits) {
            [only] => Some(Self(only.code)),
            _ => Some(Self(two_digits * 10_000)),
        }
    }

    /// Whether only the province is known.
    pub fn is_a_whole_province(self) -> bool {
        !is_in_table(self.0)
    }

    /// The six digits.
    pub const fn code(self) -> u32 {
        self.0
    }

    /// What it is called, in Chinese, and for those who read none; or what the province is called where only that is known.
    pub fn name(self) -> (&'static str, &'static str) {
        match ROWS.binary_search_by_key(&self.0, |row| row.code) {
            Ok(place) => (ROWS[place].name, &ROWS[place].english),
            Err(_) => self.province(),
        }
    }

    /// Every province by its names in Chinese and English, the one we are in first, with its prefectures: the six digits and
    /// the names of each.
    pub fn by_province() -> impl Iterator<Item = (Names, Vec<(&'static str, Names)>)> {
        const OURS: u32 = 43;
        let ours = PROVINCES.iter().filter(|(code, ..)| *code == OURS);
        let others = PROVINCES.iter().filter(|(code, ..)| *code != OURS);
        ours.chain(others).map(|(code, zh, en)| {
            let rows = prefectures_of(*code).iter();
            let all = rows.map(|row| (row.digits, (row.name, row.english.as_str())));
            ((*zh, *en), all.collect())
        })
    }

    /// Its province in Chinese and in English.
    pub fn province(self) -> (&'static str, &'static str) {
        province_of(self.0 / 10_000).unwrap_or(("", ""))
    }
}

fn is_in_table(code: u32) -> bool {
    ROWS.binary_search_by_key(&code, |row| row.code).is_ok()
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
        assert_eq!(Prefecture::new(0), None);
        assert_eq!(Prefecture::new(430_001), None);
    }

    #[test]
    fn a_province_as_a_whole_has_its_own_code() {
        for (two, zh, en) in PROVINCES {
            let whole = Prefecture::of_province(two).unwrap();
            assert_eq!(whole.province(), (zh, en));
            assert_eq!(Prefecture::new(whole.code()), Some(whole));
        }
        let code = |two| Prefecture::of_province(two).map(Prefecture::code);
        assert_eq!(code(43), Some(430_000));
        assert!(Prefecture::new(430_000).unwrap().is_a_whole_province());
        // What is one prefecture alone is that.
        assert_eq!(code(11), Some(110_100));
        assert_eq!(code(81), Some(810_000));
        assert!(!Prefecture::new(810_000).unwrap().is_a_whole_province());
        assert_eq!(Prefecture::new(110_000), None);
        assert_eq!(code(99), None);
    }

    #[test]
    fn all_prefectures_can_be_chosen_ours_first() {
        let all: Vec<_> = Prefecture::by_province().collect();
        assert_eq!(all.len(), PROVINCES.len());
        assert_eq!(all[0].0, ("湖南", "Hunan"));
        let count: usize = all.iter().map(|(_, prefectures)| prefectures.len()).sum();
        assert_eq!(count, ROWS.len());
        let yiyang = Prefecture::new(430_900).unwrap();
        assert!(
            all[0]
                .1
                .contains(&("430900", ("益阳市", "益阳市 (Yiyang)")))
        );
        assert_eq!(yiyang.name(), ("益阳市", "益阳市 (Yiyang)"));
        assert_eq!(Prefecture(430_000).name(), ("湖南", "Hunan"));
    }

    #[test]
    fn every_class_has_its_word() {
        for (class, word) in [
            (PlaceClass::Gps, "gps"),
            (PlaceClass::Fixed, "fixed"),
            (PlaceClass::Mobile, "mobile"),
            (PlaceClass::Unknown, "unknown"),
        ] {
            assert_eq!(class.slug(), word);
            assert_eq!(PlaceClass::from_slug(word), Some(class));
        }
    }

    #[test]
    fn every_other_name_is_one_of_a_place_and_is_not_that_of_its_seat() {
        let named: Vec<&Row> = ROWS.iter().filter(|row| row.called != row.seat).collect();
        assert_eq!(
            named.len(),
            NAMES.lines().count() - 1,
            "each has a code of the table"
        );
        for row in named {
            assert!(!row.called.is_empty() && !row.called.contains(','));
        }
    }
}
