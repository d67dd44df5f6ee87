//! A printing order (印制订单): what a licensee wants marks for, and how many.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::calendar::day_of;
use super::code::Payload;
use super::entitlement::Account;
use super::entitlement::coefficients::PerMille;
use super::form::Form;
use super::key_id::KeyId;
use super::licensee::LicenseeNumber;
use super::mark::{BatchNumber, MarkCount, MarkId};
use super::market::Market;
use super::offer::{self, Offer, OfferState};
use super::printer::PrinterNumber;
use super::recipient::Recipient;
use super::refusal::Refusal;
use super::said::{Said, said};
use super::season::Season;
use super::text::Line;
use super::whereabouts::{Counts, Whereabouts};
use super::words::{numbered, words};

numbered! {
    /// The number of an order, from 1.
    pub struct OrderNumber(u32);
}

words! {
    /// How far an order has come. Where its labels are, [`Counts`] say.
    pub enum OrderState {
        /// The licensee has asked for it.
        Placed = "placed" "待核准",
        /// The authority has approved it: its quantity is taken from the entitlement.
        Approved = "approved" "已核准",
        /// Its codes exist.
        Issued = "issued" "已制码",
        /// The printer has the data pack.
        Released = "released" "已发包",
        /// Every label is accounted for.
        Closed = "closed" "已结案",
        /// Not approved.
        Rejected = "rejected" "不予核准",
        /// Cancelled before the printer had the data pack.
        Cancelled = "cancelled" "已取消",
    }
}

/// What an order is placed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// For whom.
    pub licensee: LicenseeNumber,
    /// For which season (年度).
    pub season: Season,
    /// For which form of the product (产品形态).
    pub form: Form,
    /// The product's name and pack as they stand on the pack, such as 清水芦笋罐头 425 g.
    pub product: Line,
    /// How many marks.
    pub quantity: MarkCount,
    /// Where the goods are to be sold (销售区域); anywhere if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub market: Option<Market>,
}

/// A printing order from its placing to its closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub number: OrderNumber,
    /// What was asked for.
    pub placed: NewOrder,
    /// How far it has come.
    pub state: OrderState,
    /// Who prints it.
    pub printer: Option<PrinterNumber>,
    /// Its batch, once it is issued.
    pub batch: Option<BatchNumber>,
    /// Where its labels are.
    pub counts: Counts,
    /// The share that may be spoiled in printing; taken from the coefficients when it was approved.
    pub scrap_tolerance: PerMille,
    /// Why it was rejected or cancelled.
    pub reason: Option<Line>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Who placed it.
    pub actor: Line,
    /// How its pack is offered to the printer for download, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Offer>,
}

impl Order {
    /// Places an order.
    ///
    /// # Errors
    /// [`Refusal`] if goods of its season and form can no longer be on sale, or the season is too far ahead.
    pub fn place(
        number: OrderNumber,
        new: &NewOrder,
        by: &Line,
        at: Timestamp,
    ) -> Result<Self, Refusal> {
        if new.form.past_since(new.season) <= at {
            return Err(Refusal::invalid(
                said!(
                    "goods of season {} ({}) are past it", new.season, new.form;
                    "{} 年度的产品（{}）已经过季", new.season, new.form.chinese()
                ),
                said!(
                    "look at the year: last season's marks are not for this season's goods",
                    "请核对年度：上一年度的标志不能用于本年度的产品"
                ),
            ));
        }
        let year = day_of(at).year();
        if i32::from(new.season.year()) > i32::from(year) + 1 {
            return Err(Refusal::invalid(
                said!("season {} is too far ahead", "{} 年度还太远", new.season),
                said!(
                    "orders are for this season or the next",
                    "只能申请印制本年度或下一年度的标志"
                ),
            ));
        }
        Ok(Self {
            number,
            placed: new.clone(),
            state: OrderState::Placed,
            printer: None,
            batch: None,
            counts: Counts::default(),
            scrap_tolerance: PerMille::default(),
            reason: None,
            placed_at: at,
            actor: by.clone(),
            offer: None,
        })
    }

    /// The entitlement it is taken from.
    pub const fn account(&self) -> Account {
        Account {
            licensee: self.placed.licensee,
            season: self.placed.season,
            form: self.placed.form,
        }
    }

    /// Whether its quantity is taken from the entitlement.
    pub const fn takes_entitlement(&self) -> bool {
        matches!(
            self.state,
            OrderState::Approved | OrderState::Issued | OrderState::Released | OrderState::Closed
        )
    }

    /// Approves it.
    ///
    /// # Errors
    /// [`Refusal`] if it is not waiting for that.
    pub fn approve(&mut self, scrap_tolerance: PerMille) -> Result<(), Refusal> {
        self.must_be(&[OrderState::Placed], &said!("approved", "核准"))?;
        self.state = OrderState::Approved;
        self.scrap_tolerance = scrap_tolerance;
        Ok(())
    }

    /// Rejects it.
    ///
    /// # Errors
    /// [`Refusal`] if it is not waiting for approval.
    pub fn reject(&mut self, reason: &Line) -> Result<(), Refusal> {
        self.must_be(&[OrderState::Placed], &said!("rejected", "驳回"))?;
        self.state = OrderState::Rejected;
        self.reason = Some(reason.clone());
        Ok(())
    }

    /// Cancels it before the printer has the data pack.
    ///
    /// # Errors
    /// [`Refusal`] afterwards: labels may exist then.
    pub fn cancel(&mut self, reason: &Line) -> Result<(), Refusal> {
        let may = [OrderState::Placed, OrderState::Approved, OrderState::Issued];
        self.must_be(&may, &said!("cancelled", "取消"))?;
        self.state = OrderState::Cancelled;
        self.reason = Some(reason.clone());
        Ok(())
    }

    /// Gives it to a printer, or to another one as long as none has the data pack.
    ///
    /// # Errors
    /// [`Refusal`] before its approval and after its release.
    pub fn assign(&mut self, printer: PrinterNumber) -> Result<(), Refusal> {
        let may = [OrderState::Approved, OrderState::Issued];
        self.must_be(&may, &said!("given to a printer", "指定承印方"))?;
        self.printer = Some(printer);
        Ok(())
    }

    /// Its codes are made.
    ///
    /// # Errors
    /// [`Refusal`] if it is not approved, or was issued before: an order is never printed twice.
    pub fn issue(&mut self, batch: BatchNumber) -> Result<(), Refusal> {
        if let Some(batch) = self.batch {
            return Err(Refusal::conflict(
                said!(
                    "order {} was issued already: it is batch {batch}",
                    "订单 {} 已经制码，就是第 {batch} 批",
                    self.number
                ),
                said!(
                    "an order is never printed twice; withdraw what is spoiled and order the missing number anew",
                    "订单不能重复印制；请将损坏的标志作废，再就缺少的数量另行申请印制"
                ),
            ));
        }
        self.must_be(&[OrderState::Approved], &said!("issued", "制码"))?;
        self.state = OrderState::Issued;
        self.batch = Some(batch);
        self.counts = Counts::unreported(self.placed.quantity.get());
        Ok(())
    }

    /// The printer gets the data pack.
    ///
    /// # Errors
    /// [`Refusal`] if it is not issued, or no printer was named.
    pub fn release(&mut self) -> Result<PrinterNumber, Refusal> {
        self.must_be(&[OrderState::Issued], &said!("released", "发放数据包"))?;
        let printer = self.printer.ok_or_else(|| {
            Refusal::conflict(
                said!(
                    "order {} has no printer yet",
                    "订单 {} 还没有承印方",
                    self.number
                ),
                said!("name one: `yuanmark order assign`", "请先指定承印方"),
            )
        })?;
        self.state = OrderState::Released;
        Ok(printer)
    }

    /// Offers its pack to the printer for one download, encrypted to this key.
    ///
    /// # Errors
    /// [`Refusal`] unless it is released and the pack is neither open nor taken.
    pub fn offer_pack(
        &mut self,
        recipient: &Recipient,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be(
            &[OrderState::Released],
            &said!("offered for download", "开放领取数据包"),
        )?;
        match &mut self.offer {
            Some(offer) => offer.renew(recipient, until, now),
            None => {
                self.offer = Some(Offer::new(recipient, until, now)?);
                Ok(())
            }
        }
    }

    /// Its pack as it is offered.
    ///
    /// # Errors
    /// [`Refusal`] if it was not, or the order is closed.
    pub fn offered(&mut self) -> Result<&mut Offer, Refusal> {
        self.must_be(
            &[OrderState::Released],
            &said!("packed for its printer", "领取数据包"),
        )?;
        let number = self.number;
        self.offer
            .as_mut()
            .ok_or_else(|| offer::none_offered(number))
    }

    /// Whether its pack goes to the printer encrypted and once, so that nobody takes it by other ways.
    pub fn is_handed_over_once(&self) -> bool {
        self.offer
            .as_ref()
            .is_some_and(|offer| offer.taken > 0 || offer.state != OfferState::Withdrawn)
    }

    /// Whether its labels may be reported printed, sent, used and so on. What was on hand when it was closed is still
    /// reported used, lost or returned afterwards.
    ///
    /// # Errors
    /// [`Refusal`] before its release.
    pub fn may_move_labels(&self) -> Result<(), Refusal> {
        self.must_be(
            &[OrderState::Released, OrderState::Closed],
            &said!("moved or reported", "登记标志的去向"),
        )
    }

    /// Closes it. `on_hand` is what the licensee has counted.
    ///
    /// # Errors
    /// [`Refusal`] unless ordered = good + spoiled, delivered = used + spoiled + lost + returned + on hand, and nothing
    /// waits at the printer's, on its way or to be destroyed.
    pub fn close(&mut self, on_hand: u32) -> Result<(), Refusal> {
        self.must_be(&[OrderState::Released], &said!("closed", "结案"))?;
        let waiting = [
            (
                self.counts.at(Whereabouts::Unreported),
                said!("are not reported by the printer", "承印方尚未登记印制"),
            ),
            (
                self.counts.at(Whereabouts::AtPrinter),
                said!("are still at the printer's", "仍在承印方"),
            ),
            (
                self.counts.at(Whereabouts::InTransit),
                said!("are sent and not received", "已发放而未签收"),
            ),
            (
                self.counts.to_be_destroyed(),
                said!("wait to be destroyed", "等待销毁"),
            ),
        ];
        if let Some((marks, what)) = waiting.iter().find(|(marks, _)| *marks > 0) {
            return Err(Refusal::conflict(
                said!(
                    "order {} cannot be closed: {marks} labels {}", self.number, what.en;
                    "订单 {} 不能结案：有 {marks} 枚标志{}", self.number, what.zh
                ),
                said!(
                    "report where they are first; what is spoiled or returned is destroyed before two witnesses",
                    "请先登记这些标志的去向；作废和退回的，须有两名见证人在场销毁"
                ),
            ));
        }
        let known = self.counts.at(Whereabouts::OnHand);
        if on_hand != known {
            return Err(Refusal::conflict(
                said!(
                    "order {} cannot be closed: {on_hand} labels were counted on hand, the ledger knows of {known}",
                    "订单 {} 不能结案：清点结存 {on_hand} 枚，台账结存 {known} 枚",
                    self.number
                ),
                said!(
                    "count again; report the difference as used, spoiled, lost or returned",
                    "请重新清点；差额按使用、作废、遗失或退回登记"
                ),
            ));
        }
        self.state = OrderState::Closed;
        Ok(())
    }

    /// Whether more was spoiled in printing than is tolerated.
    pub fn is_scrap_over(&self) -> bool {
        let tolerated = self
            .scrap_tolerance
            .of(u64::from(self.placed.quantity.get()));
        u64::from(self.counts.spoiled()) > tolerated
    }

    fn must_be(&self, states: &[OrderState], what: &Said) -> Result<(), Refusal> {
        if states.contains(&self.state) {
            return Ok(());
        }
        let slugs: Vec<&str> = states.iter().map(|state| state.slug()).collect();
        let names: Vec<&str> = states.iter().map(|state| state.chinese()).collect();
        Err(Refusal::conflict(
            said!(
                "order {} is {} ({}) and cannot be {}", self.number, self.state.slug(), self.state.chinese(), what.en;
                "订单 {} 处于“{}”状态，不能{}", self.number, self.state.chinese(), what.zh
            ),
            said!(
                "only an order that is {} can be", slugs.join(" or ");
                "只有“{}”的订单可以{}", names.join("”或“"), what.zh
            ),
        ))
    }
}

/// The marks of one order: a number and indices from 0, never a row for each mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number in codes.
    pub number: BatchNumber,
    /// The order it fulfils. An order has one batch at most.
    pub order: OrderNumber,
    /// The key that signs its codes.
    pub key: KeyId,
    /// For whom.
    pub licensee: LicenseeNumber,
    /// For which season (年度).
    pub season: Season,
    /// For which form of the product (产品形态).
    pub form: Form,
    /// How many marks.
    pub count: MarkCount,
    /// Whether its labels carry hidden codes (暗码).
    pub has_hidden_codes: bool,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who issued it.
    pub actor: Line,
    /// The caller's name for this one issue, so that a retry makes no second batch.
    pub idempotency_key: Line,
}

impl Batch {
    /// Whether it accounts for a mark: it has that many, and says the same as the signed payload, if there is one.
    pub fn accounts_for(&self, mark: MarkId, signed: Option<&Payload>) -> bool {
        let payload = self.payload(mark);
        payload.is_some() && signed.is_none_or(|signed| payload.as_ref() == Some(signed))
    }

    /// What the code of one of its marks says; `None` if the batch has no such index.
    pub fn payload(&self, mark: MarkId) -> Option<Payload> {
        (mark.batch == self.number && self.count.has(mark.index)).then_some(Payload {
            key: self.key,
            mark,
            season: self.season,
            form: self.form.code(),
            licensee: self.licensee,
            has_hidden_code: self.has_hidden_codes,
        })
    }
}
