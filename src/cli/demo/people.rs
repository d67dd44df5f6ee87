//! The people of the demonstration, one for each role, and the file that says how they sign in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::steps::{say, words};
use crate::cli::failure::Failure;
use crate::cli::output::{Output, table};
use crate::domain::access::password::Password;
use crate::domain::access::second_factor::{PeopleKey, STEP_SECONDS};
use crate::domain::access::{Login, Role, User, UserNumber};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::public_url::PublicUrl;
use crate::keystore::{read_private_text, write_private_text};
use crate::service::people::accounts::{self, NewUser};
use crate::service::people::own;
use crate::service::people::sessions::{self, SignedIn};
use crate::service::people::sign_in::{self, Attempt};
use crate::service::system;
use crate::service::trail::Origin;
use crate::store::Store;

/// More than the demonstration has.
const MOST: u32 = 1000;
const HEAD: &str = "# Who signs in to the console of this demonstration, and how. Of whom nothing stands here, the next \
     `yuanmark demo` gives a new password and a new second factor.\n# login\trole\tpassword\tsecret\taddress for \
     authenticator apps\n";

/// How one of them signs in.
pub(super) struct Person {
    login: Login,
    role: Role,
    password: Zeroizing<String>,
    /// The address that authenticator apps take; none without a second factor.
    address: Option<Zeroizing<String>>,
}

/// All of them.
pub(super) struct People {
    file: PathBuf,
    all: Vec<Person>,
}

/// Whose people the licensee's and the printer's are.
#[derive(Clone, Copy)]
pub(super) struct Parties {
    pub(super) licensee: LicenseeNumber,
    pub(super) printer: PrinterNumber,
}

/// As they are called in the season's story.
const fn name_of(role: Role) -> &'static str {
    match role {
        Role::Approver => "科长乙",
        Role::SecondApprover => "局长丙",
        Role::Registrar => "登记员甲",
        Role::Printer => "印刷工癸",
        Role::Licensee => "仓管员丑",
        Role::Inspector => "检查员寅",
        Role::Auditor => "审计员卯",
        Role::Administrator => "管理员辰",
    }
}

/// Makes whoever is missing, and finds the others.
pub(super) async fn make(
    dir: &Path,
    store: &Store,
    key: &PeopleKey,
    url: &PublicUrl,
    parties: Parties,
    output: &mut Output,
) -> Result<People, Failure> {
    let file = dir.join("people.txt");
    let mut written = if file.exists() {
        read(&read_private_text(&file)?)
    } else {
        BTreeMap::new()
    };
    let known = accounts::list(store, "", None, UserNumber(0), MOST).await?;
    let office = Office { store, key, url };
    let (mut all, mut is_new) = (Vec::new(), false);
    for role in Role::ALL.iter().copied() {
        let login = login_of(role)?;
        let user = known.iter().find(|user| user.login == login);
        let person = match (user, written.remove(login.as_str())) {
            (Some(_), Some(person)) => person,
            (user, _) => {
                is_new = true;
                office.begin(user.cloned(), role, parties).await?
            }
        };
        all.push(person);
    }
    if is_new {
        write_private_text(&file, &to_text(&all))?;
    }
    let what = format!("{}: a person for each role of the console", file.display());
    say(output, is_new, &what)?;
    Ok(People { file, all })
}

fn login_of(role: Role) -> Result<Login, Failure> {
    Login::new(role.slug()).map_err(|error| Failure::new(error.to_string(), "report this fault"))
}

struct Office<'a> {
    store: &'a Store,
    key: &'a PeopleKey,
    url: &'a PublicUrl,
}

impl Office<'_> {
    /// Gives a person a password, and a second factor if the role needs one.
    async fn begin(
        &self,
        user: Option<User>,
        role: Role,
        parties: Parties,
    ) -> Result<Person, Failure> {
        let (login, now) = (login_of(role)?, system::now());
        let password = Zeroizing::new(accounts::made_up_password());
        match user {
            None => self.add(role, &password, parties, now).await?,
            Some(user) => self.reset(&user, &password, now).await?,
        }
        let address = match role.needs_second_factor() {
            true => Some(self.enrol(&login, &password, now).await?),
            false => None,
        };
        Ok(Person {
            login,
            role,
            password,
            address,
        })
    }

    async fn add(
        &self,
        role: Role,
        password: &str,
        parties: Parties,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let login = login_of(role)?;
        let password = Password::new(password, &login)
            .map_err(|error| Failure::new(error.to_string(), "run it again"))?;
        let scope = role.scope(
            (role == Role::Licensee).then_some(parties.licensee),
            (role == Role::Printer).then_some(parties.printer),
        );
        let new = NewUser {
            login,
            name: words(name_of(role))?,
            role,
            scope: scope.ok_or_else(|| Failure::new("no such role", "report this fault"))?,
        };
        let origin = Origin::shell(&words("演示")?);
        accounts::add(self.store, &origin, now, new, Some(password)).await?;
        Ok(())
    }

    /// Of somebody whose line in the file is lost.
    async fn reset(&self, user: &User, password: &str, now: Timestamp) -> Result<(), Failure> {
        let (store, origin) = (self.store, Origin::shell(&words("演示")?));
        accounts::reset_second_factor(store, &origin, now, user.number).await?;
        let for_once = accounts::reset_password(store, &origin, now, user.number).await?;
        let (signed_in, origin) = self.sign_in(&user.login, &for_once, now).await?;
        own::change_password(store, &origin, now, &signed_in, &for_once, password).await?;
        self.sign_out(&signed_in, &origin, now).await
    }

    /// Enrols the second factor as the person would, with the code of half a minute ago: the present one is still unused
    /// when the person signs in.
    async fn enrol(
        &self,
        login: &Login,
        password: &str,
        now: Timestamp,
    ) -> Result<Zeroizing<String>, Failure> {
        let (store, key) = (self.store, self.key);
        let (signed_in, origin) = self.sign_in(login, password, now).await?;
        let secret = own::new_second_factor(store, key, &signed_in).await?;
        let code = secret.code_at(now - SignedDuration::from_secs(STEP_SECONDS));
        let codes = own::confirm_second_factor(store, key, &origin, now, &signed_in, &code).await?;
        if codes.is_none() {
            return Err(refused(login));
        }
        self.sign_out(&signed_in, &origin, now).await?;
        Ok(secret.address(self.url.domain(), login))
    }

    async fn sign_in(
        &self,
        login: &Login,
        password: &str,
        now: Timestamp,
    ) -> Result<(SignedIn, Origin), Failure> {
        let origin = Origin::shell(login.as_line());
        let attempt = sign_in::begin(self.store, &origin, password, now).await?;
        let Attempt::Begun { cookie, .. } = attempt else {
            return Err(refused(login));
        };
        let signed_in = sessions::of_cookie(self.store, &cookie, now).await?;
        let signed_in = signed_in.ok_or_else(|| refused(login))?;
        let origin = origin.of(&signed_in.principal);
        Ok((signed_in, origin))
    }

    async fn sign_out(
        &self,
        signed_in: &SignedIn,
        origin: &Origin,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (user, session) = (&signed_in.principal.user, signed_in.session.number);
        Ok(sessions::end(self.store, origin, now, user, session).await?)
    }
}

fn refused(login: &Login) -> Failure {
    Failure::new(
        format!("{login} of the demonstration cannot sign in"),
        "see that the clock is right, then run it again",
    )
}

fn to_text(all: &[Person]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(HEAD.to_owned());
    for person in all {
        let address = person.address.as_ref().map_or("-", |address| address);
        let mut pairs = address.split(['?', '&']);
        let secret = pairs.find_map(|pair| pair.strip_prefix("secret="));
        let cells = [
            person.login.as_str(),
            person.role.slug(),
            person.password.as_str(),
            secret.unwrap_or("-"),
            address,
        ];
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

/// The lines that say all there is to say, by the name to sign in with.
fn read(text: &str) -> BTreeMap<String, Person> {
    let person = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        let [login, role, password, _, address] = cells[..] else {
            return None;
        };
        let (login, role) = (Login::new(login).ok()?, Role::from_slug(role)?);
        let address = Some(address).filter(|address| *address != "-");
        if role.needs_second_factor() != address.is_some() {
            return None;
        }
        let person = Person {
            role,
            password: Zeroizing::new(password.to_owned()),
            address: address.map(|address| Zeroizing::new(address.to_owned())),
            login,
        };
        Some((person.login.to_string(), person))
    };
    text.lines().filter_map(person).collect()
}

impl People {
    /// For programs.
    pub(super) fn to_json(&self) -> Value {
        let one = |person: &Person| {
            json!({
                "login": person.login, "role": person.role.slug(), "password": person.password.as_str(),
                "needs_code": person.address.is_some(),
            })
        };
        self.all.iter().map(one).collect()
    }

    /// For people.
    pub(super) fn to_text(&self, url: &PublicUrl) -> String {
        let row = |person: &Person| {
            vec![
                person.login.to_string(),
                person.role.chinese().to_owned(),
                person.password.to_string(),
                if person.address.is_some() { "yes" } else { "-" }.to_owned(),
            ]
        };
        let rows: Vec<Vec<String>> = self.all.iter().map(row).collect();
        let head = ["login", "role", "password", "asked for a code"];
        format!(
            "Sign in at {url}/console (all of this stands in {file}):\n{}\n\
             A code, if there is no phone that holds the secret:  yuanmark user code LOGIN --file {file}",
            table(&head, &rows),
            file = self.file.display(),
        )
    }

    /// Where it is written down.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }
}
