//! Telling of suspect packs, and trying tickets. A form is paid for before its body is read, by the network and by the phone,
//! for what follows may be some megabytes of photos.

use std::net::IpAddr;

use governor::clock::Clock;

use super::{Bill, Limit, RateLimits, Refused};
use crate::domain::phone::PhoneHash;
use crate::http::network::Network;

impl<C: Clock> RateLimits<C> {
    /// Whether a form may be sent now.
    ///
    /// # Errors
    /// [`Refused`] beyond a limit: nothing was read.
    pub fn tip(&self, address: Option<IpAddr>, phone: PhoneHash) -> Result<(), Refused> {
        let mut bill = self.bill();
        bill.pay(Limit::TipsOfANetwork, &Network::of_client(address))?;
        bill.pay(Limit::TipsOfAPhone, &phone).map(drop)
    }

    /// Whether a ticket may be looked up now. What was paid is given back when it opens something.
    ///
    /// # Errors
    /// [`Refused`] beyond the limit: nothing was looked up.
    pub fn ticket(&self, address: Option<IpAddr>) -> Result<Bill<'_, C>, Refused> {
        let mut bill = self.bill();
        bill.pay(Limit::Tickets, &Network::of_client(address))?;
        Ok(bill)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    #[test]
    fn a_phone_and_a_network_are_refused_and_let_in_again() {
        let clock = FakeRelativeClock::default();
        let limits = RateLimits::at(clock.clone())
            .with(Limit::TipsOfANetwork, 4)
            .with(Limit::TipsOfAPhone, 2);
        let (home, other) = (Some([203, 0, 113, 1].into()), Some([203, 0, 113, 2].into()));
        let phone = |number| PhoneHash([number; 16]);
        let after = |limit, seconds| Err(Refused { limit, seconds });
        let of_phone = after(Limit::TipsOfAPhone, 1800);
        assert_eq!(limits.tip(home, phone(1)), Ok(()));
        assert_eq!(limits.tip(home, phone(1)), Ok(()));
        assert_eq!(limits.tip(home, phone(1)), of_phone);
        assert_eq!(limits.tip(other, phone(1)), of_phone);
        assert_eq!(limits.tip(home, phone(2)), Ok(()), "refusals were not paid");
        assert_eq!(limits.tip(home, phone(3)), Ok(()));
        let of_network = after(Limit::TipsOfANetwork, 900);
        assert_eq!(limits.tip(home, phone(4)), of_network);
        assert_eq!(limits.tip(other, phone(4)), Ok(()));
        clock.advance(Duration::from_mins(30));
        assert_eq!(limits.tip(home, phone(1)), Ok(()));
    }

    #[test]
    fn who_tries_tickets_is_refused_and_who_has_one_is_not() {
        let limits = RateLimits::at(FakeRelativeClock::default()).with(Limit::Tickets, 2);
        let home = Some([203, 0, 113, 1].into());
        for _ in 0..100 {
            limits.ticket(home).unwrap().give_back();
        }
        let wrong = |address| limits.ticket(address).map(drop);
        assert_eq!(wrong(home), Ok(()));
        assert_eq!(wrong(home), Ok(()));
        let refused = Refused {
            limit: Limit::Tickets,
            seconds: 1800,
        };
        assert_eq!(wrong(home), Err(refused));
        assert_eq!(wrong(None), Ok(()));
    }
}
