//! Everything a hurried or hostile person could enter: each is refused with its reason, and nothing is written.

mod containers;
mod corrections;
mod destruction;
mod firms;
mod lots;
mod orders;
mod quantities;
mod text;

use yuanmark::domain::entitlement::{Account, Entitlement};
use yuanmark::service::{ServiceError, entitlements};

use crate::support::installation::{Installation, call, line, morning};

fn clerk() -> yuanmark::service::desk::Call {
    call("科员", morning())
}

async fn adjust(
    place: &Installation,
    account: Account,
    marks: i64,
) -> Result<Entitlement, ServiceError> {
    entitlements::adjust(
        &place.store,
        &clerk(),
        account,
        marks,
        line("核定"),
        line("核定1"),
    )
    .await
}
