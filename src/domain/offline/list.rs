//! The list, and how it is written.

use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;

use super::bits::{BitWriter, rice_bits};
use super::numbers::put;
use super::standing::{ListedState, Standing};
use crate::domain::code::Payload;
use crate::domain::event::RangeEvent;
use crate::domain::form::FormCode;
use crate::domain::key_id::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, IndexRange, MarkCount, MarkId, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::season::Season;
use crate::domain::segments;

/// What the list begins with. It is signed with the rest, so that no list is ever a code and no code a list: what is signed
/// of a code begins with other bytes.
pub const LIST_CONTEXT: &[u8; 17] = b"yuanmark/list/v1\0";

/// Bits of a batch's flags.
pub(super) const FLAG_HIDDEN_CODES: u8 = 1;
pub(super) const FLAG_LENGTHS: u8 = 2;
pub(super) const FLAG_STANDINGS: u8 = 4;
/// The largest Golomb–Rice parameter: no gap takes more bits.
pub(super) const MOST_PARAMETER: u32 = 24;
/// Bits of a standing's number.
pub(super) const STANDING_BITS: u32 = 4;

/// How every mark stood at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// When: seconds since 1970.
    pub made_at: u64,
    /// The number of the ledger's last entry then.
    pub entry: u64,
    /// Licensees whose right has ended or will, ascending, and from which second since 1970 on their marks are withdrawn.
    pub ended: Vec<(LicenseeNumber, u64)>,
    /// All batches that their key vouches for, ascending.
    pub batches: Vec<Listed>,
}

/// How the marks of a batch stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The batch.
    pub number: BatchNumber,
    /// How many marks it has.
    pub count: MarkCount,
    /// The key that signed its codes.
    pub key: KeyId,
    /// Their season.
    pub season: Season,
    /// Their form.
    pub form: FormCode,
    /// Whose they are.
    pub licensee: LicenseeNumber,
    /// Whether its labels have hidden codes.
    pub has_hidden_codes: bool,
    /// From which second since 1970 on its goods are past their season.
    pub past_since: u64,
    /// How marks stand that no run covers.
    pub usual: Standing,
    /// Marks that stand otherwise, ascending and apart.
    pub runs: Vec<Run>,
}

/// Marks in a row that stand alike, and otherwise than most of their batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which.
    pub range: IndexRange,
    /// How they stand.
    pub standing: Standing,
}

/// The first whole second that is not before this moment: whatever happens then has happened in every later second.
pub(super) fn second(at: Timestamp) -> u64 {
    let micros = u64::try_from(at.as_microsecond()).unwrap_or(0);
    micros.div_ceil(1_000_000)
}

impl Listed {
    /// How the marks of a batch stand after its events, which are in ledger order.
    pub fn of(batch: &Batch, events: &[RangeEvent]) -> Self {
        let mut runs: Vec<Run> = Vec::new();
        for (range, standing) in segments::standings(batch.count.all(), events) {
            let standing = Standing::of(&standing);
            match runs.last_mut() {
                Some(last) if last.standing == standing => {
                    let joined = IndexRange::new(last.range.first(), range.last());
                    last.range = joined.unwrap_or(last.range);
                }
                _ => runs.push(Run { range, standing }),
            }
        }
        // What the most runs are need not be written down.
        let times = |standing: &Standing| {
            let alike = runs.iter().filter(|run| run.standing == *standing);
            alike.count()
        };
        let usual = Standing::ALL.into_iter().max_by_key(times);
        let usual = usual.unwrap_or(Standing::NotActivated);
        runs.retain(|run| run.standing != usual);
        Self {
            number: batch.number,
            count: batch.count,
            key: batch.key,
            season: batch.season,
            form: batch.form.code(),
            licensee: batch.licensee,
            has_hidden_codes: batch.has_hidden_codes,
            past_since: second(batch.form.past_since(batch.season)),
            usual,
            runs,
        }
    }

    /// How a mark of the batch stands.
    pub fn at(&self, index: MarkIndex) -> Standing {
        let after = self.runs.partition_point(|run| run.range.first() <= index);
        let run = after.checked_sub(1).map(|place| &self.runs[place]);
        run.filter(|run| run.range.covers(index))
            .map_or(self.usual, |run| run.standing)
    }

    /// What the code of one of its marks says; `None` if it has no such mark.
    fn payload(&self, index: MarkIndex) -> Option<Payload> {
        self.count.has(index).then_some(Payload {
            key: self.key,
            mark: MarkId {
                batch: self.number,
                index,
            },
            season: self.season,
            form: self.form,
            licensee: self.licensee,
            has_hidden_code: self.has_hidden_codes,
        })
    }

    fn write(&self, before: u32, bytes: &mut Vec<u8>) {
        put(bytes, u64::from(self.number.get() - before));
        put(bytes, u64::from(self.count.get()));
        bytes.extend([self.key.0, self.season.offset(), self.form.0]);
        put(bytes, u64::from(self.licensee.0));
        let first = self.runs.first().map(|run| run.standing);
        let has_lengths = self.runs.iter().any(|run| run.range.marks() > 1);
        let has_standings = self.runs.iter().any(|run| Some(run.standing) != first);
        let flag = |is_set: bool, flag: u8| if is_set { flag } else { 0 };
        bytes.push(
            flag(self.has_hidden_codes, FLAG_HIDDEN_CODES)
                | flag(has_lengths, FLAG_LENGTHS)
                | flag(has_standings, FLAG_STANDINGS),
        );
        put(bytes, self.past_since);
        bytes.push(self.usual.number());
        put(bytes, self.runs.len() as u64);
        let Some(first) = first else { return };
        let parameter = best_parameter(&self.runs);
        let mut bits = BitWriter::default();
        let mut standing = first;
        for (gap, run) in gaps(&self.runs) {
            bits.rice(gap, parameter);
            if has_lengths {
                bits.gamma(run.range.marks());
            }
            if has_standings {
                bits.bit(run.standing != standing);
                if run.standing != standing {
                    standing = run.standing;
                    bits.number(u32::from(standing.number()), STANDING_BITS);
                }
            }
        }
        let bits = bits.into_bytes();
        bytes.push(first.number());
        bytes.push(u8::try_from(parameter).unwrap_or(0)); // at most 24
        put(bytes, bits.len() as u64);
        bytes.extend(bits);
    }
}

/// Each run, with how many marks lie between it and the one before.
fn gaps(runs: &[Run]) -> impl Iterator<Item = (u32, &Run)> {
    let mut next = 0;
    runs.iter().map(move |run| {
        let gap = run.range.first().get() - next;
        next = run.range.last().get() + 1;
        (gap, run)
    })
}

/// The Golomb–Rice parameter with which the gaps take the fewest bits.
fn best_parameter(runs: &[Run]) -> u32 {
    let bits =
        |parameter: &u32| -> u64 { gaps(runs).map(|(gap, _)| rice_bits(gap, *parameter)).sum() };
    (0..=MOST_PARAMETER).min_by_key(bits).unwrap_or(0)
}

impl List {
    /// What the list says of a signed code at a moment, in seconds since 1970. Whether the code is signed the reader has to
    /// check.
    pub fn state(&self, code: &Payload, at: u64) -> ListedState {
        let found = |listed: &Listed| listed.number;
        let Ok(place) = self.batches.binary_search_by_key(&code.mark.batch, found) else {
            return ListedState::NotListed;
        };
        let batch = &self.batches[place];
        if batch.payload(code.mark.index).as_ref() != Some(code) {
            return ListedState::NotIssued;
        }
        let standing = batch.at(code.mark.index);
        let ended = self.ended.iter().find(|(who, _)| *who == batch.licensee);
        match standing {
            Standing::Withdrawn(kind) => ListedState::Withdrawn(kind),
            _ if ended.is_some_and(|(_, from)| *from <= at) => ListedState::RightEnded,
            Standing::NotActivated => ListedState::NotActivated,
            Standing::InUse if batch.past_since <= at => ListedState::PastSeason,
            Standing::InUse => ListedState::InUse,
        }
    }

    /// Writes and signs it.
    pub fn sign(&self, id: KeyId, key: &SigningKey) -> Vec<u8> {
        let mut bytes = LIST_CONTEXT.to_vec();
        bytes.push(id.0);
        bytes.extend(self.made_at.to_be_bytes());
        bytes.extend(self.entry.to_be_bytes());
        put(&mut bytes, self.ended.len() as u64);
        let mut before = 0;
        for (licensee, from) in &self.ended {
            put(&mut bytes, u64::from(licensee.0 - before));
            put(&mut bytes, *from);
            before = licensee.0;
        }
        put(&mut bytes, self.batches.len() as u64);
        let mut before = 0;
        for batch in &self.batches {
            batch.write(before, &mut bytes);
            before = batch.number.get();
        }
        let signature = key.sign(&bytes).to_bytes();
        bytes.extend(signature);
        bytes
    }

    /// The second since 1970 that this moment lies in, for [`List::state`].
    pub fn second_of(at: Timestamp) -> u64 {
        u64::try_from(at.as_second()).unwrap_or(0)
    }

    /// From which second on something that begins at this moment holds, for [`List::ended`].
    pub fn second_from(at: Timestamp) -> u64 {
        second(at)
    }
}
