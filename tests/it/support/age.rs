//! The stock `age`, which makes a printing house's key and opens what it gets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A printing house with its key.
pub struct PrintingHouse {
    folder: TempDir,
    /// What it sends to the office.
    pub recipient: String,
}

fn run(folder: &Path, line: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", &format!("set -e; {line}")])
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

impl PrintingHouse {
    /// Makes its key with `age-keygen`.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), "age-keygen -o key.txt 2>/dev/null");
        let recipient = run(folder.path(), "age-keygen -y key.txt");
        Self {
            recipient: recipient.trim().to_owned(),
            folder,
        }
    }

    /// The private key, as it must go nowhere.
    pub fn private_key(&self) -> String {
        let text = fs::read_to_string(self.folder.path().join("key.txt")).unwrap();
        let line = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY"));
        line.unwrap().to_owned()
    }

    /// Whether this is what it can open.
    pub fn can_open(&self, pack: &[u8]) -> bool {
        fs::write(self.folder.path().join("try.age"), pack).unwrap();
        let tried = Command::new("age")
            .args(["-d", "-i", "key.txt", "-o", "tried", "try.age"])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        tried.status.success()
    }

    /// Opens a pack as the page says, and holds each file against the manifest with `sha256sum`. Returns the files.
    pub fn open(&self, pack: &[u8]) -> BTreeMap<PathBuf, Vec<u8>> {
        let place = self.folder.path().join("opened");
        _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).unwrap();
        fs::write(place.join("pack.tar.age"), pack).unwrap();
        run(&place, "age -d -i ../key.txt pack.tar.age | tar x");
        fs::remove_file(place.join("pack.tar.age")).unwrap();
        let mut inside = fs::read_dir(&place).unwrap();
        let folder = inside.next().unwrap().unwrap().path();
        assert!(inside.next().is_none(), "one folder");
        let manifest = fs::read_to_string(folder.join("manifest.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["is_complete"], true);
        let mut sums = String::new();
        for file in manifest["files"].as_array().unwrap() {
            let (sum, name) = (file["sha256"].as_str(), file["name"].as_str());
            let (sum, name) = (sum.unwrap(), name.unwrap());
            if folder.join(name).is_file() {
                sums.push_str(&format!("{sum}  {name}\n"));
            }
        }
        fs::write(folder.join("sums"), sums).unwrap();
        run(&folder, "sha256sum --check --strict --quiet sums; rm sums");
        super::program::files_below(&folder)
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(&folder).unwrap().to_owned(), bytes))
            .collect()
    }
}
