//! Which marks a form means: first and last serial, rolls and boxes, a list, a file of one, a whole batch, a delivery.

use super::today;
use crate::domain::access::Scope;
use crate::domain::container::{ContainerNumber, SEPARATORS};
use crate::domain::event::{EventKind, Withdrawal};
use crate::domain::ledger::chain::EntryNumber;
use crate::domain::mark::BatchNumber;
use crate::domain::order::OrderNumber;
use crate::domain::refusal::RefusalKind;
use crate::domain::said::said;
use crate::http::App;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::party::Names;
use crate::http::console::read::{Errors, Reader};
use crate::http::console::typed::Typed;
use crate::http::console::words::{listed, noted, two};
use crate::service::marks::Which;
use crate::service::{ServiceError, containers, issue, orders};
use crate::sheets::decode::decode;

/// Batches that are offered by name; of more, the number is typed.
const MOST_OFFERED: u32 = 60;
/// Rolls and boxes that are named in one form.
const MOST_CONTAINERS: usize = 100;

/// The fields whose filling chooses marks, in the order of the form.
const WAYS: [&str; 6] = ["first", "containers", "lines", "file", "all", "delivery"];

/// The field that names what was filled in before the person came, and gives way to what is typed.
const PREFILLED: &str = "prefilled";

/// The marks that a form means.
pub struct Meant {
    named: Named,
    /// The batch in which indices count.
    pub batch: Option<BatchNumber>,
    /// The field that says so.
    pub field: &'static str,
    /// The same in words.
    pub how: String,
}

enum Named {
    Lines(String),
    Containers(Vec<ContainerNumber>),
    All,
    Delivery(EntryNumber),
}

impl Meant {
    /// Whether a whole batch is meant.
    pub const fn is_whole_batch(&self) -> bool {
        matches!(self.named, Named::All)
    }

    /// The same as the ledger takes it.
    pub fn which(&self) -> Which<'_> {
        match &self.named {
            Named::Lines(text) => Which::Lines(text),
            Named::Containers(numbers) => Which::Containers(numbers),
            Named::All => Which::All,
            Named::Delivery(entry) => Which::Delivery(*entry),
        }
    }
}

/// What an address says of the marks, as the form holds it: `?lines=`, `?batch=`, `?container=`, `?order=`, `?all=`,
/// `?delivery=`.
pub async fn prefilled(
    visit: &Visit,
    app: &App,
    event: EventKind,
    asked: Typed,
) -> Result<Typed, ServiceError> {
    let mut typed = asked;
    if let Ok(order) = typed.get("order").parse().map(OrderNumber) {
        let order = orders::get(&app.store, visit.scope(), order).await?;
        if let Some(batch) = order.batch {
            typed = typed.with("batch", batch.to_string());
            // A printing house reports a whole run, less what is spoiled.
            if event == EventKind::Printed {
                typed = typed.with("all", "1").with(PREFILLED, "all");
            }
        }
    }
    let lines = typed.get("lines").to_owned();
    if !lines.is_empty() && !lines.contains('\n') && typed.get("first").is_empty() {
        typed = typed.with("first", lines).with("lines", "");
    }
    if !typed.get("container").is_empty() {
        let container = typed.get("container").to_owned();
        typed = typed.with("containers", container);
    }
    let is_destruction = event == EventKind::Withdrawn(Withdrawal::Destroyed);
    if is_destruction && typed.get("date").is_empty() {
        typed = typed.with("date", today());
    }
    Ok(typed)
}

/// The fields that choose marks.
pub async fn fields(visit: &Visit, app: &App, form: Form) -> Result<Form, ServiceError> {
    let batches = batches(visit, app).await?;
    let form = first_and_last_fields(form)
        .field(
            "containers",
            two("或：卷、箱", "Or: roll or box"),
            Kind::Scan,
        )
        .hint(two(
            "编号或标签上的字样；多个用逗号隔开。",
            "Its number or what stands on it; several with commas between.",
        ))
        .optional("delivery", two("", ""), Kind::Hidden)
        .optional("order", two("", ""), Kind::Hidden)
        .optional(PREFILLED, two("", ""), Kind::Hidden);
    let form = batch_field(form, batches);
    let whole = visit.say(two("选定批的全部标志", "All marks of the batch chosen"));
    let all = Kind::Checks(vec![("1".to_owned(), whole.to_owned())]);
    let label = two(
        "其他方式：清单、文件、整批",
        "Other ways: a list, a file, a whole batch",
    );
    Ok(form.folded(label, |form| {
        list_fields(form).field("all", two("整批", "Whole batch"), all)
    }))
}

/// Those of them that name marks one by one or range by range.
pub async fn lines_fields(visit: &Visit, app: &App, form: Form) -> Result<Form, ServiceError> {
    let batches = batches(visit, app).await?;
    let form = first_and_last_fields(form);
    let form = batch_field(form, batches);
    let label = two("其他方式：清单、文件", "Other ways: a list, a file");
    Ok(form.folded(label, list_fields))
}

fn first_and_last_fields(form: Form) -> Form {
    form.field("first", two("起始编号", "First serial"), Kind::Scan)
        .hint(two(
            "扫码或输入；只办一枚时终止编号留空。",
            "Scanned or typed; for one label leave the last one empty.",
        ))
        .field("last", two("终止编号", "Last serial"), Kind::Scan)
}

fn batch_field(form: Form, batches: Kind) -> Form {
    form.optional("batch", two("标志批", "Batch"), batches)
        .hint(two(
            "填写序号或选择整批时需要。",
            "Needed for indices and for a whole batch.",
        ))
}

fn list_fields(form: Form) -> Form {
    form.field("lines", two("清单", "List"), Kind::Marks)
        .hint(two(
            "每行一个编号、序号或号段（10-20）；也可以是扫出的网址。",
            "One serial, index or range (10-20) a line; a scanned address too.",
        ))
        .field("file", two("清单文件", "File of a list"), Kind::File)
        .hint(two(
            "文本文件，每行一个；UTF-8 或 GB18030 编码。",
            "A text file, one a line; UTF-8 or GB18030.",
        ))
}

/// The batches to choose from, by name as long as there are few.
async fn batches(visit: &Visit, app: &App) -> Result<Kind, ServiceError> {
    let found = issue::list(
        &app.store,
        visit.scope(),
        &crate::store::batch::Filter::default(),
        None,
        MOST_OFFERED + 1,
    )
    .await?;
    if found.len() > MOST_OFFERED as usize {
        return Ok(Kind::Number);
    }
    let names = Names::of(visit, found.iter().map(|batch| batch.licensee)).await?;
    let name = |batch: &crate::domain::order::Batch| {
        let form = visit
            .language
            .choose(batch.form.chinese(), batch.form.english());
        let (season, count) = (batch.season, thousands(batch.count.get()));
        let order = batch.order;
        let mut notes = vec![visit.in_words(said!("order {order}", "订单 {order}"))];
        if !matches!(visit.scope(), Scope::Licensee(_)) {
            notes.push(names.licensee(batch.licensee));
        }
        notes.extend([format!("{season} {form}"), count]);
        let number = batch.number.to_string();
        noted(visit.language, &number, &listed(visit.language, &notes))
    };
    let each = found
        .iter()
        .map(|batch| (batch.number.to_string(), name(batch)));
    Ok(Kind::Choice(each.collect()))
}

/// What was typed, without the whole batch that was ticked beforehand if the person says by another way which marks are
/// meant.
pub fn without_prefilled(typed: Typed) -> Typed {
    let is_typed = |name: &str| !typed.get(name).is_empty() || typed.file(name).is_some();
    let mut others = WAYS.into_iter().chain(["last"]).filter(|way| *way != "all");
    match typed.get(PREFILLED) {
        "all" if others.any(is_typed) => typed.with("all", "").with(PREFILLED, ""),
        _ => typed,
    }
}

/// Puts the text of a file that was chosen into the list, so that it stands on every page that follows. Returns the name
/// of the file.
pub fn with_file(visit: &Visit, typed: Typed) -> Result<(Typed, Option<String>), (Typed, Errors)> {
    let Some(upload) = typed.file("file") else {
        return Ok((typed, None));
    };
    let wrong = |what: String| Errors {
        all: vec![(Some("file"), what)],
        entry: None,
    };
    if !typed.get("lines").is_empty() {
        let what = visit.say(two(
            "清单和清单文件只能用一种",
            "Use the list or the file, not both",
        ));
        return Err((typed, wrong(what.to_owned())));
    }
    match decode(&upload.content) {
        Ok((text, _)) => {
            let name = upload.name.clone();
            Ok((typed.with("lines", text), Some(name)))
        }
        Err(error) => {
            let what = visit
                .language
                .choose(&error.chinese(), &error.to_string())
                .to_owned();
            Err((typed, wrong(what)))
        }
    }
}

/// Reads which marks are meant; what is wrong is said by the reader.
pub async fn read(
    visit: &Visit,
    app: &App,
    typed: &Typed,
    file: Option<String>,
    reader: &mut Reader<'_>,
) -> Result<Option<Meant>, ServiceError> {
    let is_filled = |name: &str| {
        !typed.get(name).is_empty() || (name == "first" && !typed.get("last").is_empty())
    };
    let mut ways = WAYS.into_iter().filter(|name| is_filled(name));
    let Some(field) = ways.next() else {
        reader.wrong("first", "请指明是哪些标志", "Say which marks are meant");
        return Ok(None);
    };
    if let Some(second) = ways.next() {
        reader.wrong(
            second,
            "只能用一种方式指明标志，请清空其他各项",
            "Say it in one way only, and clear the others",
        );
        return Ok(None);
    }
    let batch = reader.optional("batch", |text| {
        let number = text.parse().ok().and_then(BatchNumber::new);
        number.ok_or_else(|| {
            (
                format!("“{text}”不是标志批的编号"),
                format!("\u{201c}{text}\u{201d} is no number of a batch"),
            )
        })
    });
    let Some(batch) = batch else {
        return Ok(None);
    };
    let meant = |named, how: String| {
        Some(Meant {
            named,
            batch,
            field,
            how,
        })
    };
    Ok(match field {
        "first" => {
            first_and_last(typed, reader).and_then(|(lines, how)| meant(Named::Lines(lines), how))
        }
        "containers" => {
            let found = in_containers(visit, app, typed, reader).await?;
            found.and_then(|(numbers, how)| meant(Named::Containers(numbers), how))
        }
        "lines" => {
            let text = typed.untrimmed("lines"); // so that lines keep their numbers
            let rows = text.lines().filter(|line| !line.trim().is_empty()).count();
            let rows = thousands(rows as u64);
            let how = match file {
                Some(name) => format!(
                    "{}“{name}”，{rows} {}",
                    visit.say(two("文件", "file ")),
                    visit.say(two("行", "lines"))
                ),
                None => format!(
                    "{}{rows} {}",
                    visit.say(two("清单，", "a list of ")),
                    visit.say(two("行", "lines"))
                ),
            };
            meant(Named::Lines(text.to_owned()), how)
        }
        "all" if batch.is_none() => {
            reader.wrong("batch", "请选择标志批", "Choose the batch");
            None
        }
        "all" => meant(
            Named::All,
            visit.say(two("整批", "the whole batch")).to_owned(),
        ),
        _ => reader.number::<EntryNumber>("delivery").and_then(|entry| {
            let how = format!(
                "{} {entry}",
                visit.say(two("发放，台账第", "delivery, entry"))
            );
            meant(Named::Delivery(entry), how)
        }),
    })
}

/// Reads which marks are meant where only lines can say so: the lines, the batch in which indices count, and the field.
pub async fn read_lines(
    visit: &Visit,
    app: &App,
    typed: &Typed,
    file: Option<String>,
    reader: &mut Reader<'_>,
) -> Result<Option<(String, Option<BatchNumber>, &'static str)>, ServiceError> {
    let meant = read(visit, app, typed, file, reader).await?;
    Ok(meant.and_then(|meant| match meant.named {
        Named::Lines(lines) => Some((lines, meant.batch, meant.field)),
        _ => {
            reader.wrong("first", "请填写编号", "Name the marks by their serials");
            None
        }
    }))
}

/// One line of first and last serial, or of the first alone.
fn first_and_last(typed: &Typed, reader: &mut Reader<'_>) -> Option<(String, String)> {
    let (first, last) = (typed.get("first"), typed.get("last"));
    if first.is_empty() {
        reader.wrong("first", "请填起始编号", "Give the first serial");
        return None;
    }
    let text = match last {
        "" => first.to_owned(),
        _ if first.contains("..") || last.contains("..") => {
            reader.wrong(
                "last",
                "起始编号已是号段，终止编号请留空",
                "The first one is a range already: leave the last one empty",
            );
            return None;
        }
        _ => format!("{first}..{last}"),
    };
    let how = text.replace("..", " – ");
    Some((text, how))
}

async fn in_containers(
    visit: &Visit,
    app: &App,
    typed: &Typed,
    reader: &mut Reader<'_>,
) -> Result<Option<(Vec<ContainerNumber>, String)>, ServiceError> {
    let names = typed.get("containers").split(SEPARATORS);
    let names: Vec<&str> = names
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.len() > MOST_CONTAINERS {
        reader.wrong(
            "containers",
            "卷、箱太多，请分次办理",
            "Too many at once: do it in several goes",
        );
        return Ok(None);
    }
    let mut numbers = Vec::new();
    let mut told = Vec::new();
    for name in names {
        match containers::named(&app.store, visit.scope(), name).await {
            Ok(found) => {
                let kind = found.filled.kind;
                let kind = visit.language.choose(kind.chinese(), kind.english());
                told.push(format!("{kind} {}", found.number));
                numbers.push(found.number);
            }
            Err(ServiceError::Refused(refusal))
                if matches!(refusal.kind, RefusalKind::NoSuch | RefusalKind::Conflict) =>
            {
                reader.wrong("containers", &refusal.what.zh, &refusal.what.en);
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok((!numbers.is_empty()).then(|| (numbers, told.join("、"))))
}
