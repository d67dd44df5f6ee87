//! What a desk loads. What does not exist is not on the shelf afterwards, and the books refuse what names it; so with what
//! the person does not see. What belongs to a thing that is seen is brought along with it, whosever it is: the rules need it.

use super::Desk;
use crate::domain::container::ContainerNumber;
use crate::domain::custody::Custody;
use crate::domain::entitlement::Account;
use crate::domain::event::RangeEvent;
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::order::OrderNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::season::Season;
use crate::domain::transfer::TransferNumber;
use crate::service::{ServiceError, seen};
use crate::store::{batch, event, kept, licensee, register};

impl Desk {
    /// Loads a licensee.
    ///
    /// # Errors
    /// If the database does not answer; so with all that load.
    pub async fn load_licensee(&mut self, number: LicenseeNumber) -> Result<(), ServiceError> {
        if self.call.scope.sees_licensee(number) {
            self.bring_licensee(number).await?;
        }
        Ok(())
    }

    async fn bring_licensee(&mut self, number: LicenseeNumber) -> Result<(), ServiceError> {
        if !self.books.licensees.has(number)
            && let Some(found) = licensee::get(&mut self.tx, number).await?
        {
            self.books.shelve_licensee(found);
        }
        Ok(())
    }

    /// Loads a printer.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_printer(&mut self, number: PrinterNumber) -> Result<(), ServiceError> {
        if self.call.scope.sees_printer(number) {
            self.bring_printer(number).await?;
        }
        Ok(())
    }

    async fn bring_printer(&mut self, number: PrinterNumber) -> Result<(), ServiceError> {
        if !self.books.printers.has(number)
            && let Some(found) = kept::get(&mut self.tx, number).await?
        {
            self.books.shelve_printer(found);
        }
        Ok(())
    }

    /// Loads the coefficients in force.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_coefficients(&mut self) -> Result<(), ServiceError> {
        if let Some(set) = register::newest_coefficients(&mut self.tx).await? {
            let version = set.coefficients.version;
            if !self.books.coefficients.has(version) {
                self.books.coefficients.shelve(version, set);
            }
        }
        Ok(())
    }

    /// Loads the newest figures of the plan, of whatever season.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_plan_figures(&mut self) -> Result<(), ServiceError> {
        if let Some(set) = register::plan_figures(&mut self.tx, None, None, 1)
            .await?
            .pop()
        {
            let version = set.figures.version;
            self.books.plan_figures.shelve(version, set);
        }
        Ok(())
    }

    /// Loads a licensee with its entitlements of a season, in all forms, and the coefficients.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_entitlements(
        &mut self,
        licensee: LicenseeNumber,
        season: Season,
    ) -> Result<(), ServiceError> {
        if self.call.scope.sees_licensee(licensee) {
            self.bring_entitlements(licensee, season).await?;
        }
        Ok(())
    }

    /// The same for the other side of a transfer, whom a licensee need not see.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn bring_entitlements(
        &mut self,
        licensee: LicenseeNumber,
        season: Season,
    ) -> Result<(), ServiceError> {
        self.bring_licensee(licensee).await?;
        self.load_coefficients().await?;
        for form in Form::ALL {
            let account = Account {
                licensee,
                season,
                form,
            };
            if !self.books.entitlements.has(account)
                && let Some(found) = kept::get(&mut self.tx, account).await?
            {
                self.books.entitlements.shelve(account, found);
            }
        }
        Ok(())
    }

    /// Loads a transfer with both licensees and their entitlements.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_transfer(&mut self, number: TransferNumber) -> Result<(), ServiceError> {
        if let Some(found) = seen::transfer(&mut self.tx, self.call.scope, number).await? {
            self.bring_entitlements(found.from.licensee, found.from.season)
                .await?;
            self.bring_entitlements(found.to, found.from.season).await?;
            self.books.transfers.shelve(number, found);
        }
        Ok(())
    }

    /// Loads an order with its licensee, entitlement, printer and batch.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_order(&mut self, number: OrderNumber) -> Result<(), ServiceError> {
        if self.books.orders.has(number) {
            return Ok(());
        }
        if let Some(order) = seen::order(&mut self.tx, self.call.scope, number).await? {
            let account = order.account();
            self.bring_entitlements(account.licensee, account.season)
                .await?;
            if let Some(printer) = order.printer {
                self.bring_printer(printer).await?;
            }
            if let Some(number) = order.batch
                && let Some(batch) = batch::get(&mut self.tx, number).await?
            {
                self.books.batches.shelve(number, batch);
            }
            self.books.orders.shelve(number, order);
        }
        Ok(())
    }

    /// Loads a batch with its order and the whereabouts of its labels. Returns what happened to its marks.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_batch(
        &mut self,
        number: BatchNumber,
    ) -> Result<Vec<RangeEvent>, ServiceError> {
        let Some(batch) = seen::batch(&mut self.tx, self.call.scope, number).await? else {
            return Ok(Vec::new());
        };
        self.load_order(batch.order).await?;
        let mut events = event::of_batch(&mut self.tx, number).await?;
        if let Some(entry) = self.looks_back_to {
            events.retain(|event| event.number < entry);
        }
        let mut custody = Custody::new(batch.count);
        for event in &events {
            custody.replay(event.range, event.kind, event.lot);
        }
        let mut lots: Vec<LotNumber> = events.iter().filter_map(|event| event.lot).collect();
        lots.sort_unstable();
        lots.dedup();
        for lot in lots {
            if let Some(found) = kept::get(&mut self.tx, lot).await? {
                self.bring_lot(found).await?;
            }
        }
        self.books.batches.shelve(number, batch);
        self.books.custody.shelve(number, custody);
        Ok(events)
    }

    /// Loads a lot with its licensee.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_lot(&mut self, number: LotNumber) -> Result<(), ServiceError> {
        if let Some(lot) = seen::lot(&mut self.tx, self.call.scope, number).await? {
            self.bring_lot(lot).await?;
        }
        Ok(())
    }

    async fn bring_lot(&mut self, lot: Lot) -> Result<(), ServiceError> {
        if !self.books.lots.has(lot.number) {
            self.bring_licensee(lot.entered.licensee).await?;
            self.books.shelve_lot(lot);
        }
        Ok(())
    }

    /// Loads a container.
    ///
    /// # Errors
    /// As [`Desk::load_licensee`].
    pub async fn load_container(&mut self, number: ContainerNumber) -> Result<(), ServiceError> {
        if !self.books.containers.has(number)
            && let Some(found) = seen::container(&mut self.tx, self.call.scope, number).await?
        {
            self.books.shelve_container(found);
        }
        Ok(())
    }
}
