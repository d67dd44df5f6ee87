//! What every page of a language begins with, its style in it, so that the verdict is seen after one request; and what it ends
//! with. Both are the same for all pages, and so are packed once.

use std::sync::LazyLock;

use askama::Template;

use super::text::Texts;
use crate::http::assets;
use crate::http::language::Language;
use crate::http::packing::Alike;

#[derive(Template)]
#[template(path = "beginning.html")]
struct Beginning {
    lang: &'static str,
    icon: &'static str,
    style: &'static str,
}

static CHINESE: LazyLock<String> = LazyLock::new(|| begun(Language::Chinese));
static ENGLISH: LazyLock<String> = LazyLock::new(|| begun(Language::English));

fn begun(language: Language) -> String {
    let text = Beginning {
        lang: language.texts().html_lang,
        icon: assets::icon_path(),
        style: assets::style(),
    };
    rendered(&text)
}

fn rendered(text: &impl Template) -> String {
    text.render()
        .expect("only writing can fail, and memory takes it all")
}

/// The beginning of this language's pages.
pub fn beginning(language: Language) -> &'static str {
    language.choose(&CHINESE, &ENGLISH)
}

/// The end of a page.
#[derive(Template)]
#[template(path = "ending.html")]
pub struct Ending<'a> {
    text: &'static Texts,
    query: &'static str,
    true_domain: (&'static str, &'static str),
    domain: &'a str,
}

impl<'a> Ending<'a> {
    /// That of this language's pages under this domain.
    pub fn new(language: Language, domain: &'a str) -> Self {
        let text = language.texts();
        let around = text.true_domain.split_once("{domain}");
        Self {
            text,
            query: language.choose("", "?lang=en"),
            true_domain: around.unwrap_or((text.true_domain, " ")),
            domain,
        }
    }
}

/// Both, packed, of each language.
pub fn packed(domain: &str) -> [Alike; 2] {
    [Language::Chinese, Language::English].map(|language| {
        let ending = rendered(&Ending::new(language, domain));
        Alike::new(beginning(language).to_owned(), ending)
    })
}
