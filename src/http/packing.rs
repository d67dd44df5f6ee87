//! Packs answers for the wire (gzip, RFC 1952).
//!
//! What every public page begins with, its whole style above all, is the same for all: it was packed once, well, and only what
//! differs is packed for an answer, lightly. A packed text is a row of blocks, so the two are put one behind the other; the
//! rest begins on a byte of its own and refers to nothing before it (RFC 1951, 3.2.4).

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

/// What pages begin with, packed.
pub struct Beginning {
    text: String,
    packed: Vec<u8>,
    crc: Crc,
}

impl Beginning {
    /// Packs it.
    pub fn new(text: String) -> Self {
        let mut packed = HEAD.to_vec();
        let mut compress = Compress::new(Compression::new(WELL), false);
        add(
            &mut compress,
            text.as_bytes(),
            &mut packed,
            FlushCompress::Full,
        );
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        Self { text, packed, crc }
    }

    /// A whole page, packed, if it begins like this.
    pub fn pack(&self, page: &[u8]) -> Option<Vec<u8>> {
        thread_local! {
            /// Its tables are large; a page is small.
            static COMPRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LIGHTLY), false));
        }
        let rest = page.strip_prefix(self.text.as_bytes())?;
        let mut packed = Vec::with_capacity(self.packed.len() + rest.len() / 2 + 64);
        packed.extend(&self.packed);
        COMPRESS.with_borrow_mut(|compress| {
            compress.reset();
            add(compress, rest, &mut packed, FlushCompress::Finish);
        });
        let mut crc = Crc::new();
        crc.update(rest);
        let mut whole = Crc::new();
        whole.combine(&self.crc);
        whole.combine(&crc);
        packed.extend(whole.sum().to_le_bytes());
        packed.extend(whole.amount().to_le_bytes());
        Some(packed)
    }
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

/// Packs a page that begins as public pages do, if the client takes it.
pub async fn page(beginnings: &'static [Beginning], takes: bool, response: Response) -> Response {
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
        .then(|| {
            beginnings
                .iter()
                .find_map(|beginning| beginning.pack(&page))
        })
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
        fn what_was_packed_in_two_parts_is_whole_again(beginning in ".{0,3000}", rest in ".{0,3000}", again in 0..40usize) {
            let page = format!("{beginning}{}", rest.repeat(again));
            let packed = Beginning::new(beginning).pack(page.as_bytes()).unwrap();
            prop_assert_eq!(unpacked(&packed), page.as_bytes());
        }
    }

    #[test]
    fn a_page_that_begins_otherwise_is_left_to_others() {
        let beginning = Beginning::new("<!doctype html>".to_owned());
        assert!(beginning.pack(b"<html>").is_none());
        assert!(beginning.pack(b"").is_none());
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
