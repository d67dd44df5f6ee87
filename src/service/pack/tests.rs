//! A pack whose encoder is broken does not come to an end.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use super::press::Encode;
use super::*;
use crate::domain::form::Form;
use crate::domain::keyring::KeyId;
use crate::domain::licensee::LicenseeNumber;
use crate::domain::mark::MarkCount;
use crate::domain::order::{Batch, OrderNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::keystore::KeyFolder;
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::symbol::{Symbol, SymbolError};
use crate::service::keys;

const MARKS: u32 = 70;
const NOW: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

fn line(text: &str) -> Line {
    Line::new("text", text).unwrap()
}

fn press(folder: &Path, encode: Encode) -> Press {
    let folder = KeyFolder::new(folder.join("keys"));
    if !folder.has_keyring() {
        keys::make(&folder, None, None, NOW).unwrap();
    }
    let keys = LiveKeys::open(folder, None).unwrap();
    let batch = Batch {
        number: BatchNumber::new(1).unwrap(),
        order: OrderNumber(1),
        key: KeyId(1),
        licensee: LicenseeNumber(1),
        season: Season::new(2026).unwrap(),
        form: Form::Canned,
        count: MarkCount::new(MARKS).unwrap(),
        has_hidden_codes: false,
        issued_at: NOW,
        actor: line("test"),
        idempotency_key: line("test"),
    };
    let facts = Facts {
        licensee: line("虚构企业"),
        uscc: Uscc::new("91430981MA4TEXT1XY").unwrap(),
        product: line("罐头"),
        artwork: None,
    };
    let url = PublicUrl::new("https://v.example.cn").unwrap();
    let mut press = Press::new(&keys, &url, batch, facts).unwrap();
    press.encode = encode;
    press
}

/// Makes the files of one format, and tells what the folder holds afterwards.
fn write(
    folder: &Path,
    encode: Encode,
    format: Format,
) -> (Result<Vec<ListedFile>, ServiceError>, Vec<PathBuf>) {
    let press = press(folder, encode);
    let out = folder.join("pack");
    _ = std::fs::remove_dir_all(&out);
    std::fs::create_dir(&out).unwrap();
    let pack = Pack {
        formats: vec![format],
        ..Pack::new(press.batch.number, out.clone())
    };
    let [whole] = parts(press.batch.count.all(), None)[..] else {
        panic!("it is not in parts");
    };
    let design = Design::plain(pack.dpi, 41).unwrap();
    let written = Files::new(&press, &pack, design).and_then(|files| files.make(whole, &|_| {}));
    let left = std::fs::read_dir(out).unwrap();
    (written, left.map(|file| file.unwrap().path()).collect())
}

/// Every other symbol has one module wrong, which a scanner would make good.
fn broken(prefix: &str, digits: &str) -> Result<Symbol, SymbolError> {
    let symbol = Symbol::encode(prefix, digits)?;
    Ok(match digits.ends_with(['0', '2', '4', '6', '8']) {
        true => symbol.with_fault(700),
        false => symbol,
    })
}

/// A sound symbol that says something else.
fn mistaken(prefix: &str, digits: &str) -> Result<Symbol, SymbolError> {
    Symbol::encode(prefix, &digits.replace("77", "78"))
}

#[test]
fn a_wrong_symbol_ends_the_pack_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for format in [
        Format::Svg,
        Format::Png,
        Format::Pdf,
        Format::Zpl,
        Format::Sheet,
    ] {
        for encode in [broken as Encode, mistaken] {
            let (written, left) = write(folder.path(), encode, format);
            let error = written.unwrap_err();
            assert!(
                matches!(error, ServiceError::Render(RenderError::Readback { .. })),
                "{format:?}: {error}"
            );
            assert!(left.is_empty(), "{format:?}: {left:?}");
        }
        let (written, _) = write(folder.path(), Symbol::encode, format);
        assert_eq!(written.unwrap().len(), 1, "{format:?}");
    }
}
