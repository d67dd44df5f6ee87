//! The table of an order's labels, as a printing house takes it: made while it is sent, and kept nowhere.

use super::check::may_be_printed;
use super::look::Look;
use super::press::{Facts, Press};
use super::streams;
use crate::domain::access::Scope;
use crate::domain::mark::BatchNumber;
use crate::domain::order::{Order, OrderNumber, OrderState};
use crate::domain::public_url::PublicUrl;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::whereabouts::Whereabouts;
use crate::service::keys::LiveKeys;
use crate::service::trail::{self, Note, Origin};
use crate::service::{ServiceError, no_batch, orders, seen};
use crate::store::trail::Outcome;
use crate::store::{Store, batch};

/// A table that can be made.
pub struct LabelTable {
    press: Press,
}

/// Whether the labels of an order may be taken by who sees so much: by the office until all are accounted for, by the
/// printing house from the release until it reports the first as printed, for an order is printed once.
pub fn may_take(scope: Scope, order: &Order) -> bool {
    match order.state {
        // What is handed over once leaves by no other way.
        OrderState::Released => {
            let nothing_is_printed =
                order.counts.at(Whereabouts::Unreported) == order.placed.quantity.get();
            !order.is_handed_over_once() && (scope == Scope::All || nothing_is_printed)
        }
        OrderState::Issued => scope == Scope::All,
        _ => false,
    }
}

/// Lets somebody take the table of an order's labels, and writes down who did.
///
/// # Errors
/// If the order is not in the scope, its labels may not be taken as things stand, or their key no longer vouches for them.
pub async fn take(
    store: &Store,
    keys: &LiveKeys,
    url: &PublicUrl,
    (scope, origin): (Scope, &Origin),
    number: OrderNumber,
    at: jiff::Timestamp,
) -> Result<LabelTable, ServiceError> {
    let mut tx = store.write().await?;
    let order = seen::order(&mut tx, scope, number).await?;
    let order = order.ok_or_else(|| orders::unknown(number))?;
    let Some(of) = order.batch.filter(|_| may_take(scope, &order)) else {
        return Err(not_now(&order).into());
    };
    let batch = batch::get(&mut tx, of).await?.ok_or_else(|| no_batch(of))?;
    may_be_printed(&mut tx, keys, &batch).await?;
    let facts = Facts::of(&mut tx, &batch, order, &Look::default()).await?;
    let press = Press::new(keys, url, batch, facts)?;
    let note = Note::new("pack-take").about(format!("orders {number}"));
    trail::write(&mut tx, origin, at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(LabelTable { press })
}

pub(super) fn not_now(order: &Order) -> Refusal {
    if order.is_handed_over_once() {
        let number = order.number;
        return Refusal::conflict(
            said!(
                "the pack of order {number} goes to its printer encrypted, and once",
                "订单 {number} 的数据包加密发给承印方，只能领取一次"
            ),
            said!(
                "a second download is asked for with `yuanmark pack again`, and approved by another person",
                "再次领取须提出申请并说明原因，由另一人批准"
            ),
        );
    }
    if order.state == OrderState::Released {
        let number = order.number;
        return Refusal::conflict(
            said!(
                "labels of order {number} were reported as printed, and an order is printed once",
                "订单 {number} 已登记印制，一个订单只印一次"
            ),
            said!(
                "what is missing is voided and ordered anew",
                "缺少的标志请作废后另行申请印制"
            ),
        );
    }
    Refusal::conflict(
        said!(
            "the labels of order {} cannot be taken: it is {} ({})",
            order.number, order.state.slug(), order.state.chinese();
            "不能下载订单 {} 的印制数据：订单处于“{}”状态", order.number, order.state.chinese()
        ),
        said!(
            "labels are printed from the issue of their codes to the closing of the order, and taken by the printing house after the release",
            "制码之后、结案之前可以印制；发包之后承印方可以下载"
        ),
    )
}

impl LabelTable {
    /// Of which batch.
    pub const fn batch(&self) -> BatchNumber {
        self.press.batch.number
    }

    /// Makes it on all cores and hands it on piece by piece; blocks until the last piece is taken. Memory does not grow
    /// with the number of labels.
    ///
    /// # Errors
    /// The first of `take`.
    pub fn write<E: Send>(&self, take: impl FnMut(Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        streams::hand_on(&self.press, take)
    }
}
