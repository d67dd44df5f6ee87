//! Packing a batch: from its one row to the files a press takes.
//!
//! Codes are made here and nowhere kept: the same batch gives the same bytes again. Memory does not grow with the
//! count, all cores work, and a file stands under its final name only when it is complete and durable.

mod in_order;
mod labels;
mod part;
mod tables;
pub mod taken;

use std::num::NonZero;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use super::keys::LiveKeys;
use super::trail::{self, Note, Origin};
use super::{ServiceError, no_batch, orders, part_of, system};
use crate::domain::access::Scope;
use crate::domain::code::Code;
use crate::domain::mark::{BatchNumber, IndexRange, MarkId, MarkIndex};
use crate::domain::order::Batch;
use crate::domain::public_url::PublicUrl;
use crate::domain::said::said;
use crate::domain::serial::Serial;
use crate::keystore::Secrets;
use crate::render::dpi::Dpi;
use crate::render::label::Label;
use crate::render::sheet::MOST_LABELS;
use crate::render::symbol::Symbol;
use crate::render::{self, RenderError};
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, batch, licensee, order};

/// A kind of file in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `labels.csv`: one line a label.
    Csv,
    /// `svg/`: one drawing a label, in millimetres.
    Svg,
    /// `png/`: one 1-bit picture a label, in the press's dots.
    Png,
    /// `sheet.png`: up to 96 labels on one picture, to look at.
    Sheet,
}

impl Format {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Svg, Self::Png, Self::Sheet];

    /// The word on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Sheet => "sheet",
        }
    }

    /// The file or folder it makes.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "labels.csv",
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Sheet => "sheet.png",
        }
    }
}

/// The file of the hidden codes, apart from all others.
pub const HIDDEN_FILE: &str = "hidden-codes.csv";

/// What is to be packed, and where to.
#[derive(Clone, Debug)]
pub struct Pack {
    /// The batch.
    pub batch: BatchNumber,
    /// Which of its marks; all if `None`.
    pub range: Option<IndexRange>,
    /// The kinds of files.
    pub formats: Vec<Format>,
    /// The resolution of PNG labels.
    pub dpi: Dpi,
    /// Whether to write the hidden codes too, into a file of their own.
    pub hidden_codes: bool,
    /// The folder; made if it is not there.
    pub out: PathBuf,
    /// Whether files that are there may be replaced.
    pub replace: bool,
}

/// What was packed.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The marks.
    pub range: IndexRange,
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
    may_be_printed(&mut tx, keys, &batch).await?;
    let range = part_of(batch.number, batch.count.all(), pack.range)?;
    check_request(pack, &batch, range)?;
    let note = Note::new("pack-make").about(format!("orders {}", order.number));
    trail::write(&mut tx, origin, system::now(), Outcome::Done, note).await?;
    tx.commit().await?;
    write_all(&Press::new(keys, url, batch)?, pack, range, progress)
}

/// Refuses a batch whose labels nobody should print.
async fn may_be_printed(tx: &mut Tx, keys: &LiveKeys, batch: &Batch) -> Result<(), ServiceError> {
    let licensee = licensee::get(tx, batch.licensee).await?;
    if licensee.is_none_or(|licensee| licensee.ended.is_some()) {
        return Err(ServiceError::refused(
            said!(
                "the right of licensee {} to use the mark has ended",
                "合法使用人 {} 的标志使用权已终止",
                batch.licensee
            ),
            said!("its marks are not printed any more", "其标志不再印制"),
        ));
    }
    let ring = keys.ring();
    if !ring
        .get(batch.key)
        .is_some_and(|key| key.vouches_for_issue_at(batch.issued_at))
    {
        return Err(ServiceError::refused(
            said!(
                "key {} is compromised and does not vouch for batch {}",
                "密钥 {} 已失密，不再为第 {} 批作保",
                batch.key,
                batch.number
            ),
            said!(
                "its marks would not be recognised; order them anew and issue with another key",
                "这一批标志会查不到，请重新申请印制，并换用其他密钥制码"
            ),
        ));
    }
    Ok(())
}

/// Refuses what cannot be done before anything is written.
fn check_request(pack: &Pack, batch: &Batch, range: IndexRange) -> Result<(), ServiceError> {
    if pack.hidden_codes && !batch.has_hidden_codes {
        return Err(ServiceError::refused(
            said!(
                "batch {} was issued without hidden codes",
                "第 {} 批制码时没有暗码",
                batch.number
            ),
            said!(
                "leave out --hidden-codes; hidden codes are chosen when a batch is issued",
                "请去掉暗码这一项；暗码只在制码时选择"
            ),
        ));
    }
    if pack.formats.contains(&Format::Sheet) && range.marks() as usize > MOST_LABELS {
        return Err(ServiceError::refused(
            said!(
                "a contact sheet holds up to {MOST_LABELS} labels, not {}",
                "样张最多 {MOST_LABELS} 枚，本次有 {} 枚",
                range.marks()
            ),
            said!(
                "choose some with --range, such as --range 0-23",
                "请只选择一部分号段"
            ),
        ));
    }
    let mut names: Vec<&str> = pack
        .formats
        .iter()
        .map(|format| format.file_name())
        .collect();
    if pack.hidden_codes {
        names.push(HIDDEN_FILE);
    }
    let there = names
        .iter()
        .map(|name| pack.out.join(name))
        .find(|path| path.exists());
    match there {
        Some(path) if !pack.replace => Err(ServiceError::refused(
            said!("{} is there already", "{} 已经存在", path.display()),
            said!(
                "name another folder with --out, or allow it with --replace",
                "请另选文件夹，或允许覆盖"
            ),
        )),
        _ => Ok(()),
    }
}

fn write_all(
    press: &Press,
    pack: &Pack,
    range: IndexRange,
    progress: Progress<'_>,
) -> Result<Packed, ServiceError> {
    let out = &pack.out;
    std::fs::create_dir_all(out).map_err(|source| files(out, source))?;
    let mut steps = pack.formats.clone();
    steps.sort_unstable();
    steps.dedup();
    let tables = usize::from(steps.contains(&Format::Csv) || pack.hidden_codes);
    let passes = steps.iter().filter(|step| **step != Format::Csv).count() + tables;
    let all = u64::from(range.marks()) * passes as u64;
    let done = std::sync::atomic::AtomicU64::new(0);
    let tick = |labels: u64| {
        let before = done.fetch_add(labels, std::sync::atomic::Ordering::Relaxed);
        progress(before + labels, all);
    };

    let mut written = Vec::new();
    if tables > 0 {
        let csv = steps
            .contains(&Format::Csv)
            .then(|| out.join(Format::Csv.file_name()));
        let hidden = pack.hidden_codes.then(|| out.join(HIDDEN_FILE));
        tables::write(press, range, csv.as_deref(), hidden.as_deref(), &tick)?;
        written.extend(csv.into_iter().chain(hidden));
    }
    for step in steps {
        let path = out.join(step.file_name());
        match step {
            Format::Csv => continue,
            Format::Svg => labels::write_svg(press, range, &path, &tick)?,
            Format::Png => labels::write_png(press, range, pack.dpi, &path, &tick)?,
            Format::Sheet => labels::write_sheet(press, range, pack.dpi, &path, &tick)?,
        }
        written.push(path);
    }
    Ok(Packed {
        range,
        files: written,
    })
}

/// All that makes the codes of a batch.
struct Press {
    signing: SigningKey,
    secrets: Secrets,
    qr_prefix: String,
    url: PublicUrl,
    batch: Batch,
    workers: NonZero<usize>,
}

impl Press {
    fn new(keys: &LiveKeys, url: &PublicUrl, batch: Batch) -> Result<Self, ServiceError> {
        Ok(Self {
            signing: keys.signing_key(batch.key)?,
            secrets: keys.secrets.clone(),
            qr_prefix: url.qr_prefix(),
            url: url.clone(),
            batch,
            workers: std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN),
        })
    }

    fn mark(&self, index: MarkIndex) -> MarkId {
        MarkId {
            batch: self.batch.number,
            index,
        }
    }

    fn code(&self, index: MarkIndex) -> (Code, Serial) {
        let mark = self.mark(index);
        let payload = self
            .batch
            .payload(mark)
            .expect("the range lies within the batch");
        (
            payload.sign(&self.signing),
            self.secrets.serial.serial(mark),
        )
    }

    fn label(&self, index: MarkIndex) -> Result<Label, RenderError> {
        let (code, serial) = self.code(index);
        label_of(&self.qr_prefix, &code, serial)
    }
}

/// The label of one code.
///
/// # Errors
/// If the prefix has characters that a symbol's alphanumeric segment cannot hold; a [`PublicUrl`]'s has not.
pub fn label_of(qr_prefix: &str, code: &Code, serial: Serial) -> Result<Label, RenderError> {
    let digits = code.to_digits();
    let digits = std::str::from_utf8(&digits).expect("digits are ASCII");
    let symbol = Symbol::encode(qr_prefix, digits)?;
    Ok(render::label::Label::new(symbol, &serial.to_string())?)
}

fn files(path: &Path, source: std::io::Error) -> ServiceError {
    let path = path.to_owned();
    ServiceError::Files { path, source }
}
