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
