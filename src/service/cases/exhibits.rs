//! Exhibits (证据材料) of a case: put in with a step, taken out byte for byte.

use super::{Whole, unknown};
use crate::domain::access::Scope;
use crate::domain::case::exhibit::{check_bytes, check_count, exhibits};
use crate::domain::case::{CaseNumber, Exhibit, Happened, NewExhibit};
use crate::domain::document::DocumentNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::service::desk::Call;
use crate::service::documents::{self, sha256};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, seen};
use crate::store::trail::Outcome;
use crate::store::{Store, StoreError, Tx, case};

/// Keeps what comes with a step, beside documents that the step names; the case must be locked.
pub(super) async fn keep(
    tx: &mut Tx,
    scope: Scope,
    number: CaseNumber,
    new: &[NewExhibit],
    named: &[DocumentNumber],
) -> Result<(), ServiceError> {
    let steps = case::steps(tx, number).await?;
    check_count(&steps, new.len())?;
    let mut there: u64 = exhibits(&steps).map(|(.., exhibit)| exhibit.size).sum();
    there += bytes_of(tx, scope, documents_of(&steps)).await?;
    let known: Vec<DocumentNumber> = documents_of(&steps).collect();
    let named = named.iter().copied().filter(|one| !known.contains(one));
    let comes: u64 = new.iter().map(|one| one.exhibit.size).sum();
    check_bytes(there, comes + bytes_of(tx, scope, named).await?)?;
    for one in new {
        case::keep_exhibit(tx, number, &one.content).await?;
    }
    Ok(())
}

/// The documents that inspections name, each once, in their order.
pub(super) fn documents_of(steps: &[Happened]) -> impl Iterator<Item = DocumentNumber> {
    let all = steps.iter().flat_map(|step| &step.detail.documents);
    let all: std::collections::BTreeSet<DocumentNumber> = all.copied().collect();
    all.into_iter()
}

async fn bytes_of(
    tx: &mut Tx,
    scope: Scope,
    numbers: impl Iterator<Item = DocumentNumber>,
) -> Result<u64, ServiceError> {
    let mut bytes = 0;
    for number in numbers {
        let found = seen::document(tx, scope, number).await?;
        bytes += found
            .ok_or_else(|| documents::unknown(number))?
            .document
            .size;
    }
    Ok(bytes)
}

/// An exhibit with its content, its number counted from 1.
///
/// # Errors
/// If the case has none of that number, or its content is not what was put in.
pub(super) async fn content(
    tx: &mut Tx,
    whole: &Whole,
    place: u32,
) -> Result<(Exhibit, Vec<u8>), ServiceError> {
    let number = whole.case.number;
    let found = exhibits(&whole.steps).find(|(number, ..)| *number == place);
    let Some((.., exhibit)) = found else {
        let there = exhibits(&whole.steps).count();
        return Err(Refusal::no_such(
            said!(
                "case {number} has no exhibit {place}: it has {there}",
                "案件 {number} 没有第 {place} 份证据材料，共有 {there} 份"
            ),
            said!(
                "`yuanmark case show {number}` tells what there is",
                "请在案件页面查看证据材料"
            ),
        )
        .into());
    };
    let content = case::exhibit(tx, number, place).await?;
    let content = content.filter(|content| sha256(content) == exhibit.sha256.as_str());
    let content = content.ok_or_else(|| StoreError::BrokenRow {
        table: "exhibits",
        key: format!("{number}, {place}"),
        column: "content",
    })?;
    Ok((exhibit.clone(), content))
}

/// An exhibit with its content. The audit trail says who took it, before it is given out.
///
/// # Errors
/// If there is no such case or exhibit, or its content is not what was put in.
pub async fn take(
    store: &Store,
    call: &Call,
    number: CaseNumber,
    place: u32,
) -> Result<(Exhibit, Vec<u8>), ServiceError> {
    let mut tx = store.read().await?;
    let found = case::get(&mut tx, number).await?;
    let found = found.filter(|_| call.scope == Scope::All);
    let whole = super::whole(&mut tx, found.ok_or_else(|| unknown(number))?).await?;
    let taken = content(&mut tx, &whole, place).await?;
    drop(tx);
    let note = Note::new("case-exhibit").about(format!("case {number}"));
    let new = serde_json::json!({ "exhibit": place, "sha256": taken.0.sha256 }).to_string();
    let note = note.changed(None, Some(new));
    trail::write_alone(store, &call.origin, call.at, Outcome::Done, note).await?;
    Ok(taken)
}
