//! Where a label is, as the ledger knows it: printed, delivered, used, returned, lost, destroyed. Each label is in one
//! place, so what must add up adds up: ordered = good + spoiled; delivered = used + spoiled + lost + returned + on hand.

use serde::{Deserialize, Serialize};

use super::event::{EventKind, Slip, Withdrawal};
use super::words::words;

words! {
    /// Where a label is.
    pub enum Whereabouts {
        /// Its code was made; the printer has not reported it yet.
        Unreported = "unreported" "待印制" "to be printed",
        /// Printed and good, at the printer's.
        AtPrinter = "at_printer" "在承印方" "at the printer",
        /// On its way to the licensee.
        InTransit = "in_transit" "发放途中" "on the way",
        /// With the licensee, not used yet.
        OnHand = "on_hand" "结存" "on hand",
        /// On goods.
        Used = "used" "已使用",
        /// Spoiled in printing, waiting to be destroyed.
        SpoiledInPrint = "spoiled_in_print" "印制作废" "spoiled in print",
        /// Spoiled after delivery, waiting to be destroyed.
        SpoiledInUse = "spoiled_in_use" "使用作废" "spoiled in use",
        /// Lost or stolen before it was sent.
        LostAtPrinter = "lost_at_printer" "承印方遗失" "lost at the printer",
        /// Lost or stolen after it was sent.
        LostAfterDelivery = "lost_after_delivery" "发放后遗失" "lost after delivery",
        /// Given back unused, waiting to be destroyed.
        Returned = "returned" "退回",
        /// Spoiled in printing, and destroyed before two witnesses.
        DestroyedInPrint = "destroyed_in_print" "印制作废已销毁" "spoiled in print, destroyed",
        /// Spoiled after delivery, and destroyed before two witnesses.
        DestroyedInUse = "destroyed_in_use" "使用作废已销毁" "spoiled in use, destroyed",
        /// Given back, and destroyed before two witnesses.
        DestroyedReturned = "destroyed_returned" "退回已销毁" "returned, destroyed",
    }
}

impl Whereabouts {
    /// Whether the printing house answers for a label that is there: until it is sent; from then on the licensee does.
    pub const fn is_before_delivery(self) -> bool {
        matches!(
            self,
            Self::Unreported
                | Self::AtPrinter
                | Self::SpoiledInPrint
                | Self::LostAtPrinter
                | Self::DestroyedInPrint
        )
    }
}

/// Where an event of this kind takes a label; `None` if it cannot happen to a label that is there.
pub const fn passage(place: Whereabouts, kind: EventKind) -> Option<Whereabouts> {
    use Whereabouts as W;
    match (kind, place) {
        (EventKind::Printed, W::Unreported)
        | (EventKind::Undone(Slip::Delivered), W::InTransit) => Some(W::AtPrinter),
        (EventKind::Delivered, W::AtPrinter) => Some(W::InTransit),
        (EventKind::Received, W::InTransit) | (EventKind::Undone(Slip::Used), W::Used) => {
            Some(W::OnHand)
        }
        // Labels are often on the packs already when the lot's test is passed.
        (EventKind::Activated, W::OnHand | W::Used) => Some(place),
        (EventKind::Used, W::OnHand) => Some(W::Used),
        (EventKind::Withdrawn(Withdrawal::Spoiled), W::Unreported | W::AtPrinter) => {
            Some(W::SpoiledInPrint)
        }
        (EventKind::Withdrawn(Withdrawal::Spoiled), W::InTransit | W::OnHand) => {
            Some(W::SpoiledInUse)
        }
        (EventKind::Withdrawn(Withdrawal::Lost), W::Unreported | W::AtPrinter) => {
            Some(W::LostAtPrinter)
        }
        (EventKind::Withdrawn(Withdrawal::Lost), W::InTransit | W::OnHand) => {
            Some(W::LostAfterDelivery)
        }
        (EventKind::Withdrawn(Withdrawal::Returned), W::InTransit | W::OnHand) => Some(W::Returned),
        (EventKind::Withdrawn(Withdrawal::Destroyed), W::SpoiledInPrint) => {
            Some(W::DestroyedInPrint)
        }
        (EventKind::Withdrawn(Withdrawal::Destroyed), W::SpoiledInUse) => Some(W::DestroyedInUse),
        (EventKind::Withdrawn(Withdrawal::Destroyed), W::Returned) => Some(W::DestroyedReturned),
        (EventKind::Undone(Slip::Printed), W::AtPrinter) => Some(W::Unreported),
        _ => None,
    }
}

/// Whether a label that is there has been through an event of this kind: then saying it again changes nothing.
pub const fn is_so_already(place: Whereabouts, kind: EventKind) -> bool {
    use Whereabouts as W;
    match kind {
        EventKind::Printed => matches!(place, W::AtPrinter),
        EventKind::Delivered => matches!(place, W::InTransit),
        EventKind::Received => matches!(place, W::OnHand),
        EventKind::Used => matches!(place, W::Used),
        EventKind::Withdrawn(Withdrawal::Spoiled) => {
            matches!(place, W::SpoiledInPrint | W::SpoiledInUse)
        }
        EventKind::Withdrawn(Withdrawal::Lost) => {
            matches!(place, W::LostAtPrinter | W::LostAfterDelivery)
        }
        EventKind::Withdrawn(Withdrawal::Returned) => matches!(place, W::Returned),
        EventKind::Withdrawn(Withdrawal::Destroyed) => matches!(
            place,
            W::DestroyedInPrint | W::DestroyedInUse | W::DestroyedReturned
        ),
        _ => false,
    }
}

/// How many labels of an order are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts([u32; Whereabouts::ALL.len()]);

impl Counts {
    /// All of a fresh batch.
    pub fn unreported(marks: u32) -> Self {
        let mut counts = Self::default();
        counts.0[Whereabouts::Unreported as usize] = marks;
        counts
    }

    /// How many are there.
    pub const fn at(&self, place: Whereabouts) -> u32 {
        self.0[place as usize]
    }

    /// Moves some from one place to another. Callers move labels that are there.
    pub fn moved(&mut self, from: Whereabouts, to: Whereabouts, marks: u32) {
        self.0[from as usize] -= marks;
        self.0[to as usize] += marks;
    }

    fn sum(&self, places: &[Whereabouts]) -> u32 {
        places.iter().map(|place| self.at(*place)).sum()
    }

    /// Spoiled in printing, destroyed or not.
    pub fn spoiled(&self) -> u32 {
        self.sum(&[Whereabouts::SpoiledInPrint, Whereabouts::DestroyedInPrint])
    }

    /// Printed good, wherever they are now.
    pub fn good(&self) -> u32 {
        self.at(Whereabouts::AtPrinter) + self.at(Whereabouts::LostAtPrinter) + self.delivered()
    }

    /// Sent to the licensee, whatever became of them.
    pub fn delivered(&self) -> u32 {
        self.at(Whereabouts::InTransit)
            + self.at(Whereabouts::OnHand)
            + self.at(Whereabouts::Used)
            + self.spoiled_in_use()
            + self.at(Whereabouts::LostAfterDelivery)
            + self.returned()
    }

    /// Spoiled after delivery, destroyed or not.
    pub fn spoiled_in_use(&self) -> u32 {
        self.sum(&[Whereabouts::SpoiledInUse, Whereabouts::DestroyedInUse])
    }

    /// Given back, destroyed or not.
    pub fn returned(&self) -> u32 {
        self.sum(&[Whereabouts::Returned, Whereabouts::DestroyedReturned])
    }

    /// Lost or stolen, before delivery or after.
    pub fn lost(&self) -> u32 {
        self.sum(&[Whereabouts::LostAtPrinter, Whereabouts::LostAfterDelivery])
    }

    /// Spoiled or given back, and not destroyed yet.
    pub fn to_be_destroyed(&self) -> u32 {
        self.sum(&[
            Whereabouts::SpoiledInPrint,
            Whereabouts::SpoiledInUse,
            Whereabouts::Returned,
        ])
    }

    /// Whether nothing is left of which it is not known how it ended.
    pub fn are_accounted_for(&self) -> bool {
        use Whereabouts::{AtPrinter, InTransit, OnHand, Unreported};
        self.sum(&[Unreported, AtPrinter, InTransit, OnHand]) == 0 && self.to_be_destroyed() == 0
    }

    /// Whether an event of this kind can happen to any of those that `answers` says yes for.
    pub fn any_can(&self, kind: EventKind, answers: impl Fn(Whereabouts) -> bool) -> bool {
        let mut places = Whereabouts::ALL.iter().copied();
        places.any(|place| self.at(place) > 0 && answers(place) && passage(place, kind).is_some())
    }

    /// All of them.
    pub fn all(&self) -> u32 {
        self.0.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_add_up_adds_up_wherever_labels_are() {
        let mut counts = Counts::unreported(1000);
        for (number, place) in (1..).zip(&Whereabouts::ALL[1..]) {
            counts.moved(Whereabouts::Unreported, *place, number);
        }
        assert_eq!(counts.all(), 1000);
        assert_eq!(
            counts.at(Whereabouts::Unreported) + counts.good() + counts.spoiled(),
            1000
        );
    }

    #[test]
    fn nothing_leads_out_of_use_loss_and_destruction_but_corrections() {
        for kind in EventKind::ALL {
            for place in [Whereabouts::LostAtPrinter, Whereabouts::DestroyedReturned] {
                assert_eq!(passage(place, kind), None);
            }
            let out = passage(Whereabouts::Used, kind).filter(|to| *to != Whereabouts::Used);
            assert_eq!(out.is_some(), kind == EventKind::Undone(Slip::Used));
        }
    }
}
