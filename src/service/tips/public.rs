//! What people do who tell of a suspect pack: send, look, add, take back.

use jiff::Timestamp;

use super::{Whole, action, keep, no_such_ticket, note, refuse_endless, the_public, whole};
use crate::domain::input::Input;
use crate::domain::mark::MarkId;
use crate::domain::text::Line;
use crate::domain::tip::{FormName, NewTip, Ticket, Tip, TipStep, Told};
use crate::render::photo::Photo;
use crate::service::keys::LiveKeys;
use crate::service::{ServiceError, system};
use crate::store::{Store, Tx, tip};

/// A filled-in form.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Which form.
    pub form: FormName,
    /// What is told.
    pub new: NewTip,
    /// How the person is reached.
    pub contact: Option<Line>,
    /// Photos.
    pub photos: Vec<Photo>,
}

/// Takes a tip in. The same form leads to the same ticket, however often it comes.
///
/// # Errors
/// If there is no room for its photos, or the database does not answer.
pub async fn send(
    store: &Store,
    keys: &LiveKeys,
    sending: Sending,
    now: Timestamp,
) -> Result<Ticket, ServiceError> {
    let ticket = keys.secrets.tips.ticket(sending.form);
    match try_to_send(store, keys, &sending, ticket, now).await {
        // The same form at the same moment: the other one was faster, and its tip is there now.
        Err(ServiceError::Store(error)) if error.is_conflict() => {
            try_to_send(store, keys, &sending, ticket, now).await?;
        }
        done => done?,
    }
    Ok(ticket)
}

async fn try_to_send(
    store: &Store,
    keys: &LiveKeys,
    sending: &Sending,
    ticket: Ticket,
    now: Timestamp,
) -> Result<(), ServiceError> {
    let (digest, request) = (ticket.digest(), sending.form.digest());
    let mut tx = store.write().await?;
    if tip::of_request(&mut tx, &request).await?.is_some() {
        return Ok(());
    }
    let key = &keys.secrets.tips;
    let contact = sending.contact.as_ref();
    let contact = contact.map(|contact| key.seal(&digest, contact.as_str(), system::random()));
    let mark = sending.new.serial.as_ref();
    let mark = mark.and_then(|serial| mark_of(keys, serial.as_str()));
    let number = tip::add(
        &mut tx,
        &sending.new,
        &digest,
        mark,
        contact.as_deref(),
        now,
    )
    .await?;
    let step = (now, TipStep::Sent);
    let place = tip::add_step(&mut tx, number, step, None, None, Some(&request)).await?;
    keep(&mut tx, number, place, sending.photos.clone()).await?;
    note(&mut tx, &the_public(), now, number, action(TipStep::Sent)).await?;
    Ok(tx.commit().await?)
}

/// The mark that a text names, for the office alone: the person is not told whether it is one of ours, else a form would be
/// a way to try serials.
fn mark_of(keys: &LiveKeys, text: &str) -> Option<MarkId> {
    match Input::read(text)? {
        Input::Serial(serial) => keys.secrets.serial.mark(serial),
        Input::Code(code) => {
            keys.ring().signer_of(&code)?;
            Some(code.payload().mark)
        }
    }
}

async fn found(tx: &mut Tx, ticket: Ticket) -> Result<Tip, ServiceError> {
    let found = tip::by_ticket(tx, &ticket.digest()).await?;
    found.ok_or_else(no_such_ticket)
}

/// What a ticket opens.
///
/// # Errors
/// If it opens nothing.
pub async fn of_ticket(store: &Store, ticket: Ticket) -> Result<Whole, ServiceError> {
    let mut tx = store.read().await?;
    let tip = found(&mut tx, ticket).await?;
    whole(&mut tx, tip).await
}

/// Adds text or photos, once for each form.
///
/// # Errors
/// If the ticket opens nothing, the tip is closed, or there is no room.
pub async fn add(
    store: &Store,
    ticket: Ticket,
    form: FormName,
    (told, photos): (Option<Told>, Vec<Photo>),
    now: Timestamp,
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    let number = found(&mut tx, ticket).await?.number;
    let tip = super::locked(&mut tx, number).await?;
    let request = form.digest();
    let earlier = tip::of_request(&mut tx, &request).await?;
    if earlier.is_some_and(|(about, _)| about == number) {
        return Ok(());
    }
    tip.state.after(TipStep::Added)?;
    refuse_endless(&mut tx, number).await?;
    let step = (now, TipStep::Added);
    let told = told.as_ref();
    let place = tip::add_step(&mut tx, number, step, None, told, Some(&request)).await?;
    keep(&mut tx, number, place, photos).await?;
    note(&mut tx, &the_public(), now, number, action(TipStep::Added)).await?;
    Ok(tx.commit().await?)
}

/// Takes a tip back; how the person is reached is erased with it, for nobody handles it any more. Done twice, it is done once.
///
/// # Errors
/// If the ticket opens nothing, or the office has closed the tip.
pub async fn take_back(store: &Store, ticket: Ticket, now: Timestamp) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    let number = found(&mut tx, ticket).await?.number;
    let tip = super::locked(&mut tx, number).await?;
    let step = TipStep::TakenBack;
    if tip.state == crate::domain::tip::TipState::Withdrawn {
        return Ok(());
    }
    let state = tip.state.after(step)?;
    tip::add_step(&mut tx, number, (now, step), None, None, None).await?;
    tip::set_state(&mut tx, number, state, None, now).await?;
    note(&mut tx, &the_public(), now, number, action(step)).await?;
    if tip::erase_contact(&mut tx, number).await? {
        let step = TipStep::Erased;
        tip::add_step(&mut tx, number, (now, step), None, None, None).await?;
        note(&mut tx, &the_public(), now, number, action(step)).await?;
    }
    Ok(tx.commit().await?)
}
