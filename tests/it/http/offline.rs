//! Checks without a network, as the server sees them: the list of states, and what phones send afterwards.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::offline::{List, ListedState};
use yuanmark::service::{retention, system};

use crate::support::databases::{execute, number};
use crate::support::installation::{index, morning};
use crate::support::server::{Phone, Reply, Site};

const PATH: &str = "/api/v1/offline-checks";
const MILLISECONDS_A_YEAR: i64 = 366 * 24 * 3600 * 1000;

fn now() -> i64 {
    system::now().as_millisecond()
}

fn id(number: u32) -> String {
    format!("0198c8f2-5d3e-7a41-9c55-{number:012x}")
}

fn check(number: u32, code: &str, at: i64) -> Value {
    json!({ "id": id(number), "code": code, "at": at })
}

async fn send(phone: &Phone, checks: &[Value]) -> Reply {
    phone
        .send_json("POST", PATH, &json!({ "checks": checks }))
        .await
}

async fn taken(phone: &Phone, checks: &[Value]) -> Vec<Value> {
    let reply = send(phone, checks).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["taken"].as_array().unwrap().clone()
}

async fn rows(site: &Site, what: &str) -> i64 {
    let mut tx = site.store.read().await.unwrap();
    number(&mut tx, &format!("SELECT count(*) FROM {what}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_says_what_a_check_says() {
    for site in Site::both().await {
        let batch = site.printed(12).await;
        site.change(&batch, EventKind::Activated, "0\n1\n2\n3", morning())
            .await
            .unwrap();
        let withdrawn = [(1, Withdrawal::Revoked), (5, Withdrawal::Frozen)];
        for (place, kind) in withdrawn {
            let kind = EventKind::Withdrawn(kind);
            site.change(&batch, kind, &place.to_string(), morning())
                .await
                .unwrap();
        }
        let reply = site.program().open("/offline/list").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(reply.kind(), "application/octet-stream");
        let tag = reply.header("etag").unwrap().to_owned();
        let list = List::open(&reply.body, &site.keys.ring()).unwrap();
        for place in 0..12 {
            let mark = MarkId {
                batch: batch.number,
                index: index(place),
            };
            let state = list.state(&batch.payload(mark).unwrap(), list.made_at);
            let told = site.phone().check(&site.link(&batch, place)).await.json();
            let told = match told["verdict"].as_str().unwrap() {
                "first_check" => "in_use",
                "withdrawn" => told["withdrawal"]["kind"].as_str().unwrap(),
                verdict => verdict,
            };
            assert_eq!(state.slug(), told, "{place}");
        }
        let mark = MarkId {
            batch: batch.number,
            index: index(1),
        };
        let revoked = ListedState::Withdrawn(Withdrawal::Revoked);
        let code = batch.payload(mark).unwrap();
        assert_eq!(list.state(&code, list.made_at), revoked);
        let again = site.program().with("if-none-match", &tag);
        assert_eq!(again.open("/offline/list").await.status, 304);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_sent_later_count_once_and_are_marked_as_such() {
    for site in Site::both().await {
        let batch = site.in_market(4).await;
        let phone = site.phone();
        let link = |place| site.link(&batch, place);
        let digits = String::from_utf8(site.code(&batch, 1).to_digits().to_vec()).unwrap();
        let sent = [
            check(1, &link(0), now()),
            check(2, &digits, now() - 86_400_000),
            // The same mark again, and what is not ours.
            check(3, &link(0), now()),
            check(4, &"A".repeat(107), now()),
        ];
        assert_eq!(taken(&phone, &sent).await, [id(1), id(2), id(3), id(4)]);
        assert_eq!(rows(&site, "scans WHERE channel = 'offline'").await, 2);
        assert_eq!(rows(&site, "offline_checks").await, 3);

        // Replayed, by itself or by somebody else.
        for other in [&phone, &site.phone()] {
            assert_eq!(taken(other, &sent).await.len(), 4);
            assert_eq!(rows(&site, "scans").await, 2);
            assert_eq!(rows(&site, "offline_checks").await, 3);
        }
        // The next one with a network is told of it.
        let told = site.phone().check(&link(0)).await.json();
        assert_eq!(
            (&told["verdict"], &told["query"]["number"]),
            (&json!("checked_before"), &json!(2))
        );
        let told = phone.check(&link(1)).await.json();
        assert_eq!(
            told["query"]["number"], 1,
            "the same phone within half an hour"
        );

        // A clock that is wrong by a year is not believed, and changes nothing.
        let wrong = [
            check(5, &link(2), now() - MILLISECONDS_A_YEAR - 1000),
            check(6, &link(3), now() + MILLISECONDS_A_YEAR),
        ];
        assert_eq!(taken(&phone, &wrong).await.len(), 2);
        assert_eq!(
            rows(&site, "offline_checks WHERE claimed_at IS NULL").await,
            2
        );
        let today = now() - 3_600_000;
        let of_today = format!("scans WHERE channel = 'offline' AND at > {today}000");
        assert_eq!(rows(&site, &of_today).await, 4);

        // The names go with the scans.
        let kept = retention::prune(&site.store, system::now(), retention::DAYS).await;
        assert!(kept.unwrap().is_done);
        assert_eq!(rows(&site, "offline_checks").await, 5);
        let years = SignedDuration::from_hours(24 * (i64::from(retention::DAYS) + 40));
        let later = system::now() + years;
        let gone = retention::prune(&site.store, later, retention::DAYS).await;
        assert!(gone.unwrap().is_done);
        assert_eq!(rows(&site, "offline_checks").await, 0);
    }
}

/// A check that is sent by several at the same moment, none of which has a name yet, is one query.
#[tokio::test(flavor = "multi_thread")]
async fn checks_sent_twice_at_once_count_once() {
    for site in Site::both().await {
        let batch = site.in_market(3).await;
        let sent: Vec<Value> = (0..3)
            .map(|place| check(place, &site.link(&batch, place), now()))
            .collect();
        let phones: Vec<Phone> = (0..8).map(|_| site.phone()).collect();
        let replies = join_all(phones.iter().map(|phone| send(phone, &sent))).await;
        // Who was not told that they are taken sends them again.
        assert!(replies.iter().any(|reply| reply.status == 200));
        for phone in &phones {
            assert_eq!(taken(phone, &sent).await.len(), 3);
        }
        assert_eq!(rows(&site, "scans").await, 3);
        assert_eq!(rows(&site, "offline_checks WHERE counted = 1").await, 3);
    }
}

/// Who took a check and was broken off does not keep it for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_whose_taking_was_broken_off_is_taken_anew() {
    for site in Site::both().await {
        let batch = site.in_market(2).await;
        for (place, seconds, status, scans) in [(0, 5, 503, 0), (1, 20, 200, 1)] {
            let then = (now() - seconds * 1000) * 1000;
            let mut tx = site.store.write().await.unwrap();
            let sql = format!(
                "INSERT INTO offline_checks (id, batch, mark_index, received_at, counted) \
                 VALUES ('{}', {}, {place}, {then}, 0)",
                id(place),
                batch.number.get()
            );
            execute(&mut tx, &sql).await;
            tx.commit().await.unwrap();
            let sent = [check(place, &site.link(&batch, place), now())];
            assert_eq!(send(&site.phone(), &sent).await.status, status);
            assert_eq!(rows(&site, "scans").await, scans);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_of_the_form_is_refused_and_nothing_is_taken() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let (phone, link) = (site.phone(), site.link(&batch, 0));
    let serial = site.serial(&batch, 0).to_string();
    let many: Vec<Value> = (0..33).map(|number| check(number, &link, 0)).collect();
    for bad in [
        vec![check(1, &serial, 0)],
        vec![check(1, &link[1..], 0)],
        vec![check(1, &link, -1)],
        vec![json!({ "id": "1", "code": link, "at": 0 })],
        vec![json!({ "id": id(1).to_uppercase(), "code": link, "at": 0 })],
        vec![json!({ "id": id(1), "code": link, "at": 0, "place": "长沙" })],
        many,
    ] {
        let reply = send(&phone, &bad).await;
        assert_eq!(reply.status, 400, "{bad:?}: {}", reply.text());
    }
    assert_eq!(rows(&site, "offline_checks").await, 0);
    assert_eq!(rows(&site, "scans").await, 0);
    assert!(taken(&phone, &[]).await.is_empty());
    // A program of the list counts for nothing, here as elsewhere.
    let robot = site.phone().with("user-agent", "Googlebot/2.1");
    taken(&robot, &[check(1, &link, now())]).await;
    assert_eq!(rows(&site, "scans").await, 0);
    for _ in 0..60 {
        send(&phone, &[]).await;
    }
    let refused = send(&phone, &[check(1, &link, now())]).await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    assert_eq!(rows(&site, "scans").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_is_looked_for_anew_and_names_what_there_is() {
    let site = Site::any().await;
    let worker = site.phone().open("/worker.js").await;
    assert_eq!(worker.status, 200);
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    let text = worker.text();
    let program = text.lines().next().unwrap();
    let program = program.strip_prefix("const PROGRAM = ").unwrap();
    let program: Value = serde_json::from_str(program).unwrap();
    let addresses = ["pages", "assets"].map(|name| program[name].as_array().unwrap());
    for address in addresses.into_iter().flatten().chain([&program["library"]]) {
        let address = address.as_str().unwrap();
        assert_eq!(site.phone().open(address).await.status, 200, "{address}");
    }
}
