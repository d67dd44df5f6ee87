//! The program itself, run as a person runs it: in a folder that goes away, with an environment of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use yuanmark::service::system;

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

    /// [`Program::with_batch`], its labels printed, delivered and received, and lot 1 that has passed its test.
    pub fn with_labels(count: u32) -> Self {
        let program = Self::with_batch(count);
        program.receive(1);
        program.add_lot(count);
        program
    }

    /// Licensee 1, its entitlement and printer 1 if they are not there, then an order and its batch, issued with these
    /// further flags. Returns the batch.
    pub fn add_batch(&self, count: u32, flags: &str) -> u64 {
        if self.json("licensee list")["licensees"] == Value::Array(Vec::new()) {
            self.done(
                "licensee add --name 虚构芦笋合作社 --uscc 93430981MA4TEXT36K --basis both --form canned \
                 --area 琼湖街道=900000 --since 2026-01-05 --document 公告2026年第1号",
            );
            self.done(
                "entitlement grant --licensee 1 --season 2026 --form canned --area 900000 --pack-grams 425 \
                 --document 测产2026-1",
            );
            self.done("printer add --name 虚构彩印有限公司 --uscc 51430981MJJTEXT52T --licence 印证字001号");
        }
        let order = self.add_order(count);
        self.done(&format!("order approve {order}"));
        self.done(&format!("order assign {order} --printer 1"));
        let issue = format!("batch issue --order {order} {flags}");
        self.json(&issue)["number"].as_u64().unwrap()
    }

    /// An order of licensee 1, placed.
    pub fn add_order(&self, count: u32) -> u64 {
        let order = self.json(&format!(
            "order new --licensee 1 --season 2026 --form canned --product '清水芦笋罐头 425 g' --quantity {count}"
        ));
        order["number"].as_u64().unwrap()
    }

    /// The labels of a batch are printed, delivered and received.
    pub fn receive(&self, batch: u64) {
        let order = &self.json(&format!("batch show {batch}"))["order"];
        self.done(&format!("order release {order} --receiver 王五"));
        for what in ["printed", "delivered", "received"] {
            self.done(&format!("mark {what} --batch {batch} --all"));
        }
    }

    /// The labels of a batch are printed, delivered, received and activated.
    pub fn activate(&self, batch: u64) {
        self.receive(batch);
        let packs = self.json(&format!("batch show {batch}"))["count"]
            .as_u64()
            .unwrap();
        let lot = self.add_lot(u32::try_from(packs).unwrap());
        self.done(&format!("mark activate --batch {batch} --all --lot {lot}"));
    }

    /// A lot of licensee 1 that has passed its test.
    pub fn add_lot(&self, packs: u32) -> u64 {
        // A code stands for one lot.
        let code = system::unique_id();
        let lot = self.json(&format!(
            "lot add --licensee 1 --season 2026 --form canned --code {code} --product '清水芦笋罐头 425 g' \
             --harvested 2026-03-20 --township 胭脂湖街道 --standard '虚构标准 2026' --packs {packs}"
        ));
        let lot = lot["number"].as_u64().unwrap();
        self.done(&format!(
            "lot report {lot} --laboratory 虚构检验所 --number 检验报告2026-017 --date 2026-04-10 --result passed"
        ));
        lot
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
