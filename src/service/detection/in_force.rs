//! The parameters that scans are weighed with: the program's own, or as the installation's newest calibration corrects them.
//!
//! Instances read them again every ten seconds. A calibration changes what accounts mean, never the accounts: a mark that is over
//! the new level is suspected with its next scan, and one that was suspected stays so until the office decides.

use serde_json::json;

use crate::domain::detection::{Calibration, Parameters, Version};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::trail::{self, Note};
use crate::store::calibration::{self, Change};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx};

/// The parameters in force.
///
/// # Errors
/// If the database does not answer.
pub async fn in_force(tx: &mut Tx) -> Result<Parameters, ServiceError> {
    let newest = calibration::newest(tx, 1).await?;
    Ok(newest.first().map_or_else(Parameters::reference, after))
}

/// The parameters of this version: what an alert was raised with is what its figures are told by. Of another program's version only
/// the figures as they were raised are left; what is worked out anew is by this program's own.
///
/// # Errors
/// If the database does not answer.
pub async fn named(tx: &mut Tx, version: Version) -> Result<Parameters, ServiceError> {
    let change = match version.calibration {
        Some(number) => calibration::get(tx, number).await?,
        None => None,
    };
    Ok(change.as_ref().map_or_else(Parameters::reference, after))
}

/// The parameters that this change leads to. A calibration of other parameters than this program's says nothing of them.
pub fn after(change: &Change) -> Parameters {
    let own = Parameters::reference();
    match &change.calibration {
        Some(calibration) if calibration.check(&own).is_ok() => {
            own.calibrated(change.number, calibration)
        }
        _ => own,
    }
}

/// The changes so far, the newest first, at most so many.
///
/// # Errors
/// If the database does not answer.
pub async fn changes(store: &Store, limit: u32) -> Result<Vec<Change>, ServiceError> {
    Ok(calibration::newest(&mut store.read().await?, limit).await?)
}

/// Puts a calibration in force, or, with `None`, the program's own parameters again. Returns what is in force then.
///
/// # Errors
/// A calibration of other parameters or one that would do harm; what is in force already; or the database does not answer.
pub async fn put(
    store: &Store,
    call: &Call,
    reason: &Line,
    wanted: Option<&Calibration>,
) -> Result<Parameters, ServiceError> {
    if let Some(Err(what)) = wanted.map(|wanted| wanted.check(&Parameters::reference())) {
        let advice = said!("fit it again: `yuanmark detect calibrate`", "请重新校准");
        return Err(Refusal::invalid(what, advice).into());
    }
    let mut tx = store.write().await?;
    let before = calibration::newest(&mut tx, 1).await?;
    let before = before.into_iter().next();
    let before = before.and_then(|change| change.calibration);
    if before.as_ref() == wanted {
        let refusal = Refusal::conflict(
            said!("these parameters are in force already", "该参数已在使用中"),
            said!("look: `yuanmark detect parameters`", "请查看当前参数"),
        );
        return Err(refusal.into());
    }
    calibration::add(&mut tx, call.at, &call.by, reason, wanted).await?;
    let before = before.map(|before| json!({ "calibration": before }).to_string());
    let after = json!({ "calibration": wanted, "reason": reason }).to_string();
    let note = Note::new("parameters-change")
        .about("alerts")
        .changed(before, Some(after));
    trail::write(&mut tx, &call.origin, call.at, Outcome::Done, note).await?;
    let now = in_force(&mut tx).await?;
    tx.commit().await?;
    Ok(now)
}
