//! Files that take one label after another: tables and the language of label printers. All of them are written in one pass,
//! so that a label is signed once.

use std::path::Path;

use super::in_order::{in_order, pieces};
use super::part::{PartFile, Written};
use super::press::Press;
use crate::domain::code::Code;
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::domain::serial::Serial;
use crate::render::png::PngRenderer;
use crate::render::{csv, zpl};
use crate::service::ServiceError;
use crate::sheets::SheetError;
use crate::sheets::press::{Column, Profile};

/// Marks whose rows one worker makes at a time: 400 kB of text.
const PIECE: u32 = 1000;

/// A kind of such a file.
pub(super) enum Stream<'a> {
    /// `labels.csv`.
    Csv,
    /// `hidden-codes.csv`.
    Hidden,
    /// `labels.txt`, as the press's software wants it.
    Txt(&'a Profile),
    /// `labels.zpl`, drawn for a resolution.
    Zpl(PngRenderer),
}

impl Stream<'_> {
    fn head(&self) -> Result<Vec<u8>, ServiceError> {
        Ok(match self {
            Self::Csv => csv::LABELS_HEADER.as_bytes().to_vec(),
            Self::Hidden => csv::HIDDEN_HEADER.as_bytes().to_vec(),
            Self::Txt(profile) => profile.head().map_err(SheetError::from)?,
            Self::Zpl(renderer) => zpl::head(renderer),
        })
    }

    fn append(
        &self,
        out: &mut Vec<u8>,
        press: &Press,
        index: MarkIndex,
        code: &Code,
        serial: Serial,
    ) -> Result<(), ServiceError> {
        match self {
            Self::Csv => append_csv(out, press, index, code, serial),
            Self::Hidden => {
                let hidden = press.hidden_key.hidden_code(press.mark(index));
                csv::append_hidden_row(out, index.get().into(), &serial.to_string(), &hidden);
            }
            Self::Txt(profile) => profile
                .append(out, |column| {
                    let facts = &press.facts;
                    match column {
                        Column::Sequence => index.get().to_string(),
                        Column::Serial => serial.to_string(),
                        Column::QrText => press.qr_text(code),
                        Column::Link => press.url.link(&code.to_base64url()),
                        Column::Batch => press.batch.number.to_string(),
                        Column::Order => press.batch.order.to_string(),
                        Column::Licensee => facts.licensee.to_string(),
                        Column::Uscc => facts.uscc.to_string(),
                        Column::Product => facts.product.to_string(),
                        Column::Season => press.batch.season.to_string(),
                    }
                })
                .map_err(SheetError::from)?,
            Self::Zpl(renderer) => {
                let label = press.label_with(index, code, serial)?;
                zpl::append(out, renderer, &label)?;
            }
        }
        Ok(())
    }
}

fn append_csv(out: &mut Vec<u8>, press: &Press, index: MarkIndex, code: &Code, serial: Serial) {
    let link = press.url.link(&code.to_base64url());
    let (sequence, serial) = (u64::from(index.get()), serial.to_string());
    csv::append_row(out, sequence, &serial, &press.qr_text(code), &link);
}

/// Writes the files, each to its path, in one pass over the marks.
pub(super) fn write(
    press: &Press,
    range: IndexRange,
    streams: &[(&Stream<'_>, &Path)],
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Written>, ServiceError> {
    let begin = |(stream, path): &(&Stream<'_>, &Path)| {
        let mut file = PartFile::create(path)?;
        file.write(&stream.head()?).map(|()| file)
    };
    let mut files = streams.iter().map(begin).collect::<Result<Vec<_>, _>>()?;
    let make = |piece: IndexRange| {
        let room = piece.marks() as usize * 420;
        let mut rows: Vec<Vec<u8>> = streams.iter().map(|_| Vec::with_capacity(room)).collect();
        for index in piece.indices() {
            let (code, serial) = press.code(index);
            for ((stream, _), out) in streams.iter().zip(&mut rows) {
                stream.append(out, press, index, &code, serial)?;
            }
        }
        Ok((rows, piece.marks()))
    };
    in_order(
        &pieces(range, PIECE),
        press.workers,
        make,
        |(rows, marks)| {
            for (file, rows) in files.iter_mut().zip(&rows) {
                file.write(rows)?;
            }
            tick(u64::from(marks));
            Ok::<(), ServiceError>(())
        },
    )?;
    files.into_iter().map(PartFile::finish).collect()
}

/// Hands `labels.csv` on piece by piece, in order; the first error ends it.
pub(super) fn hand_on<E: Send>(
    press: &Press,
    mut take: impl FnMut(Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    take(csv::LABELS_HEADER.as_bytes().to_vec())?;
    let make = |piece: IndexRange| {
        let mut rows = Vec::with_capacity(piece.marks() as usize * 420);
        for index in piece.indices() {
            let (code, serial) = press.code(index);
            append_csv(&mut rows, press, index, &code, serial);
        }
        Ok(rows)
    };
    let all = pieces(press.batch.count.all(), PIECE);
    in_order(&all, press.workers, make, take)
}
