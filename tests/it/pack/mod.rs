//! The packs that a press takes: read back by programs that are not ours, and held against the table.

mod folders;
mod photographs;
mod pictures;
mod press;
mod rolls;
mod tables;
mod templates;

use crate::support::program::Program;

/// A line of `labels.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    sequence: u32,
    serial: String,
    qr_text: String,
    link: String,
}

/// The table of a pack, which must be of just the form a press expects.
fn rows(program: &Program, out: &str) -> Vec<Row> {
    let text = program.read(&format!("{out}/labels.csv"));
    let lines = text.strip_suffix("\r\n").unwrap().split("\r\n");
    let mut lines = lines.map(|line| line.split(',').collect::<Vec<_>>());
    assert_eq!(
        lines.next().unwrap(),
        ["sequence", "serial", "qr_text", "link"]
    );
    lines.map(row).collect()
}

fn row(fields: Vec<&str>) -> Row {
    let [sequence, serial, qr_text, link] = fields.try_into().unwrap();
    Row {
        sequence: sequence.parse().unwrap(),
        serial: serial.to_owned(),
        qr_text: qr_text.to_owned(),
        link: link.to_owned(),
    }
}

fn qr_texts(program: &Program, out: &str) -> Vec<String> {
    rows(program, out)
        .into_iter()
        .map(|row| row.qr_text)
        .collect()
}

/// Whether a file of a pack says when it was made: all others are the same bytes again.
fn says_when(path: &std::path::Path) -> bool {
    path.ends_with("manifest.json") || path.ends_with("summary.html")
}
