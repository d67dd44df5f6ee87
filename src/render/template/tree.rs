//! A filled template as shapes: fonts chosen, styles and places worked out.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use usvg::fontdb::{Database, Family, Query};
use usvg::{FontFamily, FontResolver, Group, ImageHrefResolver, Node, Options, Paint, Tree};

use super::{Fault, Faults};
use crate::domain::said::said;

/// The fonts that a template may use.
#[derive(Debug, Clone)]
pub struct Fonts(Arc<Database>);

impl Fonts {
    /// Those of a database.
    pub fn new(database: Database) -> Self {
        Self(Arc::new(database))
    }
}

/// What is said of a font that is not there.
fn no_font(what: &str, what_zh: &str) -> crate::domain::said::Said {
    said!(
        "{what}; install it (on Debian, Chinese fonts are in the package fonts-noto-cjk) or name its file with --font";
        "{what_zh}；请安装字体（Debian 的中文字体在 fonts-noto-cjk 软件包中），或指定字体文件"
    )
}

/// Reads a filled template, or another drawing with texts.
///
/// # Errors
/// If it is no drawing, a font is missing, or no font has its characters.
pub(in crate::render) fn read(text: &str, fonts: &Fonts) -> Result<Tree, Faults> {
    let tree = parsed(text, fonts)?;
    let lacking = leaves(tree.root()).into_iter().filter_map(|leaf| {
        let lacking: String = lacking(leaf).concat();
        (!lacking.is_empty()).then(|| Fault {
            element: name(leaf),
            what: no_font(
                &format!("no font has the characters {lacking:?}"),
                &format!("没有字体包含“{lacking}”"),
            ),
        })
    });
    Faults::none_or(lacking.collect())?;
    Ok(tree)
}

/// The characters among these that no font has where these families are wanted.
///
/// # Errors
/// If there are no fonts.
pub(in crate::render) fn characters_without_font(
    all: &BTreeSet<char>,
    families: &str,
    fonts: &Fonts,
) -> Result<BTreeSet<char>, Faults> {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\" font-family=\"{families}\">"
    );
    for letter in all {
        // Each by itself, so that none becomes part of another.
        svg.push_str(&format!("<text>&#{};</text>", u32::from(*letter)));
    }
    svg.push_str("</svg>");
    let tree = parsed(&svg, fonts)?;
    let of = |leaf| lacking(leaf).concat().chars().collect::<Vec<char>>();
    Ok(leaves(tree.root()).into_iter().flat_map(of).collect())
}

/// What of a text no font has.
fn lacking(leaf: &Node) -> Vec<&str> {
    let Node::Text(text) = leaf else {
        return Vec::new();
    };
    let spans = text.layouted().iter();
    let glyphs = spans.flat_map(|span| &span.positioned_glyphs);
    let lacking = glyphs.filter(|glyph| glyph.id.0 == 0);
    lacking.map(|glyph| glyph.text.as_str()).collect()
}

/// Reads a drawing, whether or not its characters can be drawn.
fn parsed(text: &str, fonts: &Fonts) -> Result<Tree, Faults> {
    let missing = Mutex::new(BTreeSet::new());
    let select = FontResolver::default_font_selector();
    let select_font = |font: &usvg::Font, database: &mut Arc<Database>| {
        if let Some(name) = unknown(font, database) {
            missing.lock().expect("nobody panics with it").insert(name);
        }
        select(font, database)
    };
    let options = Options {
        fontdb: Arc::clone(&fonts.0),
        font_resolver: FontResolver {
            select_font: Box::new(select_font),
            select_fallback: FontResolver::default_fallback_selector(),
        },
        // Nothing is read from the disk for a file from outside.
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(text, &options).map_err(|error| {
        Faults::one(
            "svg",
            said!("the file cannot be drawn: {error}", "文件无法绘制：{error}"),
        )
    })?;
    drop(options);
    let missing = missing.into_inner().unwrap_or_default();
    let mut faults: Vec<Fault> = missing
        .into_iter()
        .map(|name| Fault {
            element: "font-family".to_owned(),
            what: no_font(
                &format!("there is no font {name:?}"),
                &format!("没有字体“{name}”"),
            ),
        })
        .collect();
    if text.contains("<text") && fonts.0.is_empty() {
        faults.push(Fault {
            element: "font-family".to_owned(),
            what: no_font("there are no fonts at all", "没有任何字体"),
        });
    }
    Faults::none_or(faults)?;
    Ok(tree)
}

/// The first family that a text names, if none of those that it names is there; a kind of font (`sans-serif`) always is.
fn unknown(font: &usvg::Font, database: &Database) -> Option<String> {
    let mut named = Vec::new();
    for family in font.families() {
        let FontFamily::Named(name) = family else {
            return None;
        };
        let query = Query {
            families: &[Family::Name(name)],
            ..Query::default()
        };
        if database.query(&query).is_some() {
            return None;
        }
        named.push(name);
    }
    named.first().map(|name| (*name).clone())
}

/// Everything that is drawn, from the bottom up.
pub(super) fn leaves<'a>(group: &'a Group) -> Vec<&'a Node> {
    let of = |node: &'a Node| match node {
        Node::Group(group) => leaves(group),
        leaf => vec![leaf],
    };
    group.children().iter().flat_map(of).collect()
}

/// How an element is called: by its id, its words, or its kind and corner.
pub(super) fn name(node: &Node) -> String {
    if !node.id().is_empty() {
        return node.id().to_owned();
    }
    match node {
        Node::Text(text) => {
            let words: String = text.chunks().iter().map(usvg::TextChunk::text).collect();
            format!("the text {words:?}")
        }
        other => {
            let area = other.abs_bounding_box();
            let mm = |px: f32| px * 25.4 / 96.0;
            let kind = match other {
                Node::Image(_) => "the picture",
                _ => "the shape",
            };
            format!("{kind} at {:.1}, {:.1} mm", mm(area.left()), mm(area.top()))
        }
    }
}

/// The colour of a text, if it has but one.
pub(super) fn color(text: &usvg::Text) -> Option<usvg::Color> {
    let spans = text.chunks().iter().flat_map(usvg::TextChunk::spans);
    let mut paints = spans.filter_map(|span| span.fill());
    paints.find_map(|fill| match fill.paint() {
        Paint::Color(color) => Some(*color),
        _ => None,
    })
}
