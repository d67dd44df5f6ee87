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
    let program = Program::with_batch(100);
    let serial = |index: u32| {
        let mark = program.json(&format!("mark show 1-{index}"));
        mark["serial"].as_str().unwrap().to_owned()
    };
    let (a, b, c) = (serial(50), serial(59), serial(70));
    let changed = program.json(&format!(
        "mark activate --batch 1 --range 0-9 --range 20 --serial {a}..{b} --serial {c}"
    ));
    assert_eq!(changed["marks"], 22);
    let outcomes: Vec<_> = changed["lines"].as_array().unwrap().iter().collect();
    assert_eq!(outcomes.len(), 4);
    assert_eq!(outcomes[2]["marks"], 10);
    // Serials know their batch.
    assert_eq!(
        program.json(&format!("mark activate --serial {c}"))["unchanged"],
        1
    );
}

#[test]
fn lines_can_come_from_standard_input() {
    use std::io::Write;
    use std::process::Stdio;
    let program = Program::with_batch(10);
    let mut command = program.command("mark activate --batch 1 --file - --json");
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
