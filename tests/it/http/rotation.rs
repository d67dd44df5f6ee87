//! Keys change while the site serves: nobody restarts anything.

use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use yuanmark::service::keys::{self, LiveKeys};

use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, morning};
use crate::support::server::{Phone, Site, this_season, until};
use crate::support::serving::Process;

async fn published(phone: &Phone) -> Vec<Value> {
    let set = phone.open("/.well-known/jwks.json").await.json();
    let keys = set["keys"].as_array().unwrap();
    keys.iter()
        .map(|key| json!([key["kid"], key["status"]]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_in_force_within_moments_and_the_old_marks_stay_good() {
    for mut site in Site::both().await {
        let old = site.in_market(2).await;
        let phone = site.phone();
        assert_eq!(published(&phone).await, [json!(["1", "active"])]);

        // Another process makes a key, retires the old one and issues a batch.
        let folder = site.keys.folder().clone();
        let id = keys::make(&folder, None, None, morning()).unwrap();
        keys::retire(&folder, old.key, morning()).unwrap();
        site.installation.keys = Arc::new(LiveKeys::open(folder, None).unwrap());
        let licensee = site.licensee(1).await;
        let order = site.order_of_season(&licensee, 2, this_season()).await;
        let new = site.issue(&order, "rotated").await.unwrap().batch;
        assert_eq!(new.key, id);
        site.activate(&new).await;

        until("the new key's marks are ours", async || {
            phone.check(&site.link(&new, 0)).await.verdict() == "first_check"
        })
        .await;
        assert_eq!(
            phone.check(&site.link(&old, 0)).await.verdict(),
            "first_check"
        );
        let serial = site.serial(&old, 1).to_string();
        assert_eq!(phone.check(&serial).await.verdict(), "first_check");
        let serial = site.serial(&new, 1).to_string();
        assert_eq!(phone.check(&serial).await.verdict(), "first_check");
        let expected = [json!(["1", "retired"]), json!(["2", "active"])];
        assert_eq!(published(&phone).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compromise_binds_what_was_issued_since_and_spares_what_came_before() {
    for site in Site::both().await {
        let licensee = site.licensee(0).await;
        let mut batches = Vec::new();
        for (name, issued_at) in [
            ("before", "2026-03-01T00:00:00Z"),
            ("after", "2026-04-05T00:00:00Z"),
        ] {
            let order = site.order_of_season(&licensee, 1, this_season()).await;
            let at = issued_at.parse().unwrap();
            let batch = site.issue_at(&order, name, at).await.unwrap().batch;
            site.activate(&batch).await;
            batches.push(batch);
        }
        let (before, after) = (site.link(&batches[0], 0), site.link(&batches[1], 0));
        let phone = site.phone();
        for code in [&before, &after] {
            assert_eq!(phone.check(code).await.verdict(), "first_check");
        }
        let since = "2026-04-01T00:00:00Z".parse().unwrap();
        keys::compromise(site.keys.folder(), batches[0].key, since, morning()).unwrap();
        until("what was issued since is not ours", async || {
            phone.check(&after).await.verdict() == "not_ours"
        })
        .await;
        let serial = site.serial(&batches[1], 0).to_string();
        assert_eq!(phone.check(&serial).await.verdict(), "not_ours");
        assert_eq!(phone.check(&before).await.verdict(), "first_check");
        let set = phone.open("/.well-known/jwks.json").await.json();
        assert_eq!(set["keys"][0]["status"], "compromised");
        assert_eq!(set["keys"][0]["compromised_since"], "2026-04-01T00:00:00Z");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_keyring_is_not_taken_and_the_old_one_stays_in_force() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let batch = installation.batch(2).await;
    let path = installation.keys.folder().keyring_path();
    let good = fs::read_to_string(&path).unwrap();
    // At once, as every careful editor does: the site never sees half of what is written.
    // As a whole, as the program does it: half a file would be a fault of another kind.
    let write = |text: &str| {
        let part = path.with_extension("part");
        std::fs::write(&part, text).unwrap();
        std::fs::rename(&part, &path).unwrap();
    };
    let refused = "the keyring has changed but is not taken; the old one stays in force";

    for broken in [
        String::new(),
        good[..good.len() / 2].to_owned(),
        good.replace("Ed25519", "RSA"),
        // Another key under the number of ours: the private half beside it disagrees.
        good.replace(
            &installation
                .keys
                .ring()
                .newest_active()
                .unwrap()
                .public_base64url(),
            "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBVTMbg",
        ),
    ] {
        assert_ne!(broken, good);
        write(&good);
        let process = Process::serve(&installation);
        let phone = process.phone();
        write(&broken);
        let line = process.logged(refused);
        assert_eq!(line["level"], "ERROR");
        // Not activated, but ours.
        let code = installation.code(&batch, 0).to_base64url();
        assert_eq!(phone.check(&code).await.verdict(), "not_activated");
        assert_eq!(published(&phone).await, [json!(["1", "active"])]);

        // Put right, with one more key: that is taken.
        write(&good);
        if !installation
            .keys
            .folder()
            .signing_path(yuanmark::domain::keyring::KeyId(2))
            .exists()
        {
            keys::make(installation.keys.folder(), None, None, morning()).unwrap();
            process.logged("the keyring has changed and is in force");
            let expected = [json!(["1", "active"]), json!(["2", "active"])];
            assert_eq!(published(&phone).await, expected);
        }
        let (status, log) = process.terminate();
        assert!(status.success());
        let complaints = log.iter().filter(|line| line.contains(refused)).count();
        assert_eq!(complaints, 1, "said once, not every second");
    }
}
