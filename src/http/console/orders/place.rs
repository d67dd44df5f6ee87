//! Placing an order.

use axum::response::Response;

use crate::domain::access::Permission;
use crate::domain::calendar::day_of;
use crate::domain::form::Form as ProductForm;
use crate::domain::mark::MarkCount;
use crate::domain::market::Market;
use crate::domain::order::NewOrder;
use crate::domain::said::said;
use crate::domain::season::Season;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party;
use crate::http::console::read::{Reader, whole};
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::two;
use crate::service::{ServiceError, lists, orders, system};
use crate::store::lists::{EntitlementFilter, Sort};

async fn place_form(visit: &Visit) -> Result<Form, ServiceError> {
    let forms = Kind::choice(
        visit,
        ProductForm::ALL.iter().copied(),
        ProductForm::slug,
        [ProductForm::chinese, ProductForm::english],
    );
    let form = Form::new(
        visit,
        two("提交订单", "Place an order"),
        two("提交", "Place it"),
    );
    let form = balances(visit).await?.into_iter().fold(form, Form::text);
    let form =
        party::licensee_field(visit, form, "licensee", two("合法使用人", "Licensee")).await?;
    Ok(form
        .field("season", two("年度", "Season"), Kind::Number)
        .field("form", two("产品形态", "Form"), forms)
        .field(
            "product",
            two("产品名称和规格", "Product and pack"),
            Kind::Line,
        )
        .hint(two("如 清水芦笋罐头 425 g", "As it stands on the pack"))
        .field(
            "quantity",
            two("数量（枚）", "How many marks"),
            Kind::Number,
        )
        .optional("market", two("销售区域", "To be sold in"), Kind::Line)
        .hint(two(
            "省级行政区名称，如 湖南、广东；不限区域的留空。标志在区域以外被查询，将作为异常迹象",
            "Provinces, such as Hunan, Guangdong; anywhere if left blank. A mark seen elsewhere is held against it",
        )))
}

/// What is left of the person's own entitlements, a sentence for each.
async fn balances(visit: &Visit) -> Result<Vec<String>, ServiceError> {
    /// Accounts that are told, the newest seasons first.
    const MOST: u32 = 8;
    let Some(own) = visit.scope().licensee() else {
        return Ok(Vec::new());
    };
    if !visit.may(Permission::EntitlementRead) {
        return Ok(Vec::new());
    }
    let filter = EntitlementFilter {
        licensee: Some(own),
        season: None,
        form: None,
    };
    let (store, scope) = (&visit.app.store, visit.scope());
    let sort = Sort::down("season");
    let found = lists::entitlements(store, scope, &filter, sort, None, MOST).await?;
    let open = found.iter().filter(|one| !one.is_closed);
    let told = open.map(|one| {
        let (season, form) = (one.account.season, one.account.form);
        let left = thousands(one.balance());
        visit.in_words(said!(
            "Left for {}, season {season}: {left} marks.", form.english();
            "{season} 年度{}剩余额度 {left} 枚。", form.chinese()
        ))
    });
    Ok(told.collect())
}

/// `GET /console/orders/new`
pub async fn place_page(visit: Visit) -> Response {
    let year = day_of(system::now()).year().to_string();
    let form = or_refuse!(visit, place_form(&visit).await);
    form.value("season", year).render(&visit, None)
}

/// `POST /console/orders/new`
pub async fn place(visit: Visit, typed: Typed) -> Response {
    let form = or_refuse!(visit, place_form(&visit).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let mut reader = Reader::new(&typed, visit.language);
    let licensee = party::read_licensee(&visit, &typed, &mut reader, "licensee").await;
    let licensee = or_refuse!(visit, licensee);
    let season = reader.wanted("season", Wanted::Season, |text| Season::new(whole(text)?));
    let product_form = reader.wanted("form", Wanted::Form, ProductForm::from_slug);
    let product = reader.line("product");
    let quantity = reader.wanted("quantity", Wanted::Quantity, |text| {
        MarkCount::new(whole(text)?)
    });
    let market = reader.optional_read("market", Market::new);
    let errors = reader.finish();
    let (
        Some(licensee),
        Some(season),
        Some(product_form),
        Some(product),
        Some(quantity),
        Some(market),
        true,
    ) = (
        licensee,
        season,
        product_form,
        product,
        quantity,
        market,
        errors.is_empty(),
    )
    else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let new = NewOrder {
        licensee,
        season,
        form: product_form,
        product,
        quantity,
        market,
    };
    let done = orders::place(&visit.app.store, &visit.call(typed.get("request")), new).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|order| format!("/console/orders/{}", order.number)),
    )
}
