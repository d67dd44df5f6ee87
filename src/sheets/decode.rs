//! Bytes of a text file to text, whatever program saved it.
//!
//! Excel in China saves "CSV" as GBK, "CSV UTF-8" with a byte-order mark and "Unicode text" as UTF-16. A file without a
//! mark is UTF-8 if it is valid UTF-8, else GB18030, which contains GBK. Longer GBK text is never valid UTF-8 by chance,
//! but two or three characters may be: a table of serials with one Chinese word could be misread, and then shows it.

use std::fmt;

use encoding_rs::{DecoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// How a file was encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with a byte-order mark or without.
    Utf8,
    /// GB18030 or its older part GBK.
    Gb18030,
    /// UTF-16 with its byte-order mark, low byte first.
    Utf16Le,
    /// UTF-16 with its byte-order mark, high byte first.
    Utf16Be,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Gb18030 => "GB18030",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
        })
    }
}

/// Where in a file something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes before it.
    pub offset: usize,
    /// Its line, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte offset {}", self.line, self.offset)
    }
}

/// Why bytes are not text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// An Excel file or an archive.
    #[error("this is an Excel file, not CSV; open it and save it as \"CSV UTF-8\"")]
    Excel,
    /// A byte-order mark promised what the bytes do not keep.
    #[error("the file says that it is {encoding}, but is not at {place}")]
    Broken {
        /// What the mark said.
        encoding: Encoding,
        /// The first wrong byte.
        place: Place,
    },
    /// No mark, and neither UTF-8 nor GB18030.
    #[error(
        "the file is neither UTF-8 (wrong at {utf8}) nor GB18030 (wrong at {gb18030}); save it as \"CSV UTF-8\""
    )]
    Unknown {
        /// The first byte that is wrong in UTF-8.
        utf8: Place,
        /// The first byte that is wrong in GB18030.
        gb18030: Place,
    },
    /// A byte of nothing, as in UTF-16 without its mark or in a file that is no text.
    #[error(
        "line {line} holds a NUL character, so this is no plain text; save it as \"CSV UTF-8\""
    )]
    Nul {
        /// Its line, from 1.
        line: u64,
    },
}

impl DecodeError {
    /// The error as a page says it.
    pub fn chinese(&self) -> String {
        match self {
            Self::Excel => "这是 Excel 文件，不是 CSV；请打开后另存为“CSV UTF-8”".to_owned(),
            Self::Broken { encoding, place } => format!(
                "文件标明是 {encoding} 编码，但第 {} 行、第 {} 字节之后不是",
                place.line, place.offset
            ),
            Self::Unknown { utf8, gb18030 } => format!(
                "文件既不是 UTF-8（第 {} 行、第 {} 字节之后不符），也不是 GB18030（第 {} 行、第 {} 字节之后不符）；\
                 请另存为“CSV UTF-8”",
                utf8.line, utf8.offset, gb18030.line, gb18030.offset
            ),
            Self::Nul { line } => {
                format!("第 {line} 行有空字符，不是纯文本；请另存为“CSV UTF-8”")
            }
        }
    }
}

/// The text of a file, without its byte-order mark, and how it was encoded.
///
/// # Errors
/// [`DecodeError`], which says what is wrong and where.
pub fn decode(bytes: &[u8]) -> Result<(String, Encoding), DecodeError> {
    let (text, encoding) = decode_marked(bytes)?;
    if let Some(offset) = text.find('\0') {
        let line = line_after(&text[..offset]);
        return Err(DecodeError::Nul { line });
    }
    Ok((text, encoding))
}

fn decode_marked(bytes: &[u8]) -> Result<(String, Encoding), DecodeError> {
    // How a ZIP archive and an old .xls file begin.
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(DecodeError::Excel);
    }
    let marks: [(&[u8], _, _); 3] = [
        (b"\xef\xbb\xbf", UTF_8, Encoding::Utf8),
        (b"\xff\xfe", UTF_16LE, Encoding::Utf16Le),
        (b"\xfe\xff", UTF_16BE, Encoding::Utf16Be),
    ];
    for (mark, encoder, encoding) in marks {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return match strict(encoder, rest) {
                Ok(text) => Ok((text, encoding)),
                Err(mut place) => {
                    place.offset += mark.len();
                    Err(DecodeError::Broken { encoding, place })
                }
            };
        }
    }
    strict(UTF_8, bytes)
        .map(|text| (text, Encoding::Utf8))
        .or_else(|utf8| match strict(GB18030, bytes) {
            Ok(text) => Ok((text, Encoding::Gb18030)),
            Err(gb18030) => Err(DecodeError::Unknown { utf8, gb18030 }),
        })
}

/// Decodes without repairing anything; the error is the first wrong byte.
fn strict(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Result<String, Place> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(bytes.len());
    let mut text = String::with_capacity(room.unwrap_or(bytes.len()));
    let (result, read) = decoder.decode_to_string_without_replacement(bytes, &mut text, true);
    let wrong = match result {
        DecoderResult::InputEmpty => return Ok(text),
        DecoderResult::Malformed(wrong, after) => usize::from(wrong) + usize::from(after),
        DecoderResult::OutputFull => 0,
    };
    Err(Place {
        offset: read.saturating_sub(wrong),
        line: line_after(&text),
    })
}

/// The line, from 1, of what follows this text. Lines end by CR LF, LF or CR.
pub(super) fn line_after(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let ends = (0..bytes.len())
        .filter(|&at| {
            bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        })
        .count();
    ends as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_excel_saves_is_read() {
        let text = "名称,数量\r\n沅江芦笋𠮷,1\r\n";
        let utf16 = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(to_bytes).collect()
        };
        let cases = [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (format!("\u{feff}{text}").into_bytes(), Encoding::Utf8),
            (GB18030.encode(text).0.into_owned(), Encoding::Gb18030),
            (utf16(u16::to_le_bytes), Encoding::Utf16Le),
            (utf16(u16::to_be_bytes), Encoding::Utf16Be),
        ];
        for (bytes, encoding) in cases {
            assert_eq!(decode(&bytes), Ok((text.to_owned(), encoding)));
        }
        assert_eq!(decode(b""), Ok((String::new(), Encoding::Utf8)));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let place = |offset, line| Place { offset, line };
        assert_eq!(
            decode(b"a\r\nb\xff\xff\n"),
            Err(DecodeError::Unknown {
                utf8: place(4, 2),
                gb18030: place(4, 2)
            })
        );
        assert_eq!(
            decode(b"\xef\xbb\xbfa\n\n\xb0\xa1"),
            Err(DecodeError::Broken {
                encoding: Encoding::Utf8,
                place: place(6, 3)
            })
        );
        assert_eq!(
            decode(b"\xff\xfea\0\n\0\0\xd8a\0"),
            Err(DecodeError::Broken {
                encoding: Encoding::Utf16Le,
                place: place(6, 2)
            })
        );
        assert_eq!(decode(b"a\rb\0"), Err(DecodeError::Nul { line: 2 }));
        assert_eq!(decode(b"PK\x03\x04.."), Err(DecodeError::Excel));
    }
}
