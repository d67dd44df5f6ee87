//! Drawing: from the text of a code to symbols, labels and tables.
//!
//! What belongs here: everything that decides how a label looks, on paper, on a
//! screen or in a file, and the exact bytes of those files.
//!
//! What does not: where the bytes go, what the code in the symbol means, who may
//! issue one. Nothing here reads or writes a file, asks the time, draws a random
//! number or starts a thread; the same label always gives the same bytes.
//!
//! The way through: [`symbol::Symbol`] says which modules are dark, [`readback`]
//! reads them as a scanner would, [`label::Label`] joins the serial to it,
//! [`design::Design`] says what lies where, and then [`png`], [`svg`], [`pdf`],
//! [`zpl`] or [`sheet`] draw it;
//! [`imposition`] says where on a sheet or, with [`rolls`], on a web. [`csv`]
//! writes the tables that travel with the labels.

mod art;
pub mod bitmap;
pub mod chart;
pub mod csv;
pub mod design;
pub mod dots;
pub mod dpi;
mod frame;
mod glyphs;
pub mod imposition;
pub mod label;
pub mod letter;
pub mod lettering;
mod line;
mod mask;
pub mod notice;
mod outline;
pub mod pdf;
mod pdf_objects;
pub mod photo;
pub mod png;
pub mod qr_svg;
pub mod readback;
pub mod roll_label;
pub mod rolls;
pub mod sheet;
mod strokes;
pub mod svg;
pub mod svg_sheet;
pub mod symbol;
pub mod template;
pub mod terminal;
pub mod zpl;

/// Why a label could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Its code does not go into a symbol.
    #[error(transparent)]
    Symbol(#[from] symbol::SymbolError),
    /// A text that no symbol holds.
    #[error("the text is too long for a QR symbol")]
    TooLong,
    /// Its parts do not make a label.
    #[error(transparent)]
    Label(#[from] label::LabelError),
    /// It is too narrow for its serial.
    #[error(transparent)]
    Narrow(#[from] design::NarrowError),
    /// Its symbol, or the picture of it, does not read as it must.
    #[error("the symbol of label {serial} does not read back: {fault}")]
    Readback {
        /// Which label.
        serial: String,
        /// What is wrong with it.
        fault: readback::ReadbackError,
    },
    /// Its picture could not be written.
    #[error(transparent)]
    Png(#[from] png::PngError),
    /// The template does not make labels that can be printed, cut and read.
    #[error(transparent)]
    Template(#[from] template::Faults),
    /// The labels do not go on the paper.
    #[error(transparent)]
    Imposition(#[from] imposition::ImpositionError),
    /// The labels do not make a sheet.
    #[error(transparent)]
    Sheet(#[from] sheet::SheetError),
}

#[cfg(test)]
mod tests;
