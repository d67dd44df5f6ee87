//! Random sequences of everything that can be asked, sensible or not: the services accept and refuse what the naive model
//! accepts and refuses, and after each sequence every balance, order, lot and label is where the model says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use yuanmark::domain::container::{ContainerKind, ContainerNumber};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{LicenseeNumber, Step};
use yuanmark::domain::lot::{LotNumber, TestResult};
use yuanmark::domain::mark::{BatchNumber, MarkIndex};
use yuanmark::domain::order::OrderNumber;
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::domain::transfer::TransferNumber;
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::desk::Call;
use yuanmark::service::issue::{self, Issue};
use yuanmark::service::marks::Which;
use yuanmark::service::{
    ServiceError, corrections, entitlements, licensees, lots, orders, transfers,
};

use super::naive::{Naive, NaiveLot, NaiveMark, NaiveOrder, Pocket};
use super::proof::prove;
use super::{
    DESTROYED, FROZEN, LOST, RETURNED, SPOILED, account, change, destruction, entitlement, entries,
    new_lot, new_order, new_report, of_lines, on, step,
};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, line};

const CASES: u32 = 8;
const STEPS: usize = 120;
const TODAY: &str = "2027-01-10";
const EVENTS: [EventKind; 9] = [
    EventKind::Printed,
    EventKind::Delivered,
    EventKind::Received,
    EventKind::Activated,
    EventKind::Used,
    SPOILED,
    LOST,
    RETURNED,
    DESTROYED,
];
const THAW: EventKind = EventKind::Restored(Withdrawal::Frozen);

/// Five bytes that become something to ask, depending on how far things have come.
type Dice = (u8, u8, u8, u8, u8);

#[derive(Clone, Debug)]
enum Op {
    Adjust {
        pocket: Pocket,
        marks: i64,
    },
    Place {
        pocket: Pocket,
        quantity: u32,
    },
    Approve(u32),
    Reject(u32),
    Cancel(u32),
    Assign {
        order: u32,
        printer: u32,
    },
    Issue(u32),
    Release(u32),
    Close {
        order: u32,
        on_hand: u32,
    },
    Marks {
        event: EventKind,
        order: u32,
        first: u32,
        last: u32,
        lot: u32,
    },
    ByContainer {
        event: EventKind,
        container: u32,
        lot: u32,
    },
    Freeze {
        event: EventKind,
        order: u32,
        first: u32,
        last: u32,
    },
    Fill {
        kind: ContainerKind,
        order: u32,
        first: u32,
        last: u32,
    },
    Lot {
        pocket: Pocket,
        packs: u32,
    },
    Report {
        lot: u32,
        has_passed: bool,
        number: String,
    },
    Recall(u32),
    Restore(u32),
    Propose {
        from: Pocket,
        to: u16,
        marks: u64,
    },
    Confirm {
        transfer: u32,
        licensee: u16,
        person: &'static str,
    },
    Drop(u32),
    Carry(Pocket),
    TakeBack(u64),
    Step {
        licensee: u16,
        step: Step,
    },
}

#[derive(Clone, Debug)]
struct NaiveTransfer {
    from: Pocket,
    to: u16,
    marks: i64,
    is_open: bool,
    by: [Option<&'static str>; 2],
}

/// What an entry did, for those that can be taken back.
#[derive(Clone, Debug)]
enum Done {
    Adjusted(Pocket, i64),
    Moved {
        order: u32,
        event: EventKind,
        marks: Vec<u32>,
    },
}

/// Everything the model knows.
#[derive(Clone, Debug, Default)]
struct World {
    naive: Naive,
    states: BTreeMap<u16, &'static str>,
    batches: BTreeMap<u32, u32>,
    transfers: Vec<NaiveTransfer>,
    containers: Vec<(ContainerKind, u32, u32, u32)>,
    frozen: BTreeSet<(u32, u32)>,
    done: BTreeMap<u64, Done>,
    taken_back: BTreeSet<u64>,
    passed: u32,
}

impl World {
    fn new() -> Self {
        Self {
            states: (1..=3).map(|number| (number, "active")).collect(),
            ..Self::default()
        }
    }

    fn is_active(&self, licensee: u16) -> bool {
        self.states.get(&licensee) == Some(&"active")
    }

    fn goes_on(&self, licensee: u16) -> bool {
        ["active", "correcting"].contains(self.states.get(&licensee).unwrap_or(&""))
    }

    /// What the dice ask for.
    fn op(&self, dice: Dice) -> Op {
        let (kind, a, b, c, d) = dice;
        // One beyond what there is, now and then.
        let (orders, known) = (
            u32::try_from(self.naive.orders.len()).unwrap(),
            u32::try_from(self.naive.lots.len()).unwrap(),
        );
        let order = if a > 245 {
            orders + 1
        } else {
            u32::from(a) % orders.max(1) + 1
        };
        let lot = if d > 245 {
            known + 1
        } else {
            u32::from(d) % known.max(1) + 1
        };
        let pocket = (
            u16::from(b % 3) + 1 + u16::from(b > 250),
            if c % 4 == 0 { 2027 } else { 2026 },
        );
        let quantity = self
            .naive
            .orders
            .get(&order)
            .map_or(9, |order| order.quantity);
        let first = u32::from(b) % quantity;
        let last = if d % 3 == 0 {
            quantity - 1
        } else {
            first + u32::from(d) % 9
        };
        let event = EVENTS[usize::from(c) % EVENTS.len()];
        let is_enough = orders > 4;
        match kind % 64 {
            2..=3 if is_enough => self.next_for(order, event, first, last, lot, d),
            0..=1 => Op::Adjust {
                pocket,
                marks: i64::from(d) - 90,
            },
            2..=3 => Op::Place {
                pocket,
                quantity: u32::from(d) % 25 + 1,
            },
            4 => Op::Approve(order),
            5 => Op::Reject(order),
            6 => Op::Cancel(order),
            7 => Op::Assign {
                order,
                printer: u32::from(d % 4 != 0),
            },
            8 => Op::Issue(order),
            9 => Op::Release(order),
            10 => Op::Close {
                order,
                on_hand: u32::from(d) % 5,
            },
            11..=13 => Op::Marks {
                event,
                order,
                first,
                last,
                lot,
            },
            14..=15 => self.by_container(a, event, lot),
            33 => Op::Freeze {
                event: if c % 2 == 0 { FROZEN } else { THAW },
                order,
                first,
                last,
            },
            16..=17 => Op::Fill {
                kind: if c % 2 == 0 {
                    ContainerKind::Roll
                } else {
                    ContainerKind::Box
                },
                order,
                first,
                last,
            },
            18 => Op::Lot {
                pocket,
                packs: u32::from(d) % 12 + u32::from(d > 10),
            },
            19 => Op::Report {
                lot,
                has_passed: a % 4 != 0,
                number: format!("检{a}-{b}-{c}"),
            },
            20 => Op::Recall(lot),
            21 => Op::Restore(lot),
            22..=23 => Op::Propose {
                from: pocket,
                to: u16::from(a % 3) + 1,
                marks: u64::from(d % 40),
            },
            24..=26 => Op::Confirm {
                transfer: u32::from(a) % (u32::try_from(self.transfers.len()).unwrap() + 1) + 1,
                licensee: u16::from(b % 3) + 1,
                person: ["甲", "乙", "丙"][usize::from(c % 3)],
            },
            27 => Op::Drop(u32::from(a) % (u32::try_from(self.transfers.len()).unwrap() + 1) + 1),
            28 if d % 2 == 0 => Op::Carry((pocket.0, 2026)),
            28..=30 => {
                let is_of_marks = |done: &Done| {
                    d % 5 == 0
                        || matches!(
                            done,
                            Done::Moved {
                                event: EventKind::Printed | EventKind::Delivered | EventKind::Used,
                                ..
                            }
                        )
                };
                let all: Vec<u64> = self
                    .done
                    .iter()
                    .filter(|(_, done)| is_of_marks(done))
                    .map(|(number, _)| *number)
                    .collect();
                let newest = all.len().saturating_sub(usize::from(a) % 6 + 1);
                Op::TakeBack(all.get(newest).copied().unwrap_or(u64::from(a)))
            }
            31 => Op::Step {
                licensee: u16::from(b % 3) + 1,
                step: [
                    Step::OrderCorrection,
                    Step::AcceptCorrection,
                    Step::Suspend,
                    Step::Resume,
                    Step::AcceptCorrection,
                    Step::Resume,
                ][usize::from(c % 6)],
            },
            _ => self.next_for(order, event, first, last, lot, d),
        }
    }

    /// What sensibly comes next for an order.
    fn next_for(&self, order: u32, event: EventKind, first: u32, last: u32, lot: u32, d: u8) -> Op {
        let Some(own) = self.naive.orders.get(&order) else {
            return Op::Adjust {
                pocket: (u16::from(d % 3) + 1, 2026),
                marks: 100,
            };
        };
        if !self.is_active(own.pocket.0) && d % 2 == 0 {
            let step = if self.goes_on(own.pocket.0) {
                Step::AcceptCorrection
            } else {
                Step::Resume
            };
            return Op::Step {
                licensee: own.pocket.0,
                step,
            };
        }
        let fitting = self
            .naive
            .lots
            .iter()
            .find(|(_, lot)| lot.pocket == own.pocket && lot.passed && !lot.recalled);
        let lot = fitting.map_or(lot, |(number, _)| *number);
        let has_lot = self
            .naive
            .lots
            .iter()
            .find(|(_, lot)| lot.pocket == own.pocket);
        // The last of the labels after the first that are where it is.
        let of_first = own
            .marks
            .get(usize::try_from(first).unwrap())
            .map_or("", |mark| mark.place);
        let others = own
            .marks
            .iter()
            .skip(usize::try_from(first).unwrap())
            .take_while(|mark| mark.place == of_first);
        let alike = (first + u32::try_from(others.count()).unwrap()).saturating_sub(1);
        match own.state {
            "placed" => Op::Approve(order),
            "approved" if own.printer => Op::Issue(order),
            "approved" => Op::Assign { order, printer: 1 },
            "issued" if own.printer => Op::Release(order),
            "issued" => Op::Assign { order, printer: 1 },
            "released" => match (
                own.marks[usize::try_from(first).unwrap()].place,
                d % 4,
                has_lot,
            ) {
                ("unreported", 0, _) => Op::Marks {
                    event: SPOILED,
                    order,
                    first,
                    last: first,
                    lot: 0,
                },
                ("unreported", ..) => Op::Marks {
                    event: EventKind::Printed,
                    order,
                    first,
                    last: alike,
                    lot: 0,
                },
                ("at_printer", ..) => Op::Marks {
                    event: EventKind::Delivered,
                    order,
                    first,
                    last: alike,
                    lot: 0,
                },
                ("in_transit", ..) => Op::Marks {
                    event: EventKind::Received,
                    order,
                    first,
                    last: alike,
                    lot: 0,
                },
                ("on_hand", 0, None) => Op::Lot {
                    pocket: own.pocket,
                    packs: 5,
                },
                ("on_hand", 0 | 1, Some((number, lot))) if !lot.passed => Op::Report {
                    lot: *number,
                    has_passed: true,
                    number: format!("检{}", self.passed),
                },
                ("on_hand", 0 | 1, _) => Op::Marks {
                    event: EventKind::Activated,
                    order,
                    first,
                    last: alike.min(first + 3),
                    lot,
                },
                ("on_hand", 2, _) => Op::Marks {
                    event: EventKind::Used,
                    order,
                    first,
                    last: alike.min(first + 3),
                    lot: 0,
                },
                ("spoiled_in_print" | "spoiled_in_use" | "returned", ..) => Op::Marks {
                    event: DESTROYED,
                    order,
                    first,
                    last: alike,
                    lot: 0,
                },
                ("used" | "destroyed_in_print", ..) if self.open_in(order).is_none() => Op::Close {
                    order,
                    on_hand: self.on_hand(order),
                },
                ("used" | "destroyed_in_print", ..) => {
                    let (mark, next) = self.open_in(order).unwrap();
                    Op::Marks {
                        event: next,
                        order,
                        first: mark,
                        last: mark,
                        lot: 0,
                    }
                }
                _ => Op::Marks {
                    event,
                    order,
                    first,
                    last: first,
                    lot,
                },
            },
            // It is over: the next one.
            _ if own.state != "closed" && u32::from(d) % 3 == 0 => Op::Place {
                pocket: own.pocket,
                quantity: u32::from(d) % 6 + 1,
            },
            _ => self.by_container(d, event, lot),
        }
    }

    /// A container, and mostly what can happen to its labels.
    fn by_container(&self, dice: u8, event: EventKind, lot: u32) -> Op {
        let place = usize::from(dice) % (self.containers.len() + 1);
        let container = u32::try_from(place).unwrap() + 1;
        let first = self.containers.get(place).map(|(_, order, first, _)| {
            &self.naive.orders[order].marks[usize::try_from(*first).unwrap()]
        });
        let fits = match first.map(|mark| (mark.place, mark.lot)) {
            Some(("unreported", _)) => EventKind::Printed,
            Some(("at_printer", _)) => EventKind::Delivered,
            Some(("in_transit", _)) => EventKind::Received,
            Some(("on_hand", None)) => EventKind::Activated,
            Some(("on_hand", _)) => EventKind::Used,
            _ => event,
        };
        Op::ByContainer {
            event: if dice > 200 { event } else { fits },
            container,
            lot,
        }
    }

    /// The first label that stands in the way of closing an order, and what mends it.
    fn open_in(&self, order: u32) -> Option<(u32, EventKind)> {
        let mends = |place: &str| match place {
            "unreported" => Some(EventKind::Printed),
            "at_printer" => Some(EventKind::Delivered),
            "in_transit" => Some(EventKind::Received),
            "spoiled_in_print" | "spoiled_in_use" | "returned" => Some(DESTROYED),
            _ => None,
        };
        (0..)
            .zip(&self.naive.orders[&order].marks)
            .find_map(|(mark, own)| Some((mark, mends(own.place)?)))
    }

    fn on_hand(&self, order: u32) -> u32 {
        let marks = self
            .naive
            .orders
            .get(&order)
            .map_or(&[][..], |order| &order.marks);
        u32::try_from(marks.iter().filter(|mark| mark.place == "on_hand").count()).unwrap()
    }

    /// Whether it can be; it has taken effect then. Of marks, how many changed.
    fn accepts(&mut self, op: &Op, entry: u64) -> Option<u32> {
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
                let number = u32::try_from(self.naive.lots.len()).unwrap() + 1;
                self.naive.lots.insert(
                    number,
                    NaiveLot {
                        pocket,
                        packs,
                        passed: false,
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
                refused(std::mem::replace(&mut lot.recalled, false))
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
                if last >= marks || self.containers.iter().any(is_packed) {
                    return None;
                }
                self.containers.push((kind, order, first, last));
                Some(1)
            }
            Op::TakeBack(number) => refused(self.take_back(number, entry)),
            _ => refused(self.order_step(op)),
        }
    }

    fn order_step(&mut self, op: &Op) -> bool {
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

    fn happens(
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

    fn transfer(&mut self, op: &Op) -> bool {
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

    fn take_back(&mut self, number: u64, entry: u64) -> bool {
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
                if own.state != "released" || !marks.iter().all(is_there) {
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

    fn batch(&self, order: u32) -> BatchNumber {
        BatchNumber::new(self.batches.get(&order).copied().unwrap_or(999)).unwrap()
    }
}

/// Asks the services. Of marks the answer says how many changed, of everything else one.
async fn ask(place: &Installation, world: &World, op: &Op, by: &Call) -> Result<u32, ServiceError> {
    let store = &place.store;
    let key = &place.keys.secrets.serial;
    let own = |pocket: Pocket| account(LicenseeNumber(pocket.0), pocket.1);
    match *op {
        Op::Adjust { pocket, marks } => {
            entitlements::adjust(store, by, own(pocket), marks, line("调整"), line("调1"))
                .await
                .map(drop)
        }
        Op::Place { pocket, quantity } => orders::place(
            store,
            by,
            new_order(LicenseeNumber(pocket.0), pocket.1, quantity),
        )
        .await
        .map(drop),
        Op::Approve(order) => orders::approve(store, by, OrderNumber(order), None)
            .await
            .map(drop),
        Op::Reject(order) => orders::reject(store, by, OrderNumber(order), line("有误"))
            .await
            .map(drop),
        Op::Cancel(order) => orders::cancel(store, by, OrderNumber(order), line("停产"))
            .await
            .map(drop),
        Op::Assign { order, printer } => {
            orders::assign(store, by, OrderNumber(order), PrinterNumber(printer))
                .await
                .map(drop)
        }
        Op::Issue(order) => {
            // Nobody repeats an issue here: every request has a name of its own.
            let idempotency_key = by.request.clone().unwrap();
            let new = Issue {
                order: OrderNumber(order),
                has_hidden_codes: false,
                idempotency_key,
                actor: by.by.clone(),
            };
            issue::issue(store, &place.keys, &new, by.at)
                .await
                .map(drop)
        }
        Op::Release(order) => orders::release(store, by, OrderNumber(order), line("收件人"), None)
            .await
            .map(drop),
        Op::Close { order, on_hand } => orders::close(store, by, OrderNumber(order), on_hand)
            .await
            .map(drop),
        Op::Marks {
            event,
            order,
            first,
            last,
            lot,
        } => {
            let lines = format!("{first}-{last}");
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Lines(&lines),
                lot,
            )
            .await;
        }
        Op::Freeze {
            event,
            order,
            first,
            last,
        } => {
            let lines = format!("{first}-{last}");
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Lines(&lines),
                0,
            )
            .await;
        }
        Op::ByContainer {
            event,
            container,
            lot,
        } => {
            let order = world
                .containers
                .get(usize::try_from(container).unwrap() - 1)
                .map_or(0, |container| container.1);
            let numbers = [ContainerNumber(container)];
            return moved(
                place,
                by,
                event,
                world.batch(order),
                Which::Containers(&numbers),
                lot,
            )
            .await;
        }
        Op::Fill {
            kind,
            order,
            first,
            last,
        } => {
            let lines = format!("{first}-{last}");
            let fill = Fill {
                kind,
                batch: Some(world.batch(order)),
                lines: &lines,
                label: None,
            };
            containers::fill(store, key, by, &fill).await.map(drop)
        }
        Op::Lot { pocket, packs } => lots::enter(
            store,
            by,
            new_lot(LicenseeNumber(pocket.0), pocket.1, packs),
        )
        .await
        .map(drop),
        Op::Report {
            lot,
            has_passed,
            ref number,
        } => {
            let result = if has_passed {
                TestResult::Passed
            } else {
                TestResult::Failed
            };
            // Each is a report of its own.
            let number = format!("{number} {}", by.request.clone().unwrap());
            lots::report(
                store,
                by,
                LotNumber(lot),
                new_report(&number, TODAY, result),
            )
            .await
            .map(drop)
        }
        Op::Recall(lot) => lots::recall(store, by, LotNumber(lot), line("抽检"), None)
            .await
            .map(drop),
        Op::Restore(lot) => lots::restore(store, by, LotNumber(lot), line("复检"), line("复1"))
            .await
            .map(drop),
        Op::Propose { from, to, marks } => {
            transfers::propose(store, by, own(from), LicenseeNumber(to), marks, None)
                .await
                .map(drop)
        }
        Op::Confirm {
            transfer,
            licensee,
            person,
        } => {
            let by = Call {
                by: line(person),
                ..by.clone()
            };
            transfers::confirm(
                store,
                &by,
                TransferNumber(transfer),
                LicenseeNumber(licensee),
            )
            .await
            .map(drop)
        }
        Op::Drop(transfer) => transfers::withdraw(store, by, TransferNumber(transfer))
            .await
            .map(drop),
        Op::Carry(pocket) => entitlements::carry_over(store, by, own(pocket))
            .await
            .map(drop),
        Op::TakeBack(entry) => {
            corrections::take_back(store, by, entry, line("录错"), line("更正1"))
                .await
                .map(drop)
        }
        Op::Step {
            licensee,
            step: which,
        } => licensees::take_step(store, by, LicenseeNumber(licensee), step(which, TODAY))
            .await
            .map(drop),
    }
    .map(|()| 1)
}

async fn moved(
    place: &Installation,
    by: &Call,
    event: EventKind,
    batch: BatchNumber,
    which: Which<'_>,
    lot: u32,
) -> Result<u32, ServiceError> {
    let mut wanted = of_lines(event, which, batch);
    wanted.lot = (event == EventKind::Activated).then_some(LotNumber(lot));
    if event == DESTROYED {
        wanted.destruction = Some(destruction(TODAY));
    }
    change(place, by, &wanted)
        .await
        .map(|done| u32::try_from(done.marks).unwrap())
}

/// How every sequence begins: two orders are out with their licensees, and a lot has passed its test.
fn opening() -> Vec<Op> {
    let mut ops = Vec::new();
    for (order, licensee, quantity) in [(1, 1, 24), (2, 2, 12)] {
        let pocket = (licensee, 2026);
        ops.extend([
            Op::Adjust { pocket, marks: 200 },
            Op::Place { pocket, quantity },
            Op::Approve(order),
            Op::Assign { order, printer: 1 },
            Op::Issue(order),
            Op::Release(order),
            Op::Marks {
                event: EventKind::Printed,
                order,
                first: 0,
                last: 10,
                lot: 0,
            },
            Op::Fill {
                kind: ContainerKind::Roll,
                order,
                first: 4,
                last: 8,
            },
            Op::Marks {
                event: EventKind::Delivered,
                order,
                first: 0,
                last: 9,
                lot: 0,
            },
            Op::Marks {
                event: EventKind::Received,
                order,
                first: 0,
                last: 8,
                lot: 0,
            },
            Op::Lot { pocket, packs: 6 },
            Op::Report {
                lot: order,
                has_passed: true,
                number: "检".to_owned(),
            },
        ]);
    }
    ops
}

async fn walk(place: &Installation, dice: &[Dice]) -> Result<usize, TestCaseError> {
    for number in 0..3 {
        place.licensee(number).await;
    }
    place.printer().await;
    let mut world = World::new();
    let mut accepted = 0;
    let first = opening();
    for round in 0..first.len() + dice.len() {
        let roll = round
            .checked_sub(first.len())
            .map_or((1, 1, 1, 1, 1), |roll| dice[roll]);
        let op = first.get(round).cloned().unwrap_or_else(|| world.op(roll));
        let mut by = crate::support::installation::call("科员", on(TODAY));
        by.request = Some(line(&format!("第{round}步")));
        let before = entries(place).await;
        let mut expected = world.clone();
        let should = expected.accepts(&op, before + 1);
        let answer = ask(place, &world, &op, &by).await;
        if let Err(error) = &answer {
            prop_assert!(error.is_the_request_s_fault(), "{op:?}: {error:?}");
            prop_assert_eq!(
                entries(place).await,
                before,
                "{:?}: refused and yet written",
                op
            );
        }
        prop_assert_eq!(
            answer.as_ref().ok(),
            should.as_ref(),
            "step {} {:?}: {:?}",
            round,
            op,
            answer
        );
        if should.is_some() {
            let after = entries(place).await;
            world = expected;
            accepted += 1;
            if roll.4 % 4 == 0 {
                // A retry does nothing.
                let again = ask(place, &world, &op, &by).await;
                prop_assert_eq!(again.ok(), should, "{:?} again", op);
                prop_assert_eq!(entries(place).await, after, "{:?} again", op);
            }
        }
        if round % 30 == 29 {
            agrees(place, &world).await;
        }
    }
    agrees(place, &world).await;
    Ok(accepted)
}

/// Balances, orders, lots and each single label.
async fn agrees(place: &Installation, world: &World) {
    world.naive.agrees_with(place, "random").await;
    for &pocket in world.naive.left.keys() {
        let is = entitlement(place, account(LicenseeNumber(pocket.0), pocket.1)).await;
        let takes = |order: &&NaiveOrder| {
            order.pocket == pocket
                && ["approved", "issued", "released", "closed"].contains(&order.state)
        };
        let approved: u64 = world
            .naive
            .orders
            .values()
            .filter(takes)
            .map(|order| u64::from(order.quantity))
            .sum();
        assert_eq!(is.ordered, approved, "{is:?}");
        let had = i128::from(is.granted + is.received + is.carried_in + is.restored)
            + i128::from(is.adjusted);
        let gone = i128::from(is.given + is.carried_out + is.lapsed);
        assert!(
            i128::from(approved) <= had - gone,
            "no more is approved than there was: {is:?}"
        );
        assert_eq!(i128::from(is.balance()), had - gone - i128::from(approved));
    }
    let books = prove(place).await;
    for (order, batch) in &world.batches {
        let custody = books
            .custody
            .get(BatchNumber::new(*batch).unwrap())
            .unwrap();
        let marks = &world.naive.orders[order].marks;
        let all = books
            .batches
            .get(BatchNumber::new(*batch).unwrap())
            .unwrap()
            .count
            .all();
        let mut seen = 0;
        for (range, piece) in custody.look(all) {
            for mark in range.indices().map(MarkIndex::get) {
                assert_eq!(mark, seen, "each mark is in one place");
                seen += 1;
                let should = &marks[usize::try_from(mark).unwrap()];
                assert_eq!(
                    (piece.place.slug(), piece.lot.map(|lot| lot.0)),
                    (should.place, should.lot)
                );
            }
        }
        assert_eq!(usize::try_from(seen).unwrap(), marks.len());
    }
}

fn sequences_hold(database: fn() -> TestDatabase) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let accepted = std::cell::Cell::new(0);
    let dice = proptest::collection::vec(any::<Dice>(), STEPS);
    let result = TestRunner::new(config).run(&dice, |dice| {
        runtime.block_on(async {
            let place = Installation::new(database()).await;
            accepted.set(accepted.get() + walk(&place, &dice).await?);
            place.store.close().await;
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let all = usize::try_from(CASES).unwrap() * STEPS;
    assert!(
        accepted.get() * 3 > all,
        "{} of {all} were accepted: the dice ask for nothing sensible",
        accepted.get()
    );
}

#[test]
fn random_sequences_hold_on_sqlite() {
    sequences_hold(TestDatabase::sqlite);
}

#[test]
fn random_sequences_hold_on_postgres() {
    sequences_hold(|| {
        let made = std::thread::spawn(|| {
            tokio::runtime::Runtime::new()
                .unwrap()
                .block_on(TestDatabase::postgres())
        });
        made.join().unwrap()
    });
}
