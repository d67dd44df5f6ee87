//! The kinds of files in a pack, and what they are called.

/// A kind of file in a pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// `labels.csv`: one line a label.
    Csv,
    /// `labels.txt`: one line a label, as a profile of the press says.
    Txt,
    /// `labels.zpl`: one picture a label, in the language of label printers.
    Zpl,
    /// `labels.pdf`: sheets, a web of rolls, or one label a page.
    Pdf,
    /// `svg/`: one drawing a label, in millimetres.
    Svg,
    /// `svg-sheets/`: one drawing a sheet, laid out like the pages of the PDF file.
    SvgSheets,
    /// `png/`: one 1-bit picture a label, in the press's dots.
    Png,
    /// `sheet.png`: up to 96 labels on one picture, to look at.
    Sheet,
    /// `proof.pdf`: 20 labels marked as void, to look at before the press runs.
    Proof,
}

impl Format {
    /// All kinds.
    pub const ALL: [Self; 9] = [
        Self::Csv,
        Self::Txt,
        Self::Zpl,
        Self::Pdf,
        Self::Svg,
        Self::SvgSheets,
        Self::Png,
        Self::Sheet,
        Self::Proof,
    ];

    /// The file or folder it makes: its name, and what follows the number of a part.
    pub(super) const fn name(self) -> Name {
        match self {
            Self::Csv => ("labels", ".csv"),
            Self::Txt => ("labels", ".txt"),
            Self::Zpl => ("labels", ".zpl"),
            Self::Pdf => ("labels", ".pdf"),
            Self::Svg => ("svg", ""),
            Self::SvgSheets => ("svg-sheets", ""),
            Self::Png => ("png", ""),
            Self::Sheet => ("sheet", ".png"),
            Self::Proof => ("proof", ".pdf"),
        }
    }

    /// The file or folder it makes of the whole.
    pub fn file_name(self) -> String {
        part_name(self.name(), None)
    }
}

/// What a file is called before and after the number of its part.
pub(super) type Name = (&'static str, &'static str);

/// The file of the hidden codes, apart from all others.
pub(super) const HIDDEN: Name = ("hidden-codes", ".csv");

/// The name of a part, from 1; or of the whole.
pub(super) fn part_name((name, ending): Name, part: Option<usize>) -> String {
    match part {
        None => format!("{name}{ending}"),
        Some(part) => format!("{name}-{part:04}{ending}"),
    }
}
