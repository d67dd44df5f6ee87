//! Figures as pictures: horizontal bars, stacked bars, columns a day, and a bar held against its target, as SVG that
//! stands within a page.
//!
//! Widths are shares of whatever room there is and heights are in letters, so a picture fits a phone and a desk and its
//! words keep their size. Colours are classes of the page's style (`s1` to `s4`, `track`, `rule`): light and dark are its
//! business. A picture is one image to a screen reader; the numbers stand in a table beside it.

use std::fmt::Write as _;

/// Series that can be told apart in one picture.
pub const MOST_SERIES: usize = 4;

/// A bar: what it is of, how long it is, and what stands at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// Its parts, one for each series, from the left.
    pub parts: Vec<u64>,
    /// What stands at its end.
    pub text: String,
}

impl Bar {
    fn all(&self) -> u64 {
        self.parts.iter().copied().fold(0, u64::saturating_add)
    }
}

/// A column: a day, say, with its parts from below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is of.
    pub label: String,
    /// Its parts, one for each series.
    pub parts: Vec<u64>,
}

impl Column {
    fn all(&self) -> u64 {
        self.parts.iter().copied().fold(0, u64::saturating_add)
    }
}

/// A share held against the share it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// What the share is.
    pub text: String,
    /// In thousandths.
    pub per_mille: u64,
    /// What the target is.
    pub wanted: String,
    /// In percent.
    pub wanted_percent: u64,
}

/// Text as it may stand within markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A share in hundredths of a percent, as in `57.31`.
fn share(part: u64, whole: u64) -> String {
    let hundredths = u128::from(part) * 10_000 / u128::from(whole.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The beginning of a picture: so many letters high, with a name for who cannot see it.
fn begin(title: &str, tenths_high: usize) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"100%\" height=\"{}em\"><title>{}</title>",
        tenths(tenths_high),
        escaped(title)
    )
}

/// `35` as `3.5`.
fn tenths(number: usize) -> String {
    format!("{}.{}", number / 10, number % 10)
}

/// Tenths of a letter's height of one bar with its words.
const BAR: usize = 30;

/// Horizontal bars one below the other, each with its words above it; the longest takes all the room. Parts of one bar
/// stand one after the other.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(Bar::all).max().unwrap_or(0);
    let mut out = begin(title, BAR * bars.len());
    for (place, bar) in bars.iter().enumerate() {
        let top = place * BAR;
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "<text x=\"0\" y=\"{0}em\">{1}</text><text class=\"end\" x=\"100%\" y=\"{0}em\" text-anchor=\"end\">{2}</text>\
             <rect class=\"track\" x=\"0\" y=\"{3}em\" width=\"100%\" height=\"0.9em\"/>",
            tenths(top + 11),
            escaped(&bar.label),
            escaped(&bar.text),
            tenths(top + 15),
        );
        let mut before = 0_u64;
        for (series, part) in bar.parts.iter().take(MOST_SERIES).enumerate() {
            if *part > 0 {
                _ = write!(
                    out,
                    "<rect class=\"s{}\" x=\"{}%\" y=\"{}em\" width=\"{}%\" height=\"0.9em\"/>",
                    series + 1,
                    share(before, longest),
                    tenths(top + 15),
                    share(*part, longest),
                );
            }
            before = before.saturating_add(*part);
        }
    }
    out.push_str("</svg>");
    out
}

/// Columns side by side, the highest as high as the picture; `highest` is what stands beside its top.
pub fn columns(title: &str, columns: &[Column], highest: &str) -> String {
    /// Tenths of a letter: the room for columns, what is above it, and all with the words below.
    const ROOM: usize = 90;
    const ABOVE: usize = 16;
    const ALL: usize = ABOVE + ROOM + 16;
    let most = columns.iter().map(Column::all).max().unwrap_or(0);
    let mut out = begin(title, ALL);
    _ = write!(
        out,
        "<text x=\"0\" y=\"1.1em\">{}</text>\
         <rect class=\"rule\" x=\"0\" y=\"{}em\" width=\"100%\" height=\"1\"/>\
         <rect class=\"rule\" x=\"0\" y=\"{}em\" width=\"100%\" height=\"1\"/>",
        escaped(highest),
        tenths(ABOVE),
        tenths(ABOVE + ROOM),
    );
    let count = columns.len() as u64;
    for (place, column) in (0_u64..).zip(columns) {
        let mut below = 0_u64;
        for (series, part) in column.parts.iter().take(MOST_SERIES).enumerate() {
            let high = |marks: u64| {
                let letters = u128::from(marks) * ROOM as u128 * 100 / u128::from(most.max(1));
                usize::try_from(letters).unwrap_or(0) // thousandths of a letter
            };
            if *part > 0 {
                let foot = (ABOVE + ROOM) * 100 - high(below);
                let height = high(below.saturating_add(*part)) - high(below);
                _ = write!(
                    out,
                    "<rect class=\"s{}\" x=\"{}%\" y=\"{}em\" width=\"{}%\" height=\"{}em\"><title>{} {}</title></rect>",
                    series + 1,
                    share(place, count),
                    thousandths(foot - height),
                    share(4, 5 * count),
                    thousandths(height),
                    escaped(&column.label),
                    column.all(),
                );
            }
            below = below.saturating_add(*part);
        }
    }
    let words = tenths(ALL - 2);
    for (column, x, anchor) in [
        (columns.first(), "0", "start"),
        (
            columns.get(columns.len() / 2).filter(|_| columns.len() > 2),
            "50%",
            "middle",
        ),
        (columns.last().filter(|_| columns.len() > 1), "100%", "end"),
    ] {
        if let Some(column) = column {
            _ = write!(
                out,
                "<text x=\"{x}\" y=\"{words}em\" text-anchor=\"{anchor}\">{}</text>",
                escaped(&column.label)
            );
        }
    }
    out.push_str("</svg>");
    out
}

/// `1234` as `1.234`.
fn thousandths(number: usize) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

/// A bar from nothing to the whole, with a line where it should reach to.
pub fn gauge(title: &str, gauge: &Gauge) -> String {
    let reached = gauge.per_mille.min(1000);
    let wanted = gauge.wanted_percent.min(100);
    // The words of the line stand on its side that has the room.
    let anchor = if wanted > 50 { "end" } else { "start" };
    let mut out = begin(title, 48);
    _ = write!(
        out,
        "<text x=\"0\" y=\"1.1em\">{}</text><rect class=\"track\" x=\"0\" y=\"1.5em\" width=\"100%\" height=\"1.3em\"/>\
         <rect class=\"s1\" x=\"0\" y=\"1.5em\" width=\"{}%\" height=\"1.3em\"/>\
         <rect class=\"wanted\" x=\"{wanted}%\" y=\"1.2em\" width=\"2\" height=\"2.2em\"/>\
         <text x=\"{wanted}%\" y=\"4.5em\" text-anchor=\"{anchor}\">{}</text></svg>",
        escaped(&gauge.text),
        share(reached, 1000),
        escaped(&gauge.wanted),
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, parts: &[u64]) -> Bar {
        Bar {
            label: label.to_owned(),
            parts: parts.to_vec(),
            text: parts.iter().sum::<u64>().to_string(),
        }
    }

    #[test]
    fn the_longest_bar_takes_all_the_room_and_parts_follow_one_another() {
        let svg = bars(
            "stock",
            &[bar("a", &[1, 2, 1]), bar("b", &[1, 0, 1]), bar("c", &[])],
        );
        for piece in [
            "height=\"9.0em\"",
            "<title>stock</title>",
            "class=\"s1\" x=\"0.00%\" y=\"1.5em\" width=\"25.00%\"",
            "class=\"s2\" x=\"25.00%\" y=\"1.5em\" width=\"50.00%\"",
            "class=\"s3\" x=\"75.00%\" y=\"1.5em\" width=\"25.00%\"",
            "class=\"s3\" x=\"25.00%\" y=\"4.5em\" width=\"25.00%\"",
        ] {
            assert!(svg.contains(piece), "{piece} in {svg}");
        }
        assert_eq!(
            svg.matches("class=\"s2\"").count(),
            1,
            "what is nothing is not drawn"
        );
    }

    #[test]
    fn the_highest_column_is_as_high_as_the_room() {
        let column = |label: &str, parts: &[u64]| Column {
            label: label.to_owned(),
            parts: parts.to_vec(),
        };
        let days = [
            column("d1", &[3, 1]),
            column("d2", &[0, 0]),
            column("d3", &[2, 0]),
        ];
        let svg = columns("scans", &days, "4");
        for piece in [
            "class=\"s1\" x=\"0.00%\" y=\"3.850em\" width=\"26.66%\" height=\"6.750em\"",
            "class=\"s2\" x=\"0.00%\" y=\"1.600em\" width=\"26.66%\" height=\"2.250em\"",
            "class=\"s1\" x=\"66.66%\" y=\"6.100em\" width=\"26.66%\" height=\"4.500em\"",
            "<title>d1 4</title>",
        ] {
            assert!(svg.contains(piece), "{piece} in {svg}");
        }
        assert_eq!(svg.matches("<rect class=\"s").count(), 3);
    }

    #[test]
    fn nothing_at_all_is_a_picture_too() {
        assert!(bars("t", &[]).ends_with("</svg>"));
        assert!(bars("t", &[bar("a", &[0])]).ends_with("</svg>"));
        assert!(columns("t", &[], "0").ends_with("</svg>"));
    }

    #[test]
    fn words_cannot_break_out_of_the_picture() {
        let svg = bars("<t>", &[bar("</text><script>&\"", &[1])]);
        assert!(!svg.contains("<script") && !svg.contains("<t>"), "{svg}");
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;"));
    }

    #[test]
    fn no_picture_has_a_style_of_its_own() {
        let whole = gauge(
            "t",
            &Gauge {
                text: "90 %".to_owned(),
                per_mille: 1234,
                wanted: "80 %".to_owned(),
                wanted_percent: 80,
            },
        );
        assert!(
            whole.contains("width=\"100.00%\""),
            "never beyond the whole"
        );
        assert!(whole.contains("x=\"80%\""));
        assert!(!whole.contains("style=") && !whole.contains("fill="));
    }
}
