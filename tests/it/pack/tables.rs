//! `labels.csv` and `hidden-codes.csv`.

use serde_json::json;

use super::rows;
use crate::support::program::{Program, mode};

const PACK: &str = "batch pack 1 --public-url https://v.example.cn";

#[test]
fn the_table_has_one_row_a_mark_in_order() {
    let program = Program::with_batch(2500);
    program.done(&format!("{PACK} --out pack"));
    let rows = rows(&program, "pack");
    assert_eq!(rows.len(), 2500);
    for (place, row) in rows.iter().enumerate() {
        assert_eq!(row.sequence as usize, place);
        let digits = row.qr_text.strip_prefix("HTTPS://V.EXAMPLE.CN/T/").unwrap();
        assert_eq!(
            (digits.len(), digits.bytes().all(|b| b.is_ascii_digit())),
            (193, true)
        );
        let code = row.link.strip_prefix("https://v.example.cn/t/").unwrap();
        assert_eq!(code.len(), 107);
        let groups: Vec<usize> = row.serial.split('-').map(str::len).collect();
        assert_eq!(groups, [4, 4, 4, 4], "{}", row.serial);
    }
    let mut serials: Vec<_> = rows.iter().map(|row| &row.serial).collect();
    serials.sort();
    serials.dedup();
    assert_eq!(serials.len(), 2500, "no serial twice");
    assert_eq!(mode(&program.path("pack/labels.csv")) & 0o400, 0o400);
}

#[test]
fn each_serial_symbol_and_link_is_a_mark_of_ours_online() {
    let program = Program::with_batch(20);
    program.activate(1);
    program.done(&format!("{PACK} --out pack"));
    for row in rows(&program, "pack") {
        for text in [&row.serial, &row.qr_text, &row.link] {
            let answer = program.json(&format!("verify {text}"));
            assert_eq!(answer["verdict"], "first_check", "{row:?}");
            let mark = &answer["mark"];
            assert_eq!(
                (&mark["batch"], &mark["index"]),
                (&json!(1), &json!(row.sequence))
            );
            assert_eq!(mark["serial"], row.serial);
        }
    }
}

#[test]
fn a_range_is_packed_alone_and_as_in_the_whole() {
    let program = Program::with_batch(3000);
    program.done(&format!("{PACK} --out whole"));
    let whole = rows(&program, "whole");
    for (range, first, last) in [
        ("990-2010", 990, 2010),
        ("0", 0, 0),
        ("2999-2999", 2999, 2999),
    ] {
        let packed = program.json(&format!("{PACK} --out part --replace --range {range}"));
        assert_eq!(packed["labels"], last - first + 1);
        assert_eq!(rows(&program, "part"), whole[first..=last]);
    }
}

#[test]
fn hidden_codes_are_written_only_when_asked_for_and_apart() {
    let program = Program::installed();
    program.add_batch(50, "--hidden-codes");
    program.done(&format!("{PACK} --out without --format csv,svg,png,sheet"));
    assert!(!program.path("without/hidden-codes.csv").exists());

    program.done(&format!(
        "{PACK} --out with --format csv,svg,png,sheet --hidden-codes"
    ));
    assert_eq!(mode(&program.path("with/hidden-codes.csv")), 0o600);
    let text = program.read("with/hidden-codes.csv");
    let lines: Vec<Vec<&str>> = text
        .trim_end()
        .split("\r\n")
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(lines[0], ["sequence", "serial", "hidden"]);
    assert_eq!(lines.len(), 51);
    for (row, line) in rows(&program, "with").iter().zip(&lines[1..]) {
        assert_eq!(line[..2], [row.sequence.to_string(), row.serial.clone()]);
        assert_eq!((line[2].len(), line[2].chars().nth(4)), (9, Some('-')));
    }
    no_other_file_holds(&program, &lines);
    // The codes alone, for the press that prints under the film.
    program.done(&format!(
        "{PACK} --out with --hidden-codes --replace --range 0-9"
    ));
    assert_eq!(mode(&program.path("with/hidden-codes.csv")), 0o600);
}

/// The hidden codes stand in their own file and nowhere else, with or without their hyphen.
fn no_other_file_holds(program: &Program, lines: &[Vec<&str>]) {
    for (path, bytes) in program.files("with") {
        let text = String::from_utf8_lossy(&bytes);
        for line in &lines[1..] {
            let is_here = text.contains(line[2]) || text.contains(&line[2].replace('-', ""));
            assert_eq!(
                is_here,
                path.ends_with("hidden-codes.csv"),
                "{}",
                path.display()
            );
        }
    }
}
