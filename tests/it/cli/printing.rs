//! Where output goes: pipes that close, disks that are full, files that are no terminal.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::databases::TestDatabase;
use crate::support::program::{Program, Ran};

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let program = Program::with_labels(1);
    // Far more than the 64 KiB that a pipe holds, so that the program is still writing when the reader leaves.
    program.write("same.txt", &"0\n".repeat(10_000));
    let activate = "mark activate --batch 1 --file same.txt --lot 1";
    for line in [activate, &format!("{activate} --json"), "--help"] {
        let mut command = program.command(line);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = String::new();
        let mut reader = BufReader::with_capacity(64, child.stdout.take().unwrap());
        reader.read_line(&mut first).unwrap();
        drop(reader);
        let ran = Ran::of(&child.wait_with_output().unwrap(), line);
        assert!(!first.is_empty());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{line}");
    }
}

#[test]
fn a_full_disk_under_standard_output_is_a_failure() {
    let program = Program::installed();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let mut command = program.command("key list");
    let ran = Ran::of(
        &command.stdout(full).output().unwrap(),
        "key list > /dev/full",
    );
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .starts_with("error: the result could not be printed: No space left")
    );
}

#[test]
fn nothing_is_coloured_or_moved_in_a_pipe() {
    let program = Program::with_batch(30);
    for line in [
        "batch pack 1 --out p --public-url https://v.example.cn --format csv,svg,png,sheet",
        "batch list",
        "doctor",
        "--help",
    ] {
        let text = program.done(line);
        assert!(!text.contains(['\u{1b}', '\r']), "{line}\n{text}");
    }
    let ran = program.run("batch show x");
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
}

#[tokio::test]
async fn the_database_is_named_without_its_password_wherever_that_stands() {
    let database = TestDatabase::postgres().await;
    let (start, place) = database.address.split_once('@').unwrap();
    let password = start.rsplit(':').next().unwrap();
    let parameters = format!("postgres://{place}?user=postgres&password={password}");
    let program = Program::installed();
    for address in [&database.address, &parameters] {
        for command in ["migrate", "doctor", "doctor --json"] {
            let text = program.done(&format!("{command} --database {address}"));
            assert!(text.contains(place), "{text}");
            assert!(!text.contains(password), "{text}");
        }
    }
}
