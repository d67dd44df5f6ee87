//! Which marks a person means: lines of serials, indices and ranges, typed or from a file.
//!
//! | line | means |
//! |---|---|
//! | `4BD9-QV4N-Q0NZ-57DB` | the mark of that serial |
//! | `17` | index 17 of the chosen batch |
//! | `10-20` or `10..20` | indices 10 to 20 of the chosen batch, both included |
//! | `4BD9-QV4N-Q0NZ-57DB..GK1M-BEJW-CY7H-0203` | the marks from the first serial to the last |
//! | a whole code, or its address, as a scanner reads it | as its serial; also at either end of a range |
//! | empty, or `# …` | nothing |

use std::collections::{BTreeMap, BTreeSet};

use super::input::Input;
use super::keyring::Keyring;
use super::mark::{BatchNumber, IndexRange, MarkCount, MarkId, MarkIndex};
use super::said::Said;
use super::segments::joined;
use super::serial::SerialKey;

/// What tells our serials and codes from others.
#[derive(Clone, Copy)]
pub struct MarkNames<'a> {
    serials: &'a SerialKey,
    ring: &'a Keyring,
}

impl<'a> MarkNames<'a> {
    /// Of an installation with these keys.
    pub const fn new(serials: &'a SerialKey, ring: &'a Keyring) -> Self {
        Self { serials, ring }
    }

    /// The mark that a serial, a code or the address of one names.
    fn mark(self, text: &str) -> Result<MarkId, LineError> {
        let mark = match Input::read(text).ok_or(LineError::NotUnderstood)? {
            Input::Serial(serial) => self.serials.mark(serial),
            Input::Code(code) => self.ring.signer_of(&code).map(|_| code.payload().mark),
        };
        mark.ok_or(LineError::NotOurs)
    }
}

/// What a line means, before anyone asks whether such a batch exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The batch.
    pub batch: BatchNumber,
    /// Which of its marks.
    pub range: IndexRange,
}

/// Why a line was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Neither serial, code, index nor range.
    #[error("is neither a serial, an index nor a range")]
    NotUnderstood,
    /// A serial that we never made.
    #[error("is not a serial of ours")]
    NotOurs,
    /// The mark belongs to another batch than the chosen one.
    #[error("belongs to batch {found}, not to batch {chosen}")]
    Foreign {
        /// Where the serial belongs.
        found: BatchNumber,
        /// The chosen batch.
        chosen: BatchNumber,
    },
    /// An index without a batch to count in.
    #[error("is an index, but no batch was chosen")]
    NoBatch,
    /// The last mark comes before the first.
    #[error("runs backwards: the first mark must not come after the last")]
    Reversed,
    /// First and last serial of different batches.
    #[error("begins in batch {first} and ends in batch {last}")]
    TwoBatches {
        /// Batch of the first serial.
        first: BatchNumber,
        /// Batch of the last serial.
        last: BatchNumber,
    },
    /// Beyond the end of the batch.
    #[error("goes beyond batch {batch}, whose last index is {last}")]
    OutOfRange {
        /// The batch.
        batch: BatchNumber,
        /// Its last index.
        last: MarkIndex,
    },
    /// There is no such batch.
    #[error("is of batch {0}, which was never issued")]
    UnknownBatch(BatchNumber),
    /// What is to happen cannot happen to these labels.
    #[error("cannot be taken: {0}")]
    Impossible(Said),
}

impl LineError {
    /// Whether the line names no marks at all, ours or others.
    pub const fn names_nothing(&self) -> bool {
        matches!(
            self,
            Self::NotUnderstood | Self::NoBatch | Self::Reversed | Self::TwoBatches { .. }
        )
    }

    /// The error as a page says it beside the line.
    pub fn chinese(&self) -> String {
        match self {
            Self::NotUnderstood => "不是标志编号、序号或号段".to_owned(),
            Self::NotOurs => "不是本系统的标志编号".to_owned(),
            Self::Foreign { found, chosen } => {
                format!("属于第 {found} 批，不属于第 {chosen} 批")
            }
            Self::NoBatch => "是序号，但没有选择标志批".to_owned(),
            Self::Reversed => "首尾颠倒：起始编号不能在终止编号之后".to_owned(),
            Self::TwoBatches { first, last } => {
                format!("起始编号在第 {first} 批，终止编号在第 {last} 批")
            }
            Self::OutOfRange { batch, last } => {
                format!("超出第 {batch} 批，该批最后一枚的序号是 {last}")
            }
            Self::UnknownBatch(batch) => format!("属于第 {batch} 批，但没有这一批标志"),
            Self::Impossible(why) => format!("不能办理：{}", why.zh),
        }
    }
}

impl From<LineError> for Said {
    fn from(error: LineError) -> Self {
        Self::new(error.to_string(), error.chinese())
    }
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineOutcome {
    /// All its marks were chosen.
    Taken {
        /// How many.
        marks: u32,
    },
    /// Some or all of its marks stand in earlier lines; the others were chosen.
    Repeated {
        /// How many were new.
        marks: u32,
        /// How many stand in earlier lines.
        repeated: u32,
    },
    /// Not taken.
    Bad(LineError),
}

/// A line and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineReport {
    /// Its number, from 1.
    pub line: usize,
    /// What stands there.
    pub text: String,
    /// What became of it.
    pub outcome: LineOutcome,
}

/// The lines of a selection that mean something, with what each means.
pub type ReadLine<'a> = (usize, &'a str, Result<Chosen, LineError>);

/// Reads the lines; empty ones and comments are passed over.
pub fn read<'a>(
    lines: impl Iterator<Item = &'a str>,
    batch: Option<BatchNumber>,
    names: MarkNames<'_>,
) -> Vec<ReadLine<'a>> {
    lines
        .enumerate()
        .map(|(place, line)| (place + 1, line.trim()))
        .filter(|(_, text)| !text.is_empty() && !text.starts_with('#'))
        .map(|(number, text)| (number, text, read_line(text, batch, names)))
        .collect()
}

/// The same, where indices count in `batch` but a serial may belong to any other.
pub fn read_of_any_batch<'a>(
    lines: impl Iterator<Item = &'a str>,
    batch: Option<BatchNumber>,
    names: MarkNames<'_>,
) -> Vec<ReadLine<'a>> {
    let mut read = read(lines, batch, names);
    for (_, text, chosen) in &mut read {
        if let Err(LineError::Foreign { .. }) = chosen {
            *chosen = read_line(text, None, names);
        }
    }
    read
}

/// The batches that the lines speak of.
pub fn batches(lines: &[ReadLine<'_>]) -> BTreeSet<BatchNumber> {
    lines
        .iter()
        .filter_map(|(.., chosen)| chosen.as_ref().ok())
        .map(|chosen| chosen.batch)
        .collect()
}

/// Checks the lines against the batches that exist and what `allowed` says of each, and joins what they choose. Returns
/// the chosen ranges of each batch, ascending and apart from one another, and what became of each line.
pub fn check(
    lines: Vec<ReadLine<'_>>,
    counts: &BTreeMap<BatchNumber, MarkCount>,
    allowed: impl Fn(Chosen) -> Result<(), LineError>,
) -> (BTreeMap<BatchNumber, Vec<IndexRange>>, Vec<LineReport>) {
    let mut taken: BTreeMap<BatchNumber, Taken> = BTreeMap::new();
    let mut reports = Vec::with_capacity(lines.len());
    for (line, text, chosen) in lines {
        let outcome = chosen
            .and_then(|chosen| within(chosen, counts))
            .and_then(|chosen| allowed(chosen).map(|()| chosen))
            .map_or_else(LineOutcome::Bad, |chosen| {
                let marks = chosen.range.marks();
                match taken.entry(chosen.batch).or_default().add(chosen.range) {
                    0 => LineOutcome::Taken { marks },
                    repeated => LineOutcome::Repeated {
                        marks: marks - repeated,
                        repeated,
                    },
                }
            });
        let text = text.to_owned();
        reports.push(LineReport {
            line,
            text,
            outcome,
        });
    }
    let ranges = taken
        .into_iter()
        .map(|(batch, taken)| (batch, joined(taken.ranges())))
        .collect();
    (ranges, reports)
}

/// Ranges that do not overlap: first index to last index.
#[derive(Default)]
struct Taken(BTreeMap<MarkIndex, MarkIndex>);

impl Taken {
    /// Adds a range and says how many of its marks were there already.
    fn add(&mut self, range: IndexRange) -> u32 {
        let overlapping: Vec<IndexRange> = self
            .0
            .range(..=range.last())
            .rev()
            .map_while(|(&first, &last)| {
                IndexRange::new(first, last).filter(|_| last >= range.first())
            })
            .collect();
        let mut repeated = 0;
        let (mut first, mut last) = (range.first(), range.last());
        for other in overlapping {
            repeated += other.overlap(range).map_or(0, IndexRange::marks);
            first = first.min(other.first());
            last = last.max(other.last());
            self.0.remove(&other.first());
        }
        self.0.insert(first, last);
        repeated
    }

    fn ranges(&self) -> Vec<IndexRange> {
        self.0
            .iter()
            .filter_map(|(&first, &last)| IndexRange::new(first, last))
            .collect()
    }
}

fn within(chosen: Chosen, counts: &BTreeMap<BatchNumber, MarkCount>) -> Result<Chosen, LineError> {
    let batch = chosen.batch;
    let count = counts.get(&batch).ok_or(LineError::UnknownBatch(batch))?;
    if count.has(chosen.range.last()) {
        Ok(chosen)
    } else {
        let last = count.all().last();
        Err(LineError::OutOfRange { batch, last })
    }
}

fn read_line(
    text: &str,
    batch: Option<BatchNumber>,
    names: MarkNames<'_>,
) -> Result<Chosen, LineError> {
    if let Some((first, last)) = text.split_once("..") {
        let (first, last) = (
            read_end(first, batch, names)?,
            read_end(last, batch, names)?,
        );
        return range_between(first, last);
    }
    if let Some((first, last)) = text.split_once('-')
        && let (Some(first), Some(last)) = (read_number(first.trim()), read_number(last.trim()))
    {
        let batch = batch.ok_or(LineError::NoBatch)?;
        let end = |number| mark_at(batch, number);
        return range_between(end(first)?, end(last)?);
    }
    let mark = read_end(text, batch, names)?;
    range_between(mark, mark)
}

fn range_between(first: MarkId, last: MarkId) -> Result<Chosen, LineError> {
    if first.batch != last.batch {
        let (first, last) = (first.batch, last.batch);
        return Err(LineError::TwoBatches { first, last });
    }
    let range = IndexRange::new(first.index, last.index).ok_or(LineError::Reversed)?;
    let batch = first.batch;
    Ok(Chosen { batch, range })
}

fn read_end(
    text: &str,
    batch: Option<BatchNumber>,
    names: MarkNames<'_>,
) -> Result<MarkId, LineError> {
    if let Some(number) = read_number(text.trim()) {
        return mark_at(batch.ok_or(LineError::NoBatch)?, number);
    }
    let mark = names.mark(text)?;
    match batch {
        Some(chosen) if chosen != mark.batch => {
            let found = mark.batch;
            Err(LineError::Foreign { found, chosen })
        }
        _ => Ok(mark),
    }
}

/// An index as typed: one to ten digits. Sixteen digits without a hyphen are a serial.
fn read_number(text: &str) -> Option<u64> {
    let short = (1..=10).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    short.then(|| text.parse().ok()).flatten()
}

fn mark_at(batch: BatchNumber, number: u64) -> Result<MarkId, LineError> {
    let last = MarkIndex::new(MarkIndex::LIMIT - 1).expect("the last index below the limit");
    let index = u32::try_from(number).ok().and_then(MarkIndex::new);
    let index = index.ok_or(LineError::OutOfRange { batch, last })?;
    Ok(MarkId { batch, index })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::{Code, Payload};
    use crate::domain::form::Form;
    use crate::domain::keyring::{KeyId, SecretChecks};
    use crate::domain::licensee::LicenseeNumber;
    use crate::domain::season::Season;
    use ed25519_dalek::SigningKey;
    use jiff::Timestamp;

    fn batch(number: u32) -> BatchNumber {
        BatchNumber::new(number).unwrap()
    }

    fn serial(key: &SerialKey, number: u32, index: u32) -> String {
        let index = MarkIndex::new(index).unwrap();
        key.serial(MarkId {
            batch: batch(number),
            index,
        })
        .to_string()
    }

    fn signing_key(seed: u8) -> SigningKey {
        SigningKey::from_bytes(&[seed; 32])
    }

    fn ring() -> Keyring {
        let mut ring = Keyring::new(SecretChecks::default());
        let public = signing_key(7).verifying_key();
        ring.add(KeyId(1), public, Timestamp::UNIX_EPOCH).unwrap();
        ring
    }

    /// The code of a mark, signed by a key of this seed.
    fn code(seed: u8, number: u32, index: u32) -> Code {
        let payload = Payload {
            key: KeyId(1),
            mark: MarkId {
                batch: batch(number),
                index: MarkIndex::new(index).unwrap(),
            },
            season: Season::new(2026).unwrap(),
            form: Form::Canned.code(),
            licensee: LicenseeNumber(1),
            has_hidden_code: false,
        };
        payload.sign(&signing_key(seed))
    }

    fn outcomes(text: &str, chosen: Option<u32>) -> (String, Vec<LineOutcome>) {
        let key = SerialKey::new(&[5; 32]);
        let counts = BTreeMap::from([
            (batch(1), MarkCount::new(100).unwrap()),
            (batch(2), MarkCount::new(10).unwrap()),
        ]);
        let ring = ring();
        let lines = read(text.lines(), chosen.map(batch), MarkNames::new(&key, &ring));
        let (ranges, reports) = check(lines, &counts, |_| Ok(()));
        let ranges: Vec<String> = ranges
            .iter()
            .flat_map(|(batch, ranges)| ranges.iter().map(move |range| format!("{batch}:{range}")))
            .collect();
        (
            ranges.join(" "),
            reports.into_iter().map(|report| report.outcome).collect(),
        )
    }

    #[test]
    fn every_kind_of_line_is_read() {
        let key = SerialKey::new(&[5; 32]);
        let (a, b) = (serial(&key, 1, 50), serial(&key, 1, 59));
        let text = format!(
            "# spoiled\n\n7\n10-20\n 30 .. 32 \n{a}..{b}\n{}",
            serial(&key, 1, 99)
        );
        let (ranges, outcomes) = outcomes(&text, Some(1));
        assert_eq!(ranges, "1:7 1:10-20 1:30-32 1:50-59 1:99");
        let taken = |marks| LineOutcome::Taken { marks };
        assert_eq!(
            outcomes,
            [taken(1), taken(11), taken(3), taken(10), taken(1)]
        );
    }

    #[test]
    fn overlaps_and_repeats_are_told_and_counted_once() {
        let (ranges, outcomes) = outcomes("10-20\n15-25\n12\n26", Some(1));
        assert_eq!(ranges, "1:10-26");
        assert_eq!(
            outcomes[1],
            LineOutcome::Repeated {
                marks: 5,
                repeated: 6
            }
        );
        assert_eq!(
            outcomes[2],
            LineOutcome::Repeated {
                marks: 0,
                repeated: 1
            }
        );
        assert_eq!(outcomes[3], LineOutcome::Taken { marks: 1 });
    }

    #[test]
    fn bad_lines_say_why() {
        let key = SerialKey::new(&[5; 32]);
        let foreign = serial(&key, 2, 3);
        let other = SerialKey::new(&[6; 32]);
        let text = format!(
            "20-10\n90-100\n99999999999\nnonsense\n{foreign}\n{}\n16777216",
            serial(&other, 1, 1)
        );
        let (ranges, outcomes) = outcomes(&text, Some(1));
        assert_eq!(ranges, "");
        let bad: Vec<LineError> = outcomes
            .into_iter()
            .filter_map(|outcome| match outcome {
                LineOutcome::Bad(error) => Some(error),
                _ => None,
            })
            .collect();
        let last = MarkIndex::new(99).unwrap();
        assert_eq!(bad[0], LineError::Reversed);
        assert_eq!(
            bad[1],
            LineError::OutOfRange {
                batch: batch(1),
                last
            }
        );
        assert_eq!(bad[2], LineError::NotUnderstood);
        assert_eq!(bad[3], LineError::NotUnderstood);
        assert_eq!(
            bad[4],
            LineError::Foreign {
                found: batch(2),
                chosen: batch(1)
            }
        );
        assert_eq!(bad[5], LineError::NotOurs);
        assert!(matches!(bad[6], LineError::OutOfRange { .. }));
    }

    #[test]
    fn serials_need_no_batch_but_indices_do() {
        let key = SerialKey::new(&[5; 32]);
        let text = format!(
            "{}\n{}\n5\n1-2\n{}..{}",
            serial(&key, 1, 4),
            serial(&key, 2, 4),
            serial(&key, 1, 1),
            serial(&key, 2, 2)
        );
        let (ranges, outcomes) = outcomes(&text, None);
        assert_eq!(ranges, "1:4 2:4");
        assert_eq!(outcomes[2], LineOutcome::Bad(LineError::NoBatch));
        assert_eq!(outcomes[3], LineOutcome::Bad(LineError::NoBatch));
        assert!(matches!(
            outcomes[4],
            LineOutcome::Bad(LineError::TwoBatches { .. })
        ));
    }

    #[test]
    fn what_a_scanner_reads_names_a_mark_if_we_signed_it() {
        let (a, b) = (code(7, 1, 4), code(7, 1, 9));
        let digits = a.to_digits();
        let digits = std::str::from_utf8(&digits).unwrap();
        let text = format!(
            "HTTPS://V.EXAMPLE.CN/T/{digits}\n{digits}\n{}\nhttps://v.example.cn/t/{}?lang=en\n\
             https://v.example.cn/t/{}..{}",
            a.to_base64url(),
            code(7, 2, 3).to_base64url(),
            code(7, 1, 8).to_base64url(),
            b.to_base64url(),
        );
        let (ranges, read) = outcomes(&text, None);
        assert_eq!(ranges, "1:4 1:8-9 2:3");
        assert!(!read.iter().any(|one| matches!(one, LineOutcome::Bad(_))));
        let forged = format!("{digits}\n{}", code(8, 1, 5).to_base64url());
        let (ranges, read) = outcomes(&forged, None);
        assert_eq!(
            ranges, "1:4",
            "anybody can write a batch and an index into a code"
        );
        assert_eq!(read[1], LineOutcome::Bad(LineError::NotOurs));
    }
}
