//! The office's pages over plain HTTP: people sign in, read a form, fill it in and send it.

mod documents;
mod files;
mod forms;
mod ledger;
mod lots;
mod quantities;
mod register;

use yuanmark::domain::access::{Role, Scope};
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::printer::PrinterNumber;

use self::forms::{Form, unescaped};
use crate::support::server::{Phone, Reply, Site, percent_encoded};
use crate::support::signed_in::{FORM, signed_in};

/// Somebody who is signed in.
pub struct Person {
    browser: Phone,
}

/// Signs somebody in who reads Chinese.
pub async fn person(site: &Site, login: &str, role: Role, scope: Scope) -> Person {
    at_desk(site, site.phone(), login, role, scope).await
}

/// Signs somebody in who reads English.
pub async fn english_person(site: &Site, login: &str, role: Role, scope: Scope) -> Person {
    at_desk(site, site.english_phone(), login, role, scope).await
}

pub async fn registrar(site: &Site) -> Person {
    person(site, "registrar", Role::Registrar, Scope::All).await
}

pub async fn approver(site: &Site) -> Person {
    person(site, "approver", Role::Approver, Scope::All).await
}

pub async fn licensee(site: &Site, number: LicenseeNumber) -> Person {
    let login = format!("firm-{number}");
    person(site, &login, Role::Licensee, Scope::Licensee(number)).await
}

pub async fn printer(site: &Site, number: PrinterNumber) -> Person {
    let login = format!("press-{number}");
    person(site, &login, Role::Printer, Scope::Printer(number)).await
}

async fn at_desk(site: &Site, phone: Phone, login: &str, role: Role, scope: Scope) -> Person {
    let browser = signed_in(site, phone.with("content-type", FORM), login, role, scope).await;
    Person { browser }
}

impl Person {
    pub async fn open(&self, path: &str) -> Reply {
        self.browser.open(path).await
    }

    /// The words of a page that is there.
    pub async fn read(&self, path: &str) -> String {
        let reply = self.open(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        unescaped(&reply.words())
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
            .collect();
        self.browser
            .ask("POST", path, pairs.join("&").into_bytes())
            .await
    }

    /// The form of a page.
    pub async fn form(&self, path: &str) -> Form {
        let reply = self.open(path).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        Form::of(&reply)
    }

    /// Sends a form as it stands.
    pub async fn send(&self, form: &Form) -> Reply {
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.post(&form.address, &fields).await
    }

    /// Sends a form with a file.
    pub async fn send_file(&self, form: &Form, field: &str, name: &str, content: &[u8]) -> Reply {
        let between = "----of-the-tests";
        let mut body = Vec::new();
        for (name, value) in &form.fields {
            body.extend_from_slice(
                format!("--{between}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .as_bytes(),
            );
        }
        body.extend_from_slice(
            format!(
                "--{between}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                 Content-Type: application/pdf\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{between}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={between}");
        let browser = self.browser.clone().with("content-type", &kind);
        browser.ask("POST", &form.address, body).await
    }
}

/// Where an answer leads that says that it is done.
pub fn done(reply: &Reply) -> String {
    assert_eq!(reply.status, 303, "{}", words(reply));
    let to = reply.header("location").unwrap();
    to.strip_suffix("?notice=done").unwrap_or(to).to_owned()
}

/// The words of a page, whatever its status.
pub fn words(reply: &Reply) -> String {
    unescaped(&reply.words())
}

/// The rows of a list, as they are sent.
pub fn rows(reply: &Reply) -> String {
    let table = reply.text().split("<tbody>").nth(1);
    unescaped(table.map_or("", |table| table.split("</tbody>").next().unwrap()))
}

/// Checks that a page says all of this.
#[track_caller]
pub fn says(page: &str, all: &[&str]) {
    // Thousands stand apart by a narrow space, which `words` reads as a space.
    let page = page.replace('\u{202f}', " ");
    for text in all {
        assert!(page.contains(text), "{text:?} is not in: {page}");
    }
}
