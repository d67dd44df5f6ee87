//! What is not theirs does not exist for them: every id of every address as the other firm's person and the other
//! printer's person try it. The answer is the very one that a number gets which was never given.

use super::table::{self, Route};
use crate::support::databases::TestDatabase;
use crate::support::office::{Office, Page, Person, Thing};

/// What of an answer could tell one thing from another.
fn told(page: &Page) -> (u16, String) {
    let text = String::from_utf8_lossy(&page.body).into_owned();
    (page.status, text)
}

async fn ask(person: &Person<'_>, route: &Route, path: &str) -> Page {
    if route.is_read() {
        return person.open(path).await;
    }
    let typed = [
        ("request", "1"),
        ("confirmed", "1"),
        ("reason", "无"),
        ("date", "2026-04-02"),
    ];
    person.post(path, &typed).await
}

/// The ways to name at least one foreign thing in an address: for each parameter whether it is foreign.
fn mixtures(things: &[&Thing]) -> Vec<Vec<bool>> {
    let all = 1..1u32 << things.len();
    let mixed = all.map(|bits| (0..things.len()).map(move |place| bits >> place & 1 == 1));
    let mixed = mixed.map(Iterator::collect::<Vec<bool>>);
    // What is nobody's cannot be foreign.
    mixed
        .filter(|mixture| {
            let mut pairs = mixture.iter().zip(things);
            pairs.all(|(is_foreign, thing)| !is_foreign || thing.is_owned())
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_id_is_an_id_that_was_never_given() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let mut tried = 0;
    for login in ["other-licensee", "other-printer"] {
        let person = office.signed_in(login).await;
        let role = office.user(login).role;
        for route in table::all(&office) {
            let parameters = route.parameters();
            let things: Vec<&Thing> = parameters
                .iter()
                .map(|parameter| &office.things[parameter.as_str()])
                .collect();
            for mixture in mixtures(&things) {
                let with = |foreign: fn(&Thing) -> &String| {
                    route.filled(&office, |place, thing| {
                        let is_foreign = mixture[place];
                        if is_foreign {
                            foreign(thing).clone()
                        } else {
                            thing.foreign.clone()
                        }
                    })
                };
                // To these people what the office calls its own is foreign.
                let (path, none) = (with(|thing| &thing.own), with(|thing| &thing.never));
                let what = format!("{login}: {} {path}", route.method);
                let page = ask(&person, &route, &path).await;
                let never = ask(&person, &route, &none).await;
                let may = route
                    .permission()
                    .is_none_or(|permission| role.may(permission));
                let is_of_another_role = page.status == 403 && (!may || path.contains("/steps/"));
                assert!(
                    page.status == 404 || is_of_another_role,
                    "{what}: {} {}",
                    page.status,
                    page.text()
                );
                assert_eq!(told(&page), told(&never), "{what}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 50, "{tried}");
}

/// Lists and tables hold nothing of the other firm, whatever the address asks for.
#[tokio::test(flavor = "multi_thread")]
async fn no_list_shows_what_is_another_s() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    let placed = office
        .placed(
            office.user("licensee").scope.licensee().unwrap(),
            "外人不得见之货",
        )
        .await;
    let own = &office.things;
    let mut asked = 0;
    for login in ["other-licensee", "other-printer"] {
        let person = office.signed_in(login).await;
        for route in table::all(&office) {
            if !route.is_read() || !route.parameters().is_empty() {
                continue;
            }
            for query in [
                String::new(),
                "?format=csv".to_owned(),
                "?q=外人不得见".to_owned(),
                format!("?format=csv&licensee={}", own["licensees/{licensee}"].own),
                format!("?format=csv&printer={}", own["printers/{printer}"].own),
                format!(
                    "?licensee={}&order={placed}",
                    own["licensees/{licensee}"].own
                ),
                format!(
                    "?printer={}&order={}",
                    own["printers/{printer}"].own, own["orders/{order}"].own
                ),
                format!(
                    "?lot={}&batch={}",
                    own["lots/{lot}"].own, own["batches/{batch}"].own
                ),
                format!("?q={}", own["marks/{serial}"].own),
            ] {
                let path = format!("{}{query}", route.path);
                let page = person.open(&path).await;
                let text = String::from_utf8_lossy(&page.body);
                // Names of the other firm's; what was asked for stands in the page's own links and fields.
                for leak in ["外人不得见之货", "虚构芦笋企业 0", "虚构彩印有限公司"]
                {
                    assert!(!text.contains(leak), "{login} {path}: {leak}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 100, "{asked}");
}
