//! What surrounds every page of the console: navigation, the person, the search box, the language.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::guard::Visit;
use super::typed::Typed;
use super::words::{Two, two};
use crate::domain::access::Permission as P;
use crate::http::assets;
use crate::http::pages::in_other_language;
use crate::service::people::sessions::Due;

/// A link of the navigation.
pub(super) struct Link {
    pub(super) label: &'static str,
    pub(super) address: &'static str,
    pub(super) is_current: bool,
}

/// Where one can go: label, address, and what it needs.
const PLACES: [(Two, &str, Option<P>); 19] = [
    (two("工作台", "Start"), "/console", None),
    (
        two("合法使用人", "Licensees"),
        "/console/licensees",
        Some(P::LicenseeRead),
    ),
    (
        two("年度额度", "Entitlements"),
        "/console/entitlements",
        Some(P::EntitlementRead),
    ),
    (
        two("额度划转", "Transfers"),
        "/console/transfers",
        Some(P::TransferRead),
    ),
    (
        two("印制订单", "Orders"),
        "/console/orders",
        Some(P::OrderRead),
    ),
    (
        two("标志批", "Batches"),
        "/console/batches",
        Some(P::BatchRead),
    ),
    (
        two("卷和箱", "Rolls and boxes"),
        "/console/containers",
        Some(P::ContainerRead),
    ),
    (
        two("承印方", "Printers"),
        "/console/printers",
        Some(P::PrinterRead),
    ),
    (
        two("标签模板", "Label templates"),
        "/console/templates",
        Some(P::OrderRelease),
    ),
    (two("生产批次", "Lots"), "/console/lots", Some(P::LotRead)),
    (
        two("现场查验", "Check a pack"),
        "/console/check",
        Some(P::MarkCheck),
    ),
    (two("预警", "Alerts"), "/console/alerts", Some(P::AlertRead)),
    (two("案件", "Cases"), "/console/cases", Some(P::CaseRead)),
    (
        two("本单位预警", "Own alerts"),
        "/console/exposure",
        Some(P::ExposureRead),
    ),
    (two("举报线索", "Tips"), "/console/tips", Some(P::TipRead)),
    (
        two("统计", "Reports"),
        "/console/reports",
        Some(P::ReportRead),
    ),
    (
        two("台账", "Ledger"),
        "/console/ledger",
        Some(P::LedgerRead),
    ),
    (
        two("操作日志", "Audit trail"),
        "/console/trail",
        Some(P::TrailRead),
    ),
    (
        two("用户", "People"),
        "/console/people",
        Some(P::UserManage),
    ),
];

/// What surrounds a page.
pub struct Frame {
    pub(super) title: String,
    pub(super) html_lang: &'static str,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    /// What the script says, by its word.
    pub(super) said: [(&'static str, &'static str); 6],
    pub(super) icon: &'static str,
    pub(super) product: &'static str,
    /// What stands beside the reeds for whoever is not in yet.
    pub(super) motto: &'static str,
    pub(super) other_language: String,
    pub(super) other_language_name: &'static str,
    pub(super) other_language_tag: &'static str,
    pub(super) skip: &'static str,
    pub(super) menu: &'static str,
    pub(super) search: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) own: &'static str,
    /// Who is signed in and as what; nobody on the page on which one signs in.
    pub(super) person: Option<(String, &'static str)>,
    pub(super) places: Vec<Link>,
    /// Whether the page is one of the places itself, not a page below one.
    pub(super) is_place: bool,
    pub(super) may_search: bool,
    /// What was searched for, on the page of what was found.
    pub(super) searched: String,
    pub(super) notice: Option<&'static str>,
    /// Whether the page is wide: lists, not texts.
    pub is_wide: bool,
}

/// What a page says when something was done; the address carries the word.
const DONE: [(&str, Two); 3] = [
    (
        "before",
        two(
            "该用户先前已经新增。如未看到一次性密码，请重置密码。",
            "This person was added before. If you did not see the password for once, reset it.",
        ),
    ),
    ("done", two("已办理。", "Done.")),
    ("saved", two("已保存。", "Saved.")),
];

/// What the script has to say.
const SAID_BY_THE_SCRIPT: [(&str, Two); 6] = [
    ("scan", two("扫码", "Scan")),
    (
        "aim",
        two(
            "请将二维码对准取景框",
            "Hold the symbol in front of the camera",
        ),
    ),
    (
        "camera",
        two(
            "无法打开摄像头，请手工输入。",
            "The camera cannot be opened. Type it instead.",
        ),
    ),
    ("close", two("关闭", "Close")),
    ("rows", two("行", "lines")),
    (
        "leave",
        two(
            "填写的内容尚未提交，确定离开？",
            "What you typed has not been sent. Leave all the same?",
        ),
    ),
];

impl Frame {
    /// The frame of a page with this title.
    pub fn new(visit: &Visit, title: impl Into<String>) -> Self {
        let language = visit.language;
        let say = |two: Two| two.say(language);
        let ready = visit.anybody().filter(|one| one.due == Due::Nothing);
        let places = PLACES
            .iter()
            .filter(|(.., needs)| ready.is_some() && needs.is_none_or(|needs| visit.may(needs)))
            .map(|(label, address, _)| Link {
                label: say(*label),
                address,
                is_current: is_within(place_of(visit.uri.path()), address),
            });
        let query = visit.uri.query().unwrap_or_default();
        let notice = DONE.iter().find(|(word, _)| {
            query
                .split('&')
                .any(|pair| pair.strip_prefix("notice=") == Some(word))
        });
        let person = visit.anybody().map(|signed_in| {
            let user = &signed_in.principal.user;
            let role = language.choose(user.role.chinese(), user.role.english());
            (user.name.to_string(), role)
        });
        Self {
            title: title.into(),
            html_lang: language.choose("zh-Hans", "en"),
            style: assets::console_style_path(),
            script: assets::console_script_path(),
            said: SAID_BY_THE_SCRIPT.map(|(word, text)| (word, say(text))),
            icon: assets::icon_path(),
            product: say(two("沅江芦笋专用标志", "Yuanjiang asparagus marks")),
            motto: say(two(
                "印制、发放、使用，枚枚有据",
                "Every label accounted for, from the press to the pack",
            )),
            other_language: in_other_language(&visit.uri, language.other()),
            other_language_name: language.choose("English", "中文"),
            other_language_tag: language.choose("en", "zh-Hans"),
            skip: say(two("跳到正文", "Skip to the content")),
            menu: say(two("菜单", "Menu")),
            search: say(two("查找", "Search")),
            sign_out: say(two("退出登录", "Sign out")),
            own: say(two("我的账户", "My account")),
            person,
            places: places.collect(),
            is_place: PLACES
                .iter()
                .any(|(_, address, _)| visit.uri.path() == *address),
            may_search: ready.is_some() && visit.may(P::Search),
            searched: searched(visit),
            notice: notice.map(|(_, text)| say(*text)),
            is_wide: false,
        }
    }
}

/// The path by which a page is looked for among the places: marks are those of batches, documents those of licensees.
fn place_of(path: &str) -> &str {
    const OF: [(&str, &str); 3] = [
        ("/console/marks", "/console/batches"),
        ("/console/documents", "/console/licensees"),
        ("/console/coefficients", "/console/entitlements"),
    ];
    let found = OF.iter().find(|(below, _)| path.starts_with(below));
    found.map_or(path, |(_, place)| place)
}

/// Whether a page belongs to a place: it is that, or stands below it. Everything stands below the start.
fn is_within(path: &str, place: &str) -> bool {
    let below = path.strip_prefix(place);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') && place != "/console")
}

/// What stands in the search box.
fn searched(visit: &Visit) -> String {
    if visit.uri.path() != super::search::PATH {
        return String::new();
    }
    Typed::of_query(&visit.uri).get("q").to_owned()
}

/// A rendered page.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    frame: Frame,
    text: &'a str,
    back: &'static str,
}

/// A page that says one thing.
pub fn message(visit: &Visit, status: StatusCode, title: Two, text: &str) -> Response {
    let page = Message {
        frame: Frame::new(visit, visit.say(title)),
        text,
        back: visit.say(two("回到工作台", "Back to the start")),
    };
    render(status, &page)
}

/// A day and minute as people in the office read it.
pub fn minute(at: jiff::Timestamp) -> String {
    let at = crate::domain::calendar::BEIJING.to_datetime(at);
    at.strftime("%Y-%m-%d %H:%M").to_string()
}

/// A number with its thousands apart.
pub fn thousands(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 {
        "−".to_owned()
    } else {
        String::new()
    };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}
