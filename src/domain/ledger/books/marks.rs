//! What happens to labels, and the rolls and boxes they are in.

use super::orders::about;
use super::{Books, Hand};
use crate::domain::calendar::day_of;
use crate::domain::container::Container;
use crate::domain::custody::{Passage, Piece};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::{ContainerFilled, Destruction, Marks};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::{Act, is_same_person};
use crate::domain::lot::Lot;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::refusal::Refusal;

/// How many labels moved, and what they were and became.
type Moved = (u32, Piece, Piece);

fn no_batch(number: BatchNumber) -> Refusal {
    Refusal::no_such(
        format!("there is no batch {number}"),
        "`yuanmark batch list` shows the batches there are",
    )
}

/// Says in words why an event cannot happen to a stretch of labels.
pub fn impossible(range: IndexRange, piece: Piece, event: EventKind) -> Refusal {
    let is_first_activation = event == EventKind::Activated && piece.lot.is_none();
    let where_they_are = match piece.lot {
        Some(lot) if event == EventKind::Activated => format!("were activated for lot {lot}"),
        _ => format!("are {} ({})", piece.place.slug(), piece.place.chinese()),
    };
    Refusal::conflict(
        format!(
            "labels {range} {where_they_are} and cannot be {}",
            event.slug()
        ),
        if is_first_activation {
            "labels are activated after the licensee has received them"
        } else {
            "report first what happened to them before"
        },
    )
}

impl Books {
    /// Puts a container on the shelf, so that no other one gets its marks.
    pub fn shelve_container(&mut self, container: Container) {
        self.note_packed(&container);
        self.containers.shelve(container.number, container);
    }

    /// Checks everything that can be said before looking at the labels themselves.
    ///
    /// # Errors
    /// [`Refusal`] if a rule does not allow it.
    pub fn may_move(&self, body: &Marks, hand: Hand<'_>) -> Result<(), Refusal> {
        let batch = self.batch(body.batch)?;
        let order = self.order(batch.order)?;
        check_words(body, hand)?;
        if let Some(Destruction { date, .. }) = &body.destruction
            && *date < day_of(batch.issued_at)
        {
            return Err(Refusal::invalid(
                format!("the day of destruction, {date}, lies before the codes were made"),
                "look at its year",
            ));
        }
        if body.event.moves_labels() {
            order.may_move_labels()?;
        }
        match body.event {
            EventKind::Delivered => self.licensee(batch.licensee)?.may(Act::Proceed),
            EventKind::Activated => {
                self.licensee(batch.licensee)?.may(Act::Proceed)?;
                let lot = body.lot.ok_or_else(|| {
                    Refusal::invalid(
                        "marks are activated for a lot",
                        "name the lot whose test is passed: --lot",
                    )
                })?;
                fits(self.lot(lot)?, batch)
            }
            _ if body.lot.is_some() => Err(Refusal::invalid(
                format!("{} has nothing to do with a lot", body.event.slug()),
                "only activation names a lot",
            )),
            _ => Ok(()),
        }
    }

    /// The batch of this number.
    ///
    /// # Errors
    /// [`Refusal`] if there is none.
    pub fn batch(&self, number: BatchNumber) -> Result<&Batch, Refusal> {
        self.batches.get(number).ok_or_else(|| no_batch(number))
    }

    pub(super) fn move_marks(&mut self, body: &Marks, hand: Hand<'_>) -> Result<Subjects, Refusal> {
        self.may_move(body, hand)?;
        let batch = self.batch(body.batch)?;
        let (licensee, number) = (batch.licensee, batch.order);
        check_ranges(body, batch.count.all())?;
        if body.event == EventKind::Restored(Withdrawal::Recalled) {
            self.no_lot_is_recalled(body)?;
        }
        if body.event.moves_labels() {
            let moved = self.move_labels(body)?;
            self.count(number, body, &moved)?;
            if matches!(body.event, EventKind::Activated | EventKind::Used) {
                self.licensee_mut(licensee)?.used(hand.at);
            }
        }
        let mut subjects = about(self.order(number)?);
        subjects.lot = body.lot;
        Ok(subjects)
    }

    /// Marks of a recalled lot stay recalled until the lot's own recall is taken back.
    fn no_lot_is_recalled(&self, body: &Marks) -> Result<(), Refusal> {
        let custody = self.custody.get(body.batch);
        let custody = custody.ok_or_else(|| no_batch(body.batch))?;
        for range in &body.ranges {
            for (part, piece) in custody.look(*range) {
                let lot = piece.lot.and_then(|lot| self.lots.get(lot));
                if let Some(lot) = lot.filter(|lot| lot.recalled.is_some()) {
                    return Err(Refusal::conflict(
                        format!("labels {part} are of lot {}, which is recalled", lot.number),
                        format!(
                            "take back the recall of the lot: `yuanmark lot restore {}`",
                            lot.number
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Moves all labels of the ranges, or none.
    fn move_labels(&mut self, body: &Marks) -> Result<Vec<Moved>, Refusal> {
        let custody = self.custody.get_mut(body.batch);
        let custody = custody.ok_or_else(|| no_batch(body.batch))?;
        for range in &body.ranges {
            for (part, piece) in custody.look(*range) {
                if !matches!(piece.after(body.event, body.lot), Passage::To(_)) {
                    return Err(impossible(part, piece, body.event));
                }
            }
        }
        if let Some(lot) = body.lot {
            has_packs_left(self.lots.get(lot), body.marks())?;
        }
        let mut moved = Vec::new();
        for range in &body.ranges {
            let parts = custody.apply(*range, body.event, body.lot);
            moved.extend(parts.map_err(|(part, piece)| impossible(part, piece, body.event))?);
        }
        Ok(moved)
    }

    /// Counts what has moved: in the order, for the lots, and for the entitlement.
    fn count(&mut self, number: OrderNumber, body: &Marks, moved: &[Moved]) -> Result<(), Refusal> {
        let gives_up_its_lot = matches!(
            body.event,
            EventKind::Withdrawn(Withdrawal::Spoiled | Withdrawal::Lost | Withdrawal::Returned)
        );
        let order = self.order_mut(number)?;
        for (marks, from, to) in moved {
            order.counts.moved(from.place, to.place, *marks);
        }
        let account = order.account();
        for (marks, from, to) in moved {
            let marks = u64::from(*marks);
            let (lot, is_more) = match (from.lot, to.lot) {
                (None, Some(lot)) => (lot, true),
                (Some(lot), _) if gives_up_its_lot => (lot, false),
                _ => continue,
            };
            if let Some(lot) = self.lots.get_mut(lot) {
                lot.marks = if is_more {
                    lot.marks + marks
                } else {
                    lot.marks.saturating_sub(marks)
                };
            }
        }
        if body.event == EventKind::Withdrawn(Withdrawal::Destroyed) {
            let marks = body.marks();
            self.change_entitlement(account, |entitlement| {
                entitlement.restore(marks);
                Ok(())
            })?;
        }
        Ok(())
    }

    pub(super) fn fill_container(
        &mut self,
        body: &ContainerFilled,
        hand: Hand<'_>,
    ) -> Result<Subjects, Refusal> {
        let new = &body.new;
        let batch = self.batch(new.batch)?;
        let subjects = about(self.order(batch.order)?);
        let marks = Marks::new(new.batch, EventKind::Printed, new.ranges.clone());
        check_ranges(&marks, batch.count.all())?;
        if let Some(packed) = self.packed.get(&(new.batch, new.kind)) {
            for range in &new.ranges {
                let before = packed.range(..=range.last().get()).next_back();
                if let Some((_, (last, other))) = before
                    && *last >= range.first().get()
                {
                    return Err(Refusal::conflict(
                        format!(
                            "labels of {range} are in {} {other} already",
                            new.kind.slug()
                        ),
                        "a label is in one roll and one box at most",
                    ));
                }
            }
        }
        let container = Container {
            number: body.container,
            filled: new.clone(),
            at: hand.at,
            by: hand.by.clone(),
        };
        self.note_packed(&container);
        self.containers.add(body.container, container);
        Ok(subjects)
    }

    fn note_packed(&mut self, container: &Container) {
        let filled = &container.filled;
        let packed = self.packed.entry((filled.batch, filled.kind)).or_default();
        for range in &filled.ranges {
            packed.insert(range.first().get(), (range.last().get(), container.number));
        }
    }
}

/// Whether the marks of a batch may be activated for a lot.
fn fits(lot: &Lot, batch: &Batch) -> Result<(), Refusal> {
    lot.may_activate()?;
    let label = &lot.entered.public;
    let is_same = lot.entered.licensee == batch.licensee
        && label.season == batch.season
        && label.form == batch.form;
    if is_same {
        return Ok(());
    }
    Err(Refusal::conflict(
        format!(
            "lot {} is of licensee {}, {}, season {}; batch {} is of licensee {}, {}, season {}",
            lot.number,
            lot.entered.licensee,
            label.form,
            label.season,
            batch.number,
            batch.licensee,
            batch.form,
            batch.season
        ),
        "marks are activated for goods of their own licensee, form and season",
    ))
}

fn has_packs_left(lot: Option<&Lot>, marks: u64) -> Result<(), Refusal> {
    match lot {
        Some(lot) if lot.marks + marks > u64::from(lot.entered.packs) => Err(Refusal::conflict(
            format!(
                "lot {} has {} packs and {} marks; {marks} more are too many",
                lot.number, lot.entered.packs, lot.marks
            ),
            "no more marks are activated than there are packs",
        )),
        _ => Ok(()),
    }
}

/// Ranges ascend, are apart from one another and within the batch.
fn check_ranges(body: &Marks, all: IndexRange) -> Result<(), Refusal> {
    let is_apart = body
        .ranges
        .windows(2)
        .all(|pair| pair[0].last() < pair[1].first());
    let is_within = body
        .ranges
        .last()
        .is_none_or(|last| last.last() <= all.last());
    if body.ranges.is_empty() || !is_apart || !is_within {
        return Err(Refusal::invalid(
            format!(
                "the ranges do not lie within batch {}, one after the other",
                body.batch
            ),
            format!("its marks are {all}"),
        ));
    }
    Ok(())
}

/// What must stand by an event besides the marks.
fn check_words(body: &Marks, hand: Hand<'_>) -> Result<(), Refusal> {
    let needs_reason = matches!(
        body.event,
        EventKind::Withdrawn(_) | EventKind::Restored(_) | EventKind::Undone(_)
    );
    if needs_reason && body.reason.is_none() {
        return Err(Refusal::invalid(
            format!("{} needs a reason", body.event.slug()),
            "say why; the public reads it for withdrawals",
        ));
    }
    if matches!(body.event, EventKind::Undone(_)) != body.corrects.is_some() {
        return Err(Refusal::invalid(
            format!(
                "{} does not say which entry it takes back",
                body.event.slug()
            ),
            "take back the entry that was made in error",
        ));
    }
    if let EventKind::Restored(kind) = body.event
        && !kind.can_be_undone()
    {
        return Err(Refusal::conflict(
            format!("a mark that is {} stays so", kind.slug()),
            "only freezing and recall can be undone",
        ));
    }
    let is_destroyed = body.event == EventKind::Withdrawn(Withdrawal::Destroyed);
    match &body.destruction {
        None if is_destroyed => Err(Refusal::invalid(
            "a destruction needs its day and two witnesses",
            "name both: --witness NAME --witness NAME",
        )),
        Some(_) if !is_destroyed => Err(Refusal::invalid(
            format!("{} has no witnesses", body.event.slug()),
            "only a destruction has",
        )),
        Some(Destruction { date, witnesses }) => {
            if is_same_person(&witnesses.0, &witnesses.1) {
                return Err(Refusal::invalid(
                    format!("{} cannot witness twice", witnesses.0),
                    "a destruction needs two people who saw it",
                ));
            }
            if *date > day_of(hand.at) {
                return Err(Refusal::invalid(
                    format!("the day of destruction, {date}, is still to come"),
                    "it is entered when it is done",
                ));
            }
            Ok(())
        }
        None => Ok(()),
    }
}
