//! Packing a batch: from its one row to the files a press takes.
//!
//! Codes are made here and nowhere kept: the same batch gives the same bytes again. Memory does not grow with the
//! count, all cores work, and a file stands under its final name only when it is complete and durable.

mod check;
mod files;
mod format;
pub mod handover;
mod in_order;
mod labels;
mod look;
mod manifest;
mod pages;
mod part;
mod plan;
mod press;
mod proof;
mod rolls;
mod sample;
mod streams;
mod summary;
pub mod taken;

pub use format::Format;
pub use look::{Look, fonts, refusal};
pub use manifest::{ListedFile, MANIFEST, Manifest};
pub use pages::Layout;
pub(in crate::service) use part::sync_folder_of;
pub use plan::Plan;
pub use press::label_of;
pub use rolls::ListedRoll;
pub use sample::{Picture, sample, sample_of};
pub use summary::SUMMARY;

use std::collections::HashSet;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use self::files::Files;
use self::press::{Facts, Press};
use super::keys::LiveKeys;
use super::trail::{self, Note, Origin};
use super::{ServiceError, no_batch, orders, part_of, system};
use crate::domain::access::Scope;
use crate::domain::mark::{BatchNumber, IndexRange};
use crate::domain::public_url::PublicUrl;
use crate::render::dpi::Dpi;
use crate::sheets::press::Profile;
use crate::store::trail::Outcome;
use crate::store::{Store, batch, order};

/// What is to be packed, and where to.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The batch.
    pub batch: BatchNumber,
    /// Which of its marks; all if `None`.
    pub range: Option<IndexRange>,
    /// The kinds of files.
    pub formats: Vec<Format>,
    /// The resolution of the press, for all that is drawn in dots.
    pub dpi: Dpi,
    /// How a label looks.
    pub look: Look,
    /// The form of `labels.txt`.
    pub profile: Option<Profile>,
    /// How labels lie on the pages of `labels.pdf`.
    pub layout: Layout,
    /// Labels in a part; everything in one if `None`.
    pub part_size: Option<NonZero<u32>>,
    /// Whether to write the hidden codes too, into a file of their own.
    pub hidden_codes: bool,
    /// The folder; made if it is not there.
    pub out: PathBuf,
    /// What becomes of files that are there.
    pub there: There,
}

impl Pack {
    /// The table of a whole batch, as one file.
    pub fn new(batch: BatchNumber, out: PathBuf) -> Self {
        Self {
            batch,
            range: None,
            formats: vec![Format::Csv],
            dpi: Dpi::D300,
            look: Look::default(),
            profile: None,
            layout: Layout::default(),
            part_size: None,
            hidden_codes: false,
            out,
            there: There::Refused,
        }
    }
}

/// What becomes of files that are there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// They are left, and nothing is done.
    Refused,
    /// They are made anew.
    Replaced,
    /// They are whole, for a file stands under its name only when it is: they are kept, and the others are made.
    Kept,
}

/// What was packed.
#[derive(Clone, Debug)]
pub struct Packed {
    /// How many marks.
    pub marks: u64,
    /// The files and folders.
    pub files: Vec<PathBuf>,
}

/// Told how many labels are done, of how many in all.
pub type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// Packs a batch, or a part of it, after writing down in the audit trail who does.
///
/// # Errors
/// If there is no such batch or part, its order is cancelled or closed, the licensee's right has ended, the key no longer
/// vouches for the batch, a file is there already, or one cannot be written. Files completed before the error stay; nothing
/// half-written does.
pub async fn pack(
    store: &Store,
    keys: &LiveKeys,
    url: &PublicUrl,
    pack: &Pack,
    origin: &Origin,
    progress: Progress<'_>,
) -> Result<Packed, ServiceError> {
    let mut tx = store.write().await?;
    let batch = batch::get(&mut tx, pack.batch)
        .await?
        .ok_or_else(|| no_batch(pack.batch))?;
    let order = order::get(&mut tx, batch.order)
        .await?
        .ok_or_else(|| orders::unknown(batch.order))?;
    if !taken::may_take(Scope::All, &order) {
        return Err(taken::not_now(&order).into());
    }
    check::may_be_printed(&mut tx, keys, &batch).await?;
    let range = part_of(batch.number, batch.count.all(), pack.range)?;
    let facts = Facts::of(&mut tx, &batch, order, &pack.look).await?;
    let press = Press::new(keys, url, batch, facts)?;
    let (press, design) = press.designed(&pack.look, pack.dpi).await?;
    let parts = parts(range, pack.part_size);
    check::request(pack, &press, &parts)?;
    let files = Files::new(&press, pack, design)?;
    let plan = Plan::of(&press, pack);
    check::folder(pack, &press, &files, &parts, &plan)?;
    let note = Note::new("pack-make").about(format!("orders {}", press.batch.order));
    let now = system::now();
    trail::write(&mut tx, origin, now, Outcome::Done, note).await?;
    tx.commit().await?;

    let out = &pack.out;
    std::fs::create_dir_all(out).map_err(|source| no_file(out, source))?;
    let names: HashSet<String> = parts.iter().flat_map(|part| files.names(*part)).collect();
    let manifest = Manifest::begin(&press, out, plan, now, |name| names.contains(name))?;
    let marks: u64 = parts.iter().map(|part| u64::from(part.range.marks())).sum();
    let (done, all) = (AtomicU64::new(0), marks * files.passes() as u64);
    let tick = |labels: u64| {
        let before = done.fetch_add(labels, Ordering::Relaxed);
        progress(before + labels, all);
    };
    let mut made = Vec::with_capacity(names.len());
    for part in &parts {
        made.extend(files.make(*part, &tick)?);
    }
    let mut paths: Vec<PathBuf> = made.iter().map(|file| out.join(&file.name)).collect();
    manifest.complete(out, made)?;
    paths.extend([out.join(MANIFEST), out.join(SUMMARY)]);
    Ok(Packed {
        marks,
        files: paths,
    })
}

/// One of the pieces into which a pack is split, or the whole.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// From 1; none if there is but one.
    number: Option<usize>,
    range: IndexRange,
}

/// The range in parts of a chosen size.
fn parts(range: IndexRange, size: Option<NonZero<u32>>) -> Vec<Part> {
    match size {
        Some(size) if size.get() < range.marks() => {
            let pieces = in_order::pieces(range, size.get()).into_iter();
            let part = |(number, range)| Part {
                number: Some(number),
                range,
            };
            (1..).zip(pieces).map(part).collect()
        }
        _ => vec![Part {
            number: None,
            range,
        }],
    }
}

fn no_file(path: &Path, source: std::io::Error) -> ServiceError {
    let path = path.to_owned();
    ServiceError::Files { path, source }
}

#[cfg(test)]
mod tests;
