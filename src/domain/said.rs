//! What is said to a person, in both languages: English for programs and the command line, Chinese for the clerk in
//! front of a page.

use std::fmt;

/// One thing, said in English and in Chinese. Both name the same numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// In English; this is what [`fmt::Display`] writes, and what the command line and the JSON interface show.
    pub en: String,
    /// In Chinese, as the office writes; it names no command.
    pub zh: String,
}

impl Said {
    /// Both texts as they are; [`said!`] makes them from formats.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        let (en, zh) = (en.into(), zh.into());
        Self { en, zh }
    }

    /// The English text, unless it speaks of a command or its options: nobody can use those on a page.
    pub fn english_for_pages(&self) -> Option<&str> {
        let is_of_commands = self.en.contains('`') || self.en.contains("--");
        (!is_of_commands).then_some(self.en.as_str())
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

/// Says one thing in both languages: `said!("order {number}", "订单 {number}")`. Arguments that follow are seen by both
/// formats; where the languages need different ones, a semicolon keeps them apart:
/// `said!("{}", form.slug(); "{}", form.chinese())`.
macro_rules! said {
    ($en:literal $(, $en_argument:expr)* ; $zh:literal $(, $zh_argument:expr)* $(,)?) => {
        $crate::domain::said::Said {
            en: format!($en $(, $en_argument)*),
            zh: format!($zh $(, $zh_argument)*),
        }
    };
    ($en:literal, $zh:literal $(, $argument:expr)* $(,)?) => {
        $crate::domain::said::Said {
            en: format!($en $(, $argument)*),
            zh: format!($zh $(, $argument)*),
        }
    };
}

pub(crate) use said;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_see_the_same_values() {
        let marks = 12;
        let both = said!("{marks} marks of {}", "{} 的 {marks} 枚", "a");
        assert_eq!(both, Said::new("12 marks of a", "a 的 12 枚"));
        assert_eq!(both.to_string(), "12 marks of a");
        let apart = said!(
            "is {}", "active";
            "是{} {marks}", "有效"
        );
        assert_eq!(apart, Said::new("is active", "是有效 12"));
    }

    #[test]
    fn commands_are_not_told_on_pages() {
        for command in ["`yuanmark order list` shows them", "name the lot: --lot"] {
            assert_eq!(Said::new(command, "请选择").english_for_pages(), None);
        }
        let plain = Said::new("look at the year", "请核对年份");
        assert_eq!(plain.english_for_pages(), Some("look at the year"));
    }
}
