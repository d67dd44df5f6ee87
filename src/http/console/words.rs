//! Words of the console in both languages.

use crate::http::language::Language;

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Two {
    chinese: &'static str,
    english: &'static str,
}

/// A text in both languages.
pub const fn two(chinese: &'static str, english: &'static str) -> Two {
    Two { chinese, english }
}

impl Two {
    /// From the words of an enum.
    pub const fn of(chinese: &'static str, english: &'static str) -> Self {
        two(chinese, english)
    }

    /// The one in this language.
    pub const fn say(self, language: Language) -> &'static str {
        language.choose(self.chinese, self.english)
    }
}

/// What a page may be called: words in both languages, or a name that is the same in both.
pub trait Title {
    /// As it stands on a page in this language.
    fn in_language(self, language: Language) -> String;
}

impl Title for Two {
    fn in_language(self, language: Language) -> String {
        self.say(language).to_owned()
    }
}

impl Title for &str {
    fn in_language(self, _: Language) -> String {
        self.to_owned()
    }
}

impl Title for String {
    fn in_language(self, _: Language) -> String {
        self
    }
}

/// A name and its value, with the colon of the language.
pub fn named(language: Language, name: &str, value: &str) -> String {
    match language {
        Language::Chinese => format!("{name}：{value}"),
        Language::English => format!("{name}: {value}"),
    }
}

/// A text with a note in the brackets of the language.
pub fn noted(language: Language, text: &str, note: &str) -> String {
    match language {
        Language::Chinese => format!("{text}（{note}）"),
        Language::English => format!("{text} ({note})"),
    }
}

/// Several things in a row.
pub fn listed(language: Language, things: &[String]) -> String {
    things.join(language.choose("、", ", "))
}
