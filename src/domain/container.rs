//! Rolls and boxes (卷、箱): what holds a range or a list of marks, so that marks are delivered, activated and returned
//! by container, and a box can be held against what is in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::mark::{BatchNumber, IndexRange};
use super::refusal::Refusal;
use super::said::said;
use super::segments::{joined, marks_in, without};
use super::text::Line;
use super::words::{numbered, words};

numbered! {
    /// The number of a container, from 1.
    pub struct ContainerNumber(u32);
}

words! {
    /// What holds the marks. A mark is in one roll and one box at most.
    pub enum ContainerKind {
        /// A roll of labels.
        Roll = "roll" "卷",
        /// A box, of rolls or of packs.
        Box = "box" "箱",
    }
}

/// What a container is filled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewContainer {
    /// Roll or box.
    pub kind: ContainerKind,
    /// The batch its marks are of.
    pub batch: BatchNumber,
    /// Which marks, ascending and apart from one another.
    pub ranges: Vec<IndexRange>,
    /// What stands on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Line>,
}

/// A roll or a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its number.
    pub number: ContainerNumber,
    /// What is in it.
    pub filled: NewContainer,
    /// When it was filled.
    pub at: Timestamp,
    /// Who filled it.
    pub by: Line,
}

/// A box held against what was found in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Marks that are in it, as they should be.
    pub agree: u64,
    /// Marks that should be in it and were not found.
    pub missing: Vec<IndexRange>,
    /// Marks of the same batch that were found and belong elsewhere.
    pub foreign: Vec<IndexRange>,
    /// Marks of other batches that were found.
    pub other_batches: BTreeMap<BatchNumber, Vec<IndexRange>>,
}

/// What stands between the names of containers where several are named: no label has it.
pub const SEPARATORS: [char; 5] = [',', '，', '、', ';', '；'];

impl NewContainer {
    /// Whether what stands on it can be told from a list of several.
    ///
    /// # Errors
    /// [`Refusal`] if it holds what stands between them.
    pub fn check_label(&self) -> Result<(), Refusal> {
        match &self.label {
            Some(label) if label.as_str().contains(SEPARATORS) => Err(Refusal::invalid(
                said!("the label holds a separator", "标签上的字样含有分隔符号"),
                said!(
                    "write it without commas and semicolons: they stand between the names of several containers",
                    "请去掉逗号、顿号、分号，这些符号用来隔开多个卷、箱"
                ),
            )),
            _ => Ok(()),
        }
    }

    /// Whether each of its labels is in the other one too.
    pub fn is_within(&self, other: &Self) -> bool {
        without(&self.ranges, &other.ranges).is_empty()
    }
}

impl Container {
    /// How many marks it holds.
    pub fn marks(&self) -> u64 {
        marks_in(&self.filled.ranges)
    }

    /// Holds it against the marks found in it.
    pub fn compare(&self, found: &[(BatchNumber, IndexRange)]) -> Comparison {
        let mut batches: BTreeMap<BatchNumber, Vec<IndexRange>> = BTreeMap::new();
        for (batch, range) in found {
            batches.entry(*batch).or_default().push(*range);
        }
        for ranges in batches.values_mut() {
            *ranges = joined(std::mem::take(ranges));
        }
        let own = batches.remove(&self.filled.batch).unwrap_or_default();
        let should = &self.filled.ranges;
        let missing = without(should, &own);
        Comparison {
            agree: self.marks() - marks_in(&missing),
            missing,
            foreign: without(&own, should),
            other_batches: batches,
        }
    }
}

impl Comparison {
    /// Whether exactly its marks were found.
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.foreign.is_empty() && self.other_batches.is_empty()
    }
}
