//! The data table in the form that a press's software takes: its columns, separators, widths, encoding and line ends.
//!
//! A profile is a small TOML file that the printing house keeps:
//!
//! ```toml
//! columns = ["sequence", "serial", "link"]
//! separator = ";"          # or widths = [8, 19, 140], each column filled with spaces
//! header = false
//! encoding = "gb18030"     # utf-8 (default), gb18030 (which GBK programs read), utf-16le with its mark
//! line_end = "crlf"        # crlf (default) or lf
//! ```

use encoding_rs::GB18030;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// The index of the mark in its batch, from 0.
    Sequence,
    /// The serial, with hyphens.
    Serial,
    /// The text inside the symbol.
    QrText,
    /// The same as a link.
    Link,
    /// The number of the batch.
    Batch,
    /// The number of the order.
    Order,
    /// The licensee's name.
    Licensee,
    /// The licensee's credit code.
    Uscc,
    /// The product as it stands on the pack.
    Product,
    /// The season, a year.
    Season,
}

impl Column {
    /// Its name in a header line and in a profile.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sequence => "sequence",
            Self::Serial => "serial",
            Self::QrText => "qr_text",
            Self::Link => "link",
            Self::Batch => "batch",
            Self::Order => "order",
            Self::Licensee => "licensee",
            Self::Uscc => "uscc",
            Self::Product => "product",
            Self::Season => "season",
        }
    }
}

/// How the text is encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8 without a mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// GB 18030, of which GBK is a part.
    #[serde(rename = "gb18030", alias = "gbk")]
    Gb18030,
    /// UTF-16, the low byte first, with its mark at the beginning.
    #[serde(rename = "utf-16le")]
    Utf16,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineEnd {
    /// CR LF, as RFC 4180 has it.
    #[default]
    Crlf,
    /// LF alone.
    Lf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    columns: Vec<Column>,
    separator: Option<String>,
    widths: Option<Vec<u16>>,
    #[serde(default)]
    header: bool,
    #[serde(default)]
    encoding: Encoding,
    #[serde(default)]
    line_end: LineEnd,
}

/// The form of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    columns: Vec<Column>,
    between: Between,
    has_header: bool,
    encoding: Encoding,
    line_end: LineEnd,
}

/// What parts the columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
enum Between {
    Separator(String),
    Widths(Vec<u16>),
}

/// A profile that says nothing that can be done.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// It is no TOML of this form; the message names line and member.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// It names no column.
    #[error("columns: name at least one")]
    NoColumns,
    /// Both ways to part columns, or neither.
    #[error("give either separator or widths")]
    Between,
    /// A separator that cannot part anything.
    #[error("separator: one or more characters that are no line end, such as \",\" or \"\\t\"")]
    Separator,
    /// Not a width for each column.
    #[error("widths: {columns} columns and {widths} widths; give each column one of 1 to 4000")]
    Widths {
        /// Columns.
        columns: usize,
        /// Widths.
        widths: usize,
    },
}

/// A row that does not go into the table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowError {
    /// It would be cut.
    #[error("column {column}: {text:?} is longer than its {width} characters")]
    TooWide {
        /// The column.
        column: &'static str,
        /// What should stand there.
        text: String,
        /// How wide the column is.
        width: u16,
    },
    /// It would look like two columns.
    #[error("column {column}: {text:?} holds the separator; choose another one, or widths")]
    Separator {
        /// The column.
        column: &'static str,
        /// What should stand there.
        text: String,
    },
}

impl Profile {
    /// Reads a profile.
    ///
    /// # Errors
    /// What is wrong with it, by its line or member.
    pub fn read(text: &str) -> Result<Self, ProfileError> {
        let file: File = toml::from_str(text)?;
        if file.columns.is_empty() {
            return Err(ProfileError::NoColumns);
        }
        let between = match (file.separator, file.widths) {
            (Some(separator), None) => {
                if separator.is_empty() || separator.contains(['\r', '\n']) {
                    return Err(ProfileError::Separator);
                }
                Between::Separator(separator)
            }
            (None, Some(widths)) => {
                let is_wide = |width: &u16| (1..=4000).contains(width);
                if widths.len() != file.columns.len() || !widths.iter().all(is_wide) {
                    let (columns, widths) = (file.columns.len(), widths.len());
                    return Err(ProfileError::Widths { columns, widths });
                }
                Between::Widths(widths)
            }
            _ => return Err(ProfileError::Between),
        };
        Ok(Self {
            columns: file.columns,
            between,
            has_header: file.header,
            encoding: file.encoding,
            line_end: file.line_end,
        })
    }

    /// What stands before the first row.
    ///
    /// # Errors
    /// [`RowError`] if a name does not go into its column.
    pub fn head(&self) -> Result<Vec<u8>, RowError> {
        let mut out = match self.encoding {
            Encoding::Utf16 => vec![0xFF, 0xFE],
            Encoding::Utf8 | Encoding::Gb18030 => Vec::new(),
        };
        if self.has_header {
            self.append(&mut out, |column| column.name().to_owned())?;
        }
        Ok(out)
    }

    /// Appends a row; `value` says what stands in a column.
    ///
    /// # Errors
    /// [`RowError`] if something does not go into its column; nothing is appended then.
    pub fn append(
        &self,
        out: &mut Vec<u8>,
        value: impl Fn(Column) -> String,
    ) -> Result<(), RowError> {
        let mut line = String::with_capacity(512);
        for (place, column) in self.columns.iter().enumerate() {
            let text = value(*column);
            match &self.between {
                Between::Separator(separator) => {
                    if text.contains(separator.as_str()) {
                        let column = column.name();
                        return Err(RowError::Separator { column, text });
                    }
                    if place > 0 {
                        line.push_str(separator);
                    }
                    line.push_str(&text);
                }
                Between::Widths(widths) => {
                    let width = widths[place];
                    let Some(rest) = usize::from(width).checked_sub(text.chars().count()) else {
                        let column = column.name();
                        return Err(RowError::TooWide {
                            column,
                            text,
                            width,
                        });
                    };
                    line.push_str(&text);
                    line.extend(std::iter::repeat_n(' ', rest));
                }
            }
        }
        line.push_str(match self.line_end {
            LineEnd::Crlf => "\r\n",
            LineEnd::Lf => "\n",
        });
        match self.encoding {
            Encoding::Utf8 => out.extend_from_slice(line.as_bytes()),
            Encoding::Gb18030 => out.extend_from_slice(&GB18030.encode(&line).0),
            Encoding::Utf16 => out.extend(line.encode_utf16().flat_map(u16::to_le_bytes)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(profile: &str) -> Result<Vec<u8>, RowError> {
        let profile = Profile::read(profile).unwrap();
        let mut out = profile.head()?;
        let value = |column| match column {
            Column::Sequence => "7".to_owned(),
            Column::Licensee => "湘湖食品".to_owned(),
            other => format!("<{}>", other.name()),
        };
        profile.append(&mut out, value)?;
        Ok(out)
    }

    #[test]
    fn separated_and_fixed_tables_come_as_the_press_wants_them() {
        let separated = "columns = [\"sequence\", \"serial\"]\nseparator = \";\"\nheader = true";
        assert_eq!(
            row(separated).unwrap(),
            b"sequence;serial\r\n7;<serial>\r\n"
        );
        let fixed = "columns = [\"sequence\", \"licensee\", \"serial\"]\nwidths = [3, 6, 8]\nline_end = \"lf\"";
        assert_eq!(row(fixed).unwrap(), "7  湘湖食品  <serial>\n".as_bytes());
        let gbk =
            "columns = [\"licensee\"]\nseparator = \",\"\nencoding = \"gbk\"\nline_end = \"lf\"";
        assert_eq!(row(gbk).unwrap(), b"\xCF\xE6\xBA\xFE\xCA\xB3\xC6\xB7\n");
        let wide = "columns = [\"sequence\"]\nseparator = \",\"\nencoding = \"utf-16le\"\nline_end = \"lf\"";
        assert_eq!(row(wide).unwrap(), b"\xFF\xFE7\0\n\0");
    }

    #[test]
    fn what_would_be_cut_or_taken_for_two_columns_is_refused() {
        let narrow = "columns = [\"licensee\"]\nwidths = [3]";
        assert!(matches!(
            row(narrow),
            Err(RowError::TooWide { width: 3, .. })
        ));
        let within = "columns = [\"licensee\", \"serial\"]\nseparator = \"湖\"";
        assert!(matches!(row(within), Err(RowError::Separator { .. })));
    }

    #[test]
    fn a_profile_that_makes_no_sense_says_where() {
        for (text, what) in [
            ("", "columns"),
            ("columns = []\nseparator = \",\"", "at least one"),
            ("columns = [\"colour\"]\nseparator = \",\"", "colour"),
            ("columns = [\"serial\"]", "either separator or widths"),
            (
                "columns = [\"serial\"]\nseparator = \",\"\nwidths = [1]",
                "either",
            ),
            ("columns = [\"serial\"]\nseparator = \"\"", "separator"),
            (
                "columns = [\"serial\"]\nwidths = [1, 2]",
                "1 columns and 2 widths",
            ),
            ("columns = [\"serial\"]\nwidths = [0]", "1 to 4000"),
            (
                "columns = [\"serial\"]\nseparator = \",\"\nfont = 1",
                "font",
            ),
            (
                "columns = [\"serial\"]\nseparator = \",\"\nencoding = \"big5\"",
                "big5",
            ),
        ] {
            let error = Profile::read(text).unwrap_err().to_string();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
