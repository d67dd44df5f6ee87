//! The start page: what waits for me, the oldest first, each with its deadline and the next step; for a licensee its own
//! figures besides.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use jiff::civil::Date;

use super::figure::Figure;
use super::guard::Visit;
use super::labels;
use super::page::{self, Frame, thousands};
use super::reports;
use super::submit::refuse;
use super::words::{Two, two};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::deadline::{Left, Matter, Source};
use crate::domain::event::{EventKind, Withdrawal};
use crate::http::App;
use crate::http::language::Language;
use crate::service::waiting::{self, About, Gathered, Name, Waiting};
use crate::service::{ServiceError, report, system};

/// Things that are listed; the counts tell of the others.
const MOST: usize = 100;

/// `GET /console`
pub async fn page(visit: Visit, State(app): State<App>) -> Response {
    match page_of(&visit, &app).await {
        Ok(response) => response,
        Err(error) => refuse(&visit, error),
    }
}

/// `GET /console/`
pub async fn from_below() -> Redirect {
    Redirect::to("/console")
}

/// What a matter is called, and what its next step is called with what it needs.
#[allow(clippy::too_many_lines)] // a table
const fn words(matter: Matter) -> (Two, Option<(Two, P)>) {
    match matter {
        Matter::FirstReview => (
            two("申请待初审", "Application to review"),
            Some((two("初审", "Review"), P::LicenseeReview)),
        ),
        Matter::Approval => (
            two("申请待核准公告", "Application to decide"),
            Some((two("核准", "Decide"), P::LicenseeDecide)),
        ),
        Matter::Admission => (
            two("待准予使用", "Approved, to be admitted"),
            Some((two("准予使用", "Admit"), P::LicenseeDecide)),
        ),
        Matter::Correction => (
            two("整改到期", "Correction overdue"),
            Some((two("处理", "Decide"), P::LicenseeDecide)),
        ),
        Matter::NonUse => (
            two("连续未使用将满或已满两年", "Two years without use"),
            Some((two("查看", "Look"), P::LicenseeDecide)),
        ),
        Matter::SecondPerson => (
            two("待另一人复核", "Step for a second person"),
            Some((two("复核", "Confirm"), P::LicenseeConfirm)),
        ),
        Matter::OrderApproval => (
            two("订单待核准", "Order to approve"),
            Some((two("核准", "Approve"), P::OrderApprove)),
        ),
        Matter::OrderPrinter => (
            two("订单待指定承印方", "Order without a printer"),
            Some((two("指定承印方", "Assign"), P::OrderAssign)),
        ),
        Matter::OrderIssue => (
            two("订单待制码", "Order to issue"),
            Some((two("制码", "Issue"), P::OrderRelease)),
        ),
        Matter::OrderRelease => (
            two("订单待发包", "Order to release"),
            Some((two("发包", "Release"), P::OrderRelease)),
        ),
        Matter::PackAgain => (
            two("数据包待批准再次领取", "Second download to approve"),
            Some((two("批准", "Approve"), P::PackAgain)),
        ),
        Matter::PrintReport => (
            two("待登记印制", "Printing to report"),
            Some((two("登记印制", "Report"), P::MarkPrint)),
        ),
        Matter::Delivery => (
            two("待登记发放", "Labels to deliver"),
            Some((two("登记发放", "Deliver"), P::MarkDeliver)),
        ),
        Matter::Receipt => (
            two("待签收", "Delivery to confirm"),
            Some((two("签收", "Confirm"), P::MarkReceive)),
        ),
        Matter::LotReport => (
            two("生产批次待检验", "Lot without a report"),
            Some((two("登记检验报告", "Report"), P::LotReport)),
        ),
        Matter::Activation => (
            two("标志待激活", "Labels to activate"),
            Some((two("激活", "Activate"), P::MarkActivate)),
        ),
        Matter::Use => (
            two("已激活待登记使用", "Activated labels to account for"),
            Some((two("登记使用", "Report use"), P::MarkUse)),
        ),
        Matter::Recall => (
            two("批次被召回", "Lot recalled"),
            Some((two("查看", "Look"), P::LotRead)),
        ),
        Matter::Destruction => (
            two("作废、退回待销毁", "Labels to destroy"),
            Some((two("登记销毁", "Destroy"), P::MarkDestroy)),
        ),
        Matter::OrderClosing => (
            two("订单待结案", "Order to close"),
            Some((two("结案", "Close"), P::OrderClose)),
        ),
        Matter::Transfer => (
            two("额度划转待确认", "Transfer to confirm"),
            Some((two("确认", "Confirm"), P::TransferConfirm)),
        ),
        Matter::Frozen => (
            two("标志冻结中", "Marks frozen"),
            Some((two("查看", "Look"), P::MarkFreeze)),
        ),
        Matter::Alert => (
            two("预警待判定", "Alert to decide"),
            Some((two("查看", "Look"), P::AlertHandle)),
        ),
        Matter::Notice => (
            two("监管告知待答复", "Notice of the office to answer"),
            Some((two("答复", "Answer"), P::NoticeAnswer)),
        ),
        Matter::Answer => (
            two("使用人已答复", "A licensee answered"),
            Some((two("查看", "Look"), P::CaseHandle)),
        ),
        Matter::Account => (
            two("账户尚未启用", "Account not set up"),
            Some((two("查看", "Look"), P::UserManage)),
        ),
        Matter::TipAcceptance => (
            two("举报线索待受理", "Tip to accept"),
            Some((two("受理", "Accept"), P::TipHandle)),
        ),
        Matter::TipDecision => (
            two("举报线索待办结", "Tip to decide"),
            Some((two("处理结果", "Decide"), P::TipHandle)),
        ),
    }
}

/// The page of a thing.
fn address_of(about: About) -> String {
    match about {
        About::Order(number) => format!("/console/orders/{number}"),
        About::Licensee(number) => format!("/console/licensees/{number}"),
        About::Lot(number) => format!("/console/lots/{number}"),
        About::Transfer(number) => format!("/console/transfers/{number}"),
        About::Batch(number) => format!("/console/batches/{number}"),
        About::Person(number) => format!("/console/people/{number}"),
        About::Tip(number) => format!("/console/tips/{number}"),
        About::Alert(number) => format!("/console/alerts/{number}"),
        About::Notice(number) => format!("/console/notices/{number}"),
        About::Case(number) => format!("/console/cases/{number}"),
    }
}

/// What is to be reported of labels next, where that has a form of its own. What was sent is received on its order's page.
const fn event_of(matter: Matter) -> Option<EventKind> {
    match matter {
        Matter::PrintReport => Some(EventKind::Printed),
        Matter::Delivery => Some(EventKind::Delivered),
        Matter::Activation => Some(EventKind::Activated),
        Matter::Use => Some(EventKind::Used),
        Matter::Destruction => Some(EventKind::Withdrawn(Withdrawal::Destroyed)),
        _ => None,
    }
}

/// The page on which the next step is taken; the thing's own page shows the steps where there are several.
fn address_of_step(matter: Matter, about: About) -> String {
    if let (Some(event), About::Order(order)) = (event_of(matter), about) {
        return format!("{}?order={order}", labels::page_of(event));
    }
    let step = match matter {
        Matter::FirstReview => "/steps/review",
        Matter::Approval => "/steps/approve",
        Matter::Admission => "/steps/admit",
        Matter::SecondPerson | Matter::Transfer => "/confirm",
        Matter::OrderApproval => "/approve",
        Matter::OrderPrinter => "/assign",
        Matter::OrderIssue => "/issue",
        Matter::OrderRelease => "/release",
        Matter::PackAgain => "/pack/approve",
        Matter::OrderClosing => "/close",
        Matter::LotReport => "/report",
        Matter::TipAcceptance => "/accept",
        Matter::TipDecision => "/decide",
        Matter::Notice => "/answer",
        Matter::Correction
        | Matter::NonUse
        | Matter::PrintReport
        | Matter::Delivery
        | Matter::Receipt
        | Matter::Activation
        | Matter::Use
        | Matter::Recall
        | Matter::Destruction
        | Matter::Frozen
        | Matter::Alert
        | Matter::Answer
        | Matter::Account => "",
    };
    format!("{}{step}", address_of(about))
}

/// A row of the page.
struct Item {
    what: String,
    address: String,
    name: String,
    whose: Option<String>,
    marks: String,
    since: Date,
    due: Date,
    left: String,
    is_over: bool,
    next: Option<(&'static str, String)>,
}

fn left_in(visit: &Visit, left: Left) -> String {
    match (visit.language, left) {
        (Language::Chinese, Left::Days(0)) => "今天到期".to_owned(),
        (Language::English, Left::Days(0)) => "due today".to_owned(),
        (Language::Chinese, Left::Days(days)) => format!("还有 {days} 个工作日"),
        (Language::English, Left::Days(1)) => "1 working day left".to_owned(),
        (Language::English, Left::Days(days)) => format!("{days} working days left"),
        (Language::Chinese, Left::Over(0)) => "已逾期".to_owned(),
        (Language::English, Left::Over(0)) => "overdue".to_owned(),
        (Language::Chinese, Left::Over(days)) => format!("逾期 {days} 个工作日"),
        (Language::English, Left::Over(1)) => "overdue by 1 working day".to_owned(),
        (Language::English, Left::Over(days)) => format!("overdue by {days} working days"),
    }
}

fn item(visit: &Visit, today: Date, one: &Waiting) -> Item {
    let (what, step) = words(one.matter);
    let number = match one.about {
        About::Order(number) => Some(number.0),
        About::Lot(number) => Some(number.0),
        About::Transfer(number) => Some(number.0),
        About::Batch(number) => Some(number.get()),
        About::Tip(number) => Some(number.0),
        About::Alert(number) => Some(number.0),
        About::Notice(number) | About::Case(number) => Some(number.0),
        About::Licensee(_) | About::Person(_) => None,
    };
    let number = number.map(|number| format!(" {number}"));
    let left = one.deadline.left(today);
    let step = step.filter(|(_, needs)| visit.may(*needs));
    Item {
        what: format!("{}{}", visit.say(what), number.unwrap_or_default()),
        address: address_of(one.about),
        name: match one.name.clone() {
            Name::Own(name) => name,
            Name::Words(words) => visit.in_words(words),
        },
        whose: one.whose.as_ref().map(|(_, name)| name.clone()),
        marks: one.marks.map(thousands).unwrap_or_default(),
        since: one.since,
        due: one.deadline.due,
        left: left_in(visit, left),
        is_over: matches!(left, Left::Over(_)),
        next: step.map(|(label, _)| (visit.say(label), address_of_step(one.matter, one.about))),
    }
}

/// On what the deadlines of the page rest.
fn notes(visit: &Visit, gathered: &Gathered) -> Vec<String> {
    let has = |source| {
        gathered
            .things
            .iter()
            .any(|one| one.deadline.source == source)
    };
    let mut notes = Vec::new();
    if has(Source::Rule) {
        notes.push(visit.say(two(
            "初审期限为 10 个工作日；使用权连续两年未使用可以终止。均为规定。",
            "A first review has 10 working days; a right not used for two years may end. Both by rule.",
        )));
    }
    if has(Source::Aim) {
        notes.push(visit.say(two(
            "其余期限没有查到规定，按 10 个工作日作为工作目标。从最近一次登记的次日起算，按国务院办公厅节假日安排计工作日。",
            "For the other deadlines no rule was found: 10 working days are the office's aim. They run from the day after the \
             last report, on the working days that the State Council's notices say.",
        )));
    }
    notes.into_iter().map(str::to_owned).collect()
}

async fn page_of(visit: &Visit, app: &App) -> Result<Response, ServiceError> {
    let user = &visit.signed_in().principal.user;
    let now = system::now();
    let today = day_of(now);
    let gathered = waiting::gather(&app.store, user.role, user.scope, now).await?;
    let mut texts = Vec::new();
    if waiting::sees_only_overdue(user.role) {
        let text = two(
            "审计员没有待办事项；以下是各环节已经逾期的事项。",
            "Nothing waits for an auditor; this is what others are late with.",
        );
        texts.push(visit.say(text).to_owned());
    }
    if gathered.things.len() > MOST {
        texts.push(match visit.language {
            Language::Chinese => format!("只列出最早的 {MOST} 项。"),
            Language::English => format!("Only the oldest {MOST} are listed."),
        });
    }
    let mut figures = Vec::new();
    if let Some(own) = user.scope.licensee() {
        let seasons = report::seasons(&app.store, now).await?;
        if let Some(season) = report::usual_season(&seasons, now) {
            let funnel = report::funnel(&app.store, season, Some(own)).await?;
            let title = two(
                "年度：本单位从额度到使用",
                "season: from entitlement to use",
            );
            figures.push(reports::of_season(visit, season, &funnel, title));
        }
        let stock = report::stock_of(&app.store, own).await?;
        figures.push(reports::of_stock(visit, &stock));
    }
    let kinds = gathered
        .counts
        .iter()
        .map(|(matter, count)| (visit.say(words(*matter).0), thousands(*count)));
    let things = gathered.things.iter().take(MOST);
    let mut frame = Frame::new(visit, visit.say(two("等我办理", "Waiting for me")));
    frame.is_wide = true;
    let page = Page {
        frame,
        texts,
        kinds_label: visit.say(two("各类待办数量", "How many of each kind")),
        kinds: kinds.collect(),
        heads: [
            two("事项", "What"),
            two("名称", "Name"),
            two("数量（枚）", "Marks"),
            two("自", "Since"),
            two("期限", "Due"),
            two("下一步", "Next step"),
        ]
        .map(|head| visit.say(head)),
        items: things.map(|one| item(visit, today, one)).collect(),
        nothing: visit.say(two("目前没有待办事项。", "Nothing waits for you.")),
        notes: notes(visit, &gathered),
        figures,
    };
    Ok(page::render(StatusCode::OK, &page))
}

#[derive(Template)]
#[template(path = "start.html")]
struct Page {
    frame: Frame,
    texts: Vec<String>,
    kinds_label: &'static str,
    kinds: Vec<(&'static str, String)>,
    heads: [&'static str; 6],
    items: Vec<Item>,
    nothing: &'static str,
    notes: Vec<String>,
    figures: Vec<Figure>,
}
