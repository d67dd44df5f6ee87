//! Styles, pictures and scripts of the pages, embedded in the program. The address of each contains a hash of its bytes, so
//! that it can be kept for ever.
//!
//! A script is an ES module, and names the modules that it imports relative to itself, as browsers and tools take it. As it
//! is served, each of these names has become the hashed address of that module: so the table [`FILES`] goes from the leaves
//! upwards, and a change in a leaf changes the address of whatever imports it. Nothing is built; this happens once, when
//! the first address is asked for.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::LazyLock;

use axum::extract::Path as Named;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::problem::Problem;

macro_rules! file {
    ($path:literal) => {
        File {
            path: $path,
            text: include_str!(concat!("../../", $path)),
        }
    };
}

/// A file as it is in the repository.
struct File {
    path: &'static str,
    text: &'static str,
}

/// Whatever is served; what is imported stands before what imports it.
const FILES: &[File] = &[
    file!("web-verify/icon.svg"),
    file!("web-verify/form.css"),
    file!("web-console/style.css"),
    file!("web-console/console.js"),
    file!("web-verify/vendor/qr/index.js"),
    file!("web-verify/vendor/qr/decode.js"),
    file!("web-verify/check/typed.js"),
    file!("web-verify/check/typing.js"),
    file!("web-verify/check/symbol.js"),
    file!("web-verify/check/detector.js"),
    file!("web-verify/check/words.js"),
    file!("web-verify/check/camera.js"),
    file!("web-verify/check/photo.js"),
    file!("web-verify/check/look.js"),
    file!("web-verify/check/look.css"),
    file!("web-verify/vendor/noble-ed25519/index.js"),
    file!("web-verify/offline/code.js"),
    file!("web-verify/offline/ed25519.js"),
    file!("web-verify/offline/keys.js"),
    file!("web-verify/offline/kept.js"),
    file!("web-verify/offline/list.js"),
    file!("web-verify/offline/check.js"),
    file!("web-verify/offline/page.js"),
    file!("web-verify/offline/register.js"),
];

/// A file as it is served.
#[derive(Debug)]
pub struct Asset {
    /// Its address.
    pub address: String,
    /// What a browser holds it against (Subresource Integrity, W3C).
    pub integrity: String,
    text: String,
    kind: &'static str,
}

/// The assets, by their files' paths.
static ASSETS: LazyLock<HashMap<&'static str, Asset>> = LazyLock::new(|| made(FILES));

/// The asset made of this file of the repository.
///
/// # Panics
/// When there is no such file in the table: a mistake in the program, which the first page tried shows.
pub fn of(path: &str) -> &'static Asset {
    ASSETS
        .get(path)
        .unwrap_or_else(|| panic!("{path} is not among the assets"))
}

/// The assets of the public pages: their files' paths and their addresses.
pub fn of_the_public() -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = ASSETS
        .iter()
        .filter(|(path, _)| path.starts_with("web-verify/"));
    all.map(|(path, asset)| (*path, asset.address.as_str()))
}

/// The style of the public pages, which stands in each of them: without its comments.
pub fn style() -> &'static str {
    static WITHOUT_COMMENTS: LazyLock<String> = LazyLock::new(|| {
        let mut parts = include_str!("../../web-verify/style.css").split("/*");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |style, part| {
            style
                + part
                    .split_once("*/")
                    .map_or("", |(_, rest)| rest.trim_start())
        })
    });
    &WITHOUT_COMMENTS
}

/// Where the console's style sheet is.
pub fn console_style_path() -> &'static str {
    &of("web-console/style.css").address
}

/// Where the console's script is.
pub fn console_script_path() -> &'static str {
    &of("web-console/console.js").address
}

/// Where the icon is.
pub fn icon_path() -> &'static str {
    &of("web-verify/icon.svg").address
}

fn made(files: &[File]) -> HashMap<&'static str, Asset> {
    let mut made = HashMap::<&'static str, Asset>::new();
    for file in files {
        let (name, kind) = name_and_kind(file.path);
        let text = match kind {
            SCRIPT => with_addresses(file, &made),
            _ => file.text.to_owned(),
        };
        let hash = Sha256::digest(&text);
        let short: String = hash
            .iter()
            .take(6)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let asset = Asset {
            address: format!("/assets/{stem}-{short}.{extension}"),
            integrity: format!("sha256-{}", STANDARD.encode(hash)),
            text,
            kind,
        };
        made.insert(file.path, asset);
    }
    made
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

fn name_and_kind(path: &str) -> (&str, &'static str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => SCRIPT,
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    (name, kind)
}

/// The text of a module with the addresses of what it imports. Every string that begins with `./` or `../` and ends with
/// `.js` or `.css` names a file.
fn with_addresses(file: &File, made: &HashMap<&'static str, Asset>) -> String {
    let mut text = String::with_capacity(file.text.len());
    let mut rest = file.text;
    while let Some(quote) = rest.find(['\'', '"']) {
        let (before, from) = rest.split_at(quote);
        let (mark, inner) = from.split_at(1);
        text.push_str(before);
        text.push_str(mark);
        rest = inner;
        let Some((name, after)) = inner.split_once(mark) else {
            continue;
        };
        if names_a_file(name) {
            let path = beside(file.path, name);
            let asset = made.get(path.as_str()).unwrap_or_else(|| {
                panic!(
                    "{} imports {path}, which does not stand before it in the table",
                    file.path
                )
            });
            text.push_str(&asset.address);
            text.push_str(mark);
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

fn names_a_file(name: &str) -> bool {
    let relative = name.starts_with("./") || name.starts_with("../");
    let is_one = |extension: &str| name.ends_with(extension);
    relative && !name.contains(char::is_whitespace) && (is_one(".js") || is_one(".css"))
}

/// The path of a file that another one names relative to itself.
fn beside(path: &str, name: &str) -> String {
    let mut found = PathBuf::from(path);
    found.pop();
    for part in Path::new(name).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(part) => found.push(part),
            _ => {}
        }
    }
    found.to_string_lossy().into_owned()
}

/// `GET /assets/{name}`.
pub async fn asset(name: Result<Named<String>, PathRejection>) -> Response {
    let name = name.map(|Named(name)| name).unwrap_or_default(); // what is no text names nothing
    let is_it = |asset: &&Asset| asset.address.strip_prefix("/assets/") == Some(name.as_str());
    let Some(asset) = ASSETS.values().find(is_it) else {
        return Problem::NOT_FOUND.response();
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, for_ever);
    (headers, asset.text.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const LEAF: File = File {
        path: "a/vendor/leaf.js",
        text: "export const leaf = './not-a-file'",
    };

    fn importing(text: &'static str) -> File {
        let path = "a/page.js";
        File { path, text }
    }

    #[test]
    fn imports_become_addresses_from_the_leaves_upwards() {
        let page = || {
            importing(
                "import { leaf } from './vendor/leaf.js'\nawait import(\"./vendor/leaf.js\") // it's\n",
            )
        };
        let before = made(&[LEAF, page()]);
        let leaf = &before["a/vendor/leaf.js"].address;
        assert_eq!(
            before["a/page.js"].text,
            format!("import {{ leaf }} from '{leaf}'\nawait import(\"{leaf}\") // it's\n")
        );
        assert_eq!(before["a/vendor/leaf.js"].text, LEAF.text);
        let changed = File {
            text: "export const leaf = 2",
            ..LEAF
        };
        let after = made(&[changed, page()]);
        for path in ["a/page.js", "a/vendor/leaf.js"] {
            assert_ne!(before[path].address, after[path].address, "{path}");
        }
        assert_eq!(beside("a/b/c.js", "../d/e.js"), "a/d/e.js");
    }

    #[test]
    #[should_panic(expected = "does not stand before it")]
    fn what_is_imported_must_be_there() {
        made(&[importing("import './vendor/leaf.js'"), LEAF]);
    }

    fn scripts_and_styles(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scripts_and_styles(&path, found);
            } else if path
                .extension()
                .is_some_and(|end| end == "js" || end == "css")
            {
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }

    #[test]
    fn every_script_and_style_of_the_pages_is_served() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        scripts_and_styles(&root.join("web-verify"), &mut found);
        assert!(found.len() > 3);
        // The worker has an address of its own.
        found.retain(|path| !path.ends_with("web-verify/worker/worker.js"));
        for path in found {
            let path = path.strip_prefix(&format!("{}/", root.display())).unwrap();
            if path == "web-verify/style.css" {
                continue; // stands in every page
            }
            assert!(ASSETS.contains_key(path), "{path}");
        }
    }

    #[test]
    fn addresses_differ() {
        let mut addresses: Vec<&str> = ASSETS.values().map(|one| one.address.as_str()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), FILES.len());
    }
}
