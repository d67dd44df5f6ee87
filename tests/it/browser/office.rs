//! An installation with a person of every role and a little of everything, serving on a loopback port over plain HTTP.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, ToSpan};
use serde_json::{Value, json};
use yuanmark::domain::access::password::Password;
use yuanmark::domain::access::second_factor::STEP_SECONDS;
use yuanmark::domain::access::{Login, Permission, Role, User};
use yuanmark::domain::area::Area;
use yuanmark::domain::calendar::day_of;
use yuanmark::domain::container::ContainerKind;
use yuanmark::domain::document::Purpose;
use yuanmark::domain::entitlement::Account;
use yuanmark::domain::form::Form;
use yuanmark::domain::licensee::{
    LegalBasis, Licensee, LicenseeState, NewLicensee, Particulars, Step, StepTaken,
};
use yuanmark::domain::mark::MarkCount;
use yuanmark::domain::order::{Batch, NewOrder, Order};
use yuanmark::domain::printer::Printer;
use yuanmark::domain::season::Season;
use yuanmark::domain::uscc::Uscc;
use yuanmark::service::containers::{self, Fill};
use yuanmark::service::documents::{self, NewDocument};
use yuanmark::service::people::accounts::{self, NewUser};
use yuanmark::service::people::sign_in::{self, Attempt};
use yuanmark::service::people::tokens::{self, NewToken};
use yuanmark::service::people::{own, sessions};
use yuanmark::service::trail::Origin;
use yuanmark::service::{entitlements, licensees, orders, system, transfers};

use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, USCCS, call, line};
use crate::support::server::{Site, this_season};
use crate::support::tips::photo_with_place;

/// How long ago the office was furnished, so that no code of today has been shown.
const AGO: SignedDuration = SignedDuration::from_hours(1);

pub struct Office {
    site: Site,
    people: BTreeMap<&'static str, Value>,
    /// In force, with orders.
    pub licensee: Licensee,
    /// In force too, with an exit proposed.
    pub proposed: Licensee,
    /// Applied.
    pub applicant: Licensee,
    pub printer: Printer,
    /// In every state on its way: placed, approved, released with all labels received.
    pub orders: [Order; 3],
    pub batch: Batch,
}

impl Office {
    /// Furnishes and opens one.
    pub async fn open() -> Self {
        let installation = Installation::new(TestDatabase::sqlite()).await;
        let licensee = installation.licensee(0).await;
        let proposed = installation.licensee(1).await;
        let applicant = apply(&installation).await;
        propose_exit(&installation, &proposed).await;
        let printer = installation.printer().await;
        let released = installation
            .order_of_season(&licensee, 3000, this_season())
            .await;
        let batch = installation.issue(&released, "office").await.unwrap().batch;
        installation.deliver(&batch).await;
        let approved = installation
            .order_of_season(&licensee, 500, this_season())
            .await;
        let placed = place(&installation, &licensee, 800).await;
        furnish(&installation, &batch, &licensee, &proposed).await;
        let mut people = BTreeMap::new();
        for role in Role::ALL {
            let person = hire(&installation, *role, &licensee, &printer).await;
            people.insert(role.slug(), person);
        }
        Self {
            site: Site::serve_plainly(installation).await,
            people,
            orders: [placed, approved, released],
            licensee,
            proposed,
            applicant,
            printer,
            batch,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.site.address)
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    /// How each role signs in.
    pub fn people(&self) -> Value {
        json!(self.people)
    }

    /// What stories speak of.
    pub fn facts(&self) -> Value {
        json!({
            "licensee": self.licensee.number.to_string(),
            "licensee_name": self.licensee.name(),
            "printer": self.printer.number.to_string(),
            "placed_order": self.orders[0].number.to_string(),
            "season": this_season().to_string(),
            "today": day_of(system::now()).to_string(),
            "free_uscc": USCCS[3],
            "serial": self.site.serial(&self.batch, 7).to_string(),
            "suspected": self.site.serial(&self.batch, 0).to_string(),
            "photo": STANDARD.encode(photo_with_place(400, 200)),
        })
    }
}

async fn apply(installation: &Installation) -> Licensee {
    let name = line("沅江虚构东洲芦笋专业合作社");
    let mut particulars = Particulars::new(name, LegalBasis::Both);
    particulars.forms = [Form::Canned, Form::Fresh].into();
    particulars.products = vec![line("清水芦笋罐头 425 g")];
    let new = NewLicensee {
        uscc: Uscc::new(USCCS[2]).unwrap(),
        particulars,
        state: LicenseeState::Applied,
        date: "2026-01-06".parse().unwrap(),
        document: None,
    };
    let by = call("registrar", system::now() - AGO);
    licensees::enter(&installation.store, &by, new)
        .await
        .unwrap()
}

async fn propose_exit(installation: &Installation, licensee: &Licensee) {
    let now = system::now() - AGO;
    let taken = StepTaken {
        step: Step::Exit,
        date: day_of(now),
        ground: line("停产后申请退出"),
        document: Some(line("决定〔2026〕1号")),
        due: None,
        marks_good_until: None,
    };
    let by = call("approver", now);
    licensees::propose_step(&installation.store, &by, licensee.number, taken)
        .await
        .unwrap();
}

async fn place(installation: &Installation, licensee: &Licensee, quantity: u32) -> Order {
    let new = NewOrder {
        licensee: licensee.number,
        season: Season::new(this_season()).unwrap(),
        form: Form::Canned,
        product: line("清水芦笋罐头 425 g"),
        quantity: MarkCount::new(quantity).unwrap(),
        market: None,
    };
    let by = call("licensee", system::now() - AGO);
    orders::place(&installation.store, &by, new).await.unwrap()
}

/// A lot with its test, a roll, a document, a second entitlement and a transfer that waits.
async fn furnish(
    installation: &Installation,
    batch: &Batch,
    licensee: &Licensee,
    other: &Licensee,
) {
    let (store, now) = (&installation.store, system::now() - AGO);
    installation.lot(batch, now).await;
    let by = call("registrar", now);
    let fill = Fill {
        kind: ContainerKind::Roll,
        batch: Some(batch.number),
        lines: "0-999",
        label: Some(line("卷 001")),
    };
    containers::fill(store, &installation.keys, &by, &fill)
        .await
        .unwrap();
    let new = NewDocument {
        licensee: licensee.number,
        lot: None,
        purpose: Purpose::Registration,
        title: line("营业执照"),
        content: b"%PDF-1.7\n%%EOF\n",
    };
    documents::add(store, &by, &new).await.unwrap();
    let account = |licensee: &Licensee| Account {
        licensee: licensee.number,
        season: batch.season,
        form: batch.form,
    };
    let area = Area::from_text("1000").unwrap();
    entitlements::grant(store, &by, account(other), area, 425, line("测产2026-2"))
        .await
        .unwrap();
    transfers::propose(store, &by, account(licensee), other.number, 1000, None)
        .await
        .unwrap();
    crate::support::tips::with_photo(installation).await;
    crate::support::alerts::with_case(installation, batch.number).await;
    crate::support::alerts::with_exhibit(installation).await;
    crate::support::alerts::with_ended(installation).await;
    crate::support::alerts::with_notices(installation).await;
}

/// Adds somebody of this role, who enrols a second factor if the role needs one.
async fn hire(
    installation: &Installation,
    role: Role,
    licensee: &Licensee,
    printer: &Printer,
) -> Value {
    let (store, now) = (&installation.store, system::now() - AGO);
    let login = Login::new(&role.slug().replace('_', ".")).unwrap();
    let password = accounts::made_up_password();
    let scope = role.scope(
        (role == Role::Licensee).then_some(licensee.number),
        (role == Role::Printer).then_some(printer.number),
    );
    let new = NewUser {
        login: login.clone(),
        name: line(&format!("{}（虚构）", role.chinese())),
        role,
        scope: scope.unwrap(),
    };
    let taken = Password::new(&password, &login).unwrap();
    let origin = Origin::shell(&line("test"));
    let (user, _) = accounts::add(store, &origin, now, new, Some(taken))
        .await
        .unwrap();
    if role == Role::Approver {
        make_token(installation, &user).await;
    }
    let mut person = json!({ "login": login, "password": password });
    if role.needs_second_factor() {
        person["secret"] = json!(enrol(installation, &login, &password).await);
    }
    person
}

async fn make_token(installation: &Installation, user: &User) {
    let now = system::now() - AGO;
    let new = NewToken {
        user: user.number,
        purpose: line("每周取一次台账"),
        permissions: vec![Permission::LedgerRead, Permission::Export],
        last_day: day_of(now).checked_add(30.days()).unwrap(),
    };
    let origin = Origin::shell(user.login.as_line());
    tokens::make(&installation.store, &origin, now, new)
        .await
        .unwrap();
}

async fn enrol(installation: &Installation, login: &Login, password: &str) -> String {
    let (store, now) = (&installation.store, system::now() - AGO);
    let key = &installation.keys.secrets.people;
    let origin = Origin::shell(login.as_line());
    let attempt = sign_in::begin(store, &origin, password, now).await.unwrap();
    let Attempt::Begun { cookie, .. } = attempt else {
        panic!("{login} cannot sign in: {attempt:?}");
    };
    let signed_in = sessions::of_cookie(store, &cookie, now).await.unwrap();
    let signed_in = signed_in.unwrap();
    let secret = own::new_second_factor(store, key, &signed_in)
        .await
        .unwrap();
    let code = secret.code_at(now - SignedDuration::from_secs(STEP_SECONDS));
    let codes = own::confirm_second_factor(store, key, &origin, now, &signed_in, &code).await;
    assert!(codes.unwrap().is_some(), "{login}'s code is taken");
    secret.base32().to_string()
}
