//! Packing a batch: from its one row to the files a press takes.
//!
//! Codes are made here and nowhere kept: the same batch gives the same bytes again. Memory does not grow with the
//! count, all cores work, and a file stands under its final name only when it is complete and durable.

mod in_order;
mod labels;
mod manifest;
mod pages;
mod part;
mod streams;
pub mod taken;

pub use manifest::{ListedFile, MANIFEST, Manifest};
pub use pages::Layout;

use std::num::NonZero;
use std::path::{Path, PathBuf};

use ed25519_dalek::SigningKey;

use self::part::Written;
use self::streams::Stream;
use super::keys::LiveKeys;
use super::trail::{self, Note, Origin};
use super::{ServiceError, licensees, no_batch, orders, part_of, system};
use crate::domain::access::Scope;
use crate::domain::code::Code;
use crate::domain::mark::{BatchNumber, IndexRange, MarkId, MarkIndex};
use crate::domain::order::{Batch, Order};
use crate::domain::public_url::PublicUrl;
use crate::domain::said::said;
use crate::domain::serial::Serial;
use crate::domain::text::Line;
use crate::domain::uscc::Uscc;
use crate::keystore::Secrets;
use crate::render::dpi::Dpi;
use crate::render::label::Label;
use crate::render::png::PngRenderer;
use crate::render::sheet::MOST_LABELS;
use crate::render::symbol::Symbol;
use crate::render::{self, RenderError};
use crate::sheets::press::Profile;
use crate::store::trail::Outcome;
use crate::store::{Store, Tx, batch, licensee, order};

/// A kind of file in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `labels.csv`: one line a label.
    Csv,
    /// `labels.txt`: one line a label, as a profile of the press says.
    Txt,
    /// `labels.zpl`: one picture a label, in the language of label printers.
    Zpl,
    /// `labels.pdf`: sheets, or one label a page.
    Pdf,
    /// `svg/`: one drawing a label, in millimetres.
    Svg,
    /// `png/`: one 1-bit picture a label, in the press's dots.
    Png,
    /// `sheet.png`: up to 96 labels on one picture, to look at.
    Sheet,
}

impl Format {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Csv,
        Self::Txt,
        Self::Zpl,
        Self::Pdf,
        Self::Svg,
        Self::Png,
        Self::Sheet,
    ];

    /// The file or folder it makes: its name, and what follows the number of a part.
    const fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Csv => ("labels", ".csv"),
            Self::Txt => ("labels", ".txt"),
            Self::Zpl => ("labels", ".zpl"),
            Self::Pdf => ("labels", ".pdf"),
            Self::Svg => ("svg", ""),
            Self::Png => ("png", ""),
            Self::Sheet => ("sheet", ".png"),
        }
    }

    /// The file or folder it makes of the whole.
    pub fn file_name(self) -> String {
        part_name(self.name(), None)
    }
}

/// The file of the hidden codes, apart from all others.
const HIDDEN: (&str, &str) = ("hidden-codes", ".csv");

/// The name of a part, from 1; or of the whole.
fn part_name((name, ending): (&str, &str), part: Option<usize>) -> String {
    match part {
        None => format!("{name}{ending}"),
        Some(part) => format!("{name}-{part:04}{ending}"),
    }
}

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
    may_be_printed(&mut tx, keys, &batch).await?;
    let range = part_of(batch.number, batch.count.all(), pack.range)?;
    let facts = Facts::of(&mut tx, &batch, order).await?;
    let press = Press::new(keys, url, batch, facts)?;
    let parts = parts(range, pack.part_size);
    check_request(pack, &press, &parts)?;
    let note = Note::new("pack-make").about(format!("orders {}", press.batch.order));
    let now = system::now();
    trail::write(&mut tx, origin, now, Outcome::Done, note).await?;
    tx.commit().await?;
    write_all(&press, pack, &parts, now, progress)
}

/// The range in parts of a chosen size, each with its number if there are several.
fn parts(range: IndexRange, size: Option<NonZero<u32>>) -> Vec<(Option<usize>, IndexRange)> {
    match size {
        Some(size) if size.get() < range.marks() => {
            let all = in_order::pieces(range, size.get()).into_iter();
            (1..).map(Some).zip(all).collect()
        }
        _ => vec![(None, range)],
    }
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
fn check_request(
    pack: &Pack,
    press: &Press,
    parts: &[(Option<usize>, IndexRange)],
) -> Result<(), ServiceError> {
    if pack.hidden_codes && !press.batch.has_hidden_codes {
        return Err(ServiceError::refused(
            said!(
                "batch {} was issued without hidden codes",
                "第 {} 批制码时没有暗码",
                press.batch.number
            ),
            said!(
                "leave out --hidden-codes; hidden codes are chosen when a batch is issued",
                "请去掉暗码这一项；暗码只在制码时选择"
            ),
        ));
    }
    if pack.formats.contains(&Format::Txt) && pack.profile.is_none() {
        return Err(ServiceError::refused(
            said!(
                "labels.txt has the form that the press's software wants, and none was named",
                "没有指明文本数据的格式"
            ),
            said!(
                "name its profile with --profile FILE; `yuanmark batch pack --help` shows one",
                "请选择印刷软件的数据格式文件"
            ),
        ));
    }
    let largest = parts.iter().map(|(_, range)| range.marks()).max();
    if pack.formats.contains(&Format::Sheet) && largest > u32::try_from(MOST_LABELS).ok() {
        return Err(ServiceError::refused(
            said!(
                "a contact sheet holds up to {MOST_LABELS} labels, not {}",
                "样张最多 {MOST_LABELS} 枚，本次有 {} 枚",
                largest.unwrap_or_default()
            ),
            said!(
                "choose some with --range, such as --range 0-23",
                "请只选择一部分号段"
            ),
        ));
    }
    manifest::check_folder(&pack.out, press)?;
    let mut kinds: Vec<_> = pack.formats.iter().map(|format| format.name()).collect();
    kinds.extend(pack.hidden_codes.then_some(HIDDEN));
    let names = parts
        .iter()
        .flat_map(|(part, _)| kinds.iter().map(|kind| part_name(*kind, *part)));
    let there = names
        .map(|name| pack.out.join(name))
        .find(|path| path.exists());
    match there {
        Some(path) if pack.there == There::Refused => Err(ServiceError::refused(
            said!("{} is there already", "{} 已经存在", path.display()),
            said!(
                "name another folder with --out, make the files anew with --replace, or only those that are missing with \
                 --resume",
                "请另选文件夹，或允许覆盖"
            ),
        )),
        _ => Ok(()),
    }
}

fn write_all(
    press: &Press,
    pack: &Pack,
    parts: &[(Option<usize>, IndexRange)],
    now: jiff::Timestamp,
    progress: Progress<'_>,
) -> Result<Packed, ServiceError> {
    let out = &pack.out;
    std::fs::create_dir_all(out).map_err(|source| files(out, source))?;
    let mut drawn = pack.formats.clone();
    drawn.sort_unstable();
    drawn.dedup();
    let renderer = PngRenderer::new(pack.dpi);
    let mut streams = Vec::new();
    for format in &drawn {
        match (format, &pack.profile) {
            (Format::Csv, _) => streams.push((format.name(), Stream::Csv)),
            (Format::Txt, Some(profile)) => streams.push((format.name(), Stream::Txt(profile))),
            (Format::Zpl, _) => streams.push((format.name(), Stream::Zpl(&renderer))),
            _ => {}
        }
    }
    if pack.hidden_codes {
        streams.push((HIDDEN, Stream::Hidden));
    }
    drawn.retain(|format| {
        matches!(
            format,
            Format::Pdf | Format::Svg | Format::Png | Format::Sheet
        )
    });
    let pages = match drawn.contains(&Format::Pdf) {
        true => Some(pages::pages(press, parts[0].1, &pack.layout, pack.dpi)?),
        false => None,
    };
    let passes = drawn.len() + usize::from(!streams.is_empty());
    let marks: u64 = parts
        .iter()
        .map(|(_, range)| u64::from(range.marks()))
        .sum();
    let all = marks * passes as u64;
    let done = std::sync::atomic::AtomicU64::new(0);
    let tick = |labels: u64| {
        let before = done.fetch_add(labels, std::sync::atomic::Ordering::Relaxed);
        progress(before + labels, all);
    };

    let mut listed = Vec::new();
    for (part, range) in parts {
        let mut missing = Vec::new();
        for (kind, stream) in &streams {
            let name = part_name(*kind, *part);
            let path = out.join(&name);
            if pack.there == There::Kept && path.exists() {
                listed.push(ListedFile::new(press, name, *range, Written::read(&path)?));
            } else {
                missing.push((stream, name, path));
            }
        }
        let to: Vec<_> = missing
            .iter()
            .map(|(stream, _, path)| (*stream, path.as_path()))
            .collect();
        if to.is_empty() {
            tick(if streams.is_empty() {
                0
            } else {
                range.marks().into()
            });
        } else {
            let written = streams::write(press, *range, &to, &tick)?;
            for ((_, name, _), written) in missing.into_iter().zip(written) {
                listed.push(ListedFile::new(press, name, *range, written));
            }
        }
        for format in &drawn {
            let name = part_name(format.name(), *part);
            let path = out.join(&name);
            let written = if pack.there == There::Kept && path.exists() {
                tick(range.marks().into());
                Written::read(&path)?
            } else {
                match (format, &pages) {
                    (Format::Pdf, Some(pages)) => pages::write(press, *range, pages, &path, &tick)?,
                    (Format::Svg, _) => labels::write_svg(press, *range, &path, &tick)?,
                    (Format::Png, _) => labels::write_png(press, *range, pack.dpi, &path, &tick)?,
                    _ => labels::write_sheet(press, *range, pack.dpi, &path, &tick)?,
                }
            };
            listed.push(ListedFile::new(press, name, *range, written));
        }
    }
    let mut written: Vec<PathBuf> = listed.iter().map(|file| out.join(&file.name)).collect();
    Manifest::new(press, now, out, listed)?.write(out)?;
    written.push(out.join(MANIFEST));
    Ok(Packed {
        marks,
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
    facts: Facts,
    workers: NonZero<usize>,
}

/// What else a pack says of its order.
struct Facts {
    licensee: Line,
    uscc: Uscc,
    product: Line,
}

impl Facts {
    async fn of(tx: &mut Tx, batch: &Batch, order: Order) -> Result<Self, ServiceError> {
        let licensee = licensee::get(tx, batch.licensee)
            .await?
            .ok_or_else(|| licensees::unknown(batch.licensee))?;
        Ok(Self {
            licensee: licensee.name().clone(),
            uscc: licensee.uscc.clone(),
            product: order.placed.product,
        })
    }
}

impl Press {
    fn new(
        keys: &LiveKeys,
        url: &PublicUrl,
        batch: Batch,
        facts: Facts,
    ) -> Result<Self, ServiceError> {
        Ok(Self {
            facts,
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

    /// The text inside a symbol.
    fn qr_text(&self, code: &Code) -> String {
        let mut text = self.qr_prefix.clone();
        text.extend(code.to_digits().map(char::from));
        text
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
