//! Every answer that the public can get, in both languages, on a phone and a desk, in light and dark, with and without
//! JavaScript.

use serde_json::{Value, json};
use yuanmark::domain::detection::{Known, Seen};
use yuanmark::domain::document::Purpose;
use yuanmark::domain::event::Withdrawal;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::order::Batch;
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::evidence;

use super::{pictures, run, screens};
use crate::http::answers::{end_right, of_season_2020, withdraw};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, call, index, line, morning};
use crate::support::server::Site;

const ARTWORK: &[u8] = include_bytes!("../../../src/cli/demo/artwork.svg");

/// A name, where it is, and the tone of the answer there.
struct Page {
    name: &'static str,
    /// One for all looks, or one for each.
    addresses: Vec<String>,
    tone: &'static str,
}

/// In how many looks each page is seen, by a phone that comes for the first time.
const LOOKS: u32 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_seen_at_once_and_well_in_chinese() {
    Box::pin(look("zh-CN", true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_seen_at_once_and_well_in_english() {
    Box::pin(look("en-GB", true)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_is_seen_at_once_and_well_without_scripts() {
    Box::pin(look("zh-CN", false)).await;
    Box::pin(look("en-GB", false)).await;
}

async fn look(language: &str, scripts: bool) {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let site = Site::serve_plainly(installation).await;
    let furnished = furnish(&site).await;
    let known = furnished[1].addresses.clone();
    let pages: Vec<Value> = furnished
        .into_iter()
        .map(|page| json!({ "name": page.name, "addresses": page.addresses, "tone": page.tone }))
        .collect();
    let given = |pages: Vec<Value>| {
        json!({
            "address": format!("http://{}", site.address),
            "scripts": scripts,
            "language": language,
            "pages": pages,
            "pictures": pictures().join(language),
            "keep": screens(),
        })
    };
    run("verdicts.js", given(pages)).await;
    site.database.take_away().await;
    let unavailable = json!({ "name": "unavailable", "addresses": known, "tone": "unknown" });
    run("verdicts.js", given(vec![unavailable])).await;
}

/// A mark that the office found to be copied.
async fn suspected(site: &Site, batch: &Batch, place: u32) -> Page {
    let link = site.link(batch, place);
    site.phone().check_in(430_900, &link).await;
    let seen = Seen {
        at: morning(),
        place: None,
        phone: None,
        network: None,
    };
    let mark = MarkId {
        batch: batch.number,
        index: index(place),
    };
    let mut tx = site.store.begin_group().await.unwrap();
    evidence::take(&mut tx, mark, Known::FoundCopied, &seen)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Page {
        name: "suspected",
        addresses: vec![site.page(batch, place)],
        tone: "suspect",
    }
}

/// Marks of every state, and where each is answered.
async fn furnish(site: &Site) -> Vec<Page> {
    let batch = site.in_market(30).await;
    site.set_hotline(&batch, "0737-1234567").await;
    let artwork = NewDocument {
        licensee: batch.licensee,
        lot: None,
        purpose: Purpose::Artwork,
        title: line("标志图样"),
        content: ARTWORK,
    };
    let by = call("test", morning());
    documents::add(&site.store, &by, &artwork).await.unwrap();
    let page = |place| site.page(&batch, place);
    let mut pages = vec![
        // A mark of its own for each look: for the second phone it is not the first query.
        Page {
            name: "first",
            addresses: (20..20 + LOOKS).map(page).collect(),
            tone: "first",
        },
        Page {
            name: "seen",
            addresses: vec![page(1)],
            tone: "seen",
        },
    ];
    site.phone().check_in(430_900, &site.link(&batch, 1)).await;
    for (place, kind) in (2..).zip(Withdrawal::ALL.iter().copied()) {
        withdraw(site, &batch, place, kind, morning()).await;
        pages.push(Page {
            name: kind.slug(),
            addresses: vec![page(place)],
            tone: match kind {
                Withdrawal::Frozen => "hold",
                _ => "stop",
            },
        });
    }
    pages.push(suspected(site, &batch, 29).await);
    let past = of_season_2020(site).await;
    let firm = site.licensee(1).await;
    let order = site.order(&firm, 2).await;
    let ended = site.issue(&order, "ended").await.unwrap().batch;
    pages.extend([
        Page {
            name: "not-activated",
            addresses: vec![site.page(&ended, 0)],
            tone: "notyet",
        },
        Page {
            name: "past-season",
            addresses: vec![site.page(&past, 0)],
            tone: "past",
        },
        Page {
            name: "not-ours",
            addresses: vec!["/t/nothing".to_owned()],
            tone: "other",
        },
    ]);
    let third = site.licensee(3).await;
    let order = site.order(&third, 1).await;
    let gone = site.issue(&order, "gone").await.unwrap().batch;
    end_right(site, &third, morning()).await;
    pages.push(Page {
        name: "right-ended",
        addresses: vec![site.page(&gone, 0)],
        tone: "stop",
    });
    pages
}
