//! Whole numbers as people write them: with a sign or not, their thousands apart or not.

/// The sign and digits of a whole number, without what keeps its thousands apart: `,` `，` `_` and spaces. `None` where
/// such a separator stands anywhere else, as in `5,00`: it may be a decimal comma, or a digit may be missing.
pub fn digits_of(text: &str) -> Option<String> {
    let text = text.trim();
    let signs = ['-', '−', '+'];
    let (sign, number) = match text.strip_prefix(signs) {
        Some(number) if text.starts_with('+') => ("", number.trim_start()),
        Some(number) => ("-", number.trim_start()),
        None => ("", text),
    };
    let is_separator = |c: char| matches!(c, ',' | '，' | '_') || c.is_whitespace();
    let parts: Vec<&str> = number.split(is_separator).collect();
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_apart = match parts.as_slice() {
        [_] => true,
        [first, others @ ..] => first.len() <= 3 && others.iter().all(|part| part.len() == 3),
        [] => false,
    };
    let is_good = is_apart && parts.iter().all(|part| is_digits(part));
    is_good.then(|| format!("{sign}{}", parts.concat()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_stand_between_thousands_alone() {
        for (text, digits) in [
            ("5000", "5000"),
            (" 5,000 ", "5000"),
            ("10,000,000", "10000000"),
            ("10，000", "10000"),
            ("10_000", "10000"),
            ("1 000", "1000"),
            ("-1,000", "-1000"),
            ("− 7", "-7"),
            ("+7", "7"),
            ("0", "0"),
        ] {
            assert_eq!(digits_of(text).as_deref(), Some(digits), "{text}");
        }
        for wrong in [
            "", "-", "5,00", "5,0000", "5000,000", "1,,000", ",500", "500,", "1,000,00", "1.000",
            "5,-00", "--5", "x",
        ] {
            assert_eq!(digits_of(wrong), None, "{wrong}");
        }
    }
}
