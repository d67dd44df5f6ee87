//! The folder of a pack: what is refused, what is replaced, and that the same batch gives the same bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::support::program::Program;

const ALL: &str = "csv,zpl,pdf,svg,png,sheet";

fn pack(out: &str, further: &str) -> String {
    format!("batch pack 1 --public-url https://v.example.cn --out {out} {further}")
}

/// The files of a pack by their path in it, but for those that say when they were made.
fn files(program: &Program, out: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = program.path(out);
    let files = program.files(out).into_iter();
    files
        .map(|(path, bytes)| (path.strip_prefix(&folder).unwrap().to_owned(), bytes))
        .filter(|(path, _)| !super::says_when(path))
        .collect()
}

#[test]
fn the_same_batch_gives_the_same_bytes_again() {
    let program = Program::installed();
    program.add_batch(40, "--hidden-codes");
    let further = format!("--format {ALL} --hidden-codes");
    program.done(&pack("one", &further));
    program.done(&pack("other", &further));
    let (one, other) = (files(&program, "one"), files(&program, "other"));
    assert_eq!(one.len(), 1 + 1 + 1 + 1 + 40 + 40 + 1);
    assert!(one == other);
    // Formats do not depend on which others are made.
    program.done(&pack("alone", "--format png"));
    for (path, bytes) in files(&program, "alone") {
        assert!(one[&path] == bytes, "{}", path.display());
    }
}

#[test]
fn what_is_there_is_refused_before_anything_is_written() {
    let program = Program::with_batch(10);
    for (format, name) in [
        ("csv", "labels.csv"),
        ("svg", "svg"),
        ("png", "png"),
        ("sheet", "sheet.png"),
    ] {
        program.done(&pack("pack", &format!("--format {format}")));
        let before = files(&program, "pack");
        let refusal = program.refused(&pack("pack", &format!("--format {ALL}")));
        assert!(refusal.what.ends_with(" is there already"), "{refusal:?}");
        let refusal = program.refused(&pack("pack", &format!("--format {format} --range 0")));
        assert_eq!(refusal.what, format!("pack/{name} is there already"));
        assert_eq!(files(&program, "pack"), before);
        fs::remove_dir_all(program.path("pack")).unwrap();
    }
}

#[test]
fn replacing_leaves_nothing_of_what_was_there() {
    let program = Program::with_batch(20);
    program.done(&pack("pack", &format!("--format {ALL}")));
    program.write("pack/notes.txt", "the press's own");
    // What killed runs left is cleared away.
    program.write("pack/labels.csv.part", "half");
    fs::create_dir(program.path("pack/svg.part")).unwrap();
    program.write("pack/svg.part/00000099.svg", "half");
    program.done(&pack(
        "pack",
        &format!("--format {ALL} --range 5-9 --replace"),
    ));
    program.done(&pack("fresh", &format!("--format {ALL} --range 5-9")));
    let mut replaced = files(&program, "pack");
    assert!(
        replaced.remove(&PathBuf::from("notes.txt")).is_some(),
        "not ours to delete"
    );
    assert!(
        replaced == files(&program, "fresh"),
        "{:?}",
        replaced.keys()
    );
}

#[test]
fn a_pack_that_cannot_be_written_leaves_no_part_of_it() {
    let program = Program::with_batch(10);
    // A folder where the file should go: the last step fails.
    fs::create_dir_all(program.path("pack/labels.csv/in-the-way")).unwrap();
    let ran = program.run(&pack("pack", "--replace"));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.stderr.starts_with("error: pack/labels.csv: "),
        "{ran:?}"
    );
    assert!(!program.path("pack/labels.csv.part").exists());
}

#[test]
fn more_than_ten_thousand_labels_go_into_folders_of_ten_thousand() {
    let program = Program::with_batch(20_001);
    program.done(&pack("pack", "--format svg --range 9999-20000"));
    let files = files(&program, "pack");
    assert_eq!(files.len(), 10_002);
    for (first, last) in [
        ("svg/0000/00009999.svg", "svg/0000/00009999.svg"),
        ("svg/0001/00010000.svg", "svg/0001/00019999.svg"),
        ("svg/0002/00020000.svg", "svg/0002/00020000.svg"),
    ] {
        let folder = PathBuf::from(first).parent().unwrap().to_owned();
        let mut inside = files.keys().filter(|path| path.starts_with(&folder));
        assert_eq!(inside.next().unwrap(), &PathBuf::from(first));
        assert_eq!(
            inside
                .next_back()
                .map_or(first, |path| path.to_str().unwrap()),
            last
        );
    }
    // Each is the label that it would be alone.
    program.done(&pack("alone", "--format svg --range 12345"));
    let alone = fs::read(program.path("alone/svg/00012345.svg")).unwrap();
    assert!(files[&PathBuf::from("svg/0001/00012345.svg")] == alone);
}

#[test]
fn another_address_changes_the_link_and_nothing_of_the_code() {
    let program = Program::with_batch(5);
    program.done(&pack("one", ""));
    program.done("batch pack 1 --public-url http://127.0.0.1:8080 --out other");
    let (one, other) = (super::rows(&program, "one"), super::rows(&program, "other"));
    let code = |text: &str| text.rsplit('/').next().unwrap().to_owned();
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one.serial, other.serial);
        assert_ne!(one.link, other.link);
        assert_eq!(code(&one.link), code(&other.link));
        assert_eq!(code(&one.qr_text), code(&other.qr_text));
        assert!(other.qr_text.starts_with("HTTP://127.0.0.1:8080/T/"));
    }
}
