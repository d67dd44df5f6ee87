//! Tables against readers we did not write, and the memory they take.

use std::io::{Cursor, Write};
use std::path::Path;
use std::process::Command;

use calamine::{Data, DataType, Reader, Xlsx};
use jiff::Timestamp;
use jiff::civil::{self, Date};
use yuanmark::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table};

const COLUMNS: [Column; 10] = [
    column("序号", ColumnKind::Integer, 8),
    column("产品", ColumnKind::Text, 24),
    column("标识码", ColumnKind::Text, 22),
    column("数量", ColumnKind::Integer, 14),
    column("重量(吨)", ColumnKind::Decimal(3), 12),
    column("采收日期", ColumnKind::Date, 12),
    column("签发时间", ColumnKind::DateTime, 20),
    column("经办人", ColumnKind::Text, 10),
    column("备注", ColumnKind::Text, 30),
    column("金额", ColumnKind::Decimal(2), 16),
];

const fn column(title: &'static str, kind: ColumnKind, width: u8) -> Column {
    Column { title, kind, width }
}

fn at() -> Timestamp {
    "2026-04-30T23:59:58.7Z".parse().unwrap()
}

fn day() -> Date {
    civil::date(2026, 5, 1)
}

/// A writer of the table, its sheet named 批次明细.
fn writer<W: Write + Send>(format: SheetFormat, out: W) -> SheetWriter<W> {
    let table = Table {
        title: "批次明细",
        columns: &COLUMNS,
        made_at: at(),
    };
    SheetWriter::new(format, table, out).unwrap()
}

/// A row like a real one, with a note.
fn row<'a>(number: i64, serial: &'a str, note: &'a str) -> [Cell<'a>; 10] {
    [
        Cell::Integer(number),
        Cell::Text("沅江芦笋罐头"),
        Cell::Text(serial),
        Cell::Integer(-1_234_567),
        Cell::Decimal {
            value: 12_345_678,
            places: 3,
        },
        Cell::Date(day()),
        Cell::DateTime(at()),
        Cell::Empty,
        Cell::Text(note),
        Cell::Decimal {
            value: -5,
            places: 2,
        },
    ]
}

const NOTES: [&str; 7] = [
    "=cmd|' /C calc'!A0",
    "https://example.cn/?a=1&b=<2>",
    "第一行\r\n第二行",
    "control\u{1}\0\u{ffff}character",
    "literal _x0041_ stays",
    "  spaces  ",
    "",
];

/// The table of the notes; `YUANMARK_KEEP_SHEETS` may name a folder that keeps a copy, to look at it.
fn written(format: SheetFormat) -> Vec<u8> {
    let mut writer = writer(format, Vec::new());
    for (number, note) in (1..).zip(NOTES) {
        writer
            .row(&row(number, "4BD9-QV4N-Q0NZ-57DB", note))
            .unwrap();
    }
    let (bytes, rows) = writer.finish().unwrap();
    assert_eq!(rows, NOTES.len() as u64);
    if let Some(folder) = std::env::var_os("YUANMARK_KEEP_SHEETS") {
        let path = Path::new(&folder)
            .join("sheet")
            .with_extension(format.extension());
        std::fs::write(path, &bytes).unwrap();
    }
    bytes
}

#[test]
fn another_reader_finds_what_was_written() {
    let mut book = Xlsx::new(Cursor::new(written(SheetFormat::Xlsx))).unwrap();
    assert_eq!(book.sheet_names(), ["批次明细"]);
    let sheet = book.worksheet_range("批次明细").unwrap();
    assert_eq!(sheet.get_size(), (NOTES.len() + 1, COLUMNS.len()));
    for (place, column) in COLUMNS.iter().enumerate() {
        assert_eq!(sheet[(0, place)], Data::String(column.title.to_owned()));
    }
    assert_eq!(sheet[(1, 0)], Data::Float(1.0));
    assert_eq!(sheet[(1, 1)], Data::String("沅江芦笋罐头".to_owned()));
    assert_eq!(sheet[(1, 3)], Data::Float(-1_234_567.0));
    assert_eq!(sheet[(1, 4)], Data::Float(12_345.678));
    let days = |place: (usize, usize)| match sheet[place] {
        Data::DateTime(at) => at.as_f64(),
        ref other => panic!("{place:?} is {other:?}"),
    };
    assert!((days((1, 5)) - 46_143.0).abs() < 1e-9);
    let seconds = (days((1, 6)) - 46_143.0) * 86_400.0;
    assert!((seconds - f64::from(7 * 3600 + 59 * 60 + 58)).abs() < 0.001);
    assert!(sheet[(1, 7)].is_empty());
    assert_eq!(sheet[(1, 9)], Data::Float(-0.05));
    let notes: Vec<String> = (1..=NOTES.len())
        .map(|row| sheet[(row, 8)].as_string().unwrap_or_default())
        .collect();
    assert_eq!(
        notes,
        [
            "'=cmd|' /C calc'!A0",
            "https://example.cn/?a=1&b=<2>",
            "第一行\n第二行",
            "control\u{fffd}\u{fffd}\u{fffd}character",
            "literal _x0041_ stays",
            "  spaces  ",
            "",
        ]
    );
    let formulas = book.worksheet_formula("批次明细").unwrap();
    assert!(formulas.is_empty(), "nothing is a formula");
}

#[test]
fn both_formats_say_the_same() {
    let bytes = written(SheetFormat::Csv);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let titles: Vec<&str> = COLUMNS.iter().map(|column| column.title).collect();
    assert_eq!(reader.headers().unwrap(), titles);
    let first = reader.records().next().unwrap().unwrap();
    assert_eq!(
        first.iter().collect::<Vec<_>>(),
        [
            "1",
            "沅江芦笋罐头",
            "4BD9-QV4N-Q0NZ-57DB",
            "-1234567",
            "12345.678",
            "2026-05-01",
            "2026-05-01 07:59:58",
            "",
            "'=cmd|' /C calc'!A0",
            "-0.05",
        ]
    );
}

/// Says to the child how many rows to write.
const ROWS: &str = "YUANMARK_TEST_ROWS";

/// The child of the test below: writes rows as told, and says the most memory it ever had.
#[test]
#[ignore = "a child process of a_hundred_thousand_rows_take_no_more_memory_than_ten_thousand"]
fn writes_rows_and_tells_its_memory() {
    let Ok(rows) = std::env::var(ROWS) else {
        return;
    };
    let mut writer = writer(SheetFormat::Xlsx, tempfile::tempfile().unwrap());
    for number in 0..rows.parse().unwrap() {
        // Distinct texts, so that a table of shared strings would show.
        let (serial, note) = (format!("SERIAL-{number:012}"), format!("备注 {number}"));
        writer.row(&row(number, &serial, &note)).unwrap();
    }
    let length = writer.finish().unwrap().0.metadata().unwrap().len();
    assert!(length > 100_000);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    let kilobytes = line.split_whitespace().nth(1).unwrap();
    println!("\npeak {kilobytes} kB");
}

#[test]
fn a_hundred_thousand_rows_take_no_more_memory_than_ten_thousand() {
    let peak_kb = |rows: u32| -> u32 {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sheets::writes_rows_and_tells_its_memory"])
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env(ROWS, rows.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8(child.stdout).unwrap();
        assert!(child.status.success(), "{said}");
        let peak = said.lines().find_map(|line| line.strip_prefix("peak "));
        let peak = peak.unwrap().strip_suffix(" kB").unwrap();
        peak.parse().unwrap()
    };
    let (few, many) = (peak_kb(10_000), peak_kb(100_000));
    println!("peak memory: {few} kB for 10,000 rows, {many} kB for 100,000");
    assert!(many < few + 20_000, "{few} kB, then {many} kB");
}
