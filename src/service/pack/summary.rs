//! `summary.html`: what a folder holds, on a page to be printed and signed.

use std::fmt::Write as _;
use std::path::Path;

use super::manifest::{MANIFEST, Manifest};
use super::part::PartFile;
use crate::domain::calendar::clock_of;
use crate::service::ServiceError;

/// The file's name.
pub const SUMMARY: &str = "summary.html";

const STYLE: &str = "body{font:14px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:60em;margin:2em auto;\
padding:0 1em;color:#1d2b27}h1{font-size:1.5em;margin-bottom:.2em}table{border-collapse:collapse;width:100%;margin:1em 0}\
th,td{border:1px solid #9bb;padding:.3em .5em;text-align:left;vertical-align:top}th{background:#eef4f1;font-weight:600}\
td.n{text-align:right}code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}small{color:#56655f}\
.sign{display:grid;grid-template-columns:1fr 1fr 1fr;gap:3em;margin-top:3em}.sign p{border-top:1px solid #1d2b27}\
@media print{body{margin:0;font-size:11px}}";

/// Writes the page of a manifest.
pub(super) fn write(manifest: &Manifest, folder: &Path) -> Result<(), ServiceError> {
    let mut file = PartFile::create(&folder.join(SUMMARY))?;
    file.write(page(manifest).as_bytes())?;
    file.finish().map(drop)
}

fn page(manifest: &Manifest) -> String {
    let first = manifest.files.iter().map(|file| file.first).min();
    let last = manifest.files.iter().map(|file| file.last).max();
    let range = first
        .zip(last)
        .map_or(String::new(), |(first, last)| format!("{first}–{last}"));
    let mut out = format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>印制数据包清单：订单 {0} 批 {1}</title><style>{STYLE}</style>\
         <h1>印制数据包清单 <small>Print pack</small></h1><table>",
        manifest.order, manifest.batch
    );
    let made_at = clock_of(manifest.made_at);
    for (zh, en, value) in [
        ("印制订单", "Order", manifest.order.to_string()),
        ("批号", "Batch", manifest.batch.to_string()),
        ("合法使用人", "Licensee", manifest.licensee.clone()),
        ("统一社会信用代码", "Credit code", manifest.uscc.clone()),
        ("产品", "Product", manifest.product.clone()),
        ("年度", "Season", manifest.season.to_string()),
        ("查询网址", "Codes lead to", manifest.public_url.clone()),
        ("标志序号", "Marks by index", range),
        ("制作时间", "Made (Beijing)", made_at),
        ("制作程序", "Made by", manifest.made_by.clone()),
    ] {
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "<tr><th>{zh} <small>{en}</small><td>{}",
            escaped(&value)
        );
    }
    out.push_str(
        "</table><table><tr><th>文件 <small>File</small><th>首号 <small>First</small><th>末号 <small>Last</small>\
         <th>枚数 <small>Labels</small><th>字节 <small>Bytes</small><th>SHA-256",
    );
    for file in &manifest.files {
        _ = write!(
            out,
            "<tr><td>{}<td>{} <code>{}</code><td>{} <code>{}</code><td class=n>{}<td class=n>{}<td><code>{}</code>",
            escaped(&file.name),
            file.first,
            file.first_serial,
            file.last,
            file.last_serial,
            file.labels,
            file.bytes,
            file.sha256
        );
    }
    push_rolls(&mut out, manifest);
    _ = write!(
        out,
        "</table><p>请逐一核对文件的 SHA-256（<code>sha256sum 文件名</code>），与 {MANIFEST} 一致后方可印制；一个订单只印一次，印坏和印好的\
         都要登记。<br><small>Check each file's SHA-256 before printing. An order is printed once; good and spoiled labels are both \
         reported.</small></p><div class=sign><p>制作人 <small>Made by</small></p><p>承印方签收 <small>Received by</small></p>\
         <p>日期 <small>Date</small></p></div></html>"
    );
    out.push('\n');
    out
}

/// The rolls of all files, if there are any.
fn push_rolls(out: &mut String, manifest: &Manifest) {
    let mut rolls = manifest
        .files
        .iter()
        .flat_map(|file| &file.rolls)
        .peekable();
    if rolls.peek().is_none() {
        return;
    }
    out.push_str(
        "</table><table><tr><th>卷 <small>Roll</small><th>首号 <small>First</small><th>末号 <small>Last</small>\
         <th>枚数 <small>Labels</small>",
    );
    for roll in rolls {
        // Writing to a string cannot fail.
        _ = write!(
            out,
            "<tr><td>{}<td>{} <code>{}</code><td>{} <code>{}</code><td class=n>{}",
            roll.number, roll.first, roll.first_serial, roll.last, roll.last_serial, roll.labels
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
