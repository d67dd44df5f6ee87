//! What files of network addresses call a place and a network, read as a prefecture of our table and a class.
//!
//! Chinese names go first: those of the table are official, and the files write them in full or as people say them
//! (湘西土家族苗族自治州, 湘西州, 湘西). English names are what remains where a file has no Chinese one.

use super::place::{PROVINCES, PlaceClass, Prefecture, Row, prefectures_of, province_of};

/// What follows a province's name as people say it.
const PROVINCE_ENDINGS: [&str; 7] = [
    "",
    "省",
    "市",
    "自治区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
];
const SPECIAL_REGION: &str = "特别行政区";
/// What follows a prefecture's name in a file; the first that fits is taken off.
const PREFECTURE_ENDINGS: [&str; 7] = ["自治州", "自治县", "地区", "市", "州", "盟", "县"];

/// Words by which a file says that an address is of a mobile network. An operator's name is none: 移动 has fixed lines.
const MOBILE_WORDS: [&str; 8] = [
    "移动网络",
    "移动数据",
    "蜂窝",
    "基站",
    "3G",
    "4G",
    "5G",
    "手机",
];
/// … of a line that ends where people are.
const FIXED_WORDS: [&str; 6] = ["宽带", "家庭", "住宅", "企业", "专线", "校园"];
/// … of machines: whoever comes from there is somewhere else.
const MACHINE_WORDS: [&str; 5] = ["数据中心", "机房", "IDC", "云计算", "代理"];

/// The first two digits of a province's code, by its Chinese name in full or as people say it.
pub fn province_named(name: &str) -> Option<u32> {
    let found = PROVINCES.iter().find(|(code, zh, _)| {
        name.strip_prefix(zh).is_some_and(|ending| {
            PROVINCE_ENDINGS.contains(&ending) || (*code > 80 && ending == SPECIAL_REGION)
        })
    });
    found.map(|(code, ..)| *code)
}

/// The same by a Chinese or an English name, or by its code of two or six digits.
pub fn province_called(name: &str) -> Option<u32> {
    let is_english = name
        .bytes()
        .all(|byte| byte.is_ascii_alphabetic() || byte == b' ');
    let english = || is_english.then(|| province_in_english(name)).flatten();
    let coded = || province_coded(name.strip_suffix("0000").unwrap_or(name));
    province_named(name).or_else(english).or_else(coded)
}

fn province_coded(two_digits: &str) -> Option<u32> {
    let is_code = two_digits.len() == 2 && two_digits.bytes().all(|byte| byte.is_ascii_digit());
    let code = two_digits.parse().ok().filter(|_| is_code)?;
    province_of(code).map(|_| code)
}

fn province_in_english(name: &str) -> Option<u32> {
    let found = PROVINCES.iter().find(|(_, _, en)| same_letters(en, name));
    found.map(|(code, ..)| *code)
}

/// The prefecture of a province, by a Chinese name in full or as people say it. A county that has its prefecture's name
/// (大理市) is in it.
fn prefecture_named(province: u32, name: &str) -> Option<Prefecture> {
    let short = PREFECTURE_ENDINGS
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .filter(|short| short.chars().count() >= 2)
        .unwrap_or(name);
    if short.chars().count() < 2 {
        return None;
    }
    let mut rows = prefectures_of(province).iter();
    let row = rows.find(|row| row.name.starts_with(short))?; // two characters tell those of a province apart
    Prefecture::new(row.code)
}

/// The place of a province's and a smaller division's Chinese names; the province as a whole if the other is none of its
/// prefectures.
pub fn in_chinese(province: &str, smaller: &str) -> Option<Prefecture> {
    let province = province_named(province)?;
    prefecture_named(province, smaller).or_else(|| Prefecture::of_province(province))
}

/// The same of English names, as far as we have them: of a prefecture its own or that of its seat.
pub fn in_english(province: &str, smaller: &str) -> Option<Prefecture> {
    let letters = |name: &str| name.bytes().filter(u8::is_ascii_alphabetic).count();
    let province = province_in_english(province)?;
    let of = |name: fn(&Row) -> &'static str| {
        let mut rows = prefectures_of(province).iter();
        rows.find(|row| letters(smaller) > 0 && same_letters(name(row), smaller))
    };
    match of(|row| row.called).or_else(|| of(|row| row.seat)) {
        Some(row) => Prefecture::new(row.code),
        None => Prefecture::of_province(province),
    }
}

/// Whether two names are the same but for case, spaces, apostrophes and accents: Xi’an, Xi'an, Xian.
fn same_letters(one: &str, other: &str) -> bool {
    fn letters(name: &str) -> impl Iterator<Item = u8> {
        let letters = name.bytes().filter(u8::is_ascii_alphabetic);
        letters.map(|letter| letter.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// The place in a line of fields between `|`, as ip2region files have them: the country (perhaps after the continent or
/// before its region), the province, the prefecture, the county, the operator, …; `0` or nothing where it is not known.
pub fn in_fields(line: &str) -> Option<Prefecture> {
    let mut fields = line.split('|');
    let mut before = 0;
    let is_china = fields.clone().take(2).any(|field| {
        before += 1;
        field == "中国"
    });
    if !is_china {
        // Some files put the special regions and Taiwan where countries are.
        let country = fields.next()?;
        let country = country.strip_prefix("中国").unwrap_or(country);
        return province_named(country)
            .filter(|province| *province > 70)
            .and_then(Prefecture::of_province);
    }
    let mut fields = fields.skip(before);
    let province = fields.find_map(province_named)?;
    fields
        .find_map(|field| prefecture_named(province, field))
        .or_else(|| Prefecture::of_province(province))
}

/// The class that the words of a text say; none if they say nothing, or say two things.
pub fn class_in_chinese(text: &str) -> Option<PlaceClass> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&MACHINE_WORDS) {
        return Some(PlaceClass::Unknown);
    }
    match (has(&MOBILE_WORDS), has(&FIXED_WORDS)) {
        (true, false) => Some(PlaceClass::Mobile),
        (false, true) => Some(PlaceClass::Fixed),
        (true, true) | (false, false) => None,
    }
}

/// The class of a connection type or a kind of user, in MaxMind's words. Machines and satellites are not where their
/// users are.
pub fn class_in_english(word: &str) -> Option<PlaceClass> {
    match word {
        "Cellular" | "cellular" => Some(PlaceClass::Mobile),
        "Cable/DSL" | "Corporate" | "Dialup" | "business" | "cafe" | "college" | "dialup"
        | "government" | "library" | "military" | "residential" | "school" => {
            Some(PlaceClass::Fixed)
        }
        "Satellite"
        | "consumer_privacy_network"
        | "content_delivery_network"
        | "hosting"
        | "router"
        | "search_engine_spider"
        | "traveler" => Some(PlaceClass::Unknown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::ROWS;

    fn code(found: Option<Prefecture>) -> u32 {
        found.map_or(0, Prefecture::code)
    }

    #[test]
    fn every_prefecture_is_found_by_its_name() {
        for row in ROWS.iter() {
            let (zh, _) = Prefecture::new(row.code).unwrap().province();
            let names = [row.name, row.name.trim_end_matches(['市', '盟', '县'])];
            for name in names {
                assert_eq!(code(in_chinese(zh, name)), row.code, "{zh} {name}");
            }
        }
    }

    #[test]
    fn a_province_is_called_by_its_name_or_its_code() {
        for name in ["湖南", "湖南省", "hunan", "43", "430000"] {
            assert_eq!(province_called(name), Some(43), "{name}");
        }
        for name in ["", "湖西", "4", "430", "99", "+43", "430100", "0000"] {
            assert_eq!(province_called(name), None, "{name}");
        }
    }

    #[test]
    fn two_characters_tell_the_prefectures_of_a_province_apart() {
        let begins = |row: &'static crate::domain::place::Row| {
            let begin: String = row.name.chars().take(2).collect();
            (row.code / 10_000, begin)
        };
        let all: std::collections::HashSet<_> = ROWS.iter().map(begins).collect();
        assert_eq!(all.len(), ROWS.len());
    }

    #[test]
    fn names_as_people_say_them() {
        for (province, smaller, found) in [
            ("湖南省", "益阳市", 430_900),
            ("湖南", "益阳", 430_900),
            ("湖南省", "湘西州", 433_100),
            ("湖南省", "湘西", 433_100),
            ("湖南省", "湘西土家族苗族自治州", 433_100),
            ("湖南省", "", 430_000),
            ("湖南省", "0", 430_000),
            ("湖南省", "沅江市", 430_000),
            ("湖南省", "湘", 430_000),
            ("湖南省", "广州市", 430_000),
            ("贵州省", "黔西南州", 522_300),
            ("贵州省", "黔南州", 522_700),
            ("云南省", "大理市", 532_900),
            ("青海省", "海南州", 632_500),
            ("青海省", "海", 630_000),
            ("海南省", "海口市", 460_100),
            ("海南省", "白沙县", 469_025),
            ("海南省", "白沙黎族自治县", 469_025),
            ("吉林省", "吉林市", 220_200),
            ("内蒙古自治区", "锡林郭勒盟", 152_500),
            ("广西壮族自治区", "南宁市", 450_100),
            ("新疆维吾尔自治区", "伊犁州", 654_000),
            ("新疆", "伊犁哈萨克自治州", 654_000),
            ("黑龙江省", "大兴安岭", 232_700),
            ("北京市", "北京市", 110_100),
            ("北京", "朝阳区", 110_100),
            ("重庆市", "", 500_100),
            ("香港特别行政区", "", 810_000),
            ("台湾省", "台北市", 710_000),
            ("北京特别行政区", "", 0),
            ("湖南路", "益阳市", 0),
            ("加利福尼亚", "益阳市", 0),
        ] {
            assert_eq!(
                code(in_chinese(province, smaller)),
                found,
                "{province} {smaller}"
            );
        }
    }

    #[test]
    fn lines_of_fields_in_every_order_that_is_in_use() {
        for (line, found) in [
            ("中国|0|湖南省|益阳市|电信", 430_900),
            ("中国|湖南省|益阳市|移动|CN", 430_900),
            (
                "亚洲|中国|湖南|益阳|沅江|电信|112.35|28.84|430981|0737|413100|Asia/Shanghai|CNY|11|",
                430_900,
            ),
            ("中国|0|湖南省|0|移动", 430_000),
            ("中国|湖南省||移动|CN", 430_000),
            ("中国|华东|上海|0|联通", 310_100),
            ("中国|0|上海|上海市|联通", 310_100),
            ("中国|0|0|0|电信", 0),
            ("中国|0|香港|0|0", 810_000),
            ("中国香港|0|0|0|0", 810_000),
            ("台湾|0|0|台北|0", 710_000),
            ("0|0|0|内网IP|内网IP", 0),
            ("澳大利亚|0|维多利亚|墨尔本|0", 0),
            ("日本|湖南省|益阳市|0|JP", 0),
            ("", 0),
            ("|||||", 0),
            ("湖南省|益阳市", 0),
        ] {
            assert_eq!(code(in_fields(line)), found, "{line}");
        }
    }

    #[test]
    fn english_names_where_there_are_no_others() {
        for (province, smaller, found) in [
            ("Hunan", "Changsha", 430_100),
            ("hunan", "CHANGSHA", 430_100),
            ("Hunan", "Yuanjiang", 430_000),
            ("Hunan", "Yiyang", 430_900),
            ("Hunan", "Heshan", 430_900),
            ("Hunan", "", 430_000),
            ("Shaanxi", "Xi'an", 610_100),
            ("Shaanxi", "Xian", 610_100),
            ("Shanxi", "Taiyuan", 140_100),
            ("Inner Mongolia", "Hohhot", 150_100),
            ("Beijing", "Beijing", 110_100),
            ("Hong Kong", "", 810_000),
            ("California", "Yiyang", 0),
            ("", "Yiyang", 0),
        ] {
            assert_eq!(
                code(in_english(province, smaller)),
                found,
                "{province} {smaller}"
            );
        }
    }

    #[test]
    fn an_operator_s_name_says_nothing_of_the_line() {
        use PlaceClass::{Fixed, Mobile, Unknown};
        for (text, class) in [
            ("中国|湖南省|益阳市|移动|CN", None),
            ("中国|湖南省|益阳市|中国移动|CN", None),
            ("中国|湖南省|益阳市|电信|CN", None),
            ("中国|湖南省|益阳市|移动|移动网络", Some(Mobile)),
            ("中国|湖南省|益阳市|联通5G", Some(Mobile)),
            ("中国|湖南省|益阳市|电信|基站", Some(Mobile)),
            ("中国|湖南省|益阳市|移动|家庭宽带", Some(Fixed)),
            ("中国|湖南省|益阳市|电信|企业专线", Some(Fixed)),
            ("中国|浙江省|杭州市|阿里云|数据中心", Some(Unknown)),
            ("中国|湖南省|益阳市|移动网络/宽带", None),
        ] {
            assert_eq!(class_in_chinese(text), class, "{text}");
        }
        for (word, class) in [
            ("Cellular", Some(Mobile)),
            ("Cable/DSL", Some(Fixed)),
            ("residential", Some(Fixed)),
            ("hosting", Some(Unknown)),
            ("Satellite", Some(Unknown)),
            ("something new", None),
        ] {
            assert_eq!(class_in_english(word), class, "{word}");
        }
    }
}
