//! The pages: the words of each verdict in both languages, the ways to them, and who counts as a query.

use jiff::SignedDuration;
use yuanmark::domain::access::Scope;
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::order::Batch;
use yuanmark::service::licensees;

use super::answers::{asked_before, end_right, of_season_2020, withdraw};
use crate::support::installation::{USCCS, morning};
use crate::support::server::{Reply, Site, this_season};

/// What no page may claim, whatever the verdict.
const NEVER: [&str; 8] = [
    "正品",
    "假",
    "冒牌",
    "genuine",
    "authentic",
    "fake",
    "counterfeit",
    "forged",
];

/// The page without its scripts, if each is a file of ours: what is written in the page itself stays, and is found.
fn without_modules(html: &str) -> String {
    let ours = |line: &&str| {
        let is_one = line.starts_with("<script type=\"module\" src=\"/assets/");
        !(is_one && line.ends_with("\"></script>"))
    };
    html.lines().filter(ours).collect::<Vec<_>>().join("\n")
}

/// Holds what every page keeps to, and returns its words.
pub(super) fn words_of(reply: &Reply) -> String {
    let html = reply.text();
    for never in NEVER {
        assert!(!html.to_lowercase().contains(never), "{never}:\n{html}");
    }
    // Works without scripts, asks no other host for anything, keeps no leftovers of a template.
    let html = &without_modules(html);
    for never in [
        "<script",
        "javascript:",
        "style=",
        "http:",
        "https:",
        "{{",
        "{%",
    ] {
        assert!(!html.contains(never), "{never}:\n{html}");
    }
    let tags = html.split('<').map(|part| part.split('>').next().unwrap());
    let mut attributes = tags.flat_map(str::split_whitespace).skip(1);
    assert!(
        !attributes.any(|word| word.starts_with("on") && word.contains('=')),
        "{html}"
    );
    let words = reply.words();
    assert!(!words.contains(['{', '}']), "{words}");
    words
}

/// Both pages of a mark as new phones see them: Chinese, English.
async fn both_languages(site: &Site, path: &str) -> [Reply; 2] {
    let chinese = site.phone().open(path).await;
    let english = site.english_phone().open(path).await;
    for (reply, language) in [(&chinese, "zh-Hans"), (&english, "en")] {
        assert_eq!((reply.status, reply.kind()), (200, "text/html"));
        assert!(
            reply
                .text()
                .contains(&format!("<html lang=\"{language}\">")),
            "{}",
            reply.text()
        );
        words_of(reply);
    }
    [chinese, english]
}

/// What was issued stands on every page of a mark of ours.
fn names_what_was_issued(site: &Site, batch: &Batch, place: u32, [zh, en]: &[Reply; 2]) {
    let serial = site.serial(batch, place).to_string();
    let season = batch.season.to_string();
    let firm = USCCS[usize::from(batch.licensee.0) - 1];
    let name = "虚构芦笋企业";
    for said in [
        "清水芦笋罐头 425 g",
        name,
        firm,
        &serial,
        "罐头",
        &format!("{season} 年度"),
        "南荻的嫩茎，不是石刁柏",
    ] {
        assert!(zh.words().contains(said), "{said}: {}", zh.words());
    }
    for said in [
        "清水芦笋罐头 425 g",
        name,
        firm,
        &serial,
        "canned",
        &format!("canned, {season}"),
        "not botanical asparagus",
    ] {
        assert!(en.words().contains(said), "{said}: {}", en.words());
    }
    // The English page says in which language the register's names are.
    assert!(
        en.text()
            .contains("<span lang=\"zh-Hans\">清水芦笋罐头 425 g</span>")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_query_and_the_ones_after_it() {
    for site in Site::both().await {
        let batch = site.in_market(4).await;
        // Each language meets a mark of its own for the first time.
        let zh = site.phone().open(&site.page(&batch, 0)).await;
        let en = site.english_phone().open(&site.page(&batch, 1)).await;
        assert_eq!(zh.heading(), "编号有效，这是第一次查询。");
        assert_eq!(
            en.heading(),
            "This number is valid. This is its first check."
        );
        assert!(words_of(&zh).contains("请与手中的包装逐项对照"));
        assert!(words_of(&en).contains("Compare with the pack in your hand"));
        assert!(zh.text().contains("class=\"field first\""));

        // The API was told where the first query came from: Yiyang in Hunan.
        let path = site.page(&batch, 2);
        let first = site.phone().check_in(430_900, &site.link(&batch, 2)).await;
        assert_eq!(first.verdict(), "first_check");
        let pages = both_languages(&site, &path).await;
        let [zh, en] = &pages;
        assert_eq!(zh.heading(), "编号有效，这是第 2 次查询。");
        assert_eq!(
            en.heading(),
            "This number is valid. It has now been checked 3 times."
        );
        assert!(zh.words().contains("，湖南。"), "{}", zh.words());
        assert!(en.words().contains(", Hunan."), "{}", en.words());
        assert!(!zh.words().contains("益阳"));
        names_what_was_issued(&site, &batch, 2, &pages);

        // Nobody knows where the first query of this one was.
        site.phone().check(&site.link(&batch, 3)).await;
        let [zh, en] = both_languages(&site, &site.page(&batch, 3)).await;
        assert!(zh.words().contains("，地点不详。"), "{}", zh.words());
        assert!(en.words().contains(", place not known."), "{}", en.words());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_comes_back_reads_that_it_was_here() {
    for site in Site::both().await {
        let batch = site.in_market(2).await;
        for (phone, heading, lead) in [
            (
                site.phone(),
                "编号有效，您以前查过它。",
                "至今共 2 次查询。",
            ),
            (
                site.english_phone(),
                "This number is valid. You have checked it before.",
                "Checks so far: 2.",
            ),
        ] {
            let place = u32::from(heading.starts_with('T'));
            phone.open("/t/nothing").await; // gives it its name
            let code = site.code(&batch, place);
            asked_before(&site, &phone, code, SignedDuration::from_hours(48)).await;
            let reply = phone.open(&site.page(&batch, place)).await;
            assert_eq!(reply.heading(), heading);
            assert!(words_of(&reply).contains(lead), "{}", reply.words());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_not_activated_is_not_to_be_bought() {
    for site in Site::both().await {
        let batch = site.printed(1).await;
        let pages = both_languages(&site, &site.page(&batch, 0)).await;
        names_what_was_issued(&site, &batch, 0, &pages);
        let [zh, en] = pages;
        assert_eq!(zh.heading(), "这枚标志尚未启用，请不要购买。");
        assert_eq!(en.heading(), "This mark is not yet in use. Do not buy.");
        assert!(zh.text().contains("<a href=\"tel:12315\">12315</a>"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_withdrawal_has_its_own_words() {
    let headings = |kind| match kind {
        Withdrawal::Revoked => (
            "这枚标志已撤销，请不要购买。",
            "This mark has been revoked. Do not buy.",
        ),
        Withdrawal::Destroyed => (
            "这枚标志已登记销毁，请不要购买。",
            "This mark is on record as destroyed. Do not buy.",
        ),
        Withdrawal::Lost => (
            "这枚标志已登记遗失，请不要购买。",
            "This mark is on record as lost. Do not buy.",
        ),
        Withdrawal::Returned => (
            "这枚标志已退回，请不要购买。",
            "This mark has been returned. Do not buy.",
        ),
        Withdrawal::Spoiled => (
            "这枚标志印制作废，请不要购买。",
            "This mark was spoiled in printing. Do not buy.",
        ),
        Withdrawal::Recalled => (
            "这批产品正在召回，请不要食用。",
            "This lot is being recalled. Do not eat it.",
        ),
        Withdrawal::Frozen => (
            "这枚标志正在核查，暂停使用。",
            "This mark is being looked into and is on hold.",
        ),
    };
    for site in Site::both().await {
        let batch = site.in_market(7).await;
        for (place, kind) in (0u32..).zip(Withdrawal::ALL.iter().copied()) {
            withdraw(&site, &batch, place, kind, morning()).await;
            let pages = both_languages(&site, &site.page(&batch, place)).await;
            names_what_was_issued(&site, &batch, place, &pages);
            let [zh, en] = pages;
            assert_eq!(
                (zh.heading().as_str(), en.heading().as_str()),
                headings(kind)
            );
            for (reply, day) in [(&zh, "2026年4月2日"), (&en, "2 April 2026")] {
                assert!(reply.words().contains(day), "{}", reply.words());
                assert!(reply.words().contains("for the story"));
            }
            // A freeze accuses nobody: another colour and shape than the rest.
            let field = if kind == Withdrawal::Frozen {
                "hold"
            } else {
                "stop"
            };
            assert!(zh.text().contains(&format!("class=\"field {field}\"")));
        }
        for kind in [Withdrawal::Recalled, Withdrawal::Frozen] {
            let place = Withdrawal::ALL
                .iter()
                .position(|other| *other == kind)
                .unwrap();
            let place = u32::try_from(place).unwrap();
            site.change(
                &batch,
                EventKind::Restored(kind),
                &place.to_string(),
                morning(),
            )
            .await
            .unwrap();
            let reply = site.phone().open(&site.page(&batch, place)).await;
            assert_eq!(reply.heading(), "编号有效，这是第 3 次查询。");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_right_is_about_the_mark_and_not_the_goods() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let firm = licensees::get(&site.store, Scope::All, batch.licensee)
            .await
            .unwrap();
        end_right(&site, &firm, morning()).await;
        let pages = both_languages(&site, &site.page(&batch, 0)).await;
        names_what_was_issued(&site, &batch, 0, &pages);
        let [zh, en] = pages;
        assert_eq!(zh.heading(), "使用资格已终止，这枚标志不再有效。");
        assert_eq!(
            en.heading(),
            "The right to use this mark has ended. It is no longer valid."
        );
        assert!(zh.words().contains("不是对这包产品质量的结论"));
        assert!(zh.words().contains("资格期满") && en.words().contains("资格期满"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_past_its_season_says_which_and_since_when() {
    for site in Site::both().await {
        let licensees = [site.licensee(0).await, site.licensee(1).await];
        assert_eq!(licensees[1].number.0, 2);
        let batch = of_season_2020(&site).await;
        let pages = both_languages(&site, &site.page(&batch, 0)).await;
        names_what_was_issued(&site, &batch, 0, &pages);
        let [zh, en] = pages;
        assert_eq!(zh.heading(), "2020 年度的标志，现已过季。");
        assert_eq!(en.heading(), "This mark is of season 2020, which is over.");
        assert!(zh.words().contains("2024年1月1日起过季"), "{}", zh.words());
        assert!(
            en.words().contains("Past since 1 January 2024"),
            "{}",
            en.words()
        );
        assert!(zh.text().contains("<time datetime=\"2024-01-01\">"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_ours_is_told_the_true_domain_and_nothing_else() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let [zh, en] = both_languages(&site, "/t/nothing").await;
    assert_eq!(zh.heading(), "这不是沅江芦笋专用标志的编号。");
    assert_eq!(
        en.heading(),
        "This is not a number of the Yuanjiang asparagus mark."
    );
    for reply in [&zh, &en] {
        assert!(reply.words().contains("v.example.cn"));
        assert!(
            reply
                .text()
                .contains("<form class=\"ask\" action=\"/check\" method=\"get\">")
        );
        for other in ["虚构", USCCS[0], &batch.season.to_string()] {
            assert!(!reply.words().contains(other), "{other}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_cases_of_the_path_and_both_forms_of_the_code_lead_to_one_page() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let code = site.code(&batch, 0);
    let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
    let link = code.to_base64url();
    let phone = site.phone();
    for path in [
        format!("/t/{link}"),
        format!("/T/{link}"),
        format!("/t/{digits}"),
        format!("/T/{digits}"),
        format!("/t/{link}?from=groupmessage&isappinstalled=0"),
        format!("/check?q={link}"),
        format!("/check?q=HTTPS%3A%2F%2FV.EXAMPLE.CN%2FT%2F{digits}"),
    ] {
        let reply = phone.open(&path).await;
        assert_eq!(reply.heading(), "编号有效，这是第一次查询。", "{path}");
        assert!(reply.words().contains(&site.serial(&batch, 0).to_string()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_serial_is_read_forgivingly() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let serial = site.serial(&batch, 0).to_string();
    let full_width: String = serial
        .chars()
        .map(|c| char::from_u32(c as u32 + 0xfee0).unwrap())
        .collect();
    let phone = site.phone();
    for typed in [
        serial.clone(),
        serial.to_lowercase(),
        serial.replace('-', ""),
        serial.replace('-', " "),
        serial.replace('-', "—"),
        format!("  {serial} "),
        serial.replace('0', "O").replace('1', "I"),
        serial.replace('0', "o").replace('1', "l"),
        full_width,
    ] {
        let reply = phone.type_in(&typed).await;
        assert_eq!(reply.heading(), "编号有效，这是第一次查询。", "{typed}");
    }
    // A browser writes spaces of a form as +.
    let reply = phone
        .open(&format!("/check?q={}&lang=en", serial.replace('-', "+")))
        .await;
    assert_eq!(
        reply.heading(),
        "This number is valid. This is its first check."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_field_leads_home_in_the_same_language() {
    let site = Site::any().await;
    for (path, home) in [
        ("/check", "/"),
        ("/check?q=", "/"),
        ("/check?q=+%20+", "/"),
        ("/check?q=&lang=en", "/?lang=en"),
    ] {
        let reply = site.phone().open(path).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some(home)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_home_page_asks_and_explains() {
    let site = Site::any().await;
    let [zh, en] = both_languages(&site, "/").await;
    assert_eq!(zh.heading(), "查询专用标志");
    assert_eq!(en.heading(), "Check a mark");
    assert!(zh.words().contains("它不是石刁柏"));
    assert!(en.words().contains("not botanical asparagus"));
    assert!(!zh.text().contains("noindex"));
    // The English form stays English.
    assert!(
        en.text()
            .contains("<input type=\"hidden\" name=\"lang\" value=\"en\">")
    );
    for reply in [zh, en] {
        assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
        assert!(
            reply
                .header("vary")
                .unwrap()
                .to_lowercase()
                .contains("accept-language")
        );
        assert_eq!(
            reply.header("set-cookie"),
            None,
            "what is kept names nobody"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_language_is_one_tap_away() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let serial = site.serial(&batch, 0).to_string();
    for (path, link) in [
        (site.page(&batch, 0), "?lang=en".to_owned()),
        (
            format!("/check?q={serial}"),
            format!("?q={serial}&#38;lang=en"),
        ),
        ("/".to_owned(), "?lang=en".to_owned()),
        ("/nothing".to_owned(), "?lang=en".to_owned()),
        // Never to another host, whatever stands in the path.
        ("//evil.example/".to_owned(), "?lang=en".to_owned()),
    ] {
        let phone = site.phone();
        let reply = phone.open(&path).await;
        let (_, nav) = reply.text().split_once("<nav class=\"lang\"").unwrap();
        let (nav, _) = nav.split_once("</nav>").unwrap();
        let chosen = format!("{link}&#38;chosen=yes");
        assert!(nav.contains(&format!("href=\"{chosen}\"")), "{path}: {nav}");
        let path = path.split('?').next().unwrap();
        let reply = phone
            .open(&format!("{path}{}", chosen.replace("&#38;", "&")))
            .await;
        let link = link.replace("&#38;", "&");
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(&*link))
        );
        let there = format!("{path}{link}");
        let reply = phone.open(&there).await;
        assert!(reply.text().contains("<html lang=\"en\">"), "{there}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn previews_and_robots_see_the_page_and_count_as_no_query() {
    for site in Site::both().await {
        let batch = site.in_market(1).await;
        let path = site.page(&batch, 0);
        let robots = [
            site.phone().with("sec-purpose", "prefetch;prerender"),
            site.phone().with("purpose", "prefetch"),
            site.phone().with("x-purpose", "preview"),
            site.phone()
                .with("user-agent", "Mozilla/5.0 (compatible; Baiduspider/2.0)"),
            site.phone().with("user-agent", "facebookexternalhit/1.1"),
            site.phone().with("user-agent", "WhatsApp/2.23.20.0 A"),
        ];
        for _ in 0..2 {
            for robot in &robots {
                let reply = robot.open(&path).await;
                assert_eq!(reply.heading(), "编号有效，这是第一次查询。");
                // What a chat shows of the link is no verdict.
                let title = "<title>查询专用标志 – 沅江芦笋专用标志查询</title>";
                assert!(reply.text().contains(title), "{}", reply.text());
                assert_eq!(reply.header("set-cookie"), None);
                let reply = robot.check(&site.link(&batch, 0)).await;
                assert_eq!(reply.verdict(), "first_check");
                assert_eq!(reply.json().get("query"), None);
            }
        }
        let reply = site.phone().head(&path).await;
        assert_eq!(
            (reply.status, reply.kind(), reply.body.len()),
            (200, "text/html", 0)
        );
        assert_eq!(reply.header("set-cookie"), None);

        let person = site.phone().check(&site.link(&batch, 0)).await;
        assert_eq!(
            (person.verdict().as_str(), person.number()),
            ("first_check", 1)
        );
        // Now there is something to tell, and still the robot is nobody's second.
        let reply = robots[0].open(&path).await;
        assert_eq!(reply.heading(), "编号有效，这是第 2 次查询。");
        assert_eq!(site.phone().check(&site.link(&batch, 0)).await.number(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_the_check_is_beijing_s() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let reply = site.english_phone().open(&site.page(&batch, 0)).await;
    let today = yuanmark::domain::calendar::BEIJING.to_datetime(yuanmark::service::system::now());
    // Around midnight either day is right.
    let days =
        [today, today.yesterday().unwrap()].map(|day| day.strftime("%-d %B %Y,").to_string());
    assert!(
        days.iter().any(|day| reply.words().contains(day)),
        "{days:?}: {}",
        reply.words()
    );
    assert!(reply.words().contains("(Beijing time)"));
    assert!(reply.words().contains(&this_season().to_string()));
}
