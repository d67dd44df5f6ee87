//! The desk at which everything is entered that changes the ledger: one transaction, one hand, the books open at the
//! pages that were asked for.
//!
//! A use case opens the desk, which waits until nobody else writes; loads what its entries touch; enters them, and the
//! rules of the books decide; and closes the desk, which writes entries, ranges and changed pages and commits. Dropped
//! before that, nothing has happened.

mod changes;
mod load;

use jiff::Timestamp;

use self::changes::Changes;
use super::ServiceError;
use super::trail::{self, Origin};
use crate::domain::access::Scope;
use crate::domain::event::RangeEvent;
use crate::domain::ledger::books::{Books, Hand};
use crate::domain::ledger::chain::{EntryHash, EntryNumber, StoredEntry};
use crate::domain::ledger::entry::{Entry, Marks};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::store::ledger::Head;
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, batch, event, ledger};

/// Who asks, when, and under which name for the request.
#[derive(Clone, Debug)]
pub struct Call {
    /// The person.
    pub by: Line,
    /// Now.
    pub at: Timestamp,
    /// The caller's name for this one request: repeated with the same name, it is done once.
    pub request: Option<Line>,
    /// From where, for the audit trail.
    pub origin: Origin,
    /// Whose things the person sees; to the desk nothing else is there.
    pub scope: Scope,
}

impl Call {
    /// At the machine itself, without a name for the request.
    pub fn new(by: Line, at: Timestamp) -> Self {
        let origin = Origin::shell(&by);
        Self {
            by,
            at,
            request: None,
            origin,
            scope: Scope::All,
        }
    }
}

/// An open desk.
#[derive(Debug)]
pub struct Desk {
    /// The transaction; it holds the ledger's lock.
    pub tx: Tx,
    /// The pages that were loaded.
    pub books: Books,
    call: Call,
    head: Head,
    entries: Vec<(StoredEntry, Option<EntryNumber>)>,
    events: Vec<RangeEvent>,
    earlier: Option<StoredEntry>,
    looks_back_to: Option<EntryNumber>,
}

impl Desk {
    /// Opens the desk as soon as nobody else writes.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn open(store: &Store, call: &Call) -> Result<Self, ServiceError> {
        let mut tx = store.write().await?;
        let head = ledger::lock(&mut tx).await?;
        let earlier = match &call.request {
            Some(request) => ledger::by_request(&mut tx, request).await?,
            None => None,
        };
        Ok(Self {
            tx,
            books: Books::default(),
            call: call.clone(),
            head,
            entries: Vec::new(),
            events: Vec::new(),
            earlier,
            looks_back_to: None,
        })
    }

    /// Opens a desk at which nothing can be closed: to see what entries would come to. Others go on writing meanwhile.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn look(store: &Store, call: &Call) -> Result<Self, ServiceError> {
        let mut tx = store.read().await?;
        let head = ledger::head(&mut tx).await?;
        Ok(Self {
            tx,
            books: Books::default(),
            call: call.clone(),
            head,
            entries: Vec::new(),
            events: Vec::new(),
            earlier: None,
            looks_back_to: None,
        })
    }

    /// If this very request was made before: whom and what it was about. `is_same` is asked what the earlier entry says.
    ///
    /// # Errors
    /// If the name of the request stands for another one.
    pub fn repeated(
        &self,
        is_same: impl FnOnce(&Entry) -> bool,
    ) -> Result<Option<StoredEntry>, ServiceError> {
        let (Some(earlier), Some(request)) = (&self.earlier, &self.call.request) else {
            return Ok(None);
        };
        let entry = Entry::read(&earlier.kind, &earlier.body);
        if earlier.actor == self.call.by && entry.as_ref().is_some_and(is_same) {
            return Ok(Some(earlier.clone()));
        }
        Err(something_else(request, earlier.number))
    }

    /// From now on batches are loaded as they were before this entry: to work out anew what the request that wrote it
    /// did. Nothing can be entered then.
    pub const fn look_back_to(&mut self, entry: EntryNumber) {
        self.looks_back_to = Some(entry);
    }

    /// When looking back: lets happen to the labels again what an entry says.
    pub fn replay(&mut self, marks: &Marks) {
        if let Some(custody) = self.books.custody.get_mut(marks.batch) {
            for range in &marks.ranges {
                custody.replay(*range, marks.event, marks.lot);
            }
        }
    }

    /// Whether batches are loaded as they were at an earlier time.
    pub const fn looks_back(&self) -> bool {
        self.looks_back_to.is_some()
    }

    /// Enters what is to be done. The rules of the books decide; everything it touches must be loaded.
    ///
    /// # Errors
    /// [`Refusal`] if a rule does not allow it.
    pub fn enter(&mut self, entry: impl Into<Entry>) -> Result<EntryNumber, ServiceError> {
        let entry = entry.into();
        let number = self.head.number + 1;
        let (at, by) = (self.call.at, &self.call.by);
        let subjects = self.books.apply(&entry, Hand { number, at, by })?;
        if let Entry::Marks(marks) = &entry {
            self.events.extend(range_events(marks, number, at, by));
        }
        let mut stored = StoredEntry {
            number,
            at,
            actor: by.clone(),
            kind: entry.kind().to_owned(),
            // The name of a request stands by its first entry.
            request: self
                .call
                .request
                .clone()
                .filter(|_| self.entries.is_empty()),
            subjects,
            body: entry.body(),
            hash: EntryHash::NONE,
        };
        stored.hash = stored.hash_after(self.head.hash);
        self.head = Head {
            number,
            hash: stored.hash,
        };
        self.entries.push((stored, entry.corrects()));
        Ok(number)
    }

    /// Writes everything down.
    ///
    /// # Errors
    /// If the database does not take it; nothing has happened then.
    pub async fn close(mut self) -> Result<Head, ServiceError> {
        let tx = &mut self.tx;
        ledger::add(tx, &self.entries).await?;
        let books = &self.books;
        let mut changes = Changes::default();
        // In the order in which they refer to one another.
        changes.save(tx, &books.licensees).await?;
        changes.save(tx, &books.printers).await?;
        changes.save(tx, &books.coefficients).await?;
        changes.save(tx, &books.plan_figures).await?;
        changes.save(tx, &books.entitlements).await?;
        changes.save(tx, &books.transfers).await?;
        changes.save(tx, &books.orders).await?;
        for (_, batch) in books.batches.touched() {
            batch::add(tx, batch).await?;
        }
        changes.save(tx, &books.lots).await?;
        changes.save(tx, &books.containers).await?;
        changes.save(tx, &books.documents).await?;
        event::add(tx, &self.events).await?;
        let entries: Vec<&StoredEntry> = self.entries.iter().map(|(entry, _)| entry).collect();
        for note in changes.notes(&entries) {
            trail::write(tx, &self.call.origin, self.call.at, Outcome::Done, note).await?;
        }
        ledger::before_commit(&mut self.tx).await?;
        self.tx.commit().await?;
        Ok(self.head)
    }

    /// The number that the next entry gets.
    pub const fn next_entry(&self) -> EntryNumber {
        self.head.number + 1
    }

    /// Whose things whoever asks sees.
    pub const fn scope(&self) -> Scope {
        self.call.scope
    }

    /// The day it is.
    pub fn today(&self) -> jiff::civil::Date {
        crate::domain::calendar::day_of(self.call.at)
    }

    /// The hand that writes the next entry.
    pub const fn hand(&self) -> Hand<'_> {
        Hand {
            number: self.next_entry(),
            at: self.call.at,
            by: &self.call.by,
        }
    }
}

/// The ranges of an entry as scans meet them.
pub fn range_events(
    marks: &Marks,
    number: EntryNumber,
    at: Timestamp,
    by: &Line,
) -> Vec<RangeEvent> {
    let event = |range: &_| RangeEvent {
        number,
        batch: marks.batch,
        range: *range,
        kind: marks.event,
        at,
        actor: by.clone(),
        reason: marks.reason.clone(),
        document: marks.document.clone(),
        lot: marks.lot,
    };
    marks.ranges.iter().map(event).collect()
}

/// Whom an earlier entry was about; used to answer a repeated request.
pub(super) fn subject<T>(
    stored: &StoredEntry,
    pick: impl FnOnce(&Subjects) -> Option<T>,
) -> Result<T, ServiceError> {
    pick(&stored.subjects).ok_or_else(|| {
        Refusal::conflict(
            said!(
                "entry {} is about something else",
                "台账第 {} 条说的是另一件事",
                stored.number
            ),
            said!(
                "use a new name for a new request",
                "这是一次新的办理，请回到表单重新提交"
            ),
        )
        .into()
    })
}

/// The name of a request stands for another one.
pub(super) fn something_else(request: &Line, entry: EntryNumber) -> ServiceError {
    Refusal::conflict(
        said!(
            "the request {request} was made before and is entry {entry}, which is something else",
            "这份表单先前已经提交，即台账第 {entry} 条，与本次内容不同"
        ),
        said!(
            "use a new name for a new request, the same one only to repeat the same request",
            "如要办理新的事项，请重新打开表单再提交"
        ),
    )
    .of_entry(entry)
    .into()
}
