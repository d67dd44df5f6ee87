//! Words of the console in both languages.

use super::page::thousands;
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

/// What a state means for whoever reads it: its class in the style.
#[allow(clippy::too_many_lines)] // a table
pub fn tone(state: &str) -> &'static str {
    const GOOD: &[&str] = &[
        "有效",
        "启用",
        "合格",
        "成功",
        "已完成",
        "已办结",
        "已判定",
        "decided",
        "相符",
        "active",
        "open",
        "passed",
        "done",
        "right",
    ];
    const WAITS: &[&str] = &[
        "申请",
        "初审",
        "核准公告",
        "待核准",
        "已核准",
        "已制码",
        "已发包",
        "待确认",
        "责令整改",
        "暂停",
        "未激活",
        "冻结",
        "待受理",
        "待处理",
        "处理中",
        "办理中",
        "to be taken",
        "being looked into",
        "in hand",
        "已受理",
        "已移交办案",
        "new",
        "accepted",
        "handed on",
        "applied",
        "reviewed",
        "approved",
        "placed",
        "issued",
        "released",
        "proposed",
        "under correction",
        "suspended",
        "not activated",
        "frozen",
    ];
    const OVER: &[&str] = &[
        "不予核准",
        "注销",
        "退出",
        "黑名单",
        "已取消",
        "撤销",
        "销毁",
        "遗失",
        "退回",
        "作废",
        "召回",
        "已召回",
        "停用",
        "使用资格终止",
        "不合格",
        "被拒",
        "失败",
        "有问题",
        "不予受理",
        "已撤回",
        "已并入",
        "merged",
        "taken back",
        "rejected",
        "cancelled",
        "exited",
        "blacklisted",
        "revoked",
        "destroyed",
        "lost",
        "returned",
        "spoiled",
        "recalled",
        "disabled",
        "withdrawn",
        "right ended",
        "failed",
        "refused",
        "wrong",
    ];
    match state {
        state if GOOD.contains(&state) => "good",
        state if WAITS.contains(&state) => "waits",
        state if OVER.contains(&state) => "over",
        _ => "plain",
    }
}

/// Whether a text is one number, code or moment, which no line break divides.
pub fn is_whole(text: &str) -> bool {
    const LONGEST: usize = 24;
    let is_part =
        |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "-–−+:.% \u{202f}".contains(c);
    !text.is_empty() && text.chars().count() <= LONGEST && text.chars().all(is_part)
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

/// So many marks.
pub fn marks(language: Language, count: u64) -> String {
    let number = thousands(count);
    match language {
        Language::Chinese => format!("{number} 枚"),
        Language::English if count == 1 => format!("{number} mark"),
        Language::English => format!("{number} marks"),
    }
}

/// Several things in a row.
pub fn listed(language: Language, things: &[String]) -> String {
    things.join(language.choose("、", ", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::licensee::LicenseeState;
    use crate::domain::order::OrderState;

    #[test]
    fn a_state_means_the_same_in_both_languages() {
        let licensees = LicenseeState::ALL
            .iter()
            .map(|one| (one.chinese(), one.english()));
        let orders = OrderState::ALL
            .iter()
            .map(|one| (one.chinese(), one.english()));
        for (chinese, english) in licensees.chain(orders) {
            assert_eq!(tone(chinese), tone(english), "{chinese}");
        }
        assert_eq!(
            [tone("有效"), tone("待核准"), tone("黑名单")],
            ["good", "waits", "over"]
        );
        assert_eq!(tone("已结案"), "plain");
    }

    #[test]
    fn numbers_codes_and_moments_stay_whole() {
        for text in [
            "4BD9-QV4N-Q0NZ-57DB",
            "1\u{202f}000",
            "2026-04-02 10:00",
            "0–999",
            "127.0.0.1",
            "−20",
        ] {
            assert!(is_whole(text), "{text}");
        }
        for text in ["", "清水芦笋罐头 425 g", "虚构检验所", "Mozilla/5.0"] {
            assert!(!is_whole(text), "{text}");
        }
    }
}
