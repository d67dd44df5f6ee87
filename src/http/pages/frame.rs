//! What surrounds every page, and the languages they come in.

use askama::Template;
use axum::http::Uri;
use axum::response::{Html, IntoResponse, Response};

use super::alike::{self, Ending};
use super::document::{ClaimedMark, FieldKind, Line, Piece, Says, Section, Tone, fill};
use super::text::Texts;
use crate::http::assets::{self, Asset};
use crate::http::chosen;
use crate::http::language::Language;

/// Bytes that a page has after its beginning, mostly.
const MOST_OF_A_PAGE: usize = 7 * 1024;

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
struct Frame<'a> {
    text: &'static Texts,
    is_chinese: bool,
    lang_query: &'static str,
    ending: Ending<'a>,
    other_language: String,
    beginning: &'static str,
    domain: &'a str,
    styles: Vec<&'static Asset>,
    scripts: Vec<&'static Asset>,
    worker: &'static Asset,
    hint: Line,
    hidden_hint: Line,
    may_be_indexed: bool,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    frame: Frame<'a>,
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
    let title = body.heading.join(language.texts().between_clauses);
    titled(title, body, language, uri, domain, status)
}

/// The same under a title that tells nothing: it is what a chat shows of a link, and a verdict is nobody's but the asker's.
pub fn untold(body: &Body, language: Language, uri: &Uri, domain: &str) -> Response {
    let title = language.texts().home_heading.join("");
    titled(title, body, language, uri, domain, None)
}

fn titled(
    title: String,
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
        other_language: chosen::link(&in_other_language(uri, language.other())),
        beginning: alike::beginning(language),
        domain,
        styles: wanted(&body.sections, Section::styles),
        scripts: wanted(&body.sections, Section::scripts),
        worker: assets::of("web-verify/offline/register.js"),
        ending: Ending::new(language, domain),
        hint: fill(
            text.hint,
            &[("example", Piece::Serial("4BD9-QV4N-Q0NZ-57DB".into()))],
        ),
        hidden_hint: fill(
            text.claim.hint,
            &[("example", Piece::Serial("NH82-0VXZ".into()))],
        ),
        may_be_indexed: matches!(uri.path(), "/" | "/about"),
    };
    let page = Page {
        title,
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
    // Room for all of it at once: most of a page is its beginning.
    let mut html = String::with_capacity(alike::beginning(language).len() + MOST_OF_A_PAGE);
    match page.render_into(&mut html).map(|()| html) {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The files that these sections want, each once.
fn wanted(
    sections: &[Section],
    of: fn(&Section) -> &'static [&'static str],
) -> Vec<&'static Asset> {
    let mut paths: Vec<&str> = sections.iter().flat_map(of).copied().collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().map(assets::of).collect()
}

/// The same address in the other language, relative to it: the path is the browser's to keep. Repeated here, one that
/// begins with two slashes would lead to another host.
pub fn in_other_language(uri: &Uri, other: Language) -> String {
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

    #[tokio::test]
    async fn all_pages_begin_and_end_alike() {
        let body = Body {
            tone: Tone::Plain,
            heading: vec!["x".to_owned()],
            lead: Line::new(),
            button: None,
            sections: Vec::new(),
        };
        let domain = "v.example.cn";
        for (language, alike) in [Language::Chinese, Language::English]
            .into_iter()
            .zip(alike::packed(domain))
        {
            let page = page(&body, language, &Uri::from_static("/t/x"), domain, None);
            let page = axum::body::to_bytes(page.into_body(), usize::MAX).await;
            assert!(alike.pack(&page.unwrap()).is_some(), "{language:?}");
        }
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
