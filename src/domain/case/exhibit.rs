//! Exhibits (证据材料): photos, records, reports that belong to a case.
//!
//! They are kept byte for byte as they came, with their hash: what a camera wrote of time and place is part of the evidence.
//! They are the office's alone; a licensee's own documents stand in its file in the ledger, where it reads them.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::step::Happened;
use crate::domain::document::{MediaType, check_amount, check_name};
use crate::domain::ledger::chain::EntryHash;
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::domain::text::Line;

/// Exhibits that come with one step.
pub const MOST_AT_ONCE: usize = 20;
/// Exhibits of one case.
pub const MOST_OF_CASE: usize = 500;
/// Bytes of the name of a file in a folder, but for its number and ending: Linux takes 255 in all, Windows 260 characters of a
/// whole path.
const MOST_NAME: usize = 120;
/// Bytes of all files of one case, its licensees' documents counted: they go into one ZIP.
pub const MOST_BYTES: u64 = 200 << 20;

/// What is known of an exhibit. Its number in the case is its place among the exhibits of all steps, from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exhibit {
    /// The name of the file.
    pub name: Line,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content in hexadecimal.
    pub sha256: Line,
}

impl Exhibit {
    /// The name of a file of it in a folder.
    pub fn file_name(&self, number: u32) -> String {
        file_name(number, &self.name, self.media_type)
    }
}

/// The name of a file in a folder: its number first, nothing that any system forbids, and an ending that is true.
pub fn file_name(number: u32, name: &Line, media_type: MediaType) -> String {
    let is_kept = |c: char| !c.is_control() && !r#"\/:*?"<>|"#.contains(c);
    let kept = |c| if is_kept(c) { c } else { '_' };
    let kept: String = name.as_str().chars().map(kept).collect();
    let (mut stem, ending) = match media_type.ending_of(&kept) {
        Some(ending) => {
            let (stem, ending) = kept.split_at(kept.len() - ending.len() - 1);
            (stem.to_owned(), ending.to_owned())
        }
        None => (kept, format!(".{}", media_type.endings()[0])),
    };
    while stem.len() > MOST_NAME {
        stem.pop();
    }
    format!("{number:03}-{stem}{ending}")
}

/// An exhibit to be put into a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewExhibit {
    /// What is known of it.
    pub exhibit: Exhibit,
    /// Its content.
    pub content: Vec<u8>,
}

impl NewExhibit {
    /// A file of this name.
    ///
    /// # Errors
    /// If it is empty, too large, of a kind that is not taken (SVG is none), or named as another kind than it is.
    pub fn new(name: Line, content: Vec<u8>) -> Result<Self, Refusal> {
        let checked = check_amount(&content).and_then(|()| {
            // A drawing may hold scripts, and no camera or scanner makes one.
            let kind = MediaType::of(&content).filter(|kind| *kind != MediaType::Svg);
            let kind = kind.ok_or_else(not_taken)?;
            check_name(name.as_str(), kind)?;
            Ok(kind)
        });
        let media_type = checked.map_err(|refusal| refusal.of_file(name.as_str()))?;
        let hash = EntryHash(Sha256::digest(&content).into()).to_string();
        let exhibit = Exhibit {
            name,
            media_type,
            size: content.len() as u64,
            sha256: Line::new("hash", &hash).expect("64 digits"),
        };
        Ok(Self { exhibit, content })
    }
}

/// The refusal of a file of another kind.
fn not_taken() -> Refusal {
    Refusal::invalid(
        said!(
            "the file is neither PDF, PNG, JPEG nor TIFF",
            "文件不是 PDF、PNG、JPEG 或 TIFF 格式"
        ),
        said!(
            "save it as PDF, PNG, JPEG or TIFF",
            "请另存为 PDF、PNG、JPEG 或 TIFF"
        ),
    )
}

/// The exhibits of a case by their numbers, from 1, each with the step that it came by.
pub fn exhibits(steps: &[Happened]) -> impl Iterator<Item = (u32, &Happened, &Exhibit)> {
    let of = |step| Happened::exhibits(step).iter().map(move |one| (step, one));
    let all = (1..).zip(steps.iter().flat_map(of));
    all.map(|(number, (step, one))| (number, step, one))
}

/// The exhibits that came with a step of a case, by their numbers.
pub fn exhibits_of<'a>(
    steps: &'a [Happened],
    of: &'a Happened,
) -> impl Iterator<Item = (u32, &'a Exhibit)> {
    let own = exhibits(steps).filter(|(_, step, _)| step.place == of.place);
    own.map(|(number, _, one)| (number, one))
}

/// Refuses more exhibits than one step or one case takes.
///
/// # Errors
/// [`Refusal`] of the kind invalid or conflict.
pub fn check_count(steps: &[Happened], new: usize) -> Result<(), Refusal> {
    if new > MOST_AT_ONCE {
        return Err(Refusal::invalid(
            said!(
                "there are {new} files; at most {MOST_AT_ONCE} come at once",
                "选择了 {new} 个文件，一次最多 {MOST_AT_ONCE} 个"
            ),
            said!("send the others after these", "其余文件请另行归入"),
        ));
    }
    if exhibits(steps).count() + new > MOST_OF_CASE {
        return Err(Refusal::conflict(
            said!(
                "a case has at most {MOST_OF_CASE} exhibits",
                "一个案件最多 {MOST_OF_CASE} 份证据材料"
            ),
            said!(
                "put several pages into one PDF",
                "请将多页材料合并为一个 PDF"
            ),
        ));
    }
    Ok(())
}

/// Refuses files that together are larger than what one ZIP of a case holds.
///
/// # Errors
/// [`Refusal`] of the kind conflict.
pub fn check_bytes(there: u64, new: u64) -> Result<(), Refusal> {
    if there + new <= MOST_BYTES {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1 << 20);
    Err(Refusal::conflict(
        said!(
            "the case has files of {} MiB, these are {} MiB; together at most {} MiB",
            mib(there), mib(new), mib(MOST_BYTES);
            "案件已有 {} MB 文件，本次 {} MB，合计不能超过 {} MB",
            mib(there), mib(new), mib(MOST_BYTES)
        ),
        said!("take fewer or smaller pictures", "请减少或压缩照片"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str, content: &[u8]) -> Result<NewExhibit, Refusal> {
        NewExhibit::new(Line::new("name", name).unwrap(), content.to_vec())
    }

    #[test]
    fn a_file_is_what_its_first_bytes_say() {
        let photo = named("摊位.jpg", b"\xff\xd8\xff\xe0").unwrap().exhibit;
        assert_eq!((photo.media_type, photo.size), (MediaType::Jpeg, 4));
        for (name, content) in [
            ("摊位.jpg", &b"%PDF-1.7"[..]),
            ("a.exe", b"MZ"),
            ("a.pdf", b""),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ] {
            assert!(named(name, content).is_err(), "{name}");
        }
    }

    #[test]
    fn a_name_is_a_name_in_any_folder_and_ends_truly() {
        for (name, becomes) in [
            ("摊位.jpg", "007-摊位.jpg"),
            ("IMG.JPEG", "007-IMG.JPEG"),
            ("../../etc/passwd", "007-.._.._etc_passwd.jpg"),
            ("a:b*c?.jpg", "007-a_b_c_.jpg"),
            ("笔录 2026.4", "007-笔录 2026.4.jpg"),
        ] {
            let one = named(name, b"\xff\xd8\xff").unwrap().exhibit;
            assert_eq!(one.file_name(7), becomes);
        }
        let long = format!("{}.jpg", "长".repeat(196));
        let one = named(&long, b"\xff\xd8\xff").unwrap().exhibit;
        assert_eq!(one.file_name(7), format!("007-{}.jpg", "长".repeat(40)));
    }

    #[test]
    fn a_case_takes_no_more_than_a_zip_holds() {
        assert!(check_bytes(MOST_BYTES - 1, 1).is_ok());
        assert!(check_bytes(MOST_BYTES, 1).is_err());
        assert!(check_count(&[], MOST_AT_ONCE).is_ok());
        assert!(check_count(&[], MOST_AT_ONCE + 1).is_err());
    }
}
