//! Arguments that several commands share; how each value is read stands in [`super::values`].

use std::convert::Infallible;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::Args;

use super::failure::Failure;
use super::output::cut;
use super::values::line;
use crate::domain::order::Batch;
use crate::domain::text::Line;
use crate::keystore::{KeyFolder, KeystoreError, Passphrase};
use crate::service::belonging;
use crate::service::desk::Call;
use crate::service::keys::LiveKeys;
use crate::service::system;
use crate::service::trail::{self, Note, Origin};
use crate::store::trail::Outcome;
use crate::store::{DatabaseUrl, DatabaseUrlError, Store, migrate};

/// Where help lists what every command takes, apart from the command's own flags.
pub(super) const INSTALLATION: &str = "The installation";

const DATABASE: &str = "sqlite:yuanmark.db";
const KEYS: &str = "keys";

/// Where this installation keeps its data and keys.
#[derive(Args, Clone, Debug)]
pub(super) struct Installation {
    /// The database: sqlite:FILE or postgres://USER@HOST/DATABASE
    #[arg(
        long,
        global = true,
        help_heading = INSTALLATION,
        env = "YUANMARK_DATABASE",
        default_value = DATABASE,
        value_name = "URL",
        hide_env_values = true,
        value_parser = database_url
    )]
    database: Result<DatabaseUrl, DatabaseUrlError>,

    /// The key folder
    #[arg(
        long,
        global = true,
        help_heading = INSTALLATION,
        env = "YUANMARK_KEYS",
        default_value = KEYS,
        value_name = "DIR"
    )]
    pub keys: PathBuf,

    /// A file (mode 0600) whose first line opens encrypted private keys
    #[arg(
        long,
        global = true,
        help_heading = INSTALLATION,
        env = "YUANMARK_PASSPHRASE_FILE",
        value_name = "FILE"
    )]
    pub passphrase_file: Option<PathBuf>,

    /// The database once a command has opened it, to be closed in order at the end.
    #[arg(skip)]
    opened: OnceLock<Store>,
}

impl Installation {
    pub(super) fn database(&self) -> Result<&DatabaseUrl, Failure> {
        self.database.as_ref().map_err(|error| {
            Failure::wrong_input(
                error.to_string(),
                "mend --database or the variable YUANMARK_DATABASE",
            )
        })
    }

    /// Whether nobody said which database and which keys.
    pub(super) fn is_by_default(&self) -> bool {
        let database = self.database.as_ref().ok();
        database == DATABASE.parse().ok().as_ref() && self.keys.as_os_str() == KEYS
    }

    pub(super) fn key_folder(&self) -> KeyFolder {
        KeyFolder::new(&self.keys)
    }

    pub(super) fn passphrase(&self) -> Result<Option<Passphrase>, Failure> {
        let Some(path) = self.passphrase_file.as_deref() else {
            return Ok(None);
        };
        match Passphrase::from_file(path) {
            Err(KeystoreError::Missing(_)) => Err(Failure::wrong_input(
                format!("there is no passphrase file {}", path.display()),
                "name the file with --passphrase-file, or leave that out",
            )),
            Err(error @ KeystoreError::Damaged { .. }) => Err(Failure::wrong_input(
                error.to_string(),
                "write the passphrase into its first line",
            )),
            passphrase => Ok(Some(passphrase?)),
        }
    }

    /// The keys and the database, if they belong together.
    pub(super) async fn open(&self) -> Result<(LiveKeys, Store), Failure> {
        let keys = LiveKeys::open(self.key_folder(), self.passphrase()?)?;
        let store = self.store().await?;
        belonging::bind(&store, &keys.ring()).await?;
        Ok((keys, store))
    }

    /// The database, if it is there and has this program's schema.
    pub(super) async fn store(&self) -> Result<Store, Failure> {
        let store = Store::connect(self.database()?).await?;
        let store = self.opened.get_or_init(|| store).clone();
        migrate::check(&store).await?;
        Ok(store)
    }

    /// A line on marks of this batch that the public is told are not ours, whatever the ledger says of their state.
    pub(super) fn distrust(&self, batch: &Batch) -> Result<Option<String>, Failure> {
        let ring = self.key_folder().read_keyring()?;
        let key = ring.get(batch.key);
        let is_vouched_for = key.is_some_and(|key| key.vouches_for_issue_at(batch.issued_at));
        Ok((!is_vouched_for).then(|| {
            format!("key {} does not vouch for batch {}: the public is told that its marks are not ours", batch.key, batch.number)
        }))
    }

    /// Closes the database, so that a SQLite file holds everything by itself.
    pub(super) async fn close(&self) {
        if let Some(store) = self.opened.get() {
            store.close().await;
        }
    }
}

/// Never refuses: clap would print a refused address, and with it the password.
#[allow(clippy::unnecessary_wraps)] // what clap asks for
pub(super) fn database_url(
    text: &str,
) -> Result<Result<DatabaseUrl, DatabaseUrlError>, Infallible> {
    Ok(text.parse())
}

/// Who does it.
#[derive(Args, Clone, Debug)]
pub(super) struct By {
    /// Who does this, as the ledger will say
    #[arg(long, env = "YUANMARK_BY", default_value_t = user_name(), value_name = "NAME", value_parser = line)]
    pub by: Line,
}

impl By {
    /// Has the audit trail say that this person did something that leaves no entry in the ledger.
    pub(super) async fn note(&self, store: &Store, note: Note) -> Result<(), Failure> {
        let origin = Origin::shell(&self.by);
        Ok(trail::write_alone(store, &origin, system::now(), Outcome::Done, note).await?)
    }
}

fn user_name() -> Line {
    let named = |variable| std::env::var(variable).ok();
    ["USER", "LOGNAME"]
        .into_iter()
        .filter_map(named)
        .find_map(|name| Line::new("name", &name).ok())
        .unwrap_or_else(|| Line::new("name", "operator").expect("one visible word"))
}

/// Who asks, and under which name for the request.
#[derive(Args, Clone, Debug)]
pub(super) struct Caller {
    #[command(flatten)]
    by: By,
    /// A name for this one request: repeated with the same name, it is done once
    #[arg(long, value_parser = line, value_name = "NAME")]
    pub request: Option<Line>,
}

impl Caller {
    /// The call, now.
    pub(super) fn call(&self) -> Call {
        Call {
            request: self.request.clone(),
            ..Call::new(self.by.by.clone(), system::now())
        }
    }
}

/// The part of a long list that is shown, the newest first.
#[derive(Args, Clone, Debug)]
pub(super) struct Page {
    /// Only those with a smaller number: the last one of the page before
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub before: Option<u32>,
    #[command(flatten)]
    pub limit: Limit,
}

impl Page {
    /// How many to ask for: one beyond those that are shown, to see whether there are more.
    pub(super) const fn asked(&self) -> u32 {
        self.limit.asked()
    }

    /// Takes away what was asked for beyond the limit, and says how the rest is asked for.
    pub(super) fn cut<T, N: Display>(
        &self,
        found: &mut Vec<T>,
        number: impl FnOnce(&T) -> N,
    ) -> Option<String> {
        self.limit.cut(found, number)
    }
}

impl Limit {
    pub(super) const fn asked(&self) -> u32 {
        self.limit + 1
    }

    pub(super) fn cut<T, N: Display>(
        &self,
        found: &mut Vec<T>,
        number: impl FnOnce(&T) -> N,
    ) -> Option<String> {
        cut(found, self.limit, |last| {
            format!("--before {}", number(last))
        })
    }
}

/// How many rows a listing shows.
#[derive(Args, Clone, Debug)]
pub(super) struct Limit {
    /// Show at most this many, from the top
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}
