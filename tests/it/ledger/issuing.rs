//! Issuing: once for each order, whoever asks at the same time and however often.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use yuanmark::domain::access::Scope;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::mark::{BatchNumber, MarkCount};
use yuanmark::domain::order::OrderNumber;
use yuanmark::service::issue::{self, Issue, Issued};
use yuanmark::service::{ServiceError, keys};

use super::{assert_healthy, minutes, refusal, report, rows};
use crate::support::installation::{Installation, index, line, morning};

fn request(order: OrderNumber, key: &str) -> Issue {
    Issue {
        order,
        has_hidden_codes: false,
        idempotency_key: line(key),
        actor: line("test"),
    }
}

/// Asks for all of them at the same time.
async fn issue_at_once(
    place: &Arc<Installation>,
    requests: Vec<Issue>,
) -> Vec<Result<Issued, ServiceError>> {
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|new| {
            let place = Arc::clone(place);
            tokio::spawn(
                async move { issue::issue(&place.store, &place.keys, &new, morning()).await },
            )
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn numbers(answers: &[Result<Issued, ServiceError>]) -> Vec<u32> {
    let mut numbers: Vec<u32> = answers
        .iter()
        .flatten()
        .map(|issued| issued.batch.number.get())
        .collect();
    numbers.sort_unstable();
    numbers
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_orders_issued_at_once_get_the_numbers_1_to_32() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let mut requests = Vec::new();
        for quantity in 1..=32 {
            let order = place.order(&licensee, quantity).await;
            requests.push(request(order.number, &format!("order {quantity}")));
        }
        let place = Arc::new(place);
        let answers = issue_at_once(&place, requests).await;
        assert_eq!(numbers(&answers), (1..=32).collect::<Vec<_>>());
        for issued in answers.iter().flatten() {
            assert_eq!(issued.batch.count.get(), issued.batch.order.0);
            assert!(!issued.is_repeat);
        }
        assert_healthy(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_made_sixteen_times_at_once_makes_one_batch() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await.number;
        let place = Arc::new(place);
        let answers = issue_at_once(&place, vec![request(order, "once"); 16]).await;
        assert_eq!(numbers(&answers), [1; 16]);
        let made = answers.iter().flatten().filter(|issued| !issued.is_repeat);
        assert_eq!(made.count(), 1);
        assert_eq!(rows(&place, "batches").await, 1);
        let next = place.order(&licensee, 10).await;
        let next = place.issue(&next, "next").await.unwrap();
        assert_eq!(next.batch.number.get(), 2, "repeats take no number");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_asked_for_under_sixteen_names_at_once_is_issued_once() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await.number;
        let place = Arc::new(place);
        let requests = (0..16).map(|name| request(order, &format!("name {name}")));
        let answers = issue_at_once(&place, requests.collect()).await;
        assert_eq!(numbers(&answers), [1]);
        for refused in answers.into_iter().filter(Result::is_err) {
            assert_eq!(
                refusal(refused),
                "order 1 was issued already: it is batch 1"
            );
        }
    }
}

#[tokio::test]
async fn an_order_is_never_issued_twice() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let again = request(batch.order, "second");
        let again = issue::issue(&place.store, &place.keys, &again, morning()).await;
        assert_eq!(refusal(again), "order 1 was issued already: it is batch 1");
        assert_eq!(rows(&place, "batches").await, 1);
    }
}

#[tokio::test]
async fn a_repeat_brings_the_same_batch_back_however_late() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let later = morning() + minutes(60 * 24 * 30);
        let again = request(batch.order, "first");
        let again = issue::issue(&place.store, &place.keys, &again, later).await;
        let again = again.unwrap();
        assert!(again.is_repeat);
        assert_eq!(again.batch, batch);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_for_one_request_alone() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let licensee = place.licensee(1).await;
        let other = place.order(&licensee, 10).await;
        let expected = "the idempotency key first was used for batch 1, which is another issue";
        assert_eq!(refusal(place.issue(&other, "first").await), expected);
        let with_hidden_codes = Issue {
            has_hidden_codes: true,
            ..request(batch.order, "first")
        };
        let refused = issue::issue(&place.store, &place.keys, &with_hidden_codes, morning()).await;
        assert_eq!(refusal(refused), expected);
        let issued = place.issue(&other, "second").await.unwrap();
        assert_eq!(issued.batch.number.get(), 2, "refusals take no number");
    }
}

#[tokio::test]
async fn an_order_that_was_never_placed_cannot_be_issued() {
    for place in Installation::both().await {
        let unknown = request(OrderNumber(7), "first");
        let refused = issue::issue(&place.store, &place.keys, &unknown, morning()).await;
        assert_eq!(refusal(refused), "there is no order 7");
    }
}

#[tokio::test]
async fn without_an_active_key_nothing_is_issued_and_no_number_taken() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await;
        let key = place.keys.ring().newest_active().unwrap().id;
        keys::retire(place.keys.folder(), key, morning()).unwrap();
        assert!(place.keys.reload().unwrap());
        let refused = refusal(place.issue(&order, "first").await);
        assert_eq!(refused, "no signing key is active");

        keys::make(place.keys.folder(), None, None, morning()).unwrap();
        assert!(place.keys.reload().unwrap());
        let issued = place.issue(&order, "first").await.unwrap();
        assert_eq!(issued.batch.number.get(), 1);
        assert_ne!(issued.batch.key, key);
    }
}

#[tokio::test]
async fn a_batch_whose_key_has_no_private_half_is_not_issued() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let order = place.order(&licensee, 10).await;
        let key = place.keys.ring().newest_active().unwrap().id;
        let path = place.keys.folder().signing_path(key);
        let aside = path.with_extension("aside");
        std::fs::rename(&path, &aside).unwrap();
        let failed = place.issue(&order, "first").await;
        assert!(matches!(failed, Err(ServiceError::Keystore(_))));
        assert_eq!(rows(&place, "batches").await, 0);
        std::fs::rename(&aside, &path).unwrap();
        let issued = place.issue(&order, "first").await.unwrap();
        assert_eq!(issued.batch.number.get(), 1);
    }
}

const TABLES: [&str; 8] = [
    "entries",
    "licensees",
    "orders",
    "batches",
    "range_events",
    "mark_queries",
    "scans",
    "unissued_codes",
];

/// What stands in each table after the story of a batch of so many marks, from its order to its activation.
async fn rows_of_a_story(place: &Installation, count: u32) -> Vec<i64> {
    let batch = place.batch(count).await;
    let change = place
        .change(&batch, EventKind::Activated, "", morning())
        .await;
    assert_eq!(change.unwrap().marks, u64::from(count));
    let report = report(place, &batch, morning()).await;
    assert_eq!(report.marks_by_state["active"], u64::from(count));
    assert_eq!(report.ranges, [(batch.count.all(), "active")]);
    assert_eq!(batch.count.all().last(), index(count - 1));
    let mut sizes = Vec::new();
    for table in TABLES {
        sizes.push(rows(place, table).await);
    }
    sizes
}

#[tokio::test]
async fn sixteen_million_marks_take_as_many_rows_as_one() {
    let (few, many) = (Installation::both().await, Installation::both().await);
    for (few, many) in few.iter().zip(&many) {
        let sizes = rows_of_a_story(few, 1).await;
        // Printed, delivered, received and activated; and an entry for each step before.
        assert_eq!(sizes, [14, 1, 1, 1, 4, 0, 0, 0]);
        assert_eq!(rows_of_a_story(many, MarkCount::MAX).await, sizes);
    }
}

#[tokio::test]
async fn a_report_of_a_batch_that_was_never_issued_is_refused() {
    for place in Installation::both().await {
        let number = BatchNumber::new(3).unwrap();
        let refused = issue::report(&place.store, Scope::All, number, morning()).await;
        assert_eq!(refusal(refused), "there is no batch 3");
    }
}

#[tokio::test]
async fn the_newest_batches_are_listed_first() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        for quantity in 1..=3 {
            let order = place.order(&licensee, quantity).await;
            place
                .issue(&order, &format!("order {quantity}"))
                .await
                .unwrap();
        }
        let listed = issue::list(
            &place.store,
            Scope::All,
            &yuanmark::store::batch::Filter::default(),
            None,
            2,
        )
        .await
        .unwrap();
        let counts: Vec<u32> = listed.iter().map(|batch| batch.count.get()).collect();
        assert_eq!(counts, [3, 2]);
    }
}

/// Lets the future go on at most `times` times and then drops it, as a server does when the caller hangs up.
async fn give_up_after<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| {
        if polls == times {
            return Poll::Ready(None);
        }
        polls += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_at_any_step_leaves_all_or_nothing() {
    for place in Installation::both().await {
        let licensee = place.licensee(0).await;
        let mut given_up = 0;
        for steps in 0..60 {
            let order = place.order(&licensee, 10).await;
            let key = format!("order {}", order.number);
            let first = give_up_after(steps, place.issue(&order, &key)).await;
            let again = place.issue(&order, &key).await.unwrap();
            assert_eq!(
                again.batch.number.get(),
                order.number.0,
                "no number is lost"
            );
            match first {
                None => given_up += 1,
                Some(issued) => {
                    assert_eq!(issued.unwrap().batch, again.batch);
                    assert!(again.is_repeat);
                }
            }
        }
        // How many steps an issue takes is the machine's affair; at least the caller of no step at all gave up.
        assert!(given_up > 0);
        assert_healthy(&place).await;
    }
}
