//! A language that somebody chose is remembered; an address alone chooses nothing.

use crate::support::html::tags;
use crate::support::server::Site;

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_remembered_and_an_address_is_none() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let phone = site.english_phone();
    let page = phone.open("/check?q=4BD9-QV4N-Q0NZ-57DB").await;
    assert!(page.text().contains("<html lang=\"en\""));
    let link = tags(page.text());
    let link = link
        .iter()
        .find(|tag| tag.get("hreflang") == Some("zh-Hans"));
    let link = link.unwrap().get("href").unwrap().to_owned();
    let reply = phone.open(&format!("/check{link}")).await;
    assert_eq!(reply.status, 303);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let to = "?q=4BD9-QV4N-Q0NZ-57DB&lang=zh";
    assert_eq!(
        reply.header("location"),
        Some(to),
        "what is sent on chooses for nobody"
    );
    // From now on everything is Chinese, though the browser prefers English and no address says so.
    for path in ["/", &site.page(&batch, 0), "/privacy", "/report"] {
        let page = phone.open(path).await;
        assert!(page.text().contains("<html lang=\"zh-Hans\""), "{path}");
    }
    let page = phone.open("/?lang=en").await;
    assert!(
        page.text().contains("<html lang=\"en\""),
        "an address goes first"
    );
    let page = phone.open("/").await;
    assert!(
        page.text().contains("<html lang=\"zh-Hans\""),
        "and chooses nothing"
    );
    let vary = page.header("vary").unwrap_or_default().to_lowercase();
    assert!(vary.contains("cookie"), "{vary}");
    // The page of a mark is asked once, whatever is chosen on it.
    assert_eq!(
        phone
            .open(&format!("{}?lang=en&chosen=yes", site.page(&batch, 0)))
            .await
            .status,
        303
    );
    let privacy = site.phone().open("/privacy").await;
    assert!(
        privacy.words().contains("只记语言的 Cookie"),
        "{}",
        privacy.words()
    );
    let nobody = site.phone();
    nobody.open("/?lang=en").await;
    assert_eq!(
        nobody.cookie("__Host-language"),
        None,
        "set by a choice alone"
    );
}
