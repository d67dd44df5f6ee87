//! Tables as comma-separated values.
//!
//! RFC 4180: fields parted by commas, every line ended by CR LF, quotation marks around a field that needs them. UTF-8
//! with a byte-order mark, without which Excel in China takes the file for GBK. Text that could be run as a formula is
//! made [`inert`].

use std::io::{BufWriter, Write};

use super::inert::inert;
use super::table::{date_text, datetime_text, decimal_text};
use super::{Cell, SheetError, Table};

/// What tells Excel that the file is UTF-8.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes a table row by row.
#[derive(Debug)]
pub(super) struct CsvWriter<W: Write> {
    out: BufWriter<W>,
    line: String,
}

impl<W: Write> CsvWriter<W> {
    pub(super) fn new(table: Table<'_>, out: W) -> Result<Self, SheetError> {
        let out = BufWriter::new(out);
        let line = String::new();
        let mut writer = Self { out, line };
        writer.out.write_all(BYTE_ORDER_MARK)?;
        let titles: Vec<Cell<'_>> = table
            .columns
            .iter()
            .map(|column| Cell::Text(column.title))
            .collect();
        writer.row(&titles)?;
        Ok(writer)
    }

    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        self.line.clear();
        if cells.iter().all(|cell| cell.is_empty()) {
            // Without the marks, readers take the row for a blank line and skip it.
            self.line.push_str("\"\"");
        }
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.line.push(',');
            }
            append(&mut self.line, *cell);
        }
        self.line.push_str("\r\n");
        Ok(self.out.write_all(self.line.as_bytes())?)
    }

    pub(super) fn finish(self) -> Result<W, SheetError> {
        let mut out = self
            .out
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error)?;
        out.flush()?;
        Ok(out)
    }
}

fn append(line: &mut String, cell: Cell<'_>) {
    match cell {
        Cell::Empty => (),
        Cell::Text(text) => append_text(line, text),
        Cell::Integer(value) => line.push_str(&value.to_string()),
        Cell::Decimal { value, places } => line.push_str(&decimal_text(value, places)),
        Cell::Date(date) => line.push_str(&date_text(date)),
        Cell::DateTime(at) => line.push_str(&datetime_text(at)),
    }
}

/// Inert and quoted where needed; a NUL, which no program reads, becomes U+FFFD.
fn append_text(line: &mut String, text: &str) {
    let text = inert(text).replace('\0', "\u{fffd}");
    // Blanks at the ends are quoted too, since some programs trim what is not.
    let needs_quotes = text.contains([',', '"', '\r', '\n', ';', '\t']) || text.trim() != text;
    if needs_quotes {
        line.push('"');
        line.push_str(&text.replace('"', "\"\""));
        line.push('"');
    } else {
        line.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{Column, ColumnKind};
    use super::*;

    fn columns<const N: usize>(titles: [&'static str; N]) -> [Column; N] {
        titles.map(|title| Column {
            title,
            kind: ColumnKind::Text,
            width: 10,
        })
    }

    fn written(columns: &[Column], rows: &[&[Cell<'_>]]) -> String {
        let table = Table {
            title: "x",
            columns,
            made_at: Timestamp::UNIX_EPOCH,
        };
        let mut writer = CsvWriter::new(table, Vec::new()).unwrap();
        for row in rows {
            writer.row(row).unwrap();
        }
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn the_text_is_exactly_this() {
        let row = [
            Cell::Text("沅江,\"芦笋\"\n罐头"),
            Cell::Text("=1+1"),
            Cell::Integer(-1_234_567),
            Cell::Decimal {
                value: -5,
                places: 2,
            },
            Cell::Date(jiff::civil::date(2026, 5, 1)),
            Cell::DateTime(Timestamp::UNIX_EPOCH),
            Cell::Empty,
        ];
        assert_eq!(
            written(
                &columns(["产品", "b", "c", "d", "e", "f", "g"]),
                &[&row, &[Cell::Empty; 7]]
            ),
            "\u{feff}产品,b,c,d,e,f,g\r\n\
             \"沅江,\"\"芦笋\"\"\n罐头\",'=1+1,-1234567,-0.05,2026-05-01,1970-01-01 08:00:00,\r\n\
             \"\",,,,,,\r\n"
        );
    }

    #[test]
    fn a_full_output_is_an_error() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let table = Table {
            title: "x",
            columns: &columns(["a"]),
            made_at: Timestamp::UNIX_EPOCH,
        };
        let writer = CsvWriter::new(table, Full).unwrap();
        assert!(matches!(writer.finish(), Err(SheetError::Io(_))));
    }
}
