//! Entries taken back, notes, and the proof of the ledger.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::licensee::LicenseeNumber;

use super::forms::Form;
use super::{done, licensee, person, registrar, rows, says, words};
use crate::support::databases::execute;
use crate::support::server::{Site, this_season};

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_taken_back_by_another_and_both_say_so() {
    let site = Site::any().await;
    let batch = site.printed(100).await;
    let (clerk, auditor) = (
        registrar(&site).await,
        person(&site, "auditor", Role::Auditor, Scope::All).await,
    );
    let list = clerk
        .open(&format!(
            "/console/ledger?order={}&kind=received",
            batch.order
        ))
        .await;
    // Nothing is taken back of what cannot be.
    let number = list
        .text()
        .split("/console/ledger/")
        .filter_map(|part| part.split('"').next()?.parse::<u64>().ok());
    let received = number.max().unwrap();
    let page = clerk.read(&format!("/console/ledger/{received}")).await;
    says(&page, &["附更正说明"]);
    assert!(!page.contains("更正 附更正说明"), "{page}");
    let form = clerk
        .form(&format!("/console/ledger/{received}/correct"))
        .await;
    let form = form.with("reason", "误登").with("document", "说明1号");
    let summary = clerk.send(&form).await;
    let refused = clerk.send(&Form::of(&summary)).await;
    says(&words(&refused), &["不能更正"]);

    // An adjustment is.
    let head = super::approver(&site).await;
    let here = format!("/console/entitlements/{}/1/canned", this_season());
    let form = head.form(&format!("{here}/adjust")).await;
    let form = form
        .with("way", "more")
        .with("marks", "500")
        .with("reason", "多登")
        .with("document", "核定3号");
    let summary = head.send(&form).await;
    done(&head.send(&Form::of(&summary)).await);
    let entry = yuanmark::service::ledger::head(&site.store)
        .await
        .unwrap()
        .number;
    let at = format!("/console/ledger/{entry}");
    says(&clerk.read(&at).await, &["调整额度", "更正"]);
    let form = clerk.form(&format!("{at}/correct")).await;
    let form = form.with("reason", "登记有误").with("document", "说明2号");
    let summary = clerk.send(&form).await;
    says(&words(&summary), &["两条都留在台账中"]);
    let by = done(&clerk.send(&Form::of(&summary)).await);
    let correction = clerk.open(&by).await;
    says(
        correction.text(),
        &["被更正的一条", &format!("href=\"{at}\"")],
    );
    let corrected = clerk.open(&at).await;
    says(
        corrected.text(),
        &["已由另一条更正", &format!("href=\"{by}\"")],
    );
    assert!(!corrected.text().contains(&format!("{at}/correct")));

    // A note stands by its entry, and leads to it.
    let form = clerk.form(&format!("{at}/note")).await;
    done(&clerk.send(&form.with("text", "文号应为核定4号")).await);
    let noted = auditor.open(&at).await;
    says(noted.text(), &["文号应为核定4号"]);
    let note = yuanmark::service::ledger::head(&site.store)
        .await
        .unwrap()
        .number;
    let page = auditor.open(&format!("/console/ledger/{note}")).await;
    says(page.text(), &["被说明的一条", &format!("href=\"{at}\"")]);
    assert_eq!(auditor.open(&format!("{at}/note")).await.status, 403);
    let other = site.licensee(1).await;
    let foreign = licensee(&site, other.number).await;
    assert_eq!(foreign.open(&at).await.status, 404);
    let own = licensee(&site, LicenseeNumber(1)).await;
    assert_eq!(own.open(&at).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_is_proved_at_a_page() {
    let site = Site::any().await;
    site.printed(10).await;
    let auditor = person(&site, "auditor", Role::Auditor, Scope::All).await;
    let form = auditor.form("/console/ledger/prove").await;
    let head = yuanmark::service::ledger::head(&site.store).await.unwrap();
    let proof = words(&auditor.send(&form).await);
    says(&proof, &["没有发现问题", &head.hash.to_string()]);
    let own = licensee(&site, LicenseeNumber(1)).await;
    assert_eq!(own.open("/console/ledger/prove").await.status, 403);

    // A balance that somebody changed beside the ledger is found.
    let mut tx = site.store.write().await.unwrap();
    let sql = "UPDATE entitlements SET body = replace(body, '\"adjusted\":0', '\"adjusted\":7')";
    assert_eq!(execute(&mut tx, sql).await, 1);
    tx.commit().await.unwrap();
    let proof = auditor.send(&form).await;
    says(&words(&proof), &["发现 1 处问题", "entitlements 1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn either_way_round_everybody_sees_the_entries_of_their_own() {
    let site = Site::any().await;
    let batch = site.printed(10).await;
    let other = site.licensee(1).await;
    let clerk = registrar(&site).await;
    let form = clerk.form("/console/printers/new").await;
    let form = form
        .with("name", "另一家虚构彩印公司")
        .with("uscc", "93430981MA4TEXT36K")
        .with("licence", "印证字002号");
    done(&clerk.send(&form).await);
    let press = yuanmark::domain::printer::PrinterNumber(2);
    let (foreign, press) = (
        licensee(&site, other.number).await,
        super::printer(&site, press).await,
    );
    let order = format!("/console/orders/{}", batch.order);
    for sort in ["number", "-number"] {
        let path = format!("/console/ledger?sort={sort}");
        let all = rows(&clerk.open(&path).await);
        says(&all, &["制码", "虚构芦笋企业 0", "虚构芦笋企业 1"]);
        let own = rows(&foreign.open(&path).await);
        says(&own, &["建档", "虚构芦笋企业 1"]);
        let prints = rows(&press.open(&path).await);
        says(&prints, &["承印方建档"]);
        for page in [own, prints] {
            for not_theirs in ["制码", "虚构芦笋企业 0", "核准印制"] {
                assert!(!page.contains(not_theirs), "{sort}: {page}");
            }
        }
    }
    assert_eq!(foreign.open(&order).await.status, 404);
    assert_eq!(press.open(&order).await.status, 404);
}
