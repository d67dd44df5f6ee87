//! Who asks: programs that look ahead, proxies, guessers, and the place of a network address.

use yuanmark::domain::mark::{BatchNumber, MarkId};
use yuanmark::domain::order::Batch;
use yuanmark::http::{Limit, RateLimits, Traffic};
use yuanmark::service::places::LivePlaces;

use super::described::Described;
use crate::places::mmdb;
use crate::support::databases::{TestDatabase, number};
use crate::support::installation::{Installation, index};
use crate::support::server::{Phone, Reply, Site, traffic};
use crate::support::serving::Process;
use crate::support::xdb;

const FORWARDED_FOR: &str = "x-forwarded-for";

async fn any(traffic: Traffic) -> Site {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    Site::serve_among(installation, traffic).await
}

fn limited(guesses: u32, asks: u32) -> Traffic {
    Traffic {
        limits: RateLimits::default()
            .with(Limit::Guesses, guesses)
            .with(Limit::Asks, asks),
        ..traffic()
    }
}

impl Site {
    /// A phone in the network of this address, behind the site's proxy.
    fn phone_at(&self, address: &str) -> Phone {
        self.phone().with(FORWARDED_FOR, address)
    }

    async fn count(&self, what: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        number(&mut tx, &format!("SELECT count(*) FROM {what}")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_and_browsers_that_look_ahead_see_the_page_and_do_not_count() {
    let site = any(traffic()).await;
    let batch = site.in_market(1).await;
    let page = site.page(&batch, 0);
    for (name, value) in [
        ("user-agent", "DingTalkBot-LinkService/1.0"),
        ("user-agent", "WhatsApp/2.23.20.0 A"),
        ("user-agent", "Mozilla/5.0 (compatible; TelegramBot)"),
        ("sec-purpose", "prefetch;prerender"),
    ] {
        let reply = site.phone().with(name, value).open(&page).await;
        assert_eq!(reply.heading(), "编号有效，这是第一次查询。", "{value}");
        assert_eq!(reply.header("set-cookie"), None);
    }
    assert_eq!(site.phone().head(&page).await.status, 200);
    assert_eq!(site.count("scans").await, 0);
    // People in WeChat and with a phone of an unlucky name.
    for agent in [
        "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 Mobile Safari/537.36 MicroMessenger/8.0.49",
        "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 Mobile Safari/537.36",
    ] {
        site.phone().with("user-agent", agent).open(&page).await;
    }
    assert_eq!(site.count("scans").await, 2);
}

/// The whole way: an address that a trusted proxy names, the place that a file says, the rows, what the next is told.
#[tokio::test(flavor = "multi_thread")]
async fn the_place_of_an_address_is_written_down_and_the_address_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let v4 = folder.path().join("v4.xdb");
    let segments = [
        (
            "203.0.113.0",
            "203.0.113.127",
            "中国|0|湖南省|益阳市|移动|基站",
        ),
        (
            "203.0.113.128",
            "203.0.113.255",
            "中国|0|广东省|0|电信|家庭宽带",
        ),
    ];
    std::fs::write(&v4, xdb::version_2(&segments)).unwrap();
    for installation in Installation::both().await {
        let places = LivePlaces::open([v4.clone(), mmdb()]).unwrap();
        let site = Site::serve_among(
            installation,
            Traffic {
                places,
                ..traffic()
            },
        )
        .await;
        let batch = site.in_market(6).await;
        for (mark, from, prefecture, class) in [
            (0, "1.2.3.4, 203.0.113.77", Some(430_900), "mobile"),
            (1, "203.0.113.200", Some(440_000), "fixed"),
            (2, "2001:db8:1::77", Some(430_900), "unknown"),
            (3, "192.0.2.77", None, ""),
        ] {
            let first = site.phone_at(from).open(&site.page(&batch, mark)).await;
            assert_eq!(first.heading(), "编号有效，这是第一次查询。");
            let place = prefecture.map_or_else(
                || "prefecture IS NULL AND place_class IS NULL".to_owned(),
                |code| format!("prefecture = {code} AND place_class = '{class}'"),
            );
            let of_mark = format!("mark_index = {mark} AND {place}");
            assert_eq!(
                site.count(&format!("scans WHERE {of_mark}")).await,
                1,
                "{from}"
            );
            let of_mark = of_mark.replace("prefecture", "first_prefecture");
            let of_mark = of_mark.replace("place_class", "first_place_class");
            assert_eq!(
                site.count(&format!("mark_queries WHERE {of_mark}")).await,
                1
            );
        }
        let next = site.phone().open(&site.page(&batch, 0)).await;
        assert!(next.words().contains("，湖南。"), "{}", next.words());
        let next = site.english_phone().open(&site.page(&batch, 1)).await;
        assert!(next.words().contains("Guangdong"), "{}", next.words());
        let next = site.phone().open(&site.page(&batch, 3)).await;
        assert!(next.words().contains("地点不详"), "{}", next.words());

        // What the person says goes before what the address says.
        let link = site.link(&batch, 4);
        let phone = site.phone_at("203.0.113.77");
        assert_eq!(
            phone.check_in(110_100, &link).await.verdict(),
            "first_check"
        );
        let told = "scans WHERE mark_index = 4 AND prefecture = 110100 AND place_class = 'gps'";
        assert_eq!(site.count(told).await, 1);
        assert_eq!(
            site.program().check(&link).await.json()["query"]["first_province"],
            "北京"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_trusted_proxy_the_header_says_nothing() {
    let places = LivePlaces::open([mmdb()]).unwrap();
    let site = any(Traffic {
        places,
        ..Traffic::default()
    })
    .await;
    let batch = site.in_market(1).await;
    site.phone_at("203.0.113.1")
        .open(&site.page(&batch, 0))
        .await;
    assert_eq!(site.count("scans WHERE prefecture IS NULL").await, 1);
}

/// A serial with the right tag and no batch, and one that nobody made.
fn wrong(site: &Site, number: u32) -> String {
    let mark = MarkId {
        batch: BatchNumber::new(9_000 + number).unwrap(),
        index: index(0),
    };
    if number.is_multiple_of(2) {
        site.keys.secrets.serial.serial(mark).to_string()
    } else {
        format!("{number:016}")
    }
}

/// Nothing is told but when to come back.
fn is_too_many(reply: &Reply, seconds: std::ops::RangeInclusive<u64>) {
    assert_eq!(reply.status, 429, "{}", reply.text());
    let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
    assert!(seconds.contains(&wait), "{wait}");
}

fn told(reply: &Reply) -> (u16, String, Vec<u8>) {
    (reply.status, reply.kind().to_owned(), reply.body.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guesser_is_told_nothing_more_and_nobody_else_is_held_up() {
    let site = any(limited(5, 0)).await;
    let batch: Batch = site.in_market(3).await;
    let serial = site.serial(&batch, 0).to_string();
    let guesser = site.program().with(FORWARDED_FOR, "203.0.113.9");
    // Right serials, codes, forged codes and nonsense are no guesses.
    let link = site.link(&batch, 1);
    for _ in 0..10 {
        assert_ne!(guesser.check(&serial).await.verdict(), "not_ours");
        assert_ne!(guesser.check(&link).await.verdict(), "not_ours");
        assert_eq!(guesser.check(&link[1..]).await.verdict(), "not_ours");
        assert_eq!(guesser.check("nonsense").await.verdict(), "not_ours");
    }
    for number in 0..5 {
        let reply = guesser.check(&wrong(&site, number)).await;
        assert_eq!(reply.verdict(), "not_ours");
    }
    let refused = guesser.check(&wrong(&site, 6)).await;
    is_too_many(&refused, 1..=720);
    assert_eq!(refused.kind(), "application/problem+json");
    assert_eq!(refused.json()["type"], "urn:yuanmark:problem:too-many");
    assert_eq!(refused.json().get("verdict"), None);
    Described::of(&site)
        .await
        .hold("POST", "/api/v1/verify", &refused);
    // Right and wrong alike, whether it says to be a robot, and on the page.
    let right = guesser.check(&serial).await;
    assert_eq!(told(&right), told(&refused));
    let robot = guesser.clone().with("user-agent", "Googlebot/2.1");
    assert_eq!(told(&robot.check(&serial).await), told(&refused));
    let person = site.phone_at("203.0.113.9");
    let page = person.type_in(&serial).await;
    is_too_many(&page, 1..=720);
    assert_eq!(page.heading(), "输入编号的查询太多，请扫码查询。");
    assert!(
        page.words().contains("扫码查询随时可以"),
        "{}",
        page.words()
    );
    let english = site.english_phone().with(FORWARDED_FOR, "203.0.113.9");
    let page = english.type_in(&wrong(&site, 8)).await;
    assert_eq!(
        page.heading(),
        "Too many numbers were typed. Please scan the code."
    );
    let counted = site.count("scans").await;
    assert_eq!(counted, site.count("scans WHERE mark_index < 2").await);
    // Scanning goes on, and so does everybody else's typing.
    assert_eq!(person.open(&site.page(&batch, 2)).await.status, 200);
    let other = site.phone_at("203.0.113.10");
    assert_eq!(other.type_in(&serial).await.status, 200);
    assert_eq!(limited_by(&site), [5, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_that_everybody_types_is_to_be_scanned() {
    let site = any(limited(0, 3)).await;
    let batch = site.in_market(2).await;
    let serials = [site.serial(&batch, 0).to_string(), wrong(&site, 0)];
    for serial in &serials {
        let mut replies = Vec::new();
        for from in 0..5 {
            let phone = site.phone_at(&format!("203.0.113.{from}"));
            replies.push(phone.check(serial).await);
        }
        assert!(replies[..3].iter().all(|reply| reply.status == 200));
        for reply in &replies[3..] {
            is_too_many(reply, 1..=1200);
        }
    }
    let reply = site.phone().check(&site.link(&batch, 0)).await;
    assert_eq!(
        (reply.verdict().as_str(), reply.number()),
        ("checked_before", 4)
    );
    let other = site.serial(&batch, 1).to_string();
    assert_eq!(site.phone().check(&other).await.verdict(), "first_check");
    assert_eq!(limited_by(&site), [0, 4]);
}

/// How often each limit has refused, as the metrics tell it: guesses, asks.
fn limited_by(site: &Site) -> [u64; 2] {
    let text = site.app().metrics.text();
    ["guesses", "asks"].map(|limit| {
        let name = format!("yuanmark_limited_total{{limit=\"{limit}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&name));
        line.unwrap().parse().unwrap()
    })
}

/// The real program with every flag: what a changed file says is in force without a new start, a broken one is not taken.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_takes_its_flags_and_a_changed_file_of_places() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let batch = installation.batch(3).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("places.xdb");
    let put = |bytes: &[u8]| {
        let new = folder.path().join("new");
        std::fs::write(&new, bytes).unwrap();
        std::fs::rename(new, &path).unwrap();
    };
    let says = |text| xdb::version_3(&[("203.0.113.0", "203.0.113.255", text)]);
    put(&says("中国|0|湖南省|益阳市|电信"));
    let arguments = [
        "--trusted-proxy=127.0.0.1,10.0.0.0/8",
        "--places",
        path.to_str().unwrap(),
        "--guesses-per-hour=1",
        "--asks-of-a-serial-per-hour=2",
    ];
    let process = Process::serve_with(&installation, &arguments);
    let phone = || {
        process
            .phone()
            .with(FORWARDED_FOR, "203.0.113.77, 10.0.0.9")
    };
    let first_province = async |mark: u32| {
        let link = installation.code(&batch, mark).to_base64url();
        phone().check(&link).await;
        let next = process.phone().check(&link).await.json();
        next["query"]["first_province"].clone()
    };
    assert_eq!(first_province(0).await, "湖南");
    put(&says("中国|0|广东省|广州市|电信"));
    process.logged("the places have changed and are in force");
    assert_eq!(first_province(1).await, "广东");
    put(b"nonsense");
    let line =
        process.logged("a file of places has changed but is not taken; the old one stays in force");
    assert!(
        line["error"].as_str().unwrap().contains("neither"),
        "{line}"
    );
    assert_eq!(first_province(2).await, "广东");

    assert_eq!(phone().check("0000-0000-0000-0000").await.status, 200);
    is_too_many(&phone().check("0000-0000-0000-0001").await, 1..=3600);
    let serial = installation.serial(&batch, 0).to_string();
    for status in [200, 200, 429] {
        assert_eq!(process.phone().check(&serial).await.status, status);
    }
    let (status, log) = process.terminate();
    assert!(status.success());
    for line in log {
        for secret in ["203.0.113", "10.0.0.9", "益阳", &serial] {
            assert!(!line.contains(secret), "{line}");
        }
    }
}
