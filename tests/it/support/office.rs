//! An office: a site with a person of every role who sits at the console, and two firms and two printers whose things
//! are not the other's.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Deref;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use yuanmark::domain::access::Scope;
use yuanmark::domain::access::password::Password;
use yuanmark::domain::access::{Login, Permission, Role, User, UserNumber};
use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::document::Purpose;
use yuanmark::domain::licensee::{Licensee, LicenseeNumber};
use yuanmark::domain::mark::{BatchNumber, MarkCount, MarkId};
use yuanmark::domain::order::NewOrder;
use yuanmark::domain::printer::{NewPrinter, Printer, PrinterNumber};
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::people::accounts::{self, NewUser};
use yuanmark::service::people::tokens::{self, NewToken};
use yuanmark::service::trail::Origin;
use yuanmark::service::{entitlements, ledger, orders, printers, system, transfers};
use yuanmark::store::ledger::Filter;
use yuanmark::store::user;

use super::databases::{TestDatabase, execute};
use super::html::{Form, decoded, forms};
use super::installation::{Installation, USCCS, call, index, line, morning};
use super::server::{PUBLIC_URL, Phone, Reply, Site, percent_encoded, this_season};

/// Everybody's password at first.
pub const PASSWORD: &str = "seven reeds by the river";

/// Who sits in the office: name to sign in with and role. `licensee` and `printer` are of the one firm, the others of
/// the other. `spare` is there for others to be managed.
pub const PEOPLE: [(&str, Role); 11] = [
    ("approver", Role::Approver),
    ("second", Role::SecondApprover),
    ("registrar", Role::Registrar),
    ("printer", Role::Printer),
    ("licensee", Role::Licensee),
    ("inspector", Role::Inspector),
    ("auditor", Role::Auditor),
    ("administrator", Role::Administrator),
    ("other-printer", Role::Printer),
    ("other-licensee", Role::Licensee),
    ("spare", Role::Registrar),
];

/// A thing that addresses name: the one firm's, the other firm's, and one that was never there.
#[derive(Clone, Debug)]
pub struct Thing {
    pub own: String,
    pub foreign: String,
    pub never: String,
}

impl Thing {
    fn new(own: impl Display, foreign: impl Display) -> Self {
        Self {
            own: own.to_string(),
            foreign: foreign.to_string(),
            never: "60001".to_owned(),
        }
    }

    /// What is everybody's, such as a word.
    fn fixed(word: &str) -> Self {
        Self {
            never: word.to_owned(),
            ..Self::new(word, word)
        }
    }

    /// Whether it is somebody's.
    pub fn is_owned(&self) -> bool {
        self.own != self.foreign
    }
}

/// The office.
pub struct Office {
    pub site: Site,
    /// By the part of the address before the parameter, and the parameter: `orders/{order}`.
    pub things: BTreeMap<&'static str, Thing>,
    users: BTreeMap<&'static str, User>,
}

impl Deref for Office {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Office {
    /// One with people only, on this database.
    pub async fn of_people(database: TestDatabase) -> Self {
        Self::at(PUBLIC_URL, database).await
    }

    /// The same under this address.
    pub async fn at(public_url: &str, database: TestDatabase) -> Self {
        let installation = Installation::new(database).await;
        let [mine, other] = [
            installation.licensee(0).await,
            installation.licensee(1).await,
        ];
        let [press, other_press] = both_printers(&installation).await;
        let firms = [
            (mine.number, press.number),
            (other.number, other_press.number),
        ];
        let users = hire(&installation, firms).await;
        Self {
            site: Site::serve_as(installation, public_url).await,
            things: BTreeMap::new(),
            users,
        }
    }

    /// One on SQLite with people only.
    pub async fn any() -> Self {
        Self::of_people(TestDatabase::sqlite()).await
    }

    /// One on each kind of database, with people only.
    pub async fn both() -> [Self; 2] {
        let [sqlite, postgres] = TestDatabase::both().await;
        [
            Self::of_people(sqlite).await,
            Self::of_people(postgres).await,
        ]
    }

    /// One where both firms have one of everything.
    pub async fn furnished(database: TestDatabase) -> Self {
        let mut office = Self::of_people(database).await;
        let [press, other_press] = both_printers(&office.installation).await;
        let own = Furniture::of(&office, LicenseeNumber(1), &press).await;
        let foreign = Furniture::of(&office, LicenseeNumber(2), &other_press).await;
        let thing = |pick: fn(&Furniture) -> String| Thing::new(pick(&own), pick(&foreign));
        let serial = office.site.keys.secrets.serial.serial(MarkId {
            batch: BatchNumber::new(77_777).unwrap(),
            index: index(0),
        });
        // A new kind of address is a line here.
        office.things = BTreeMap::from([
            ("licensees/{licensee}", thing(|one| one.licensee.clone())),
            ("orders/{order}", thing(|one| one.order.clone())),
            ("batches/{batch}", thing(|one| one.batch.clone())),
            ("lots/{lot}", thing(|one| one.lot.clone())),
            ("containers/{container}", thing(|one| one.container.clone())),
            ("documents/{document}", thing(|one| one.document.clone())),
            ("transfers/{transfer}", thing(|one| one.transfer.clone())),
            ("printers/{printer}", thing(|one| one.printer.clone())),
            ("ledger/{entry}", thing(|one| one.entry.clone())),
            (
                "marks/{serial}",
                Thing {
                    never: serial.to_string(),
                    ..thing(|one| one.serial.clone())
                },
            ),
            ("sessions/{session}", office.sessions().await),
            ("tokens/{token}", office.tokens().await),
            ("{season}/{licensee}", thing(|one| one.licensee.clone())),
            // No firm's.
            (
                "entitlements/{season}",
                Thing::fixed(&this_season().to_string()),
            ),
            ("{licensee}/{form}", Thing::fixed("canned")),
            ("templates/{template}", Thing::fixed("30x40")),
            ("steps/{step}", Thing::fixed("suspend")),
            ("trail/{step}", Thing::new(1, 1)),
            // The office's alone.
            ("tips/{tip}", {
                super::tips::with_photo(&office.installation).await;
                Thing::new(1, 1)
            }),
            ("photos/{photo}", Thing::new(1, 1)),
            ("exhibits/{exhibit}", Thing::new(1, 1)),
            ("alerts/{alert}", {
                let batch = BatchNumber::new(1).unwrap();
                super::alerts::with_case(&office.installation, batch).await;
                super::alerts::with_exhibit(&office.installation).await;
                Thing::new(1, 1)
            }),
            ("cases/{case}", Thing::new(1, 1)),
            ("notices/{case}", {
                let [own, other] = super::alerts::with_notices(&office.installation).await;
                Thing::new(own, other)
            }),
            ("people/{user}", {
                let spare = office.user("spare").number;
                Thing::new(spare, spare)
            }),
        ]);
        office
    }

    /// A session of each firm's person, by its number; nobody holds its cookie.
    async fn sessions(&self) -> Thing {
        let mut numbers = Vec::new();
        for login in ["licensee", "other-licensee"] {
            let person = self.person(login);
            person.sign_in().await;
            let page = person.open("/console/own").await;
            let (_, rest) = page.text().split_once("/console/own/sessions/").unwrap();
            numbers.push(rest.split_once('/').unwrap().0.to_owned());
        }
        Thing::new(&numbers[0], &numbers[1])
    }

    async fn tokens(&self) -> Thing {
        let mut numbers = Vec::new();
        for login in ["licensee", "other-licensee"] {
            let new = NewToken {
                user: self.user(login).number,
                purpose: line(&format!("token of {login}")),
                permissions: vec![Permission::OrderRead],
                last_day: yuanmark::domain::calendar::day_of(system::now()),
            };
            let origin = Origin::shell(&line("test"));
            let made = tokens::make(&self.store, &origin, system::now(), new).await;
            numbers.push(made.unwrap().0.number);
        }
        Thing::new(numbers[0], numbers[1])
    }

    pub fn user(&self, login: &str) -> &User {
        self.users
            .get(login)
            .unwrap_or_else(|| panic!("nobody is called {login}"))
    }

    /// Somebody at a browser that nobody has signed in with. Everybody sits in a network of their own.
    pub fn person(&self, login: &str) -> Person<'_> {
        let place = PEOPLE.iter().position(|(known, _)| *known == login);
        self.person_at(login, &format!("203.0.113.{}", place.unwrap_or(99) + 1))
    }

    /// The same from this network: the site believes its proxy, which is on this machine.
    pub fn person_at(&self, login: &str, network: &str) -> Person<'_> {
        Person {
            office: self,
            login: login.to_owned(),
            password: PASSWORD.to_owned(),
            browser: self.phone().with("x-forwarded-for", network),
        }
    }

    /// Somebody who has signed in, with the code if they need one.
    pub async fn signed_in(&self, login: &str) -> Person<'_> {
        let person = self.person(login);
        person.sign_in().await;
        person
    }

    /// Changes the database behind the program's back.
    pub async fn behind_its_back(&self, sql: &str) -> u64 {
        let mut tx = self.store.write().await.unwrap();
        let rows = execute(&mut tx, sql).await;
        tx.commit().await.unwrap();
        rows
    }

    /// Makes all sessions of a person look as if they were made and used so much earlier.
    pub async fn age_sessions(&self, login: &str, made: SignedDuration, seen: SignedDuration) {
        let number = self.user(login).number;
        let (made, seen) = (made.as_micros(), seen.as_micros());
        let sql = format!(
            "UPDATE sessions SET made_at = made_at - {made}, seen_at = seen_at - {seen} WHERE person = {number}"
        );
        assert!(self.behind_its_back(&sql).await > 0);
    }

    /// The code that a person's phone shows at a time.
    pub async fn code_at(&self, login: &str, at: Timestamp) -> String {
        let number = self.user(login).number;
        let mut tx = self.store.read().await.unwrap();
        let salt = user::credentials(&mut tx, number)
            .await
            .unwrap()
            .factor_salt;
        let secret = self.keys.secrets.people.secret(number, &salt.unwrap());
        totp(&secret.base32(), at)
    }

    /// Forgets which codes were shown, so that the present one can be shown again without waiting half a minute.
    pub async fn forget_codes(&self, login: &str) {
        let number = self.user(login).number;
        let sql = format!("UPDATE users SET factor_step = NULL WHERE number = {number}");
        self.behind_its_back(&sql).await;
    }
}

/// A code as a phone shows it (RFC 6238), from the secret as a person types it in; worked out here anew.
pub fn totp(base32: &str, at: Timestamp) -> String {
    let (mut bits, mut count, mut secret) = (0u32, 0, Vec::new());
    for letter in base32.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => panic!("{base32} is not base32"),
        };
        bits = bits << 5 | u32::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            secret.push((bits >> count & 0xff) as u8);
        }
    }
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&secret).unwrap();
    mac.update(&at.as_second().div_euclid(30).to_be_bytes());
    let mac = mac.finalize().into_bytes();
    let offset = usize::from(mac[19] & 15);
    let part: [u8; 4] = mac[offset..offset + 4].try_into().unwrap();
    let number = (u32::from_be_bytes(part) & 0x7fff_ffff) % 1_000_000;
    format!("{number:06}")
}

async fn both_printers(installation: &Installation) -> [Printer; 2] {
    let mut known = printers::list(&installation.store, Scope::All, None, 2)
        .await
        .unwrap();
    known.sort_by_key(|one| one.number);
    if let Ok(both) = <[Printer; 2]>::try_from(known) {
        return both;
    }
    let first = installation.printer().await;
    let new = NewPrinter {
        name: line("虚构印务外家"),
        uscc: Uscc::new(USCCS[3]).unwrap(),
        licence: line("印证字002号"),
    };
    let by = call("test", morning());
    let second = printers::enter(&installation.store, &by, new).await;
    [first, second.unwrap()]
}

/// Makes everybody's account; who needs a second factor has one.
async fn hire(
    installation: &Installation,
    [mine, other]: [(LicenseeNumber, PrinterNumber); 2],
) -> BTreeMap<&'static str, User> {
    let (store, origin) = (&installation.store, Origin::shell(&line("test")));
    let mut users = BTreeMap::new();
    for (name, role) in PEOPLE {
        let login = Login::new(name).unwrap();
        let (licensee, printer) = if name.starts_with("other") {
            other
        } else {
            mine
        };
        let scope = role.scope(
            (role == Role::Licensee).then_some(licensee),
            (role == Role::Printer).then_some(printer),
        );
        let password = Password::new(PASSWORD, &login).unwrap();
        let new = NewUser {
            name: line(&format!("测试人员 {name}")),
            login,
            role,
            scope: scope.unwrap(),
        };
        let added = accounts::add(store, &origin, morning(), new, Some(password));
        let (user, _) = added.await.unwrap();
        if role.needs_second_factor() {
            enrol(installation, user.number).await;
        }
        users.insert(name, user);
    }
    users
}

async fn enrol(installation: &Installation, number: UserNumber) {
    let mut tx = installation.store.write().await.unwrap();
    let mut credentials = user::credentials(&mut tx, number).await.unwrap();
    credentials.factor_salt = Some(system::random());
    user::set_credentials(&mut tx, number, &credentials)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// One of everything that a firm has.
struct Furniture {
    licensee: String,
    printer: String,
    order: String,
    batch: String,
    lot: String,
    container: String,
    document: String,
    transfer: String,
    entry: String,
    serial: String,
}

impl Furniture {
    async fn of(office: &Office, firm: LicenseeNumber, press: &Printer) -> Self {
        let installation = &office.site.installation;
        let store = &installation.store;
        let licensee = yuanmark::service::licensees::get(store, Scope::All, firm)
            .await
            .unwrap();
        let order = installation.order(&licensee, 500).await;
        let issued = installation.issue(&order, &format!("of {firm}")).await;
        let batch = issued.unwrap().batch;
        installation.deliver_by(&batch, press).await;
        let lot = installation.lot(&batch, morning()).await;
        let by = call("test", morning());
        let keys = &installation.keys;
        let fill = Fill {
            kind: ContainerKind::Roll,
            batch: Some(batch.number),
            lines: "0-99",
            label: None,
        };
        let container = containers::fill(store, keys, &by, &fill).await.unwrap();
        let content = format!("%PDF-1.7 of {firm}");
        let document = NewDocument {
            licensee: firm,
            lot: None,
            purpose: Purpose::Other,
            title: line("资料"),
            content: content.as_bytes(),
        };
        let document = documents::add(store, &by, &document).await.unwrap();
        let transfer = transfers::propose(
            store,
            &by,
            order.account(),
            third(installation).await.number,
            100,
            None,
        );
        let transfer = transfer.await.unwrap();
        let about = Filter {
            order: Some(order.number),
            ..Filter::default()
        };
        let entries = ledger::list(store, Scope::All, &about, None, 100)
            .await
            .unwrap();
        let assigned = entries
            .iter()
            .find(|entry| entry.subjects.printer.is_some());
        Self {
            licensee: firm.to_string(),
            printer: press.number.to_string(),
            order: order.number.to_string(),
            batch: batch.number.to_string(),
            lot: lot.to_string(),
            container: container.number.to_string(),
            document: document.document.number.to_string(),
            transfer: transfer.number.to_string(),
            entry: assigned.unwrap().number.to_string(),
            serial: installation.serial(&batch, 0).to_string(),
        }
    }
}

/// A third firm, to whom both transfer something.
async fn third(installation: &Installation) -> Licensee {
    let store = &installation.store;
    match yuanmark::service::licensees::get(store, Scope::All, LicenseeNumber(3)).await {
        Ok(known) => known,
        Err(_) => installation.licensee(2).await,
    }
}

/// Somebody at a browser of the console.
pub struct Person<'a> {
    office: &'a Office,
    pub login: String,
    pub password: String,
    pub browser: Phone,
}

/// A page, and where it was asked for.
pub struct Page {
    pub path: String,
    pub reply: Reply,
}

impl Deref for Page {
    type Target = Reply;

    fn deref(&self) -> &Reply {
        &self.reply
    }
}

impl Page {
    /// Where it leads to, if it leads elsewhere.
    pub fn leads_to(&self) -> Option<&str> {
        let is_redirect = (300..400).contains(&self.status);
        is_redirect.then(|| self.header("location").unwrap())
    }

    /// Its forms, but for the one by which one signs out.
    pub fn forms(&self) -> Vec<Form> {
        if self.kind() != "text/html" {
            return Vec::new();
        }
        let mut all = forms(self.text(), &self.path);
        all.retain(|form| form.action != "/console/sign-out");
        all
    }

    /// Its one form; of a summary the first, which confirms.
    #[track_caller]
    pub fn form(&self) -> Form {
        let forms = self.forms();
        let form = forms.into_iter().next();
        form.unwrap_or_else(|| panic!("no form at {}: {} {}", self.path, self.status, self.text()))
    }

    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.text());
        self
    }

    /// The page leads on to where it was done.
    #[track_caller]
    pub fn is_done(&self) -> String {
        self.is(303);
        self.leads_to().unwrap().to_owned()
    }

    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        let words = decoded(&self.words());
        assert!(words.contains(text), "{text}: {words}");
        self
    }
}

impl Person<'_> {
    pub async fn open(&self, path: &str) -> Page {
        let reply = self.browser.open(path).await;
        let path = path.to_owned();
        Page { path, reply }
    }

    /// Sends a form as the browser does from a page of the console.
    pub async fn send(&self, form: &Form) -> Page {
        let origin = [("sec-fetch-site", "same-origin"), ("origin", PUBLIC_URL)];
        self.send_with(form, &origin).await
    }

    /// Sends a form with these headers in the place of the browser's.
    pub async fn send_with(&self, form: &Form, headers: &[(&str, &str)]) -> Page {
        let (kind, body) = form.encoded();
        let mut all = vec![("content-type", kind.as_str())];
        all.extend_from_slice(headers);
        let path = form.action.clone();
        let reply = self.browser.send_as("POST", &path, &all, body).await;
        Page { path, reply }
    }

    /// Posts pairs that were never on a page.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={}", percent_encoded(value)))
            .collect();
        self.post_body(
            path,
            "application/x-www-form-urlencoded",
            pairs.join("&").into_bytes(),
        )
        .await
    }

    /// Posts any body.
    pub async fn post_body(&self, path: &str, kind: &str, body: Vec<u8>) -> Page {
        let headers = [("content-type", kind), ("sec-fetch-site", "same-origin")];
        let reply = self.browser.send_as("POST", path, &headers, body).await;
        let path = path.to_owned();
        Page { path, reply }
    }

    /// Goes where a page leads, until one stays.
    pub async fn follow(&self, mut page: Page) -> Page {
        for _ in 0..5 {
            let Some(to) = page.leads_to() else {
                return page;
            };
            page = self.open(to).await;
        }
        panic!("{} leads in circles", page.path);
    }

    /// Name and password, typed into the page on which one signs in.
    pub async fn give_password(&self) -> Page {
        let page = self.open("/console/sign-in").await;
        let form = page.form().fill("login", &self.login);
        self.send(&form.fill("password", &self.password)).await
    }

    /// The code that the phone shows now.
    pub async fn code(&self) -> String {
        self.office.code_at(&self.login, system::now()).await
    }

    /// Signs in, with a code if one is asked for.
    pub async fn sign_in(&self) {
        let mut page = self.follow(self.give_password().await).await;
        if page.path.starts_with("/console/code") {
            self.office.forget_codes(&self.login).await;
            let form = page.form().fill("code", &self.code().await);
            page = self.follow(self.send(&form).await).await;
        }
        page.is(200);
        assert_eq!(page.path, "/console", "{}", page.text());
    }

    /// Whether the browser holds an open session for which nothing is due.
    pub async fn is_signed_in(&self) -> bool {
        self.open("/console/own").await.status == 200
    }

    /// The cookie of the session.
    pub fn session(&self) -> Option<String> {
        self.browser.cookie("__Host-session")
    }

    /// Shows a code, or a recovery code, on the page that asks for it.
    pub async fn give_code(&self, code: &str) -> Page {
        let form = self.open("/console/code").await.form();
        self.send(&form.fill("code", code)).await
    }
}

impl Office {
    /// An order of a firm that waits for approval.
    pub async fn placed(&self, firm: LicenseeNumber, product: &str) -> String {
        let year = yuanmark::domain::season::Season::new(2026).unwrap();
        let form = yuanmark::domain::form::Form::Canned;
        let account = yuanmark::domain::entitlement::Account {
            licensee: firm,
            season: year,
            form,
        };
        let known =
            entitlements::list(&self.store, Scope::All, Some(firm), Some(year), None, 7).await;
        if known.unwrap().is_empty() {
            let area = yuanmark::domain::area::Area::from_text("100000").unwrap();
            let by = call("test", morning());
            entitlements::grant(&self.store, &by, account, area, 425, line("测产2026-1"))
                .await
                .unwrap();
        }
        let new = NewOrder {
            licensee: firm,
            season: year,
            form,
            product: line(product),
            quantity: MarkCount::new(100).unwrap(),
            market: None,
        };
        let placed = orders::place(&self.store, &call("test", morning()), new).await;
        placed.unwrap().number.to_string()
    }
}
