//! Labels as a phone sees them: from their PNG, PDF and ZPL, photographed in simulation in mildly bad conditions, and read by
//! two readers. `benches/scan/run` is the long form, with steps up to where nothing is read any more.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::program::Program;

const VARIABLE: &str = "YUANMARK_TEST_SCAN";
const LABELS: u32 = 6;

fn photographed(pack: &Path, dpi: u32) -> Output {
    let folder = std::env::var(VARIABLE).unwrap_or_else(|_| {
        panic!("{VARIABLE} is not set: run ./scripts/test, which installs the readers")
    });
    Command::new(format!("{folder}/bin/python"))
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/benches/scan/check.py"
        ))
        .arg("--pack")
        .arg(pack)
        .args(["--dpi", &dpi.to_string()])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap()
}

#[test]
fn labels_of_every_resolution_are_read_by_both_readers_in_mildly_bad_conditions() {
    let program = Program::with_batch(LABELS);
    for dpi in [203, 300, 600] {
        program.done(&format!(
            "batch pack 1 --out pack --public-url https://v.example.cn --format csv,png,pdf,zpl --paper label \
             --dpi {dpi} --replace"
        ));
        let checked = photographed(&program.path("pack"), dpi);
        assert!(checked.status.success(), "{dpi} dpi: {checked:?}");
        assert_eq!(checked.stdout, format!("{LABELS}\n").as_bytes());
    }
}

#[test]
fn a_label_that_says_another_text_is_noticed() {
    let program = Program::with_batch(3);
    program.done(
        "batch pack 1 --out pack --public-url https://v.example.cn --format csv,png,pdf,zpl --paper label",
    );
    // The second row, which is drawn from the PDF, now has the text of the third.
    let table = program.read("pack/labels.csv");
    let texts: Vec<&str> = table
        .split(',')
        .filter(|field| field.starts_with("HTTPS"))
        .collect();
    let changed = table.replace(texts[1], texts[2]);
    std::fs::write(program.path("pack/labels.csv"), changed).unwrap();
    let checked = photographed(&program.path("pack"), 300);
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(1), "{said}");
    for told in [
        "zbar did not read it",
        "zxing-cpp did not",
        "something else",
    ] {
        assert!(said.contains(told), "{said}");
    }
    assert!(!said.contains("png") && !said.contains("zpl"), "{said}");
}
