//! The JSON interface against its own description, by a program that we did not write: schemathesis reads
//! `/openapi.json`, makes good and bad requests of it, and holds every answer against it.

use std::process::Command;

use tokio::task::spawn_blocking;

use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::server::{ADMIN_TOKEN, Site};

const VARIABLE: &str = "YUANMARK_TEST_SCHEMATHESIS";
/// Requests of each kind that are made up for an operation, beside those that follow from its description.
const MOST_EXAMPLES: &str = "15";
/// What it reads from the folder in which it runs.
const FILES: [(&str, &str); 2] = [
    (
        "schemathesis.toml",
        include_str!("schemathesis/schemathesis.toml"),
    ),
    ("hooks.py", include_str!("schemathesis/hooks.py")),
];

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_on_sqlite() {
    finds_nothing(TestDatabase::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing_on_postgres() {
    finds_nothing(TestDatabase::postgres().await).await;
}

async fn finds_nothing(database: TestDatabase) {
    let program = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run ./scripts/test, which installs schemathesis")
    });
    let site = Site::serve(Installation::new(database).await).await;
    site.in_market(20).await;
    // Where it leaves what it remembers.
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg(format!("http://{}/openapi.json", site.address))
        .args(["--header", &format!("Authorization: Bearer {ADMIN_TOKEN}")])
        .args(["--checks", "all", "--mode", "all"])
        .args(["--max-examples", MOST_EXAMPLES])
        .args(["--generation-deterministic", "--seed", "1"])
        .args(["--continue-on-failure", "--no-color"])
        .current_dir(folder.path())
        .env("NO_PROXY", "*")
        .env("COLUMNS", "120");
    let ran = spawn_blocking(move || command.output().unwrap());
    let ran = ran.await.unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(
        ran.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&ran.stderr)
    );
}
