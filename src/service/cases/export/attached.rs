//! The files that belong to a case, one after the other: no more than one of them is held beside the ZIP.

use super::Gathered;
use super::archive::Archive;
use crate::domain::access::Scope;
use crate::domain::case::exhibit::{exhibits, file_name};
use crate::service::cases::exhibits;
use crate::service::{ServiceError, documents, tips};
use crate::store::Store;

/// The folder of exhibits.
pub(super) const EXHIBITS: &str = "exhibits";
/// The folder of licensees' documents.
pub(super) const DOCUMENTS: &str = "documents";
/// The folder of what came with tips.
pub(super) const TIPS: &str = "tips";

/// Adds exhibits, documents and photos of tips.
pub(super) async fn add(
    store: &Store,
    scope: Scope,
    gathered: &Gathered,
    archive: &mut Archive,
) -> Result<(), ServiceError> {
    let whole = &gathered.whole;
    for (place, ..) in exhibits(&whole.steps) {
        let mut tx = store.read().await?;
        let (exhibit, content) = exhibits::content(&mut tx, whole, place).await?;
        archive.add(
            &format!("{EXHIBITS}/{}", exhibit.file_name(place)),
            &content,
        )?;
        archive.called(&exhibit.name);
    }
    for added in &gathered.documents {
        let document = &added.document;
        let (_, content) = documents::content(store, scope, document.number).await?;
        let name = file_name(document.number.0, &document.title, document.media_type);
        archive.add(&format!("{DOCUMENTS}/{name}"), &content)?;
        archive.called(&document.title);
    }
    for one in &gathered.tips {
        let tip = one.tip.number;
        for photo in &one.photos {
            let jpeg = tips::photo(store, scope, tip, photo.place).await?;
            let name = format!("{TIPS}/{tip}-{}.jpg", photo.place);
            archive.add(&name, &jpeg)?;
        }
    }
    Ok(())
}
