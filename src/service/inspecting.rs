//! Checks on the spot (现场查验): an inspector in a market looks at a pack. It is no query of the public and counts as none; that
//! the mark was there goes into its account, as evidence that an officer vouches for.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::desk::Call;
use super::keys::LiveKeys;
use super::trail::{self, Note};
use super::verify::{self, Answer, Check};
use super::{ServiceError, evidence};
use crate::domain::detection::{Known, Seen};
use crate::domain::input::Input;
use crate::domain::mark::MarkId;
use crate::domain::place::{Place, PlaceClass, Prefecture};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::serial::Serial;
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, evidence as known};

/// Characters of a code that is not ours that are kept.
const MOST_KEPT: usize = 200;
/// Characters of it that are told.
const MOST_TOLD: usize = 24;
/// Within this time a pack is at the same place: it is written down once.
const SAME_CHECK: SignedDuration = SignedDuration::from_mins(30);

/// Checks a pack that lies in this prefecture, and writes down that its mark was there; of what is no mark of ours the audit
/// trail keeps what was typed.
///
/// # Errors
/// If it is no mark of ours.
pub async fn check(
    store: &Store,
    keys: &LiveKeys,
    call: &Call,
    typed: &str,
    prefecture: Prefecture,
) -> Result<Serial, ServiceError> {
    let look = Check::look(Input::read(typed));
    let note = Note::new("mark-check");
    let Answer::Ours(answer) = verify::answer(store, keys, look, call.at).await? else {
        // What looks like a mark and is none is what an inspector is there for: it stays on record.
        let short: String = typed.trim().chars().take(MOST_KEPT).collect();
        let new = json!({ "prefecture": prefecture.code(), "not_ours": short }).to_string();
        let (note, refused) = (note.changed(None, Some(new)), Outcome::Refused);
        trail::write_alone(store, &call.origin, call.at, refused, note).await?;
        return Err(not_ours(typed).into());
    };
    let (mark, serial) = (answer.mark, answer.serial);
    let seen = Seen {
        at: call.at,
        place: Some(Place {
            prefecture,
            class: PlaceClass::Gps,
        }),
        phone: None,
        network: None,
    };
    let mut tx = store.write().await?;
    if is_known(&mut tx, mark, prefecture, call.at).await? {
        return Ok(serial);
    }
    evidence::take(&mut tx, mark, Known::Inspected, &seen).await?;
    let new = json!({ "prefecture": prefecture.code() }).to_string();
    let note = note.about(format!("mark {serial}"));
    let note = note.changed(None, Some(new));
    trail::write(&mut tx, &call.origin, call.at, Outcome::Done, note).await?;
    tx.commit().await?;
    Ok(serial)
}

/// Whether that was written down a moment ago.
async fn is_known(
    tx: &mut Tx,
    mark: MarkId,
    prefecture: Prefecture,
    now: Timestamp,
) -> Result<bool, ServiceError> {
    let earlier = known::of_mark(tx, mark).await?;
    Ok(earlier.iter().any(|(kind, seen)| {
        let is_there = seen
            .place
            .is_some_and(|place| place.prefecture == prefecture);
        *kind == Known::Inspected && is_there && seen.at + SAME_CHECK > now
    }))
}

fn not_ours(typed: &str) -> Refusal {
    let all: Vec<char> = typed.trim().chars().collect();
    let short: String = match all.len() {
        ..=MOST_TOLD => all.iter().collect(),
        // The end of a link tells more than its beginning.
        many => std::iter::once(&'…')
            .chain(&all[many - MOST_TOLD..])
            .collect(),
    };
    Refusal::invalid(
        said!(
            "\u{201c}{short}\u{201d} is no code of ours",
            "“{short}”不是本标志的编号或二维码"
        ),
        said!(
            "compare it with the pack once more; if the pack bears it, the mark is none of ours: keep it and take photographs",
            "请对照实物再核对一次；如包装上确实印有此码，则不是本标志，请留存实物并拍照取证"
        ),
    )
}
