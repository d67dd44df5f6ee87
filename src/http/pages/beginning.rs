//! What every page of a language begins with, its style in it: the verdict is seen after one request. It is the same for all
//! pages, and so is packed once.

use std::sync::LazyLock;

use askama::Template;

use crate::http::assets;
use crate::http::language::Language;
use crate::http::packing::Beginning;

#[derive(Template)]
#[template(path = "beginning.html")]
struct Text {
    lang: &'static str,
    icon: &'static str,
    style: &'static str,
}

static CHINESE: LazyLock<String> = LazyLock::new(|| text(Language::Chinese));
static ENGLISH: LazyLock<String> = LazyLock::new(|| text(Language::English));
static PACKED: LazyLock<[Beginning; 2]> =
    LazyLock::new(|| [&CHINESE, &ENGLISH].map(|text| Beginning::new((*text).clone())));

fn text(language: Language) -> String {
    let text = Text {
        lang: language.texts().html_lang,
        icon: assets::icon_path(),
        style: assets::style(),
    };
    text.render()
        .expect("only writing can fail, and memory takes it all")
}

/// The beginning of this language's pages.
pub fn of(language: Language) -> &'static str {
    language.choose(&CHINESE, &ENGLISH)
}

/// All beginnings, packed.
pub fn packed() -> &'static [Beginning] {
    &*PACKED
}
