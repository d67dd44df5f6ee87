//! Whose the last queries of a mark were: what tells a page loaded again from a new query.

use jiff::{SignedDuration, Timestamp};

use super::phone::PhoneHash;

/// The same phone asking again within this time is the same query: a page reloaded, a back button, an impatient thumb, a
/// retry after a lost answer.
pub const SAME_QUERY: SignedDuration = SignedDuration::from_mins(30);

/// A mark whose picture circulates has thousands of queries in half an hour. What is kept for each stays the same.
const MOST: usize = 64;

/// The phone, when, the number of the query.
const PHONE_BYTES: usize = 16;
const BYTES: usize = PHONE_BYTES + 8 + 8;

/// The queries of a mark's last half hour but its very first, which has columns of its own; of more than 64 the last. In
/// their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Vec<(PhoneHash, Timestamp, u64)>);

impl Recent {
    /// The number of this phone's latest query since `since`.
    pub fn number_of(&self, phone: PhoneHash, since: Timestamp) -> Option<u64> {
        let latest = self.0.iter().rev();
        latest
            .filter(|(_, at, _)| *at > since)
            .find_map(|(other, _, number)| (*other == phone).then_some(*number))
    }

    /// One more query; what is over half an hour old by then goes.
    pub fn add(&mut self, phone: Option<PhoneHash>, at: Timestamp, number: u64) {
        self.0.retain(|(_, before, _)| *before > at - SAME_QUERY);
        if let Some(phone) = phone {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push((phone, at, number));
        }
    }

    /// The same without the queries of this phone, whose owner had them deleted.
    #[must_use]
    pub fn without(mut self, phone: PhoneHash) -> Self {
        self.0.retain(|(other, _, _)| *other != phone);
        self
    }

    /// As it is stored; `None` if there is nothing to store.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.0.len() * BYTES);
        for (phone, at, number) in &self.0 {
            bytes.extend_from_slice(&phone.0);
            bytes.extend_from_slice(&at.as_microsecond().to_be_bytes());
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        (!bytes.is_empty()).then_some(bytes)
    }

    /// Reads it back.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (queries, rest) = bytes.as_chunks::<BYTES>();
        let queries = queries.iter().map(|query| {
            let (phone, rest) = query.split_at(PHONE_BYTES);
            let (at, number) = rest.split_at(8);
            let at = i64::from_be_bytes(at.try_into().ok()?);
            Some((
                PhoneHash(phone.try_into().ok()?),
                Timestamp::from_microsecond(at).ok()?,
                u64::from_be_bytes(number.try_into().ok()?),
            ))
        });
        rest.is_empty()
            .then(|| queries.collect::<Option<_>>().map(Self))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_last_64_are_kept() {
        let mut recent = Recent::default();
        for number in 0..=64 {
            recent.add(Some(PhoneHash([number; 16])), at(0), u64::from(number));
        }
        let since = at(0) - SAME_QUERY;
        assert_eq!(recent.number_of(PhoneHash([0; 16]), since), None);
        assert_eq!(recent.number_of(PhoneHash([1; 16]), since), Some(1));
        assert_eq!(recent.number_of(PhoneHash([64; 16]), since), Some(64));
    }

    #[test]
    fn half_an_entry_is_none() {
        assert_eq!(Recent::from_bytes(&[0; BYTES + 1]), None);
        assert_eq!(Recent::from_bytes(&[0x7f; BYTES]), None, "no such time");
    }
}
