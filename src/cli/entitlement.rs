//! `yuanmark entitlement …`

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::arguments::{Caller, Installation};
use super::failure::Failure;
use super::output::{Output, card, cut, number_of_marks, table, thousands};
use super::values::{area, licensee, line, more_or_fewer_marks, season, word};
use crate::domain::access::Scope;
use crate::domain::area::Area;
use crate::domain::entitlement::{Account, Entitlement as Entry};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::service::entitlements;

#[derive(Subcommand)]
pub(super) enum Entitlement {
    /// Grant an entitlement (核定额度) for a surveyed area, with the coefficients in force
    #[command(
        after_help = "EXAMPLE\n  yuanmark entitlement grant --licensee 1 --season 2026 --form canned \\\n      --area 1000 --pack-grams 425 --document 测产2026-1"
    )]
    Grant {
        #[command(flatten)]
        account: AccountArguments,
        /// The surveyed area in mu
        #[arg(long, value_parser = area, value_name = "MU")]
        area: Area,
        /// The weight of one pack in grams
        #[arg(long, value_name = "GRAMS")]
        pack_grams: u32,
        /// The number of the survey (测产)
        #[arg(long, value_parser = line)]
        document: Line,
        #[command(flatten)]
        caller: Caller,
    },
    /// Add marks to an entitlement, or take some (调整额度)
    #[command(
        after_help = "EXAMPLE\n  yuanmark entitlement adjust --licensee 1 --season 2026 --form canned \\\n      --marks=-5000 --reason 洪涝减产 --document 核定2026年第2号"
    )]
    Adjust {
        #[command(flatten)]
        account: AccountArguments,
        /// How many more, or fewer with a minus
        #[arg(long, value_parser = more_or_fewer_marks, allow_hyphen_values = true, value_name = "N")]
        marks: i64,
        /// Why
        #[arg(long, value_parser = line)]
        reason: Line,
        /// The number of the decision
        #[arg(long, value_parser = line)]
        document: Line,
        #[command(flatten)]
        caller: Caller,
    },
    /// Close a season's books after its year (年末结转): one entitlement, or all of them
    ///
    /// The share that the coefficients say goes over into the next season, the rest lapses. Books that are closed stay as
    /// they are.
    #[command(
        after_help = "EXAMPLES\n  yuanmark entitlement carry-over --season 2026\n  yuanmark entitlement carry-over --season 2026 --licensee 1 --form canned"
    )]
    CarryOver {
        /// The season, a year
        #[arg(long, value_parser = season, value_name = "YEAR")]
        season: Season,
        /// Of this licensee alone
        #[arg(long, value_parser = licensee(), value_name = "NUMBER", requires = "form")]
        licensee: Option<LicenseeNumber>,
        /// For this form alone
        #[arg(long, value_parser = word::<Form>(), requires = "licensee")]
        form: Option<Form>,
        #[command(flatten)]
        caller: Caller,
    },
    /// List entitlements by season, licensee and form
    #[command(after_help = "EXAMPLE\n  yuanmark entitlement list --season 2026 --licensee 1")]
    List {
        /// Of this licensee
        #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
        licensee: Option<LicenseeNumber>,
        /// Of this season
        #[arg(long, value_parser = season, value_name = "YEAR")]
        season: Option<Season>,
        /// Only those after this one: the last one of the page before, as 2026/1/canned
        #[arg(long, value_parser = Account::of_path, value_name = "SEASON/LICENSEE/FORM")]
        after: Option<Account>,
        /// Show at most this many
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
}

/// Whose, for when and what.
#[derive(Args, Clone, Copy)]
pub(super) struct AccountArguments {
    /// The licensee's number
    #[arg(long, value_parser = licensee(), value_name = "NUMBER")]
    licensee: LicenseeNumber,
    /// The season (年度), a year
    #[arg(long, value_parser = season, value_name = "YEAR")]
    season: Season,
    /// The form (产品形态)
    #[arg(long, value_parser = word::<Form>())]
    form: Form,
}

impl AccountArguments {
    pub(super) const fn account(self) -> Account {
        Account {
            licensee: self.licensee,
            season: self.season,
            form: self.form,
        }
    }
}

impl Entitlement {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        let one = match self {
            Self::Grant {
                account,
                area,
                pack_grams,
                document,
                caller,
            } => {
                let (call, account) = (caller.call(), account.account());
                entitlements::grant(&store, &call, account, area, pack_grams, document).await?
            }
            Self::Adjust {
                account,
                marks,
                reason,
                document,
                caller,
            } => {
                let (call, account) = (caller.call(), account.account());
                entitlements::adjust(&store, &call, account, marks, reason, document).await?
            }
            Self::CarryOver {
                season,
                licensee: Some(licensee),
                form: Some(form),
                caller,
            } => {
                let account = Account {
                    licensee,
                    season,
                    form,
                };
                entitlements::carry_over(&store, &caller.call(), account).await?
            }
            Self::CarryOver { season, caller, .. } => {
                let closed = entitlements::carry_over_all(&store, &caller.call(), season).await?;
                return list(output, &closed);
            }
            Self::List {
                licensee,
                season,
                after,
                limit,
            } => {
                let asked = limit + 1;
                let mut found =
                    entitlements::list(&store, Scope::All, licensee, season, after, asked).await?;
                let rest = cut(&mut found, limit, |last| {
                    format!("--after {}", last.account.path())
                });
                list(output, &found)?;
                output.rest(rest);
                return Ok(());
            }
        };
        output.result(&to_json(&one), &to_text(&one))
    }
}

fn list(output: &mut Output, found: &[Entry]) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = found.iter().map(row).collect();
    let head = [
        "season",
        "licensee",
        "form",
        "area",
        "granted",
        "adjusted",
        "received",
        "given",
        "carried in",
        "ordered",
        "restored",
        "balance",
        "books",
    ];
    let all: Vec<Value> = found.iter().map(to_json).collect();
    output.result(&json!({ "entitlements": all }), &table(&head, &rows))
}

fn signed(marks: i64) -> String {
    let sign = match marks {
        0 => "",
        1.. => "+",
        _ => "-",
    };
    format!("{sign}{}", thousands(marks.unsigned_abs()))
}

fn books(one: &Entry) -> String {
    if one.is_closed {
        format!(
            "closed: {} went over, {} lapsed",
            thousands(one.carried_out),
            thousands(one.lapsed)
        )
    } else {
        "open".into()
    }
}

fn row(one: &Entry) -> Vec<String> {
    vec![
        one.account.season.to_string(),
        one.account.licensee.to_string(),
        one.account.form.to_string(),
        one.area.to_string(),
        thousands(one.granted),
        signed(one.adjusted),
        thousands(one.received),
        thousands(one.given),
        thousands(one.carried_in),
        thousands(one.ordered),
        thousands(one.restored),
        thousands(one.balance()),
        books(one),
    ]
}

fn to_text(one: &Entry) -> String {
    let account = one.account;
    card(
        &format!(
            "entitlement (额度) of licensee {} for {} ({}), season {}",
            account.licensee,
            account.form,
            account.form.chinese(),
            account.season
        ),
        &[
            (
                "granted",
                format!(
                    "{} for {} mu, packs of {} g",
                    number_of_marks(one.granted),
                    one.area,
                    one.pack_grams
                ),
            ),
            ("adjusted", signed(one.adjusted)),
            ("received", thousands(one.received)),
            ("given", thousands(one.given)),
            ("carried in", thousands(one.carried_in)),
            ("ordered", thousands(one.ordered)),
            ("restored", thousands(one.restored)),
            ("balance", thousands(one.balance())),
            ("books", books(one)),
        ],
    )
}

pub(super) fn to_json(one: &Entry) -> Value {
    json!({
        "licensee": one.account.licensee,
        "season": one.account.season,
        "form": one.account.form,
        "mu": one.area.to_string(),
        "pack_grams": one.pack_grams,
        "granted": one.granted,
        "adjusted": one.adjusted,
        "received": one.received,
        "given": one.given,
        "carried_in": one.carried_in,
        "carried_out": one.carried_out,
        "lapsed": one.lapsed,
        "ordered": one.ordered,
        "restored": one.restored,
        "balance": one.balance(),
        "is_closed": one.is_closed,
    })
}
