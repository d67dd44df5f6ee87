//! One drawing a label, and the contact sheet.

use std::path::Path;

use super::in_order::{in_order, pieces};
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
    let mut folder = PartFolder::create(path)?;
    let is_large = range.marks() > FILES_A_FOLDER;
    let name = |index: MarkIndex| {
        let file = format!("{:08}.{extension}", index.get());
        if is_large {
            format!("{}/{file}", folder_of(index))
        } else {
            file
        }
    };
    if is_large {
        for number in range.first().get() / FILES_A_FOLDER..=range.last().get() / FILES_A_FOLDER {
            folder.make_folder(&format!("{number:04}"))?;
        }
    }
    let here = folder.place();
    let make = |chunk: IndexRange| {
        let write = |index| here.write(&name(index), &draw(&press.label(index)?)?);
        chunk.indices().map(write).collect::<Result<Vec<_>, _>>()
    };
    in_order(&pieces(range, CHUNK), press.workers, make, |written| {
        folder.note(&written);
        tick(written.len() as u64);
        Ok::<(), ServiceError>(())
    })?;
    folder.finish()
}

fn folder_of(index: MarkIndex) -> String {
    format!("{:04}", index.get() / FILES_A_FOLDER)
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
