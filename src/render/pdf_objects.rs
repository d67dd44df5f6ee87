//! A drawing as objects of a PDF file, always the same for the same drawing.
//!
//! What makes them keeps fonts and other resources in hash tables, so that their order and their numbers differ from one time
//! to the next. Here they are numbered as they are met from the form on, and the entries of a dictionary sorted by name.

use std::collections::BTreeMap;

use usvg::Tree;

use super::art::ArtError;

/// Objects of a PDF file, to be written with the numbers that they bear.
#[derive(Debug)]
pub(super) struct PdfObjects {
    /// The number of the form (`XObject`) that draws it all into a square of one unit (ISO 32000-1, 8.10).
    pub(super) form: usize,
    /// Each with its number, from `obj` to `endobj`.
    pub(super) objects: Vec<(usize, Vec<u8>)>,
}

impl PdfObjects {
    /// The objects that draw a tree, numbered from `first` on.
    pub(super) fn new(tree: &Tree, first: usize) -> Result<Self, ArtError> {
        let (chunk, form) = svg2pdf::to_chunk(tree, svg2pdf::ConversionOptions::default())
            .map_err(|error| ArtError::Pdf(error.to_string()))?;
        let mut file = pdf_writer::Pdf::new();
        file.extend(&chunk);
        let damaged = || ArtError::Pdf("its table of objects is damaged".to_owned());
        let form = usize::try_from(form.get()).map_err(|_| damaged())?;
        let objects = split(&file.finish()).ok_or_else(damaged)?;
        Ok(Self {
            form: first,
            objects: in_order(objects, form, first).ok_or_else(damaged)?,
        })
    }

    /// The first number that none of them bears.
    pub(super) fn next(&self) -> usize {
        self.form + self.objects.len()
    }
}

/// An object apart: its dictionary, its entries sorted, one character a byte; and the stream after it.
struct Object {
    dictionary: String,
    stream: Vec<u8>,
}

impl Object {
    /// Of its bytes from `obj` to `endobj`.
    fn new(bytes: &[u8]) -> Option<Self> {
        let begin = bytes.iter().position(|byte| *byte == b'\n')? + 1;
        let stream = b"\nstream\n";
        let end = bytes
            .windows(stream.len())
            .position(|window| window == stream);
        let end = end.unwrap_or(bytes.len());
        let text: String = bytes
            .get(begin..end)?
            .iter()
            .copied()
            .map(char::from)
            .collect();
        let mut lines: Vec<&str> = text.split('\n').collect();
        for entries in lines.chunk_by_mut(|one, other| is_entry(one) && is_entry(other)) {
            entries.sort_unstable();
        }
        Some(Self {
            dictionary: lines.join("\n"),
            stream: bytes.get(end..)?.to_vec(),
        })
    }

    /// The numbers of the objects that it names, in their order.
    fn references(&self) -> impl Iterator<Item = usize> {
        let mut pieces: Vec<&str> = self.dictionary.split(REFERENCE).collect();
        pieces.pop();
        pieces
            .into_iter()
            .filter_map(|piece| number_at_end(piece).1)
    }

    /// Its bytes under new numbers.
    fn numbered(&self, number: usize, numbers: &BTreeMap<usize, usize>) -> Option<Vec<u8>> {
        let mut text = format!("{number} 0 obj\n");
        let mut pieces = self.dictionary.split(REFERENCE).peekable();
        while let Some(piece) = pieces.next() {
            match (pieces.peek(), number_at_end(piece)) {
                (Some(_), (before, Some(old))) => {
                    text.push_str(before);
                    text.push_str(&numbers.get(&old)?.to_string());
                    text.push_str(REFERENCE);
                }
                (Some(_), (..)) => {
                    text.push_str(piece);
                    text.push_str(REFERENCE);
                }
                (None, _) => text.push_str(piece),
            }
        }
        let bytes = text.chars().map(|c| u8::try_from(u32::from(c)).ok());
        let mut bytes = bytes.collect::<Option<Vec<u8>>>()?;
        bytes.extend_from_slice(&self.stream);
        Some(bytes)
    }
}

/// What follows the number of an object where it is named.
const REFERENCE: &str = " 0 R";

/// The digits at the end, and what stands before them.
fn number_at_end(text: &str) -> (&str, Option<usize>) {
    let before = text.trim_end_matches(|c: char| c.is_ascii_digit());
    (before, text[before.len()..].parse().ok())
}

/// Whether a line is an entry of a dictionary that names an object, such as `/fo0 38 0 R`.
fn is_entry(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('/') && line.ends_with(REFERENCE) && line.split(' ').count() == 4
}

/// The form and all that it needs, numbered from `first` on as they are met.
fn in_order(
    objects: Vec<(usize, Vec<u8>)>,
    form: usize,
    first: usize,
) -> Option<Vec<(usize, Vec<u8>)>> {
    let objects = objects
        .into_iter()
        .map(|(number, bytes)| Some((number, Object::new(&bytes)?)))
        .collect::<Option<BTreeMap<_, _>>>()?;
    let mut met = vec![form];
    let mut numbers = BTreeMap::from([(form, first)]);
    let mut at = 0;
    while let Some(number) = met.get(at) {
        for named in objects.get(number)?.references() {
            numbers.entry(named).or_insert_with(|| {
                met.push(named);
                first + met.len() - 1
            });
        }
        at += 1;
    }
    let new = |(number, old): (usize, &usize)| {
        let bytes = objects.get(old)?.numbered(number, &numbers)?;
        Some((number, bytes))
    };
    (first..).zip(&met).map(new).collect()
}

/// The objects of a PDF file, by its table (ISO 32000-1, 7.5.4).
fn split(file: &[u8]) -> Option<Vec<(usize, Vec<u8>)>> {
    let tail = std::str::from_utf8(file.get(file.len().checked_sub(40)?..)?).ok()?;
    let table: usize = tail
        .split("startxref")
        .nth(1)?
        .lines()
        .nth(1)?
        .trim()
        .parse()
        .ok()?;
    let text = String::from_utf8_lossy(file.get(table..)?);
    let rows = text
        .lines()
        .skip(2)
        .take_while(|row| !row.starts_with("trailer"));
    let mut offsets: Vec<(usize, usize)> = Vec::new();
    for (number, row) in rows.enumerate() {
        if row.trim_end().ends_with('n') {
            offsets.push((row.get(..10)?.parse().ok()?, number));
        }
    }
    offsets.sort_unstable();
    let ends = offsets
        .iter()
        .skip(1)
        .map(|(offset, _)| *offset)
        .chain([table]);
    let object = |((begin, number), end): (&(usize, usize), usize)| {
        Some((*number, file.get(*begin..end)?.trim_ascii_end().to_vec()))
    };
    offsets.iter().zip(ends).map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(number: usize, text: &str) -> (usize, Vec<u8>) {
        (
            number,
            format!("{number} 0 obj\n{text}\nendobj").into_bytes(),
        )
    }

    #[test]
    fn numbers_and_order_do_not_depend_on_those_before() {
        let one = vec![
            object(
                3,
                "<<\n  /b 5 0 R\n  /a 4 0 R\n  /C 9\n>>\nstream\n7 0 R\nendstream",
            ),
            object(4, "<<\n  /is /A\n  /up [3 0 R 4 0 R]\n>>"),
            object(5, "<<\n  /is /B\n>>"),
        ];
        let other = vec![
            object(1, "<<\n  /is /B\n>>"),
            object(2, "<<\n  /is /A\n  /up [8 0 R 2 0 R]\n>>"),
            object(
                8,
                "<<\n  /a 2 0 R\n  /b 1 0 R\n  /C 9\n>>\nstream\n7 0 R\nendstream",
            ),
        ];
        let expected = vec![
            object(
                40,
                "<<\n  /a 41 0 R\n  /b 42 0 R\n  /C 9\n>>\nstream\n7 0 R\nendstream",
            ),
            object(41, "<<\n  /is /A\n  /up [40 0 R 41 0 R]\n>>"),
            object(42, "<<\n  /is /B\n>>"),
        ];
        assert_eq!(in_order(one, 3, 40), Some(expected.clone()));
        assert_eq!(in_order(other, 8, 40), Some(expected));
        assert_eq!(in_order(vec![object(1, "<< /a 2 0 R >>")], 1, 1), None);
    }
}
