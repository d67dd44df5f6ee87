//! Licensees, their files, and printers.

use super::{Books, Hand};
use crate::domain::document::AddedDocument;
use crate::domain::ledger::entry::{
    DocumentAdded, LicenseeEntered, LicenseeFiled, PrinterEnded, PrinterEntered, PrinterKeySet,
};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

pub(super) fn no_licensee(number: LicenseeNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no licensee {number}", "没有合法使用人 {number}"),
        said!(
            "`yuanmark licensee list` shows the licensees there are",
            "请在合法使用人名册中选择"
        ),
    )
}

pub(super) fn no_printer(number: PrinterNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no printer {number}", "没有承印方 {number}"),
        said!(
            "`yuanmark printer list` shows the printers there are",
            "请在承印方列表中选择"
        ),
    )
}

fn about(licensee: LicenseeNumber) -> Subjects {
    Subjects {
        licensee: Some(licensee),
        ..Subjects::default()
    }
}

impl Books {
    /// Puts a licensee on the shelf, findable by its code.
    pub fn shelve_licensee(&mut self, licensee: Licensee) {
        self.usccs.insert(licensee.uscc.clone(), licensee.number);
        self.licensees.shelve(licensee.number, licensee);
    }

    /// Puts a printer on the shelf, findable by its code.
    pub fn shelve_printer(&mut self, printer: Printer) {
        let uscc = printer.particulars.uscc.clone();
        self.printer_usccs.insert(uscc, printer.number);
        self.printers.shelve(printer.number, printer);
    }

    /// Puts a document on the shelf, so that the next one of its title gets the next version.
    pub fn shelve_document(&mut self, document: AddedDocument) {
        self.count_version(&document);
        self.documents.shelve(document.document.number, document);
    }

    /// The version that the next document of this licensee, purpose and title has.
    pub fn next_version(&self, document: &crate::domain::document::Document) -> u32 {
        let key = (document.licensee, document.purpose, document.title.clone());
        self.versions.get(&key).map_or(1, |version| version + 1)
    }

    /// The licensee of this number.
    ///
    /// # Errors
    /// [`Refusal`] if there is none.
    pub fn licensee(&self, number: LicenseeNumber) -> Result<&Licensee, Refusal> {
        self.licensees
            .get(number)
            .ok_or_else(|| no_licensee(number))
    }

    pub(super) fn licensee_mut(
        &mut self,
        number: LicenseeNumber,
    ) -> Result<&mut Licensee, Refusal> {
        self.licensees
            .get_mut(number)
            .ok_or_else(|| no_licensee(number))
    }

    pub(super) fn enter_licensee(
        &mut self,
        body: &LicenseeEntered,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        if let Some(known) = self.usccs.get(&body.new.uscc) {
            return Err(Refusal::conflict(
                said!(
                    "the register has a licensee with the code {} already",
                    "统一社会信用代码 {} 已在名册中",
                    body.new.uscc
                ),
                said!(
                    "it is licensee {known}; a firm is entered once",
                    "它是合法使用人 {known}；同一主体只建档一次"
                ),
            ));
        }
        let licensee = Licensee::enter(body.licensee, &body.new, hand.at)?;
        self.usccs.insert(licensee.uscc.clone(), body.licensee);
        self.licensees.add(body.licensee, licensee);
        Ok(about(body.licensee))
    }

    pub(super) fn file_licensee(&mut self, body: &LicenseeFiled) -> Result<Subjects, Refusal> {
        let licensee = self.licensee_mut(body.licensee)?;
        licensee.file(body.revision, &body.particulars)?;
        Ok(about(body.licensee))
    }

    pub(super) fn step(
        &mut self,
        number: LicenseeNumber,
        step: impl FnOnce(&mut Licensee) -> Result<(), Refusal>,
    ) -> Result<Subjects, Refusal> {
        step(self.licensee_mut(number)?)?;
        Ok(about(number))
    }

    pub(super) fn add_document(
        &mut self,
        body: &DocumentAdded,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let document = &body.document;
        self.licensee(document.licensee)?;
        let next = self.next_version(document);
        if document.version != next {
            return Err(Refusal::stale(
                said!(
                    "{} is at version {}",
                    "《{}》已是第 {} 版",
                    document.title,
                    next - 1
                ),
                said!("add it again", "请重新上传"),
            ));
        }
        let mut subjects = about(document.licensee);
        if let Some(lot) = document.lot {
            let entered = &self.lot(lot)?.entered;
            if entered.licensee != document.licensee {
                return Err(Refusal::invalid(
                    said!(
                        "lot {lot} is of licensee {}",
                        "生产批次 {lot} 属于合法使用人 {}",
                        entered.licensee
                    ),
                    said!(
                        "a document of a lot stands in the file of its licensee",
                        "生产批次的文件应归入其合法使用人的档案，请重新选择"
                    ),
                ));
            }
            subjects.lot = Some(lot);
        }
        let added = AddedDocument {
            document: document.clone(),
            at: hand.at,
            by: hand.by.clone(),
        };
        self.count_version(&added);
        self.documents.add(document.number, added);
        Ok(subjects)
    }

    fn count_version(&mut self, added: &AddedDocument) {
        let document = &added.document;
        let key = (document.licensee, document.purpose, document.title.clone());
        let version = self.versions.entry(key).or_default();
        *version = (*version).max(document.version);
    }

    pub(super) fn enter_printer(
        &mut self,
        body: &PrinterEntered,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        if let Some(known) = self.printer_usccs.get(&body.new.uscc) {
            return Err(Refusal::conflict(
                said!(
                    "there is a printer with the code {} already",
                    "统一社会信用代码 {} 已有承印方",
                    body.new.uscc
                ),
                said!(
                    "it is printer {known}; a firm is entered once",
                    "它是承印方 {known}；同一主体只建档一次"
                ),
            ));
        }
        let printer = Printer {
            number: body.printer,
            particulars: body.new.clone(),
            added_at: hand.at,
            ended: None,
            recipient: None,
        };
        self.printer_usccs
            .insert(body.new.uscc.clone(), body.printer);
        self.printers.add(body.printer, printer);
        let printer = Some(body.printer);
        Ok(Subjects {
            printer,
            ..Subjects::default()
        })
    }

    pub(super) fn set_printer_key(&mut self, body: &PrinterKeySet) -> Result<Subjects, Refusal> {
        let number = body.printer;
        let printer = self
            .printers
            .get_mut(number)
            .ok_or_else(|| no_printer(number))?;
        printer.set_key(&body.recipient)?;
        Ok(Subjects {
            printer: Some(number),
            ..Subjects::default()
        })
    }

    pub(super) fn end_printer(&mut self, body: &PrinterEnded) -> Result<Subjects, Refusal> {
        let number = body.printer;
        let printer = self
            .printers
            .get_mut(number)
            .ok_or_else(|| no_printer(number))?;
        printer.end(&body.reason)?;
        Ok(Subjects {
            printer: Some(number),
            ..Subjects::default()
        })
    }
}
