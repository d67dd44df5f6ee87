//! The queries of the marks, as a table.

use jiff::Timestamp;

use super::Gathered;
use crate::domain::detection::Known;
use crate::domain::place::PlaceClass;
use crate::domain::queries::QueryChannel;
use crate::domain::state;
use crate::service::ServiceError;
use crate::sheets::{Cell, Column, ColumnKind, SheetFormat, SheetWriter, Table, column};

const SCANS: [Column; 11] = [
    column("编号", ColumnKind::Text, 24),
    column("标志批", ColumnKind::Integer, 10),
    column("批内序号", ColumnKind::Integer, 10),
    column("第几次", ColumnKind::Integer, 8),
    column("时间", ColumnKind::DateTime, 20),
    column("省", ColumnKind::Text, 10),
    column("地区", ColumnKind::Text, 16),
    column("地点依据", ColumnKind::Text, 12),
    column("方式", ColumnKind::Text, 12),
    column("当时状态", ColumnKind::Text, 12),
    column("说明", ColumnKind::Text, 60),
];

/// How a place is known.
pub(super) const fn class_in(class: PlaceClass) -> &'static str {
    match class {
        PlaceClass::Gps => "手机定位",
        PlaceClass::Fixed => "固定网络",
        PlaceClass::Mobile => "移动网络",
        PlaceClass::Unknown => "网络类型不明",
    }
}

/// The table: neither phones nor networks stand in it.
pub(super) fn table(gathered: &Gathered, now: Timestamp) -> Result<Vec<u8>, ServiceError> {
    let table = Table {
        title: "查询记录",
        columns: &SCANS,
        made_at: now,
    };
    let mut sheet = SheetWriter::new(SheetFormat::Csv, table, Vec::new())?;
    for one in &gathered.marks {
        let serial = one.serial.to_string();
        for seen in &one.seen {
            let place = seen.place;
            let text = |text: Option<&'static str>| text.map_or(Cell::Empty, Cell::Text);
            let said: Vec<&str> = seen
                .evidence
                .iter()
                .map(|(said, _)| said.zh.as_str())
                .collect();
            let said = said.join("；");
            sheet.row(&[
                Cell::Text(&serial),
                Cell::Integer(one.id.batch.get().into()),
                Cell::Integer(one.id.index.get().into()),
                seen.query
                    .map_or(Cell::Empty, |query| Cell::Integer(query.cast_signed())),
                Cell::DateTime(seen.at),
                text(place.map(|place| place.prefecture.province().0)),
                text(place.map(|place| place.prefecture.name().0)),
                text(match seen.known {
                    Some(Known::Inspected) => Some("检查员登记"),
                    _ => place.map(|place| class_in(place.class)),
                }),
                Cell::Text(match seen.known {
                    Some(known) => Known::chinese(known),
                    None => match QueryChannel::from_slug(&seen.channel) {
                        Some(channel) => channel.chinese(),
                        None => &seen.channel,
                    },
                }),
                Cell::Text(state::chinese(&seen.state)),
                Cell::Text(&said),
            ])?;
        }
    }
    let (bytes, _) = sheet.finish()?;
    Ok(bytes)
}
