//! `yuanmark user …`

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::arguments::{By, Installation};
use super::failure::Failure;
use super::output::{Output, beijing, card, counted, table};
use super::values::{licensee, line, number, word};
use crate::domain::access::password::Password;
use crate::domain::access::second_factor::{STEP_SECONDS, TotpSecret};
use crate::domain::access::{Login, Role, Scope, User as Account, UserNumber};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::printer::PrinterNumber;
use crate::domain::text::Line;
use crate::keystore::{KeystoreError, read_private_text};
use crate::service::people::accounts::{self, Change, NewUser};
use crate::service::people::sessions;
use crate::service::system;
use crate::service::trail::Origin;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum User {
    /// Add a person who may sign in to the console
    ///
    /// Without --password-file a password for once is made and printed: tell it to the person, who must change it at the
    /// first sign-in. Roles of the authority, the auditor and the administrator enrol a second factor (动态口令) then.
    #[command(
        after_help = "EXAMPLES\n  yuanmark user add li.hua --name 李华 --role administrator\n  yuanmark user add wang.min --name 王敏 --role licensee --licensee 1"
    )]
    Add {
        /// The name to sign in with: 3 to 32 of a-z, 0-9, '.', '_' and '-'; never changed
        #[arg(value_parser = Login::new)]
        login: Login,
        /// The person's name
        #[arg(long, value_parser = line)]
        name: Line,
        #[command(flatten)]
        post: Post,
        /// A file whose first line is the password
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
        #[command(flatten)]
        by: By,
    },
    /// List people
    #[command(after_help = "EXAMPLE\n  yuanmark user list --role printer")]
    List {
        /// Only those whose name or sign-in name holds this
        #[arg(long, default_value = "")]
        search: String,
        /// Only those of this role
        #[arg(long, value_parser = word::<Role>())]
        role: Option<Role>,
    },
    /// Show a person, whether a second factor is enrolled, and their sessions
    #[command(after_help = "EXAMPLE\n  yuanmark user show wang.min")]
    Show {
        /// The name to sign in with
        #[arg(value_parser = Login::new)]
        login: Login,
    },
    /// Give a person another name, role or party; their sessions end
    #[command(after_help = "EXAMPLE\n  yuanmark user change wang.min --name 王敏 --role registrar")]
    Change {
        /// The name to sign in with
        #[arg(value_parser = Login::new)]
        login: Login,
        /// The person's name
        #[arg(long, value_parser = line)]
        name: Line,
        #[command(flatten)]
        post: Post,
        #[command(flatten)]
        by: By,
    },
    /// Keep a person from signing in; their sessions end and their tokens open nothing
    #[command(after_help = "EXAMPLE\n  yuanmark user disable wang.min")]
    Disable(Which),
    /// Let a person sign in again
    #[command(after_help = "EXAMPLE\n  yuanmark user enable wang.min")]
    Enable(Which),
    /// Make a password for once, which the person must change
    #[command(after_help = "EXAMPLE\n  yuanmark user reset-password wang.min")]
    ResetPassword(Which),
    /// Take away a second factor and its recovery codes: the person enrols anew
    #[command(after_help = "EXAMPLE\n  yuanmark user reset-second-factor wang.min")]
    ResetSecondFactor(Which),
    /// End all sessions of a person
    #[command(after_help = "EXAMPLE\n  yuanmark user end-sessions wang.min")]
    EndSessions(Which),
    /// Show the present one-time code (动态口令) of a secret that a file holds: an authenticator app for the shell
    ///
    /// The file has addresses of the kind otpauth://totp/…, as apps export them and `demo` writes them to people.txt, one a
    /// line among whatever else. Only its owner may be able to read it: whoever can has the second factor. It asks no
    /// database. A code is taken once; who was just asked for one takes the next.
    #[command(
        after_help = "EXAMPLE\n  yuanmark user code approver --file yuanmark-demo/people.txt"
    )]
    Code {
        /// The name to sign in with
        #[arg(value_parser = Login::new)]
        login: Login,
        /// The file with the person's address
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
}

/// What a person is there for.
#[derive(Args)]
pub(super) struct Post {
    /// What the person is there for
    #[arg(long, value_parser = word::<Role>())]
    role: Role,
    /// The licensee whose person it is
    #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
    licensee: Option<LicenseeNumber>,
    /// The printer whose person it is
    #[arg(long, value_parser = number(PrinterNumber), value_name = "NUMBER")]
    printer: Option<PrinterNumber>,
}

impl Post {
    fn scope(&self) -> Result<Scope, Failure> {
        let scope = self.role.scope(self.licensee, self.printer);
        scope.ok_or_else(|| {
            Failure::wrong_input(
                format!("the role {} does not go with that", self.role.slug()),
                "--licensee goes with the role licensee and --printer with the role printer, and only with these",
            )
        })
    }
}

#[derive(Args)]
pub(super) struct Which {
    /// The name to sign in with
    #[arg(value_parser = Login::new)]
    login: Login,
    #[command(flatten)]
    by: By,
}

impl User {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        if let Self::Code { login, file } = &self {
            return code(login, file, output);
        }
        let store = place.store().await?;
        let now = system::now();
        match self {
            Self::Code { login, file } => code(&login, &file, output),
            Self::Add {
                login,
                name,
                post,
                password_file,
                by,
            } => {
                let password = password_file.map(|path| read_password(&path, &login));
                let scope = post.scope()?;
                let new = NewUser {
                    login,
                    name,
                    role: post.role,
                    scope,
                };
                let origin = Origin::shell(&by.by);
                let added = accounts::add(&store, &origin, now, new, password.transpose()?);
                let (user, for_once) = added.await?;
                tell(output, &user, for_once)
            }
            Self::List { search, role } => {
                let found = accounts::list(&store, &search, role, UserNumber(0), u32::MAX).await?;
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = ["number", "login", "role", "of", "may sign in", "name"];
                let all: Vec<Value> = found.iter().map(|user| json!(user)).collect();
                output.result(&json!({ "users": all }), &table(&head, &rows))
            }
            Self::Show { login } => show(&store, &login, output).await,
            Self::Change {
                login,
                name,
                post,
                by,
            } => {
                let user = accounts::by_login(&store, &login).await?;
                let change = Change {
                    name,
                    role: post.role,
                    scope: post.scope()?,
                    is_disabled: user.is_disabled,
                };
                let origin = Origin::shell(&by.by);
                let user =
                    accounts::change(&store, &origin, now, user.number, None, change).await?;
                tell(output, &user, None)
            }
            Self::Disable(which) => switch(&store, which, true, output).await,
            Self::Enable(which) => switch(&store, which, false, output).await,
            Self::ResetPassword(Which { login, by }) => {
                let user = accounts::by_login(&store, &login).await?;
                let origin = Origin::shell(&by.by);
                let for_once = accounts::reset_password(&store, &origin, now, user.number).await?;
                tell(output, &user, Some(for_once))
            }
            Self::ResetSecondFactor(Which { login, by }) => {
                let user = accounts::by_login(&store, &login).await?;
                let origin = Origin::shell(&by.by);
                accounts::reset_second_factor(&store, &origin, now, user.number).await?;
                tell(output, &user, None)
            }
            Self::EndSessions(Which { login, by }) => {
                let user = accounts::by_login(&store, &login).await?;
                let origin = Origin::shell(&by.by);
                let ended = sessions::end_all(&store, &origin, now, &user, None).await?;
                output.result(
                    &json!({ "ended": ended }),
                    &format!("{} ended", counted(ended, "session", "sessions")),
                )
            }
        }
    }
}

/// Which file `user code` reads.
const OF_ADDRESSES: &str = "name the text file with the person's otpauth address, such as the people.txt of `yuanmark demo`";

fn code(login: &Login, file: &Path, output: &mut Output) -> Result<(), Failure> {
    let text = read_private_text(file).map_err(|error| match error {
        KeystoreError::ReadableByOthers { .. } => error.into(),
        KeystoreError::Missing(_) => {
            Failure::wrong_input(format!("there is no file {}", file.display()), OF_ADDRESSES)
        }
        error => Failure::wrong_input(error.to_string(), OF_ADDRESSES),
    })?;
    let mut found = text.split_whitespace().filter_map(TotpSecret::of_address);
    let (_, secret) = found.find(|(whose, _)| whose == login).ok_or_else(|| {
        Failure::wrong_input(
            format!("{} holds no otpauth address of {login}", file.display()),
            "name the file that has it, and the name as it stands there",
        )
    })?;
    let now = system::now();
    let left = STEP_SECONDS - now.as_second().rem_euclid(STEP_SECONDS);
    let next = secret.code_at(now + SignedDuration::from_secs(STEP_SECONDS));
    let code = secret.code_at(now);
    output.result(
        &json!({ "code": code, "seconds_left": left, "next": next }),
        &format!("{code}  for {left} seconds more, then {next}"),
    )
}

fn read_password(path: &Path, login: &Login) -> Result<Password, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::wrong_input(
            format!("{}: {error}", path.display()),
            "name a file whose first line is the password",
        )
    })?;
    let first = text.lines().next().unwrap_or_default();
    Password::new(first, login)
        .map_err(|error| Failure::wrong_input(error.to_string(), "take another one"))
}

async fn switch(
    store: &Store,
    Which { login, by }: Which,
    is_disabled: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let user = accounts::by_login(store, &login).await?;
    let change = Change {
        name: user.name,
        role: user.role,
        scope: user.scope,
        is_disabled,
    };
    let (origin, now) = (Origin::shell(&by.by), system::now());
    let user = accounts::change(store, &origin, now, user.number, None, change).await?;
    tell(output, &user, None)
}

async fn show(store: &Store, login: &Login, output: &mut Output) -> Result<(), Failure> {
    let user = accounts::by_login(store, login).await?;
    let open = sessions::list(store, &user, system::now()).await?;
    let has_second_factor = accounts::has_second_factor(store, user.number).await?;
    let mut text = to_text(&user);
    text.push_str("\n  second factor: ");
    text.push_str(if has_second_factor {
        "enrolled"
    } else {
        "not enrolled"
    });
    for session in &open {
        text.push_str(&format!(
            "\n  session {} since {}, last used {}, from {}: {}",
            session.number,
            beijing(session.made_at),
            beijing(session.seen_at),
            session.network,
            session.agent
        ));
    }
    let all = open.iter().map(|session| {
        json!({
            "number": session.number, "made_at": session.made_at, "seen_at": session.seen_at,
            "network": session.network, "agent": session.agent,
        })
    });
    let mut value = json!(user);
    value["has_second_factor"] = json!(has_second_factor);
    value["sessions"] = all.collect();
    output.result(&value, &text)
}

fn tell(output: &mut Output, user: &Account, for_once: Option<String>) -> Result<(), Failure> {
    let mut value = json!(user);
    let mut text = to_text(user);
    if let Some(for_once) = for_once {
        text.push_str(&format!("\n  password for once: {for_once}"));
        value["password_for_once"] = json!(for_once);
    }
    output.result(&value, &text)
}

fn of(user: &Account) -> String {
    match user.scope {
        Scope::All => "-".into(),
        Scope::Licensee(number) => format!("licensee {number}"),
        Scope::Printer(number) => format!("printer {number}"),
    }
}

fn row(user: &Account) -> Vec<String> {
    vec![
        user.number.to_string(),
        user.login.to_string(),
        user.role.slug().into(),
        of(user),
        if user.is_disabled { "no" } else { "yes" }.into(),
        user.name.to_string(),
    ]
}

fn to_text(user: &Account) -> String {
    let mut fields = vec![
        ("name", user.name.to_string()),
        (
            "role",
            format!("{} ({})", user.role.slug(), user.role.chinese()),
        ),
    ];
    if user.scope != Scope::All {
        fields.push(("of", of(user)));
    }
    if user.is_disabled {
        fields.push(("may sign in", "no".into()));
    }
    card(&format!("user {}", user.login), &fields)
}
