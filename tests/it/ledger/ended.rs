//! What follows when a licensee's right ends: nothing new, and what is in the market stays good until the policy date.

use jiff::SignedDuration;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{LicenseeNumber, LicenseeState, Step, StepTaken};
use yuanmark::domain::order::NewOrder;
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::service::desk::Call;
use yuanmark::service::pack::{self, Pack};
use yuanmark::service::{licensees, orders};
use yuanmark::store::order::Filter;

use super::{end, mark, minutes, refusal, rows, state, step};
use crate::support::installation::{Installation, call, morning};

const ENDED: &str = "the right of licensee 1 to use the mark has ended";

fn clerk() -> Call {
    call("clerk", morning())
}

#[tokio::test]
async fn who_has_lost_the_right_cannot_order() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await;
        end(&place, &licensee, morning() + minutes(600)).await;
        let new = order.placed;
        let refused = orders::place(&place.store, &clerk(), new.clone()).await;
        assert_eq!(refusal(refused), ENDED, "even before the policy date");
        let unknown = NewOrder {
            licensee: LicenseeNumber(9),
            ..new
        };
        let refused = orders::place(&place.store, &clerk(), unknown).await;
        assert_eq!(refusal(refused), "there is no licensee 9");
        let listed = orders::list(&place.store, Scope::All, &Filter::default(), None, 9).await;
        assert_eq!(listed.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn orders_that_are_still_open_are_not_issued_any_more() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await;
        end(&place, &licensee, morning() + minutes(600)).await;
        assert_eq!(refusal(place.issue(&order, "first").await), ENDED);
        let other = place.licensee(1).await;
        let order = place.order(&other, 10).await;
        let issued = place.issue(&order, "first").await.unwrap();
        assert_eq!(issued.batch.number.get(), 1, "the refusal took no number");
    }
}

#[tokio::test]
async fn batches_that_were_issued_are_not_packed_any_more() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let request = Pack::new(batch.number, place.folder.path().join("pack"));
        let url = PublicUrl::new("https://v.example.cn").unwrap();
        let nobody_watches = |_, _| {};
        let origin = yuanmark::service::trail::Origin::shell(
            &yuanmark::domain::text::Line::new("name", "test").unwrap(),
        );
        let pack = async || {
            pack::pack(
                &place.store,
                &place.keys,
                &url,
                &request,
                &origin,
                &nobody_watches,
            )
            .await
        };
        end(&place, &licensee, morning() + minutes(600)).await;
        assert_eq!(refusal(pack().await), ENDED);
        assert!(!request.out.exists());
    }
}

#[tokio::test]
async fn marks_in_the_market_are_withdrawn_at_the_very_moment_of_the_policy_date() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "0-4", morning())
            .await
            .unwrap();
        let frozen = EventKind::Withdrawn(Withdrawal::Frozen);
        place.change(&batch, frozen, "4", morning()).await.unwrap();
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let date = morning() + minutes(600);
        end(&place, &licensee, date).await;
        let just_before = date - SignedDuration::from_micros(1);
        for (index, before, after) in [
            (0, "active", "right_ended"),
            (4, "frozen", "frozen"),
            (9, "not_activated", "right_ended"),
        ] {
            let mark = mark(&batch, index);
            assert_eq!(state(&place, mark, morning()).await, before);
            assert_eq!(state(&place, mark, just_before).await, before);
            assert_eq!(state(&place, mark, date).await, after);
        }
    }
}

#[tokio::test]
async fn a_right_ends_once() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        end(&place, &licensee, morning()).await;
        let later = StepTaken {
            marks_good_until: Some(morning() + minutes(600)),
            ..step(Step::Cancel)
        };
        let again = async |number| {
            licensees::take_step(&place.store, &clerk(), number, later.clone()).await
        };
        assert_eq!(
            refusal(again(licensee.number).await),
            "licensee 1 is cancelled (注销): cancel (注销) does not lead on from there"
        );
        assert_eq!(
            refusal(again(LicenseeNumber(5)).await),
            "there is no licensee 5"
        );
        let kept = licensees::get(&place.store, Scope::All, licensee.number)
            .await
            .unwrap();
        assert_eq!(kept.ended.unwrap().marks_good_until, morning());
    }
}

#[tokio::test]
async fn a_right_is_taken_by_two_people_and_not_before_the_second_confirms_it() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let licensee = batch.licensee;
        let alone = licensees::take_step(&place.store, &clerk(), licensee, step(Step::Exit)).await;
        assert_eq!(refusal(alone), "exit (退出) needs two people");
        let confirm = async |by| {
            let call = call(by, morning() + minutes(5));
            licensees::confirm_step(&place.store, &call, licensee).await
        };
        assert_eq!(
            refusal(confirm("second").await),
            "no step of licensee 1 waits for a second person"
        );

        let proposed =
            licensees::propose_step(&place.store, &clerk(), licensee, step(Step::Exit)).await;
        let proposed = proposed.unwrap();
        assert_eq!(
            (proposed.state, proposed.ended),
            (LicenseeState::Active, None)
        );
        for same in ["clerk", " CLERK"] {
            let refused = refusal(confirm(same.trim()).await);
            let expected = format!("{} proposed", same.trim());
            assert!(refused.starts_with(&expected), "{refused}");
        }
        let activated = place
            .change(&batch, EventKind::Activated, "0", morning())
            .await;
        assert_eq!(activated.unwrap().marks, 1, "a proposal changes nothing");

        let confirmed = confirm("second").await.unwrap();
        let ended = confirmed.ended.unwrap();
        assert_eq!(confirmed.state, LicenseeState::Exited);
        assert_eq!(
            (ended.at, ended.actor.as_str()),
            (morning() + minutes(5), "second")
        );
        assert_eq!(ended.marks_good_until, ended.at, "by default at once");
        let refused = place
            .change(&batch, EventKind::Activated, "1", morning())
            .await;
        assert_eq!(refusal(refused), ENDED);
        let first = mark(&batch, 0);
        assert_eq!(state(&place, first, morning()).await, "active");
        assert_eq!(state(&place, first, ended.at).await, "right_ended");
    }
}

#[tokio::test]
async fn undoing_the_end_gives_the_right_back_as_it_was_and_needs_two_people() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let number = licensee.number;
        end(&place, &licensee, morning()).await;
        let first = mark(&batch, 0);
        assert_eq!(state(&place, first, morning()).await, "right_ended");

        let undo = step(Step::Undo);
        let alone = licensees::take_step(&place.store, &clerk(), number, undo.clone()).await;
        assert_eq!(refusal(alone), "undo (撤回决定) needs two people");
        let proposed = licensees::propose_step(&place.store, &clerk(), number, undo).await;
        proposed.unwrap();
        assert_eq!(state(&place, first, morning()).await, "right_ended");
        let second = call("second", morning());
        let undone = licensees::confirm_step(&place.store, &second, number).await;
        let undone = undone.unwrap();
        assert_eq!(
            (undone.state, &undone.ended),
            (LicenseeState::Active, &None)
        );
        assert_eq!(undone.in_force_since, licensee.in_force_since);

        assert_eq!(state(&place, first, morning()).await, "active");
        let order = place.order(&undone, 10).await;
        place.issue(&order, "after the undo").await.unwrap();
        let steps = "entries WHERE kind LIKE 'licensee_step%'";
        assert_eq!(rows(&place, steps).await, 3, "the ledger keeps all of it");
    }
}
