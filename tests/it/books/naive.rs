//! The naive model: plain maps, and one record for each mark. Its rules are written down here once more, in the plainest
//! way, and nothing of the program's own books is used.

use std::collections::{BTreeMap, BTreeSet};

use yuanmark::domain::access::Scope;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::whereabouts::{Counts, Whereabouts};
use yuanmark::service::report::{self, Funnel, Stock};
use yuanmark::service::{lots, orders};

use super::{account, entitlement, season};
use crate::support::installation::Installation;

/// Licensee and year.
pub type Pocket = (u16, u16);

#[derive(Clone, Debug)]
pub struct NaiveMark {
    pub place: &'static str,
    pub lot: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct NaiveOrder {
    pub pocket: Pocket,
    pub quantity: u32,
    pub state: &'static str,
    pub printer: bool,
    /// Empty until the codes are made.
    pub marks: Vec<NaiveMark>,
}

#[derive(Clone, Debug)]
pub struct NaiveLot {
    pub pocket: Pocket,
    pub packs: u32,
    pub passed: bool,
    /// Its newest test.
    pub failed: bool,
    pub recalled: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Naive {
    /// What may still be ordered.
    pub left: BTreeMap<Pocket, i64>,
    pub closed: BTreeSet<Pocket>,
    pub orders: BTreeMap<u32, NaiveOrder>,
    pub lots: BTreeMap<u32, NaiveLot>,
}

/// Where an event takes a label; `Err` if it cannot happen there.
#[allow(clippy::match_same_arms)] // by event, so that each can be read on its own
fn next(mark: &NaiveMark, event: &str, lot: Option<u32>) -> Result<Option<NaiveMark>, ()> {
    let to = |place| {
        Ok(Some(NaiveMark {
            place,
            lot: mark.lot,
        }))
    };
    match (event, mark.place) {
        ("printed", "unreported") => to("at_printer"),
        ("printed", "at_printer") => Ok(None),
        ("delivered", "at_printer") => to("in_transit"),
        ("delivered", "in_transit") => Ok(None),
        ("received", "in_transit") => to("on_hand"),
        ("received", "on_hand") => Ok(None),
        ("used", "on_hand") => to("used"),
        ("used", "used") => Ok(None),
        ("activated", place) => match mark.lot {
            Some(own) if Some(own) == lot => Ok(None),
            Some(_) => Err(()),
            None if ["on_hand", "used"].contains(&place) => Ok(Some(NaiveMark {
                place: mark.place,
                lot,
            })),
            None => Err(()),
        },
        ("spoiled", "unreported" | "at_printer") => to("spoiled_in_print"),
        ("spoiled", "in_transit" | "on_hand") => to("spoiled_in_use"),
        ("spoiled", "spoiled_in_print" | "spoiled_in_use") => Ok(None),
        ("lost", "unreported" | "at_printer") => to("lost_at_printer"),
        ("lost", "in_transit" | "on_hand") => to("lost_after_delivery"),
        ("lost", "lost_at_printer" | "lost_after_delivery") => Ok(None),
        ("returned", "in_transit" | "on_hand") => to("returned"),
        ("returned", "returned") => Ok(None),
        ("destroyed", "spoiled_in_print") => to("destroyed_in_print"),
        ("destroyed", "spoiled_in_use") => to("destroyed_in_use"),
        ("destroyed", "returned") => to("destroyed_returned"),
        ("destroyed", "destroyed_in_print" | "destroyed_in_use" | "destroyed_returned") => Ok(None),
        _ => Err(()),
    }
}

const DELIVERED: [&str; 8] = [
    "in_transit",
    "on_hand",
    "used",
    "spoiled_in_use",
    "lost_after_delivery",
    "returned",
    "destroyed_in_use",
    "destroyed_returned",
];
const PRINTED: [&str; 10] = [
    "at_printer",
    "lost_at_printer",
    "in_transit",
    "on_hand",
    "used",
    "spoiled_in_use",
    "lost_after_delivery",
    "returned",
    "destroyed_in_use",
    "destroyed_returned",
];

impl Naive {
    pub fn left(&self, pocket: Pocket) -> i64 {
        self.left.get(&pocket).copied().unwrap_or(0)
    }

    /// Adds marks to a pocket, or takes them; not below zero, and not once it is closed.
    pub fn add(&mut self, pocket: Pocket, marks: i64) -> bool {
        let left = self.left(pocket) + marks;
        if self.closed.contains(&pocket) || left < 0 {
            return false;
        }
        self.left.insert(pocket, left);
        true
    }

    /// How many marks go on with goods of a lot.
    pub fn of_lot(&self, lot: u32) -> u32 {
        let gone = [
            "spoiled_in_use",
            "destroyed_in_use",
            "lost_after_delivery",
            "returned",
            "destroyed_returned",
        ];
        let marks = self.orders.values().flat_map(|order| &order.marks);
        let own = marks.filter(|mark| mark.lot == Some(lot) && !gone.contains(&mark.place));
        u32::try_from(own.count()).unwrap()
    }

    /// What happens to marks of an order: how many changed, or `None` if it cannot be; nothing has changed then.
    pub fn happens(
        &mut self,
        order: u32,
        event: &str,
        chosen: impl Iterator<Item = u32>,
        lot: Option<u32>,
    ) -> Option<u32> {
        let own = self.orders.get(&order)?.clone();
        if own.state != "released" && own.state != "closed" {
            return None;
        }
        if event == "activated" {
            let lot = self.lots.get(&lot?)?;
            if !lot.passed || lot.recalled || lot.pocket != own.pocket {
                return None;
            }
        }
        let mut marks = own.marks;
        let mut changed = 0;
        for place in chosen {
            let mark = marks.get_mut(usize::try_from(place).unwrap())?;
            if let Some(after) = next(mark, event, lot).ok()? {
                *mark = after;
                changed += 1;
            }
        }
        if event == "activated" && changed > 0 {
            let lot = lot?;
            if self.of_lot(lot) + changed > self.lots[&lot].packs {
                return None;
            }
        }
        self.orders.get_mut(&order)?.marks = marks;
        if event == "destroyed" && !self.closed.contains(&own.pocket) {
            *self.left.entry(own.pocket).or_default() += i64::from(changed);
        }
        Some(changed)
    }

    /// Fails unless the services say of every balance, order and lot what the model says.
    pub async fn agrees_with(&self, place: &Installation, step: &str) {
        for (&(licensee, year), &should) in &self.left {
            let account = account(yuanmark::domain::licensee::LicenseeNumber(licensee), year);
            let is = entitlement(place, account).await;
            assert!(should >= 0, "{step}");
            assert_eq!(
                i64::try_from(is.balance()).unwrap(),
                should,
                "{step}: {is:?}"
            );
            assert_eq!(
                is.is_closed,
                self.closed.contains(&(licensee, year)),
                "{step}"
            );
        }
        for (&number, should) in &self.orders {
            let number = yuanmark::domain::order::OrderNumber(number);
            let is = orders::get(&place.store, Scope::All, number).await.unwrap();
            assert_eq!(is.state.slug(), should.state, "{step}: order {number}");
            assert_counts(&is.counts, &should.marks, step);
        }
        for &number in self.lots.keys() {
            let is = lots::get(
                &place.store,
                Scope::All,
                yuanmark::domain::lot::LotNumber(number),
            )
            .await
            .unwrap();
            assert_eq!(
                is.marks,
                u64::from(self.of_lot(number)),
                "{step}: lot {number}"
            );
            assert_eq!(is.recalled.is_some(), self.lots[&number].recalled, "{step}");
        }
        self.reports_agree(place, step).await;
    }

    /// What a report says of a season is what counting the records says: for each licensee, and over all of them.
    async fn reports_agree(&self, place: &Installation, step: &str) {
        let mut all: BTreeMap<u16, Funnel> = BTreeMap::new();
        for &(licensee, year) in self.left.keys() {
            let pocket = (licensee, year);
            let number = LicenseeNumber(licensee);
            let is = report::funnel(&place.store, season(year), Some(number))
                .await
                .unwrap();
            let entitled = if self.closed.contains(&pocket) {
                is.entitled // what was left has gone; the books of the entitlement are compared elsewhere
            } else {
                self.ordered(pocket) + u64::try_from(self.left(pocket)).unwrap()
            };
            let lots = self.lots.iter().filter(|(_, lot)| lot.pocket == pocket);
            let should = Funnel {
                entitled,
                ordered: self.ordered(pocket),
                printed: self.at(pocket, &PRINTED),
                delivered: self.at(pocket, &DELIVERED),
                activated: lots
                    .map(|(number, _)| u64::from(self.of_lot(*number)))
                    .sum(),
                used: self.at(pocket, &["used"]),
            };
            assert_eq!(is, should, "{step}: {pocket:?}");
            let sum = all.entry(year).or_default();
            sum.entitled += should.entitled;
            sum.ordered += should.ordered;
            sum.printed += should.printed;
            sum.delivered += should.delivered;
            sum.activated += should.activated;
            sum.used += should.used;
        }
        for (year, should) in all {
            let is = report::funnel(&place.store, season(year), None)
                .await
                .unwrap();
            assert_eq!(is, should, "{step}: {year}");
        }
        let licensees: BTreeSet<u16> = self.left.keys().map(|(licensee, _)| *licensee).collect();
        for licensee in licensees {
            let at = |places: &[&str]| {
                let own = self.left.keys().filter(|pocket| pocket.0 == licensee);
                own.map(|pocket| self.at(*pocket, places)).sum()
            };
            let should = Stock {
                on_hand: at(&["on_hand"]),
                in_transit: at(&["in_transit"]),
                at_printer: at(&["at_printer"]),
                to_be_destroyed: at(&["spoiled_in_print", "spoiled_in_use", "returned"]),
            };
            let is = report::stock_of(&place.store, LicenseeNumber(licensee))
                .await
                .unwrap();
            assert_eq!(is, should, "{step}: licensee {licensee}");
        }
    }

    /// Marks in orders that were approved and not cancelled.
    fn ordered(&self, pocket: Pocket) -> u64 {
        let own = self.orders.values().filter(|order| {
            order.pocket == pocket
                && ["approved", "issued", "released", "closed"].contains(&order.state)
        });
        own.map(|order| u64::from(order.quantity)).sum()
    }

    /// Records of a pocket that are at one of these places.
    fn at(&self, pocket: Pocket, places: &[&str]) -> u64 {
        let own = self.orders.values().filter(|order| order.pocket == pocket);
        let there = own
            .flat_map(|order| &order.marks)
            .filter(|mark| places.contains(&mark.place));
        there.count() as u64
    }
}

/// Every place holds as many labels as the records say, and both sums of an order come out.
fn assert_counts(counts: &Counts, marks: &[NaiveMark], step: &str) {
    let at = |place: &str| {
        let there = marks.iter().filter(|mark| mark.place == place);
        u32::try_from(there.count()).unwrap()
    };
    for place in Whereabouts::ALL {
        assert_eq!(
            counts.at(*place),
            at(place.slug()),
            "{step}: {}",
            place.slug()
        );
    }
    let ordered = u32::try_from(marks.len()).unwrap();
    let is_good = counts.good() + counts.spoiled() + at("unreported");
    assert_eq!(
        ordered, is_good,
        "{step}: ordered = good + spoiled + not reported"
    );
    let accounted = at("used")
        + counts.spoiled_in_use()
        + at("lost_after_delivery")
        + counts.returned()
        + at("on_hand")
        + at("in_transit");
    assert_eq!(
        counts.delivered(),
        accounted,
        "{step}: delivered = used + spoiled + lost + returned + on hand"
    );
    assert_eq!(
        counts.lost(),
        at("lost_at_printer") + at("lost_after_delivery"),
        "{step}"
    );
    let waits = at("spoiled_in_print") + at("spoiled_in_use") + at("returned");
    assert_eq!(counts.to_be_destroyed(), waits, "{step}");
}
