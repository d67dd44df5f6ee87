//! Tables of rows to CSV and XLSX, and CSV back to rows.
//!
//! What belongs here: the shape of a table, the exact bytes of its files, and what a CSV file that people bring says,
//! whatever program saved it.
//!
//! What does not: which columns a list of batches has, where the bytes go, what a cell means. Nothing here asks the time
//! or keeps more than one row of a table that it writes.
//!
//! The way through: a [`Table`] has a title and [`Column`]s; a [`SheetWriter`] takes its rows of [`Cell`]s one by one and
//! writes them as [`csv`] or as an Excel file ([`SheetFormat`]). [`read::read`] goes the other way: [`decode`] finds out
//! how the text is encoded, then the cells come back under the titles that were asked for. [`inert`] keeps text from
//! becoming a formula, in both directions. [`press`] writes the table of a press, in whatever form its software wants.

pub mod csv;
pub mod decode;
pub mod inert;
pub mod press;
pub mod read;
mod read_error;
mod records;
mod table;
mod writer;
mod xlsx;

pub use table::{Cell, Column, ColumnKind, Table, column};
pub use writer::{SheetFormat, SheetWriter};

/// Rows of data that an Excel sheet holds besides its header row: 1,048,576 rows in all, by Microsoft's
/// "Excel specifications and limits".
pub const EXCEL_DATA_ROWS: u32 = 1_048_575;

/// Why a table could not be written. After any of them but [`SheetError::CellCount`] the file is not whole and the
/// writer is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The output did not take the bytes.
    #[error("the table could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The temporary file that holds the rows of an Excel file could not be written, mostly because the disk is full.
    #[error(
        "the temporary file for the Excel file could not be written ({0}); its folder is the system's, or TMPDIR"
    )]
    TemporaryFile(String),
    /// The Excel file could not be made for another reason.
    #[error("the Excel file could not be made: {0}")]
    Xlsx(rust_xlsxwriter::XlsxError),
    /// More rows than Excel opens.
    #[error(
        "an Excel sheet holds {limit} rows of data and there are more; take CSV, or choose fewer rows"
    )]
    TooManyRows {
        /// How many it holds, without the header.
        limit: u32,
    },
    /// A row that is not of this table.
    #[error("a row of {found} cells was given for a table of {expected} columns")]
    CellCount {
        /// Columns of the table.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// A row that does not go into the table of a press.
    #[error(transparent)]
    Row(#[from] press::RowError),
    /// A row or the end was given after an error.
    #[error("the table was given up after an error")]
    GivenUp,
}
