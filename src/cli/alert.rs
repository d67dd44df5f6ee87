//! `yuanmark alert …`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation, Limit};
use super::failure::Failure;
use super::files;
use super::output::{self, Output, beijing, card, indented, or_dash, table};
use super::values::{batch_number, licensee, line, number, word};
use crate::domain::access::Scope;
use crate::domain::alert::{
    Alert as Entry, AlertKind, AlertNumber, AlertState, Cause, Decision, Verdict, percent, strength,
};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::BatchNumber;
use crate::domain::place::province_of;
use crate::domain::place_names::province_called;
use crate::domain::said::Said;
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::service::alerts::{self, Act, Seen, Story, Whole};
use crate::service::{licensees, system};
use crate::store::alert::Filter;

/// Sentences of evidence that are told.
const MOST_EVIDENCE: usize = 12;
/// Sentences that speak against copies.
const MOST_AGAINST: usize = 6;

#[derive(Subcommand)]
pub(super) enum Alert {
    /// List alerts: what is open first, of that the strongest
    #[command(after_help = "EXAMPLE\n  yuanmark alert list --state open --province 44")]
    List(List),
    /// Show an alert: its evidence, the queries, and what happened to it
    #[command(after_help = "EXAMPLE\n  yuanmark alert show 7")]
    Show {
        /// The alert's number
        #[arg(value_parser = number(AlertNumber))]
        number: AlertNumber,
    },
    /// Take an alert, or give it to somebody (指派)
    #[command(after_help = "EXAMPLE\n  yuanmark alert assign 7 --to li.si")]
    Assign {
        /// The alert's number
        #[arg(value_parser = number(AlertNumber))]
        number: AlertNumber,
        /// To whom: the sign-in name of an inspector or an approver; to whoever does this, if not said
        #[arg(long, value_parser = line)]
        to: Option<Line>,
        /// A note
        #[arg(long, value_parser = told)]
        text: Option<Told>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Write a note (备注)
    #[command(after_help = "EXAMPLE\n  yuanmark alert note 7 --text 已与使用人核实")]
    Note(Words),
    /// Have an alert decided with another one (并入)
    #[command(after_help = "EXAMPLE\n  yuanmark alert merge 7 --into 5")]
    Merge {
        /// The alert's number
        #[arg(value_parser = number(AlertNumber))]
        number: AlertNumber,
        /// The other one, which is open
        #[arg(long, value_parser = number(AlertNumber))]
        into: AlertNumber,
        /// A note
        #[arg(long, value_parser = told)]
        text: Option<Told>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Decide an alert, and all that was merged into it (判定)
    #[command(
        after_help = "EXAMPLE\n  yuanmark alert decide 7 --verdict confirmed_copy --cause label_reprinted"
    )]
    Decide {
        /// The alert's number
        #[arg(value_parser = number(AlertNumber))]
        number: AlertNumber,
        /// What it turned out to be
        #[arg(long, value_parser = word::<Verdict>())]
        verdict: Verdict,
        /// Why; repeat it for several, all of that verdict
        #[arg(long = "cause", required = true, value_parser = word::<Cause>())]
        causes: Vec<Cause>,
        /// A note
        #[arg(long, value_parser = told)]
        text: Option<Told>,
        #[command(flatten)]
        caller: Caller,
    },
    /// Look at a decided or merged alert anew (重新处理)
    #[command(after_help = "EXAMPLE\n  yuanmark alert reopen 7 --text 有新的线索")]
    Reopen(Words),
    /// Hold batches against their peers of the season now; a server does so every hour
    #[command(after_help = "EXAMPLE\n  yuanmark alert compare")]
    Compare,
    /// Write what was decided of marks as labels, for `yuanmark detect calibrate`; never over another file
    #[command(after_help = "EXAMPLE\n  yuanmark alert labels --out labels.csv")]
    Labels {
        /// The file
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        caller: Caller,
    },
}

#[derive(Args)]
pub(super) struct List {
    /// In this state
    #[arg(long, value_parser = word::<AlertState>())]
    state: Option<AlertState>,
    /// Of this kind
    #[arg(long, value_parser = word::<AlertKind>())]
    kind: Option<AlertKind>,
    /// Of this licensee's marks
    #[arg(long, value_parser = licensee())]
    licensee: Option<LicenseeNumber>,
    /// Of this batch
    #[arg(long, value_parser = batch_number)]
    batch: Option<BatchNumber>,
    /// Asked about from this province: its name, or the first two digits of its code, such as Hunan, 湖南 or 43
    #[arg(long, value_parser = province, value_name = "PROVINCE")]
    province: Option<u32>,
    /// Looked into by this person
    #[arg(long, value_parser = line)]
    assignee: Option<Line>,
    /// Only those after this one in the list: the last one of the page before
    #[arg(long, value_parser = number(AlertNumber), value_name = "NUMBER")]
    after: Option<AlertNumber>,
    #[command(flatten)]
    limit: Limit,
}

/// A step that says something.
#[derive(Args)]
pub(super) struct Words {
    /// The alert's number
    #[arg(value_parser = number(AlertNumber))]
    number: AlertNumber,
    /// What there is to say
    #[arg(long = "text", value_parser = told)]
    told: Told,
    #[command(flatten)]
    caller: Caller,
}

pub(super) fn told(text: &str) -> Result<Told, String> {
    Told::new(text).map_err(|error| Said::from(error).en)
}

fn province(text: &str) -> Result<u32, String> {
    province_called(text).ok_or_else(|| "no province is called so; as Hunan, 湖南 or 43".into())
}

impl Alert {
    pub(super) async fn run(
        self,
        installation: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = installation.store().await?;
        let (number, act, caller) = match self {
            Self::List(list) => return list.run(installation, output).await,
            Self::Show { number } => {
                let whole = alerts::get(&store, Scope::All, number).await?;
                let story = alerts::story(&store, &whole.alert, system::now()).await?;
                let text = to_text(&whole) + &story_to_text(&whole.alert, &story);
                let mut all = whole_to_json(&whole);
                all["story"] = story_to_json(&story);
                return output.result(&all, &text);
            }
            Self::Compare => {
                let batches = alerts::rates::compare(&store, system::now()).await?;
                let said = output::counted(batches, "batch departs", "batches depart");
                return output.result(
                    &json!({ "batches": batches }),
                    &format!("{said} from their peers"),
                );
            }
            Self::Labels { out, caller } => {
                let (labels, marks) = alerts::take_labels(&store, &caller.call()).await?;
                files::write_new(&out, labels.as_bytes())?;
                return files::exported(output, &out, marks, ("mark", "marks"));
            }
            Self::Assign {
                number,
                to,
                text,
                caller,
            } => {
                let to = to.unwrap_or_else(|| caller.call().by);
                (number, Act::Assign(to, text), caller)
            }
            Self::Merge {
                number,
                into,
                text,
                caller,
            } => (number, Act::Merge(into, text), caller),
            Self::Decide {
                number,
                verdict,
                causes,
                text,
                caller,
            } => {
                let decision = Decision::new(verdict, causes)
                    .map_err(|refusal| Failure::wrong_input(refusal.what.en, &refusal.advice.en))?;
                (number, Act::Decide(decision, text), caller)
            }
            Self::Note(words) => (words.number, Act::Note(words.told), words.caller),
            Self::Reopen(words) => (words.number, Act::Reopen(words.told), words.caller),
        };
        let whole = alerts::act(&store, &caller.call(), number, act).await?;
        output.result(&whole_to_json(&whole), &to_text(&whole))
    }
}

impl List {
    async fn run(self, installation: &Installation, output: &mut Output) -> Result<(), Failure> {
        let store = installation.store().await?;
        if let Some(licensee) = self.licensee {
            licensees::get(&store, Scope::All, licensee).await?;
        }
        let filter = Filter {
            kind: self.kind,
            state: self.state,
            licensee: self.licensee,
            batch: self.batch,
            province: self.province,
            assignee: self.assignee,
            index: None,
            without: None,
        };
        let (limit, now) = (self.limit, system::now());
        let found = alerts::list(&store, Scope::All, &filter, self.after, limit.asked(), now);
        let mut found = found.await?;
        let rest = output::cut(&mut found, limit.limit, |last| {
            format!("--after {}", last.number)
        });
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let head = [
            "number", "state", "kind", "mark", "licensee", "raised", "assignee", "strength",
        ];
        let all: Vec<Value> = found.iter().map(to_json).collect();
        output.result(&json!({ "alerts": all }), &table(&head, &rows))?;
        output.rest(rest);
        Ok(())
    }
}

/// What it is about: a mark as batch and index, or a batch.
fn about(alert: &Entry) -> String {
    match alert.index {
        Some(index) => format!("{}-{index}", alert.batch),
        None => format!("batch {}", alert.batch),
    }
}

/// A row of a table of alerts.
pub(super) fn row(alert: &Entry) -> Vec<String> {
    vec![
        alert.number.to_string(),
        alert.state.slug().to_owned(),
        alert.kind.slug().to_owned(),
        about(alert),
        or_dash(alert.licensee),
        beijing(alert.raised_at),
        or_dash(alert.assignee.as_ref()),
        alert.strength().en,
    ]
}

fn to_text(whole: &Whole) -> String {
    let alert = &whole.alert;
    let mut fields = vec![
        ("state", alert.state.slug().to_owned()),
        ("kind", alert.kind.slug().to_owned()),
        ("mark", about(alert)),
        ("matter", alert.matter().en),
        ("strength", alert.strength().en),
        ("raised", beijing(alert.raised_at)),
        ("parameters", alert.parameters.to_string()),
    ];
    let mut add = |name, value: Option<String>| fields.extend(value.map(|value| (name, value)));
    add("licensee", alert.licensee.map(|one| one.to_string()));
    add("assignee", alert.assignee.as_ref().map(ToString::to_string));
    add(
        "decision",
        alert
            .decision
            .as_ref()
            .map(|decision| format!("{} ({})", decision.verdict().slug(), decision.said().en)),
    );
    add("merged into", alert.merged_into.map(|one| one.to_string()));
    add("case", alert.case.map(|one| one.to_string()));
    let merged: Vec<String> = whole
        .merged
        .iter()
        .map(|one| one.number.to_string())
        .collect();
    add(
        "decided with it",
        (!merged.is_empty()).then(|| merged.join(", ")),
    );
    let mut text = card(&format!("alert {}", alert.number), &fields);
    for step in &whole.steps {
        let mut line = format!("  {}  {}  {}", beijing(step.at), step.step.slug(), step.by);
        for said in step
            .assignee
            .iter()
            .map(ToString::to_string)
            .chain(step.decision.iter().map(ToString::to_string))
            .chain(step.other.iter().map(ToString::to_string))
        {
            line.push_str("  ");
            line.push_str(&said);
        }
        if let Some(told) = &step.told {
            line.push('\n');
            line.push_str(indented(told, 6).trim_end());
        }
        text.push('\n');
        text.push_str(&line);
    }
    text
}

fn story_to_text(alert: &Entry, story: &Story) -> String {
    let mut text = String::new();
    let of = |seen: &Seen| (seen.posterior, seen.e_value);
    for (what, strong) in [
        ("highest", story.strongest()),
        ("now", story.now().map(of)),
        ("when raised", story.when_raised(alert).map(of)),
    ] {
        if let Some((posterior, e_value)) = strong {
            let strength = strength(posterior, e_value).en;
            text.push_str(&format!("\n  {what}: {strength}"));
        }
    }
    let (evidence, cleared_at) = (story.evidence(alert), story.cleared_at());
    for said in evidence.iter().take(MOST_EVIDENCE) {
        text.push_str(&format!("\n  evidence: {}", said.en));
    }
    let against = story.against(alert);
    for said in against.iter().take(MOST_AGAINST) {
        text.push_str(&format!("\n  against: {}", said.en));
    }
    if against.is_empty() && alert.mark().is_some() {
        text.push_str("\n  against: nothing");
    }
    match cleared_at {
        Some(at) => text.push_str(&format!("\n  suspicion taken back: {}", beijing(at))),
        None if evidence.is_empty() => {
            text.push_str(&format!("\n  evidence: {}", alert.kind.why().en));
        }
        None => {}
    }
    if let Story::Batch { met, .. } = story {
        for one in met {
            text.push_str(&format!(
                "\n  {}-{}  {}  {}  first {}  latest {}",
                alert.batch,
                one.index,
                one.state,
                output::counted(one.queries, "query", "queries"),
                beijing(one.first_at),
                beijing(one.latest_at)
            ));
        }
    }
    let provinces = story.provinces();
    if !provinces.is_empty() {
        text.push_str(match story {
            Story::Mark(_) => "\n  asked about from",
            Story::Batch { .. } => "\n  marks of the batch by where they were first asked about",
        });
    }
    for (province, count) in provinces {
        let name = province
            .and_then(province_of)
            .map_or("place not known", |(_, en)| en);
        text.push_str(&format!("\n  {name}: {count}"));
    }
    if let Story::Mark(seen) = story {
        for one in seen {
            let place = one.place.map_or("-", |place| place.prefecture.name().1);
            let what = match one.known {
                Some(known) => known.slug().to_owned(),
                None => format!("query {}  {}", or_dash(one.query), one.channel),
            };
            let (at, posterior) = (beijing(one.at), one.posterior);
            text.push_str(&format!(
                "\n  {at}  {what}  {place}  {}",
                percent(posterior)
            ));
        }
    }
    text
}

/// An alert as JSON.
pub(super) fn to_json(alert: &Entry) -> Value {
    json!({
        "number": alert.number,
        "kind": alert.kind,
        "state": alert.state,
        "batch": alert.batch,
        "index": alert.index,
        "licensee": alert.licensee,
        "raised_at": alert.raised_at,
        "query": alert.query,
        "parameters": alert.parameters.to_string(),
        "log_odds": alert.log_odds,
        "e_value_ln": alert.e_value_ln,
        "hypothesis": alert.hypothesis.slug(),
        "assignee": alert.assignee,
        "verdict": alert.decision.as_ref().map(Decision::verdict),
        "causes": alert.decision.as_ref().map(Decision::causes),
        "merged_into": alert.merged_into,
        "case": alert.case,
    })
}

fn whole_to_json(whole: &Whole) -> Value {
    let steps = whole.steps.iter().map(|step| {
        json!({
            "at": step.at,
            "step": step.step,
            "by": step.by,
            "assignee": step.assignee,
            "decision": step.decision.as_ref().map(ToString::to_string),
            "other": step.other,
            "told": step.told,
        })
    });
    let merged = whole.merged.iter().map(|one| json!(one.number));
    let mut all = to_json(&whole.alert);
    all["steps"] = steps.collect();
    all["merged"] = merged.collect();
    all
}

fn seen_to_json(seen: &Seen) -> Value {
    let evidence: Vec<&str> = seen
        .evidence
        .iter()
        .map(|(said, _)| said.en.as_str())
        .collect();
    json!({
        "query": seen.query,
        "known": seen.known,
        "at": seen.at,
        "place": seen.place.map(|place| place.prefecture.code()),
        "class": seen.place.map(|place| place.class.slug()),
        "state": seen.state,
        "channel": seen.channel,
        "evidence": evidence,
        "posterior": seen.posterior,
        "e_value": seen.e_value,
    })
}

fn story_to_json(story: &Story) -> Value {
    match story {
        Story::Mark(seen) => {
            json!({ "queries": seen.iter().map(seen_to_json).collect::<Vec<_>>() })
        }
        Story::Batch {
            asked,
            weeks,
            most,
            met,
        } => json!({
            "marks": asked.marks,
            "queries": asked.queries,
            "provinces": asked.provinces,
            "weeks": weeks,
            "most": most,
            "met": met.iter().map(|one| json!({
                "index": one.index,
                "state": one.state,
                "queries": one.queries,
                "first_at": one.first_at,
                "latest_at": one.latest_at,
            })).collect::<Vec<_>>(),
        }),
    }
}
