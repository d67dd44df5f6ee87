//! `yuanmark backup` and `restore`: what was answered and entered before is in it, and nothing but a whole one is ever there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Arc, RwLock};

use yuanmark::store::{DatabaseUrl, Store, Tx};

use crate::support::databases::{TestDatabase, execute, number};
use crate::support::installation::Installation;
use crate::support::killed::{program, program_with_file_limit, stderr, stdout};
use crate::support::program::mode;
use crate::support::scanning::{Load, in_market, open};
use crate::support::serving::Process;
use crate::support::written::Written;

/// Runs it with the installation's keys.
fn run(place: &Installation, arguments: &[&str]) -> Output {
    program(place).args(arguments).output().unwrap()
}

fn done(place: &Installation, arguments: &[&str]) -> String {
    let output = run(place, arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        stderr(&output)
    );
    stdout(&output).to_owned()
}

fn refused(place: &Installation, arguments: &[&str], what: &str) {
    let output = run(place, arguments);
    assert!(!output.status.success(), "{arguments:?}");
    assert!(
        stderr(&output).contains(what),
        "{arguments:?}: {}",
        stderr(&output)
    );
}

/// What lies in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// A place of its own for backups and what is restored.
struct Shelf(tempfile::TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The address of a database here.
    fn database(&self, name: &str) -> String {
        format!("sqlite:{}", self.text(name))
    }

    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_answered_before_a_backup_is_in_it_whatever_goes_on_meanwhile() {
    let (place, marks) = in_market(TestDatabase::sqlite(), 100_000).await;
    let shelf = Shelf::new();
    fs::write(shelf.path("paper.pdf"), "%PDF-1.7 a report").unwrap();
    let paper = shelf.text("paper.pdf");
    done(
        &place,
        &[
            "document",
            "add",
            "--file",
            &paper,
            "--licensee",
            "1",
            "--purpose",
            "other",
            "--title",
            "x",
        ],
    );
    let process = Process::serve(&place);
    let address = Arc::new(RwLock::new(vec![process.address]));
    let load = Load::start(&marks, &address, (6, 1));
    load.more_answers(200);
    let (before, _) = load.stop();
    let load = Load::start(&marks, &address, (6, 2));
    load.more_answers(30);
    let backup = shelf.text("a.backup");
    done(&place, &["backup", "--out", &backup]);
    load.more_answers(30);
    let (_, outcomes) = load.stop();
    assert_eq!(
        (outcomes.unavailable, outcomes.broken),
        (0, 0),
        "nobody waited for it"
    );
    assert_eq!(mode(&shelf.path("a.backup")), 0o600);
    assert_eq!(shelf.names(), ["a.backup", "paper.pdf"]);

    // It stays as it is, and is used by nobody.
    refused(
        &place,
        &[
            "ledger",
            "verify",
            "--database",
            &format!("sqlite:{backup}"),
        ],
        "is a backup",
    );
    let database = shelf.database("restored.db");
    done(&place, &["restore", &backup, "--database", &database]);
    assert_eq!(mode(&shelf.path("restored.db")), 0o600);
    assert_eq!(shelf.names(), ["a.backup", "paper.pdf", "restored.db"]);
    for command in [&["ledger", "verify"][..], &["doctor"]] {
        done(&place, &[command, &["--database", &database]].concat());
    }
    let url = DatabaseUrl::Sqlite(shelf.path("restored.db"));
    let store = Store::connect(&url).await.unwrap();
    let mut written = Written::default();
    written.read(&store).await;
    written.assert_holds(&before);
    let mut tx = store.read().await.unwrap();
    for (sql, expected) in [
        ("SELECT count(*) FROM contents", 1),
        // So many have printed labels, perhaps, whose numbers must not be given again.
        ("SELECT next FROM counters WHERE name = 'batch'", 1002),
        (
            "SELECT count(*) FROM trail WHERE action = 'database-backup'",
            1,
        ),
        (
            "SELECT count(*) FROM trail WHERE action = 'database-restore'",
            1,
        ),
    ] {
        assert_eq!(number(&mut tx, sql).await, expected, "{sql}");
    }
    drop(tx);
    store.close().await;
    // The same backup again, into another empty place; and a backup of what was restored.
    done(
        &place,
        &[
            "restore",
            &backup,
            "--database",
            &shelf.database("again.db"),
        ],
    );
    done(
        &place,
        &[
            "backup",
            "--database",
            &database,
            "--out",
            &shelf.text("b.backup"),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_which_a_part_is_missing_or_other_is_not_restored() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(10).await;
    let shelf = Shelf::new();
    done(&place, &["backup", "--out", &shelf.text("a.backup")]);
    let whole = fs::read(shelf.path("a.backup")).unwrap();
    let page = 4096;
    let mut zeroed = whole.clone();
    zeroed[page * 3..page * 20].fill(0);
    for damaged in [&whole[..whole.len() / 2], &whole[..1000], &zeroed] {
        fs::write(shelf.path("damaged.backup"), damaged).unwrap();
        let output = run(
            &place,
            &[
                "restore",
                &shelf.text("damaged.backup"),
                "--database",
                &shelf.database("new.db"),
            ],
        );
        assert!(!output.status.success());
        assert!(stderr(&output).contains("to do: "), "{}", stderr(&output));
        assert_eq!(shelf.names(), ["a.backup", "damaged.backup"]);
    }
    // Sound as a file, but an entry is not as it was written.
    let url = DatabaseUrl::Sqlite(shelf.path("a.backup"));
    let store = Store::connect(&url).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tamper(&mut tx).await;
    tx.commit().await.unwrap();
    store.close().await;
    refused(
        &place,
        &[
            "restore",
            &shelf.text("a.backup"),
            "--database",
            &shelf.database("new.db"),
        ],
        "the ledger is not as it was written",
    );
    assert_eq!(shelf.names(), ["a.backup", "damaged.backup"]);
}

async fn tamper(tx: &mut Tx) {
    execute(tx, "DROP TRIGGER entries_are_not_changed").await;
    execute(
        tx,
        "UPDATE entries SET actor = 'somebody else' WHERE number = 1",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sound_or_finds_no_room_leaves_no_file() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    place.batch(10).await;
    let shelf = Shelf::new();
    // A backup that was killed has left its part.
    fs::write(shelf.path("a.backup.part"), "half").unwrap();
    let mut limited = program_with_file_limit(&place, 1);
    let output = limited
        .args(["backup", "--out", &shelf.text("a.backup")])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(shelf.names().is_empty(), "{:?}", shelf.names());
    let store = open(&place).await;
    let mut tx = store.write().await.unwrap();
    tamper(&mut tx).await;
    tx.commit().await.unwrap();
    store.close().await;
    refused(
        &place,
        &["backup", "--out", &shelf.text("a.backup")],
        "the ledger is not as it was written",
    );
    assert!(shelf.names().is_empty(), "{:?}", shelf.names());
}
