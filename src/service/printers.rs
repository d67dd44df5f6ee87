//! Printers (承印方).

use super::desk::{Call, Desk, subject};
use super::{ServiceError, seen};
use crate::domain::access::Scope;
use crate::domain::ledger::entry::{Entry, PrinterEnded, PrinterEntered, PrinterKeySet};
use crate::domain::printer::{NewPrinter, Printer, PrinterNumber};
use crate::domain::recipient::Recipient;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::store::{Store, register};

/// Enters a printer.
///
/// # Errors
/// If its USCC is known already.
pub async fn enter(store: &Store, call: &Call, new: NewPrinter) -> Result<Printer, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let is_same = |entry: &Entry| matches!(entry, Entry::PrinterEntered(body) if body.new == new);
    if let Some(earlier) = desk.repeated(is_same)? {
        let number = subject(&earlier, |subjects| subjects.printer)?;
        desk.load_printer(number).await?;
        return found(&desk, number);
    }
    if let Some(known) = register::printer_by_uscc(&mut desk.tx, &new.uscc).await? {
        desk.books.shelve_printer(known);
    }
    let printer = register::next_printer(&mut desk.tx).await?;
    desk.enter(PrinterEntered { printer, new })?;
    finish(desk, printer).await
}

/// Writes down that a printer prints no more.
///
/// # Errors
/// If there is no such printer, or that was written down before.
pub async fn end(
    store: &Store,
    call: &Call,
    printer: PrinterNumber,
    reason: Line,
) -> Result<Printer, ServiceError> {
    change(store, call, printer, PrinterEnded { printer, reason }).await
}

/// Sets the public key that a printer's packs are encrypted to. Offers that are open keep the key they were made with.
///
/// # Errors
/// If there is no such printer, or it prints no more.
pub async fn set_key(
    store: &Store,
    call: &Call,
    printer: PrinterNumber,
    recipient: Recipient,
) -> Result<Printer, ServiceError> {
    change(store, call, printer, PrinterKeySet { printer, recipient }).await
}

async fn change(
    store: &Store,
    call: &Call,
    printer: PrinterNumber,
    entry: impl Into<Entry>,
) -> Result<Printer, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    desk.load_printer(printer).await?;
    let entry = entry.into();
    if desk.repeated(|earlier| *earlier == entry)?.is_some() {
        return found(&desk, printer);
    }
    desk.enter(entry)?;
    finish(desk, printer).await
}

async fn finish(desk: Desk, number: PrinterNumber) -> Result<Printer, ServiceError> {
    let printer = found(&desk, number)?;
    desk.close().await?;
    Ok(printer)
}

fn found(desk: &Desk, number: PrinterNumber) -> Result<Printer, ServiceError> {
    let printer = desk.books.printers.get(number).cloned();
    printer.ok_or_else(|| unknown(number))
}

/// The printer of that number.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: PrinterNumber,
) -> Result<Printer, ServiceError> {
    let found = seen::printer(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// The newest printers first.
///
/// # Errors
/// If the database does not answer.
pub async fn list(
    store: &Store,
    scope: Scope,
    before: Option<PrinterNumber>,
    limit: u32,
) -> Result<Vec<Printer>, ServiceError> {
    let mut found = register::printers(&mut store.read().await?, before, limit).await?;
    found.retain(|printer| scope.sees_printer(printer.number));
    Ok(found)
}

/// The refusal of a number that no printer has, or none that the person may see.
pub fn unknown(number: PrinterNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no printer {number}", "没有承印方 {number}"),
        said!(
            "`yuanmark printer list` shows the printers there are",
            "请在承印方列表中选择"
        ),
    )
    .into()
}
