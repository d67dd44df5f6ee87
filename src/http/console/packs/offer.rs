//! Offering a pack, and approving its second download: both show a link, once.

use std::num::NonZero;

use axum::extract::Path;
use axum::response::Response;

use crate::domain::offer::OpenDays;
use crate::domain::order::{Order, OrderNumber};
use crate::domain::said::said;
use crate::domain::wanted::Wanted::Choice;
use crate::http::console::file::File;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{named, two};
use crate::render::imposition::Order as SheetOrder;
use crate::render::rolls::Direction;
use crate::render::template::SHIPPED;
use crate::service::pack::Format;
use crate::service::pack::handover::{self, Opened, Wanted};
use crate::service::{ServiceError, printers, templates};

/// What is offered, and to whom.
fn about(visit: &Visit, order: &Order, form: Form) -> Form {
    let (number, product) = (order.number, &order.placed.product);
    let marks = thousands(order.placed.quantity.get());
    form.text(visit.in_words(said!(
        "Order {number}: {product}, {marks} marks",
        "订单 {number}：{product}，{marks} 枚"
    )))
}

fn days_field(form: Form) -> Form {
    form.field(
        "days",
        two("链接有效天数", "Days the link is good"),
        Kind::Number,
    )
    .hint(two("1 至 30 天", "1 to 30"))
}

async fn offer_form(visit: &Visit, order: &Order) -> Result<Form, ServiceError> {
    let title = two("加密发包", "Offer the pack, encrypted");
    let mut form = about(
        visit,
        order,
        Form::new(visit, title, two("发包", "Offer it")),
    );
    if let Some(number) = order.printer {
        let printer = printers::get(&visit.app.store, visit.scope(), number).await?;
        let name = printer.particulars.name.as_str();
        form = form.text(named(
            visit.language,
            visit.say(two("承印方", "Printer")),
            name,
        ));
        form = match &printer.recipient {
            Some(key) => form.text(named(
                visit.language,
                visit.say(two("加密所用公钥", "Encrypted to")),
                key.as_str(),
            )),
            None => form.link(
                true,
                two(
                    "承印方还没有登记公钥：先登记",
                    "The printer has no public key yet: set it first",
                ),
                format!("/console/printers/{number}/key"),
            ),
        };
    }
    let dots = ["203", "300", "600"].map(|dpi| (dpi.to_owned(), format!("{dpi} dpi")));
    let form = form.field(
        "formats",
        two("文件", "Files"),
        Kind::checks(
            visit,
            // A contact sheet is to look at here, and holds no pack.
            Format::ALL
                .iter()
                .copied()
                .filter(|one| *one != Format::Sheet),
            Format::slug,
            [Format::chinese, Format::english],
        ),
    );
    let form = form
        .optional(
            "template",
            two("标签模板", "Template"),
            Kind::Choice(looks(visit).await?),
        )
        .hint(two(
            "不选则只印二维码和编号",
            "Without one a label is its symbol and its serial",
        ))
        .field(
            "dpi",
            two("印刷分辨率", "Dots of the press"),
            Kind::Choice(dots.into()),
        )
        .picture(
            format!("/console/orders/{}/label.svg", order.number),
            two(
                "此订单的一枚标签，其码无效",
                "A label of this order, with a void code",
            ),
        );
    let form = days_field(form);
    Ok(arranged(visit, form))
}

/// How labels lie on sheets or rolls, and what comes besides.
fn arranged(visit: &Visit, form: Form) -> Form {
    let orders = Kind::choice(
        visit,
        SheetOrder::ALL.iter().copied(),
        SheetOrder::slug,
        [SheetOrder::chinese, SheetOrder::english],
    );
    let edges = Kind::choice(
        visit,
        Direction::ALL.iter().copied(),
        Direction::slug,
        [Direction::chinese, Direction::english],
    );
    let hidden = visit.say(two("刮开式暗码", "Hidden codes")).to_owned();
    let hidden = vec![("yes".to_owned(), hidden)];
    form.folded(two("拼版和其他", "Sheets and more"), |form| {
        form.optional("paper", two("纸张", "Paper"), Kind::Line)
            .hint(two(
                "a4（默认）、sra3、label（一页一枚），或毫米宽高如 330x480",
                "a4 if left blank, sra3, label for one a page, or mm such as 330x480",
            ))
            .optional("gap", two("间距（毫米）", "Gap (mm)"), Kind::Decimal)
            .hint(two(
                "默认 2，或两侧出血之和",
                "2 if left blank, or the bleed of both sides",
            ))
            .optional("margin", two("留白（毫米）", "Margin (mm)"), Kind::Decimal)
            .hint(two("默认 8", "8 if left blank"))
            .optional("order", two("排列", "Order on sheets"), orders)
            .optional("rolls", two("每卷枚数", "Labels on a roll"), Kind::Number)
            .hint(two(
                "填写后 PDF 按卷排版，首尾带领头标和尾标",
                "Then the PDF is a web of rolls, each with an opening and a closing label",
            ))
            .optional("lanes", two("并排卷数", "Rolls side by side"), Kind::Number)
            .optional(
                "direction",
                two("先出的一边", "Edge that comes off first"),
                edges,
            )
            .optional(
                "part_size",
                two("每份枚数", "Labels in a part"),
                Kind::Number,
            )
            .optional(
                "profile",
                two("文本数据格式", "Profile of the text"),
                Kind::Lines,
            )
            .optional("hidden", two("附加", "Besides"), Kind::Checks(hidden))
    })
}

/// The templates there are, by name; without one a label is its symbol and its serial.
async fn looks(visit: &Visit) -> Result<Vec<(String, String)>, ServiceError> {
    let stored = templates::list(&visit.app.store).await?;
    let stored = stored.into_iter().map(|one| one.name.clone());
    let shipped = SHIPPED.iter().map(|one| one.name.to_owned());
    let named = |name: String| (name.clone(), name);
    Ok(shipped.chain(stored).map(named).collect())
}

/// `GET /console/orders/{order}/pack/offer`
pub async fn offer_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
    let form = or_refuse!(visit, offer_form(&visit, &order).await);
    let days = OpenDays::DEFAULT.get().to_string();
    form.value("days", days)
        .value("dpi", "300")
        .value("formats", "csv")
        .render(&visit, None)
}

fn days(reader: &mut Reader<'_>, typed: &Typed) -> Option<OpenDays> {
    let days = whole(typed.get("days")).and_then(OpenDays::new);
    if days.is_none() {
        reader.wrong(
            "days",
            "请填写 1 至 30 的天数",
            "A number of days from 1 to 30",
        );
    }
    days
}

fn read(visit: &Visit, typed: &Typed) -> Result<(Wanted, OpenDays), Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let usual = Wanted::default();
    let days = days(&mut reader, typed);
    let formats: Vec<Format> = typed.all("formats").filter_map(Format::from_slug).collect();
    if formats.is_empty() {
        reader.wrong("formats", "请至少选择一种文件", "Choose at least one kind");
    }
    let mut mm = |name: &'static str, usual: f64| match typed.get(name) {
        "" => usual,
        text => text.parse().unwrap_or_else(|_| {
            reader.wrong(name, "请填写毫米数，如 2.5", "Millimetres, such as 2.5");
            usual
        }),
    };
    let gap = (!typed.get("gap").is_empty()).then(|| mm("gap", 0.0));
    let margin = mm("margin", usual.margin);
    let mut number = |name: &'static str| match typed.get(name) {
        "" => None,
        text => {
            let number = whole(text).and_then(NonZero::new);
            if number.is_none() {
                reader.wrong(name, "请填写大于零的整数", "A whole number above zero");
            }
            number
        }
    };
    let part_size = number("part_size");
    let (rolls, lanes) = (number("rolls"), number("lanes"));
    let dpi = reader.wanted("dpi", Choice, whole);
    let order = reader.wanted_or_none("order", Choice, SheetOrder::from_slug);
    let direction = reader.wanted_or_none("direction", Choice, Direction::from_slug);
    let errors = reader.finish();
    let (Some(days), Some(dpi), true) = (days, dpi, errors.is_empty()) else {
        return Err(errors);
    };
    let profile = typed.get("profile");
    let wanted = Wanted {
        formats,
        dpi,
        template: None,
        profile: (!profile.is_empty()).then(|| profile.to_owned()),
        paper: match typed.get("paper") {
            "" => usual.paper,
            paper => paper.to_owned(),
        },
        gap,
        margin,
        order: order.flatten().unwrap_or(usual.order),
        rolls,
        lanes: lanes.unwrap_or(usual.lanes),
        direction: direction.flatten().unwrap_or(usual.direction),
        part_size,
        hidden_codes: typed.get("hidden") == "yes",
    };
    Ok((wanted, days))
}

/// `POST /console/orders/{order}/pack/offer`
pub async fn offer(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
    let form = or_refuse!(visit, offer_form(&visit, &order).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let (mut wanted, days) = match read(&visit, &typed) {
        Ok(read) => read,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let app = &visit.app;
    let template = typed.get("template");
    if !template.is_empty() {
        wanted.template = match templates::text(&app.store, template).await {
            Ok(text) => Some(text),
            Err(error) => return answer(&visit, &typed, form, Err(error)),
        };
    }
    let with = (&*app.keys, &app.public_url);
    let call = visit.call(typed.get("request"));
    let done = handover::offer(&app.store, with, &call, order.number, (&wanted, days)).await;
    shown(&visit, &typed, form, done)
}

/// The link, or the form again with what is wrong.
fn shown(visit: &Visit, typed: &Typed, form: Form, done: Result<Opened, ServiceError>) -> Response {
    let opened = match done {
        Ok(opened) => opened,
        Err(error) => return answer(visit, typed, form, Err(error)),
    };
    let number = opened.order.number;
    let lines = vec![
        visit
            .say(two(
                "请把下面的链接交给承印方。链接只显示这一次，只能领取一次；打开链接不会消耗，按下按钮才会。",
                "Give this link to the printer. It is shown this once and opens the pack once; looking at it takes nothing, \
                 its button does.",
            ))
            .to_owned(),
        opened.address(&visit.app.public_url),
    ];
    File::new(visit, two("数据包已开放领取", "The pack is offered"))
        .text(Some(visit.say(two("领取链接", "The link"))), lines)
        .link(
            true,
            two("返回订单", "Back to the order"),
            format!("/console/orders/{number}"),
        )
        .render(visit)
}

fn approve_form(visit: &Visit, order: &Order) -> Form {
    let title = two("批准再次领取", "Approve the second download");
    let form = about(
        visit,
        order,
        Form::new(visit, title, two("批准", "Approve")),
    );
    let asked = order.offer.as_ref().and_then(|offer| offer.asked.as_ref());
    let form = match asked {
        Some(asked) => form
            .text(named(
                visit.language,
                visit.say(two("申请人", "Asked by")),
                asked.by.as_str(),
            ))
            .text(named(
                visit.language,
                visit.say(two("原因", "Reason")),
                asked.reason.as_str(),
            )),
        None => form,
    };
    days_field(form)
}

/// `GET /console/orders/{order}/pack/approve`
pub async fn approve_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
    let days = OpenDays::DEFAULT.get().to_string();
    approve_form(&visit, &order)
        .value("days", days)
        .render(&visit, None)
}

/// `POST /console/orders/{order}/pack/approve`
pub async fn approve(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let order = or_refuse!(visit, seen::order(&visit, OrderNumber(number)).await);
    let form = approve_form(&visit, &order).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let Some(days) = days(&mut reader, &typed) else {
        return form.wrong(reader.finish()).render(&visit, Some(&typed));
    };
    let call = visit.call(typed.get("request"));
    let done = handover::approve(&visit.app.store, &call, order.number, days).await;
    shown(&visit, &typed, form, done)
}
