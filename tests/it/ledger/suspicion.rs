//! Copied marks: found while scans are answered, by the code that replays what was recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::access::Scope;
use yuanmark::domain::alert::{Alert, AlertKind, AlertNumber};
use yuanmark::domain::detection::{
    BatchState, Calibration, Context, Hypothesis, Known, MarkState, Parameters, Seen,
};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::input::Input;
use yuanmark::domain::mark::{BatchNumber, MarkCount};
use yuanmark::domain::market::Market;
use yuanmark::domain::order::{Batch, NewOrder};
use yuanmark::domain::phone::{NetworkHash, PhoneHash};
use yuanmark::domain::place::{Place, PlaceClass, Prefecture};
use yuanmark::domain::said::Said;
use yuanmark::domain::verdict::Verdict;
use yuanmark::service::desk::Call;
use yuanmark::service::detection::export::export;
use yuanmark::service::detection::in_force::{in_force, put};
use yuanmark::service::detection::recorded::recorded;
use yuanmark::service::metrics::{Metrics, Refusals};
use yuanmark::service::verify::{self, Answer, Channel, Check, MarkAnswer, Verifier};
use yuanmark::service::{alerts, evidence, inspecting, orders};
use yuanmark::store::alert::{self, Filter};
use yuanmark::store::{batch_account, calibration, scan};

use super::{mark, rows};
use crate::support::databases::number;
use crate::support::installation::{Installation, call, line, morning};

fn phone(name: u8) -> PhoneHash {
    // The detector goes by the first bytes.
    PhoneHash([name; 16])
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Cities all over the country, far from one another.
const CITIES: [u32; 8] = [
    430_900, 110_100, 310_100, 440_100, 510_100, 210_100, 610_100, 350_100,
];

fn check(place: &Installation, batch: &Batch, index: u32, name: u8, city: u32) -> Check {
    Check {
        input: Some(Input::Code(place.code(batch, index))),
        channel: Channel::Consumer,
        phone: Some(phone(name)),
        place: Some(Place {
            prefecture: Prefecture::new(city).unwrap(),
            class: PlaceClass::Gps,
        }),
        network: Some(NetworkHash(u16::from(name))),
    }
}

async fn ask(place: &Installation, check: Check, now: Timestamp) -> MarkAnswer {
    let answer = verify::answer(&place.store, &place.keys, check, now).await;
    match answer.unwrap() {
        Answer::Ours(answer) => *answer,
        Answer::NotOurs => panic!("our own mark is not ours"),
    }
}

async fn active_batch(place: &Installation) -> Batch {
    in_use(place, place.batch(10).await).await
}

async fn in_use(place: &Installation, batch: Batch) -> Batch {
    let activated = EventKind::Activated;
    place
        .change(&batch, activated, "", morning())
        .await
        .unwrap();
    batch
}

/// Another phone in another city every five days: which of them is told so first, from 1.
async fn copied(place: &Installation, batch: &Batch, index: u32) -> usize {
    let mut told = Vec::new();
    for (name, city) in (1..).zip(CITIES) {
        let now = morning() + days(5 * i64::from(name));
        let check = check(place, batch, index, name, city);
        told.push(ask(place, check, now).await.verdict);
    }
    let first = told.iter().position(|told| *told == Verdict::SuspectedCopy);
    let first = first.expect("eight cities in forty days");
    assert!(
        told[first..]
            .iter()
            .all(|told| *told == Verdict::SuspectedCopy),
        "a suspicion stays: {told:?}"
    );
    first + 1
}

#[tokio::test]
async fn a_mark_seen_all_over_the_country_is_suspected_and_raises_one_alert() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let at = copied(&place, &batch, 0).await;
        assert!((3..=6).contains(&at), "told at the {at}th scan");
        let mut tx = place.store.read().await.unwrap();
        let sql = "SELECT count(*) FROM alerts WHERE kind = 'suspected_copy' AND mark_index = 0";
        assert_eq!(number(&mut tx, sql).await, 1);
        let sql = "SELECT query FROM alerts WHERE kind = 'suspected_copy'";
        assert_eq!(number(&mut tx, sql).await, i64::try_from(at).unwrap());
        let all = "SELECT count(*) FROM alerts";
        assert_eq!(number(&mut tx, all).await, 1, "no second one for its batch");
        // Its neighbour is not.
        let neighbour = check(&place, &batch, 1, 1, CITIES[0]);
        let told = ask(&place, neighbour, morning() + days(50)).await;
        assert_eq!(told.verdict, Verdict::FirstCheck);
    }
}

#[tokio::test]
async fn an_alert_is_as_strong_as_its_mark_is_when_the_list_is_asked_for() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        for index in [0, 1] {
            copied(&place, &batch, index).await;
        }
        let open = async || {
            let filter = Filter::default();
            let now = morning() + days(90);
            let listed = alerts::list(&place.store, Scope::All, &filter, None, 10, now);
            let listed = listed.await.unwrap();
            let of = |alert: &Alert| (alert.index.unwrap().get(), alert.log_odds);
            listed.iter().map(of).collect::<Vec<(u32, f64)>>()
        };
        let before = open().await;
        assert_eq!((before[0].0, before[1].0), (1, 0), "the newest of equals");
        for (name, city) in (20..).zip(CITIES) {
            let now = morning() + days(45 + 2 * i64::from(name - 20));
            ask(&place, check(&place, &batch, 0, name, city), now).await;
        }
        let after = open().await;
        assert_eq!((after[0].0, after[1].0), (0, 1), "{after:?}");
        assert!(after[0].1 > before[1].1, "{before:?} {after:?}");
        let mut tx = place.store.read().await.unwrap();
        let account = scan::account(&mut tx, mark(&batch, 0)).await.unwrap();
        let log_odds = account.unwrap().peak_log_odds(&Parameters::reference());
        assert!((after[0].1 - log_odds).abs() < 1e-5, "{after:?} {log_odds}");
        drop(tx);
        // Whoever sells copies asks a dozen times at one place: the suspicion is not washed out of the list.
        for name in 40..60 {
            let now = morning() + days(70) + SignedDuration::from_secs(10 * i64::from(name));
            let at_one_place = Check {
                place: None,
                network: Some(NetworkHash(7)),
                ..check(&place, &batch, 0, name, CITIES[0])
            };
            ask(&place, at_one_place, now).await;
        }
        let mut tx = place.store.read().await.unwrap();
        let account = scan::account(&mut tx, mark(&batch, 0)).await.unwrap();
        let now = account
            .unwrap()
            .log_odds(&Parameters::reference(), &Context::ALONE);
        assert!(now < log_odds, "what counts now is less: {now} {log_odds}");
        drop(tx);
        assert_eq!(open().await, after);
    }
}

#[tokio::test]
async fn the_account_of_live_scans_is_that_of_their_replay() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        copied(&place, &batch, 0).await;
        let mark = mark(&batch, 0);
        let seen = Seen {
            at: morning() + days(60),
            place: None,
            phone: Some(phone(3)),
            network: None,
        };
        let mut tx = place.store.begin_group().await.unwrap();
        for (day, known) in (0..).zip([Known::HiddenOk, Known::HiddenBad, Known::HiddenBad]) {
            let at = seen.at + days(day);
            let seen = Seen { at, ..seen };
            evidence::take(&mut tx, mark, known, &seen).await.unwrap();
        }
        tx.commit().await.unwrap();
        // An inspector's checks are no queries, and in the account all the same.
        let call = call("inspector", morning() + days(70));
        let serial = place.serial(&batch, 0).to_string();
        for (prefecture, minutes) in [(430_900, 0), (430_900, 20), (650_100, 25)] {
            let prefecture = Prefecture::new(prefecture).unwrap();
            let at = call.at + SignedDuration::from_mins(minutes);
            let call = Call { at, ..call.clone() };
            let checked = inspecting::check(&place.store, &place.keys, &call, &serial, prefecture);
            assert_eq!(checked.await.unwrap().to_string(), serial);
        }
        let mut tx = place.store.read().await.unwrap();
        let queries = scan::get(&mut tx, mark).await.unwrap().unwrap();
        assert_eq!(queries.count, CITIES.len() as u64);
        let replayed = recorded(&mut tx, &Parameters::reference(), mark)
            .await
            .unwrap();
        let live = scan::account(&mut tx, mark).await.unwrap().unwrap();
        assert!(replayed.is_complete);
        assert_eq!(replayed.steps.len(), CITIES.len() + 4, "one check twice");
        assert!(live.is_suspected());
        let mut account = replayed.account;
        assert!(account.decide(&Parameters::reference(), &Context::ALONE));
        assert_eq!(account.to_bytes(), live.to_bytes());
        assert_eq!(
            live.hypothesis(&Parameters::reference()),
            Hypothesis::Copied
        );
        let strongest = &replayed.steps[2].evidence[0];
        assert!(strongest.said().en.contains("km from"), "{strongest:?}");
        let by_inspector = &replayed.steps.last().unwrap().evidence;
        let far = by_inspector[0].said().en;
        assert!(far.contains("km from") && far.contains("Ürümqi"), "{far}");
        // And the batch's account is what its one mark adds to it.
        let mut whole = BatchState::default();
        whole.update(
            &Parameters::reference(),
            None,
            live.for_batch(&Parameters::reference()),
        );
        let found = batch_account::of(&mut tx, &[batch.number]).await.unwrap();
        let found = &found[&batch.number];
        for (found, expected) in found.sums().iter().zip(whole.sums()) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        assert_eq!((found.codes, found.scans), (1, 8));
        let ((seen_again, dealt), (_, expected)) = (found.dealt(), whole.dealt());
        assert_eq!(seen_again, 1);
        assert!((dealt - expected).abs() < 1e-4, "{dealt} {expected}");
    }
}

#[tokio::test]
async fn what_was_recorded_is_taken_out_whole_and_names_no_phone() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        copied(&place, &batch, 0).await;
        copied(&place, &batch, 1).await;
        let call = call("office", morning() + days(70));
        let serial = place.serial(&batch, 1).to_string();
        let changsha = Prefecture::new(430_100).unwrap();
        let checked = inspecting::check(&place.store, &place.keys, &call, &serial, changsha);
        checked.await.unwrap();
        let taken = async || {
            let (mut scans, mut activations) = (Vec::new(), Vec::new());
            let done = export(&place.store, &call, &mut scans, &mut activations).await;
            let text = |bytes| String::from_utf8(bytes).unwrap();
            (done.unwrap(), text(scans), text(activations))
        };
        let (done, scans, activations) = taken().await;
        let lines: Vec<&str> = scans.lines().skip(1).collect();
        assert_eq!((done.scans, lines.len()), (17, 17), "{scans}");
        assert!(
            lines[16].ends_with(",430100,gps,,inspector,none,"),
            "{scans}"
        );
        // The same phone of both marks has one name, and another one in the next export.
        let phone = |line: &str| line.split(',').nth(2).unwrap().to_owned();
        assert_eq!(phone(lines[0]), phone(lines[1]));
        assert_ne!(phone(lines[0]), phone(lines[2]));
        let (_, again, _) = taken().await;
        assert_ne!(phone(lines[0]), phone(again.lines().nth(1).unwrap()));
        assert_eq!(done.activations, 1);
        let at = morning();
        assert_eq!(
            activations,
            format!("mark_from,mark_to,time\n1-0,1-9,{at}\n")
        );
        let steps = "trail WHERE action = 'scans-take'";
        assert_eq!(rows(&place, steps).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_instance_takes_a_calibration_over_within_ten_seconds() {
    for place in Installation::both().await {
        let metrics = Metrics::new(&Refusals::default());
        let running = Verifier::start(&place.store, place.keys.clone(), metrics, 64);
        let licensee = place.licensee(0).await;
        let mut versions = Vec::new();
        for (next, after) in (1..).zip([Duration::ZERO, Duration::from_millis(10_200)]) {
            tokio::time::sleep(after).await;
            // Its labels are delivered, and nobody activated it.
            let order = place.order(&licensee, 10).await;
            let batch = place.issue(&order, &format!("after {after:?}")).await;
            let batch = batch.unwrap().batch;
            place.deliver(&batch).await;
            running
                .answer(check(&place, &batch, 0, 1, CITIES[0]))
                .await
                .unwrap();
            let found = alerts::get(&place.store, Scope::All, AlertNumber(next)).await;
            versions.push(found.unwrap().alert.parameters.to_string());
            if next == 1 {
                let reason = line("as the season has shown");
                let office = call("office", morning());
                put(&place.store, &office, &reason, Some(&with_level(-4.0)))
                    .await
                    .unwrap();
            }
        }
        assert_eq!(versions, ["5", "5.1"]);
    }
}

/// A calibration that changes nothing but the level.
fn with_level(alarm_log_odds: f64) -> Calibration {
    let own = Parameters::reference();
    Calibration {
        model: own.version.model,
        offset: own.calibration[0],
        slope: own.calibration[1],
        alarm_log_odds,
        false_alarms: 0.0004,
        honest: 60_000,
        copied: 600,
        scans_sha256: "0".repeat(64),
        labels_sha256: "0".repeat(64),
    }
}

#[tokio::test]
async fn a_calibration_counts_from_the_next_scan_and_alerts_name_it() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let own = Parameters::reference();
        let office = call("office", morning());
        let apply = async |wanted: Option<&Calibration>| {
            let reason = line("as the season has shown");
            put(&place.store, &office, &reason, wanted).await
        };
        let told_in = async |index, name: u8| {
            let now = morning() + days(5 * i64::from(name));
            let city = CITIES[usize::from(name - 1)];
            ask(&place, check(&place, &batch, index, name, city), now)
                .await
                .verdict
        };
        let alerts = async || {
            let mut tx = place.store.read().await.unwrap();
            let sql = "SELECT CAST(coalesce(sum(10 * parameters + coalesce(calibration, 0)), 0) AS BIGINT) FROM alerts \
                 WHERE kind = 'suspected_copy'";
            number(&mut tx, sql).await
        };
        let by_default = copied(&place, &batch, 0).await;
        // What is told of an alert is by the parameters that raised it, whatever is in force.
        let strongest = async || {
            let found = alerts::get(&place.store, Scope::All, AlertNumber(1)).await;
            let story = alerts::story(&place.store, &found.unwrap().alert, morning()).await;
            story.unwrap().strongest()
        };
        let told_by_default = strongest().await;
        assert!(told_by_default.is_some());
        assert_eq!(alerts().await, 50, "as the program has them");
        let never = Calibration {
            offset: -40.0,
            ..with_level(4.0)
        };
        let (high, low) = (never, with_level(-8.0));
        let now = apply(Some(&high)).await.unwrap();
        assert_eq!(now.version.to_string(), "5.1");
        for name in 1..=7 {
            assert_ne!(told_in(1, name).await, Verdict::SuspectedCopy, "{name}");
        }
        assert_eq!(
            told_in(0, 8).await,
            Verdict::SuspectedCopy,
            "the office has not decided"
        );
        let before = told_by_default.unwrap().0;
        assert!(strongest().await.unwrap().0 >= before);
        // What is in force already, and what would do harm, changes nothing.
        let again = apply(Some(&high)).await.unwrap_err().to_string();
        assert!(again.contains("in force already"), "{again}");
        let harmful = apply(Some(&with_level(-12.0)))
            .await
            .unwrap_err()
            .to_string();
        assert!(harmful.contains("nothing is known"), "{harmful}");
        let mut tx = place.store.read().await.unwrap();
        assert_eq!(in_force(&mut tx).await.unwrap(), now);
        drop(tx);
        // The account is what it would have been: with the old level the next scan is over it.
        assert_eq!(apply(None).await.unwrap(), own);
        assert_eq!(told_in(1, 8).await, Verdict::SuspectedCopy);
        assert_eq!(alerts().await, 50 + 50);
        assert_eq!(apply(Some(&low)).await.unwrap().version.to_string(), "5.3");
        let earlier = copied(&place, &batch, 2).await;
        assert!(earlier < by_default, "{earlier} {by_default}");
        assert_eq!(alerts().await, 50 + 50 + 53);
        let of_mark = Filter {
            kind: Some(AlertKind::SuspectedCopy),
            ..Filter::default()
        };
        let found = alerts::list(&place.store, Scope::All, &of_mark, None, 9, morning());
        let found = found.await.unwrap();
        let third = found.iter().find(|alert| alert.index.unwrap().get() == 2);
        let parameters = third.unwrap().parameters;
        assert_eq!(parameters.to_string(), "5.3");
        assert_eq!(
            rows(&place, "trail WHERE action = 'parameters-change'").await,
            3
        );
        let told = "trail WHERE new LIKE '%as the season has shown%'";
        assert_eq!(rows(&place, told).await, 3, "the trail says why");
        // A program with other parameters has no use for it.
        let mut tx = place.store.write().await.unwrap();
        let other = Calibration { model: 2, ..low };
        calibration::add(&mut tx, morning(), &office.by, &office.by, Some(&other))
            .await
            .unwrap();
        assert_eq!(in_force(&mut tx).await.unwrap(), own);
    }
}

/// A batch in use whose order names a market.
async fn batch_for(place: &Installation, market: &str) -> Batch {
    let licensee = place.licensee(0).await;
    let anywhere = place.order(&licensee, 1).await.placed;
    let new = NewOrder {
        market: Some(Market::new(market).unwrap()),
        quantity: MarkCount::new(10).unwrap(),
        ..anywhere
    };
    let call = call("office", morning());
    let order = orders::place(&place.store, &call, new).await.unwrap();
    let order = orders::approve(&place.store, &call, order.number, None).await;
    let batch = place.issue(&order.unwrap(), "of a market").await;
    let batch = batch.unwrap().batch;
    place.deliver(&batch).await;
    in_use(place, batch).await
}

#[tokio::test]
async fn a_pack_outside_its_market_counts_against_its_mark_and_warns_nobody() {
    const CHANGSHA: u32 = 430_100;
    const GUANGZHOU: u32 = 440_100;
    for place in Installation::both().await {
        let batch = batch_for(&place, "湖南、湖北").await;
        let account = async |index| {
            let mut tx = place.store.read().await.unwrap();
            let mark = mark(&batch, index);
            let live = scan::account(&mut tx, mark).await.unwrap();
            let replayed = recorded(&mut tx, &Parameters::reference(), mark)
                .await
                .unwrap();
            let said = replayed.steps.iter().flat_map(|step| &step.evidence);
            let said: Vec<String> = said.map(|piece| piece.said().en).collect();
            let is_told = said
                .iter()
                .any(|said| said.starts_with("seen outside the market"));
            if let Some(live) = &live {
                let log_odds = |account: &MarkState| {
                    account
                        .log_odds(&Parameters::reference(), &Context::ALONE)
                        .to_bits()
                };
                assert_eq!(log_odds(&replayed.account), log_odds(live));
            }
            (live, is_told)
        };
        let on_goods = async |index, name, city| {
            let now = morning() + days(i64::from(name));
            ask(&place, check(&place, &batch, index, name, city), now).await
        };
        // The first query already: there is no account of it otherwise.
        assert_eq!(on_goods(0, 1, GUANGZHOU).await.verdict, Verdict::FirstCheck);
        let (outside, is_told) = account(0).await;
        assert!(outside.is_some() && is_told);
        assert_eq!(on_goods(1, 1, CHANGSHA).await.verdict, Verdict::FirstCheck);
        assert!(matches!(account(1).await, (None, false)));
        // The address of a mobile network is that of its gateway.
        let mut by_mobile = check(&place, &batch, 2, 1, GUANGZHOU);
        by_mobile.place.as_mut().unwrap().class = PlaceClass::Mobile;
        ask(&place, by_mobile, morning()).await;
        assert!(matches!(account(2).await, (None, false)));
        // Where an inspector finds it is known well.
        let found = Call {
            at: morning() + days(9),
            ..call("inspector", morning())
        };
        let serial = place.serial(&batch, 1).to_string();
        let guangzhou = Prefecture::new(GUANGZHOU).unwrap();
        let checked = inspecting::check(&place.store, &place.keys, &found, &serial, guangzhou);
        checked.await.unwrap();
        let (by_inspector, is_told) = account(1).await;
        assert!(by_inspector.is_some_and(|account| !account.is_suspected()) && is_told);
        // Copies of it are told as goods on a market that is not theirs.
        copied(&place, &batch, 3).await;
        let (copied, _) = account(3).await;
        assert_eq!(
            copied.unwrap().hypothesis(&Parameters::reference()),
            Hypothesis::OutsideMarket
        );
        let (mut scans, mut activations) = (Vec::new(), Vec::new());
        export(&place.store, &found, &mut scans, &mut activations)
            .await
            .unwrap();
        let scans = String::from_utf8(scans).unwrap();
        let outside = |mark: &str| {
            let of_mark = scans.lines().filter(|line| line.contains(mark));
            of_mark.filter(|line| line.ends_with(",yes")).count()
        };
        let number = batch.number;
        let outside = [0, 1, 2, 3].map(|index| outside(&format!(",{number}-{index},")));
        assert_eq!(outside, [1, 1, 0, CITIES.len() - 1], "{scans}");
    }
}

#[tokio::test]
async fn who_asks_again_and_again_is_never_warned_of_themselves() {
    let place = Installation::new(crate::support::databases::TestDatabase::sqlite()).await;
    let batch = active_batch(&place).await;
    for (day, city) in (0..40).zip(CITIES.iter().cycle()) {
        let check = check(&place, &batch, 0, 7, *city);
        let told = ask(&place, check, morning() + days(day)).await;
        assert_ne!(told.verdict, Verdict::SuspectedCopy, "day {day}");
    }
    assert_eq!(rows(&place, "alerts").await, 0);
}

#[tokio::test]
async fn what_the_office_finds_counts_at_once() {
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        copied(&place, &batch, 0).await;
        let mark = mark(&batch, 0);
        let at = morning() + days(100);
        let seen = Seen {
            at,
            place: None,
            phone: None,
            network: None,
        };
        let take = async |known| {
            let mut tx = place.store.begin_group().await.unwrap();
            evidence::take(&mut tx, mark, known, &seen).await.unwrap();
            tx.commit().await.unwrap();
        };
        let asked = async |minute, name| {
            let now = at + SignedDuration::from_mins(minute);
            let check = check(&place, &batch, 0, name, CITIES[0]);
            ask(&place, check, now).await.verdict
        };
        take(Known::Cleared).await;
        assert_eq!(asked(1, 1).await, Verdict::CheckedBefore);
        take(Known::FoundCopied).await;
        assert_eq!(asked(60, 1).await, Verdict::SuspectedCopy);
        // A finding is the office's own: no alert tells it of that.
        let mut tx = place.store.read().await.unwrap();
        let sql = "SELECT count(*) FROM alerts WHERE kind = 'suspected_copy'";
        assert_eq!(number(&mut tx, sql).await, 1);
    }
}

#[tokio::test]
async fn marks_not_in_use_that_are_asked_about_are_one_alert_a_batch() {
    for place in Installation::both().await {
        let batch = place.batch(10).await;
        for index in 0..3 {
            let check = check(&place, &batch, index, 1, CITIES[0]);
            let told = ask(&place, check, morning()).await;
            assert_eq!(told.verdict, Verdict::NotActivated);
        }
        // Frozen while something is looked into, on goods that people hold in their hands.
        let kind = EventKind::Withdrawn(Withdrawal::Frozen);
        place.change(&batch, kind, "5", morning()).await.unwrap();
        let told = ask(&place, check(&place, &batch, 5, 1, CITIES[0]), morning()).await;
        assert_eq!(told.verdict, Verdict::Withdrawn);
        let withdrawn = "SELECT count(*) FROM alerts WHERE kind = 'while_withdrawn'";
        let mut tx = place.store.read().await.unwrap();
        assert_eq!(number(&mut tx, withdrawn).await, 0);
        drop(tx);
        let kind = EventKind::Withdrawn(Withdrawal::Lost);
        place.change(&batch, kind, "4", morning()).await.unwrap();
        let gone = check(&place, &batch, 4, 1, CITIES[0]);
        let told = ask(&place, gone, morning() + days(1)).await;
        assert_eq!(told.verdict, Verdict::Withdrawn);
        let mut tx = place.store.read().await.unwrap();
        for (kind, expected) in [("before_activation", 1), ("while_withdrawn", 1)] {
            let sql = format!("SELECT count(*) FROM alerts WHERE kind = '{kind}'");
            assert_eq!(number(&mut tx, &sql).await, expected, "{kind}");
        }
        // Both are held against the marks themselves.
        let account = scan::account(&mut tx, mark(&batch, 4)).await.unwrap();
        let hypothesis = account
            .as_ref()
            .map(|it: &MarkState| it.hypothesis(&Parameters::reference()));
        assert_eq!(hypothesis, Some(Hypothesis::UsedAfterDestruction));
        let account = scan::account(&mut tx, mark(&batch, 0)).await.unwrap();
        let hypothesis = account.map(|it| it.hypothesis(&Parameters::reference()));
        assert_eq!(hypothesis, Some(Hypothesis::LeakedBeforeActivation));
    }
}

#[tokio::test]
async fn a_batch_is_held_against_the_others_of_its_time() {
    const CODES: u32 = 230;
    const SUMS: [f64; 4] = [0.6, 2.0, 7.0, 14.0];
    for place in Installation::both().await {
        let batch = active_batch(&place).await;
        let alike = |count: u32| -> BTreeMap<BatchNumber, BatchState> {
            let first = batch.number.get();
            let numbers = (first..first + count).filter_map(BatchNumber::new);
            let account = |number| (number, BatchState::of(CODES, 2 * CODES, SUMS, (0, 0.0)));
            numbers.map(account).collect()
        };
        let mut tx = place.store.write().await.unwrap();
        // As if everybody's dealers looked often: all batches say as much for copies as this one.
        batch_account::add(&mut tx, 0, &alike(12)).await.unwrap();
        let latest = batch_account::latest(&mut tx, 5).await.unwrap();
        let numbers: Vec<u32> = latest.keys().map(|number| number.get()).collect();
        let last = batch.number.get() + 11;
        assert_eq!(numbers, (last - 4..=last).collect::<Vec<_>>(), "the newest");
        tx.commit().await.unwrap();
        let twice = async |name: u8| {
            for more in 0..2 {
                let check = check(&place, &batch, u32::from(name), name + more, CITIES[0]);
                ask(&place, check, morning() + days(1)).await;
            }
        };
        let alerts = "SELECT count(*) FROM alerts WHERE kind = 'batch_evidence'";
        twice(1).await;
        let mut tx = place.store.read().await.unwrap();
        assert_eq!(number(&mut tx, alerts).await, 0, "none of them stands out");
        drop(tx);
        // The others fall silent, and it stands out.
        let mut tx = place.store.write().await.unwrap();
        let mut quiet = alike(12);
        quiet.remove(&batch.number);
        for account in quiet.values_mut() {
            *account = BatchState::of(0, 0, SUMS.map(|sum| -sum), (0, 0.0));
        }
        batch_account::add(&mut tx, 0, &quiet).await.unwrap();
        tx.commit().await.unwrap();
        twice(4).await;
        let mut tx = place.store.read().await.unwrap();
        assert_eq!(number(&mut tx, alerts).await, 1);
        drop(tx);
        // A mark of it that is suspected is told so, and the alert says what the others had to do with it.
        copied(&place, &batch, 6).await;
        let alert = alerts::get(&place.store, Scope::All, AlertNumber(2)).await;
        let alert = alert.unwrap().alert;
        assert!(alert.light.batch > 1.0, "{alert:?}");
        let story = alerts::story(&place.store, &alert, morning());
        let evidence = story.await.unwrap().evidence(&alert);
        let of_batch = |said: &Said| said.en.contains("other marks of its batch showed copies");
        assert!(evidence.iter().any(of_batch), "{evidence:?}");
    }
}

#[tokio::test]
async fn what_a_season_shows_of_dealers_counts_as_scans_are_answered() {
    // At which query a copied mark is suspected, how strongly, and what the season took off.
    let suspected = async |place: &Installation, dealt: f64| {
        let batch = active_batch(place).await;
        let first = batch.number.get();
        let numbers = (first..first + 12).filter_map(BatchNumber::new);
        let account = |number| (number, BatchState::of(230, 460, [0.0; 4], (60, dealt)));
        let mut tx = place.store.write().await.unwrap();
        let all = numbers.map(account).collect();
        batch_account::add(&mut tx, 0, &all).await.unwrap();
        tx.commit().await.unwrap();
        let at = copied(place, &batch, 0).await;
        let mut tx = place.store.read().await.unwrap();
        let alert = alert::get(&mut tx, AlertNumber(1)).await.unwrap().unwrap();
        let story = alerts::story(&place.store, &alert, morning());
        let against = story.await.unwrap().against(&alert);
        let is_told = against
            .iter()
            .any(|said| said.en.contains("dealers of the season"));
        assert_eq!(is_told, alert.light.season < -0.1, "{alert:?} {against:?}");
        (at, alert.log_odds, alert.light.season)
    };
    let usual = Parameters::reference().dealt[0] * 60.0;
    let (first, second) = (Installation::both().await, Installation::both().await);
    for (as_believed, full_of_dealers) in first.iter().zip(&second) {
        let (at, log_odds, taken_off) = suspected(as_believed, usual).await;
        assert!(taken_off.abs() < 1e-9, "{taken_off}");
        let (later_at, lower, taken_off) = suspected(full_of_dealers, 4.0 * usual).await;
        assert!(taken_off < 0.0, "{taken_off}");
        assert!(
            later_at > at || later_at == at && lower < log_odds,
            "at the {at}th query with {log_odds}, at the {later_at}th with {lower}"
        );
    }
}
