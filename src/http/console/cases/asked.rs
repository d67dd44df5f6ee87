//! What is asked before marks of a case are withdrawn: of revoking what it comes to, and of both whether marks are meant that the
//! case is not about.

use crate::domain::event::Withdrawal;
use crate::domain::mark::{BatchNumber, IndexRange, MarkId};
use crate::domain::said::said;
use crate::http::console::alerts::serial_of;
use crate::http::console::guard::Visit;
use crate::http::console::words::{listed, marks};
use crate::service::ServiceError;
use crate::service::cases::{Whole, Withdraw, beyond};
use crate::service::desk::Call;
use crate::service::marks::look;

/// Serials that are named.
const MOST_SERIALS: usize = 20;

/// Nothing, if it needs no asking.
///
/// # Errors
/// What withdrawing them would be refused for.
pub(super) async fn summary(
    visit: &Visit,
    call: &Call,
    whole: &Whole,
    wanted: &Withdraw<'_>,
    lines: &str,
) -> Result<Vec<String>, ServiceError> {
    let (store, keys) = (&visit.app.store, &visit.app.keys);
    let others = beyond::batches(store, keys, whole, lines).await?;
    let changes = [wanted.change(lines)];
    let looked = look::look(store, keys, call, &changes).await?;
    let outlook = looked.into_iter().next().unwrap_or_default();
    let (changed, kind) = (&outlook.changed, wanted.kind);
    let foreign = beyond::marks(store, whole, &changed.ranges, call.at).await?;
    let is_for_good = kind == Withdrawal::Revoked;
    // Where nothing is left to do that is told at once; or it was this very form that did it.
    let needs_asking = changed.marks > 0 && (is_for_good || foreign > 0);
    if others.is_empty() && !needs_asking {
        return Ok(Vec::new());
    }
    let count = |number| marks(visit.language, number);
    let mut all = Vec::new();
    for (batch, whose) in others {
        all.push(said!(
            "The case is about no mark of batch {batch} of {whose}. Are they meant all the same?",
            "案件不涉及第 {batch} 批（{whose}）的标志，确定要一并办理吗？"
        ));
    }
    if foreign > 0 {
        let count = count(foreign);
        all.push(said!(
            "No alert and no tip of the case is about {count} of them. Are they meant all the same?",
            "其中 {count}标志不是案件的预警、线索涉及的标志，确定要一并办理吗？"
        ));
    }
    for share in &outlook.shares {
        let (batch, whose, count) = (share.batch, &share.licensee, count(share.marks));
        all.push(match is_for_good {
            true => said!(
                "Revokes {count} of batch {batch} of {whose}",
                "撤销第 {batch} 批（{whose}）的标志 {count}"
            ),
            false => said!(
                "Freezes {count} of batch {batch} of {whose}",
                "冻结第 {batch} 批（{whose}）的标志 {count}"
            ),
        });
    }
    let serials = listed(visit.language, &serials(visit, &changed.ranges));
    all.push(match changed.marks > MOST_SERIALS as u64 {
        true => said!(
            "The first of them: {serials}",
            "前 {MOST_SERIALS} 个编号：{serials}"
        ),
        false => said!("Serials: {serials}", "编号：{serials}"),
    });
    if changed.unchanged > 0 {
        let count = count(changed.unchanged);
        all.push(said!(
            "Already {}, or withdrawn for good: {count}, left as they are", kind.slug();
            "另有 {count}标志此前已{}或永久停用，不再重复办理", kind.chinese()
        ));
    }
    if is_for_good {
        let reason = &wanted.reason;
        all.push(said!(
            "That cannot be undone; the public is told that they are revoked, and why: {reason}",
            "撤销不能恢复，公众查询时看到“已撤销”和原因：{reason}"
        ));
    }
    Ok(all.into_iter().map(|said| visit.in_words(said)).collect())
}

/// The first of them.
fn serials(visit: &Visit, ranges: &[(BatchNumber, IndexRange)]) -> Vec<String> {
    let all = ranges.iter().flat_map(|(batch, range)| {
        let batch = *batch;
        range.indices().map(move |index| MarkId { batch, index })
    });
    let first = all.take(MOST_SERIALS);
    first.map(|mark| serial_of(visit, mark)).collect()
}
