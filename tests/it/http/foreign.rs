//! What is not theirs is not there for a licensee's and a printer's person: the same answer as for what never was.

use serde_json::{Value, json};
use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::printers;

use super::administrators::operations;
use super::roles::all_tried;
use crate::support::holders::Holder;
use crate::support::installation::{USCCS, call, line, morning};
use crate::support::server::{Phone, Reply, Site};

/// What was never there.
const NEVER: &str = "60001";
const PDF: &[u8] = b"%PDF-1.7 ...";

/// A site where licensee 1 and printer 1 have one of everything, licensee 2 and printer 2 nothing but their own files;
/// licensee 3 receives a transfer.
struct Firms {
    site: Site,
    /// A serial of licensee 1.
    serial: String,
    /// A serial that was never given out.
    never: String,
    /// An entry about both licensee 1 and printer 1.
    entry: String,
    own: [Holder; 2],
    foreign: [Holder; 2],
}

async fn post(office: &Phone, path: &str, mut body: Value) -> Value {
    body["by"] = "李四".into();
    let path = format!("/api/v1/{path}");
    let reply = office.send_json("POST", &path, &body).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

impl Firms {
    async fn of(site: Site) -> Self {
        let batch = site.batch(500).await;
        for other in [1, 2] {
            site.licensee(other).await;
        }
        let other = NewPrinter {
            name: line("另一虚构彩印有限公司"),
            uscc: Uscc::new(USCCS[3]).unwrap(),
            licence: line("印证字002号"),
        };
        let by = call("test", morning());
        printers::enter(&site.store, &by, other).await.unwrap();
        site.lot(&batch, morning()).await;
        let office = site.administrator();
        let filling = json!({ "kind": "roll", "batch": 1, "lines": "0-99" });
        post(&office, "containers", filling).await;
        let transfer = json!({ "from": 1, "to": 3, "season": 2026, "form": "canned", "marks": 10 });
        post(&office, "transfers", transfer).await;
        post(&office, "cases", json!({ "title": "案件" })).await;
        let notice = json!({ "licensee": 1, "told": "请核对余标", "beyond": true });
        post(&office, "cases/1/notices", notice).await;
        for path in [
            "/api/v1/licensees/1/documents?by=clerk&purpose=other&title=T",
            "/api/v1/cases/1/exhibits?by=clerk&name=T",
        ] {
            let reply = office.ask("POST", path, PDF.to_vec()).await;
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        let entries = office
            .open("/api/v1/ledger/entries?licensee=1&printer=1")
            .await;
        let entry = entries.json()["entries"][0]["number"].to_string();
        let firm = async |login: &str, number: u16| {
            let (licensee, printer) = (LicenseeNumber(number), PrinterNumber(number.into()));
            let licensee = Scope::Licensee(licensee);
            let printer = Scope::Printer(printer);
            [
                site.hire(&format!("{login}.firm"), Role::Licensee, licensee)
                    .await,
                site.hire(&format!("{login}.press"), Role::Printer, printer)
                    .await,
            ]
        };
        let (own, foreign) = (firm("own", 1).await, firm("foreign", 2).await);
        let mut never = batch.clone();
        never.number = yuanmark::domain::mark::BatchNumber::new(60_001).unwrap();
        Self {
            serial: site.serial(&batch, 3).to_string(),
            never: site.serial(&never, 3).to_string(),
            entry,
            own,
            foreign,
            site,
        }
    }

    /// The path with what is licensee 1's and printer 1's, and with what never was.
    fn paths(&self, path: &str) -> Vec<[String; 2]> {
        let own = |name: &str| match name {
            "{entry}" => self.entry.clone(),
            "{licensee}" | "{document}" | "{transfer}" | "{printer}" | "{order}" | "{batch}"
            | "{container}" | "{lot}" | "{alert}" | "{case}" | "{exhibit}" => "1".to_owned(),
            // No firm's.
            "{template}" => "30x40".to_owned(),
            other => panic!("what does {other} name?"),
        };
        let with = |fill: &dyn Fn(&str) -> String| {
            let part = |part: &str| {
                if part.starts_with('{') {
                    return fill(part);
                }
                part.to_owned()
            };
            path.split('/').map(part).collect::<Vec<_>>().join("/")
        };
        if path.contains("{mark}") {
            return vec![
                [with(&|_| "1-3".into()), with(&|_| format!("{NEVER}-3"))],
                [
                    with(&|_| self.serial.clone()),
                    with(&|_| self.never.clone()),
                ],
            ];
        }
        vec![[with(&own), with(&|_| NEVER.into())]]
    }

    async fn ask(&self, who: &Holder, method: &str, path: &str, id: &str) -> Reply {
        let program = self.site.program_of(who);
        let own = who.user.scope.licensee();
        let body = match id {
            "add_document" => {
                let path = format!("{path}?purpose=other&title=U");
                let content = [PDF, path.as_bytes()].concat();
                return program.ask(method, &path, content).await;
            }
            "confirm_transfer" => json!({ "licensee": own.map_or(1, |own| own.0) }),
            "drop_transfer" | "take_pack" => json!({}),
            "cancel_order" | "ask_for_pack_again" => json!({ "reason": "试验" }),
            "compare_container" => json!({ "lines": "0-9" }),
            "answer_notice" => json!({ "told": "已核对" }),
            _ if method == "GET" => return program.open(path).await,
            // What neither of the two roles may is refused before it is read.
            _ => json!([]),
        };
        program.send_json(method, path, &body).await
    }
}

/// The part in which two paths differ, each of the one and of the other; of a mark that is named by its batch, that.
fn names<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let mut pairs = one.split('/').zip(other.split('/'));
    let (one, other) = pairs.find(|(one, other)| one != other).unwrap();
    match other.strip_prefix(NEVER) {
        Some(_) => (one.split('-').next().unwrap(), NEVER),
        None => (one, other),
    }
}

/// What a problem says, without the name of what is not there.
fn words(reply: &Reply, name: &str) -> String {
    reply.text().replace(name, "#")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_id_of_somebody_else_is_one_that_never_was() {
    for site in Site::both().await {
        let firms = Firms::of(site).await;
        let document = firms.site.program().open("/openapi.json").await.json();
        let tried = all_tried(&document);
        let mut seen = 0;
        for (method, path, operation) in operations(&document) {
            // What a link opens is whoever holds it.
            let is_link = path.contains("{link}");
            if !path.starts_with("/api/v1/") || !path.contains('{') || is_link {
                continue;
            }
            let id = operation["operationId"].as_str().unwrap();
            let needs = tried
                .iter()
                .find(|one| one.method == method && one.path == path)
                .unwrap();
            for [ours, never] in firms.paths(&path) {
                for (own, foreign) in firms.own.iter().zip(&firms.foreign) {
                    let what = format!("{method} {ours}: {}", foreign.user.login);
                    let reply = firms.ask(foreign, &method, &ours, id).await;
                    if !needs.is_open_to(foreign.user.role) {
                        assert_eq!(reply.status, 403, "{what}");
                        continue;
                    }
                    seen += 1;
                    assert_eq!(reply.status, 404, "{what}: {}", reply.text());
                    let of_nothing = firms.ask(foreign, &method, &never, id).await;
                    assert_eq!(of_nothing.status, 404, "{what}");
                    let (name, nothing) = names(&ours, &never);
                    assert_eq!(words(&reply, name), words(&of_nothing, nothing), "{what}");
                    // The request itself is good: whoever sees the thing is answered.
                    let reply = firms.ask(own, &method, &ours, id).await;
                    let is_answered = matches!(reply.status, 200 | 409);
                    assert!(is_answered, "{what}: {}", reply.text());
                }
            }
        }
        assert!(seen > 20, "{seen}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_body_names_of_somebody_else_never_was_either() {
    for site in Site::both().await {
        let firms = Firms::of(site).await;
        let [firm, press] = &firms.foreign;
        let order = |licensee: u32| {
            json!({
                "licensee": licensee, "season": 2026, "form": "canned", "product": "罐头", "quantity": 1,
            })
        };
        let transfer = |from: u32| json!({ "from": from, "to": 3, "season": 2026, "form": "canned", "marks": 1 });
        let lot = |licensee: u32| {
            json!({
                "licensee": licensee, "packs": 1,
                "public": {
                    "code": "L-9", "product": "罐头", "form": "canned", "season": 2026, "harvested": "2026-04-01",
                    "township": 430_981_006, "standard": "示例标准 2026",
                },
            })
        };
        let marks = |event: &str, which: Value| {
            let mut body = json!({ "event": event, "reason": "试验" });
            for (name, value) in which.as_object().unwrap() {
                body[name] = value.clone();
            }
            body
        };
        let fill = |batch: u32| json!({ "kind": "box", "batch": batch, "lines": "200-299" });
        let roll = |number: u32| marks("printed", json!({ "containers": [number] }));
        let all = |number: u32| marks("lost", json!({ "batch": number, "all": true }));
        for (who, path, ours, never) in [
            (firm, "orders", order(1), order(60_001)),
            (firm, "transfers", transfer(1), transfer(60_001)),
            (firm, "lots", lot(1), lot(60_001)),
            (firm, "containers", fill(1), fill(60_001)),
            (press, "containers", fill(1), fill(60_001)),
            (firm, "marks", all(1), all(60_001)),
            (press, "marks", all(1), all(60_001)),
            (press, "marks", roll(1), roll(60_001)),
        ] {
            let program = firms.site.program_of(who);
            let path = format!("/api/v1/{path}");
            let what = format!("{path}: {ours}");
            let ours = program.send_json("POST", &path, &ours).await;
            let never = program.send_json("POST", &path, &never).await;
            assert!(matches!(ours.status, 404 | 422), "{what}: {}", ours.text());
            let never = never.text().replace("60001", "1");
            assert_eq!(ours.text(), never, "{what}");
        }
        // A serial in somebody else's hand is told from a made-up one in no way.
        let line = |serial: &str| marks("lost", json!({ "lines": [serial] }));
        let program = firms.site.program_of(firm);
        let ours = line(&firms.serial);
        let ours = program.send_json("POST", "/api/v1/marks", &ours).await;
        let never = line(&firms.never);
        let never = program.send_json("POST", "/api/v1/marks", &never).await;
        assert_eq!(ours.status, 422);
        assert_eq!(
            ours.text().replace(&firms.serial, "#"),
            never.text().replace(&firms.never, "#")
        );
    }
}

/// Where lists are, the member that holds them, and how many a firm and a press see of their own and as strangers.
const LISTS: [(&str, &str, [Option<usize>; 4]); 10] = [
    ("licensees", "licensees", [Some(1), None, Some(1), None]),
    (
        "licensees/1/documents",
        "documents",
        [Some(1), None, None, None],
    ),
    (
        "entitlements",
        "entitlements",
        [Some(1), None, Some(0), None],
    ),
    ("transfers", "transfers", [Some(1), None, Some(0), None]),
    ("printers", "printers", [None, Some(1), None, Some(1)]),
    ("orders", "orders", [Some(1), Some(1), Some(0), Some(0)]),
    ("packs", "packs", [Some(0), Some(0), Some(0), Some(0)]),
    ("batches", "batches", [Some(1), Some(1), Some(0), Some(0)]),
    (
        "containers",
        "containers",
        [Some(1), Some(1), Some(0), Some(0)],
    ),
    ("lots", "lots", [Some(1), None, Some(0), None]),
];

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_tables_show_ones_own() {
    for site in Site::both().await {
        let firms = Firms::of(site).await;
        let people = || firms.own.iter().chain(&firms.foreign);
        for (path, member, counts) in LISTS {
            for (who, count) in people().zip(counts) {
                let what = format!("{path}: {}", who.user.login);
                let reply = firms.site.program_of(who);
                let reply = reply.open(&format!("/api/v1/{path}")).await;
                let found = (reply.status == 200)
                    .then(|| reply.json()[member].as_array().map(Vec::len))
                    .flatten();
                assert_eq!(found, count, "{what}: {}", reply.text());
            }
        }
        for who in people() {
            let scope = who.user.scope;
            let program = firms.site.program_of(who);
            let entries = program.open("/api/v1/ledger/entries?limit=200").await;
            let entries = entries.json()["entries"].as_array().unwrap().clone();
            assert!(!entries.is_empty());
            for entry in &entries {
                let is_own = match scope {
                    Scope::Licensee(number) => entry["licensee"] == number.0,
                    Scope::Printer(number) => entry["printer"] == number.0,
                    Scope::All => unreachable!(),
                };
                assert!(is_own, "{}: {entry}", who.user.login);
            }
            let rows = async |table: &str| {
                let reply = program.open(&format!("/api/v1/{table}/table")).await;
                let lines = reply.text().lines().count();
                (reply.status == 200).then(|| lines - 1)
            };
            let is_licensee = scope.licensee().is_some();
            let is_own = firms.own.iter().any(|own| own.user == who.user);
            assert_eq!(rows("ledger").await, Some(entries.len()));
            assert_eq!(rows("orders").await, Some(usize::from(is_own)));
            assert_eq!(rows("licensees").await, is_licensee.then_some(1));
            // Asked for somebody else's by name, there are none.
            let other = if is_own { 2 } else { 1 };
            let others = program
                .open(&format!("/api/v1/orders?licensee={other}&printer={other}"))
                .await;
            assert_eq!(others.json()["orders"], json!([]));
        }
    }
}
