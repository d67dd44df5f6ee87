//! Links that open nothing, keys that are none, and downloads that break off.

use std::io::{self, Write};

use jiff::SignedDuration;
use serde_json::json;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::pack_link::PackLink;
use yuanmark::service::ServiceError;
use yuanmark::service::desk::Call;
use yuanmark::service::pack::handover::{self, Door};
use yuanmark::service::{orders, system, trail};

use super::{Desk, path_of};
use crate::support::databases::number;
use crate::support::installation::call;
use crate::support::office::Office;

fn link_of(path: &str) -> PackLink {
    PackLink::read(path.rsplit('/').next().unwrap()).unwrap()
}

async fn taken_at(desk: &Desk, path: &str, call: &Call) -> Result<handover::Sending, ServiceError> {
    let app = desk.office.app();
    let door = Door::Link(link_of(path));
    handover::take(&app.store, (&app.keys, &app.public_url), call, &door).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_is_over_or_guessed_opens_nothing() {
    for desk in Desk::both().await {
        let link = desk.offer(json!({"days": 3})).await;
        let later = system::now() + SignedDuration::from_hours(3 * 24 + 1);
        let refused = taken_at(&desk, &link, &call("link", later))
            .await
            .err()
            .unwrap();
        assert!(
            refused.to_string().contains("could be downloaded until"),
            "{refused}"
        );
        assert_eq!(desk.get().await["taken"], 0, "nothing was spent");

        // Guesses, and what cannot even be one.
        let phone = desk.office.phone();
        let guess = PackLink::from_random(&[7; 32]);
        for (path, status) in [
            (format!("/pack/{}", guess.as_str()), 404),
            ("/pack/abc".to_owned(), 404),
            (format!("{link}x"), 404),
            ("/pack/".to_owned(), 404),
        ] {
            assert_eq!(phone.open(&path).await.status, status, "{path}");
            let posted = phone.ask("POST", &path, Vec::new()).await;
            assert_eq!(posted.status, status, "{path}");
        }
        let path = format!("/api/v1/packs/{}", guess.as_str());
        assert_eq!(phone.ask("POST", &path, Vec::new()).await.status, 404);

        // Stopped: the link is dead, and a new one takes its place.
        let why = json!({"by": "李华", "reason": "链接发错"});
        assert_eq!(desk.ask("/withdraw", &why).await.status, 200);
        let dead = phone.ask("POST", &link, Vec::new()).await;
        assert_eq!(dead.status, 409);
        assert!(dead.text().contains("已停止领取"), "{}", dead.text());
        let fresh = desk.offer(json!({})).await;
        let old = phone.ask("POST", &link, Vec::new()).await;
        assert_eq!(old.status, 409, "the first stays dead");
        assert_eq!(phone.ask("POST", &fresh, Vec::new()).await.status, 200);
        desk.is_proved().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_an_order_that_ended_opens_nothing() {
    let desk = Desk::at(Office::any().await).await;
    let link = desk.offer(json!({})).await;
    // The whole way of its labels to the end.
    let batch =
        yuanmark::service::issue::report(&desk.office.store, Scope::All, desk.batch, system::now());
    let batch = batch.await.unwrap().batch;
    let now = system::now();
    for event in [
        EventKind::Printed,
        EventKind::Delivered,
        EventKind::Received,
        EventKind::Withdrawn(Withdrawal::Lost),
    ] {
        desk.office.change(&batch, event, "", now).await.unwrap();
    }
    orders::close(&desk.office.store, &call("test", now), desk.order, 0)
        .await
        .unwrap();
    let phone = desk.office.phone();
    assert_eq!(phone.open(&link).await.status, 409);
    let posted = phone.ask("POST", &link, Vec::new()).await;
    assert_eq!(posted.status, 409);
    assert!(posted.text().contains("已结案"), "{}", posted.text());
    desk.is_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_a_new_link_for_one_that_was_lost() {
    let desk = Desk::at(Office::any().await).await;
    let program = desk.program().with("idempotency-key", "offer-1");
    let path = format!("/api/v1/orders/{}/pack", desk.order);
    let body = json!({"by": "李华"});
    let first = path_of(&program.send_json("POST", &path, &body).await.json());
    let entries = desk.entries().await.len();
    let second = path_of(&program.send_json("POST", &path, &body).await.json());
    assert_ne!(first, second);
    assert_eq!(desk.entries().await.len(), entries, "it is done once");
    let phone = desk.office.program();
    assert_eq!(phone.ask("POST", &first, Vec::new()).await.status, 404);
    assert_eq!(phone.ask("POST", &second, Vec::new()).await.status, 200);
    let third = program.send_json("POST", &path, &body).await;
    assert_eq!(third.status, 409, "{}", third.text());
}

/// Takes a few bytes, then no more: a network that breaks off.
struct Breaking(usize);

impl Write for Breaking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.len().min(self.0);
        self.0 -= some;
        match some {
            0 => Err(io::ErrorKind::BrokenPipe.into()),
            some => Ok(some),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_breaks_off_is_spent_all_the_same() {
    let desk = Desk::at(Office::any().await).await;
    let link = desk.offer(json!({"formats": ["svg"]})).await;
    let now = system::now();
    let sending = taken_at(&desk, &link, &call("link", now)).await.unwrap();
    let (sent, made) = sending.write(Breaking(1000));
    let why = made.unwrap_err().to_string();
    assert_eq!((sent.bytes, sent.is_whole), (1000, false), "{why}");
    handover::end(&desk.office.store, sending.which(), &sent)
        .await
        .unwrap();
    let found = desk.get().await;
    assert_eq!(found["openings"][0]["is_whole"], false);
    assert_eq!(found["state"], "taken");
    // Nothing of it is left in the clear: other tests may be making theirs, and ours says when it was made.
    let is_ours = |folder: &std::path::Path| {
        let manifest = std::fs::read_to_string(folder.join("manifest.json"));
        manifest.is_ok_and(|text| text.contains(&now.to_string()))
    };
    let left = std::fs::read_dir(std::env::temp_dir()).unwrap();
    let mut left = left.filter_map(|entry| Some(entry.ok()?.path()));
    assert_eq!(left.find(|path| is_ours(path)), None);
    let phone = desk.office.program();
    assert_eq!(phone.ask("POST", &link, Vec::new()).await.status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused_and_a_private_one_kept_nowhere() {
    for desk in Desk::both().await {
        let secret = desk.house.private_key();
        let kernel = &secret[20..50];
        let path = "/api/v1/printers/1/key";
        for wrong in [
            secret.as_str(),
            &secret.to_lowercase(),
            &format!("# public key\n{secret}"),
            "age1xyz",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
            &desk.house.recipient.replace("age1", "age2"),
        ] {
            let body = json!({"by": "李华", "age_recipient": wrong});
            let reply = desk.program().send_json("POST", path, &body).await;
            assert!([400, 422].contains(&reply.status), "{}", reply.text());
            assert!(!reply.text().contains(kernel), "{}", reply.text());
        }
        // At the console, also after the session has ended.
        let person = desk.office.signed_in("registrar").await;
        let form = person.open("/console/printers/1/key").await.form();
        let page = person.send(&form.clone().fill("recipient", &secret)).await;
        page.is(422).says("这是私钥");
        assert!(!page.text().contains(kernel));
        person.browser.set_cookie("__Host-session", "gone");
        let page = person.send(&form.fill("recipient", &secret)).await;
        assert!(!page.text().contains(kernel), "{}", page.text());

        // Nowhere in the database.
        let mut tx = desk.office.store.read().await.unwrap();
        for (table, column) in [
            ("entries", "body"),
            ("printers", "body"),
            (
                "trail",
                "coalesce(old, '') || coalesce(new, '') || coalesce(subject, '')",
            ),
        ] {
            let sql = format!(
                "SELECT count(*) FROM {table} WHERE lower({column}) LIKE '%{}%'",
                kernel.to_lowercase()
            );
            assert_eq!(number(&mut tx, &sql).await, 0, "{table}");
        }
        drop(tx);
        let all = yuanmark::store::trail::Filter::default();
        let steps = trail::list(&desk.office.store, &all, None, 100).await;
        let steps = format!("{:?}", steps.unwrap());
        assert!(!steps.to_lowercase().contains(&kernel.to_lowercase()));
        desk.is_proved().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_or_offered_is_refused_before_anything_is_written() {
    let desk = Desk::at(Office::any().await).await;
    let entries = desk.entries().await.len();
    for (wrong, status) in [
        (json!({"days": 0}), 400),
        (json!({"days": 31}), 400),
        (json!({"formats": ["docx"]}), 400),
        (json!({"formats": []}), 422),
        (json!({"formats": ["pdf"], "rolls": 0}), 400),
        (
            json!({"formats": ["pdf"], "rolls": 10, "direction": "up"}),
            400,
        ),
        (json!({"formats": ["pdf"], "rolls": 10, "lanes": 0}), 400),
        (json!({"dpi": 72}), 422),
        (json!({"template": "nix"}), 404),
        (json!({"paper": "papyrus"}), 422),
        (json!({"formats": ["txt"]}), 409),
        (json!({"formats": ["txt"], "profile": "columns = []"}), 422),
        (json!({"hidden_codes": true}), 409),
        (json!({"formats": ["pdf"], "paper": "10x10"}), 422),
    ] {
        let mut body = wrong.clone();
        body["by"] = json!("李华");
        let reply = desk.ask("", &body).await;
        assert_eq!(reply.status, status, "{wrong}: {}", reply.text());
    }
    assert_eq!(desk.entries().await.len(), entries);
    assert_eq!(desk.order().await.state.slug(), "issued");
    for (what, body) in [
        ("/withdraw", json!({"by": "李华", "reason": "x"})),
        ("/again", json!({"by": "李华", "reason": "x"})),
        ("/approve", json!({"by": "李华"})),
        ("/download", json!({"by": "李华"})),
    ] {
        let reply = desk.ask(what, &body).await;
        assert_eq!(reply.status, 409, "{what} {}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_printer_without_a_key_or_with_a_new_one() {
    let desk = Desk::at(Office::any().await).await;
    // Another order, with the printer that has sent no key.
    let licensee = yuanmark::service::licensees::get(
        &desk.office.store,
        Scope::All,
        yuanmark::domain::licensee::LicenseeNumber(2),
    );
    let order = desk
        .office
        .installation
        .order(&licensee.await.unwrap(), 5)
        .await;
    let issued = desk
        .office
        .installation
        .issue(&order, "other")
        .await
        .unwrap();
    let by = call("test", issued.batch.issued_at);
    let other = yuanmark::domain::printer::PrinterNumber(2);
    orders::assign(&desk.office.store, &by, order.number, other)
        .await
        .unwrap();
    let path = format!("/api/v1/orders/{}/pack", order.number);
    let body = json!({"by": "李华"});
    let reply = desk.program().send_json("POST", &path, &body).await;
    assert_eq!(reply.status, 409);
    assert!(reply.text().contains("no public key"), "{}", reply.text());

    // An open offer keeps the key that it was made with.
    let link = desk.offer(json!({})).await;
    let new = crate::support::age::PrintingHouse::new();
    let body = json!({"by": "李华", "age_recipient": new.recipient});
    let set = desk
        .program()
        .send_json("POST", "/api/v1/printers/1/key", &body)
        .await;
    assert_eq!(set.status, 200);
    let got = desk.office.program().ask("POST", &link, Vec::new()).await;
    assert!(desk.house.can_open(&got.body) && !new.can_open(&got.body));
    desk.is_proved().await;
}
