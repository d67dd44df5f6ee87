//! What keeps a text that somebody typed from being a serial. `web-verify/check/typing.js` says the same while it is typed;
//! both are held against `tests/browser/vectors-of-typing.json`.

use super::crockford;
use super::serial::Serial;

/// Characters of a serial.
const SERIAL: usize = 16;
/// Characters of a hidden code.
const HIDDEN: usize = 8;
/// Characters from which on a text was pasted or scanned, not typed: a whole code, or an address.
const PASTED: usize = 60;

/// What is wrong with it. What is shown is written as serials are printed, in fours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// These characters stand in no serial, each once, as they were typed.
    Impossible(String),
    /// This is there, and so many characters are missing.
    Short(String, usize),
    /// This is there: as many characters as a hidden code has.
    Hidden(String),
    /// This is there, and so many characters are too many.
    Long(String, usize),
}

impl Flaw {
    /// What is wrong with a text as a serial. `None` if nothing is, if nothing was typed, and of what was pasted or scanned.
    pub fn of(text: &str) -> Option<Self> {
        if text.trim().is_empty() || is_pasted(text) || Serial::from_typed(text).is_some() {
            return None;
        }
        let (characters, impossible) = crockford::read(text);
        if !impossible.is_empty() {
            let each: Vec<String> = impossible.iter().map(char::to_string).collect();
            return Some(Self::Impossible(each.join(" ")));
        }
        let (count, shown) = (characters.len(), in_fours(&characters));
        Some(match count {
            HIDDEN => Self::Hidden(shown),
            0..SERIAL => Self::Short(shown, SERIAL - count),
            _ => Self::Long(shown, count - SERIAL),
        })
    }
}

fn is_pasted(text: &str) -> bool {
    let is_address = text.contains("://") || text.to_ascii_lowercase().contains("/t/");
    is_address || text.chars().count() > PASTED
}

/// Characters of the alphabet in groups of four.
fn in_fours(characters: &str) -> String {
    let characters: Vec<char> = characters.chars().collect();
    let groups = characters.chunks(4).map(|four| four.iter().collect());
    groups.collect::<Vec<String>>().join("-")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vector {
        typed: String,
        what: String,
        shown: String,
        number: usize,
    }

    #[test]
    fn the_vectors_that_browsers_pass_too() {
        let vectors = include_str!("../../tests/browser/vectors-of-typing.json");
        let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
        for vector in vectors {
            let (what, shown, number) = match Flaw::of(&vector.typed) {
                None if Serial::from_typed(&vector.typed).is_some() => {
                    ("whole", vector.shown.clone(), 0)
                }
                None => ("nothing", String::new(), 0),
                Some(Flaw::Impossible(shown)) => ("impossible", shown, 0),
                Some(Flaw::Short(shown, missing)) => ("short", shown, missing),
                Some(Flaw::Hidden(shown)) => ("hidden", shown, 8),
                Some(Flaw::Long(shown, over)) => ("long", shown, over),
            };
            let expected = (vector.what.as_str(), vector.shown, vector.number);
            assert_eq!((what, shown, number), expected, "{}", vector.typed);
        }
    }
}
