//! When the database is gone: nobody is given a verdict, and all is well again when it is back.

use crate::support::server::{Reply, Site};

/// What can be said without a verdict, and nothing more.
fn is_unavailable(reply: &Reply) {
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.header("retry-after"), Some("5"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    if reply.kind() == "text/html" {
        let words = reply.words();
        for never in [
            "编号有效",
            "This number is valid",
            "这不是沅江芦笋",
            "not a number",
            "请不要购买",
        ] {
            assert!(!words.contains(never), "{words}");
        }
    } else {
        assert_eq!(reply.kind(), "application/problem+json");
        let problem = reply.json();
        assert_eq!(problem["type"], "urn:yuanmark:problem:unavailable");
        assert_eq!(problem["status"], 503);
        assert_eq!(problem["verdict"], "unavailable");
        assert_eq!(problem.get("mark"), None);
    }
    // What broke is for the log alone.
    let text = reply.text().to_lowercase();
    for inside in ["sql", "postgres", "mark_queries", "connection", "127.0.0.1"] {
        assert!(!text.contains(inside), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_database_a_site_gives_no_verdict_and_recovers() {
    for site in Site::both().await {
        let batch = site.in_market(3).await;
        let (page, code) = (site.page(&batch, 0), site.link(&batch, 0));
        assert_eq!(site.program().open("/readyz").await.status, 200);
        assert_eq!(site.phone().check(&site.link(&batch, 1)).await.number(), 1);

        site.database.take_away().await;
        let phone = site.phone();
        let reply = phone.open(&page).await;
        is_unavailable(&reply);
        assert_eq!(reply.heading(), "暂时查不了，请稍后再试。");
        assert!(reply.words().contains("这不是查询结果"));
        let reply = site
            .english_phone()
            .type_in(&site.serial(&batch, 0).to_string())
            .await;
        is_unavailable(&reply);
        assert_eq!(
            reply.heading(),
            "We cannot check right now. Please try again."
        );
        let reply = phone.check(&code).await;
        is_unavailable(&reply);
        assert_eq!(reply.kind(), "application/problem+json");
        // The page behind the symbol is a page for whoever asks.
        let reply = site.program().open(&page).await;
        is_unavailable(&reply);
        assert_eq!(reply.kind(), "text/html");
        let ready = site.program().open("/readyz").await;
        is_unavailable(&ready);
        assert_eq!(ready.kind(), "application/problem+json");
        // The process itself is well, and what needs no database is there.
        for path in ["/healthz", "/", "/.well-known/jwks.json"] {
            assert_eq!(site.program().open(path).await.status, 200, "{path}");
        }

        site.database.give_back().await;
        let reply = phone.check(&code).await;
        assert_eq!(reply.verdict(), "first_check", "no attempt was counted");
        assert_eq!(reply.number(), 1);
        assert_eq!(site.phone().check(&site.link(&batch, 1)).await.number(), 2);
        assert_eq!(site.program().open("/readyz").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_dropped_is_never_taken_for_an_empty_one() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        site.database.drop_for_good().await;
        is_unavailable(&site.phone().open(&site.page(&batch, 0)).await);
        is_unavailable(&site.phone().check(&site.link(&batch, 0)).await);
        let robot = site.phone().with("user-agent", "Googlebot/2.1");
        is_unavailable(&robot.check(&site.link(&batch, 0)).await);
        is_unavailable(&site.program().open("/readyz").await);
    }
}
