//! Tips (举报线索): people tell of suspect packs, the office handles what they tell.
//!
//! No part of the ledger, for a ledger forgets nothing. What the office does stands in the audit trail; so does each look at
//! a contact. Of whoever sends a tip neither address nor phone is kept.

mod contacts;
mod office;
mod photos;
mod public;

use super::ServiceError;
use super::trail::{self, Note, Origin};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::tip::{Happened, MOST_PHOTOS, MOST_STEPS, Tip, TipNumber, TipStep};
use crate::render::photo::Photo;
use crate::store::tip::{self, NewPhoto, PhotoOf};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx};

pub use contacts::{contact, erase_old_contacts};
pub use office::{Wanted, act, get, list, photo};
pub use photos::remade;
pub use public::{Sending, add, of_ticket, send, take_back};

/// Bytes of all photos of all tips that an installation keeps: some ten thousand photos. Beyond, tips are taken without.
pub const MOST_PHOTO_BYTES: u64 = 4 << 30;

/// A tip with all that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// The tip.
    pub tip: Tip,
    /// What happened to it, the first first.
    pub steps: Vec<Happened>,
    /// Its photos, without the pictures.
    pub photos: Vec<PhotoOf>,
}

impl Whole {
    /// Whether the person added this since the office's last step.
    pub fn is_unanswered(&self, step: &Happened) -> bool {
        let mut after = self.steps.iter().filter(|one| one.place > step.place);
        step.step == TipStep::Added
            && self.tip.state.is_open()
            && !after.any(|one| one.by.is_some())
    }
}

async fn whole(tx: &mut Tx, tip: Tip) -> Result<Whole, ServiceError> {
    Ok(Whole {
        steps: tip::steps(tx, tip.number).await?,
        photos: tip::photos(tx, tip.number).await?,
        tip,
    })
}

/// The word of a step in the audit trail.
const fn action(step: TipStep) -> &'static str {
    match step {
        TipStep::Sent => "tip-send",
        TipStep::Added => "tip-add",
        TipStep::TakenBack => "tip-take-back",
        TipStep::Accepted => "tip-accept",
        TipStep::Message => "tip-message",
        TipStep::HandedOn => "tip-hand-on",
        TipStep::Decided => "tip-decide",
        TipStep::Rejected => "tip-reject",
        TipStep::Erased => "tip-erase",
    }
}

/// Who a step of somebody who sent a tip is by, in the audit trail: nobody.
fn the_public() -> Origin {
    Origin::stranger("public", "public", "")
}

async fn note(
    tx: &mut Tx,
    origin: &Origin,
    at: jiff::Timestamp,
    number: TipNumber,
    action: &str,
) -> Result<(), ServiceError> {
    let note = Note::new(action).about(format!("tip {number}"));
    trail::write(tx, origin, at, Outcome::Done, note).await
}

/// Keeps photos that came with a step, if there is room.
async fn keep(
    tx: &mut Tx,
    number: TipNumber,
    step: u32,
    photos: Vec<Photo>,
) -> Result<(), ServiceError> {
    if photos.is_empty() {
        return Ok(());
    }
    let there = tip::photos(tx, number).await?.len() + photos.len();
    if there > MOST_PHOTOS as usize {
        return Err(ServiceError::refused(
            said!(
                "a report has at most {MOST_PHOTOS} photos",
                "一条反映最多 {MOST_PHOTOS} 张照片"
            ),
            said!("leave the photos out", "请不要再添加照片"),
        ));
    }
    let bytes: u64 = photos.iter().map(|photo| photo.jpeg.len() as u64).sum();
    if tip::bytes_of_all(tx).await? + bytes > MOST_PHOTO_BYTES {
        return Err(ServiceError::refused(
            said!("photos cannot be taken at present", "暂时不能接收照片"),
            said!("send it without photos", "请不带照片提交，照片自行留存"),
        ));
    }
    for photo in photos {
        let photo = NewPhoto {
            width: photo.width,
            height: photo.height,
            jpeg: photo.jpeg,
        };
        tip::add_photo(tx, number, step, &photo).await?;
    }
    Ok(())
}

/// Refuses a conversation without end.
async fn refuse_endless(tx: &mut Tx, number: TipNumber) -> Result<(), ServiceError> {
    if tip::steps(tx, number).await?.len() < MOST_STEPS as usize {
        return Ok(());
    }
    Err(ServiceError::refused(
        said!(
            "there are {MOST_STEPS} entries already",
            "已有 {MOST_STEPS} 条记录，不能再添加"
        ),
        said!("go on by telephone", "请改用电话联系"),
    ))
}

async fn locked(tx: &mut Tx, number: TipNumber) -> Result<Tip, ServiceError> {
    tip::lock(tx, number).await?.ok_or_else(|| unknown(number))
}

/// The refusal of a number that no tip has.
pub(super) fn unknown(number: TipNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no tip {number}", "没有线索 {number}"),
        said!(
            "`yuanmark tip list` shows the tips there are",
            "请在举报线索列表中选择"
        ),
    )
    .into()
}

/// Of a ticket that opens nothing.
fn no_such_ticket() -> ServiceError {
    Refusal::no_such(
        said!("there is no report of this number", "没有这个编号的反映"),
        said!("compare the number", "请核对编号"),
    )
    .into()
}

/// The tip of a number, with its lock, in a transaction that writes.
async fn at_work(store: &Store, number: TipNumber) -> Result<(Tx, Tip), ServiceError> {
    let mut tx = store.write().await?;
    let tip = locked(&mut tx, number).await?;
    Ok((tx, tip))
}
