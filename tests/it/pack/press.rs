//! What presses and label printers take: sheets, tables of their own form, parts with a manifest.

use std::process::Command;

use serde_json::{Value, json};

use super::{qr_texts, rows, says_when};
use crate::support::program::Program;
use crate::support::reader::{pages, text_of, zbarimg};

const PACK: &str = "batch pack 1 --out pack --public-url https://v.example.cn";

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[test]
fn sheets_read_as_the_table_says_page_by_page() {
    let program = Program::with_batch(120);
    for (options, labels_a_page) in [
        ("--dpi 300", 110),
        ("--dpi 203 --gap 0 --margin 5", 110),
        ("--dpi 600 --paper 90x80 --order stacks", 8),
    ] {
        program.done(&format!("{PACK} --format csv,pdf {options} --replace"));
        let sheets = pages(&program.path("pack/labels.pdf"), 300);
        assert_eq!(sheets.len(), 120_usize.div_ceil(labels_a_page), "{options}");
        let on_pages: Vec<Vec<String>> = sheets
            .iter()
            .map(|sheet| zbarimg([sheet.as_path()]))
            .collect();
        let table = qr_texts(&program, "pack");
        let all = on_pages.iter().flatten().cloned().collect();
        assert_eq!(sorted(all), sorted(table.clone()), "{options}");
        let expected: Vec<_> = if options.contains("stacks") {
            // The label at place p of sheet s is p × sheets + s.
            table.iter().step_by(sheets.len()).cloned().collect()
        } else {
            table[..labels_a_page].to_vec()
        };
        assert_eq!(sorted(on_pages[0].clone()), sorted(expected), "{options}");
    }
}

#[test]
fn a_page_a_label_bears_symbol_and_serial_of_the_same_mark() {
    let program = Program::with_batch(5);
    program.done(&format!("{PACK} --format csv,pdf --paper label"));
    let path = program.path("pack/labels.pdf");
    let sheets = pages(&path, 300);
    for ((sheet, text), row) in sheets
        .iter()
        .zip(text_of(&path))
        .zip(rows(&program, "pack"))
    {
        assert_eq!(zbarimg([sheet.as_path()]), [row.qr_text]);
        let serial = text.split_whitespace().collect::<Vec<_>>().join("-");
        assert_eq!(serial, row.serial);
    }
    assert_eq!(sheets.len(), 5);
}

#[test]
fn parts_are_the_whole_and_their_manifest_holds() {
    let program = Program::with_batch(20);
    program.done(&format!("{PACK} --format csv"));
    let whole = program.read("pack/labels.csv");
    let parts = "batch pack 1 --out parts --public-url https://v.example.cn --format csv,zpl,png --part-size 7";
    program.done(parts);
    let header = whole.lines().next().unwrap();
    let mut joined = format!("{header}\r\n");
    for part in 1..=3 {
        let text = program.read(&format!("parts/labels-{part:04}.csv"));
        joined.push_str(text.strip_prefix(&format!("{header}\r\n")).unwrap());
    }
    assert_eq!(joined, whole);
    let zpl = program.read("parts/labels-0003.zpl");
    assert_eq!(zpl.matches("^XA").count(), 6);
    let manifest: Value = serde_json::from_str(&program.read("parts/manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap();
    assert_eq!(files.len(), 9);
    assert_eq!(
        (&manifest["batch"], &manifest["order"]),
        (&json!(1), &json!(1))
    );
    for file in files
        .iter()
        .filter(|file| !file["name"].as_str().unwrap().starts_with("png"))
    {
        let name = file["name"].as_str().unwrap();
        let path = program.path(&format!("parts/{name}"));
        let sum = Command::new("sha256sum").arg(&path).output().unwrap();
        let sum = String::from_utf8(sum.stdout).unwrap();
        assert_eq!(
            sum.split_whitespace().next(),
            file["sha256"].as_str(),
            "{name}"
        );
        assert_eq!(path.metadata().unwrap().len(), file["bytes"]);
    }
    let table = rows(&program, "pack");
    let last = files
        .iter()
        .find(|file| file["name"] == "labels-0003.csv")
        .unwrap();
    assert_eq!((&last["first"], &last["labels"]), (&json!(14), &json!(6)));
    assert_eq!(last["first_serial"], table[14].serial);
    assert_eq!(last["last_serial"], table[19].serial);

    // What is missing is made again to the same bytes; what is there is left alone.
    let before = program.files("parts");
    std::fs::remove_file(program.path("parts/labels-0002.zpl")).unwrap();
    std::fs::remove_dir_all(program.path("parts/png-0001")).unwrap();
    let kept = program.path("parts/labels-0001.csv");
    let made = kept.metadata().unwrap().modified().unwrap();
    let refusal = program.refused(parts);
    assert!(refusal.advice.contains("--resume"), "{refusal:?}");
    program.done(&format!("{parts} --resume"));
    assert_eq!(kept.metadata().unwrap().modified().unwrap(), made);
    let mut after = program.files("parts");
    let mut before = before;
    for files in [&mut before, &mut after] {
        files.retain(|path, _| !says_when(path));
    }
    assert_eq!(after, before);
    let again: Value = serde_json::from_str(&program.read("parts/manifest.json")).unwrap();
    assert_eq!(again["files"], manifest["files"]);
}

#[test]
fn what_was_begun_otherwise_is_not_resumed() {
    let program = Program::with_batch(30);
    let pack = format!("{PACK} --format csv,png --part-size 10");
    program.done(&pack);
    std::fs::remove_file(program.path("pack/labels-0002.csv")).unwrap();
    for (other, said) in [
        (" --dpi 203", "dpi 300, not 203"),
        (" --range 0-19", "range none, not 0-19"),
        (" --gap 3", "gap usual, not 3"),
    ] {
        let refusal = program.refused(&format!("{pack}{other} --resume"));
        assert!(refusal.what.contains(said), "{refusal:?}");
        assert!(!program.path("pack/labels-0002.csv").exists());
    }
    for (from, to, said) in [
        (
            "csv,png",
            "csv,svg",
            "files labels.csv,png, not labels.csv,svg",
        ),
        ("v.example.cn", "other.example.cn", "public-url"),
    ] {
        let refusal = program.refused(&format!("{} --resume", pack.replace(from, to)));
        assert!(refusal.what.contains(said), "{refusal:?}");
    }
    program.done(&format!("{pack} --resume"));
    std::fs::remove_file(program.path("pack/manifest.json")).unwrap();
    let refusal = program.refused(&format!("{pack} --resume"));
    assert!(refusal.what.contains("manifest.json"), "{refusal:?}");
}

#[test]
fn an_interrupted_pack_says_so() {
    let program = Program::with_batch(30);
    // The name is taken: the file cannot be put in its place.
    std::fs::create_dir_all(program.path("pack/labels-0002.csv.part")).unwrap();
    let pack = format!("{PACK} --part-size 10");
    assert_ne!(program.run(&pack).code, 0);
    let manifest =
        || -> Value { serde_json::from_str(&program.read("pack/manifest.json")).unwrap() };
    assert_eq!(manifest()["is_complete"], false);
    std::fs::remove_dir(program.path("pack/labels-0002.csv.part")).unwrap();
    program.done(&format!("{pack} --resume"));
    assert_eq!(manifest()["is_complete"], true);
    assert_eq!(manifest()["files"].as_array().unwrap().len(), 3);
}

#[test]
fn a_table_has_the_form_of_its_profile() {
    let program = Program::with_batch(3);
    let refusal = program.refused(&format!("{PACK} --format txt"));
    assert!(refusal.advice.contains("--profile"), "{refusal:?}");
    let profile = "columns = [\"sequence\", \"serial\", \"licensee\"]\nseparator = \";\"\nencoding = \"gb18030\"\n";
    std::fs::write(program.path("press.toml"), profile).unwrap();
    program.done(&format!("{PACK} --format csv,txt --profile press.toml"));
    let bytes = std::fs::read(program.path("pack/labels.txt")).unwrap();
    let (text, _, is_wrong) = encoding_rs::GB18030.decode(&bytes);
    assert!(!is_wrong && std::str::from_utf8(&bytes).is_err());
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(';').collect()).collect();
    for (line, row) in lines.iter().zip(rows(&program, "pack")) {
        assert_eq!(line[..2], [row.sequence.to_string(), row.serial]);
        assert!(!line[2].is_ascii(), "{line:?}");
    }
    assert_eq!(lines.len(), 3);
    std::fs::write(
        program.path("press.toml"),
        profile.replace("separator = \";\"", "widths = [2, 19, 1]"),
    )
    .unwrap();
    let ran = program.run(&format!(
        "{PACK} --format txt --profile press.toml --replace"
    ));
    assert!(
        ran.code != 0 && ran.stderr.contains("longer than its 1 characters"),
        "{ran:?}"
    );
    assert!(!program.path("pack/labels.txt.part").exists());
    std::fs::write(program.path("press.toml"), "columns = [\"colour\"]").unwrap();
    let refusal = program.refused(&format!(
        "{PACK} --format txt --profile press.toml --replace"
    ));
    assert!(refusal.what.contains("colour"), "{refusal:?}");
}

#[test]
fn paper_that_holds_no_label_is_refused() {
    let program = Program::with_batch(3);
    let ran = program.run(&format!("{PACK} --format pdf --paper 20x20"));
    assert!(
        ran.code != 0 && ran.stderr.contains("does not go on a sheet"),
        "{ran:?}"
    );
    for wrong in [
        "--paper a9",
        "--gap -1",
        "--margin x",
        "--part-size 0",
        "--resume --replace",
    ] {
        assert_eq!(program.run(&format!("{PACK} --format pdf {wrong}")).code, 2);
    }
    let trail = program.json("trail list");
    assert!(!trail.to_string().contains("pack-make"), "{trail}");
}
