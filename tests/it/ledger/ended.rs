//! What follows when a licensee's right ends: nothing new, and what is in the market stays good until the policy date.

use jiff::SignedDuration;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{LicenseeNumber, RightEnded};
use yuanmark::domain::public_url::PublicUrl;
use yuanmark::render::dpi::Dpi;
use yuanmark::service::pack::{self, Format, Pack};
use yuanmark::service::{licensees, orders};
use yuanmark::store::order::NewOrder;

use super::{end, mark, minutes, refusal, state};
use crate::support::installation::{Installation, line, morning};

const ENDED: &str = "the right of licensee 1 to use the mark has ended";

#[tokio::test]
async fn who_has_lost_the_right_cannot_order() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await;
        end(&place, &licensee, morning() + minutes(600)).await;
        let new = NewOrder {
            licensee: licensee.number,
            season: order.season,
            form: order.form,
            product: order.product,
            quantity: order.quantity,
            actor: order.actor,
        };
        let refused = orders::place(&place.store, new.clone(), morning()).await;
        assert_eq!(refusal(refused), ENDED, "even before the policy date");
        let unknown = NewOrder {
            licensee: LicenseeNumber(9),
            ..new
        };
        let refused = orders::place(&place.store, unknown, morning()).await;
        assert_eq!(refusal(refused), "there is no licensee 9");
        assert_eq!(orders::list(&place.store, 9).await.unwrap().len(), 1);
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
        let licensee = licensees::get(&place.store, batch.licensee).await.unwrap();
        let request = Pack {
            batch: batch.number,
            range: None,
            formats: vec![Format::Csv],
            dpi: "300".parse::<Dpi>().unwrap(),
            hidden_codes: false,
            out: place.folder.path().join("pack"),
            replace: false,
        };
        let url = PublicUrl::new("https://v.example.cn").unwrap();
        let nobody_watches = |_, _| {};
        let pack =
            async || pack::pack(&place.store, &place.keys, &url, &request, &nobody_watches).await;
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
        let licensee = licensees::get(&place.store, batch.licensee).await.unwrap();
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
        let later = RightEnded {
            at: morning(),
            marks_good_until: morning() + minutes(600),
            reason: line("another reason"),
            document: None,
            actor: line("office"),
        };
        let refused = licensees::end(&place.store, licensee.number, &later).await;
        assert_eq!(
            refusal(refused),
            "the right of licensee 1 has ended already"
        );
        let unknown = licensees::end(&place.store, LicenseeNumber(5), &later).await;
        assert_eq!(refusal(unknown), "there is no licensee 5");
        let kept = licensees::get(&place.store, licensee.number).await.unwrap();
        assert_eq!(kept.ended.unwrap().marks_good_until, morning());
    }
}
