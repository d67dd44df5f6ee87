//! Documents in a licensee's file: the list with all versions, adding one, taking one.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;

use super::form::{Form, Kind};
use super::guard::Visit;
use super::list::{Filter, Kind as ColumnKind, List, ROWS, Row};
use super::page::{minute, thousands};
use super::read::{Errors, Reader, whole};
use super::submit::{answer, or_refuse, refuse};
use super::typed::{Typed, Upload};
use super::words::{Two, two};
use super::{seen, table};
use crate::domain::access::Permission as P;
use crate::domain::document::{
    AddedDocument, DocumentNumber, MediaType, Purpose, check_content, check_name,
};
use crate::domain::licensee::{Licensee, LicenseeNumber};
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::text::Line;
use crate::domain::wanted::Wanted;
use crate::http::download::Download;
use crate::service::documents::{self, NewDocument};
use crate::service::trail::{self, Note};
use crate::service::{ServiceError, export, lists, system};
use crate::store::lists::{DOCUMENTS, DocumentFilter, LotFilter, Sort};
use crate::store::trail::Outcome;

/// Lots that are offered.
const MOST_LOTS: u32 = 100;

/// Heads of a table of documents.
pub const HEADS: [Two; 5] = [
    two("标题", "Title"),
    two("用途", "For"),
    two("版本", "Version"),
    two("归档时间", "Added"),
    two("归档人", "By"),
];

/// The newest version of each of these, which come the newest first.
pub fn newest(all: &[AddedDocument]) -> impl Iterator<Item = &AddedDocument> {
    all.iter().enumerate().filter_map(|(place, added)| {
        let is_same = |other: &AddedDocument| {
            let (one, other) = (&added.document, &other.document);
            (one.purpose, &one.title) == (other.purpose, &other.title)
        };
        (!all[..place].iter().any(is_same)).then_some(added)
    })
}

fn purpose_in(visit: &Visit, purpose: Purpose) -> String {
    visit
        .one_of(purpose.chinese(), purpose.english())
        .to_owned()
}

fn address(added: &AddedDocument) -> String {
    format!("/console/documents/{}", added.document.number)
}

/// A row of a table of documents.
pub fn row(visit: &Visit, added: &AddedDocument) -> (Option<String>, Vec<String>) {
    let document = &added.document;
    (
        Some(address(added)),
        vec![
            document.title.to_string(),
            purpose_in(visit, document.purpose),
            document.version.to_string(),
            minute(added.at),
            added.by.to_string(),
        ],
    )
}

fn filter_of(number: u16, asked: &Typed) -> DocumentFilter {
    DocumentFilter {
        licensee: LicenseeNumber(number),
        purpose: Purpose::from_slug(asked.get("purpose")),
    }
}

/// `GET /console/licensees/{licensee}/documents`
pub async fn list(visit: Visit, Path(number): Path<u16>) -> Response {
    let asked = Typed::of_query(&visit.uri);
    let after = asked.get("after").parse().ok().map(DocumentNumber);
    let sort = Sort::of(asked.get("sort"), DOCUMENTS).unwrap_or(Sort::down("number"));
    let found = async {
        seen::licensee(&visit, LicenseeNumber(number)).await?;
        let filter = filter_of(number, &asked);
        lists::documents(
            &visit.app.store,
            visit.scope(),
            &filter,
            sort,
            after,
            ROWS + 1,
        )
        .await
    };
    let found = or_refuse!(visit, found.await);
    let purposes = Purpose::ALL
        .iter()
        .map(|one| (one.slug(), visit.one_of(one.chinese(), one.english())));
    let here = format!("/console/licensees/{number}/documents");
    List::new(&visit, &asked, two("档案文件", "Documents"))
        .action(
            visit.may(P::DocumentAdd),
            two("上传文件", "Add a document"),
            format!("{here}/new"),
        )
        .action(
            true,
            two("查看使用人", "The licensee"),
            format!("/console/licensees/{number}"),
        )
        .table(visit.may(P::Export), format!("{here}/table"))
        .field(
            "purpose",
            two("用途", "For"),
            Filter::Choice(purposes.collect()),
        )
        .columns([
            (two("标题", "Title"), ColumnKind::Text),
            (two("文件", "Document"), ColumnKind::Number),
            (two("用途", "For"), ColumnKind::Text),
            (two("版本", "Version"), ColumnKind::Number),
            (two("生产批次", "Lot"), ColumnKind::Number),
            (two("格式", "Kind"), ColumnKind::Text),
            (two("字节", "Bytes"), ColumnKind::Number),
            (two("归档时间", "Added"), ColumnKind::Text),
            (two("归档人", "By"), ColumnKind::Text),
        ])
        .sorted(sort, &[(0, "title"), (1, "number"), (2, "purpose")])
        .rows(
            found,
            |added| added.document.number.to_string(),
            |added| Row {
                address: Some(address(added)),
                cells: vec![
                    added.document.title.to_string(),
                    added.document.number.to_string(),
                    purpose_in(&visit, added.document.purpose),
                    added.document.version.to_string(),
                    added
                        .document
                        .lot
                        .map(|lot| lot.to_string())
                        .unwrap_or_default(),
                    added.document.media_type.chinese().to_owned(),
                    thousands(added.document.size),
                    minute(added.at),
                    added.by.to_string(),
                ],
            },
        )
        .render()
}

/// `GET /console/licensees/{licensee}/documents/table`
pub async fn list_table(visit: Visit, Path(number): Path<u16>) -> Response {
    or_refuse!(visit, seen::licensee(&visit, LicenseeNumber(number)).await);
    let make = async |asked: &Typed, format, now, file| {
        let filter = filter_of(number, asked);
        export::documents(&visit.app.store, visit.scope(), &filter, format, now, file).await
    };
    table::take(&visit, "documents", make).await
}

/// `GET /console/documents/{document}`
pub async fn take(visit: Visit, headers: HeaderMap, Path(number): Path<u32>) -> Response {
    let found = async {
        let (store, number) = (&visit.app.store, DocumentNumber(number));
        let found = documents::content(store, visit.scope(), number).await?;
        let note = Note::new("document-take").about(format!("document {number}"));
        trail::write_alone(store, &visit.origin, system::now(), Outcome::Done, note).await?;
        Ok(found)
    };
    let (added, content) = or_refuse!(visit, found.await);
    Download::of_document(&added.document).answer(&headers, content)
}

/// The licensee, and the newest of its lots to choose from.
async fn found(visit: &Visit, number: u16) -> Result<(Licensee, Vec<Lot>), ServiceError> {
    let one = seen::licensee(visit, LicenseeNumber(number)).await?;
    let filter = LotFilter {
        licensee: Some(one.number),
        ..Default::default()
    };
    let newest = Sort::down("number");
    let lots = lists::lots(
        &visit.app.store,
        visit.scope(),
        &filter,
        newest,
        None,
        MOST_LOTS,
    )
    .await?;
    Ok((one, lots))
}

fn form(visit: &Visit, one: &Licensee, lots: &[Lot]) -> Form {
    let lots = lots.iter().map(|lot| {
        let text = format!("{}（{}）", lot.entered.public.code, lot.number);
        (lot.number.to_string(), text)
    });
    let form = Form::new(visit,
        two("上传文件", "Add a document"),
        two("归档", "Add it"),
    )
    .text(format!("{}（{}）", one.name(), one.number))
    .field("file", two("文件", "File"), Kind::File)
    .hint(two(
            "PDF、PNG、JPEG、TIFF 或 SVG，不超过 10 MB",
            "PDF, PNG, JPEG, TIFF or SVG of at most 10 MiB",
        ),
    )
    .field("purpose",
        two("用途", "For"),
        Kind::choice(
            visit,
            Purpose::ALL.iter().copied(),
            Purpose::slug,
            [Purpose::chinese, Purpose::english],
        ),
    )
    .optional("title", two("标题", "Title"), Kind::Line)
    .hint(two(
            "不填则用文件名；用途和标题都相同的，归档为新版本",
            "The name of the file if blank; with the same purpose and title it becomes the next version",
        ),
    );
    form.optional("lot", two("生产批次", "Lot"), Kind::Choice(lots.collect()))
}

/// `GET /console/licensees/{licensee}/documents/new`
pub async fn add_page(visit: Visit, Path(number): Path<u16>) -> Response {
    let (one, lots) = or_refuse!(visit, found(&visit, number).await);
    let asked = Typed::of_query(&visit.uri);
    let mut form = form(&visit, &one, &lots).value("lot", asked.get("lot"));
    if !asked.get("lot").is_empty() {
        form = form.value("purpose", Purpose::Report.slug());
    }
    form.render(&visit, None)
}

/// What is said of a file that is sent.
struct About<'a> {
    file: &'a Upload,
    purpose: Purpose,
    title: Line,
    lot: Option<LotNumber>,
}

fn read<'a>(visit: &Visit, typed: &'a Typed, lots: &[Lot]) -> Result<About<'a>, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let file = reader.file("file");
    if let Some(file) = file {
        let checked = check_content(&file.content);
        let checked = checked.and_then(|kind: MediaType| check_name(&file.name, kind));
        if let Err(refusal) = checked {
            reader.refused("file", &refusal);
        }
    }
    let purpose = reader.word("purpose", Purpose::from_slug);
    let title = match (typed.get("title"), file) {
        ("", Some(file)) => {
            reader.value_of("title", file.base_name(), |name| Line::new("title", name))
        }
        ("", None) => None,
        _ => reader.line("title"),
    };
    let lot = reader.wanted_or_none("lot", Wanted::Choice, |text| {
        let number = LotNumber(whole(text)?);
        lots.iter()
            .any(|lot| lot.number == number)
            .then_some(number)
    });
    let errors = reader.finish();
    let about = || {
        Some(About {
            file: file?,
            purpose: purpose?,
            title: title?,
            lot: lot?,
        })
    };
    about().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/licensees/{licensee}/documents/new`
pub async fn add(visit: Visit, Path(number): Path<u16>, typed: Typed) -> Response {
    let (one, lots) = or_refuse!(visit, found(&visit, number).await);
    let form = form(&visit, &one, &lots).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let about = match read(&visit, &typed, &lots) {
        Ok(about) => about,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let new = NewDocument {
        licensee: one.number,
        lot: about.lot,
        purpose: about.purpose,
        title: about.title,
        content: &about.file.content,
    };
    let call = visit.call(typed.get("request"));
    match documents::add(&visit.app.store, &call, &new).await {
        Ok(_) => {
            let to = match about.lot {
                Some(lot) => format!("/console/lots/{lot}"),
                None => format!("/console/licensees/{number}/documents"),
            };
            answer(&visit, &typed, form, Ok(to))
        }
        Err(error) => match Errors::of_service(error, visit.language) {
            // Whatever the rules refuse here is the file.
            Ok(errors) => form.wrong(errors.at("file")).render(&visit, Some(&typed)),
            Err(error) => refuse(&visit, error),
        },
    }
}
