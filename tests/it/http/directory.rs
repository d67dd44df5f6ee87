//! The public directory of licensees: what is in it, what is not, and what it costs.

use std::io::Read;
use std::time::Instant;

use flate2::read::GzDecoder;
use serde_json::json;
use yuanmark::domain::event::EventKind;

use super::described::{Described, licensee};
use crate::support::databases::execute;
use crate::support::installation::USCCS;
use crate::support::server::{Reply, Site};

async fn fetch(site: &Site) -> Reply {
    let reply = site.program().open("/directory.json").await;
    assert_eq!(
        (reply.status, reply.kind()),
        (200, "application/json"),
        "{}",
        reply.text()
    );
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(reply.header("vary"), Some("accept-encoding"));
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_names_whose_right_is_in_force_and_whose_has_ended() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        let empty = fetch(&site).await;
        let format = "yuanmark/directory/v1";
        assert_eq!(
            empty.json(),
            json!({ "format": format, "licensees": [], "ended": [] })
        );

        office
            .post("licensees", licensee(USCCS[0], "虚构芦笋企业甲"))
            .await;
        office
            .post("licensees", licensee(USCCS[1], "虚构芦笋企业乙"))
            .await;
        let mut applicant = licensee(USCCS[2], "虚构申请人");
        applicant["state"] = json!("applied");
        office.post("licensees", applicant).await;
        office
            .post("licensees", licensee(USCCS[3], "沅江市王五芦笋经营部"))
            .await;
        let grant = json!({
            "by": "李四", "licensee": 1, "season": 2026, "form": "canned", "area_hundredths": 100_000,
            "pack_grams": 425, "document": "测产2026-1",
        });
        office.post("entitlements/grant", grant).await;
        let step = |step: &str| json!({ "by": "李四", "step": step, "date": "2026-02-01", "ground": "一票否决", "document": "决定1号" });
        office.post("licensees/2/proposal", step("exit")).await;
        let ended = office
            .post("licensees/2/proposal/confirm", json!({ "by": "张三" }))
            .await;

        let reply = fetch(&site).await;
        office.hold("GET", "/directory.json", &reply);
        let directory = reply.json();
        let firm = json!({
            "number": 1, "name": "虚构芦笋企业甲", "uscc": USCCS[0], "legal_basis": "gi_product",
            "products": ["清水芦笋罐头 425 g"], "forms": ["fresh", "canned"], "seasons": [2026],
            "in_force_since": "2026-01-05", "state": "active",
        });
        // A household by its code alone.
        let household = json!({
            "number": 4, "uscc": USCCS[3], "legal_basis": "gi_product",
            "products": ["清水芦笋罐头 425 g"], "forms": ["fresh", "canned"], "seasons": [],
            "in_force_since": "2026-01-05", "state": "active",
        });
        assert_eq!(directory["licensees"], json!([firm, household]));
        assert_eq!(
            directory["ended"],
            json!([{
                "number": 2, "name": "虚构芦笋企业乙", "uscc": USCCS[1], "kind": "exited", "date": "2026-02-01",
                "ground": "一票否决", "document": "决定1号", "marks_good_until": ended["ended"]["marks_good_until"],
            }])
        );
        for personal in [
            "王五",
            "0737",
            "示例路",
            "虚构申请人",
            USCCS[2],
            "430981006",
            "李四",
            "张三",
        ] {
            assert!(!reply.text().contains(personal), "{personal}");
        }

        // A correction order is nobody else's business; a right that rests is.
        let mut correction = step("order-correction");
        correction["due"] = json!("2099-01-01");
        office.post("licensees/1/steps", correction).await;
        assert_eq!(fetch(&site).await.json()["licensees"][0]["state"], "active");
        office.post("licensees/1/steps", step("suspend")).await;
        assert_eq!(
            fetch(&site).await.json()["licensees"][0]["state"],
            "suspended"
        );
        office.post("licensees/2/proposal", step("blacklist")).await;
        office
            .post("licensees/2/proposal/confirm", json!({ "by": "张三" }))
            .await;
        assert_eq!(fetch(&site).await.json()["ended"][0]["kind"], "blacklisted");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_is_not_sent_it_again() {
    for site in Site::both().await {
        let batch = site.batch(10).await;
        let first = fetch(&site).await;
        let tag = first.header("etag").unwrap().to_owned();
        assert!(tag.starts_with('"'), "{tag} is strong");
        let packed = site
            .program()
            .with("accept-encoding", "gzip")
            .open("/directory.json")
            .await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed.body[..])
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, first.body);
        let packed_tag = packed.header("etag").unwrap();
        assert_ne!(packed_tag, tag, "other bytes, another tag");

        for known in [&tag, packed_tag] {
            let reply = site
                .program()
                .with("if-none-match", known)
                .open("/directory.json")
                .await;
            assert_eq!((reply.status, reply.body.len()), (304, 0));
            assert_eq!(reply.header("etag"), Some(tag.as_str()));
            assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
        }
        let reply = site.program().head("/directory.json").await;
        assert_eq!(
            (reply.status, reply.header("etag")),
            (200, Some(tag.as_str()))
        );

        // What happens to marks does not touch it; what happens to a licensee does.
        site.change(&batch, EventKind::Used, "1", batch.issued_at)
            .await
            .unwrap();
        assert_eq!(fetch(&site).await.body, first.body);
        site.licensee(1).await;
        let changed = fetch(&site).await;
        assert_ne!(changed.header("etag"), Some(tag.as_str()));
        let reply = site
            .program()
            .with("if-none-match", &tag)
            .open("/directory.json")
            .await;
        assert_eq!(reply.status, 200);

        // Another instance answers with the same bytes.
        let installation = crate::support::installation::Installation {
            database: crate::support::databases::TestDatabase::sqlite(),
            store: site.store.clone(),
            keys: site.keys.clone(),
            folder: tempfile::tempdir().unwrap(),
        };
        let other = Site::serve(installation).await;
        assert_eq!(fetch(&other).await.body, changed.body);

        site.database.take_away().await;
        if site.database.is_sqlite() {
            let mut tx = site.store.write().await.unwrap();
            execute(&mut tx, "ALTER TABLE counters RENAME TO counters_away").await;
            tx.commit().await.unwrap();
        }
        let reply = site.program().open("/directory.json").await;
        assert_eq!(
            (reply.status, reply.header("retry-after")),
            (503, Some("5"))
        );
        assert_eq!(
            reply.json().get("advice"),
            None,
            "the public is told nothing of our machines"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_licensees_are_answered_at_once() {
    for site in Site::both().await {
        site.licensee(0).await;
        // Copies behind the program's back; only the directory reads them.
        let mut tx = site.store.write().await.unwrap();
        let numbers = "WITH RECURSIVE n (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM n WHERE number < 10000)";
        let copies = format!(
            "{numbers} INSERT INTO licensees (number, uscc, name, state, attention_from, body) \
             SELECT n.number, 'X' || n.number, name, state, attention_from, \
             replace(body, '\"number\":1,', '\"number\":' || n.number || ',') FROM n, licensees WHERE licensees.number = 1"
        );
        assert_eq!(execute(&mut tx, &copies).await, 9_999);
        let seasons = "INSERT INTO entitlements (licensee, season, form, body) \
             SELECT number, 2020 + number % 7, 'canned', '{}' FROM licensees";
        execute(&mut tx, seasons).await;
        tx.commit().await.unwrap();

        let start = Instant::now();
        let first = fetch(&site).await;
        let cold = start.elapsed();
        let directory = first.json();
        assert_eq!(directory["licensees"].as_array().unwrap().len(), 10_000);
        let start = Instant::now();
        for _ in 0..10 {
            let reply = site
                .program()
                .with("accept-encoding", "gzip")
                .head("/directory.json")
                .await;
            assert_eq!(reply.status, 200);
        }
        let warm = start.elapsed() / 10;
        println!(
            "{} bytes: {cold:?} when it is made, {warm:?} afterwards",
            first.body.len()
        );
        assert!(warm.as_millis() < 100, "{warm:?}");
    }
}
