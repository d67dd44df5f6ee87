//! The steps of the demonstration. Each makes its thing or finds it, and says which.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{DRAWN, MARKS, REVOKED};
use crate::cli::batch::progress_bar;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::token;
use crate::domain::admin_token::AdminToken;
use crate::domain::code::Code;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::{calendar::BEIJING, form::Form};
use crate::domain::licensee::LegalBasis;
use crate::domain::mark::{IndexRange, MarkCount, MarkId, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::public_url::PublicUrl;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::keystore::{KeyFolder, write_admin_token};
use crate::render::dpi::Dpi;
use crate::service::issue::{self, Issue};
use crate::service::keys::{self, LiveKeys};
use crate::service::marks::{self, Change};
use crate::service::pack::{self, Format, Pack};
use crate::service::{licensees, orders, system};
use crate::store::order::NewOrder;
use crate::store::{DatabaseUrl, Store, migrate};

/// One line for each thing, made now or found again.
fn say(output: &mut Output, is_new: bool, what: &str) -> Result<(), Failure> {
    output.note(&format!(
        "{}  {what}",
        if is_new { "made " } else { "found" }
    ))
}

pub(super) fn make_keys(
    dir: &Path,
    now: Timestamp,
    output: &mut Output,
) -> Result<LiveKeys, Failure> {
    let folder = KeyFolder::new(dir.join("keys"));
    let is_new = !folder.has_keyring();
    if is_new {
        keys::make(&folder, None, None, now)?;
    }
    let path = folder.path().display().to_string();
    say(
        output,
        is_new,
        &format!("{path}: a signing key, serial, hidden and phone keys, keyring.toml"),
    )?;
    Ok(LiveKeys::open(folder, None)?)
}

pub(super) fn make_token(
    dir: &Path,
    output: &mut Output,
) -> Result<(PathBuf, AdminToken), Failure> {
    let path = dir.join("admin-token");
    let is_new = !path.exists();
    if is_new {
        write_admin_token(&path, &system::random())?;
    }
    let what = format!("{}: the administrator's token", path.display());
    say(output, is_new, &what)?;
    let token = token::read(&path)?;
    Ok((path, token))
}

pub(super) async fn make_database(dir: &Path, output: &mut Output) -> Result<Store, Failure> {
    let path = dir.join("yuanmark.db");
    let is_new = !path.exists();
    let what = format!("{}: a SQLite database", path.display());
    let store = Store::connect_or_create(&DatabaseUrl::Sqlite(path)).await?;
    migrate::run(&store).await?;
    say(output, is_new, &what)?;
    Ok(store)
}

fn words(text: &'static str) -> Result<Line, Failure> {
    Line::new("text", text).map_err(|error| Failure::new(error.to_string(), "report this fault"))
}

pub(super) async fn make_batch(
    store: &Store,
    keys: &LiveKeys,
    now: Timestamp,
    output: &mut Output,
) -> Result<Batch, Failure> {
    let broken = |what: &'static str| Failure::new(what, "report this fault");
    let actor = words("demo")?;
    let known = licensees::list(store).await?.into_iter().next();
    let is_new = known.is_none();
    let licensee = match known {
        Some(licensee) => licensee,
        None => {
            let uscc =
                Uscc::new("93430981MA4TEXT36K").map_err(|_| broken("the sample code is wrong"))?;
            let name = words("沅江市虚构湖畔芦笋专业合作社")?;
            licensees::add(store, &name, &uscc, LegalBasis::Both, now).await?
        }
    };
    say(
        output,
        is_new,
        &format!(
            "licensee {}: {} (an invented name)",
            licensee.number, licensee.name
        ),
    )?;

    let known = orders::list(store, 1).await?.into_iter().next();
    let known = known.map(|(order, _)| order);
    let is_new = known.is_none();
    let order = match known {
        Some(order) => order,
        None => {
            let year = u16::try_from(BEIJING.to_datetime(now).year())
                .ok()
                .and_then(Season::new);
            let new = NewOrder {
                licensee: licensee.number,
                season: year.ok_or_else(|| broken("the clock is wrong"))?,
                form: Form::Canned,
                product: words("清水芦笋罐头 425 g")?,
                quantity: MarkCount::new(MARKS).ok_or_else(|| broken("too many marks"))?,
                actor: actor.clone(),
            };
            orders::place(store, new, now).await?
        }
    };
    say(
        output,
        is_new,
        &format!(
            "order {}: {MARKS} marks for {}, season {}",
            order.number, order.product, order.season
        ),
    )?;

    let new = Issue {
        order: order.number,
        has_hidden_codes: false,
        idempotency_key: words("demo")?,
        actor,
    };
    let issued = issue::issue(store, keys, &new, now).await?;
    say(
        output,
        !issued.is_repeat,
        &format!(
            "batch {}: one row for its {MARKS} marks",
            issued.batch.number
        ),
    )?;
    Ok(issued.batch)
}

pub(super) async fn make_pack(
    dir: &Path,
    store: &Store,
    keys: &LiveKeys,
    url: &PublicUrl,
    batch: &Batch,
    output: &mut Output,
) -> Result<(), Failure> {
    let out = dir.join("pack");
    let first = MarkId {
        batch: batch.number,
        index: index(0)?,
    };
    // The labels carry the address: for another one they are made anew.
    let link = url.link(&code_of(keys, batch, first)?.to_base64url());
    let is_there = |format: Format| out.join(format.file_name()).exists();
    let table = fs::read_to_string(out.join(Format::Csv.file_name())).unwrap_or_default();
    let is_same = table.lines().nth(1).is_some_and(|row| row.ends_with(&link))
        && Format::ALL.into_iter().all(is_there);
    if !is_same {
        let bar = progress_bar();
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let some = IndexRange::new(index(0)?, index(DRAWN - 1)?);
        for (formats, range) in [
            (vec![Format::Csv], None),
            (vec![Format::Svg, Format::Png, Format::Sheet], some),
        ] {
            let request = Pack {
                batch: batch.number,
                range,
                formats,
                dpi: Dpi::D300,
                hidden_codes: false,
                out: out.clone(),
                replace: true,
            };
            pack::pack(store, keys, url, &request, &progress).await?;
        }
        bar.finish_and_clear();
    }
    let what = format!(
        "{}: labels.csv, the first {DRAWN} labels in svg/ and png/, and all {DRAWN} on sheet.png, for {url}",
        out.display()
    );
    say(output, !is_same, &what)
}

pub(super) async fn change_marks(
    store: &Store,
    keys: &LiveKeys,
    batch: &Batch,
    now: Timestamp,
    output: &mut Output,
) -> Result<(), Failure> {
    let half = MARKS / 2;
    let (activated, revoked) = (format!("0-{}", half - 1), REVOKED.to_string());
    let reason = words("演示：这枚标志已撤销")?;
    for (kind, lines, reason, what) in [
        (
            EventKind::Activated,
            &activated,
            None,
            format!("{half} marks activated: {activated}"),
        ),
        (
            EventKind::Withdrawn(Withdrawal::Revoked),
            &revoked,
            Some(&reason),
            format!("mark {REVOKED} revoked"),
        ),
    ] {
        let change = Change {
            kind,
            lines: Some(lines),
            batch: Some(batch.number),
            skip_bad: false,
            actor: &words("demo")?,
            reason,
            document: None,
        };
        let changed = marks::change(store, &keys.secrets.serial, &change, now).await?;
        say(output, changed.marks > 0, &what)?;
    }
    Ok(())
}

pub(super) fn index(index: u32) -> Result<MarkIndex, Failure> {
    MarkIndex::new(index).ok_or_else(|| Failure::new("an index is too large", "report this fault"))
}

pub(super) fn code_of(keys: &LiveKeys, batch: &Batch, mark: MarkId) -> Result<Code, Failure> {
    let payload = batch.payload(mark);
    let payload = payload.ok_or_else(|| {
        Failure::wrong_input(
            format!(
                "batch {} of this folder is not the demonstration's",
                batch.number
            ),
            "choose another --dir",
        )
    })?;
    Ok(payload.sign(&keys.signing_key(batch.key)?))
}
