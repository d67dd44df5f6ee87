//! On the page of an order: how its pack stands, and what can be done with it.

use super::state_in;
use crate::domain::access::Permission as P;
use crate::domain::offer::{Offer, OfferState};
use crate::domain::order::{Order, OrderState};
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::words::{named, two};
use crate::service::system;
use crate::store::pack_link::Opening;

/// Adds what the visitor can do with the pack now, what is most urgent first.
pub fn steps(visit: &Visit, order: &Order, file: File) -> File {
    let is_released = order.state == OrderState::Released;
    let at = |step: &str| format!("/console/orders/{}/pack/{step}", order.number);
    let now = system::now();
    let offer = order.offer.as_ref().filter(|_| is_released);
    let is_open = offer.is_some_and(|offer| offer.is_open(now));
    let is_asked = offer.is_some_and(|offer| offer.state == OfferState::Asked);
    let was_taken = offer.is_some_and(|offer| offer.taken > 0);
    let may_offer = matches!(order.state, OrderState::Issued | OrderState::Released)
        && order.printer.is_some()
        && !is_open
        && !was_taken;
    file.step(
        is_open && visit.may(P::PackTake),
        two("下载加密数据包", "Download the encrypted pack"),
        at("take"),
    )
    .step(
        is_asked && visit.may(P::PackAgain),
        two("批准再次领取", "Approve the second download"),
        at("approve"),
    )
    .step(
        is_asked && visit.may(P::PackAgain),
        two("不予再次领取", "Refuse the second download"),
        at("refuse"),
    )
    .step(
        may_offer && visit.may(P::OrderRelease),
        two("加密发包", "Offer the pack, encrypted"),
        at("offer"),
    )
    .step(
        was_taken && !is_open && !is_asked && visit.may(P::PackTake),
        two("申请再次领取", "Ask for a second download"),
        at("again"),
    )
    .step(
        is_open && visit.may(P::OrderRelease),
        two("停止领取", "Stop the download"),
        at("withdraw"),
    )
}

/// Adds how the pack was offered, and what became of each download.
pub fn openings(visit: &Visit, offer: Option<&Offer>, all: &[Opening], file: File) -> File {
    let Some(offer) = offer else { return file };
    let mut told = vec![
        named(
            visit.language,
            visit.say(two("状态", "State")),
            state_in(visit, offer),
        ),
        named(
            visit.language,
            visit.say(two("领取截止", "Until")),
            &minute(offer.until),
        ),
        named(
            visit.language,
            visit.say(two("加密所用公钥", "Encrypted to")),
            offer.recipient.as_str(),
        ),
    ];
    told.extend(offer.asked.as_ref().map(|asked| {
        let who = format!("{} {}", minute(asked.at), asked.by);
        let what = visit.say(two("申请再次领取", "Second download asked for"));
        named(visit.language, what, &format!("{who} {}", asked.reason))
    }));
    let rows = all.iter().map(|opening| {
        let end = match (&opening.taken_at, &opening.sent) {
            (None, _) => two("未使用", "not used"),
            (Some(_), None) => two("未见结束", "end not known"),
            (Some(_), Some(sent)) if sent.is_whole => two("完整", "whole"),
            (Some(_), Some(_)) => two("中断", "broken off"),
        };
        let sent = opening.sent.as_ref();
        let cells = vec![
            opening.opening.to_string(),
            minute(opening.made_at),
            opening.taken_at.map_or_else(String::new, minute),
            visit.say(end).to_owned(),
            sent.map_or_else(String::new, |sent| thousands(sent.bytes)),
            sent.map_or_else(String::new, |sent| sent.sha256.clone()),
        ];
        (None, cells)
    });
    file.text(Some(visit.say(two("数据包", "The pack"))), told)
        .table(
            two("领取情况", "Downloads"),
            &[
                two("链接", "Link"),
                two("开放时间", "Opened"),
                two("领取时间", "Downloaded"),
                two("结果", "End"),
                two("字节", "Bytes"),
                two("SHA-256", "SHA-256"),
            ],
            rows.collect(),
        )
}
