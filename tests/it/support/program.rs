//! The program itself, run as a person runs it: in a folder that goes away, with an environment of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use yuanmark::domain::event::EventKind;
use yuanmark::domain::licensee::LicenseeNumber;
use yuanmark::domain::mark::BatchNumber;
use yuanmark::service::licensees;
use yuanmark::store::batch;
use yuanmark::store::licensee::Filter;

use super::databases::TestDatabase;
use super::installation::Installation;

/// A folder in which commands run one after the other.
pub struct Program {
    folder: TempDir,
    variables: BTreeMap<&'static str, String>,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: BTreeMap::new(),
        }
    }

    /// With keys and an empty SQLite database, both under their usual names.
    pub fn installed() -> Self {
        let program = Self::new();
        program.done("key new");
        program.done("migrate");
        program
    }

    /// [`Program::installed`], and batch 1 of licensee 1.
    pub fn with_batch(count: u32) -> Self {
        let program = Self::installed();
        program.add_batch(count, "");
        program
    }

    /// An order and its batch, issued with these further flags. Returns the batch.
    pub fn add_batch(&self, count: u32, flags: &str) -> u64 {
        let issue = format!("batch issue --order {} {flags}", self.add_order(count));
        self.json(&issue)["number"].as_u64().unwrap()
    }

    /// Licensee 1 if it is not there, then an approved order. Returns its number.
    pub fn add_order(&self, count: u32) -> u32 {
        self.in_books(async |books| {
            let known =
                licensees::list(&books.store, &Filter::default(), LicenseeNumber(0), 1).await;
            let licensee = match known.unwrap().pop() {
                Some(licensee) => licensee,
                None => books.licensee(2).await,
            };
            books.order(&licensee, count).await.number.0
        })
    }

    /// Delivers all labels of a batch and activates its marks, for a lot that has passed its test.
    pub fn activate(&self, batch: u64) {
        self.in_books(async |books| {
            let number = BatchNumber::new(u32::try_from(batch).unwrap()).unwrap();
            let mut tx = books.store.read().await.unwrap();
            let batch = batch::get(&mut tx, number).await.unwrap().unwrap();
            drop(tx);
            books.deliver(&batch).await;
            books
                .change(&batch, EventKind::Activated, "", batch.issued_at)
                .await
                .unwrap();
        });
    }

    /// Takes steps in the books of this folder that the story does not tell by commands.
    fn in_books<T: Send>(&self, steps: impl AsyncFnOnce(&Installation) -> T + Send) -> T {
        let database = TestDatabase::at(&self.path("yuanmark.db"));
        let in_another_thread = move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                // Its keys are not the program's; these steps do not need any.
                let books = Installation::new(database).await;
                let result = steps(&books).await;
                books.store.close().await;
                result
            })
        };
        // Where there is a runtime already, another one cannot run in the same thread.
        std::thread::scope(|scope| scope.spawn(in_another_thread).join().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on every command finds this variable.
    pub fn set(&mut self, variable: &'static str, value: impl Into<String>) {
        self.variables.insert(variable, value.into());
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// A command line as one would type it; words stand apart by spaces, and `'…'` keeps spaces together.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yuanmark"));
        command
            .args(words(line))
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "100")
            // A panic shall be seen as one.
            .env("RUST_BACKTRACE", "1")
            .envs(&self.variables)
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end, however it ends.
    pub fn run(&self, line: &str) -> Ran {
        Ran::of(&self.command(line).output().unwrap(), line)
    }

    /// Runs a command that must succeed without a word on standard error, and returns what it printed.
    pub fn done(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}\n{ran:?}");
        ran.stdout
    }

    /// Runs a command with `--json` that must succeed.
    pub fn json(&self, line: &str) -> Value {
        self.json_and_code(line, 0)
    }

    /// Runs a command with `--json` that must print a result and end with this code.
    pub fn json_and_code(&self, line: &str, code: i32) -> Value {
        let ran = self.run(&format!("{line} --json"));
        assert_eq!(
            (ran.code, ran.stderr.as_str()),
            (code, ""),
            "{line}\n{ran:?}"
        );
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{line}: {error}\n{ran:?}"))
    }

    /// Runs a command that must be refused as wrong input: exit code 2, one line of what is wrong, one of what to do.
    pub fn refused(&self, line: &str) -> Refusal {
        let ran = self.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}\n{ran:?}");
        Refusal::read(&ran.stderr).unwrap_or_else(|| panic!("{line}\n{}", ran.stderr))
    }

    /// Every file below a folder, with its bytes.
    pub fn files(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        files_below(&self.path(name))
    }
}

/// What stands on standard error after wrong input.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub what: String,
    pub details: Vec<String>,
    pub advice: String,
}

impl Refusal {
    /// `None` if it has not exactly the form `error: …`, indented details, `to do: …`.
    pub fn read(stderr: &str) -> Option<Self> {
        let lines: Vec<&str> = stderr.strip_suffix('\n')?.split('\n').collect();
        let [first, details @ .., last] = lines.as_slice() else {
            return None;
        };
        let details = details.iter().map(|line| line.strip_prefix("  "));
        let refusal = Self {
            what: first.strip_prefix("error: ")?.to_owned(),
            details: details
                .map(|line| line.map(str::to_owned))
                .collect::<Option<_>>()?,
            advice: last.strip_prefix("to do: ")?.to_owned(),
        };
        (!refusal.what.is_empty() && !refusal.advice.is_empty()).then_some(refusal)
    }
}

impl Ran {
    /// Whatever was asked, the program neither panics nor dies of a signal.
    pub fn of(output: &Output, line: &str) -> Self {
        let ran = Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        };
        let is_panic = ran.stderr.contains("panicked") || ran.stderr.contains("backtrace");
        assert!(ran.code >= 0 && !is_panic, "{line}\n{ran:?}");
        ran
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (place, part) in line.split('\'').enumerate() {
        if place % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Every file below a folder, with its bytes.
pub fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

/// The permission bits of a file.
pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Gives a file these permission bits.
pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
