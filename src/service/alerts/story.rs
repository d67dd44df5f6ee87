//! What is known of an alert's mark or batch, told so that somebody can judge it: the queries on a time line and by province, and
//! the evidence in sentences.

use jiff::Timestamp;

use crate::domain::alert::{Alert, AlertNumber};
use crate::domain::detection::real::exp;
use crate::domain::detection::{Kind, Known, Version};
use crate::domain::mark::{MarkId, MarkIndex};
use crate::domain::place::{Place, Prefecture};
use crate::domain::said::{Said, said};
use crate::service::ServiceError;
use crate::service::detection::in_force::named;
use crate::service::detection::recorded::{Happened, Weighed, recorded};
use crate::store::alert::{self, OfBatch};
use crate::store::{Store, Tx, scan};

/// Queries of a mark that are told: the newest.
pub const MOST_SEEN: usize = 500;
/// E-values are told up to this logarithm: beyond, nobody cares.
const MOST_LN: f64 = 40.0;
/// Accounts of a batch that are looked through for those that met a state they should not.
const MOST_ACCOUNTS: u32 = 20_000;
/// Queries of one such mark that are looked at.
const MOST_OF_ONE: u32 = 200;
/// Marks of a batch that are named.
const MOST_MARKS: u32 = 20;

/// A query, without whose it was; or something else that became known.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The mark's Nth query, from 1; `None` if it is no query.
    pub query: Option<u64>,
    /// What became known, if it is no query.
    pub known: Option<Known>,
    /// When.
    pub at: Timestamp,
    /// From where.
    pub place: Option<Place>,
    /// The state that it met.
    pub state: String,
    /// How it came.
    pub channel: String,
    /// What it says, and by how much it raises the log-odds.
    pub evidence: Vec<(Said, f64)>,
    /// The probability afterwards that the mark was copied.
    pub posterior: f64,
    /// The e-value afterwards.
    pub e_value: f64,
}

/// A mark of a batch that was asked about in a state in which it should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// Its index.
    pub index: MarkIndex,
    /// The state that its first such query met.
    pub state: String,
    /// Such queries.
    pub queries: u64,
    /// The first of them.
    pub first_at: Timestamp,
    /// The latest of them.
    pub latest_at: Timestamp,
}

/// What is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Story {
    /// Of one mark: its queries, the first first.
    Mark(Vec<Seen>),
    /// Of a batch.
    Batch {
        /// How much it was asked about.
        asked: OfBatch,
        /// By week, the last first, how many marks were asked about for the first time.
        weeks: Vec<(u32, u64)>,
        /// The marks that were asked about most.
        most: Vec<(MarkIndex, u64)>,
        /// The marks that were asked about in the states that raise the alert, that first which was so first.
        met: Vec<Met>,
    },
}

impl Story {
    /// The evidence for copies of an alert's mark, strongest first: of its scans, and what its batch showed.
    pub fn evidence(&self, alert: &Alert) -> Vec<Said> {
        self.speaking(alert, |weight| weight > 0.0)
    }

    /// What speaks against copies, strongest first: of its scans, and what its season showed.
    pub fn against(&self, alert: &Alert) -> Vec<Said> {
        self.speaking(alert, |weight| weight < 0.0)
    }

    fn speaking(&self, alert: &Alert, counts: fn(f64) -> bool) -> Vec<Said> {
        let Self::Mark(seen) = self else {
            return Vec::new();
        };
        let pieces = strongest_first(seen, counts).into_iter();
        let mut all: Vec<(Said, f64)> = pieces
            .map(|(_, said, weight)| (said.clone(), weight))
            .collect();
        let taken_back = self.cleared_at().is_some_and(|at| at >= alert.raised_at);
        let light = alert.light.said().into_iter();
        all.extend(light.filter(|(_, weight)| counts(*weight) && !taken_back));
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
        all.into_iter().map(|(said, _)| said).collect()
    }

    /// Where the mark stands now.
    pub fn now(&self) -> Option<&Seen> {
        match self {
            Self::Mark(seen) => seen.last(),
            Self::Batch { .. } => None,
        }
    }

    /// The highest posterior and the highest e-value of the mark since the office last took the suspicion back.
    pub fn strongest(&self) -> Option<(f64, f64)> {
        let Self::Mark(seen) = self else { return None };
        let from = cleared(seen).map_or(0, |place| place + 1);
        let all = seen[from..].iter().map(|one| (one.posterior, one.e_value));
        all.reduce(|(posterior, e_value), one| (posterior.max(one.0), e_value.max(one.1)))
    }

    /// How the mark stood after the query that raised the alert.
    pub fn when_raised(&self, alert: &Alert) -> Option<&Seen> {
        match self {
            Self::Mark(seen) => seen
                .iter()
                .find(|one| one.query.is_some() && one.query == alert.query),
            Self::Batch { .. } => None,
        }
    }

    /// When the office last took the suspicion back: what was seen before counts no more.
    pub fn cleared_at(&self) -> Option<Timestamp> {
        match self {
            Self::Mark(seen) => cleared(seen).map(|place| seen[place].at),
            Self::Batch { .. } => None,
        }
    }

    /// By province (the first two digits of its code), how many queries; for a batch how many marks. The most first.
    pub fn provinces(&self) -> Vec<(Option<u32>, u64)> {
        match self {
            Self::Batch { asked, .. } => asked.provinces.clone(),
            Self::Mark(seen) => {
                let mut all: Vec<(Option<u32>, u64)> = Vec::new();
                for one in seen.iter().filter(|one| one.query.is_some()) {
                    let province = one.place.map(|place| place.prefecture.code() / 10_000);
                    match all.iter_mut().find(|(known, _)| *known == province) {
                        Some((_, count)) => *count += 1,
                        None => all.push((province, 1)),
                    }
                }
                all.sort_by_key(|(province, count)| (std::cmp::Reverse(*count), *province));
                all
            }
        }
    }
}

/// The place at which the office last took the suspicion back.
fn cleared(seen: &[Seen]) -> Option<usize> {
    seen.iter()
        .rposition(|one| one.known == Some(Known::Cleared))
}

/// What speaks for copies of a mark, strongest first, each with the query or finding that says so. What was seen before the
/// office took the suspicion back does not any more.
pub fn weighed(seen: &[Seen]) -> Vec<(&Seen, &Said)> {
    told(strongest_first(seen, |weight| weight > 0.0))
}

/// The same of what speaks against copies.
pub fn against(seen: &[Seen]) -> Vec<(&Seen, &Said)> {
    told(strongest_first(seen, |weight| weight < 0.0))
}

fn told<'a>(pieces: Vec<(&'a Seen, &'a Said, f64)>) -> Vec<(&'a Seen, &'a Said)> {
    let pieces = pieces.into_iter();
    pieces.map(|(one, said, _)| (one, said)).collect()
}

fn strongest_first(seen: &[Seen], counts: fn(f64) -> bool) -> Vec<(&Seen, &Said, f64)> {
    let from = cleared(seen).map_or(0, |place| place + 1);
    // What the office decided is no evidence for its decision.
    let others = seen[from..].iter();
    let others = others.filter(|one| one.known != Some(Known::FoundCopied));
    let pieces = others.flat_map(|one| {
        let evidence = one.evidence.iter();
        evidence.map(move |(said, weight)| (one, said, *weight))
    });
    let mut all: Vec<_> = pieces.filter(|(.., weight)| counts(*weight)).collect();
    all.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
    all
}

/// What is known of an alert's mark or batch.
///
/// # Errors
/// If the database does not answer.
pub async fn story(store: &Store, alert: &Alert, now: Timestamp) -> Result<Story, ServiceError> {
    match alert.mark() {
        Some(mark) => Ok(Story::Mark(of_mark(store, alert.parameters, mark).await?)),
        None => of_batch(store, alert, now).await,
    }
}

/// The queries of a mark and what else became known of it, the first first, each weighed once more by the
/// detector, with the parameters of this version.
///
/// # Errors
/// If the database does not answer.
pub(in crate::service) async fn of_mark(
    store: &Store,
    version: Version,
    mark: MarkId,
) -> Result<Vec<Seen>, ServiceError> {
    let mut tx = store.read().await?;
    let parameters = named(&mut tx, version).await?;
    let recorded = recorded(&mut tx, &parameters, mark).await?;
    let beyond = recorded.steps.len().saturating_sub(MOST_SEEN);
    let steps = recorded.steps.into_iter().skip(beyond);
    Ok(steps.map(seen).collect())
}

fn seen(step: Weighed) -> Seen {
    let is_checked = matches!(step.happened, Happened::Known(Known::Inspected));
    let place = step.seen.place.filter(|_| is_checked);
    let evidence = step.evidence.iter().map(|piece| {
        let said = match (piece.kind, place) {
            (Kind::Place, Some(place)) => checked_in(place.prefecture, piece.factor()),
            _ => piece.said(),
        };
        (said, f64::from(piece.weight))
    });
    let (query, known, state, channel) = match step.happened {
        Happened::Scan(scan) => (Some(scan.query), None, scan.state, scan.channel),
        Happened::Known(known) => (None, Some(known), String::new(), String::new()),
    };
    Seen {
        query,
        known,
        at: step.seen.at,
        place: step.seen.place,
        state,
        channel,
        evidence: evidence.collect(),
        posterior: step.posterior,
        e_value: exp(step.e_value_ln.min(MOST_LN)),
    }
}

/// What it says that an inspector saw the mark there: no phone was new, and no network told the place.
fn checked_in(place: Prefecture, factor: f64) -> Said {
    let (zh, en) = place.name();
    said!(
        "an inspector saw it in {en}: ×{factor:.1}";
        "检查员在{zh}查验：×{factor:.1}"
    )
}

async fn of_batch(store: &Store, alert: &Alert, now: Timestamp) -> Result<Story, ServiceError> {
    let batch = alert.batch;
    let mut tx = store.read().await?;
    Ok(Story::Batch {
        asked: alert::asked_about(&mut tx, batch).await?,
        weeks: alert::weeks(&mut tx, batch, now).await?,
        most: alert::most_asked(&mut tx, batch, MOST_MARKS).await?,
        met: met(&mut tx, alert).await?,
    })
}

/// The marks that raised an alert of their batch. Queries lie in the order of time, so they are found by the accounts of the
/// marks, and each by its own queries, as far as these are still kept.
async fn met(tx: &mut Tx, alert: &Alert) -> Result<Vec<Met>, ServiceError> {
    let states = alert.kind.states();
    if states.is_empty() {
        return Ok(Vec::new());
    }
    let mut marks = scan::asked_at(tx, alert.batch, alert.raised_at).await?;
    let accounts = scan::accounts_of_batch(tx, alert.batch, MOST_ACCOUNTS).await?;
    let flagged = accounts
        .iter()
        .filter(|(mark, account)| account.met_what_it_should_not() && !marks.contains(mark));
    let flagged: Vec<MarkId> = flagged.map(|(mark, _)| *mark).collect();
    marks.extend(flagged);
    let mut all = Vec::new();
    for mark in marks.into_iter().take(MOST_MARKS as usize) {
        let queries = scan::newest(tx, mark, MOST_OF_ONE).await?;
        let mut met = queries
            .iter()
            .filter(|one| states.contains(&one.state.as_str()));
        let Some(latest) = met.next() else { continue };
        let (mut first, mut queries) = (latest, 1);
        for one in met {
            (first, queries) = (one, queries + 1);
        }
        all.push(Met {
            index: mark.index,
            state: first.state.clone(),
            queries,
            first_at: first.at,
            latest_at: latest.at,
        });
    }
    all.sort_by_key(|one| (one.first_at, one.index));
    Ok(all)
}

/// From where the marks were asked about that raised an alert of their batch, in the states that raise it; `None` of an alert that
/// no such mark raises.
pub(super) async fn places_met(
    tx: &mut Tx,
    number: AlertNumber,
) -> Result<Option<Vec<Place>>, ServiceError> {
    let found = alert::get(tx, number).await?;
    let Some(alert) = found.filter(|alert| alert.mark().is_none()) else {
        return Ok(None);
    };
    let states = alert.kind.states();
    if states.is_empty() {
        return Ok(None);
    }
    let mut places = Vec::new();
    for one in met(tx, &alert).await? {
        let mark = MarkId {
            batch: alert.batch,
            index: one.index,
        };
        let queries = scan::newest(tx, mark, MOST_OF_ONE).await?;
        let of_state = queries
            .into_iter()
            .filter(|query| states.contains(&query.state.as_str()));
        places.extend(of_state.filter_map(|query| query.place));
    }
    Ok(Some(places))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{AlertKind, AlertState, Light};
    use crate::domain::detection::{Hypothesis, Parameters};
    use crate::domain::mark::BatchNumber;

    fn step(known: Option<Known>, pieces: &[(&str, f64)]) -> Seen {
        Seen {
            query: None,
            known,
            at: Timestamp::UNIX_EPOCH,
            place: None,
            state: String::new(),
            channel: String::new(),
            evidence: pieces
                .iter()
                .map(|(name, weight)| (Said::new(*name, *name), *weight))
                .collect(),
            posterior: 0.0,
            e_value: 1.0,
        }
    }

    fn an_alert() -> Alert {
        Alert {
            number: AlertNumber(1),
            kind: AlertKind::SuspectedCopy,
            batch: BatchNumber::new(1).unwrap(),
            licensee: None,
            index: MarkIndex::new(0),
            raised_at: Timestamp::UNIX_EPOCH,
            query: Some(2),
            parameters: Parameters::reference().version,
            log_odds: -2.0,
            light: Light {
                batch: 1.0,
                season: -0.2,
            },
            e_value_ln: 2.0,
            hypothesis: Hypothesis::Copied,
            state: AlertState::Open,
            assignee: None,
            decision: None,
            merged_into: None,
            case: None,
        }
    }

    fn names(seen: &[Seen]) -> Vec<&str> {
        let all = weighed(seen).into_iter();
        all.map(|(_, said)| said.en.as_str()).collect()
    }

    #[test]
    fn evidence_is_what_speaks_for_copies_and_was_not_taken_back() {
        let mut seen = vec![
            step(None, &[("weak", 0.5), ("against", -1.0), ("nothing", 0.0)]),
            step(None, &[("strong", 2.0), ("strongly against", -1.5)]),
            step(Some(Known::FoundCopied), &[("decided", 9.0)]),
        ];
        assert_eq!(names(&seen), ["strong", "weak"]);
        let against_it = against(&seen).into_iter();
        let names_against: Vec<&str> = against_it.map(|(_, said)| said.en.as_str()).collect();
        assert_eq!(names_against, ["strongly against", "against"]);
        // What batch and season showed stands among it.
        let alert = an_alert();
        let story = Story::Mark(seen.clone());
        let told = |all: Vec<Said>| all.into_iter().map(|said| said.en).collect::<Vec<_>>();
        let (evidence, against_it) = (told(story.evidence(&alert)), told(story.against(&alert)));
        assert_eq!(evidence.len(), 3, "{evidence:?}");
        assert_eq!((&*evidence[0], &*evidence[2]), ("strong", "weak"));
        assert!(evidence[1].contains("of its batch showed copies: ×2.7"));
        assert!(against_it[2].contains("dealers of the season") && against_it.len() == 3);
        // Each at its highest, whenever that was.
        (seen[0].posterior, seen[0].e_value) = (0.9, 7.0);
        (seen[1].posterior, seen[1].e_value) = (0.8, 8.0);
        assert_eq!(Story::Mark(seen.clone()).strongest(), Some((0.9, 8.0)));
        seen.push(step(Some(Known::Cleared), &[]));
        assert_eq!(names(&seen), [""; 0]);
        assert!(against(&seen).is_empty());
        assert!(Story::Mark(seen.clone()).evidence(&alert).is_empty());
        seen.push(step(Some(Known::HiddenBad), &[("later", 1.0)]));
        assert_eq!(names(&seen), ["later"]);
    }
}
