//! What a person's token does: under whose name, with whose things, for how long, and what stands in the trail of it.

use serde_json::{Value, json};
use yuanmark::domain::access::{Permission as P, Role, Scope};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::service::{system, trail};
use yuanmark::store::trail::{Filter, Outcome, Step};

use super::described::Described;
use crate::support::holders::Holder;
use crate::support::server::{Reply, Site};

async fn steps(site: &Site, action: &str) -> Vec<Step> {
    let filter = Filter {
        action: Some(action.to_owned()),
        ..Filter::default()
    };
    trail::list(&site.store, &filter, None, 100).await.unwrap()
}

fn is_refused(reply: &Reply, status: u16, kind: &str) -> Value {
    let problem = reply.json();
    assert_eq!(reply.status, status, "{problem}");
    assert_eq!(problem["type"], format!("urn:yuanmark:problem:{kind}"));
    problem
}

/// A step that needs two people.
fn exit(by: Option<&str>) -> Value {
    let mut body = json!({
        "step": "exit", "date": "2026-03-01", "ground": "企业申请", "document": "退字1号",
    });
    if let Some(by) = by {
        body["by"] = by.into();
    }
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_acts_under_their_own_name_and_the_trail_says_from_where() {
    for site in Site::both().await {
        site.licensee(0).await;
        let approver = site.hire("an.approver", Role::Approver, Scope::All).await;
        let program = site
            .program_of(&approver)
            .with("user-agent", "firm-software/2.1");
        let path = "/api/v1/licensees/1/proposal";
        let problem = is_refused(
            &program.send_json("POST", path, &exit(Some("李四"))).await,
            422,
            "invalid",
        );
        assert!(problem["detail"].as_str().unwrap().contains("an.approver"));
        assert!(steps(&site, "licensee_step_proposed").await.is_empty());

        let reply = program
            .send_json("POST", path, &exit(Some("an.approver")))
            .await;
        assert_eq!(reply.json()["pending"]["by"], "an.approver");
        let drop = "/api/v1/licensees/1/proposal/drop";
        assert_eq!(
            program.send_json("POST", drop, &json!({})).await.status,
            200
        );
        let reply = program.send_json("POST", path, &exit(None)).await;
        assert_eq!(reply.json()["pending"]["by"], "an.approver");
        let step = &steps(&site, "licensee_step_proposed").await[0];
        assert_eq!(step.user, Some(approver.user.number));
        assert_eq!(step.login, "an.approver");
        assert_eq!(step.network, "127.0.0.1");
        assert_eq!(step.agent, "firm-software/2.1");
        assert!(step.old.is_some() && step.new.is_some());

        // With the installation's token the request says who does it, as a command does.
        let operator = site.administrator();
        is_refused(
            &operator.send_json("POST", drop, &json!({})).await,
            422,
            "invalid",
        );
        let by = json!({ "by": "李四" });
        assert_eq!(operator.send_json("POST", drop, &by).await.status, 200);
        let step = &steps(&site, "licensee_step_dropped").await[0];
        assert_eq!((step.user, step.login.as_str()), (None, "李四"));
        assert_eq!(step.network, "127.0.0.1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_are_two_people() {
    for site in Site::both().await {
        site.licensee(0).await;
        let approver = site.hire("approver", Role::Approver, Scope::All).await;
        let second = site.hire("second", Role::SecondApprover, Scope::All).await;
        let path = "/api/v1/licensees/1/proposal";
        let confirm = "/api/v1/licensees/1/proposal/confirm";
        let ask = async |holder: &Holder, path: &str, body: &Value| {
            let program = site.program_of(holder);
            program.send_json("POST", path, body).await
        };
        is_refused(&ask(&second, path, &exit(None)).await, 403, "not-allowed");
        assert_eq!(ask(&approver, path, &exit(None)).await.status, 200);
        is_refused(
            &ask(&approver, confirm, &json!({})).await,
            403,
            "not-allowed",
        );
        // Nor with another role: it is the same person.
        site.change_user(&approver.user, Role::SecondApprover, false)
            .await;
        let again = site
            .token_of(&approver.user, vec![P::LicenseeConfirm])
            .await;
        is_refused(&ask(&again, confirm, &json!({})).await, 409, "refused");
        let reply = ask(&second, confirm, &json!({})).await;
        assert_eq!(reply.json()["state"], "exited", "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_never_more_than_its_person() {
    for site in Site::both().await {
        site.licensee(0).await;
        let holder = site.hire("clerk", Role::Registrar, Scope::All).await;
        let (program, path) = (site.program_of(&holder), "/api/v1/licensees");
        assert_eq!(program.open(path).await.status, 200);
        // Narrowed: the role may, the token may not.
        let narrowed = site.token_of(&holder.user, vec![P::OrderRead]).await;
        let narrowed = site.program_of(&narrowed);
        assert_eq!(narrowed.open("/api/v1/orders").await.status, 200);
        let problem = is_refused(&narrowed.open(path).await, 403, "not-allowed");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("licensee.read"), "{detail}");
        assert!(detail.contains("token was made without"), "{detail}");
        let table = narrowed.open("/api/v1/orders/table").await;
        is_refused(&table, 403, "not-allowed");
        let refused = steps(&site, "licensee.read").await;
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].outcome, Outcome::Refused);
        assert_eq!(refused[0].subject.as_deref(), Some(path));

        // Another role: at once, for the same token.
        site.change_user(&holder.user, Role::Administrator, false)
            .await;
        let problem = is_refused(&program.open(path).await, 403, "not-allowed");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("role administrator"), "{detail}");
        site.change_user(&holder.user, Role::Registrar, true).await;
        is_refused(&program.open(path).await, 401, "not-signed-in");
        site.change_user(&holder.user, Role::Registrar, false).await;
        assert_eq!(program.open(path).await.status, 200);
        site.revoke(holder.number).await;
        is_refused(&program.open(path).await, 401, "not-signed-in");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leaves_as_a_table_stands_in_the_trail() {
    for site in Site::both().await {
        site.licensee(0).await;
        let auditor = site.hire("auditor", Role::Auditor, Scope::All).await;
        for who in [site.program_of(&auditor), site.administrator()] {
            for table in ["ledger", "orders", "licensees"] {
                let reply = who.open(&format!("/api/v1/{table}/table")).await;
                assert_eq!(reply.status, 200, "{}", reply.text());
            }
        }
        let steps = steps(&site, "export").await;
        let told: Vec<_> = steps
            .iter()
            .map(|step| (step.login.as_str(), step.subject.as_deref().unwrap()))
            .collect();
        assert_eq!(
            told,
            [
                ("admin token", "licensees"),
                ("admin token", "orders"),
                ("admin token", "ledger"),
                ("auditor", "licensees"),
                ("auditor", "orders"),
                ("auditor", "ledger"),
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_asks_what_its_token_opens() {
    for site in Site::both().await {
        site.licensee(0).await;
        let operator = Described::of(&site).await.get("own").await;
        assert_eq!(
            operator["permissions"].as_array().unwrap().len(),
            P::ALL.len()
        );
        for member in ["person", "token", "licensee", "printer"] {
            assert_eq!(operator.get(member), None, "{member}");
        }
        let scope = Scope::Licensee(LicenseeNumber(1));
        let holder = site.hire("wang.min", Role::Licensee, scope).await;
        let narrowed = vec![P::OrderRead, P::LicenseeRead];
        let narrowed = site.token_of(&holder.user, narrowed).await;
        let bearer = format!("Bearer {}", narrowed.text);
        let described = Described::of(&site).await.with("authorization", &bearer);
        let today = yuanmark::domain::calendar::day_of(system::now());
        assert_eq!(
            described.get("own").await,
            json!({
                "person": {
                    "login": "wang.min", "name": "虚构人", "role": "licensee", "role_chinese": "合法使用人",
                },
                "permissions": ["licensee.read", "order.read"],
                "licensee": 1,
                "token": { "purpose": "试验", "last_day": today },
            })
        );
    }
}
