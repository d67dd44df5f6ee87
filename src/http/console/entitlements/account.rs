//! One entitlement: what is left, how it came about, and what became of it.

use axum::extract::Path;
use axum::response::Response;

use super::{account_of, address_of, form_in, signed, state_in};
use crate::domain::access::Permission as P;
use crate::domain::calendar::day_of;
use crate::domain::entitlement::{Account, Entitlement};
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::seen;
use crate::http::console::submit::or_refuse;
use crate::http::console::transfers;
use crate::http::console::words::{Two, two};
use crate::service::{entitlements, licensees, lists, system};
use crate::store::lists::{Sort, TransferFilter};
use crate::store::order;

/// Orders, transfers and entries that are told.
const MOST: u32 = 200;

/// `GET /console/entitlements/{season}/{licensee}/{form}`
pub async fn file(
    visit: Visit,
    Path((season, licensee, form)): Path<(u16, u16, String)>,
) -> Response {
    let found = async {
        let account = account_of(season, licensee, &form)?;
        let one = seen::entitlement(&visit, account).await?;
        let (store, newest) = (&visit.app.store, Sort::down("number"));
        let licensee = licensees::get(store, visit.scope(), account.licensee).await?;
        let history = entitlements::history(store, account, MOST).await?;
        let filter = order::Filter {
            licensee: Some(account.licensee),
            season: Some(account.season),
            ..Default::default()
        };
        let mut orders = lists::orders(store, visit.scope(), &filter, newest, None, MOST).await?;
        orders.retain(|order| order.placed.form == account.form);
        let filter = TransferFilter {
            licensee: Some(account.licensee),
            state: None,
        };
        let mut moved = lists::transfers(store, visit.scope(), &filter, newest, None, MOST).await?;
        moved.retain(|one| [one.from, one.to_account()].contains(&account));
        Ok((one, licensee, history, orders, moved))
    };
    let (one, licensee, history, orders, moved) = or_refuse!(visit, found.await);
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
    let account = one.account;
    let title = format!(
        "{} {} {}",
        licensee.name(),
        account.season,
        form_in(&visit, account.form)
    );
    let file = File::new(&visit, title).state(state_in(&visit, &one));
    steps(&visit, file, &one)
        .facts(None, sums(&one))
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
        .table(
            two("额度划转", "Transfers"),
            &transfers::HEADS,
            moved
                .iter()
                .map(|one| transfers::row(&visit, one, account.licensee))
                .collect(),
        )
        .history(&history)
        .render_with_names(&visit)
        .await
}

fn steps(visit: &Visit, file: File, one: &Entitlement) -> File {
    let account: Account = one.account;
    let here = address_of(account);
    let is_over =
        day_of(system::now()).year() > i16::try_from(account.season.year()).unwrap_or(i16::MAX);
    let from = format!(
        "/console/transfers/new?season={}&form={}&licensee={}",
        account.season,
        account.form.slug(),
        account.licensee
    );
    file.step(
        !one.is_closed && one.granted == 0 && visit.may(P::EntitlementGrant),
        two("核定", "Grant"),
        format!(
            "/console/entitlements/grant?season={}&form={}&licensee={}",
            account.season,
            account.form.slug(),
            account.licensee
        ),
    )
    .step(
        !one.is_closed && visit.may(P::EntitlementAdjust),
        two("调整", "Adjust"),
        format!("{here}/adjust"),
    )
    .step(
        !one.is_closed && one.balance() > 0 && visit.may(P::TransferPropose),
        two("划转", "Transfer"),
        from,
    )
    .step(
        !one.is_closed && is_over && visit.may(P::EntitlementClose),
        two("年度结转", "Close the season"),
        format!("{here}/close"),
    )
    .link(
        visit.may(P::LicenseeRead),
        two("查看使用人", "The licensee"),
        format!("/console/licensees/{}", account.licensee),
    )
}

/// How the balance comes about.
fn sums(one: &Entitlement) -> Vec<(Two, Option<String>)> {
    let some = |marks: u64| (marks > 0).then(|| thousands(marks));
    vec![
        (two("余额", "Left"), Some(thousands(one.balance()))),
        (two("核定", "Granted"), Some(thousands(one.granted))),
        (
            two("测产面积（亩）", "Surveyed mu"),
            (one.granted > 0).then(|| one.area.to_string()),
        ),
        (
            two("每包净含量（克）", "Grams of a pack"),
            (one.granted > 0).then(|| one.pack_grams.to_string()),
        ),
        (
            two("调整", "Adjusted"),
            (one.adjusted != 0).then(|| signed(one.adjusted)),
        ),
        (two("划入", "Received"), some(one.received)),
        (two("划出", "Given"), some(one.given)),
        (
            two("上年结转", "From the season before"),
            some(one.carried_in),
        ),
        (two("已订", "Ordered"), Some(thousands(one.ordered))),
        (
            two("销毁恢复", "Destroyed, may be ordered anew"),
            some(one.restored),
        ),
        (
            two("转入下年", "Into the next season"),
            some(one.carried_out),
        ),
        (two("失效", "Lapsed"), some(one.lapsed)),
    ]
}
