//! The console's start page and reports, as different people see them.

use yuanmark::domain::access::password::Password;
use yuanmark::domain::access::{Login, Role, Scope};
use yuanmark::domain::event::EventKind;
use yuanmark::domain::form::Form;
use yuanmark::domain::mark::MarkCount;
use yuanmark::domain::order::{Batch, NewOrder};
use yuanmark::domain::season::Season;
use yuanmark::service::people::accounts::{self, NewUser};
use yuanmark::service::people::sign_in::{self, Attempt};
use yuanmark::service::trail::Origin;
use yuanmark::service::{orders, system};
use yuanmark::store::user;

use crate::support::installation::{call, line};
use crate::support::server::{Phone, Reply, Site, percent_encoded, this_season};

const PASSWORD: &str = "seven reeds by the river";

/// Somebody of this role at the console, signed in and with nothing due.
async fn somebody(site: &Site, role: Role, scope: Scope) -> Phone {
    named(site, role.slug(), role, scope).await
}

/// The same under a name of its own.
async fn named(site: &Site, login: &str, role: Role, scope: Scope) -> Phone {
    let (store, now) = (&site.store, system::now());
    let new = NewUser {
        login: Login::new(login).unwrap(),
        name: line("虚构人"),
        role,
        scope,
    };
    let origin = Origin::stranger(login, "127.0.0.1", "test");
    let password = Password::new(PASSWORD, &new.login).unwrap();
    let (person, _) = accounts::add(store, &origin, now, new, Some(password))
        .await
        .unwrap();
    let Attempt::Begun { cookie, .. } =
        sign_in::begin(store, &origin, PASSWORD, now).await.unwrap()
    else {
        panic!("{login} cannot sign in");
    };
    if role.needs_second_factor() {
        let mut tx = store.write().await.unwrap();
        let mut credentials = user::credentials(&mut tx, person.number).await.unwrap();
        credentials.factor_salt = Some([7; 16]);
        user::set_credentials(&mut tx, person.number, &credentials)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    let phone = site
        .phone()
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "application/x-www-form-urlencoded");
    phone.set_cookie("__Host-session", &cookie);
    phone
}

async fn send(phone: &Phone, path: &str, fields: &[(&str, &str)]) -> Reply {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
        .collect();
    phone.ask("POST", path, pairs.join("&").into_bytes()).await
}

/// 100 labels are with their licensee, 60 activated, 40 used.
async fn season(site: &Site) -> Batch {
    let batch = site.printed(100).await;
    let change = async |event, lines| {
        site.change(&batch, event, lines, system::now())
            .await
            .unwrap();
    };
    change(EventKind::Activated, "0-59").await;
    change(EventKind::Used, "0-39").await;
    batch
}

/// What a page says, cell by cell.
fn words(reply: &Reply) -> String {
    let mut words = String::new();
    for part in reply.text().split('<') {
        let said = part.split_once('>').map_or(part, |(_, said)| said);
        for word in said.split_whitespace() {
            words.push_str(word);
            words.push(' ');
        }
    }
    words
}

/// What a page says, or a failure that shows it.
async fn says(phone: &Phone, path: &str, wanted: &[&str]) -> String {
    let reply = phone.open(path).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    let words = words(&reply);
    for text in wanted {
        assert!(words.contains(text), "{path} lacks {text}: {words}");
    }
    words
}

#[tokio::test(flavor = "multi_thread")]
async fn a_season_is_told_with_its_targets_once_somebody_has_entered_the_figures() {
    for site in Site::both().await {
        season(&site).await;
        let year = this_season();
        let approver = somebody(&site, Role::Approver, Scope::All).await;
        let steps = [
            "印制合格 100 100.0 %",
            "发放 100 100.0 %",
            "激活 60 60.0 %",
            "使用 40 66.6 %",
        ];
        says(&approver, "/console/reports", &steps).await;
        says(&approver, "/console/reports", &["尚未填报规划数据"]).await;

        let form = says(&approver, "/console/reports/figures", &["产区生产者"]).await;
        assert!(!form.contains("请改正"));
        let fields = |producers| {
            [
                ("request", "one"),
                ("upon", "0"),
                (
                    "season",
                    Box::leak(year.to_string().into_boxed_str()) as &str,
                ),
                ("producers", producers),
                ("output", "1"),
                ("document", "统计2026-1"),
            ]
        };
        let wrong = send(&approver, "/console/reports/figures", &fields("0")).await;
        assert_eq!(wrong.status, 422);
        assert!(
            wrong.text().contains("value=\"统计2026-1\""),
            "what was typed stays"
        );
        let done = send(&approver, "/console/reports/figures", &fields("2")).await;
        assert_eq!(done.status, 303, "{}", done.text());
        let late = send(
            &approver,
            "/console/reports/figures",
            &[("request", "two")]
                .into_iter()
                .chain(fields("3").into_iter().skip(1))
                .collect::<Vec<_>>(),
        )
        .await;
        assert_eq!(late.status, 422);
        assert!(words(&late).contains("规划数据现行版本已是第 1 版"));

        let told = ["50.0 %，未达目标", "1.7 %，未达目标", "（第 1 版）"];
        says(&approver, "/console/reports", &told).await;
        says(
            &approver,
            "/console/reports?lang=en",
            &["50.0 %, the target is missed", "(version 1)"],
        )
        .await;
        says(
            &approver,
            "/console/reports/figures/all?lang=zh",
            &["统计2026-1"],
        )
        .await;
        let one = says(
            &approver,
            "/console/reports?licensee=1",
            &["仅统计：虚构芦笋企业 0（1）"],
        )
        .await;
        assert!(!one.contains("规划目标："), "the targets are over all");
        let none = "/console/reports?licensee=9&lang=zh";
        let none = says(&approver, none, &["没有合法使用人 9"]).await;
        assert!(!none.contains("规划目标："), "of none, nothing is told");
        says(
            &approver,
            "/console/reports/licensees",
            &["虚构芦笋企业 0（1）", "40 0.0 t"],
        )
        .await;

        let list = approver.open("/console/reports/licensees").await;
        let field = format!("name=\"season\" value=\"{year}\"");
        assert!(
            list.text().contains(&field),
            "the season that is shown stands in its field"
        );

        let table = approver
            .open("/console/reports/licensees/table?format=csv")
            .await;
        assert_eq!((table.status, table.kind()), (200, "text/csv"));
        let row = table.text().lines().nth(1).unwrap().trim_end().to_owned();
        assert!(row.ends_with(",100,100,100,60,40,17000,0"), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_and_scans_are_told_in_pictures_and_tables() {
    for site in Site::both().await {
        let batch = season(&site).await;
        for place in [0, 0, 1] {
            let code = site.link(&batch, place);
            site.phone().check_in(430_900, &code).await;
        }
        site.phone().check(&site.link(&batch, 99)).await;
        let registrar = somebody(&site, Role::Registrar, Scope::All).await;
        says(
            &registrar,
            "/console/reports/stock",
            &["虚构芦笋企业 0（1） 60 0 0 0 60"],
        )
        .await;
        says(
            &registrar,
            "/console/reports/stock/all",
            &["虚构芦笋企业 0（1） 60"],
        )
        .await;
        let last = this_season() - 1;
        let none = format!("/console/reports/stock?season={last}");
        says(&registrar, &none, &["没有结存的标志"]).await;
        let stock = registrar
            .open("/console/reports/stock/table?format=csv")
            .await;
        assert!(stock.text().contains(",60,0,0,0"), "{}", stock.text());

        let scans = ["公众查询共 4 次", "湖南 3 0 3", "地点未知 0 1 1"];
        says(&registrar, "/console/reports/scans", &scans).await;
        let english = ["Hunan 3 0 3", "Place not known 0 1 1"];
        says(&registrar, "/console/reports/scans?lang=en", &english).await;
        let old = "/console/reports/scans?lang=zh&from=2020-01-01&until=2020-12-31";
        says(
            &registrar,
            old,
            &["2020-10-01 至 2020-12-31，公众查询共 0 次"],
        )
        .await;
        let table = registrar
            .open("/console/reports/scans/table?format=csv")
            .await;
        assert!(table.text().contains("按省份,湖南,3,0"), "{}", table.text());
        let page = registrar.open("/console/reports/scans").await;
        assert!(page.text().contains("<svg ") && !page.text().contains("style=\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_of_others_are_for_those_who_may_see_them() {
    let site = Site::any().await;
    let batch = season(&site).await;
    let other = site.licensee(1).await;
    let inspector = somebody(&site, Role::Inspector, Scope::All).await;
    let licensee = somebody(&site, Role::Licensee, Scope::Licensee(other.number)).await;
    for report in [
        "",
        "/licensees",
        "/stock",
        "/stock/all",
        "/scans",
        "/figures/all",
    ] {
        let path = format!("/console/reports{report}");
        assert_eq!(inspector.open(&path).await.status, 200, "{path}");
        assert_eq!(licensee.open(&path).await.status, 403, "{path}");
    }
    for table in ["licensees", "stock", "scans"] {
        let path = format!("/console/reports/{table}/table?format=csv");
        // The one may not take away what it sees, the other may not see what it could take away.
        assert_eq!(inspector.open(&path).await.status, 403, "{path}");
        assert_eq!(licensee.open(&path).await.status, 403, "{path}");
    }
    assert_eq!(inspector.open("/console/reports/figures").await.status, 403);

    // On the start page everybody sees their own.
    let own = says(&licensee, "/console", &["本单位从额度到使用", "标志结存"]).await;
    assert!(!own.contains("100") && !own.contains("60"), "{own}");
    let first = Scope::Licensee(batch.licensee);
    let owner = named(&site, "owner", Role::Licensee, first).await;
    let told = [
        "标志待激活",
        "40",
        "已激活待登记使用",
        "20",
        "使用 40 66.6 %",
        "结存 60",
    ];
    says(&owner, "/console", &told).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_leads_to_the_next_step() {
    let site = Site::any().await;
    let licensee = site.licensee(0).await;
    let placed = site.order(&licensee, 5).await;
    let new = NewOrder {
        licensee: licensee.number,
        season: Season::new(this_season()).unwrap(),
        form: Form::Canned,
        product: line("<script>芦笋</script>"),
        quantity: MarkCount::new(7).unwrap(),
        market: None,
    };
    let by = call("员工", system::now());
    let order = orders::place(&site.store, &by, new).await.unwrap().number;
    let approver = somebody(&site, Role::Approver, Scope::All).await;
    let page = approver.open("/console").await;
    let words = words(&page);
    assert!(words.contains(&format!("订单待核准 {order}")), "{words}");
    assert!(
        words.contains("还有 10 个工作日") && words.contains("工作目标"),
        "{words}"
    );
    assert!(!page.text().contains("<script>"), "names stay names");
    let step = format!("/console/orders/{order}/approve");
    assert!(page.text().contains(&format!("href=\"{step}\"")));
    assert_eq!(approver.open(&step).await.status, 200);
    says(
        &approver,
        "/console?lang=en",
        &["Order to approve", "10 working days left"],
    )
    .await;

    let registrar = somebody(&site, Role::Registrar, Scope::All).await;
    let words = says(&registrar, "/console", &["订单待指定承印方", "逾期"]).await;
    assert!(words.contains(&placed.number.to_string()));
    assert!(!words.contains("订单待核准"), "that waits for others");
    let auditor = somebody(&site, Role::Auditor, Scope::All).await;
    says(
        &auditor,
        "/console",
        &["审计员没有待办事项", "订单待指定承印方"],
    )
    .await;
    let administrator = somebody(&site, Role::Administrator, Scope::All).await;
    says(&administrator, "/console", &["目前没有待办事项"]).await;
}
