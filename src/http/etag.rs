//! Entity tags (RFC 9110, 8.8.3): who has something already is not sent it again.

use axum::http::{HeaderMap, HeaderValue, header};

/// The strong tag of something that this hash stands for.
pub fn of(hash: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The weak tag of something that this hash stands for, and that is sent in several encodings.
pub fn weak(hash: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("W/\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Whether a request says that it has this.
pub fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let named = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut tags = named.map(|one| one.trim().trim_start_matches("W/"));
    let tag = tag.as_bytes();
    let tag = tag.strip_prefix(b"W/").unwrap_or(tag);
    tags.any(|one| one == "*" || one.as_bytes() == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tag_of_several_is_enough() {
        let tag = of("abc");
        for (value, known) in [
            ("\"abc\"", true),
            ("W/\"abc\"", true),
            ("\"x\", \"abc\"", true),
            ("*", true),
            ("abc", false),
            ("\"abcd\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.append(header::IF_NONE_MATCH, HeaderValue::from_static(value));
            assert_eq!(is_known(&headers, &tag), known, "{value}");
            assert_eq!(is_known(&headers, &weak("abc")), known, "{value}");
        }
        assert!(!is_known(&HeaderMap::new(), &tag));
    }
}
