//! Packs answers for the wire (gzip, RFC 1952).
//!
//! What every public page begins and ends with, its whole style above all, is the same for all: it was packed once, well, and
//! only what differs is packed for an answer, lightly. A packed text is a row of blocks, so the three are put one behind the
//! other; each begins on a byte of its own and refers to nothing before it (RFC 1951, 3.2.4).

use std::cell::RefCell;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Of what was packed once: as well as it goes.
const WELL: u32 = 9;
/// Of what is packed for one answer: better ones take longer than making the page, for a tenth of its bytes.
pub const LIGHTLY: u32 = 1;
/// Magic bytes, deflate, no flags, no time, no hint of effort, no hint of a system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A text that was packed once.
struct Packed {
    text: String,
    blocks: Vec<u8>,
    crc: Crc,
}

impl Packed {
    fn new(text: String, flush: FlushCompress) -> Self {
        let mut blocks = Vec::new();
        let mut compress = Compress::new(Compression::new(WELL), false);
        add(&mut compress, text.as_bytes(), &mut blocks, flush);
        let crc = crc_of(text.as_bytes());
        Self { text, blocks, crc }
    }
}

/// What pages begin and end with, packed.
pub struct Alike {
    beginning: Packed,
    ending: Packed,
}

impl Alike {
    /// Packs both.
    pub fn new(beginning: String, ending: String) -> Self {
        Self {
            beginning: Packed::new(beginning, FlushCompress::Full),
            ending: Packed::new(ending, FlushCompress::Finish),
        }
    }

    /// A whole page, packed, if it begins and ends like this.
    pub fn pack(&self, page: &[u8]) -> Option<Vec<u8>> {
        thread_local! {
            /// Its tables are large; a page is small.
            static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LIGHTLY), false));
        }
        let Self { beginning, ending } = self;
        let rest = page.strip_prefix(beginning.text.as_bytes())?;
        let rest = rest.strip_suffix(ending.text.as_bytes())?;
        let alike = HEAD.len() + beginning.blocks.len() + ending.blocks.len();
        let mut packed = Vec::with_capacity(alike + rest.len() + 128);
        packed.extend(HEAD);
        packed.extend(&beginning.blocks);
        COMPRESS.with_borrow_mut(|compress| {
            compress.reset();
            add(compress, rest, &mut packed, FlushCompress::Sync);
        });
        packed.extend(&ending.blocks);
        let mut whole = Crc::new();
        for part in [&beginning.crc, &crc_of(rest), &ending.crc] {
            whole.combine(part);
        }
        packed.extend(whole.sum().to_le_bytes());
        packed.extend(whole.amount().to_le_bytes());
        Some(packed)
    }
}

fn crc_of(text: &[u8]) -> Crc {
    let mut crc = Crc::new();
    crc.update(text);
    crc
}

/// Adds all of a text, to the byte on which the flush ends.
fn add(compress: &mut Compress, text: &[u8], into: &mut Vec<u8>, flush: FlushCompress) {
    let begin = compress.total_in();
    loop {
        into.reserve(text.len() / 2 + 64);
        let done = usize::try_from(compress.total_in() - begin).unwrap_or(text.len());
        let status = compress.compress_vec(&text[done..], into, flush);
        let is_all_taken = compress.total_in() - begin == text.len() as u64;
        // Room was left: so nothing waits to be written.
        let is_all_written = into.len() < into.capacity();
        match (status, flush) {
            (Ok(Status::StreamEnd) | Err(_), _) => return,
            (Ok(_), FlushCompress::Finish) => {}
            (Ok(_), _) if is_all_taken && is_all_written => return,
            (Ok(_), _) => {}
        }
    }
}

/// Packs a page that begins and ends as public pages do, if the client takes it.
pub async fn page(alike: &[Alike], takes: bool, response: Response) -> Response {
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // A page is made whole before it is sent; what comes bit by bit is none of these.
    if body.size_hint().exact().is_none_or(|bytes| bytes == 0) {
        return Response::from_parts(head, body);
    }
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(head, Body::empty());
    };
    let packed = takes
        .then(|| alike.iter().find_map(|alike| alike.pack(&page)))
        .flatten();
    head.headers
        .append(header::VARY, HeaderValue::from_static("accept-encoding"));
    let body = match packed {
        None => page,
        Some(packed) => {
            let gzip = HeaderValue::from_static("gzip");
            head.headers.insert(header::CONTENT_ENCODING, gzip);
            head.headers.remove(header::CONTENT_LENGTH);
            Bytes::from(packed)
        }
    };
    Response::from_parts(head, Body::from(body))
}

/// Whether the client takes gzip (RFC 9110, 12.5.3).
pub fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let named = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let mut answer = false;
    for one in named {
        let (name, weight) = one.split_once(';').unwrap_or((one, ""));
        let name = name.trim();
        let weight = weight.trim().strip_prefix("q=").unwrap_or("1");
        let is_wanted = weight
            .trim()
            .parse::<f32>()
            .is_ok_and(|weight| weight > 0.0);
        if name.eq_ignore_ascii_case("gzip") {
            return is_wanted;
        }
        answer |= name == "*" && is_wanted;
    }
    answer
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let mut text = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut text).unwrap();
        text
    }

    proptest! {
        #[test]
        fn what_was_packed_in_three_parts_is_whole_again(
            beginning in ".{0,3000}", rest in ".{0,3000}", again in 0..40usize, ending in ".{0,300}",
        ) {
            let page = format!("{beginning}{}{ending}", rest.repeat(again));
            let packed = Alike::new(beginning, ending).pack(page.as_bytes()).unwrap();
            prop_assert_eq!(unpacked(&packed), page.as_bytes());
        }
    }

    #[test]
    fn a_page_that_begins_or_ends_otherwise_is_left_to_others() {
        let alike = Alike::new("<!doctype html>".into(), "</html>".into());
        assert!(alike.pack(b"<!doctype html>x</html>").is_some());
        for other in ["<html>x</html>", "<!doctype html>x", "<!doctype html>", ""] {
            assert!(alike.pack(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn who_takes_gzip_says_so() {
        for (value, takes) in [
            ("gzip", true),
            ("deflate, gzip;q=0.5", true),
            ("br, GZIP", true),
            ("*", true),
            ("gzip;q=0, *", false),
            ("*, gzip;q=0", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(takes_gzip(&headers), takes, "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
