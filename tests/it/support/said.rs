//! What is told to people must be told in both languages, and tell the same.

use yuanmark::domain::refusal::Refusal;
use yuanmark::domain::said::Said;

/// Words in Latin letters that the office writes too: formats of files and units.
const LATIN: [&str; 11] = [
    "CSV", "Excel", "GB", "JPEG", "KiB", "MB", "PDF", "PNG", "SVG", "TIFF", "UTF",
];
/// What the stories call people and requests, in small letters; a name is told as it was given.
const NAMES: [&str; 6] = ["clerk", "first", "san", "second", "zhang", "zhangsan"];

/// What is wrong, and what to do, in Chinese as well as in English.
#[track_caller]
pub fn assert_said(refusal: &Refusal) {
    let Refusal { what, advice, .. } = refusal;
    for said in [what, advice] {
        assert!(!said.en.is_empty(), "{refusal:?}");
        assert_chinese(said);
    }
    assert_eq!(numbers(&what.en), numbers(&what.zh), "{what:?}");
    // The English may name a command with a number in it.
    let known = numbers(&advice.en);
    let is_known = numbers(&advice.zh)
        .iter()
        .all(|number| known.contains(number));
    assert!(is_known, "{advice:?}");
    assert!(!refusal.advice_for_pages().0.is_empty());
}

/// The Chinese is Chinese: with full-width punctuation, and no Latin words but codes and units.
#[track_caller]
pub fn assert_chinese(said: &Said) {
    let is_han = |letter: char| matches!(letter, '\u{4e00}'..='\u{9fff}');
    assert!(said.zh.chars().any(is_han), "{said:?}");
    let half_width = [',', ';', ':', '`', '"', '(', ')', '?', '!', '{', '}'];
    assert!(!said.zh.contains(half_width), "{said:?}");
    assert!(!said.zh.ends_with(['。', '.', '，']), "{said:?}");
    let words = said.zh.split(|letter: char| {
        !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '.' | '/')
    });
    for word in words.filter(|word| word.contains(|letter: char| letter.is_ascii_alphabetic())) {
        let is_code = word.contains(|letter: char| letter.is_ascii_digit());
        let is_name = NAMES.contains(&word.to_ascii_lowercase().as_str());
        assert!(
            is_code || is_name || LATIN.contains(&word),
            "{word}: {said:?}"
        );
    }
}

/// The numbers in a text, ascending.
pub fn numbers(text: &str) -> Vec<&str> {
    let parts = text.split(|letter: char| !letter.is_ascii_digit());
    let mut numbers: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    numbers.sort_unstable();
    numbers
}
