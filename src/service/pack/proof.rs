//! `proof.pdf`: the proof sheet (样张), to be looked at before the press runs.
//!
//! Its labels look like those of the batch and are marked; their codes are signed with a key that is thrown away, and their
//! serials belong to no mark, so that whoever scans one is told that it is none of ours.

use std::collections::BTreeSet;
use std::path::Path;

use super::look::Look;
use super::part::{PartFile, Written};
use super::press::Press;
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::imposition::{Imposition, Order, Size};
use crate::render::pdf::{PdfFile, PdfPages};
use crate::service::{ServiceError, system};

/// Labels on a proof sheet.
const LABELS: u32 = 20;

/// A proof sheet, ready to be written.
pub(super) struct Proof {
    press: Press,
    pages: PdfPages,
}

impl Proof {
    /// Of labels that look like those of the press.
    pub(super) fn new(press: &Press, look: &Look, design: &Design) -> Result<Self, ServiceError> {
        let void = press.void_twin();
        let design = look.specimen(&void, design)?;
        let label = (design.size(), design.bleed());
        // Room for the frames.
        let gap = 2.0 * design.bleed() + 2.0;
        let grid = Imposition::filling(Size::A4, label, gap, 8.0, Order::Rows)
            .map_err(RenderError::from)?;
        Ok(Self {
            press: void,
            pages: PdfPages::new(design, grid),
        })
    }

    /// Writes labels of marks taken at random, as many as there are at most.
    pub(super) fn write(&self, range: IndexRange, path: &Path) -> Result<Written, ServiceError> {
        let mut out = PartFile::create(path)?;
        let (mut file, head) = PdfFile::begin(&self.pages);
        out.write(&head)?;
        let mut marks = BTreeSet::new();
        while marks.len() < LABELS.min(range.marks()) as usize {
            let at = u32::from_be_bytes(system::random()) % range.marks();
            marks.extend(MarkIndex::new(range.first().get() + at));
        }
        let marks: Vec<MarkIndex> = marks.into_iter().collect();
        let cells = self.pages.imposition().cells() as usize;
        for page in marks.chunks(cells) {
            let labels: Vec<_> = (0..)
                .zip(page)
                .map(|(cell, index)| Ok((cell, self.press.label(*index)?)))
                .collect::<Result<_, RenderError>>()?;
            out.write(&file.page(&self.pages.page(&labels)))?;
        }
        out.write(&file.end())?;
        out.finish()
    }
}
