//! What the steps of the audit trail are called: one table of all actions, and the things that a step is about.

use crate::domain::access::Permission;
use crate::domain::event::EventKind;
use crate::domain::ledger::entry;

/// A text in Chinese and English.
pub type Names = (&'static str, &'static str);

/// What people do to accounts and data besides what the ledger's entries say.
const OTHERS: &[(&str, &str, &str)] = &[
    ("sign-in", "登录", "sign in"),
    ("second-factor", "动态口令验证", "one-time code"),
    ("sign-out", "退出登录", "sign out"),
    ("sign-out-everywhere", "结束全部会话", "end all sessions"),
    ("password-change", "修改密码", "change the password"),
    (
        "second-factor-enrol",
        "启用动态口令",
        "set one-time codes up",
    ),
    ("recovery-codes", "更换恢复码", "new recovery codes"),
    ("own-account", "本人账户", "own account"),
    ("user-add", "新增用户", "add a person"),
    ("user-change", "变更用户", "change an account"),
    ("user-reset-password", "重置密码", "reset a password"),
    (
        "user-reset-second-factor",
        "重置动态口令",
        "reset one-time codes",
    ),
    ("token-make", "新建令牌", "make a token"),
    ("token-revoke", "停用令牌", "end a token"),
    ("pack-make", "生成数据包", "make a pack"),
    ("template-add", "存入标签模板", "store a label template"),
    ("template-take", "下载标签模板", "take a label template"),
    ("template-remove", "删除标签模板", "remove a label template"),
    ("pack-take", "领取数据包", "take a pack"),
    ("document-take", "查阅文件", "take a document"),
    ("ledger-prove", "核对全部台账", "prove the whole ledger"),
    ("trail-export", "导出操作日志", "take the audit trail away"),
    ("database-move", "迁移数据库", "move to another database"),
    ("database-backup", "备份数据库", "back the database up"),
    ("database-restore", "从备份恢复", "restore a backup"),
    ("tip-send", "收到举报线索", "a tip came in"),
    ("tip-add", "线索有补充", "a tip was added to"),
    ("tip-take-back", "线索被撤回", "a tip was taken back"),
    ("tip-accept", "受理线索", "accept a tip"),
    ("tip-message", "回复举报人", "write to whoever sent a tip"),
    ("tip-hand-on", "移交线索", "hand a tip on"),
    ("tip-decide", "登记线索处理结果", "decide a tip"),
    ("tip-reject", "不予受理线索", "reject a tip"),
    (
        "tip-contact",
        "查看举报人联系方式",
        "look at the contact of a tip",
    ),
    (
        "tip-erase",
        "删除举报人联系方式",
        "erase the contact of a tip",
    ),
    ("alert-assign", "指派预警", "assign an alert"),
    ("alert-note", "预警备注", "note on an alert"),
    ("alert-merge", "并入预警", "merge an alert"),
    ("alert-decide", "判定预警", "decide an alert"),
    ("alert-reopen", "重新处理预警", "reopen an alert"),
    ("mark-check", "现场查验", "check a pack on the spot"),
    ("case-open", "立案", "open a case"),
    ("case-alert", "预警归入案件", "put an alert into a case"),
    ("case-tip", "线索归入案件", "put a tip into a case"),
    ("case-inspect", "登记现场检查", "enter an inspection"),
    ("case-exhibits", "归入证据材料", "put exhibits into a case"),
    ("case-exhibit", "查阅证据材料", "take an exhibit"),
    (
        "case-withdraw",
        "案件中冻结或撤销标志",
        "withdraw marks in a case",
    ),
    ("case-inform", "告知合法使用人", "inform a licensee"),
    (
        "case-answer",
        "答复监管告知",
        "answer a notice of the office",
    ),
    ("case-note", "案件备注", "note on a case"),
    ("case-close", "结案", "close a case"),
    ("case-reopen", "重新办理案件", "reopen a case"),
    ("case-export", "导出案卷", "take the file of a case"),
    ("scans-take", "导出查询记录", "take recorded scans away"),
    ("labels-take", "导出判定结果", "take decided marks away"),
    (
        "parameters-change",
        "变更检测参数",
        "change the detector's parameters",
    ),
    ("scan-prune", "清除过期查询记录", "remove old scans"),
    ("none", "无此权限", "nothing that is allowed"),
];

/// A kind of actions, with the code and the names of each.
pub struct Group {
    /// What they have in common.
    pub names: Names,
    /// Their codes and names.
    pub actions: Vec<(&'static str, Names)>,
}

/// Every action there is. What a rule or a role refused goes by the permission that it needs.
pub fn actions() -> [Group; 4] {
    let entries = entry::KINDS.iter();
    let others = OTHERS.iter();
    [
        Group {
            names: ("账户和数据", "accounts and data"),
            actions: others.map(|(code, zh, en)| (*code, (*zh, *en))).collect(),
        },
        Group {
            names: ("台账登记", "entries of the ledger"),
            actions: entries.map(|(code, zh, en)| (*code, (*zh, *en))).collect(),
        },
        Group {
            names: ("标志", "marks"),
            actions: EventKind::ALL
                .iter()
                .map(|kind| (kind.slug(), (kind.chinese(), kind.english())))
                .collect(),
        },
        Group {
            names: (
                "按权限（导出、被拒的操作）",
                "by permission: exports, and what was refused",
            ),
            actions: Permission::ALL
                .iter()
                .map(|one| (one.slug(), (one.chinese(), one.english())))
                .collect(),
        },
    ]
}

/// The names of an action, if it is one.
pub fn action(code: &str) -> Option<Names> {
    let other = OTHERS.iter().find(|(known, ..)| *known == code);
    other
        .map(|(_, zh, en)| (*zh, *en))
        .or_else(|| entry::names(code))
        .or_else(|| Permission::from_slug(code).map(|one| (one.chinese(), one.english())))
}

/// Kinds of things: the word for one in a step, that for many in addresses and the names of tables, and what it is
/// called.
const THINGS: &[(&str, &str, &str, &str)] = &[
    ("licensee", "licensees", "合法使用人", "licensee"),
    ("order", "orders", "订单", "order"),
    ("lot", "lots", "生产批次", "lot"),
    ("printer", "printers", "承印方", "printer"),
    ("season", "entitlements", "年度额度", "entitlement"),
    ("coefficient", "coefficients", "核算系数", "coefficients"),
    ("transfer", "transfers", "额度划转", "transfer"),
    ("batch", "batches", "标志批", "batch"),
    ("container", "containers", "卷和箱", "roll or box"),
    ("mark", "marks", "标志", "mark"),
    ("document", "documents", "文件", "document"),
    ("tip", "tips", "举报线索", "tip"),
    ("alert", "alerts", "预警", "alert"),
    ("case", "cases", "案件", "case"),
    ("exposure", "exposure", "本单位预警", "own alerts"),
    ("user", "people", "用户", "person"),
    ("token", "tokens", "令牌", "token"),
    ("entry", "ledger", "台账", "ledger"),
    ("step", "trail", "操作日志", "audit trail"),
    ("report", "reports", "统计", "reports"),
    ("register", "register", "名册", "register"),
    ("search", "search", "查找", "search"),
    ("account", "own", "本人账户", "own account"),
];

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The word for things of its kind in addresses.
    pub place: &'static str,
    /// What they are called.
    pub names: Names,
    /// Which of them; nothing if it is about the list.
    pub which: Option<&'a str>,
}

impl<'a> Subject<'a> {
    /// Reads what a step keeps, such as `order 12`, `orders` or `/console/orders/12/approve`.
    pub fn read(kept: &'a str) -> Option<Self> {
        let path = kept
            .strip_prefix("/console/")
            .or_else(|| kept.strip_prefix("/api/v1/"));
        let (kind, which) = match path {
            Some(path) => {
                let mut parts = path.split('/');
                let kind = parts.next()?;
                let is_one = |part: &&str| part.bytes().any(|byte| byte.is_ascii_digit());
                (kind, parts.next().filter(is_one))
            }
            None => match kept.split_once(' ') {
                Some((kind, which)) => (kind, Some(which)),
                None => (kept, None),
            },
        };
        let is_it = |(one, many, ..): &&(&str, &str, &str, &str)| [*one, *many].contains(&kind);
        let (_, place, zh, en) = THINGS.iter().find(is_it)?;
        Some(Self {
            place,
            names: (zh, en),
            which,
        })
    }

    /// In Chinese, as in 订单 12.
    pub fn chinese(&self) -> String {
        self.told(self.names.0)
    }

    /// In English, as in order 12.
    pub fn english(&self) -> String {
        self.told(self.names.1)
    }

    fn told(&self, name: &str) -> String {
        match self.which {
            Some(which) => format!("{name} {which}"),
            None => name.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_action_has_one_code_and_two_names() {
        let mut codes = BTreeSet::new();
        for (code, names) in actions().iter().flat_map(|group| &group.actions) {
            assert!(codes.insert(*code), "{code}");
            assert_eq!(action(code), Some(*names), "{code}");
            let (chinese, english) = names;
            assert!(!chinese.is_ascii() && english.is_ascii(), "{code}");
            assert!(
                !english.contains(['_', '.', '-']) || english.contains("one-time"),
                "{code}"
            );
        }
    }

    #[test]
    fn what_a_step_is_about_is_said_in_words() {
        for (kept, chinese, english) in [
            ("lot 5", "生产批次 5", "lot 5"),
            ("orders 12", "订单 12", "order 12"),
            ("orders", "订单", "order"),
            ("user wang.min", "用户 wang.min", "person wang.min"),
            (
                "/console/licensees/18/confirm",
                "合法使用人 18",
                "licensee 18",
            ),
            ("/console/people", "用户", "person"),
            ("/console/orders/new", "订单", "order"),
            ("/api/v1/lots/7/recall", "生产批次 7", "lot 7"),
            (
                "entitlements 1 2026 canned",
                "年度额度 1 2026 canned",
                "entitlement 1 2026 canned",
            ),
        ] {
            let subject = Subject::read(kept).unwrap();
            assert_eq!(subject.chinese(), chinese);
            assert_eq!(subject.english(), english);
        }
        for odd in ["", "/console", "something else", "/console/nowhere/1"] {
            assert_eq!(Subject::read(odd), None, "{odd}");
        }
    }
}
