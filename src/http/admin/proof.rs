//! Proving the ledger.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::values::EntryNo;
use crate::http::App;
use crate::http::problem::Problem;
use crate::service::audit;

/// What was proved.
#[derive(Debug, Serialize, ToSchema)]
pub struct Proof {
    /// How many entries there are.
    entries: u64,
    /// How many ranges of marks were held against them.
    ranges: u64,
    /// How many things of the books were held against them.
    things: u64,
    /// The number of the last entry.
    head: EntryNo,
    /// Its hash.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
    /// What is wrong, in the order of the ledger; empty if it is as it was written.
    findings: Vec<ProofFinding>,
}

/// Something that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProofFinding {
    /// The entry it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<EntryNo>,
    /// In words.
    what: String,
}

/// Proves the ledger: the chain of entries, the rules, and every balance. Reads everything there is.
///
/// An empty list of findings says that it is as it was written. That nobody wrote the whole ledger anew is proved by
/// `yuanmark ledger verify --noted`, with an end of it that was noted down elsewhere.
#[utoipa::path(
    get,
    path = "/api/v1/ledger/proof",
    operation_id = "prove_ledger",
    tag = "ledger",
    responses((status = 200, description = "What was found", body = Proof))
)]
pub async fn prove(_: Caller, State(app): State<App>) -> Result<Json<Proof>, Problem> {
    let audit = audit::verify(&app.store, None).await?;
    let finding = |finding: audit::Finding| ProofFinding {
        entry: finding.entry.map(EntryNo),
        what: finding.what,
    };
    Ok(Json(Proof {
        entries: audit.entries,
        ranges: audit.ranges,
        things: audit.things,
        head: EntryNo(audit.head.number),
        hash: audit.head.hash.to_string(),
        findings: audit.findings.into_iter().map(finding).collect(),
    }))
}
