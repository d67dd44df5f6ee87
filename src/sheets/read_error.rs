//! Why a table that people bring was refused as a whole, and the limits it broke.

use super::decode::DecodeError;

/// Bytes of a row, decoded: far more than any of ours, and a quotation mark that nobody closed is found early.
pub const ROW_LIMIT: usize = 64 * 1024;

/// Rows of a file besides its header.
pub const ROWS_LIMIT: usize = 100_000;

/// Why a file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no text.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Nothing but blank lines.
    #[error("the file is empty; its first row must hold the titles of the columns")]
    Empty,
    /// A title that was not asked for.
    #[error("there is no column {title:?} here; the columns are {known}")]
    UnknownTitle {
        /// The title, cut to [`TITLE_SHOWN`] characters.
        title: String,
        /// The titles that there may be.
        known: String,
    },
    /// A column without a title, before one that has one.
    #[error("column {column} has no title")]
    NoTitle {
        /// Its number, from 1.
        column: usize,
    },
    /// A title that stands there twice.
    #[error("the column {title:?} is there twice")]
    DoubledTitle {
        /// The title.
        title: &'static str,
    },
    /// A required column is not there.
    #[error("the column {title:?} is missing")]
    MissingTitle {
        /// Its title.
        title: &'static str,
    },
    /// Longer than [`ROW_LIMIT`].
    #[error(
        "the row that begins on line {line} is longer than {} KiB; perhaps a quotation mark is not closed",
        ROW_LIMIT / 1024
    )]
    RowTooLong {
        /// The line on which it begins, from 1.
        line: u64,
    },
    /// The file ends within a quoted cell.
    #[error("the quotation mark on line {line} is not closed")]
    UnclosedQuote {
        /// The line of the opening mark, from 1.
        line: u64,
    },
    /// More rows than [`ROWS_LIMIT`].
    #[error("the file has more than {ROWS_LIMIT} rows; part it into several files")]
    TooManyRows,
}

impl ReadError {
    /// The error as a page says it.
    pub fn chinese(&self) -> String {
        match self {
            Self::Decode(error) => error.chinese(),
            Self::Empty => "文件是空的；第一行应为各栏的名称".to_owned(),
            Self::UnknownTitle { title, known } => {
                format!("没有“{title}”这一栏；可用的栏目有：{known}")
            }
            Self::NoTitle { column } => format!("第 {column} 栏没有名称"),
            Self::DoubledTitle { title } => format!("“{title}”这一栏出现了两次"),
            Self::MissingTitle { title } => format!("缺少“{title}”这一栏"),
            Self::RowTooLong { line } => format!(
                "从第 {line} 行起的一条记录超过 {} KiB，可能有引号没有成对",
                ROW_LIMIT / 1024
            ),
            Self::UnclosedQuote { line } => format!("第 {line} 行的引号没有成对"),
            Self::TooManyRows => format!("文件超过 {ROWS_LIMIT} 条记录，请拆分成几个文件"),
        }
    }
}

/// Characters of an unknown title that an error repeats.
pub const TITLE_SHOWN: usize = 40;
