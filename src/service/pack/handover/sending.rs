//! The one download of an opening: claimed before its first byte, then made part by part, put into a tar stream, and
//! encrypted to the printer's key while it is sent.
//!
//! Plain files exist in a folder of their own only while their part is on its way. Memory does not grow with the count.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use age::stream::StreamWriter;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{not_now, pack_of, press};
use crate::domain::ledger::chain::EntryHash;
use crate::domain::ledger::entry::PackTaken;
use crate::domain::order::OrderNumber;
use crate::domain::pack_link::PackLink;
use crate::domain::public_url::PublicUrl;
use crate::domain::recipient::Recipient;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::render::design::Design;
use crate::service::ServiceError;
use crate::service::desk::{Call, Desk};
use crate::service::keys::LiveKeys;
use crate::service::pack::files::Files;
use crate::service::pack::press::Press;
use crate::service::pack::{MANIFEST, Manifest, Pack, Plan, SUMMARY, no_file, parts};
use crate::store::Store;
use crate::store::pack_link::{self, Sent};

/// Who may be at the door.
#[derive(Clone, Debug)]
pub enum Door {
    /// Whoever holds the link.
    Link(PackLink),
    /// Somebody who is signed in and sees the order.
    Order(OrderNumber),
}

/// The refusal of a link that nothing has. A guess is told no more than that.
pub fn no_such_link() -> ServiceError {
    Refusal::no_such(
        said!("there is no such link", "没有这个链接"),
        said!(
            "check that the link was copied whole, or ask the office for a new one",
            "请核对链接是否完整，或向管理机构申请新的链接"
        ),
    )
    .into()
}

/// A pack that is going to be sent. Nobody else gets it.
pub struct Sending {
    press: Press,
    design: Design,
    pack: Pack,
    recipient: Recipient,
    at: Timestamp,
    /// Which opening of which order.
    which: (OrderNumber, u32),
}

/// Claims the one download of an opening. From here on bytes may leave the house: whatever happens next, a second download
/// needs an approval.
///
/// Of several that ask at once, the ledger lets one in; the others find it taken.
///
/// # Errors
/// If there is no such link or order, or its pack cannot be downloaded as things stand.
pub async fn take(
    store: &Store,
    (keys, url): (&LiveKeys, &PublicUrl),
    call: &Call,
    door: &Door,
) -> Result<Sending, ServiceError> {
    let mut desk = Desk::open(store, call).await?;
    let (number, opening) = match door {
        Door::Link(link) => {
            let found = pack_link::by_digest(&mut desk.tx, &link.digest()).await?;
            let found = found.ok_or_else(no_such_link)?;
            (found.order, Some(found.opening))
        }
        Door::Order(number) => (*number, None),
    };
    desk.load_order(number).await?;
    let order = desk.books.order(number)?.clone();
    let newest = order.offer.as_ref().map_or(0, |offer| offer.opening);
    let opening = opening.unwrap_or(newest);
    let which = (number, opening);
    desk.enter(PackTaken {
        order: number,
        opening,
    })?;
    let offer = order.offer.clone();
    let recipient = offer.map(|offer| offer.recipient);
    let recipient = recipient.ok_or_else(no_such_link)?;
    let all = pack_link::of_order(&mut desk.tx, number).await?;
    let plan = all.into_iter().find(|one| one.opening == opening);
    let plan = plan.ok_or_else(no_such_link)?.plan;
    let of = order.batch.ok_or_else(|| not_now(&order))?;
    let pack = pack_of(&plan, of, PathBuf::new())?;
    let (press, design) = press(&mut desk, (keys, url), &order, &pack).await?;
    if !pack_link::take(&mut desk.tx, which, call.at).await? {
        return Err(ServiceError::refused(
            said!(
                "the pack was downloaded before; each link opens it once",
                "数据包已经领取过；每个链接只能领取一次"
            ),
            said!(
                "a second download is asked for, with the reason, and approved by another person",
                "如需再次领取，请提出申请并说明原因，由另一人批准"
            ),
        ));
    }
    desk.close().await?;
    Ok(Sending {
        press,
        design,
        pack,
        recipient,
        at: call.at,
        which,
    })
}

impl Sending {
    /// What the file is called.
    pub fn file_name(&self) -> String {
        format!("{}.tar.age", self.folder())
    }

    /// The folder within the archive.
    fn folder(&self) -> String {
        let batch = &self.press.batch;
        format!("order-{}-batch-{}", batch.order, batch.number)
    }

    /// Which opening of which order it is.
    pub const fn which(&self) -> (OrderNumber, u32) {
        self.which
    }

    /// Makes the pack on all cores and writes it; blocks until the last byte is taken. Says what was written, be it all
    /// or not.
    ///
    /// # Errors
    /// If a file cannot be made, or `out` takes no more.
    pub fn write(&self, out: impl Write) -> (Sent, Result<(), ServiceError>) {
        let mut counted = Counted {
            out,
            bytes: 0,
            hash: Sha256::new(),
        };
        let made = self.write_to(&mut counted);
        let sent = Sent {
            bytes: counted.bytes,
            sha256: EntryHash(counted.hash.finalize().into()).to_string(),
            is_whole: false,
        };
        (sent, made)
    }

    fn write_to(&self, out: impl Write) -> Result<(), ServiceError> {
        let place = std::env::temp_dir();
        let folder = tempfile::Builder::new()
            .prefix("yuanmark-pack-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()
            .map_err(|source| no_file(&place, source))?;
        let pack = Pack {
            out: folder.path().to_owned(),
            ..self.pack.clone()
        };
        let io = |source| no_file(Path::new(&self.file_name()), source);
        let key = self.recipient.key();
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&key as &dyn age::Recipient));
        let encryptor = encryptor.map_err(|error| io(io::Error::other(error)))?;
        let encrypted = encryptor.wrap_output(out).map_err(io)?;
        let mut archive = Archive {
            tar: tar::Builder::new(encrypted),
            folder: self.folder(),
            made_at: self.at,
        };
        self.fill(&pack, &mut archive)?;
        let encrypted = archive.tar.into_inner().map_err(io)?;
        encrypted
            .finish()
            .and_then(|mut out| out.flush())
            .map_err(io)
    }

    /// Makes part after part, and removes each when it is in the archive.
    fn fill<W: Write>(&self, pack: &Pack, archive: &mut Archive<W>) -> Result<(), ServiceError> {
        let parts = parts(self.press.batch.count.all(), pack.part_size);
        let files = Files::new(&self.press, pack, self.design.clone())?;
        let plan = Plan::of(&self.press, pack);
        let manifest = Manifest::begin(&self.press, &pack.out, plan, self.at, |_| true)?;
        let mut listed = Vec::new();
        for part in parts {
            let made = files.make(part, &|_| {})?;
            for file in &made {
                archive.take(&pack.out, &file.name)?;
            }
            listed.extend(made);
        }
        manifest.complete(&pack.out, listed)?;
        archive.take(&pack.out, SUMMARY)?;
        archive.take(&pack.out, MANIFEST)
    }
}

/// Notes what was sent, when a download has come to an end.
///
/// # Errors
/// If the database does not answer.
pub async fn end(
    store: &Store,
    which: (OrderNumber, u32),
    sent: &Sent,
) -> Result<(), ServiceError> {
    let mut tx = store.write().await?;
    pack_link::end(&mut tx, which, sent).await?;
    Ok(tx.commit().await?)
}

/// A tar archive that is encrypted.
struct Archive<W: Write> {
    tar: tar::Builder<StreamWriter<W>>,
    folder: String,
    made_at: Timestamp,
}

impl<W: Write> Archive<W> {
    /// Takes a file, or a folder with its files, and removes it.
    fn take(&mut self, place: &Path, name: &str) -> Result<(), ServiceError> {
        let path = place.join(name);
        let io = |source| no_file(&path, source);
        if path.is_dir() {
            let entries = fs::read_dir(&path).map_err(io)?;
            let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
            let mut names: Vec<String> = names.collect::<io::Result<_>>().map_err(io)?;
            names.sort_unstable();
            for below in names {
                self.take(place, &format!("{name}/{below}"))?;
            }
            return fs::remove_dir(&path).map_err(io);
        }
        self.append(&path, name).map_err(io)?;
        fs::remove_file(&path).map_err(io)
    }

    /// With the same header whenever and by whomever it is made: for its owner alone, at the time of the download.
    fn append(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let file = File::open(path)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(file.metadata()?.len());
        header.set_mode(0o600);
        header.set_mtime(self.made_at.as_second().try_into().unwrap_or_default());
        let inside = format!("{}/{name}", self.folder);
        self.tar.append_data(&mut header, inside, file)
    }
}

/// Counts and hashes what passes.
struct Counted<W> {
    out: W,
    bytes: u64,
    hash: Sha256,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
