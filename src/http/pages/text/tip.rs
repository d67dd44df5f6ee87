//! The words with which a person tells of a suspect pack, and is told what became of it.

use super::words::words;
use crate::domain::tip::{TipKind, TipState, TipStep};

words! {
    /// The words in one language.
    TipTexts;
    texts {
        /// Leads to the form.
        link,
        /// Marks a field that may stay empty.
        optional,
        /// Stands in a choice before one is made.
        choose,
        /// What the form is for.
        lead,
        /// How much is to be mended.
        wrong_lead,
        /// Photos are not kept when a form comes back.
        choose_again,
        /// Names a field.
        kind_label,
        /// Names a field.
        told_label,
        /// Below it.
        told_hint,
        /// Names a field.
        place_label,
        /// Names a field.
        seller_label,
        /// Below it.
        seller_hint,
        /// Names a field.
        bought_label,
        /// Below the serial.
        serial_hint,
        /// Names a field.
        photos_label,
        /// Below it.
        photos_hint,
        /// Names a field.
        contact_label,
        /// Below it.
        contact_hint,
        /// The button.
        send,
        /// Below it.
        send_note,
        /// Heads the field for a number.
        find_heading,
        /// Names that field.
        find_label,
        /// Below it.
        find_hint,
        /// Its button.
        find_button,
        /// The number.
        ticket,
        /// What to do with it.
        keep_ticket,
        /// Names a fact.
        state_label,
        /// Names a fact.
        sent_label,
        /// Names a fact.
        due_label,
        /// A deadline.
        due_accept,
        /// A deadline.
        due_decide,
        /// How many photos.
        photos_value,
        /// There is a contact.
        contact_kept,
        /// There is none.
        contact_none,
        /// Heads what was told.
        told_heading,
        /// Heads what happened.
        happened_heading,
        /// How many photos came along.
        photos_came,
        /// Heads the form to add.
        add_heading,
        /// Names its field.
        add_label,
        /// Below it.
        add_hint,
        /// Its button.
        add,
        /// Heads the form to take it back.
        take_back_heading,
        /// Its button.
        take_back,
        /// What follows from it.
        take_back_note,
        /// What to do.
        not_found_lead,
        /// What to do.
        too_many_lead,
        /// What is wrong.
        need_choice,
        /// What is wrong.
        need_anything,
        /// What is wrong.
        wrong_day,
        /// What is wrong.
        stale,
        /// What is wrong.
        photo_too_large,
        /// What is wrong.
        photo_other,
        /// What is wrong.
        photo_pixels,
        /// What is wrong.
        photo_broken,
        /// What is wrong.
        photos_too_many,
        /// Its number in the office, to be told on the telephone.
        number_label,
        /// What the number is for, and that the ticket is not to be told.
        number_note,
        /// By which rules the terms run.
        due_note,
        /// It is no serial: `{why}`.
        no_serial,
        /// No serial, and nothing that looks like one.
        no_serial_at_all,
        /// A serial was typed in place of a ticket: where to check it.
        is_serial_lead,
        /// The link there.
        is_serial_link,
    }
    headings {
        /// The form.
        heading,
        /// It came in.
        received,
        /// What became of it.
        progress,
        /// No such number.
        not_found,
        /// Too often.
        too_many,
        /// Something was added.
        added,
        /// A serial was typed in place of a ticket.
        is_serial,
    }
    others {
        /// What can be suspect.
        kind: fn(TipKind) -> &'static str,
        /// Where it stands.
        state: fn(TipState) -> &'static str,
        /// What happened, and who did it.
        step: fn(TipStep) -> &'static str,
    }
}
