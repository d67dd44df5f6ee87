//! What the fields of a form want, told to whoever wrote something else there. Types that say themselves what is wrong
//! with a text ([`TextError`](super::text::TextError), [`UsccError`](super::uscc::UsccError),
//! [`LineError`](super::selection::LineError)) are not repeated here.

use super::area::Area;
use super::entitlement::Entitlement;
use super::form::Form;
use super::licensee::LegalBasis;
use super::lot::Lot;
use super::mark::MarkCount;
use super::said::{Said, said};
use super::season::Season;

/// A kind of field that is not free text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Something must stand there.
    Anything,
    /// An [`Area`] in mu.
    Area,
    /// A [`Season`].
    Season,
    /// A [`Township`](super::township::Township) of the protected area.
    Township,
    /// A day.
    Date,
    /// A [`Form`].
    Form,
    /// A [`LegalBasis`].
    LegalBasis,
    /// A [`MarkCount`]: how many marks are ordered.
    Quantity,
    /// How many marks an entitlement changes by or a transfer moves.
    Marks,
    /// Grams in a pack.
    PackGrams,
    /// Packs in a lot.
    Packs,
    /// A share in thousandths.
    PerMille,
    /// A serial as it is printed under the symbol.
    Serial,
    /// One of the words that are offered.
    Choice,
    /// The number under which the ledger has something.
    Number,
}

impl Wanted {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Anything,
        Self::Area,
        Self::Season,
        Self::Township,
        Self::Date,
        Self::Form,
        Self::LegalBasis,
        Self::Quantity,
        Self::Marks,
        Self::PackGrams,
        Self::Packs,
        Self::PerMille,
        Self::Serial,
        Self::Choice,
        Self::Number,
    ];

    /// What is wanted, as a page says it beside the field.
    pub fn said(self) -> Said {
        match self {
            Self::Anything => said!("this must not be empty", "不能为空"),
            Self::Area => said!(
                "an area is written in mu with at most two decimals, such as 12.5, up to {}",
                "面积以亩为单位，最多两位小数，如 12.5，不超过 {}",
                Area::MAX
            ),
            Self::Season => said!(
                "a season is a year from {} to {}",
                "年度应为 {} 至 {} 之间的年份",
                Season::FIRST_YEAR,
                Season::LAST_YEAR
            ),
            Self::Township => said!(
                "this is no township of the protected area",
                "不是保护范围内的乡镇、街道，请从列表中选择"
            ),
            Self::Date => said!(
                "a day is written as year, month and day, such as 2026-04-02",
                "日期应写明年、月、日，如 2026-04-02"
            ),
            Self::Form => {
                let slugs = Form::ALL.map(Form::slug).join(", ");
                let names = Form::ALL.map(Form::chinese).join("、");
                said!("the form is one of {slugs}", "产品形态应为{names}之一")
            }
            Self::LegalBasis => {
                let slugs: Vec<&str> = LegalBasis::ALL.iter().map(|basis| basis.slug()).collect();
                let names: Vec<&str> = LegalBasis::ALL
                    .iter()
                    .map(|basis| basis.chinese())
                    .collect();
                said!(
                    "the legal basis is one of {}", slugs.join(", ");
                    "授权依据应为“{}”之一", names.join("”“")
                )
            }
            Self::Quantity => said!(
                "a number of marks is whole, from 1 to {}",
                "数量应为 1 至 {} 之间的整数",
                MarkCount::MAX
            ),
            Self::Marks => said!(
                "a number of marks is whole, above zero and at most {}",
                "枚数应为大于零的整数，不超过 {}",
                Entitlement::MOST
            ),
            Self::PackGrams => said!(
                "a pack has from 1 to {} grams, a whole number",
                "每包净含量应为 1 至 {} 克之间的整数",
                Entitlement::MOST_PACK_GRAMS
            ),
            Self::Packs => said!(
                "a lot has from 1 to {} packs, a whole number",
                "包数应为 1 至 {} 之间的整数",
                Lot::MOST_PACKS
            ),
            Self::PerMille => said!(
                "a share is a whole number of thousandths, from 0 to 1000",
                "比例以千分数填写，应为 0 至 1000 之间的整数"
            ),
            Self::Serial => said!(
                "a serial has 16 characters",
                "标志编号共 16 位，请照标志上印的填写"
            ),
            Self::Choice => said!("choose one of those offered", "请从所列选项中选择"),
            Self::Number => said!(
                "a number of the ledger is whole and above zero",
                "编号应为大于零的整数"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_same_limits() {
        let numbers = |text: &str| -> Vec<String> {
            let parts = text.split(|letter: char| !letter.is_ascii_digit());
            parts
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect()
        };
        for wanted in Wanted::ALL {
            let said = wanted.said();
            assert_eq!(numbers(&said.en), numbers(&said.zh), "{said:?}");
        }
        assert!(Wanted::Area.said().zh.contains("不超过 1000000"));
    }
}
