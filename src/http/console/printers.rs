//! Printers: who may be given orders.

use axum::extract::Path;
use axum::response::Response;

use super::file::File;
use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::{Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::read::{Errors, Reader};
use super::submit::{answer, or_refuse};
use super::typed::Typed;
use super::words::{named, two};
use super::{seen, table};
use crate::domain::access::Permission as P;
use crate::domain::printer::{NewPrinter, Printer, PrinterNumber};
use crate::domain::recipient::Recipient;
use crate::domain::uscc::Uscc;
use crate::service::{ServiceError, export, ledger, lists, printers};
use crate::store::ledger as entries;
use crate::store::lists::Sort;
use crate::store::order;

/// Orders and entries that are told.
const MOST: u32 = 30;

fn state_in(visit: &Visit, one: &Printer) -> &'static str {
    match one.ended {
        Some(_) => visit.say(two("已停用", "prints no more")),
        None => visit.say(two("在用", "prints")),
    }
}

/// The printers that the person sees.
async fn found(visit: &Visit, asked: &Typed) -> Result<Vec<Printer>, ServiceError> {
    let before = asked.get("after").parse().ok().map(PrinterNumber);
    match visit.scope().printer() {
        Some(own) => Ok(vec![seen::printer(visit, own).await?]),
        None => printers::list(&visit.app.store, visit.scope(), before, ROWS + 1).await,
    }
}

/// `GET /console/printers`
pub async fn list(visit: Visit) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let found = or_refuse!(visit, found(&visit, &asked).await);
    let is_of_all = visit.scope().printer().is_none();
    List::new(&visit, &asked, two("承印方", "Printers"))
        .action(
            visit.may(P::PrinterKeep),
            two("登记承印方", "Enter a printer"),
            "/console/printers/new",
        )
        .table(is_of_all && visit.may(P::Export), "/console/printers/table")
        .columns([
            (two("名称", "Name"), ColumnKind::Text),
            (two("编号", "Number"), ColumnKind::Number),
            (two("统一社会信用代码", "Credit code"), ColumnKind::Code),
            (two("印刷许可证", "Printing licence"), ColumnKind::Text),
            (two("状态", "State"), ColumnKind::State),
        ])
        .rows(
            found,
            |one| one.number.to_string(),
            |one| Row {
                address: Some(format!("/console/printers/{}", one.number)),
                cells: vec![
                    one.particulars.name.to_string(),
                    one.number.to_string(),
                    one.particulars.uscc.to_string(),
                    one.particulars.licence.to_string(),
                    state_in(&visit, one).to_owned(),
                ],
            },
        )
        .render()
}

/// `GET /console/printers/table`
pub async fn list_table(visit: Visit) -> Response {
    let make = async |_: &Typed, format, now, file| {
        export::printers(&visit.app.store, visit.scope(), format, now, file).await
    };
    table::take(&visit, "printers", make).await
}

/// `GET /console/printers/{printer}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let found = async {
        let one = seen::printer(&visit, PrinterNumber(number)).await?;
        let filter = order::Filter {
            printer: Some(one.number),
            ..Default::default()
        };
        let store = &visit.app.store;
        let orders = lists::orders(
            store,
            visit.scope(),
            &filter,
            Sort::down("number"),
            None,
            MOST,
        )
        .await?;
        let about = entries::Filter {
            printer: Some(one.number),
            ..Default::default()
        };
        let history = ledger::list(store, visit.scope(), &about, None, MOST).await?;
        Ok((one, orders, history))
    };
    let (one, orders, history) = or_refuse!(visit, found.await);
    let orders = orders.iter().map(|order| {
        let state = visit.one_of(order.state.chinese(), order.state.english());
        (
            Some(format!("/console/orders/{}", order.number)),
            vec![
                order.number.to_string(),
                state.to_owned(),
                order.placed.product.to_string(),
                thousands(order.placed.quantity.get()),
                minute(order.placed_at),
            ],
        )
    });
    File::new(&visit, one.particulars.name.to_string())
        .state(state_in(&visit, &one))
        .step(
            one.ended.is_none() && visit.may(P::PrinterKeep),
            two("停用", "It prints no more"),
            format!("/console/printers/{number}/end"),
        )
        .step(
            one.ended.is_none() && visit.may(P::PrinterKeep),
            two("登记公钥", "Set its public key"),
            format!("/console/printers/{number}/key"),
        )
        .facts(
            None,
            vec![
                (two("编号", "Number"), Some(number.to_string())),
                (
                    two("统一社会信用代码", "Credit code"),
                    Some(one.particulars.uscc.to_string()),
                ),
                (
                    two("印刷许可证", "Printing licence"),
                    Some(one.particulars.licence.to_string()),
                ),
                (
                    two("公钥（age）", "Public key (age)"),
                    one.recipient.as_ref().map(ToString::to_string),
                ),
                (two("建档", "Entered"), Some(minute(one.added_at))),
                (
                    two("停用原因", "Prints no more because"),
                    one.ended.as_ref().map(ToString::to_string),
                ),
            ],
        )
        .table(
            two("印制订单", "Orders"),
            &[
                two("订单", "Order"),
                two("状态", "State"),
                two("产品", "Product"),
                two("数量", "Marks"),
                two("提交时间", "Placed"),
            ],
            orders.collect(),
        )
        .history(&history)
        .render_with_names(&visit)
        .await
}

fn enter_form(visit: &Visit) -> Form {
    Form::new(
        visit,
        two("登记承印方", "Enter a printer"),
        two("登记", "Enter"),
    )
    .field("name", two("名称", "Registered name"), Kind::Line)
    .field("uscc", two("统一社会信用代码", "Credit code"), Kind::Line)
    .hint(two("18 位", "18 characters"))
    .field(
        "licence",
        two("印刷经营许可证号", "Number of the printing licence"),
        Kind::Line,
    )
}

/// `GET /console/printers/new`
pub async fn enter_page(visit: Visit) -> Response {
    enter_form(&visit).render(&visit, None)
}

fn read(visit: &Visit, typed: &Typed) -> Result<NewPrinter, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let name = reader.line("name");
    let uscc = reader.read("uscc", Uscc::new);
    let licence = reader.line("licence");
    let errors = reader.finish();
    let new = || {
        Some(NewPrinter {
            name: name?,
            uscc: uscc?,
            licence: licence?,
        })
    };
    new().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/printers/new`
pub async fn enter(visit: Visit, typed: Typed) -> Response {
    let form = enter_form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let new = match read(&visit, &typed) {
        Ok(new) => new,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let call = visit.call(typed.get("request"));
    let done = printers::enter(&visit.app.store, &call, new).await;
    let to = done.map(|one| format!("/console/printers/{}", one.number));
    answer(&visit, &typed, form, to)
}

fn end_form(visit: &Visit, one: &Printer) -> Form {
    Form::new(
        visit,
        two("停用承印方", "A printer prints no more"),
        two("停用", "Write it down"),
    )
    .grave()
    .text(one.particulars.name.to_string())
    .field("reason", two("原因", "Reason"), Kind::Line)
}

/// `GET /console/printers/{printer}/end`
pub async fn end_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let one = or_refuse!(visit, seen::printer(&visit, PrinterNumber(number)).await);
    end_form(&visit, &one).render(&visit, None)
}

/// `POST /console/printers/{printer}/end`
pub async fn end(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let one = or_refuse!(visit, seen::printer(&visit, PrinterNumber(number)).await);
    let form = end_form(&visit, &one).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let reason = reader.line("reason");
    let Some(reason) = reason else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    if !typed.is_confirmed() {
        let what = visit.say(two(
            "停用后不能再指定给新的订单，也不能恢复；重新承印须另行登记。",
            "It is given no orders any more, and this cannot be taken back.",
        ));
        let summary = vec![one.particulars.name.to_string(), what.to_owned()];
        return form.confirm(&visit, &typed, summary);
    }
    let call = visit.call(typed.get("request"));
    let done = printers::end(&visit.app.store, &call, one.number, reason).await;
    let to = done.map(|one| format!("/console/printers/{}", one.number));
    answer(&visit, &typed, form, to)
}

fn key_form(visit: &Visit, one: &Printer) -> Form {
    let form = Form::new(
        visit,
        two("登记承印方公钥", "Set a printer's public key"),
        two("登记", "Set it"),
    )
    .text(one.particulars.name.to_string())
    .text(visit.say(two(
        "数据包用这个公钥加密，只有承印方能打开。承印方用 age-keygen -o key.txt 生成密钥，自己保管 key.txt，只发来“public key:”之后的一行。请通过电话等另一途径核对。",
        "Packs are encrypted to this key, and only the printer can open them. The printer makes it with age-keygen -o \
         key.txt, keeps key.txt, and sends the line after \"public key:\". Compare it in another way, such as by telephone.",
    )));
    let form = match &one.recipient {
        Some(key) => form.text(named(
            visit.language,
            visit.say(two("现用公钥", "The key now")),
            key.as_str(),
        )),
        None => form,
    };
    form.field("recipient", two("公钥", "Public key"), Kind::Line)
        .hint(two(
            "以 age1 开头，62 个字符",
            "It begins with age1 and has 62 characters",
        ))
}

/// `GET /console/printers/{printer}/key`
pub async fn key_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let one = or_refuse!(visit, seen::printer(&visit, PrinterNumber(number)).await);
    key_form(&visit, &one).render(&visit, None)
}

/// `POST /console/printers/{printer}/key`
pub async fn key(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let one = or_refuse!(visit, seen::printer(&visit, PrinterNumber(number)).await);
    let form = key_form(&visit, &one).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let Some(recipient) = reader.read("recipient", Recipient::new) else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = printers::set_key(&visit.app.store, &call, one.number, recipient).await;
    let to = done.map(|one| format!("/console/printers/{}", one.number));
    answer(&visit, &typed, form, to)
}
