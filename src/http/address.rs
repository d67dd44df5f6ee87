//! Addresses of our own pages.

/// Percent-encodes a value of a query or a part of a path (RFC 3986, 2.1).
pub fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// An address with a query of these pairs, those that say something.
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let said = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query: Vec<String> = said
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    if query.is_empty() {
        return path.to_owned();
    }
    format!("{path}?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_escaped_and_what_is_not_is_left_out() {
        assert_eq!(with_query("/directory", &[("q", "")]), "/directory");
        assert_eq!(
            with_query(
                "/directory",
                &[("q", "a&b=笋"), ("part", ""), ("after", "7")]
            ),
            "/directory?q=a%26b%3D%E7%AC%8B&after=7"
        );
    }
}
