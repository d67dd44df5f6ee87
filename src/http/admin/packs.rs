//! Packs that are handed over once (发放数据包): offered to the order's printer, downloaded, and asked for again.

use std::num::NonZero;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::printers::Reason;
use super::values::{At, By, IdempotencyKey, Limit, Said, Text};
use crate::domain::mark::BatchNumber;
use crate::domain::offer::{OfferState, OpenDays};
use crate::domain::order::{Order, OrderNumber};
use crate::domain::printer::PrinterNumber;
use crate::domain::text::Line;
use crate::http::App;
use crate::http::extract::{ApiJson, ApiPath, ApiQuery};
use crate::http::handover::body as pack_body;
use crate::http::problem::Problem;
use crate::render::imposition::Order as SheetOrder;
use crate::render::rolls::Direction;
use crate::service::pack::Format;
use crate::service::pack::handover::{self, Door, Opened, Wanted};
use crate::service::templates;
use crate::store::pack_link::Opening;

/// How an order's pack is offered.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackOffer {
    /// Of which order.
    order: OrderNumber,
    /// To which printer.
    #[serde(skip_serializing_if = "Option::is_none")]
    printer: Option<PrinterNumber>,
    /// Which batch it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<BatchNumber>,
    /// How it stands; nothing if it was never offered. An open one may be past its time.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<OfferState>,
    /// To which key it is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    age_recipient: Option<String>,
    /// Until when it may be downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<At>,
    /// How many downloads have begun.
    taken: u32,
    /// Who asks for a second download.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<PackAsked>,
    /// Its links, the first first. The links themselves are kept nowhere.
    openings: Vec<PackOpening>,
    /// The link, only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Who asks for a second download.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackAsked {
    /// Who.
    by: Line,
    /// When.
    at: At,
    /// Why.
    reason: Line,
}

/// A link, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PackOpening {
    /// Which one, from 1.
    opening: u32,
    /// When it was made.
    made_at: At,
    /// When its download began.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_at: Option<At>,
    /// How many bytes were made for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Their SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    /// Whether all of them were handed to the network.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_whole: Option<bool>,
}

impl From<Opening> for PackOpening {
    fn from(opening: Opening) -> Self {
        let is_whole = opening.sent.as_ref().map(|sent| sent.is_whole);
        Self {
            opening: opening.opening,
            made_at: At(opening.made_at),
            taken_at: opening.taken_at.map(At),
            bytes: opening.sent.as_ref().map(|sent| sent.bytes),
            sha256: opening.sent.map(|sent| sent.sha256),
            is_whole,
        }
    }
}

impl PackOffer {
    fn new(order: Order, openings: Vec<Opening>, link: Option<String>) -> Self {
        let offer = order.offer;
        Self {
            order: order.number,
            printer: order.printer,
            batch: order.batch,
            state: offer.as_ref().map(|offer| offer.state),
            age_recipient: offer.as_ref().map(|offer| offer.recipient.to_string()),
            until: offer.as_ref().map(|offer| At(offer.until)),
            taken: offer.as_ref().map_or(0, |offer| offer.taken),
            asked: offer.and_then(|offer| offer.asked).map(|asked| PackAsked {
                by: asked.by,
                at: At(asked.at),
                reason: asked.reason,
            }),
            openings: openings.into_iter().map(Into::into).collect(),
            link,
        }
    }

    async fn of(app: &App, caller: &Caller, number: OrderNumber) -> Result<Json<Self>, Problem> {
        let found = handover::of_order(&app.store, caller.scope(), number).await?;
        Ok(Json(Self::new(found.order, found.openings, None)))
    }

    async fn opened(app: &App, caller: &Caller, done: Opened) -> Result<Json<Self>, Problem> {
        let link = done.address(&app.public_url);
        let found = handover::of_order(&app.store, caller.scope(), done.order.number).await?;
        Ok(Json(Self::new(done.order, found.openings, Some(link))))
    }
}

/// An order's pack to be offered: what it holds, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackRelease {
    /// Who offers it.
    by: Option<By>,
    /// For how many days the link is good; 7 if left out.
    days: Option<Days>,
    /// The kinds of files; `csv` if left out.
    formats: Option<Vec<Format>>,
    /// The press's dots an inch, for all that is drawn: 203, 300 (if left out) or 600.
    #[schema(minimum = 0, maximum = 4_294_967_295_u64)]
    dpi: Option<u32>,
    /// The template that labels look like, by its name; symbol and serial alone if left out.
    template: Option<Text>,
    /// The form of labels.txt, as the TOML of a profile.
    profile: Option<Profile>,
    /// The sheet of labels.pdf: `a4` (if left out), `sra3`, its width and height in mm such as `330x480`, or `label`.
    paper: Option<Text>,
    /// Millimetres between labels; if left out, 2 or as much as their drawing goes beyond the cut on both sides.
    gap: Option<Millimetres>,
    /// Millimetres that stay white at least on each side of a sheet; 8 if left out.
    margin: Option<Millimetres>,
    /// How labels follow one another; `rows` if left out.
    order: Option<SheetOrder>,
    /// A web instead of sheets, to be slit into rolls of so many labels.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 4_294_967_295_u64)]
    rolls: Option<NonZero<u32>>,
    /// Rolls side by side on the web; 1 if left out.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 4_294_967_295_u64)]
    lanes: Option<NonZero<u32>>,
    /// Which edge of the labels comes off the roll first; `top` if left out.
    direction: Option<Direction>,
    /// Split every kind of file into parts of so many labels.
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 4_294_967_295_u64)]
    part_size: Option<NonZero<u32>>,
    /// Whether the hidden codes come too.
    #[serde(default)]
    hidden_codes: bool,
}

/// A number of days.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(try_from = "u32")]
#[schema(value_type = u32, minimum = 1, maximum = 30)]
pub struct Days(#[serde(skip)] OpenDays);

impl TryFrom<u32> for Days {
    type Error = &'static str;

    fn try_from(days: u32) -> Result<Self, Self::Error> {
        let days = u8::try_from(days).ok().and_then(OpenDays::new);
        days.map(Self).ok_or("a link is good for 1 to 30 days")
    }
}

/// Millimetres on a sheet.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(try_from = "f64")]
#[schema(value_type = f64, minimum = 0, maximum = 200)]
pub struct Millimetres(f64);

impl TryFrom<f64> for Millimetres {
    type Error = &'static str;

    fn try_from(mm: f64) -> Result<Self, Self::Error> {
        let is_on_a_sheet = (0.0..=200.0).contains(&mm);
        is_on_a_sheet
            .then_some(Self(mm))
            .ok_or("a distance on a sheet is 0 to 200 mm")
    }
}

/// The text of a profile.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, max_length = 10_000)]
pub struct Profile(String);

impl TryFrom<String> for Profile {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() > 10_000 {
            return Err("a profile has at most 10,000 characters");
        }
        Ok(Self(text))
    }
}

impl PackRelease {
    async fn wanted(self, app: &App) -> Result<Wanted, Problem> {
        let template = match self.template.said("template")? {
            Some(name) => Some(templates::text(&app.store, name.as_str()).await?),
            None => None,
        };
        let usual = Wanted::default();
        let paper = self.paper.said("paper")?;
        Ok(Wanted {
            formats: self.formats.unwrap_or(usual.formats),
            dpi: self.dpi.unwrap_or(usual.dpi),
            template,
            profile: self.profile.map(|profile| profile.0),
            paper: paper.map_or(usual.paper, |paper| paper.to_string()),
            gap: self.gap.map(|mm| mm.0),
            margin: self.margin.map_or(usual.margin, |mm| mm.0),
            order: self.order.unwrap_or(usual.order),
            rolls: self.rolls,
            lanes: self.lanes.unwrap_or(usual.lanes),
            direction: self.direction.unwrap_or(usual.direction),
            part_size: self.part_size,
            hidden_codes: self.hidden_codes,
        })
    }
}

/// Offers an order's pack to its printer for one download, encrypted to the printer's key.
///
/// An order that is issued is released by it. The link is in this answer alone; repeated with the same name for the request,
/// the offer gets a new link and the one before opens nothing.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack",
    operation_id = "offer_pack",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number"), IdempotencyKey),
    request_body = PackRelease,
    responses((status = 200, description = "It is offered", body = PackOffer))
)]
pub async fn offer(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(mut body): ApiJson<PackRelease>,
) -> Result<Json<PackOffer>, Problem> {
    let call = caller.call(key, body.by.take())?;
    let days = body.days.map_or(OpenDays::DEFAULT, |days| days.0);
    let wanted = body.wanted(&app).await?;
    let with = (&*app.keys, &app.public_url);
    let done = handover::offer(&app.store, with, &call, number, (&wanted, days)).await?;
    PackOffer::opened(&app, &caller, done).await
}

/// How an order's pack was offered, and what became of each download.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{order}/pack",
    operation_id = "get_pack",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number")),
    responses((status = 200, description = "It", body = PackOffer))
)]
pub async fn get(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
) -> Result<Json<PackOffer>, Problem> {
    PackOffer::of(&app, &caller, number).await
}

/// Which packs are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WantedPacks {
    /// Only those that stand so.
    #[param(value_type = OfferState, required = false)]
    state: Option<OfferState>,
    /// Only those of orders before this number.
    #[param(value_type = OrderNumber, required = false)]
    before: Option<OrderNumber>,
    /// How many at most.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Packs that were offered, those of the newest orders first.
#[derive(Debug, Serialize, ToSchema)]
pub struct Packs {
    /// Those that were found, without their links.
    packs: Vec<PackOffer>,
    /// If there are more: what to name as `before` to get them.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<OrderNumber>,
}

/// Lists packs that were offered, those of the newest orders first.
#[utoipa::path(
    get,
    path = "/api/v1/packs",
    operation_id = "list_packs",
    tag = "packs",
    params(WantedPacks),
    responses((status = 200, description = "A page of them", body = Packs))
)]
pub async fn list(
    caller: Caller,
    State(app): State<App>,
    ApiQuery(wanted): ApiQuery<WantedPacks>,
) -> Result<Json<Packs>, Problem> {
    let (store, scope) = (&app.store, caller.scope());
    let limit = wanted.limit.and_one();
    let mut found = handover::list(store, scope, wanted.state, wanted.before, limit).await?;
    let next = wanted.limit.cut(&mut found, |order| order.number);
    let packs = found.into_iter();
    let packs = packs.map(|order| PackOffer::new(order, Vec::new(), None));
    Ok(Json(Packs {
        packs: packs.collect(),
        next,
    }))
}

/// Takes an offer back before the pack was downloaded.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack/withdraw",
    operation_id = "withdraw_pack",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "Its link opens nothing any more", body = PackOffer))
)]
pub async fn withdraw(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<PackOffer>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    handover::withdraw(&app.store, &call, number, reason).await?;
    PackOffer::of(&app, &caller, number).await
}

/// Asks for a second download.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack/again",
    operation_id = "ask_for_pack_again",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "It waits for approval", body = PackOffer))
)]
pub async fn again(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<PackOffer>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    handover::ask(&app.store, &call, number, reason).await?;
    PackOffer::of(&app, &caller, number).await
}

/// An approval of a second download.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackApproval {
    /// Who approves it: not the person who asked.
    by: Option<By>,
    /// For how many days the new link is good; 7 if left out.
    days: Option<Days>,
}

/// Approves a second download, as another person than the one who asked. The new link is in this answer alone.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack/approve",
    operation_id = "approve_pack_again",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number"), IdempotencyKey),
    request_body = PackApproval,
    responses((status = 200, description = "It is open once more", body = PackOffer))
)]
pub async fn approve(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<PackApproval>,
) -> Result<Json<PackOffer>, Problem> {
    let call = caller.call(key, body.by)?;
    let days = body.days.map_or(OpenDays::DEFAULT, |days| days.0);
    let done = handover::approve(&app.store, &call, number, days).await?;
    PackOffer::opened(&app, &caller, done).await
}

/// Refuses a second download that was asked for.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack/refuse",
    operation_id = "refuse_pack_again",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number"), IdempotencyKey),
    request_body = Reason,
    responses((status = 200, description = "It is not open", body = PackOffer))
)]
pub async fn refuse(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    key: IdempotencyKey,
    ApiJson(body): ApiJson<Reason>,
) -> Result<Json<PackOffer>, Problem> {
    let call = caller.call(key, body.by)?;
    let reason = body.reason.said("reason")?;
    handover::refuse(&app.store, &call, number, reason).await?;
    PackOffer::of(&app, &caller, number).await
}

/// Who downloads.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PackTaking {
    /// Who downloads it.
    by: Option<By>,
}

/// Downloads an order's pack, which is done once: as with the link, for somebody with a token.
#[utoipa::path(
    post,
    path = "/api/v1/orders/{order}/pack/download",
    operation_id = "take_pack",
    tag = "packs",
    params(("order" = OrderNumber, Path, description = "The order's number")),
    request_body = PackTaking,
    responses((
        status = 200, description = "The pack", body = Vec<u8>, content_type = "application/octet-stream"
    ))
)]
pub async fn take(
    caller: Caller,
    State(app): State<App>,
    ApiPath(number): ApiPath<OrderNumber>,
    ApiJson(body): ApiJson<PackTaking>,
) -> Result<Response, Problem> {
    let call = caller.call(IdempotencyKey::none(), body.by)?;
    let with = (&*app.keys, &app.public_url);
    let sending = handover::take(&app.store, with, &call, &Door::Order(number)).await?;
    Ok(pack_body(&app, sending))
}
