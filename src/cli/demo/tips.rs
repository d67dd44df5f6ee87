//! What two people told of suspect packs: one waits, the other was accepted, asked about and added to.

use jiff::Timestamp;

use super::steps::{say, words};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::domain::access::Scope;
use crate::domain::place::Prefecture;
use crate::domain::serial::Serial;
use crate::domain::text::Line;
use crate::domain::tip::{FormName, NewTip, Ticket, TipKind, TipStep, Told};
use crate::service::desk::Call;
use crate::service::keys::LiveKeys;
use crate::service::tips::{self, Sending, Wanted};
use crate::store::Store;

/// Names of the forms: always the same, so that a second run finds what the first one sent.
const FORMS: [FormName; 3] = [
    FormName::new(*b"demo-tip-waiting"),
    FormName::new(*b"demo-tip-at-work"),
    FormName::new(*b"demo-tip-added--"),
];

/// Sends them, or finds them. Returns the ticket of the second one. `revoked` is the serial that it is about.
pub(super) async fn send(
    store: &Store,
    keys: &LiveKeys,
    revoked: Serial,
    now: Timestamp,
    output: &mut Output,
) -> Result<Ticket, Failure> {
    let all = tips::list(store, Scope::All, Wanted::default(), None, 1, now).await?;
    let serial = Line::new("serial", &revoked.to_string());
    let serial = serial.map_err(|error| Failure::new(error.to_string(), "report this fault"))?;
    let sent = |form, kind, text, seller, serial| {
        let new = NewTip {
            kind,
            told: told(text)?,
            prefecture: Prefecture::new(430_100),
            seller: Some(words(seller)?),
            bought: None,
            serial,
        };
        Ok::<_, Failure>(Sending {
            form,
            new,
            contact: None,
            photos: Vec::new(),
        })
    };
    let [waiting, at_work, added] = FORMS;
    let text = "标签上的二维码印得模糊，扫不出来，编号也看不清。（演示）";
    let one = sent(waiting, TipKind::Looks, text, "示例超市", None)?;
    tips::send(store, keys, one, now).await?;
    let text = "查到说已撤销，店家却说没有问题。（演示）";
    let one = sent(
        at_work,
        TipKind::Sale,
        text,
        "示例集市 3 号摊",
        Some(serial),
    )?;
    let contact = Some(words("13800000000（演示）")?);
    let ticket = tips::send(store, keys, Sending { contact, ..one }, now).await?;

    let wanted = Wanted {
        ticket: Some(ticket),
        ..Wanted::default()
    };
    let found = tips::list(store, Scope::All, wanted, None, 1, now).await?;
    let tip = found.first().map(|tip| tip.number);
    let tip = tip.ok_or_else(|| Failure::new("the tip is not there", "report this fault"))?;
    for (name, step, text) in [
        ("demo-tip-accept", TipStep::Accepted, None),
        ("demo-tip-ask", TipStep::Message, Some("请问是哪一天买的？")),
    ] {
        let call = Call {
            request: Some(words(name)?),
            ..Call::new(words("inspector")?, now)
        };
        tips::act(store, &call, tip, step, text.map(told).transpose()?).await?;
    }
    let more = Some(told("上个星期六买的，小票还在。（演示）")?);
    tips::add(store, ticket, added, (more, Vec::new()), now).await?;
    let what = format!("two tips; the second one's ticket is {ticket}");
    say(output, all.is_empty(), &what)?;
    Ok(ticket)
}

pub(super) fn told(text: &str) -> Result<Told, Failure> {
    Told::new(text).map_err(|_| Failure::new("the text is wrong", "report this fault"))
}
