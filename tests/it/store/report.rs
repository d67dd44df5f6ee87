//! `store::report`

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::entitlement::{Account, Entitlement};
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{Licensee, LicenseeNumber, LicenseeState, RightEnded};
use yuanmark::domain::lot::{Lot, LotLabel, LotNumber, NewLot};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::{Order, OrderState};
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::domain::season::Season;
use yuanmark::domain::township::Township;
use yuanmark::domain::whereabouts::{Counts, Whereabouts};
use yuanmark::store::report::{self, Funnel, Output, Scans, Stock, StockOrder, Users};
use yuanmark::store::{Tx, kept};

use super::{a_licensee, add_licensee, both, first_batch, mark, new_order, noon, place_order};
use crate::support::installation::{index, line};
use crate::support::scans::{self, Scanned};

fn season(year: u16) -> Season {
    Season::new(year).unwrap()
}

/// An order in this state whose labels are where they are said to be.
async fn order_at(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    year: u16,
    state: OrderState,
    places: &[(Whereabouts, u32)],
) -> Order {
    let all = places.iter().map(|(_, marks)| marks).sum();
    let mut new = new_order(licensee, all);
    new.season = season(year);
    let placed = place_order(tx, &new).await.unwrap();
    let mut counts = Counts::unreported(all);
    for (place, marks) in places {
        counts.moved(Whereabouts::Unreported, *place, *marks);
    }
    let order = Order {
        state,
        counts,
        ..placed
    };
    kept::save(tx, &order).await.unwrap();
    order
}

async fn entitle(tx: &mut Tx, licensee: LicenseeNumber, year: u16, granted: u64, grams: u32) {
    let account = Account {
        licensee,
        season: season(year),
        form: Form::ReadyToEat,
    };
    let entitlement = Entitlement {
        granted,
        adjusted: -10,
        received: 7,
        given: 2,
        carried_in: 5,
        carried_out: 100,
        lapsed: 100,
        restored: 3,
        pack_grams: grams,
        ..Entitlement::new(account)
    };
    kept::save(tx, &entitlement).await.unwrap();
}

async fn lot_with(tx: &mut Tx, number: u32, licensee: LicenseeNumber, year: u16, marks: u64) {
    let entered = NewLot {
        licensee,
        public: LotLabel {
            code: line("L-1"),
            product: line("即食芦笋 120 g"),
            form: Form::ReadyToEat,
            season: season(year),
            harvested: date(2026, 4, 1),
            township: Township::from_text("006").unwrap(),
            standard: line("示例标准"),
            certificate: None,
        },
        packs: 1000,
        steps: Vec::new(),
    };
    let lot = Lot {
        marks,
        ..Lot::enter(
            LotNumber(number),
            &NewLot {
                public: LotLabel {
                    season: season(2026),
                    ..entered.public.clone()
                },
                ..entered.clone()
            },
            &line("clerk"),
            noon(),
        )
        .unwrap()
    };
    let lot = Lot { entered, ..lot };
    kept::save(tx, &lot).await.unwrap();
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // one story
async fn a_funnel_adds_up_a_season_of_one_licensee_or_of_all() {
    use Whereabouts as W;
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let one = add_licensee(&mut tx, 0).await.unwrap();
        let other = add_licensee(&mut tx, 1).await.unwrap();
        assert_eq!(
            report::funnel(&mut tx, season(2026), None).await.unwrap(),
            Funnel::default()
        );
        entitle(&mut tx, one, 2026, 1000, 120).await;
        entitle(&mut tx, other, 2026, 500, 0).await;
        entitle(&mut tx, one, 2025, 9000, 120).await;
        let everywhere: Vec<(Whereabouts, u32)> = W::ALL
            .iter()
            .zip(1..)
            .map(|(place, marks)| (*place, marks))
            .collect();
        order_at(&mut tx, one, 2026, OrderState::Released, &everywhere).await;
        order_at(&mut tx, one, 2026, OrderState::Closed, &[(W::Used, 100)]).await;
        order_at(
            &mut tx,
            other,
            2026,
            OrderState::Approved,
            &[(W::Unreported, 50)],
        )
        .await;
        for state in [
            OrderState::Placed,
            OrderState::Rejected,
            OrderState::Cancelled,
        ] {
            order_at(&mut tx, one, 2026, state, &[(W::Unreported, 7000)]).await;
        }
        order_at(&mut tx, one, 2025, OrderState::Closed, &[(W::Used, 8000)]).await;
        lot_with(&mut tx, 1, one, 2026, 60).await;
        lot_with(&mut tx, 2, one, 2026, 6).await;
        lot_with(&mut tx, 3, one, 2025, 500).await;

        // In the order of the places: 1 unreported, 2 at the printer, 3 in transit, 4 on hand, 5 used, 6 and 7 spoiled,
        // 8 and 9 lost, 10 returned, 11, 12 and 13 destroyed.
        let delivered = 3 + 4 + 5 + 7 + 9 + 10 + 12 + 13 + 100;
        let of_one = Funnel {
            entitled: 1000 - 10 + 7 - 2 + 5 + 3,
            ordered: 91 + 100,
            printed: 2 + 8 + delivered,
            delivered,
            activated: 66,
            used: 105,
        };
        let found = report::funnel(&mut tx, season(2026), Some(one))
            .await
            .unwrap();
        assert_eq!(found, of_one);
        let all = Funnel {
            entitled: of_one.entitled + 503,
            ordered: of_one.ordered + 50,
            ..of_one
        };
        assert_eq!(
            report::funnel(&mut tx, season(2026), None).await.unwrap(),
            all
        );

        let weighed = Output {
            grams: 105 * 120,
            marks_without_weight: 0,
        };
        assert_eq!(
            report::output(&mut tx, season(2026), None).await.unwrap(),
            weighed
        );
        order_at(&mut tx, other, 2026, OrderState::Closed, &[(W::Used, 30)]).await;
        let all = Output {
            marks_without_weight: 30,
            ..weighed
        };
        assert_eq!(
            report::output(&mut tx, season(2026), None).await.unwrap(),
            all
        );
        assert_eq!(
            report::output(&mut tx, season(2026), Some(one))
                .await
                .unwrap(),
            weighed
        );

        let listed = report::by_licensee(
            &mut tx,
            season(2026),
            date(2026, 4, 2),
            LicenseeNumber(0),
            9,
        )
        .await
        .unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(
            (listed[0].number, listed[0].funnel, listed[0].output),
            (one, of_one, weighed)
        );
        assert_eq!(listed[0].name, "虚构芦笋企业");
        assert_eq!(
            (listed[1].funnel.used, listed[1].output),
            (
                30,
                Output {
                    grams: 0,
                    marks_without_weight: 30
                }
            )
        );
        let second = report::by_licensee(&mut tx, season(2026), date(2026, 4, 2), one, 9)
            .await
            .unwrap();
        assert_eq!(second, listed[1..]);
        let first = report::by_licensee(
            &mut tx,
            season(2026),
            date(2026, 4, 2),
            LicenseeNumber(0),
            1,
        )
        .await
        .unwrap();
        assert_eq!(first, listed[..1]);
        assert_eq!(
            report::seasons(&mut tx).await.unwrap(),
            [season(2026), season(2025)]
        );
    }
}

#[tokio::test]
async fn users_are_those_whose_right_was_in_force_on_the_day() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let number = LicenseeNumber;
        let ended = RightEnded {
            // 00:30 on 11 May in China, still 10 May at Greenwich.
            at: "2026-05-10T16:30:00Z".parse().unwrap(),
            marks_good_until: noon(),
            reason: line("演示"),
            document: None,
            actor: line("clerk"),
        };
        for licensee in [
            a_licensee(number(1), 0),
            Licensee {
                state: LicenseeState::Suspended,
                ..a_licensee(number(2), 1)
            },
            Licensee {
                in_force_since: None,
                state: LicenseeState::Applied,
                ..a_licensee(number(3), 2)
            },
            Licensee {
                ended: Some(ended),
                state: LicenseeState::Exited,
                ..a_licensee(number(4), 3)
            },
        ] {
            kept::save(&mut tx, &licensee).await.unwrap();
        }
        for (day, in_force) in [
            (date(2026, 1, 4), 0),
            (date(2026, 1, 5), 3),
            (date(2026, 5, 10), 3),
            (date(2026, 5, 11), 2),
        ] {
            let users = report::users(&mut tx, day).await.unwrap();
            let suspended = u64::from(in_force > 0);
            assert_eq!(
                users,
                Users {
                    in_force,
                    suspended
                },
                "{day}"
            );
        }
        // A season without entitlements lists users alone.
        let listed = report::by_licensee(&mut tx, season(2030), date(2026, 5, 11), number(0), 9)
            .await
            .unwrap();
        let numbers: Vec<u16> = listed.iter().map(|one| one.number.0).collect();
        assert_eq!(numbers, [1, 2]);
    }
}

#[tokio::test]
async fn stock_is_what_is_neither_used_nor_lost_nor_destroyed() {
    use Whereabouts as W;
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let one = add_licensee(&mut tx, 0).await.unwrap();
        let other = add_licensee(&mut tx, 1).await.unwrap();
        let third = add_licensee(&mut tx, 2).await.unwrap();
        let parts = [
            (W::OnHand, 1),
            (W::InTransit, 2),
            (W::AtPrinter, 3),
            (W::Returned, 4),
            (W::SpoiledInUse, 5),
            (W::SpoiledInPrint, 6),
        ];
        order_at(&mut tx, one, 2026, OrderState::Released, &parts).await;
        order_at(&mut tx, one, 2025, OrderState::Closed, &[(W::OnHand, 10)]).await;
        order_at(
            &mut tx,
            other,
            2026,
            OrderState::Released,
            &[(W::OnHand, 500)],
        )
        .await;
        let gone = [
            (W::Used, 9),
            (W::LostAfterDelivery, 9),
            (W::DestroyedReturned, 9),
            (W::Unreported, 9),
        ];
        order_at(&mut tx, third, 2026, OrderState::Released, &gone).await;
        let of_one = Stock {
            on_hand: 11,
            in_transit: 2,
            at_printer: 3,
            to_be_destroyed: 15,
        };
        assert_eq!(of_one.all(), 31);
        let mut stock = async |season, licensee, order, limit| {
            let found = report::stock(&mut tx, season, licensee, order, limit)
                .await
                .unwrap();
            found
                .into_iter()
                .map(|of| (of.number, of.stock))
                .collect::<Vec<_>>()
        };
        let of_other = Stock {
            on_hand: 500,
            ..Stock::default()
        };
        let first = StockOrder::After(LicenseeNumber(0));
        assert_eq!(
            stock(None, None, StockOrder::Most, 9).await,
            [(other, of_other), (one, of_one)]
        );
        assert_eq!(
            stock(None, None, StockOrder::Most, 1).await,
            [(other, of_other)]
        );
        assert_eq!(
            stock(None, None, first, 9).await,
            [(one, of_one), (other, of_other)]
        );
        assert_eq!(
            stock(None, None, StockOrder::After(one), 9).await,
            [(other, of_other)]
        );
        let of_last = Stock {
            on_hand: 10,
            ..Stock::default()
        };
        assert_eq!(
            stock(Some(season(2025)), None, first, 9).await,
            [(one, of_last)]
        );
        assert_eq!(
            stock(None, Some(one), StockOrder::Most, 9).await,
            [(one, of_one)]
        );
        assert_eq!(stock(None, Some(third), StockOrder::Most, 9).await, []);
    }
}

#[tokio::test]
async fn scans_are_counted_by_day_in_china_and_by_province() {
    for (_database, store) in both().await {
        let mut tx = store.write().await.unwrap();
        let (.., batch) = first_batch(&mut tx, 10).await;
        let midnight: Timestamp = "2026-04-02T00:00:00+08:00".parse().unwrap();
        let moment = SignedDuration::from_micros(1);
        let place = |code| {
            Prefecture::new(code).map(|prefecture| Place {
                prefecture,
                class: PlaceClass::Fixed,
            })
        };
        let (yiyang, changsha, beijing) = (place(430_900), place(430_100), place(110_100));
        for (number, (at, state, place)) in (0..).zip([
            (midnight - moment, "active", yiyang),
            (midnight, "active", yiyang),
            (midnight + moment, "not_activated", changsha),
            (midnight + SignedDuration::from_hours(23), "active", beijing),
            (midnight + SignedDuration::from_hours(24), "withdrawn", None),
            (midnight + SignedDuration::from_hours(48), "active", None),
        ]) {
            let mark = MarkId {
                index: index(number % 3),
                ..mark(&batch, 0)
            };
            let scan = Scanned {
                mark,
                at,
                state,
                place,
                phone: None,
                channel: "consumer",
            };
            scans::count(&mut tx, &scan).await;
        }
        let until = midnight + SignedDuration::from_hours(48);
        let count = |day, province, active, other| Scans {
            day,
            province,
            active,
            other,
        };
        let (second, third) = (date(2026, 4, 2), date(2026, 4, 3));
        let counted = report::count_scans(&mut tx, midnight, until).await.unwrap();
        let should = [
            count(second, Some(11), 1, 0),
            count(second, Some(43), 1, 1),
            count(third, None, 0, 1),
        ];
        assert_eq!(counted, should);
        assert_eq!(
            report::count_scans(&mut tx, until, until).await.unwrap(),
            []
        );

        assert_eq!(
            report::kept_scans(&mut tx, second, third).await.unwrap(),
            []
        );
        report::keep_scans(&mut tx, &counted).await.unwrap();
        report::keep_scans(&mut tx, &[count(third, None, 9, 9)])
            .await
            .unwrap();
        assert_eq!(
            report::kept_scans(&mut tx, second, third).await.unwrap(),
            should,
            "once and for all"
        );
        assert_eq!(
            report::kept_scans(&mut tx, third, third).await.unwrap(),
            should[2..]
        );
    }
}
