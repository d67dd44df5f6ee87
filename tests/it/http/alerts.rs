//! What the office does with alerts and cases, and what a licensee is told of its own.

use std::fs;
use std::io::{Cursor, Read as _};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use yuanmark::domain::access::Scope;
use yuanmark::domain::alert::{AlertKind, AlertNumber};
use yuanmark::domain::licensee::{Licensee, LicenseeNumber};
use yuanmark::domain::mark::BatchNumber;
use yuanmark::domain::order::Batch;
use yuanmark::domain::serial::Serial;
use yuanmark::service::alerts::{self, Story, rates};
use yuanmark::service::{licensees, system};
use yuanmark::store::alert::Filter;

use crate::support::alerts::{new, raise};
use crate::support::databases::number;
use crate::support::installation::{Installation, line};
use crate::support::office::{Office, Person};
use crate::support::reader;
use crate::support::server::{Site, this_season};
use crate::support::tips;

impl Site {
    pub async fn how_many(&self, what: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        number(&mut tx, &format!("SELECT count(*) FROM {what}")).await
    }
}

async fn own(office: &Office) -> Licensee {
    let found = licensees::get(&office.store, Scope::All, LicenseeNumber(1)).await;
    found.unwrap()
}

/// A batch in the market, three marks of which are suspected; two phones have asked about the first.
async fn suspected(office: &Office) -> Batch {
    let licensee = own(office).await;
    let order = office
        .installation
        .order_of_season(&licensee, 20, this_season())
        .await;
    let batch = office
        .installation
        .issue(&order, "suspected")
        .await
        .unwrap()
        .batch;
    office.site.activate(&batch).await;
    for place in [430_900, 440_100] {
        let code = office.site.link(&batch, 0);
        office.site.phone().check_in(place, &code).await;
    }
    let one = |mark, odds| new(AlertKind::SuspectedCopy, batch.number, Some(mark), odds);
    let alerts = [
        one(0, 3.0),
        one(1, 5.0),
        one(2, 4.0),
        new(AlertKind::BeforeActivation, batch.number, None, 0.0),
    ];
    raise(&office.installation, &alerts).await;
    batch
}

/// What speaks against an alert's mark, in Chinese.
async fn evidence_of(office: &Office, number: u32) -> Vec<String> {
    let found = alerts::get(&office.store, Scope::All, AlertNumber(number)).await;
    let alert = found.unwrap().alert;
    let story = alerts::story(&office.store, &alert, system::now()).await;
    let evidence = story.unwrap().evidence(&alert).into_iter();
    evidence.map(|said| said.zh).collect()
}

async fn numbers(installation: &Installation, filter: &Filter, after: Option<u32>) -> Vec<u32> {
    let (store, now) = (&installation.store, system::now());
    let after = after.map(AlertNumber);
    let found = alerts::list(store, Scope::All, filter, after, 50, now).await;
    found.unwrap().iter().map(|alert| alert.number.0).collect()
}

/// Takes a step by its form.
async fn takes(person: &Person<'_>, path: &str, fields: &[(&str, &str)]) {
    let mut form = person.open(path).await.form();
    for (name, value) in fields {
        form = match *name {
            "confirmed_copy" | "honest" => form.tick(name, value),
            _ => form.fill(name, value),
        };
    }
    person.send(&form).await.is_done();
    person.send(&form).await.is_done(); // sent twice, done once
}

/// The second alert is merged into the first; other targets are refused, with what was typed kept.
async fn merges_into_what_is_open(person: &Person<'_>) {
    takes(person, "/console/alerts/2/merge", &[("into", "1")]).await;
    for (alert, into, says) in [
        (1, "1", "不能并入自身"),
        (1, "99", "没有预警 99"),
        (3, "2", "不能再并入"),
    ] {
        let form = person.open(&format!("/console/alerts/{alert}/merge")).await;
        let form = form
            .form()
            .fill("into", into)
            .fill("told", "写了一半的说明");
        let page = person.send(&form).await;
        page.is(422).says(says).says("写了一半的说明");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_taken_merged_and_decided_with_all_that_belongs_to_it() {
    for office in Office::both().await {
        suspected(&office).await;
        let inspector = office.signed_in("inspector").await;
        inspector.open("/console").await.is(200).says("预警待判定");
        let file = inspector.open("/console/alerts/1").await;
        for said in [
            "疑似复制",
            "标签可能被复制",
            "参数版本",
            "湖南",
            "广东",
            "逐次查询",
            "同一批的其他预警",
        ] {
            file.says(said);
        }
        let here = "/console/alerts/1";
        for nobody in ["licensee", "nobody", "谁"] {
            let form = inspector.open(&format!("{here}/assign")).await.form();
            let refused = inspector.send(&form.forge("assignee", nobody)).await;
            refused.is(422).says("可以办理预警的人");
        }
        takes(
            &inspector,
            &format!("{here}/assign"),
            &[("assignee", "inspector")],
        )
        .await;
        takes(
            &inspector,
            &format!("{here}/note"),
            &[("told", "<script>alert(1)</script>")],
        )
        .await;
        merges_into_what_is_open(&inspector).await;
        let decide = inspector.open(&format!("{here}/decide")).await.form();
        let page = inspector.send(&decide).await;
        page.is(422).says("请至少选择一项原因");
        let mixed = decide
            .clone()
            .tick("confirmed_copy", "label_reprinted")
            .tick("honest", "given_away");
        let page = inspector.send(&mixed).await;
        page.is(422).says("属于不同的判定");
        takes(
            &inspector,
            &format!("{here}/decide"),
            &[("confirmed_copy", "label_reprinted"), ("told", "现场查获")],
        )
        .await;
        let file = inspector.open(here).await;
        file.says("已判定").says("翻印标签").says("一并判定的预警");
        assert!(!file.text().contains("<script>alert"));
        assert_eq!(
            office.site.how_many("alerts WHERE state = 'decided'").await,
            2
        );
        let found = "mark_evidence WHERE kind = 'found_copied'";
        assert_eq!(
            office.site.how_many(found).await,
            2,
            "both marks' accounts know"
        );
        let steps = office.site.how_many("alert_steps").await;
        assert_eq!(steps, 4, "assigned, noted, merged, decided");
        let stale = inspector.open(&format!("{here}/decide")).await;
        stale.is(409).says("已判定");
        // The decision is no evidence for itself.
        assert_eq!(evidence_of(&office, 1).await, [""; 0]);
        takes(
            &inspector,
            &format!("{here}/reopen"),
            &[("told", "有新线索")],
        )
        .await;
        assert_eq!(
            office.site.how_many("alerts WHERE state = 'merged'").await,
            1
        );
        takes(
            &inspector,
            &format!("{here}/decide"),
            &[("honest", "given_away")],
        )
        .await;
        let found = "mark_evidence WHERE kind = 'cleared'";
        assert_eq!(office.site.how_many(found).await, 2);
        // What was taken back is no evidence any more.
        assert_eq!(evidence_of(&office, 1).await, [""; 0]);
        inspector.open(here).await.says("监管部门已于");
        let (labels, marks) = alerts::labels(&office.store).await.unwrap();
        assert_eq!(labels, "mark,truth\n1-0,honest\n1-1,honest\n");
        assert_eq!(marks, 2);
        let trail = "trail WHERE action = 'alert-decide' AND subject = 'alert 1'";
        assert_eq!(office.site.how_many(trail).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_and_strong_comes_first_and_pages_follow_one_another() {
    for office in Office::both().await {
        let batch = suspected(&office).await;
        let installation = &office.installation;
        let all = Filter::default();
        assert_eq!(numbers(installation, &all, None).await, [2, 3, 1, 4]);
        assert_eq!(numbers(installation, &all, Some(3)).await, [1, 4]);
        let inspector = office.signed_in("inspector").await;
        takes(
            &inspector,
            "/console/alerts/2/decide",
            &[("honest", "display")],
        )
        .await;
        assert_eq!(numbers(installation, &all, None).await, [3, 1, 4, 2]);
        // Where nobody asked about a mark that is not in use, the alert of its batch comes from nowhere.
        let of = |province| Filter {
            province: Some(province),
            ..Filter::default()
        };
        assert_eq!(numbers(installation, &of(44), None).await, [1]);
        assert_eq!(numbers(installation, &of(43), None).await, [1]);
        assert!(numbers(installation, &of(11), None).await.is_empty());
        office
            .site
            .phone()
            .check_in(110_100, &office.site.link(&batch, 0))
            .await;
        assert_eq!(
            numbers(installation, &of(11), None).await,
            [1],
            "looked at anew"
        );
        let filter = Filter {
            kind: Some(AlertKind::BeforeActivation),
            licensee: Some(batch.licensee),
            batch: Some(batch.number),
            ..Filter::default()
        };
        assert_eq!(numbers(installation, &filter, None).await, [4]);
        let filter = Filter {
            assignee: Some(line("inspector")),
            ..Filter::default()
        };
        assert!(numbers(installation, &filter, None).await.is_empty());
        let page = inspector
            .open("/console/alerts?state=open&province=44")
            .await;
        assert!(page.text().contains("/console/alerts/1\""));
        assert!(!page.text().contains("/console/alerts/3\""));
        let auditor = office.signed_in("auditor").await;
        for (list, rows) in [("alerts", 5), ("alerts?kind=before_activation", 2)] {
            let (path, query) = list.split_once('?').unwrap_or((list, ""));
            let table = format!("/console/{path}/table?format=csv&{query}");
            let table = auditor.open(&table).await;
            assert_eq!(table.is(200).text().lines().count(), rows, "{list}");
        }
        let table = auditor.open("/console/alerts/table?format=csv").await;
        let serial = office.site.serial(&batch, 0).to_string();
        for said in [serial.as_str(), "样品", "后验概率"] {
            assert!(table.text().contains(said), "{said}");
        }
        inspector
            .open("/console/alerts?province=xx")
            .await
            .says("请");
    }
}

/// The files of a ZIP by their names.
pub fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let count = archive.len();
    let read = |place| {
        let mut file = archive.by_index(place).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        (file.name().unwrap().into_owned(), bytes)
    };
    (0..count).map(read).collect()
}

/// Holds a ledger.json against its own rule, without our code for it.
fn prove(ledger: &Value) -> usize {
    let entries = ledger["entries"].as_array().unwrap();
    for entry in entries {
        let text = |name: &str| entry[name].as_str().unwrap().to_owned();
        let mut hash = Sha256::new();
        hash.update(b"yuanmark/ledger/v1\0");
        let before = text("hash_before");
        for at in (0..64).step_by(2) {
            hash.update([u8::from_str_radix(&before[at..at + 2], 16).unwrap()]);
        }
        hash.update(entry["number"].as_u64().unwrap().to_be_bytes());
        hash.update(entry["at_micros"].as_i64().unwrap().to_be_bytes());
        for field in ["actor", "kind", "request", "subjects", "body"] {
            let field = text(field);
            hash.update(u32::try_from(field.len()).unwrap().to_be_bytes());
            hash.update(field);
        }
        let worked_out: String = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(worked_out, text("hash"), "{entry}");
    }
    entries.len()
}

/// The file of a case is what it says it is.
async fn is_whole(person: &Person<'_>, here: &str) {
    let zip = person.open(&format!("{here}/export")).await;
    zip.is(200);
    assert_eq!(zip.kind(), "application/zip");
    let files = unpacked(&zip.body);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "summary.pdf",
            "scans.csv",
            "ledger.json",
            "words.json",
            "tips/1-1.jpg",
            "manifest.json"
        ]
    );
    let manifest: Value = serde_json::from_slice(&files[5].1).unwrap();
    for (place, (name, bytes)) in files[..5].iter().enumerate() {
        let told = &manifest["files"][place];
        let hash: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(told["file"].as_str(), Some(name.as_str()));
        assert_eq!(told["sha256"].as_str(), Some(hash.as_str()));
    }
    summary_tells_all(&files[0].1);
    let scans = String::from_utf8(files[1].1.clone()).unwrap();
    assert_eq!(scans.lines().count(), 6, "{scans}");
    assert!(
        scans.contains("广州市,")
            && scans.contains("公众查询,有效")
            && !scans.contains("127.0.0.1"),
        "{scans}"
    );
    let words: Value = serde_json::from_slice(&files[3].1).unwrap();
    let all = words["alerts"].as_array().unwrap();
    assert_eq!(all.len(), 3, "{words}");
    assert_eq!(all[2]["steps"][0]["step"], "merged", "{words}");
    for alert in &all[..2] {
        let mut steps = alert["steps"].as_array().unwrap().iter();
        let decision = "confirmed_copy label_reprinted";
        assert!(steps.any(|step| step["decision"] == decision), "{words}");
    }
    let ledger: Value = serde_json::from_slice(&files[2].1).unwrap();
    assert!(prove(&ledger) >= 5, "order, issue, labels, frozen");
    let kinds = ledger["entries"].as_array().unwrap().iter();
    let frozen = kinds.filter(|entry| entry["kind"] == "frozen");
    assert_eq!(
        frozen.count(),
        3,
        "its own marks, another, and another's: {ledger}"
    );
}

/// What a court reads: marks, alerts with what they were decided to be, what their strength means, tips.
fn summary_tells_all(pdf: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("summary.pdf");
    fs::write(&file, pdf).unwrap();
    let mut text = reader::text_of(&file).concat();
    text.retain(|letter| !letter.is_whitespace());
    for said in [
        "一、涉及的标志",
        "判定：确认复制",
        "“疑似复制”的强度后验概率：",
        "不能代替实物检查",
        "并入本预警：预警3",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

/// Cases and tips as tables.
async fn are_taken_away(person: &Person<'_>) {
    for (table, row) in [
        ("cases", "1,已结案,长沙某市场翻印标签,"),
        ("tips", "1,已办结,"),
    ] {
        let table = format!("/console/{table}/table?format=csv");
        let table = person.open(&table).await;
        assert!(table.is(200).text().contains(row), "{}", table.text());
    }
}

/// A mark that was found on the spot and belongs to no alert: what the case did with it is in its file all the same.
async fn freezes_another(person: &Person<'_>, here: &str, serial: &Serial) {
    let form = person.open(&format!("{here}/freeze")).await.form();
    let form = form.fill("lines", &serial.to_string());
    let asked = person.send(&form.fill("reason", "现场发现")).await;
    asked
        .is(200)
        .says("其中 1 枚标志不是案件的预警、线索涉及的标志")
        .says(&format!("编号：{serial}"));
    person.send(&asked.forms().swap_remove(0)).await.is_done();
    // Once is enough: what is frozen is not frozen again.
    let again = person.open(&format!("{here}/freeze")).await.form();
    let again = again.fill("lines", &serial.to_string());
    let page = person.send(&again.fill("reason", "现场发现")).await;
    page.is(422).says("所选 1 枚标志均已冻结");
}

/// Marks of another licensee, and that licensee: asked about before anything is done.
async fn asks_before_it_goes_beyond(office: &Office, person: &Person<'_>, here: &str) {
    let other = licensees::get(&office.store, Scope::All, LicenseeNumber(2)).await;
    let order = office
        .installation
        .order_of_season(&other.unwrap(), 5, this_season())
        .await;
    let issued = office.installation.issue(&order, "another's").await;
    let batch = issued.unwrap().batch;
    let serial = office.installation.serial(&batch, 0).to_string();
    let frozen = "range_events WHERE kind = 'frozen'";
    let before = office.site.how_many(frozen).await;
    let form = person.open(&format!("{here}/freeze")).await.form();
    let form = form.fill("lines", &serial).fill("reason", "同一市场查获");
    let page = person.send(&form).await;
    page.is(200)
        .says(&format!("案件不涉及第 {} 批", batch.number));
    assert_eq!(office.site.how_many(frozen).await, before, "asked first");
    let sure = page.forms().swap_remove(0);
    person.send(&sure).await.is_done();
    assert_eq!(office.site.how_many(frozen).await, before + 1);
    let form = person.open(&format!("{here}/inform")).await.form();
    let form = form.fill("licensee", "2").fill("told", "请配合调查");
    let page = person.send(&form).await;
    page.is(200).says("案件不涉及");
    person.send(&page.forms().swap_remove(0)).await.is_done();
}

/// What belongs to a case is decided before it is closed, and its result is not the contrary.
async fn is_closed_when_all_is_decided(person: &Person<'_>, here: &str) {
    let close = person.open(&format!("{here}/close")).await.form();
    let close = close.fill("result", "copies_found").fill("told", "已没收");
    let page = person.send(&close).await;
    page.is(422).says("未判定的预警：1、2").says("已没收");
    for alert in [1, 2] {
        let decide = format!("/console/alerts/{alert}/decide");
        takes(person, &decide, &[("confirmed_copy", "label_reprinted")]).await;
    }
    person
        .send(&close)
        .await
        .is(422)
        .says("未办结的举报线索：1");
    takes(person, "/console/tips/1/accept", &[]).await;
    takes(person, "/console/tips/1/decide", &[("told", "已查处")]).await;
    let contrary = close.clone().fill("result", "nothing_found");
    person
        .send(&contrary)
        .await
        .is(422)
        .says("已判定为确认复制");
    person.send(&close).await.is_done();
    person.send(&close).await.is_done();
    // What it was closed with stays so until it is opened anew.
    let anew = person.open("/console/alerts/1/reopen").await.form();
    let page = person.send(&anew.fill("told", "有新线索")).await;
    page.is(422).says("案件 1 已据此结案");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_gathers_acts_and_is_handed_over_as_one_file() {
    for office in Office::both().await {
        let batch = suspected(&office).await;
        tips::with_photo(&office.installation).await;
        let approver = office.signed_in("approver").await;
        let form = approver.open("/console/cases/new?alert=1").await.form();
        assert_eq!(form.value("alerts"), "1");
        let form = form.fill("title", "长沙某市场翻印标签");
        assert_eq!(
            approver.send(&form).await.is_done(),
            "/console/cases/1?notice=done"
        );
        assert_eq!(
            approver.send(&form).await.is_done(),
            "/console/cases/1?notice=done"
        );
        let here = "/console/cases/1";
        takes(&approver, &format!("{here}/add-alert"), &[("alert", "2")]).await;
        takes(&approver, &format!("{here}/add-tip"), &[("tip", "1")]).await;
        let again = approver.open(&format!("{here}/add-tip")).await.form();
        approver
            .send(&again.fill("tip", "1"))
            .await
            .is(422)
            .says("已归入案件");
        let inspected = [
            ("day", "2026-04-02"),
            ("place", "430100"),
            ("spot", "某市场12号"),
            ("told", "查获无来源标签 300 枚"),
        ];
        takes(&approver, &format!("{here}/inspect"), &inspected).await;
        takes(
            &approver,
            &format!("{here}/inform"),
            &[("told", "请核对余标")],
        )
        .await;
        let frozen = [("reason", "涉嫌复制，调查中"), ("document", "决定书2026-5")];
        takes(&approver, &format!("{here}/freeze"), &frozen).await;
        assert_eq!(
            office
                .site
                .how_many("range_events WHERE kind = 'frozen'")
                .await,
            1,
            "two neighbours"
        );
        let told = office.site.phone().open(&office.site.page(&batch, 1)).await;
        assert!(
            told.words().contains("涉嫌复制，调查中"),
            "{}",
            told.words()
        );
        freezes_another(&approver, here, &office.installation.serial(&batch, 9)).await;
        asks_before_it_goes_beyond(&office, &approver, here).await;
        // Revoking asks before it does.
        let revoke = approver.open(&format!("{here}/revoke")).await.form();
        let page = approver.send(&revoke.fill("reason", "查实复制")).await;
        page.is(200).says("不能恢复").says("的标志 2 枚");
        assert_eq!(
            office
                .site
                .how_many("range_events WHERE kind = 'revoked'")
                .await,
            0
        );
        let late = approver.open(&format!("{here}/add-alert")).await.form();
        takes(&approver, "/console/alerts/3/merge", &[("into", "1")]).await;
        is_closed_when_all_is_decided(&approver, here).await;
        let page = approver.send(&late.fill("alert", "3")).await;
        page.is(422).says("已结案");
        for step in ["add-alert", "freeze"] {
            let stale = approver.open(&format!("{here}/{step}")).await;
            stale.is(409).says("已结案");
        }
        let file = approver.open(here).await;
        for said in [
            "查实复制标志",
            "某市场12号",
            "请核对余标",
            "2 枚",
            "决定书2026-5",
        ] {
            file.says(said);
        }
        is_whole(&approver, here).await;
        are_taken_away(&approver).await;
        let taken = "trail WHERE action = 'case-export' AND subject = 'case 1'";
        assert_eq!(office.site.how_many(taken).await, 1);
        for login in ["auditor", "registrar"] {
            let person = office.signed_in(login).await;
            person.open(here).await.is(200);
            person.open(&format!("{here}/close")).await.is(403);
        }
        let inspector = office.signed_in("inspector").await;
        inspector.open(&format!("{here}/revoke")).await.is(403);
        inspector.open(&format!("{here}/export")).await.is(403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licensee_is_told_of_its_own_marks_and_of_nothing_else() {
    for office in Office::both().await {
        let batch = suspected(&office).await;
        let approver = office.signed_in("approver").await;
        takes(
            &approver,
            "/console/alerts/1/assign",
            &[("assignee", "approver")],
        )
        .await;
        takes(
            &approver,
            "/console/cases/new?alert=1",
            &[("title", "案由不给企业看")],
        )
        .await;
        let inform = [("told", "请核对卷001的余标")];
        takes(&approver, "/console/cases/1/inform", &inform).await;
        let own = office.signed_in("licensee").await;
        let page = own.open("/console/exposure").await;
        page.is(200).says("疑似复制").says("湖南、广东");
        for path in ["/console/notices", "/console/notices/1"] {
            let notice = own.open(path).await;
            notice.is(200).says("请核对卷001的余标").says("待答复");
            assert!(!notice.text().contains("案由"), "{path}");
        }
        let start = own.open("/console").await;
        start.says("监管告知待答复");
        assert!(start.text().contains("/console/notices/1/answer"));
        let answer = [("told", "卷001余标 12 枚已封存")];
        takes(&own, "/console/notices/1/answer", &answer).await;
        own.open("/console/notices/1").await.says("已答复");
        let beyond = own.open("/console/notices?after=1").await;
        assert!(!beyond.is(200).text().contains("/console/notices/1\""));
        let start = own.open("/console").await;
        assert!(!start.text().contains("监管告知待答复"));
        approver.open("/console").await.says("使用人已答复");
        let case = approver.open("/console/cases/1").await;
        case.says("使用人答复").says("卷001余标 12 枚已封存");
        let noted = [("told", "余标已核对")];
        takes(&approver, "/console/cases/1/note", &noted).await;
        let start = approver.open("/console").await;
        assert!(!start.text().contains("使用人已答复"), "the office went on");
        let serial = office.site.serial(&batch, 0).to_string();
        page.says(&serial);
        for never in ["益阳", "广州", "approver", "案由"] {
            assert!(!page.text().contains(never), "{never}");
        }
        let other = office.signed_in("other-licensee").await;
        let page = other.open("/console/exposure").await;
        page.is(200);
        for path in ["/console/notices/1", "/console/notices/1/answer"] {
            other.open(path).await.is(404);
        }
        let told = [("told", "冒充")];
        let page = other.post("/console/notices/1/answer", &told).await;
        assert_ne!(page.status, 303);
        let notices = other.open("/console/notices").await;
        assert!(!notices.is(200).text().contains("请核对"));
        for never in [serial.as_str(), "请核对", "疑似复制"] {
            assert!(!page.text().contains(never), "{never}");
        }
        for path in [
            "/console/alerts",
            "/console/alerts/1",
            "/console/cases",
            "/console/cases/1",
        ] {
            own.open(path).await.is(403);
        }
        approver.open("/console/exposure").await.is(403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_asked_about_far_more_than_its_peers_raises_one_alert() {
    for office in Office::both().await {
        let installation = &office.installation;
        let licensee = own(&office).await;
        let (now, week) = (system::now(), 7 * 86_400_000_000_i64);
        for place in 0..11 {
            let order = installation
                .order_of_season(&licensee, 1000, this_season())
                .await;
            let issued = installation.issue(&order, &format!("peer {place}")).await;
            let batch = issued.unwrap().batch.number;
            let asked = if place == 5 { 400 } else { 20 + place };
            let (long_ago, lately) = (now.as_microsecond() - 8 * week, now.as_microsecond() - week);
            office
                .behind_its_back(&format!(
                    "INSERT INTO range_events (batch, number, first_index, last_index, kind, at, actor) \
                     VALUES ({batch}, {}, 0, 999, 'activated', {long_ago}, 'test')",
                    9000 + place
                ))
                .await;
            office
                .behind_its_back(&format!(
                    "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) \
                     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {asked}) \
                     SELECT {batch}, i, 1, {lately}, {lately} FROM n"
                ))
                .await;
        }
        for _ in 0..2 {
            assert_eq!(rates::compare(&office.store, now).await.unwrap(), 1);
        }
        let filter = Filter {
            kind: Some(AlertKind::BatchRate),
            ..Filter::default()
        };
        let found = alerts::list(&office.store, Scope::All, &filter, None, 50, now)
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].batch, BatchNumber::new(6).unwrap());
        let ratio = found[0].log_odds.exp();
        assert!((10.0..25.0).contains(&ratio), "{ratio}");
        let auditor = office.signed_in("auditor").await;
        let page = auditor.open("/console/alerts/1").await;
        page.is(200)
            .says("整批查询偏多")
            .says("同年度其他批次")
            .says("400");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_a_batch_names_the_marks_that_raised_it() {
    for office in Office::both().await {
        let licensee = own(&office).await;
        let installation = &office.installation;
        let order = installation
            .order_of_season(&licensee, 20, this_season())
            .await;
        let issued = installation.issue(&order, "leaked").await;
        let batch = issued.unwrap().batch;
        for (index, times) in [(4, 2), (7, 1)] {
            for _ in 0..times {
                let code = office.site.link(&batch, index);
                office.site.phone().check_in(430_900, &code).await;
            }
        }
        let auditor = office.signed_in("auditor").await;
        let page = auditor.open("/console/alerts/1").await;
        page.is(200)
            .says("激活前被查询")
            .says("引发预警的标志")
            .says("未激活");
        for index in [4, 7] {
            let serial = installation.serial(&batch, index).to_string();
            assert!(page.text().contains(&format!("/console/marks/{serial}")));
        }
        let never = installation.serial(&batch, 5).to_string();
        assert!(!page.text().contains(&never));
        let found = alerts::get(&office.store, Scope::All, AlertNumber(1)).await;
        let story = alerts::story(&office.store, &found.unwrap().alert, system::now()).await;
        let Story::Batch { met, .. } = story.unwrap() else {
            panic!("it is about the batch")
        };
        let met: Vec<(u32, u64, &str)> = met
            .iter()
            .map(|one| (one.index.get(), one.queries, one.state.as_str()))
            .collect();
        assert_eq!(met, [(4, 2, "not_activated"), (7, 1, "not_activated")]);
        // Others of the batch, once it is in use, are none of its matter.
        office.site.activate(&batch).await;
        let code = office.site.link(&batch, 5);
        office.site.phone().check_in(440_100, &code).await;
        for (province, expected) in [(43, vec![1]), (44, Vec::new())] {
            let filter = Filter {
                province: Some(province),
                ..Filter::default()
            };
            assert_eq!(numbers(installation, &filter, None).await, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_too_has_to_say_that_it_goes_beyond_the_alerts() {
    for office in Office::both().await {
        let batch = suspected(&office).await;
        let serial = |index| office.installation.serial(&batch, index).to_string();
        let program = office.site.administrator();
        let open = json!({ "by": "clerk", "title": "市场", "alerts": [1] });
        program.send_json("POST", "/api/v1/cases", &open).await;
        let freeze = |index, beyond| json!({ "by": "clerk", "lines": serial(index), "reason": "查", "beyond": beyond });
        let sent = async |body| {
            let path = "/api/v1/cases/1/freeze";
            program.send_json("POST", path, &body).await
        };
        let refused = sent(freeze(5, false)).await;
        assert_eq!(refused.status, 409, "{}", refused.text());
        assert!(refused.text().contains("beyond"), "{}", refused.text());
        assert_eq!(
            office
                .site
                .how_many("range_events WHERE kind = 'frozen'")
                .await,
            0
        );
        for (index, beyond) in [(0, false), (5, true)] {
            let done = sent(freeze(index, beyond)).await;
            assert_eq!(done.status, 200, "{}", done.text());
        }
        assert_eq!(
            office
                .site
                .how_many("range_events WHERE kind = 'frozen'")
                .await,
            2
        );
    }
}
