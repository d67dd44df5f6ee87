//! The scripts of the pages by themselves: their types, their style, their own tests under node, and that the code of others
//! among them is the code of others.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::VARIABLE;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn installed() -> PathBuf {
    let folder = env::var(VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{VARIABLE} is not set: run ./scripts/test, which installs what examines the scripts"
        )
    });
    Path::new(&folder).join("node_modules")
}

/// Runs node at the root of the repository; it must end well.
fn node(arguments: &[&str]) {
    let ran = Command::new("node")
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        ran.status.success(),
        "node {}\n{}\n{}",
        arguments.join(" "),
        String::from_utf8_lossy(&ran.stdout),
        String::from_utf8_lossy(&ran.stderr)
    );
}

fn program(path: &str) -> String {
    installed().join(path).to_string_lossy().into_owned()
}

#[test]
fn types_are_right() {
    node(&[&program("typescript/bin/tsc"), "--project", "web-verify"]);
}

#[test]
fn nothing_is_against_the_rules_of_style() {
    let rules = "tests/browser/eslint.config.js";
    node(&[
        &program("eslint/bin/eslint.js"),
        "--max-warnings=0",
        "--config",
        rules,
        "web-verify",
        "web-console",
        "tests/browser",
    ]);
}

#[test]
fn units_do_what_they_say() {
    let units = fs::read_dir(root().join("tests/browser/units")).unwrap();
    let units: Vec<String> = units
        .map(|unit| unit.unwrap().path().to_string_lossy().into_owned())
        .collect();
    assert!(!units.is_empty());
    let mut arguments = vec!["--test"];
    arguments.extend(units.iter().map(String::as_str));
    node(&arguments);
}

#[test]
fn the_code_of_others_is_as_they_published_it() {
    let ours = root().join("web-verify/vendor/qr");
    let theirs = installed().join("qr");
    for file in fs::read_dir(ours).unwrap() {
        let file = file.unwrap();
        let published = fs::read(theirs.join(file.file_name())).unwrap();
        let copy = fs::read(file.path()).unwrap();
        assert!(copy == published, "{}", file.path().display());
    }
    let package = fs::read_to_string(theirs.join("package.json")).unwrap();
    let package: serde_json::Value = serde_json::from_str(&package).unwrap();
    let told = fs::read_to_string(root().join("web-verify/vendor/README.md")).unwrap();
    assert!(told.contains(package["version"].as_str().unwrap()));
}
