//! `yuanmark order …`

use clap::Subcommand;
use serde_json::{Value, json};

use super::arguments::{By, Installation, Limit, form, line, mark_count, season, to_line};
use super::failure::Failure;
use super::output::{Output, table, thousands};
use crate::domain::form::Form;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::{BatchNumber, MarkCount};
use crate::domain::order::Order as Entry;
use crate::domain::season::Season;
use crate::service::{orders, system};
use crate::store::order::NewOrder;

#[derive(Subcommand)]
pub(super) enum Order {
    /// Place an order
    #[command(
        after_help = "EXAMPLE\n  yuanmark order new --licensee 1 --season 2026 --form canned --product '清水芦笋罐头 425 g' --quantity 5000"
    )]
    New {
        /// For whom: the licensee's number
        #[arg(long, value_name = "NUMBER")]
        licensee: u16,
        /// For which season (年度), a year
        #[arg(long, value_parser = season, value_name = "YEAR")]
        season: Season,
        /// For which form (产品形态): fresh, canned, frozen, salted, ready-to-eat, dried or powder
        #[arg(long, value_parser = form)]
        form: Form,
        /// The product and its size as they stand on the pack
        #[arg(long, value_parser = line)]
        product: String,
        /// How many marks, 1 to 16,777,216
        #[arg(long, value_parser = mark_count, value_name = "N")]
        quantity: MarkCount,
        #[command(flatten)]
        by: By,
    },
    /// List orders
    #[command(after_help = "EXAMPLE\n  yuanmark order list --limit 20")]
    List {
        #[command(flatten)]
        limit: Limit,
    },
}

impl Order {
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let store = place.store().await?;
        match self {
            Self::New {
                licensee,
                season,
                form,
                product,
                quantity,
                by,
            } => {
                let new = NewOrder {
                    licensee: LicenseeNumber(licensee),
                    season,
                    form,
                    product: to_line("product", &product)?,
                    quantity,
                    actor: by.actor()?,
                };
                let order = orders::place(&store, new, system::now()).await?;
                let text = format!(
                    "placed order {}: {} marks for licensee {}, season {}, {} ({})",
                    order.number,
                    thousands(u64::from(order.quantity.get())),
                    order.licensee,
                    order.season,
                    order.product,
                    order.form,
                );
                output.result(&to_json(&order, None), &text)
            }
            Self::List { limit } => {
                let orders = orders::list(&store, limit.limit).await?;
                let rows: Vec<Vec<String>> = orders.iter().map(row).collect();
                let text = table(
                    &[
                        "number", "licensee", "season", "form", "quantity", "batch", "placed",
                        "product",
                    ],
                    &rows,
                );
                let all: Vec<Value> = orders
                    .iter()
                    .map(|(order, batch)| to_json(order, *batch))
                    .collect();
                output.result(&json!({ "orders": all }), &text)
            }
        }
    }
}

fn row((order, batch): &(Entry, Option<BatchNumber>)) -> Vec<String> {
    vec![
        order.number.to_string(),
        order.licensee.to_string(),
        order.season.to_string(),
        order.form.to_string(),
        thousands(u64::from(order.quantity.get())),
        batch.map_or_else(|| "-".into(), |batch| batch.to_string()),
        order.placed_at.to_string(),
        order.product.to_string(),
    ]
}

fn to_json(order: &Entry, batch: Option<BatchNumber>) -> Value {
    json!({
        "number": order.number.0,
        "licensee": order.licensee.0,
        "season": order.season.year(),
        "form": order.form.slug(),
        "product": order.product.as_str(),
        "quantity": order.quantity.get(),
        "placed_at": order.placed_at,
        "by": order.actor.as_str(),
        "batch": batch.map(BatchNumber::get),
    })
}
