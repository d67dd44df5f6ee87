//! The audit trail: whatever is done, tried or refused leaves a step with who, what, before, after and from where; it
//! is found again, taken away as a table, and never changed.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::service::trail;
use yuanmark::store::trail::{Filter, Outcome, Step};

use super::table;
use crate::support::databases::{TestDatabase, number};
use crate::support::office::{Office, Person};

/// The newest step.
async fn newest(office: &Office) -> Step {
    let all = trail::list(&office.store, &Filter::default(), None, 1).await;
    all.unwrap().remove(0)
}

#[track_caller]
fn is(step: &Step, who: &Person<'_>, office: &Office, action: &str, outcome: Outcome) {
    assert_eq!(
        (step.action.as_str(), step.outcome),
        (action, outcome),
        "{step:?}"
    );
    assert_eq!(step.login, who.login, "{step:?}");
    assert_eq!(step.user, Some(office.user(&who.login).number), "{step:?}");
    assert!(step.network.starts_with("203.0.113."), "{step:?}");
    assert!(step.agent.starts_with("Mozilla/5.0"), "{step:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_leaves_a_step() {
    for office in Office::both().await {
        // Sign-ins, good and bad.
        let mut registrar = office.person("registrar");
        registrar.password = "not the password".to_owned();
        registrar.give_password().await.is(422);
        let step = newest(&office).await;
        assert_eq!(
            (step.action.as_str(), step.outcome),
            ("sign-in", Outcome::Failed)
        );
        assert_eq!((step.login.as_str(), step.user), ("registrar", None));
        assert_eq!(step.network, "203.0.113.3");
        office.person("Nobody at All").give_password().await.is(422);
        assert_eq!(newest(&office).await.login, "Nobody at All");
        let registrar = office.signed_in("registrar").await;
        is(
            &newest(&office).await,
            &registrar,
            &office,
            "sign-in",
            Outcome::Done,
        );
        let approver = office.person("approver");
        approver.give_password().await.is_done();
        approver.give_code("000000").await.is(422);
        is(
            &newest(&office).await,
            &approver,
            &office,
            "second-factor",
            Outcome::Failed,
        );
        let approver = office.signed_in("approver").await;
        is(
            &newest(&office).await,
            &approver,
            &office,
            "sign-in",
            Outcome::Done,
        );

        // A change of the ledger, with what was before and after.
        let order = office.placed(LicenseeNumber(1), "清水芦笋罐头").await;
        let path = format!("/console/orders/{order}/approve");
        let form = approver.open(&path).await.form();
        approver.send(&form).await.is_done();
        let step = newest(&office).await;
        is(&step, &approver, &office, "order_approved", Outcome::Done);
        assert_eq!(step.subject, Some(format!("order {order}")));
        assert!(step.old.unwrap().contains("\"placed\""));
        assert!(step.new.unwrap().contains("\"approved\""));
        assert!(step.entry.is_some());
        // What a rule refuses.
        let late = form.forge("request", "another");
        approver.send(&late).await.is(422);
        let step = newest(&office).await;
        is(&step, &approver, &office, "order.approve", Outcome::Refused);
        assert_eq!(step.subject.as_deref(), Some(path.as_str()));
        assert!(step.new.unwrap().contains("refused"));
        // What the role does not allow, and what is not there for the person.
        registrar.open("/console/people").await.is(403);
        is(
            &newest(&office).await,
            &registrar,
            &office,
            "user.manage",
            Outcome::Refused,
        );
        let other = office.signed_in("other-licensee").await;
        other
            .open(&format!("/console/orders/{order}"))
            .await
            .is(404);
        is(
            &newest(&office).await,
            &other,
            &office,
            "order.read",
            Outcome::Refused,
        );
        // A mistyped field is nobody's business.
        let last = newest(&office).await.number;
        registrar
            .post("/console/licensees/new", &[("name", "")])
            .await
            .is(422);
        assert_eq!(newest(&office).await.number, last);
        // Tables that are taken away.
        registrar
            .open("/console/orders/table?format=csv")
            .await
            .is(200);
        let step = newest(&office).await;
        is(&step, &registrar, &office, "export", Outcome::Done);
        assert_eq!(step.subject.as_deref(), Some("orders"));
        people_leave_steps(&office).await;
        // And signing out.
        registrar.post("/console/sign-out", &[]).await.is_done();
        is(
            &newest(&office).await,
            &registrar,
            &office,
            "sign-out",
            Outcome::Done,
        );
    }
}

async fn people_leave_steps(office: &Office) {
    let administrator = office.signed_in("administrator").await;
    let spare = format!("/console/people/{}", office.user("spare").number);
    let path = format!("{spare}/change");
    let form = administrator
        .open(&path)
        .await
        .form()
        .fill("name", "新的姓名");
    administrator.send(&form).await.is_done();
    let step = newest(office).await;
    is(&step, &administrator, office, "user-change", Outcome::Done);
    assert_eq!(step.subject.as_deref(), Some("user spare"));
    assert!(step.old.unwrap().contains("测试人员 spare"));
    assert!(step.new.unwrap().contains("新的姓名"));
    for (what, action) in [
        ("password", "user-reset-password"),
        ("second-factor", "user-reset-second-factor"),
        ("sessions", "sign-out-everywhere"),
    ] {
        let path = format!("{spare}/{what}");
        let form = administrator.open(&path).await.form();
        let page = administrator.send(&form).await;
        assert!([200, 303].contains(&page.status));
        let step = newest(office).await;
        is(&step, &administrator, office, action, Outcome::Done);
        assert_eq!(step.subject.as_deref(), Some("user spare"));
        // Never a password, nor anything that proves who somebody is.
        let told = format!("{:?}{:?}", step.old, step.new);
        assert!(
            !told.contains("argon2") && !told.contains("password"),
            "{told}"
        );
    }
    let form = administrator.open("/console/people/new").await.form();
    let form = form
        .fill("login", "wang.min")
        .fill("name", "王敏")
        .fill("role", "inspector");
    administrator.send(&form).await.is(200);
    is(
        &newest(office).await,
        &administrator,
        office,
        "user-add",
        Outcome::Done,
    );
    let form = administrator.open("/console/own/tokens/new").await.form();
    let form = form
        .fill("purpose", "月报")
        .fill("last_day", &today())
        .tick("permissions", "trail.read");
    let page = administrator.send(&form).await;
    let step = newest(office).await;
    is(&step, &administrator, office, "token-make", Outcome::Done);
    let (_, token) = page.is(200).text().split_once("ym_").unwrap();
    let secret = token.split_once('<').unwrap().0;
    assert!(!format!("{step:?}").contains(secret));
    let form = administrator
        .open("/console/own/tokens/1/revoke")
        .await
        .form();
    administrator.send(&form).await.is_done();
    is(
        &newest(office).await,
        &administrator,
        office,
        "token-revoke",
        Outcome::Done,
    );
    let form = administrator.open("/console/own/password").await.form();
    let form = form
        .fill("present", "not the present one")
        .fill("new", "reeds in the early morning");
    administrator
        .send(&form.clone().fill("again", "reeds in the early morning"))
        .await
        .is(422);
    // The rule's refusal comes on top of the failure to prove oneself.
    let last = trail::list(&office.store, &Filter::default(), None, 2)
        .await
        .unwrap();
    is(
        &last[1],
        &administrator,
        office,
        "password-change",
        Outcome::Failed,
    );
    let form = form
        .fill("present", &administrator.password)
        .fill("again", "reeds in the early morning");
    administrator.send(&form).await.is_done();
    is(
        &newest(office).await,
        &administrator,
        office,
        "password-change",
        Outcome::Done,
    );
}

/// How many steps there are.
async fn count(office: &Office) -> i64 {
    let mut tx = office.store.read().await.unwrap();
    number(&mut tx, "SELECT count(*) FROM trail").await
}

/// Every form that there is, filled in as well as may be: whichever was done has left a step.
#[tokio::test(flavor = "multi_thread")]
async fn no_form_is_done_without_a_step() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let mut done = 0;
    for login in [
        "registrar",
        "approver",
        "second",
        "administrator",
        "licensee",
        "printer",
        "inspector",
    ] {
        let person = office.signed_in(login).await;
        for route in table::all(&office).iter().filter(|route| route.is_read()) {
            // Ending one's own session would end this.
            if route.path.starts_with("/console/own") && !route.path.contains("token") {
                continue;
            }
            let path = route.filled(&office, |_, thing| thing.own.clone());
            for form in person.open(&path).await.forms() {
                let mut form = form.plausible();
                if form.has("name") {
                    form = form.fill("name", "另一个名称");
                }
                let before = count(&office).await;
                let mut page = person.send(&form).await;
                if let Some(form) = page.forms().into_iter().find(|form| form.has("confirmed")) {
                    page = person.send(&form).await;
                }
                if page.status == 303 {
                    assert!(count(&office).await > before, "{login} {path}: {form:?}");
                    is_of(&newest(&office).await, &person);
                    done += 1;
                }
            }
        }
    }
    assert!(done >= 3, "{done} were done");
}

/// Every table and file that there is: whichever was taken away has left a step.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_taken_away_without_a_step() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let mut taken = 0;
    for login in ["auditor", "registrar", "licensee", "printer"] {
        let person = office.signed_in(login).await;
        for route in table::all(&office).iter().filter(|route| route.is_read()) {
            let path = route.filled(&office, |_, thing| thing.own.clone());
            let before = count(&office).await;
            let page = person.open(&path).await;
            if page.header("content-disposition").is_some() {
                assert!(count(&office).await > before, "{login} {path}");
                is_of(&newest(&office).await, &person);
                taken += 1;
            }
        }
    }
    assert!(taken >= 5, "{taken} were taken");
}

#[track_caller]
fn is_of(step: &Step, person: &Person<'_>) {
    assert_eq!(
        (step.login.as_str(), step.outcome),
        (person.login.as_str(), Outcome::Done),
        "{step:?}"
    );
}

fn today() -> String {
    let now = yuanmark::service::system::now();
    yuanmark::domain::calendar::day_of(now).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_step_is_ever_changed_or_removed() {
    for office in Office::both().await {
        office.signed_in("registrar").await;
        let before = newest(&office).await;
        for sql in [
            "UPDATE trail SET login = 'somebody-else'",
            "UPDATE trail SET at = at - 1 WHERE number = 1",
            "DELETE FROM trail WHERE number = 1",
            "DELETE FROM trail",
            "INSERT INTO trail SELECT * FROM trail WHERE number > 0 ON CONFLICT (number) DO UPDATE SET login = 'x'",
            "INSERT OR REPLACE INTO trail SELECT * FROM trail WHERE number = 1",
            "TRUNCATE trail",
        ] {
            let error = refusal_of(&office, sql).await;
            // Each database has a word that the other does not know.
            let is_strange = error.contains("syntax error");
            assert!(
                error.contains("only ever added to") || is_strange,
                "{sql}: {error}"
            );
        }
        assert_eq!(newest(&office).await, before);
        let first = trail::get(&office.store, 1).await.unwrap();
        assert_ne!(first.login, "x");
    }
}

/// What the database says to a statement that it must refuse.
async fn refusal_of(office: &Office, sql: &str) -> String {
    use yuanmark::store::Tx;
    let text = sqlx::AssertSqlSafe(sql.to_owned());
    let mut tx = office.store.write().await.unwrap();
    let done = match &mut tx {
        Tx::Sqlite(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(drop),
        Tx::Postgres(tx) => sqlx::raw_sql(text).execute(&mut **tx).await.map(drop),
    };
    done.expect_err(sql).to_string()
}

/// The names and actions that a list shows.
fn rows(page: &crate::support::office::Page) -> Vec<Vec<String>> {
    let rows = page.is(200).text().split("<tr>").skip(2);
    let cells = |row: &str| {
        let cells = row.split("<td").skip(1);
        let text = |cell: &str| {
            let (_, text) = cell.split_once('>').unwrap();
            let text = text.split_once("</td>").unwrap().0;
            let text = text.rsplit_once("</a>").map_or(text, |(link, _)| link);
            let text = text.rsplit_once("</span>").map_or(text, |(word, _)| word);
            let text = text.rsplit_once('>').map_or(text, |(_, text)| text);
            crate::support::html::decoded(text.trim())
        };
        cells.map(text).collect::<Vec<_>>()
    };
    rows.map(cells).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_found_and_taken_away() {
    for office in Office::both().await {
        let registrar = office.signed_in("registrar").await;
        registrar.open("/console/people").await.is(403);
        registrar
            .open("/console/orders/table?format=csv")
            .await
            .is(200);
        let mut guesser = office.person("inspector");
        guesser.password = "=1+1 a wrong one".to_owned();
        guesser.give_password().await.is(422);
        office
            .person("=HYPERLINK(\"http://x\")")
            .give_password()
            .await
            .is(422);
        // The first of them was long ago.
        let auditor = office.signed_in("auditor").await;
        let find =
            async |query: &str| rows(&auditor.open(&format!("/console/trail?{query}")).await);
        let all = find("").await;
        assert!(all.len() > 10);
        for (query, column, value) in [
            ("login=registrar", 2, "registrar"),
            ("action=sign-in", 3, "登录"),
            ("subject=user+spare", 4, "用户 spare"),
            ("outcome=refused", 5, "被拒"),
            ("outcome=failed&login=inspector", 5, "失败"),
            ("login=registrar&action=export", 3, "导出"),
        ] {
            let found = find(query).await;
            assert!(
                !found.is_empty() && found.len() < all.len(),
                "{query}: {found:?}"
            );
            for row in found {
                assert_eq!(row[column], value, "{query}");
            }
        }
        assert!(find("login=nobody-ever").await.is_empty());
        // The office was furnished on 2 April; everything at the console was today.
        let today = today();
        let then = find("from=2026-04-02&until=2026-04-02").await;
        assert!(
            then.iter().all(|row| row[1].starts_with("2026-04-02")),
            "{then:?}"
        );
        let now = find(&format!("from={today}&until={today}")).await;
        assert!(now.iter().all(|row| row[1].starts_with(&today)), "{now:?}");
        assert!(!then.is_empty() && !now.is_empty());
        assert!(find("until=2026-04-01").await.is_empty());
        tables_open(&auditor, &today).await;
    }
}

/// The same as a table, for readers that we did not write.
async fn tables_open(auditor: &Person<'_>, today: &str) {
    let path = "/console/trail/table?outcome=failed";
    let csv = auditor.open(&format!("{path}&format=csv")).await;
    assert_eq!(csv.is(200).kind(), "text/csv");
    assert!(
        csv.header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
    let text = csv.text().trim_start_matches('\u{feff}');
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 2, "{text}");
    let logins: Vec<&str> = records.iter().map(|record| &record[2]).collect();
    assert_eq!(logins[1], "inspector");
    assert!(
        records
            .iter()
            .all(|record| record[1].starts_with(today) && &record[5] == "失败")
    );
    // A name that was tried is no formula in anybody's spreadsheet.
    assert!(
        logins[0].contains("HYPERLINK") && !logins[0].starts_with('='),
        "{logins:?}"
    );

    let xlsx = auditor.open(path).await;
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(xlsx.is(200).body.clone())).unwrap();
    let sheet = book.worksheet_range("操作日志").unwrap();
    let texts = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = sheet.rows().map(texts).collect();
    let head = all.iter().position(|row| row[0] == heads[0]).unwrap();
    assert_eq!(all.len() - head - 1, 2, "{all:?}");
    assert_eq!(all[head + 2][2], "inspector");
    assert!(
        book.worksheet_formula("操作日志")
            .unwrap()
            .used_cells()
            .next()
            .is_none()
    );
    // The export itself stands in the trail.
    let found = rows(
        &auditor
            .open("/console/trail?login=auditor&action=export")
            .await,
    );
    assert_eq!(found.len(), 2);
    assert_eq!(found[0][4], "操作日志");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_auditors_and_administrators_see_the_trail() {
    let office = Office::of_people(TestDatabase::sqlite()).await;
    for login in [
        "approver",
        "second",
        "registrar",
        "printer",
        "licensee",
        "inspector",
    ] {
        let person = office.signed_in(login).await;
        for path in ["/console/trail", "/console/trail/1", "/console/trail/table"] {
            person.open(path).await.is(403);
        }
    }
}
