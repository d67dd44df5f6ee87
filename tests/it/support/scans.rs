//! Queries written down at chosen times, without asking for an answer.

use jiff::Timestamp;
use yuanmark::domain::detection::Seen;
use yuanmark::domain::mark::MarkId;
use yuanmark::domain::phone::PhoneHash;
use yuanmark::domain::place::Place;
use yuanmark::domain::queries::Queries;
use yuanmark::store::Tx;
use yuanmark::store::scan::{self, Counted, NewScan};

/// A query that is to be written down.
#[derive(Clone, Debug)]
pub struct Scanned {
    pub mark: MarkId,
    pub at: Timestamp,
    pub state: &'static str,
    pub place: Option<Place>,
    pub phone: Option<PhoneHash>,
    pub channel: &'static str,
}

/// Reads, counts and adds, as a group of one does. Returns the query's number.
pub async fn count(tx: &mut Tx, scanned: &Scanned) -> u64 {
    let Scanned {
        mark,
        at,
        place,
        phone,
        ..
    } = *scanned;
    let known = scan::read_group(tx, &[mark]).await.unwrap();
    let before = known.queries.get(&mark);
    let queries = match before {
        None => Queries::first(&Seen {
            at,
            place,
            phone,
            network: None,
        }),
        Some(before) => before.and_one_more(phone, at),
    };
    let new = NewScan {
        mark,
        query: queries.count,
        at: queries.latest_at,
        previous_at: before.map(|before| before.latest_at),
        state: scanned.state,
        place,
        phone,
        channel: scanned.channel,
        network: None,
    };
    let number = queries.count;
    let counted = Counted {
        mark,
        queries,
        account: None,
    };
    let alone = scan::write_group(tx, &known, &[counted], &[new])
        .await
        .unwrap();
    assert!(alone, "somebody else counted a first query");
    number
}
