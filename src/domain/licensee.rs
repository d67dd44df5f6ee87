//! A licensee (合法使用人): who may use the mark, and on what legal basis.

use std::fmt;

use jiff::Timestamp;

use super::text::Line;
use super::uscc::Uscc;

/// The number of a licensee: two bytes of the code. Given out from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LicenseeNumber(pub u16);

impl fmt::Display for LicenseeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The route by which the right was granted; the two differ in what is printed and how the right ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalBasis {
    /// Protected geographical-indication product (地理标志产品).
    GiProduct,
    /// Certification mark (证明商标).
    CertificationMark,
    /// Both.
    Both,
}

impl LegalBasis {
    /// All routes.
    pub const ALL: [Self; 3] = [Self::GiProduct, Self::CertificationMark, Self::Both];

    /// The word for commands, files and JSON.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::GiProduct => "gi_product",
            Self::CertificationMark => "certification_mark",
            Self::Both => "both",
        }
    }

    /// The route a word names.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.slug() == slug)
    }
}

/// Who may use the mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Licensee {
    /// Its number in codes.
    pub number: LicenseeNumber,
    /// The registered name.
    pub name: Line,
    /// Its unified social credit code (统一社会信用代码).
    pub uscc: Uscc,
    /// On what the right rests.
    pub legal_basis: LegalBasis,
    /// When it was entered.
    pub added_at: Timestamp,
    /// How its right ended, if it did.
    pub ended: Option<RightEnded>,
}

/// The end of a licensee's right (使用资格终止). What happens to marks in the market is a dated policy: they stay
/// good until `marks_good_until`, and are withdrawn from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightEnded {
    /// When it was entered.
    pub at: Timestamp,
    /// The policy date: from this moment on the licensee's marks are withdrawn.
    pub marks_good_until: Timestamp,
    /// Why; the public reads it.
    pub reason: Line,
    /// The number of the decision.
    pub document: Option<Line>,
    /// Who entered it.
    pub actor: Line,
}
