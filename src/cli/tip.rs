//! `yuanmark tip …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::files;
use super::output::{Output, beijing, card, indented, or_dash, table};
use super::values::{number, word};
use crate::domain::access::Scope;
use crate::domain::place::Prefecture;
use crate::domain::said::Said;
use crate::domain::text::Line;
use crate::domain::tip::{Ticket, Tip as Entry, TipKind, TipNumber, TipState, TipStep, Told};
use crate::service::system;
use crate::service::tips::{self, Wanted, Whole};

#[derive(Subcommand)]
pub(super) enum Tip {
    /// List what people told, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark tip list --state received --overdue")]
    List {
        /// In this state
        #[arg(long, value_parser = word::<TipState>())]
        state: Option<TipState>,
        /// Of this kind
        #[arg(long, value_parser = word::<TipKind>())]
        kind: Option<TipKind>,
        /// Bought in this prefecture or province: its code of GB/T 2260, such as 430900
        #[arg(long, value_parser = place, value_name = "CODE")]
        place: Option<Prefecture>,
        /// The one with this ticket: 16 characters, which its sender has
        #[arg(long, value_parser = ticket)]
        ticket: Option<Ticket>,
        /// Only what its sender added to since the office's last step
        #[arg(long)]
        added: bool,
        /// Only what is overdue
        #[arg(long)]
        overdue: bool,
        #[command(flatten)]
        page: Page,
    },
    /// Show a tip and what happened to it; never the contact
    #[command(after_help = "EXAMPLE\n  yuanmark tip show 7 --json")]
    Show {
        /// The tip's number
        #[arg(value_parser = number(TipNumber))]
        number: TipNumber,
    },
    /// Write a photo of a tip to a file; never over another file
    #[command(after_help = "EXAMPLE\n  yuanmark tip photo 7 1 --out photo.jpg")]
    Photo {
        /// The tip's number
        #[arg(value_parser = number(TipNumber))]
        number: TipNumber,
        /// Which of its photos, from 1
        photo: u32,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show how whoever sent a tip is reached; the audit trail says who looked
    #[command(after_help = "EXAMPLE\n  yuanmark tip contact 7 --by 李四")]
    Contact {
        /// The tip's number
        #[arg(value_parser = number(TipNumber))]
        number: TipNumber,
        #[command(flatten)]
        caller: Caller,
    },
    /// Accept a tip (受理)
    #[command(after_help = "EXAMPLE\n  yuanmark tip accept 7")]
    Accept(Word),
    /// Write to whoever sent a tip, who reads it under the ticket (回复)
    #[command(after_help = "EXAMPLE\n  yuanmark tip message 7 --text 请问在哪个摊位买的？")]
    Message(Text),
    /// Hand a tip on to the case team (移交办案)
    #[command(after_help = "EXAMPLE\n  yuanmark tip hand-on 7")]
    HandOn(Word),
    /// Tell what came of a tip, and close it (处理结果)
    #[command(after_help = "EXAMPLE\n  yuanmark tip decide 7 --text 已责令改正，并处罚款。")]
    Decide(Text),
    /// Do not accept a tip, and tell why (不予受理)
    #[command(after_help = "EXAMPLE\n  yuanmark tip reject 7 --text 与专用标志无关。")]
    Reject(Text),
}

/// A step to which a word may be added.
#[derive(Args)]
pub(super) struct Word {
    /// The tip's number
    #[arg(value_parser = number(TipNumber))]
    number: TipNumber,
    /// A word to whoever sent it
    #[arg(long, value_parser = told)]
    text: Option<Told>,
    #[command(flatten)]
    caller: Caller,
}

/// A step that says something.
#[derive(Args)]
pub(super) struct Text {
    /// The tip's number
    #[arg(value_parser = number(TipNumber))]
    number: TipNumber,
    /// What whoever sent it reads
    #[arg(long = "text", value_parser = told)]
    told: Told,
    #[command(flatten)]
    caller: Caller,
}

fn told(text: &str) -> Result<Told, String> {
    Told::new(text).map_err(|error| Said::from(error).en)
}

fn ticket(text: &str) -> Result<Ticket, String> {
    let found = Ticket::read(text);
    found.ok_or_else(|| "a ticket has 16 characters, as 7K2M-0QXR-V94D-8HTS".into())
}

fn place(text: &str) -> Result<Prefecture, String> {
    let found = text.parse().ok().and_then(Prefecture::new);
    found.ok_or_else(|| "a place is the six digits of a prefecture or province, as 430900".into())
}

impl Tip {
    pub(super) async fn run(
        self,
        installation: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = installation.store().await?;
        let (step, number, text, caller) = match self {
            Self::List {
                state,
                kind,
                place,
                ticket,
                added,
                overdue,
                page,
            } => {
                let wanted = Wanted {
                    state,
                    kind,
                    place,
                    number: None,
                    ticket,
                    is_unanswered: added,
                    is_overdue: overdue,
                };
                let (before, now) = (page.before.map(TipNumber), system::now());
                let found = tips::list(&store, Scope::All, wanted, before, page.asked(), now);
                let mut found = found.await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = ["number", "state", "kind", "sent", "due", "handler", "told"];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "tips": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
            Self::Show { number } => {
                let whole = tips::get(&store, Scope::All, number).await?;
                return output.result(&whole_to_json(&whole), &to_text(&whole));
            }
            Self::Photo { number, photo, out } => {
                let jpeg = tips::photo(&store, Scope::All, number, photo).await?;
                files::write_new(&out, &jpeg)?;
                let written = json!({ "file": out.display().to_string(), "bytes": jpeg.len() });
                return output.result(&written, &format!("{} written\n", out.display()));
            }
            Self::Contact { number, caller } => {
                let (keys, _) = installation.open().await?;
                let contact = tips::contact(&store, &keys, &caller.call(), number).await?;
                let told = json!({ "number": number, "contact": contact.as_str() });
                return output.result(&told, &format!("{}\n", contact.as_str()));
            }
            Self::Accept(word) => (TipStep::Accepted, word.number, word.text, word.caller),
            Self::HandOn(word) => (TipStep::HandedOn, word.number, word.text, word.caller),
            Self::Message(text) => (TipStep::Message, text.number, Some(text.told), text.caller),
            Self::Decide(text) => (TipStep::Decided, text.number, Some(text.told), text.caller),
            Self::Reject(text) => (TipStep::Rejected, text.number, Some(text.told), text.caller),
        };
        let whole = tips::act(&store, &caller.call(), number, step, text).await?;
        output.result(&whole_to_json(&whole), &to_text(&whole))
    }
}

fn due(tip: &Entry) -> Option<String> {
    tip.deadline().map(|deadline| deadline.due.to_string())
}

fn row(tip: &Entry) -> Vec<String> {
    let told = tip.new.told.as_str().replace('\n', " ");
    vec![
        tip.number.to_string(),
        match tip.unanswered {
            0 => tip.state.slug().to_owned(),
            _ => format!("{}, added to", tip.state.slug()),
        },
        tip.new.kind.slug().to_owned(),
        beijing(tip.sent_at),
        or_dash(due(tip).as_ref()),
        or_dash(tip.handler.as_ref()),
        told.chars().take(40).collect(),
    ]
}

fn to_text(whole: &Whole) -> String {
    let tip = &whole.tip;
    let mut fields = vec![
        ("state", tip.state.slug().to_owned()),
        ("kind", tip.new.kind.slug().to_owned()),
        ("sent", beijing(tip.sent_at)),
    ];
    let mut add = |name, value: Option<String>| fields.extend(value.map(|value| (name, value)));
    let added = (tip.unanswered > 0).then(|| format!("{} since the last step", tip.unanswered));
    add("added", added);
    add("due", due(tip));
    add("handler", tip.handler.as_ref().map(ToString::to_string));
    add(
        "bought in",
        tip.new
            .prefecture
            .map(|place| format!("{} {}", place.code(), place.name().0)),
    );
    add("seller", tip.new.seller.as_ref().map(ToString::to_string));
    add("bought on", tip.new.bought.map(|day| day.to_string()));
    add("serial", tip.new.serial.as_ref().map(ToString::to_string));
    add(
        "mark",
        tip.mark
            .map(|mark| format!("{}-{}", mark.batch, mark.index)),
    );
    add(
        "contact",
        tip.has_contact.then(|| "kept encrypted".to_owned()),
    );
    add(
        "photos",
        (!whole.photos.is_empty()).then(|| whole.photos.len().to_string()),
    );
    let mut text = card(&format!("tip {}", tip.number), &fields);
    text.push_str("\n\ntold\n");
    text.push_str(&indented(&tip.new.told, 2));
    text.push_str("\nhistory\n");
    for step in &whole.steps {
        let by = step.by.as_ref().map_or("the sender", Line::as_str);
        let by = match step.step {
            TipStep::Erased => "",
            _ => by,
        };
        let word = step.step.slug();
        let line = format!("  {}  {word:<10}  {by}", beijing(step.at));
        text.push_str(line.trim_end());
        text.push('\n');
        if let Some(told) = &step.told {
            text.push_str(&indented(told, 4));
        }
    }
    text
}

fn to_json(tip: &Entry) -> Value {
    json!({
        "number": tip.number,
        "state": tip.state,
        "state_since": tip.state_at,
        "kind": tip.new.kind,
        "told": tip.new.told,
        "place": tip.new.prefecture.map(Prefecture::code),
        "seller": tip.new.seller,
        "bought": tip.new.bought,
        "serial": tip.new.serial,
        "mark": tip.mark.map(|mark| json!({ "batch": mark.batch, "index": mark.index })),
        "has_contact": tip.has_contact,
        "handler": tip.handler,
        "unanswered": tip.unanswered,
        "sent_at": tip.sent_at,
        "due": due(tip),
    })
}

fn whole_to_json(whole: &Whole) -> Value {
    let steps = whole
        .steps
        .iter()
        .map(|step| json!({ "at": step.at, "step": step.step, "by": step.by, "told": step.told }));
    let photos = whole.photos.iter().map(|photo| {
        json!({ "number": photo.place, "width": photo.width, "height": photo.height, "bytes": photo.bytes })
    });
    let mut all = to_json(&whole.tip);
    all["steps"] = steps.collect();
    all["photos"] = photos.collect();
    all
}
