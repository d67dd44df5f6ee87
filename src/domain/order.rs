//! A printing order (印制订单): what a licensee wants marks for, and how many.

use std::fmt;

use jiff::Timestamp;

use super::code::Payload;
use super::form::Form;
use super::key_id::KeyId;
use super::licensee::LicenseeNumber;
use super::mark::{BatchNumber, MarkCount, MarkId};
use super::season::Season;
use super::text::Line;

/// The number of an order, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderNumber(pub u32);

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a licensee wants marks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its number.
    pub number: OrderNumber,
    /// For whom.
    pub licensee: LicenseeNumber,
    /// For which season (年度).
    pub season: Season,
    /// For which form of the product (产品形态).
    pub form: Form,
    /// The product's name and pack as they stand on the pack, such as 清水芦笋罐头 425 g.
    pub product: Line,
    /// How many marks.
    pub quantity: MarkCount,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Who placed it.
    pub actor: Line,
}

/// The marks of one order: a number and indices from 0, never a row for each mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number in codes.
    pub number: BatchNumber,
    /// The order it fulfils. An order has one batch at most.
    pub order: OrderNumber,
    /// The key that signs its codes.
    pub key: KeyId,
    /// For whom.
    pub licensee: LicenseeNumber,
    /// For which season (年度).
    pub season: Season,
    /// For which form of the product (产品形态).
    pub form: Form,
    /// How many marks.
    pub count: MarkCount,
    /// Whether its labels carry hidden codes (暗码).
    pub has_hidden_codes: bool,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Who issued it.
    pub actor: Line,
    /// The caller's name for this one issue, so that a retry makes no second batch.
    pub idempotency_key: Line,
}

impl Batch {
    /// What the code of one of its marks says; `None` if the batch has no such index.
    pub fn payload(&self, mark: MarkId) -> Option<Payload> {
        (mark.batch == self.number && self.count.has(mark.index)).then_some(Payload {
            key: self.key,
            mark,
            season: self.season,
            form: self.form.code(),
            licensee: self.licensee,
            has_hidden_code: self.has_hidden_codes,
        })
    }
}
