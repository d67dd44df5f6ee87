//! Files of the ledger (档案): artwork, registrations, reports, with their hashes.

use sha2::{Digest, Sha256};

use super::desk::{Call, Desk};
use super::{ServiceError, licensees, seen, text_refused};
use crate::domain::access::Scope;
use crate::domain::document::{AddedDocument, Document, DocumentNumber, Purpose, check_content};
use crate::domain::ledger::chain::EntryHash;
use crate::domain::ledger::entry::{DocumentAdded, Entry};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::LotNumber;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::store::{Store, kept, register};

/// A file to be added.
#[derive(Clone, Debug)]
pub struct NewDocument<'a> {
    /// Whose file it belongs to.
    pub licensee: LicenseeNumber,
    /// The lot it is about.
    pub lot: Option<LotNumber>,
    /// What it is for.
    pub purpose: Purpose,
    /// Its title; with the same title it is the next version.
    pub title: Line,
    /// Its content.
    pub content: &'a [u8],
}

/// SHA-256 of a content, in hexadecimal.
pub fn sha256(content: &[u8]) -> String {
    EntryHash(Sha256::digest(content).into()).to_string()
}

/// Adds a file.
///
/// # Errors
/// If its content is empty, too large or of a kind that is not taken, or this very content is the newest version.
pub async fn add(
    store: &Store,
    call: &Call,
    new: &NewDocument<'_>,
) -> Result<AddedDocument, ServiceError> {
    let media_type = check_content(new.content)?;
    let sha256 = sha256(new.content);
    let mut desk = Desk::open(store, call).await?;
    desk.load_licensee(new.licensee).await?;
    if let Some(lot) = new.lot {
        desk.load_lot(lot).await?;
    }
    let mut document = Document {
        number: DocumentNumber(0),
        licensee: new.licensee,
        lot: new.lot,
        purpose: new.purpose,
        title: new.title.clone(),
        version: 0,
        media_type,
        size: new.content.len() as u64,
        sha256: Line::new("hash", &sha256).map_err(text_refused)?,
    };
    if let Some(earlier) = desk.repeated(|earlier| is_of(earlier, &document))?
        && let Some(Entry::DocumentAdded(body)) = Entry::read(&earlier.kind, &earlier.body)
    {
        let number = body.document.number;
        let added: Option<AddedDocument> = kept::get(&mut desk.tx, number).await?;
        return added.ok_or_else(|| unknown(number));
    }
    let newest = register::newest_version(&mut desk.tx, &document).await?;
    if let Some(newest) = newest {
        if newest.document.sha256 == document.sha256 {
            let number = newest.document.number;
            return Err(Refusal::conflict(
                said!(
                    "{} has this very content already: it is document {number}",
                    "《{}》已有内容完全相同的文件，即文件 {number}",
                    new.title
                ),
                said!(
                    "a new version has another content",
                    "新版本的内容应有不同，请核对所选的文件"
                ),
            )
            .into());
        }
        desk.books.shelve_document(newest);
    }
    document.version = desk.books.next_version(&document);
    document.number = register::next_document(&mut desk.tx).await?;
    let number = document.number;
    desk.enter(DocumentAdded { document })?;
    register::keep_content(&mut desk.tx, &sha256, new.content).await?;
    let added = desk.books.documents.get(number).cloned();
    desk.close().await?;
    added.ok_or_else(|| unknown(number))
}

/// Whether an entry added this very file; number and version are what it got.
fn is_of(entry: &Entry, document: &Document) -> bool {
    let Entry::DocumentAdded(body) = entry else {
        return false;
    };
    let (number, version) = (body.document.number, body.document.version);
    body.document
        == Document {
            number,
            version,
            ..document.clone()
        }
}

/// What is known of a file.
///
/// # Errors
/// If there is none.
pub async fn get(
    store: &Store,
    scope: Scope,
    number: DocumentNumber,
) -> Result<AddedDocument, ServiceError> {
    let found = seen::document(&mut store.read().await?, scope, number).await?;
    found.ok_or_else(|| unknown(number))
}

/// A file with its content.
///
/// # Errors
/// If there is none, or its content is not what was added.
pub async fn content(
    store: &Store,
    scope: Scope,
    number: DocumentNumber,
) -> Result<(AddedDocument, Vec<u8>), ServiceError> {
    let mut tx = store.read().await?;
    let found = seen::document(&mut tx, scope, number).await?;
    let found = found.ok_or_else(|| unknown(number))?;
    let hash = found.document.sha256.as_str();
    let content = register::content(&mut tx, hash).await?;
    let content = content.filter(|content| sha256(content) == hash);
    let content = content.ok_or_else(|| crate::store::StoreError::BrokenRow {
        table: "contents",
        key: hash.to_owned(),
        column: "content",
    })?;
    Ok((found, content))
}

/// The files of a licensee, the newest first.
///
/// # Errors
/// If there is no such licensee.
pub async fn list(
    store: &Store,
    scope: Scope,
    licensee: LicenseeNumber,
    before: Option<DocumentNumber>,
    limit: u32,
) -> Result<Vec<AddedDocument>, ServiceError> {
    let mut tx = store.read().await?;
    if seen::licensee(&mut tx, scope, licensee).await?.is_none() {
        return Err(licensees::unknown(licensee));
    }
    Ok(register::documents(&mut tx, licensee, before, limit).await?)
}

/// The refusal of a number that no document has, or none that the person may see.
pub fn unknown(number: DocumentNumber) -> ServiceError {
    Refusal::no_such(
        said!("there is no document {number}", "没有档案文件 {number}"),
        said!(
            "`yuanmark document list` shows the files of a licensee",
            "请在合法使用人的档案中选择"
        ),
    )
    .into()
}
