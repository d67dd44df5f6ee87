//! What the file of a licensee (合法使用人信息档案) says about it. Every change is a new version of the whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::LegalBasis;
use crate::domain::area::Area;
use crate::domain::form::Form;
use crate::domain::refusal::Refusal;
use crate::domain::said::{Said, said};
use crate::domain::text::Line;
use crate::domain::township::Township;

/// A standard the licensee declares to follow (执行标准), with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// Its number or name.
    pub number: Line,
    /// Its version or year.
    pub version: Line,
}

impl Standard {
    /// Reads `NUMBER VERSION`, apart by white space.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(text: &str) -> Result<Self, Said> {
        let (number, version) = text
            .trim()
            .rsplit_once(char::is_whitespace)
            .ok_or_else(|| {
                said!(
                    "{text:?} lacks its version: NUMBER VERSION",
                    "“{text}”缺少版本，应先写标准号，空一格，再写版本"
                )
            })?;
        Ok(Self {
            number: Line::new("text", number)?,
            version: Line::new("text", version)?,
        })
    }
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.version)
    }
}

/// Whom to call. The hotline is for the public; person, telephone number and address are never shown to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Line>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Line>,
    /// The telephone number that stands on the pages of its marks, as on its packs (GB 7718).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hotline: Option<Line>,
    /// The address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Line>,
}

/// The particulars of a licensee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// The registered name.
    pub name: Line,
    /// On what the right rests.
    pub legal_basis: LegalBasis,
    /// Numbers of the documents that grant it (核准公告文号、注册证号).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis_documents: Vec<Line>,
    /// The forms it makes (产品形态).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub forms: BTreeSet<Form>,
    /// Its products by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Line>,
    /// The standards it declares.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<Standard>,
    /// Its base (基地) in mu by township.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub areas: BTreeMap<Township, Area>,
    /// Whom to call.
    #[serde(default)]
    pub contact: Contact,
}

impl Particulars {
    /// Entries of one list; more is a mistake.
    pub const MOST_ENTRIES: usize = 50;

    /// With a name and a legal basis alone.
    pub const fn new(name: Line, legal_basis: LegalBasis) -> Self {
        Self {
            name,
            legal_basis,
            basis_documents: Vec::new(),
            forms: BTreeSet::new(),
            products: Vec::new(),
            standards: Vec::new(),
            areas: BTreeMap::new(),
            contact: Contact {
                person: None,
                phone: None,
                hotline: None,
                address: None,
            },
        }
    }

    /// The whole base in mu.
    pub fn base(&self) -> Area {
        Area::sum(self.areas.values().copied())
    }

    /// The refusal of a list that is too long.
    pub fn too_long() -> Refusal {
        Refusal::invalid(
            said!(
                "a list has more than {} entries",
                "有一栏超过 {} 项",
                Self::MOST_ENTRIES
            ),
            said!(
                "name the main documents, products and standards",
                "请只填写主要的文件、产品和标准"
            ),
        )
    }

    /// Refuses lists that are too long and areas that are too large.
    ///
    /// # Errors
    /// [`Refusal`] of the kind invalid.
    pub fn check(&self) -> Result<(), Refusal> {
        let longest = [
            self.basis_documents.len(),
            self.products.len(),
            self.standards.len(),
        ];
        if longest.iter().any(|length| *length > Self::MOST_ENTRIES) {
            return Err(Self::too_long());
        }
        if self.base() > Area::MAX {
            return Err(Refusal::invalid(
                said!(
                    "a base of {} mu is larger than the whole area",
                    "基地面积 {} 亩，超过整个保护范围",
                    self.base()
                ),
                said!(
                    "areas are in mu, not in square metres",
                    "面积以亩为单位，不是平方米，请核对"
                ),
            ));
        }
        Ok(())
    }
}
