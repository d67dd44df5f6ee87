//! Orders for the wrong year, form or firm, and out of their order.

use yuanmark::domain::area::Area;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{LicenseeNumber, LicenseeState, NewLicensee};
use yuanmark::domain::lot::{LotLabel, NewLot};
use yuanmark::domain::order::{NewOrder, OrderNumber};
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::marks::Which;
use yuanmark::service::{entitlements, licensees, lots, orders, printers, transfers};

use super::super::proof::prove;
use super::super::{
    DESTROYED, LOST, SPOILED, account, applicant, assert_conflict, assert_invalid, assert_no_such,
    change, left, new_lot, new_order, of_lines, on,
};
use super::{adjust, clerk};
use crate::support::installation::{Installation, USCCS, call, line};

#[tokio::test]
async fn orders_for_the_wrong_year_form_or_firm_are_not_placed() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let store = &place.store;
        let at = |new: NewOrder, day: &'static str| async move {
            orders::place(store, &call("企业", on(day)), new).await
        };
        let order = |year| new_order(number, year, 10);
        assert_eq!((Season::new(1999), Season::new(2256)), (None, None));
        assert_invalid(
            at(order(2028), "2026-12-31").await,
            "season 2028 is too far ahead",
        );
        assert_invalid(at(order(2255), "2026-12-31").await, "too far ahead");
        at(order(2027), "2026-01-01").await.unwrap();
        assert_invalid(
            at(order(2000), "2026-04-02").await,
            "goods of season 2000 (canned) are past it",
        );
        assert_invalid(at(order(2026), "2029-12-31").await, "are past it");
        at(order(2026), "2029-12-30").await.unwrap();
        let fresh = |year| NewOrder {
            form: Form::Fresh,
            ..order(year)
        };
        assert_invalid(
            at(fresh(2026), "2026-05-31").await,
            "goods of season 2026 (fresh) are past it",
        );
        at(fresh(2026), "2026-05-30").await.unwrap();

        let cans_only = NewLicensee {
            state: LicenseeState::Active,
            document: Some(line("公告1")),
            ..applicant(1)
        };
        let cans_only = licensees::enter(store, &clerk(), cans_only)
            .await
            .unwrap()
            .number;
        let dried = NewOrder {
            form: Form::Dried,
            ..new_order(cans_only, 2026, 10)
        };
        let words = "does not say that it makes dried";
        assert_conflict(at(dried, "2026-04-02").await, words);
        let account = Account {
            form: Form::Dried,
            ..account(number, 2026)
        };
        adjust(&place, account, 100).await.unwrap();
        assert_conflict(
            transfers::propose(store, &clerk(), account, cans_only, 5, None).await,
            words,
        );
        let area = Area::from_text("1").unwrap();
        let granted = entitlements::grant(
            store,
            &clerk(),
            Account {
                licensee: cans_only,
                ..account
            },
            area,
            425,
            line("测产1"),
        )
        .await;
        assert_conflict(granted, words);
        let lot = NewLot {
            public: LotLabel {
                form: Form::Dried,
                ..new_lot(cans_only, 2026, 5).public
            },
            ..new_lot(cans_only, 2026, 5)
        };
        assert_conflict(lots::enter(store, &clerk(), lot).await, words);

        assert_no_such(
            at(new_order(LicenseeNumber(77), 2026, 1), "2026-04-02").await,
            "there is no licensee 77",
        );
        assert_no_such(
            orders::approve(store, &clerk(), OrderNumber(77), None).await,
            "there is no order 77",
        );
        assert_no_such(
            orders::assign(store, &clerk(), OrderNumber(1), PrinterNumber(77)).await,
            "there is no printer 77",
        );
        prove(&place).await;
    }
}

#[tokio::test]
#[allow(clippy::too_many_lines)] // a long story
async fn each_step_of_an_order_waits_for_the_one_before() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let (store, by) = (&place.store, clerk());
        adjust(&place, account(licensee.number, 2026), 100)
            .await
            .unwrap();
        let order = orders::place(store, &by, new_order(licensee.number, 2026, 10))
            .await
            .unwrap();
        let number = order.number;
        let printer = place.printer().await.number;
        let release =
            || async { orders::release(store, &by, number, line("收件人"), None).await };
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "is placed (待核准)",
        );
        assert_conflict(place.issue(&order, "早").await, "is placed (待核准)");
        assert_conflict(release().await, "is placed");
        assert_conflict(orders::close(store, &by, number, 0).await, "is placed");
        orders::approve(store, &by, number, None).await.unwrap();
        assert_conflict(release().await, "is approved");
        assert_conflict(
            orders::reject(store, &by, number, line("晚")).await,
            "is approved",
        );
        let batch = place.issue(&order, "制码").await.unwrap().batch;
        assert_conflict(
            place.issue(&order, "又").await,
            "was issued already: it is batch 1",
        );
        assert_conflict(release().await, "has no printer yet");
        assert_conflict(
            change(
                &place,
                &by,
                &of_lines(EventKind::Printed, Which::All, batch.number),
            )
            .await,
            "is issued (已制码)",
        );
        orders::assign(store, &by, number, printer).await.unwrap();
        printers::end(store, &by, printer, line("歇业"))
            .await
            .unwrap();
        assert_conflict(release().await, "printer 1 prints no more");
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "printer 1 prints no more",
        );
        assert_conflict(
            printers::end(store, &by, printer, line("歇业")).await,
            "prints no more",
        );
        let new = NewPrinter {
            name: line("虚构印务"),
            uscc: Uscc::new(USCCS[3]).unwrap(),
            licence: line("印证2"),
        };
        let printer = printers::enter(store, &by, new).await.unwrap().number;
        orders::assign(store, &by, number, printer).await.unwrap();
        release().await.unwrap();
        assert_conflict(
            orders::cancel(store, &by, number, line("晚")).await,
            "is released",
        );
        assert_conflict(
            orders::assign(store, &by, number, printer).await,
            "is released",
        );
        for (event, waits) in [
            (
                EventKind::Printed,
                "10 labels are not reported by the printer",
            ),
            (EventKind::Delivered, "10 labels are still at the printer's"),
            (EventKind::Received, "10 labels are sent and not received"),
            (SPOILED, "10 labels were counted on hand"),
        ] {
            let closed = orders::close(store, &by, number, 0).await;
            let words = if event == SPOILED {
                "0 labels were counted on hand, the ledger knows of 10"
            } else {
                waits
            };
            assert_conflict(closed, words);
            change(&place, &by, &of_lines(event, Which::All, batch.number))
                .await
                .unwrap();
        }
        assert_conflict(
            orders::close(store, &by, number, 0).await,
            "10 labels wait to be destroyed",
        );
        change(&place, &by, &of_lines(DESTROYED, Which::All, batch.number))
            .await
            .unwrap();
        assert_conflict(
            orders::close(store, &by, number, u32::MAX).await,
            "4294967295 labels were counted",
        );
        orders::close(store, &by, number, 0).await.unwrap();
        assert_conflict(
            change(&place, &by, &of_lines(LOST, Which::All, batch.number)).await,
            "are destroyed_in_use",
        );
        assert_eq!(
            left(&place, account(licensee.number, 2026)).await,
            100,
            "all were destroyed before witnesses"
        );
        prove(&place).await;
    }
}
