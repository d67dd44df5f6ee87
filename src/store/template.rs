//! Label templates.

use jiff::Timestamp;

use super::row::Row;
use super::{StoreError, Tx};
use crate::domain::text::Line;

/// A template that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTemplate {
    /// How it is called.
    pub name: String,
    /// The SVG text.
    pub svg: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// When it was stored.
    pub added_at: Timestamp,
    /// By whom.
    pub actor: Line,
}

type TemplateRow = (String, String, String, i64, String);

fn read((name, svg, sha256, added_at, actor): TemplateRow) -> Result<StoredTemplate, StoreError> {
    let row = Row {
        table: "label_templates",
        key: &name,
    };
    Ok(StoredTemplate {
        added_at: row.time("added_at", added_at)?,
        actor: row.line("actor", &actor)?,
        name: name.clone(),
        svg,
        sha256,
    })
}

/// All templates, by name.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn all(tx: &mut Tx) -> Result<Vec<StoredTemplate>, StoreError> {
    let sql = "SELECT name, svg, sha256, added_at, actor FROM label_templates ORDER BY name";
    let rows: Vec<TemplateRow> = on!(tx, c => sqlx::query_as(sql).fetch_all(c).await)?;
    rows.into_iter().map(read).collect()
}

/// The template of that name.
///
/// # Errors
/// [`StoreError::BrokenRow`], [`StoreError::Unavailable`].
pub async fn get(tx: &mut Tx, name: &str) -> Result<Option<StoredTemplate>, StoreError> {
    let sql = "SELECT name, svg, sha256, added_at, actor FROM label_templates WHERE name = $1";
    let row: Option<TemplateRow> =
        on!(tx, c => sqlx::query_as(sql).bind(name).fetch_optional(c).await)?;
    row.map(read).transpose()
}

/// Stores a template, in the place of an earlier one of its name.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn put(tx: &mut Tx, template: &StoredTemplate) -> Result<(), StoreError> {
    let sql = "INSERT INTO label_templates (name, svg, sha256, added_at, actor) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (name) DO UPDATE SET svg = excluded.svg, sha256 = excluded.sha256, \
               added_at = excluded.added_at, actor = excluded.actor";
    let StoredTemplate {
        name,
        svg,
        sha256,
        added_at,
        actor,
    } = template;
    let (added_at, actor) = (added_at.as_microsecond(), actor.as_str());
    on!(tx, c => sqlx::query(sql).bind(name).bind(svg).bind(sha256).bind(added_at).bind(actor).execute(c).await.map(drop))?;
    Ok(())
}

/// Removes a template; whether there was one.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub async fn remove(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    let sql = "DELETE FROM label_templates WHERE name = $1";
    let gone = on!(tx, c => sqlx::query(sql).bind(name).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(gone > 0)
}
