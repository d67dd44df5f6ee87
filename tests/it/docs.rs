//! The documents speak of what is there: every path and every command they name exists.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("README.md"), root().join("keys/README.md")];
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(root().join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        found.extend(
            entries.filter(|path| path.extension().is_some_and(|extension| extension == "md")),
        );
    }
    assert!(found.len() > 8);
    found
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_path_that_a_document_names_exists() {
    let folders = [
        "src/",
        "tests/",
        "docs/",
        "migrations/",
        "web-verify/",
        "benches/",
        "data/",
        "scripts/",
        ".ci/",
        "./scripts/",
    ];
    let mut checked = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).unwrap();
        for name in quoted(&text) {
            let path = name.split(' ').next().unwrap();
            if folders.iter().any(|folder| path.starts_with(folder)) {
                assert!(root().join(path).exists(), "{}: {path}", document.display());
                checked += 1;
            }
        }
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split_once(')'))
            .map(|(link, _)| link)
        {
            if !link.starts_with("http") {
                let path = document.parent().unwrap().join(link);
                assert!(path.exists(), "{}: {link}", document.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 30, "{checked}");
}

/// Lines of shell that call the program, continued lines joined.
fn commands(text: &str) -> Vec<String> {
    let blocks = text
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let lines = blocks.flat_map(str::lines);
    lines
        .filter(|line| line.starts_with("yuanmark "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_that_a_document_names_exists() {
    let mut checked = 0;
    for document in documents() {
        for line in commands(&fs::read_to_string(&document).unwrap()) {
            let words = line.split_whitespace().skip(1);
            let names: Vec<&str> = words
                .take_while(|word| word.chars().all(char::is_lowercase))
                .take(2)
                .collect();
            let flags = line
                .split_whitespace()
                .filter(|word| word.starts_with("--"))
                .map(str::to_owned);
            let help = Command::new(env!("CARGO_BIN_EXE_yuanmark"))
                .args(&names)
                .arg("--help")
                .output()
                .unwrap();
            assert!(help.status.success(), "{}: {line}", document.display());
            let help = String::from_utf8(help.stdout).unwrap();
            for flag in flags {
                assert!(
                    help.contains(&flag),
                    "{}: {line}: {flag}",
                    document.display()
                );
            }
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}
