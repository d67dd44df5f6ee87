//! What a person who reports may do twice, or wrongly, without losing anything.

use super::tips::Reporter;
use crate::support::html::forms;
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn the_same_words_sent_again_from_the_same_phone_are_one_report() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    reporter.0.open("/report").await; // gives the phone its name
    let first = reporter.sent(&reporter.form().await).await;
    // After "back" the form has another name, and the old words in it.
    let again = reporter.form().await;
    assert_eq!(reporter.sent(&again).await, first);
    assert_eq!(site.rows("tips").await, 1);
    let other = again.fill("told", "另一件事");
    assert_ne!(reporter.sent(&other).await, first, "other words");
    let stranger = Reporter::of(&site);
    assert_ne!(stranger.sent(&stranger.form().await).await, first);
    assert_eq!(site.rows("tips").await, 3);

    for _ in 0..2 {
        let add = reporter.form_at(&first).await.fill("told", "又想起一点");
        reporter.sent(&add).await;
    }
    assert_eq!(site.rows("tip_steps WHERE step = 'added'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_is_acknowledged_and_a_number_to_quote_is_told() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    let form = reporter.form().await.fill("contact", "13800000000");
    let address = reporter.sent(&form).await;
    let page = reporter.0.open(&address).await;
    for said in ["线索号", "第十八条", "请不要告诉别人"] {
        assert!(page.words().contains(said), "{said}: {}", page.words());
    }
    let add = reporter.form_at(&address).await.fill("told", "又想起一点");
    let reply = reporter.send(&add).await;
    let page = reporter.0.open(reply.header("location").unwrap()).await;
    assert_eq!(page.heading(), "补充已收到。");
    // Taken back, how the person is reached is gone with it.
    let take_back = forms(page.text(), &address).pop().unwrap();
    reporter.sent(&take_back).await;
    assert_eq!(site.rows("tips WHERE contact IS NOT NULL").await, 0);
    assert_eq!(site.rows("tip_steps WHERE step = 'erased'").await, 1);
    let action = "trail WHERE action = 'tip-erase'";
    assert_eq!(site.rows(action).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_that_is_none_is_said_once_and_taken_as_it_is_then() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    for (typed, why) in [
        ("4BD9-QV4", "还差 9 位"),
        ("4BD9-QV4N-Q0NZ-57DU", "没有这样的字符：U"),
        ("https://weixin.qq.com/r/abc", "这不是防伪编号"),
    ] {
        let form = reporter.form().await.fill("told", typed);
        let form = form.fill("serial", typed);
        let reply = reporter.send(&form).await;
        assert_eq!(reply.status, 422, "{typed}");
        for said in [why, "标签上真是这样印的", "有 1 处需要改正"] {
            assert!(reply.words().contains(said), "{said}: {}", reply.words());
        }
        let again = forms(reply.text(), "/report").into_iter().next().unwrap();
        assert_eq!(again.value("serial"), typed);
        let changed = again.clone().fill("serial", "4BD9");
        assert_eq!(
            reporter.send(&changed).await.status,
            422,
            "not what was said"
        );
        let page = reporter.0.open(&reporter.sent(&again).await).await;
        assert!(page.words().contains(typed), "{}", page.words());
    }
    // Whoever comes from the page that said so is not told again.
    let form = reporter.form_at("/report?serial=4bd9").await;
    reporter
        .sent(&form.fill("kind", "looks").fill("told", "x"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_serial_of_a_label_is_no_ticket_and_leads_to_the_check() {
    let site = Site::any().await;
    let batch = site.printed(1).await;
    let serial = site.serial(&batch, 0).to_string();
    let phone = site.phone();
    for typed in [serial.clone(), serial.to_lowercase().replace('-', "+")] {
        let reply = phone.open(&format!("/report?ticket={typed}")).await;
        let page = phone.open(reply.header("location").unwrap()).await;
        assert_eq!(page.status, 404);
        assert_eq!(page.heading(), "这是标签上的防伪编号，不是反映的编号。");
        let link = format!("href=\"/check?q={serial}\"");
        assert!(page.text().contains(&link), "{}", page.text());
    }
    let code = site.link(&batch, 0);
    let page = phone.open(&format!("/report?ticket={code}&lang=en")).await;
    assert!(page.words().contains("This is the serial of a label"));
    let other = phone.open("/report/0000-0000-0000-0000").await;
    assert_eq!(other.heading(), "没有这个编号。");
    assert!(other.words().contains("不是标签上的防伪编号"));
    assert_eq!(site.rows("scans").await, 0, "nothing was checked");
}
