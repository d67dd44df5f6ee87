//! `yuanmark coefficients …`

use std::collections::BTreeMap;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation};
use super::failure::Failure;
use super::output::{Output, beijing, card, or_dash, table};
use super::values::{each_once, kg_per_mu, line, share, share_of_form};
use crate::domain::entitlement::Coefficients as Set;
use crate::domain::entitlement::coefficients::PerMille;
use crate::domain::form::Form;
use crate::domain::text::Line;
use crate::service::entitlements;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum Coefficients {
    /// Show the coefficients in force (核定系数)
    ///
    /// An entitlement is: surveyed area (mu) × raw shoots (kg a mu) × yield of the form ÷ weight of a pack, rounded down.
    /// Version 0 is assumed until the authority sets its own.
    #[command(after_help = "EXAMPLE\n  yuanmark coefficients show")]
    Show,
    /// Set the next version; only what is named changes
    ///
    /// Entitlements granted before keep the version they were worked out with.
    #[command(
        mut_arg("request", |request| request.requires("upon")),
        after_help = "EXAMPLES\n  yuanmark coefficients set --yield canned=42% --document 核定2026年第1号\n  yuanmark coefficients set --upon 1 --kg-per-mu 320 --carry-over frozen=0 --scrap-tolerance 2%"
    )]
    Set(Change),
    /// List all versions that were set, the newest first
    #[command(after_help = "EXAMPLE\n  yuanmark coefficients list --json")]
    List,
}

/// A change names at least one value.
#[derive(Args)]
#[group(skip)]
#[command(group = clap::ArgGroup::new("values").required(true).multiple(true)
    .args(["kg_per_mu", "yields", "carry_over", "scrap_tolerance"]))]
pub(super) struct Change {
    /// Raw shoots in kilograms that a mu yields in a season
    #[arg(long, value_parser = kg_per_mu, allow_hyphen_values = true, value_name = "KG")]
    kg_per_mu: Option<u32>,
    /// The share of the raw shoot that goes into packs, such as canned=40% or canned=400 (thousandths); can be repeated
    #[arg(long = "yield", value_parser = share_of_form, value_name = "FORM=SHARE", value_delimiter = ',')]
    yields: Vec<(Form, PerMille)>,
    /// The share of what is unused that goes over into the next season (年末结转); can be repeated
    #[arg(long, value_parser = share_of_form, value_name = "FORM=SHARE", value_delimiter = ',')]
    carry_over: Vec<(Form, PerMille)>,
    /// Labels spoiled in printing above this share of an order are flagged
    #[arg(long, value_parser = share, value_name = "SHARE")]
    scrap_tolerance: Option<PerMille>,
    /// The document they rest on
    #[arg(long, value_parser = line)]
    document: Option<Line>,
    /// The version that is changed; the one in force if left out
    #[arg(long, value_name = "VERSION")]
    upon: Option<u32>,
    #[command(flatten)]
    caller: Caller,
}

impl Coefficients {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let set = match self {
            Self::Show => entitlements::coefficients(&store).await?,
            Self::Set(change) => change.run(&store).await?,
            Self::List => {
                let all = entitlements::all_coefficients(&store).await?;
                let rows: Vec<Vec<String>> = all
                    .iter()
                    .map(|set| {
                        vec![
                            set.coefficients.version.to_string(),
                            beijing(set.at),
                            set.by.to_string(),
                            set.coefficients.kg_per_mu.to_string(),
                            percent(set.coefficients.scrap_tolerance),
                            or_dash(set.coefficients.document.as_ref()),
                        ]
                    })
                    .collect();
                let values = all.iter().map(|set| {
                    let mut value = to_json(&set.coefficients);
                    value["set_at"] = json!(set.at);
                    value["by"] = json!(set.by);
                    value
                });
                let value = json!({ "coefficients": values.collect::<Vec<Value>>() });
                let head = ["version", "set", "by", "kg a mu", "scrap", "document"];
                return output.result(&value, &table(&head, &rows));
            }
        };
        output.result(&to_json(&set), &to_text(&set))
    }
}

impl Change {
    async fn run(self, store: &Store) -> Result<Set, Failure> {
        let mut set = self.base(store).await?;
        set.version = set.version.saturating_add(1);
        set.kg_per_mu = self.kg_per_mu.unwrap_or(set.kg_per_mu);
        set.yields.extend(each_once("--yield", self.yields)?);
        set.carry_over
            .extend(each_once("--carry-over", self.carry_over)?);
        set.scrap_tolerance = self.scrap_tolerance.unwrap_or(set.scrap_tolerance);
        set.document = self.document;
        Ok(entitlements::set_coefficients(store, &self.caller.call(), set).await?)
    }

    async fn base(&self, store: &Store) -> Result<Set, Failure> {
        let Some(version) = self.upon else {
            return Ok(entitlements::coefficients(store).await?);
        };
        let all = entitlements::all_coefficients(store).await?;
        let mut known = all.into_iter().map(|set| set.coefficients);
        let found = if version == 0 {
            Some(Set::assumed())
        } else {
            known.find(|set| set.version == version)
        };
        found.ok_or_else(|| {
            Failure::wrong_input(
                format!("there is no version {version} of the coefficients"),
                "`yuanmark coefficients show` shows the one in force",
            )
        })
    }
}

fn percent(share: PerMille) -> String {
    format!("{}.{} %", share.get() / 10, share.get() % 10)
}

fn to_text(set: &Set) -> String {
    let is_assumed = if set.version == 0 {
        ", assumed until the authority sets its own"
    } else {
        ""
    };
    let mut text = card(
        &format!("coefficients version {}{is_assumed}", set.version),
        &[
            ("raw shoots", format!("{} kg a mu", set.kg_per_mu)),
            (
                "scrap",
                format!("{} tolerated", percent(set.scrap_tolerance)),
            ),
            ("document", or_dash(set.document.as_ref())),
        ],
    );
    text.push('\n');
    let shares =
        |of: &BTreeMap<Form, PerMille>, form| percent(of.get(&form).copied().unwrap_or_default());
    let rows: Vec<Vec<String>> = Form::ALL
        .into_iter()
        .map(|form| {
            vec![
                form.slug().into(),
                shares(&set.yields, form),
                shares(&set.carry_over, form),
                form.chinese().into(),
            ]
        })
        .collect();
    text.push_str(&table(&["form", "yield", "carry-over", "产品形态"], &rows));
    text
}

/// Shares are in thousandths.
fn to_json(set: &Set) -> Value {
    json!({
        "version": set.version,
        "kg_per_mu": set.kg_per_mu,
        "yields": set.yields,
        "carry_over": set.carry_over,
        "scrap_tolerance": set.scrap_tolerance,
        "document": set.document,
    })
}
