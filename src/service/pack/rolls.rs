//! The rolls of a pack: which marks are on which, and what their ends say.

use serde::{Deserialize, Serialize};

use super::format::Format;
use super::look::fonts;
use super::press::Press;
use super::{Pack, Part};
use crate::domain::mark::{IndexRange, MarkIndex};
use crate::domain::said::said;
use crate::render::design::Design;
use crate::render::roll_label::{RollDesign, RollFacts, RollLabel};
use crate::render::rolls::Web;
use crate::render::{RenderError, readback};
use crate::service::ServiceError;

/// The most rolls of a pack: the manifest lists each.
const MOST_ROLLS: u32 = 100_000;

/// A roll of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedRoll {
    /// Its number in the pack, from 1, as it stands on its ends.
    pub number: u32,
    /// The index of its first mark.
    pub first: u32,
    /// The index of its last mark.
    pub last: u32,
    /// How many labels.
    pub labels: u32,
    /// The serial of its first mark.
    pub first_serial: String,
    /// The serial of its last mark.
    pub last_serial: String,
}

/// The rolls of a part of a pack.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartRolls {
    range: IndexRange,
    /// Labels on a roll.
    labels: u32,
    /// Rolls of the parts before.
    before: u32,
}

impl PartRolls {
    pub(super) fn new(web: &Web, pack: &Pack, part: Part) -> Self {
        let labels = web.labels.get();
        let parts_before = part.number.map_or(0, |number| number - 1);
        let rolls = pack.part_size.map_or(0, |size| size.get() / labels);
        Self {
            range: part.range,
            labels,
            before: u32::try_from(parts_before).unwrap_or(u32::MAX) * rolls,
        }
    }

    fn count(self) -> u32 {
        self.range.marks().div_ceil(self.labels)
    }

    /// A roll, by its place in the part from 0.
    fn roll(self, place: u32, press: &Press) -> ListedRoll {
        let first = self.range.first().get() + place * self.labels;
        let last = self.range.last().get().min(first + (self.labels - 1));
        let serial = |index| {
            let index = MarkIndex::new(index).expect("within the range");
            press.serial_key.serial(press.mark(index)).to_string()
        };
        ListedRoll {
            number: self.before + place + 1,
            first,
            last,
            labels: last - first + 1,
            first_serial: serial(first),
            last_serial: serial(last),
        }
    }

    /// What opens or closes a roll.
    pub(super) fn end(
        self,
        place: u32,
        is_head: bool,
        press: &Press,
    ) -> Result<RollLabel, RenderError> {
        let roll = self.roll(place, press);
        let serials = (&*roll.first_serial, &*roll.last_serial);
        let label = RollLabel::new(is_head, roll.number, serials, roll.labels)?;
        let text = format!("{}..{}", serials.0, serials.1);
        match readback::check(label.symbol(), &text, "") {
            Ok(()) => Ok(label),
            Err(fault) => Err(RenderError::Readback {
                serial: text,
                fault,
            }),
        }
    }

    /// All of them.
    pub(super) fn list(self, press: &Press) -> Vec<ListedRoll> {
        let places = 0..self.count();
        places.map(|place| self.roll(place, press)).collect()
    }
}

fn rolls_of(web: &Web, pack: &Pack, parts: &[Part]) -> u32 {
    let counts = parts
        .iter()
        .map(|part| PartRolls::new(web, pack, *part).count());
    counts.sum()
}

/// What the ends of the rolls look like.
pub(super) fn design(
    web: &Web,
    press: &Press,
    pack: &Pack,
    parts: &[Part],
    design: &Design,
) -> Result<RollDesign, ServiceError> {
    let facts = RollFacts {
        order: press.batch.order.0,
        batch: press.batch.number.get(),
        rolls: rolls_of(web, pack, parts),
        labels: web.labels.get().min(press.batch.count.get()),
    };
    RollDesign::new(design, facts, &fonts(&pack.look.fonts)?).map_err(|faults| {
        let zh: Vec<_> = faults.0.iter().map(|fault| &*fault.what.zh).collect();
        ServiceError::refused(
            said!(
                "the labels that open and close a roll cannot be drawn: {faults}";
                "领头标和尾标无法绘制：{}", zh.join("；")
            ),
            said!(
                "their words are Chinese, set in a font of the system or of a file",
                "其文字为中文，需要系统字体或指定的字体文件"
            ),
        )
    })
}

/// Refuses rolls that do not go together with the rest of a pack.
pub(super) fn check(web: &Web, pack: &Pack, parts: &[Part]) -> Result<(), ServiceError> {
    if !pack.formats.contains(&Format::Pdf) {
        return Err(ServiceError::refused(
            said!(
                "--rolls lays out labels.pdf, which is not among the formats",
                "分卷只用于 labels.pdf，而所选格式中没有它"
            ),
            said!("add pdf to --format", "请选择 PDF 格式"),
        ));
    }
    if pack.formats.contains(&Format::SvgSheets) {
        return Err(ServiceError::refused(
            said!(
                "svg-sheets are sheets, and --rolls lays out a web",
                "svg-sheets 为单张版面，不能分卷"
            ),
            said!("pack them one after the other", "请分两次制作"),
        ));
    }
    let labels = web.labels;
    if let Some(size) = pack.part_size
        && size.get() % labels != 0
    {
        return Err(ServiceError::refused(
            said!(
                "parts of {size} labels are no whole number of rolls of {labels}",
                "每份 {size} 枚，不是每卷 {labels} 枚的整倍数"
            ),
            said!(
                "choose a --part-size that is a multiple of --rolls",
                "请让每份的枚数为每卷枚数的整倍数"
            ),
        ));
    }
    let rolls = rolls_of(web, pack, parts);
    if rolls > MOST_ROLLS {
        return Err(ServiceError::refused(
            said!(
                "{rolls} rolls of {labels} labels; a pack has {MOST_ROLLS} at most",
                "每卷 {labels} 枚，共 {rolls} 卷；一次最多 {MOST_ROLLS} 卷"
            ),
            said!(
                "put more labels on a roll with --rolls, or pack a --range",
                "请增加每卷枚数，或只选择一部分号段"
            ),
        ));
    }
    Ok(())
}
