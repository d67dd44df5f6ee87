//! Which marks a command means: never more than was named.

use serde_json::json;

use crate::support::program::Program;

#[test]
fn an_empty_variable_in_a_script_never_means_the_whole_batch() {
    let program = Program::with_batch(10);
    for which in [
        "--range ''",
        "--range ' '",
        "--serial ''",
        "--serial '' --range ''",
        "--file /dev/null",
    ] {
        let line = format!("mark withdraw --kind revoked --batch 1 --reason x {which}");
        let refusal = program.refused(&line);
        assert!(refusal.advice.contains("name a serial") || refusal.advice.contains("a line"));
    }
    let states = &program.json("batch show 1")["marks_by_state"];
    assert_eq!(states, &json!({"not_activated": 10}));
}

#[test]
fn ranges_serials_and_lines_of_standard_input_can_be_mixed_and_repeated() {
    let program = Program::with_labels(100);
    let serial = |index: u32| {
        let mark = program.json(&format!("mark show 1-{index}"));
        mark["serial"].as_str().unwrap().to_owned()
    };
    let (a, b, c) = (serial(50), serial(59), serial(70));
    let changed = program.json(&format!(
        "mark activate --lot 1 --batch 1 --range 0-9 --range 20 --serial {a}..{b} --serial {c}"
    ));
    assert_eq!(changed["marks"], 22);
    let outcomes: Vec<_> = changed["lines"].as_array().unwrap().iter().collect();
    assert_eq!(outcomes.len(), 4);
    assert_eq!(outcomes[2]["marks"], 10);
    // Serials know their batch.
    assert_eq!(
        program.json(&format!("mark activate --lot 1 --serial {c}"))["unchanged"],
        1
    );
}

#[test]
fn lines_can_come_from_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let program = Program::with_labels(10);
    let mut command = program.command("mark activate --lot 1 --batch 1 --file - --json");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"# roll 1\n0-3\n7\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let changed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(changed["marks"], 5);
    assert_eq!(changed["lines"][1]["line"], 3);
}

#[test]
fn marks_are_named_by_the_roll_they_are_on_and_by_the_delivery_they_came_with() {
    let program = Program::with_batch(100);
    program.done("order release 1 --receiver 王五");
    program.done("mark printed --batch 1 --all");
    for (first, last) in [(0, 49), (50, 99)] {
        program.done(&format!(
            "container fill --kind roll --batch 1 --range {first}-{last}"
        ));
    }
    let refusal = program.refused("container fill --kind roll --batch 1 --range 49");
    assert!(
        refusal.what.contains("are in roll 1 already"),
        "{refusal:?}"
    );
    let sent = program.json("mark delivered --container 1 --container 2 --receiver 赵六");
    assert_eq!(sent["marks"], 100);
    assert_eq!(program.json("mark received --container 2")["marks"], 50);
    // What is here already stays, the rest comes.
    let entry = &sent["entries"][0];
    let received = program.json(&format!("mark received --delivery {entry}"));
    assert_eq!(
        received["ranges"],
        json!([{"batch": 1, "first": 0, "last": 49}])
    );
    let refusal = program.refused("mark received --delivery 1");
    assert!(
        refusal.what.contains("entry 1 is no delivery"),
        "{refusal:?}"
    );
    for line in [
        "mark used --container 1 --batch 1",
        "mark used --container 1 --all",
        "mark received --delivery 1 --container 1",
        "mark received --skip-bad",
        "mark used --delivery 1",
    ] {
        assert_eq!(program.run(line).code, 2, "{line}");
    }
}

#[test]
fn a_printer_s_report_is_one_command() {
    let program = Program::with_batch(100);
    program.done("order release 1 --receiver 王五");
    program.write("spoiled.txt", "7\n10-12\n");
    let line = "mark printed --batch 1 --all --except-spoiled spoiled.txt --reason 印刷模糊";
    program.write("bad.txt", "7\n100\n");
    let bad = program.refused(&line.replace("spoiled.txt", "bad.txt"));
    assert_eq!(bad.details.len(), 1);
    let reported = program.json(&format!("{line} --request report-1"));
    assert_eq!(
        (&reported["marks"], &reported["spoiled"]["marks"]),
        (&json!(96), &json!(4))
    );
    let head = program.json("ledger head");
    // By its name or without one, the same report changes nothing more.
    program.done(&format!("{line} --request report-1"));
    program.done(line);
    assert_eq!(program.json("ledger head"), head);
    let labels = program.json("order show 1")["labels"].clone();
    assert_eq!(
        (&labels["good"], &labels["spoiled"]),
        (&json!(96), &json!(4))
    );
    assert_eq!(labels["is_scrap_over"], true);
    assert!(
        program
            .done("order show 1")
            .contains("ATTENTION: 4 labels were spoiled in printing")
    );
}
