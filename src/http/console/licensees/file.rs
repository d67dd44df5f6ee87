//! The file of a licensee: everything that is known of it, and everything of its.

use axum::extract::Path;
use axum::response::Response;

use super::steps::drop_in;
use super::{attention_in, state_in};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::document::AddedDocument;
use crate::domain::entitlement::Entitlement;
use crate::domain::ledger::chain::StoredEntry;
use crate::domain::licensee::{Act, Licensee, LicenseeNumber, Particulars};
use crate::domain::lot::Lot;
use crate::domain::order::Order;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::http::console::documents;
use crate::http::console::entitlements;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::lots;
use crate::http::console::page::thousands;
use crate::http::console::seen;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{Two, two};
use crate::service::{ServiceError, ledger, lists, system};
use crate::store::ledger as entries;
use crate::store::lists::{DocumentFilter, EntitlementFilter, LotFilter, Sort};
use crate::store::order;

/// Things of each kind that are told; the rest is in their lists.
const MOST: u32 = 20;
/// Documents that are read, to tell the newest version of each.
const MOST_DOCUMENTS: u32 = 100;
/// Entries that are told.
const MOST_ENTRIES: u32 = 30;

/// What a licensee's file is made of, as far as the person sees it.
struct Whole {
    one: Licensee,
    documents: Vec<AddedDocument>,
    entitlements: Vec<Entitlement>,
    orders: Vec<Order>,
    lots: Vec<Lot>,
    history: Vec<StoredEntry>,
}

async fn whole(visit: &Visit, number: LicenseeNumber) -> Result<Whole, ServiceError> {
    let one = seen::licensee(visit, number).await?;
    let (store, newest) = (&visit.app.store, Sort::down("number"));
    let mut whole = Whole {
        one,
        documents: Vec::new(),
        entitlements: Vec::new(),
        orders: Vec::new(),
        lots: Vec::new(),
        history: Vec::new(),
    };
    if visit.may(P::DocumentRead) {
        let filter = DocumentFilter {
            licensee: number,
            purpose: None,
        };
        whole.documents =
            lists::documents(store, visit.scope(), &filter, newest, None, MOST_DOCUMENTS).await?;
    }
    if visit.may(P::EntitlementRead) {
        let year = day_of(system::now()).year();
        let filter = EntitlementFilter {
            licensee: Some(number),
            season: u16::try_from(year).ok().and_then(Season::new),
            form: None,
        };
        let sort = Sort::up("licensee");
        whole.entitlements =
            lists::entitlements(store, visit.scope(), &filter, sort, None, MOST).await?;
    }
    if visit.may(P::OrderRead) {
        let filter = order::Filter {
            licensee: Some(number),
            ..Default::default()
        };
        whole.orders = lists::orders(store, visit.scope(), &filter, newest, None, MOST).await?;
    }
    if visit.may(P::LotRead) {
        let filter = LotFilter {
            licensee: Some(number),
            ..Default::default()
        };
        whole.lots = lists::lots(store, visit.scope(), &filter, newest, None, MOST).await?;
    }
    let about = entries::Filter {
        licensee: Some(number),
        ..Default::default()
    };
    whole.history = ledger::list(store, visit.scope(), &about, None, MOST_ENTRIES).await?;
    Ok(whole)
}

/// `GET /console/licensees/{licensee}`
pub async fn file(visit: Visit, Path(number): Path<u16>) -> Response {
    let whole = or_refuse!(visit, whole(&visit, LicenseeNumber(number)).await);
    let one = &whole.one;
    let attention = one.attention(day_of(system::now()));
    let file = File::new(&visit, one.name().to_string()).state(state_in(&visit, one.state));
    let file = steps(&visit, file, one);
    let file = links(&visit, file, one.number)
        .text(None, attention.iter().map(attention_in(&visit)).collect())
        .facts(None, standing(one))
        .facts(
            Some(two("档案内容", "Particulars")),
            particulars(&visit, &one.particulars),
        );
    with_tables(&visit, file, &whole)
        .history(&whole.history)
        .render_with_names(&visit)
        .await
}

/// What can be done next.
fn steps(visit: &Visit, mut file: File, one: &Licensee) -> File {
    let here = format!("/console/licensees/{}", one.number);
    if let Some(pending) = &one.pending {
        let (step, by) = (pending.step.step, &pending.by);
        let ground = &pending.step.ground;
        let text = visit.in_words(said!(
            "“{}” was proposed by {by} and waits for a second person. Ground: {ground}", step.english();
            "“{}”由 {by} 提出，待另一人复核。事由：{ground}", step.chinese()
        ));
        file = file
            .text(None, vec![text])
            .step(
                visit.may(P::LicenseeConfirm),
                two("复核", "Confirm as the second person"),
                format!("{here}/confirm"),
            )
            .step(
                visit.may(P::LicenseeDrop),
                drop_in(visit),
                format!("{here}/drop"),
            );
    } else {
        for step in one.state.steps() {
            let label = Two::of(step.chinese(), step.english());
            let may = visit.may(P::for_step(step));
            file = file.step(may, label, format!("{here}/steps/{}", step.slug()));
        }
    }
    file.step(
        visit.may(P::LicenseeFile),
        two("变更档案", "Change the file"),
        format!("{here}/change"),
    )
    .step(
        visit.may(P::DocumentAdd),
        two("上传文件", "Add a document"),
        format!("{here}/documents/new"),
    )
    .step(
        visit.may(P::EntitlementGrant) && one.may(Act::Order).is_ok(),
        two("核定额度", "Grant an entitlement"),
        format!("/console/entitlements/grant?licensee={}", one.number),
    )
    .step(
        visit.may(P::LotEnter) && one.may(Act::Proceed).is_ok(),
        two("登记批次", "Enter a lot"),
        format!("/console/lots/new?licensee={}", one.number),
    )
}

/// Lists of what is the licensee's.
fn links(visit: &Visit, file: File, number: LicenseeNumber) -> File {
    let here = format!("/console/licensees/{number}");
    let of = |list: &str| format!("/console/{list}?licensee={number}");
    file.link(
        visit.may(P::DocumentRead),
        two("全部文件", "All documents"),
        format!("{here}/documents"),
    )
    .link(
        visit.may(P::EntitlementRead),
        two("历年额度", "Entitlements of all seasons"),
        of("entitlements"),
    )
    .link(
        visit.may(P::TransferRead),
        two("额度划转", "Transfers"),
        of("transfers"),
    )
    .link(
        visit.may(P::OrderRead),
        two("全部订单", "All orders"),
        of("orders"),
    )
    .link(
        visit.may(P::LotRead),
        two("全部批次", "All lots"),
        of("lots"),
    )
    .link(
        visit.may(P::LedgerRead),
        two("台账", "Ledger"),
        of("ledger"),
    )
}

type Facts = Vec<(Two, Option<String>)>;

/// Where it stands.
fn standing(one: &Licensee) -> Facts {
    let day = |day: Option<jiff::civil::Date>| day.map(|day| day.to_string());
    let ended = one.ended.as_ref();
    vec![
        (two("编号", "Number"), Some(one.number.to_string())),
        (
            two("统一社会信用代码", "Credit code"),
            Some(one.uscc.to_string()),
        ),
        (
            two("状态起始日", "In this state since"),
            Some(one.state_since.to_string()),
        ),
        (two("整改期限", "Correction due"), day(one.correction_due)),
        (two("准予使用自", "In force since"), day(one.in_force_since)),
        (two("最近使用", "Last use"), day(one.last_use)),
        (
            two("终止事由", "Ended because"),
            ended.map(|ended| ended.reason.to_string()),
        ),
        (
            two("终止文号", "Document of the end"),
            ended.and_then(|ended| ended.document.as_ref().map(ToString::to_string)),
        ),
        (
            two("在市标志有效至", "Marks stay good until"),
            ended.map(|ended| crate::http::console::page::minute(ended.marks_good_until)),
        ),
    ]
}

/// What the file says.
fn particulars(visit: &Visit, said: &Particulars) -> Facts {
    fn joined<T: ToString>(all: &[T]) -> Option<String> {
        let texts: Vec<String> = all.iter().map(ToString::to_string).collect();
        (!texts.is_empty()).then(|| texts.join("；"))
    }
    let forms: Vec<&str> = said
        .forms
        .iter()
        .map(|form| visit.one_of(form.chinese(), form.english()))
        .collect();
    let mu = visit.say(two("亩", "mu"));
    let mut areas: Vec<String> = said
        .areas
        .iter()
        .map(|(township, area)| format!("{township} {area} {mu}"))
        .collect();
    if areas.len() > 1 {
        areas.push(format!(
            "{} {} {mu}",
            visit.say(two("合计", "in all")),
            said.base()
        ));
    }
    let basis = said.legal_basis;
    let contact = &said.contact;
    let line = |line: &Option<crate::domain::text::Line>| line.as_ref().map(ToString::to_string);
    vec![
        (
            two("授权依据", "Legal basis"),
            Some(visit.one_of(basis.chinese(), basis.english()).to_owned()),
        ),
        (
            two("依据文号", "Documents of the right"),
            joined(&said.basis_documents),
        ),
        (two("产品形态", "Forms"), joined(&forms)),
        (two("产品", "Products"), joined(&said.products)),
        (two("执行标准", "Standards"), joined(&said.standards)),
        (two("基地", "Base"), joined(&areas)),
        (two("联系人", "Contact"), line(&contact.person)),
        (two("联系电话", "Telephone"), line(&contact.phone)),
        (
            two("服务热线（公开）", "Hotline (public)"),
            line(&contact.hotline),
        ),
        (two("地址", "Address"), line(&contact.address)),
    ]
}

/// Documents, entitlements, orders and lots.
fn with_tables(visit: &Visit, file: File, whole: &Whole) -> File {
    let word = |chinese: &'static str, slug: &'static str| visit.one_of(chinese, slug).to_owned();
    let orders = whole.orders.iter().map(|order| {
        (
            Some(format!("/console/orders/{}", order.number)),
            vec![
                order.number.to_string(),
                word(order.state.chinese(), order.state.english()),
                order.placed.season.to_string(),
                order.placed.product.to_string(),
                thousands(order.placed.quantity.get()),
            ],
        )
    });
    file.table(
        two("档案文件", "Documents"),
        &documents::HEADS,
        documents::newest(&whole.documents)
            .map(|added| documents::row(visit, added))
            .collect(),
    )
    .table(
        two("本年度额度", "Entitlements of this season"),
        &entitlements::HEADS,
        whole
            .entitlements
            .iter()
            .map(|one| entitlements::row(visit, one))
            .collect(),
    )
    .table(
        two("印制订单", "Orders"),
        &[
            two("订单", "Order"),
            two("状态", "State"),
            two("年度", "Season"),
            two("产品", "Product"),
            two("数量", "Marks"),
        ],
        orders.collect(),
    )
    .table(
        two("生产批次", "Lots"),
        &lots::HEADS,
        whole.lots.iter().map(|lot| lots::row(visit, lot)).collect(),
    )
}
