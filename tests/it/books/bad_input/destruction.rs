//! Destruction: two witnesses, and a day that can be.

use yuanmark::domain::access::{Login, Role, Scope};
use yuanmark::domain::ledger::entry::Destruction;
use yuanmark::domain::lot::LotNumber;
use yuanmark::service::marks::{Change, Which};
use yuanmark::service::people::accounts::{self, NewUser};

use super::super::proof::prove;
use super::super::{
    DESTROYED, LOST, RETURNED, assert_invalid, call, change, destruction, of_lines,
};
use super::clerk;
use crate::support::installation::{Installation, line};

#[tokio::test]
async fn a_destruction_without_two_people_or_on_no_day_that_can_be_destroys_nothing() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        change(
            &place,
            &clerk(),
            &of_lines(RETURNED, Which::All, batch.number),
        )
        .await
        .unwrap();
        let destroy = |destruction: Option<Destruction>| {
            let wanted = Change {
                destruction,
                ..of_lines(DESTROYED, Which::All, batch.number)
            };
            let place = &place;
            async move { change(place, &clerk(), &wanted).await }
        };
        let by = |one: &str, other: &str| {
            Some(Destruction {
                witnesses: (line(one), line(other)),
                ..destruction("2026-04-02")
            })
        };
        assert_invalid(destroy(None).await, "needs its day and two witnesses");
        for (one, other) in [
            ("张三", "张三"),
            ("张三", " 张 三 "),
            ("Zhang San", "ZHANGSAN"),
            ("张三", "张\u{200b}三"),
        ] {
            assert_invalid(destroy(by(one, other)).await, "cannot witness twice");
        }
        assert_invalid(
            destroy(Some(destruction("2026-04-03"))).await,
            "still to come",
        );
        assert_invalid(
            destroy(Some(destruction("9999-12-31"))).await,
            "still to come",
        );
        for early in ["2026-04-01", "1026-04-02", "-009999-01-01"] {
            assert_invalid(
                destroy(Some(destruction(early))).await,
                "before the codes were made",
            );
        }
        let silent = Change {
            reason: None,
            ..of_lines(DESTROYED, Which::All, batch.number)
        };
        assert_invalid(change(&place, &clerk(), &silent).await, "needs a reason");
        let witnessed = Change {
            destruction: Some(destruction("2026-04-02")),
            ..of_lines(LOST, Which::All, batch.number)
        };
        assert_invalid(
            change(&place, &clerk(), &witnessed).await,
            "has no witnesses",
        );
        let of_lot = Change {
            lot: Some(LotNumber(1)),
            ..of_lines(LOST, Which::All, batch.number)
        };
        assert_invalid(
            change(&place, &clerk(), &of_lot).await,
            "has nothing to do with a lot",
        );
        // Who reports it does not witness it, neither by the name in the ledger nor by that of the account.
        let reporter = call("wang.min", clerk().at);
        let new = NewUser {
            login: Login::new("wang.min").unwrap(),
            name: line("王敏"),
            role: Role::Registrar,
            scope: Scope::All,
        };
        accounts::add(&place.store, &reporter.origin, reporter.at, new, None)
            .await
            .unwrap();
        for (call, one, other) in [
            (&clerk(), "张三", "科员"),
            (&clerk(), " 科 员 ", "张三"),
            (&reporter, "王 敏", "李四"),
            (&reporter, "李四", "王敏"),
        ] {
            let wanted = Change {
                destruction: by(one, other),
                ..of_lines(DESTROYED, Which::All, batch.number)
            };
            assert_invalid(
                change(&place, call, &wanted).await,
                "reports the destruction and cannot witness it",
            );
        }
        destroy(by("张三", "李四")).await.unwrap();
        prove(&place).await;
    }
}
