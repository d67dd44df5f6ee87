//! Holding a table's rows on both sides against one another.

use futures_util::StreamExt;
use sqlx::{PgConnection, SqliteConnection};

use super::in_time;
use super::lines::{Pages, Part, key_of};
use super::schema::Kind;
use crate::store::StoreError;

/// The key of the first row that is not the same on both sides, byte by byte, or is on one of them alone; none if all
/// are. `seen` is told of so many further rows.
pub(super) async fn first_difference(
    source: &mut SqliteConnection,
    target: &mut PgConnection,
    part: Part<'_>,
    seen: &mut (dyn FnMut(u64) + Send),
) -> Result<Option<String>, StoreError> {
    let table = part.table;
    // Both sides by the bytes of a text, whatever the database's own order is.
    let order = table.order().into_iter().map(|column| match column.kind {
        Kind::Text => format!("{} COLLATE \"C\" NULLS FIRST", column.name),
        Kind::Number | Kind::Bytes => format!("{} NULLS FIRST", column.name),
    });
    let order: Vec<String> = order.collect();
    // Of a key that is never null, nulls would come last in its index, too.
    let order = order.join(", ");
    let order = if table.key.is_empty() {
        order
    } else {
        order.replace(" NULLS FIRST", "")
    };
    let (columns, name) = (table.columns(), &table.name);
    let sql = format!("COPY (SELECT {columns} FROM {name} ORDER BY {order}) TO STDOUT");
    let mut stream = in_time(target.copy_out_raw(&sql)).await?;
    let mut theirs: Vec<u8> = Vec::new();
    let mut pages = Pages::new(part);
    let mut difference = None;
    while let Some(page) = pages.next(source).await? {
        let ours = page.text.as_bytes();
        while theirs.len() < ours.len() {
            let more = in_time(async { stream.next().await.transpose() }).await?;
            let Some(bytes) = more else { break };
            theirs.extend_from_slice(&bytes);
        }
        if !theirs.starts_with(ours) {
            difference = first_line(&page.text, &theirs);
            break;
        }
        theirs.drain(..ours.len());
        seen(page.rows);
    }
    // What was asked for must be read to its end. Is there more of it than on our side?
    while let Some(bytes) = in_time(async { stream.next().await.transpose() }).await? {
        if difference.is_none() && theirs.is_empty() {
            theirs.extend_from_slice(&bytes);
        }
    }
    if difference.is_none() && !theirs.is_empty() {
        let text = String::from_utf8_lossy(&theirs);
        difference = text.lines().next().map(str::to_owned);
    }
    Ok(difference.map(|line| key_of(table, &line)))
}

/// The first line of ours that is not theirs.
fn first_line(ours: &str, theirs: &[u8]) -> Option<String> {
    let theirs = String::from_utf8_lossy(theirs);
    let mut theirs = theirs.lines();
    let line = ours.lines().find(|line| theirs.next() != Some(line));
    line.map(str::to_owned)
}
