//! Files that belong to the ledger (档案): artwork, registrations, test reports. Kept with their hash, never replaced: a
//! new file of the same purpose and title is the next version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::licensee::LicenseeNumber;
use super::lot::LotNumber;
use super::refusal::Refusal;
use super::said::said;
use super::text::Line;
use super::words::{numbered, words};

numbered! {
    /// The number of a document, from 1.
    pub struct DocumentNumber(u32);
}

words! {
    /// What a file is for.
    pub enum Purpose {
        /// The artwork of the mark, issued by the national office with the licensee's code in it.
        Artwork = "artwork" "标志图样",
        /// A licence, registration or announcement.
        Registration = "registration" "资质文件",
        /// A standard.
        Standard = "standard" "标准文本",
        /// A survey of the base.
        Survey = "survey" "测产资料",
        /// A test report of a lot.
        Report = "report" "检验报告",
        /// A decision or order.
        Decision = "decision" "决定文书",
        /// Anything else.
        Other = "other" "其他",
    }
}

words! {
    /// What kinds of files are taken; known by their first bytes, not by what a browser says.
    pub enum MediaType {
        /// PDF.
        Pdf = "application/pdf" "PDF",
        /// PNG.
        Png = "image/png" "PNG",
        /// JPEG.
        Jpeg = "image/jpeg" "JPEG",
        /// TIFF.
        Tiff = "image/tiff" "TIFF",
        /// SVG. Never shown inside a page of ours: it may hold scripts.
        Svg = "image/svg+xml" "SVG",
    }
}

impl MediaType {
    /// How names of such files end; the first is how we name them.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Tiff => &["tif", "tiff"],
            Self::Svg => &["svg"],
        }
    }

    /// Whether an artwork of this kind can stand on labels and pages.
    pub const fn can_be_drawn(self) -> bool {
        matches!(self, Self::Svg | Self::Png)
    }

    /// The ending of a name that says truly that it is of this kind.
    pub fn ending_of(self, name: &str) -> Option<&'static str> {
        let lower = name.to_ascii_lowercase();
        let mut all = self.endings().iter();
        all.find(|end| lower.ends_with(&format!(".{end}"))).copied()
    }

    /// Whether its bytes are packed already, so that packing them again gains nothing.
    pub const fn is_packed(self) -> bool {
        matches!(self, Self::Pdf | Self::Png | Self::Jpeg)
    }

    /// The kind of file that begins like this.
    pub fn of(content: &[u8]) -> Option<Self> {
        let begins = |magic: &[u8]| content.starts_with(magic);
        if begins(b"%PDF-") {
            Some(Self::Pdf)
        } else if begins(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if begins(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if begins(b"II*\0") || begins(b"MM\0*") {
            Some(Self::Tiff)
        } else {
            let head = &content[..content.len().min(1024)];
            let text = std::str::from_utf8(content)
                .ok()?
                .trim_start_matches('\u{feff}');
            let is_markup = text.trim_start().starts_with('<');
            let has_root = head.windows(4).any(|window| window == b"<svg");
            (is_markup && has_root).then_some(Self::Svg)
        }
    }
}

/// A file of the ledger. Its content is kept apart, under its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its number.
    pub number: DocumentNumber,
    /// Whose file it is in.
    pub licensee: LicenseeNumber,
    /// The lot it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotNumber>,
    /// What it is for.
    pub purpose: Purpose,
    /// Its title, such as the name of the file.
    pub title: Line,
    /// Its version, from 1, among those of the same licensee, purpose and title.
    pub version: u32,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content in hexadecimal.
    pub sha256: Line,
}

/// When and by whom a document was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedDocument {
    /// The document.
    pub document: Document,
    /// When it was added.
    pub at: Timestamp,
    /// Who added it.
    pub by: Line,
}

impl Document {
    /// Bytes; a scanned report of some pages, the artwork in the best resolution.
    pub const MOST_BYTES: usize = 10 << 20;
}

/// Refuses a file that is larger than any that is kept.
///
/// # Errors
/// [`Refusal`] of the kind invalid.
pub fn check_size(bytes: usize) -> Result<(), Refusal> {
    if bytes > Document::MOST_BYTES {
        return Err(Refusal::invalid(
            said!("the file has {} bytes", "文件有 {} 字节，太大", bytes),
            said!(
                "at most {} MiB are kept",
                "请压缩或拆分文件，单个文件不超过 {} MB",
                Document::MOST_BYTES >> 20
            ),
        ));
    }
    Ok(())
}

/// Refuses a file whose name says that it is of another kind than its content is.
///
/// # Errors
/// [`Refusal`] of the kind invalid.
pub fn check_name(name: &str, is: MediaType) -> Result<(), Refusal> {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    let ending = ending.to_ascii_lowercase();
    let says = MediaType::ALL
        .iter()
        .find(|kind| kind.endings().contains(&ending.as_str()));
    match says {
        Some(says) if *says != is => Err(Refusal::invalid(
            said!(
                "the file is named as {} and is {}",
                "文件名是 {} 格式，内容却是 {} 格式",
                says.chinese(),
                is.chinese()
            ),
            said!(
                "look whether it is the right file, and give it its true ending",
                "请核对是否选对了文件，并改正扩展名"
            ),
        )),
        _ => Ok(()),
    }
}

/// Refuses content that is empty, too large, or of a kind that is not taken.
///
/// # Errors
/// [`Refusal`] of the kind invalid.
pub fn check_content(content: &[u8]) -> Result<MediaType, Refusal> {
    check_amount(content)?;
    MediaType::of(content).ok_or_else(|| {
        Refusal::invalid(
            said!(
                "the file is neither PDF, PNG, JPEG, TIFF nor SVG",
                "文件不是 PDF、PNG、JPEG、TIFF 或 SVG 格式"
            ),
            said!(
                "scan it, or save it as PDF",
                "请扫描，或另存为 PDF 后再上传"
            ),
        )
    })
}

/// Refuses content that is empty or too large.
///
/// # Errors
/// [`Refusal`] of the kind invalid.
pub fn check_amount(content: &[u8]) -> Result<(), Refusal> {
    if content.is_empty() {
        return Err(Refusal::invalid(
            said!("the file is empty", "文件是空的"),
            said!(
                "look whether the scan was saved",
                "请检查扫描件是否已保存，再重新上传"
            ),
        ));
    }
    check_size(content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_not_say_another_kind() {
        for (name, is, fits) in [
            ("报告.pdf", MediaType::Pdf, true),
            ("报告.PDF", MediaType::Pdf, true),
            ("scan.jpeg", MediaType::Jpeg, true),
            ("报告", MediaType::Pdf, true),
            ("报告 2026.4", MediaType::Pdf, true),
            ("报告.pdf", MediaType::Png, false),
            ("logo.svg", MediaType::Pdf, false),
            ("scan.pdf.png", MediaType::Pdf, false),
        ] {
            assert_eq!(check_name(name, is).is_ok(), fits, "{name}");
        }
    }
}
