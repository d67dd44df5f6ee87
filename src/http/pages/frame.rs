//! What surrounds every page, and the languages they come in.

use askama::Template;
use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::response::{Html, IntoResponse, Response};

use super::document::{Line, Piece, Section, Tone, fill};
use super::text::{CHINESE, ENGLISH, Texts};
use crate::http::assets;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The first.
    Chinese,
    /// Complete too.
    English,
}

impl Language {
    /// What `?lang=` asks for, else what the browser prefers, else Chinese.
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        let query = uri.query().unwrap_or_default();
        let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
        let preferred = || headers.get(ACCEPT_LANGUAGE)?.to_str().ok();
        asked
            .and_then(Self::of_tag)
            .or_else(|| preferred().and_then(Self::most_wanted))
            .unwrap_or(Self::Chinese)
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

    fn of_tag(tag: &str) -> Option<Self> {
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

    /// Its words.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        }
    }

    /// The one of two that is in this language.
    pub const fn choose<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }

    const fn tag(self) -> &'static str {
        self.choose("zh", "en")
    }

    const fn other(self) -> Self {
        match self {
            Self::Chinese => Self::English,
            Self::English => Self::Chinese,
        }
    }
}

/// What a page says.
#[derive(Debug)]
pub struct Body {
    /// Colour and shape of the first field.
    pub tone: Tone,
    /// The one line that matters, in clauses.
    pub heading: Vec<String>,
    /// What stands right below it.
    pub lead: Line,
    /// A way on: a label and an address.
    pub button: Option<(&'static str, String)>,
    /// The rest.
    pub sections: Vec<Section>,
}

/// What surrounds a page.
struct Frame {
    text: &'static Texts,
    is_chinese: bool,
    lang_query: &'static str,
    other_language: String,
    style: &'static str,
    icon: &'static str,
    true_domain: Line,
    hint: Line,
    may_be_indexed: bool,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    frame: Frame,
    title: String,
    tone: Tone,
    heading: &'a [String],
    lead: &'a Line,
    button: Option<(&'static str, &'a str)>,
    status: Option<&'a str>,
    sections: &'a [Section],
}

/// Turns a body into a page. `status` is the line that names an error.
pub fn page(
    body: &Body,
    language: Language,
    uri: &Uri,
    domain: &str,
    status: Option<&str>,
) -> Response {
    let text = language.texts();
    let frame = Frame {
        text,
        is_chinese: language == Language::Chinese,
        lang_query: language.choose("", "?lang=en"),
        other_language: in_other_language(uri, language.other()),
        style: assets::style_path(),
        icon: assets::icon_path(),
        true_domain: fill(
            text.true_domain,
            &[("domain", Piece::Domain(domain.to_owned()))],
        ),
        hint: fill(
            text.hint,
            &[("example", Piece::Serial("4BD9-QV4N-Q0NZ-57DB".into()))],
        ),
        may_be_indexed: uri.path() == "/",
    };
    let page = Page {
        title: body.heading.join(text.between_clauses),
        frame,
        tone: body.tone,
        heading: &body.heading,
        lead: &body.lead,
        button: body
            .button
            .as_ref()
            .map(|(label, address)| (*label, address.as_str())),
        status,
        sections: &body.sections,
    };
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The same address in the other language, relative to it: the path is the browser's to keep. Repeated here, one that
/// begins with two slashes would lead to another host.
fn in_other_language(uri: &Uri, other: Language) -> String {
    let kept = uri.query().unwrap_or_default().split('&');
    let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
    let mut query: Vec<&str> = kept.collect();
    let wanted = format!("lang={}", other.tag());
    query.push(&wanted);
    format!("?{}", query.join("&"))
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

    #[test]
    fn the_other_language_keeps_the_question() {
        let uri = Uri::from_static("/check?q=4BD9&lang=en");
        assert_eq!(
            in_other_language(&uri, Language::Chinese),
            "?q=4BD9&lang=zh"
        );
        let uri = Uri::from_static("//elsewhere.example/");
        assert_eq!(in_other_language(&uri, Language::English), "?lang=en");
    }
}
