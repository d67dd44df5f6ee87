//! The townships (乡镇、街道) of the protected area: 沅江市 (430981) and its own.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Codes of the area (GB/T 2260 and GB/T 10114: 430981 and three digits) and their names.
const TOWNSHIPS: [(u16, &str); 14] = [
    (6, "琼湖街道"),
    (8, "胭脂湖街道"),
    (102, "四季红镇"),
    (105, "泗湖山镇"),
    (107, "南嘴镇"),
    (108, "新湾镇"),
    (110, "茶盘洲镇"),
    (112, "南大膳镇"),
    (113, "黄茅洲镇"),
    (114, "草尾镇"),
    (115, "阳罗洲镇"),
    (116, "共华镇"),
    (401, "南洞庭湿地保护与发展事务中心"),
    (402, "漉湖湿地保护与发展事务中心"),
];

/// The code of 沅江市, before the three digits of the township.
const CITY: u32 = 430_981;

/// One of the 14 townships of the area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Township(u16);

impl Township {
    /// All townships, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        TOWNSHIPS.iter().map(|(code, _)| Self(*code))
    }

    /// The one a person means: by name, by its three digits, or by the whole nine.
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(&(code, _)) = TOWNSHIPS.iter().find(|(_, name)| *name == text) {
            return Some(Self(code));
        }
        let digits: u32 = text.parse().ok()?;
        if text.len() == 3 {
            Self::try_from(CITY * 1000 + digits).ok()
        } else {
            Self::try_from(digits).ok()
        }
    }

    /// The nine digits, such as 430981006.
    pub fn code(self) -> u32 {
        self.into()
    }

    /// The Chinese name.
    pub fn name(self) -> &'static str {
        TOWNSHIPS
            .iter()
            .find(|(code, _)| *code == self.0)
            .map_or("", |(_, name)| name)
    }
}

impl fmt::Display for Township {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Township> for u32 {
    fn from(township: Township) -> Self {
        CITY * 1000 + Self::from(township.0)
    }
}

impl TryFrom<u32> for Township {
    type Error = &'static str;

    fn try_from(code: u32) -> Result<Self, Self::Error> {
        TOWNSHIPS
            .iter()
            .find(|(township, _)| CITY * 1000 + u32::from(*township) == code)
            .map(|(township, _)| Self(*township))
            .ok_or("is no township of 沅江市")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_is_named_in_three_ways() {
        let lake = Township::from_text("胭脂湖街道").unwrap();
        assert_eq!(lake.code(), 430_981_008);
        assert_eq!(Township::from_text("008"), Some(lake));
        assert_eq!(Township::from_text("430981008"), Some(lake));
        for wrong in ["", "8", "007", "430982008", "长沙"] {
            assert_eq!(Township::from_text(wrong), None, "{wrong}");
        }
        for township in Township::all() {
            assert_eq!(Township::from_text(township.name()), Some(township));
        }
    }
}
