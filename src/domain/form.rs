//! The form of the product (产品形态), and until when goods of a season can honestly be on sale.

use std::fmt;

use jiff::{Timestamp, ToSpan, civil};

use super::calendar::BEIJING;
use super::season::Season;

/// The byte in the code that says the form. Every value can be read; only those of [`Form`] are issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormCode(pub u8);

/// The forms in which the shoots are sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// 鲜品
    Fresh,
    /// 罐头
    Canned,
    /// 速冻
    Frozen,
    /// 盐渍
    Salted,
    /// 即食
    ReadyToEat,
    /// 干品
    Dried,
    /// 粉
    Powder,
}

impl Form {
    /// All forms, by the byte in the code.
    pub const ALL: [Self; 7] = [
        Self::Fresh,
        Self::Canned,
        Self::Frozen,
        Self::Salted,
        Self::ReadyToEat,
        Self::Dried,
        Self::Powder,
    ];

    /// The byte in the code.
    pub const fn code(self) -> FormCode {
        FormCode(match self {
            Self::Fresh => 1,
            Self::Canned => 2,
            Self::Frozen => 3,
            Self::Salted => 4,
            Self::ReadyToEat => 5,
            Self::Dried => 6,
            Self::Powder => 7,
        })
    }

    /// The form a code names, if it is one we issue.
    pub fn from_code(code: FormCode) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.code() == code)
    }

    /// The word for commands, files and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Canned => "canned",
            Self::Frozen => "frozen",
            Self::Salted => "salted",
            Self::ReadyToEat => "ready-to-eat",
            Self::Dried => "dried",
            Self::Powder => "powder",
        }
    }

    /// The name in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::ReadyToEat => "ready to eat",
            _ => self.slug(),
        }
    }

    /// The form a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.slug() == slug)
    }

    /// The name as the trade writes it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Fresh => "鲜品",
            Self::Canned => "罐头",
            Self::Frozen => "速冻",
            Self::Salted => "盐渍",
            Self::ReadyToEat => "即食",
            Self::Dried => "干品",
            Self::Powder => "粉",
        }
    }

    /// The last day on which goods of this form are packed, and the days they keep from then.
    ///
    /// The shoots are picked from early March to early April; fresh goods are packed by the end of April. All other
    /// forms are packed until the season's last day. The days are usual shelf lives of such goods, not taken from a
    /// standard; `docs/decisions/0004-past-season.md` says why these and how they are to be replaced.
    const fn packed_until_and_keeps(self) -> (i8, i8, i64) {
        match self {
            Self::Fresh => (4, 30, 30),
            Self::ReadyToEat => (12, 31, 365),
            Self::Frozen | Self::Salted | Self::Dried | Self::Powder => (12, 31, 548),
            Self::Canned => (12, 31, 1095),
        }
    }

    /// The first moment at which goods of this form and season are past it: midnight in Beijing after the last day.
    pub fn past_since(self, season: Season) -> Timestamp {
        let (month, day, keeps_days) = self.packed_until_and_keeps();
        let year = i16::try_from(season.year()).unwrap_or(i16::MAX);
        civil::date(year, month, day)
            .checked_add((keeps_days + 1).days())
            .and_then(|date| BEIJING.to_timestamp(date.at(0, 0, 0, 0)))
            .unwrap_or(Timestamp::MAX)
    }
}

super::words::written_as_word!(Form);

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_round_trip() {
        for form in Form::ALL {
            assert_eq!(Form::from_code(form.code()), Some(form));
            assert_eq!(Form::from_slug(form.slug()), Some(form));
        }
        assert_eq!(Form::from_code(FormCode(255)), None);
    }

    #[test]
    fn fresh_goods_are_past_their_season_on_31_may() {
        let season = Season::new(2026).unwrap();
        let since = |form: Form| BEIJING.to_datetime(form.past_since(season)).to_string();
        assert_eq!(since(Form::Fresh), "2026-05-31T00:00:00");
        assert_eq!(since(Form::Canned), "2029-12-31T00:00:00");
    }
}
