//! The register of licensees (合法使用人).

use jiff::Timestamp;

use super::ServiceError;
use crate::domain::licensee::{LegalBasis, Licensee, LicenseeNumber, RightEnded};
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::store::{Store, licensee};

/// Enters a licensee.
///
/// # Errors
/// If its USCC is in the register already.
pub async fn add(
    store: &Store,
    name: &Line,
    uscc: &Uscc,
    basis: LegalBasis,
    now: Timestamp,
) -> Result<Licensee, ServiceError> {
    let mut tx = store.write().await?;
    let number = licensee::add(&mut tx, name, uscc, basis, now)
        .await?
        .ok_or_else(|| {
            ServiceError::refused(
                format!("the register has a licensee with the code {uscc} already"),
                "`yuanmark licensee list` shows it; a firm is entered once",
            )
        })?;
    tx.commit().await?;
    Ok(Licensee {
        number,
        name: name.clone(),
        uscc: uscc.clone(),
        legal_basis: basis,
        added_at: now,
        ended: None,
    })
}

/// Writes down that a licensee's right has ended. Its marks in the market are withdrawn from the policy date on.
///
/// # Errors
/// If there is no such licensee, its right has ended before, or the policy date lies before it was entered.
pub async fn end(
    store: &Store,
    number: LicenseeNumber,
    end: &RightEnded,
) -> Result<Licensee, ServiceError> {
    let mut tx = store.write().await?;
    let licensee = licensee::get(&mut tx, number)
        .await?
        .ok_or_else(|| unknown(number))?;
    if end.marks_good_until < licensee.added_at {
        return Err(ServiceError::refused(
            format!(
                "the policy date {} lies before the licensee was entered",
                end.marks_good_until
            ),
            "an end cannot be undone: look at the year of --marks-good-until",
        ));
    }
    if !licensee::end(&mut tx, number, end).await? {
        return Err(ServiceError::refused(
            format!("the right of licensee {number} has ended already"),
            "an end is written down once and never changed",
        ));
    }
    tx.commit().await?;
    Ok(Licensee {
        ended: Some(end.clone()),
        ..licensee
    })
}

/// The licensee of that number.
///
/// # Errors
/// If there is none.
pub async fn get(store: &Store, number: LicenseeNumber) -> Result<Licensee, ServiceError> {
    let mut tx = store.read().await?;
    licensee::get(&mut tx, number)
        .await?
        .ok_or_else(|| unknown(number))
}

/// All licensees, by number.
///
/// # Errors
/// If the database does not answer.
pub async fn list(store: &Store) -> Result<Vec<Licensee>, ServiceError> {
    Ok(licensee::list(&mut store.read().await?).await?)
}

pub(super) fn unknown(number: LicenseeNumber) -> ServiceError {
    ServiceError::refused(
        format!("there is no licensee {number}"),
        "`yuanmark licensee list` shows the licensees there are",
    )
}
