//! Somebody who is signed in, reads a form and sends it. How one signs in is told elsewhere.

use std::sync::atomic::{AtomicU32, Ordering};

use yuanmark::domain::access::Role;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::printer::PrinterNumber;

use crate::support::server::{Phone, Reply, Site, percent_encoded};
use crate::support::signed_in::{FORM, signed_in};

const BOUNDARY: &str = "----a-boundary-of-these-tests";

/// Everybody has another name to sign in with.
static LOGINS: AtomicU32 = AtomicU32::new(0);

pub struct Person {
    phone: Phone,
    /// The same browser when it sends a file.
    sender: Phone,
}

impl Person {
    pub async fn of(
        site: &Site,
        role: Role,
        licensee: Option<LicenseeNumber>,
        printer: Option<PrinterNumber>,
    ) -> Self {
        let scope = role.scope(licensee, printer).unwrap();
        let login = format!("person-{}", LOGINS.fetch_add(1, Ordering::Relaxed));
        let phone = signed_in(site, site.phone(), &login, role, scope).await;
        let sender = format!("multipart/form-data; boundary={BOUNDARY}");
        Self {
            sender: phone.clone().with("content-type", &sender),
            phone: phone.with("content-type", FORM),
        }
    }

    pub async fn open(&self, path: &str) -> Reply {
        self.phone.open(path).await
    }

    /// Sends these fields, whatever stands on the page.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs = fields
            .iter()
            .map(|(name, text)| format!("{}={}", percent_encoded(name), percent_encoded(text)));
        let body = pairs.collect::<Vec<_>>().join("&");
        let path = path.split('?').next().unwrap();
        self.phone.ask("POST", path, body.into_bytes()).await
    }

    /// Opens a page, fills its form in and sends it. Every field must stand on the page.
    pub async fn fill(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.open(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        let request = hidden(&page, "request");
        let mut all = vec![("request", request.as_str())];
        for (name, text) in fields {
            let field = format!("name=\"{name}\"");
            assert!(page.text().contains(&field), "{path} has no field {name}");
            all.push((name, text));
        }
        self.send(path, &all).await
    }

    /// The same with a file.
    pub async fn attach(&self, path: &str, fields: &[(&str, &str)], content: &[u8]) -> Reply {
        let page = self.open(path).await;
        assert!(page.text().contains("enctype=\"multipart/form-data\""));
        let request = hidden(&page, "request");
        let mut body = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {head}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, text) in fields.iter().chain([&("request", request.as_str())]) {
            part(&format!("name=\"{name}\""), text.as_bytes());
        }
        part("name=\"file\"; filename=\"清单.txt\"", content);
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let path = path.split('?').next().unwrap();
        self.sender.ask("POST", path, body).await
    }

    /// Reports that all labels of order 1 are printed.
    pub async fn report_whole_run(&self) {
        let path = "/console/marks/do/printed";
        let fields = [("batch", "1"), ("all", "1")];
        let summary = self.fill(&format!("{path}?order=1"), &fields).await;
        let done = self.confirm(path, &summary).await;
        assert_eq!(done.heading(), "已办理", "{}", done.words());
    }

    /// Confirms the summary that came back.
    pub async fn confirm(&self, path: &str, summary: &Reply) -> Reply {
        assert!(summary.words().contains("请确认"), "{}", summary.words());
        let fields = all_hidden(summary);
        assert!(fields.iter().any(|(name, _)| name == "confirmed"));
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        self.send(path, &fields).await
    }
}

/// What a hidden field of a page holds.
pub fn hidden(page: &Reply, name: &str) -> String {
    let all = all_hidden(page);
    let found = all.into_iter().find(|(known, _)| known == name);
    found
        .unwrap_or_else(|| panic!("no hidden {name} in {}", page.text()))
        .1
}

/// The hidden fields of the first form that has any.
pub fn all_hidden(page: &Reply) -> Vec<(String, String)> {
    let forms = page.text().split("<form").skip(1);
    let forms = forms.map(|form| form.split("</form>").next().unwrap());
    let mut forms = forms;
    let form = forms.find(|form| form.contains("type=\"hidden\""));
    let form = form.unwrap_or_default();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    inputs
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            let value = rest.split_once('"').unwrap().0;
            let value = value.replace("&#34;", "\"").replace("&#38;", "&");
            (name.to_owned(), value)
        })
        .collect()
}
