//! The places of network addresses while the program runs: looked up in files that are taken again when they change.

use std::fs::Metadata;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::domain::place::{Place, PlaceClass};
use crate::places::{Places, PlacesError};

/// The files of places that this program was started with; at first none, and then no place is known.
#[derive(Debug, Default)]
pub struct LivePlaces(Vec<LiveFile>);

#[derive(Debug)]
struct LiveFile {
    path: PathBuf,
    held: RwLock<Arc<Places>>,
    /// The state of the file when it was last read, whether it was taken or not.
    seen: Mutex<Stamp>,
}

/// By what it is seen that a file has changed: another file of the name, another length, another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(path: &Path) -> Result<Self, PlacesError> {
        let of = |metadata: Metadata| Self {
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        };
        let metadata = std::fs::metadata(path);
        metadata.map(of).map_err(|source| PlacesError::Io {
            path: path.to_owned(),
            source,
        })
    }
}

impl LivePlaces {
    /// Opens these files. Several are for addresses of different kinds, or places and kinds of networks apart: of an
    /// address the first that knows the place says it, and the first that knows the class.
    ///
    /// # Errors
    /// Every way in which one cannot be used.
    pub fn open(paths: impl IntoIterator<Item = PathBuf>) -> Result<Self, PlacesError> {
        let open = |path: PathBuf| {
            let seen = Stamp::of(&path)?; // before it is read: what changes meanwhile is read again
            let places = Places::read(&path)?;
            Ok(LiveFile {
                held: RwLock::new(Arc::new(places)),
                seen: Mutex::new(seen),
                path,
            })
        };
        let files: Result<Vec<LiveFile>, PlacesError> = paths.into_iter().map(open).collect();
        Ok(Self(files?))
    }

    /// Where an address is, if a file knows.
    pub fn of(&self, address: IpAddr) -> Option<Place> {
        let (mut prefecture, mut class) = (None, None);
        for file in &self.0 {
            let held = file.held.read();
            let found = held.unwrap_or_else(PoisonError::into_inner).of(address);
            prefecture = prefecture.or(found.prefecture);
            class = class.or(found.class);
        }
        Some(Place {
            prefecture: prefecture?,
            class: class.unwrap_or(PlaceClass::Unknown),
        })
    }

    /// Takes the files that have changed; returns how many. One that cannot be used is not taken, the one before stays
    /// in force, and it is looked at again when it changes once more.
    ///
    /// # Errors
    /// Why the first that was not taken was not.
    pub fn reload(&self) -> Result<usize, PlacesError> {
        let mut first_error = None;
        let mut taken = 0;
        for file in &self.0 {
            match file.reload() {
                Ok(is_taken) => taken += usize::from(is_taken),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map_or(Ok(taken), Err)
    }
}

impl LiveFile {
    fn reload(&self) -> Result<bool, PlacesError> {
        let stamp = Stamp::of(&self.path)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == stamp {
            return Ok(false);
        }
        *seen = stamp;
        let places = Arc::new(Places::read(&self.path)?);
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        *held = places;
        Ok(true)
    }
}
