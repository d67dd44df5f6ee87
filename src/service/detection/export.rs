//! What was recorded of the public's queries, as the files that `yuanmark detect` reads: to replay it, to calibrate by what was
//! decided, to hold another detector against ours.
//!
//! Phones and networks stand under names of this export alone: who has two of them cannot tell the same phone, and none of
//! them leads back to a cookie.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Write;

use sha2::{Digest, Sha256};

use super::scans::OUTSIDE;
use crate::domain::detection::{Channel, Hidden, Known, Seen};
use crate::domain::mark::{BatchNumber, MarkId};
use crate::domain::market::Market;
use crate::service::desk::Call;
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, system};
use crate::sheets::SheetError;
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, batch, event, evidence, scan};

/// Rows read at once.
const PAGE: u32 = 10_000;

/// The first line of `scans.csv`.
const SCANS: &[u8] = b"time,mark,phone,place,class,network,channel,hidden,outside_market\n";
/// That of `activations.csv`.
const ACTIVATIONS: &[u8] = b"mark_from,mark_to,time\n";

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Scans: queries, hidden codes, checks of inspectors.
    pub scans: u64,
    /// Ranges of marks with the time of their activation.
    pub activations: u64,
}

/// Writes `scans.csv` and `activations.csv`, all of one moment; the audit trail says who took them.
///
/// # Errors
/// If the database does not answer, or a file does not take the bytes.
pub async fn export(
    store: &Store,
    call: &Call,
    scans: &mut (impl Write + Send),
    activations: &mut (impl Write + Send),
) -> Result<Exported, ServiceError> {
    let names = Names(system::random());
    let mut tx = store.read().await?;
    let mut done = Exported::default();
    scans.write_all(SCANS).map_err(broken)?;
    activations.write_all(ACTIVATIONS).map_err(broken)?;
    let mut markets = Markets::default();
    let mut line = |market: Option<&Market>, mark: MarkId, seen: &Seen, scan| {
        done.scans += 1;
        writeln!(scans, "{}", names.line(market, mark, seen, scan)).map_err(broken)
    };
    let mut after = None;
    loop {
        let some = scan::all(&mut tx, after, PAGE).await?;
        let Some((last, recorded)) = some.last() else {
            break;
        };
        after = Some((recorded.seen.at, *last));
        for (mark, recorded) in &some {
            let market = markets.of(&mut tx, mark.batch).await?;
            let scan = (Channel::Consumer, Hidden::None);
            line(market, *mark, &recorded.seen, scan)?;
        }
    }
    let mut read = 0;
    loop {
        let some = evidence::all(&mut tx, read, PAGE).await?;
        if some.is_empty() {
            break;
        }
        read += some.len() as u64;
        for (mark, known, seen) in &some {
            let scan = match known {
                Known::HiddenOk | Known::HiddenTwice => (Channel::Consumer, Hidden::Ok),
                Known::HiddenBad => (Channel::Consumer, Hidden::Bad),
                Known::Inspected => (Channel::Inspector, Hidden::None),
                // What the office decided are the labels.
                Known::FoundCopied | Known::Cleared => continue,
            };
            let market = markets.of(&mut tx, mark.batch).await?;
            line(market, *mark, seen, scan)?;
        }
    }
    for event in event::activated(&mut tx).await? {
        let (batch, at) = (event.batch, event.at);
        let (first, last) = (event.range.first(), event.range.last());
        writeln!(activations, "{batch}-{first},{batch}-{last},{at}").map_err(broken)?;
        done.activations += 1;
    }
    drop(tx);
    scans
        .flush()
        .and_then(|()| activations.flush())
        .map_err(broken)?;
    let note = Note::new("scans-take").about("alerts");
    trail::write_alone(store, &call.origin, call.at, Outcome::Done, note).await?;
    Ok(done)
}

fn broken(error: std::io::Error) -> ServiceError {
    SheetError::Io(error).into()
}

/// Where the goods of each batch are to be sold, as far as it was asked.
#[derive(Default)]
struct Markets(HashMap<BatchNumber, Option<Market>>);

impl Markets {
    async fn of(
        &mut self,
        tx: &mut Tx,
        number: BatchNumber,
    ) -> Result<Option<&Market>, ServiceError> {
        let market = match self.0.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(batch::market(tx, number).await?),
        };
        Ok(market.as_ref())
    }
}

/// What phones and networks are called in this export.
struct Names([u8; 16]);

impl Names {
    /// A name that says nothing of what it stands for.
    fn of(&self, kind: char, what: &[u8]) -> String {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update([kind as u8]);
        hash.update(what);
        let short = &hash.finalize()[..8];
        let digits = short.iter().map(|byte| format!("{byte:02x}"));
        std::iter::once(kind.to_string()).chain(digits).collect()
    }

    fn line(
        &self,
        market: Option<&Market>,
        mark: MarkId,
        seen: &Seen,
        (channel, hidden): (Channel, Hidden),
    ) -> String {
        let is_outside = market.is_some_and(|market| market.excludes(seen.place));
        let phone = seen.phone.map(|phone| self.of('p', &phone.0));
        let network = seen
            .network
            .map(|network| self.of('n', &network.0.to_be_bytes()));
        let place = seen
            .place
            .map(|place| format!("{:06}", place.prefecture.code()));
        let class = seen.place.map(|place| place.class.slug());
        format!(
            "{},{}-{},{},{},{},{},{},{},{}",
            seen.at,
            mark.batch,
            mark.index,
            phone.unwrap_or_default(),
            place.unwrap_or_default(),
            class.unwrap_or("unknown"),
            network.unwrap_or_default(),
            channel.slug(),
            hidden.slug(),
            if is_outside { OUTSIDE } else { "" }
        )
    }
}
