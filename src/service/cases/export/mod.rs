//! The file of a case (案卷): one ZIP that police or a court can read.
//!
//! | file | what |
//! |---|---|
//! | `summary.pdf` | everything in Chinese, to be read |
//! | `scans.csv` | the queries of its marks: when, from which prefecture, how; never whose phone or which address |
//! | `ledger.json` | the ledger's entries about its marks and by the case itself, with all that their hashes cover, and where the ledger ended |
//! | `words.json` | what people wrote in its steps, alerts and tips, letter for letter |
//! | `exhibits/` | its exhibits, byte for byte as they were put in |
//! | `documents/` | the documents of licensees that its inspections name |
//! | `tips/` | the photos of its tips |
//! | `manifest.json` | SHA-256 of each of these |

mod archive;
mod attached;
mod ledger;
mod scans;
mod summary;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use archive::Archive;

use super::exhibits::documents_of;
use super::{Whole, get, marks_of_batch_alerts};
use crate::domain::alert::{Alert, AlertNumber, Happened as OfAlert};
use crate::domain::case::{CaseNumber, Happened};
use crate::domain::detection::Parameters;
use crate::domain::document::AddedDocument;
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::mark::MarkId;
use crate::domain::order::Batch;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::serial::Serial;
use crate::domain::text::Line;
use crate::render::letter;
use crate::service::ServiceError;
use crate::service::alerts::{Seen, of_mark};
use crate::service::aside::aside;
use crate::service::desk::Call;
use crate::service::documents::{self, sha256};
use crate::service::keys::LiveKeys;
use crate::service::marks;
use crate::service::pack::{fonts, refusal};
use crate::service::people::accounts;
use crate::service::tips;
use crate::service::trail::{self, Note};
use crate::store::trail::Outcome;
use crate::store::{Store, alert, batch, licensee};

/// Marks whose queries and entries go into one file.
const MOST_MARKS: usize = 1000;

/// What is known of a mark of the case.
struct Mark {
    id: MarkId,
    serial: Serial,
    batch: Option<Batch>,
    /// The word of its state now, if there is such a mark.
    state: Option<&'static str>,
    seen: Vec<Seen>,
}

/// All that goes into the file.
struct Gathered {
    whole: Whole,
    marks: Vec<Mark>,
    licensees: BTreeMap<LicenseeNumber, Licensee>,
    ledger: ledger::Proofs,
    people: People,
    /// The documents that inspections name.
    documents: Vec<AddedDocument>,
    /// Its tips with what happened to them.
    tips: Vec<tips::Whole>,
    /// The alerts that were merged into one of the case's.
    merged: BTreeMap<AlertNumber, Vec<Alert>>,
    /// What happened to each alert, merged ones among them.
    of_alerts: BTreeMap<AlertNumber, Vec<OfAlert>>,
}

/// The names of those who did something, by what they sign in with.
struct People(BTreeMap<String, String>);

impl People {
    /// Name and sign-in name, or what stands in the books if nobody signs in so.
    fn name(&self, by: &Line) -> String {
        match self.0.get(by.as_str()) {
            Some(name) => format!("{name}（{by}）"),
            None => by.to_string(),
        }
    }
}

/// Makes the file of a case. The audit trail says who took it, before it is given out.
///
/// # Errors
/// If there is no such case, it is about too many marks, or the machine has no Chinese font.
pub async fn export(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    number: CaseNumber,
) -> Result<Vec<u8>, ServiceError> {
    let whole = get(store, call.scope, number).await?;
    let gathered = gather(store, keys, call, whole).await?;
    let scans = scans::table(&gathered, call.at)?;
    let ledger = gathered.ledger.to_json();
    let pieces = summary::pieces(&gathered, call);
    let foot = format!("案件 {number}");
    let fonts = fonts(&[])?;
    let summary = aside(move || letter::pdf(&pieces, &foot, &fonts)).await;
    let summary = summary.map_err(|faults| refusal(&faults))?;
    let mut archive = Archive::new(call.at);
    archive.add("summary.pdf", &summary)?;
    archive.add("scans.csv", &scans)?;
    archive.add("ledger.json", &ledger)?;
    archive.add("words.json", &words::to_json(&gathered))?;
    attached::add(store, call.scope, &gathered, &mut archive).await?;
    let manifest = json!({ "case": number, "made_at": call.at, "made_by": call.by });
    let zip = archive.finish(manifest)?;
    let note = Note::new("case-export").about(format!("case {number}"));
    let new = json!({ "sha256": sha256(&zip), "bytes": zip.len() }).to_string();
    let note = note.changed(None, Some(new));
    trail::write_alone(store, &call.origin, call.at, Outcome::Done, note).await?;
    Ok(zip)
}

async fn gather(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    whole: Whole,
) -> Result<Gathered, ServiceError> {
    let mut merged = BTreeMap::new();
    for alert in &whole.alerts {
        let with_it = alert::merged_into(&mut store.read().await?, alert.number).await?;
        merged.insert(alert.number, with_it);
    }
    let mut all = whole.marks();
    all.extend(merged.values().flatten().filter_map(Alert::mark));
    all.extend(marks_of_batch_alerts(store, &whole, call.at).await?);
    all.sort_unstable_by_key(|mark| (mark.batch, mark.index));
    all.dedup();
    if all.len() > MOST_MARKS {
        return Err(Refusal::conflict(
            said!(
                "the case is about {} marks; a file takes {MOST_MARKS}",
                "案件涉及 {} 枚标志，一份案卷最多 {MOST_MARKS} 枚",
                all.len()
            ),
            said!("open a case for some of them", "请分案办理"),
        )
        .into());
    }
    let mut gathered = Vec::new();
    for mark in all {
        let found = batch::get(&mut store.read().await?, mark.batch).await?;
        let serials = &keys.secrets.serial;
        let state = marks::report(store, call.scope, serials, mark, call.at).await;
        let mut alerts = whole.alerts.iter();
        let of_it = alerts.find(|alert| alert.mark() == Some(mark));
        let own = || Parameters::reference().version;
        let version = of_it.map_or_else(own, |alert| alert.parameters);
        gathered.push(Mark {
            id: mark,
            serial: keys.secrets.serial.serial(mark),
            batch: found,
            state: state.ok().map(|report| report.state),
            seen: of_mark(store, version, mark).await?,
        });
    }
    let mut tx = store.read().await?;
    let mut licensees = BTreeMap::new();
    let marks = gathered;
    let of_marks = marks.iter().filter_map(|one| one.batch.as_ref());
    let numbers = of_marks
        .map(|batch| batch.licensee)
        .chain(whole.licensees.iter().copied())
        .chain(whole.steps.iter().filter_map(Happened::licensee));
    for number in numbers {
        if !licensees.contains_key(&number)
            && let Some(found) = licensee::get(&mut tx, number).await?
        {
            licensees.insert(number, found);
        }
    }
    let own = whole.steps.iter().flat_map(|step| &step.detail.entries);
    let ledger = ledger::Proofs::gather(&mut tx, &marks, own.copied()).await?;
    let mut of_alerts = BTreeMap::new();
    for alert in whole.alerts.iter().chain(merged.values().flatten()) {
        let steps = alert::steps(&mut tx, alert.number).await?;
        of_alerts.insert(alert.number, steps);
    }
    drop(tx);
    let mut documents = Vec::new();
    for number in documents_of(&whole.steps) {
        documents.push(documents::get(store, call.scope, number).await?);
    }
    let mut tips = Vec::new();
    for tip in &whole.tips {
        tips.push(tips::get(store, call.scope, tip.number).await?);
    }
    let actors = ledger.entries.iter().map(|proved| &proved.entry.actor);
    let actors = actors.chain(whole.steps.iter().map(|step| &step.by));
    let actors = actors.chain(of_alerts.values().flatten().map(|step| &step.by));
    let actors = actors.chain(documents.iter().map(|added| &added.by));
    let of_tips = tips.iter().flat_map(|whole| &whole.steps);
    let actors = actors.chain(of_tips.filter_map(|step| step.by.as_ref()));
    let logins: BTreeSet<&str> = actors.chain([&call.by]).map(Line::as_str).collect();
    let people = People(accounts::names(store, &logins).await?);
    Ok(Gathered {
        whole,
        marks,
        licensees,
        ledger,
        people,
        documents,
        tips,
        merged,
        of_alerts,
    })
}
