//! The public directory as people read it: `/directory`.

use std::collections::BTreeSet;

use serde_json::json;

use super::described::{Described, licensee};
use crate::support::databases::execute;
use crate::support::installation::USCCS;
use crate::support::server::{Phone, Reply, Site, percent_encoded};

/// Holds what every page of it keeps to.
async fn open(phone: &Phone, path: &str) -> Reply {
    let reply = phone.open(path).await;
    assert_eq!(
        (reply.status, reply.kind()),
        (200, "text/html"),
        "{}",
        reply.text()
    );
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    let vary = reply.header("vary").unwrap().to_lowercase();
    assert!(vary.contains("accept-language"), "{vary}");
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let html = reply.text();
    for never in ["<script>", "style=", "http:", "https:", "{{", "{%"] {
        assert!(!html.contains(never), "{never}: {html}");
    }
    // A blacklisting that was lifted must not live on in search engines.
    assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"));
    reply
}

async fn look_up(site: &Site, asked: &str) -> Reply {
    let path = format!("/directory?q={}", percent_encoded(asked));
    open(&site.phone(), &path).await
}

/// The codes that a page shows.
fn codes(reply: &Reply) -> Vec<String> {
    let parts = reply.text().split("<p class=\"code\">").skip(1);
    parts
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

/// Where the link with this label leads.
fn way(reply: &Reply, label: &str) -> Option<String> {
    let (before, _) = reply.text().split_once(&format!("\">{label}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    let address = address.split('"').next()?;
    Some(address.replace("&#38;", "&"))
}

const SCRIPT: &str = "<script>alert('沅江')</script>";

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines)] // one story
async fn the_page_tells_what_the_file_tells() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        let empty = open(&site.phone(), "/directory").await;
        assert_eq!(empty.heading(), "合法使用人名录");
        assert_eq!(codes(&empty), [""; 0]);

        office
            .post("licensees", licensee(USCCS[0], "虚构芦笋企业甲"))
            .await;
        office.post("licensees", licensee(USCCS[1], SCRIPT)).await;
        let mut applicant = licensee(USCCS[2], "虚构申请人");
        applicant["state"] = json!("applied");
        office.post("licensees", applicant).await;
        office
            .post("licensees", licensee(USCCS[3], "沅江市王五芦笋经营部"))
            .await;
        let grant = json!({
            "by": "李四", "licensee": 1, "season": 2026, "form": "canned", "area_hundredths": 100_000,
            "pack_grams": 425, "document": "测产2026-1",
        });
        office.post("entitlements/grant", grant).await;
        let step = |step: &str, document: &str| json!({ "by": "李四", "step": step, "date": "2026-02-01", "ground": "一票否决<b>", "document": document });
        office
            .post("licensees/2/proposal", step("exit", "决定1号"))
            .await;
        office
            .post("licensees/2/proposal/confirm", json!({ "by": "张三" }))
            .await;

        let page = open(&site.phone(), "/directory").await;
        let words = page.words();
        assert_eq!(codes(&page), [USCCS[0], USCCS[3], USCCS[1]]);
        for said in [
            "虚构芦笋企业甲",
            "产品：清水芦笋罐头 425 g",
            "产品形态：鲜品、罐头",
            "核定额度的年度：2026",
            "准予使用：2026年1月5日",
            "个体工商户（名称不公开）",
            "退出：2026年2月1日",
            "事由：一票否决",
            "文号：决定1号",
            "现有合法使用人 2 家",
            "使用资格已终止 1 家",
            "黑名单 0 家",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        for personal in [
            "王五",
            "0737",
            "示例路",
            "虚构申请人",
            USCCS[2],
            "430981006",
            "李四",
            "张三",
        ] {
            assert!(!page.text().contains(personal), "{personal}");
        }
        assert!(
            !page.text().contains("一票否决<b>"),
            "everything is escaped"
        );

        let english = open(&site.english_phone(), "/directory").await;
        for said in [
            "Lawful users",
            "Household business (name not public)",
            "Forms: fresh, canned",
            "Excluded: 1 February 2026",
            "Decision: 决定1号",
        ] {
            assert!(
                english.words().contains(said),
                "{said}: {}",
                english.words()
            );
        }
        let forced = open(&site.phone(), "/directory?lang=en").await;
        assert_eq!(forced.heading(), english.heading());

        // A right that rests is marked; the blacklist is a part of its own.
        office
            .post("licensees/1/steps", step("suspend", "决定2号"))
            .await;
        office
            .post("licensees/2/proposal", step("blacklist", "决定3号"))
            .await;
        office
            .post("licensees/2/proposal/confirm", json!({ "by": "张三" }))
            .await;
        let page = open(&site.phone(), "/directory").await;
        assert!(
            page.words().contains("虚构芦笋企业甲 暂停使用"),
            "{}",
            page.words()
        );
        let only = open(&site.phone(), "/directory?part=blacklisted").await;
        assert_eq!(codes(&only), [USCCS[1]]);
        assert!(
            only.words().contains("列入黑名单：2026年2月1日"),
            "{}",
            only.words()
        );
        assert_eq!(
            codes(&open(&site.phone(), "/directory?part=ended").await),
            [""; 0]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_is_found_by_a_part_of_its_name_or_code_however_it_is_typed() {
    for site in Site::both().await {
        let office = Described::of(&site).await;
        office
            .post(
                "licensees",
                licensee(USCCS[0], "沅江（虚构）Asparagus 合作社"),
            )
            .await;
        office.post("licensees", licensee(USCCS[1], SCRIPT)).await;
        office
            .post("licensees", licensee(USCCS[3], "沅江市王五芦笋经营部"))
            .await;
        for (asked, expected) in [
            ("虚构", vec![USCCS[0]]),
            ("沅江(虚构)asparagus合作社", vec![USCCS[0]]),
            (" ９１４３0981ma4text1xy ", vec![USCCS[0]]),
            ("MA4TEXT", vec![USCCS[0], USCCS[1], USCCS[3]]),
            // A household by its code alone.
            ("王五", vec![]),
            (USCCS[3], vec![USCCS[3]]),
            (SCRIPT, vec![USCCS[1]]),
            ("%", vec![]),
            ("", vec![USCCS[0], USCCS[1], USCCS[3]]),
        ] {
            let page = look_up(&site, asked).await;
            assert_eq!(codes(&page), expected, "{asked}");
            assert!(!page.text().contains("<script>"), "{asked}");
        }
        let nobody = look_up(&site, "不存在的企业").await;
        assert!(
            nobody.words().contains("没有找到“不存在的企业”"),
            "{}",
            nobody.words()
        );
        // What is not found is accused of nothing.
        assert!(!nobody.words().contains("不在名录中的企业"));
        assert!(nobody.words().contains("个体工商户只列信用代码"));
        assert!(
            nobody.text().contains("value=\"不存在的企业\""),
            "what was typed stays"
        );
        assert_eq!(look_up(&site, &"长".repeat(5000)).await.status, 200);
        let twice = site.phone().open("/directory?q=1&q=2").await;
        assert_eq!(twice.status, 400);

        // The check page leads here, and so does the answer about a mark.
        let home = site.phone().open("/").await;
        assert_eq!(way(&home, "合法使用人名录").as_deref(), Some("/directory"));
        let home = site.english_phone().open("/").await;
        let label = "Directory of lawful users";
        assert_eq!(way(&home, label).as_deref(), Some("/directory?lang=en"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_leads_to_its_firm() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let answer = site.phone().open(&site.page(&batch, 0)).await;
    let firm = way(&answer, "在名录中查看").unwrap();
    assert_eq!(firm, format!("/directory?q={}", USCCS[0]));
    assert_eq!(codes(&open(&site.phone(), &firm).await), [USCCS[0]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_firm_stands_on_one_page_and_the_database_is_not_asked_for_them() {
    for site in Site::both().await {
        site.licensee(0).await;
        // Copies behind the program's back; only the directory reads them.
        let mut tx = site.store.write().await.unwrap();
        let numbers = "WITH RECURSIVE n (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM n WHERE number < 10000)";
        let copies = format!(
            "{numbers} INSERT INTO licensees (number, uscc, name, state, attention_from, body) \
             SELECT n.number, 'X' || n.number, name, state, attention_from, \
             replace(replace(body, '\"number\":1,', '\"number\":' || n.number || ','), '企业 0', '企业 ' || n.number) \
             FROM n, licensees WHERE licensees.number = 1"
        );
        assert_eq!(execute(&mut tx, &copies).await, 9_999);
        tx.commit().await.unwrap();

        let first = open(&site.phone(), "/directory").await;
        assert!(first.words().contains("现有合法使用人 10000 家"));
        assert_eq!(codes(&first).len(), 10);
        let mut tx = site.store.write().await.unwrap();
        execute(&mut tx, "ALTER TABLE licensees RENAME TO licensees_away").await;
        tx.commit().await.unwrap();

        // From page to page by its own links: everybody once.
        let asked = percent_encoded("企业 77");
        let mut page = open(&site.phone(), &format!("/directory?q={asked}")).await;
        let mut names = BTreeSet::new();
        let mut address = way(&page, "查看全部 111 家").unwrap();
        let mut pages = 0;
        loop {
            page = open(&site.phone(), &address).await;
            pages += 1;
            for name in page.text().split("<h3>").skip(1) {
                let name = name.split('<').next().unwrap();
                assert!(names.insert(name.to_owned()), "{name} stands twice");
                assert!(name.contains("企业 77"), "{name}");
            }
            match way(&page, "下一页") {
                Some(next) => address = next,
                None => break,
            }
        }
        assert_eq!((pages, names.len()), (3, 111));
        let before = open(&site.phone(), &way(&page, "上一页").unwrap()).await;
        assert_eq!(codes(&before).len(), 50);
        assert!(way(&before, "上一页").is_none() && way(&before, "第一页").is_some());
        // A link that was sent opens on the same page, in the other language too.
        let other = way(&before, "English").unwrap();
        let chosen = site.phone().open(&format!("/directory{other}")).await;
        let other = chosen.header("location").unwrap();
        let english = open(&site.phone(), &format!("/directory{other}")).await;
        assert_eq!(codes(&english), codes(&before));
        assert!(way(&english, "Next page").unwrap().contains("lang=en"));
        // What no page of ours says leads to the beginning.
        let odd = open(&site.phone(), "/directory?part=x&after=y").await;
        assert_eq!(codes(&odd).len(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_page_is_not_sent_it_again() {
    let site = Site::any().await;
    site.licensee(0).await;
    let first = open(&site.phone(), "/directory").await;
    let tag = first.header("etag").unwrap().to_owned();
    assert!(tag.starts_with("W/\""), "{tag}: sent in several encodings");
    let known = |phone: Phone| phone.with("if-none-match", &tag);
    let again = known(site.phone()).open("/directory").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag.as_str()));
    assert_eq!(again.header("cache-control"), Some("public, max-age=300"));
    for other in ["/directory?lang=en", "/directory?q=x"] {
        assert_eq!(known(site.phone()).open(other).await.status, 200, "{other}");
    }
    site.licensee(1).await;
    assert_eq!(known(site.phone()).open("/directory").await.status, 200);

    site.database.take_away().await;
    let mut tx = site.store.write().await.unwrap();
    execute(&mut tx, "ALTER TABLE counters RENAME TO counters_away").await;
    tx.commit().await.unwrap();
    let reply = site.phone().open("/directory").await;
    assert_eq!((reply.status, reply.kind()), (503, "text/html"));
    assert_eq!(reply.header("retry-after"), Some("5"));
}
