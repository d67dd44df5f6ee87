//! Whose the last queries of a mark were: what tells a page loaded again from a new query.

use jiff::{SignedDuration, Timestamp};

use super::phone::PhoneHash;

/// The same phone asking again within this time is the same query: a page reloaded, a back button, an impatient thumb, a
/// retry after a lost answer.
pub const SAME_QUERY: SignedDuration = SignedDuration::from_mins(30);

/// A mark whose picture circulates has thousands of queries in half an hour. What is kept for each stays the same, and so little
/// that a mark's row with the detector's account stays below 1,002 bytes: longer ones SQLite spreads over pages, and from 2,000
/// PostgreSQL packs and moves them.
const MOST: usize = 60;

/// Of a phone's hash its last bytes: they tell 60 phones apart.
const TAG_BYTES: usize = 6;
type Tag = [u8; TAG_BYTES];
/// The form; then milliseconds since 1970 and the number of the newest query.
const HEAD_BYTES: usize = 1 + 6 + 8;
/// The phone, how many milliseconds and how many queries before the newest.
const BYTES: usize = TAG_BYTES + 3 + 3;
/// This form. Every length of it is odd, and none of the form before is.
const FORM: u8 = 2;

/// A query by a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Query {
    phone: Tag,
    /// Milliseconds since 1970.
    at: i64,
    number: u64,
}

/// The queries of a mark's last half hour but its very first, which has columns of its own; of more than 60 the last. In
/// their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Vec<Query>);

fn tag(phone: PhoneHash) -> Tag {
    *phone.0.last_chunk().expect("a hash is longer")
}

/// Three bytes of a number, if it fits.
fn three(number: Option<u64>) -> Option<[u8; 3]> {
    let [0, 0, 0, 0, 0, a, b, c] = number?.to_be_bytes() else {
        return None;
    };
    Some([a, b, c])
}

fn of_three([a, b, c]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, a, b, c])
}

impl Recent {
    /// The number of this phone's latest query since `since`, to the millisecond.
    pub fn number_of(&self, phone: PhoneHash, since: Timestamp) -> Option<u64> {
        let (phone, since) = (tag(phone), since.as_millisecond());
        let latest = self.0.iter().rev();
        latest
            .filter(|query| query.at > since)
            .find_map(|query| (query.phone == phone).then_some(query.number))
    }

    /// One more query; what is over half an hour old by then goes.
    pub fn add(&mut self, phone: Option<PhoneHash>, at: Timestamp, number: u64) {
        let since = (at - SAME_QUERY).as_millisecond();
        self.0.retain(|query| query.at > since);
        if let Some(phone) = phone {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push(Query {
                phone: tag(phone),
                at: at.as_millisecond(),
                number,
            });
        }
    }

    /// The same without the queries of this phone, whose owner had them deleted.
    #[must_use]
    pub fn without(mut self, phone: PhoneHash) -> Self {
        self.0.retain(|query| query.phone != tag(phone));
        self
    }

    /// As it is stored; `None` if there is nothing to store.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let newest = self.0.last()?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + self.0.len() * BYTES);
        bytes.push(FORM);
        bytes.extend_from_slice(&newest.at.to_be_bytes()[2..]);
        bytes.extend_from_slice(&newest.number.to_be_bytes());
        for query in &self.0 {
            let before = three(u64::try_from(newest.at - query.at).ok());
            // Nobody finds one again that sixteen million queries came after.
            let queries = three(newest.number.checked_sub(query.number));
            if let (Some(before), Some(queries)) = (before, queries) {
                bytes.extend_from_slice(&query.phone);
                bytes.extend_from_slice(&before);
                bytes.extend_from_slice(&queries);
            }
        }
        Some(bytes)
    }

    /// Reads it back.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, queries) = match bytes.split_first_chunk::<HEAD_BYTES>() {
            Some((head, queries)) if head[0] == FORM && bytes.len() % 2 == 1 => (head, queries),
            _ => return from_form_1(bytes),
        };
        let (at, number) = head[1..].split_at(6);
        let at = i64::from_be_bytes([[0, 0].as_slice(), at].concat().try_into().ok()?);
        let number = u64::from_be_bytes(number.try_into().ok()?);
        let (queries, rest) = queries.as_chunks::<BYTES>();
        let queries = queries.iter().map(|query| {
            let (phone, rest) = query.split_first_chunk()?;
            let (before, queries) = rest.split_first_chunk()?;
            Some(Query {
                phone: *phone,
                at: at - i64::from(of_three(*before)),
                number: number.checked_sub(of_three(queries.try_into().ok()?).into())?,
            })
        });
        rest.is_empty()
            .then(|| queries.collect::<Option<_>>().map(Self))?
    }
}

/// The form before: the whole hash, microseconds since 1970, the number. It is in rows of the half hour before an update.
fn from_form_1(bytes: &[u8]) -> Option<Recent> {
    let (queries, rest) = bytes.as_chunks::<32>();
    let queries = queries.iter().map(|query| {
        let (phone, rest) = query.split_first_chunk()?;
        let (at, number) = rest.split_first_chunk()?;
        Some(Query {
            phone: tag(PhoneHash(*phone)),
            at: Timestamp::from_microsecond(i64::from_be_bytes(*at))
                .ok()?
                .as_millisecond(),
            number: u64::from_be_bytes(number.try_into().ok()?),
        })
    });
    rest.is_empty()
        .then(|| queries.collect::<Option<_>>().map(Recent))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::detection::STATE_BYTES;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    #[test]
    fn a_phone_is_known_for_half_an_hour() {
        let mut recent = Recent::default();
        recent.add(Some(PhoneHash([1; 16])), at(0), 2);
        recent.add(Some(PhoneHash([2; 16])), at(1), 3);
        recent.add(None, at(2), 4);
        let number_of = |recent: &Recent, phone, minute| {
            recent.number_of(PhoneHash([phone; 16]), at(minute) - SAME_QUERY)
        };
        assert_eq!(number_of(&recent, 1, 29), Some(2));
        assert_eq!(number_of(&recent, 1, 30), None);
        assert_eq!(number_of(&recent, 2, 30), Some(3));
        assert_eq!(number_of(&recent, 3, 2), None);
        assert_eq!(
            Recent::from_bytes(&recent.to_bytes().unwrap()),
            Some(recent.clone())
        );
        recent.add(Some(PhoneHash([3; 16])), at(40), 5);
        assert_eq!(recent.0.len(), 1, "the others are too old");
        recent.add(None, at(90), 6);
        assert_eq!(recent.to_bytes(), None);
    }

    #[test]
    fn a_phone_can_be_forgotten_alone() {
        let mut recent = Recent::default();
        recent.add(Some(PhoneHash([1; 16])), at(0), 2);
        recent.add(Some(PhoneHash([2; 16])), at(1), 3);
        recent.add(Some(PhoneHash([1; 16])), at(2), 4);
        let rest = recent.without(PhoneHash([1; 16]));
        let since = at(0) - SAME_QUERY;
        assert_eq!(rest.number_of(PhoneHash([1; 16]), since), None);
        assert_eq!(rest.number_of(PhoneHash([2; 16]), since), Some(3));
        let rest = rest.without(PhoneHash([2; 16]));
        assert_eq!(rest.to_bytes(), None);
    }

    #[test]
    fn the_last_60_are_kept_and_take_less_than_a_quarter_of_a_page() {
        let mut recent = Recent::default();
        for number in 0..=60 {
            recent.add(Some(PhoneHash([number; 16])), at(0), u64::from(number));
        }
        let since = at(0) - SAME_QUERY;
        assert_eq!(recent.number_of(PhoneHash([0; 16]), since), None);
        assert_eq!(recent.number_of(PhoneHash([1; 16]), since), Some(1));
        assert_eq!(recent.number_of(PhoneHash([60; 16]), since), Some(60));
        let bytes = recent.to_bytes().unwrap();
        assert_eq!(Recent::from_bytes(&bytes), Some(recent));
        assert!(
            bytes.len() + STATE_BYTES < 900,
            "the other columns take a hundred"
        );
    }

    #[test]
    fn what_an_earlier_version_stored_is_read() {
        let mut bytes = Vec::new();
        for (phone, at, number) in [(7, at(0), 2_u64), (8, at(1), 3)] {
            bytes.extend_from_slice(&[phone; 16]);
            bytes.extend_from_slice(&at.as_microsecond().to_be_bytes());
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        let recent = Recent::from_bytes(&bytes).unwrap();
        let since = at(0) - SAME_QUERY;
        assert_eq!(recent.number_of(PhoneHash([7; 16]), since), Some(2));
        assert_eq!(recent.number_of(PhoneHash([8; 16]), since), Some(3));
        assert_eq!(Recent::from_bytes(&[0x7f; 32]), None, "no such time");
    }

    #[test]
    fn half_an_entry_is_none() {
        let mut recent = Recent::default();
        recent.add(Some(PhoneHash([1; 16])), at(0), 2);
        recent.add(Some(PhoneHash([2; 16])), at(1), 3);
        let bytes = recent.to_bytes().unwrap();
        for short in 1..bytes.len() {
            // So long are whole entries of the form before.
            if short % 32 != 0 {
                let read = Recent::from_bytes(&bytes[..short]);
                let is_whole = [HEAD_BYTES, HEAD_BYTES + BYTES].contains(&short);
                assert_eq!(read.is_some(), is_whole, "{short}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_read_as_it_was_written(
            queries in prop::collection::vec((any::<[u8; 16]>(), 0..2_000_000_000_i64, 1..9_u64), 1..80),
            first in 0..u64::MAX / 2,
        ) {
            let mut recent = Recent::default();
            let (mut micros, mut number) = (1_700_000_000_000_000, first);
            for (phone, later, more) in queries {
                (micros, number) = (micros + later / 60, number + more);
                recent.add(Some(PhoneHash(phone)), Timestamp::from_microsecond(micros).unwrap(), number);
            }
            prop_assert_eq!(Recent::from_bytes(&recent.to_bytes().unwrap()), Some(recent));
        }
    }
}
