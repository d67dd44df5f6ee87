//! Imports run downwards only. The table is the rule; `docs/ARCHITECTURE.md` draws it.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with the layers it may use, itself included.
const MAY_USE: [(&str, &[&str]); 9] = [
    ("domain", &["domain"]),
    ("render", &["render", "domain"]),
    ("sheets", &["sheets", "domain"]),
    ("keystore", &["keystore", "domain"]),
    ("places", &["places", "domain"]),
    ("store", &["store", "domain"]),
    (
        "service",
        &[
            "service", "store", "keystore", "places", "render", "sheets", "domain",
        ],
    ),
    (
        "http",
        &["http", "service", "store", "render", "sheets", "domain"],
    ),
    (
        "cli",
        &[
            "cli", "http", "service", "store", "keystore", "places", "render", "sheets", "domain",
        ],
    ),
];

/// What only one layer may touch: SQL, HTTP, arguments, Excel files.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("sqlx", &["store"]),
    ("axum", &["http"]),
    ("askama", &["http"]),
    ("clap", &["cli"]),
    ("qrcode", &["render"]),
    ("rust_xlsxwriter", &["sheets"]),
    ("encoding_rs", &["sheets"]),
    ("maxminddb", &["places"]),
    ("governor", &["http"]),
];

/// What the pure layers may not name.
const NOT_IN_PURE: [&str; 7] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::thread",
    "std::process",
    "tokio",
    "Timestamp::now",
];
const PURE: [&str; 2] = ["domain", "render"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The code of a file, without comments and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Every layer that the code names after `crate::`, also within braces.
fn layers_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = rest
            .strip_prefix('{')
            .map_or(rest, |inside| inside.split('}').next().unwrap());
        let is_list = rest.starts_with('{');
        for name in names.split(',').take(if is_list { usize::MAX } else { 1 }) {
            let name: String = name
                .trim()
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            used.push(name);
        }
    }
    used
}

#[test]
fn imports_run_downwards_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for (layer, may_use) in MAY_USE {
        for path in sources(&src.join(layer)) {
            seen += 1;
            let code = code(&path);
            for used in layers_used(&code) {
                assert!(
                    may_use.contains(&used.as_str()),
                    "{}: {layer} may not use {used}",
                    path.display()
                );
            }
            for (word, layers) in ONLY_IN {
                let named = code.contains(&format!("{word}::"));
                assert!(
                    !named || layers.contains(&layer),
                    "{}: {layer} may not use {word}",
                    path.display()
                );
            }
            if PURE.contains(&layer) {
                for word in NOT_IN_PURE {
                    assert!(
                        !code.contains(word),
                        "{}: {layer} is pure and may not use {word}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(seen > 60, "the sources were found");
    let layers: Vec<&str> = MAY_USE.iter().map(|(layer, _)| *layer).collect();
    for entry in fs::read_dir(&src)
        .unwrap()
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_dir())
    {
        let name = entry.file_name().into_string().unwrap();
        assert!(
            layers.contains(&name.as_str()),
            "the layer {name} has no rule in this test"
        );
    }
}

/// What reads symbols back may know nothing of what draws them.
#[test]
fn the_reader_of_symbols_shares_nothing_with_their_encoder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/readback");
    let all: Vec<String> = sources(&folder).iter().map(|path| code(path)).collect();
    assert_eq!(all.len(), 4);
    for word in ["qrcode", "template", "mask::", "line::", "Label", "encode"] {
        assert!(all.iter().all(|code| !code.contains(word)), "{word}");
    }
}

#[test]
fn the_test_itself_sees_an_import_that_runs_up() {
    let code =
        "use crate::service::verify;\nuse crate::{http, domain::mark};\nlet x = crate::store::f();";
    assert_eq!(layers_used(code), ["service", "http", "domain", "store"]);
}

#[test]
fn migrations_have_the_same_names_on_both_sides() {
    let names = |database: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(database);
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}
