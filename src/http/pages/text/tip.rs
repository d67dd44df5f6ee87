//! The words with which a person tells of a suspect pack, and is told what became of it.

use crate::domain::tip::{TipKind, TipState, TipStep};

/// The words in one language.
#[derive(Debug)]
pub struct TipTexts {
    /// The form; in clauses.
    pub heading: &'static [&'static str],
    /// It came in; in clauses.
    pub received: &'static [&'static str],
    /// What became of it; in clauses.
    pub progress: &'static [&'static str],
    /// No such number; in clauses.
    pub not_found: &'static [&'static str],
    /// Too often; in clauses.
    pub too_many: &'static [&'static str],
    /// Leads to the form.
    pub link: &'static str,
    /// Marks a field that may stay empty.
    pub optional: &'static str,
    /// Stands in a choice before one is made.
    pub choose: &'static str,
    /// What the form is for.
    pub lead: &'static str,
    /// How much is to be mended.
    pub wrong_lead: &'static str,
    /// Photos are not kept when a form comes back.
    pub choose_again: &'static str,
    /// Names a field.
    pub kind_label: &'static str,
    /// Names a field.
    pub told_label: &'static str,
    /// Below it.
    pub told_hint: &'static str,
    /// Names a field.
    pub place_label: &'static str,
    /// Names a field.
    pub seller_label: &'static str,
    /// Below it.
    pub seller_hint: &'static str,
    /// Names a field.
    pub bought_label: &'static str,
    /// Below the serial.
    pub serial_hint: &'static str,
    /// Names a field.
    pub photos_label: &'static str,
    /// Below it.
    pub photos_hint: &'static str,
    /// Names a field.
    pub contact_label: &'static str,
    /// Below it.
    pub contact_hint: &'static str,
    /// The button.
    pub send: &'static str,
    /// Below it.
    pub send_note: &'static str,
    /// Heads the field for a number.
    pub find_heading: &'static str,
    /// Names that field.
    pub find_label: &'static str,
    /// Below it.
    pub find_hint: &'static str,
    /// Its button.
    pub find_button: &'static str,
    /// The number.
    pub ticket: &'static str,
    /// What to do with it.
    pub keep_ticket: &'static str,
    /// Names a fact.
    pub state_label: &'static str,
    /// Names a fact.
    pub sent_label: &'static str,
    /// Names a fact.
    pub due_label: &'static str,
    /// A deadline.
    pub due_accept: &'static str,
    /// A deadline.
    pub due_decide: &'static str,
    /// How many photos.
    pub photos_value: &'static str,
    /// There is a contact.
    pub contact_kept: &'static str,
    /// There is none.
    pub contact_none: &'static str,
    /// Heads what was told.
    pub told_heading: &'static str,
    /// Heads what happened.
    pub happened_heading: &'static str,
    /// How many photos came along.
    pub photos_came: &'static str,
    /// Heads the form to add.
    pub add_heading: &'static str,
    /// Names its field.
    pub add_label: &'static str,
    /// Below it.
    pub add_hint: &'static str,
    /// Its button.
    pub add: &'static str,
    /// Heads the form to take it back.
    pub take_back_heading: &'static str,
    /// Its button.
    pub take_back: &'static str,
    /// What follows from it.
    pub take_back_note: &'static str,
    /// What to do.
    pub not_found_lead: &'static str,
    /// What to do.
    pub too_many_lead: &'static str,
    /// What is wrong.
    pub need_choice: &'static str,
    /// What is wrong.
    pub need_anything: &'static str,
    /// What is wrong.
    pub wrong_day: &'static str,
    /// What is wrong.
    pub stale: &'static str,
    /// What is wrong.
    pub photo_too_large: &'static str,
    /// What is wrong.
    pub photo_other: &'static str,
    /// What is wrong.
    pub photo_pixels: &'static str,
    /// What is wrong.
    pub photo_broken: &'static str,
    /// What is wrong.
    pub photos_too_many: &'static str,
    /// What can be suspect.
    pub kind: fn(TipKind) -> &'static str,
    /// Where it stands.
    pub state: fn(TipState) -> &'static str,
    /// What happened, and who did it.
    pub step: fn(TipStep) -> &'static str,
}

impl TipTexts {
    /// All of them that are plain texts.
    #[cfg(test)]
    pub const fn all(&self) -> [&'static str; 55] {
        [
            self.link,
            self.optional,
            self.choose,
            self.lead,
            self.wrong_lead,
            self.choose_again,
            self.kind_label,
            self.told_label,
            self.told_hint,
            self.place_label,
            self.seller_label,
            self.seller_hint,
            self.bought_label,
            self.serial_hint,
            self.photos_label,
            self.photos_hint,
            self.contact_label,
            self.contact_hint,
            self.send,
            self.send_note,
            self.find_heading,
            self.find_label,
            self.find_hint,
            self.find_button,
            self.ticket,
            self.keep_ticket,
            self.state_label,
            self.sent_label,
            self.due_label,
            self.due_accept,
            self.due_decide,
            self.photos_value,
            self.contact_kept,
            self.contact_none,
            self.told_heading,
            self.happened_heading,
            self.photos_came,
            self.add_heading,
            self.add_label,
            self.add_hint,
            self.add,
            self.take_back_heading,
            self.take_back,
            self.take_back_note,
            self.not_found_lead,
            self.too_many_lead,
            self.need_choice,
            self.need_anything,
            self.wrong_day,
            self.stale,
            self.photo_too_large,
            self.photo_other,
            self.photo_pixels,
            self.photo_broken,
            self.photos_too_many,
        ]
    }
}
