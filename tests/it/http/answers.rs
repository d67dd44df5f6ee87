//! Every verdict as JSON, on both databases, and what counts as a query.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use yuanmark::domain::access::Scope;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::code::Code;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::input::Input;
use yuanmark::domain::licensee::{Licensee, Step, StepTaken};
use yuanmark::domain::order::Batch;
use yuanmark::service::verify::{self, Channel, Check};
use yuanmark::service::{licensees, system};

use crate::support::installation::{USCCS, call, line, morning};
use crate::support::server::{Phone, Site, this_season};

/// Lets the phone have asked about the mark some time ago: the clock of a serving site cannot be turned.
pub async fn asked_before(site: &Site, phone: &Phone, code: Code, ago: SignedDuration) {
    let name = phone.name().expect("the phone has a cookie");
    let secret = &site.keys.secrets.phone;
    let check = Check {
        input: Some(Input::Code(code)),
        channel: Channel::Consumer,
        phone: Some(secret.hash(secret.name_in(&name).unwrap())),
        place: None,
        network: None,
    };
    verify::answer(&site.store, &site.keys, check, system::now() - ago)
        .await
        .unwrap();
}

/// Withdraws one mark; what is to be destroyed is spoiled first.
pub async fn withdraw(site: &Site, batch: &Batch, place: u32, kind: Withdrawal, at: Timestamp) {
    let spoiled = (kind == Withdrawal::Destroyed).then_some(Withdrawal::Spoiled);
    for kind in spoiled.into_iter().chain([kind]) {
        site.change(batch, EventKind::Withdrawn(kind), &place.to_string(), at)
            .await
            .unwrap();
    }
}

/// Ends a licensee's right; its marks are good until the given moment.
pub async fn end_right(site: &Site, licensee: &Licensee, marks_good_until: Timestamp) {
    let cancel = StepTaken {
        step: Step::Cancel,
        date: day_of(morning()),
        ground: line("资格期满"),
        document: Some(line("公告2026年第3号")),
        due: None,
        marks_good_until: Some(marks_good_until),
    };
    let clerk = call("clerk", morning());
    licensees::take_step(&site.store, &clerk, licensee.number, cancel)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_query_is_told_apart_and_later_ones_are_told_of_it() {
    for site in Site::both().await {
        let batch = site.in_market(3).await;
        let code = site.link(&batch, 2);
        let (buyer, neighbour) = (site.phone(), site.phone());

        // From Yiyang, in Hunan.
        let reply = buyer.check_in(430_900, &code).await;
        assert_eq!((reply.status, reply.kind()), (200, "application/json"));
        let mut answer = reply.json();
        let checked_at: Timestamp = serde_json::from_value(answer["checked_at"].take()).unwrap();
        let age = system::now().duration_since(checked_at);
        assert!(age.abs() < SignedDuration::from_mins(1), "{age}");
        let first_at = answer["query"]["first_at"].take();
        assert_eq!(first_at, json!(checked_at));
        let expected = json!({
            "true_domain": "v.example.cn",
            "verdict": "first_check",
            "checked_at": null,
            "mark": {
                "serial": site.serial(&batch, 2).to_string(),
                "batch": batch.number.get(),
                "index": 2,
                "season": this_season(),
                "form": "canned",
                "product": "清水芦笋罐头 425 g",
                "has_hidden_code": false,
                "licensee": {
                    "name": "虚构芦笋企业 0",
                    "uscc": USCCS[0],
                    "legal_basis": "gi_product",
                },
                "lot": {
                    "code": "L-1",
                    "harvested": format!("{}-04-01", this_season()),
                    "township": "琼湖街道",
                    "standard": "示例标准 2026",
                    "test": {
                        "result": "passed",
                        "date": format!("{}-04-01", this_season()),
                        "laboratory": "虚构检验所",
                        "number": "检验2026-017",
                    },
                },
            },
            "query": {
                "number": 1,
                "first_at": null,
                "first_province": "湖南",
                "first_province_en": "Hunan",
                "first_was_this_phone": true,
            },
        });
        assert_eq!(answer, expected);

        // The neighbour in Guangzhou is told of the first query's province, and of nothing closer.
        let reply = neighbour.check_in(440_100, &code).await;
        assert_eq!(reply.verdict(), "checked_before");
        let query = &reply.json()["query"];
        let expected = json!({
            "number": 2,
            "first_at": first_at,
            "first_province": "湖南",
            "first_province_en": "Hunan",
            "first_was_this_phone": false,
        });
        assert_eq!(*query, expected);
        for closer in ["430900", "益阳", "Yiyang"] {
            assert!(!reply.text().contains(closer), "{}", reply.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_phone_reloading_is_the_same_query() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let (code, page) = (site.link(&batch, 0), site.page(&batch, 0));
        let (buyer, neighbour) = (site.phone(), site.phone());
        for _ in 0..3 {
            let reply = buyer.check(&code).await;
            assert_eq!(
                (reply.verdict().as_str(), reply.number()),
                ("first_check", 1)
            );
            assert_eq!(buyer.open(&page).await.status, 200);
        }
        // By its serial it is the same mark.
        let reply = buyer.check(&site.serial(&batch, 0).to_string()).await;
        assert_eq!(reply.number(), 1);

        assert_eq!(neighbour.check(&code).await.number(), 2);
        assert_eq!(neighbour.check(&code).await.number(), 2);
        assert_eq!(buyer.check(&code).await.number(), 1);
        // Whoever refuses cookies is someone else each time.
        assert_eq!(site.phone().check(&code).await.number(), 3);
        assert_eq!(site.phone().check(&code).await.number(), 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_comes_back_is_told_that_the_first_query_was_its_own() {
    for site in Site::both().await {
        let batch = site.in_market(2).await;
        let phone = site.phone();
        phone.check(&site.link(&batch, 1)).await; // gives it its name
        let code = site.code(&batch, 0);
        asked_before(&site, &phone, code, SignedDuration::from_hours(2)).await;

        let reply = phone.check(&code.to_base64url()).await;
        assert_eq!(reply.verdict(), "checked_before");
        assert_eq!(reply.number(), 2);
        assert_eq!(reply.json()["query"]["first_was_this_phone"], true);
        // Nobody knows where the first one was.
        assert_eq!(reply.json()["query"].get("first_province"), None);

        let other = site.phone().check(&code.to_base64url()).await;
        assert_eq!(other.number(), 3);
        assert_eq!(other.json()["query"]["first_was_this_phone"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_phones_that_ask_at_once_each_has_a_number_of_its_own() {
    const PHONES: u64 = 12;
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let code = site.link(&batch, 0);
        let phones = (0..PHONES).map(|_| {
            let (phone, code) = (site.phone(), code.clone());
            tokio::spawn(async move {
                let reply = phone.check(&code).await;
                (reply.number(), reply.verdict())
            })
        });
        let phones: Vec<_> = phones.collect();
        let mut numbers = BTreeSet::new();
        for phone in phones {
            let (number, verdict) = phone.await.unwrap();
            let expected = if number == 1 {
                "first_check"
            } else {
                "checked_before"
            };
            assert_eq!(verdict, expected);
            numbers.insert(number);
        }
        assert_eq!(numbers, (1..=PHONES).collect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printed_mark_is_not_activated_until_it_is() {
    for site in Site::both().await {
        let batch = site.printed(2).await;
        let code = site.link(&batch, 1);
        let reply = site.phone().check(&code).await;
        assert_eq!(reply.verdict(), "not_activated");
        assert_eq!(reply.number(), 1);

        site.change(&batch, EventKind::Activated, "0", morning())
            .await
            .unwrap();
        assert_eq!(site.phone().check(&code).await.verdict(), "not_activated");
        site.activate(&batch).await;
        // Two queries were counted before.
        let reply = site.phone().check(&code).await;
        assert_eq!(
            (reply.verdict().as_str(), reply.number()),
            ("checked_before", 3)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_of_every_kind_binds_at_once() {
    for site in Site::both().await {
        let batch = site.in_market(9).await;
        for (place, kind) in (0u32..).zip(Withdrawal::ALL.iter().copied()) {
            let code = site.link(&batch, place);
            assert_eq!(site.phone().check(&code).await.verdict(), "first_check");
            let at = morning() + SignedDuration::from_hours(1);
            withdraw(&site, &batch, place, kind, at).await;

            let reply = site.phone().check(&code).await;
            assert_eq!(reply.verdict(), "withdrawn", "{kind:?}");
            let expected = json!({ "kind": kind.slug(), "since": at, "reason": "for the story" });
            assert_eq!(reply.json()["withdrawal"], expected);
            assert_eq!(reply.number(), 2);

            let undone = site
                .change(&batch, EventKind::Restored(kind), &place.to_string(), at)
                .await;
            assert_eq!(undone.is_ok(), kind.can_be_undone(), "{kind:?}");
            let reply = site.phone().check(&code).await;
            let expected = if kind.can_be_undone() {
                "checked_before"
            } else {
                "withdrawn"
            };
            assert_eq!(reply.verdict(), expected, "{kind:?}");
        }
        // Its neighbour in the batch has nothing to do with it.
        let reply = site.phone().check(&site.link(&batch, 8)).await;
        assert_eq!(reply.verdict(), "first_check");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_right_ends_its_marks_are_good_until_the_policy_date() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let firm = licensees::get(&site.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let other = site.licensee(1).await;
        let order = site.order_of_season(&other, 1, this_season()).await;
        let others = site.issue(&order, "other").await.unwrap().batch;
        site.activate(&others).await;

        end_right(
            &site,
            &other,
            system::now() + SignedDuration::from_hours(24),
        )
        .await;
        let reply = site.phone().check(&site.link(&others, 0)).await;
        assert_eq!(reply.verdict(), "first_check");

        let since = morning() + SignedDuration::from_hours(24);
        end_right(&site, &firm, since).await;
        let reply = site.phone().check(&site.link(&batch, 0)).await;
        assert_eq!(reply.verdict(), "withdrawn");
        let expected = json!({ "kind": "right_ended", "since": since, "reason": "资格期满" });
        assert_eq!(reply.json()["withdrawal"], expected);
    }
}

/// Canned goods of 2020 keep until the end of 2023.
pub async fn of_season_2020(site: &Site) -> Batch {
    let licensee = site.licensee(2).await;
    let order = site.order_of_season(&licensee, 1, 2020).await;
    let batch = site.issue(&order, "old").await.unwrap().batch;
    site.activate(&batch).await;
    batch
}

#[tokio::test(flavor = "multi_thread")]
async fn goods_of_an_old_season_are_past_it() {
    for site in Site::both().await {
        let batch = of_season_2020(&site).await;
        for number in 1..=2 {
            let reply = site.phone().check(&site.link(&batch, 0)).await;
            assert_eq!(reply.verdict(), "past_season");
            assert_eq!(reply.number(), number);
            let midnight_in_beijing = "2023-12-31T16:00:00Z";
            assert_eq!(reply.json()["past_since"], midnight_in_beijing);
            assert_eq!(reply.json()["mark"]["season"], 2020);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_of_a_code_is_the_same_mark() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let code = site.code(&batch, 0);
    let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
    let link = code.to_base64url();
    let serial = site.serial(&batch, 0).to_string();
    let phone = site.phone();
    for spelling in [
        link.clone(),
        digits.clone(),
        format!("HTTPS://V.EXAMPLE.CN/T/{digits}"),
        format!("https://v.example.cn/t/{link}?from=timeline#x"),
        format!(" {link}\n"),
        serial.clone(),
        serial.replace('-', " ").to_lowercase(),
        serial.replace('0', "o").replace('1', "l"),
    ] {
        let reply = phone.check(&spelling).await;
        assert_eq!(reply.verdict(), "first_check", "{spelling}");
        assert_eq!(
            reply.json()["mark"]["serial"],
            Value::String(serial.clone())
        );
    }
}
