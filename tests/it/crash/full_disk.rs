//! The disk is full: a clear error, nothing half-written, and all is well once there is room again.

use std::path::Path;
use std::process::Output;

use super::{assert_nothing_lost, issue_arguments, orders, run};
use crate::support::databases::TestDatabase;
use crate::support::installation::{Installation, line, morning};
use crate::support::killed::{files, program_with_file_limit, stderr, stdout};

const MARKS: u32 = 48;

/// A batch with hidden codes. On PostgreSQL, so that the limit meets the pack's files and no database file.
async fn place_with_batch() -> Installation {
    let place = Installation::new(TestDatabase::postgres().await).await;
    let licensee = place.licensee(0).await;
    let new = yuanmark::service::issue::Issue {
        order: place.order(&licensee, MARKS).await.number,
        has_hidden_codes: true,
        idempotency_key: line("first"),
        actor: line("test"),
    };
    let issued = yuanmark::service::issue::issue(&place.store, &place.keys, &new, morning());
    issued.await.unwrap();
    place
}

fn arguments<'a>(out: &'a Path, format: &'a str) -> Vec<&'a str> {
    let out = out.to_str().unwrap();
    let mut arguments = vec!["batch", "pack", "1", "--out", out, "--format", format];
    arguments.extend(["--public-url", "https://v.example.cn", "--replace"]);
    arguments
}

/// One line of what is wrong, one of what to do, nothing printed, exit code 1.
fn assert_clear_error(output: &Output, what: &str) {
    let lines: Vec<&str> = stderr(output).lines().collect();
    let [error, advice] = lines[..] else {
        panic!("not two lines: {lines:?}");
    };
    assert!(
        error.starts_with("error: ") && error.contains(what),
        "{error}"
    );
    assert!(
        advice.starts_with("to do: ") && advice.contains("room"),
        "{advice}"
    );
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stdout(output), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pack_that_finds_no_room_fails_cleanly_and_works_once_there_is_some() {
    let place = place_with_batch().await;
    for format in [
        "csv",
        "svg",
        "png",
        "sheet",
        "svg,png",
        "csv --hidden-codes",
    ] {
        let (format, hidden) = format.split_once(' ').unwrap_or((format, ""));
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("pack");
        let mut arguments = arguments(&out, format);
        arguments.extend([hidden].iter().filter(|flag| !flag.is_empty()));
        let mut limited = program_with_file_limit(&place, 1);
        let output = limited.args(&arguments).output().unwrap();
        assert_clear_error(&output, "File too large");
        assert_eq!(names(&out), [""; 0], "{format}");
        run(&place, &arguments);
        assert!(!names(&out).is_empty(), "{format}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_packed_before_the_disk_was_full_stays_as_it_was() {
    let place = place_with_batch().await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    run(&place, &arguments(&out, "csv,svg"));
    let before = files(&out);
    for format in ["csv", "svg", "csv,svg,png"] {
        let mut limited = program_with_file_limit(&place, 1);
        let output = limited.args(arguments(&out, format)).output().unwrap();
        assert_clear_error(&output, "File too large");
        assert!(files(&out) == before, "{format}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_finds_no_room_in_sqlite_issues_nothing_and_works_once_there_is_some() {
    let place = Installation::new(TestDatabase::sqlite()).await;
    let orders = orders(&place, 2).await;
    let mut limited = program_with_file_limit(&place, 1);
    let output = limited.args(issue_arguments(&orders[0])).output().unwrap();
    assert_clear_error(&output, "the database did not answer");
    assert_nothing_lost(&place, &orders, &[None; 2]).await;
}
