//! Documents: in, in versions, and out; files that lie or are too large.

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::document::Document;

use super::forms::Form;
use super::{done, english_person, licensee, registrar, says, words};
use crate::support::server::Site;

const PDF: &[u8] = b"%PDF-1.7 made up";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n made up";

#[tokio::test(flavor = "multi_thread")]
async fn a_document_goes_in_by_versions_and_out_as_a_file() {
    let site = Site::any().await;
    let (one, other) = (site.licensee(0).await, site.licensee(1).await);
    let clerk = registrar(&site).await;
    let (own, foreign) = (
        licensee(&site, one.number).await,
        licensee(&site, other.number).await,
    );
    let new = "/console/licensees/1/documents/new";
    let form = clerk.form(new).await.with("purpose", "artwork");
    let reply = clerk.send_file(&form, "file", "标志图样.pdf", PDF).await;
    let list = done(&reply);
    says(&clerk.read(&list).await, &["标志图样.pdf", "标志图样"]);
    // The licensee's own person adds the next version.
    let form = own.form(new).await.with("purpose", "artwork");
    let form = form.with("title", "标志图样.pdf");
    let next = [PDF, b" again"].concat();
    done(&own.send_file(&form, "file", "new.PDF", &next).await);
    let file = own.read("/console/licensees/1").await;
    assert_eq!(
        file.matches("标志图样.pdf").count(),
        1,
        "the newest alone: {file}"
    );
    // The same content again is no version.
    let form = own.form(new).await.with("purpose", "artwork");
    let form = form.with("title", "标志图样.pdf");
    let refused = own.send_file(&form, "file", "new.pdf", &next).await;
    says(&words(&refused), &["已有内容完全相同的文件"]);

    let reply = own.open("/console/documents/1").await;
    assert_eq!((reply.status, reply.body.as_slice()), (200, PDF));
    assert_eq!(reply.kind(), "application/pdf");
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    let disposition = reply.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
    let reply = clerk.open("/console/documents/2").await;
    assert_eq!(reply.body, next);
    for path in [
        "/console/documents/1",
        "/console/licensees/1",
        "/console/licensees/1/documents",
        "/console/licensees/1/documents/table?format=csv",
        new,
    ] {
        assert_eq!(foreign.open(path).await.status, 404, "{path}");
    }
    let form = foreign.form("/console/licensees/2/documents/new").await;
    let mut form = form.with("purpose", "other");
    form.address = new.to_owned();
    let reply = foreign.send_file(&form, "file", "x.pdf", PDF).await;
    assert_eq!(reply.status, 404);
    let table = own
        .open("/console/licensees/1/documents/table?format=csv")
        .await;
    says(table.text(), &["标志图样.pdf", "虚构芦笋企业 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_taken_is_named_in_the_form() {
    let site = Site::any().await;
    site.licensee(0).await;
    let clerk = registrar(&site).await;
    let english = english_person(&site, "reader", Role::Registrar, Scope::All).await;
    let new = "/console/licensees/1/documents/new";
    let large = [PDF, vec![b' '; Document::MOST_BYTES].as_slice()].concat();
    let huge = vec![b' '; 5 * Document::MOST_BYTES];
    for (name, content, chinese, in_english) in [
        (
            "图样.pdf",
            PNG,
            "文件名是 PDF 格式，内容却是 PNG 格式",
            "named as PDF and is PNG",
        ),
        (
            "病毒.pdf",
            b"MZ\x90 made up",
            "文件不是 PDF、PNG",
            "neither PDF, PNG",
        ),
        ("空.pdf", b"", "文件是空的", "the file is empty"),
        ("大.pdf", &large, "单个文件不超过 10 MB", "at most 10 MiB"),
        ("很大.pdf", &huge, "单个文件不超过 10 MB", "at most 10 MiB"),
    ] {
        for (clerk, told) in [(&clerk, chinese), (&english, in_english)] {
            let form = clerk.form(new).await;
            let form = form.with("purpose", "survey").with("title", "测产 2026");
            let reply = clerk.send_file(&form, "file", name, content).await;
            assert_eq!(reply.status, 422, "{name}");
            says(&words(&reply), &[told]);
            assert!(reply.text().contains("href=\"#file\""), "{name}");
            let again = Form::of(&reply);
            assert_eq!(again.get("title"), "测产 2026");
            assert_eq!(again.get("purpose"), "survey");
        }
    }
    // No file at all.
    let reply = clerk
        .send(&clerk.form(new).await.with("purpose", "survey"))
        .await;
    says(&words(&reply), &["请选择文件"]);
    assert!(
        !clerk
            .read("/console/licensees/1/documents")
            .await
            .contains("测产 2026")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_a_lot_leads_back_to_the_lot() {
    let site = Site::any().await;
    let one = site.licensee(0).await;
    let order = site
        .order_of_season(&one, 10, crate::support::server::this_season())
        .await;
    let batch = site.issue(&order, "one").await.unwrap().batch;
    let lot = site
        .lot(&batch, crate::support::installation::morning())
        .await;
    let own = licensee(&site, one.number).await;
    let form = own
        .form(&format!("/console/licensees/1/documents/new?lot={lot}"))
        .await;
    let reply = own.send_file(&form, "file", "报告.pdf", PDF).await;
    assert_eq!(done(&reply), format!("/console/lots/{lot}"));
    says(
        &own.read(&format!("/console/lots/{lot}")).await,
        &["报告.pdf"],
    );
}
