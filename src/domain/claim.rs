//! A claim: that somebody scratched the film of a mark and had its hidden code checked. A mark is claimed once.

use jiff::Timestamp;

use super::phone::PhoneHash;
use super::place::Place;

/// A mark's one claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// When.
    pub at: Timestamp,
    /// Where, as far as known. The public is told the province only.
    pub place: Option<Place>,
    /// With which phone, unless it had no name or its owner had it deleted.
    pub phone: Option<PhoneHash>,
}

impl Claim {
    /// Whether it was made with this phone.
    pub fn is_by(&self, phone: Option<PhoneHash>) -> bool {
        phone.is_some() && phone == self.phone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_without_a_phone_is_nobody_s() {
        let mut claim = Claim {
            at: Timestamp::UNIX_EPOCH,
            place: None,
            phone: Some(PhoneHash([1; 16])),
        };
        assert!(claim.is_by(Some(PhoneHash([1; 16]))));
        assert!(!claim.is_by(Some(PhoneHash([2; 16]))));
        claim.phone = None;
        assert!(!claim.is_by(None));
    }
}
