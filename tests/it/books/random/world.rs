//! Everything the model knows, and what it accepts.

use std::collections::{BTreeMap, BTreeSet};

use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::Step;
use yuanmark::domain::mark::BatchNumber;

use super::super::FROZEN;
use super::super::naive::{Naive, NaiveLot, NaiveMark, NaiveOrder, Pocket};
use super::dice::Op;

#[derive(Clone, Debug)]
pub struct NaiveTransfer {
    pub from: Pocket,
    pub to: u16,
    pub marks: i64,
    pub is_open: bool,
    pub by: [Option<&'static str>; 2],
}

/// What an entry did, for those that can be taken back.
#[derive(Clone, Debug)]
pub enum Done {
    Adjusted(Pocket, i64),
    Moved {
        order: u32,
        event: EventKind,
        marks: Vec<u32>,
    },
}

/// Everything the model knows.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub naive: Naive,
    pub states: BTreeMap<u16, &'static str>,
    pub batches: BTreeMap<u32, u32>,
    pub transfers: Vec<NaiveTransfer>,
    pub containers: Vec<(ContainerKind, u32, u32, u32)>,
    pub frozen: BTreeSet<(u32, u32)>,
    pub done: BTreeMap<u64, Done>,
    pub taken_back: BTreeSet<u64>,
    pub passed: u32,
}

impl World {
    pub fn new() -> Self {
        Self {
            states: (1..=3).map(|number| (number, "active")).collect(),
            ..Self::default()
        }
    }

    pub fn is_active(&self, licensee: u16) -> bool {
        self.states.get(&licensee) == Some(&"active")
    }

    pub fn goes_on(&self, licensee: u16) -> bool {
        ["active", "correcting"].contains(self.states.get(&licensee).unwrap_or(&""))
    }

    pub fn on_hand(&self, order: u32) -> u32 {
        let marks = self
            .naive
            .orders
            .get(&order)
            .map_or(&[][..], |order| &order.marks);
        u32::try_from(marks.iter().filter(|mark| mark.place == "on_hand").count()).unwrap()
    }

    /// Whether it can be; it has taken effect then. Of marks, how many changed.
    #[allow(clippy::too_many_lines)] // one rule for each thing that can be asked
    pub fn accepts(&mut self, op: &Op, entry: u64) -> Option<u32> {
        let refused = |is_allowed: bool| is_allowed.then_some(1);
        match *op {
            Op::Adjust { pocket, marks } => {
                let is_done = marks != 0 && pocket.0 <= 3 && self.naive.add(pocket, marks);
                if is_done {
                    self.done.insert(entry, Done::Adjusted(pocket, marks));
                }
                refused(is_done)
            }
            Op::Place { pocket, quantity } => {
                let number = u32::try_from(self.naive.orders.len()).unwrap() + 1;
                let new = NaiveOrder {
                    pocket,
                    quantity,
                    state: "placed",
                    printer: false,
                    marks: Vec::new(),
                };
                refused(self.goes_on(pocket.0) && self.naive.orders.insert(number, new).is_none())
            }
            Op::Lot { pocket, packs } => {
                // Today is in January 2027: nothing of that season is picked yet.
                if !self.goes_on(pocket.0) || packs == 0 || pocket.1 == 2027 {
                    return None;
                }
                // The code is that of another lot with as many packs.
                let is_same = |other: &NaiveLot| (other.pocket, other.packs) == (pocket, packs);
                if self.naive.lots.values().any(is_same) {
                    return None;
                }
                let number = u32::try_from(self.naive.lots.len()).unwrap() + 1;
                self.naive.lots.insert(
                    number,
                    NaiveLot {
                        pocket,
                        packs,
                        passed: false,
                        failed: false,
                        recalled: false,
                    },
                );
                Some(1)
            }
            Op::Report {
                lot, has_passed, ..
            } => {
                let lot = self.naive.lots.get_mut(&lot)?;
                lot.passed = has_passed;
                lot.failed = !has_passed;
                lot.recalled |= !has_passed;
                self.passed += 1;
                Some(1)
            }
            Op::Recall(lot) => {
                let lot = self.naive.lots.get_mut(&lot)?;
                refused(!std::mem::replace(&mut lot.recalled, true))
            }
            Op::Restore(lot) => {
                let lot = self.naive.lots.get_mut(&lot)?;
                refused(!lot.failed && std::mem::replace(&mut lot.recalled, false))
            }
            Op::Carry(pocket) => {
                let left = *self.naive.left.get(&pocket)?;
                if pocket.1 >= 2027 || !self.naive.closed.insert(pocket) {
                    return None;
                }
                self.naive.left.insert(pocket, 0);
                refused(left / 2 == 0 || self.naive.add((pocket.0, pocket.1 + 1), left / 2))
            }
            Op::Step { licensee, step } => {
                let next = match (self.states[&licensee], step) {
                    ("active", Step::OrderCorrection) => "correcting",
                    ("active" | "correcting", Step::Suspend) => "suspended",
                    ("correcting", Step::AcceptCorrection) | ("suspended", Step::Resume) => {
                        "active"
                    }
                    _ => return None,
                };
                refused(self.states.insert(licensee, next).is_some())
            }
            Op::Propose { .. } | Op::Confirm { .. } | Op::Drop(_) => refused(self.transfer(op)),
            Op::Marks {
                event,
                order,
                first,
                last,
                lot,
            } => self.happens(event, order, first, last, lot, entry),
            Op::ByContainer {
                event,
                container,
                lot,
            } => {
                let (_, order, first, last) = *self
                    .containers
                    .get(usize::try_from(container).unwrap() - 1)?;
                self.happens(event, order, first, last, lot, entry)
            }
            Op::Freeze {
                event,
                order,
                first,
                last,
            } => {
                let marks = u32::try_from(self.naive.orders.get(&order)?.marks.len()).unwrap();
                if last >= marks {
                    return None;
                }
                let changed = (first..=last).filter(|mark| match event {
                    FROZEN => self.frozen.insert((order, *mark)),
                    _ => self.frozen.remove(&(order, *mark)),
                });
                Some(u32::try_from(changed.count()).unwrap())
            }
            Op::Fill {
                kind,
                order,
                first,
                last,
            } => {
                let marks = u32::try_from(self.naive.orders.get(&order)?.marks.len()).unwrap();
                let is_packed = |&(other, of, begin, end): &(ContainerKind, u32, u32, u32)| {
                    other == kind && of == order && begin <= last && end >= first
                };
                // A roll is in a box whole, or not at all.
                let is_torn = |&(other, of, begin, end): &(ContainerKind, u32, u32, u32)| {
                    let (roll, whole) = match other {
                        ContainerKind::Roll => ((begin, end), (first, last)),
                        ContainerKind::Box => ((first, last), (begin, end)),
                    };
                    let touches = of == order && begin <= last && end >= first;
                    let is_within = whole.0 <= roll.0 && roll.1 <= whole.1;
                    other != kind && touches && !is_within
                };
                let in_the_way = |one: &_| is_packed(one) || is_torn(one);
                if last >= marks || self.containers.iter().any(in_the_way) {
                    return None;
                }
                self.containers.push((kind, order, first, last));
                Some(1)
            }
            Op::TakeBack(number) => refused(self.take_back(number, entry)),
            _ => refused(self.order_step(op)),
        }
    }

    pub fn order_step(&mut self, op: &Op) -> bool {
        let (Op::Approve(number)
        | Op::Reject(number)
        | Op::Cancel(number)
        | Op::Assign { order: number, .. }
        | Op::Issue(number)
        | Op::Release(number)
        | Op::Close { order: number, .. }) = *op
        else {
            return false;
        };
        let Some(mut order) = self.naive.orders.get(&number).cloned() else {
            return false;
        };
        let (licensee, quantity) = (order.pocket.0, i64::from(order.quantity));
        let at = |place: &str| order.marks.iter().any(|mark| mark.place == place);
        let state = match (op, order.state) {
            (Op::Approve(_), "placed")
                if self.is_active(licensee) && self.naive.add(order.pocket, -quantity) =>
            {
                "approved"
            }
            (Op::Reject(_), "placed") => "rejected",
            (Op::Cancel(_), "placed") => "cancelled",
            (Op::Cancel(_), "approved" | "issued") => {
                self.naive.add(order.pocket, quantity);
                // The codes that were made are revoked; nobody freezes them by this.
                "cancelled"
            }
            (Op::Assign { printer: 1, .. }, "approved" | "issued") => {
                order.printer = true;
                order.state
            }
            (Op::Issue(_), "approved") if self.goes_on(licensee) => {
                let batch = u32::try_from(self.batches.len()).unwrap() + 1;
                self.batches.insert(number, batch);
                order.marks = vec![
                    NaiveMark {
                        place: "unreported",
                        lot: None
                    };
                    usize::try_from(order.quantity).unwrap()
                ];
                "issued"
            }
            (Op::Release(_), "issued") if order.printer && self.goes_on(licensee) => "released",
            (Op::Close { on_hand, .. }, "released") if *on_hand == self.on_hand(number) => {
                let open = [
                    "unreported",
                    "at_printer",
                    "in_transit",
                    "spoiled_in_print",
                    "spoiled_in_use",
                    "returned",
                ];
                if open.into_iter().any(at) {
                    return false;
                }
                "closed"
            }
            _ => return false,
        };
        order.state = state;
        self.naive.orders.insert(number, order);
        true
    }

    pub fn happens(
        &mut self,
        event: EventKind,
        order: u32,
        first: u32,
        last: u32,
        lot: u32,
        entry: u64,
    ) -> Option<u32> {
        let before = self.naive.orders.get(&order)?.clone();
        let needs_right = matches!(event, EventKind::Delivered | EventKind::Activated);
        if needs_right && !self.goes_on(before.pocket.0) {
            return None;
        }
        let lot = (event == EventKind::Activated).then_some(lot);
        let changed = self.naive.happens(order, event.slug(), first..=last, lot)?;
        let after = &self.naive.orders[&order].marks;
        let moved = (0..)
            .zip(before.marks.iter().zip(after))
            .filter(|(_, (before, after))| before.place != after.place);
        let marks = moved.map(|(mark, _)| mark).collect();
        if changed > 0 {
            self.done.insert(
                entry,
                Done::Moved {
                    order,
                    event,
                    marks,
                },
            );
        }
        Some(changed)
    }

    pub fn transfer(&mut self, op: &Op) -> bool {
        match *op {
            Op::Propose { from, to, marks } => {
                let marks = i64::try_from(marks).unwrap();
                let may = from.0 != to && self.is_active(from.0) && self.is_active(to) && marks > 0;
                if !may || self.naive.closed.contains(&from) || self.naive.left(from) < marks {
                    return false;
                }
                self.transfers.push(NaiveTransfer {
                    from,
                    to,
                    marks,
                    is_open: true,
                    by: [None, None],
                });
                true
            }
            Op::Confirm {
                transfer,
                licensee,
                person,
            } => {
                let place = usize::try_from(transfer).unwrap() - 1;
                let Some(mut own) = self.transfers.get(place).cloned() else {
                    return false;
                };
                let side = match licensee {
                    licensee if licensee == own.from.0 => 0,
                    licensee if licensee == own.to => 1,
                    _ => return false,
                };
                if !own.is_open || own.by[side].is_some() || own.by[1 - side] == Some(person) {
                    return false;
                }
                own.by[side] = Some(person);
                if own.by[1 - side].is_some() {
                    let to = (own.to, own.from.1);
                    let may = self.is_active(own.from.0)
                        && self.is_active(own.to)
                        && !self.naive.closed.contains(&to);
                    if !may || !self.naive.add(own.from, -own.marks) {
                        return false;
                    }
                    self.naive.add(to, own.marks);
                    own.is_open = false;
                }
                self.transfers[place] = own;
                true
            }
            Op::Drop(transfer) => {
                let own = self
                    .transfers
                    .get_mut(usize::try_from(transfer).unwrap() - 1);
                own.is_some_and(|own| std::mem::replace(&mut own.is_open, false))
            }
            _ => false,
        }
    }

    pub fn take_back(&mut self, number: u64, entry: u64) -> bool {
        if self.taken_back.contains(&number) {
            return false;
        }
        let is_done = match self.done.get(&number).cloned() {
            Some(Done::Adjusted(pocket, marks)) => {
                let is_done = self.naive.add(pocket, -marks);
                if is_done {
                    self.done.insert(entry, Done::Adjusted(pocket, -marks));
                }
                is_done
            }
            Some(Done::Moved {
                order,
                event,
                marks,
            }) => {
                let (to, back) = match event {
                    EventKind::Printed => ("at_printer", "unreported"),
                    EventKind::Delivered => ("in_transit", "at_printer"),
                    EventKind::Used => ("used", "on_hand"),
                    _ => return false,
                };
                let own = self.naive.orders.get_mut(&order).unwrap();
                let is_there = |mark: &u32| own.marks[usize::try_from(*mark).unwrap()].place == to;
                if !matches!(own.state, "released" | "closed") || !marks.iter().all(is_there) {
                    return false;
                }
                for mark in marks {
                    own.marks[usize::try_from(mark).unwrap()].place = back;
                }
                true
            }
            None => false,
        };
        is_done && self.taken_back.insert(number)
    }

    pub fn batch(&self, order: u32) -> BatchNumber {
        BatchNumber::new(self.batches.get(&order).copied().unwrap_or(999)).unwrap()
    }
}
