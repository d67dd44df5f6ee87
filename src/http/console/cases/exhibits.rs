//! Exhibits (证据材料) of a case: chosen with a step, listed on its page, taken out.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::case::exhibit::{exhibits, exhibits_of};
use crate::domain::case::{CaseNumber, Exhibit, Happened, NewExhibit};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::read::Reader;
use crate::http::console::submit::or_refuse;
use crate::http::console::typed::Upload;
use crate::http::console::words::{Two, two};
use crate::http::download::Download;
use crate::service::cases::{Act, Whole, exhibits as kept};

/// The field of photos, records, reports.
pub(super) const EXHIBITS: &str = "exhibits";
/// Digits of a hash that are shown in a list, enough to tell it from any other; the case's file has all of them.
const DIGITS: usize = 16;
/// What may be chosen there.
pub(super) const KINDS: Two = two(
    "可选多个：照片（JPEG、PNG）、PDF 或 TIFF，每个不超过 10 MB；原样保存，不改动",
    "Several at once: photos (JPEG, PNG), PDF or TIFF of at most 10 MiB each; kept as they are",
);

/// One of the files that were chosen.
///
/// # Errors
/// If it is of a kind that is not taken.
pub(super) fn of(upload: &Upload) -> Result<NewExhibit, Refusal> {
    let name = Line::new("name", upload.base_name()).map_err(|error| {
        let advice = said!("give the file another name", "请给文件改名后再选择");
        Refusal::invalid(error.into(), advice).of_file(&upload.name)
    })?;
    NewExhibit::new(name, upload.content.clone())
}

/// Files, and what they are.
pub(super) fn read(reader: &mut Reader<'_>) -> Option<Act> {
    let told = reader.optional_read("told", Told::new);
    let new = reader.files(EXHIBITS, of)?;
    if new.is_empty() {
        reader.said(EXHIBITS, &said!("choose a file", "请选择文件"));
        return None;
    }
    Some(Act::AddExhibits(new, told?))
}

/// Adds the list of them to the page of a case.
pub(super) fn add_to(file: File, visit: &Visit, whole: &Whole) -> File {
    let rows = exhibits(&whole.steps).map(|(number, step, exhibit)| {
        let cells = vec![
            number.to_string(),
            exhibit.name.to_string(),
            thousands(exhibit.size),
            minute(step.at),
            exhibit.sha256.as_str().chars().take(DIGITS).collect(),
        ];
        let address = format!("/console/cases/{}/exhibits/{number}", whole.case.number);
        (Some(address), cells)
    });
    file.table(
        two("证据材料", "Exhibits"),
        &[
            two("材料", "Exhibit"),
            two("文件名", "Name"),
            two("字节", "Bytes"),
            two("归入时间", "Put in"),
            two("SHA-256 前 16 位", "SHA-256, first 16 digits"),
        ],
        rows.collect(),
    )
    .text(
        None,
        match whole.steps.iter().any(|step| !step.exhibits().is_empty()) {
            true => vec![
                visit
                    .say(two(
                        "材料按原样保存，查阅会留下记录。",
                        "Exhibits are kept as they are; each taking is written down.",
                    ))
                    .to_owned(),
            ],
            false => Vec::new(),
        },
    )
}

/// What came with a step, each with its number: files of one name are told apart.
pub(super) fn named(visit: &Visit, whole: &Whole, step: &Happened) -> Vec<String> {
    let name = |(number, one): (u32, &Exhibit)| match visit.one_of("zh", "en") {
        "zh" => format!("材料 {number} {}", one.name),
        _ => format!("exhibit {number} {}", one.name),
    };
    exhibits_of(&whole.steps, step).map(name).collect()
}

/// `GET /console/cases/{case}/exhibits/{exhibit}`
pub async fn take(
    visit: Visit,
    headers: HeaderMap,
    Path((number, place)): Path<(u32, u32)>,
) -> Response {
    let call = visit.call("");
    let taken = kept::take(&visit.app.store, &call, CaseNumber(number), place);
    let (exhibit, content) = or_refuse!(visit, taken.await);
    Download::of_exhibit(place, &exhibit).answer(&headers, content)
}
