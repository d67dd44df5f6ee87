//! The pages that explain: the mark, the product and the check; what is kept of whoever checks.

use yuanmark::http::{Notice, Traffic};

use super::pages::words_of;
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, line};
use crate::support::server::{Site, traffic};

async fn telling(notice: Notice) -> Site {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let traffic = Traffic {
        notice,
        ..traffic()
    };
    Site::serve_among(installation, traffic).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mark_the_product_and_the_check_are_explained() {
    let site = Site::any().await;
    let page = site.phone().open("/about").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (200, "关于沅江芦笋和它的标志")
    );
    assert_eq!(page.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(page.header("set-cookie"), None);
    assert!(!page.text().contains("noindex"));
    let words = words_of(&page);
    for said in [
        "第 625 号公告",
        "南荻笋",
        "不是石刁柏",
        "三月初到四月初",
        "v.example.cn",
        "有效的二维码也可能被抄到别的包装上",
        "暗码",
        "没有网络",
        "12315",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    for way in [
        "href=\"/directory\"",
        "href=\"/claim\"",
        "href=\"/privacy\"",
        "href=\"tel:12315\"",
    ] {
        assert!(page.text().contains(way), "{way}");
    }
    let page = site.english_phone().open("/about").await;
    assert_eq!(page.heading(), "Yuanjiang asparagus and its mark");
    let words = words_of(&page);
    for said in [
        "Yuanjiang asparagus (reed shoots)",
        "not botanical asparagus",
        "announcement No. 625",
        "Whom to call",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    for way in ["/directory?lang=en", "/claim?lang=en", "/privacy?lang=en"] {
        assert!(page.text().contains(&format!("href=\"{way}\"")), "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_privacy_notice_says_what_this_installation_does() {
    let site = telling(Notice {
        keep_scans_days: 400,
        contact: Some(line("虚构市场监督管理局，0737-0000000")),
    })
    .await;
    let page = site.phone().open("/privacy").await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (200, "个人信息说明")
    );
    let words = words_of(&page);
    for said in [
        "留 400 天",
        "密钥摘要",
        "六至七个月后删除",
        "删除本机查询记录",
        "最迟 24 小时内",
        "虚构市场监督管理局，0737-0000000",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    assert!(page.text().contains("<form class=\"do\" method=\"post\">"));
    let words = words_of(&site.english_phone().open("/privacy").await);
    assert!(
        words.contains("for 400 days") && words.contains("0737-0000000"),
        "{words}"
    );

    // By itself: three years, and nobody's name that nobody gave.
    let site = Site::any().await;
    let words = words_of(&site.phone().open("/privacy").await);
    assert!(
        words.contains("留 3 年") && !words.contains("负责人"),
        "{words}"
    );
    let site = telling(Notice {
        keep_scans_days: 0,
        contact: None,
    })
    .await;
    let words = words_of(&site.phone().open("/privacy").await);
    assert!(
        words.contains("长期保留") && !words.contains("留 0 天"),
        "{words}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_leads_to_them() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    for path in [
        "/",
        "/directory",
        "/about",
        "/privacy",
        "/claim",
        "/nowhere",
        &site.page(&batch, 0),
    ] {
        for (phone, lang) in [(site.phone(), ""), (site.english_phone(), "?lang=en")] {
            let page = phone.open(path).await;
            for way in ["/about", "/privacy", "/directory"] {
                let way = format!("href=\"{way}{lang}\"");
                assert!(page.text().contains(&way), "{path}: {way}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_directory_tells_the_seasons_and_the_true_domain() {
    let site = Site::any().await;
    let words = words_of(&site.phone().open("/directory").await);
    assert!(
        !words.contains("核定了额度。") && words.contains("真实域名"),
        "{words}"
    );
    let batch = site.in_market(1).await;
    let season = batch.season.year();
    let page = site.phone().open("/directory").await;
    let words = words_of(&page);
    for said in [
        format!("{season} 年度：1 家核定了额度。"),
        format!("{season} 年度的标志，鲜品自{season}年5月31日起过季。"),
        "v.example.cn".to_owned(),
    ] {
        assert!(words.contains(&said), "{said}: {words}");
    }
    let english = words_of(&site.english_phone().open("/directory").await);
    assert!(
        english.contains(&format!("Season {season}: 1 with an entitlement.")),
        "{english}"
    );
    // Who looks a firm up is shown that firm alone.
    let found = words_of(&site.phone().open("/directory?q=913").await);
    assert!(!found.contains("核定了额度。"), "{found}");
}
