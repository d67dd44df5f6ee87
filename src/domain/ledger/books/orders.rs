//! Orders up to the data pack, and their closing.

use super::licensees::no_printer;
use super::{Books, Hand};
use crate::domain::custody::Custody;
use crate::domain::ledger::entry::{
    BatchIssued, OrderApproved, OrderCancelled, OrderPlaced, PackAgainApproved, PackOffered,
    PackReleased, PackTaken, PrinterAssigned,
};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::Act;
use crate::domain::order::{Batch, Order, OrderNumber};
use crate::domain::recipient::Recipient;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

fn no_order(number: OrderNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no order {number}", "没有印制订单 {number}"),
        said!(
            "`yuanmark order list` shows the orders there are",
            "请在印制订单列表中选择"
        ),
    )
}

pub(super) fn about(order: &Order) -> Subjects {
    Subjects {
        licensee: Some(order.placed.licensee),
        printer: order.printer,
        order: Some(order.number),
        season: Some(order.placed.season),
        lot: None,
    }
}

impl Books {
    /// The order of this number.
    ///
    /// # Errors
    /// [`Refusal`] if there is none.
    pub fn order(&self, number: OrderNumber) -> Result<&Order, Refusal> {
        self.orders.get(number).ok_or_else(|| no_order(number))
    }

    pub(super) fn order_mut(&mut self, number: OrderNumber) -> Result<&mut Order, Refusal> {
        self.orders.get_mut(number).ok_or_else(|| no_order(number))
    }

    pub(super) fn change_order(
        &mut self,
        number: OrderNumber,
        change: impl FnOnce(&mut Order) -> Result<(), Refusal>,
    ) -> Result<Subjects, Refusal> {
        let order = self
            .orders
            .get_mut(number)
            .ok_or_else(|| no_order(number))?;
        change(order)?;
        Ok(about(order))
    }

    pub(super) fn place_order(
        &mut self,
        body: &OrderPlaced,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        self.may(body.new.licensee, Act::Order, body.new.form)?;
        let order = Order::place(body.order, &body.new, hand.by, hand.at)?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    /// Approving takes the quantity from the entitlement: no order goes beyond the balance.
    pub(super) fn approve_order(&mut self, body: &OrderApproved) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        order.approve(self.coefficients_in_force().scrap_tolerance)?;
        self.may(order.placed.licensee, Act::Approve, order.placed.form)?;
        let marks = u64::from(order.placed.quantity.get());
        self.change_entitlement(order.account(), |entitlement| entitlement.order(marks))?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    pub(super) fn cancel_order(&mut self, body: &OrderCancelled) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        let took = order.takes_entitlement();
        order.cancel(&body.reason)?;
        if took {
            let marks = u64::from(order.placed.quantity.get());
            self.change_entitlement(order.account(), |entitlement| {
                entitlement.cancel_order(marks)
            })?;
        }
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    pub(super) fn assign_printer(&mut self, body: &PrinterAssigned) -> Result<Subjects, Refusal> {
        let printer = self.printers.get(body.printer);
        printer
            .ok_or_else(|| no_printer(body.printer))?
            .may_print()?;
        self.change_order(body.order, |order| order.assign(body.printer))
    }

    pub(super) fn issue_batch(
        &mut self,
        body: &BatchIssued,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        order.issue(body.batch)?;
        self.licensee(order.placed.licensee)?.may(Act::Proceed)?;
        let batch = Batch {
            number: body.batch,
            order: body.order,
            key: body.key,
            licensee: order.placed.licensee,
            season: order.placed.season,
            form: order.placed.form,
            count: order.placed.quantity,
            has_hidden_codes: body.has_hidden_codes,
            issued_at: hand.at,
            actor: hand.by.clone(),
            idempotency_key: body.idempotency_key.clone(),
        };
        self.custody.add(body.batch, Custody::new(batch.count));
        self.batches.add(body.batch, batch);
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    pub(super) fn release_pack(&mut self, body: &PackReleased) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        let printer = order.release()?;
        self.licensee(order.placed.licensee)?.may(Act::Proceed)?;
        self.printers
            .get(printer)
            .ok_or_else(|| no_printer(printer))?
            .may_print()?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    /// A pack is offered to the printer alone: encrypted to the key that stands in the printer's file.
    pub(super) fn offer_pack(
        &mut self,
        body: &PackOffered,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        order.offer_pack(&body.recipient, body.until, hand.at)?;
        self.may_go_to_printer(&order)?;
        self.is_key_of_printer(&order, &body.recipient)?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    /// A second download goes to the key that stands in the printer's file when it is approved.
    pub(super) fn approve_pack_again(
        &mut self,
        body: &PackAgainApproved,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        let offer = order.offered()?;
        offer.approve(hand.by, &body.recipient, body.until, hand.at)?;
        self.is_key_of_printer(&order, &body.recipient)?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    fn is_key_of_printer(&self, order: &Order, key: &Recipient) -> Result<(), Refusal> {
        let printer = order.printer.and_then(|printer| self.printers.get(printer));
        match printer.and_then(|printer| printer.recipient.as_ref()) {
            Some(kept) if kept == key => Ok(()),
            _ => Err(no_key(order)),
        }
    }

    /// A pack that is offered is taken once.
    pub(super) fn take_pack(
        &mut self,
        body: &PackTaken,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let mut order = self.order(body.order)?.clone();
        order.offered()?.take(body.opening, hand.at)?;
        self.may_go_to_printer(&order)?;
        let subjects = about(&order);
        self.orders.add(body.order, order);
        Ok(subjects)
    }

    fn may_go_to_printer(&self, order: &Order) -> Result<(), Refusal> {
        self.licensee(order.placed.licensee)?.may(Act::Proceed)?;
        let Some(printer) = order.printer else {
            return Ok(());
        };
        self.printers
            .get(printer)
            .ok_or_else(|| no_printer(printer))?
            .may_print()
    }
}

/// The refusal to offer a pack to a printer whose key is not known.
pub fn no_key(order: &Order) -> Refusal {
    let number = order.number;
    Refusal::conflict(
        said!(
            "the printer of order {number} has no public key in its file, or another one",
            "订单 {number} 的承印方没有登记公钥，或公钥已经更换"
        ),
        said!(
            "set it: `yuanmark printer key NUMBER --age-recipient age1…`",
            "请先在承印方档案中登记公钥"
        ),
    )
}
