//! The languages that pages come in.

use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::{HeaderMap, Uri};

use super::security::Cookie;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The first.
    Chinese,
    /// Complete too.
    English,
}

impl Language {
    /// What `?lang=` asks for, else what the person chose before, else what the browser prefers, else Chinese.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let preferred = || headers.get(ACCEPT_LANGUAGE)?.to_str().ok();
        asked
            .and_then(Self::of_tag)
            .or_else(|| Self::chosen(headers))
            .or_else(|| preferred().and_then(Self::most_wanted))
            .unwrap_or(Self::Chinese)
    }

    /// What the cookie says, with or without the prefix that it has over TLS: it opens nothing.
    fn chosen(headers: &HeaderMap) -> Option<Self> {
        let values = |is_secure| Cookie::Language.values(headers, is_secure);
        let mut all = values(true).chain(values(false));
        all.find_map(Self::of_tag)
    }

    /// Of the languages we have, the one with the highest weight (RFC 9110, 12.5.4); the first named of equals.
    fn most_wanted(accept: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for item in accept.split(',') {
            let (tag, parameters) = item.split_once(';').unwrap_or((item, ""));
            let weight = parameters.trim().strip_prefix("q=");
            let weight = weight
                .map_or(Some(1.0), |weight| weight.parse().ok())
                .unwrap_or(0.0);
            if let Some(language) = Self::of_tag(tag.trim())
                && weight > best.map_or(0.0, |(best, _)| best)
            {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// The language of a tag such as `zh-Hans-CN`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The one of two that is in this language.
    pub const fn choose<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    /// Its tag.
    pub const fn tag(self) -> &'static str {
        self.choose("zh", "en")
    }

    /// Not this one.
    pub const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(uri: &'static str, accept: Option<&'static str>) -> Language {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT_LANGUAGE, accept.parse().unwrap());
        }
        Language::of(&Uri::from_static(uri), &headers)
    }

    #[test]
    fn what_was_chosen_goes_before_what_the_browser_prefers() {
        let language = |uri: &'static str, cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, "en".parse().unwrap());
            headers.insert(axum::http::header::COOKIE, cookie.parse().unwrap());
            Language::of(&Uri::from_static(uri), &headers)
        };
        for cookie in ["language=zh", "a=b; __Host-language=zh"] {
            assert_eq!(language("/", cookie), Language::Chinese);
            assert_eq!(language("/?lang=en", cookie), Language::English);
        }
        assert_eq!(language("/", "language=fr"), Language::English);
    }

    #[test]
    fn chinese_first_english_when_asked() {
        assert_eq!(language("/", None), Language::Chinese);
        assert_eq!(language("/?lang=en", Some("zh-CN")), Language::English);
        assert_eq!(language("/?lang=zh", Some("en")), Language::Chinese);
        assert_eq!(
            language("/", Some("fr,en-GB;q=0.8,zh;q=0.5")),
            Language::English
        );
        assert_eq!(
            language("/", Some("en;q=0.3, zh-CN;q=0.9")),
            Language::Chinese
        );
        assert_eq!(language("/", Some("fr, de")), Language::Chinese);
        assert_eq!(language("/", Some("en;q=0")), Language::Chinese);
    }
}
