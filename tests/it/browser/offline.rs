//! A phone without a network, in a real browser; and the browser's own reader of codes over the very vectors of the format.

use serde_json::json;
use yuanmark::domain::event::{EventKind, Withdrawal};

use super::{pictures, run};
use crate::support::databases::{TestDatabase, number};
use crate::support::installation::{Installation, USCCS, morning};
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_reads_codes_as_the_server_does() {
    let site = Site::serve_plainly(Installation::new(TestDatabase::sqlite()).await).await;
    let vectors = include_str!("../../vectors/mark-code-v1.json");
    let vectors: serde_json::Value = serde_json::from_str(vectors).unwrap();
    let given = json!({
        "address": format!("http://{}", site.address),
        "scripts": true,
        "vectors": vectors,
        "pictures": pictures(),
    });
    run("stories/vectors.js", given).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_without_a_network_checks_by_itself_and_tells_later() {
    let site = Site::serve_plainly(Installation::new(TestDatabase::sqlite()).await).await;
    let batch = site.printed(10).await;
    site.change(&batch, EventKind::Activated, "0\n1\n2", morning())
        .await
        .unwrap();
    let revoked = EventKind::Withdrawn(Withdrawal::Revoked);
    site.change(&batch, revoked, "1", morning()).await.unwrap();
    let mut forged = site.link(&batch, 0);
    forged.replace_range(60..61, if &forged[60..61] == "A" { "B" } else { "A" });
    let given = json!({
        "address": format!("http://{}", site.address),
        "port": site.address.port(),
        "scripts": true,
        "good": site.page(&batch, 0),
        "withdrawn": site.page(&batch, 1),
        "not_activated": site.page(&batch, 5),
        "forged": format!("/t/{forged}"),
        "serial": site.serial(&batch, 0).to_string(),
        "uscc": USCCS[0],
        "pictures": pictures().join("offline"),
        "keep": std::env::var_os(super::KEEP).map(std::path::PathBuf::from),
    });
    run("stories/offline.js", given).await;
    let count = async |what: &str| {
        let sql = format!("SELECT count(*) FROM {what}");
        number(&mut site.store.read().await.unwrap(), &sql).await
    };
    // Three marks were looked at without a network, one of them by three clocks. All of it was sent, and each mark counts once.
    assert_eq!(count("scans WHERE channel = 'offline'").await, 3);
    assert_eq!(count("scans WHERE state = 'active' AND query = 1").await, 1);
    assert_eq!(count("offline_checks").await, 5);
    assert_eq!(count("offline_checks WHERE claimed_at IS NULL").await, 2);
}
