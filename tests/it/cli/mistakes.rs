//! Slips that cannot be undone, or would only be noticed later: refused or told at once.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::program::{Program, mode, set_mode};

fn private(program: &Program, name: &str, text: &str) {
    program.write(name, text);
    set_mode(&program.path(name), 0o600);
}

#[test]
fn another_key_is_made_only_with_the_passphrase_of_its_folder() {
    let program = Program::new();
    for name in ["pass", "other"] {
        private(&program, name, name);
    }
    program.done("key new --passphrase-file pass");
    let before = program.files("keys");
    assert!(
        program
            .refused("key new --passphrase-file other")
            .what
            .contains("passphrase")
    );
    assert!(program.refused("key new").what.contains("is encrypted"));
    assert_eq!(program.files("keys"), before);
    program.done("key new --passphrase-file pass");

    let plain = Program::installed();
    private(&plain, "pass", "pass");
    let refusal = plain.refused("key new --passphrase-file pass");
    assert!(refusal.what.contains("have no passphrase"), "{refusal:?}");
    assert!(refusal.advice.contains("leave out"), "{refusal:?}");
}

#[test]
fn a_lost_phone_key_is_made_anew_by_the_next_call_for_a_key() {
    let program = Program::with_batch(1);
    fs::remove_file(program.path("keys/phone.key")).unwrap();
    assert!(
        program
            .refused("batch issue --order 1")
            .what
            .contains("phone.key is missing")
    );
    // Even a request that is refused leaves a folder that can be used.
    program.refused("key new --id 1");
    assert_eq!(program.run("verify 4BD9-QV4N-Q0NZ-57DB").code, 1);
    program.done("key new");
    assert_eq!(program.run("verify 4BD9-QV4N-Q0NZ-57DB").code, 1);
}

#[test]
fn a_right_does_not_end_before_it_began() {
    let program = Program::with_batch(1);
    let refusal =
        program.refused("licensee end 1 --marks-good-until 2016-12-31T16:00:00Z --reason x");
    assert!(
        refusal.what.contains("before the licensee was entered"),
        "{refusal:?}"
    );
    assert_eq!(program.json("licensee show 1")["right_ended"], json!(null));
}

#[test]
fn an_address_that_no_phone_can_open_is_not_put_on_labels() {
    let program = Program::new();
    let refusal = program.refused("demo --no-serve --listen 0.0.0.0:8080");
    assert!(refusal.advice.contains("--public-url"), "{refusal:?}");
    assert!(!program.path("yuanmark-demo").exists());
}

#[test]
fn a_list_from_a_spreadsheet_is_read_from_its_first_line() {
    let program = Program::with_batch(10);
    program.write("list.txt", "\u{feff}3\r\n5 - 6\r\n");
    let line = "mark withdraw --kind spoiled --batch 1 --file list.txt --reason x";
    assert_eq!(program.json(line)["marks"], 3);
}

#[test]
fn a_withdrawal_that_is_not_what_the_public_is_told_says_so() {
    let program = Program::with_batch(10);
    program.done("mark withdraw --kind revoked --batch 1 --range 0-3 --reason x");
    let text = program.done("mark withdraw --kind recalled --batch 1 --range 0-9 --reason x");
    assert!(
        text.contains("4 of them stay withdrawn for another reason"),
        "{text}"
    );
    let text = program.done("mark restore --kind frozen --batch 1 --range 0 --reason x");
    assert!(
        text.contains("no longer frozen: 0 marks; 1 were not frozen"),
        "{text}"
    );
}

#[test]
fn marks_of_a_compromised_key_are_not_shown_as_good() {
    let program = Program::with_batch(10);
    program.done("mark activate --batch 1 --all");
    assert!(!program.done("batch show 1").contains("not ours"));
    program.done("key compromise 1 --since 2026-01-01T00:00:00Z");
    for line in ["batch show 1", "mark show 1-0"] {
        let text = program.done(line);
        assert!(
            text.contains("the public is told that its marks are not ours"),
            "{text}"
        );
    }
    let findings = program.json("doctor")["findings"].clone();
    let found = findings.as_array().unwrap().iter().any(|finding| {
        finding["check"] == "batch keys"
            && finding["found"].as_str().unwrap().starts_with("1 batches")
    });
    assert!(found, "{findings}");
    let text = program.done("key compromise 1 --since 2026-02-01T00:00:00Z");
    assert!(text.contains("the earlier one counts"), "{text}");
}

#[test]
fn a_list_of_orders_says_which_were_issued() {
    let program = Program::with_batch(10);
    program.done("order new --licensee 1 --season 2026 --form canned --product x --quantity 5");
    let orders = program.json("order list")["orders"].clone();
    assert_eq!(
        (&orders[0]["batch"], &orders[1]["batch"]),
        (&json!(null), &json!(1))
    );
}

#[test]
fn who_is_not_the_owner_cannot_read_a_pack() {
    let program = Program::with_batch(3);
    program.done("batch pack 1 --format csv,png --out pack --public-url https://v.example.cn");
    assert_eq!(mode(&program.path("pack/labels.csv")), 0o600);
    let folder = fs::metadata(program.path("pack/png")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_database_that_others_can_read_is_found() {
    let program = Program::installed();
    let found = |program: &Program| {
        let findings = program.json("doctor")["findings"].clone();
        let finding = findings
            .as_array()
            .unwrap()
            .iter()
            .find(|finding| finding["check"] == "file mode");
        finding.unwrap()["health"].as_str().unwrap().to_owned()
    };
    assert_eq!(found(&program), "ok");
    set_mode(&program.path("yuanmark.db"), 0o644);
    assert_eq!(found(&program), "warning");
}
