//! Which marks are meant.

use std::collections::BTreeMap;

use super::affected::can_happen;
use super::work::{ChosenMarks, Lines, Work};
use super::{Change, MOST_LINES, Which};
use crate::domain::container::ContainerNumber;
use crate::domain::event::EventKind;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::ledger::entry::Entry;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::segments::{joined, without};
use crate::domain::selection::{
    self, Chosen, LineError, LineOutcome, LineReport, MarkNames, ReadLine,
};
use crate::service::keys::LiveKeys;
use crate::service::{ServiceError, seen};
use crate::store::ledger;

/// Reads the lines of all changes that name their marks by lines.
pub(super) fn read_all<'a>(
    keys: &LiveKeys,
    changes: &[Change<'a>],
) -> Result<Lines<'a>, ServiceError> {
    let read = |change: &Change<'a>| match change.which {
        Which::Lines(text) => read_lines(keys, text, change.batch),
        _ => Ok(Vec::new()),
    };
    changes.iter().map(read).collect()
}

fn read_lines<'a>(
    keys: &LiveKeys,
    text: &'a str,
    batch: Option<BatchNumber>,
) -> Result<Vec<ReadLine<'a>>, ServiceError> {
    if text.lines().count() > MOST_LINES {
        return Err(Refusal::invalid(
            said!(
                "there are more than {MOST_LINES} lines",
                "内容超过 {MOST_LINES} 行"
            ),
            said!(
                "split the file, or name ranges instead of single serials",
                "请拆分文件，或用号段代替逐枚编号"
            ),
        )
        .into());
    }
    let ring = keys.ring();
    let names = MarkNames::new(&keys.secrets.serial, &ring);
    let lines = selection::read(text.lines(), batch, names);
    if lines.is_empty() {
        return Err(Refusal::invalid(
            said!("no mark is chosen", "没有选择标志"),
            said!(
                "name a serial, a range, a file of them, or the whole batch (--all)",
                "请填写编号、号段，上传编号文件，或选择整批"
            ),
        )
        .into());
    }
    Ok(lines)
}

/// The batches of which lines name marks; bad lines name none.
pub(super) fn batches_named(keys: &LiveKeys, text: &str) -> Result<Vec<BatchNumber>, ServiceError> {
    let lines = read_lines(keys, text, None)?;
    Ok(selection::batches(&lines).into_iter().collect())
}

impl Work {
    /// The marks that a change is about, in batches that are loaded, and what became of each line.
    pub(super) async fn choose(
        &mut self,
        change: &Change<'_>,
        lines: Vec<ReadLine<'_>>,
    ) -> Result<(ChosenMarks, Vec<LineReport>), ServiceError> {
        if let Some(number) = change.batch {
            self.load(number, change).await?;
            self.desk.books.batch(number)?;
        }
        let mut reports = Vec::new();
        let mut chosen = match change.which {
            Which::Lines(_) => {
                let (chosen, of_lines) = self.choose_lines(change, lines).await?;
                reports = of_lines;
                chosen
            }
            Which::All => {
                let all = self.whole_batch(change)?;
                self.choose_wholes(change, vec![all]).await?
            }
            Which::Containers(numbers) => {
                let all = self.in_containers(numbers).await?;
                self.choose_wholes(change, all).await?
            }
            Which::Delivery(entry) => {
                let all = self.delivered_by(entry).await?;
                self.choose_wholes(change, vec![all]).await?
            }
        };
        if change.is_of_the_rest {
            for (number, ranges) in &mut chosen {
                *ranges = without(ranges, self.taken_of(*number));
            }
        }
        Ok((chosen, reports))
    }

    /// Loads a batch, and asks whether such a thing can be entered for it at all.
    async fn load(&mut self, number: BatchNumber, change: &Change<'_>) -> Result<(), ServiceError> {
        if !self.events.contains_key(&number) {
            let of_batch = self.desk.load_batch(number).await?;
            if self.desk.books.batches.has(number) {
                self.events.insert(number, of_batch);
            }
        }
        if self.desk.books.batches.has(number) && !self.desk.looks_back() {
            let entry = change.entry(number, Vec::new());
            self.desk.books.may_move(&entry, self.desk.hand())?;
        }
        Ok(())
    }

    /// What earlier changes of the request took of a batch.
    fn taken_of(&self, number: BatchNumber) -> &[IndexRange] {
        self.taken.get(&number).map_or(&[], Vec::as_slice)
    }

    /// Whether what is to happen can happen to all of a range that this change is about.
    fn can_happen(
        &self,
        number: BatchNumber,
        range: IndexRange,
        change: &Change<'_>,
    ) -> Result<(), Refusal> {
        let parts = match change.is_of_the_rest {
            true => without(&[range], self.taken_of(number)),
            false => vec![range],
        };
        let mut each = parts.into_iter();
        each.try_for_each(|part| can_happen(&self.desk, number, part, change))
    }

    fn whole_batch(&self, change: &Change<'_>) -> Result<(BatchNumber, Vec<IndexRange>), Refusal> {
        let number = change.batch.ok_or_else(|| {
            Refusal::invalid(
                said!("no batch is named", "没有选择标志批"),
                said!("name the batch whose marks are meant", "请选择标志所在的批"),
            )
        })?;
        Ok((number, vec![self.desk.books.batch(number)?.count.all()]))
    }

    async fn choose_wholes(
        &mut self,
        change: &Change<'_>,
        wholes: Vec<(BatchNumber, Vec<IndexRange>)>,
    ) -> Result<ChosenMarks, ServiceError> {
        let mut chosen = ChosenMarks::new();
        for (number, ranges) in wholes {
            self.load(number, change).await?;
            let takes_what_can = matches!(change.which, Which::Delivery(_)) || change.skip_bad;
            for range in ranges {
                if !takes_what_can {
                    self.can_happen(number, range, change)?;
                }
                chosen.entry(number).or_default().push(range);
            }
        }
        let chosen = chosen
            .into_iter()
            .map(|(batch, ranges)| (batch, joined(ranges)));
        Ok(chosen.collect())
    }

    async fn choose_lines(
        &mut self,
        change: &Change<'_>,
        mut lines: Vec<ReadLine<'_>>,
    ) -> Result<(ChosenMarks, Vec<LineReport>), ServiceError> {
        let scope = self.desk.scope();
        seen::hide_lines_of_others(&mut self.desk.tx, scope, &mut lines).await?;
        let mut counts = BTreeMap::new();
        for number in selection::batches(&lines) {
            self.load(number, change).await?;
            if let Some(batch) = self.desk.books.batches.get(number) {
                counts.insert(number, batch.count);
            }
        }
        let allowed = |chosen: Chosen| {
            self.can_happen(chosen.batch, chosen.range, change)
                .map_err(|refusal| LineError::Impossible(refusal.what))
        };
        let (chosen, lines) = selection::check(lines, &counts, allowed);
        let bad = lines
            .iter()
            .filter(|line| matches!(line.outcome, LineOutcome::Bad(_)))
            .count();
        if bad > 0 && (!change.skip_bad || bad == lines.len()) {
            return Err(ServiceError::BadLines { bad, lines });
        }
        Ok((chosen, lines))
    }

    /// What is in rolls and boxes.
    async fn in_containers(
        &mut self,
        numbers: &[ContainerNumber],
    ) -> Result<Vec<(BatchNumber, Vec<IndexRange>)>, ServiceError> {
        let mut found = Vec::new();
        for &number in numbers {
            self.desk.load_container(number).await?;
            let container = self.desk.books.containers.get(number).ok_or_else(|| {
                Refusal::no_such(
                    said!("there is no container {number}", "没有卷（箱） {number}"),
                    said!(
                        "`yuanmark container list` shows the containers there are",
                        "请在卷和箱的列表中选择"
                    ),
                )
            })?;
            found.push((container.filled.batch, container.filled.ranges.clone()));
        }
        if found.is_empty() {
            return Err(Refusal::invalid(
                said!("no container is named", "没有选择卷或箱"),
                said!("name a roll or a box", "请选择一卷或一箱"),
            )
            .into());
        }
        Ok(found)
    }

    /// What an entry of the ledger sent.
    async fn delivered_by(
        &mut self,
        entry: EntryNumber,
    ) -> Result<(BatchNumber, Vec<IndexRange>), ServiceError> {
        let stored = ledger::get(&mut self.desk.tx, entry).await?;
        let stored = stored.filter(|stored| self.desk.scope().sees_entry(&stored.subjects));
        let read = stored.and_then(|stored| Entry::read(&stored.kind, &stored.body));
        match read {
            Some(Entry::Marks(marks)) if marks.event == EventKind::Delivered => {
                Ok((marks.batch, marks.ranges))
            }
            _ => Err(Refusal::no_such(
                said!("entry {entry} is no delivery", "台账第 {entry} 条不是发放"),
                said!(
                    "`yuanmark ledger list --kind delivered` shows the deliveries there are",
                    "请在台账的发放记录中选择"
                ),
            )
            .into()),
        }
    }
}
