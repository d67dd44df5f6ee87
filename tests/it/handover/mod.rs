//! A pack goes to its printing house encrypted, and once: over HTTP, opened by the stock `age`, proved by the ledger.

mod bad_input;
mod console;
mod shell;

use serde_json::{Value, json};
use yuanmark::domain::access::Scope;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::{Order, OrderNumber};
use yuanmark::domain::printer::PrinterNumber;
use yuanmark::service::{audit, orders};

use crate::support::age::PrintingHouse;
use crate::support::installation::call;
use crate::support::office::Office;
use crate::support::server::{Phone, Reply, until};

/// Labels of an order in these tests.
const LABELS: u32 = 60;

/// An office whose first printer has a key, and an order of it whose codes are made.
pub struct Desk {
    pub office: Office,
    pub house: PrintingHouse,
    pub order: OrderNumber,
    pub batch: BatchNumber,
}

impl Desk {
    pub async fn at(office: Office) -> Self {
        let house = PrintingHouse::new();
        let licensee = yuanmark::service::licensees::get(
            &office.store,
            Scope::All,
            yuanmark::domain::licensee::LicenseeNumber(1),
        );
        let licensee = licensee.await.unwrap();
        let order = office.installation.order(&licensee, LABELS).await;
        let issued = office.installation.issue(&order, "handover").await.unwrap();
        let at = issued.batch.issued_at;
        // Whose person is `printer`.
        let printer = PrinterNumber(1);
        orders::assign(&office.store, &call("test", at), order.number, printer)
            .await
            .unwrap();
        let this = Self {
            order: order.number,
            batch: issued.batch.number,
            office,
            house,
        };
        this.set_key(&this.house.recipient).await;
        this
    }

    /// Writes a public key into the printer's file.
    pub async fn set_key(&self, recipient: &str) {
        let key = json!({"by": "李华", "age_recipient": recipient});
        let set = self.program();
        let set = set.send_json("POST", "/api/v1/printers/1/key", &key).await;
        assert_eq!(set.status, 200, "{}", set.text());
        assert_eq!(set.json()["age_recipient"], recipient);
    }

    pub async fn both() -> [Self; 2] {
        let [one, other] = Office::both().await;
        [Self::at(one).await, Self::at(other).await]
    }

    /// A program with the installation's token.
    pub fn program(&self) -> Phone {
        self.office.administrator()
    }

    /// Asks an operation on the order's pack.
    pub async fn ask(&self, what: &str, body: &Value) -> Reply {
        let path = format!("/api/v1/orders/{}/pack{what}", self.order);
        self.program().send_json("POST", &path, body).await
    }

    /// Offers the pack, and returns the path of its link.
    pub async fn offer(&self, wanted: Value) -> String {
        let mut body = wanted;
        body["by"] = json!("李华");
        let offered = self.ask("", &body).await;
        assert_eq!(offered.status, 200, "{}", offered.text());
        path_of(&offered.json())
    }

    pub async fn get(&self) -> Value {
        let path = format!("/api/v1/orders/{}/pack", self.order);
        self.program().open(&path).await.json()
    }

    pub async fn order(&self) -> Order {
        orders::get(&self.office.store, Scope::All, self.order)
            .await
            .unwrap()
    }

    /// What `ledger verify` finds.
    pub async fn is_proved(&self) {
        let found = audit::verify(&self.office.store, None).await.unwrap();
        assert!(found.findings.is_empty(), "{:?}", found.findings);
    }

    /// The kinds of the ledger's entries about the order.
    pub async fn entries(&self) -> Vec<(String, String)> {
        let about = yuanmark::store::ledger::Filter {
            order: Some(self.order),
            ..Default::default()
        };
        let all =
            yuanmark::service::ledger::list(&self.office.store, Scope::All, &about, None, 100);
        let mut all: Vec<_> = all
            .await
            .unwrap()
            .into_iter()
            .map(|entry| (entry.kind, entry.actor.to_string()))
            .collect();
        all.reverse();
        all
    }
}

/// The path of the link in an answer.
pub fn path_of(answer: &Value) -> String {
    let link = answer["link"].as_str().unwrap();
    let path = link.strip_prefix(crate::support::server::PUBLIC_URL);
    path.unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_of_rolls_is_handed_over_as_it_was_wanted() {
    let desk = Desk::both().await.into_iter().next().unwrap();
    let wanted = json!({"formats": ["pdf", "proof"], "rolls": 20, "lanes": 2, "direction": "right", "template": "20x20", "gap": 3});
    let link = desk.offer(wanted).await;
    let sent = desk.office.program().ask("POST", &link, Vec::new()).await;
    let files = desk.house.open(&sent.body);
    let manifest = &files[std::path::Path::new("manifest.json")];
    let manifest: Value = serde_json::from_slice(manifest).unwrap();
    assert_eq!(manifest["plan"]["lanes"], "2");
    let pdf = &manifest["files"].as_array().unwrap()[0];
    let rolls = pdf["rolls"].as_array().unwrap();
    assert_eq!(rolls.len(), LABELS.div_ceil(20) as usize, "{pdf}");
    assert!(files.contains_key(std::path::Path::new("proof.pdf")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_is_downloaded_once_and_a_second_time_with_another_person_s_approval() {
    for desk in Desk::both().await {
        let wanted = json!({"formats": ["csv", "pdf", "svg"], "part_size": 25, "paper": "sra3", "template": "30x40", "gap": 4});
        let link = desk.offer(wanted).await;
        let order = desk.order().await;
        assert_eq!(order.state.slug(), "released");

        looking_takes_nothing(&desk, &link).await;
        let phone = desk.office.phone();

        // Two at once: one gets it.
        let program = desk.office.program();
        let (one, other) = tokio::join!(
            program.ask("POST", &link, Vec::new()),
            program.ask("POST", &link, Vec::new()),
        );
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(
            statuses,
            [200, 409],
            "{:?}",
            (one.header("content-type"), other.header("content-type"))
        );
        let (won, lost) = match one.status {
            200 => (one, other),
            _ => (other, one),
        };
        assert_eq!(lost.kind(), "application/problem+json");
        assert!(lost.text().contains("downloaded before"), "{}", lost.text());
        let name = format!("order-{}-batch-{}.tar.age", desk.order, desk.batch);
        assert!(won.header("content-disposition").unwrap().contains(&name));
        let files = desk.house.open(&won.body);
        let names: Vec<String> = files
            .keys()
            .map(|path| path.display().to_string())
            .collect();
        for expected in [
            "labels-0001.csv",
            "labels-0003.pdf",
            "manifest.json",
            "summary.html",
        ] {
            assert!(names.iter().any(|name| name == expected), "{names:?}");
        }
        let drawings = names.iter().filter(|name| name.starts_with("svg-"));
        assert_eq!(drawings.count(), LABELS as usize);
        assert!(
            !PrintingHouse::new().can_open(&won.body),
            "a stranger opens nothing"
        );

        // What was sent is written down: the file's own bytes and hash.
        let ended = async || desk.get().await["openings"][0]["is_whole"] == true;
        until("the end is written down", ended).await;
        let opening = &desk.get().await["openings"][0];
        assert_eq!(opening["bytes"], won.body.len());
        assert_eq!(opening["sha256"], sha256(&won.body));

        // Nobody gets it again, by whatever way.
        let page = phone.open(&link).await;
        assert_eq!((page.status, page.kind()), (409, "text/html"));
        assert!(page.text().contains("已经领取过"), "{}", page.text());
        let again = desk.ask("/download", &json!({"by": "李华"})).await;
        assert_eq!(again.status, 409);
        let anew = desk.ask("", &json!({"by": "李华"})).await;
        assert_eq!(anew.status, 409, "{}", anew.text());

        // A second download: asked for by one, approved by another.
        let why = json!({"by": "李华", "reason": "硬盘损坏"});
        assert_eq!(desk.ask("/again", &why).await.status, 200);
        let own = desk.ask("/approve", &json!({"by": "李 华"})).await;
        assert!(
            own.text().contains("cannot approve it too"),
            "{}",
            own.text()
        );
        // What was lost is the key: the printing house makes another one, and the second download goes to that.
        let anew = PrintingHouse::new();
        desk.set_key(&anew.recipient).await;
        let approved = desk.ask("/approve", &json!({"by": "王敏"})).await;
        assert_eq!(approved.status, 200, "{}", approved.text());
        let second = path_of(&approved.json());
        assert_ne!(second, link);
        assert_eq!(program.ask("POST", &link, Vec::new()).await.status, 409);
        // By its API address too.
        let secret = second.rsplit('/').next().unwrap();
        let path = format!("/api/v1/packs/{secret}");
        let got = program.ask("POST", &path, Vec::new()).await;
        assert_eq!(got.status, 200);
        assert!(!desk.house.can_open(&got.body), "not to the old key");
        let same = anew.open(&got.body);
        let labels = |files: &std::collections::BTreeMap<std::path::PathBuf, Vec<u8>>| {
            files[std::path::Path::new("labels-0001.csv")].clone()
        };
        assert_eq!(labels(&files), labels(&same));
        assert_eq!(program.ask("POST", &path, Vec::new()).await.status, 409);

        the_ledger_tells_it(&desk).await;
        desk.is_proved().await;
    }
}

async fn the_ledger_tells_it(desk: &Desk) {
    let entries = desk.entries().await;
    let told: Vec<(&str, &str)> = entries
        .iter()
        .map(|(kind, by)| (kind.as_str(), by.as_str()))
        .skip_while(|(kind, _)| *kind != "pack_released")
        .collect();
    assert_eq!(
        told,
        [
            ("pack_released", "李华"),
            ("pack_offered", "李华"),
            ("pack_taken", "link"),
            ("pack_again_asked", "李华"),
            ("pack_again_approved", "王敏"),
            ("pack_taken", "link"),
        ]
    );
}

async fn looking_takes_nothing(desk: &Desk, link: &str) {
    // Looking takes nothing, however often; nor does asking without a body.
    let phone = desk.office.phone();
    for _ in 0..2 {
        let page = phone.open(link).await;
        assert_eq!((page.status, page.kind()), (200, "text/html"));
        assert!(page.text().contains("method=\"post\""));
        assert!(page.text().contains(&desk.house.recipient));
        assert_eq!(phone.head(link).await.status, 200);
    }
    assert_eq!(desk.get().await["taken"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_s_proof_tells_of_a_pack_that_was_opened_behind_its_back() {
    let desk = Desk::at(Office::any().await).await;
    desk.offer(json!({})).await;
    desk.ask("/download", &json!({"by": "李华"})).await;
    desk.is_proved().await;
    let sql = "UPDATE orders SET offer = 'open', body = replace(body, '\"state\":\"taken\"', '\"state\":\"open\"')";
    assert!(desk.office.behind_its_back(sql).await > 0);
    let found = audit::verify(&desk.office.store, None).await.unwrap();
    assert!(!found.findings.is_empty());
    // And the link is still used up.
    let again = desk.ask("/download", &json!({"by": "李华"})).await;
    assert_eq!(again.status, 409);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
