//! The kinds of files in a pack, and what they are called.

use crate::domain::words::words;

words! {
    /// A kind of file in a pack.
    pub enum Format {
        /// `labels.csv`: one line a label.
        Csv = "csv" "CSV 数据表" "CSV table",
        /// `labels.txt`: one line a label, as a profile of the press says.
        Txt = "txt" "按格式的文本数据" "text by a profile",
        /// `labels.zpl`: one picture a label, in the language of label printers.
        Zpl = "zpl" "ZPL 标签打印" "ZPL for label printers",
        /// `labels.pdf`: sheets, a web of rolls, or one label a page.
        Pdf = "pdf" "PDF 拼版" "PDF sheets or rolls",
        /// `svg/`: one drawing a label, in millimetres.
        Svg = "svg" "SVG 单枚" "SVG, one a label",
        /// `svg-sheets/`: one drawing a sheet, laid out like the pages of the PDF file.
        SvgSheets = "svg-sheets" "SVG 拼版" "SVG sheets",
        /// `png/`: one 1-bit picture a label, in the press's dots.
        Png = "png" "PNG 单枚" "PNG, one a label",
        /// `sheet.png`: up to 96 labels on one picture, to look at.
        Sheet = "sheet" "看样图片" "picture of up to 96 labels",
        /// `proof.pdf`: 20 labels marked as void, to look at before the press runs.
        Proof = "proof" "样张（无效码）" "proof sheet with void codes",
    }
}

impl Format {
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
