//! `scans.csv` and `activations.csv`: read line by line; a bad line is told with its number and reason, and the rest is
//! taken.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::detection::{Channel, GEOGRAPHY, Hidden, Scan, Sighting, Spot, Standing};
use crate::domain::place::{PlaceClass, Prefecture};

/// Seconds from 1970 to 2020, from where scans count.
pub(super) const EPOCH_S: i64 = 1_577_836_800;
/// Lines with mistakes that are told; the rest are counted.
pub const MOST_TOLD: usize = 20;
/// The columns, by their titles.
const COLUMNS: [&str; 9] = [
    "time",
    "mark",
    "phone",
    "place",
    "class",
    "network",
    "channel",
    "hidden",
    "outside_market",
];

/// In the column `outside_market`: the place lies outside the market that the mark's order is for.
pub(super) const OUTSIDE: &str = "yes";

/// A line that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// From 1, the title line included.
    pub line: usize,
    /// Why.
    pub reason: String,
}

/// Lines that could not be taken: the first of them, and how many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadLines {
    /// At most [`MOST_TOLD`].
    pub told: Vec<BadLine>,
    /// All of them.
    pub count: usize,
}

impl BadLines {
    pub(super) fn add(&mut self, line: usize, reason: String) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(BadLine { line, reason });
        }
    }
}

/// A mark as one number: batch, index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MarkKey {
    /// The batch.
    pub batch: u32,
    /// The index in it.
    pub index: u32,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Microseconds since 1970.
    pub at_us: i64,
    /// The time as it was written.
    pub time: &'a str,
    /// The mark.
    pub mark: MarkKey,
    /// The scan.
    pub scan: Scan,
}

/// All lines of a file in the order of time; of the same moment in the order of the file.
///
/// # Errors
/// A title line that lacks a column which must be there.
pub fn read<'a>(
    text: &'a str,
    activations: &Activations,
    bad: &mut BadLines,
) -> Result<Vec<Line<'a>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate();
    let titles = lines.next().map_or("", |(_, titles)| titles);
    let columns = Columns::new(titles)?;
    let mut places = HashMap::new();
    let mut read = Vec::with_capacity(text.len() / 64);
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        match columns.line(line, &mut places) {
            Ok(mut line) => {
                line.scan.standing.before_activation = activations.is_before(line.mark, line.at_us);
                read.push(line);
            }
            Err(reason) => bad.add(number + 1, reason),
        }
    }
    if !read.is_sorted_by_key(|line| line.at_us) {
        read.sort_by_key(|line| line.at_us);
    }
    Ok(read)
}

struct Columns {
    /// The place of each of [`COLUMNS`] in a line.
    at: [Option<usize>; COLUMNS.len()],
    count: usize,
}

impl Columns {
    fn new(titles: &str) -> Result<Self, String> {
        let titles: Vec<&str> = titles.split(',').map(plain).collect();
        let at = COLUMNS.map(|column| titles.iter().position(|title| *title == column));
        for must in 0..2 {
            if at[must].is_none() {
                return Err(format!("the title line has no column `{}`", COLUMNS[must]));
            }
        }
        Ok(Self {
            at,
            count: titles.len(),
        })
    }

    fn line<'a>(
        &self,
        line: &'a str,
        places: &mut HashMap<&'a str, Option<Spot>>,
    ) -> Result<Line<'a>, String> {
        let mut fields = [""; COLUMNS.len()];
        let mut count = 0;
        for (number, field) in line.split(',').enumerate() {
            count += 1;
            if let Some(column) = self.at.iter().position(|at| *at == Some(number)) {
                fields[column] = plain(field);
            }
        }
        if count != self.count {
            return Err(format!(
                "{count} fields where the title line has {}",
                self.count
            ));
        }
        let [
            time,
            mark,
            phone,
            place,
            class,
            network,
            channel,
            hidden,
            outside_market,
        ] = fields;
        let at_us = microseconds(time)
            .ok_or_else(|| format!("`{}` is no time as in RFC 3339", cut(time)))?;
        let at_s = u32::try_from(at_us.div_euclid(1_000_000) - EPOCH_S)
            .ok()
            .filter(|at| *at > 0);
        let at_s = at_s.ok_or_else(|| format!("`{}` is before 2020 or after 2150", cut(time)))?;
        let mark =
            parse_mark(mark).ok_or_else(|| format!("`{}` is no mark: batch-index", cut(mark)))?;
        let spot = match place {
            "" => None,
            _ => *places.entry(place).or_insert_with(|| spot(place)),
        };
        if spot.is_none() && !place.is_empty() {
            return Err(format!("`{}` is no prefecture of the table", cut(place)));
        }
        let class = match class {
            "" => PlaceClass::Unknown,
            _ => PlaceClass::from_slug(class)
                .ok_or_else(|| format!("`{}` is no class", cut(class)))?,
        };
        let channel = match channel {
            "" => Channel::Consumer,
            _ => Channel::from_slug(channel)
                .ok_or_else(|| format!("`{}` is no channel", cut(channel)))?,
        };
        let hidden = match hidden {
            "" => Hidden::None,
            _ => Hidden::from_slug(hidden)
                .ok_or_else(|| format!("`{}` is none of none, ok, bad", cut(hidden)))?,
        };
        let outside_market = match outside_market {
            "" => false,
            OUTSIDE => true,
            _ => {
                return Err(format!(
                    "`{}` is not `{OUTSIDE}`, nor nothing",
                    cut(outside_market)
                ));
            }
        };
        let scan = Scan {
            at_s,
            phone: named(phone),
            sighting: spot.map(|spot| Sighting { spot, class }),
            network: named(network),
            channel,
            hidden,
            standing: Standing {
                outside_market,
                ..Standing::default()
            },
        };
        Ok(Line {
            at_us,
            time,
            mark,
            scan,
        })
    }
}

/// A field without quotation marks and blanks around it.
pub(super) fn plain(field: &str) -> &str {
    let field = field.trim();
    field
        .strip_prefix('"')
        .and_then(|field| field.strip_suffix('"'))
        .unwrap_or(field)
}

fn cut(text: &str) -> String {
    text.chars()
        .take(40)
        .filter(|character| !character.is_control())
        .collect()
}

fn spot(code: &str) -> Option<Spot> {
    GEOGRAPHY.spot(Prefecture::new(code.parse().ok()?)?)
}

pub(super) fn parse_mark(mark: &str) -> Option<MarkKey> {
    let (batch, index) = mark.split_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(batch) || !is_number(index) {
        return None;
    }
    Some(MarkKey {
        batch: batch.parse().ok()?,
        index: index.parse().ok()?,
    })
}

/// A hash of an opaque name (FNV-1a, then mixed); `None` for an empty one.
fn named(name: &str) -> Option<u64> {
    if name.is_empty() {
        return None;
    }
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    Some(hash ^ (hash >> 32))
}

/// Microseconds since 1970 of a time as in RFC 3339; the usual form without a detour.
fn microseconds(time: &str) -> Option<i64> {
    quickly(time.as_bytes()).or_else(|| {
        time.parse::<Timestamp>()
            .ok()
            .map(Timestamp::as_microsecond)
    })
}

/// `2026-04-02T08:11:09+08:00` or `…Z`.
fn quickly(time: &[u8]) -> Option<i64> {
    let (whole, zone) = time.split_at_checked(19)?;
    let number = |from: usize, to: usize| {
        whole[from..to].iter().try_fold(0_i64, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + i64::from(digit - b'0'))
        })
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if marks.iter().any(|(at, mark)| whole[*at] != *mark) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // Days 29 to 31 and leap seconds go the long way, which knows the calendar.
    if !(1..=12).contains(&month)
        || !(1..=28).contains(&day)
        || hour > 23
        || minute > 59
        || second > 59
    {
        return None;
    }
    let offset_s = match zone {
        b"Z" => 0,
        b"+08:00" => 28_800,
        _ => return None,
    };
    let (shifted, months) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let era = shifted.div_euclid(400);
    let of_era = shifted - era * 400;
    let of_year = (153 * months + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((days * 86_400 + hour * 3_600 + minute * 60 + second - offset_s) * 1_000_000)
}

/// When marks were activated.
#[derive(Clone, Debug, Default)]
pub struct Activations(HashMap<u32, Vec<(u32, u32, i64)>>);

impl Activations {
    /// All marks of so many batches of this size, long ago.
    pub(super) fn of_batches(batches: u32, marks: u32) -> Self {
        let all = (0, marks - 1, i64::MIN);
        Self((0..batches).map(|batch| (batch, vec![all])).collect())
    }

    /// Reads `mark_from,mark_to,time`.
    ///
    /// # Errors
    /// A title line that lacks one of them.
    pub fn read(text: &str, bad: &mut BadLines) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut lines = text.lines().enumerate();
        let titles: Vec<&str> = lines
            .next()
            .map_or("", |(_, titles)| titles)
            .split(',')
            .map(plain)
            .collect();
        let at = |title: &str| {
            let found = titles.iter().position(|known| *known == title);
            found
                .ok_or_else(|| format!("the title line of the activations has no column `{title}`"))
        };
        let columns = [at("mark_from")?, at("mark_to")?, at("time")?];
        let mut read: HashMap<u32, Vec<_>> = HashMap::new();
        for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
            let fields: Vec<&str> = line.split(',').map(plain).collect();
            let [from, to, time] = columns.map(|column| fields.get(column).copied().unwrap_or(""));
            match (parse_mark(from), parse_mark(to), microseconds(time)) {
                (Some(from), Some(to), Some(time))
                    if from.batch == to.batch && from.index <= to.index =>
                {
                    read.entry(from.batch)
                        .or_default()
                        .push((from.index, to.index, time));
                }
                _ => bad.add(
                    number + 1,
                    format!(
                        "`{}` is no range of one batch and time of activation",
                        cut(line)
                    ),
                ),
            }
        }
        Ok(Self(read))
    }

    /// How many marks of a batch were activated by this time, each counted as often as a range names it.
    pub fn activated(&self, batch: u32, at_us: i64) -> u32 {
        let ranges = self.0.get(&batch).map_or(&[][..], Vec::as_slice);
        let by_then = ranges.iter().filter(|(_, _, time)| *time <= at_us);
        by_then.fold(0_u32, |sum, (from, to, _)| {
            sum.saturating_add(to - from).saturating_add(1)
        })
    }

    /// Whether a mark of a range that is activated some time was not yet at this time. What is in no range is not known.
    fn is_before(&self, mark: MarkKey, at_us: i64) -> bool {
        let ranges = self.0.get(&mark.batch).map_or(&[][..], Vec::as_slice);
        let mut its = ranges
            .iter()
            .filter(|(from, to, _)| (*from..=*to).contains(&mark.index))
            .peekable();
        its.peek().is_some() && its.all(|(_, _, time)| at_us < *time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_way_and_the_long_one_agree() {
        for time in [
            "2026-04-02T08:11:09+08:00",
            "2024-02-28T23:59:59Z",
            "2026-01-01T00:00:00+08:00",
            "2100-03-01T00:00:00Z",
        ] {
            let long = time.parse::<Timestamp>().unwrap().as_microsecond();
            assert_eq!(quickly(time.as_bytes()), Some(long), "{time}");
        }
        assert_eq!(microseconds("2026-02-31T00:00:00Z"), None);
        assert_eq!(
            microseconds("2026-01-31T00:00:00.5+09:00"),
            Some(1_769_785_200_500_000)
        );
    }

    #[test]
    fn bad_lines_are_told_and_the_others_taken_in_the_order_of_time() {
        let text = "\u{feff}mark,extra,time,place,class,phone\n\
            1-2,x,2026-04-03T00:00:00Z,430100,gps,a\n\
            1-2,x,2026-04-02T00:00:00Z,999999,gps,a\n\
            1-2,x,yesterday,430100,gps,a\n\
            1-2\n\
            one,x,2026-04-02T00:00:00Z,430100,gps,a\n\
            1-2,x,2026-04-02T00:00:00Z,430100,satellite,a\n\
            1-3,x,2026-04-01T00:00:00Z,,,\n";
        let mut bad = BadLines::default();
        let lines = read(text, &Activations::default(), &mut bad).unwrap();
        let numbers: Vec<usize> = bad.told.iter().map(|bad| bad.line).collect();
        assert_eq!((numbers, bad.count), (vec![3, 4, 5, 6, 7], 5));
        assert_eq!(
            lines.iter().map(|line| line.mark.index).collect::<Vec<_>>(),
            [3, 2]
        );
        assert!(lines[0].scan.sighting.is_none() && lines[0].scan.phone.is_none());
        assert!(read("time,place\n", &Activations::default(), &mut bad).is_err());
    }

    #[test]
    fn activations_are_of_ranges() {
        let mut bad = BadLines::default();
        let text =
            "mark_from,mark_to,time\n1-0,1-9,2026-04-02T00:00:00Z\n1-9,2-3,2026-04-02T00:00:00Z\n";
        let activations = Activations::read(text, &mut bad).unwrap();
        let at = microseconds("2026-04-01T00:00:00Z").unwrap();
        let mark = |index| MarkKey { batch: 1, index };
        assert_eq!(bad.count, 1);
        assert!(activations.is_before(mark(9), at) && !activations.is_before(mark(10), at));
        assert!(!activations.is_before(mark(9), at + 86_400_000_000));
        let (before, after) = (at, at + 86_400_000_000);
        assert_eq!(
            [before, after].map(|at| activations.activated(1, at)),
            [0, 10]
        );
        assert_eq!(activations.activated(2, after), 0);
    }
}
