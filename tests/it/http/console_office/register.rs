//! The register as a table: out, tried, mended, taken in.

use super::forms::Form;
use super::{done, licensee, registrar, says, words};
use crate::support::installation::USCCS;
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_tried_before_it_is_taken() {
    let site = Site::any().await;
    let one = site.licensee(0).await;
    let clerk = registrar(&site).await;
    let path = "/console/licensees/import";
    let file = format!(
        "名称,统一社会信用代码,授权依据,基地面积（亩）,联系人\n\
         虚构芦笋企业 0,{},地理标志产品,琼湖街道=700000,某人\n\
         虚构合作社,{},不知道,仙境=3,\n\
         虚构农户,{},证明商标,胭脂湖街道=12.5,\n",
        USCCS[0], USCCS[1], USCCS[2]
    );
    let form = clerk.form(path).await;
    let tried = clerk
        .send_file(&form, "file", "register.csv", file.as_bytes())
        .await;
    assert_eq!(tried.status, 200);
    says(
        &words(&tried),
        &[
            "没有写入",
            "建档 1，变更 1，无变化 0，有误 1",
            // Everything that is wrong with the row, by its number.
            "3授权依据：“不知道”应改为以下之一",
            "“仙境”不是保护范围内的乡镇、街道",
        ],
    );
    let list = clerk.read("/console/licensees").await;
    assert!(!list.contains("虚构农户"));
    // The good rows are taken without choosing the file again.
    let form = Form::of(&tried);
    assert_eq!(form.get("way"), "take-good");
    let taken = clerk.send(&form).await;
    says(&words(&taken), &["已导入", "建档 1，变更 1"]);
    says(&clerk.read("/console/licensees").await, &["虚构农户"]);
    says(&clerk.read("/console/licensees/1").await, &["某人"]);

    // A file that cannot be read at all is named in the form.
    for content in [&b"PK\x03\x04 an Excel file"[..], b"a,b\n1,2\n"] {
        let form = clerk.form(path).await;
        let refused = clerk
            .send_file(&form, "file", "register.csv", content)
            .await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("href=\"#file\""));
    }
    let own = licensee(&site, one.number).await;
    assert_eq!(own.open(path).await.status, 403);
    // A licensee's person takes its own row away, and no other.
    let table = own.open("/console/licensees/table?format=csv").await;
    says(table.text(), &["虚构芦笋企业 0"]);
    assert!(!table.text().contains("虚构农户"));
    let table = clerk
        .open("/console/licensees/table?format=csv&state=applied")
        .await;
    says(table.text(), &["虚构农户"]);
    assert!(!table.text().contains("虚构芦笋企业 0"));
    let excel = clerk.open("/console/licensees/table?format=xlsx").await;
    assert!(excel.body.starts_with(b"PK"));
    let form = clerk.form("/console/licensees/1/change").await;
    done(&clerk.send(&form.with("phone", "0737")).await);
}
