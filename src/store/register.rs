//! The smaller books: printers, entitlements, transfers, lots, containers, documents.

use super::kept::{self, Value, number, text};
use super::{StoreError, Tx, counter};
use crate::domain::access::Scope;
use crate::domain::container::{Container, ContainerNumber};
use crate::domain::document::{AddedDocument, DocumentNumber, Purpose};
use crate::domain::entitlement::coefficients::SetCoefficients;
use crate::domain::entitlement::{Account, Entitlement};
use crate::domain::licensee::LicenseeNumber;
use crate::domain::lot::{Lot, LotNumber};
use crate::domain::mark::BatchNumber;
use crate::domain::plan::SetPlanFigures;
use crate::domain::printer::{Printer, PrinterNumber};
use crate::domain::season::Season;
use crate::domain::text::Line;
use crate::domain::transfer::{Transfer, TransferNumber};
use crate::domain::uscc::Uscc;

/// Makes the function that takes the next number of a kind.
macro_rules! next {
    ($name:ident, $counter:literal, $number:ident) => {
        /// Takes the next number.
        ///
        /// # Errors
        /// [`StoreError::NumbersUsedUp`] after 2³² of them.
        pub async fn $name(tx: &mut Tx) -> Result<$number, StoreError> {
            counter::next_of(tx, $counter).await.map($number)
        }
    };
}

next!(next_printer, "printer", PrinterNumber);
next!(next_transfer, "transfer", TransferNumber);
next!(next_container, "container", ContainerNumber);
next!(next_lot, "lot", LotNumber);
next!(next_document, "document", DocumentNumber);

/// The printer of that code.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn printer_by_uscc(tx: &mut Tx, uscc: &Uscc) -> Result<Option<Printer>, StoreError> {
    let found = kept::chosen(tx, "uscc = $1", vec![text(uscc)], "").await?;
    Ok(found.into_iter().next())
}

/// The newest printers before `before`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn printers(
    tx: &mut Tx,
    before: Option<PrinterNumber>,
    limit: u32,
) -> Result<Vec<Printer>, StoreError> {
    let before = number(before.map(|number| number.0));
    kept::newest(tx, &[("number <", before)], limit).await
}

/// The newest version of the coefficients, if any was ever set.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest_coefficients(tx: &mut Tx) -> Result<Option<SetCoefficients>, StoreError> {
    let found = all_coefficients(tx).await?;
    Ok(found.into_iter().next())
}

/// All versions of the coefficients, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all_coefficients(tx: &mut Tx) -> Result<Vec<SetCoefficients>, StoreError> {
    kept::chosen(tx, "version > 0", Vec::new(), "ORDER BY version DESC").await
}

/// The newest versions of the plan's figures before `before`, of a season or of all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn plan_figures(
    tx: &mut Tx,
    season: Option<Season>,
    before: Option<u32>,
    limit: u32,
) -> Result<Vec<SetPlanFigures>, StoreError> {
    let mut condition = "version < $1".to_owned();
    let mut values: Vec<Value> = vec![before.map_or(i64::MAX, i64::from).into()];
    if let Some(season) = season {
        condition.push_str(" AND season = $2");
        values.push(season.year().into());
    }
    let rest = format!("ORDER BY version DESC LIMIT {limit}");
    kept::chosen(tx, &condition, values, &rest).await
}

/// The entitlements of a licensee, a season, or both, by season, licensee and form, beginning after the one given.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn entitlements(
    tx: &mut Tx,
    licensee: Option<LicenseeNumber>,
    season: Option<Season>,
    after: Option<Account>,
    limit: u32,
) -> Result<Vec<Entitlement>, StoreError> {
    let mut condition = "licensee > 0".to_owned();
    let mut values: Vec<Value> = Vec::new();
    if let Some(after) = after {
        condition.push_str(" AND (season, licensee, form) > ($1, $2, $3)");
        values.extend([
            after.season.year().into(),
            after.licensee.0.into(),
            text(after.form),
        ]);
    }
    if let Some(licensee) = licensee {
        values.push(licensee.0.into());
        condition.push_str(&format!(" AND licensee = ${}", values.len()));
    }
    if let Some(season) = season {
        values.push(season.year().into());
        condition.push_str(&format!(" AND season = ${}", values.len()));
    }
    let rest = format!("ORDER BY season, licensee, form LIMIT {limit}");
    kept::chosen(tx, &condition, values, &rest).await
}

/// The newest transfers that a licensee has a part in, or all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn transfers(
    tx: &mut Tx,
    licensee: Option<LicenseeNumber>,
    before: Option<TransferNumber>,
    limit: u32,
) -> Result<Vec<Transfer>, StoreError> {
    let before = before.map_or(i64::from(u32::MAX) + 1, |number| number.0.into());
    let mut values: Vec<Value> = vec![before.into()];
    let mut condition = "number < $1".to_owned();
    if let Some(licensee) = licensee {
        values.push(licensee.0.into());
        condition.push_str(" AND (giver = $2 OR receiver = $2)");
    }
    let rest = format!("ORDER BY number DESC LIMIT {limit}");
    kept::chosen(tx, &condition, values, &rest).await
}

/// The newest lots of a licensee, a season, or all.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots(
    tx: &mut Tx,
    licensee: Option<LicenseeNumber>,
    season: Option<Season>,
    before: Option<LotNumber>,
    limit: u32,
) -> Result<Vec<Lot>, StoreError> {
    let wanted = [
        ("licensee =", number(licensee.map(|number| number.0))),
        ("season =", number(season.map(Season::year))),
        ("number <", number(before.map(|number| number.0))),
    ];
    kept::newest(tx, &wanted, limit).await
}

/// The lots of a licensee and season with this code of the firm's own.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn lots_coded(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    season: Season,
    code: &Line,
) -> Result<Vec<Lot>, StoreError> {
    let wanted = [
        ("code =", text(code)),
        ("licensee =", licensee.0.into()),
        ("season =", season.year().into()),
    ];
    kept::newest(tx, &wanted, u32::MAX).await
}

/// All containers of a batch, or the newest of all that are seen, before `before`.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn containers(
    tx: &mut Tx,
    scope: Scope,
    batch: Option<BatchNumber>,
    before: Option<ContainerNumber>,
    limit: u32,
) -> Result<Vec<Container>, StoreError> {
    let mut wanted = of_scope(scope).to_vec();
    wanted.push(("batch =", number(batch.map(BatchNumber::get))));
    wanted.push(("number <", number(before.map(|number| number.0))));
    kept::newest(tx, &wanted, limit).await
}

/// Containers of whose batches the person sees the order.
fn of_scope(scope: Scope) -> [(&'static str, Value); 2] {
    [
        (
            "batch IN (SELECT b.number FROM batches b JOIN orders o ON o.number = b.order_number WHERE o.licensee = $)",
            number(scope.licensee().map(|number| number.0)),
        ),
        (
            "batch IN (SELECT b.number FROM batches b JOIN orders o ON o.number = b.order_number WHERE o.printer = $)",
            number(scope.printer().map(|number| number.0)),
        ),
    ]
}

/// The newest containers on which exactly this stands, of those that are seen.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn containers_labelled(
    tx: &mut Tx,
    scope: Scope,
    label: &Line,
    limit: u32,
) -> Result<Vec<Container>, StoreError> {
    // The label stands within the body alone: few rows hold its text, and what it stands for is looked at here.
    let mut pattern = serde_json::json!(label).to_string();
    for special in ['!', '%', '_'] {
        pattern = pattern.replace(special, &format!("!{special}"));
    }
    let mut wanted = of_scope(scope).to_vec();
    wanted.push(("body LIKE $ ESCAPE '!'", text(format!("%{pattern}%"))));
    let found: Vec<Container> = kept::newest(tx, &wanted, limit).await?;
    let is_it = |one: &Container| one.filled.label.as_ref() == Some(label);
    Ok(found.into_iter().filter(is_it).collect())
}

/// The documents in a licensee's file, the newest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn documents(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    before: Option<DocumentNumber>,
    limit: u32,
) -> Result<Vec<AddedDocument>, StoreError> {
    let wanted = [
        ("licensee =", licensee.0.into()),
        ("number <", number(before.map(|number| number.0))),
    ];
    kept::newest(tx, &wanted, limit).await
}

/// The newest version of a document.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest_version(
    tx: &mut Tx,
    like: &crate::domain::document::Document,
) -> Result<Option<AddedDocument>, StoreError> {
    let wanted = [
        ("licensee =", like.licensee.0.into()),
        ("purpose =", text(like.purpose.slug())),
        ("title =", text(&like.title)),
    ];
    let found = kept::newest(tx, &wanted, 1).await?;
    Ok(found.into_iter().next())
}

/// The newest document of a licensee for a purpose.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn newest_for(
    tx: &mut Tx,
    licensee: LicenseeNumber,
    purpose: Purpose,
) -> Result<Option<AddedDocument>, StoreError> {
    let wanted = [
        ("licensee =", licensee.0.into()),
        ("purpose =", text(purpose.slug())),
    ];
    let found = kept::newest(tx, &wanted, 1).await?;
    Ok(found.into_iter().next())
}

/// The documents of one purpose in the files of these licensees, the oldest first.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all_for(
    tx: &mut Tx,
    licensees: impl Iterator<Item = LicenseeNumber>,
    purpose: Purpose,
) -> Result<Vec<AddedDocument>, StoreError> {
    let among = kept::among("licensee", licensees.map(|licensee| licensee.0.into()));
    let condition = format!("purpose = $1 AND {among}");
    kept::chosen(
        tx,
        &condition,
        vec![text(purpose.slug())],
        " ORDER BY number",
    )
    .await
}

/// Keeps the content of a file under its hash; the same content is kept once.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn keep_content(tx: &mut Tx, sha256: &str, content: &[u8]) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO contents (sha256, content) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING";
    on!(tx, c => sqlx::query(sql).bind(sha256).bind(content).execute(c).await.map(drop))?;
    Ok(())
}

/// The content of that hash.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn content(tx: &mut Tx, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT content FROM contents WHERE sha256 = $1";
    let row: Option<(Vec<u8>,)> =
        on!(tx, c => sqlx::query_as(sql).bind(sha256).fetch_optional(c).await)?;
    Ok(row.map(|(content,)| content))
}
