//! Which of the chosen marks an event changes.

use super::work::Work;
use super::{Change, Changed};
use crate::domain::custody::{Passage, Piece};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::books::impossible;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::refusal::Refusal;
use crate::domain::segments::{joined, marks_in, standings};
use crate::domain::state::Standing;
use crate::service::desk::Desk;

/// Whether what is to happen can happen to all labels of a range; those that are so already are no hindrance.
pub(super) fn can_happen(
    desk: &Desk,
    batch: BatchNumber,
    range: IndexRange,
    change: &Change<'_>,
) -> Result<(), Refusal> {
    let Some(custody) = desk.books.custody.get(batch) else {
        return Ok(());
    };
    for (part, piece) in custody.look(range) {
        let after = after(desk, piece, change);
        let is_of_another_lot = change.event == EventKind::Activated && piece.lot != change.lot;
        if after == Passage::Impossible || (after == Passage::Already && is_of_another_lot) {
            return Err(impossible(part, piece, change.event));
        }
    }
    Ok(())
}

/// What the event would do to labels that are so. Their movements are reported by whoever answers for them.
fn after(desk: &Desk, piece: Piece, change: &Change<'_>) -> Passage {
    let answers = desk.scope().answers_for(piece.place);
    match piece.after(change.event, change.lot) {
        Passage::To(_) if change.event.moves_labels() && !answers => Passage::Impossible,
        passage => passage,
    }
}

impl Work {
    /// The parts of `ranges` that the event changes.
    pub(super) fn affected(
        &self,
        changed: &mut Changed,
        number: BatchNumber,
        ranges: &[IndexRange],
        change: &Change<'_>,
    ) -> Vec<IndexRange> {
        let Some(batch) = self.desk.books.batches.get(number) else {
            return Vec::new();
        };
        let events = self.events.get(&number).map_or(&[][..], Vec::as_slice);
        let pieces = standings(batch.count.all(), events);
        let mut affected = Vec::new();
        let mut without_right = Vec::new();
        let mut next = 0; // both lists ascend: pieces before this one end before every range still to come
        for range in ranges {
            while pieces[next].0.last() < range.first() {
                next += 1;
            }
            for (piece, standing) in &pieces[next..] {
                let Some(part) = piece.overlap(*range) else {
                    break;
                };
                for part in parts_that_change(&self.desk, number, part, standing, change) {
                    let marks = u64::from(part.marks());
                    changed.marks += marks;
                    if is_outranked(standing, change.event) {
                        changed.still_withdrawn += marks;
                    }
                    if change.event == EventKind::Used && !may_be_used(standing) {
                        without_right.push(part);
                    }
                    affected.push(part);
                }
            }
            changed.unchanged += u64::from(range.marks());
        }
        let without_right = joined(without_right);
        let each = without_right.into_iter().map(|range| (number, range));
        changed.without_right.extend(each);
        let affected = joined(affected);
        changed.unchanged -= marks_in(&affected);
        affected
    }
}

/// The parts of a stretch of one standing that the event changes: for labels their whereabouts decide, for the
/// authority's word the standing.
fn parts_that_change(
    desk: &Desk,
    batch: BatchNumber,
    part: IndexRange,
    standing: &Standing<impl Copy>,
    change: &Change<'_>,
) -> Vec<IndexRange> {
    if !change.event.moves_labels() {
        return if standing.is_changed_by(change.event) {
            vec![part]
        } else {
            Vec::new()
        };
    }
    let Some(custody) = desk.books.custody.get(batch) else {
        return Vec::new();
    };
    let changes = |(part, piece): (IndexRange, Piece)| {
        matches!(after(desk, piece, change), Passage::To(_)).then_some(part)
    };
    custody.look(part).filter_map(changes).collect()
}

/// Whether a mark that stands so may be on goods.
fn may_be_used(standing: &Standing<impl Copy>) -> bool {
    let is_withdrawn = |kind: &&Withdrawal| standing.is_withdrawn(**kind);
    standing.activation().is_some() && Withdrawal::ALL.iter().find(is_withdrawn).is_none()
}

/// Whether another withdrawal has precedence over what an event of this kind leads to.
fn is_outranked(standing: &Standing<impl Copy>, kind: EventKind) -> bool {
    let mut others = Withdrawal::ALL.iter().filter(|other| match kind {
        EventKind::Withdrawn(kind) => **other < kind,
        EventKind::Restored(kind) => **other != kind,
        EventKind::Activated => true,
        _ => false,
    });
    others.any(|other| standing.is_withdrawn(*other))
}
