//! The tables that go with the labels, as comma-separated values.
//!
//! RFC 4180: fields parted by commas, every line ended by CR LF. UTF-8 without a
//! byte-order mark, though nothing we write leaves ASCII. No field of ours can
//! contain a comma, a quotation mark or a line break, so none is ever quoted.

use std::io::Write as _;

/// First line of `labels.csv`: what a press prints on each label.
pub const LABELS_HEADER: &str = "sequence,serial,qr_text,link\r\n";

/// First line of the list of hidden codes, which a press prints under the
/// scratch panel and nobody else may see.
pub const HIDDEN_HEADER: &str = "sequence,serial,hidden\r\n";

/// Appends a line of `labels.csv`: the number of the label in its batch, its
/// serial, the text inside the symbol and the same as a link. Allocates nothing
/// while `out` has room.
pub fn append_row(out: &mut Vec<u8>, sequence: u64, serial: &str, qr_text: &str, link: &str) {
    append(out, sequence, &[serial, qr_text, link]);
}

/// Appends a line of the list of hidden codes. Allocates nothing while `out` has
/// room.
pub fn append_hidden_row(out: &mut Vec<u8>, sequence: u64, serial: &str, hidden: &str) {
    append(out, sequence, &[serial, hidden]);
}

fn append(out: &mut Vec<u8>, sequence: u64, fields: &[&str]) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{sequence}");
    for field in fields {
        debug_assert!(
            !field.contains([',', '"', '\r', '\n']),
            "{field:?} would need quoting"
        );
        out.push(b',');
        out.extend_from_slice(field.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_exactly_this() {
        let mut labels = LABELS_HEADER.as_bytes().to_vec();
        append_row(
            &mut labels,
            1,
            "4BD9-QV4N-Q0NZ-57DB",
            "HTTPS://V.CN/T/01",
            "https://v.cn/t/ab_-",
        );
        append_row(&mut labels, 10_000_000, "A", "B", "");
        assert_eq!(
            String::from_utf8_lossy(&labels),
            "sequence,serial,qr_text,link\r\n\
             1,4BD9-QV4N-Q0NZ-57DB,HTTPS://V.CN/T/01,https://v.cn/t/ab_-\r\n\
             10000000,A,B,\r\n"
        );
        let mut hidden = HIDDEN_HEADER.as_bytes().to_vec();
        append_hidden_row(&mut hidden, 2, "4BD9-QV4N-Q0NZ-57DB", "7KQ2MX");
        assert_eq!(
            String::from_utf8_lossy(&hidden),
            "sequence,serial,hidden\r\n2,4BD9-QV4N-Q0NZ-57DB,7KQ2MX\r\n"
        );
    }

    #[test]
    fn a_row_with_room_does_not_move_the_table() {
        let mut out = Vec::with_capacity(64);
        let before = out.as_ptr();
        append_row(&mut out, u64::MAX, "SERIAL", "TEXT", "link");
        assert_eq!(before, out.as_ptr());
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "would need quoting")]
    fn a_comma_in_a_field_is_noticed() {
        append_row(&mut Vec::new(), 1, "A,B", "", "");
    }
}
