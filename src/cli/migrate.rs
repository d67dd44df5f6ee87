//! `yuanmark migrate`

use clap::Args;
use serde_json::json;

use super::arguments::Installation;
use super::failure::Failure;
use super::output::Output;
use crate::store::{Store, migrate};

#[derive(Args)]
#[command(after_help = "EXAMPLES
  yuanmark migrate                                        makes ./yuanmark.db, or brings it up to date
  yuanmark migrate --database postgres://me@db/yuanmark   the database itself must exist: createdb yuanmark")]
pub(super) struct Migrate;

impl Migrate {
    #[allow(clippy::unused_self)] // a command like the others
    pub(super) async fn run(
        self,
        place: &Installation,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let database = place.database()?;
        let store = Store::connect_or_create(database).await?;
        let before = migrate::version(&store).await?;
        migrate::run(&store).await?;
        store.close().await;
        let after = migrate::NEEDED;
        let text = if before == after {
            format!("{database} is up to date: schema version {after}")
        } else {
            format!("{database}: schema version {before} → {after}")
        };
        output.result(&json!({"from": before, "to": after}), &text)
    }
}
