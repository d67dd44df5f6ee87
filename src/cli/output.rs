//! The one place that writes to standard output and standard error.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::failure::Failure;
/// Times are told as in Beijing, to the second; JSON has them in UTC and exactly.
pub(super) use crate::domain::calendar::clock_of as beijing;
use crate::domain::mark::IndexRange;
use crate::domain::text::Line;
use crate::domain::tip::Told;

/// Prints results as text for people or as JSON for programs.
pub(super) struct Output {
    is_json: bool,
}

impl Output {
    pub(super) const fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Whether a person watches.
    #[allow(clippy::unused_self)] // reads as a question to the output
    pub(super) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// Prints a result: the JSON value, or the text.
    pub(super) fn result(&mut self, value: &Value, text: &str) -> Result<(), Failure> {
        if self.is_json {
            let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
            return write(&pretty);
        }
        write(text)
    }

    /// Prints a line for people; programs do not see it.
    pub(super) fn note(&mut self, text: &str) -> Result<(), Failure> {
        if self.is_json { Ok(()) } else { write(text) }
    }

    /// Says on standard error how the rest of a list is asked for, if there is more of it.
    #[allow(clippy::unused_self)] // where it is said is the output's business
    pub(super) fn rest(&mut self, option: Option<String>) {
        if let Some(option) = option {
            _ = writeln!(io::stderr(), "more: {option}");
        }
    }

    /// Prints what is wrong to standard error.
    pub(super) fn fail(&mut self, failure: &Failure) -> ExitCode {
        let text = if self.is_json {
            let value = json!({"error": failure.what, "advice": failure.advice, "details": failure.details});
            format!("{value}\n")
        } else {
            let details: String = failure
                .details
                .iter()
                .map(|line| format!("  {line}\n"))
                .collect();
            format!(
                "error: {}\n{details}to do: {}\n",
                on_one_line(&failure.what),
                on_one_line(&failure.advice)
            )
        };
        _ = io::stderr().write_all(text.as_bytes());
        ExitCode::from(failure.exit_code)
    }
}

/// What a database or the system says may run over several lines.
fn on_one_line(text: &str) -> String {
    text.split('\n')
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(" ")
}

fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{}", text.trim_end_matches('\n')).and_then(|()| stdout.flush()) {
        // A reader that has seen enough, such as `head`, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(
            format!("the result could not be printed: {error}"),
            "see where standard output goes",
        )),
        _ => Ok(()),
    }
}

/// Takes from a list what was asked for beyond its limit. Says how the rest is asked for, if there is more.
pub(super) fn cut<T>(
    found: &mut Vec<T>,
    limit: u32,
    option: impl FnOnce(&T) -> String,
) -> Option<String> {
    let limit = limit as usize;
    if found.len() <= limit {
        return None;
    }
    found.truncate(limit);
    found.last().map(option)
}

/// Columns of text.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let widest = |column: usize| {
        let cells = rows.iter().map(|row| width(&row[column]));
        cells.chain([width(head[column])]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(widest).collect();
    let line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            text.push_str(&padded(cell, *width));
            text.push_str("  ");
        }
        text.trim_end().to_owned()
    };
    let mut text = line(head.to_vec());
    for row in rows {
        text.push('\n');
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    if rows.is_empty() {
        text.push_str("\n(none)");
    }
    text
}

/// Columns of a terminal: Chinese characters take two.
fn width(text: &str) -> usize {
    let is_wide = |character: &char| ('\u{2e80}'..='\u{ffe6}').contains(character);
    text.chars().count() + text.chars().filter(is_wide).count()
}

fn padded(text: &str, columns: usize) -> String {
    let spaces = columns.saturating_sub(width(text));
    format!("{text}{}", " ".repeat(spaces))
}

/// A title with fields below, one a line.
pub(super) fn card(title: &str, fields: &[(&str, String)]) -> String {
    let width = fields.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = title.to_owned();
    for (name, value) in fields {
        text.push_str(&format!("\n  {name:<width$}  {value}"));
    }
    text
}

/// What is there, or a dash.
pub(super) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".into(), |value| value.to_string())
}

/// Texts for JSON.
pub(super) fn texts(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(Line::as_str).collect()
}

/// Ranges of indices as JSON.
pub(super) fn ranges_json<'a>(ranges: impl IntoIterator<Item = &'a IndexRange>) -> Value {
    let one =
        |range: &IndexRange| json!({"first": range.first().get(), "last": range.last().get()});
    ranges.into_iter().map(one).collect()
}

/// The first ranges of many, and how many more there are.
pub(super) fn some_ranges(ranges: &[IndexRange]) -> String {
    /// More would scroll everything else away; JSON has them all.
    const MOST: usize = 20;
    let shown: Vec<String> = ranges.iter().take(MOST).map(ToString::to_string).collect();
    let mut text = shown.join(", ");
    if ranges.len() > MOST {
        text.push_str(&format!(" … and {} more ranges", ranges.len() - MOST));
    }
    text
}

/// What somebody wrote, each of its lines so many spaces to the right: none of them can pass for a line of ours.
pub(super) fn indented(told: &Told, spaces: usize) -> String {
    let lines = told.as_str().lines();
    lines
        .map(|line| format!("{:spaces$}{line}", "").trim_end().to_owned() + "\n")
        .collect()
}

/// So many of something: `1 mark`, `5,000 marks`.
pub(super) fn counted(number: u64, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(number),
        if number == 1 { one } else { many }
    )
}

/// So many marks.
pub(super) fn number_of_marks(number: u64) -> String {
    counted(number, "mark", "marks")
}

/// A number with its thousands apart.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_columns() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(16_777_216), "16,777,216");
        assert_eq!(
            [0, 1, 2000].map(number_of_marks),
            ["0 marks", "1 mark", "2,000 marks"]
        );
        let rows = vec![
            vec!["1".into(), "a".into()],
            vec!["22".into(), "沅江".into()],
        ];
        assert_eq!(table(&["no", "name"], &rows), "no  name\n1   a\n22  沅江");
        let rows = vec![
            vec!["沅江".into(), "1".into()],
            vec!["a".into(), String::new()],
        ];
        assert_eq!(table(&["name", "no"], &rows), "name  no\n沅江  1\na");
    }
}
