//! Reports of suspect packs, in English.

use crate::domain::tip::{TipKind, TipState, TipStep};
use crate::http::pages::text::TipTexts;

/// The words.
pub const WORDS: TipTexts = TipTexts {
    heading: &["Report a suspect pack"],
    received: &["We have it.", "Keep the number."],
    progress: &["Where your", "report stands"],
    not_found: &["There is no report", "of this number."],
    added: &["We have what you added."],
    is_serial: &[
        "This is the serial of a label,",
        "not the number of a report.",
    ],
    too_many: &["Too often.", "Try again later."],
    link: "Report a suspect pack",
    optional: "(optional)",
    choose: "Choose",
    lead: "If a mark or a pack looks wrong, tell us. No login: you get a number under which you see what becomes of it.",
    wrong_lead: "{n} to be mended, marked below.",
    choose_again: "Please choose the photos again.",
    kind_label: "What is suspect",
    told_label: "Tell us about it",
    told_hint: "For example how the mark differs from others, what the pack says. At most {n} characters.",
    place_label: "Where it was bought",
    seller_label: "Shop, market or online platform",
    seller_hint: "If online, the platform and the name of the shop.",
    bought_label: "When it was bought",
    serial_hint: "The 16 characters below the symbol, as you see them; leave it out if they cannot be read.",
    photos_label: "Photos",
    photos_hint: "The mark, the pack from both sides, the receipt. At most {n}, each up to {mb} MB. Only those who handle it see them; place, time and whatever else a camera adds is removed.",
    contact_label: "How to reach you",
    contact_hint: "Telephone or mail. Kept encrypted, seen only by those who handle it, each look written down; erased {n} days after the end. You may leave it out: you read our answer under the number.",
    send: "Send",
    send_note: "Neither your network address nor your phone is kept with it. What cannot wait, such as feeling ill after eating, is for the telephone: 12315.",
    find_heading: "See what you sent",
    find_label: "Number",
    find_hint: "The 16 characters you were shown when you sent it.",
    find_button: "Look",
    ticket: "Number {ticket}",
    keep_ticket: "Write it down or keep a picture of the screen. With it you see what happens, add, or take it back. We keep no copy: once lost it cannot be found again.",
    state_label: "State",
    sent_label: "Sent",
    due_label: "Answer due",
    due_accept: "{date}, whether we take it up",
    due_decide: "{date}, what came of it",
    photos_value: "{n} (not shown here)",
    contact_kept: "kept, encrypted",
    contact_none: "none",
    told_heading: "What you told us",
    happened_heading: "What happened",
    photos_came: "Photos added: {n}",
    add_heading: "Add to it",
    add_label: "What you want to add",
    add_hint: "At most {n} characters.",
    add: "Send it",
    take_back_heading: "Take it back",
    take_back: "Take it back",
    take_back_note: "It is then not handled any more, and how to reach you is erased at once; this cannot be undone.",
    not_found_lead: "Compare the number and type it again. It is the one you were shown after sending a report, not the serial on the label.",
    number_label: "Number to quote",
    number_note: "Tell this number if you call. The one above opens this page: tell nobody",
    due_note: "counted in working days from the day it came in, by the state’s rules on complaints (article 14) and on procedure (article 18)",
    no_serial: "{why} If the label really says so, leave it and press the button once more.",
    no_serial_at_all: "This is no serial.",
    is_serial_lead: "To check this mark, {link}. The number of a report is the one you are shown after sending it.",
    is_serial_link: "check this serial",
    too_many_lead: "Too many came from this network or phone in a short time. What cannot wait is for the telephone: {tel}.",
    need_choice: "Choose one.",
    need_anything: "Write something, or choose a photo.",
    wrong_day: "Give a day up to today, as in 2026-04-02.",
    stale: "This page is no longer good. What you wrote is still here: press the button again.",
    photo_too_large: "Photo {n} has more than {mb} MB.",
    photo_other: "File {n} is no photo: JPEG, PNG, WebP and GIF are taken.",
    photo_pixels: "Photo {n} is too large a picture: at most 52 million pixels.",
    photo_broken: "Photo {n} cannot be opened. Choose another.",
    photos_too_many: "At most {n} photos at once.",
    kind,
    state,
    step,
};

const fn kind(one: TipKind) -> &'static str {
    match one {
        TipKind::Looks => "The mark looks different",
        TipKind::NotTaken => "The code or serial is not accepted",
        TipKind::Differs => "What the check says differs from the pack",
        TipKind::Claimed => "The hidden code was already used",
        TipKind::Quality => "The quality of the product",
        TipKind::Sale => "The price or the way it is sold",
        TipKind::Other => "Something else",
    }
}

const fn state(one: TipState) -> &'static str {
    match one {
        TipState::Received => "received, not yet taken up",
        TipState::Accepted => "taken up, being looked into",
        TipState::HandedOn => "handed on to those who investigate",
        TipState::Decided => "done: see below what came of it",
        TipState::Rejected => "not taken up: see below why",
        TipState::Withdrawn => "taken back by you",
    }
}

const fn step(one: TipStep) -> &'static str {
    match one {
        TipStep::Sent => "You sent it",
        TipStep::Added => "You added",
        TipStep::TakenBack => "You took it back",
        TipStep::Accepted => "Taken up",
        TipStep::Message => "A message to you",
        TipStep::HandedOn => "Handed on to those who investigate",
        TipStep::Decided => "What came of it",
        TipStep::Rejected => "Not taken up",
        TipStep::Erased => "Your contact was erased",
    }
}
