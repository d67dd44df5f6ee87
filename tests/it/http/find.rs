//! The console's search box, and the pages of marks and batches: who finds what, and what they read there.

use yuanmark::domain::access::Role;
use yuanmark::domain::access::Scope;
use yuanmark::domain::container::{Container, ContainerKind};
use yuanmark::domain::event::{EventKind, Withdrawal};
use yuanmark::domain::licensee::{
    LegalBasis, Licensee, LicenseeNumber, LicenseeState, NewLicensee, Particulars,
};
use yuanmark::domain::order::{Batch, Order};
use yuanmark::domain::printer::{NewPrinter, PrinterNumber};
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::{licensees, orders, printers, system};

use crate::support::databases::execute;
use crate::support::installation::{USCCS, call, line, morning};
use crate::support::server::{Phone, Reply, Site, percent_encoded, this_season};
use crate::support::signed_in::{FORM, signed_in};

const SCRIPT: &str = "<script>alert('甲')</script>";

/// Two licensees with a batch each, printed by two printers.
struct Story {
    site: Site,
    licensees: [Licensee; 2],
    orders: [Order; 2],
    batches: [Batch; 2],
    roll: Container,
}

impl Story {
    async fn of(site: Site) -> Self {
        let first = firm(&site, USCCS[0], "沅江（虚构）湖畔合作社", "王五").await;
        let second = firm(&site, USCCS[1], SCRIPT, "赵六<i>").await;
        let (one, one_batch) = order(&site, &first, "first").await;
        site.deliver(&one_batch).await;
        let (two, two_batch) = order(&site, &second, "second").await;
        let new = NewPrinter {
            name: line("虚构第二印刷厂"),
            uscc: Uscc::new(USCCS[2]).unwrap(),
            licence: line("印证字002号"),
        };
        let by = call("test", two_batch.issued_at);
        let printer = printers::enter(&site.store, &by, new).await.unwrap();
        orders::assign(&site.store, &by, two.number, printer.number)
            .await
            .unwrap();
        let fill = Fill {
            kind: ContainerKind::Roll,
            batch: Some(one_batch.number),
            lines: "0-4",
            label: Some(line("卷001<u>")),
        };
        let keys = &site.keys;
        let roll = containers::fill(&site.store, keys, &by, &fill)
            .await
            .unwrap();
        let order = |number| orders::get(&site.store, Scope::All, number);
        let orders = [
            order(one.number).await.unwrap(),
            order(two.number).await.unwrap(),
        ];
        Self {
            licensees: [first, second],
            orders,
            batches: [one_batch, two_batch],
            roll,
            site,
        }
    }

    async fn both() -> Vec<Self> {
        let mut stories = Vec::new();
        for site in Site::both().await {
            stories.push(Self::of(site).await);
        }
        stories
    }

    /// Somebody of this role at the console.
    async fn person(&self, role: Role, party: Option<u16>) -> Phone {
        let (licensee, printer) = match role {
            Role::Licensee => (party.map(LicenseeNumber), None),
            Role::Printer => (None, party.map(|number| PrinterNumber(number.into()))),
            _ => (None, None),
        };
        let name = format!("{}{}", role.slug().replace('_', "-"), party.unwrap_or(0));
        let scope = role.scope(licensee, printer).unwrap();
        let phone = self.site.phone().with("content-type", FORM);
        signed_in(&self.site, phone, &name, role, scope).await
    }

    fn serial(&self, batch: usize, place: u32) -> String {
        self.site.serial(&self.batches[batch], place).to_string()
    }
}

async fn firm(site: &Site, uscc: &str, name: &str, contact: &str) -> Licensee {
    let mut particulars = Particulars::new(line(name), LegalBasis::GiProduct);
    particulars.forms = yuanmark::domain::form::Form::ALL.into_iter().collect();
    particulars.contact.person = Some(line(contact));
    let township = yuanmark::domain::township::Township::from_text("006").unwrap();
    let area = yuanmark::domain::area::Area::from_text("700000").unwrap();
    particulars.areas = [(township, area)].into();
    let new = NewLicensee {
        uscc: Uscc::new(uscc).unwrap(),
        particulars,
        state: LicenseeState::Active,
        date: "2026-01-05".parse().unwrap(),
        document: Some(line("公告2026年第1号")),
    };
    licensees::enter(&site.store, &call("test", morning()), new)
        .await
        .unwrap()
}

async fn order(site: &Site, licensee: &Licensee, key: &str) -> (Order, Batch) {
    let order = site.order_of_season(licensee, 10, this_season()).await;
    let batch = site.issue(&order, key).await.unwrap().batch;
    (order, batch)
}

async fn search(person: &Phone, asked: &str) -> Reply {
    let path = format!("/console/search?q={}", percent_encoded(asked));
    person.open(&path).await
}

/// Where a search leads at once.
async fn leads(person: &Phone, asked: &str) -> String {
    let reply = search(person, asked).await;
    assert_eq!(reply.status, 303, "{asked}: {}", reply.words());
    reply.header("location").unwrap().to_owned()
}

/// The addresses that a search lists.
async fn lists(person: &Phone, asked: &str) -> Vec<String> {
    let reply = search(person, asked).await;
    if reply.status == 303 {
        return vec![reply.header("location").unwrap().to_owned()];
    }
    assert_eq!(reply.status, 200, "{asked}: {}", reply.words());
    assert!(!reply.text().contains("<script>"), "{asked}");
    let cells = reply.text().split("\"><a href=\"").skip(1);
    cells
        .map(|cell| cell.split('"').next().unwrap().to_owned())
        .filter(|address| address.starts_with("/console/"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_or_scanned_leads_to_what_was_meant() {
    for story in Story::both().await {
        let registrar = story.person(Role::Registrar, None).await;
        let lot = story.site.lot(&story.batches[0], morning()).await;
        let mark = format!("/console/marks/{}", story.serial(0, 3));
        let code = story.site.code(&story.batches[0], 3);
        let serial = story.serial(0, 3);
        let digits = String::from_utf8(code.to_digits().to_vec()).unwrap();
        for asked in [
            serial.clone(),
            serial.to_lowercase().replace('-', " "),
            code.to_base64url(),
            digits.clone(),
            format!("https://v.example.cn/t/{}", code.to_base64url()),
            format!("HTTPS://V.EXAMPLE.CN/T/{digits}"),
            format!("{}-3", story.batches[0].number),
        ] {
            assert_eq!(leads(&registrar, &asked).await, mark, "{asked}");
        }
        let roll = format!("/console/containers/{}", story.roll.number);
        for (asked, address) in [
            (USCCS[0], "/console/licensees/1"),
            ("９１430981ma4text1xy", "/console/licensees/1"),
            ("湖畔", "/console/licensees/1"),
            ("沅江(虚构)", "/console/licensees/1"),
            ("王五", "/console/licensees/1"),
            (SCRIPT, "/console/licensees/2"),
            ("使用人 2", "/console/licensees/2"),
            ("订单 2", "/console/orders/2"),
            ("第2批", "/console/batches/2"),
            ("lot #1", &format!("/console/lots/{lot}")),
            ("l-1", &format!("/console/lots/{lot}")),
            ("卷001", &roll),
            ("箱 1", &roll),
            ("第二印刷", "/console/printers/2"),
            (USCCS[2], "/console/printers/2"),
        ] {
            assert_eq!(leads(&registrar, asked).await, address, "{asked}");
        }
        // Several meanings are listed by kind, the newest first.
        assert_eq!(
            lists(&registrar, "2").await,
            [
                "/console/licensees/2",
                "/console/orders/2",
                "/console/batches/2",
                "/console/printers/2"
            ]
        );
        let all = search(&registrar, "TEXT").await;
        for name in [
            "沅江（虚构）湖畔合作社",
            "虚构第二印刷厂",
            "赵六&#60;i&#62;",
        ] {
            assert!(all.text().contains(name), "{name}: {}", all.text());
        }
        assert!(!all.text().contains("<script>") && !all.text().contains("<i>"));
        assert!(
            all.text().contains("value=\"TEXT\""),
            "what was typed stays in the box"
        );

        // Nothing found, or nothing typed: what can be searched for.
        for asked in [
            "没有这样的东西",
            "",
            "%",
            "_",
            "'; DROP TABLE lots; --",
            "\0",
            &"1".repeat(600),
        ] {
            let reply = search(&registrar, asked).await;
            assert_eq!(reply.status, 200, "{asked}");
            assert!(
                reply.words().contains("可以查找"),
                "{asked}: {}",
                reply.words()
            );
        }
        let english = registrar.open("/console/search?q=nothing&lang=en").await;
        assert!(english.words().contains("What can be searched for"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_not_ours_is_told_as_what_it_is() {
    let story = Story::of(Site::any().await).await;
    let inspector = story.person(Role::Inspector, None).await;
    let code = story.site.code(&story.batches[0], 3);
    let foreign = crate::support::installation::Installation::new(
        crate::support::databases::TestDatabase::sqlite(),
    )
    .await;
    let forged = foreign.keys.signing_key(code.payload().key).unwrap();
    let forged = code.payload().sign(&forged).to_base64url();
    let reply = search(&inspector, &forged).await;
    assert!(
        reply.words().contains("没有一把本系统的密钥签过它"),
        "{}",
        reply.words()
    );

    let mut never = story.batches[0].clone();
    never.number = yuanmark::domain::mark::BatchNumber::new(99).unwrap();
    let leaked = story.site.code(&never, 3).to_base64url();
    let reply = search(&inspector, &leaked).await;
    assert!(
        reply.words().contains("没有一批标志包含它"),
        "{}",
        reply.words()
    );
    // The alarm is the office's.
    let licensee = story.person(Role::Licensee, Some(1)).await;
    let reply = search(&licensee, &leaked).await;
    assert!(!reply.words().contains("密钥"), "{}", reply.words());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_somebody_else_s_is_not_found() {
    for story in Story::both().await {
        story.site.lot(&story.batches[0], morning()).await;
        let (own, foreign) = (story.serial(0, 3), story.serial(1, 3));
        let licensee = story.person(Role::Licensee, Some(1)).await;
        let printer = story.person(Role::Printer, Some(1)).await;
        for person in [&licensee, &printer] {
            let mark = format!("/console/marks/{own}");
            assert_eq!(leads(person, &own).await, mark);
            assert_eq!(leads(person, "订单 1").await, "/console/orders/1");
            assert_eq!(leads(person, "batch 1").await, "/console/batches/1");
            assert_eq!(leads(person, "卷001").await, "/console/containers/1");
            assert_eq!(leads(person, "箱 1").await, "/console/containers/1");
            for asked in [
                foreign.as_str(),
                &format!("{}-3", story.batches[1].number),
                &story.site.link(&story.batches[1], 3),
                "订单 2",
                "第2批",
                "使用人 2",
                "承印方 2",
                "赵六",
                "alert",
                "第二印刷",
                USCCS[1],
                USCCS[2],
                "2",
            ] {
                assert_eq!(lists(person, asked).await, [""; 0], "{asked}");
            }
            for path in [
                format!("/console/marks/{foreign}"),
                "/console/batches/2".to_owned(),
                "/console/batches/3".to_owned(),
                "/console/batches/4294967295".to_owned(),
                format!(
                    "/console/marks/{}{}",
                    if own.starts_with('Z') { "Y" } else { "Z" },
                    &own[1..]
                ),
                "/console/marks/nothing".to_owned(),
                "/console/marks/%3Cscript%3E".to_owned(),
            ] {
                let reply = person.open(&path).await;
                assert_eq!((reply.status, reply.kind()), (404, "text/html"), "{path}");
            }
            let batches = person.open("/console/batches").await;
            assert!(batches.text().contains("href=\"/console/batches/1\""));
            assert!(!batches.text().contains("/console/batches/2"));
            // A filter leads out of nobody's scope.
            let batches = person.open("/console/batches?licensee=2").await;
            assert!(!batches.text().contains("/console/batches/2"));
        }
        // What a role may not read is not found either.
        assert_eq!(leads(&licensee, "L-1").await, "/console/lots/1");
        assert_eq!(lists(&licensee, "虚构彩印").await, [""; 0]);
        assert_eq!(lists(&printer, "L-1").await, [""; 0]);
        assert_eq!(lists(&printer, "湖畔").await, [""; 0]);
        assert_eq!(leads(&printer, "虚构彩印").await, "/console/printers/1");
        let by_lot = story
            .site
            .change(&story.batches[0], EventKind::Activated, "3", morning());
        by_lot.await.unwrap();
        for (person, is_told) in [(&licensee, true), (&printer, false)] {
            let page = person.open("/console/batches/1").await;
            assert_eq!(page.words().contains("生产批次"), is_told);
            let mark = person.open(&format!("/console/marks/{own}")).await;
            assert_eq!(mark.text().contains("L-1"), is_told);
        }

        let stranger = story.site.phone().open("/console/search?q=1").await;
        assert_eq!(stranger.status, 303);
        assert!(
            stranger
                .header("location")
                .unwrap()
                .starts_with("/console/sign-in?")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::too_many_lines)] // one story
async fn a_mark_s_page_tells_its_whole_life() {
    for story in Story::both().await {
        let site = &story.site;
        let batch = &story.batches[0];
        let registrar = story.person(Role::Registrar, None).await;
        let inspector = story.person(Role::Inspector, None).await;
        let serial = story.serial(0, 3);
        let path = format!("/console/marks/{serial}");
        let before = registrar.open(&path).await.words();
        for said in [
            "未激活",
            "尚未启用，请勿购买",
            "激活 登记使用",
            "结存",
            "查询次数0",
        ] {
            assert!(before.contains(said), "{said}: {before}");
        }

        site.change(batch, EventKind::Activated, "3", morning())
            .await
            .unwrap();
        let phone = site.phone();
        phone.check_in(430_900, &site.link(batch, 3)).await;
        site.phone().check(&site.link(batch, 3)).await;
        let mut frozen = yuanmark::service::marks::Change::new(
            EventKind::Withdrawn(Withdrawal::Frozen),
            yuanmark::service::marks::Which::Lines("3"),
            Some(batch.number),
        );
        frozen.reason = Some(line("核查<b>中"));
        frozen.document = Some(line("冻结2026-9"));
        let by = call("inspector", system::now());
        yuanmark::service::marks::change(&site.store, &site.keys, &by, &frozen)
            .await
            .unwrap();

        let page = registrar.open(&path.to_lowercase()).await;
        assert_eq!(page.status, 200);
        let words = page.words();
        for said in [
            "冻结",
            "已停用",
            "公开的原因核查",
            "沅江（虚构）湖畔合作社",
            "虚构彩印有限公司",
            "卷001",
            "L-1",
            "密钥 1（启用）",
            "查询次数2",
            "申请印制",
            "核准印制",
            "指定承印方",
            "制码",
            "发放数据包",
            "印制",
            "发放",
            "签收",
            "装入",
            "激活",
            "检验：合格、虚构检验所、检验2026-017",
            "第 1 次查询",
            "当时状态：有效；湖南；公众查询",
            "当时状态：有效；地点不详；公众查询",
            "文号：冻结2026-9",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        // In the order in which it happened.
        let (_, life) = words.split_once("经过").unwrap();
        let places: Vec<usize> = [
            "申请印制",
            "制码",
            "签收",
            "激活",
            "第 1 次查询",
            "第 2 次查询",
            "冻结",
        ]
        .iter()
        .map(|what| life.find(what).unwrap_or_else(|| panic!("{what}: {life}")))
        .collect();
        assert!(places.is_sorted(), "{places:?}: {life}");
        // Whose phone asked, and from where exactly, is nobody's business.
        let name = phone.name().unwrap();
        for never in [
            name.as_str(),
            "益阳",
            "430900",
            "<script>",
            "<b>中",
            "127.0.0.1",
        ] {
            assert!(!page.text().contains(never), "{never}");
        }
        for (link, is_there) in [
            ("/console/batches/1", true),
            ("/console/orders/1", true),
            ("/console/licensees/1", true),
            ("/console/printers/1", true),
            ("/console/containers/1", true),
            ("/console/lots/1", true),
            (
                &format!("/console/marks/do/used?lines={serial}") as &str,
                true,
            ),
            (
                &format!("/console/marks/do/undo_frozen?lines={serial}"),
                false,
            ),
            (
                &format!("/console/marks/do/delivered?lines={serial}"),
                false,
            ),
        ] {
            let link = format!("href=\"{link}\"");
            assert_eq!(
                page.text().contains(&link),
                is_there,
                "{link}: {}",
                page.text()
            );
        }
        // Who may, is offered the way back.
        let page = inspector.open(&path).await;
        assert!(
            page.text()
                .contains(&format!("/console/marks/do/undo_frozen?lines={serial}"))
        );
        assert!(!page.text().contains("/console/marks/do/used"));
        let english = inspector.open(&format!("{path}?lang=en")).await;
        for said in [
            "Withdrawn",
            "Unfreeze",
            "Query 1",
            "active at that time; Hunan; by the public",
            "Test: passed, 虚构检验所, 检验2026-017",
            "Key 1 (active)",
        ] {
            assert!(
                english.words().contains(said),
                "{said}: {}",
                english.words()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_scans_the_newest_are_told_and_the_others_counted() {
    for story in Story::both().await {
        let registrar = story.person(Role::Registrar, None).await;
        let mut tx = story.site.store.write().await.unwrap();
        let at = system::now().as_microsecond();
        execute(
            &mut tx,
            &format!(
                "INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at) \
                 VALUES (1, 7, 1060, {at} + 1, {at} + 1060)"
            ),
        )
        .await;
        let numbers = "WITH RECURSIVE n (query) AS (SELECT 1 UNION ALL SELECT query + 1 FROM n WHERE query < 1060)";
        execute(
            &mut tx,
            &format!(
                "{numbers} INSERT INTO scans (batch, mark_index, query, at, previous_at, state, channel) \
                 SELECT 1, 7, query, {at} + query, CASE WHEN query > 1 THEN {at} + query - 1 END, \
                 'not_activated', 'consumer' FROM n"
            ),
        )
        .await;
        tx.commit().await.unwrap();
        let path = format!("/console/marks/{}", story.serial(0, 7));
        let words = registrar.open(&path).await.words();
        assert!(
            words.contains("此前还有 1 010 次查询，未逐条列出"),
            "{words}"
        );
        assert!(words.contains("第 1060 次查询") && words.contains("第 1011 次查询"));
        assert!(!words.contains("第 1010 次查询"));
    }
}

/// What a page says, with the cells of its tables apart.
fn apart(page: &Reply) -> String {
    let reply = Reply {
        status: page.status,
        headers: page.headers.clone(),
        body: page.text().replace("</td>", " </td>").into_bytes(),
    };
    reply.words()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_s_page_tells_where_its_marks_are() {
    for story in Story::both().await {
        let site = &story.site;
        let registrar = story.person(Role::Registrar, None).await;
        site.change(&story.batches[0], EventKind::Activated, "2-5", morning())
            .await
            .unwrap();
        site.change(&story.batches[0], EventKind::Used, "4-6", morning())
            .await
            .unwrap();
        let page = registrar.open("/console/batches/1").await;
        assert_eq!(page.heading(), "标志第 1 批");
        let words = apart(&page);
        for said in [
            "0-1 2 未激活 结存",
            "2-3 2 有效 结存 1",
            "4-5 2 有效 已使用 1",
            "6 1 未激活 已使用",
            "7-9 3 未激活 结存",
            "卷001",
            "密钥 1（启用）",
            "沅江（虚构）湖畔合作社",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!page.text().contains("<u>"));
        let first = story.serial(0, 4);
        assert!(
            page.text()
                .contains(&format!("href=\"/console/marks/{first}\""))
        );
        let further = registrar.open("/console/batches/1?from=4").await;
        assert!(!further.text().contains("0-1"), "{}", further.words());
        let order = registrar.open("/console/orders/1").await;
        assert!(order.text().contains("href=\"/console/batches/1\""));
        let list = registrar.open("/console/batches?licensee=2").await;
        assert!(list.text().contains("/console/batches/2"));
        assert!(!list.text().contains("href=\"/console/batches/1\""));
        let other = this_season() + 1;
        let none = registrar
            .open(&format!("/console/batches?season={other}"))
            .await;
        assert!(!none.text().contains("/console/batches/1\""));
        _ = (&story.licensees, &story.orders);
    }
}
