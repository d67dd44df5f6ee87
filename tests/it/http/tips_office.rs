//! What the office sees of a tip besides its steps: what was added, whose mark it is about, who handles it, and how it is found.

use super::tips::Reporter;
use crate::support::office::Office;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_added_stands_out_until_the_office_takes_a_step() {
    for office in Office::both().await {
        let reporter = Reporter::of(&office.site);
        let address = reporter.sent(&reporter.form().await).await;
        let inspector = office.signed_in("inspector").await;
        let accept = inspector.open("/console/tips/1/accept").await.form();
        inspector.send(&accept).await.is_done();
        let is_new = async || {
            let list = inspector.open("/console/tips").await;
            let file = inspector.open("/console/tips/1").await;
            let chosen = inspector.open("/console/tips?added=yes").await;
            let in_list = list.text().contains("有 1 条新补充");
            assert_eq!(file.text().contains("有 1 条新补充"), in_list);
            assert_eq!(file.text().contains("补充（新）"), in_list);
            assert_eq!(chosen.text().contains("/console/tips/1\""), in_list);
            in_list
        };
        assert!(!is_new().await);
        let add = reporter.form_at(&address).await.fill("told", "又想起一点");
        reporter.sent(&add).await;
        assert!(is_new().await);
        assert!(is_new().await, "a look is no answer");
        let message = inspector.open("/console/tips/1/message").await.form();
        let message = message.fill("told", "收到，谢谢。");
        inspector.send(&message).await.is_done();
        assert!(!is_new().await);
        // Accepted is accepted: what came of it is decided.
        let file = inspector.open("/console/tips/1").await;
        assert!(!file.text().contains("/console/tips/1/reject"));
        let reject = inspector.open("/console/tips/1/reject").await.form();
        let reject = reject.fill("told", "x");
        inspector.send(&reject).await.is(422).says("线索已受理");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tip_is_found_by_its_number_and_by_its_ticket() {
    let office = Office::any().await;
    let reporter = Reporter::of(&office.site);
    let address = reporter.sent(&reporter.form().await).await;
    let second = reporter.form().await.fill("told", "另一件");
    reporter.sent(&second).await;
    let ticket = address.strip_prefix("/report/").unwrap();
    let inspector = office.signed_in("inspector").await;
    for asked in ["1", ticket, &ticket.to_lowercase().replace('-', "+")] {
        let list = inspector.open(&format!("/console/tips?tip={asked}")).await;
        list.is(200);
        assert!(list.text().contains("/console/tips/1\""), "{asked}");
        assert!(!list.text().contains("/console/tips/2\""), "{asked}");
    }
    let none = inspector.open("/console/tips?tip=0000000000000000").await;
    none.is(200).says("没有符合条件的记录");
    let wrong = inspector.open("/console/tips?tip=abc").await;
    wrong.says("编号");
    assert!(!wrong.text().contains("/console/tips/1\""));
    let found = inspector.open(&format!("/console/search?q={ticket}")).await;
    assert_eq!(found.leads_to(), Some("/console/tips/1"));
    let found = inspector.open("/console/search?q=线索2").await;
    assert_eq!(found.leads_to(), Some("/console/tips/2"));
    let licensee = office.signed_in("licensee").await;
    for asked in [ticket, "线索1"] {
        let page = licensee.open(&format!("/console/search?q={asked}")).await;
        page.is(200).says("没有找到");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_tells_the_mark_and_names_who_handles_it() {
    let office = Office::any().await;
    let reporter = Reporter::of(&office.site);
    let firm = office.site.licensee(3).await;
    let order = office.site.order(&firm, 1).await;
    let batch = office.site.issue(&order, "told").await.unwrap().batch;
    let serial = office.site.serial(&batch, 0).to_string();
    for (told, serial) in [
        ("一", serial.as_str()),
        ("二", "4BD9-QV4N-Q0NZ-57DB"),
        ("三", "4BD9"),
        ("四", ""),
    ] {
        let form = reporter.form().await.fill("told", told);
        let form = form.fill("serial", serial).forge("as_it_is", serial);
        reporter.sent(&form).await;
    }
    let inspector = office.signed_in("inspector").await;
    let file = inspector.open("/console/tips/1").await;
    file.says("标志状态").says("尚未启用，请勿购买");
    assert!(file.text().contains(&format!("/console/marks/{serial}\"")));
    let said = inspector.open("/console/tips/2").await;
    said.says("本系统没有发出过");
    let said = inspector.open("/console/tips/3").await;
    said.says("不是防伪编号的写法");
    let file = inspector.open("/console/tips/4").await;
    assert!(!file.text().contains("这个编号"));
    let accept = inspector.open("/console/tips/1/accept").await.form();
    inspector.send(&accept).await.is_done();
    let name = office.user("inspector").name.to_string();
    for path in ["/console/tips/1", "/console/tips"] {
        inspector.open(path).await.says(&name);
    }
}
