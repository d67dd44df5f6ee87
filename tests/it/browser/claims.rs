//! Hidden codes, the pages that explain, and the deletion of a phone's history, as people meet them in a real browser.

use serde_json::{Value, json};
use yuanmark::domain::order::Batch;

use super::{pictures, run, screens};
use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn with_scripts() {
    told(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts() {
    told(false).await;
}

async fn told(scripts: bool) {
    let site = Site::serve_plainly(Installation::new(TestDatabase::sqlite()).await).await;
    let plain = site.in_market(1).await;
    let batch = site.printed_with_hidden_codes(4).await;
    site.activate(&batch).await;
    let marks = |first| {
        let mut marks = mark(&site, &batch, first);
        marks["other"] = mark(&site, &batch, first + 1);
        marks["plain"] = site.serial(&plain, 0).to_string().into();
        marks
    };
    let given = json!({
        "address": format!("http://{}", site.address),
        "scripts": scripts,
        "marks": { "390": marks(0), "1280": marks(2) },
        "pictures": pictures().join(if scripts { "scripts" } else { "no-scripts" }),
        "keep": screens(),
    });
    run("claims.js", given).await;
}

fn mark(site: &Site, batch: &Batch, place: u32) -> Value {
    let hidden = site.hidden_code(batch, place);
    let last = if hidden.ends_with('0') { "1" } else { "0" };
    let short = |text: &str| text.replace('-', "");
    let serial = site.serial(batch, place).to_string();
    json!({
        "page": site.page(batch, place),
        "symbol": format!("/CLAIM/{}/{}", short(&serial), short(&hidden)),
        "wrong": format!("{}{last}", &hidden[..8]),
        "hidden": hidden,
    })
}
