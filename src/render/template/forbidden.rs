//! What a file from outside must not hold: scripts, references to other files, entities, pictures that swell when opened.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use usvg::roxmltree::{Document, Node, ParsingOptions};

use super::{Fault, Faults, MOST_BYTES};
use crate::domain::said::said;

/// Elements that do something, or bring in what is no drawing.
const ELEMENTS: [&str; 10] = [
    "script",
    "foreignObject",
    "iframe",
    "audio",
    "video",
    "animate",
    "animateTransform",
    "animateMotion",
    "set",
    "handler",
];
/// The most elements; a label has some hundred.
const MOST_ELEMENTS: u32 = 50_000;
/// The most dots of a picture: 5000 by 5000.
const MOST_DOTS: u64 = 25_000_000;

/// Reads the XML of a file.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Faults> {
    if text.len() > MOST_BYTES {
        return Err(Faults::one(
            "svg",
            said!(
                "the file has {} bytes; {MOST_BYTES} are the most",
                "文件有 {} 字节，最多 {MOST_BYTES} 字节",
                text.len()
            ),
        ));
    }
    // Entities can make a small file huge. Illustrator writes them when it keeps its own data.
    if text.contains("<!ENTITY") {
        return Err(Faults::one(
            "!ENTITY",
            said!(
                "the file defines entities; save it as plain SVG, without the drawing program's own data",
                "文件定义了实体；请另存为纯 SVG，不保留绘图软件的编辑数据"
            ),
        ));
    }
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: 3 * MOST_ELEMENTS,
    };
    let document = Document::parse_with_options(text, options).map_err(|error| {
        Faults::one(
            "svg",
            said!("the file is no XML: {error}", "文件不是 XML：{error}"),
        )
    })?;
    if document.root_element().tag_name().name() != "svg" {
        let name = document.root_element().tag_name().name().to_owned();
        return Err(Faults::one(
            name,
            said!("the file is no SVG", "文件不是 SVG"),
        ));
    }
    Ok(document)
}

/// Refuses an artwork that holds what it must not.
pub(super) fn artwork(text: &str) -> Result<(), Faults> {
    Faults::none_or(faults(&parse(text)?))
}

/// What a file holds that it must not.
pub(super) fn faults(document: &Document) -> Vec<Fault> {
    let elements = document.descendants().filter(Node::is_element);
    elements.flat_map(faults_of).collect()
}

/// How an element is called: by its id, or by its kind and line.
pub(super) fn name(node: Node) -> String {
    match node.attribute("id") {
        Some(id) => id.to_owned(),
        None => {
            let line = node.document().text_pos_at(node.range().start).row;
            format!("<{}> in line {line}", node.tag_name().name())
        }
    }
}

fn faults_of(node: Node) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut add = |what| {
        faults.push(Fault {
            element: name(node),
            what,
        });
    };
    let kind = node.tag_name().name();
    if ELEMENTS.contains(&kind) {
        add(said!(
            "a label holds no <{kind}>",
            "标签中不得有 <{kind}> 元素"
        ));
    }
    for attribute in node.attributes() {
        let (key, value) = (attribute.name(), attribute.value().trim());
        if key.starts_with("on") {
            add(said!(
                "a label runs no script ({key})",
                "标签中不得有脚本（{key}）"
            ));
        }
        let is_link = key == "href";
        if is_link && !value.starts_with('#') && !is_sane_data(value) {
            add(said!(
                "refers to another file, or to a picture that cannot be read: {}; embed pictures as PNG or JPEG of up to 25 million dots",
                "引用了外部文件或无法读取的图片：{}；请以 PNG 或 JPEG 嵌入图片，不超过 2500 万像素",
                shortened(value)
            ));
        }
        if let Some(reference) = foreign(value).filter(|_| key != "href") {
            add(said!(
                "refers to another file: {reference}",
                "引用了外部文件：{reference}"
            ));
        }
    }
    if kind == "style" {
        let rules: String = node
            .descendants()
            .filter_map(|child| child.text())
            .collect();
        if rules.contains("@import") {
            add(said!("its rules import another file", "样式引用了外部文件"));
        }
        if let Some(reference) = foreign(&rules) {
            add(said!(
                "its rules refer to another file: {reference}",
                "样式引用了外部文件：{reference}"
            ));
        }
    }
    faults
}

/// The first `url(…)` that does not lead to an element of the same file.
fn foreign(rules: &str) -> Option<String> {
    let inside = rules.split("url(").skip(1);
    let mut targets = inside.map(|rest| rest.split(')').next().unwrap_or(rest));
    targets
        .find(|target| !target.trim_matches([' ', '"', '\'']).starts_with('#'))
        .map(shortened)
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether an address carries its data: a picture of a size that can be drawn.
fn is_sane_data(address: &str) -> bool {
    let Some((kind, data)) = address
        .strip_prefix("data:")
        .and_then(|data| data.split_once(";base64,"))
    else {
        return false;
    };
    let is_known = ["image/png", "image/jpeg", "image/jpg"].contains(&kind);
    let data: String = data.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(data).unwrap_or_default();
    is_known && is_picture_of_sane_size(&bytes)
}

/// Whether it is a picture of at most 25 million dots, by its head.
pub(super) fn is_picture_of_sane_size(bytes: &[u8]) -> bool {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    let size = reader.ok().and_then(|reader| reader.into_dimensions().ok());
    size.is_some_and(|(width, height)| u64::from(width) * u64::from(height) <= MOST_DOTS)
}
