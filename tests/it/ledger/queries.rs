//! Counting queries: exact under any number of phones at once, and nothing written for those who only look.

use std::sync::Arc;

use jiff::Timestamp;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::input::Input;
use yuanmark::domain::order::Batch;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::domain::recent::SAME_QUERY;
use yuanmark::domain::verdict::Verdict;
use yuanmark::service::verify::{self, Answer, Channel, Check, MarkAnswer};

use super::{assert_healthy, mark, minutes, report, rows};
use crate::support::installation::{Installation, morning};

fn phone(name: u8) -> PhoneHash {
    PhoneHash([name; 16])
}

fn check(place: &Installation, batch: &Batch, phone: Option<PhoneHash>) -> Check {
    Check {
        input: Some(Input::Code(place.code(batch, 0))),
        channel: Channel::Consumer,
        phone,
        place: None,
        network: None,
    }
}

async fn ask(place: &Installation, check: Check, now: Timestamp) -> MarkAnswer {
    match verify::answer(&place.store, &place.keys, check, now)
        .await
        .unwrap()
    {
        Answer::Ours(answer) => *answer,
        Answer::NotOurs => panic!("our own mark is not ours"),
    }
}

/// The verdict, the number of the query, and whether the first was the same phone's.
fn told(answer: &MarkAnswer) -> (Verdict, u64, bool) {
    let query = answer.query.as_ref().unwrap();
    (answer.verdict, query.number, query.first.by_this_phone)
}

async fn active_batch(place: &Installation) -> Batch {
    let batch = place.batch(10).await;
    place
        .change(&batch, EventKind::Activated, "", morning())
        .await
        .unwrap();
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_phones_at_once_are_told_the_numbers_1_to_64_and_one_is_the_first() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let place = Arc::new(place);
        let tasks: Vec<_> = (0..64)
            .map(|name| {
                let place = Arc::clone(&place);
                let check = check(&place, &batch, Some(phone(name)));
                tokio::spawn(async move { told(&ask(&place, check, morning()).await) })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers.sort_by_key(|(_, number, _)| *number);
        let expected: Vec<_> = (1..=64)
            .map(|number| match number {
                1 => (Verdict::FirstCheck, 1, true),
                number => (Verdict::CheckedBefore, number, false),
            })
            .collect();
        assert_eq!(answers, expected);
        assert_eq!(rows(&place, "scans").await, 64);
        assert_eq!(report(&place, &batch, morning()).await.queries, 64);
        assert_healthy(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_phone_that_asks_sixteen_times_at_once_is_one_query() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let place = Arc::new(place);
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let place = Arc::clone(&place);
                let check = check(&place, &batch, Some(phone(1)));
                tokio::spawn(async move { told(&ask(&place, check, morning()).await) })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), (Verdict::FirstCheck, 1, true));
        }
        assert_eq!(rows(&place, "scans").await, 1);
    }
}

#[tokio::test]
async fn the_same_phone_within_half_an_hour_is_the_same_query() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let (first, before) = (Verdict::FirstCheck, Verdict::CheckedBefore);
        assert_eq!(SAME_QUERY, minutes(30));
        for (minute, name, expected) in [
            (0, Some(phone(1)), (first, 1, true)),
            (29, Some(phone(1)), (first, 1, true)),
            (29, Some(phone(2)), (before, 2, false)),
            (31, Some(phone(1)), (before, 3, true)), // 31 minutes after its last counted query
            (32, Some(phone(2)), (before, 2, false)),
            (33, Some(phone(1)), (before, 3, true)),
            (59, Some(phone(2)), (before, 4, false)), // exactly half an hour is over
            (60, None, (before, 5, false)),
            (60, None, (before, 6, false)), // without a name nobody is the same
        ] {
            let check = check(&place, &batch, name);
            let answer = ask(&place, check, morning() + minutes(minute)).await;
            assert_eq!(told(&answer), expected, "minute {minute}, {name:?}");
            let query = answer.query.unwrap();
            assert_eq!(query.first.at, morning());
        }
        assert_eq!(rows(&place, "scans").await, 6);
        assert_healthy(&place).await;
    }
}

#[tokio::test]
async fn a_code_and_its_serial_are_one_mark_and_neighbours_are_others() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let by_code = check(&place, &batch, Some(phone(1)));
        let by_serial = Check {
            input: Some(Input::Serial(place.serial(&batch, 0))),
            ..check(&place, &batch, Some(phone(2)))
        };
        let neighbour = Check {
            input: Some(Input::Code(place.code(&batch, 1))),
            ..by_code
        };
        assert_eq!(
            ask(&place, by_code, morning()).await.query.unwrap().number,
            1
        );
        let answer = ask(&place, by_serial, morning()).await;
        assert_eq!(answer.mark, mark(&batch, 0));
        assert_eq!(answer.query.unwrap().number, 2);
        assert_eq!(
            ask(&place, neighbour, morning())
                .await
                .query
                .unwrap()
                .number,
            1
        );
    }
}

#[tokio::test]
async fn the_first_place_is_told_later_and_every_scan_keeps_the_state_it_met() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let yiyang = Place {
            prefecture: Prefecture::new(430_900).unwrap(),
            class: PlaceClass::Mobile,
        };
        let from_yiyang = Check {
            place: Some(yiyang),
            ..check(&place, &batch, Some(phone(1)))
        };
        assert_eq!(
            ask(&place, from_yiyang, morning()).await.verdict,
            Verdict::NotActivated
        );
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let answer = ask(&place, check(&place, &batch, Some(phone(2))), morning()).await;
        assert_eq!(told(&answer), (Verdict::CheckedBefore, 2, false));
        assert_eq!(answer.query.unwrap().first.place, Some(yiyang));
        let frozen = EventKind::Withdrawn(Withdrawal::Frozen);
        place.change(&batch, frozen, "", morning()).await.unwrap();
        ask(&place, check(&place, &batch, Some(phone(3))), morning()).await;
        for (query, state) in [(1, "not_activated"), (2, "active"), (3, "frozen")] {
            let met = format!("scans WHERE query = {query} AND state = '{state}'");
            assert_eq!(rows(&place, &met).await, 1, "{met}");
        }
    }
}

#[tokio::test]
async fn who_only_looks_is_told_the_same_and_leaves_no_trace() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let look = Check {
            channel: Channel::Unrecorded,
            ..check(&place, &batch, Some(phone(1)))
        };
        for _ in 0..3 {
            let answer = ask(&place, look, morning()).await;
            assert_eq!((answer.verdict, answer.query), (Verdict::FirstCheck, None));
        }
        assert_eq!(rows(&place, "mark_queries").await, 0);

        ask(&place, check(&place, &batch, Some(phone(1))), morning()).await;
        for name in [1, 2] {
            let look = Check {
                phone: Some(phone(name)),
                ..look
            };
            let answer = ask(&place, look, morning() + minutes(60)).await;
            assert_eq!(told(&answer), (Verdict::CheckedBefore, 2, name == 1));
        }
        assert_eq!(rows(&place, "scans").await, 1);
        assert_eq!(report(&place, &batch, morning()).await.queries, 1);
    }
}
