//! `labels.pdf`: labels on sheets, or one a page.

use std::path::Path;

use super::in_order::in_order;
use super::part::{PartFile, Written};
use super::press::Press;
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::imposition::{Imposition, Mm, Order, Size};
use crate::render::pdf::{PdfFile, PdfPages};
use crate::service::ServiceError;

/// How labels lie on the pages of a PDF file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The sheet; with `None` each page is as large as its one label.
    pub paper: Option<Size>,
    /// Between labels.
    pub gap: Mm,
    /// White that stays at least on each side of the sheet.
    pub margin: Mm,
    /// Which label lies where.
    pub order: Order,
}

impl Default for Layout {
    /// On A4, row by row.
    fn default() -> Self {
        Self {
            paper: Some(Size::A4),
            gap: 2.0,
            margin: 8.0,
            order: Order::Rows,
        }
    }
}

/// How labels of a design go onto pages; refused where not even one does.
pub(super) fn pages(design: &Design, layout: &Layout) -> Result<PdfPages, ServiceError> {
    let (size, bleed) = (design.size(), design.bleed());
    let imposition = match layout.paper {
        None => Imposition::single(size, bleed),
        Some(paper) => {
            let label = (size, bleed);
            Imposition::filling(paper, label, layout.gap, layout.margin, layout.order)
                .map_err(RenderError::from)?
        }
    };
    Ok(PdfPages::new(design.clone(), imposition))
}

pub(super) fn write(
    press: &Press,
    range: IndexRange,
    pages: &PdfPages,
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    let mut out = PartFile::create(path)?;
    let (mut file, head) = PdfFile::begin(pages);
    out.write(&head)?;
    let (grid, marks) = (pages.imposition(), range.marks());
    let sheets: Vec<u32> = (0..grid.sheets(marks)).collect();
    let make = |sheet: u32| {
        let mut labels = Vec::with_capacity(grid.cells() as usize);
        for cell in 0..grid.cells() {
            let place = grid.label_in(sheet, cell, marks);
            let index = place.and_then(|place| MarkIndex::new(range.first().get() + place));
            if let Some(index) = index {
                labels.push((cell, press.label(index)?));
            }
        }
        Ok((pages.page(&labels), labels.len() as u64))
    };
    in_order(&sheets, press.workers, make, |(page, labels)| {
        out.write(&file.page(&page))?;
        tick(labels);
        Ok::<(), ServiceError>(())
    })?;
    out.write(&file.end())?;
    out.finish()
}
