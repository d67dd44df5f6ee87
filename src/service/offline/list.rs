//! The list of states: how every mark stands, signed, for phones without a network.

use jiff::Timestamp;

use crate::domain::keyring::Keyring;
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::licensee::LicenseeState;
use crate::domain::mark::BatchNumber;
use crate::domain::offline::{List, Listed};
use crate::domain::order::Batch;
use crate::domain::said::said;
use crate::service::ServiceError;
use crate::service::aside::aside;
use crate::service::keys::LiveKeys;
use crate::store::{Store, batch, directory, event};

/// Batches whose events are in memory together.
const BATCHES_AT_ONCE: usize = 256;

/// A list, ready to be sent.
#[derive(Clone, Debug)]
pub struct Made {
    /// Its bytes, signed.
    pub bytes: Vec<u8>,
    /// The ledger's last entry, as of which it holds.
    pub entry: EntryNumber,
}

/// Makes the list as of now, by the rules of every check, and signs it with the newest active key.
///
/// # Errors
/// If no key is active, or the key cannot be read; if the database does not answer.
pub async fn make(
    store: &Store,
    keys: &LiveKeys,
    ring: &Keyring,
    now: Timestamp,
) -> Result<Made, ServiceError> {
    let Some(signer) = ring.newest_active() else {
        return Err(ServiceError::refused(
            said!(
                "no signing key is active, so that no list can be signed",
                "没有有效的签名密钥，无法签发名单"
            ),
            said!(
                "make one with `yuanmark key new`",
                "请系统管理员生成新的签名密钥"
            ),
        ));
    };
    let mut tx = store.read().await?;
    directory::hold_still(&mut tx).await?;
    let entry = directory::last_entry(&mut tx).await?;
    let licensees = directory::licensees(&mut tx, LicenseeState::ALL).await?;
    let ended = licensees.into_iter().filter_map(|licensee| {
        let ended = licensee.ended?;
        Some((licensee.number, List::second_from(ended.marks_good_until)))
    });
    let mut list = List {
        made_at: List::second_of(now),
        entry,
        ended: ended.collect(),
        batches: Vec::new(),
    };
    let vouched = |batch: &Batch| {
        let key = ring.get(batch.key);
        key.is_some_and(|key| key.vouches_for_issue_at(batch.issued_at))
    };
    let mut batches = batch::all(&mut tx).await?;
    batches.retain(vouched);
    for some in batches.chunks(BATCHES_AT_ONCE) {
        let numbers: Vec<BatchNumber> = some.iter().map(|batch| batch.number).collect();
        let events = event::for_standings(&mut tx, &numbers, 0).await?;
        let some = some.to_vec();
        let listed = aside(move || {
            let of = |batch: &Batch| {
                let from = events.partition_point(|event| event.batch < batch.number);
                let until = events.partition_point(|event| event.batch <= batch.number);
                Listed::of(batch, &events[from..until])
            };
            some.iter().map(of).collect::<Vec<_>>()
        });
        list.batches.extend(listed.await);
    }
    drop(tx);
    let (id, key) = (signer.id, keys.signing_key(signer.id)?);
    let bytes = aside(move || list.sign(id, &key)).await;
    Ok(Made { bytes, entry })
}
