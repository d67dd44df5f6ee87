//! What the summary says, in Chinese.

use super::attached::{DOCUMENTS, EXHIBITS, TIPS};
use super::{Gathered, Mark};
use crate::domain::alert::{Alert, AlertKind};
use crate::domain::calendar::clock_of;
use crate::domain::case::exhibit::{exhibits, exhibits_of, file_name};
use crate::domain::case::{CaseStep, Happened};
use crate::domain::ledger::entry::{self, Entry};
use crate::domain::place::Prefecture;
use crate::domain::said::Said;
use crate::domain::state;
use crate::domain::text::Line;
use crate::domain::tip::TipStep;
use crate::render::letter::Piece;
use crate::service::alerts::{Seen, against, weighed};
use crate::service::desk::Call;
use crate::service::tips;

/// Sentences of evidence of one mark.
const MOST_EVIDENCE: usize = 8;
/// Sentences that speak against copies of it.
const MOST_AGAINST: usize = 4;
/// Ranges of marks of one entry that are named.
const MOST_RANGES: usize = 50;
/// Entries of the ledger that are named; all stand in the file beside.
const MOST_ENTRIES: usize = 200;

fn text(text: impl Into<String>) -> Piece {
    Piece::Text(text.into())
}

/// A section without anything says so.
fn none_of(is_empty: bool, pieces: &mut Vec<Piece>) {
    if is_empty {
        pieces.push(Piece::Small("无".to_owned()));
    }
}

fn heading(text: &str) -> Piece {
    Piece::Heading(text.to_owned())
}

/// The pieces of the summary.
pub(super) fn pieces(gathered: &Gathered, call: &Call) -> Vec<Piece> {
    let case = &gathered.whole.case;
    let mut pieces = vec![
        Piece::Title(format!("案卷摘要　案件 {}", case.number)),
        text(format!("案由：{}", case.title)),
        text(format!("状态：{}", case.state.chinese())),
        text(format!(
            "立案：{}　{}",
            clock_of(case.opened_at),
            gathered.people.name(&case.opened_by)
        )),
    ];
    if let (Some(result), Some(at)) = (case.result, case.closed_at) {
        pieces.push(text(format!(
            "结案：{}　{}",
            clock_of(at),
            result.chinese()
        )));
    }
    pieces.push(text(format!(
        "导出：{}　{}",
        clock_of(call.at),
        gathered.people.name(&call.by)
    )));
    pieces.push(Piece::Small(
        "说明：预警是根据查询记录作出的统计推断，不是对违法行为的认定。本案卷不含查询者的手机标识和网络地址，不含举报人的联系方式。\
         时间均为北京时间。"
            .to_owned(),
    ));
    pieces.push(heading("一、涉及的标志"));
    for mark in &gathered.marks {
        of_mark(gathered, mark, &mut pieces);
    }
    withdrawn(gathered, &mut pieces);
    none_of(gathered.marks.is_empty(), &mut pieces);
    pieces.push(heading("二、预警"));
    for alert in &gathered.whole.alerts {
        of_alert(gathered, alert, &mut pieces);
    }
    meanings(&gathered.whole.alerts, &mut pieces);
    none_of(gathered.whole.alerts.is_empty(), &mut pieces);
    pieces.push(heading("三、举报线索"));
    for whole in &gathered.tips {
        of_tip(gathered, whole, &mut pieces);
    }
    none_of(gathered.tips.is_empty(), &mut pieces);
    let (inspections, others): (Vec<&Happened>, Vec<&Happened>) = gathered
        .whole
        .steps
        .iter()
        .partition(|step| step.step == CaseStep::Inspected);
    pieces.push(heading("四、现场检查"));
    none_of(inspections.is_empty(), &mut pieces);
    for step in inspections {
        inspected(gathered, step, &mut pieces);
    }
    pieces.push(heading("五、办理经过"));
    for step in others {
        happened(gathered, step, &mut pieces);
    }
    attached(gathered, &mut pieces);
    ledger(gathered, &mut pieces);
    pieces
}

/// What came with a step, by the numbers that their files have.
fn exhibits_named(gathered: &Gathered, step: &Happened) -> Option<Piece> {
    let all = exhibits_of(&gathered.whole.steps, step);
    let all: Vec<String> = all
        .map(|(number, one)| format!("{number:03} {}", one.name))
        .collect();
    (!all.is_empty()).then(|| Piece::Small(format!("证据材料：{}", all.join("、"))))
}

/// What was told, and what the office did about it.
fn of_tip(gathered: &Gathered, whole: &tips::Whole, pieces: &mut Vec<Piece>) {
    let tip = &whole.tip;
    pieces.push(text(format!(
        "线索 {}　{}　{}　{}",
        tip.number,
        clock_of(tip.sent_at),
        tip.new.kind.chinese(),
        tip.state.chinese()
    )));
    pieces.push(Piece::Small(tip.new.told.as_str().to_owned()));
    let rest = whole.steps.iter().filter(|step| step.step != TipStep::Sent);
    for step in rest {
        let by = step.by.as_ref();
        let by = by.map_or_else(|| "举报人".to_owned(), |by| gathered.people.name(by));
        let at = clock_of(step.at);
        pieces.push(Piece::Small(format!(
            "　{at}　{}　{by}",
            step.step.chinese()
        )));
        let told = step.told.iter();
        pieces.extend(told.map(|told| Piece::Small(told.as_str().to_owned())));
    }
}

fn of_mark(gathered: &Gathered, one: &Mark, pieces: &mut Vec<Piece>) {
    let mut line = format!("{}　第 {} 批 {} 号", one.serial, one.id.batch, one.id.index);
    let mut whose = None;
    if let Some(batch) = &one.batch {
        line.push_str(&format!(
            "　{} 年度　{}",
            batch.season,
            batch.form.chinese()
        ));
        if let Some(licensee) = gathered.licensees.get(&batch.licensee) {
            whose = Some(format!(
                "　{}　统一社会信用代码 {}",
                licensee.name(),
                licensee.uscc
            ));
        }
    }
    if let Some(state) = one.state {
        line.push_str(&format!("　现状：{}", state::chinese(state)));
    }
    pieces.push(text(line));
    pieces.extend(whose.map(text));
    let mut provinces: Vec<(&str, u32)> = Vec::new();
    let queries: Vec<&Seen> = one
        .seen
        .iter()
        .filter(|seen| seen.query.is_some())
        .collect();
    for seen in &queries {
        let province = seen
            .place
            .map_or("地点不详", |place| place.prefecture.province().0);
        match provinces.iter_mut().find(|(known, _)| *known == province) {
            Some((_, count)) => *count += 1,
            None => provinces.push((province, 1)),
        }
    }
    provinces.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let provinces: Vec<String> = provinces
        .into_iter()
        .map(|(province, count)| format!("{province} {count} 次"))
        .collect();
    if let (Some(first), Some(last)) = (queries.first(), queries.last()) {
        pieces.push(Piece::Small(format!(
            "查询 {} 次：{}；{} 至 {}",
            queries.len(),
            provinces.join("、"),
            clock_of(first.at),
            clock_of(last.at)
        )));
    }
}

/// What the strength of these alerts says, once for each kind.
fn meanings(alerts: &[Alert], pieces: &mut Vec<Piece>) {
    let kinds = AlertKind::ALL.iter();
    for kind in kinds.filter(|kind| alerts.iter().any(|alert| alert.kind == **kind)) {
        if let Some(meaning) = kind.meaning() {
            let of_kind = format!("“{}”的强度　{}", kind.chinese(), meaning.zh);
            pieces.push(Piece::Small(of_kind));
        }
    }
}

fn of_alert(gathered: &Gathered, alert: &Alert, pieces: &mut Vec<Piece>) {
    pieces.push(text(format!(
        "预警 {}　{}　{}　{}；{}（参数版本 {}）",
        alert.number,
        alert.kind.chinese(),
        clock_of(alert.raised_at),
        alert.matter().zh,
        alert.strength().zh,
        alert.parameters
    )));
    if let Some(decision) = &alert.decision {
        let (verdict, said) = (decision.verdict().chinese(), decision.said().zh);
        pieces.push(text(format!("　判定：{verdict}（{said}）")));
    }
    handled(gathered, alert, pieces);
    let marks = gathered.marks.iter();
    let mut own = marks.filter(|one| Some(one.id) == alert.mark());
    let Some(mark) = own.next() else {
        return pieces.push(Piece::Small(format!("　{}", alert.kind.why().zh)));
    };
    let evidence = weighed(&mark.seen);
    for (seen, said) in evidence.iter().take(MOST_EVIDENCE) {
        let at = clock_of(seen.at);
        pieces.push(Piece::Small(format!("　{at}　{}", said.zh)));
    }
    if evidence.len() > MOST_EVIDENCE {
        let more = evidence.len() - MOST_EVIDENCE;
        pieces.push(Piece::Small(format!(
            "　以上为最强的 {MOST_EVIDENCE} 项，另有 {more} 项见 scans.csv。"
        )));
    }
    let light = alert.light.said().into_iter();
    let (of_batch, of_season): (Vec<_>, Vec<_>) = light.partition(|(_, weight)| *weight > 0.0);
    let unsigned = |(said, _): (Said, f64)| Piece::Small(format!("　{}", said.zh));
    pieces.extend(of_batch.into_iter().map(unsigned));
    let against = against(&mark.seen);
    pieces.push(Piece::Small(
        match against.is_empty() && of_season.is_empty() {
            true => "　反证：没有表明并非复制的迹象。".to_owned(),
            false => "　反证：".to_owned(),
        },
    ));
    for (seen, said) in against.iter().take(MOST_AGAINST) {
        let at = clock_of(seen.at);
        pieces.push(Piece::Small(format!("　{at}　{}", said.zh)));
    }
    pieces.extend(of_season.into_iter().map(unsigned));
}

/// What happened to an alert, earlier decisions among it, and to those that were merged into it.
fn handled(gathered: &Gathered, alert: &Alert, pieces: &mut Vec<Piece>) {
    for step in gathered.of_alerts.get(&alert.number).into_iter().flatten() {
        let (at, what) = (clock_of(step.at), step.step.chinese());
        let mut line = format!("　经过：{at}　{what}");
        if let Some(decision) = &step.decision {
            line.push_str(&format!(
                "为{}（{}）",
                decision.verdict().chinese(),
                decision.said().zh
            ));
        }
        line.push_str(&format!("　{}", gathered.people.name(&step.by)));
        if let Some(told) = &step.told {
            line.push_str(&format!("　{}", told.as_str().replace('\n', "　")));
        }
        pieces.push(Piece::Small(line));
    }
    for one in gathered.merged.get(&alert.number).into_iter().flatten() {
        let mark = gathered
            .marks
            .iter()
            .find(|mark| Some(mark.id) == one.mark());
        let about = mark.map_or_else(
            || format!("第 {} 批", one.batch),
            |mark| mark.serial.to_string(),
        );
        pieces.push(Piece::Small(format!(
            "　并入本预警：预警 {}　{}　{about}　{}",
            one.number,
            one.kind.chinese(),
            clock_of(one.raised_at)
        )));
        handled(gathered, one, pieces);
    }
}

/// How many marks the case itself has withdrawn, which may be others than those that it is about.
fn withdrawn(gathered: &Gathered, pieces: &mut Vec<Piece>) {
    let of = |step: CaseStep| -> u64 {
        let steps = gathered.whole.steps.iter().filter(|one| one.step == step);
        steps.filter_map(|one| one.detail.marks).sum()
    };
    let (frozen, revoked) = (of(CaseStep::Frozen), of(CaseStep::Revoked));
    if frozen + revoked > 0 {
        pieces.push(text(format!(
            "本案办理中共冻结标志 {frozen} 枚、撤销标志 {revoked} 枚，可能多于上列标志；所涉号段见第五节，scans.csv 只含上列标志的查询。"
        )));
    }
}

fn inspected(gathered: &Gathered, step: &Happened, pieces: &mut Vec<Piece>) {
    let detail = &step.detail;
    let day = detail.day.map_or_else(String::new, |day| day.to_string());
    let place = detail.prefecture.and_then(Prefecture::new);
    let place = place.map_or_else(String::new, |place| {
        let (province, name) = (place.province().0, place.name().0);
        match province == name {
            true => name.to_owned(),
            false => format!("{province} {name}"),
        }
    });
    let spot = detail.spot.as_ref().map_or("", |spot| spot.as_str());
    let by = gathered.people.name(&step.by);
    pieces.push(text(format!("{day}　{place} {spot}　登记人 {by}")));
    if let Some(told) = &step.told {
        pieces.push(Piece::Small(told.as_str().to_owned()));
    }
    if !detail.documents.is_empty() {
        let all: Vec<String> = detail.documents.iter().map(ToString::to_string).collect();
        pieces.push(Piece::Small(format!("档案文件：{}", all.join("、"))));
    }
    pieces.extend(exhibits_named(gathered, step));
}

fn happened(gathered: &Gathered, step: &Happened, pieces: &mut Vec<Piece>) {
    let detail = &step.detail;
    let mut line = format!(
        "{}　{}　{}",
        clock_of(step.at),
        step.step.chinese(),
        gathered.people.name(&step.by)
    );
    if let Some(licensee) = step.licensee() {
        let found = gathered.licensees.get(&licensee);
        let name = found.map_or_else(|| licensee.to_string(), |one| one.name().to_string());
        line.push_str(&format!("　{name}"));
    } else if let Some(alert) = step.alert() {
        line.push_str(&format!("　预警 {alert}"));
    } else if let Some(tip) = step.tip() {
        line.push_str(&format!("　线索 {tip}"));
    }
    if let Some(marks) = detail.marks {
        line.push_str(&format!("　{marks} 枚"));
    }
    for said in detail.reason.iter().chain(&detail.document) {
        line.push_str(&format!("　{said}"));
    }
    if !detail.entries.is_empty() {
        let all: Vec<String> = detail.entries.iter().map(ToString::to_string).collect();
        line.push_str(&format!("　台账第 {} 条", all.join("、")));
    }
    if let Some(result) = detail.result {
        line.push_str(&format!("　{}", result.chinese()));
    }
    pieces.push(text(line));
    let own = gathered.ledger.entries.iter();
    let own = own.filter(|proved| detail.entries.contains(&proved.entry.number));
    for proved in own {
        if let Some(Entry::Marks(marks)) = Entry::read(&proved.entry.kind, &proved.entry.body) {
            let (all, shown) = (marks.ranges.len(), marks.ranges.iter().take(MOST_RANGES));
            let shown: Vec<String> = shown.map(ToString::to_string).collect();
            let mut line = format!("　第 {} 批：{} 号", marks.batch, shown.join("、"));
            if all > MOST_RANGES {
                line.push_str(&format!("，共 {all} 段，其余见 ledger.json"));
            }
            pieces.push(Piece::Small(line));
        }
    }
    pieces.extend(exhibits_named(gathered, step));
    if let Some(told) = &step.told {
        pieces.push(Piece::Small(told.as_str().to_owned()));
    }
}

/// What lies beside the summary: who put it in, when, and its hash.
fn attached(gathered: &Gathered, pieces: &mut Vec<Piece>) {
    pieces.push(heading("六、证据材料"));
    for (place, step, exhibit) in exhibits(&gathered.whole.steps) {
        pieces.push(text(format!(
            "{EXHIBITS}/{}　{}　归入人 {}",
            exhibit.file_name(place),
            clock_of(step.at),
            gathered.people.name(&step.by)
        )));
        pieces.push(Piece::Small(hash_of(exhibit.size, &exhibit.sha256)));
    }
    let is_nothing = exhibits(&gathered.whole.steps).next().is_none();
    none_of(is_nothing && gathered.documents.is_empty(), pieces);
    for added in &gathered.documents {
        let document = &added.document;
        pieces.push(text(format!(
            "{DOCUMENTS}/{}　{}　归档人 {}",
            file_name(document.number.0, &document.title, document.media_type),
            clock_of(added.at),
            gathered.people.name(&added.by)
        )));
        pieces.push(Piece::Small(hash_of(document.size, &document.sha256)));
    }
    let photos: usize = gathered.tips.iter().map(|whole| whole.photos.len()).sum();
    if photos > 0 {
        pieces.push(text(format!(
            "{TIPS}/　举报人发来的照片 {photos} 张，以线索编号命名，已去除拍摄信息；校验值见 manifest.json"
        )));
    }
}

fn hash_of(bytes: u64, sha256: &Line) -> String {
    format!("{bytes} 字节　SHA-256 {sha256}")
}

fn ledger(gathered: &Gathered, pieces: &mut Vec<Piece>) {
    let proofs = &gathered.ledger;
    pieces.push(heading("七、台账记录"));
    pieces.push(Piece::Small(format!(
        "以下各条的全文、前一条的校验值和本条的校验值见 ledger.json，可据以重新计算。导出时台账共 {} 条，末条校验值 {}。",
        proofs.head.number, proofs.head.hash
    )));
    for proved in proofs.entries.iter().take(MOST_ENTRIES) {
        let entry = &proved.entry;
        let checked = match proved.agrees() {
            true => "校验相符",
            false => "校验不符",
        };
        pieces.push(Piece::Small(format!(
            "第 {} 条　{}　{}　{}　{checked}　{}",
            entry.number,
            clock_of(entry.at),
            entry::chinese(&entry.kind),
            gathered.people.name(&entry.actor),
            entry.hash
        )));
    }
    if proofs.entries.len() > MOST_ENTRIES {
        pieces.push(Piece::Small(format!(
            "共 {} 条，其余见 ledger.json。",
            proofs.entries.len()
        )));
    }
}
