//! The ledger through the interface for programs: one order from the survey to its closing, and what can go wrong.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use yuanmark::domain::calendar::day_of;
use yuanmark::service::system;

use super::described::{Described, licensee};
use crate::support::installation::USCCS;
use crate::support::server::{ADMIN_TOKEN, PATIENCE, Site, percent_encoded, this_season};

fn today() -> String {
    day_of(system::now()).to_string()
}

/// Two licensees, a printer, and an entitlement of the first.
async fn begin(office: &Described, area_hundredths: u32) {
    office
        .post("licensees", licensee(USCCS[0], "虚构芦笋企业甲"))
        .await;
    office
        .post("licensees", licensee(USCCS[1], "虚构芦笋企业乙"))
        .await;
    let printer = json!({
        "by": "李四", "name": "虚构彩印有限公司", "uscc": "51430981MJJTEXT52T", "licence": "印证字001号",
    });
    office.post("printers", printer).await;
    let grant = json!({
        "by": "李四", "licensee": 1, "season": this_season(), "form": "canned",
        "area_hundredths": area_hundredths, "pack_grams": 500, "document": "测产1号",
    });
    office.post("entitlements/grant", grant).await;
}

fn order(quantity: u32) -> Value {
    json!({
        "by": "王五", "licensee": 1, "season": this_season(), "form": "canned", "product": "清水芦笋罐头 500 g",
        "quantity": quantity,
    })
}

/// An approved, issued and released order of so many marks.
async fn released(office: Described, quantity: u32) -> Described {
    begin(&office, 100_000).await;
    office.post("orders", order(quantity)).await;
    office
        .post("orders/1/approve", json!({ "by": "李四" }))
        .await;
    let office = office.with("idempotency-key", "batch-1");
    let issued = office
        .post("batches", json!({ "by": "李四", "order": 1 }))
        .await;
    assert_eq!(issued["number"], 1);
    let office = office.without("idempotency-key");
    office
        .post("orders/1/printer", json!({ "by": "李四", "printer": 1 }))
        .await;
    let release = json!({ "by": "李四", "receiver": "赵六", "sha256": "0".repeat(64) });
    office.post("orders/1/release", release).await;
    office
}

/// `event` for `lines` of batch 1.
fn marks(event: &str, lines: &str) -> Value {
    json!({ "by": "李四", "event": event, "batch": 1, "lines": lines, "reason": "清点" })
}

/// A report of an inspection.
fn report(number: &str, result: &str) -> Value {
    json!({ "by": "李四", "laboratory": "虚构检验所", "number": number, "date": today(), "result": result })
}

/// Printed, two of them spoiled; sent, one lost on its way; received by naming the delivery.
async fn printed_and_sent(office: &Described) {
    office.post("marks", marks("spoiled", "98-99")).await;
    let printed = office.post("marks", marks("printed", "0-97")).await;
    assert_eq!(
        (&printed["marks"], &printed["ranges"][0]["range"]["last"]),
        (&json!(98), &json!(97))
    );
    let roll =
        json!({ "by": "李四", "kind": "roll", "batch": 1, "lines": ["0-49"], "label": "R-1" });
    office.post("containers", roll).await;
    let sent = json!({ "by": "李四", "event": "delivered", "containers": [1], "receiver": "王五" });
    let sent = office.post("marks", sent).await;
    let entry = sent["entries"][0].as_u64().unwrap();
    office.post("marks", marks("lost", "7")).await;
    let received = json!({ "by": "王五", "event": "received", "delivery": entry });
    assert_eq!(office.post("marks", received).await["marks"], 49);
}

/// A box is held against what was found in it.
async fn a_box_is_compared(office: &Described) {
    let found = json!({ "lines": ["0-48", "60", "nonsense"] });
    let compared = office.post("containers/1/compare", found).await;
    assert_eq!(compared["agrees"], false);
    assert_eq!(compared["missing"], json!([{ "first": 49, "last": 49 }]));
    assert_eq!(compared["foreign"], json!([{ "first": 60, "last": 60 }]));
    assert_eq!(compared["lines"][0]["line"], 3);
}

/// Goods, their test, and the marks on them.
async fn goods_and_their_marks(office: &Described) {
    let lot = json!({
        "by": "王五", "licensee": 1, "packs": 40, "steps": ["清洗", "装罐"],
        "public": {
            "code": "L-1", "product": "清水芦笋罐头 500 g", "form": "canned", "season": this_season(),
            "harvested": today(), "township": 430_981_006, "standard": "示例标准 2026",
        },
    });
    let entered = office.post("lots", lot).await;
    assert_eq!(
        (
            &entered["public"]["township_name"],
            &entered["internal"]["packs"]
        ),
        (&json!("琼湖街道"), &json!(40))
    );
    let mut activate = marks("activated", "10-39");
    office
        .refused("POST", "marks", activate.clone(), 422, "invalid")
        .await;
    activate["lot"] = json!(1);
    office
        .refused("POST", "marks", activate.clone(), 409, "refused")
        .await;
    office.post("lots/1/reports", report("检1", "passed")).await;
    assert_eq!(office.post("marks", activate.clone()).await["marks"], 30);
    assert_eq!(
        office.post("marks", activate).await["unchanged"],
        30,
        "said twice, done once"
    );
    office.post("marks", marks("used", "10-29")).await;
}

/// What was entered in error is taken back.
async fn an_error_is_taken_back(office: &Described) {
    let wrong = office.post("marks", marks("used", "30")).await["entries"][0]
        .as_u64()
        .unwrap();
    let correct = json!({ "by": "李四", "reason": "误登", "document": "更正1号" });
    let path = format!("ledger/entries/{wrong}/correct");
    let correction = office.post(&path, correct.clone()).await["entry"]
        .as_u64()
        .unwrap();
    office.refused("POST", &path, correct, 409, "refused").await;
    let note = json!({ "by": "李四", "text": "文号应为更正2号" });
    office
        .post(&format!("ledger/entries/{correction}/note"), note)
        .await;
}

/// The rest comes back and is destroyed before two people.
async fn the_rest_comes_back(office: &Described) {
    office.post("marks", marks("returned", "30-49")).await;
    let mut destroy = marks("destroyed", "30-49\n98-99");
    office
        .refused("POST", "marks", destroy.clone(), 422, "invalid")
        .await;
    destroy["destruction"] = json!({ "date": today(), "witnesses": ["证人甲", "证人乙"] });
    office.post("marks", destroy).await;
    office.post("marks", marks("spoiled", "8")).await;

    let labels = office.get("orders/1").await["labels"].clone();
    assert_eq!(
        labels["printing"],
        json!({ "ordered": 100, "good": 98, "spoiled": 2, "unreported": 0 })
    );
    assert_eq!(
        labels["delivery"],
        json!({
            "delivered": 50, "used": 20, "spoiled": 1, "lost": 1, "returned": 20, "on_hand": 8, "in_transit": 0,
        })
    );
    let close = json!({ "by": "李四", "on_hand": 8 });
    let refusal = office
        .refused("POST", "orders/1/close", close.clone(), 409, "refused")
        .await;
    assert!(
        refusal["detail"]
            .as_str()
            .unwrap()
            .contains("at the printer's"),
        "{refusal}"
    );
    office.post("marks", marks("delivered", "50-97")).await;
    office.post("marks", marks("received", "50-97")).await;
    let mut destroy = marks("destroyed", "8");
    destroy["destruction"] = json!({ "date": today(), "witnesses": ["证人甲", "证人乙"] });
    office.post("marks", destroy).await;
    office
        .refused("POST", "orders/1/close", close, 409, "refused")
        .await;
    let closed = office
        .post("orders/1/close", json!({ "by": "李四", "on_hand": 56 }))
        .await;
    assert_eq!(
        (&closed["state"], &closed["is_scrap_over"]),
        (&json!("closed"), &json!(true))
    );
}

/// A failed test recalls the lot with its marks; that can be taken back.
async fn a_failed_test_recalls(office: &Described) {
    let recalled = office.post("lots/1/reports", report("检2", "failed")).await;
    assert!(recalled["public"]["recalled"].is_string());
    assert_eq!(office.get("marks/1-10").await["state"], "recalled");
    let batch = office.get("batches/1").await;
    let of = |state: &str| {
        let states = batch["states"].as_array().unwrap();
        let found = states.iter().find(|one| one["state"] == state);
        found.map_or(0, |one| one["marks"].as_u64().unwrap())
    };
    assert_eq!(
        (of("recalled"), of("lost"), of("destroyed"), of("active")),
        (20, 1, 23, 0)
    );
    let restore = json!({ "by": "李四", "reason": "复检合格", "document": "文3" });
    office
        .refused("POST", "lots/1/restore", restore.clone(), 409, "refused")
        .await;
    office.post("lots/1/reports", report("检3", "passed")).await;
    office.post("lots/1/restore", restore.clone()).await;
    office.post("lots/1/recall", restore).await;
    let restore = json!({ "by": "李四", "reason": "复检合格", "document": "文4" });
    office.post("lots/1/restore", restore).await;
}

/// What there is can be looked at.
async fn everything_is_found(office: &Described) {
    let mark = office.get("marks/1-10").await;
    let serial = mark["serial"].as_str().unwrap();
    assert_eq!(office.get(&format!("marks/{serial}")).await, mark);
    assert_eq!(
        (&mark["state"], &mark["label"], &mark["lot"]),
        (&json!("active"), &json!("used"), &json!(1))
    );
    for nothing in [
        "marks/1-100",
        "marks/2-0",
        "marks/x",
        "marks/0000-0000-0000-0000",
    ] {
        office
            .refused("GET", nothing, json!(null), 404, "no-such")
            .await;
    }
    for (list, cursor) in [
        ("entitlements", "after"),
        ("batches", "before"),
        ("orders", "before"),
    ] {
        let whole = office.get(list).await[list].as_array().unwrap().clone();
        let (mut seen, mut path) = (Vec::new(), format!("{list}?limit=1"));
        loop {
            let page = office.get(&path).await;
            seen.extend(page[list].as_array().unwrap().clone());
            let Some(next) = page.get("next") else { break };
            let next = next.as_str().map_or(next.to_string(), str::to_owned);
            path = format!("{list}?limit=1&{cursor}={next}");
        }
        assert_eq!(seen, whole, "{list}");
    }
    for list in [
        "licensees",
        "licensees/1/documents",
        "printers",
        "printers/1",
        "coefficients",
        "coefficients/versions",
        "entitlements",
        "transfers",
        "orders",
        "batches",
        "containers",
        "containers/1",
        "lots",
        "lots/1",
    ] {
        office.get(list).await;
    }
    ledger_is_whole(office).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_from_the_survey_to_its_closing() {
    for site in Site::both().await {
        let office = released(Described::of(&site).await, 100).await;
        let order = office.get("orders/1").await;
        assert_eq!(
            (&order["state"], &order["labels"]["printing"]["unreported"]),
            (&json!("released"), &json!(100))
        );

        printed_and_sent(&office).await;
        a_box_is_compared(&office).await;
        goods_and_their_marks(&office).await;
        an_error_is_taken_back(&office).await;
        the_rest_comes_back(&office).await;
        a_failed_test_recalls(&office).await;
        everything_is_found(&office).await;
    }
}

/// Reads the ledger page by page, and holds its end against its head.
async fn ledger_is_whole(office: &Described) {
    let head = office.get("ledger/head").await;
    let (mut seen, mut path) = (Vec::new(), "ledger/entries?limit=7".to_owned());
    loop {
        let page = office.get(&path).await;
        seen.extend(page["entries"].as_array().unwrap().clone());
        match page.get("next") {
            Some(next) => path = format!("ledger/entries?limit=7&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len() as u64, head["number"].as_u64().unwrap());
    assert_eq!(seen[0]["hash"], head["hash"]);
    assert_eq!(office.get("ledger/entries/1").await, seen[seen.len() - 1]);
    let used = office
        .get("ledger/entries?kind=used&licensee=1&order=1")
        .await;
    assert_eq!(used["entries"].as_array().unwrap().len(), 2);
    assert_eq!(used["entries"][1]["kind_chinese"], "使用");
    let of_two = office.get("ledger/entries?licensee=2").await;
    assert_eq!(of_two["entries"].as_array().unwrap().len(), 1);
    office
        .refused(
            "GET",
            "ledger/entries?kind=nonsense",
            json!(null),
            400,
            "bad-request",
        )
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_repeated_is_done_once() {
    for site in Site::both().await {
        let office = Described::of(&site)
            .await
            .with("idempotency-key", "enter-1");
        let first = office.post("licensees", licensee(USCCS[0], "甲")).await;
        assert_eq!(
            office.post("licensees", licensee(USCCS[0], "甲")).await,
            first
        );
        // The same name for something else, or by somebody else.
        office
            .refused(
                "POST",
                "licensees",
                licensee(USCCS[1], "乙"),
                409,
                "refused",
            )
            .await;
        let mut other = licensee(USCCS[0], "甲");
        other["by"] = json!("张三");
        office
            .refused("POST", "licensees", other, 409, "refused")
            .await;
        let step = json!({ "by": "李四", "step": "suspend", "date": "2026-02-01", "ground": "x", "document": "x" });
        office
            .refused("POST", "licensees/1/steps", step.clone(), 409, "refused")
            .await;
        let office = office.with("idempotency-key", "step-1");
        office.post("licensees/1/steps", step.clone()).await;
        assert_eq!(
            office.post("licensees/1/steps", step).await["state"],
            "suspended"
        );
        assert_eq!(office.get("ledger/head").await["number"], 2);

        for wrong in ["", "with space", &"x".repeat(201)] {
            let office = Described::of(&site).await.with("idempotency-key", wrong);
            office
                .refused(
                    "POST",
                    "licensees",
                    licensee(USCCS[1], "乙"),
                    400,
                    "bad-request",
                )
                .await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn marks_and_batches_are_made_once_however_often_they_are_asked_for() {
    for site in Site::both().await {
        let office = released(Described::of(&site).await, 10).await;
        let issue = json!({ "by": "李四", "order": 1 });
        office
            .refused("POST", "batches", issue.clone(), 400, "bad-request")
            .await;
        let office = office.with("idempotency-key", "batch-1");
        assert_eq!(office.post("batches", issue).await["number"], 1);
        let hidden = json!({ "by": "李四", "order": 1, "has_hidden_codes": true });
        office
            .refused("POST", "batches", hidden, 409, "refused")
            .await;

        let office = office.with("idempotency-key", "printed-1");
        let printed = office.post("marks", marks("printed", "0-4")).await;
        assert_eq!(office.post("marks", marks("printed", "0-4")).await, printed);
        office
            .refused("POST", "marks", marks("spoiled", "5"), 409, "refused")
            .await;
        let head = office.get("ledger/head").await;
        assert_eq!(head["number"], printed["entries"][0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_names_provinces_as_its_market_or_none() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        begin(&office, 100).await;
        let with = |market: Value| {
            let mut new = order(10);
            new["market"] = market;
            new
        };
        let market = json!(["430000", "440000"]);
        let turned = with(json!(["440000", "430000", "440000"]));
        assert_eq!(office.post("orders", turned).await["market"], market);
        assert_eq!(office.get("orders/1").await["market"], market);
        assert_eq!(office.post("orders", order(10)).await.get("market"), None);
        for (wrong, said) in [
            (json!([]), "leave the market out"),
            (json!(["430100"]), "such as 430000"),
            (json!(["湖南"]), "such as 430000"),
        ] {
            let problem = office.refused("POST", "orders", with(wrong), 400, "bad-request");
            let problem = problem.await.to_string();
            assert!(problem.contains(said), "{problem}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_approvals_at_once_one_takes_the_balance() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        begin(&office, 10_000).await; // 24,000 marks
        let balance =
            office.get("entitlements?licensee=1").await["entitlements"][0]["balance"].clone();
        assert_eq!(balance, 24_000);
        office.post("orders", order(24_000)).await;
        office.post("orders", order(24_000)).await;
        let approve = |number: u32, by: &str| {
            let (path, body) = (format!("orders/{number}/approve"), json!({ "by": by }));
            let office = &office;
            async move { office.send("POST", &path, Some(body)).await.status }
        };
        let (one, other) = tokio::join!(approve(1, "李四"), approve(2, "张三"));
        let mut statuses = [one, other];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        // And of two approvals of the same order.
        let waiting = if one == 200 { 2 } else { 1 };
        let reject = json!({ "by": "李四", "reason": "额度不足" });
        office
            .post(&format!("orders/{waiting}/reject"), reject)
            .await;
        let cancel = json!({ "by": "李四", "reason": "改单" });
        office
            .post(&format!("orders/{}/cancel", 3 - waiting), cancel)
            .await;
        office.post("orders", order(10)).await;
        let (one, other) = tokio::join!(approve(3, "李四"), approve(3, "张三"));
        let mut statuses = [one, other];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
        let left = office.get("entitlements").await["entitlements"][0]["balance"].clone();
        assert_eq!(left, 23_990);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_cannot_be_taken_is_told_by_its_number() {
    for site in Site::both().await {
        let office = released(Described::of(&site).await, 10).await;
        let lines = "# Monday\n0-4\n\n4BD9-QV4N-Q0NZ-57DB\n9-5\n7\n10";
        let problem = office
            .refused("POST", "marks", marks("printed", lines), 422, "invalid")
            .await;
        let told: Vec<(u64, &str)> = problem["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                (
                    line["line"].as_u64().unwrap(),
                    line["text"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, [(4, "4BD9-QV4N-Q0NZ-57DB"), (5, "9-5"), (7, "10")]);
        assert_eq!(
            office.get("orders/1").await["labels"]["printing"]["unreported"],
            10
        );
        // What cannot happen to a label is a bad line too.
        let problem = office
            .refused("POST", "marks", marks("used", "3"), 422, "invalid")
            .await;
        assert_eq!(problem["lines"][0]["line"], 1);

        let mut skipping = marks("printed", "");
        skipping["lines"] = json!(["0-4", "nonsense", "7", "笋\u{0}"]);
        skipping["skip_bad"] = json!(true);
        let done = office.post("marks", skipping).await;
        assert_eq!(done["marks"], 6);
        assert_eq!(
            (&done["skipped"][0]["line"], &done["skipped"][1]["line"]),
            (&json!(2), &json!(4))
        );

        // Named in no way, in two ways, and as a list whose strings are no lines.
        for wrong in [
            json!({ "by": "李四", "event": "printed", "batch": 1 }),
            json!({ "by": "李四", "event": "printed", "batch": 1, "lines": "8", "all": true }),
            json!({ "by": "李四", "event": "printed", "batch": 1, "lines": ["8\n9"] }),
            json!({ "by": "李四", "event": "printed", "all": true }),
            json!({ "by": "李四", "event": "printed", "containers": [] }),
        ] {
            office.refused("POST", "marks", wrong, 422, "invalid").await;
        }
        let undo = json!({ "by": "李四", "event": "undo_printed", "batch": 1, "all": true, "reason": "x" });
        office
            .refused("POST", "marks", undo, 400, "bad-request")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quantity_moves_when_both_have_confirmed() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        begin(&office, 10_000).await;
        let transfer = json!({
            "by": "王五", "from": 1, "to": 2, "season": this_season(), "form": "canned", "marks": 4_000,
            "document": "合同1号",
        });
        office.post("transfers", transfer.clone()).await;
        let confirm = |by: &str, licensee: u32| json!({ "by": by, "licensee": licensee });
        office.post("transfers/1/confirm", confirm("王五", 1)).await;
        office
            .refused(
                "POST",
                "transfers/1/confirm",
                confirm("王五", 2),
                409,
                "refused",
            )
            .await;
        let done = office.post("transfers/1/confirm", confirm("钱七", 2)).await;
        assert_eq!(
            (&done["state"], &done["state_chinese"]),
            (&json!("done"), &json!("已完成"))
        );
        office
            .refused(
                "POST",
                "transfers/1/drop",
                json!({ "by": "王五" }),
                409,
                "refused",
            )
            .await;
        office.post("transfers", transfer).await;
        office
            .post("transfers/2/drop", json!({ "by": "王五" }))
            .await;
        let balances: Vec<u64> = office.get("entitlements").await["entitlements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["balance"].as_u64().unwrap())
            .collect();
        assert_eq!(balances, [20_000, 4_000]);
        let adjust = json!({
            "by": "李四", "licensee": 2, "season": this_season(), "form": "canned", "marks": -4_000, "reason": "核减",
            "document": "文5",
        });
        assert_eq!(
            office.post("entitlements/adjust", adjust.clone()).await["adjusted"],
            -4_000
        );
        office
            .refused("POST", "entitlements/adjust", adjust, 409, "refused")
            .await;
        let close =
            json!({ "by": "李四", "licensee": 1, "season": this_season(), "form": "canned" });
        office
            .refused("POST", "entitlements/close", close, 409, "refused")
            .await;

        let shares = json!({
            "fresh": 500, "canned": 450, "frozen": 400, "salted": 400, "ready-to-eat": 400, "dried": 60, "powder": 55,
        });
        let set = json!({
            "by": "李四", "version": 1, "kg_per_mu": 320, "yields": shares, "carry_over": shares,
            "scrap_tolerance": 20, "document": "文6",
        });
        office.post("coefficients", set.clone()).await;
        office
            .refused("POST", "coefficients", set, 409, "stale")
            .await;
        assert_eq!(office.get("coefficients").await["yields"], shares);
        assert_eq!(
            office.get("coefficients/versions").await["versions"][0]["by"],
            "李四"
        );
        let end = json!({ "by": "李四", "reason": "许可证到期" });
        assert_eq!(
            office.post("printers/1/end", end).await["ended"],
            "许可证到期"
        );
    }
}

/// A PDF of so many bytes.
fn pdf(bytes: usize) -> Vec<u8> {
    let mut content = b"%PDF-1.7\n".to_vec();
    content.resize(bytes, b' ');
    content
}

/// Sends a body that is not read to its end, and reads the answer all the same.
async fn too_large(site: &Site, path: &str, body: Vec<u8>) {
    let (address, head) = (
        site.address,
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_TOKEN}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        ),
    );
    let answer = spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        // The server may well hang up before it has seen it all.
        _ = stream.write_all(&body);
        let mut answer = Vec::new();
        _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(
        answer.contains("urn:yuanmark:problem:too-large"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_in_and_out_as_they_are() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        office.post("licensees", licensee(USCCS[0], "甲")).await;
        let program = site.administrator();
        let path = |purpose: &str, title: &str| {
            let title = percent_encoded(title);
            let by = percent_encoded("李四");
            format!("/api/v1/licensees/1/documents?by={by}&purpose={purpose}&title={title}")
        };
        let add = async |title: &str, content: Vec<u8>| {
            let path = path("artwork", title);
            let reply = program.ask("POST", &path, content).await;
            office.hold("POST", &path, &reply);
            reply
        };
        let svg =
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
        let added = add("标志图样.svg", svg.clone()).await.json();
        assert_eq!(
            (&added["version"], &added["media_type"]),
            (&json!(1), &json!("image/svg+xml"))
        );
        assert_eq!(
            add("标志图样.svg", svg.clone()).await.status,
            409,
            "this very content"
        );
        assert_eq!(add("标志图样.svg", pdf(100)).await.json()["version"], 2);
        assert_eq!(add("x", b"MZ".to_vec()).await.status, 422);
        assert_eq!(add("x", Vec::new()).await.status, 422);
        assert_eq!(office.get("documents/1").await, added);
        assert_eq!(office.get("licensees/1/documents?limit=1").await["next"], 2);

        let reply = program.open("/api/v1/documents/1/content").await;
        office.hold("GET", "/api/v1/documents/1/content", &reply);
        assert_eq!((reply.status, &reply.body), (200, &svg));
        let name = "%E6%A0%87%E5%BF%97%E5%9B%BE%E6%A0%B7.svg";
        let disposition =
            format!("attachment; filename=\"document-1.svg\"; filename*=UTF-8''{name}");
        for (header, value) in [
            ("content-type", "image/svg+xml"),
            ("content-disposition", disposition.as_str()),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.header(header), Some(value));
        }
        assert!(
            reply
                .header("content-security-policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
        let tag = format!("\"{}\"", added["sha256"].as_str().unwrap());
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        let again = site.administrator().with("if-none-match", &tag);
        let reply = again.open("/api/v1/documents/1/content").await;
        assert_eq!((reply.status, reply.body.len()), (304, 0));
        office
            .refused("GET", "documents/3/content", json!(null), 404, "no-such")
            .await;

        // Ten MiB are taken, eleven are not; and of JSON one.
        let reply = add("扫描件", pdf(10 << 20)).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let reply = program.open("/api/v1/documents/3/content").await;
        assert_eq!(reply.body.len(), 10 << 20);
        too_large(&site, &path("artwork", "扫描件二"), pdf(11 << 20)).await;
        let large = json!({ "by": "李四", "event": "printed", "lines": "x".repeat(2 << 20) });
        too_large(&site, "/api/v1/marks", large.to_string().into_bytes()).await;
        let fits = json!({ "by": "李四", "event": "printed", "lines": "1\n".repeat(300_000) });
        office.refused("POST", "marks", fits, 422, "invalid").await;
    }
}
