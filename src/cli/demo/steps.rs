//! The steps of the demonstration. Each makes its thing or finds it, and says which.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{Timestamp, civil};

use super::{DRAWN, MARKS, REVOKED};
use crate::cli::batch::progress_bar;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::token;
use crate::domain::admin_token::AdminToken;
use crate::domain::area::Area;
use crate::domain::calendar::day_of;
use crate::domain::code::Code;
use crate::domain::document::Purpose;
use crate::domain::entitlement::Account;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::form::Form;
use crate::domain::licensee::{LegalBasis, Licensee, LicenseeState, NewLicensee, Particulars};
use crate::domain::lot::{LotLabel, NewLot, TestReport, TestResult};
use crate::domain::mark::{IndexRange, MarkCount, MarkId, MarkIndex};
use crate::domain::order::{Batch, NewOrder};
use crate::domain::printer::NewPrinter;
use crate::domain::public_url::PublicUrl;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::township::Township;
use crate::domain::uscc::Uscc;
use crate::keystore::{KeyFolder, write_admin_token};
use crate::service::desk::Call;
use crate::service::documents::{self, NewDocument};
use crate::service::issue::{self, Issue};
use crate::service::keys::{self, LiveKeys};
use crate::service::marks::{self, Change, Which};
use crate::service::pack::{self, Format, Pack, There};
use crate::service::trail::Origin;
use crate::service::{entitlements, ledger, licensees, lots, orders, printers, system};
use crate::store::{DatabaseUrl, Store, migrate};

/// One line for each thing, made now or found again.
pub(super) fn say(output: &mut Output, is_new: bool, what: &str) -> Result<(), Failure> {
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
        &format!("{path}: a signing key, serial, hidden, phone and people keys, keyring.toml"),
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

/// In the folder of a demonstration, so that nobody takes it for an installation; and no installation for it.
const SIGN: (&str, &str) = (
    "DEMONSTRATION.txt",
    "Everything in this folder was invented by `yuanmark demo`, keys and passwords included. Use it for no real mark.\n",
);

/// Makes the folder, or finds it as an earlier run left it.
pub(super) fn make_folder(dir: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::wrong_input(
            format!("{}: {error}", dir.display()),
            "choose another --dir",
        )
    };
    fs::create_dir_all(dir).map_err(failed)?;
    let (name, text) = SIGN;
    if dir.join(name).exists() {
        return Ok(());
    }
    if fs::read_dir(dir).map_err(failed)?.next().is_some() {
        return Err(Failure::wrong_input(
            format!(
                "{} holds something that no demonstration made",
                dir.display()
            ),
            "choose a new folder with --dir: the invented firms and marks never go into an installation",
        ));
    }
    fs::write(dir.join(name), text).map_err(failed)
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

pub(super) fn words(text: &'static str) -> Result<Line, Failure> {
    Line::new("text", text).map_err(|error| Failure::new(error.to_string(), "report this fault"))
}

pub(super) async fn make_batch(
    store: &Store,
    keys: &LiveKeys,
    now: Timestamp,
    output: &mut Output,
) -> Result<Batch, Failure> {
    let broken = |what: &'static str| Failure::new(what, "report this fault");
    let call = |name: &'static str| -> Result<Call, Failure> {
        Ok(Call {
            request: Some(words(name)?),
            ..Call::new(words("演示")?, now)
        })
    };
    let year = u16::try_from(day_of(now).year()).ok().and_then(Season::new);
    let season = year.ok_or_else(|| broken("the clock is wrong"))?;
    let is_new = ledger::head(store).await?.number == 0;

    let uscc = Uscc::new("93430981MA4TEXT36K").map_err(|_| broken("the sample code is wrong"))?;
    let mut particulars =
        Particulars::new(words("沅江市虚构湖畔芦笋专业合作社")?, LegalBasis::Both);
    particulars.forms.insert(Form::Canned);
    let township = Township::from_text("胭脂湖街道").ok_or_else(|| broken("no township"))?;
    let area = Area::from_text("1000").ok_or_else(|| broken("no area"))?;
    particulars.areas.insert(township, area);
    let new = NewLicensee {
        uscc,
        particulars,
        state: LicenseeState::Active,
        date: civil::date(2026, 1, 5),
        document: Some(words("演示公告2026年第1号")?),
    };
    let licensee = licensees::enter(store, &call("demo-licensee")?, new).await?;
    let what = format!(
        "licensee {}: {} (an invented name)",
        licensee.number,
        licensee.name()
    );
    say(output, is_new, &what)?;

    complete_file(
        store,
        &call("demo-file")?,
        &call("demo-artwork")?,
        &licensee,
    )
    .await?;

    let account = Account {
        licensee: licensee.number,
        season,
        form: Form::Canned,
    };
    let document = words("演示测产2026-1")?;
    let granting = call("demo-grant")?;
    let entitlement = entitlements::grant(store, &granting, account, area, 425, document).await?;
    let what = format!("entitlement: {} marks of {area} mu", entitlement.granted);
    say(output, is_new, &what)?;

    let new = NewPrinter {
        name: words("虚构彩印有限公司")?,
        uscc: Uscc::new("91430981MA4TEXT1XY").map_err(|_| broken("the sample code is wrong"))?,
        licence: words("演示印证字001号")?,
    };
    let printer = printers::enter(store, &call("demo-printer")?, new).await?;

    let new = NewOrder {
        licensee: licensee.number,
        season,
        form: Form::Canned,
        product: words("清水芦笋罐头 425 g")?,
        quantity: MarkCount::new(MARKS).ok_or_else(|| broken("too many marks"))?,
        market: None,
    };
    let order = orders::place(store, &call("demo-order")?, new).await?;
    let number = order.number;
    orders::approve(store, &call("demo-approve")?, number, None).await?;
    orders::assign(store, &call("demo-assign")?, number, printer.number).await?;
    let what = format!(
        "order {number}: {MARKS} marks for {}, season {season}, approved, with printer {}",
        order.placed.product, printer.number
    );
    say(output, is_new, &what)?;

    let new = Issue {
        order: number,
        has_hidden_codes: true,
        idempotency_key: words("demo")?,
        actor: words("演示")?,
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
    let receiver = words("虚构彩印有限公司收件")?;
    orders::release(store, &call("demo-release")?, number, receiver, None).await?;
    Ok(issued.batch)
}

/// What else the page of a mark shows of its producer: a hotline and the artwork, both invented.
async fn complete_file(
    store: &Store,
    filing: &Call,
    adding: &Call,
    licensee: &Licensee,
) -> Result<(), Failure> {
    let mut particulars = licensee.particulars.clone();
    particulars.contact.hotline = Some(words("0737-0000000")?);
    licensees::file(store, filing, licensee.number, 1, particulars).await?;
    let artwork = NewDocument {
        licensee: licensee.number,
        lot: None,
        purpose: Purpose::Artwork,
        title: words("标志图样（演示）")?,
        content: ARTWORK,
    };
    documents::add(store, adding, &artwork).await?;
    Ok(())
}

/// An invented artwork: the real one is issued by the national office.
const ARTWORK: &[u8] = include_bytes!("artwork.svg");

/// What is made of all labels of the demonstration's batch.
const WHOLE: &[Format] = &[Format::Csv, Format::Pdf];
/// What is made of some.
const DRAWN_FORMATS: &[Format] = &[Format::Zpl, Format::Svg, Format::Png, Format::Sheet];

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
        && WHOLE.iter().chain(DRAWN_FORMATS).copied().all(is_there);
    if !is_same {
        let bar = progress_bar();
        let progress = |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        };
        let some = IndexRange::new(index(0)?, index(DRAWN - 1)?);
        let origin = Origin::shell(&words("演示")?);
        for (formats, range) in [(WHOLE, None), (DRAWN_FORMATS, some)] {
            let request = Pack {
                range,
                formats: formats.to_vec(),
                there: There::Replaced,
                ..Pack::new(batch.number, out.clone())
            };
            pack::pack(store, keys, url, &request, &origin, &progress).await?;
        }
        bar.finish_and_clear();
    }
    let what = format!(
        "{}: labels.csv, the first {DRAWN} labels in svg/ and png/, and all {DRAWN} on sheet.png, for {url}",
        out.display()
    );
    say(output, !is_same, &what)
}

/// The labels are printed and delivered, their lot passes its test, half of them are activated, one is revoked.
pub(super) async fn change_marks(
    store: &Store,
    keys: &LiveKeys,
    batch: &Batch,
    now: Timestamp,
    output: &mut Output,
) -> Result<(), Failure> {
    let today = day_of(now);
    let call = Call::new(words("演示")?, now);
    let lot = NewLot {
        licensee: batch.licensee,
        public: LotLabel {
            code: words("LOT-DEMO-1")?,
            product: words("清水芦笋罐头 425 g")?,
            form: batch.form,
            season: batch.season,
            // The height of the picking, unless that is still to come.
            harvested: civil::date(today.year(), 3, 20).min(today),
            township: Township::from_text("胭脂湖街道")
                .ok_or_else(|| Failure::new("no township", "report this fault"))?,
            standard: words("演示标准 2026")?,
            certificate: None,
        },
        packs: MARKS,
        steps: Vec::new(),
    };
    let named = |name: &'static str| -> Result<Call, Failure> {
        let request = Some(words(name)?);
        Ok(Call {
            request,
            ..call.clone()
        })
    };
    let lot = lots::enter(store, &named("demo-lot")?, lot).await?;
    let report = TestReport {
        laboratory: words("虚构检验所")?,
        number: words("演示检验2026-017")?,
        date: today,
        result: TestResult::Passed,
        file: None,
    };
    let report = lot.reports.first().cloned().unwrap_or(report);
    lots::report(store, &named("demo-report")?, lot.number, report).await?;

    let half = MARKS / 2;
    let (activated, revoked) = (format!("0-{}", half - 1), REVOKED.to_string());
    let of_batch = |event, which| Change::new(event, which, Some(batch.number));
    let reason = words("演示：这枚标志已撤销")?;
    let revoke = Change {
        reason: Some(reason),
        ..of_batch(
            EventKind::Withdrawn(Withdrawal::Revoked),
            Which::Lines(&revoked),
        )
    };
    let activate = Change {
        lot: Some(lot.number),
        ..of_batch(EventKind::Activated, Which::Lines(&activated))
    };
    let printed = of_batch(EventKind::Printed, Which::All);
    let delivered = of_batch(EventKind::Delivered, Which::All);
    let received = of_batch(EventKind::Received, Which::All);
    for (change, name, what) in [
        (
            printed,
            "demo-printed",
            format!("{MARKS} labels reported printed"),
        ),
        (
            delivered,
            "demo-delivered",
            format!("{MARKS} labels delivered"),
        ),
        (
            received,
            "demo-received",
            format!("{MARKS} labels received"),
        ),
        (
            activate,
            "demo-activated",
            format!("{half} marks activated: {activated}"),
        ),
        (revoke, "demo-revoked", format!("mark {REVOKED} revoked")),
    ] {
        let before = ledger::head(store).await?.number;
        marks::change(store, keys, &named(name)?, &change).await?;
        let is_new = ledger::head(store).await?.number > before;
        say(output, is_new, &what)?;
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
