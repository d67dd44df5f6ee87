//! The register through the interface for programs.

use serde_json::json;

use super::described::{Described, file, licensee};
use crate::support::installation::USCCS;
use crate::support::server::{Site, percent_encoded};

#[tokio::test(flavor = "multi_thread")]
async fn an_applicant_becomes_a_licensee_and_ends() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        let mut new = licensee(USCCS[0], "虚构芦笋企业");
        new["state"] = json!("applied");
        new.as_object_mut().unwrap().remove("document");
        let entered = office.post("licensees", new).await;
        assert_eq!(
            (&entered["number"], &entered["revision"]),
            (&json!(1), &json!(1))
        );
        assert_eq!(entered["state_chinese"], "申请");
        assert_eq!(
            entered["file"],
            file("虚构芦笋企业"),
            "it is read back as it was sent"
        );
        let steps: Vec<&str> = entered["steps"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["step"].as_str().unwrap())
            .collect();
        assert_eq!(steps, ["review", "reject"]);

        let step = |step: &str| json!({ "by": "李四", "step": step, "date": "2026-02-01", "ground": "合规", "document": "文2" });
        for (name, state) in [
            ("review", "reviewed"),
            ("approve", "approved"),
            ("admit", "active"),
        ] {
            let taken = office.post("licensees/1/steps", step(name)).await;
            assert_eq!(taken["state"], state);
        }
        assert_eq!(
            office.get("licensees/1").await["in_force_since"],
            "2026-02-01"
        );

        // A step that does not lead on, and one that needs two.
        office
            .refused("POST", "licensees/1/steps", step("review"), 409, "refused")
            .await;
        office
            .refused("POST", "licensees/1/steps", step("exit"), 409, "refused")
            .await;
        let mut exit = step("exit");
        exit["marks_good_until"] = json!("2099-01-01T00:00:00+08:00");
        let proposed = office.post("licensees/1/proposal", exit.clone()).await;
        assert_eq!(proposed["pending"]["by"], "李四");
        assert_eq!(proposed["attention"][0]["kind"], "waits_for_second");
        let listed = office.get("licensees?attention=true").await;
        assert_eq!(listed["licensees"].as_array().unwrap().len(), 1);
        let by = |who: &str| json!({ "by": who });
        let confirm = "licensees/1/proposal/confirm";
        office
            .refused("POST", confirm, by(" 李 四 "), 409, "refused")
            .await;
        office.post("licensees/1/proposal/drop", by("李四")).await;
        office
            .refused("POST", confirm, by("张三"), 409, "refused")
            .await;
        office.post("licensees/1/proposal", exit).await;
        let ended = office.post(confirm, by("张三")).await;
        assert_eq!(ended["state"], "exited");
        assert_eq!(ended["ended"]["marks_good_until"], "2098-12-31T16:00:00Z");
        assert_eq!(ended["ended"]["by"], "张三");
        office
            .refused("GET", "licensees/2", json!(null), 404, "no-such")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_changed_upon_its_newest_version_alone() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        office.post("licensees", licensee(USCCS[0], "甲")).await;
        let change = |revision: u32, name: &str| json!({ "by": "李四", "revision": revision, "file": file(name) });
        let changed = office.put("licensees/1/file", change(1, "乙")).await;
        assert_eq!(
            (&changed["revision"], &changed["file"]["name"]),
            (&json!(2), &json!("乙"))
        );
        let stale = office
            .refused("PUT", "licensees/1/file", change(1, "丙"), 409, "stale")
            .await;
        assert!(
            stale["detail"].as_str().unwrap().contains("version 2"),
            "{stale}"
        );
        assert_eq!(office.get("licensees/1").await["file"]["name"], "乙");

        // What no file can say.
        let mut twice = change(2, "丁");
        let area = twice["file"]["areas"][0].clone();
        twice["file"]["areas"].as_array_mut().unwrap().push(area);
        office
            .refused("PUT", "licensees/1/file", twice, 422, "invalid")
            .await;
        for wrong in ["\u{202e}", "a\u{0}b", " \t"] {
            office
                .refused("PUT", "licensees/1/file", change(2, wrong), 422, "invalid")
                .await;
        }
        let long = "笋".repeat(201);
        office
            .refused(
                "PUT",
                "licensees/1/file",
                change(2, &long),
                400,
                "bad-request",
            )
            .await;
        let mut misspelt = change(2, "丁");
        misspelt["file"]["nam"] = json!("x");
        office
            .refused("PUT", "licensees/1/file", misspelt, 400, "bad-request")
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_is_read_page_by_page() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        for (uscc, name) in USCCS.iter().zip(["甲一", "甲二", "乙一", "乙二"]) {
            office.post("licensees", licensee(uscc, name)).await;
        }
        let names = async |path: &str| {
            let page = office.get(path).await;
            let licensees = page["licensees"].as_array().unwrap().clone();
            let names = licensees
                .iter()
                .map(|one| one["file"]["name"].as_str().unwrap().to_owned());
            (names.collect::<Vec<_>>(), page["next"].as_u64())
        };
        assert_eq!(
            names("licensees?limit=3").await,
            (vec!["甲一".into(), "甲二".into(), "乙一".into()], Some(3))
        );
        assert_eq!(
            names("licensees?limit=3&after=3").await,
            (vec!["乙二".into()], None)
        );
        assert_eq!(names("licensees?limit=4").await.1, None);
        let search = format!("licensees?search={}", percent_encoded("乙"));
        assert_eq!(names(&search).await.0, ["乙一", "乙二"]);
        assert!(
            names("licensees?search=%25").await.0.is_empty(),
            "a percent sign is a percent sign"
        );
        assert!(names("licensees?state=applied").await.0.is_empty());
        assert!(names("licensees?attention=true").await.0.is_empty());
        for wrong in [
            "limit=0",
            "limit=201",
            "limit=x",
            "state=happy",
            "after=-1",
            "limits=1",
            "limit=1&limit=1",
        ] {
            let path = format!("licensees?{wrong}");
            office
                .refused("GET", &path, json!(null), 400, "bad-request")
                .await;
        }
        office
            .refused("GET", "licensees?search=%00", json!(null), 422, "invalid")
            .await;
    }
}
