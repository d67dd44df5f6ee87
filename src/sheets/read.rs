//! CSV that people bring: cells under the titles that were asked for.
//!
//! The first row that is not blank holds the titles, in any order. Blank rows are skipped, and so are empty cells beyond
//! the last title, which Excel leaves behind. A wrong row is told beside the others; a wrong file is refused whole.

pub use super::read_error::{ROW_LIMIT, ROWS_LIMIT, ReadError, TITLE_SHOWN};

use super::decode::{Encoding, decode};
use super::inert::revived;
use super::records::{Record, Records};

/// A column that a file may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedColumn {
    /// Its title in the header row; blanks around it do not count.
    pub title: &'static str,
    /// Whether a file without it is refused.
    pub is_required: bool,
}

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSheet {
    /// How it was encoded.
    pub encoding: Encoding,
    /// Its rows in order, without blank ones.
    pub rows: Vec<ReadRow>,
}

/// A row of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRow {
    /// The line of the file on which it begins, from 1. Quoted cells may hold line breaks, so this is not the number of
    /// the row.
    pub line: u64,
    /// A cell for each wanted column, in the order in which they were asked for; none if the file lacks the column. The
    /// text is as the file has it, blanks included, but [`revived`].
    pub cells: Result<Vec<Option<String>>, RowError>,
}

/// Why a row was not read. The others were.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// More or fewer cells than titles.
    #[error("the row has {found} cells, but the header has {expected}")]
    CellCount {
        /// Titles in the header.
        expected: usize,
        /// Cells in the row.
        found: usize,
    },
    /// Characters between a closing quotation mark and the next separator.
    #[error(
        "a cell goes on after its closing quotation mark; a mark inside a cell is written twice"
    )]
    StrayQuote,
}

impl RowError {
    /// The error as a page says it beside the row.
    pub fn chinese(&self) -> String {
        match self {
            Self::CellCount { expected, found } => {
                format!("这一行有 {found} 格，而表头有 {expected} 格")
            }
            Self::StrayQuote => "一格在后引号之后还有内容；格内的引号应写两个".to_owned(),
        }
    }
}

/// Reads a CSV file. The caller limits its size; memory is about twice that.
///
/// # Errors
/// [`ReadError`] if the file as a whole cannot be used; what is wrong with single rows stands in them.
pub fn read(bytes: &[u8], wanted: &[WantedColumn]) -> Result<ReadSheet, ReadError> {
    let (text, encoding) = decode(bytes)?;
    let mut records = Records::new(&text).filter(|record| !matches!(record, Ok(r) if r.is_blank));
    let header = Header::new(records.next().ok_or(ReadError::Empty)??, wanted)?;
    let mut rows = Vec::new();
    for record in records {
        let record = record?;
        if rows.len() == ROWS_LIMIT {
            return Err(ReadError::TooManyRows);
        }
        let line = record.line;
        let cells = header.cells(record);
        rows.push(ReadRow { line, cells });
    }
    Ok(ReadSheet { encoding, rows })
}

/// Where the wanted columns are.
struct Header {
    /// Columns with a title.
    width: usize,
    /// For each wanted column its place in the file.
    places: Vec<Option<usize>>,
}

impl Header {
    fn new(record: Record, wanted: &[WantedColumn]) -> Result<Self, ReadError> {
        let mut titles = record.fields;
        while titles.last().is_some_and(|title| title.trim().is_empty()) {
            titles.pop();
        }
        let mut places = vec![None; wanted.len()];
        for (place, title) in titles.iter().enumerate() {
            let title = revived(title).trim();
            if title.is_empty() {
                return Err(ReadError::NoTitle { column: place + 1 });
            }
            let found = wanted.iter().position(|column| column.title == title);
            let Some(found) = found else {
                let known: Vec<&str> = wanted.iter().map(|column| column.title).collect();
                return Err(ReadError::UnknownTitle {
                    title: title.chars().take(TITLE_SHOWN).collect(),
                    known: known.join(", "),
                });
            };
            if places[found].replace(place).is_some() {
                let title = wanted[found].title;
                return Err(ReadError::DoubledTitle { title });
            }
        }
        for (column, place) in wanted.iter().zip(&places) {
            if column.is_required && place.is_none() {
                let title = column.title;
                return Err(ReadError::MissingTitle { title });
            }
        }
        let width = titles.len();
        Ok(Self { width, places })
    }

    fn cells(&self, record: Record) -> Result<Vec<Option<String>>, RowError> {
        if record.is_stray {
            return Err(RowError::StrayQuote);
        }
        let mut fields = record.fields;
        while fields.len() > self.width
            && fields.last().is_some_and(|field| field.trim().is_empty())
        {
            fields.pop();
        }
        if fields.len() != self.width {
            let (expected, found) = (self.width, fields.len());
            return Err(RowError::CellCount { expected, found });
        }
        let cell = |place: &Option<usize>| place.map(|place| revived(&fields[place]).to_owned());
        Ok(self.places.iter().map(cell).collect())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::super::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table};
    use super::*;

    const WANTED: [WantedColumn; 3] = [
        WantedColumn {
            title: "名称",
            is_required: true,
        },
        WantedColumn {
            title: "数量",
            is_required: true,
        },
        WantedColumn {
            title: "备注",
            is_required: false,
        },
    ];

    fn read_text(text: &str) -> Result<ReadSheet, ReadError> {
        read(text.as_bytes(), &WANTED)
    }

    fn cells(of: [Option<&str>; 3]) -> Vec<Option<String>> {
        of.iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    #[test]
    fn columns_come_in_any_order() {
        let sheet =
            read_text("\n数量, 名称 ,,\r\n3,'=沅江,,\r\n,,,\r\n\"4\",\"a\nb\"\n5,c").unwrap();
        let row = |line, name, count| ReadRow {
            line,
            cells: Ok(cells([Some(name), Some(count), None])),
        };
        assert_eq!(
            sheet.rows,
            [row(3, "=沅江", "3"), row(5, "a\nb", "4"), row(7, "c", "5")]
        );
    }

    #[test]
    fn a_wrong_row_does_not_stop_the_others() {
        let sheet = read_text("名称,数量\na\na,1,2\n\"a\"b,1\na,1\n").unwrap();
        let count = |found| {
            let expected = 2;
            Err(RowError::CellCount { expected, found })
        };
        let found: Vec<_> = sheet.rows.into_iter().map(|row| row.cells).collect();
        assert_eq!(
            found,
            [
                count(1),
                count(3),
                Err(RowError::StrayQuote),
                Ok(cells([Some("a"), Some("1"), None]))
            ]
        );
    }

    #[test]
    fn a_wrong_header_is_refused() {
        assert_eq!(read_text(" \n\n"), Err(ReadError::Empty));
        assert_eq!(
            read_text("名称,数量,价"),
            Err(ReadError::UnknownTitle {
                title: "价".to_owned(),
                known: "名称, 数量, 备注".to_owned()
            })
        );
        assert_eq!(
            read_text("名称,名称"),
            Err(ReadError::DoubledTitle { title: "名称" })
        );
        assert_eq!(
            read_text("名称,备注"),
            Err(ReadError::MissingTitle { title: "数量" })
        );
        assert_eq!(
            read_text("名称,,数量"),
            Err(ReadError::NoTitle { column: 2 })
        );
    }

    #[test]
    fn too_many_rows_are_refused() {
        let text = |rows| format!("名称,数量\n{}", "a,1\n".repeat(rows));
        assert_eq!(read_text(&text(ROWS_LIMIT)).unwrap().rows.len(), ROWS_LIMIT);
        assert_eq!(
            read_text(&text(ROWS_LIMIT + 1)),
            Err(ReadError::TooManyRows)
        );
    }

    /// The table as our writer writes it.
    fn written(rows: &[[String; 3]]) -> Vec<u8> {
        let columns = WANTED.map(|column| Column {
            title: column.title,
            kind: ColumnKind::Text,
            width: 10,
        });
        let table = Table {
            title: "表",
            columns: &columns,
            made_at: Timestamp::UNIX_EPOCH,
        };
        let mut writer = SheetWriter::new(SheetFormat::Csv, table, Vec::new()).unwrap();
        for row in rows {
            let row = row.each_ref().map(|text| Cell::Text(text));
            writer.row(&row).unwrap();
        }
        writer.finish().unwrap().0
    }

    const TEXT: &str = "[,;\"'=+@ \t\r\n＝－＠a沅𠮷\u{3000}\u{feff}-]{0,5}";

    proptest! {
        #[test]
        fn what_we_write_we_read(rows in prop::collection::vec([TEXT, TEXT, "[^\0]{0,4}"], 0..6)) {
            let sheet = read(&written(&rows), &WANTED).unwrap();
            let found: Vec<Vec<String>> = sheet
                .rows
                .into_iter()
                .map(|row| row.cells.unwrap().into_iter().map(Option::unwrap).collect())
                .collect();
            prop_assert_eq!(found, rows);
        }

        #[test]
        fn another_reader_agrees_and_finds_no_formula(rows in prop::collection::vec([TEXT, TEXT, TEXT], 0..6)) {
            let bytes = written(&rows);
            let found = csv::ReaderBuilder::new().from_reader(bytes.as_slice()).into_records();
            let found: Vec<Vec<String>> = found
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            for field in found.iter().flatten() {
                prop_assert!(!field.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']));
            }
            let revived: Vec<Vec<&str>> = found
                .iter()
                .map(|row| row.iter().map(|field| revived(field)).collect())
                .collect();
            prop_assert_eq!(revived, rows);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes, &WANTED);
            let _ = read(&[b"\xff\xfe".as_slice(), &bytes].concat(), &WANTED);
        }
    }
}
