//! How the queries of one mark are counted: from what was counted before to what is counted now.

use jiff::{SignedDuration, Timestamp};

use super::detection::Seen;
use super::phone::{NetworkHash, PhoneHash};
use super::place::Place;
use super::recent::{Recent, SAME_QUERY};
use super::words::words;

/// The least time between two queries of one mark: what the databases tell apart.
const TICK: SignedDuration = SignedDuration::from_micros(1);

words! {
    /// How a query came.
    pub enum QueryChannel {
        /// From a person's phone, at once.
        Consumer = "consumer" "公众查询" "by the public",
        /// From a person's phone that had no network when it was asked.
        Offline = "offline" "公众离线查询，联网后送达" "by the public without a network, sent later",
    }
}

/// The queries of a mark so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queries {
    /// How many.
    pub count: u64,
    /// When the first came.
    pub first_at: Timestamp,
    /// Where it came from.
    pub first_place: Option<Place>,
    /// Whose it was.
    pub first_phone: Option<PhoneHash>,
    /// Through which network it came.
    pub first_network: Option<NetworkHash>,
    /// When the latest came.
    pub latest_at: Timestamp,
    /// Whose the others were, of the last half hour.
    pub recent: Recent,
}

impl Queries {
    /// After a mark's first query.
    pub fn first(seen: &Seen) -> Self {
        let Seen {
            at,
            place,
            phone,
            network,
        } = *seen;
        Self {
            count: 1,
            first_at: at,
            first_place: place,
            first_phone: phone,
            first_network: network,
            latest_at: at,
            recent: Recent::default(),
        }
    }

    /// The first query.
    pub const fn first_seen(&self) -> Seen {
        Seen {
            at: self.first_at,
            place: self.first_place,
            phone: self.first_phone,
            network: self.first_network,
        }
    }

    /// The number of the query that this phone made of the mark within the last half hour: asking again is no new one.
    pub fn number_of(&self, phone: PhoneHash, now: Timestamp) -> Option<u64> {
        let since = now - SAME_QUERY;
        let first = self.first_phone == Some(phone) && self.first_at > since;
        let recent = self.recent.number_of(phone, since);
        recent.or(first.then_some(1))
    }

    /// After one more query. Of one mark each is later than the one before, whatever a clock that was put back says.
    #[must_use]
    pub fn and_one_more(&self, phone: Option<PhoneHash>, now: Timestamp) -> Self {
        let mut queries = self.clone();
        queries.count += 1;
        queries.latest_at = now.max(self.latest_at + TICK);
        queries.recent.add(phone, queries.latest_at, queries.count);
        queries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn phone(name: u8) -> PhoneHash {
        PhoneHash([name; 16])
    }

    fn first(name: u8, minute: i64) -> Queries {
        Queries::first(&Seen {
            at: at(minute),
            place: None,
            phone: Some(phone(name)),
            network: None,
        })
    }

    #[test]
    fn a_phone_that_asks_again_is_told_its_latest_number() {
        let queries = first(1, 0)
            .and_one_more(Some(phone(2)), at(1))
            .and_one_more(None, at(2));
        assert_eq!((queries.count, queries.latest_at), (3, at(2)));
        assert_eq!(queries.number_of(phone(1), at(29)), Some(1));
        assert_eq!(
            queries.number_of(phone(1), at(30)),
            None,
            "half an hour is over"
        );
        assert_eq!(queries.number_of(phone(2), at(30)), Some(2));
        assert_eq!(queries.number_of(phone(3), at(3)), None);
        let queries = queries.and_one_more(Some(phone(1)), at(31));
        assert_eq!(queries.number_of(phone(1), at(32)), Some(4));
        assert_eq!(queries.first_at, at(0));
    }

    #[test]
    fn a_clock_that_was_put_back_changes_no_order_and_forgets_no_phone() {
        let queries = first(1, 60);
        assert_eq!(queries.number_of(phone(1), at(0)), Some(1));
        let queries = queries.and_one_more(Some(phone(2)), at(0));
        assert!(queries.latest_at > at(60));
        assert_eq!(queries.number_of(phone(2), at(1)), Some(2));
    }
}
