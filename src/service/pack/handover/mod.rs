//! Handing a pack over: offered to the order's printer, encrypted to its key, downloaded once. Whether it may be is a
//! rule of the books ([`crate::domain::offer`]); the links are kept beside them, for a secret does not go into a ledger.

mod sending;
mod wanted;

pub use sending::{Door, Sending, end, no_such_link, take};
pub use wanted::Wanted;

use std::path::PathBuf;

use self::wanted::unread;
use super::check;
use super::files::Files;
use super::press::{Facts, Press};
use super::{Pack, parts};
use crate::domain::access::Scope;
use crate::domain::ledger::books::no_key;
use crate::domain::ledger::entry::{
    Entry, PackAgainApproved, PackAgainAsked, PackAgainRefused, PackOffered, PackReleased,
    PackWithdrawn,
};
use crate::domain::mark::BatchNumber;
use crate::domain::offer::{OfferState, OpenDays};
use crate::domain::order::{Order, OrderNumber, OrderState};
use crate::domain::pack_link::PackLink;
use crate::domain::public_url::PublicUrl;
use crate::domain::recipient::Recipient;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::render::design::Design;
use crate::service::desk::{Call, Desk};
use crate::service::keys::LiveKeys;
use crate::service::{ServiceError, no_batch, orders, seen, system};
use crate::store::pack_link::{self, Opening};
use crate::store::{Store, batch, order};

/// A pack that was opened for download.
#[derive(Debug)]
pub struct Opened {
    /// Its order.
    pub order: Order,
    /// What the link ends in; it is shown now and never again.
    pub link: PackLink,
}

impl Opened {
    /// The whole link.
    pub fn address(&self, url: &PublicUrl) -> String {
        format!("{url}{}", path_of(&self.link))
    }
}

/// Where the page of a link is.
pub fn path_of(link: &PackLink) -> String {
    format!("/pack/{}", link.as_str())
}

/// Offers an order's pack to its printer for one download. An order that is issued is released by it.
///
/// Repeated with the same name for the request, it gives the same offer a new link in place of the one that was lost.
///
/// # Errors
/// If the order is not issued, its printer has no key in its file, the pack is open or was taken, or what is wanted
/// cannot be made of this batch.
pub async fn offer(
    store: &Store,
    (keys, url): (&LiveKeys, &PublicUrl),
    call: &Call,
    number: OrderNumber,
    (wanted, days): (&Wanted, OpenDays),
) -> Result<Opened, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_order(number).await?;
    let plan = wanted.to_json();
    let is_same = |entry: &Entry| match entry {
        Entry::PackOffered(body) => body.order == number,
        Entry::PackReleased(body) => body.order == number,
        _ => false,
    };
    if desk.repeated(is_same)?.is_some() {
        return reopen(desk, call, number, &plan).await;
    }
    let found = desk.books.order(number)?.clone();
    let printer = found.printer.and_then(|one| desk.books.printers.get(one));
    if found.state == OrderState::Issued
        && let Some(printer) = printer
    {
        let (receiver, sha256) = (printer.particulars.name.clone(), None);
        let released = PackReleased {
            order: number,
            receiver,
            sha256,
        };
        desk.enter(released)?;
    }
    let released = desk.books.order(number)?.clone();
    let recipient = match key_of_printer(&desk, &found) {
        Some(recipient) => recipient,
        None if released.state == OrderState::Released => return Err(no_key(&released).into()),
        // The rules say first that it cannot be offered in this state.
        None => return Err(not_now(&released)),
    };
    let until = days.from(call.at);
    desk.enter(PackOffered {
        order: number,
        recipient,
        until,
    })?;
    can_be_made(&mut desk, keys, url, &released, wanted).await?;
    open(desk, call, number, &plan).await
}

fn not_now(order: &Order) -> ServiceError {
    super::taken::not_now(order).into()
}

/// Refuses a plan that would fail when the printer asks for it.
async fn can_be_made(
    desk: &mut Desk,
    keys: &LiveKeys,
    url: &PublicUrl,
    order: &Order,
    wanted: &Wanted,
) -> Result<(), ServiceError> {
    let of = order.batch.ok_or_else(|| not_now(order))?;
    let pack = wanted.pack(of, PathBuf::new())?;
    let (press, design) = press(desk, (keys, url), order, &pack).await?;
    let parts = parts(press.batch.count.all(), pack.part_size);
    check::request(&pack, &press, &parts)?;
    Files::new(&press, &pack, design).map(drop)
}

/// What makes the labels of an order, and how they look, if they may be printed.
async fn press(
    desk: &mut Desk,
    (keys, url): (&LiveKeys, &PublicUrl),
    order: &Order,
    pack: &Pack,
) -> Result<(Press, Design), ServiceError> {
    let of = order.batch.ok_or_else(|| not_now(order))?;
    let batch = batch::get(&mut desk.tx, of)
        .await?
        .ok_or_else(|| no_batch(of))?;
    check::may_be_printed(&mut desk.tx, keys, &batch).await?;
    let facts = Facts::of(&mut desk.tx, &batch, order.clone(), &pack.look).await?;
    let press = Press::new(keys, url, batch, facts)?;
    press.designed(&pack.look, pack.dpi).await
}

/// Makes the link of what is offered now, and writes everything down.
async fn open(
    mut desk: Desk,
    call: &Call,
    number: OrderNumber,
    plan: &str,
) -> Result<Opened, ServiceError> {
    let order = desk.books.order(number)?.clone();
    let opening = order.offer.as_ref().map_or(0, |offer| offer.opening);
    let link = PackLink::from_random(&system::random());
    let which = (number, opening);
    pack_link::put(&mut desk.tx, which, plan, &link.digest(), call.at).await?;
    desk.close().await?;
    Ok(Opened { order, link })
}

/// Makes a new link for a request that was made before, as long as nobody has used the one of that time.
async fn reopen(
    desk: Desk,
    call: &Call,
    number: OrderNumber,
    plan: &str,
) -> Result<Opened, ServiceError> {
    let order = desk.books.order(number)?;
    if !order
        .offer
        .as_ref()
        .is_some_and(|offer| offer.is_open(call.at))
    {
        return Err(ServiceError::refused(
            said!(
                "this request was made before, and the link of that time is used or over",
                "这份表单先前已经提交，当时的链接已经使用或失效"
            ),
            said!(
                "use a new name for a new request",
                "如要办理新的事项，请重新打开表单再提交"
            ),
        ));
    }
    open(desk, call, number, plan).await
}

/// Takes an offer back before anybody has taken the pack.
///
/// # Errors
/// If it is not open.
pub async fn withdraw(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    reason: Line,
) -> Result<Order, ServiceError> {
    orders::change(store, call, order, PackWithdrawn { order, reason }).await
}

/// Asks for a second download.
///
/// # Errors
/// If the pack was not taken yet, or that is asked for already.
pub async fn ask(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    reason: Line,
) -> Result<Order, ServiceError> {
    orders::change(store, call, order, PackAgainAsked { order, reason }).await
}

/// Refuses a second download that was asked for.
///
/// # Errors
/// If none was asked for.
pub async fn refuse(
    store: &Store,
    call: &Call,
    order: OrderNumber,
    reason: Line,
) -> Result<Order, ServiceError> {
    orders::change(store, call, order, PackAgainRefused { order, reason }).await
}

/// Approves a second download, of the same pack to the key that stands in the printer's file now, under a new link.
///
/// # Errors
/// If none was asked for, or the person who asked approves.
pub async fn approve(
    store: &Store,
    call: &Call,
    number: OrderNumber,
    days: OpenDays,
) -> Result<Opened, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_order(number).await?;
    let plan = plan(&mut desk, number).await?;
    let is_same =
        |entry: &Entry| matches!(entry, Entry::PackAgainApproved(body) if body.order == number);
    if desk.repeated(is_same)?.is_some() {
        return reopen(desk, call, number, &plan).await;
    }
    let order = desk.books.order(number)?.clone();
    // The rules say first that nothing was asked for.
    order.clone().offered()?;
    let recipient = key_of_printer(&desk, &order).ok_or_else(|| no_key(&order))?;
    desk.enter(PackAgainApproved {
        order: number,
        recipient,
        until: days.from(call.at),
    })?;
    open(desk, call, number, &plan).await
}

/// The key in the file of an order's printer.
fn key_of_printer(desk: &Desk, order: &Order) -> Option<Recipient> {
    let printer = desk.books.printers.get(order.printer?)?;
    printer.recipient.clone()
}

/// What the newest opening of an order's pack holds.
async fn plan(desk: &mut Desk, number: OrderNumber) -> Result<String, ServiceError> {
    let all = pack_link::of_order(&mut desk.tx, number).await?;
    let newest = all.into_iter().next_back();
    Ok(newest.map_or_else(|| Wanted::default().to_json(), |one| one.plan))
}

/// An order's pack as it is offered.
#[derive(Clone, Debug)]
pub struct Handover {
    /// The order.
    pub order: Order,
    /// Its openings, the first first.
    pub openings: Vec<Opening>,
}

/// How the pack of an order was offered and taken.
///
/// # Errors
/// If there is no such order in the scope.
pub async fn of_order(
    store: &Store,
    scope: Scope,
    number: OrderNumber,
) -> Result<Handover, ServiceError> {
    let mut tx = store.read().await?;
    let order = seen::order(&mut tx, scope, number).await?;
    let order = order.ok_or_else(|| orders::unknown(number))?;
    let openings = pack_link::of_order(&mut tx, number).await?;
    Ok(Handover { order, openings })
}

/// The newest orders whose packs were offered, those before `before`; in one state if it is named.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    state: Option<OfferState>,
    before: Option<OrderNumber>,
    limit: u32,
) -> Result<Vec<Order>, ServiceError> {
    let mut tx = store.read().await?;
    let whose = (scope.licensee(), scope.printer());
    Ok(order::offered(&mut tx, whose, state, before, limit).await?)
}

/// What a link leads to, for whoever holds it: which pack, and whether it can be downloaded now.
///
/// # Errors
/// If nothing has this link.
pub async fn behind(store: &Store, link: &PackLink) -> Result<(Order, Opening), ServiceError> {
    let mut tx = store.read().await?;
    let opening = pack_link::by_digest(&mut tx, &link.digest()).await?;
    let opening = opening.ok_or_else(no_such_link)?;
    let order = order::get(&mut tx, opening.order).await?;
    let order = order.ok_or_else(|| orders::unknown(opening.order))?;
    Ok((order, opening))
}

/// What a kept plan asks for, of this batch.
fn pack_of(plan: &str, batch: BatchNumber, out: PathBuf) -> Result<Pack, ServiceError> {
    let wanted = Wanted::from_json(plan).ok_or_else(unread)?;
    wanted.pack(batch, out)
}
