//! Who may what: every page of the table asked by a person of every role, by nobody, and by sessions that are not open.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::SignedDuration;

use super::table::{self, Route};
use crate::support::databases::TestDatabase;
use crate::support::office::{Office, PEOPLE, Person};
use crate::support::server::percent_encoded;

/// Somebody for whom something else is due first.
async fn with_password_due(office: &Office) -> Person<'_> {
    let person = office.signed_in("inspector").await;
    let number = office.user("inspector").number;
    let sql = format!("UPDATE users SET must_change_password = 1 WHERE number = {number}");
    office.behind_its_back(&sql).await;
    person
}

async fn with_factor_due(office: &Office) -> Person<'_> {
    let number = office.user("second").number;
    let sql = format!("UPDATE users SET factor_salt = NULL WHERE number = {number}");
    let person = office.signed_in("second").await;
    office.behind_its_back(&sql).await;
    person
}

async fn with_expired_session(office: &Office) -> Person<'_> {
    let person = office.signed_in("registrar").await;
    let hours = SignedDuration::from_hours(13);
    office.age_sessions("registrar", hours, hours).await;
    person
}

/// What comes back, in short.
async fn answer(person: &Person<'_>, route: &Route, path: &str) -> String {
    let page = if route.is_read() {
        person.open(path).await
    } else {
        // Asks for the form with what was typed in it, which changes nothing.
        person.post(path, &[("resume", "1")]).await
    };
    let Some(to) = page.leads_to() else {
        return page.status.to_string();
    };
    let back = format!("?to={}", percent_encoded(path));
    let is_back = to.replace('-', "%2D").ends_with(&back.replace('-', "%2D"));
    match to.split_once('?') {
        Some((to, _)) if is_back => format!("{} {to}, and back", page.status),
        _ => format!("{} {}", page.status, shortened(to)),
    }
}

/// Numbers of this very installation say nothing.
fn shortened(to: &str) -> String {
    let parts = to.split('/').map(|part| {
        let (part, query) = part
            .split_once('?')
            .map_or((part, None), |(part, query)| (part, Some(query)));
        let is_number = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let part = if is_number { "{number}" } else { part };
        query.map_or_else(|| part.to_owned(), |query| format!("{part}?{query}"))
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_for_every_role() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let routes = table::all(&office);
    let mut seen: Vec<BTreeMap<String, Vec<String>>> = vec![BTreeMap::new(); routes.len()];
    let mut people: Vec<(String, Person<'_>)> = Vec::new();
    for (login, _) in PEOPLE {
        if login != "spare" {
            people.push((login.to_owned(), office.signed_in(login).await));
        }
    }
    let waiting = office.person("auditor");
    waiting.give_password().await.is_done();
    people.push((WAITING.to_owned(), waiting));
    people.push((NOBODY.to_owned(), office.person("nobody")));
    for (who, person) in &people {
        ask_all(&office, &routes, who, person, &mut seen).await;
    }
    // These take something away from others, so they come last, one after the other.
    let expired = with_expired_session(&office).await;
    ask_all(&office, &routes, EXPIRED, &expired, &mut seen).await;
    let due = with_password_due(&office).await;
    ask_all(&office, &routes, PASSWORD_DUE, &due, &mut seen).await;
    let due = with_factor_due(&office).await;
    ask_all(&office, &routes, FACTOR_DUE, &due, &mut seen).await;

    let mut text = "As usual: whoever is not in is led to where they get in, or finds what they typed there.\n".to_owned();
    for (usual, method) in [(USUAL_READ, "GET"), (USUAL_SENT, "POST")] {
        for (who, answer) in usual {
            writeln!(text, "    {method} {answer}: {who}").unwrap();
        }
    }
    for (route, answers) in routes.iter().zip(seen) {
        write_route(&mut text, route, answers);
    }
    insta::assert_snapshot!(text);
}

/// Who is not in, and what they usually get when they open a page.
const USUAL_READ: [(&str, &str); 5] = [
    (NOBODY, "303 /console/sign-in, and back"),
    (EXPIRED, "303 /console/sign-in, and back"),
    (WAITING, "303 /console/code, and back"),
    (PASSWORD_DUE, "303 /console/own/password"),
    (FACTOR_DUE, "303 /console/own/second-factor"),
];
/// And when they send a form.
const USUAL_SENT: [(&str, &str); 5] = [
    (NOBODY, "401"),
    (EXPIRED, "401"),
    (WAITING, "401"),
    (PASSWORD_DUE, "303 /console/own/password"),
    (FACTOR_DUE, "303 /console/own/second-factor"),
];
const NOBODY: &str = "(nobody)";
const EXPIRED: &str = "(expired)";
const WAITING: &str = "(waits for the code)";
const PASSWORD_DUE: &str = "(password due)";
const FACTOR_DUE: &str = "(second factor due)";

/// Writes down a route with all its answers; what is as usual in one word.
fn write_route(text: &mut String, route: &Route, mut answers: BTreeMap<String, Vec<String>>) {
    writeln!(text, "{} {} – {:?}", route.method, route.path, route.needs).unwrap();
    let usual = if route.is_read() {
        USUAL_READ
    } else {
        USUAL_SENT
    };
    let is_usual = usual.iter().all(|(who, answer)| {
        let found = answers.get(*answer);
        found.is_some_and(|all| all.iter().any(|one| one == who))
    });
    if is_usual {
        for (who, answer) in usual {
            let all = answers.get_mut(answer).unwrap();
            all.retain(|one| one != who);
        }
    }
    for (answer, who) in answers.iter().filter(|(_, who)| !who.is_empty()) {
        writeln!(text, "    {answer}: {}", who.join(" ")).unwrap();
    }
    let rest = if is_usual { "as usual" } else { "NOT as usual" };
    writeln!(text, "    whoever is not in: {rest}").unwrap();
}

async fn ask_all(
    office: &Office,
    routes: &[Route],
    who: &str,
    person: &Person<'_>,
    seen: &mut [BTreeMap<String, Vec<String>>],
) {
    // Signing out ends it: so that comes last.
    let (mut places, last): (Vec<usize>, Vec<usize>) =
        (0..routes.len()).partition(|place| routes[*place].path != "/console/sign-out");
    places.extend(last);
    for place in places {
        let route = &routes[place];
        let path = route.filled(office, |_, thing| thing.own.clone());
        let answer = answer(person, route, &path).await;
        seen[place].entry(answer).or_default().push(who.to_owned());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_a_page_with_a_way_out() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let licensee = office.signed_in("licensee").await;
    for language in ["zh", "en"] {
        let people = licensee
            .open(&format!("/console/people?lang={language}"))
            .await;
        people.is(403);
        assert_eq!(people.kind(), "text/html");
        assert!(people.text().contains("href=\"/console\""));
    }
}
