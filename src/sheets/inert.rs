//! Text that a spreadsheet would run as a formula, made inert, and back.
//!
//! A cell of a CSV file that begins with `=`, `+`, `-`, `@`, a tab or a line break may be run when the file is opened
//! ("CSV injection", OWASP); so may the full-width forms `＝＋－＠`, which Chinese keyboards type and some versions of Excel
//! take for the others. Such text gets a leading apostrophe, also when spaces or invisible characters stand before the
//! sign. Only text: a number that we write as a number keeps its sign.
//!
//! The same is done in Excel files. There a string cell is never run, but it is as soon as someone saves the sheet as CSV
//! and opens that, and the next person cannot know; and a table has the same cells in both formats.
//!
//! [`revived`] is the inverse, for reading our own files: `revived(inert(text)) == text` for every text. For this, text
//! that begins with apostrophes before such a sign gets one more. The price: a foreign file's `'=x`, where the apostrophe
//! was meant, is read as `=x`.

use std::borrow::Cow;

/// The text as it may stand in a spreadsheet: with a leading apostrophe if it could be run.
pub fn inert(text: &str) -> Cow<'_, str> {
    if could_run(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text that [`inert`] was given: without the leading apostrophe, if [`inert`] put it there.
pub fn revived(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if could_run(rest) => rest,
        _ => text,
    }
}

/// Apostrophes, then spaces and invisible characters, then a sign that begins a formula. With an apostrophe before it
/// such a text is again one of these, which is what makes [`revived`] an inverse.
fn could_run(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    let first = text.chars().find(|&character| !is_skipped(character));
    first.is_some_and(begins_formula)
}

fn begins_formula(character: char) -> bool {
    matches!(
        character,
        '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n'
    )
}

/// What a spreadsheet may drop before it looks for a formula.
fn is_skipped(character: char) -> bool {
    !begins_formula(character)
        && (character.is_whitespace()
            || character.is_control()
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_a_formula_gets_an_apostrophe() {
        for text in [
            "=1+1",
            "+86 138",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "  =1",
            "\u{3000}=1",
            "\u{feff}=1",
            "\0=1",
            "'=1",
            "''  =1",
        ] {
            let safe = inert(text);
            assert_eq!(safe, format!("'{text}"));
            assert_eq!(revived(&safe), text);
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in [
            "", "沅江", "a=b", "'", "'quoted'", "1-2", " x", "— x", "'''",
        ] {
            assert_eq!(inert(text), text);
            assert_eq!(revived(text), text);
        }
    }

    proptest! {
        #[test]
        fn reviving_undoes_it(text in "['=+@ \t\r\n＝－a\u{3000}\u{feff}-]{0,6}", any in ".*") {
            for text in [text, any] {
                let safe = inert(&text);
                prop_assert_eq!(revived(&safe), text.as_str());
                prop_assert!(!safe.starts_with(begins_formula));
                prop_assert!(!safe.trim().starts_with(begins_formula));
            }
        }
    }
}
