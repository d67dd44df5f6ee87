//! The year's end: what is closed stays closed, and nothing gets stuck whichever season is closed first.

use yuanmark::domain::entitlement::Coefficients;
use yuanmark::domain::entitlement::coefficients::PerMille;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::service::marks::Which;
use yuanmark::service::{entitlements, orders, transfers};

use super::proof::prove;
use super::{
    DESTROYED, SPOILED, account, assert_conflict, assert_invalid, assert_no_such, change,
    destruction, entitlement, new_order, of_lines, on,
};
use crate::support::installation::{Installation, call, line, morning};

#[tokio::test]
async fn closed_books_take_and_give_nothing() {
    for place in Installation::both().await {
        let store = &place.store;
        let (own, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let (from, to) = (account(own, 2026), account(other, 2026));
        let by = call("科员", morning());
        for account in [from, to] {
            entitlements::adjust(store, &by, account, 1001, line("核定"), line("核定1"))
                .await
                .unwrap();
        }
        let cancelled = orders::place(store, &by, new_order(own, 2026, 10))
            .await
            .unwrap()
            .number;
        orders::approve(store, &by, cancelled, None).await.unwrap();
        let waiting = orders::place(store, &by, new_order(own, 2026, 10))
            .await
            .unwrap()
            .number;
        let order = orders::place(store, &by, new_order(own, 2026, 10))
            .await
            .unwrap();
        let order = orders::approve(store, &by, order.number, None)
            .await
            .unwrap();
        let batch = place.issue(&order, "一").await.unwrap().batch;
        place.deliver(&batch).await;
        let transfer = transfers::propose(store, &by, from, other, 5, None)
            .await
            .unwrap()
            .number;
        transfers::confirm(store, &call("甲", morning()), transfer, own)
            .await
            .unwrap();

        let year_end = call("科员", on("2027-01-02"));
        let closed = entitlements::carry_over(store, &year_end, from)
            .await
            .unwrap();
        assert_eq!(
            (closed.balance(), closed.carried_out, closed.lapsed),
            (0, 490, 491)
        );

        let words = "are closed";
        assert_conflict(
            entitlements::adjust(store, &year_end, from, 1, line("补"), line("补1")).await,
            words,
        );
        let area = yuanmark::domain::area::Area::from_text("1").unwrap();
        assert_conflict(
            entitlements::grant(store, &year_end, from, area, 425, line("测产1")).await,
            words,
        );
        assert_conflict(
            orders::approve(store, &year_end, waiting, None).await,
            words,
        );
        assert_conflict(
            transfers::propose(store, &year_end, from, other, 1, None).await,
            words,
        );
        assert_conflict(
            transfers::propose(store, &year_end, to, own, 1, None)
                .await
                .map(|_| ())
                .and(
                    transfers::confirm(store, &call("乙", morning()), transfer, other)
                        .await
                        .map(|_| ()),
                ),
            words,
        );

        // What comes back now lapses: nothing of a closed season can be ordered again.
        orders::cancel(store, &year_end, cancelled, line("停产"))
            .await
            .unwrap();
        change(
            &place,
            &year_end,
            &of_lines(SPOILED, Which::All, batch.number),
        )
        .await
        .unwrap();
        let mut destroyed = of_lines(DESTROYED, Which::All, batch.number);
        destroyed.destruction = Some(destruction("2027-01-02"));
        change(&place, &year_end, &destroyed).await.unwrap();
        let after = entitlement(&place, from).await;
        assert_eq!(
            (after.balance(), after.ordered, after.restored, after.lapsed),
            (0, 10, 0, 501)
        );
        assert_eq!(entitlement(&place, account(own, 2027)).await.balance(), 490);
        prove(&place).await;
    }
}

#[tokio::test]
async fn an_earlier_season_is_closed_late_and_what_was_left_lapses() {
    for place in Installation::both().await {
        let store = &place.store;
        let own = place.licensee(0).await.number;
        let by = call("科员", on("2028-01-02"));
        for year in [2026, 2027] {
            let account = account(own, year);
            entitlements::adjust(store, &by, account, 100, line("核定"), line("核定1"))
                .await
                .unwrap();
        }
        entitlements::carry_over(store, &by, account(own, 2027))
            .await
            .unwrap();
        let late = entitlements::carry_over(store, &by, account(own, 2026))
            .await
            .unwrap();
        assert_eq!(
            (late.carried_out, late.lapsed),
            (0, 100),
            "the next season is closed already"
        );
        assert_eq!(entitlement(&place, account(own, 2028)).await.balance(), 50);
        prove(&place).await;
    }
}

#[tokio::test]
async fn the_share_that_goes_over_is_that_of_the_form_and_of_the_day() {
    for place in Installation::both().await {
        let store = &place.store;
        let own = place.licensee(0).await.number;
        let by = call("科员", on("2027-01-02"));
        for form in [Form::Fresh, Form::Canned, Form::Dried] {
            let account = yuanmark::domain::entitlement::Account {
                form,
                ..account(own, 2026)
            };
            entitlements::adjust(store, &by, account, 1001, line("核定"), line("核定1"))
                .await
                .unwrap();
        }
        let mut coefficients = Coefficients {
            version: 1,
            ..Coefficients::assumed()
        };
        coefficients
            .carry_over
            .insert(Form::Dried, PerMille::new(999).unwrap());
        entitlements::set_coefficients(store, &by, coefficients)
            .await
            .unwrap();
        let mut closed = entitlements::carry_over_all(store, &by, super::season(2026))
            .await
            .unwrap();
        closed.sort_by_key(|entitlement| entitlement.account.form);
        let shares: Vec<_> = closed
            .iter()
            .map(|closed| (closed.carried_out, closed.lapsed))
            .collect();
        assert_eq!(
            shares,
            [(0, 1001), (500, 501), (999, 2)],
            "fresh shoots do not keep; all is rounded down"
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn a_season_ends_in_china_and_the_last_one_has_no_next() {
    for place in Installation::both().await {
        let store = &place.store;
        let own = place.licensee(0).await.number;
        let account = account(own, 2026);
        assert_no_such(
            entitlements::carry_over(store, &call("科员", on("2027-01-01")), account).await,
            "there is no entitlement",
        );
        entitlements::adjust(
            store,
            &call("科员", morning()),
            account,
            10,
            line("核定"),
            line("核定1"),
        )
        .await
        .unwrap();
        let before = call("科员", super::at("2026-12-31T15:59:59.999999Z"));
        assert_conflict(
            entitlements::carry_over(store, &before, account).await,
            "has not ended yet",
        );
        let after = call("科员", super::at("2026-12-31T16:00:00Z"));
        entitlements::carry_over(store, &after, account)
            .await
            .unwrap();
        let last = super::account(own, 2255);
        let by = call("科员", on("2256-01-02"));
        entitlements::adjust(store, &by, last, 10, line("核定"), line("核定1"))
            .await
            .unwrap();
        assert_invalid(
            entitlements::carry_over(store, &by, last).await,
            "no season follows 2255",
        );
        prove(&place).await;
    }
}

#[tokio::test]
async fn an_order_of_last_season_goes_on_after_its_books_are_closed() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let own = account(batch.licensee, 2026);
        let by = call("科员", on("2027-01-02"));
        entitlements::carry_over(&place.store, &by, own)
            .await
            .unwrap();
        change(
            &place,
            &by,
            &of_lines(EventKind::Used, Which::All, batch.number),
        )
        .await
        .unwrap();
        orders::close(&place.store, &by, batch.order, 0)
            .await
            .unwrap();
        prove(&place).await;
    }
}
