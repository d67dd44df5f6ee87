//! What becomes known of a mark besides its scans, and what the detector makes of it: hidden codes, and what the office found.

use std::collections::BTreeMap;

use super::ServiceError;
use super::detection::in_force::in_force;
use super::verify::suspicion::{season, suspected};
use crate::domain::detection::{BatchState, Context, Known, MarkState, Seen};
use crate::domain::mark::MarkId;
use crate::domain::state::ACTIVE;
use crate::store::{Tx, alert, batch, batch_account, evidence, scan};

/// Takes in what became known of a mark, in a transaction that writes. Of hidden codes each kind counts once. Of a mark that
/// nobody has asked about yet it is noted, and no account is held.
///
/// # Errors
/// If the database does not answer.
pub async fn take(
    tx: &mut Tx,
    mark: MarkId,
    known: Known,
    seen: &Seen,
) -> Result<(), ServiceError> {
    // Held first: whoever answers a scan of it waits, and nobody else comes between.
    let group = scan::read_group(tx, &[mark]).await?;
    let is_found = matches!(known, Known::FoundCopied | Known::Cleared);
    if !is_found && known != Known::Inspected {
        let earlier = evidence::of_mark(tx, mark).await?;
        if earlier.iter().any(|(kind, _)| *kind == known) {
            return Ok(());
        }
    }
    evidence::add(tx, mark, known, seen).await?;
    let Some(queries) = group.queries.get(&mark) else {
        return Ok(());
    };
    let parameters = &in_force(tx).await?;
    let mut account = match group.accounts.get(&mark) {
        Some(account) => account.clone(),
        None => MarkState::after_first(parameters, &queries.first_seen().scan(ACTIVE, None)),
    };
    let market = batch::market(tx, mark.batch).await?;
    let (was_suspected, before) = (account.is_suspected(), account.for_batch(parameters));
    let step = account.learn(parameters, known, seen, market.as_ref());
    let mut more = BatchState::default();
    more.update(parameters, Some(before), account.for_batch(parameters));
    more.scans = 0;
    batch_account::add(tx, 0, &BTreeMap::from([(mark.batch, more)])).await?;
    if known != Known::Cleared {
        let mut context = Context::ALONE;
        if account.is_over_the_level(parameters, &context) && !was_suspected {
            context = season(tx, parameters).await?;
        }
        let is_suspected = step.decide(&mut account, parameters, &context);
        if is_suspected && !was_suspected && !is_found {
            let query = Some(queries.count);
            let new = suspected(parameters, mark, &account, &context, seen.at, query);
            alert::raise(tx, &[new]).await?;
        }
    }
    Ok(scan::change_account(tx, mark, seen.at, &account).await?)
}
