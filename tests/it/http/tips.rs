//! Somebody tells of a suspect pack, without signing in, and follows what becomes of it.

use yuanmark::domain::mark::{BatchNumber, MarkId};
use yuanmark::http::{Limit, RateLimits, Traffic};

use crate::support::databases::{TestDatabase, number};
use crate::support::html::{Form, forms};
use crate::support::installation::{Installation, index};
use crate::support::office::Office;
use crate::support::server::{Phone, Reply, Site, traffic};
use crate::support::tips::{PLACE, has, photo, photo_with_place};

/// Somebody at a browser.
pub(super) struct Reporter(pub Phone);

impl Reporter {
    pub fn of(site: &Site) -> Self {
        Self(site.phone().with("sec-fetch-site", "same-origin"))
    }

    pub async fn form_at(&self, path: &str) -> Form {
        let page = self.0.open(path).await;
        assert_eq!(page.status, 200, "{}", page.text());
        forms(page.text(), path).into_iter().next().unwrap()
    }

    /// The form, with what must be filled in.
    pub async fn form(&self) -> Form {
        let form = self.form_at("/report").await;
        form.fill("kind", "looks").fill("told", "颜色比别的浅")
    }

    pub async fn send(&self, form: &Form) -> Reply {
        let (kind, body) = form.encoded();
        let kind = [("content-type", kind.as_str())];
        self.0.send_as("POST", &form.action, &kind, body).await
    }

    /// Sends a form and is led to the page of its ticket.
    pub async fn sent(&self, form: &Form) -> String {
        let reply = self.send(form).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let address = reply.header("location").unwrap();
        address.split('?').next().unwrap().to_owned()
    }
}

impl Site {
    pub async fn rows(&self, what: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        number(&mut tx, &format!("SELECT count(*) FROM {what}")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_sent_followed_added_to_and_taken_back() {
    for site in Site::both().await {
        let reporter = Reporter::of(&site);
        let form = reporter
            .form()
            .await
            .fill("place", "430900")
            .fill("seller", "<script>alert(1)</script>")
            .fill("bought", "2026-04-02")
            .fill("contact", "13800000000 王女士")
            .fill("serial", "4bd9 qv4n qonz 57db")
            .fill("told", "第一行\r\n<img src=x onerror=alert(2)>")
            .attach("photos", "a.jpg", &photo_with_place(400, 200));
        let reply = reporter.send(&form).await;
        assert_eq!(reply.status, 303, "{}", reply.text());
        let first = reporter.0.open(reply.header("location").unwrap()).await;
        assert_eq!(first.heading(), "已收到，请记下编号。");
        let address = reporter.sent(&form).await;
        let page = reporter.0.open(&address).await;
        assert_eq!(page.header("cache-control"), Some("no-store"));
        assert_eq!(page.header("referrer-policy"), Some("same-origin"));
        assert!(page.text().contains("content=\"noindex\""));
        let words = page.words();
        for said in [
            "待",
            "益阳市",
            "4BD9-QV4N-Q0NZ-57DB",
            "已加密保存",
            "1 张",
            "前告知是否受理",
            "2026年4月2日",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        // What was typed is text, and the contact and the photos are not for whoever has the ticket.
        for never in ["<script>alert", "<img src=x", "13800000000", "<img"] {
            assert!(!page.text().contains(never), "{never}");
        }
        assert!(page.text().contains("&#60;img src=x onerror=alert(2)"));
        // The same form twice was one report; nothing that opens it is kept.
        assert_eq!(site.rows("tips").await, 1);
        assert_eq!(site.rows("tip_photos").await, 1);

        let add = reporter.form_at(&address).await;
        let add = add
            .fill("told", "又想起一点")
            .attach("photos", "b.png", &photo(30, 20));
        reporter.sent(&add).await;
        reporter.sent(&add).await;
        assert_eq!(site.rows("tip_steps WHERE step = 'added'").await, 1);
        assert_eq!(site.rows("tip_photos").await, 2);
        let page = reporter.0.open(&address).await;
        assert!(page.words().contains("又想起一点"), "{}", page.words());

        let take_back = forms(page.text(), &address).pop().unwrap();
        assert!(take_back.action.ends_with("/take-back"));
        reporter.sent(&take_back).await;
        reporter.sent(&take_back).await;
        let page = reporter.0.open(&address).await;
        assert!(page.words().contains("您已撤回"), "{}", page.words());
        assert!(forms(page.text(), &address).is_empty(), "nothing to add to");
        let late = reporter.send(&add.forge("form", "")).await;
        assert_eq!(late.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_the_camera_added_is_kept() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    let file = photo_with_place(400, 200);
    assert!(has(&file, PLACE));
    let form = reporter.form().await.attach("photos", "a.jpg", &file);
    reporter.sent(&form).await;
    let numbers = [
        ("length(jpeg) < 20000 AND length(jpeg) = bytes", 1),
        ("width = 200 AND height = 400", 1),
        ("instr(jpeg, CAST('GPS-28.84N' AS BLOB)) > 0", 0),
        ("instr(jpeg, CAST('Exif' AS BLOB)) > 0", 0),
    ];
    for (what, count) in numbers {
        assert_eq!(
            site.rows(&format!("tip_photos WHERE {what}")).await,
            count,
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    let whole = photo(60, 40);
    let empty = reporter.form_at("/report?lang=zh").await.forge("kind", "");
    let reply = reporter.send(&empty).await;
    assert_eq!(reply.status, 422);
    for said in ["有 2 处需要改正", "请选择一项", "请填写"] {
        assert!(reply.words().contains(said), "{said}: {}", reply.words());
    }
    let form = reporter.form().await;
    let long = "笋".repeat(2001);
    for (form, said) in [
        (
            form.clone().fill("told", &long),
            "有 2001 个字，最多 2000 个字",
        ),
        (form.clone().forge("place", "999999"), "请选择一项"),
        (form.clone().fill("bought", "2199-01-01"), "今天或以前"),
        (form.clone().fill("bought", "昨天"), "今天或以前"),
        (
            form.clone().fill("contact", &"1".repeat(201)),
            "最多 200 个字",
        ),
        (
            form.clone().fill("seller", "a\u{202e}b"),
            "不可见的控制字符",
        ),
        (form.clone().forge("form", "made-up"), "这一页已失效"),
        (
            form.clone().attach("photos", "a.pdf", b"%PDF-1.7"),
            "第 1 个文件不是照片",
        ),
        (
            form.clone().attach("photos", "a.svg", b"<svg/>"),
            "第 1 个文件不是照片",
        ),
        (
            form.clone().attach("photos", "a.jpg", &whole[..90]),
            "第 1 张照片打不开",
        ),
        (
            form.clone().attach("photos", "a.png", &bomb(20_000)),
            "第 1 张照片的尺寸太大",
        ),
        (
            form.clone().attach("photos", "a.jpg", &vec![7; 13 << 20]),
            "第 1 张照片超过 12 MB",
        ),
        (
            (0..5).fold(form.clone(), |form, _| {
                form.attach("photos", "a.jpg", &whole)
            }),
            "一次最多 4 张照片",
        ),
    ] {
        let reply = reporter.send(&form).await;
        assert_eq!(reply.status, 422, "{said}");
        assert!(reply.words().contains(said), "{said}: {}", reply.words());
        let again = forms(reply.text(), "/report").into_iter().next().unwrap();
        assert_eq!(again.value("told"), form.value("told"));
    }
    assert_eq!(site.rows("tips").await, 0);
    let again = reporter.send(&form.forge("form", "made-up")).await;
    let again = forms(again.text(), "/report").into_iter().next().unwrap();
    reporter.sent(&again.fill("kind", "looks")).await;
    assert_eq!(
        site.rows("tips").await,
        1,
        "the form that comes back is good"
    );
}

/// A PNG of one colour that is small as a file and enormous as a picture.
fn bomb(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let line = vec![0; side.div_ceil(8) as usize];
    let mut stream = writer.stream_writer().unwrap();
    for _ in 0..side {
        std::io::Write::write_all(&mut stream, &line).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_a_hundred_megabytes_and_what_is_no_form_are_refused_clearly() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    let form = reporter.form().await;
    let huge = form
        .clone()
        .attach("photos", "film.mp4", &vec![1; 100_000_000]);
    let reply = reporter.send(&huge).await;
    assert_eq!(reply.status, 413);
    assert_eq!(reply.heading(), "发来的内容太大。");
    let long = form.clone().forge("told", &"a".repeat(100_000));
    assert_eq!(reporter.send(&long).await.status, 413);
    for (kind, body) in [
        ("multipart/form-data; boundary=x", b"nonsense".to_vec()),
        ("multipart/form-data", b"nonsense".to_vec()),
        (
            "application/x-www-form-urlencoded",
            b"kind=looks&told=a".to_vec(),
        ),
        ("application/json", b"{}".to_vec()),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\ncontent-disposition: form-data; name=\"told\"\r\n\r\n\xff\xfe\r\n--x--\r\n"
                .to_vec(),
        ),
    ] {
        let kind = [("content-type", kind)];
        let reply = reporter.0.send_as("POST", "/report", &kind, body).await;
        assert_eq!(reply.status, 400, "{kind:?}: {}", reply.text());
    }
    assert_eq!(site.rows("tips").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_other_sites_are_refused() {
    let site = Site::any().await;
    let reporter = Reporter::of(&site);
    let form = reporter.form().await;
    let address = reporter.sent(&form).await;
    let add = reporter.form_at(&address).await.fill("told", "x");
    for (name, from) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://elsewhere.example"),
    ] {
        let stranger = Reporter(site.phone().with(name, from));
        for form in [&form, &add] {
            let refused = stranger.send(form).await;
            assert_eq!(refused.status, 403, "{from}");
            assert!(refused.words().contains("没有收下"), "{}", refused.words());
        }
    }
    assert_eq!(site.rows("tip_steps").await, 1);
}

/// Before iOS 16.4, and over plain HTTP in a local network, a browser says nothing but an origin, some hide even that.
#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_does_not_say_where_a_form_comes_from_reports_adds_and_takes_back() {
    let site = Site::any().await;
    let own = format!("http://{}", site.address);
    for origin in [None, Some("null"), Some(own.as_str())] {
        let phone = match origin {
            None => site.phone(),
            Some(origin) => site.phone().with("origin", origin),
        };
        let old = Reporter(phone);
        let address = old.sent(&old.form().await).await;
        let add = old.form_at(&address).await.fill("told", "又想起一点");
        old.sent(&add).await;
        let page = old.0.open(&address).await;
        let take_back = forms(page.text(), &address).pop().unwrap();
        old.sent(&take_back).await;
        let page = old.0.open(&address).await;
        assert!(page.words().contains("您已撤回"), "{origin:?}");
    }
    assert_eq!(site.rows("tips").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_are_read_as_people_type_them_and_are_not_found_by_trying() {
    let few = Traffic {
        limits: RateLimits::default().with(Limit::Tickets, 3),
        ..traffic()
    };
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let site = Site::serve_among(installation, few).await;
    let reporter = Reporter::of(&site);
    let address = reporter.sent(&reporter.form().await).await;
    let ticket = address.strip_prefix("/report/").unwrap();
    assert_eq!(ticket.len(), 19);
    for typed in [ticket.to_lowercase(), ticket.replace('-', "%20")] {
        let reply = reporter.0.open(&format!("/report/{typed}")).await;
        assert_eq!(reply.status, 200, "{typed}");
        let reply = reporter.0.open(&format!("/report?ticket={typed}")).await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (303, Some(&*address))
        );
    }
    assert_eq!(reporter.0.open("/report?ticket=abc").await.status, 404);
    assert_eq!(
        reporter.0.open("/report/abc").await.status,
        404,
        "costs nothing"
    );
    let other = site.phone().with("x-forwarded-for", "203.0.113.9");
    for tried in 0..3 {
        let wrong = format!("/report/0000-0000-0000-000{tried}");
        let reply = other.open(&wrong).await;
        assert_eq!(
            (reply.status, reply.heading()),
            (404, "没有这个编号。".into())
        );
    }
    let refused = other.open("/report/0000-0000-0000-0009").await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    assert!(refused.words().contains("12315"));
    assert_eq!(
        other.open(&address).await.status,
        429,
        "right and wrong alike"
    );
    assert_eq!(reporter.0.open(&address).await.status, 200, "nobody else");
    let take_back = format!("{address}/take-back");
    let other = other.with("sec-fetch-site", "same-origin");
    assert_eq!(other.ask("POST", &take_back, Vec::new()).await.status, 429);
    let mut tx = site.store.read().await.unwrap();
    let plain = ticket.replace('-', "");
    let sql = format!(
        "SELECT count(*) FROM tips WHERE instr(hex(ticket), '{plain}') > 0 OR length(ticket) <> 32"
    );
    assert_eq!(number(&mut tx, &sql).await, 0, "only a hash is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_without_end_is_told_to_wait() {
    let few = Traffic {
        limits: RateLimits::default()
            .with(Limit::TipsOfANetwork, 5)
            .with(Limit::TipsOfAPhone, 2),
        ..traffic()
    };
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let site = Site::serve_among(installation, few).await;
    let reporter = Reporter::of(&site);
    for told in ["一", "二"] {
        reporter
            .sent(&reporter.form().await.fill("told", told))
            .await;
    }
    let reply = reporter.send(&reporter.form().await).await;
    assert_eq!(
        (reply.status, reply.heading()),
        (429, "太频繁了，请过一会儿再试。".into())
    );
    assert!(reply.header("retry-after").is_some());
    // Phones without end from one network: the network's own limit.
    for _ in 0..3 {
        let fresh = Reporter::of(&site);
        fresh.sent(&fresh.form().await).await;
    }
    let fresh = Reporter::of(&site);
    assert_eq!(fresh.send(&fresh.form().await).await.status, 429);
    assert_eq!(site.rows("tips").await, 5);
    let told = site.app().metrics.text();
    let refused = "yuanmark_limited_total{limit=\"tips\"} 2";
    assert!(told.contains(refused), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_answers_lead_to_the_form_with_the_serial() {
    let site = Site::any().await;
    let batch = site.in_market(1).await;
    let phone = site.english_phone();
    let page = phone.open(&site.page(&batch, 0)).await;
    let serial = site.serial(&batch, 0).to_string();
    let link = format!("/report?serial={serial}&#38;lang=en");
    assert!(page.text().contains(&link), "{}", page.text());
    let form = Reporter(phone)
        .form_at(&format!("/report?serial={serial}&lang=en"))
        .await;
    assert_eq!(form.value("serial"), serial);
    assert!(form.action.ends_with("lang=en"));
    // What is none of ours is carried along as well, typed or scanned.
    for (page, carried) in [
        ("/check?q=4BD9-QV4N-Q0NZ-57DB", "4BD9-QV4N-Q0NZ-57DB"),
        ("/check?q=4bd9", "4bd9"),
        ("/t/made-up", "made-up"),
    ] {
        let page = site.phone().open(page).await;
        let link = format!("href=\"/report?serial={carried}\"");
        assert!(page.text().contains(&link), "{}", page.text());
    }
    for (given, kept) in [
        ("%3Cb%3E", "<b>"),
        (&*site.link(&batch, 0), &*site.link(&batch, 0)),
    ] {
        let form = Reporter::of(&site)
            .form_at(&format!("/report?serial={given}"))
            .await;
        assert_eq!(form.value("serial"), kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_office_handles_it_and_the_person_reads_what_came_of_it() {
    for office in Office::both().await {
        let reporter = Reporter::of(&office.site);
        let mark = MarkId {
            batch: BatchNumber::new(1).unwrap(),
            index: index(0),
        };
        let serial = office.keys.secrets.serial.serial(mark).to_string();
        let form = reporter
            .form()
            .await
            .fill("serial", &serial)
            .fill("contact", "王女士 13800000000")
            .fill("told", "<script>alert(1)</script>\n第二行")
            .attach("photos", "a.jpg", &photo(40, 30));
        let address = reporter.sent(&form).await;

        let inspector = office.signed_in("inspector").await;
        inspector
            .open("/console")
            .await
            .is(200)
            .says("举报线索待受理");
        let list = inspector
            .open("/console/tips?state=received&kind=looks")
            .await;
        assert!(list.text().contains("/console/tips/1\""));
        inspector
            .open("/console/tips?due=over")
            .await
            .is(200)
            .says("没有符合条件的记录");
        inspector
            .open("/console/tips?place=110100")
            .await
            .says("没有符合条件的记录");
        let file = inspector.open("/console/tips/1").await;
        file.is(200).says("第二行");
        file.says(&serial).says("本系统没有发出过");
        assert!(!file.text().contains("13800000000"));
        assert!(!file.text().contains("<script>alert"));
        let picture = inspector.open("/console/tips/1/photos/1").await;
        assert_eq!(picture.kind(), "image/jpeg");
        assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(picture.header("cache-control"), Some("no-store"));
        assert!(inspector.open("/console/tips/1/photos/2").await.status == 404);

        for (step, told) in [
            ("accept", ""),
            ("message", "请问在哪个摊位买的？"),
            ("hand-on", ""),
        ] {
            let form = inspector
                .open(&format!("/console/tips/1/{step}"))
                .await
                .form();
            let form = form.fill("told", told);
            inspector.send(&form).await.is_done();
            inspector.send(&form).await.is_done(); // sent twice, done once
        }
        let again = inspector.open("/console/tips/1/accept").await.form();
        inspector
            .send(&again)
            .await
            .is(422)
            .says("不能再办理这一步");
        let page = reporter.0.open(&address).await;
        assert!(
            page.words().contains("请问在哪个摊位买的？"),
            "{}",
            page.words()
        );
        assert!(!page.text().contains("测试人员"), "no names of officials");

        let decide = inspector.open("/console/tips/1/decide").await.form();
        inspector.send(&decide).await.is(422);
        let decide = decide.fill("told", "已责令改正。<b>");
        inspector.send(&decide).await.is_done();
        let page = reporter.0.open(&address).await;
        assert!(page.words().contains("已办结"), "{}", page.words());
        assert!(
            page.text().contains("已责令改正。&#60;b"),
            "{}",
            page.text()
        );
        assert!(forms(page.text(), &address).is_empty());
        let steps = office.site.rows("tip_steps").await;
        assert_eq!(steps, 5, "sent, accepted, message, handed on, decided");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_seen_by_who_handles_the_case_and_each_look_is_written_down() {
    let office = Office::any().await;
    let reporter = Reporter::of(&office.site);
    let form = reporter.form().await.fill("contact", "王女士 13800000000");
    let address = reporter.sent(&form).await;
    let mut tx = office.store.read().await.unwrap();
    let sql = "SELECT count(*) FROM tips WHERE instr(contact, CAST('13800000000' AS BLOB)) > 0";
    assert_eq!(number(&mut tx, sql).await, 0, "encrypted");
    drop(tx);
    for login in ["auditor", "registrar", "second"] {
        let person = office.signed_in(login).await;
        person.open("/console/tips/1").await.is(200);
        person.open("/console/tips/1/contact").await.is(403);
        person.open("/console/tips/1/accept").await.is(403);
    }
    for login in ["licensee", "printer", "administrator"] {
        let person = office.signed_in(login).await;
        for path in ["", "/1", "/1/photos/1", "/1/contact"] {
            person.open(&format!("/console/tips{path}")).await.is(403);
        }
    }
    let inspector = office.signed_in("inspector").await;
    let ask = inspector.open("/console/tips/1/contact").await;
    assert!(
        !ask.text().contains("13800000000"),
        "not before it is asked for"
    );
    for _ in 0..2 {
        inspector
            .send(&ask.form())
            .await
            .is(200)
            .says("王女士 13800000000");
    }
    assert_eq!(
        office
            .site
            .rows("trail WHERE action = 'tip-contact' AND subject = 'tip 1'")
            .await,
        2
    );
    assert_eq!(
        office
            .site
            .rows("trail WHERE action = 'tip-send' AND network = 'public'")
            .await,
        1
    );
    let auditor = office.signed_in("auditor").await;
    auditor
        .open("/console/trail")
        .await
        .is(200)
        .says("查看举报人联系方式");
    let page = reporter.0.open(&address).await;
    assert!(!page.text().contains("13800000000"));
}
