//! `yuanmark case …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::alert::{self, told};
use super::arguments::{Caller, Installation, Page};
use super::failure::Failure;
use super::files;
use super::output::{Output, beijing, card, indented, number_of_marks, or_dash, table, thousands};
use super::values::{date, licensee, line, number, word};
use crate::domain::access::Scope;
use crate::domain::alert::AlertNumber;
use crate::domain::case::exhibit::exhibits as of_steps;
use crate::domain::case::{
    Case as Entry, CaseNumber, CaseResult, CaseState, Exhibit, Happened, Inspection, NewExhibit,
};
use crate::domain::document::DocumentNumber;
use crate::domain::event::Withdrawal;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::place::Prefecture;
use crate::domain::text::Line;
use crate::domain::tip::{TipNumber, Told};
use crate::service::ServiceError;
use crate::service::cases::{self, Act, Notice, Whole, Withdraw, exhibits, export};

#[derive(Subcommand)]
pub(super) enum Case {
    /// List cases, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark case list --state open")]
    List {
        /// In this state
        #[arg(long, value_parser = word::<CaseState>())]
        state: Option<CaseState>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a case with its alerts, tips and steps
    #[command(after_help = "EXAMPLE\n  yuanmark case show 3")]
    Show {
        /// The case's number
        #[arg(value_parser = number(CaseNumber))]
        number: CaseNumber,
    },
    /// Open a case (立案)
    #[command(
        after_help = "EXAMPLE\n  yuanmark case open --title 疑似翻印标签 --alert 7 --alert 9"
    )]
    Open {
        /// What it is about
        #[arg(long, value_parser = line)]
        title: Line,
        /// An alert that belongs to it; repeat it for several
        #[arg(long = "alert", value_parser = number(AlertNumber))]
        alerts: Vec<AlertNumber>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Put an alert, a tip or exhibits into a case (归入)
    #[command(
        after_help = "EXAMPLES\n  yuanmark case add 3 --tip 12\n  yuanmark case add 3 --exhibit stall.jpg --exhibit record.pdf --text 摊位照片和询问笔录"
    )]
    Add(Add),
    /// Write an exhibit as it was put in; never over another file
    #[command(after_help = "EXAMPLE\n  yuanmark case exhibit 3 1 --out stall.jpg")]
    Exhibit {
        /// The case's number
        #[arg(value_parser = number(CaseNumber))]
        number: CaseNumber,
        /// The exhibit's number in the case
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        exhibit: u32,
        /// The file to make, mode 0600
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        caller: Caller,
    },
    /// Enter an inspection (现场检查)
    #[command(
        after_help = "EXAMPLE\n  yuanmark case inspect 3 --day 2026-04-10 --place 430100 \\\n      --spot 某市场12号 --text 查获无来源标签300枚 --document 8"
    )]
    Inspect(Inspect),
    /// Freeze or revoke marks of a case, as entries of the ledger
    #[command(
        after_help = "EXAMPLE\n  yuanmark case withdraw 3 --kind frozen --reason 涉嫌复制 --document 决定书2026-5"
    )]
    Withdraw(Marks),
    /// Tell a licensee, who reads it among its own alerts (告知)
    #[command(
        after_help = "EXAMPLE\n  yuanmark case inform 3 --licensee 1 --text 请核对卷001的余标"
    )]
    Inform(Inform),
    /// Write a note (备注)
    #[command(after_help = "EXAMPLE\n  yuanmark case note 3 --text 已约谈销售者")]
    Note(Words),
    /// Close a case with its result (结案)
    #[command(
        after_help = "EXAMPLE\n  yuanmark case close 3 --result copies_found --text 已处罚款"
    )]
    Close {
        /// The case's number
        #[arg(value_parser = number(CaseNumber))]
        number: CaseNumber,
        /// With what it ends
        #[arg(long, value_parser = word::<CaseResult>())]
        result: CaseResult,
        /// What was done
        #[arg(long, value_parser = told)]
        text: Told,
        #[command(flatten)]
        caller: Caller,
    },
    /// Open a closed case anew (重新办理)
    #[command(after_help = "EXAMPLE\n  yuanmark case reopen 3 --text 又查获同样标签")]
    Reopen(Words),
    /// Write all of a case into one ZIP, to hand over; never over another file
    ///
    /// summary.pdf in Chinese (the machine needs a Chinese font), scans.csv, ledger.json with the entries about its marks and
    /// what their hashes cover, words.json with what people wrote, manifest.json with the SHA-256 of each; in exhibits, documents and tips the files that belong to
    /// it. No phones, no network addresses, no contacts.
    #[command(after_help = "EXAMPLE\n  yuanmark case export 3 --out case-3.zip")]
    Export {
        /// The case's number
        #[arg(value_parser = number(CaseNumber))]
        number: CaseNumber,
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        caller: Caller,
    },
}

#[derive(Args)]
#[group(id = "what", required = true, multiple = false, args = ["alert", "tip", "exhibits"])]
pub(super) struct Add {
    /// The case's number
    #[arg(value_parser = number(CaseNumber))]
    number: CaseNumber,
    /// The alert
    #[arg(long, value_parser = number(AlertNumber))]
    alert: Option<AlertNumber>,
    /// The tip
    #[arg(long, value_parser = number(TipNumber))]
    tip: Option<TipNumber>,
    /// A photo, record or report: PDF, PNG, JPEG or TIFF up to 10 MiB; repeat it for several
    #[arg(long = "exhibit", value_name = "FILE")]
    exhibits: Vec<PathBuf>,
    /// What the exhibits are
    #[arg(long, value_parser = told, requires = "exhibits")]
    text: Option<Told>,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Inspect {
    /// The case's number
    #[arg(value_parser = number(CaseNumber))]
    number: CaseNumber,
    /// When it was
    #[arg(long, value_parser = date)]
    day: Date,
    /// In which prefecture: its code of GB/T 2260, such as 430100
    #[arg(long, value_parser = place, value_name = "CODE")]
    place: Option<Prefecture>,
    /// At which market, shop or store
    #[arg(long, value_parser = line)]
    spot: Line,
    /// What was found
    #[arg(long = "text", value_parser = told)]
    finding: Told,
    /// A document that belongs to it; repeat it for several
    #[arg(long = "document", value_parser = number(DocumentNumber))]
    documents: Vec<DocumentNumber>,
    /// A photo or record that comes with it; repeat it for several
    #[arg(long = "exhibit", value_name = "FILE")]
    exhibits: Vec<PathBuf>,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Inform {
    /// The case's number
    #[arg(value_parser = number(CaseNumber))]
    number: CaseNumber,
    /// Whom
    #[arg(long, value_parser = licensee())]
    licensee: LicenseeNumber,
    /// What it reads
    #[arg(long, value_parser = told)]
    text: Told,
    /// Even if none of the case's marks are its own
    #[arg(long)]
    beyond: bool,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Marks {
    /// The case's number
    #[arg(value_parser = number(CaseNumber))]
    number: CaseNumber,
    /// What becomes of them: frozen or revoked
    #[arg(long, value_parser = kind)]
    kind: Withdrawal,
    /// A file with a serial, or a range as SERIAL..SERIAL, a line; all marks of the case, if not said
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Why; the public reads it
    #[arg(long, value_parser = line)]
    reason: Line,
    /// The number of the decision
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    /// Take the good lines of the file even if there are bad ones
    #[arg(long, requires = "file")]
    skip_bad: bool,
    /// Even marks that no alert and no tip of the case is about
    #[arg(long)]
    beyond: bool,
    #[command(flatten)]
    caller: Caller,
}

/// A step that says something.
#[derive(Args)]
pub(super) struct Words {
    /// The case's number
    #[arg(value_parser = number(CaseNumber))]
    number: CaseNumber,
    /// What there is to say
    #[arg(long = "text", value_parser = told)]
    told: Told,
    #[command(flatten)]
    caller: Caller,
}

fn kind(text: &str) -> Result<Withdrawal, String> {
    let found = Withdrawal::from_slug(text);
    let found = found.filter(|one| matches!(one, Withdrawal::Frozen | Withdrawal::Revoked));
    found.ok_or_else(|| "a case freezes or revokes: frozen or revoked".into())
}

fn place(text: &str) -> Result<Prefecture, String> {
    let found = text.parse().ok().and_then(Prefecture::new);
    found.ok_or_else(|| "a place is the six digits of a prefecture or province, as 430900".into())
}

impl Case {
    pub(super) async fn run(
        self,
        installation: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = installation.store().await?;
        let (number, act, caller) = match self {
            Self::List { state, page } => {
                let before = page.before.map(CaseNumber);
                let mut found =
                    cases::list(&store, Scope::All, state, before, page.asked()).await?;
                let rest = page.cut(&mut found, |last| last.number);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                let head = ["number", "state", "opened", "by", "result", "title"];
                let all: Vec<Value> = found.iter().map(to_json).collect();
                output.result(&json!({ "cases": all }), &table(&head, &rows))?;
                output.rest(rest);
                return Ok(());
            }
            Self::Show { number } => {
                let whole = cases::get(&store, Scope::All, number).await?;
                return output.result(&whole_to_json(&whole), &to_text(&whole));
            }
            Self::Open {
                title,
                alerts,
                caller,
            } => {
                let whole = cases::open(&store, &caller.call(), title, &alerts).await?;
                return output.result(&whole_to_json(&whole), &to_text(&whole));
            }
            Self::Withdraw(marks) => return marks.run(installation, output).await,
            Self::Export {
                number,
                out,
                caller,
            } => {
                let (keys, store) = installation.open().await?;
                let zip = export::export(&store, &keys, &caller.call(), number).await?;
                files::write_new(&out, &zip)?;
                let written = json!({ "file": out.display().to_string(), "bytes": zip.len() });
                return output.result(&written, &format!("{} written\n", out.display()));
            }
            Self::Exhibit {
                number,
                exhibit,
                out,
                caller,
            } => {
                let call = caller.call();
                let (found, content) = exhibits::take(&store, &call, number, exhibit).await?;
                files::write_new(&out, &content)?;
                let mut value = json!(found);
                value["file"] = json!(out);
                let text = format!("{}: {}", out.display(), exhibit_to_text(exhibit, &found));
                return output.result(&value, &text);
            }
            Self::Add(add) => {
                let act = match (add.alert, add.tip) {
                    (Some(alert), _) => Act::AddAlert(alert),
                    (None, Some(tip)) => Act::AddTip(tip),
                    (None, None) => Act::AddExhibits(read(&add.exhibits)?, add.text),
                };
                (add.number, act, add.caller)
            }
            Self::Inspect(inspect) => {
                let inspection = Inspection {
                    day: inspect.day,
                    prefecture: inspect.place,
                    spot: inspect.spot,
                    finding: inspect.finding,
                    documents: inspect.documents,
                    exhibits: read(&inspect.exhibits)?,
                };
                (inspect.number, Act::Inspect(inspection), inspect.caller)
            }
            Self::Inform(inform) => {
                let notice = Notice {
                    licensee: inform.licensee,
                    told: inform.text,
                    is_beyond: inform.beyond,
                };
                (inform.number, Act::Inform(notice), inform.caller)
            }
            Self::Close {
                number,
                result,
                text,
                caller,
            } => (number, Act::Close(result, text), caller),
            Self::Note(words) => (words.number, Act::Note(words.told), words.caller),
            Self::Reopen(words) => (words.number, Act::Reopen(words.told), words.caller),
        };
        let whole = cases::act(&store, &caller.call(), number, act).await?;
        output.result(&whole_to_json(&whole), &to_text(&whole))
    }
}

/// Files that are put into a case.
fn read(paths: &[PathBuf]) -> Result<Vec<NewExhibit>, Failure> {
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = Line::new("name of the file", &name).map_err(|error| {
            Failure::wrong_input(error.to_string(), "give the file another name")
        })?;
        let exhibit = NewExhibit::new(name, files::read_document(path)?);
        exhibit.map_err(|refusal| Failure::from(ServiceError::from(refusal)))
    };
    paths.iter().map(read).collect()
}

fn exhibit_to_text(number: u32, exhibit: &Exhibit) -> String {
    format!(
        "exhibit {number}, {}, {} bytes, {}",
        exhibit.name,
        thousands(exhibit.size),
        exhibit.sha256
    )
}

impl Marks {
    async fn run(self, installation: &Installation, output: &mut Output) -> Result<(), Failure> {
        let (keys, store) = installation.open().await?;
        let lines = self.file.as_deref().map(files::read_list).transpose()?;
        let wanted = Withdraw {
            kind: self.kind,
            lines: lines.as_deref(),
            reason: self.reason,
            document: self.document,
            skip_bad: self.skip_bad,
            is_beyond: self.beyond,
        };
        let call = self.caller.call();
        let (whole, changed) = cases::withdraw(&store, &keys, &call, self.number, &wanted).await?;
        let mut all = whole_to_json(&whole);
        all["marks"] = json!(changed.marks);
        all["unchanged"] = json!(changed.unchanged);
        all["entries"] = json!(changed.entries);
        let text = format!(
            "{} {}; already so, or withdrawn for good: {}\n",
            number_of_marks(changed.marks),
            self.kind.slug(),
            changed.unchanged
        );
        output.result(&all, &text)
    }
}

fn row(case: &Entry) -> Vec<String> {
    vec![
        case.number.to_string(),
        case.state.slug().to_owned(),
        beijing(case.opened_at),
        case.opened_by.to_string(),
        or_dash(case.result.map(CaseResult::slug)),
        case.title.to_string(),
    ]
}

fn to_text(whole: &Whole) -> String {
    let case = &whole.case;
    let mut fields = vec![
        ("title", case.title.to_string()),
        ("state", case.state.slug().to_owned()),
        ("opened", beijing(case.opened_at)),
        ("by", case.opened_by.to_string()),
        ("marks", whole.marks().len().to_string()),
    ];
    let mut add = |name, value: Option<String>| fields.extend(value.map(|value| (name, value)));
    add("result", case.result.map(|result| result.slug().to_owned()));
    add("closed", case.closed_at.map(beijing));
    let tips: Vec<String> = whole
        .tips
        .iter()
        .map(|tip| tip.number.to_string())
        .collect();
    add("tips", (!tips.is_empty()).then(|| tips.join(", ")));
    let mut text = card(&format!("case {}", case.number), &fields);
    for alert in &whole.alerts {
        text.push_str(&format!("\n  alert {}", alert::row(alert).join("  ")));
    }
    for (number, _, exhibit) in of_steps(&whole.steps) {
        text.push_str(&format!("\n  {}", exhibit_to_text(number, exhibit)));
    }
    for step in &whole.steps {
        text.push_str(&step_to_text(step));
    }
    text
}

fn step_to_text(step: &Happened) -> String {
    let detail = &step.detail;
    let mut line = format!(
        "\n  {}  {}  {}",
        beijing(step.at),
        step.step.slug(),
        step.by
    );
    let other = match (step.alert(), step.tip(), step.licensee()) {
        (Some(alert), ..) => Some(format!("alert {alert}")),
        (_, Some(tip), _) => Some(format!("tip {tip}")),
        (.., licensee) => licensee.map(|licensee| format!("licensee {licensee}")),
    };
    let place = detail.prefecture.and_then(Prefecture::new);
    let entries = detail.entries.iter();
    let all = other
        .into_iter()
        .chain(detail.day.map(|day| day.to_string()))
        .chain(place.map(|place| place.name().1.to_owned()))
        .chain(detail.spot.as_ref().map(ToString::to_string))
        .chain(detail.exhibits.iter().map(|one| one.name.to_string()))
        .chain(detail.marks.map(number_of_marks))
        .chain(detail.reason.as_ref().map(ToString::to_string))
        .chain(detail.document.as_ref().map(ToString::to_string))
        .chain(entries.map(|entry| format!("entry {entry}")))
        .chain(detail.result.map(|result| result.slug().to_owned()))
        .collect::<Vec<String>>();
    for said in all {
        line.push_str("  ");
        line.push_str(&said);
    }
    if let Some(told) = &step.told {
        line.push('\n');
        line.push_str(indented(told, 6).trim_end());
    }
    line
}

fn to_json(case: &Entry) -> Value {
    json!({
        "number": case.number,
        "title": case.title,
        "state": case.state,
        "opened_at": case.opened_at,
        "opened_by": case.opened_by,
        "result": case.result,
        "closed_at": case.closed_at,
    })
}

fn whole_to_json(whole: &Whole) -> Value {
    let steps = whole.steps.iter().map(|step| {
        json!({
            "at": step.at,
            "step": step.step,
            "by": step.by,
            "other": step.other,
            "detail": step.detail,
            "told": step.told,
        })
    });
    let alerts = whole.alerts.iter().map(alert::to_json);
    let tips = whole.tips.iter().map(|tip| json!(tip.number));
    let mut all = to_json(&whole.case);
    all["steps"] = steps.collect();
    all["alerts"] = alerts.collect();
    all["tips"] = tips.collect();
    all
}
