//! `yuanmark migrate --to`: an installation moves from SQLite to PostgreSQL, every row of it, and nothing is lost whatever
//! happens meanwhile.

mod broken_off;
mod live;
mod refused;
mod whole;

use std::process::Output;

use yuanmark::store::{Store, StoreError};

use crate::support::databases::{TestDatabase, number};
use crate::support::installation::Installation;
use crate::support::killed::{program, stderr};

/// Moves the installation to this target by the program itself.
fn moved(place: &Installation, target: &TestDatabase) -> Output {
    program(place)
        .args(["migrate", "--to", &target.address])
        .output()
        .unwrap()
}

/// The same; it must succeed.
fn move_to(place: &Installation, target: &TestDatabase) -> String {
    let output = moved(place, target);
    assert!(output.status.success(), "{}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// The installation where it is now, with the same keys.
async fn arrived(place: &Installation, target: TestDatabase) -> Installation {
    Installation {
        store: target.open().await,
        database: target,
        keys: place.keys.clone(),
        folder: tempfile::tempdir().unwrap(),
    }
}

/// Whether an error says that the installation has moved.
const fn is_moved(error: &StoreError) -> bool {
    matches!(error, StoreError::Moved { .. })
}

/// Asks a database for a number behind the program's back.
async fn ask(store: &Store, sql: &str) -> i64 {
    number(&mut store.read().await.unwrap(), sql).await
}
