//! `yuanmark licensee …`

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::arguments::{Grounds, Installation, legal_basis, line, time, to_line, uscc};
use super::failure::Failure;
use super::output::{Output, table};
use crate::domain::licensee::{LegalBasis, Licensee as Entry, LicenseeNumber, RightEnded};
use crate::domain::uscc::Uscc;
use crate::service::{licensees, system};

#[derive(Subcommand)]
pub(super) enum Licensee {
    /// Enter a licensee
    #[command(
        after_help = "EXAMPLE\n  yuanmark licensee add --name 沅江示例芦笋合作社 --uscc 93430981MA4TEXT36K --basis gi_product"
    )]
    Add {
        /// The registered name
        #[arg(long, value_parser = line)]
        name: String,
        /// The unified social credit code (统一社会信用代码), 18 characters
        #[arg(long, value_parser = uscc)]
        uscc: Uscc,
        /// On what the right rests: gi_product (地理标志产品), certification_mark (证明商标) or both
        #[arg(long, value_parser = legal_basis)]
        basis: LegalBasis,
    },
    /// List all licensees
    #[command(after_help = "EXAMPLE\n  yuanmark licensee list --json")]
    List,
    /// Show one licensee
    #[command(after_help = "EXAMPLE\n  yuanmark licensee show 1")]
    Show {
        /// Its number
        number: u16,
    },
    /// Write down that a licensee's right has ended (注销、退出)
    ///
    /// No further marks are issued or printed for it. Its marks in the market stay good until the policy date, and are
    /// withdrawn from then on. This cannot be undone.
    #[command(
        after_help = "EXAMPLE\n  yuanmark licensee end 3 --marks-good-until 2026-12-31T16:00:00Z \\\n      --reason 两年未使用专用标志 --document 公告2026年第3号"
    )]
    End {
        /// Its number
        number: u16,
        /// The policy date; now if left out
        #[arg(long, value_parser = time, value_name = "TIME")]
        marks_good_until: Option<Timestamp>,
        #[command(flatten)]
        grounds: Grounds,
    },
}

impl Licensee {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let now = system::now();
        let store = place.store().await?;
        let licensee = match self {
            Self::List => {
                let licensees = licensees::list(&store).await?;
                let rows: Vec<Vec<String>> = licensees.iter().map(row).collect();
                let text = table(&["number", "uscc", "basis", "right", "name"], &rows);
                let all: Vec<Value> = licensees.iter().map(to_json).collect();
                return output.result(&json!({ "licensees": all }), &text);
            }
            Self::Add { name, uscc, basis } => {
                licensees::add(&store, &to_line("name", &name)?, &uscc, basis, now).await?
            }
            Self::Show { number } => licensees::get(&store, LicenseeNumber(number)).await?,
            Self::End {
                number,
                marks_good_until,
                grounds,
            } => {
                let end = RightEnded {
                    at: now,
                    marks_good_until: marks_good_until.unwrap_or(now),
                    reason: grounds.reason()?,
                    document: grounds.document()?,
                    actor: grounds.by.actor()?,
                };
                licensees::end(&store, LicenseeNumber(number), &end).await?
            }
        };
        output.result(&to_json(&licensee), &to_text(&licensee))
    }
}

fn right(licensee: &Entry) -> String {
    match &licensee.ended {
        None => "in force".into(),
        Some(ended) => format!("ended, marks good until {}", ended.marks_good_until),
    }
}

fn row(licensee: &Entry) -> Vec<String> {
    vec![
        licensee.number.to_string(),
        licensee.uscc.to_string(),
        licensee.legal_basis.slug().into(),
        right(licensee),
        licensee.name.to_string(),
    ]
}

fn to_text(licensee: &Entry) -> String {
    let mut text = format!(
        "licensee {}\n  name   {}\n  uscc   {}\n  basis  {}\n  added  {}\n  right  {}",
        licensee.number,
        licensee.name,
        licensee.uscc,
        licensee.legal_basis.slug(),
        licensee.added_at,
        right(licensee),
    );
    if let Some(ended) = &licensee.ended {
        text.push_str(&format!("\n  reason {} (by {})", ended.reason, ended.actor));
    }
    text
}

fn to_json(licensee: &Entry) -> Value {
    json!({
        "number": licensee.number.0,
        "name": licensee.name.as_str(),
        "uscc": licensee.uscc.as_str(),
        "legal_basis": licensee.legal_basis.slug(),
        "added_at": licensee.added_at,
        "right_ended": licensee.ended.as_ref().map(|ended| json!({
            "at": ended.at,
            "marks_good_until": ended.marks_good_until,
            "reason": ended.reason.as_str(),
            "document": ended.document.as_ref().map(crate::domain::text::Line::as_str),
            "by": ended.actor.as_str(),
        })),
    })
}
