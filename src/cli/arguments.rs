//! Arguments that several commands share, and how each is read.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::OnceLock;

use clap::Args;
use jiff::Timestamp;

use super::failure::Failure;
use crate::domain::form::Form;
use crate::domain::licensee::LegalBasis;
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::public_url::PublicUrl;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::keystore::{KeyFolder, KeystoreError, Passphrase};
use crate::service::keys::LiveKeys;
use crate::store::{DatabaseUrl, DatabaseUrlError, Store, migrate};

/// Where help lists what every command takes, apart from the command's own flags.
pub(super) const INSTALLATION: &str = "The installation";

/// Where this installation keeps its data and keys.
#[derive(Args, Clone, Debug)]
pub(super) struct Installation {
    /// The database: sqlite:FILE or postgres://USER@HOST/DATABASE
    #[arg(
        long,
        global = true,
        help_heading = INSTALLATION,
        env = "YUANMARK_DATABASE",
        default_value = "sqlite:yuanmark.db",
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
        default_value = "keys",
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

    pub(super) fn live_keys(&self) -> Result<LiveKeys, Failure> {
        Ok(LiveKeys::open(self.key_folder(), self.passphrase()?)?)
    }

    /// The database, if it is there and has this program's schema.
    pub(super) async fn store(&self) -> Result<Store, Failure> {
        let store = Store::connect(self.database()?).await?;
        migrate::check(&store).await?;
        Ok(self.opened.get_or_init(|| store).clone())
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
fn database_url(text: &str) -> Result<Result<DatabaseUrl, DatabaseUrlError>, Infallible> {
    Ok(text.parse())
}

/// Who does it.
#[derive(Args, Clone, Debug)]
pub(super) struct By {
    /// Who does this, as the ledger will say
    #[arg(long, env = "YUANMARK_BY", default_value_t = user_name(), value_name = "NAME", value_parser = line)]
    pub by: String,
}

impl By {
    pub(super) fn actor(&self) -> Result<Line, Failure> {
        to_line("name", &self.by)
    }
}

fn user_name() -> String {
    std::env::var("USER")
        .or_else(|_| std::env::var("LOGNAME"))
        .ok()
        .filter(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "operator".into())
}

/// Why something is done that cannot be done without a reason.
#[derive(Args, Clone, Debug)]
pub(super) struct Grounds {
    /// The reason, which the public may read
    #[arg(long, value_parser = line)]
    reason: String,
    /// The number of the decision or report
    #[arg(long, value_parser = line)]
    document: Option<String>,
    #[command(flatten)]
    pub by: By,
}

impl Grounds {
    pub(super) fn reason(&self) -> Result<Line, Failure> {
        to_line("reason", &self.reason)
    }

    pub(super) fn document(&self) -> Result<Option<Line>, Failure> {
        optional_line("document", self.document.as_deref())
    }
}

/// How many rows a listing shows.
#[derive(Args, Clone, Debug)]
pub(super) struct Limit {
    /// Show at most this many, the newest first
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

pub(super) fn to_line(what: &'static str, text: &str) -> Result<Line, Failure> {
    Line::new(what, text)
        .map_err(|error| Failure::wrong_input(error.to_string(), "write it on one line"))
}

pub(super) fn optional_line(
    what: &'static str,
    text: Option<&str>,
) -> Result<Option<Line>, Failure> {
    text.map(|text| to_line(what, text)).transpose()
}

pub(super) fn line(text: &str) -> Result<String, String> {
    let line = Line::new("text", text).map_err(|error| error.to_string())?;
    Ok(line.as_str().to_owned())
}

pub(super) fn season(text: &str) -> Result<Season, String> {
    let year = text.parse().ok().and_then(Season::new);
    year.ok_or_else(|| "a season is a year from 2000 to 2255".into())
}

pub(super) fn form(text: &str) -> Result<Form, String> {
    let words = Form::ALL.map(Form::slug).join(", ");
    Form::from_slug(text).ok_or_else(|| format!("a form is one of {words}"))
}

pub(super) fn legal_basis(text: &str) -> Result<LegalBasis, String> {
    let words = LegalBasis::ALL
        .iter()
        .map(|basis| basis.slug())
        .collect::<Vec<_>>()
        .join(", ");
    LegalBasis::from_slug(text).ok_or_else(|| format!("a legal basis is one of {words}"))
}

pub(super) fn uscc(text: &str) -> Result<Uscc, String> {
    Uscc::new(text).map_err(|error| error.to_string())
}

pub(super) fn mark_count(text: &str) -> Result<MarkCount, String> {
    let plain: String = text.chars().filter(|c| *c != ',' && *c != '_').collect();
    let count = plain.parse().ok().and_then(MarkCount::new);
    count.ok_or_else(|| "a batch holds 1 to 16,777,216 marks".into())
}

pub(super) fn batch_number(text: &str) -> Result<BatchNumber, String> {
    let number = text.parse().ok().and_then(BatchNumber::new);
    number.ok_or_else(|| "a batch number is from 1 to 268,435,455".into())
}

pub(super) fn index_range(text: &str) -> Result<IndexRange, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let index = |text: &str| text.trim().parse().ok().and_then(MarkIndex::new);
    let (Some(first), Some(last)) = (index(first), index(last)) else {
        return Err("a range is FIRST-LAST, as in 0-999".into());
    };
    IndexRange::new(first, last)
        .ok_or_else(|| "the first index must not be larger than the last".into())
}

pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    PublicUrl::new(text).map_err(|error| error.to_string())
}

pub(super) fn time(text: &str) -> Result<Timestamp, String> {
    let hint = || "a time is written as in 2026-04-02T08:00:00+08:00".to_owned();
    text.parse().map_err(|_| hint())
}
