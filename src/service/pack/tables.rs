//! `labels.csv` and `hidden-codes.csv`.

use std::path::Path;

use super::Press;
use super::in_order::in_order;
use super::part::PartFile;
use crate::domain::mark::IndexRange;
use crate::render::csv;
use crate::service::ServiceError;

/// Marks whose rows one worker makes at a time: 400 kB of text.
const CHUNK: u32 = 1000;

/// Writes the tables that have a path, in one pass over the marks.
pub(super) fn write(
    press: &Press,
    range: IndexRange,
    labels: Option<&Path>,
    hidden: Option<&Path>,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<(), ServiceError> {
    let open = |path: Option<&Path>, header: &str| {
        path.map(|path| {
            let mut file = PartFile::create(path)?;
            file.write(header.as_bytes()).map(|()| file)
        })
        .transpose()
    };
    let mut label_file = open(labels, csv::LABELS_HEADER)?;
    let mut hidden_file = open(hidden, csv::HIDDEN_HEADER)?;
    let make = |chunk: IndexRange| {
        let label_rows = labels.map(|_| label_rows(press, chunk)).unwrap_or_default();
        let hidden_rows = hidden
            .map(|_| hidden_rows(press, chunk))
            .unwrap_or_default();
        Ok((label_rows, hidden_rows, chunk.marks()))
    };
    in_order(
        range,
        CHUNK,
        press.workers,
        make,
        |(label_rows, hidden_rows, marks)| {
            if let Some(file) = &mut label_file {
                file.write(&label_rows)?;
            }
            if let Some(file) = &mut hidden_file {
                file.write(&hidden_rows)?;
            }
            tick(u64::from(marks));
            Ok::<(), ServiceError>(())
        },
    )?;
    for file in [label_file, hidden_file].into_iter().flatten() {
        file.finish()?;
    }
    Ok(())
}

/// Hands `labels.csv` on piece by piece, in order; the first error ends it.
pub(super) fn pieces<E: Send>(
    press: &Press,
    mut take: impl FnMut(Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    take(csv::LABELS_HEADER.as_bytes().to_vec())?;
    let make = |chunk: IndexRange| Ok(label_rows(press, chunk));
    in_order(press.batch.count.all(), CHUNK, press.workers, make, take)
}

fn label_rows(press: &Press, chunk: IndexRange) -> Vec<u8> {
    let mut rows = Vec::with_capacity(chunk.marks() as usize * 420);
    let mut qr_text = String::new();
    for index in chunk.indices() {
        let (code, serial) = press.code(index);
        qr_text.clone_from(&press.qr_prefix);
        qr_text.extend(code.to_digits().map(char::from));
        let link = press.url.link(&code.to_base64url());
        csv::append_row(
            &mut rows,
            u64::from(index.get()),
            &serial.to_string(),
            &qr_text,
            &link,
        );
    }
    rows
}

fn hidden_rows(press: &Press, chunk: IndexRange) -> Vec<u8> {
    let mut rows = Vec::with_capacity(chunk.marks() as usize * 40);
    for index in chunk.indices() {
        let mark = press.mark(index);
        let serial = press.secrets.serial.serial(mark).to_string();
        let hidden = press.secrets.hidden.hidden_code(mark);
        csv::append_hidden_row(&mut rows, u64::from(index.get()), &serial, &hidden);
    }
    rows
}
