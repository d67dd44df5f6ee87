//! `yuanmark licensee …`

mod particulars;
mod print;
mod register;
mod step;

use clap::{Args, Subcommand};
use jiff::civil::Date;
use serde_json::{Value, json};

use self::particulars::{Identity, Named, Particulars};
use self::print::{attention_row, row, show_json, show_text, to_json, to_text};
use self::step::StepArguments;
use super::arguments::{Caller, Installation};
use super::failure::Failure;
use super::output::{Output, cut, table};
use super::values::{date, licensee, line, word};
use crate::domain::access::Scope;
use crate::domain::calendar::day_of;
use crate::domain::licensee::{Licensee as Entry, LicenseeNumber, LicenseeState, NewLicensee};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::service::{documents, entitlements, licensees, system};
use crate::store::Store;
use crate::store::licensee::Filter;

#[derive(Subcommand)]
pub(super) enum Licensee {
    /// Enter an applicant (申请)
    ///
    /// What follows are steps: review (初审), approve (核准公告), admit (准予使用).
    #[command(
        after_help = "EXAMPLE\n  yuanmark licensee apply --name 沅江示例芦笋合作社 --uscc 93430981MA4TEXT36K --basis gi_product \\\n      --form canned,frozen --product '清水芦笋罐头 425 g' \\\n      --standard '示例标准 2026' --area 胭脂湖街道=1000"
    )]
    Apply(Apply),
    /// Enter a licensee whose right is in force already, granted before this ledger began
    #[command(
        after_help = "EXAMPLE\n  yuanmark licensee add --name 沅江示例芦笋合作社 --uscc 93430981MA4TEXT36K --basis gi_product \\\n      --since 2026-01-05 --document 公告2026年第1号 --form canned --area 胭脂湖街道=1000"
    )]
    Add(Add),
    /// Change what a licensee's file says (变更档案)
    ///
    /// Only what is named changes; an option that can be repeated replaces its whole list.
    #[command(
        after_help = "EXAMPLES\n  yuanmark licensee file 1 --revision 1 --phone 0737-0000000\n  yuanmark licensee file 1 --revision 2 --form canned,frozen,fresh --clear address"
    )]
    File(File),
    /// Take a step on a licensee's path (状态变更) that one person can take
    ///
    /// `licensee show` says which steps lead on. Exit, blacklist and undo need two people: `licensee propose`.
    #[command(
        after_help = "EXAMPLES\n  yuanmark licensee step 1 review --date 2026-02-01 --ground 材料齐全\n  yuanmark licensee step 1 order-correction --date 2026-06-01 --ground 用标不规范 \\\n      --document 整改2026年第2号 --due 2026-07-01\n  yuanmark licensee step 1 cancel --date 2026-09-01 --ground 停产 --document 公告2026年第3号 \\\n      --marks-good-until 2026-12-31T16:00:00Z"
    )]
    Step(StepArguments),
    /// Propose a step that needs two people: exit (退出), blacklist (列入黑名单), undo (撤销决定)
    #[command(
        after_help = "EXAMPLE\n  yuanmark licensee propose 1 exit --date 2026-09-01 --ground 使用非产地原料 \\\n      --document 决定2026年第4号 --by 张三\n  yuanmark licensee confirm 1 --by 李四"
    )]
    Propose(StepArguments),
    /// Confirm the step that waits, as the second person (复核)
    #[command(after_help = "EXAMPLE\n  yuanmark licensee confirm 1 --by 李四")]
    Confirm(One),
    /// Drop the step that waits: withdraw it, or send it back as the second person (退回)
    #[command(after_help = "EXAMPLE\n  yuanmark licensee drop 1 --reason 证据不足 --by 李四")]
    Drop {
        #[command(flatten)]
        one: One,
        /// Why, if it is sent back
        #[arg(long, value_parser = line)]
        reason: Option<Line>,
    },
    /// List licensees by number
    #[command(
        after_help = "EXAMPLES\n  yuanmark licensee list --state active\n  yuanmark licensee list --search 合作社 --after 100 --json"
    )]
    List(List),
    /// List what needs somebody today: overdue corrections, two years without use, steps that wait
    #[command(after_help = "EXAMPLE\n  yuanmark licensee attention")]
    Attention,
    /// Write the whole register as a table
    #[command(after_help = "EXAMPLE\n  yuanmark licensee export --out register.xlsx")]
    Export(register::Export),
    /// Take a table into the register: new licensees, and new versions of files; no file changes a state
    #[command(
        after_help = "EXAMPLES\n  yuanmark licensee import register.csv --dry-run\n  yuanmark licensee import register.csv --skip-bad"
    )]
    Import(register::Import),
    /// Show a licensee: its file, where it stands, what leads on, its entitlements and documents
    #[command(after_help = "EXAMPLE\n  yuanmark licensee show 1")]
    Show {
        /// Its number
        #[arg(value_parser = licensee())]
        number: LicenseeNumber,
    },
}

#[derive(Args)]
pub(super) struct Apply {
    #[command(flatten)]
    identity: Identity,
    /// The day of the application; today if left out
    #[arg(long, value_parser = date)]
    date: Option<Date>,
    /// The number of the application
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    #[command(flatten)]
    particulars: Particulars,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct Add {
    #[command(flatten)]
    identity: Identity,
    /// Since when the right is in force
    #[arg(long, value_parser = date, value_name = "DATE")]
    since: Date,
    /// The number of the announcement or registration that granted it
    #[arg(long, value_parser = line)]
    document: Line,
    #[command(flatten)]
    particulars: Particulars,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct File {
    /// The licensee's number
    #[arg(value_parser = licensee())]
    number: LicenseeNumber,
    /// The version of the file that you have read; a newer one is not overwritten
    #[arg(long, value_name = "N")]
    revision: u32,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    particulars: Particulars,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct One {
    /// The licensee's number
    #[arg(value_parser = licensee())]
    number: LicenseeNumber,
    #[command(flatten)]
    caller: Caller,
}

#[derive(Args)]
pub(super) struct List {
    /// Only those that stand here
    #[arg(long, value_parser = word::<LicenseeState>())]
    state: Option<LicenseeState>,
    /// Only those whose name or code contains this
    #[arg(long, value_parser = line, value_name = "TEXT")]
    search: Option<Line>,
    /// Only those with a larger number: the last one of the page before
    #[arg(
        long,
        default_value_t = 0,
        value_name = "NUMBER",
        hide_default_value = true
    )]
    after: u16,
    /// Show at most this many
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
}

impl Licensee {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let licensee = match self {
            Self::List(list) => return list.run(place, output).await,
            Self::Export(export) => return export.run(place, output).await,
            Self::Import(import) => return import.run(place, output).await,
            Self::Attention => return attention(place, output).await,
            Self::Show { number } => return show(place, output, number).await,
            Self::Apply(apply) => apply.run(place).await,
            Self::Add(add) => add.run(place).await,
            Self::File(file) => file.run(place).await,
            Self::Step(step) => step.take(place).await,
            Self::Propose(step) => step.propose(place).await,
            Self::Confirm(One { number, caller }) => {
                let store = place.store().await?;
                Ok(licensees::confirm_step(&store, &caller.call(), number).await?)
            }
            Self::Drop { one, reason } => {
                let store = place.store().await?;
                let call = one.caller.call();
                Ok(licensees::drop_step(&store, &call, one.number, reason).await?)
            }
        }?;
        output.result(&to_json(&licensee), &to_text(&licensee))
    }
}

impl Apply {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        let today = day_of(system::now());
        let new = NewLicensee {
            uscc: self.identity.uscc.clone(),
            particulars: self.particulars.of(self.identity)?,
            state: LicenseeState::Applied,
            date: self.date.unwrap_or(today),
            document: self.document,
        };
        let store = place.store().await?;
        Ok(licensees::enter(&store, &self.caller.call(), new).await?)
    }
}

impl Add {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        let new = NewLicensee {
            uscc: self.identity.uscc.clone(),
            particulars: self.particulars.of(self.identity)?,
            state: LicenseeState::Active,
            date: self.since,
            document: Some(self.document),
        };
        let store = place.store().await?;
        Ok(licensees::enter(&store, &self.caller.call(), new).await?)
    }
}

impl File {
    async fn run(self, place: &Installation) -> Result<Entry, Failure> {
        self.named.check(&self.particulars)?;
        let store = place.store().await?;
        let (number, revision) = (self.number, self.revision);
        let mut particulars = licensees::get(&store, Scope::All, number)
            .await?
            .particulars;
        self.named.change(&mut particulars);
        self.particulars.change(&mut particulars)?;
        let call = self.caller.call();
        Ok(licensees::file(&store, &call, number, revision, particulars).await?)
    }
}

impl List {
    async fn run(self, place: &Installation, output: &mut Output) -> Result<(), Failure> {
        let filter = Filter {
            number: None,
            state: self.state,
            search: self.search.map(|text| text.as_str().to_owned()),
            attention_on: None,
        };
        let store = place.store().await?;
        let after = LicenseeNumber(self.after);
        let mut found = licensees::list(&store, Scope::All, &filter, after, self.limit + 1).await?;
        let rest = cut(&mut found, self.limit, |last| {
            format!("--after {}", last.number)
        });
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        let head = ["number", "uscc", "basis", "state", "since", "file", "name"];
        let all: Vec<Value> = found.iter().map(to_json).collect();
        output.result(&json!({ "licensees": all }), &table(&head, &rows))?;
        output.rest(rest);
        Ok(())
    }
}

async fn attention(place: &Installation, output: &mut Output) -> Result<(), Failure> {
    let today = day_of(system::now());
    let store = place.store().await?;
    let found = licensees::needing_attention(&store, today, u32::MAX).await?;
    let rows: Vec<Vec<String>> = found
        .iter()
        .flat_map(|licensee| attention_row(licensee, today))
        .collect();
    let all: Vec<Value> = found
        .iter()
        .map(|licensee| {
            let mut value = to_json(licensee);
            value["attention"] = print::attention_json(licensee, today);
            value
        })
        .collect();
    let head = ["number", "state", "name", "what"];
    output.result(&json!({ "licensees": all }), &table(&head, &rows))
}

/// Documents that are shown beside a file; `document list` has them all.
const MOST_DOCUMENTS: u32 = 20;

async fn show(
    place: &Installation,
    output: &mut Output,
    number: LicenseeNumber,
) -> Result<(), Failure> {
    let today = day_of(system::now());
    let store: Store = place.store().await?;
    let licensee = licensees::get(&store, Scope::All, number).await?;
    let season = u16::try_from(today.year()).ok().and_then(Season::new);
    let entitlements =
        entitlements::list(&store, Scope::All, Some(number), season, None, 7).await?;
    let mut documents =
        documents::list(&store, Scope::All, number, None, MOST_DOCUMENTS + 1).await?;
    let rest = cut(&mut documents, MOST_DOCUMENTS, |last| {
        let last = last.document.number;
        format!("yuanmark document list --licensee {number} --before {last}")
    });
    output.result(
        &show_json(&licensee, today, &entitlements, &documents),
        &show_text(&licensee, today, &entitlements, &documents),
    )?;
    output.rest(rest);
    Ok(())
}
