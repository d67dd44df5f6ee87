//! What was typed and cannot be a serial: no verdict, nothing counted, nothing lost.

use yuanmark::domain::mark::MarkId;

use crate::support::html::{forms, tags};
use crate::support::installation::index;
use crate::support::server::{Reply, Site};

/// What stands in the field for a serial.
fn field(page: &Reply) -> String {
    let tags = tags(page.text());
    let field = tags.iter().find(|tag| tag.get("id") == Some("q")).unwrap();
    field.get("value").unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_serial_is_said_and_stays_in_its_field() {
    let site = Site::any().await;
    let phone = site.phone();
    for (typed, says) in [
        ("4bd9 qv4", "4BD9-QV4，还差 9 位"),
        ("4BD9-QV4N-Q0NZ-57DU", "没有这样的字符：U"),
        ("4BD9-QV4N-Q0NZ-57DB-12", "多了 2 位"),
        ("NH82-0VXZ", "共 8 位"),
        ("<b>", "没有这样的字符：&#60; &#62;"),
    ] {
        let page = phone.type_in(typed).await;
        assert_eq!(page.status, 422, "{typed}");
        assert_eq!(page.heading(), "编号请再核对，没有查询。");
        let words = page.words();
        for said in [says, "这不是查询结果"] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!words.contains("这不是沅江芦笋"), "{words}");
        assert_eq!(field(&page), typed);
        assert_eq!(page.header("set-cookie"), None, "nothing was counted");
    }
    let english = site.english_phone().type_in("4bd9").await;
    assert!(
        english.words().contains("4BD9: 12 to go"),
        "{}",
        english.words()
    );
    // What is whole, or was pasted or scanned, is answered, and stays in the field where it was typed.
    let whole = phone.type_in("4bd9 qv4n q0nz 57db").await;
    assert_eq!(
        (whole.status, whole.heading()),
        (200, "这不是沅江芦笋专用标志的编号。".into())
    );
    assert_eq!(field(&whole), "4bd9 qv4n q0nz 57db");
    for pasted in ["https://weixin.qq.com/r/abc", &"1".repeat(193)] {
        let page = phone.type_in(pasted).await;
        assert_eq!(page.heading(), "这不是沅江芦笋专用标志的编号。", "{pasted}");
    }
    // Programs are answered as the design says.
    let reply = site.program().check("4bd9").await;
    assert_eq!((reply.status, reply.verdict()), (200, "not_ours".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_code_with_half_a_serial_is_not_tried() {
    let site = Site::any().await;
    let page = site.phone().claim("4bd9", "NH82-0VXZ").await;
    assert_eq!(page.status, 422);
    assert_eq!(page.heading(), "编号请再核对，没有查询。");
    let form = forms(page.text(), "/claim").into_iter().next().unwrap();
    assert_eq!(
        (form.value("mark"), form.value("hidden")),
        ("4bd9", "NH82-0VXZ")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_scratched_a_label_finds_the_way_and_is_told_as_a_buyer() {
    let site = Site::any().await;
    for (path, way) in [("/", "/claim"), ("/?lang=en", "/claim?lang=en")] {
        let page = site.phone().open(path).await;
        let mut links = tags(page.text()).into_iter();
        assert!(links.any(|tag| tag.get("href") == Some(way)), "{path}");
    }
    let batch = site.printed_with_hidden_codes(1).await;
    site.activate(&batch).await;
    let serial = site.serial(&batch, 0).to_string();
    let page = site.phone().open(&site.page(&batch, 0)).await;
    let way = forms(page.text(), "/t").into_iter();
    assert_eq!(way.filter(|form| form.action == "/claim").count(), 1);
    let mark = MarkId {
        batch: batch.number,
        index: index(0),
    };
    let hidden = site.keys.secrets.hidden.hidden_code(mark);
    let claimed = site.phone().claim(&serial, &hidden).await;
    let words = claimed.words();
    assert!(words.contains("有一项不符，请不要食用"), "{words}");
    assert!(!words.contains("请不要购买"), "{words}");
}
