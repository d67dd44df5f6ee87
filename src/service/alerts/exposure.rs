//! What a licensee is told of alerts on its own marks: kind, mark, since when, where it stands, and from which provinces it was
//! asked about. Never whose phones, no prefectures, no names of the office, and nothing of others.

use jiff::Timestamp;

use crate::domain::access::Scope;
use crate::domain::alert::{Alert, AlertNumber};
use crate::service::ServiceError;
use crate::store::Store;
use crate::store::alert::{self, Filter};

use super::locate;

/// An alert as its licensee is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposed {
    /// The alert; what the office alone is to know is left out.
    pub alert: Alert,
    /// From which provinces it was asked about: the first two digits of their codes.
    pub provinces: Vec<u32>,
}

/// The alerts on a licensee's own marks, what is open first; those after one of them. Whoever is no licensee has none.
///
/// # Errors
/// If the database does not answer.
pub async fn exposure(
    store: &Store,
    scope: Scope,
    after: Option<AlertNumber>,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<Exposed>, ServiceError> {
    let Some(licensee) = scope.licensee() else {
        return Ok(Vec::new());
    };
    locate(store, now).await?;
    let filter = Filter {
        licensee: Some(licensee),
        ..Filter::default()
    };
    let mut tx = store.read().await?;
    let mut all = Vec::new();
    for mut alert in alert::list(&mut tx, &filter, after, limit).await? {
        let provinces = alert::provinces(&mut tx, alert.number).await?;
        (alert.assignee, alert.case, alert.merged_into) = (None, None, None);
        all.push(Exposed { alert, provinces });
    }
    Ok(all)
}
