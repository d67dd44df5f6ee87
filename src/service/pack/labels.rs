//! One drawing a label, and the contact sheet.

use std::ops::RangeInclusive;
use std::path::Path;

use super::in_order::in_order;
use super::part::{PartFile, PartFolder, Written};
use super::press::Press;
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::label::Label;
use crate::render::png::PngRenderer;
use crate::render::sheet::contact_sheet;
use crate::render::svg;
use crate::service::ServiceError;

/// Labels that one worker draws at a time.
const CHUNK: u32 = 64;
/// Beyond this many files a folder is no joy to open: each ten thousand get a folder of their own.
const FILES_A_FOLDER: u32 = 10_000;
const SHEET_COLUMNS: u32 = 6;

pub(super) fn write_svg(
    press: &Press,
    range: IndexRange,
    design: &Design,
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    write_each(press, range, path, "svg", tick, |label| {
        Ok(svg::render(design, label).into_bytes())
    })
}

pub(super) fn write_png(
    press: &Press,
    range: IndexRange,
    design: &Design,
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    let renderer = PngRenderer::new(design);
    write_each(press, range, path, "png", tick, |label| {
        renderer.render(label)
    })
}

fn write_each(
    press: &Press,
    range: IndexRange,
    path: &Path,
    extension: &str,
    tick: &(dyn Fn(u64) + Sync),
    draw: impl Fn(&Label) -> Result<Vec<u8>, RenderError> + Sync,
) -> Result<Written, ServiceError> {
    let labels = (range.first().get()..=range.last().get(), CHUNK);
    write_files(press, labels, path, extension, tick, |index| {
        let index = MarkIndex::new(index).expect("within the range");
        Ok((draw(&press.label(index)?)?, 1))
    })
}

/// A folder of files with these numbers, a worker making so many at a time. `draw` gives the bytes of each, and how many
/// labels are on it.
pub(super) fn write_files(
    press: &Press,
    (numbers, at_a_time): (RangeInclusive<u32>, u32),
    path: &Path,
    extension: &str,
    tick: &(dyn Fn(u64) + Sync),
    draw: impl Fn(u32) -> Result<(Vec<u8>, u64), RenderError> + Sync,
) -> Result<Written, ServiceError> {
    let mut folder = PartFolder::create(path)?;
    let (first, last) = (*numbers.start(), *numbers.end());
    let is_large = last - first >= FILES_A_FOLDER;
    let name = |number: u32| {
        let file = format!("{number:08}.{extension}");
        if is_large {
            format!("{:04}/{file}", number / FILES_A_FOLDER)
        } else {
            file
        }
    };
    if is_large {
        for number in first / FILES_A_FOLDER..=last / FILES_A_FOLDER {
            folder.make_folder(&format!("{number:04}"))?;
        }
    }
    let here = folder.place();
    let make = |from: u32| {
        let mut labels = 0;
        let write = |number| {
            let (bytes, on_it) = draw(number)?;
            labels += on_it;
            here.write(&name(number), &bytes)
        };
        let written = (from..=last.min(from.saturating_add(at_a_time - 1))).map(write);
        let written = written.collect::<Result<Vec<_>, ServiceError>>()?;
        Ok((written, labels))
    };
    let chunks: Vec<u32> = numbers.step_by(at_a_time as usize).collect();
    in_order(&chunks, press.workers, make, |(written, labels)| {
        folder.note(&written);
        tick(labels);
        Ok::<(), ServiceError>(())
    })?;
    folder.finish()
}

pub(super) fn write_sheet(
    press: &Press,
    range: IndexRange,
    design: &Design,
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    let labels = range
        .indices()
        .map(|index| press.label(index))
        .collect::<Result<Vec<_>, _>>()?;
    let bytes = contact_sheet(&labels, SHEET_COLUMNS, design)?;
    let mut file = PartFile::create(path)?;
    file.write(&bytes)?;
    tick(u64::from(range.marks()));
    file.finish()
}
