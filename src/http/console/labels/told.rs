//! What is said before and after: the summary, the result, and what was wrong.

use axum::response::Response;

use super::which::Meant;
use super::words::name_in;
use super::{may, page_of};
use crate::domain::access::Permission as P;
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::mark::{BatchNumber, IndexRange, MarkId};
use crate::domain::selection::{LineOutcome, LineReport};
use crate::domain::serial::Serial;
use crate::http::App;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::list::encode;
use crate::http::console::marks::address_of;
use crate::http::console::page::thousands;
use crate::http::console::read::Errors;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::service::ServiceError;
use crate::service::marks::look::Outlook;
use crate::service::marks::{Change, Changed, Which};

/// Batches that a summary names one by one.
const MOST_SHARES: usize = 12;
/// Lines that were left out and are told.
const MOST_LINES: usize = 200;
/// Ranges of labels that should not be on goods and are told.
const MOST_RANGES: usize = 50;
/// Characters of a line that are shown: a serial whole, of an address so much that it is known again.
const MOST_CHARACTERS: usize = 60;

/// Said of what nothing ever takes back.
pub const FINAL: Two = two(
    "此项办理后不能撤回。",
    "Nothing can take this back afterwards.",
);

/// Marks and what happens to them, as in `激活 450 枚`.
fn marks_and(visit: &Visit, event: EventKind, marks: u64) -> String {
    let (name, marks) = (name_in(visit, event), thousands(marks));
    let (chinese, english) = (
        format!("{name} {marks} 枚"),
        format!("{name}: {marks} marks"),
    );
    visit.language.choose(&chinese, &english).to_owned()
}

/// What would happen: how many marks, of whom, chosen how.
pub fn outlook(
    visit: &Visit,
    app: &App,
    meant: &Meant,
    changes: &[Change<'_>],
    outlooks: &[Outlook],
) -> Vec<String> {
    let mut text = Vec::new();
    text.extend(run(visit, changes, outlooks));
    for (change, outlook) in changes.iter().zip(outlooks) {
        text.push(marks_and(visit, change.event, outlook.changed.marks));
        let comma = visit.one_of("，", ", ");
        let colon = visit.one_of("：", ": ");
        for share in outlook.shares.iter().take(MOST_SHARES) {
            text.push(format!(
                "{} {}{comma}{} {}{comma}{}{colon}{} {}",
                visit.say(two("订单", "Order")),
                share.order,
                visit.say(two("标志批", "batch")),
                share.batch,
                share.licensee,
                thousands(share.marks),
                visit.say(two("枚", "marks")),
            ));
        }
        text.extend(besides(visit, &outlook.changed));
        let ranges = outlook.changed.without_right.iter();
        text.extend(ranges.take(MOST_SHARES).map(|one| {
            let (first, last) = ends(app, *one);
            let (chinese, english) = (
                format!(
                    "不应使用：{first} – {last}（{} 枚）",
                    thousands(one.1.marks())
                ),
                format!(
                    "Not to be used: {first} – {last} ({} marks)",
                    thousands(one.1.marks())
                ),
            );
            visit.language.choose(&chinese, &english).to_owned()
        }));
    }
    text.push(format!(
        "{}{}",
        visit.say(two("选择方式：", "Chosen by: ")),
        meant.how
    ));
    text
}

/// Of a printing house's run: how many there are in all, good and spoiled.
fn run(visit: &Visit, changes: &[Change<'_>], outlooks: &[Outlook]) -> Option<String> {
    let of = |event| {
        let each = changes.iter().zip(outlooks);
        let marks = each.filter(|(change, _)| change.event == event);
        marks.map(|(_, one)| one.changed.marks).sum::<u64>()
    };
    changes
        .iter()
        .find(|change| change.event == EventKind::Printed)?;
    let good = of(EventKind::Printed);
    let spoiled = of(EventKind::Withdrawn(Withdrawal::Spoiled));
    let [all, good, spoiled] = [good + spoiled, good, spoiled].map(thousands);
    let (chinese, english) = (
        format!("{all} 枚：合格 {good}，作废 {spoiled}，请确认"),
        format!("{all} marks: {good} good, {spoiled} spoiled"),
    );
    Some(visit.language.choose(&chinese, &english).to_owned())
}

/// The serials at the ends of a range.
fn ends(app: &App, (batch, range): (BatchNumber, IndexRange)) -> (Serial, Serial) {
    let serial = |index| app.keys.secrets.serial.serial(MarkId { batch, index });
    (serial(range.first()), serial(range.last()))
}

/// The labels that were reported used and should not have been.
fn without_right(visit: &Visit, app: &App, done: &[Changed], file: File) -> File {
    let ranges = done.iter().flat_map(|changed| &changed.without_right);
    let rows = ranges.take(MOST_RANGES).map(|one| {
        let (first, last) = ends(app, *one);
        let cells = vec![
            first.to_string(),
            last.to_string(),
            thousands(one.1.marks()),
            one.0.to_string(),
        ];
        let address = address_of(first);
        (visit.may(P::MarkRead).then_some(address), cells)
    });
    file.table(
        two("不应使用的标志", "Marks that should not be on goods"),
        &[
            two("起始编号", "First serial"),
            two("终止编号", "Last serial"),
            two("枚数", "Marks"),
            two("标志批", "Batch"),
        ],
        rows.collect(),
    )
}

/// What is to be said besides how many marks change.
fn besides(visit: &Visit, changed: &Changed) -> Vec<String> {
    let told = |marks: u64, chinese: &str, english: &str| {
        let marks = (marks > 0).then(|| thousands(marks))?;
        let text = visit.language.choose(chinese, english);
        Some(text.replace("{}", &marks))
    };
    let bad = |line: &&LineReport| matches!(line.outcome, LineOutcome::Bad(_));
    let skipped = changed.lines.iter().filter(bad).count() as u64;
    let repeated: u64 = changed
        .lines
        .iter()
        .map(|line| match line.outcome {
            LineOutcome::Repeated { repeated, .. } => u64::from(repeated),
            _ => 0,
        })
        .sum();
    [
        told(
            changed.unchanged,
            "另有 {} 枚先前已登记，或不能办理，没有变化。",
            "{} more marks are so already, or cannot be, and stay as they are.",
        ),
        told(
            changed.still_withdrawn,
            "其中 {} 枚另有停用原因，仍不可使用。",
            "{} of them stay withdrawn for another reason.",
        ),
        told(
            changed.used_without_right(),
            "其中 {} 枚未激活或已停用：不应使用，请报登记员核查。",
            "{} of them were never activated or are withdrawn: they should not be on goods. Tell the registrar.",
        ),
        told(
            repeated,
            "清单中有 {} 枚重复，只计一次。",
            "{} marks stand twice in the list and count once.",
        ),
        told(
            skipped,
            "有 {} 行不能办理，已略过。",
            "{} lines could not be taken and were left out.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the button says that takes what can be taken.
pub fn offer(visit: &Visit, marks: u64) -> String {
    let marks = thousands(marks);
    let (chinese, english) = (
        format!("只办理可以办理的 {marks} 枚"),
        format!("Take the {marks} marks that can be taken"),
    );
    visit.language.choose(&chinese, &english).to_owned()
}

/// What was wrong, by the field that says which marks; what does not exist too, for it was typed and not followed.
///
/// # Errors
/// If it is not the form's fault.
pub fn errors(
    visit: &Visit,
    error: ServiceError,
    field: &'static str,
) -> Result<Errors, ServiceError> {
    let mut errors = match error {
        // One line needs no number.
        ServiceError::BadLines { lines, .. } if lines.len() == 1 => Errors {
            all: lines.iter().filter_map(|line| bad(visit, line)).collect(),
            entry: None,
        },
        error => Errors::of_service(shortened(error), visit.language)?,
    };
    if let Some((name @ None, _)) = errors.all.first_mut() {
        *name = Some(field);
    }
    Ok(errors)
}

fn bad(visit: &Visit, line: &LineReport) -> Option<(Option<&'static str>, String)> {
    let LineOutcome::Bad(why) = &line.outcome else {
        return None;
    };
    let text = short(&line.text);
    let (chinese, english) = (
        format!("“{text}”：{}", why.chinese()),
        format!("\u{201c}{text}\u{201d}: {why}"),
    );
    Some((None, visit.language.choose(&chinese, &english).to_owned()))
}

/// A line as a page shows it.
pub fn short(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn shortened(mut error: ServiceError) -> ServiceError {
    if let ServiceError::BadLines { lines, .. } = &mut error {
        for line in lines {
            line.text = short(&line.text);
        }
    }
    error
}

/// What was done.
pub fn done(
    visit: &Visit,
    app: &App,
    typed: &Typed,
    event: EventKind,
    changes: &[Change<'_>],
    done: &[Changed],
) -> Response {
    let mut text = Vec::new();
    for (change, changed) in changes.iter().zip(done) {
        text.push(marks_and(visit, change.event, changed.marks));
        text.extend(besides(visit, changed));
    }
    let is_nothing = done.iter().all(|changed| changed.marks == 0);
    let title = visit.say(match is_nothing {
        true => two("没有变化", "Nothing has changed"),
        false => two("已办理", "Done"),
    });
    let mut file = File::new(visit, title).text(None, text);
    for (label, address) in go_on(visit, typed, event, changes) {
        file = file.step(true, label, address);
    }
    file = without_right(visit, app, done, file);
    let entries = done.iter().flat_map(|changed| &changed.entries);
    if visit.may(P::LedgerRead) {
        let entries = entries.map(|entry| {
            let address = format!("/console/ledger/{entry}");
            (Some(address), vec![entry.to_string()])
        });
        let heads = [two("序号", "Entry")];
        file = file.table(two("台账", "Ledger"), &heads, entries.collect());
    }
    let heads = [
        two("行", "Line"),
        two("内容", "What stands there"),
        two("原因", "Why not"),
    ];
    let lines = done.iter().flat_map(|changed| &changed.lines);
    let left_out = lines.filter_map(|line| match &line.outcome {
        LineOutcome::Bad(why) => {
            let why = visit
                .language
                .choose(&why.chinese(), &why.to_string())
                .to_owned();
            Some((None, vec![line.line.to_string(), short(&line.text), why]))
        }
        _ => None,
    });
    let left_out = left_out.take(MOST_LINES).collect();
    file.table(two("略过的行", "Lines left out"), &heads, left_out)
        .render(visit)
}

/// Where one goes from here: the same again, what comes next for the same labels, and back to the order.
fn go_on(
    visit: &Visit,
    typed: &Typed,
    event: EventKind,
    changes: &[Change<'_>],
) -> Vec<(Two, String)> {
    let same = ["batch", "lot", "order"].map(|name| (name, typed.get(name)));
    let same: Vec<String> = same
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    let mut ways = vec![(
        two("继续办理", "Once more"),
        format!("{}?{}", page_of(event), same.join("&")),
    )];
    let next = match event {
        EventKind::Printed => Some((EventKind::Delivered, two("登记发放", "Report them sent"))),
        EventKind::Received => Some((EventKind::Activated, two("激活标志", "Activate them"))),
        EventKind::Activated => Some((EventKind::Used, two("登记使用", "Report them used"))),
        EventKind::Withdrawn(Withdrawal::Spoiled | Withdrawal::Returned) => Some((
            EventKind::Withdrawn(Withdrawal::Destroyed),
            two("登记销毁", "Report them destroyed"),
        )),
        _ => None,
    };
    if let Some((next, label)) = next.filter(|(next, _)| may(visit, *next)) {
        let of_containers = match changes.last().map(|change| &change.which) {
            Some(Which::Containers(numbers)) => {
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                Some(format!("container={}", encode(&numbers.join(","))))
            }
            _ => None,
        };
        let query = of_containers.unwrap_or_else(|| same.join("&"));
        ways.push((label, format!("{}?{query}", page_of(next))));
    }
    if !typed.get("order").is_empty() {
        let order = encode(typed.get("order"));
        ways.push((
            two("回到订单", "Back to the order"),
            format!("/console/orders/{order}"),
        ));
    }
    ways
}
