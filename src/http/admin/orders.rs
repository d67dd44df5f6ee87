//! Printing orders (印制订单).

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::printers::Reason;
use super::values::{At, By, Count, IdempotencyKey, Limit, ProvinceCode, Said, Sha256Text, Text};
use crate::domain::entitlement::coefficients::PerMille;
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::market::Market;
use crate::domain::order::{NewOrder, Order, OrderNumber, OrderState};
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::whereabouts::{Counts, Whereabouts};
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::problem::Problem;
use crate::service::orders;
use crate::store::order::Filter;

/// A printing order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub struct OrderBody {
    /// Its number.
    number: OrderNumber,
    /// For whom.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// The product's name and pack as they stand on the pack.
    product: Line,
    /// How many marks.
    quantity: MarkCount,
    /// Where the goods are to be sold (销售区域), if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<ProvinceCode>, min_items = 1)]
    market: Option<Market>,
    /// How far it has come.
    state: OrderState,
    /// The same in Chinese.
    state_chinese: &'static str,
    /// Who prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    printer: Option<PrinterNumber>,
    /// Its batch, once it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<BatchNumber>,
    /// Where its labels are, once it is issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Labels>,
    /// The share that may be spoiled in printing.
    scrap_tolerance: PerMille,
    /// Whether more was spoiled.
    is_scrap_over: bool,
    /// Why it was rejected or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Line>,
    /// When it was placed.
    placed_at: At,
    /// Who placed it.
    by: Line,
}

/// Where the labels of an order are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Labels {
    /// How many are where; each label is in one place.
    places: Vec<LabelsAt>,
    /// What was printed.
    printing: Printing,
    /// What was delivered.
    delivery: Delivery,
    /// Spoiled or given back, and not destroyed yet.
    to_be_destroyed: u32,
}

/// How many labels are in one place.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabelsAt {
    /// Where.
    place: Whereabouts,
    /// The same in Chinese.
    chinese: &'static str,
    /// How many.
    labels: u32,
}

/// ordered = good + spoiled + unreported.
#[derive(Debug, Serialize, ToSchema)]
pub struct Printing {
    /// How many were ordered.
    ordered: u32,
    /// Printed good, wherever they are now; also what was lost before it was sent.
    good: u32,
    /// Spoiled in printing, destroyed or not.
    spoiled: u32,
    /// Not reported by the printer yet.
    unreported: u32,
}

/// delivered = used + spoiled + lost + returned + `on_hand` + `in_transit`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// Sent to the licensee, whatever became of them.
    delivered: u32,
    /// On goods.
    used: u32,
    /// Spoiled after delivery, destroyed or not.
    spoiled: u32,
    /// Lost or stolen after they were sent.
    lost: u32,
    /// Given back, destroyed or not.
    returned: u32,
    /// With the licensee, not used yet.
    on_hand: u32,
    /// On their way.
    in_transit: u32,
}

impl From<&Counts> for Labels {
    fn from(counts: &Counts) -> Self {
        let place = |place: &Whereabouts| LabelsAt {
            place: *place,
            chinese: place.chinese(),
            labels: counts.at(*place),
        };
        Self {
            places: Whereabouts::ALL.iter().map(place).collect(),
            printing: Printing {
                ordered: counts.all(),
                good: counts.good(),
                spoiled: counts.spoiled(),
                unreported: counts.at(Whereabouts::Unreported),
            },
            delivery: Delivery {
                delivered: counts.delivered(),
                used: counts.at(Whereabouts::Used),
                spoiled: counts.spoiled_in_use(),
                lost: counts.at(Whereabouts::LostAfterDelivery),
                returned: counts.returned(),
                on_hand: counts.at(Whereabouts::OnHand),
                in_transit: counts.at(Whereabouts::InTransit),
            },
            to_be_destroyed: counts.to_be_destroyed(),
        }
    }
}

impl From<Order> for OrderBody {
    fn from(order: Order) -> Self {
        Self {
            number: order.number,
            licensee: order.placed.licensee,
            season: order.placed.season,
            form: order.placed.form,
            quantity: order.placed.quantity,
            state: order.state,
            state_chinese: order.state.chinese(),
            printer: order.printer,
            batch: order.batch,
            labels: order.batch.map(|_| Labels::from(&order.counts)),
            scrap_tolerance: order.scrap_tolerance,
            is_scrap_over: order.is_scrap_over(),
            reason: order.reason,
            placed_at: At(order.placed_at),
            by: order.actor,
            market: order.placed.market,
            product: order.placed.product,
        }
    }
}

/// Which orders are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Only this licensee's.
    #[param(value_type = LicenseeNumber, required = false)]
    licensee: Option<LicenseeNumber>,
    /// Only this printer's.
    #[param(value_type = PrinterNumber, required = false)]
    printer: Option<PrinterNumber>,
    /// Only this season's.
    #[param(value_type = Season, required = false)]
    season: Option<Season>,
    /// Only those in this state.
    #[param(value_type = OrderState, required = false)]
    state: Option<OrderState>,
    /// Only those before this number.
    #[param(value_type = OrderNumber, required = false)]
    before: Option<OrderNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Orders, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Orders {
    /// Those that were found.
    orders: Vec<OrderBody>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<OrderNumber>,
}

/// Lists orders, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/orders",
    operation_id = "list_orders",
    tag = "orders",
    params(Wanted),
    responses((status = 200, description = "A page of them", body = Orders))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<Wanted>,
) -> Result<Json<Orders>, Problem> {
    let filter = Filter {
        licensee: wanted.licensee,
        printer: wanted.printer,
        season: wanted.season,
        state: wanted.state,
    };
    let (before, limit) = (wanted.before, wanted.limit);
    let mut found =
        orders::list(&app.store, caller.scope(), &filter, before, limit.and_one()).await?;
    let next = limit.cut(&mut found, |order| order.number);
    let orders = found.into_iter().map(Into::into).collect();
    Ok(Json(Orders { orders, next }))
}

/// An order to be placed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderEntry {
    /// Who places it.
    by: Option<By>,
    /// For whom.
    licensee: LicenseeNumber,
    /// For which season.
    season: Season,
    /// For which form.
    form: Form,
    /// The product's name and pack as they stand on the pack, such as 清水芦笋罐头 425 g.
    product: Text,
    /// How many marks.
    quantity: MarkCount,
    /// Where the goods are to be sold (销售区域); anywhere if it is left out. A pack that turns up elsewhere is evidence for the
    /// detector.
    #[schema(value_type = Option<Vec<ProvinceCode>>, min_items = 1)]
    market: Option<Market>,
}

/// Places an order.
#[utoipa::path(
    post,
    path = "/api/v1/orders",
    operation_id = "place_order",
    tag = "orders",
    params(IdempotencyKey),
    request_body = OrderEntry,
    responses((status = 200, description = "It waits for approval", body = OrderBody))
)]
pub async fn place(
    caller: Caller,
    State(app): State<App>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OrderEntry>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let new = NewOrder {
        licensee: body.licensee,
        season: body.season,
        form: body.form,
        product: body.product.said("product")?,
        quantity: body.quantity,
        market: body.market,
    };
    Ok(Json(orders::place(&app.store, &call, new).await?.into()))
}

/// One order.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{order}",
    operation_id = "get_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number")),
    responses((status = 200, description = "It, and where its labels are", body = OrderBody))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
) -> Result<Json<OrderBody>, Problem> {
    Ok(Json(
        orders::get(&app.store, caller.scope(), number)
            .await?
            .into(),
    ))
}

/// An approval.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who approves it.
    by: Option<By>,
    /// The number of the decision.
    document: Option<Text>,
}

/// Approves an order: its quantity is taken from the entitlement, which must have it, however many ask at once.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/approve",
    operation_id = "approve_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Approval,
    responses((status = 200, description = "It is approved", body = OrderBody))
)]
pub async fn approve(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Approval>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let document = body.document.said("document")?;
    let approved = orders::approve(&app.store, &call, number, document).await?;
    Ok(Json(approved.into()))
}

/// Rejects an order.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/reject",
    operation_id = "reject_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "It is rejected", body = OrderBody))
)]
pub async fn reject(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    let rejected = orders::reject(&app.store, &call, number, reason).await?;
    Ok(Json(rejected.into()))
}

/// Cancels an order before the printer has its data pack. Its codes, if there are any, are revoked.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/cancel",
    operation_id = "cancel_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "It is cancelled", body = OrderBody))
)]
pub async fn cancel(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    let cancelled = orders::cancel(&app.store, &call, number, reason).await?;
    Ok(Json(cancelled.into()))
}

/// Who shall print.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Who decides it.
    by: Option<By>,
    /// Who prints.
    printer: PrinterNumber,
}

/// Gives an order to a printer, or to another one as long as none has the data pack.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/printer",
    operation_id = "assign_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Assignment,
    responses((status = 200, description = "It has a printer", body = OrderBody))
)]
pub async fn assign(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Assignment>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let assigned = orders::assign(&app.store, &call, number, body.printer).await?;
    Ok(Json(assigned.into()))
}

/// Who got the data pack.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Who handed it out.
    by: Option<By>,
    /// Who received it.
    receiver: Text,
    /// The hash of its file.
    sha256: Option<Sha256Text>,
}

/// Writes down that the printer got the data pack: from now on labels may exist.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/release",
    operation_id = "release_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = Release,
    responses((status = 200, description = "It is released", body = OrderBody))
)]
pub async fn release(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Release>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let (receiver, sha256) = (body.receiver.said("receiver")?, body.sha256.said("sha256")?);
    let released = orders::release(&app.store, &call, number, receiver, sha256).await?;
    Ok(Json(released.into()))
}

/// What was counted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderClosing {
    /// Who closes it.
    by: Option<By>,
    /// How many labels the licensee has counted on hand.
    on_hand: Count,
}

/// Closes an order, once every label is accounted for.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/close",
    operation_id = "close_order",
    tag = "orders",
    params(("order" = OrderNumber, Path, description = "Its number"), IdempotencyKey),
    request_body = OrderClosing,
    responses((status = 200, description = "It is closed", body = OrderBody))
)]
pub async fn close(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<OrderClosing>,
) -> Result<Json<OrderBody>, Problem> {
    let call = caller.call(key, body.by)?;
    let closed = orders::close(&app.store, &call, number, body.on_hand.0).await?;
    Ok(Json(closed.into()))
}
