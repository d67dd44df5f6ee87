//! What the public is told of a mark, and of what is not ours.

use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::access::Scope;
use yuanmark::domain::code::{Code, Payload};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::form::FormCode;
use yuanmark::domain::input::Input;
use yuanmark::domain::keyring::KeyId;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::{BatchNumber, MarkId};
use yuanmark::domain::order::Batch;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::season::Season;
use yuanmark::domain::verdict::Verdict;
use yuanmark::service::verify::{self, Answer, Channel, Check};
use yuanmark::service::{keys, licensees};
use yuanmark::store::unissued;

use super::{end, mark, minutes, read, rows};
use crate::support::installation::{Installation, index, morning};

async fn answer(place: &Installation, input: Input, channel: Channel, now: Timestamp) -> Answer {
    let check = Check {
        input: Some(input),
        channel,
        phone: Some(PhoneHash([1; 16])),
        place: None,
        network: None,
    };
    verify::answer(&place.store, &place.keys, check, now)
        .await
        .unwrap()
}

/// What a person is told who scans the code.
async fn scan(place: &Installation, code: Code, now: Timestamp) -> Verdict {
    answer(place, Input::Code(code), Channel::Consumer, now)
        .await
        .verdict()
}

/// What is told of the same mark by code and by serial to someone who only looks.
async fn look(place: &Installation, batch: &Batch, index: u32, now: Timestamp) -> [Verdict; 2] {
    let code = Input::Code(place.code(batch, index));
    let serial = Input::Serial(place.serial(batch, index));
    [
        answer(place, code, Channel::Unrecorded, now)
            .await
            .verdict(),
        answer(place, serial, Channel::Unrecorded, now)
            .await
            .verdict(),
    ]
}

/// Codes that the key of the batch has signed and that the batch does not account for.
fn unaccounted(batch: &Batch) -> Vec<Payload> {
    let good = batch.payload(mark(batch, 0)).unwrap();
    let unissued = BatchNumber::new(batch.number.get() + 1).unwrap();
    let at = |mark| Payload { mark, ..good };
    vec![
        at(MarkId {
            batch: unissued,
            ..good.mark
        }),
        at(MarkId {
            index: index(batch.count.get()),
            ..good.mark
        }),
        Payload {
            season: Season::new(2027).unwrap(),
            ..at(mark(batch, 1))
        },
        Payload {
            form: FormCode(99),
            ..at(mark(batch, 2))
        },
        Payload {
            licensee: LicenseeNumber(2),
            ..at(mark(batch, 3))
        },
        Payload {
            has_hidden_code: true,
            ..at(mark(batch, 4))
        },
    ]
}

#[tokio::test]
async fn a_well_signed_code_that_no_batch_accounts_for_is_not_ours_and_an_alarm() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let signing = place.keys.signing_key(batch.key).unwrap();
        let codes = unaccounted(&batch);
        for (seen, payload) in (0..).zip(&codes) {
            assert_eq!(rows(&place, "unissued_codes").await, seen);
            let verdict = scan(&place, payload.sign(&signing), morning()).await;
            assert_eq!(verdict, Verdict::NotOurs, "{payload:?}");
        }
        let again = scan(&place, codes[0].sign(&signing), morning() + minutes(5)).await;
        assert_eq!(again, Verdict::NotOurs);
        let seen = unissued::count(&mut read(&place).await).await.unwrap();
        assert_eq!(seen, (6, Some(morning() + minutes(5))));
        assert_eq!(rows(&place, "mark_queries").await, 0, "nothing was counted");
    }
}

#[tokio::test]
async fn a_code_of_another_key_of_ours_does_not_pass_for_the_batch_s() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let other = keys::make(place.keys.folder(), None, None, morning()).unwrap();
        assert!(place.keys.reload().unwrap());
        let payload = Payload {
            key: other,
            ..batch.payload(mark(&batch, 0)).unwrap()
        };
        let code = payload.sign(&place.keys.signing_key(other).unwrap());
        assert_eq!(scan(&place, code, morning()).await, Verdict::NotOurs);
        assert_eq!(rows(&place, "unissued_codes").await, 1);
    }
}

#[tokio::test]
async fn who_only_looks_at_an_unaccounted_code_raises_no_alarm() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let signing = place.keys.signing_key(batch.key).unwrap();
        for payload in unaccounted(&batch) {
            let input = Input::Code(payload.sign(&signing));
            let answer = answer(&place, input, Channel::Unrecorded, morning()).await;
            assert_eq!(answer.verdict(), Verdict::NotOurs);
        }
        assert_eq!(rows(&place, "unissued_codes").await, 0);
    }
}

#[tokio::test]
async fn what_others_signed_or_made_up_is_not_ours_and_leaves_no_trace() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let payload = batch.payload(mark(&batch, 0)).unwrap();
        let forged = payload.sign(&SigningKey::from_bytes(&[7; 32]));
        let unknown_key = Payload {
            key: KeyId(200),
            ..payload
        };
        let unknown_key = unknown_key.sign(&place.keys.signing_key(batch.key).unwrap());
        for code in [forged, unknown_key] {
            assert_eq!(scan(&place, code, morning()).await, Verdict::NotOurs);
        }
        let made_up = Input::read("4BD9-QV4N-Q0NZ-57DB").unwrap();
        let never_issued = Batch {
            number: BatchNumber::new(99).unwrap(),
            ..batch.clone()
        };
        let beyond = place.serial(&batch, 10);
        for input in [
            made_up,
            Input::Serial(place.serial(&never_issued, 0)),
            Input::Serial(beyond),
        ] {
            let answer = answer(&place, input, Channel::Consumer, morning()).await;
            assert_eq!(answer.verdict(), Verdict::NotOurs, "{input:?}");
        }
        for table in ["unissued_codes", "mark_queries", "scans"] {
            assert_eq!(rows(&place, table).await, 0, "{table}");
        }
    }
}

#[tokio::test]
async fn what_is_no_code_at_all_is_not_ours() {
    for place in Installation::both().await {
        let check = Check {
            input: None,
            channel: Channel::Consumer,
            phone: None,
            place: None,
            network: None,
        };
        let answer = verify::answer(&place.store, &place.keys, check, morning()).await;
        assert_eq!(answer.unwrap().verdict(), Verdict::NotOurs);
    }
}

#[tokio::test]
async fn marks_of_a_compromised_key_are_good_only_if_issued_before() {
    for place in Installation::both().await {
        let batch = place.batch(10).await; // issued in the morning
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let moment = SignedDuration::from_micros(1);
        for (since, expected) in [
            (morning() + moment, Verdict::FirstCheck),
            (morning(), Verdict::NotOurs), // issued at that very moment
        ] {
            let now = morning() + minutes(60);
            keys::compromise(place.keys.folder(), batch.key, since, now).unwrap();
            assert!(place.keys.reload().unwrap());
            assert_eq!(look(&place, &batch, 0, now).await, [expected; 2], "{since}");
        }
        let later = scan(&place, place.code(&batch, 0), morning()).await;
        assert_eq!(later, Verdict::NotOurs);
        assert_eq!(rows(&place, "scans").await, 0);
    }
}

#[tokio::test]
async fn marks_of_a_retired_key_stay_good() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        keys::retire(place.keys.folder(), batch.key, morning()).unwrap();
        assert!(place.keys.reload().unwrap());
        let told = look(&place, &batch, 0, morning() + minutes(60)).await;
        assert_eq!(told, [Verdict::FirstCheck; 2]);
    }
}

#[tokio::test]
async fn an_activated_mark_is_past_its_season_from_the_first_moment_on() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "0", morning())
            .await
            .unwrap();
        let since: Timestamp = "2029-12-31T00:00:00+08:00".parse().unwrap();
        let before = since - SignedDuration::from_micros(1);
        assert_eq!(
            look(&place, &batch, 0, before).await,
            [Verdict::FirstCheck; 2]
        );
        assert_eq!(
            look(&place, &batch, 0, since).await,
            [Verdict::PastSeason; 2]
        );
        let code = Input::Code(place.code(&batch, 0));
        let Answer::Ours(told) = answer(&place, code, Channel::Consumer, since).await else {
            panic!("our own mark is not ours");
        };
        assert_eq!(told.past_since, Some(since));
        let never_activated = look(&place, &batch, 1, since).await;
        assert_eq!(never_activated, [Verdict::NotActivated; 2]);
    }
}

#[tokio::test]
async fn of_several_withdrawals_the_gravest_is_told_and_the_end_of_the_right_last() {
    use Withdrawal::{Destroyed, Frozen, Lost, Recalled, Returned, Revoked, Spoiled};
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        end(&place, &licensee, morning()).await;
        // What can befall one label, the lightest first; and the same again the other way round where it can be.
        for (mark, kinds) in (0..).zip([
            &[Frozen, Recalled, Spoiled, Destroyed, Revoked][..],
            &[Frozen, Recalled, Returned, Destroyed, Revoked],
            &[Frozen, Recalled, Lost, Revoked],
            &[Revoked, Lost, Recalled, Frozen],
            &[Spoiled, Destroyed, Recalled, Frozen],
        ]) {
            let mut gravest = None;
            for kind in kinds {
                let told = gravest.map_or("right_ended", Withdrawal::slug);
                assert_eq!(withdrawal(&place, &batch, mark).await, told);
                let event = EventKind::Withdrawn(*kind);
                let changed = place
                    .change(&batch, event, &mark.to_string(), morning())
                    .await;
                assert_eq!(changed.unwrap().marks, 1);
                gravest = Some(gravest.map_or(*kind, |before: Withdrawal| before.min(*kind)));
            }
            let told = gravest.unwrap().slug();
            assert_eq!(withdrawal(&place, &batch, mark).await, told);
        }
    }
}

/// The reason's word that is told of a mark, long past its season.
async fn withdrawal(place: &Installation, batch: &Batch, mark: u32) -> &'static str {
    let code = Input::Code(place.code(batch, mark));
    let late = "2040-01-01T00:00:00Z".parse().unwrap();
    match answer(place, code, Channel::Unrecorded, late).await {
        Answer::Ours(answer) => {
            assert_eq!(answer.verdict, Verdict::Withdrawn);
            answer.withdrawal.unwrap().0
        }
        Answer::NotOurs => panic!("our own mark is not ours"),
    }
}

#[tokio::test]
async fn the_public_reads_the_reason_and_the_date_of_a_withdrawal() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let at = morning() + minutes(7);
        let recall = EventKind::Withdrawn(Withdrawal::Recalled);
        place.change(&batch, recall, "0", at).await.unwrap();
        let code = Input::Code(place.code(&batch, 0));
        let Answer::Ours(told) = answer(&place, code, Channel::Consumer, at).await else {
            panic!("our own mark is not ours");
        };
        let expected = ("recalled", at, Some("for the story".to_owned()));
        assert_eq!(told.withdrawal, Some(expected));
        assert_eq!(told.serial, place.serial(&batch, 0));
        assert_eq!(
            (&told.facts.batch, told.licensee().number),
            (&batch, batch.licensee)
        );
    }
}
