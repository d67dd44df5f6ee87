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
    let refusal = program.refused(
        "licensee step 1 cancel --date 2026-02-01 --ground x --document y --marks-good-until 2016-12-31T16:00:00Z",
    );
    assert!(
        refusal.what.contains("before the licensee was entered"),
        "{refusal:?}"
    );
    assert_eq!(program.json("licensee show 1")["right_ended"], json!(null));
}

#[test]
fn a_file_is_changed_where_it_was_named_and_nowhere_else() {
    let program = Program::with_batch(1);
    program.done("licensee file 1 --revision 1 --phone 0737-0000000 --contact-person 张三 --form canned,frozen");
    let file = program.json("licensee show 1");
    assert_eq!(file["forms"], json!(["canned", "frozen"]));
    assert_eq!(file["base_mu"], "900000");
    let changed = program.json("licensee file 1 --revision 2 --clear phone,form");
    assert_eq!(
        (
            &changed["forms"],
            &changed["contact"]["phone"],
            &changed["contact"]["person"]
        ),
        (&json!([]), &json!(null), &json!("张三"))
    );
    let refusal = program.refused("licensee file 1 --revision 2 --phone 1");
    assert!(refusal.what.contains("is at version 3"), "{refusal:?}");
    let refusal = program.refused("licensee file 1 --revision 3 --area 琼湖街道=1 --area 006=2");
    assert!(refusal.what.contains("names 琼湖街道 twice"), "{refusal:?}");
}

#[test]
fn what_takes_two_people_says_how() {
    let program = Program::with_batch(1);
    let grounds = "--date 2026-02-01 --ground 冒用 --document 决定1";
    let refusal = program.refused(&format!("licensee step 1 exit {grounds}"));
    assert!(refusal.what.contains("exit (退出) needs two people"));
    assert!(refusal.advice.contains("yuanmark licensee propose 1 exit"));
    let refusal = program.refused(&format!("licensee propose 1 suspend {grounds}"));
    assert!(refusal.advice.contains("yuanmark licensee step 1 suspend"));
    program.done(&format!("licensee propose 1 exit {grounds} --by 张三"));
    let text = program.done("licensee attention");
    assert!(
        text.contains("proposed by 张三 waits for a second person"),
        "{text}"
    );
    assert!(
        program
            .refused("licensee confirm 1 --by 张三")
            .what
            .contains("cannot confirm it too")
    );
    assert_eq!(
        program.json("licensee confirm 1 --by 李四")["state"],
        "exited"
    );
    assert_eq!(program.json("licensee attention"), json!({"licensees": []}));
}

#[test]
fn a_request_that_is_repeated_by_its_name_is_done_once() {
    let program = Program::with_batch(10);
    let head = || program.json("ledger head")["entry"].as_u64().unwrap();
    let lines = [
        "order new --licensee 1 --season 2026 --form canned --product x --quantity 5 --request a",
        "printer end 1 --reason x --request b",
        "coefficients set --upon 0 --yield canned=42% --request c",
        "entitlement adjust --licensee 1 --season 2026 --form canned --marks=-7 --reason x --document y --request d",
        "licensee file 1 --revision 1 --phone 1 --request e",
        "container fill --kind roll --batch 1 --range 0-4 --request f",
    ];
    for line in lines {
        let before = head();
        let first = program.json(line);
        assert_eq!((head(), program.json(line)), (before + 1, first), "{line}");
        assert_eq!(head(), before + 1, "{line}");
    }
    let refusal = program.refused("printer end 1 --reason y --request b");
    assert!(
        refusal.what.contains("the request b was made before"),
        "{refusal:?}"
    );
    // Other marks are another request.
    program.done("mark withdraw --kind frozen --batch 1 --range 0-2 --reason x --request h");
    program.done("mark withdraw --kind frozen --batch 1 --range 0-2 --reason x --request h");
    let refusal =
        program.refused("mark withdraw --kind frozen --batch 1 --range 3-4 --reason x --request h");
    assert!(
        refusal.what.contains("the request h was made before"),
        "{refusal:?}"
    );
    // What a version follows from must be said when it may have been set by the same request.
    let ran = program.run("coefficients set --yield canned=42% --request g");
    assert!(ran.code == 2 && ran.stderr.contains("--upon"), "{ran:?}");
}

#[test]
fn a_document_is_never_written_over_another_file() {
    let program = Program::with_batch(1);
    program.write("artwork.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    let added =
        program.json("document add --licensee 1 --purpose artwork --title 图样 --file artwork.svg");
    assert_eq!(
        (&added["number"], &added["version"]),
        (&json!(1), &json!(1))
    );
    let refusal = program.refused("document get 1 --out artwork.svg");
    assert!(
        refusal.what.contains("artwork.svg is there already"),
        "{refusal:?}"
    );
    program.done("document get 1 --out again.svg");
    assert_eq!(program.read("again.svg"), program.read("artwork.svg"));
    assert_eq!(mode(&program.path("again.svg")), 0o600);
    assert_eq!(
        program.json("document list --licensee 1")["documents"][0],
        added
    );
}

#[test]
fn a_box_that_is_not_what_stands_on_it_has_its_own_exit_code() {
    let program = Program::with_batch(10);
    program.add_batch(3, "");
    let serial = |mark: &str| {
        let mark = program.json(&format!("mark show {mark}"));
        mark["serial"].as_str().unwrap().to_owned()
    };
    program.done("container fill --kind box --batch 1 --range 0-3 --label 箱1");
    program.write("good.txt", "0-2\n3\n");
    let text = program.done("container check 1 --file good.txt");
    assert!(
        text.contains("4 of 4 marks are in it; box and content agree"),
        "{text}"
    );
    program.write(
        "bad.txt",
        &format!(
            "0-1\n{}\n9\n{}\n4BD9-QV4N-Q0NZ-57DB\n",
            serial("1-2"),
            serial("2-1")
        ),
    );
    let ran = program.run("container check 1 --file bad.txt");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""), "{ran:?}");
    for line in [
        "3 of 4 marks are in it; BOX AND CONTENT DO NOT AGREE",
        "missing: 3",
        "not of this container: 9",
        "of batch 2: 1",
        "line 5: 4BD9-QV4N-Q0NZ-57DB is not a serial of ours",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    let value = program.json_and_code("container check 1 --file bad.txt", 1);
    assert_eq!(
        (&value["agrees"], &value["found"], &value["missing"]),
        (&json!(false), &json!(3), &json!([{"first": 3, "last": 3}]))
    );
    // A line that names no mark could be the one that is missing.
    program.write("junk.txt", "0-2\nx\n");
    let refusal = program.refused("container check 1 --file junk.txt");
    assert_eq!(
        refusal.details,
        ["line 2: x is neither a serial, an index nor a range"]
    );
}

#[test]
fn what_was_entered_in_error_is_taken_back_by_an_entry_of_its_own() {
    let program = Program::with_labels(10);
    let used = program.json("mark used --batch 1 --range 0-4")["entries"][0].clone();
    let corrected = program.json(&format!(
        "ledger correct {used} --reason 录入有误 --document 更正1"
    ));
    assert_eq!(corrected["kind"], "undo_used");
    let by = &corrected["number"];
    let shown = program.json(&format!("ledger show {used}"));
    assert_eq!((&shown["corrected_by"], &shown["notes"]), (by, &json!([])));
    let text = program.done(&format!("ledger show {used}"));
    assert!(
        text.contains(&format!("\ntaken back by entry {by}\n")),
        "{text}"
    );
    assert_eq!(program.json("mark show 1-0")["label"], "on_hand");
    let refusal = program.refused(&format!("ledger correct {used} --reason x --document y"));
    assert!(refusal.advice.contains("taken back once"), "{refusal:?}");
    let noted = program.json(&format!("ledger note {used} --text 文号有误"));
    assert_eq!(noted["body"]["text"], "文号有误");
    let shown = program.json(&format!("ledger show {used}"))["notes"].clone();
    assert_eq!(
        (&shown[0]["entry"], &shown[0]["text"], &shown[0]["by"]),
        (&noted["number"], &json!("文号有误"), &noted["by"])
    );
    let text = program.done(&format!("ledger show {used}"));
    let note = format!("\nnote, entry {}, ", noted["number"]);
    assert!(
        text.contains(&note) && text.ends_with(" by operator: 文号有误\n"),
        "{text}"
    );
    let listed = program.json("ledger list --order 1 --kind used")["entries"].clone();
    assert_eq!(listed[0]["number"], used);
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
    let line = "mark withdraw --kind frozen --batch 1 --file list.txt --reason x";
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
        text.contains("no longer frozen: 0 marks; 1 was not frozen"),
        "{text}"
    );
}

#[test]
fn marks_of_a_compromised_key_are_not_shown_as_good() {
    let program = Program::with_labels(10);
    program.done("mark activate --batch 1 --all --lot 1");
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
            && finding["found"]
                .as_str()
                .unwrap()
                .ends_with("compromised: 1")
    });
    assert!(found, "{findings}");
    let text = program.done("key compromise 1 --since 2026-02-01T00:00:00Z");
    assert!(text.contains("the earlier one counts"), "{text}");
}

#[test]
fn a_list_of_orders_says_which_were_issued() {
    let program = Program::with_batch(10);
    program.add_order(5);
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

#[test]
fn a_list_that_is_cut_says_how_the_rest_is_asked_for() {
    let program = Program::with_batch(10);
    for _ in 0..2 {
        program.add_batch(1, "");
    }
    program.add_lot(1);
    program.add_lot(1);
    let add = |name: &str, uscc: &str| {
        program.done(&format!(
            "licensee add --name {name} --uscc {uscc} --basis both --since 2026-01-05 --document x --form canned,dried \
             --area 006=2"
        ));
    };
    add("a", "91430981MA4TEXT1XY");
    add("b", "92430981MA4TEXT44H");
    for form in ["canned", "dried"] {
        program.done(&format!(
            "entitlement grant --licensee 2 --season 2026 --form {form} --area 1 --pack-grams 100 --document x"
        ));
    }
    for marks in [1, 2] {
        program.done(&format!(
            "transfer propose --licensee 1 --season 2026 --form canned --to 2 --marks {marks}"
        ));
        program.done(&format!(
            "container fill --kind box --batch 1 --range {marks}"
        ));
        program.write(
            &format!("{marks}.svg"),
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
        );
        program.done(&format!(
            "document add --licensee 1 --purpose artwork --title {marks} --file {marks}.svg"
        ));
    }
    program.done("printer add --name y --uscc 91430981MA4TEXT1XY --licence y");
    for (list, rest) in [
        ("order list", "--before 3"),
        ("batch list", "--before 3"),
        ("lot list", "--before 2"),
        ("transfer list", "--before 2"),
        ("container list", "--before 2"),
        ("document list --licensee 1", "--before 2"),
        ("printer list", "--before 2"),
        ("licensee list", "--after 1"),
        ("entitlement list", "--after 2026/1/canned"),
    ] {
        let ran = program.run(&format!("{list} --limit 1"));
        let said = (ran.code, ran.stderr, ran.stdout.lines().count());
        assert_eq!(said, (0, format!("more: {rest}\n"), 2), "{list}");
        // What was said leads on, and the last page says nothing more.
        let next = program.done(&format!("{list} {rest} --limit 1000"));
        assert!(
            next.lines().count() > 1 && !next.contains("(none)"),
            "{next}"
        );
        program.done(list);
    }
    for title in 3..=21 {
        program.done(&format!(
            "document add --licensee 1 --purpose artwork --title {title} --file 1.svg"
        ));
    }
    let ran = program.run("licensee show 1");
    assert_eq!(
        ran.stderr,
        "more: yuanmark document list --licensee 1 --before 2\n"
    );
    for list in ["ledger list", "trail list"] {
        let ran = program.run(&format!("{list} --limit 1"));
        assert!(ran.stderr.starts_with("more: --before "), "{list}\n{ran:?}");
        let rest = ran.stderr.trim_start_matches("more: ").trim().to_owned();
        let next = program.done(&format!("{list} {rest} --limit 1000"));
        assert!(!next.contains("(none)"), "{list}");
    }
}

#[test]
fn a_person_is_shown_with_the_second_factor() {
    let program = Program::installed();
    program.done("user add li.hua --name 李华 --role administrator");
    let shown = program.json("user show li.hua");
    assert_eq!(shown["has_second_factor"], json!(false));
    let text = program.done("user show li.hua");
    assert!(text.contains("second factor: not enrolled"), "{text}");
}

#[test]
fn a_register_that_is_not_taken_says_so_first() {
    let program = Program::with_batch(1);
    program.done("licensee export --out register.csv");
    let good = program.read("register.csv");
    let text = program.done("licensee import register.csv");
    assert!(text.starts_with("1 row (UTF-8"), "{text}");
    let bad = good.replace("93430981MA4TEXT36K", "x");
    program.write("bad.csv", &bad);
    for flag in ["", "--dry-run"] {
        let ran = program.run(&format!("licensee import bad.csv {flag}"));
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(
            ran.stdout
                .starts_with("nothing was written; it would be: 1 row ("),
            "{ran:?}"
        );
        assert!(ran.stdout.ends_with(", 1 bad\n"), "{ran:?}");
    }
}

/// Whether a time as in Beijing stands in a text, and none in UTC.
fn is_in_beijing(text: &str) -> bool {
    let words: Vec<&str> = text.split([' ', '\n', ':']).collect();
    let is_day = |word: &str| word.parse::<jiff::civil::Date>().is_ok() && word.len() == 10;
    words.iter().any(|word| is_day(word)) && !text.contains('T') && !text.contains("Z\n")
}

#[test]
fn people_read_times_as_in_beijing() {
    let program = Program::with_batch(10);
    program.done("mark withdraw --kind frozen --batch 1 --range 0 --reason x");
    let since = program.json("mark show 1-0")["events"][0]["at"].clone();
    let since: jiff::Timestamp = serde_json::from_value(since).unwrap();
    let since = jiff::tz::offset(8).to_datetime(since);
    let serial = program.json("mark show 1-0")["serial"].clone();
    let verified = program.run(&format!("verify {}", serial.as_str().unwrap()));
    let told = format!(
        "  frozen since {}: x\n",
        since.strftime("%Y-%m-%d %H:%M:%S")
    );
    assert!(verified.stdout.contains(&told), "{verified:?}");
    let clock = program.done("doctor");
    let clock = clock.lines().find(|line| line.contains("clock")).unwrap();
    assert!(is_in_beijing(clock), "{clock}");
    let key = |text: &str| text.lines().nth(1).unwrap()[..35].to_owned();
    let made = key(&program.done("key list"));
    assert!(is_in_beijing(&made), "{made}");
    let text = program.done("key compromise 1 --since 2026-01-01T00:00:00Z");
    assert!(
        text.contains("at or after 2026-01-01 08:00:00 is not ours"),
        "{text}"
    );
    let since = program.done("key list");
    assert!(since.contains("2026-01-01 08:00:00"), "{since}");
}
