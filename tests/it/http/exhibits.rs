//! Exhibits of a case: put in with an inspection or by themselves, taken out byte for byte, and handed over with the case.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use yuanmark::domain::document::Document;

use super::alerts::unpacked;
use crate::support::alerts;
use crate::support::office::{Office, Person};
use yuanmark::domain::mark::BatchNumber;

const PHOTO: &[u8] = b"\xff\xd8\xff\xe1Exif: taken at 28.8442 N 112.3547 E";
/// What no font of any machine has altogether: whoever writes such a thing stops no case.
const ODD: &str = "询问笔录 🫠𞤀\u{10fffd}\u{ffff}";
const RECORD: &[u8] = b"%PDF-1.7 record of what was asked";

fn hash(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An office whose first case has an inspection with two photos, and a record that was put in after.
async fn inspected(office: &Office) {
    alerts::with_case(&office.installation, BatchNumber::new(1).unwrap()).await;
    let inspector = office.signed_in("inspector").await;
    let form = inspector.open("/console/cases/1/inspect").await.form();
    let form = form.fill("day", "2026-04-02").fill("spot", "某市场12号");
    let form = form.fill("told", "查获无来源标签 300 枚");
    let form = form.attach("exhibits", "摊位.jpg", PHOTO);
    let form = form.attach("exhibits", "C:\\photos\\近景.JPG", b"\xff\xd8\xff\xe0");
    inspector.send(&form).await.is_done();
    // Sent twice, it is done once.
    inspector.send(&form).await.is_done();
    let form = inspector.open("/console/cases/1/add-exhibits").await.form();
    let form = form.fill("told", ODD);
    let form = form.attach("exhibits", "询问笔录 2026.4", RECORD);
    inspector.send(&form).await.is_done();
}

async fn takes(person: &Person<'_>, exhibit: u32) -> Vec<u8> {
    let page = person
        .open(&format!("/console/cases/1/exhibits/{exhibit}"))
        .await;
    page.is(200);
    let saved = page.header("content-disposition").unwrap_or_default();
    assert!(saved.starts_with("attachment"), "{saved}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    page.body.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_inspector_photographs_is_kept_as_it_is_and_handed_over() {
    for office in Office::both().await {
        inspected(&office).await;
        assert_eq!(office.site.how_many("exhibits").await, 3);
        let approver = office.signed_in("approver").await;
        let file = approver.open("/console/cases/1").await;
        for said in [
            "材料 1 摊位.jpg",
            "近景.JPG",
            "材料 3 询问笔录 2026.4",
            &hash(PHOTO)[..16],
        ] {
            file.is(200).says(said);
        }
        let person = office.signed_in("inspector").await;
        let form = person.open("/console/cases/1/inspect").await.form();
        let form = form.attach("exhibits", "不能丢.jpg", PHOTO);
        let page = person.send(&form.fill("spot", "某市场")).await;
        page.is(422).says("请重新选择文件：不能丢.jpg");
        assert_eq!(takes(&approver, 1).await, PHOTO);
        assert_eq!(takes(&approver, 3).await, RECORD);
        let looks = "trail WHERE action = 'case-exhibit' AND subject = 'case 1'";
        assert_eq!(office.site.how_many(looks).await, 2);
        for path in ["0", "4", "4294967296", "x"] {
            let path = format!("/console/cases/1/exhibits/{path}");
            approver.open(&path).await.is(404);
        }
        let zip = approver.open("/console/cases/1/export").await;
        let files = unpacked(&zip.is(200).body);
        let exhibits: Vec<(&str, &[u8])> = files
            .iter()
            .filter(|(name, _)| name.starts_with("exhibits/"))
            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
            .collect();
        assert_eq!(exhibits.len(), 3);
        assert_eq!(exhibits[0], ("exhibits/001-摊位.jpg", PHOTO));
        assert_eq!(exhibits[2], ("exhibits/003-询问笔录 2026.4.pdf", RECORD));
        let (name, manifest) = files.last().unwrap();
        let manifest: Value = serde_json::from_slice(manifest).unwrap();
        assert_eq!(name, "manifest.json");
        let told = &manifest["files"][4];
        assert_eq!(told["file"], "exhibits/001-摊位.jpg");
        assert_eq!(told["name"], "摊位.jpg");
        let words = files.iter().find(|(name, _)| name == "words.json");
        let words: Value = serde_json::from_slice(&words.unwrap().1).unwrap();
        let mut steps = words["steps"].as_array().unwrap().iter();
        assert!(steps.any(|step| step["told"] == ODD), "{words}");
        assert_eq!(told["sha256"], hash(PHOTO));
        // Whoever changes one behind our back is found out, and nothing is given out.
        office
            .behind_its_back("UPDATE exhibits SET content = (SELECT e.content FROM exhibits e WHERE e.place = 2) WHERE place = 1")
            .await;
        let path = "/console/cases/1/exhibits/1";
        assert!(approver.open(path).await.status >= 500);
        assert!(approver.open("/console/cases/1/export").await.status >= 500);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_exhibit_is_refused_with_its_name_and_nothing_is_kept() {
    let office = Office::any().await;
    alerts::with_case(&office.installation, BatchNumber::new(1).unwrap()).await;
    let inspector = office.signed_in("inspector").await;
    let here = "/console/cases/1/add-exhibits";
    let form = inspector.open(here).await.form().fill("told", "说明不丢");
    let large = [PHOTO, &vec![0; Document::MOST_BYTES]].concat();
    for (name, content, says) in [
        ("木马.exe", &b"MZ"[..], "PDF、PNG、JPEG"),
        ("空.jpg", b"", "文件是空的"),
        ("像.jpg", RECORD, "格式"),
        ("大.jpg", &large, "太大"),
        (&"长".repeat(201), PHOTO, "改名"),
    ] {
        let sent = form.clone().attach("exhibits", "好.jpg", PHOTO);
        let page = inspector
            .send(&sent.attach("exhibits", name, content))
            .await;
        page.is(422)
            .says(says)
            .says("说明不丢")
            .says("请重新选择文件：好.jpg");
        assert!(page.text().contains(name), "{name}");
    }
    inspector.send(&form).await.is(422).says("请选择文件");
    let many = (0..21).fold(form, |form, place| {
        form.attach("exhibits", &format!("{place}.jpg"), PHOTO)
    });
    let page = inspector.send(&many).await;
    page.is(422).says("一次最多 20 个");
    assert_eq!(office.site.how_many("exhibits").await, 0);
    assert_eq!(
        office
            .site
            .how_many("case_steps WHERE step = 'exhibits_added'")
            .await,
        0
    );
    for login in ["auditor", "registrar"] {
        let person = office.signed_in(login).await;
        person.open(here).await.is(403);
    }
    let licensee = office.signed_in("licensee").await;
    licensee.open("/console/cases/1/exhibits/1").await.is(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_holds_no_more_than_its_zip() {
    let office = Office::any().await;
    alerts::with_case(&office.installation, BatchNumber::new(1).unwrap()).await;
    let inspector = office.signed_in("inspector").await;
    let form = inspector.open("/console/cases/1/add-exhibits").await.form();
    inspector
        .send(&form.attach("exhibits", "a.jpg", PHOTO))
        .await
        .is_done();
    let size = format!(r#""size":{}"#, PHOTO.len());
    let sql = format!(
        "UPDATE case_steps SET detail = replace(detail, '{size}', '\"size\":209715199') WHERE step = 'exhibits_added'"
    );
    assert_eq!(office.behind_its_back(&sql).await, 1);
    let form = inspector.open("/console/cases/1/add-exhibits").await.form();
    let page = inspector
        .send(&form.attach("exhibits", "b.jpg", PHOTO))
        .await;
    page.is(422).says("合计不能超过 200 MB");
    assert_eq!(office.site.how_many("exhibits").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_put_exhibits_in_and_take_them_out() {
    let office = Office::any().await;
    alerts::with_case(&office.installation, BatchNumber::new(1).unwrap()).await;
    let program = office.site.administrator();
    let put = async |query: &str, content: &[u8]| {
        let path = format!("/api/v1/cases/1/exhibits?by=clerk&{query}");
        program.ask("POST", &path, content.to_vec()).await
    };
    let reply = put("name=stall.jpg&told=seen", PHOTO).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let exhibit = &reply.json()["exhibits"][0];
    assert_eq!(exhibit["exhibit"], 1);
    assert_eq!(exhibit["sha256"], hash(PHOTO));
    assert_eq!(reply.json()["steps"][2]["told"], "seen");
    let taken = program.open("/api/v1/cases/1/exhibits/1").await;
    assert_eq!((taken.status, taken.kind()), (200, "image/jpeg"));
    assert_eq!(taken.body, PHOTO);
    let tag = taken.header("etag").unwrap().to_owned();
    let known = program.with("if-none-match", &tag);
    assert_eq!(known.open("/api/v1/cases/1/exhibits/1").await.status, 304);
    let program = office.site.administrator();
    for (query, content, status) in [
        ("name=a.exe", &b"MZ"[..], 422),
        ("name=a.pdf", PHOTO, 422),
        ("told=x", PHOTO, 400),
        ("name=a.jpg&kind=photo", PHOTO, 400),
    ] {
        let path = format!("/api/v1/cases/1/exhibits?by=clerk&{query}");
        let reply = program.ask("POST", &path, content.to_vec()).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
    }
    let path = "/api/v1/cases/9/exhibits?by=clerk&name=a.jpg";
    let reply = program.ask("POST", path, PHOTO.to_vec()).await;
    assert_eq!(reply.status, 404);
    let end = json!({ "by": "clerk", "result": "nothing_found", "told": "x" });
    for alert in [1, 2] {
        let decide = json!({ "by": "clerk", "verdict": "unclear", "causes": ["no_goods"] });
        let path = format!("/api/v1/alerts/{alert}/decide");
        program.send_json("POST", &path, &decide).await;
    }
    let closed = program
        .send_json("POST", "/api/v1/cases/1/close", &end)
        .await;
    assert_eq!(closed.status, 200, "{}", closed.text());
    let path = "/api/v1/cases/1/exhibits?by=clerk&name=late.jpg";
    let reply = program.ask("POST", path, PHOTO.to_vec()).await;
    assert_eq!(reply.status, 409, "{}", reply.text());
}
