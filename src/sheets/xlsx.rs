//! Tables as Excel files (ECMA-376), written with `rust_xlsxwriter` in constant memory.
//!
//! Strings are always strings, never formulas or links. Numbers, days and moments are Excel's numbers under a format, as
//! long as Excel holds them exactly: it keeps 15 digits, and no days before March 1900 (it believes in a 29 February
//! 1900). What it does not hold is written as text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use jiff::civil::{self, Date};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
    XlsxError,
};

use super::inert::inert;
use super::table::{date_text, datetime_text, decimal_text};
use super::{Cell, ColumnKind, EXCEL_DATA_ROWS, SheetError, Table};
use crate::domain::calendar::BEIJING;

/// UTF-16 units that a cell holds, by Microsoft's "Excel specifications and limits".
const CELL_LIMIT: usize = 32_767;
/// UTF-16 units in the name of a sheet, from the same.
const NAME_LIMIT: usize = 31;
/// Beyond it, Excel turns the last digits of a number into zeros.
const EXACT_DIGITS: usize = 15;
/// A4 in Excel's list of papers.
const PAPER_A4: u8 = 9;

/// Writes a table row by row. The rows wait in an unnamed temporary file.
pub(super) struct XlsxWriter<W> {
    out: W,
    /// None after an error.
    workbook: Option<Box<Workbook>>,
    formats: Formats,
    last_column: u16,
    /// Rows written, with the header.
    rows: u32,
    data_rows_limit: u32,
}

struct Formats {
    text: Format,
    lines: Format,
    integer: Format,
    date: Format,
    datetime: Format,
    decimals: BTreeMap<u8, Format>,
}

impl Formats {
    fn new() -> Self {
        let numbers = |format: &str| Format::new().set_num_format(format);
        // A little space keeps them apart from a number to their left.
        let left = |format: &str| {
            let format = numbers(format);
            format.set_align(FormatAlign::Left).set_indent(1)
        };
        Self {
            // The format of text, so that a cell stays text when someone edits it.
            text: left("@"),
            // Where the program does not make the row taller by itself, the first line shows.
            lines: left("@").set_text_wrap().set_align(FormatAlign::Top),
            integer: numbers("#,##0"),
            date: left("yyyy-mm-dd"),
            datetime: left("yyyy-mm-dd hh:mm:ss"),
            decimals: BTreeMap::new(),
        }
    }

    fn decimal(&mut self, places: u8) -> &Format {
        self.decimals.entry(places).or_insert_with(|| {
            let zeros = "0".repeat(usize::from(places));
            let dot = if places > 0 { "." } else { "" };
            Format::new().set_num_format(format!("#,##0{dot}{zeros}"))
        })
    }

    fn of(&mut self, kind: ColumnKind) -> &Format {
        match kind {
            ColumnKind::Text => &self.text,
            ColumnKind::Integer => &self.integer,
            ColumnKind::Decimal(places) => self.decimal(places),
            ColumnKind::Date => &self.date,
            ColumnKind::DateTime => &self.datetime,
        }
    }
}

impl<W: Write + Send> XlsxWriter<W> {
    pub(super) fn new(table: Table<'_>, out: W) -> Result<Self, SheetError> {
        let last_column = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let mut writer = Self {
            out,
            workbook: Some(Box::new(Workbook::new())),
            formats: Formats::new(),
            last_column,
            rows: 0,
            data_rows_limit: EXCEL_DATA_ROWS,
        };
        writer.guarded(|workbook, formats, _| {
            workbook.set_properties(&properties(table));
            let sheet = workbook.add_worksheet_with_constant_memory()?;
            head(sheet, table, formats)
        })?;
        writer.rows = 1;
        Ok(writer)
    }

    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), SheetError> {
        let limit = self.data_rows_limit;
        if self.rows > limit {
            self.workbook = None;
            return Err(SheetError::TooManyRows { limit });
        }
        let row = self.rows;
        self.guarded(|workbook, formats, _| {
            let sheet = workbook.worksheet_from_index(0)?;
            for (column, cell) in (0..).zip(cells) {
                write_cell(sheet, row, column, *cell, formats)?;
            }
            Ok(())
        })?;
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, SheetError> {
        let (last_row, last_column) = (self.rows - 1, self.last_column);
        self.guarded(|workbook, _, out| {
            workbook
                .worksheet_from_index(0)?
                .autofilter(0, 0, last_row, last_column)?;
            workbook.save_to_writer(out)
        })?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Runs a piece of work on the workbook. The library panics when its temporary file cannot be written, so a panic is
    /// caught and told as an error; after any error the workbook is gone, as nobody knows what is in it.
    fn guarded(
        &mut self,
        work: impl FnOnce(&mut Workbook, &mut Formats, &mut W) -> Result<(), XlsxError>,
    ) -> Result<(), SheetError> {
        let Some(workbook) = &mut self.workbook else {
            return Err(SheetError::GivenUp);
        };
        let (formats, out) = (&mut self.formats, &mut self.out);
        let result = catch_unwind(AssertUnwindSafe(|| work(workbook, formats, out)));
        let error = match result {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(XlsxError::IoError(error))) => SheetError::Io(error),
            Ok(Err(XlsxError::ZipError(error))) => SheetError::Io(error.into()),
            Ok(Err(XlsxError::TempFileError(_, error))) => {
                SheetError::TemporaryFile(error.to_string())
            }
            Ok(Err(error)) => SheetError::Xlsx(error),
            Err(panic) => {
                let words = panic.downcast_ref::<String>().cloned();
                SheetError::TemporaryFile(words.unwrap_or_else(|| "it broke off".to_owned()))
            }
        };
        self.workbook = None;
        Err(error)
    }
}

fn properties(table: Table<'_>) -> DocProperties {
    // Out of Excel's range only before 1900; the library then says 1970.
    let made_at = ExcelDateTime::from_timestamp(table.made_at.as_second())
        .or_else(|_| ExcelDateTime::from_timestamp(0));
    let properties = DocProperties::new()
        .set_title(shown(table.title))
        .set_author("yuanmark");
    match made_at {
        Ok(made_at) => properties.set_creation_datetime(&made_at),
        Err(_) => properties,
    }
}

/// Name, columns and header row; printed on A4, as wide as one page, the header on every page.
fn head(sheet: &mut Worksheet, table: Table<'_>, formats: &mut Formats) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(table.title))?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape();
    sheet.set_paper_size(PAPER_A4);
    sheet.set_print_fit_to_pages(1, 0);
    for (place, column) in (0..).zip(table.columns) {
        sheet.set_column_width(place, f64::from(column.width))?;
        sheet.set_column_format(place, formats.of(column.kind))?;
        let (side, indent) = match column.kind {
            ColumnKind::Integer | ColumnKind::Decimal(_) => (FormatAlign::Right, 0),
            _ => (FormatAlign::Left, 1),
        };
        let format = Format::new()
            .set_bold()
            .set_align(side)
            .set_indent(indent)
            .set_background_color(Color::RGB(0xE2_EF_DA))
            .set_border_bottom(FormatBorder::Thin);
        sheet.write_string_with_format(0, place, shown(column.title), &format)?;
    }
    Ok(())
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: Cell<'_>,
    formats: &mut Formats,
) -> Result<(), XlsxError> {
    let (number, text, format) = match cell {
        Cell::Empty | Cell::Text("") => return Ok(()),
        Cell::Text(text) => (None, shown(text), &formats.text),
        Cell::Integer(value) => {
            let text = value.to_string();
            (exact(&text), text, &formats.integer)
        }
        Cell::Decimal { value, places } => {
            let text = decimal_text(value, places);
            (exact(&text), text, formats.decimal(places))
        }
        Cell::Date(date) => (serial_day(date), date_text(date), &formats.date),
        Cell::DateTime(at) => (serial_time(at), datetime_text(at), &formats.datetime),
    };
    match number {
        Some(number) => sheet.write_number_with_format(row, column, number, format)?,
        None if text.contains('\n') => {
            sheet.write_string_with_format(row, column, text, &formats.lines)?
        }
        None => sheet.write_string_with_format(row, column, text, &formats.text)?,
    };
    Ok(())
}

/// The number, if Excel keeps all its digits.
fn exact(text: &str) -> Option<f64> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (digits <= EXACT_DIGITS)
        .then(|| text.parse().ok())
        .flatten()
}

/// Excel's number of a day, counted from 30 December 1899, right from 1 March 1900 on.
fn serial_day(date: Date) -> Option<f64> {
    if date < civil::date(1900, 3, 1) {
        return None;
    }
    let days = civil::date(1899, 12, 30).until(date).ok()?.get_days();
    Some(f64::from(days))
}

/// Excel's number of a moment in Beijing: days and their fraction.
fn serial_time(at: Timestamp) -> Option<f64> {
    let local = BEIJING.to_datetime(at);
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    let seconds = i32::from(hour) * 3600 + i32::from(minute) * 60 + i32::from(second);
    Some(serial_day(local.date())? + f64::from(seconds) / 86_400.0)
}

/// A text as a cell holds it: inert, without characters that XML or Excel cannot hold, cut to the limit of a cell.
fn shown(text: &str) -> String {
    let text = inert(text);
    let text: Cow<'_, str> = if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text
    };
    let text = text.replace(is_unholdable, "\u{fffd}");
    cut(text, CELL_LIMIT)
}

/// Control characters but tab and line feed, and the two code points that XML 1.0 forbids.
fn is_unholdable(character: char) -> bool {
    (character.is_control() && !matches!(character, '\t' | '\n'))
        || matches!(character, '\u{fffe}' | '\u{ffff}')
}

/// The name of the sheet: without the characters that Excel forbids in it, cut to its limit.
fn sheet_name(title: &str) -> String {
    let name = title.replace(['[', ']', ':', '*', '?', '/', '\\', '\''], "_");
    let name = cut(name.replace(char::is_control, "_"), NAME_LIMIT);
    if name.trim().is_empty() {
        return "Sheet1".to_owned();
    }
    name
}

/// At most `limit` units of UTF-16, as Excel counts; an ellipsis says that something is missing.
fn cut(mut text: String, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text;
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > limit - 1
    });
    if let Some((end, _)) = end {
        text.truncate(end);
    }
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::super::Column;
    use super::*;

    const COLUMNS: [Column; 1] = [Column {
        title: "序号",
        kind: ColumnKind::Integer,
        width: 10,
    }];
    const TABLE: Table<'_> = Table {
        title: "表",
        columns: &COLUMNS,
        made_at: Timestamp::UNIX_EPOCH,
    };

    #[test]
    fn more_rows_than_excel_opens_are_refused_with_advice() {
        let mut writer = XlsxWriter::new(TABLE, Vec::new()).unwrap();
        writer.data_rows_limit = 2;
        writer.row(&[Cell::Integer(1)]).unwrap();
        writer.row(&[Cell::Integer(2)]).unwrap();
        let error = writer.row(&[Cell::Integer(3)]).unwrap_err();
        assert!(error.to_string().contains("take CSV"), "{error}");
        assert!(matches!(writer.finish(), Err(SheetError::GivenUp)));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        let make = || {
            let mut writer = XlsxWriter::new(TABLE, Vec::new()).unwrap();
            writer.row(&[Cell::Text("沅江")]).unwrap();
            writer.finish().unwrap()
        };
        assert_eq!(make(), make());
    }

    #[test]
    fn a_panic_of_the_library_is_an_error() {
        let mut writer = XlsxWriter::new(TABLE, Vec::new()).unwrap();
        let error = writer
            .guarded(|_, _, _| panic!("{}", std::io::Error::from(std::io::ErrorKind::StorageFull)))
            .unwrap_err();
        assert!(matches!(error, SheetError::TemporaryFile(_)), "{error}");
        assert!(matches!(
            writer.row(&[Cell::Empty]),
            Err(SheetError::GivenUp)
        ));
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
        let writer = XlsxWriter::new(TABLE, Full).unwrap();
        let error = writer.finish().err().unwrap();
        assert!(matches!(error, SheetError::Io(_)), "{error:?}");
    }

    #[test]
    fn days_and_moments_are_excels_numbers() {
        assert_eq!(serial_day(civil::date(1900, 3, 1)), Some(61.0));
        assert_eq!(serial_day(civil::date(2026, 5, 1)), Some(46_143.0));
        assert_eq!(serial_day(civil::date(1900, 2, 28)), None);
        let at: Timestamp = "2026-05-01T04:00:00.9Z".parse().unwrap();
        assert_eq!(serial_time(at), Some(46_143.5));
    }

    #[test]
    fn numbers_that_excel_would_round_stay_text() {
        assert_eq!(exact("999999999999999"), Some(999_999_999_999_999.0));
        assert_eq!(exact("1000000000000000"), None);
        assert_eq!(exact("-0.05"), Some(-0.05));
    }

    #[test]
    fn texts_fit_a_cell() {
        assert_eq!(
            shown("a\0b\u{1}\r\nc\rd\u{ffff}"),
            "a\u{fffd}b\u{fffd}\nc\nd\u{fffd}"
        );
        assert_eq!(shown("=1"), "'=1");
        let long = shown(&"𠮷".repeat(20_000));
        assert_eq!(long.encode_utf16().count(), 32_767);
        assert!(long.ends_with("𠮷…"));
        assert_eq!(shown(&"笋".repeat(32_767)).chars().count(), 32_767);
    }

    #[test]
    fn a_sheet_always_has_a_name() {
        assert_eq!(sheet_name("批次 [1]: a/b"), "批次 _1__ a_b");
        assert_eq!(sheet_name("'x'"), "_x_");
        assert_eq!(sheet_name(" "), "Sheet1");
        assert_eq!(sheet_name(&"笋".repeat(40)).chars().count(), 31);
    }
}
