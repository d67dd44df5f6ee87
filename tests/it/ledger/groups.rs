//! Checks answered in groups, by several instances over one database: exact counts, states as of every commit, and a
//! word at once for whoever cannot be answered.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::input::Input;
use yuanmark::domain::order::Batch;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::verdict::{CouldNotCheck, Verdict};
use yuanmark::service::metrics::{Metrics, Refusals};
use yuanmark::service::verify::{self, Answer, Channel, Check, Verifier};
use yuanmark::service::{licensees, system};
use yuanmark::store::ledger::before_commit;
use yuanmark::store::{DatabaseUrl, Store};

use super::{assert_healthy, end, rows};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, morning};

const RECALLED: Withdrawal = Withdrawal::Recalled;
const FROZEN: Withdrawal = Withdrawal::Frozen;

/// An instance that may hold so many MiB of batches.
fn instance(place: &Installation, catalog_mib: u32) -> Arc<Verifier> {
    let verifier = Verifier::start(
        &place.store,
        place.keys.clone(),
        Metrics::new(&Refusals::default()),
        catalog_mib,
    );
    Arc::new(verifier)
}

fn check(place: &Installation, batch: &Batch, index: u32, phone: Option<u32>) -> Check {
    Check {
        input: Some(Input::Code(place.code(batch, index))),
        channel: Channel::Consumer,
        phone: phone.map(|name| PhoneHash(u128::from(name).to_be_bytes())),
        place: None,
        network: None,
    }
}

/// The code with another signature: the first of its bits is another.
fn forged(mut check: Check) -> Check {
    if let Some(Input::Code(code)) = check.input {
        let mut bytes = *code.bytes();
        bytes[16] ^= 1;
        check.input = yuanmark::domain::code::Code::from_bytes(bytes).map(Input::Code);
    }
    check
}

#[tokio::test(flavor = "multi_thread")]
async fn every_query_has_its_number_whichever_instance_counts_it_and_whatever_is_forged_beside_it()
{
    const MARKS: u32 = 5;
    const EACH: u32 = 60;
    for place in Installation::both().await {
        let batch = place.batch(MARKS).await;
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let instances = [
            instance(&place, 1),
            instance(&place, 1),
            instance(&place, 1),
        ];
        let mut asked = Vec::new();
        for number in 0..MARKS * EACH {
            let genuine = check(&place, &batch, number % MARKS, Some(number));
            for check in [genuine, forged(genuine)] {
                let instance = instances[number as usize % instances.len()].clone();
                asked.push((
                    number,
                    tokio::spawn(async move { instance.answer(check).await }),
                ));
            }
        }
        let mut told = vec![Vec::new(); MARKS as usize];
        let mut not_ours = 0;
        for (number, answer) in asked {
            match answer.await.unwrap().unwrap() {
                Answer::NotOurs => not_ours += 1,
                Answer::Ours(answer) => {
                    let query = answer.query.unwrap();
                    assert_eq!(
                        answer.verdict == Verdict::FirstCheck,
                        query.number == 1,
                        "the first query is told as such, and no other"
                    );
                    told[(number % MARKS) as usize].push(query.number);
                }
            }
        }
        assert_eq!(not_ours, MARKS * EACH);
        for mut numbers in told {
            numbers.sort_unstable();
            assert_eq!(numbers, (1..=u64::from(EACH)).collect::<Vec<_>>());
        }
        assert_eq!(rows(&place, "scans").await, i64::from(MARKS * EACH));
        assert_healthy(&place).await;
    }
}

#[tokio::test]
async fn what_is_entered_binds_every_answer_from_its_commit_on() {
    for place in Installation::both().await {
        let batch = place.batch(40).await;
        // One that holds what it has read, and one that may hold nothing.
        let instances = [instance(&place, 1), instance(&place, 0)];
        let mut phone = 0;
        let mut states = async |expected: &[(u32, &str)]| {
            for instance in &instances {
                for (index, expected) in expected {
                    phone += 1;
                    let check = check(&place, &batch, *index, Some(phone));
                    let looked = Check {
                        channel: Channel::Unrecorded,
                        ..check
                    };
                    let looked = verify::answer(&place.store, &place.keys, looked, system::now());
                    let (looked, told) =
                        (looked.await.unwrap(), instance.answer(check).await.unwrap());
                    let Answer::Ours(answer) = &told else {
                        panic!("ours")
                    };
                    let withdrawn = answer.withdrawal.as_ref().map(|(kind, ..)| *kind);
                    let state = withdrawn.unwrap_or(match answer.verdict {
                        Verdict::FirstCheck | Verdict::CheckedBefore => "active",
                        other => other.slug(),
                    });
                    assert_eq!(state, *expected, "mark {index}");
                    let Answer::Ours(looked) = &looked else {
                        panic!("ours")
                    };
                    assert_eq!(
                        looked.withdrawal, answer.withdrawal,
                        "as if it were read anew"
                    );
                }
            }
        };
        let change = async |event, lines: &str| {
            place.change(&batch, event, lines, morning()).await.unwrap();
        };
        states(&[(0, "not_activated"), (39, "not_activated")]).await;
        change(EventKind::Activated, "0-19").await;
        states(&[(1, "active"), (39, "not_activated")]).await;
        change(EventKind::Withdrawn(FROZEN), "5-10\n39").await;
        states(&[
            (1, "active"),
            (5, "frozen"),
            (10, "frozen"),
            (11, "active"),
            (39, "frozen"),
        ])
        .await;
        change(EventKind::Withdrawn(RECALLED), "7").await;
        states(&[(7, "recalled"), (8, "frozen")]).await;
        change(EventKind::Restored(FROZEN), "5-10").await;
        states(&[(7, "recalled"), (8, "active"), (39, "frozen")]).await;
        change(EventKind::Withdrawn(Withdrawal::Revoked), "8").await;
        states(&[(8, "revoked"), (9, "active")]).await;
        // What is entered about somebody else, or about nobody's marks, changes nothing.
        let other = place.licensee(1).await;
        states(&[(9, "active")]).await;
        end(&place, &other, morning()).await;
        states(&[(9, "active")]).await;
        let licensee = licensees::get(&place.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        end(&place, &licensee, morning()).await;
        states(&[(8, "revoked"), (9, "right_ended"), (20, "right_ended")]).await;
        assert_healthy(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_be_answered_is_told_so_and_counted_for_nothing() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let verifier = instance(&place, 1);
        let one = verifier
            .answer(check(&place, &batch, 0, None))
            .await
            .unwrap();
        assert_eq!(one.verdict(), Verdict::NotActivated);
        // Somebody enters something, and takes long.
        let mut entering = place.store.write().await.unwrap();
        before_commit(&mut entering).await.unwrap();
        let (other, patient) = (verifier.clone(), check(&place, &batch, 3, None));
        let patient = tokio::spawn(async move { other.answer(patient).await });
        tokio::time::sleep(Duration::from_millis(50)).await; // its group has begun
        let impatient = verifier.answer(check(&place, &batch, 1, None));
        let gave_up = tokio::time::timeout(Duration::from_millis(50), impatient).await;
        assert!(gave_up.is_err(), "it waits");
        let crowd: Vec<_> = (0..8000)
            .map(|_| {
                let (verifier, check) = (verifier.clone(), check(&place, &batch, 2, None));
                tokio::spawn(async move { verifier.answer(check).await })
            })
            .collect();
        let waits = async |crowd: &[tokio::task::JoinHandle<_>]| {
            let waiting = crowd.iter().filter(|one| !one.is_finished());
            waiting.count()
        };
        while waits(&crowd).await > 6000 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        drop(entering);
        let (mut answered, mut busy) = (0, 0);
        for one in crowd {
            match one.await.unwrap() {
                Ok(answer) => {
                    assert_eq!(answer.verdict(), Verdict::NotActivated);
                    answered += 1;
                }
                Err(CouldNotCheck::Busy) => busy += 1,
                // On a machine so slow that the database was waited for too long.
                Err(CouldNotCheck::Unavailable | CouldNotCheck::TooSlow) => {}
            }
        }
        assert!(busy >= 2000, "{busy} were sent away at once");
        let of = async |index| {
            let mark = super::mark(&batch, index);
            let mut tx = place.store.read().await.unwrap();
            let found = yuanmark::store::scan::get(&mut tx, mark).await.unwrap();
            found.map_or(0, |queries| queries.count)
        };
        assert_eq!(of(2).await, answered, "all who were told, and nobody else");
        assert_eq!(of(1).await, 0, "who went away is not counted");
        assert_eq!(of(3).await, u64::from(patient.await.unwrap().is_ok()));
        assert_healthy(&place).await;
    }
}

/// SQLite by itself puts what it has written into its place only when its log has 32,768 pages, and whoever asks then waits for
/// all of them.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_sqlite_stays_short_while_answers_are_given() {
    const MARKS: u32 = 700;
    const PAGE: u64 = 4096;
    let place = Installation::new(TestDatabase::sqlite()).await;
    let batch = place.batch(MARKS).await;
    place
        .change(&batch, EventKind::Activated, "", morning())
        .await
        .unwrap();
    let (DatabaseUrl::Sqlite(file), Store::Sqlite { writer, .. }) =
        (&place.database.url, &place.store)
    else {
        panic!("SQLite");
    };
    // The file of the log keeps the greatest length that it ever had.
    let empty = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)");
    empty.execute(writer).await.unwrap();
    let log = file.with_extension("db-wal");
    let instance = instance(&place, 1);
    for index in 0..MARKS {
        let answer = instance.answer(check(&place, &batch, index, Some(index)));
        answer.await.unwrap();
        // What comes while it is moved stays in the log until the next time; so nothing comes.
        if (index + 1) % 128 == 0 {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    // Without, they are more than two for each.
    let pages = std::fs::metadata(&log).unwrap().len() / PAGE;
    assert!((1..1000).contains(&pages), "{pages} pages");
}

/// Without its log in its place nobody can tell what the disk has.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_disk_may_not_have_is_told_to_nobody_and_is_nobody_else_s_number() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    let batch = place.batch(2).await;
    let Store::Sqlite { log, .. } = &place.store else {
        panic!("SQLite");
    };
    let instance = instance(&place, 1);
    let ask = async |phone| instance.answer(check(&place, &batch, 0, Some(phone))).await;
    let number = |answer: Result<Answer, CouldNotCheck>| match answer.unwrap() {
        Answer::Ours(answer) => answer.query.unwrap().number,
        Answer::NotOurs => panic!("ours"),
    };
    assert_eq!(number(ask(1).await), 1);
    // All that have the file open go on writing to it, wherever it is.
    place.store.checkpoint().await.unwrap();
    let log = log.path();
    let away = log.with_extension("away");
    std::fs::rename(log, &away).unwrap();
    for _ in 0..2 {
        let refused = ask(2).await;
        assert!(matches!(refused, Err(CouldNotCheck::Unavailable)));
    }
    let look = Check::look(check(&place, &batch, 0, None).input);
    for alone in [look, check(&place, &batch, 1, Some(4))] {
        let refused = verify::answer(&place.store, &place.keys, alone, system::now()).await;
        assert!(refused.is_err());
    }
    std::fs::rename(&away, log).unwrap();
    assert_eq!(number(ask(3).await), 3);
    assert_eq!(number(ask(2).await), 2, "it was counted, once");
    assert_healthy(&place).await;
}

#[tokio::test]
async fn what_is_measured_is_what_happened() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        let metrics = Metrics::new(&Refusals::default());
        let verifier = Verifier::start(&place.store, place.keys.clone(), metrics.clone(), 1);
        for (index, phone) in [(0, 1), (0, 2), (1, 3)] {
            verifier
                .answer(check(&place, &batch, index, Some(phone)))
                .await
                .unwrap();
        }
        let other = Check {
            input: None,
            ..check(&place, &batch, 0, None)
        };
        verifier.answer(other).await.unwrap();
        let text = metrics.text();
        for line in [
            "yuanmark_answers_total{verdict=\"not_activated\"} 3",
            "yuanmark_answers_total{verdict=\"not_ours\"} 1",
            "yuanmark_answers_total{verdict=\"first_check\"} 0",
            "yuanmark_unanswered_total{reason=\"busy\"} 0",
            "yuanmark_answer_seconds_count 4",
            "yuanmark_group_checks_sum 3.0",
            "yuanmark_waiting_checks 0",
            "yuanmark_catalog_reads_total 1",
            "yuanmark_unissued_codes_total 0",
        ] {
            assert!(
                text.lines().any(|told| told == line),
                "{line} is not in\n{text}"
            );
        }
        assert!(text.ends_with("# EOF\n"));
        // Who goes away before the answer does not wait any more.
        let gone = verifier.answer(check(&place, &batch, 2, None));
        assert!(gone.now_or_never().is_none());
        let text = metrics.text();
        assert!(text.lines().any(|told| told == "yuanmark_waiting_checks 0"));
    }
}
