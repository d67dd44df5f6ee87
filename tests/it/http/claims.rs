//! Hidden codes: claimed once, by whomever, however many try at once; told in words and in JSON; and not found by guessing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::order::Batch;

use super::pages::words_of;
use crate::support::databases::{TestDatabase, number};
use crate::support::installation::{Installation, morning};
use crate::support::killed::{program, stdout};
use crate::support::office::Office;
use crate::support::server::{Phone, Reply, Site, this_season};
use crate::support::serving::Process;

const YIYANG: u32 = 430_900;

impl Site {
    async fn with_hidden_codes(&self, count: u32) -> Batch {
        let batch = self.printed_with_hidden_codes(count).await;
        self.activate(&batch).await;
        batch
    }

    async fn claims(&self) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        number(&mut tx, "SELECT count(*) FROM claims").await
    }
}

impl Phone {
    /// Claims through the JSON interface.
    async fn claim_json(&self, code: &str, hidden: &str, prefecture: Option<u32>) -> Reply {
        let mut body = json!({ "code": code, "hidden_code": hidden });
        if let Some(prefecture) = prefecture {
            body["prefecture"] = prefecture.into();
        }
        self.send_json("POST", "/api/v1/claims", &body).await
    }
}

fn outcome(reply: &Reply) -> String {
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["outcome"].as_str().unwrap().to_owned()
}

/// A code of the right form that is not this one.
fn wrong(hidden: &str) -> String {
    let last = if hidden.ends_with('0') { "1" } else { "0" };
    format!("{}{last}", &hidden[..8])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_is_claimed_once_and_everybody_after_is_told_when_and_where() {
    for site in Site::both().await {
        let batch = site.with_hidden_codes(2).await;
        let (code, hidden) = (site.link(&batch, 0), site.hidden_code(&batch, 0));
        let (first, second) = (site.phone(), site.phone());
        let reply = first.claim_json(&code, &hidden, Some(YIYANG)).await;
        assert_eq!(outcome(&reply), "claimed");
        let claim = reply.json()["claim"].clone();
        assert_eq!(
            (
                &claim["province"],
                &claim["province_en"],
                &claim["by_this_phone"]
            ),
            (&"湖南".into(), &"Hunan".into(), &true.into())
        );
        assert_eq!(site.claims().await, 1);

        // Typed as people type, by the serial instead of the code.
        let serial = site.serial(&batch, 0).to_string();
        let typed = hidden.to_lowercase().replace('-', " ");
        let again = first.claim(&serial, &typed).await;
        assert_eq!(again.heading(), "暗码正确，您用这部手机验证过。");
        let reply = second.claim_json(&serial, &hidden, None).await;
        assert_eq!(outcome(&reply), "claimed_before");
        assert_eq!(reply.json()["claim"]["at"], claim["at"]);
        assert_eq!(reply.json()["claim"]["by_this_phone"], false);
        let page = second.claim(&code, &hidden).await;
        assert_eq!(page.heading(), "暗码正确，但以前已经验证过。");
        for said in ["首次验证：", "，湖南。", "可能是旧包装被重新装过", "12315"]
        {
            assert!(words_of(&page).contains(said), "{said}: {}", page.words());
        }
        let english = site.english_phone().claim(&code, &hidden).await;
        assert_eq!(
            english.heading(),
            "The hidden code is right, but it was checked before."
        );
        assert!(words_of(&english).contains(", Hunan."));
        assert_eq!(site.claims().await, 1);
        // A claim is no query.
        let mut tx = site.store.read().await.unwrap();
        assert_eq!(number(&mut tx, "SELECT count(*) FROM scans").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_claim_says_what_it_means_and_what_to_compare() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(2).await;
    let page = site
        .phone()
        .claim(&site.link(&batch, 0), &site.hidden_code(&batch, 0))
        .await;
    assert_eq!(page.heading(), "暗码正确，这是第一次验证。");
    assert!(page.text().contains("class=\"field first\""));
    let serial = site.serial(&batch, 0).to_string();
    for said in [
        "请与手中的包装逐项对照",
        "清水芦笋罐头 425 g",
        &serial,
        "最有力的证明",
        "地点不详",
    ] {
        assert!(words_of(&page).contains(said), "{said}: {}", page.words());
    }
    let way = format!("href=\"/check?q={serial}\"");
    assert!(page.text().contains(&way), "{}", page.text());
    let english = site.english_phone();
    let page = english
        .claim(&site.link(&batch, 1), &site.hidden_code(&batch, 1))
        .await;
    assert_eq!(
        page.heading(),
        "The hidden code is right. This is its first check."
    );
    assert!(words_of(&page).contains("the strongest sign there is"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_code_is_told_how_many_are_left_until_one_has_to_wait() {
    for site in Site::both().await {
        let batch = site.with_hidden_codes(2).await;
        let (code, hidden) = (site.link(&batch, 0), site.hidden_code(&batch, 0));
        let wrong = wrong(&hidden);
        let guesser = site.phone().with("x-forwarded-for", "203.0.113.1");
        let page = guesser.claim(&code, &wrong).await;
        assert_eq!(page.heading(), "暗码不对，请再核对一次。");
        let serial = site.serial(&batch, 0).to_string();
        for said in ["再错 4 次", "没有字母 I、L、O、U", serial.as_str()] {
            assert!(words_of(&page).contains(said), "{said}: {}", page.words());
        }
        // The form is there again, for the same mark.
        let mark = format!("<input type=\"hidden\" name=\"mark\" value=\"{serial}\">");
        assert!(page.text().contains(&mark), "{}", page.text());
        for left in (0..4).rev() {
            let reply = guesser.claim_json(&code, &wrong, None).await;
            assert_eq!(outcome(&reply), "wrong_code");
            assert_eq!(reply.json()["tries_left"], left);
        }
        // Then the right one is refused like the wrong one, and nothing is judged.
        for hidden in [&hidden, &wrong] {
            let reply = guesser.claim_json(&code, hidden, None).await;
            assert_eq!(reply.status, 429);
            assert_eq!(reply.json()["type"], "urn:yuanmark:problem:too-many-tries");
            let page = guesser.claim(&code, hidden).await;
            assert_eq!(page.status, 429);
            assert_eq!(page.heading(), "输错的次数太多，请过一会儿再验证。");
            let seconds: u64 = page.header("retry-after").unwrap().parse().unwrap();
            assert!((600..=720).contains(&seconds), "{seconds}");
            assert!(words_of(&page).contains("约 12 分钟后"), "{}", page.words());
        }
        assert_eq!(site.claims().await, 0);
        // Another mark by the same phone, and the same mark by another phone of the same network.
        let (other, its) = (site.link(&batch, 1), site.hidden_code(&batch, 1));
        assert_eq!(
            outcome(&guesser.claim_json(&other, &its, None).await),
            "claimed"
        );
        let neighbour = site.phone().with("x-forwarded-for", "203.0.113.1");
        assert_eq!(
            outcome(&neighbour.claim_json(&code, &hidden, None).await),
            "claimed"
        );
        let told = site.app().metrics.text();
        for line in [
            "yuanmark_claims_total{outcome=\"claimed\"} 2",
            "yuanmark_claims_total{outcome=\"wrong_code\"} 5",
            "yuanmark_limited_total{limit=\"tries\"} 4",
        ] {
            assert!(told.contains(line), "{line}\n{told}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_else_s_tries_hold_nobody_up() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(1).await;
    let (code, hidden) = (site.link(&batch, 0), site.hidden_code(&batch, 0));
    let wrong = wrong(&hidden);
    let mut refused = 0;
    for network in 0..5 {
        for _ in 0..20 {
            // A new phone each time: cookies are thrown away.
            let guesser = site.phone();
            let guesser = guesser.with("x-forwarded-for", &format!("203.0.113.{network}"));
            let reply = guesser.claim_json(&code, &wrong, None).await;
            refused += u32::from(reply.status == 429);
        }
    }
    assert!(refused > 0, "guessing is held up");
    let buyer = site.phone().with("x-forwarded-for", "198.51.100.7");
    assert_eq!(
        outcome(&buyer.claim_json(&code, &hidden, None).await),
        "claimed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_claimed_is_told_and_nothing_is_written_down() {
    for site in Site::both().await {
        let plain = site.in_market(1).await;
        let batch = site.printed_with_hidden_codes(3).await;
        let hidden = |place| site.hidden_code(&batch, place);
        let phone = site.phone();

        let reply = phone
            .claim_json(&site.link(&batch, 0), &hidden(0), None)
            .await;
        assert_eq!(outcome(&reply), "not_now");
        assert_eq!(reply.json()["verdict"], "not_activated");
        let page = phone.claim(&site.link(&batch, 0), &hidden(0)).await;
        assert_eq!(page.heading(), "这枚标志尚未启用，请不要购买。");
        assert!(words_of(&page).contains("刚才的暗码没有用掉"));

        site.activate(&batch).await;
        let lost = EventKind::Withdrawn(Withdrawal::Lost);
        site.change(&batch, lost, "1", morning()).await.unwrap();
        let page = phone.claim(&site.link(&batch, 1), &hidden(1)).await;
        assert_eq!(page.heading(), "这枚标志已登记遗失，请不要购买。");

        let reply = phone
            .claim_json(&site.link(&plain, 0), &hidden(0), None)
            .await;
        assert_eq!(outcome(&reply), "no_hidden_code");
        let page = phone.claim(&site.link(&plain, 0), &hidden(0)).await;
        assert_eq!(page.heading(), "这枚标志没有暗码。");
        words_of(&page);

        for not_ours in ["0000-0000-0000-0000", "x", ""] {
            let reply = phone.claim_json(not_ours, &hidden(0), None).await;
            assert_eq!(outcome(&reply), "not_ours", "{not_ours}");
            let page = phone.claim(not_ours, &hidden(0)).await;
            let heading = match not_ours {
                "x" => "编号请再核对，没有查询。",
                _ => "这不是沅江芦笋专用标志的编号。",
            };
            assert_eq!(page.heading(), heading);
        }
        assert_eq!(site.claims().await, 0);
        // None of these was a wrong code of this mark.
        let reply = phone
            .claim_json(&site.link(&batch, 0), &wrong(&hidden(0)), None)
            .await;
        assert_eq!(reply.json()["tries_left"], 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_hidden_code_costs_no_try() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(1).await;
    let (code, phone) = (site.link(&batch, 0), site.phone());
    for _ in 0..10 {
        let page = phone.claim(&code, "<b>NH82</b>").await;
        assert_eq!(
            (page.status, page.heading().as_str()),
            (200, "这不像一个暗码，请再看一遍。")
        );
        assert!(
            page.text()
                .contains("value=\"&#60;b&#62;NH82&#60;/b&#62;\""),
            "{}",
            page.text()
        );
        let reply = phone.claim_json(&code, "NH82-0VXU", None).await;
        assert_eq!(reply.status, 422);
        assert_eq!(reply.json()["type"], "urn:yuanmark:problem:invalid");
    }
    let reply = phone
        .claim_json(&code, &site.hidden_code(&batch, 0), Some(1))
        .await;
    assert_eq!(reply.status, 422, "no such prefecture");
    let reply = phone
        .claim_json(&code, &wrong(&site.hidden_code(&batch, 0)), None)
        .await;
    assert_eq!(reply.json()["tries_left"], 4);
    // What is no form at all.
    for (kind, body, status) in [
        ("application/x-www-form-urlencoded", vec![b'x'; 9000], 413),
        (
            "application/x-www-form-urlencoded",
            b"mark=1&mark=2".to_vec(),
            400,
        ),
        ("text/plain", b"mark=1".to_vec(), 400),
    ] {
        let reply = phone
            .send_as("POST", "/claim", &[("content-type", kind)], body)
            .await;
        assert_eq!(
            (reply.status, reply.kind()),
            (status, "text/html"),
            "{kind}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_mark_invites_to_scratch_if_there_is_something_to_scratch() {
    let site = Site::any().await;
    let plain = site.in_market(1).await;
    let batch = site.printed_with_hidden_codes(2).await;
    let invites = async |batch: &Batch| {
        let page = site.phone().open(&site.page(batch, 0)).await;
        words_of(&page);
        page.text().contains("action=\"/claim\"")
    };
    assert!(!invites(&plain).await, "no hidden code");
    assert!(!invites(&batch).await, "not activated");
    site.activate(&batch).await;
    assert!(invites(&batch).await, "first check");
    assert!(invites(&batch).await, "checked before");
    let page = site.phone().open(&site.page(&batch, 1)).await;
    let serial = site.serial(&batch, 1);
    let mark = format!("<input type=\"hidden\" name=\"mark\" value=\"{serial}\">");
    assert!(page.text().contains(&mark));
    assert!(page.words().contains("请买下之后再刮"));
    let revoked = EventKind::Withdrawn(Withdrawal::Revoked);
    site.change(&batch, revoked, "0", morning()).await.unwrap();
    assert!(!invites(&batch).await, "revoked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_symbol_fills_the_form_in_and_claims_nothing() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(1).await;
    let (serial, hidden) = (
        site.serial(&batch, 0).to_string(),
        site.hidden_code(&batch, 0),
    );
    let short = |text: &str| text.replace('-', "");
    let symbol = format!("/CLAIM/{}/{}", short(&serial), short(&hidden));
    let phone = site.phone();
    for path in [symbol.clone(), symbol.to_lowercase()] {
        let page = phone.open(&path).await;
        assert_eq!((page.status, page.heading().as_str()), (200, "验证暗码"));
        words_of(&page);
    }
    let page = phone.open(&symbol).await;
    for value in [short(&serial), short(&hidden)] {
        assert!(
            page.text().contains(&format!("value=\"{value}\"")),
            "{}",
            page.text()
        );
    }
    assert_eq!(site.claims().await, 0, "looking claims nothing");
    // A scanner that types puts the address into the field.
    let address = format!("HTTPS://V.EXAMPLE.CN{symbol}");
    let page = phone.claim(&short(&serial), &address).await;
    assert_eq!(page.heading(), "暗码正确，这是第一次验证。");
    let odd = phone.open("/claim/%ff/%22%3E%3Cscript%3E").await;
    assert_eq!(odd.status, 404);
    let odd = phone.open("/claim/1/%22%3E%3Cscript%3E").await;
    assert!(!odd.text().contains("<script>"), "{}", odd.text());
    let bare = phone.open("/claim").await;
    assert_eq!((bare.status, bare.heading().as_str()), (200, "验证暗码"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_s_form_is_refused() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(1).await;
    let body = format!(
        "mark={}&hidden={}",
        site.serial(&batch, 0),
        site.hidden_code(&batch, 0)
    );
    let kind = ("content-type", "application/x-www-form-urlencoded");
    for from in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://w.example.cn"),
    ] {
        let phone = site.phone();
        let reply = phone
            .send_as("POST", "/claim", &[kind, from], body.clone().into_bytes())
            .await;
        assert_eq!(reply.status, 403, "{from:?}");
    }
    assert_eq!(site.claims().await, 0);
    // An old phone that says nothing.
    let old = [kind, ("origin", "null")];
    let reply = site
        .phone()
        .send_as("POST", "/claim", &old, body.into_bytes())
        .await;
    assert_eq!(reply.heading(), "暗码正确，这是第一次验证。");
}

/// Claims one mark with so many phones at once, which take turns among these addresses; how often each was told what.
async fn at_once(phones: Vec<Phone>, code: &str, hidden: &str) -> BTreeMap<String, usize> {
    let tasks: Vec<_> = phones
        .into_iter()
        .enumerate()
        .map(|(network, phone)| {
            let phone = phone.with("x-forwarded-for", &format!("198.51.100.{network}"));
            let (code, hidden) = (code.to_owned(), hidden.to_owned());
            tokio::spawn(async move { outcome(&phone.claim_json(&code, &hidden, None).await) })
        })
        .collect();
    let mut told = BTreeMap::new();
    for task in tasks {
        *told.entry(task.await.unwrap()).or_default() += 1;
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_is_the_first() {
    for site in Site::both().await {
        let batch = site.with_hidden_codes(3).await;
        for place in 0..3 {
            let phones = (0..24).map(|_| site.phone()).collect();
            let (code, hidden) = (site.link(&batch, place), site.hidden_code(&batch, place));
            let told = at_once(phones, &code, &hidden).await;
            let expected = [("claimed".to_owned(), 1), ("claimed_before".to_owned(), 23)];
            assert_eq!(told, expected.into());
        }
        assert_eq!(site.claims().await, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_at_several_instances_one_is_the_first() {
    for database in TestDatabase::both().await {
        let place = Installation::new(database).await;
        let licensee = place.licensee(0).await;
        let order = place.order_of_season(&licensee, 3, this_season()).await;
        let batch = place.issue_hidden(&order, "hidden").await;
        place.deliver(&batch).await;
        place
            .change(&batch, EventKind::Activated, "", morning())
            .await
            .unwrap();
        let processes = [(); 3].map(|()| Process::serve(&place));
        for mark in 0..3 {
            let phones = (0..24).map(|number| Phone::new(processes[number % 3].address));
            let code = place.code(&batch, mark).to_base64url();
            let told = at_once(phones.collect(), &code, &place.hidden_code(&batch, mark)).await;
            assert_eq!(told["claimed"], 1, "{told:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_nothing_is_said() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(1).await;
    let (code, hidden) = (site.link(&batch, 0), site.hidden_code(&batch, 0));
    let phone = site.phone();
    site.database.take_away().await;
    let reply = phone.claim_json(&code, &hidden, None).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.json()["verdict"], "unavailable");
    let page = phone.claim(&code, &hidden).await;
    assert_eq!(
        (page.status, page.heading().as_str()),
        (503, "暂时查不了，请稍后再试。")
    );
    assert!(page.header("retry-after").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_sees_whether_a_mark_was_claimed() {
    let site = Site::any().await;
    let batch = site.with_hidden_codes(2).await;
    let (code, hidden) = (site.link(&batch, 0), site.hidden_code(&batch, 0));
    let reply = site.phone().claim_json(&code, &hidden, Some(YIYANG)).await;
    let at = reply.json()["claim"]["at"].clone();
    let path = format!("/api/v1/marks/{}", site.serial(&batch, 0));
    let claimed = site.administrator().open(&path).await.json();
    let expected = json!({ "at": at, "province": "湖南" });
    assert_eq!(claimed["claim"], expected);
    let serial = site.serial(&batch, 0).to_string();
    let told = |words: &[&str]| {
        let output = program(&site).args(["mark", "show"]).args(words).output();
        stdout(&output.unwrap()).to_owned()
    };
    let card = told(&[&serial]);
    assert!(
        card.contains("hidden code") && card.contains(", 湖南"),
        "{card}"
    );
    let json: Value = serde_json::from_str(&told(&[&serial, "--json"])).unwrap();
    assert_eq!(
        (&json["has_hidden_code"], &json["claimed_at"]),
        (&true.into(), &at)
    );
    let other = told(&[&site.serial(&batch, 1).to_string()]);
    assert!(other.contains("not claimed"), "{other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_does_the_console() {
    let office = Office::any().await;
    let batch = office.with_hidden_codes(1).await;
    let registrar = office.signed_in("registrar").await;
    let path = format!("/console/marks/{}", office.serial(&batch, 0));
    let words = registrar.open(&path).await.words();
    assert!(words.contains("暗码尚未验证"), "{words}");
    let (code, hidden) = (office.link(&batch, 0), office.hidden_code(&batch, 0));
    let phone = office.phone();
    let reply = phone.claim_json(&code, &hidden, Some(YIYANG)).await;
    assert_eq!(outcome(&reply), "claimed");
    let words = registrar.open(&path).await.words();
    assert!(words.contains("暗码已验证、"), "{words}");
    assert!(!words.contains("尚未验证"), "{words}");
}
