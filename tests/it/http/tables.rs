//! Tables and the proof of the ledger through the interface.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use yuanmark::domain::event::EventKind;

use crate::support::installation::morning;
use crate::support::server::Site;

const HEAD: &str = "名称,统一社会信用代码,授权依据";

#[tokio::test]
async fn the_ledger_comes_as_a_table_that_a_foreign_reader_opens() {
    for site in Site::both().await {
        let office = site.administrator();
        let batch = site.installation.batch(500).await;
        site.installation
            .change(&batch, EventKind::Used, "0-9", morning())
            .await
            .unwrap();
        for (path, sheet, least) in [
            ("ledger/table?format=xlsx", "专用标志台账", 12),
            (
                "orders/table?format=xlsx&season=2026",
                "印制发放使用台账",
                1,
            ),
            ("licensees/table?format=xlsx", "合法使用人名册", 1),
        ] {
            let reply = office.open(&format!("/api/v1/{path}")).await;
            assert_eq!(reply.status, 200, "{path}");
            assert!(
                reply
                    .header("content-disposition")
                    .unwrap()
                    .ends_with(".xlsx\""),
                "{path}"
            );
            assert_eq!(reply.header("cache-control"), Some("no-store"), "{path}");
            let mut book: Xlsx<_> =
                calamine::open_workbook_from_rs(Cursor::new(reply.body.clone())).unwrap();
            assert!(
                book.worksheet_range(sheet).unwrap().rows().count() > least,
                "{path}"
            );
        }
        let csv = office
            .open("/api/v1/ledger/table?format=csv&kind=used")
            .await;
        assert_eq!(csv.text().lines().count(), 2, "the titles and one entry");
        assert_eq!(
            office.open("/api/v1/ledger/table?format=pdf").await.status,
            400
        );
        assert_eq!(
            site.phone()
                .open("/api/v1/ledger/table?format=csv")
                .await
                .status,
            401
        );
    }
}

#[tokio::test]
async fn a_register_is_tried_and_taken() {
    for site in Site::both().await {
        let office = site.administrator();
        let good = format!("{HEAD}\n虚构甲,91430981MA4TEXT1XY,both\n");
        let bad = format!("{good}虚构乙,91430981MA4TEXT1XX,both\n");
        let take = async |query: &str, text: &str| {
            let path = format!("/api/v1/licensees/table?by=clerk{query}");
            office.ask("POST", &path, text.as_bytes().to_vec()).await
        };
        let told = take("&dry_run=true", &good).await.json();
        assert_eq!(
            (
                told["written"].as_bool(),
                told["rows"][0]["outcome"].as_str()
            ),
            (Some(false), Some("entered"))
        );
        let told = take("", &bad).await.json();
        assert_eq!(
            (told["written"].as_bool(), told["bad"].as_u64()),
            (Some(false), Some(1))
        );
        assert!(
            told["rows"][1]["problems"][0]
                .as_str()
                .unwrap()
                .contains("check character"),
            "{told}"
        );
        assert_eq!(told["rows"][1]["line"], 3);
        assert_eq!(take("&skip_bad=true", &bad).await.json()["written"], true);
        let head = office.open("/api/v1/ledger/head").await.json();
        assert_eq!(head["number"], 1);
        assert_eq!(take("", "nonsense").await.status, 422);
        assert_eq!(take("&dry_run=perhaps", &good).await.status, 400);
    }
}

#[tokio::test]
async fn the_ledger_is_proved_on_request() {
    for site in Site::both().await {
        site.installation.batch(500).await;
        let proof = site
            .administrator()
            .open("/api/v1/ledger/proof")
            .await
            .json();
        assert_eq!(proof["findings"].as_array().unwrap().len(), 0, "{proof}");
        assert_eq!(proof["entries"], proof["head"]);
        assert_eq!(site.phone().open("/api/v1/ledger/proof").await.status, 401);
    }
}
