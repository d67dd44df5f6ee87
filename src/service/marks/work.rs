//! Changes worked out at a desk, one after another, each on what those before it came to.

use std::collections::BTreeMap;

use super::{Change, Changed};
use crate::domain::access::Login;
use crate::domain::event::{EventKind, RangeEvent, Withdrawal};
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::{Entry, Marks};
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::segments::joined;
use crate::domain::selection::ReadLine;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::{Call, Desk, range_events, something_else};
use crate::store::{ledger, user};

pub(super) type ChosenMarks = BTreeMap<BatchNumber, Vec<IndexRange>>;

/// The lines of each change; none where marks are not named by lines.
pub(super) type Lines<'a> = Vec<Vec<ReadLine<'a>>>;

/// A desk with what is known of the marks that were asked about.
pub(super) struct Work {
    pub(super) desk: Desk,
    /// What happened to the marks of each batch that was loaded.
    pub(super) events: BTreeMap<BatchNumber, Vec<RangeEvent>>,
    /// What the changes so far took.
    pub(super) taken: ChosenMarks,
    again: Option<Again>,
}

/// A request that was made before.
struct Again {
    request: Line,
    first: EntryNumber,
    /// The entry that must say what is worked out next.
    next: EntryNumber,
}

impl Work {
    pub(super) fn at(desk: Desk) -> Self {
        Self {
            desk,
            events: BTreeMap::new(),
            taken: ChosenMarks::new(),
            again: None,
        }
    }

    /// What was done when this very request was made before: worked out anew from where the labels were then. It is the
    /// same request if it comes to the same entries.
    pub(super) async fn repeated(
        &mut self,
        call: &Call,
        changes: &[Change<'_>],
        lines: Lines<'_>,
    ) -> Result<Option<Vec<Changed>>, ServiceError> {
        let earlier = self
            .desk
            .repeated(|entry| matches!(entry, Entry::Marks(_)))?;
        let Some((first, request)) = earlier
            .map(|earlier| earlier.number)
            .zip(call.request.clone())
        else {
            return Ok(None);
        };
        self.desk.look_back_to(first);
        self.again = Some(Again {
            request: request.clone(),
            first,
            next: first,
        });
        match self.all(changes, lines).await {
            Err(error) if error.is_the_request_s_fault() => Err(something_else(&request, first)),
            Ok(done) if done.iter().all(|changed| changed.entries.is_empty()) => {
                Err(something_else(&request, first))
            }
            done => done.map(Some),
        }
    }

    /// Works out and enters one change after another.
    pub(super) async fn all(
        &mut self,
        changes: &[Change<'_>],
        lines: Lines<'_>,
    ) -> Result<Vec<Changed>, ServiceError> {
        let mut all = Vec::with_capacity(changes.len());
        for (change, lines) in changes.iter().zip(lines) {
            all.push(self.one(change, lines).await?);
        }
        Ok(all)
    }

    async fn one(
        &mut self,
        change: &Change<'_>,
        lines: Vec<ReadLine<'_>>,
    ) -> Result<Changed, ServiceError> {
        if let Some(lot) = change.lot {
            self.desk.load_lot(lot).await?;
        }
        if change.event == EventKind::Withdrawn(Withdrawal::Destroyed)
            && let Some(destruction) = &change.destruction
        {
            destruction.check_reporter(&self.reporter().await?)?;
        }
        let (chosen, lines) = self.choose(change, lines).await?;
        let mut changed = Changed {
            lines,
            ..Changed::default()
        };
        let mut entries = Vec::new();
        for (batch, ranges) in chosen {
            let affected = self.affected(&mut changed, batch, &ranges, change);
            if affected.is_empty() {
                continue;
            }
            let each = affected.iter().map(|range| (batch, *range));
            changed.ranges.extend(each);
            entries.push(change.entry(batch, affected));
        }
        for entry in entries {
            changed.entries.push(self.put_down(entry).await?);
        }
        Ok(changed)
    }

    /// The names of who reports: as the ledger will say, and of somebody with an account the person's own.
    async fn reporter(&mut self) -> Result<Vec<Line>, ServiceError> {
        let by = self.desk.hand().by.clone();
        let account = match Login::new(by.as_str()) {
            Ok(login) => user::by_login(&mut self.desk.tx, &login).await?,
            Err(_) => None,
        };
        Ok([by]
            .into_iter()
            .chain(account.map(|user| user.name))
            .collect())
    }

    /// Enters what a change comes to in one batch; of a request that was made before, sees that this is what was entered.
    async fn put_down(&mut self, marks: Marks) -> Result<EntryNumber, ServiceError> {
        let number = match &mut self.again {
            None => self.desk.enter(Entry::Marks(marks.clone()))?,
            Some(again) => {
                let stored = ledger::get(&mut self.desk.tx, again.next).await?;
                let entry = Entry::Marks(marks.clone());
                let is_same = stored.is_some_and(|stored| {
                    stored.kind == entry.kind() && stored.body == entry.body()
                });
                if !is_same {
                    return Err(something_else(&again.request, again.first));
                }
                self.desk.replay(&marks);
                again.next += 1;
                again.next - 1
            }
        };
        let hand = self.desk.hand();
        let happened = range_events(&marks, number, hand.at, hand.by);
        self.events.entry(marks.batch).or_default().extend(happened);
        let taken = self.taken.entry(marks.batch).or_default();
        taken.extend(&marks.ranges);
        *taken = joined(std::mem::take(taken));
        Ok(number)
    }
}

impl Change<'_> {
    /// The entry that says that it happened to these marks.
    pub(super) fn entry(&self, batch: BatchNumber, ranges: Vec<IndexRange>) -> Marks {
        Marks {
            reason: self.reason.clone(),
            document: self.document.clone(),
            lot: self.lot,
            containers: match self.which {
                super::Which::Containers(numbers) => numbers.to_vec(),
                _ => Vec::new(),
            },
            receiver: self.receiver.clone(),
            destruction: self.destruction.clone(),
            ..Marks::new(batch, self.event, ranges)
        }
    }
}
