//! One box for everything: straight to the one thing that was meant, or all that it can mean, by kind.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

use super::batches::{address, form_in};
use super::file::File;
use super::guard::Visit;
use super::list::encode;
use super::marks::address_of;
use super::page::thousands;
use super::submit::refuse;
use super::typed::Typed;
use super::words::{Two, named, two};
use crate::http::App;
use crate::http::language::Language;
use crate::service::search::{self, Found, Hit, MOST, Oddity};

/// Where the box leads.
pub const PATH: &str = "/console/search";

/// `GET /console/search?q=…`
pub async fn page(visit: Visit, State(app): State<App>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let text = asked.get("q");
    let who = &visit.signed_in().principal;
    let found = match search::find(&app.store, &app.keys, who, text).await {
        Ok(found) => found,
        Err(error) => return refuse(&visit, error),
    };
    match found.only() {
        Some(only) => Redirect::to(&address_in(only)).into_response(),
        None => page_of(&visit, text, &found),
    }
}

fn page_of(visit: &Visit, text: &str, found: &Found) -> Response {
    let title = visit.say(two("查找", "Search"));
    let title = match text {
        "" => title.to_owned(),
        text => named(visit.language, title, &shortened(text)),
    };
    let mut file = File::new(visit, title);
    if let Some(oddity) = found.oddity {
        return file
            .text(None, vec![odd(visit, oddity).to_owned()])
            .render(visit);
    }
    if found.hits.is_empty() {
        return nothing(visit, text, file).render(visit);
    }
    for (kind, heads) in KINDS {
        let rows = found.hits.iter().filter(|hit| kind_of(hit) == kind);
        let rows = rows.map(|hit| (Some(address_in(hit)), cells(visit, hit)));
        file = file.table(kind, heads, rows.collect());
    }
    if found.is_cut {
        let said = match visit.language {
            Language::Chinese => format!("每类只列出 {MOST} 项。请输入更多字。"),
            Language::English => format!("Only {MOST} of each kind are listed. Type more of it."),
        };
        file = file.text(None, vec![said]);
        let licensees = format!("/console/licensees?q={}", encode(text));
        if found.hits.iter().any(|hit| matches!(hit, Hit::Licensee(_))) {
            file = file.step(true, two("在名册中查找", "Search the register"), licensees);
        }
    }
    file.render(visit)
}

const LICENSEE: Two = two("合法使用人", "Licensees");
const ORDER: Two = two("印制订单", "Orders");
const BATCH: Two = two("标志批", "Batches");
const LOT: Two = two("生产批次", "Lots");
const CONTAINER: Two = two("卷和箱", "Rolls and boxes");
const DOCUMENT: Two = two("档案文件", "Documents");
const PRINTER: Two = two("承印方", "Printers");
const MARK: Two = two("标志", "Marks");
const TIP: Two = two("举报线索", "Tips");

const NAME: Two = two("名称", "Name");
const CODE: Two = two("统一社会信用代码", "Credit code");
const NUMBER: Two = two("编号", "Number");
const STATE: Two = two("状态", "State");
const PRODUCT: Two = two("产品", "Product");
const SEASON: Two = two("年度", "Season");
const MARKS: Two = two("数量", "Marks");

/// The kinds in their order, each with the heads of its table.
const KINDS: [(Two, &[Two]); 9] = [
    (
        MARK,
        &[
            two("防伪编号", "Serial"),
            two("批和序号", "Batch and index"),
            PRODUCT,
        ],
    ),
    (
        LICENSEE,
        &[NAME, NUMBER, CODE, two("联系人", "Contact"), STATE],
    ),
    (ORDER, &[NUMBER, STATE, PRODUCT, SEASON, MARKS]),
    (
        BATCH,
        &[
            NUMBER,
            two("订单", "Order"),
            two("产品形态", "Form"),
            SEASON,
            MARKS,
        ],
    ),
    (LOT, &[two("批号", "Code"), NUMBER, PRODUCT, SEASON]),
    (CONTAINER, &[two("标签", "Label"), NUMBER, BATCH, MARKS]),
    (
        DOCUMENT,
        &[two("题名", "Title"), NUMBER, two("用途", "Purpose")],
    ),
    (PRINTER, &[NAME, NUMBER, CODE]),
    (TIP, &[NUMBER, STATE, two("类别", "Kind")]),
];

const fn kind_of(hit: &Hit) -> Two {
    match hit {
        Hit::Mark { .. } => MARK,
        Hit::Licensee(_) => LICENSEE,
        Hit::Order(_) => ORDER,
        Hit::Batch(_) => BATCH,
        Hit::Lot(_) => LOT,
        Hit::Container(_) => CONTAINER,
        Hit::Document(_) => DOCUMENT,
        Hit::Printer(_) => PRINTER,
        Hit::Tip(_) => TIP,
    }
}

fn address_in(hit: &Hit) -> String {
    match hit {
        Hit::Mark { serial, .. } => address_of(*serial),
        Hit::Licensee(licensee) => format!("/console/licensees/{}", licensee.number),
        Hit::Order(order) => format!("/console/orders/{}", order.number),
        Hit::Batch(batch) => address(Some(batch.number)),
        Hit::Lot(lot) => format!("/console/lots/{}", lot.number),
        Hit::Container(container) => format!("/console/containers/{}", container.number),
        Hit::Document(added) => format!("/console/documents/{}", added.document.number),
        Hit::Printer(printer) => format!("/console/printers/{}", printer.number),
        Hit::Tip(tip) => format!("/console/tips/{}", tip.number),
    }
}

fn cells(visit: &Visit, hit: &Hit) -> Vec<String> {
    let word = |chinese, slug| visit.language.choose(chinese, slug).to_owned();
    match hit {
        Hit::Mark {
            serial,
            mark,
            order,
        } => vec![
            serial.to_string(),
            mark.to_string(),
            order.placed.product.to_string(),
        ],
        Hit::Licensee(one) => {
            let contact = one.particulars.contact.person.as_ref();
            vec![
                one.name().to_string(),
                one.number.to_string(),
                one.uscc.to_string(),
                contact.map_or_else(String::new, ToString::to_string),
                word(one.state.chinese(), one.state.english()),
            ]
        }
        Hit::Order(order) => vec![
            order.number.to_string(),
            word(order.state.chinese(), order.state.english()),
            order.placed.product.to_string(),
            order.placed.season.to_string(),
            thousands(order.placed.quantity.get()),
        ],
        Hit::Batch(batch) => vec![
            batch.number.to_string(),
            batch.order.to_string(),
            form_in(visit, batch.form).to_owned(),
            batch.season.to_string(),
            thousands(batch.count.get()),
        ],
        Hit::Lot(lot) => vec![
            lot.entered.public.code.to_string(),
            lot.number.to_string(),
            lot.entered.public.product.to_string(),
            lot.entered.public.season.to_string(),
        ],
        Hit::Container(container) => {
            let kind = container.filled.kind;
            let label = container.filled.label.as_ref();
            vec![
                label.map_or_else(|| word(kind.chinese(), kind.english()), ToString::to_string),
                container.number.to_string(),
                container.filled.batch.to_string(),
                thousands(container.marks()),
            ]
        }
        Hit::Document(added) => {
            let purpose = added.document.purpose;
            vec![
                added.document.title.to_string(),
                added.document.number.to_string(),
                word(purpose.chinese(), purpose.english()),
            ]
        }
        Hit::Printer(printer) => vec![
            printer.particulars.name.to_string(),
            printer.number.to_string(),
            printer.particulars.uscc.to_string(),
        ],
        Hit::Tip(tip) => vec![
            tip.number.to_string(),
            word(tip.state.chinese(), tip.state.english()),
            word(tip.new.kind.chinese(), tip.new.kind.english()),
        ],
    }
}

const fn odd(visit: &Visit, oddity: Oddity) -> &'static str {
    match oddity {
        Oddity::NotSigned => visit.say(two(
            "这个二维码写成本标志的样子，但没有一把本系统的密钥签过它：不是本系统制的码。公众扫码会看到“这不是沅江芦笋专用标志的编号”。请保留实物和购买凭证。",
            "This code is written like one of this mark, but none of our keys has signed it: it was not made here. The public is told that it is not a number of this mark. Keep the pack and the receipt.",
        )),
        Oddity::NotIssued => visit.say(two(
            "这个二维码由本系统的密钥签名，但没有一批标志包含它：密钥可能已经泄露，或数据库缺失了标志批。请立即报告系统管理员。",
            "This code is signed by one of our keys, but no batch accounts for it: a key may have leaked, or the database lost a batch. Tell whoever runs this installation at once.",
        )),
    }
}

/// What can be searched for.
fn nothing(visit: &Visit, text: &str, file: File) -> File {
    let file = match text {
        "" => file,
        _ => {
            let said = two(
                "没有找到，或不在您可查看的范围内。",
                "Nothing was found, or nothing that is yours to see.",
            );
            file.text(None, vec![visit.say(said).to_owned()])
        }
    };
    let all = [
        two(
            "标志：防伪编号（大小写、空格、横线都不影响），二维码的内容或整个网址，批和序号如 1-4031",
            "A mark: its serial (case, spaces and hyphens do not matter), what its QR code holds or the whole address, batch and index as in 1-4031",
        ),
        two(
            "企业和个人：合法使用人、承印方或联系人名称的一部分，统一社会信用代码或其中一段",
            "Firms and people: a part of the name of a licensee, printer or contact, a credit code or a part of it",
        ),
        two(
            "编号：订单、标志批、生产批次、卷、箱、文件、举报线索的编号；可写明种类，如“订单 12”“第 3 批”“批次 7”；举报人说的 16 位编号也可以",
            "Numbers of orders, batches, lots, rolls, boxes, documents and tips; say which if you like, as in “order 12”, “batch 3”, “lot 7”; the 16 characters that somebody who sent a tip has",
        ),
        two(
            "生产批次的批号、卷和箱的标签，全部或一部分",
            "The code of a lot, or what stands on a roll or box, all of it or a part",
        ),
    ];
    let all = all.iter().map(|one| visit.say(*one).to_owned());
    file.text(
        Some(visit.say(two("可以查找", "What can be searched for"))),
        all.collect(),
    )
}

/// As much of a text as a heading takes.
fn shortened(text: &str) -> String {
    const MOST_LETTERS: usize = 40;
    let mut short: String = text.chars().take(MOST_LETTERS).collect();
    if text.chars().nth(MOST_LETTERS).is_some() {
        short.push('…');
    }
    short
}
