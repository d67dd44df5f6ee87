//! Script in every text field of every form: whatever page it comes back on, it is text.

use std::collections::{BTreeSet, VecDeque};

use super::table;
use crate::support::databases::TestDatabase;
use crate::support::html::{Form, Tag, tags};
use crate::support::office::{Office, PEOPLE, Page, Person};
use crate::support::server::{percent_encoded, this_season};

const SCRIPT: &str = "x\"'><script>zz()</script><img src=x onerror=zz()>&lt;";
/// What a page has of it when it is text.
const AS_TEXT: &str = "&#60;script&#62;zz()";

/// Nothing on the page runs or loads anything.
#[track_caller]
fn is_clean(page: &Page) {
    if page.kind() != "text/html" {
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        return;
    }
    for tag in tags(page.text()) {
        if is_our_own(&tag) {
            continue;
        }
        let is_active = ["script", "img", "iframe", "object", "embed"].contains(&tag.name.as_str());
        assert!(!is_active, "{}: <{}>", page.path, tag.name);
        for (name, value) in &tag.attributes {
            let leads_astray = ["href", "src", "action"].contains(&name.as_str())
                && !value.starts_with(['/', '?', '#']);
            assert!(
                !name.starts_with("on") && name != "style" && !leads_astray,
                "{}: {name}={value}",
                page.path
            );
        }
    }
    assert!(
        !page.text().contains("<script>") && !page.text().contains("<img src=x"),
        "{}",
        page.path
    );
}

/// The console's one script, a file of ours; pictures of labels, which we draw; and photos, which we made anew.
fn is_our_own(tag: &Tag) -> bool {
    let from = tag.get("src").unwrap_or_default();
    let is_script =
        tag.name == "script" && from.starts_with("/assets/console-") && from.contains(".js");
    let does_nothing = tag
        .attributes
        .iter()
        .all(|(name, _)| !name.starts_with("on"));
    let is_label = tag.name == "img"
        && from.starts_with("/console/")
        && (from.contains("/label.svg") || from.contains("/photos/"));
    is_script || (is_label && does_nothing)
}

fn is_there(page: &Page) -> bool {
    page.kind() == "text/html" && page.text().contains(AS_TEXT)
}

/// The form with script wherever text can be typed; in numbers, days and choices too if `everywhere`.
fn filled(form: &Form, everywhere: bool) -> Form {
    let mut form = form.clone();
    for field in &mut form.fields {
        // The last: fresh goods, the first of their kinds, are past their season most of the year.
        let choice = field.choices.last().cloned();
        match field.kind.as_str() {
            "text" | "textarea" | "password" | "search" if !field.is_number || everywhere => {
                let keeps = ["uscc", "login"].contains(&field.name.as_str()) && !everywhere;
                if !keeps {
                    SCRIPT.clone_into(&mut field.value);
                }
            }
            "date" if !everywhere => "2026-04-02".clone_into(&mut field.value),
            "select" if !everywhere => field.value = choice.unwrap_or_default(),
            "checkbox" => field.is_on = field.name != "disabled",
            "text" => "1".clone_into(&mut field.value),
            "hidden" if !everywhere => {}
            _ => SCRIPT.clone_into(&mut field.value),
        }
    }
    let season = this_season().to_string();
    let valid = [
        ("uscc", "51430981MJJTEXT52T"),
        ("login", "scripted"),
        ("season", season.as_str()),
        ("role", "inspector"),
    ];
    for (name, value) in valid {
        if !everywhere && form.has(name) {
            form = form.fill(name, value);
        }
    }
    if !everywhere && form.has("role") {
        form = form.fill("licensee", "").fill("printer", "");
    }
    form
}

/// Fills in every form that this person finds.
async fn fill_in_all(office: &Office, person: &Person<'_>) -> (usize, usize) {
    let (mut sent, mut came_back) = (0, 0);
    for route in table::all(office) {
        // One's own password and sessions are needed to go on.
        let is_own = route.path.starts_with("/console/own/") && !route.path.contains("/tokens/new");
        if !route.is_read() || is_own {
            continue;
        }
        let path = route.filled(office, |_, thing| thing.own.clone());
        let page = person.open(&path).await;
        is_clean(&page);
        for form in page.forms() {
            for everywhere in [true, false] {
                let mut page = person.send(&filled(&form, everywhere)).await;
                is_clean(&page);
                came_back += usize::from(is_there(&page));
                if let Some(to) = page.leads_to().map(str::to_owned) {
                    page = person.open(&to).await;
                    is_clean(&page);
                }
                // A summary that asks once more.
                if let Some(form) = page.forms().into_iter().find(|form| form.has("confirmed")) {
                    is_clean(&person.send(&form).await);
                }
                sent += 1;
            }
        }
    }
    (sent, came_back)
}

/// Pages that are looked at for one person.
const MOST_PAGES: usize = 600;

/// Looks at every page there is, and follows every link. Returns on how many pages the script stands as text.
async fn look_at_all(office: &Office, person: &Person<'_>) -> usize {
    let (mut seen, mut known) = (0, BTreeSet::new());
    let mut waiting = VecDeque::new();
    let query = percent_encoded(SCRIPT);
    for route in table::all(office).iter().filter(|route| route.is_read()) {
        let path = route.filled(office, |_, thing| thing.own.clone());
        let asked =
            ["q", "login", "after", "state", "notice"].map(|name| format!("{name}={query}"));
        waiting.push_back(format!("{path}?{}&{query}", asked.join("&")));
        waiting.push_back(path);
    }
    while let Some(path) = waiting.pop_front() {
        if known.len() >= MOST_PAGES || !known.insert(path.clone()) {
            continue;
        }
        let page = person.open(&path).await;
        is_clean(&page);
        if page.kind() != "text/html" {
            continue;
        }
        seen += usize::from(is_there(&page));
        for tag in tags(page.text()) {
            let to = tag.get("href").unwrap_or_default();
            let to = match to.strip_prefix('?') {
                Some(_) => format!("{}{to}", path.split('?').next().unwrap()),
                None => to.to_owned(),
            };
            if tag.name == "a" && to.starts_with("/console") && !to.contains("lang=") {
                waiting.push_back(to);
            }
        }
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_typed_runs_on_any_page() {
    let office = Office::furnished(TestDatabase::sqlite()).await;
    // In a name that is tried, and in what a browser says of itself.
    let stranger = office.person(SCRIPT);
    let page = stranger.give_password().await;
    is_clean(page.is(422));
    assert!(is_there(&page));
    let path = format!("/console/sign-in?to={}", percent_encoded(SCRIPT));
    is_clean(&stranger.open(&path).await);
    is_clean(
        &stranger
            .post("/console/orders/new", &[("product", SCRIPT), (SCRIPT, "x")])
            .await,
    );

    let (mut sent, mut came_back) = (0, 0);
    // The approvers last: what they decide would keep others from what they type.
    for (login, _) in PEOPLE.into_iter().rev() {
        let mut person = office.person(login);
        person.browser = person.browser.with("user-agent", SCRIPT);
        if login == "spare" {
            continue;
        }
        person.sign_in().await;
        let (one, other) = fill_in_all(&office, &person).await;
        sent += one;
        came_back += other;
    }
    assert!(
        sent > 40 && came_back > 20,
        "{sent} sent, {came_back} came back"
    );
    for (login, path) in [
        ("registrar", "/console/licensees"),
        ("registrar", "/console/orders"),
        ("licensee", "/console/orders"),
        ("administrator", "/console/people"),
        ("auditor", "/console/trail?outcome=failed"),
    ] {
        let page = office.signed_in(login).await.open(path).await;
        is_clean(&page);
        assert!(
            is_there(&page),
            "{path} as {login} does not show it: nothing is proved"
        );
    }
    for (login, least) in [
        ("auditor", 5),
        ("administrator", 5),
        ("registrar", 5),
        ("licensee", 1),
    ] {
        let person = office.signed_in(login).await;
        let seen = look_at_all(&office, &person).await;
        assert!(seen >= least, "{login} saw it on {seen} pages");
    }
}
