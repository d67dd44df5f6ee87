//! How the list is read: nothing of it counts before its signature is checked.

use ed25519_dalek::Signature;
use jiff::Timestamp;

use super::bits::BitReader;
use super::list::{
    FLAG_HIDDEN_CODES, FLAG_LENGTHS, FLAG_STANDINGS, LIST_CONTEXT, List, Listed, MOST_PARAMETER,
    Run, STANDING_BITS,
};
use super::numbers::Bytes;
use super::standing::Standing;
use crate::domain::form::FormCode;
use crate::domain::keyring::{KeyId, Keyring};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkIndex};
use crate::domain::season::Season;

/// Why a list is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// It does not begin as a list of version 1 does, or is cut off.
    #[error("this is no list of states, version 1, or not all of it")]
    NotAList,
    /// It is signed with a key that the keyring does not have, or no longer vouches for.
    #[error("the list is signed with key {0}, which does not vouch for it")]
    UnknownKey(KeyId),
    /// Its signature is not good: it was damaged or changed.
    #[error("the signature of the list is not good: it was damaged or changed on its way")]
    BadSignature,
    /// Well signed, and yet not of the form that is described.
    #[error("the list is well signed, but not of the form that this program reads")]
    Unreadable,
}

impl List {
    /// Reads a list that a key of this ring has signed.
    ///
    /// # Errors
    /// [`ListError`].
    pub fn open(bytes: &[u8], ring: &Keyring) -> Result<Self, ListError> {
        let (body, signature) = bytes
            .split_last_chunk::<{ Signature::BYTE_SIZE }>()
            .ok_or(ListError::NotAList)?;
        let mut rest = Bytes(body.strip_prefix(LIST_CONTEXT).ok_or(ListError::NotAList)?);
        let key = KeyId(rest.byte().ok_or(ListError::NotAList)?);
        let made_at = rest.u64().ok_or(ListError::NotAList)?;
        let at = i64::try_from(made_at).ok();
        let at = at.and_then(|at| Timestamp::from_second(at).ok());
        let entry = ring
            .get(key)
            .filter(|entry| at.is_some_and(|at| entry.vouches_for_issue_at(at)))
            .ok_or(ListError::UnknownKey(key))?;
        entry
            .public
            .verify_strict(body, &Signature::from_bytes(signature))
            .map_err(|_| ListError::BadSignature)?;
        read(made_at, rest).ok_or(ListError::Unreadable)
    }
}

fn read(made_at: u64, mut rest: Bytes<'_>) -> Option<List> {
    let entry = rest.u64()?;
    let mut ended = Vec::new();
    let mut before = 0u16;
    for place in 0..rest.number::<u32>()? {
        let step: u16 = rest.number()?;
        (place == 0 || step > 0).then_some(())?;
        before = before.checked_add(step)?;
        ended.push((LicenseeNumber(before), rest.number()?));
    }
    let mut batches = Vec::new();
    let mut before = 0u32;
    for place in 0..rest.number::<u32>()? {
        let step: u32 = rest.number()?;
        (place == 0 || step > 0).then_some(())?;
        before = before.checked_add(step)?;
        batches.push(batch(BatchNumber::new(before)?, &mut rest)?);
    }
    rest.0.is_empty().then_some(List {
        made_at,
        entry,
        ended,
        batches,
    })
}

fn batch(number: BatchNumber, rest: &mut Bytes<'_>) -> Option<Listed> {
    let count = MarkCount::new(rest.number()?)?;
    let (key, season, form) = (rest.byte()?, rest.byte()?, rest.byte()?);
    let licensee = LicenseeNumber(rest.number()?);
    let flags = rest.byte()?;
    (flags & !(FLAG_HIDDEN_CODES | FLAG_LENGTHS | FLAG_STANDINGS) == 0).then_some(())?;
    Some(Listed {
        number,
        count,
        key: KeyId(key),
        season: Season::from_offset(season),
        form: FormCode(form),
        licensee,
        has_hidden_codes: flags & FLAG_HIDDEN_CODES != 0,
        past_since: rest.number()?,
        usual: Standing::from_number(rest.byte()?)?,
        runs: runs(count, flags, rest)?,
    })
}

fn runs(count: MarkCount, flags: u8, rest: &mut Bytes<'_>) -> Option<Vec<Run>> {
    let number: u32 = rest.number()?;
    if number == 0 {
        return Some(Vec::new());
    }
    let mut standing = Standing::from_number(rest.byte()?)?;
    let parameter = u32::from(rest.byte()?);
    (parameter <= MOST_PARAMETER).then_some(())?;
    let length: u32 = rest.number()?;
    let mut bits = BitReader::new(rest.take(length as usize)?);
    let mut runs = Vec::new();
    let mut next = 0u32;
    for _ in 0..number {
        let first = next.checked_add(bits.rice(parameter)?)?;
        let length = match flags & FLAG_LENGTHS {
            0 => 1,
            _ => bits.gamma()?,
        };
        if flags & FLAG_STANDINGS != 0 && bits.bit()? {
            let number = u8::try_from(bits.number(STANDING_BITS)?).ok()?;
            standing = Standing::from_number(number)?;
        }
        next = first.checked_add(length)?;
        (next <= count.get()).then_some(())?;
        let range = IndexRange::new(MarkIndex::new(first)?, MarkIndex::new(next - 1)?)?;
        runs.push(Run { range, standing });
    }
    bits.ends_here().then_some(runs)
}
