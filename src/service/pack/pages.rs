//! `labels.pdf` and `svg-sheets`: labels on sheets, on a web of rolls, or one a page.

use std::path::Path;

use super::in_order::in_order;
use super::labels::write_files;
use super::part::{PartFile, Written};
use super::press::Press;
use super::rolls::PartRolls;
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::domain::refusal::Refusal;
use crate::domain::said::said;
use crate::render::RenderError;
use crate::render::design::Design;
use crate::render::imposition::{Imposition, Mm, Order, Size};
use crate::render::label::Label;
use crate::render::pdf::{PdfFile, PdfPages};
use crate::render::roll_label::RollLabel;
use crate::render::rolls::{Place, Web};
use crate::render::svg_sheet;
use crate::service::ServiceError;

/// How labels lie on the pages of a PDF file, and on sheets of SVG.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The sheet; with `None` each page is as large as its one label.
    pub paper: Option<Size>,
    /// Between labels; 2 mm, or as much as their drawing goes beyond the cut on both sides, if nobody says.
    pub gap: Option<Mm>,
    /// White that stays at least on each side of the sheet.
    pub margin: Mm,
    /// Which label lies where.
    pub order: Order,
    /// A web of rolls instead of sheets: then paper, margin and order say nothing.
    pub web: Option<Web>,
}

impl Default for Layout {
    /// On A4, row by row.
    fn default() -> Self {
        Self {
            paper: Some(Size::A4),
            gap: None,
            margin: 8.0,
            order: Order::Rows,
            web: None,
        }
    }
}

/// Between labels where nobody says otherwise.
const USUAL_GAP: Mm = 2.0;

/// How labels of a design lie on pages; refused where not even one does.
pub(super) fn imposition(design: &Design, layout: &Layout) -> Result<Imposition, ServiceError> {
    let (size, bleed) = (design.size(), design.bleed());
    // Room for the bleed of both.
    let gap = layout.gap.unwrap_or((2.0 * bleed).max(USUAL_GAP));
    let margin = layout.margin;
    Ok(match (layout.web, layout.paper) {
        // A die repeats what the designer said, not what is drawn in whole dots: over many rows the difference adds up.
        (Some(web), _) => Imposition::web((design.cut(), bleed), gap, web),
        (None, None) => Ok(Imposition::single(size, bleed)),
        (None, Some(paper)) => Imposition::filling(paper, (size, bleed), gap, margin, layout.order),
    }
    .map_err(|error| {
        let advice = said!(
            "choose other paper, margins or gaps: --paper, --margin, --gap, --lanes, --repeat",
            "请调整纸张、留白、间距或并排卷数"
        );
        Refusal::invalid(error.said(), advice)
    })?)
}

/// What lies on a page, each in its cell.
type OnPage = (Vec<(u32, Label)>, Vec<(u32, RollLabel)>);

fn on_page(
    press: &Press,
    range: IndexRange,
    grid: &Imposition,
    rolls: Option<PartRolls>,
    page: u32,
) -> Result<OnPage, RenderError> {
    let mut labels = Vec::with_capacity(grid.cells() as usize);
    let mut ends = Vec::new();
    for cell in 0..grid.cells() {
        let Some(place) = grid.place_in(page, cell, range.marks()) else {
            continue;
        };
        let (roll, is_head) = match place {
            Place::Label(place) => {
                if let Some(index) = MarkIndex::new(range.first().get() + place) {
                    labels.push((cell, press.label(index)?));
                }
                continue;
            }
            Place::Head(roll) => (roll, true),
            Place::Tail(roll) => (roll, false),
        };
        if let Some(rolls) = rolls {
            ends.push((cell, rolls.end(roll, is_head, press)?));
        }
    }
    Ok((labels, ends))
}

pub(super) fn write(
    press: &Press,
    range: IndexRange,
    (pages, rolls): (&PdfPages, Option<PartRolls>),
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    let mut out = PartFile::create(path)?;
    let (mut file, head) = PdfFile::begin(pages);
    out.write(&head)?;
    let grid = pages.imposition();
    let sheets: Vec<u32> = (0..grid.sheets(range.marks())).collect();
    let make = |sheet: u32| {
        let (labels, ends) = on_page(press, range, grid, rolls, sheet)?;
        Ok((pages.web_page(&labels, &ends), labels.len() as u64))
    };
    in_order(&sheets, press.workers, make, |(page, labels)| {
        out.write(&file.page(&page))?;
        tick(labels);
        Ok::<(), ServiceError>(())
    })?;
    out.write(&file.end())?;
    out.finish()
}

pub(super) fn write_svg(
    press: &Press,
    range: IndexRange,
    (design, grid): (&Design, &Imposition),
    path: &Path,
    tick: &(dyn Fn(u64) + Sync),
) -> Result<Written, ServiceError> {
    // A sheet at a time: one is as much work as some dozen labels.
    let sheets = (1..=grid.sheets(range.marks()), 1);
    write_files(press, sheets, path, "svg", tick, |sheet| {
        let (labels, _) = on_page(press, range, grid, None, sheet - 1)?;
        let text = svg_sheet::render(design, grid, &labels);
        Ok((text.into_bytes(), labels.len() as u64))
    })
}
