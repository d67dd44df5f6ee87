//! What is asked next: five random bytes become something to ask, mostly sensible, depending on how far things have come.

use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::Step;

use super::super::naive::Pocket;
use super::super::{DESTROYED, FROZEN, LOST, RETURNED, SPOILED};
use super::world::{Done, World};

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
pub const THAW: EventKind = EventKind::Restored(Withdrawal::Frozen);

/// Five bytes that become something to ask, depending on how far things have come.
pub type Dice = (u8, u8, u8, u8, u8);

#[derive(Clone, Debug)]
pub enum Op {
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

impl World {
    /// What the dice ask for.
    #[allow(clippy::too_many_lines)] // one line for each thing that can be asked
    pub fn op(&self, dice: Dice) -> Op {
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
            2..=3 if is_enough => self.next_for(order, event, first, lot, d),
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
            28 if d.is_multiple_of(2) => Op::Carry((pocket.0, 2026)),
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
            _ => self.next_for(order, event, first, lot, d),
        }
    }

    /// What sensibly comes next for an order.
    #[allow(clippy::too_many_lines)] // one line for each thing that can come next
    pub fn next_for(&self, order: u32, event: EventKind, first: u32, lot: u32, d: u8) -> Op {
        let Some(own) = self.naive.orders.get(&order) else {
            return Op::Adjust {
                pocket: (u16::from(d % 3) + 1, 2026),
                marks: 100,
            };
        };
        if !self.is_active(own.pocket.0) && d.is_multiple_of(2) {
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
            "issued" if own.printer => Op::Release(order),
            "approved" | "issued" => Op::Assign { order, printer: 1 },
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
    pub fn by_container(&self, dice: u8, event: EventKind, lot: u32) -> Op {
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
    pub fn open_in(&self, order: u32) -> Option<(u32, EventKind)> {
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
}
