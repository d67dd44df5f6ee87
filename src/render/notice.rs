//! A sentence as a picture, where a picture cannot be had.

use std::fmt::Write as _;

/// Columns in a line: a Chinese character takes two.
const COLUMNS: usize = 40;

/// The words in lines, as an SVG file.
#[must_use]
pub fn picture(words: &str) -> Vec<u8> {
    let lines = lines(words);
    let height = 24 * lines.len() + 24;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"{height}\" viewBox=\"0 0 400 {height}\">\
         <path fill=\"#fff\" d=\"M0 0h400v{height}H0z\"/><g font-family=\"sans-serif\" font-size=\"16\" fill=\"#93480f\">"
    );
    for (number, line) in lines.iter().enumerate() {
        let line = line.replace('&', "&amp;").replace('<', "&lt;");
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "<text x=\"16\" y=\"{}\">{line}</text>",
            28 + 24 * number
        );
    }
    out.push_str("</g></svg>\n");
    out.into_bytes()
}

fn lines(words: &str) -> Vec<String> {
    let (mut lines, mut line, mut columns) = (Vec::new(), String::new(), 0);
    for character in words.chars() {
        let wide = if character.is_ascii() { 1 } else { 2 };
        let may_break = character == ' ' || wide == 2;
        if columns + wide > COLUMNS && (may_break || columns + wide > COLUMNS + 12) {
            lines.push(std::mem::take(&mut line));
            columns = 0;
        }
        line.push(character);
        columns += wide;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_and_never_marks() {
        let said = "the template cannot be printed: qr: is 16.70 × 16.70 mm <b> & more than that, much more";
        let picture = String::from_utf8(picture(said)).unwrap();
        assert!(picture.matches("<text").count() >= 2);
        assert!(picture.contains("&lt;b>") && !picture.contains("<b>"));
        assert_eq!(lines(said).concat(), said);
        assert!(
            lines(&"印".repeat(100))
                .iter()
                .all(|line| line.chars().count() <= 20)
        );
    }
}
