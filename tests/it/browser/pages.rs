//! Every page of the console in every look, without a fault that axe-core finds. The pages are those of the server's own
//! table of routes: a page that is added is looked at without anyone thinking of it.

use axum::http::Method;
use serde_json::{Value, json};
use yuanmark::domain::access::{Permission, Role};
use yuanmark::http::console::guard::Needs;
use yuanmark::http::console::routes;

use super::office::Office;
use super::{KEEP, pictures, run};

/// Who looks at a page: the first of these that may.
const LOOKING: [Role; 8] = [
    Role::Registrar,
    Role::Approver,
    Role::SecondApprover,
    Role::Administrator,
    Role::Auditor,
    Role::Printer,
    Role::Licensee,
    Role::Inspector,
];

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_chinese() {
    Box::pin(look("zh-CN")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_accessible_in_english() {
    Box::pin(look("en-GB")).await;
}

async fn look(language: &str) {
    let office = Office::open().await;
    let given = json!({
        "address": office.url(),
        "scripts": true,
        "language": language,
        "people": office.people(),
        "pages": pages(&office),
        "pictures": pictures().join(language),
        "keep": std::env::var_os(KEEP).map(std::path::PathBuf::from),
    });
    run("pages.js", given).await;
}

fn page(address: &str, who: &str, status: u16) -> Value {
    json!({ "address": address, "who": who, "status": status })
}

/// Addresses, who opens each, and with which status it is answered.
fn pages(office: &Office) -> Vec<Value> {
    let listed = routes::pages(office.site().app()).listed;
    let mut pages = vec![
        page("/console/nowhere", "nobody", 404),
        page("/console/orders/999999", "registrar", 404),
        page("/console/people", "registrar", 403),
    ];
    for (method, path, needs) in listed {
        if method != Method::GET {
            continue;
        }
        for who in looking(path, needs) {
            for address in filled(office, path, who) {
                pages.push(page(&address, who, 200));
            }
        }
    }
    pages
}

fn looking(path: &str, needs: Needs) -> Vec<&'static str> {
    let who = |permission: Permission| LOOKING.iter().find(|role| role.may(permission));
    match needs {
        Needs::Nobody => vec!["nobody"],
        Needs::Session => vec!["waiting"],
        // The start page is another one for each.
        Needs::Person if path == "/console" => LOOKING.iter().map(|role| role.slug()).collect(),
        // What may be done there follows from the step.
        _ if path.ends_with("/steps/{step}") => vec!["registrar", "approver"],
        Needs::Open | Needs::Person => vec![Role::Approver.slug()],
        // A table is taken away, not looked at.
        Needs::Take(_) => Vec::new(),
        Needs::AnyOf(any) => any
            .iter()
            .filter_map(|one| who(*one))
            .map(|role| role.slug())
            .take(1)
            .collect(),
        Needs::May(permission) => who(permission)
            .map(|role| role.slug())
            .into_iter()
            .collect(),
    }
}

/// The address with its parameters filled in. A file is looked at in its different states, its forms once.
fn filled(office: &Office, path: &str, who: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let (name, after) = rest.split_once('}').unwrap();
    let mut values = values(office, before, name, who);
    if after == "/pack" || after == "/reopen" {
        values.reverse(); // of an order that has one, of what is over
    }
    if !after.is_empty() {
        values.truncate(1);
    }
    let addresses = values.iter().map(|value| format!("{before}{value}{after}"));
    addresses
        .flat_map(|address| filled(office, &address, who))
        .collect()
}

fn values(office: &Office, before: &str, name: &str, who: &str) -> Vec<String> {
    let one = |value: &dyn ToString| vec![value.to_string()];
    match name {
        "licensee" if who == "second_approver" => one(&office.proposed.number),
        "licensee" => [&office.licensee, &office.proposed, &office.applicant]
            .map(|licensee| licensee.number.to_string())
            .into(),
        "order" => office
            .orders
            .iter()
            .map(|order| order.number.to_string())
            .collect(),
        "batch" => one(&office.batch.number),
        "printer" => one(&office.printer.number),
        "template" => ["30x40", "20x20"].map(str::to_owned).into(),
        "season" => one(&office.batch.season),
        "form" => one(&office.batch.form.slug()),
        "mark" | "serial" => one(&office.site().serial(&office.batch, 7)),
        "step" if before.contains("/licensees/") && who == "registrar" => one(&"review"),
        "step" if before.contains("/licensees/") => {
            ["order-correction", "exit"].map(str::to_owned).into()
        }
        // The script finds the link on the visitor's own page.
        "session" if before.contains("/own/") => one(&"found"),
        // The first of their kind.
        "entry" | "step" | "user" | "session" | "token" | "lot" | "container" | "document"
        | "transfer" | "entitlement" | "coefficients" | "tip" | "photo" | "exhibit" => one(&1),
        "case" if before.contains("/notices/") => one(&3),
        // One that is open, and one that is over.
        "alert" | "case" => ["1", "2"].map(str::to_owned).into(),
        _ => panic!("say here what {{{name}}} behind {before} may be"),
    }
}
