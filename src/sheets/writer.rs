//! One writer for both formats.

use std::fmt;
use std::io::Write;

use super::csv::CsvWriter;
use super::xlsx::XlsxWriter;
use super::{Cell, SheetError, Table};

/// What kind of file a table becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SheetFormat {
    /// Comma-separated values, of any number of rows.
    Csv,
    /// An Excel file, of at most [`super::EXCEL_DATA_ROWS`] rows of data.
    Xlsx,
}

impl SheetFormat {
    /// Every format.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Xlsx];

    /// The end of the file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The value of a `Content-Type` header (RFC 7111; IANA's registry of media types).
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// The format whose files end so.
    pub fn from_extension(extension: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|format| format.extension() == extension)
    }
}

impl fmt::Display for SheetFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

/// Writes a table row by row and keeps no more than one row in memory.
///
/// CSV goes to the output as it comes. The rows of an Excel file wait in an unnamed temporary file in the system's folder
/// (`TMPDIR`), because its head tells how many there are; the output gets everything in [`SheetWriter::finish`].
pub struct SheetWriter<W: Write + Send> {
    columns: usize,
    rows: u64,
    kind: Kind<W>,
}

enum Kind<W: Write + Send> {
    Csv(CsvWriter<W>),
    Xlsx(Box<XlsxWriter<W>>),
}

impl<W: Write + Send> SheetWriter<W> {
    /// Begins the file with its header row.
    ///
    /// # Errors
    /// [`SheetError`]: output or temporary file cannot be written.
    pub fn new(format: SheetFormat, table: Table<'_>, out: W) -> Result<Self, SheetError> {
        let kind = match format {
            SheetFormat::Csv => Kind::Csv(CsvWriter::new(table, out)?),
            SheetFormat::Xlsx => Kind::Xlsx(Box::new(XlsxWriter::new(table, out)?)),
        };
        Ok(Self {
            columns: table.columns.len(),
            rows: 0,
            kind,
        })
    }

    /// Adds a row, a cell for each column.
    ///
    /// # Errors
    /// [`SheetError::CellCount`] for a row of another table, [`SheetError::TooManyRows`] when Excel takes no more, and
    /// what writing brings.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        if cells.len() != self.columns {
            let (expected, found) = (self.columns, cells.len());
            return Err(SheetError::CellCount { expected, found });
        }
        match &mut self.kind {
            Kind::Csv(writer) => writer.row(cells),
            Kind::Xlsx(writer) => writer.row(cells),
        }?;
        self.rows += 1;
        Ok(())
    }

    /// Ends the file and gives the output back, flushed, and how many rows of data were written. A file whose writer was
    /// dropped before is not whole.
    ///
    /// # Errors
    /// [`SheetError`]: output or temporary file cannot be written, or there was an error before.
    pub fn finish(self) -> Result<(W, u64), SheetError> {
        let out = match self.kind {
            Kind::Csv(writer) => writer.finish(),
            Kind::Xlsx(writer) => writer.finish(),
        }?;
        Ok((out, self.rows))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::{Column, ColumnKind};
    use super::*;

    #[test]
    fn a_row_of_another_table_is_refused_and_the_file_goes_on() {
        for format in SheetFormat::ALL {
            assert_eq!(
                SheetFormat::from_extension(format.extension()),
                Some(format)
            );
            let columns = [Column {
                title: "序号",
                kind: ColumnKind::Integer,
                width: 8,
            }];
            let table = Table {
                title: "表",
                columns: &columns,
                made_at: Timestamp::UNIX_EPOCH,
            };
            let mut writer = SheetWriter::new(format, table, Vec::new()).unwrap();
            assert!(matches!(
                writer.row(&[Cell::Empty, Cell::Empty]),
                Err(SheetError::CellCount {
                    expected: 1,
                    found: 2
                })
            ));
            writer.row(&[Cell::Integer(1)]).unwrap();
            let (bytes, rows) = writer.finish().unwrap();
            assert_eq!((bytes.is_empty(), rows), (false, 1));
        }
    }
}
