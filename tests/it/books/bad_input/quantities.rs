//! Quantities that are nothing, negative or huge; surveys and coefficients that cannot be.

use yuanmark::domain::area::Area;
use yuanmark::domain::entitlement::{Account, Coefficients, Entitlement};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::MarkIndex;
use yuanmark::domain::transfer::TransferNumber;
use yuanmark::service::marks::Which;
use yuanmark::service::{entitlements, orders, transfers};

use super::super::proof::prove;
use super::super::{
    account, assert_conflict, assert_invalid, assert_no_such, change, entries, left, new_order,
    of_lines,
};
use super::{adjust, clerk};
use crate::support::installation::{Installation, call, line, morning};

#[tokio::test]
async fn numbers_that_are_nothing_negative_or_huge_move_nothing() {
    for place in Installation::both().await {
        let (one, other) = (
            place.licensee(0).await.number,
            place.licensee(1).await.number,
        );
        let own = account(one, 2026);
        let most = i64::try_from(Entitlement::MOST).unwrap();
        assert_invalid(
            adjust(&place, own, 0).await,
            "an adjustment of no mark changes nothing",
        );
        for huge in [i64::MIN, i64::MIN + 1, i64::MAX, most + 1, -most - 1] {
            assert_invalid(adjust(&place, own, huge).await, "more than can be meant");
        }
        assert_conflict(
            adjust(&place, own, -1).await,
            "has 0 marks left, 1 are asked for",
        );
        assert_no_such(
            adjust(&place, account(LicenseeNumber(0), 2026), 5).await,
            "there is no licensee 0",
        );
        assert_no_such(
            adjust(&place, account(LicenseeNumber(u16::MAX), 2026), 5).await,
            "there is no licensee 65535",
        );
        adjust(&place, own, most).await.unwrap();
        assert_invalid(
            adjust(&place, own, 1).await,
            "an entitlement of more than 1000000000 marks",
        );
        assert_conflict(
            adjust(&place, account(other, 2026), -5).await,
            "has 0 marks left",
        );

        let before = entries(&place).await;
        let place = &place;
        let propose = |from, to, marks| async move {
            transfers::propose(&place.store, &clerk(), from, to, marks, None).await
        };
        assert_invalid(propose(own, other, 0).await, "no mark is meant");
        for huge in [u64::MAX, u64::MAX / 2 + 1, Entitlement::MOST + 1] {
            assert_invalid(propose(own, other, huge).await, "more than can be meant");
        }
        assert_invalid(propose(own, one, 5).await, "the same licensee");
        assert_conflict(
            propose(account(other, 2026), one, 5).await,
            "has 0 marks left",
        );
        assert_no_such(
            propose(own, LicenseeNumber(9), 5).await,
            "there is no licensee 9",
        );
        let store = &place.store;
        assert_no_such(
            transfers::confirm(store, &clerk(), TransferNumber(1), one).await,
            "there is no transfer 1",
        );
        assert_no_such(
            transfers::withdraw(store, &clerk(), TransferNumber(u32::MAX)).await,
            "there is no transfer",
        );
        assert_eq!(entries(place).await, before);

        // A transfer that would overfill the receiver is refused when it is confirmed, and waits.
        let transfer = transfers::propose(store, &clerk(), own, other, 5, None)
            .await
            .unwrap()
            .number;
        adjust(place, account(other, 2026), most - 4).await.unwrap();
        transfers::confirm(store, &call("甲", morning()), transfer, one)
            .await
            .unwrap();
        assert_invalid(
            transfers::confirm(store, &call("乙", morning()), transfer, other).await,
            "an entitlement of more than",
        );
        assert_eq!(
            (
                left(place, own).await,
                left(place, account(other, 2026)).await
            ),
            (Entitlement::MOST, Entitlement::MOST - 4)
        );
        transfers::withdraw(store, &clerk(), transfer)
            .await
            .unwrap();
        assert_conflict(
            transfers::confirm(store, &call("乙", morning()), transfer, other).await,
            "is dropped already",
        );
        prove(place).await;
    }
}

#[tokio::test]
async fn surveys_of_no_land_of_too_much_or_of_odd_packs_grant_nothing() {
    for place in Installation::both().await {
        let number = place.licensee(0).await.number;
        let grant = |form, area: &'static str, grams| {
            let account = Account {
                form,
                ..account(number, 2026)
            };
            let store = &place.store;
            async move {
                entitlements::grant(
                    store,
                    &clerk(),
                    account,
                    Area::from_text(area).unwrap(),
                    grams,
                    line("测产1"),
                )
                .await
            }
        };
        assert_invalid(
            grant(Form::Canned, "10", 0).await,
            "a pack of 0 grams cannot be",
        );
        assert_invalid(
            grant(Form::Canned, "10", 100_001).await,
            "a pack of 100001 grams cannot be",
        );
        assert_invalid(grant(Form::Canned, "10", u32::MAX).await, "cannot be");
        assert_invalid(grant(Form::Canned, "0", 425).await, "no mark is meant");
        assert_invalid(
            grant(Form::Canned, "0.01", 100_000).await,
            "no mark is meant",
        );
        assert_invalid(
            grant(Form::Canned, "700000", 1).await,
            "more than can be meant",
        );
        assert_conflict(
            grant(Form::Canned, "700000.01", 425).await,
            "but the base of licensee 1 has 700000",
        );
        // A mu counts once, for one form.
        grant(Form::Canned, "699999", 425).await.unwrap();
        assert_conflict(
            grant(Form::Fresh, "1.01", 425).await,
            "700000.01 mu are counted",
        );
        grant(Form::Fresh, "1", 425).await.unwrap();
        assert_conflict(grant(Form::Canned, "10", 425).await, "was granted already");
        for wrong in [
            "-1", "1e9", "1,000", "1.001", "99999999", "１０", "NaN", "∞",
        ] {
            assert_eq!(Area::from_text(wrong), None, "{wrong}");
        }
        prove(&place).await;
    }
}

#[tokio::test]
async fn coefficients_that_cannot_be_are_not_set() {
    for place in Installation::both().await {
        let set = |change: fn(&mut Coefficients)| {
            let mut new = Coefficients {
                version: 1,
                ..Coefficients::assumed()
            };
            change(&mut new);
            let store = &place.store;
            async move { entitlements::set_coefficients(store, &clerk(), new).await }
        };
        assert_invalid(set(|new| new.kg_per_mu = 0).await, "0 kg a mu cannot be");
        assert_invalid(
            set(|new| new.kg_per_mu = 10_001).await,
            "10001 kg a mu cannot be",
        );
        assert_invalid(set(|new| new.kg_per_mu = u32::MAX).await, "cannot be");
        assert_invalid(
            set(|new| _ = new.yields.remove(&Form::Powder)).await,
            "every form needs its yield",
        );
        assert!(
            serde_json::from_str::<yuanmark::domain::entitlement::coefficients::PerMille>("1001")
                .is_err()
        );
        assert_eq!(entries(&place).await, 0);
    }
}

#[tokio::test]
async fn the_last_index_of_the_format_is_an_index_and_the_next_is_none() {
    assert!(MarkIndex::new(MarkIndex::LIMIT).is_none());
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let own = account(licensee.number, 2026);
        adjust(&place, own, 1 << 25).await.unwrap();
        let order = orders::place(
            &place.store,
            &clerk(),
            new_order(licensee.number, 2026, 1 << 24),
        )
        .await
        .unwrap();
        let order = orders::approve(&place.store, &clerk(), order.number, None)
            .await
            .unwrap();
        let batch = place.issue(&order, "größte").await.unwrap().batch;
        place.deliver(&batch).await;
        let last = format!("{}", (1 << 24) - 1);
        let used = change(
            &place,
            &clerk(),
            &of_lines(EventKind::Used, Which::Lines(&last), batch.number),
        )
        .await
        .unwrap();
        assert_eq!(used.marks, 1);
        let next = format!("{}", 1 << 24);
        assert!(
            change(
                &place,
                &clerk(),
                &of_lines(EventKind::Used, Which::Lines(&next), batch.number)
            )
            .await
            .is_err()
        );
        prove(&place).await;
    }
}
