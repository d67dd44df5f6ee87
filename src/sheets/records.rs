//! The grammar of CSV: text to records of fields.
//!
//! RFC 4180, and what people's programs write: lines end by CR LF, LF or CR, the last one need not; a quotation mark
//! inside an unquoted field is a character like others.

use super::read_error::{ROW_LIMIT, ReadError};

/// A row of fields as the file has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Its fields, without quotation marks around them.
    pub(super) fields: Vec<String>,
    /// Whether it is a blank line, or nothing but separators: a row that a spreadsheet left empty.
    pub(super) is_blank: bool,
    /// Whether a quoted field went on after its closing mark.
    pub(super) is_stray: bool,
}

/// The records of a text. After an error there are no more.
pub(super) struct Records<'a> {
    text: &'a str,
    separator: u8,
    at: usize,
    line: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            separator: separator_of(text),
            at: 0,
            line: 1,
        }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over a line end, if there is one here.
    fn line_end(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let length = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.at += length;
        self.line += 1;
        true
    }

    fn record(&mut self) -> Result<Record, ReadError> {
        let (start, line) = (self.at, self.line);
        let mut record = Record {
            line,
            fields: Vec::new(),
            is_blank: true,
            is_stray: false,
        };
        loop {
            let mut field = String::new();
            let is_quoted = self.byte() == Some(b'"');
            if is_quoted {
                self.quoted(&mut field, start, line)?;
            }
            let rest = self.unquoted();
            field.push_str(rest);
            record.is_blank &= !is_quoted && rest.trim().is_empty();
            record.is_stray |= is_quoted && !rest.is_empty();
            record.fields.push(field);
            if self.at - start > ROW_LIMIT {
                return Err(ReadError::RowTooLong { line });
            }
            if self.byte() == Some(self.separator) {
                self.at += 1;
            } else {
                self.line_end();
                return Ok(record);
            }
        }
    }

    /// Reads from an opening quotation mark over the closing one; `start` and `line` are where the record begins.
    fn quoted(&mut self, field: &mut String, start: usize, line: u64) -> Result<(), ReadError> {
        let opened = self.line;
        self.at += 1;
        let mut from = self.at;
        loop {
            if self.at - start > ROW_LIMIT {
                return Err(ReadError::RowTooLong { line });
            }
            match self.byte() {
                None => return Err(ReadError::UnclosedQuote { line: opened }),
                Some(b'"') => {
                    field.push_str(&self.text[from..self.at]);
                    self.at += 1;
                    if self.byte() != Some(b'"') {
                        return Ok(());
                    }
                    // Two marks are one; the second begins the next piece.
                    from = self.at;
                    self.at += 1;
                }
                Some(b'\r' | b'\n') => {
                    self.line_end();
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// Everything up to the next separator or line end.
    fn unquoted(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let separator = char::from(self.separator);
        let length = rest.find([separator, '\r', '\n']).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.text.len() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.at = self.text.len();
        }
        Some(record)
    }
}

/// The separator that stands most often in the first line, outside quotation marks: comma, semicolon or tab.
fn separator_of(text: &str) -> u8 {
    let first = text.trim_start_matches(['\r', '\n']).lines().next();
    let (mut is_quoted, mut counts) = (false, [0_usize; 3]);
    let separators = [b',', b';', b'\t'];
    for byte in first.unwrap_or_default().bytes() {
        is_quoted ^= byte == b'"';
        let place = separators.iter().position(|&separator| separator == byte);
        if let Some(place) = place.filter(|_| !is_quoted) {
            counts[place] += 1;
        }
    }
    // Of equals the last wins here, so the comma comes last.
    let most = (0..3).rev().max_by_key(|&place| counts[place]);
    separators[most.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<(u64, Vec<String>)> {
        Records::new(text)
            .map(Result::unwrap)
            .map(|record| (record.line, record.fields))
            .collect()
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Vec<String>) {
        (line, fields.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn quoted_fields_hold_anything() {
        assert_eq!(
            fields("a,b\r\n\"x,\"\"y\"\"\r\nz\",\"\"\n沅江,a\"b\r1,2"),
            [
                row(1, &["a", "b"]),
                row(2, &["x,\"y\"\r\nz", ""]),
                row(4, &["沅江", "a\"b"]),
                row(5, &["1", "2"]),
            ]
        );
        assert_eq!(fields("a,\n,"), [row(1, &["a", ""]), row(2, &["", ""])]);
        assert_eq!(fields(""), []);
    }

    #[test]
    fn other_separators_are_seen_in_the_first_line() {
        assert_eq!(fields("a;b;\"c,,,\"")[0], row(1, &["a", "b", "c,,,"]));
        assert_eq!(fields("\na\tb,c\td")[1], row(2, &["a", "b,c", "d"]));
        assert_eq!(fields("a,b;c")[0], row(1, &["a", "b;c"]));
    }

    #[test]
    fn blank_and_stray_records_are_marked() {
        let records: Vec<_> = Records::new("a,b\n\n ,\n\"\",\n\"x\"y,z\n")
            .map(Result::unwrap)
            .collect();
        let blank: Vec<_> = records.iter().map(|record| record.is_blank).collect();
        let stray: Vec<_> = records.iter().map(|record| record.is_stray).collect();
        assert_eq!(blank, [false, true, true, false, false]);
        assert_eq!(stray, [false, false, false, false, true]);
    }

    #[test]
    fn a_mark_that_is_not_closed_ends_it() {
        let last = Records::new("a\n\"b\nc\n").last();
        assert_eq!(last, Some(Err(ReadError::UnclosedQuote { line: 2 })));
        let endless = format!("a\n\"{}", "x\n".repeat(ROW_LIMIT));
        let last = Records::new(&endless).last();
        assert_eq!(last, Some(Err(ReadError::RowTooLong { line: 2 })));
        let endless = format!("a\n{}", "x,".repeat(ROW_LIMIT));
        let last = Records::new(&endless).last();
        assert_eq!(last, Some(Err(ReadError::RowTooLong { line: 2 })));
    }
}
