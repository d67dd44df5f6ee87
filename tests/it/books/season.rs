//! One season of one licensee, from its application to the year's end, every balance held against the naive model after
//! every step.

use yuanmark::domain::access::Scope;
use yuanmark::domain::container::{Container, ContainerKind};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::{LicenseeNumber, Step};
use yuanmark::domain::lot::{LotNumber, TestResult};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::{Batch, Order};
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::desk::Call;
use yuanmark::service::marks::{self, Changed, Which};
use yuanmark::service::{entitlements, licensees, lots, orders, transfers};

use super::naive::{Naive, NaiveLot, NaiveMark, NaiveOrder};
use super::proof::prove;
use super::{
    DESTROYED, LOST, RETURNED, SPOILED, account, applicant, assert_conflict, change, destruction,
    entitlement, new_lot, new_order, new_report, of_lines, on, step,
};
use crate::support::installation::{Installation, call, index, line};

const MARKS: u32 = 40;

struct Story {
    place: Installation,
    naive: Naive,
    licensee: LicenseeNumber,
    day: &'static str,
}

impl Story {
    fn by(&self) -> Call {
        call("科员", on(self.day))
    }

    async fn agrees(&self, step: &str) {
        self.naive.agrees_with(&self.place, step).await;
    }

    /// Marks of the batch go through an event, in the ledger and in the model; each of them is where the model says.
    async fn happens(
        &mut self,
        batch: &Batch,
        event: EventKind,
        which: Which<'_>,
        chosen: &[u32],
        lot: Option<LotNumber>,
    ) -> Changed {
        let mut wanted = of_lines(event, which, batch.number);
        wanted.lot = lot;
        if event == DESTROYED {
            wanted.destruction = Some(destruction(self.day));
        }
        let done = change(&self.place, &self.by(), &wanted).await.unwrap();
        let order = batch.order.0;
        let changed = self.naive.happens(
            order,
            event.slug(),
            chosen.iter().copied(),
            lot.map(|lot| lot.0),
        );
        assert_eq!(
            changed,
            Some(u32::try_from(done.marks).unwrap()),
            "{}",
            event.slug()
        );
        self.agrees(event.slug()).await;
        self.each_mark_agrees(batch).await;
        done
    }

    async fn each_mark_agrees(&self, batch: &Batch) {
        let key = &self.place.keys.secrets.serial;
        for (place, should) in (0..).zip(&self.naive.orders[&batch.order.0].marks) {
            let mark = MarkId {
                batch: batch.number,
                index: index(place),
            };
            let report = marks::report(&self.place.store, Scope::All, key, mark, on(self.day))
                .await
                .unwrap();
            assert_eq!(report.label.place.slug(), should.place, "mark {mark}");
            assert_eq!(report.label.lot.map(|lot| lot.0), should.lot, "mark {mark}");
        }
    }

    async fn fill(&self, kind: ContainerKind, batch: &Batch, lines: &str) -> Container {
        let fill = Fill {
            kind,
            batch: Some(batch.number),
            lines,
            label: None,
        };
        containers::fill(&self.place.store, &self.place.keys, &self.by(), &fill)
            .await
            .unwrap()
    }
}

/// The licensee applies, is admitted, and gets its entitlement.
async fn admitted(place: Installation) -> Story {
    let store = &place.store;
    let clerk = |day| call("科员", on(day));
    let new = licensees::enter(store, &clerk("2025-10-08"), applicant(0))
        .await
        .unwrap();
    let licensee = new.number;
    let account = account(licensee, 2026);
    let survey = || {
        (
            line("测产1"),
            yuanmark::domain::area::Area::from_text("100").unwrap(),
        )
    };
    for (path, date) in [
        (Step::Review, "2025-10-20"),
        (Step::Approve, "2025-12-01"),
        (Step::Admit, "2026-01-05"),
    ] {
        let (document, area) = survey();
        let early = entitlements::grant(store, &clerk(date), account, area, 425, document).await;
        assert_conflict(early, "is not fully in force");
        let early = orders::place(store, &clerk(date), new_order(licensee, 2026, 1)).await;
        assert_conflict(early, "is not fully in force");
        licensees::take_step(store, &clerk(date), licensee, step(path, date))
            .await
            .unwrap();
    }
    let (document, area) = survey();
    entitlements::grant(store, &clerk("2026-02-01"), account, area, 425, document)
        .await
        .unwrap();
    let mut story = Story {
        place,
        naive: Naive::default(),
        licensee,
        day: "2026-02-01",
    };
    // 100 mu × 300 kg × 0.4 in packs of 425 g
    let granted = 100 * 300 * 1000 * 400 / 1000 / 425;
    assert_eq!(granted, 28_235);
    assert!(story.naive.add((licensee.0, 2026), granted));
    story.agrees("granted").await;
    for marks in [1000, -235, -30_000] {
        let (reason, document) = (line("核减"), line("核减1"));
        let done = entitlements::adjust(
            &story.place.store,
            &story.by(),
            account,
            marks,
            reason,
            document,
        )
        .await;
        assert_eq!(done.is_ok(), story.naive.add((licensee.0, 2026), marks));
        story.agrees("adjusted").await;
    }
    assert_eq!(story.naive.left((licensee.0, 2026)), 29_000);
    story
}

/// An order is approved, given to a printer, issued and released; another one asks for too much.
async fn ordered(story: &mut Story) -> (Order, Batch) {
    story.day = "2026-03-01";
    let (store, by) = (&story.place.store, story.by());
    let greedy = orders::place(store, &by, new_order(story.licensee, 2026, 29_001))
        .await
        .unwrap();
    assert_conflict(
        orders::approve(store, &by, greedy.number, None).await,
        "has 29000 marks left",
    );
    orders::reject(store, &by, greedy.number, line("超出额度"))
        .await
        .unwrap();
    let pocket = (story.licensee.0, 2026);
    let rejected = NaiveOrder {
        pocket,
        quantity: 29_001,
        state: "rejected",
        printer: false,
        marks: Vec::new(),
    };
    story.naive.orders.insert(greedy.number.0, rejected);
    story.agrees("rejected").await;

    let order = orders::place(store, &by, new_order(story.licensee, 2026, MARKS))
        .await
        .unwrap();
    let mut own = NaiveOrder {
        pocket,
        quantity: MARKS,
        state: "placed",
        printer: true,
        marks: Vec::new(),
    };
    story.naive.orders.insert(order.number.0, own.clone());
    story.agrees("placed").await;
    orders::approve(store, &by, order.number, Some(line("准印1")))
        .await
        .unwrap();
    assert!(story.naive.add(pocket, -i64::from(MARKS)));
    own.state = "approved";
    story.naive.orders.insert(order.number.0, own.clone());
    story.agrees("approved").await;

    let printer = story.place.printer().await;
    assert_conflict(
        orders::release(store, &by, order.number, line("收件人"), None).await,
        "cannot be released",
    );
    orders::assign(store, &by, order.number, printer.number)
        .await
        .unwrap();
    let batch = story
        .place
        .issue_at(&order, "issue", on(story.day))
        .await
        .unwrap()
        .batch;
    own.marks = vec![
        NaiveMark {
            place: "unreported",
            lot: None
        };
        MARKS as usize
    ];
    own.state = "issued";
    story.naive.orders.insert(order.number.0, own.clone());
    story.agrees("issued").await;
    let early = change(
        &story.place,
        &by,
        &of_lines(EventKind::Printed, Which::All, batch.number),
    )
    .await;
    assert_conflict(early, "cannot be moved or reported");
    orders::release(store, &by, order.number, line("收件人"), None)
        .await
        .unwrap();
    own.state = "released";
    story.naive.orders.insert(order.number.0, own);
    story.agrees("released").await;
    (order, batch)
}

fn to(first: u32, last: u32) -> Vec<u32> {
    (first..=last).collect()
}

/// Printed with four spoiled, which are destroyed; delivered as a roll and in parts.
async fn delivered(story: &mut Story, batch: &Batch) -> Container {
    story.day = "2026-03-10";
    story
        .happens(
            batch,
            EventKind::Printed,
            Which::Lines("0-35"),
            &to(0, 35),
            None,
        )
        .await;
    story
        .happens(batch, SPOILED, Which::Lines("36-39"), &to(36, 39), None)
        .await;
    story
        .happens(batch, DESTROYED, Which::Lines("36-39"), &to(36, 39), None)
        .await;
    let roll = story.fill(ContainerKind::Roll, batch, "0-9").await;
    let rolls = [roll.number];
    let by_roll = story
        .happens(
            batch,
            EventKind::Delivered,
            Which::Containers(&rolls),
            &to(0, 9),
            None,
        )
        .await;
    story
        .happens(
            batch,
            EventKind::Delivered,
            Which::Lines("10-19\n20\n21..35"),
            &to(10, 35),
            None,
        )
        .await;
    story.day = "2026-03-12";
    let delivery = Which::Delivery(by_roll.entries[0]);
    story
        .happens(batch, EventKind::Received, delivery, &to(0, 9), None)
        .await;
    // One is lost on its way, the rest arrives.
    story
        .happens(batch, LOST, Which::Lines("35"), &[35], None)
        .await;
    story
        .happens(
            batch,
            EventKind::Received,
            Which::Lines("10-34"),
            &to(10, 34),
            None,
        )
        .await;
    roll
}

#[allow(clippy::too_many_lines)] // a long story
/// A lot passes its test; its packs get their marks by roll, by box and by range.
async fn used(story: &mut Story, batch: &Batch, roll: &Container) {
    story.day = "2026-04-01";
    let lot = lots::enter(
        &story.place.store,
        &story.by(),
        new_lot(story.licensee, 2026, 26),
    )
    .await
    .unwrap()
    .number;
    let pocket = (story.licensee.0, 2026);
    let mut own = NaiveLot {
        pocket,
        packs: 26,
        passed: false,
        failed: false,
        recalled: false,
    };
    story.naive.lots.insert(lot.0, own.clone());
    let mut early = of_lines(EventKind::Activated, Which::Lines("0"), batch.number);
    early.lot = Some(lot);
    assert_conflict(
        change(&story.place, &story.by(), &early).await,
        "has no test report yet",
    );
    let report = new_report("检1", "2026-03-30", TestResult::Passed);
    lots::report(&story.place.store, &story.by(), lot, report)
        .await
        .unwrap();
    own.passed = true;
    story.naive.lots.insert(lot.0, own);

    let rolls = [roll.number];
    story
        .happens(
            batch,
            EventKind::Activated,
            Which::Containers(&rolls),
            &to(0, 9),
            Some(lot),
        )
        .await;
    let boxes = [story.fill(ContainerKind::Box, batch, "10-14").await.number];
    story
        .happens(
            batch,
            EventKind::Activated,
            Which::Containers(&boxes),
            &to(10, 14),
            Some(lot),
        )
        .await;
    story
        .happens(
            batch,
            EventKind::Activated,
            Which::Lines("15-24"),
            &to(15, 24),
            Some(lot),
        )
        .await;
    let mut more = of_lines(EventKind::Activated, Which::Lines("25-26"), batch.number);
    more.lot = Some(lot);
    assert_conflict(
        change(&story.place, &story.by(), &more).await,
        "has 26 packs and 25 marks",
    );
    story.agrees("refused").await;
    // A spoiled label makes room for another one on the same pack.
    story
        .happens(batch, SPOILED, Which::Lines("24"), &[24], None)
        .await;
    story
        .happens(
            batch,
            EventKind::Activated,
            Which::Lines("25-26"),
            &to(25, 26),
            Some(lot),
        )
        .await;
    story
        .happens(
            batch,
            EventKind::Used,
            Which::Containers(&rolls),
            &to(0, 9),
            None,
        )
        .await;
    story
        .happens(
            batch,
            EventKind::Used,
            Which::Lines("10-23"),
            &to(10, 23),
            None,
        )
        .await;
    story
        .happens(batch, RETURNED, Which::Lines("30-32"), &to(30, 32), None)
        .await;
    story
        .happens(batch, LOST, Which::Lines("33"), &[33], None)
        .await;
    story
        .happens(
            batch,
            DESTROYED,
            Which::Lines("24\n30-32"),
            &[24, 30, 31, 32],
            None,
        )
        .await;
}

/// A quantity goes to a neighbour, which both confirm.
async fn transferred(story: &mut Story) {
    let neighbour = story.place.licensee(1).await.number;
    let (from, store, by) = (
        account(story.licensee, 2026),
        &story.place.store,
        story.by(),
    );
    let transfer = transfers::propose(store, &by, from, neighbour, 500, None)
        .await
        .unwrap();
    story.agrees("proposed: nothing has moved").await;
    transfers::confirm(
        store,
        &call("甲方", on(story.day)),
        transfer.number,
        story.licensee,
    )
    .await
    .unwrap();
    story.agrees("confirmed by one: nothing has moved").await;
    transfers::confirm(
        store,
        &call("乙方", on(story.day)),
        transfer.number,
        neighbour,
    )
    .await
    .unwrap();
    assert!(story.naive.add((story.licensee.0, 2026), -500));
    assert!(story.naive.add((neighbour.0, 2026), 500));
    story.agrees("transferred").await;
}

/// The order is closed when the count is right; at the year's end half of what is left goes over.
async fn closed(story: &mut Story, order: &Order) {
    story.day = "2026-12-31";
    let store = &story.place.store;
    // On hand: 25 to 29 and 34.
    assert_conflict(
        orders::close(store, &story.by(), order.number, 5).await,
        "5 labels were counted on hand, the ledger knows of 6",
    );
    orders::close(store, &story.by(), order.number, 6)
        .await
        .unwrap();
    story.naive.orders.get_mut(&order.number.0).unwrap().state = "closed";
    story.agrees("closed").await;
    let account = account(story.licensee, 2026);
    assert_conflict(
        entitlements::carry_over(store, &story.by(), account).await,
        "has not ended yet",
    );

    let pocket = (story.licensee.0, 2026);
    let left = story.naive.left(pocket);
    assert_eq!(
        left,
        29_000 - 40 + 4 + 4 - 500,
        "granted and adjusted, less the order, with the destroyed, less the transfer"
    );
    let midnight = call("科员", super::at("2027-01-01T00:00:00+08:00"));
    entitlements::carry_over(store, &midnight, account)
        .await
        .unwrap();
    story.naive.left.insert(pocket, 0);
    story.naive.closed.insert(pocket);
    assert!(story.naive.add((story.licensee.0, 2027), left / 2));
    story.agrees("carried over").await;
    let is = entitlement(&story.place, account).await;
    assert_eq!((is.carried_out, is.lapsed), (14_234, 14_234));
    assert_conflict(
        entitlements::carry_over(store, &midnight, account).await,
        "are closed",
    );
}

#[tokio::test]
async fn a_season_adds_up_after_every_step() {
    for place in Installation::both().await {
        let mut story = admitted(place).await;
        let (order, batch) = ordered(&mut story).await;
        let roll = delivered(&mut story, &batch).await;
        used(&mut story, &batch, &roll).await;
        transferred(&mut story).await;
        closed(&mut story, &order).await;
        prove(&story.place).await;
    }
}
