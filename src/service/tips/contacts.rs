//! How people who sent tips are reached: each look is written down, and what is too old is erased.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{action, at_work, note, the_public};
use crate::domain::said::said;
use crate::domain::tip::{TipNumber, TipStep, contacts_end};
use crate::service::ServiceError;
use crate::service::desk::Call;
use crate::service::keys::LiveKeys;
use crate::store::{Store, tip};

/// Contacts that are erased in one transaction.
const AT_ONCE: u32 = 100;

/// The contact of a tip. That somebody looked stands in the audit trail before it is told.
///
/// # Errors
/// If there is no such tip, it has no contact (any more), or the contact cannot be read with the key that is there.
pub async fn contact(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    number: TipNumber,
) -> Result<Zeroizing<String>, ServiceError> {
    let (mut tx, _) = at_work(store, number).await?;
    let Some((digest, sealed)) = tip::contact_of(&mut tx, number).await? else {
        return Err(ServiceError::refused(
            said!("the tip has no contact", "这条线索没有联系方式"),
            said!(
                "write a message: its sender reads it under the ticket",
                "请用“回复”留言，举报人凭编号可以看到"
            ),
        ));
    };
    let contact = keys.secrets.tips.open(&digest, &sealed).ok_or_else(|| {
        ServiceError::refused(
            said!(
                "the contact cannot be read with the key people.key that is there",
                "现有的密钥读不出这条联系方式"
            ),
            said!(
                "put the earlier people.key back from your backup",
                "请系统管理员从备份中恢复原来的密钥"
            ),
        )
    })?;
    note(&mut tx, &call.origin, call.at, number, "tip-contact").await?;
    tx.commit().await?;
    Ok(contact)
}

/// Erases the contacts of tips that were closed long enough ago. Returns how many.
///
/// # Errors
/// If the database does not answer.
pub async fn erase_old_contacts(store: &Store, now: Timestamp) -> Result<u64, ServiceError> {
    let mut erased = 0;
    loop {
        let than = contacts_end(now);
        let old = tip::with_old_contacts(&mut store.read().await?, than, AT_ONCE).await?;
        if old.is_empty() {
            return Ok(erased);
        }
        let mut tx = store.write().await?;
        for number in old {
            if tip::erase_contact(&mut tx, number).await? {
                let step = (now, TipStep::Erased);
                tip::add_step(&mut tx, number, step, None, None, None).await?;
                note(&mut tx, &the_public(), now, number, action(TipStep::Erased)).await?;
                erased += 1;
            }
        }
        tx.commit().await?;
    }
}
