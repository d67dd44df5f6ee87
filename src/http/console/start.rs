//! The start page: what waits for me.

use axum::extract::State;
use axum::response::Response;

use super::file::File;
use super::guard::Visit;
use super::page::{minute, thousands};
use super::submit::refuse;
use super::words::two;
use crate::domain::access::{Permission as P, Role};
use crate::domain::calendar::day_of;
use crate::domain::licensee::{LicenseeNumber, LicenseeState};
use crate::domain::order::{Order, OrderState};
use crate::http::App;
use crate::service::{ServiceError, licensees, orders, system};
use crate::store::{licensee, order};

/// Things of one kind that are told.
const MOST: u32 = 20;

type Rows = Vec<(Option<String>, Vec<String>)>;

/// `GET /console`
pub async fn page(visit: Visit, State(app): State<App>) -> Response {
    match page_of(&visit, &app).await {
        Ok(response) => response,
        Err(error) => refuse(&visit, error),
    }
}

/// The states of orders that wait for a role.
const fn waiting_states(role: Role) -> &'static [OrderState] {
    match role {
        Role::Approver => &[OrderState::Placed],
        Role::Registrar => &[
            OrderState::Approved,
            OrderState::Issued,
            OrderState::Released,
        ],
        Role::Printer | Role::Licensee => &[OrderState::Released],
        _ => &[],
    }
}

/// The states of licensees that wait for a role.
const fn waiting_licensees(role: Role) -> &'static [LicenseeState] {
    match role {
        Role::Approver => &[LicenseeState::Reviewed, LicenseeState::Approved],
        Role::Registrar => &[LicenseeState::Applied],
        _ => &[],
    }
}

async fn page_of(visit: &Visit, app: &App) -> Result<Response, ServiceError> {
    let user = &visit.signed_in().principal.user;
    let mut waiting: Vec<Order> = Vec::new();
    for state in waiting_states(user.role) {
        let filter = order::Filter {
            licensee: user.scope.licensee(),
            printer: user.scope.printer(),
            state: Some(*state),
            ..Default::default()
        };
        waiting.extend(orders::list(&app.store, visit.scope(), &filter, None, MOST).await?);
    }
    waiting.sort_by_key(|order| order.placed_at);
    let order_rows: Rows = waiting
        .iter()
        .map(|order| {
            let state = visit
                .language
                .choose(order.state.chinese(), order.state.slug());
            (
                Some(format!("/console/orders/{}", order.number)),
                vec![
                    format!("{} {}", visit.say(two("订单", "Order")), order.number),
                    state.to_owned(),
                    order.placed.product.to_string(),
                    thousands(order.placed.quantity.get()),
                    minute(order.placed_at),
                ],
            )
        })
        .collect();
    let mut firms = Vec::new();
    for state in waiting_licensees(user.role) {
        let filter = licensee::Filter {
            state: Some(*state),
            ..Default::default()
        };
        firms.extend(
            licensees::list(&app.store, visit.scope(), &filter, LicenseeNumber(0), MOST).await?,
        );
    }
    let today = day_of(system::now());
    let is_of_all = user.scope.licensee().is_none() && user.scope.printer().is_none();
    if is_of_all && visit.may(P::LicenseeRead) {
        for one in licensees::needing_attention(&app.store, today, MOST).await? {
            let for_second = user.role == Role::SecondApprover;
            let waits = if for_second {
                one.pending.is_some()
            } else {
                true
            };
            if waits && !firms.iter().any(|known| known.number == one.number) {
                firms.push(one);
            }
        }
    }
    firms.sort_by_key(|one| one.state_since);
    let firm_rows: Rows = firms
        .iter()
        .map(|one| {
            let attention = one.attention(today);
            let why: Vec<String> = attention
                .iter()
                .map(super::licensees::attention_in(visit))
                .collect();
            let state = visit.language.choose(one.state.chinese(), one.state.slug());
            (
                Some(format!("/console/licensees/{}", one.number)),
                vec![
                    one.name().to_string(),
                    state.to_owned(),
                    one.state_since.to_string(),
                    why.join("; "),
                ],
            )
        })
        .collect();
    let nothing = order_rows.is_empty() && firm_rows.is_empty();
    let mut file = File::new(visit.say(two("等我办理", "Waiting for me")))
        .table(
            visit,
            two("印制订单", "Orders"),
            &[
                two("订单", "Order"),
                two("状态", "State"),
                two("产品", "Product"),
                two("数量", "Marks"),
                two("提交时间", "Placed"),
            ],
            order_rows,
        )
        .table(
            visit,
            two("合法使用人", "Licensees"),
            &[
                two("名称", "Name"),
                two("状态", "State"),
                two("自", "Since"),
                two("事由", "Why"),
            ],
            firm_rows,
        );
    if nothing {
        file = file.text(
            None,
            vec![
                visit
                    .say(two("目前没有待办事项。", "Nothing waits for you."))
                    .to_owned(),
            ],
        );
    }
    Ok(file.render(visit))
}
