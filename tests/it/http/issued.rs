//! What the answer of a mark tells of what it was issued for: lot, test, producer, and the mark's artwork.

use yuanmark::domain::access::Scope;
use yuanmark::domain::document::Purpose;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{Step, StepTaken};
use yuanmark::domain::lot::{TestReport, TestResult};
use yuanmark::domain::order::Batch;
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::{licensees, lots};

use crate::support::installation::{call, line, morning};
use crate::support::server::Site;

/// A drawing of two halves, of this colour and white.
fn drawing(colour: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 30 20\"><path fill=\"#fff\" d=\"M0 0h30v20H0z\"/>\
         <path fill=\"{colour}\" d=\"M0 0h15v20H0z\"/></svg>"
    )
}

async fn add_artwork(site: &Site, batch: &Batch, content: &[u8]) -> String {
    let new = NewDocument {
        licensee: batch.licensee,
        lot: None,
        purpose: Purpose::Artwork,
        title: line("标志图样"),
        content,
    };
    let by = call("test", morning());
    let added = documents::add(&site.store, &by, &new).await.unwrap();
    format!("/artwork/{}/{}.png", batch.licensee, added.document.sha256)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lot_and_its_newest_test_are_told_and_so_is_the_hotline() {
    for site in Site::both().await {
        let batch = site.in_market(2).await;
        let page = site.page(&batch, 0);
        let words = site.phone().open(&page).await.words();
        let year = batch.season.year();
        for told in [
            "生产批号L-1".to_owned(),
            format!("采收{year}年4月1日，琼湖街道"),
            format!("检验报告合格，{year}年4月1日，虚构检验所，检验2026-017"),
            "执行标准示例标准 2026".to_owned(),
        ] {
            assert!(words.contains(&told), "{told}\n{words}");
        }
        assert!(!words.contains("服务电话"), "{words}");
        let words = site.english_phone().open(&page).await.words();
        let told = format!("Test reportpassed, 1 April {year}, 虚构检验所");
        assert!(words.contains(&told), "{words}");

        // What is entered later is told from then on, though nothing of it is in the ledger of this batch.
        let lot = site.lot(&batch, morning()).await;
        let report = TestReport {
            laboratory: line("另一虚构检验所"),
            number: line("复检-1"),
            date: format!("{year}-04-02").parse().unwrap(),
            result: TestResult::Passed,
            file: None,
        };
        let by = call("test", morning());
        lots::report(&site.store, &by, lot, report).await.unwrap();
        let firm = licensees::get(&site.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        let mut file = firm.particulars.clone();
        file.contact.phone = Some(line("13900000000"));
        licensees::file(&site.store, &by, firm.number, firm.revision, file)
            .await
            .unwrap();
        site.set_hotline(&batch, "0737-1234567").await;
        let reply = site.phone().open(&page).await;
        let words = reply.words();
        assert!(words.contains("另一虚构检验所，复检-1"), "{words}");
        assert!(words.contains("服务电话0737-1234567"), "{words}");
        assert!(reply.text().contains("href=\"tel:0737-1234567\""));
        assert!(
            !reply.text().contains("13900000000"),
            "that is nobody's business"
        );

        let json = site.phone().check(&site.link(&batch, 0)).await.json();
        assert_eq!(json["mark"]["lot"]["code"], "L-1");
        assert_eq!(json["mark"]["lot"]["harvested"], format!("{year}-04-01"));
        assert_eq!(json["mark"]["lot"]["test"]["number"], "复检-1");
        assert_eq!(json["mark"]["licensee"]["hotline"], "0737-1234567");
    }
    let site = Site::any().await;
    let unused = site.printed(1).await;
    let words = site.phone().open(&site.page(&unused, 0)).await.words();
    assert!(!words.contains("生产批号"), "no lot yet\n{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_artwork_is_shown_only_beside_marks_in_use_of_a_right_in_force() {
    for site in Site::both().await {
        let batch = site.in_market(2).await;
        let page = site.page(&batch, 0);
        let shown = async || {
            let reply = site.phone().open(&page).await;
            let (_, from) = reply.text().split_once("class=\"artwork\" src=\"")?;
            Some(from.split_once('"')?.0.to_owned())
        };
        assert_eq!(shown().await, None, "there is none");
        let first = add_artwork(&site, &batch, drawing("#f00").as_bytes()).await;
        assert_eq!(shown().await.as_ref(), Some(&first));
        let newest = add_artwork(&site, &batch, drawing("#00f").as_bytes()).await;
        assert_eq!(shown().await.as_ref(), Some(&newest));

        let reply = site.phone().open(&newest).await;
        assert_eq!((reply.status, reply.kind()), (200, "image/png"));
        let picture = image::load_from_memory(&reply.body).unwrap().to_rgb8();
        assert_eq!((picture.width(), picture.height()), (320, 213));
        assert_eq!(picture.get_pixel(10, 10).0, [0, 0, 255]);
        assert!(reply.body.len() < 4096, "{} bytes", reply.body.len());
        for other in [
            first.clone(),
            newest.replace(".png", ""),
            newest.replace("/artwork/1/", "/artwork/2/"),
            "/artwork/1/x.png".to_owned(),
            "/artwork/x/x.png".to_owned(),
        ] {
            assert_eq!(site.phone().open(&other).await.status, 404, "{other}");
        }

        let frozen = EventKind::Withdrawn(Withdrawal::Frozen);
        site.change(&batch, frozen, "1", morning()).await.unwrap();
        let reply = site.phone().open(&site.page(&batch, 1)).await;
        assert!(!reply.text().contains("class=\"artwork\""), "not in use");

        let step = StepTaken {
            step: Step::Suspend,
            date: "2026-02-01".parse().unwrap(),
            document: Some(line("决定2026-1")),
            ground: line("核查期间"),
            due: None,
            marks_good_until: None,
        };
        let by = call("test", morning());
        licensees::take_step(&site.store, &by, batch.licensee, step)
            .await
            .unwrap();
        assert_eq!(shown().await, None, "the right rests");
        assert_eq!(site.phone().open(&newest).await.status, 404);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artwork_that_cannot_be_drawn_is_not_shown_at_all() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    add_artwork(&site, &batch, b"%PDF-1.7\n%%EOF\n").await;
    let reply = site.phone().open(&site.page(&batch, 0)).await;
    assert_eq!(reply.status, 200);
    assert!(!reply.text().contains("class=\"artwork\""));
    // A drawing with a script is no artwork that we would draw.
    let script = drawing("#f00").replace("</svg>", "<script>alert(1)</script></svg>");
    let address = add_artwork(&site, &batch, script.as_bytes()).await;
    assert_eq!(site.phone().open(&address).await.status, 404);
}
