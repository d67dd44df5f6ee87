//! The contact sheet: many labels on one picture, to look a batch over.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, GrayImage, ImageEncoder, ImageError, Luma};
use thiserror::Error;

use super::RenderError;
use super::bitmap::Bitmap;
use super::design::Design;
use super::label::Label;
use super::png::PngRenderer;

/// The most labels one sheet takes.
pub const MOST_LABELS: usize = 96;

/// Light grey of the cutting lines: seen by people, ignored by readers.
const LINE: Luma<u8> = Luma([0xC8]);
const WHITE: Luma<u8> = Luma([0xFF]);
const BLACK: Luma<u8> = Luma([0x00]);

/// The sheet cannot be made.
#[derive(Debug, Error)]
pub enum SheetError {
    /// No labels, or more than [`MOST_LABELS`].
    #[error("a contact sheet takes 1 to {MOST_LABELS} labels, not {0}")]
    Count(usize),
    /// No columns, or more than [`MOST_LABELS`].
    #[error("a contact sheet has 1 to {MOST_LABELS} columns, not {0}")]
    Columns(u32),
    /// The PNG encoder gave up.
    #[error("cannot write the contact sheet as PNG")]
    Png(#[from] ImageError),
}

/// Draws `labels` in reading order, `columns` to a row, with thin cutting lines
/// between them and a white margin around, as an 8-bit grayscale PNG.
///
/// Each cell is as large as the largest label. The picture is in dots of the
/// press but the file does not say so; it is for looking, not for printing.
///
/// # Errors
///
/// When there are no labels or more than 96, no columns or more than 96, when a
/// picture does not show its symbol, or when the encoder fails.
pub fn contact_sheet(
    labels: &[Label],
    columns: u32,
    design: &Design,
) -> Result<Vec<u8>, RenderError> {
    let count = u32::try_from(labels.len()).unwrap_or(u32::MAX);
    if labels.is_empty() || labels.len() > MOST_LABELS {
        return Err(SheetError::Count(labels.len()).into());
    }
    if columns == 0 || columns as usize > MOST_LABELS {
        return Err(SheetError::Columns(columns).into());
    }
    let columns = columns.min(count);
    let renderer = PngRenderer::new(design);
    let rasters = labels.iter().map(|label| renderer.raster(label));
    let rasters = rasters.collect::<Result<Vec<Bitmap>, _>>()?;
    let widest = rasters.iter().map(Bitmap::width).max().unwrap_or(0);
    let highest = rasters.iter().map(Bitmap::height).max().unwrap_or(0);
    let sheet = Sheet {
        columns,
        rows: count.div_ceil(columns),
        cell: (widest, highest),
        margin: 8 * design.module,
    };
    let picture = sheet.draw(&rasters);

    let mut file = Vec::new();
    let (width, height) = picture.dimensions();
    PngEncoder::new(&mut file)
        .write_image(picture.as_raw(), width, height, ExtendedColorType::L8)
        .map_err(SheetError::from)?;
    Ok(file)
}

/// The grid, in dots. Lines are one dot wide and lie between the cells.
struct Sheet {
    columns: u32,
    rows: u32,
    cell: (u32, u32),
    /// Eight modules, about 3 mm.
    margin: u32,
}

impl Sheet {
    /// Left edge of a column's line, or upper edge of a row's.
    fn line(&self, number: u32, cell: u32) -> u32 {
        self.margin + number * (cell + 1)
    }

    fn draw(&self, rasters: &[Bitmap]) -> GrayImage {
        let (right, bottom) = (
            self.line(self.columns, self.cell.0),
            self.line(self.rows, self.cell.1),
        );
        let margin = self.margin;
        let mut picture = GrayImage::from_pixel(right + 1 + margin, bottom + 1 + margin, WHITE);
        for y in (0..=self.rows).map(|row| self.line(row, self.cell.1)) {
            (margin..=right).for_each(|x| picture.put_pixel(x, y, LINE));
        }
        for x in (0..=self.columns).map(|column| self.line(column, self.cell.0)) {
            (margin..=bottom).for_each(|y| picture.put_pixel(x, y, LINE));
        }
        for (raster, number) in rasters.iter().zip(0..) {
            let left = self.line(number % self.columns, self.cell.0) + 1;
            let top = self.line(number / self.columns, self.cell.1) + 1;
            for y in 0..raster.height() {
                for x in (0..raster.width()).filter(|x| raster.is_black(*x, y)) {
                    picture.put_pixel(left + x, top + y, BLACK);
                }
            }
        }
        picture
    }
}
