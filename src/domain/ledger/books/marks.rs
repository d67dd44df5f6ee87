//! What happens to labels, and the rolls and boxes they are in.

use super::orders::about;
use super::{Books, Hand};
use crate::domain::calendar::day_of;
use crate::domain::container::{Container, ContainerKind, ContainerNumber, NewContainer};
use crate::domain::custody::{Passage, Piece};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::entry::{ContainerFilled, Destruction, Marks};
use crate::domain::ledger::subjects::Subjects;
use crate::domain::licensee::{Act, is_same_person};
use crate::domain::lot::Lot;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;

/// How many labels moved, and what they were and became.
type Moved = (u32, Piece, Piece);

fn no_batch(number: BatchNumber) -> Refusal {
    Refusal::no_such(
        said!("there is no batch {number}", "没有第 {number} 批标志"),
        said!(
            "`yuanmark batch list` shows the batches there are",
            "请在标志批列表中选择"
        ),
    )
}

/// Says in words why an event cannot happen to a stretch of labels.
pub fn impossible(range: IndexRange, piece: Piece, event: EventKind) -> Refusal {
    let is_activation = event == EventKind::Activated;
    let what = match piece.lot {
        Some(lot) if is_activation => said!(
            "labels {range} were activated for lot {lot} and cannot be {}", event.slug();
            "{range} 号标志已为生产批次 {lot} 激活，不能再{}", event.chinese()
        ),
        _ => said!(
            "labels {range} are {} ({}) and cannot be {}", piece.place.slug(), piece.place.chinese(), event.slug();
            "{range} 号标志现为“{}”，不能{}", piece.place.chinese(), event.chinese()
        ),
    };
    let advice = if is_activation && piece.lot.is_none() {
        said!(
            "labels are activated after the licensee has received them",
            "合法使用人签收之后才能激活，请先登记签收"
        )
    } else {
        said!(
            "report first what happened to them before",
            "请先补登这些标志此前的去向"
        )
    };
    Refusal::conflict(what, advice)
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
                said!(
                    "the day of destruction, {date}, lies before the codes were made",
                    "销毁日期 {date} 早于制码日期"
                ),
                said!("look at its year", "请核对年份"),
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
                        said!("marks are activated for a lot", "激活标志要对应生产批次"),
                        said!(
                            "name the lot whose test is passed: --lot",
                            "请选择检验合格的生产批次"
                        ),
                    )
                })?;
                fits(self.lot(lot)?, batch)
            }
            _ if body.lot.is_some() => Err(Refusal::invalid(
                said!(
                    "{} has nothing to do with a lot", body.event.slug();
                    "“{}”与生产批次无关", body.event.chinese()
                ),
                said!(
                    "only activation names a lot",
                    "只有激活才选择生产批次，请去掉这一项"
                ),
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
                        said!(
                            "labels {part} are of lot {}, which is recalled",
                            "{part} 号标志属于生产批次 {}，该批次已召回",
                            lot.number
                        ),
                        said!(
                            "take back the recall of the lot: `yuanmark lot restore {}`",
                            "请先解除生产批次 {} 的召回",
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
        new.check_label()?;
        if let Some((range, other)) = self.packed_in(new, new.kind).next() {
            return Err(Refusal::conflict(
                said!(
                    "labels of {range} are in {} {other} already", new.kind.slug();
                    "{range} 号标志中，有的已装入{} {other}", new.kind.chinese()
                ),
                said!(
                    "a label is in one roll and one box at most",
                    "一枚标志只能在一卷、一箱之中"
                ),
            ));
        }
        self.check_rolls_in_boxes(new)?;
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

    /// The containers of a kind in which labels of a new one are, each beside the range that it shares.
    fn packed_in<'a>(
        &'a self,
        new: &'a NewContainer,
        kind: ContainerKind,
    ) -> impl Iterator<Item = (IndexRange, ContainerNumber)> {
        let packed = self.packed.get(&(new.batch, kind)).into_iter();
        packed.flat_map(|packed| {
            new.ranges.iter().flat_map(|range| {
                let before = packed.range(..=range.last().get()).rev();
                before
                    .map(|(_, found)| *found)
                    .take_while(|(last, _)| *last >= range.first().get())
                    .map(|(_, other)| (*range, other))
            })
        })
    }

    /// A roll is in a box whole, or not at all.
    fn check_rolls_in_boxes(&self, new: &NewContainer) -> Result<(), Refusal> {
        let advice = said!(
            "a roll is in a box whole, or not at all",
            "一卷要么整卷装在一箱中，要么不装入，请核对号段"
        );
        let other_kind = match new.kind {
            ContainerKind::Roll => ContainerKind::Box,
            ContainerKind::Box => ContainerKind::Roll,
        };
        let others = self.packed_in(new, other_kind).filter_map(|(_, other)| {
            let filled = &self.containers.get(other)?.filled;
            Some((other, filled))
        });
        for (other, filled) in others {
            let is_whole = match new.kind {
                ContainerKind::Roll => new.is_within(filled),
                ContainerKind::Box => filled.is_within(new),
            };
            if is_whole {
                continue;
            }
            let what = match new.kind {
                ContainerKind::Roll => said!(
                    "some labels of this roll are in box {other}, others are not",
                    "这一卷只有一部分标志在箱 {other} 中"
                ),
                ContainerKind::Box => said!(
                    "this box would hold roll {other} only in part",
                    "这一箱只装入了卷 {other} 的一部分"
                ),
            };
            return Err(Refusal::conflict(what, advice));
        }
        Ok(())
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
        said!(
            "lot {} is of licensee {}, {}, season {}; batch {} is of licensee {}, {}, season {}",
            lot.number, lot.entered.licensee, label.form, label.season,
            batch.number, batch.licensee, batch.form, batch.season;
            "生产批次 {} 属于合法使用人 {}、{}、{} 年度；第 {} 批标志属于合法使用人 {}、{}、{} 年度",
            lot.number, lot.entered.licensee, label.form.chinese(), label.season,
            batch.number, batch.licensee, batch.form.chinese(), batch.season
        ),
        said!(
            "marks are activated for goods of their own licensee, form and season",
            "标志只能用于同一合法使用人、同一产品形态、同一年度的产品，请重新选择"
        ),
    ))
}

fn has_packs_left(lot: Option<&Lot>, marks: u64) -> Result<(), Refusal> {
    match lot {
        Some(lot) if lot.marks + marks > u64::from(lot.entered.packs) => Err(Refusal::conflict(
            said!(
                "lot {} has {} packs and {} marks; {marks} more are too many",
                "生产批次 {} 共 {} 包，已激活标志 {} 枚，再激活 {marks} 枚就超出包数",
                lot.number,
                lot.entered.packs,
                lot.marks
            ),
            said!(
                "no more marks are activated than there are packs",
                "激活的标志不能多于产品包数，请减少数量"
            ),
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
            said!(
                "the ranges do not lie within batch {}, one after the other",
                "所选号段不在第 {} 批之内，或没有按先后排列",
                body.batch
            ),
            said!("its marks are {all}", "这一批的序号为 {all}"),
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
            said!(
                "{} needs a reason", body.event.slug();
                "“{}”需要写明原因", body.event.chinese()
            ),
            said!(
                "say why; the public reads it for withdrawals",
                "请填写原因；作废、停用的原因会向公众公布"
            ),
        ));
    }
    if matches!(body.event, EventKind::Undone(_)) != body.corrects.is_some() {
        return Err(Refusal::invalid(
            said!(
                "{} does not say which entry it takes back", body.event.slug();
                "“{}”没有指明更正哪一条台账", body.event.chinese()
            ),
            said!(
                "take back the entry that was made in error",
                "请选择登记有误的那一条台账，予以更正"
            ),
        ));
    }
    if let EventKind::Restored(kind) = body.event
        && !kind.can_be_undone()
    {
        return Err(Refusal::conflict(
            said!(
                "a mark that is {} stays so", kind.slug();
                "已{}的标志不能恢复", kind.chinese()
            ),
            said!(
                "only freezing and recall can be undone",
                "只有冻结和召回可以解除"
            ),
        ));
    }
    let is_destroyed = body.event == EventKind::Withdrawn(Withdrawal::Destroyed);
    match &body.destruction {
        None if is_destroyed => Err(Refusal::invalid(
            said!(
                "a destruction needs its day and two witnesses",
                "销毁要有日期和两名见证人"
            ),
            said!(
                "name both: --witness NAME --witness NAME",
                "请填写销毁日期和两名见证人的姓名"
            ),
        )),
        Some(_) if !is_destroyed => Err(Refusal::invalid(
            said!(
                "{} has no witnesses", body.event.slug();
                "“{}”不需要见证人", body.event.chinese()
            ),
            said!(
                "only a destruction has",
                "只有销毁才填写见证人，请去掉这一项"
            ),
        )),
        Some(Destruction { date, witnesses }) => {
            if is_same_person(&witnesses.0, &witnesses.1) {
                return Err(Refusal::invalid(
                    said!("{} cannot witness twice", "{}不能见证两次", witnesses.0),
                    said!(
                        "a destruction needs two people who saw it",
                        "销毁须有两人在场见证，请填写另一人的姓名"
                    ),
                ));
            }
            if *date > day_of(hand.at) {
                return Err(Refusal::invalid(
                    said!(
                        "the day of destruction, {date}, is still to come",
                        "销毁日期 {date} 尚未到来"
                    ),
                    said!("it is entered when it is done", "请在销毁之后登记"),
                ));
            }
            Ok(())
        }
        None => Ok(()),
    }
}
