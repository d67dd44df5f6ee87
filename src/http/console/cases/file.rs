//! The page of a case.

use axum::extract::Path;
use axum::response::Response;

use super::{exhibits, find, title_of};
use crate::domain::access::Permission as P;
use crate::domain::case::{CaseStep, Happened as Step};
use crate::domain::place::Prefecture;
use crate::http::console::alerts::{HEADS, row, serial_of};
use crate::http::console::file::{File, Happened};
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::party::Names;
use crate::http::console::submit::or_refuse;
use crate::http::console::tips::place_in;
use crate::http::console::words::{marks, two};
use crate::service::cases::{self, Whole};
use crate::service::system;

/// `GET /console/cases/{case}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let told = whole.steps.iter().filter_map(Step::licensee);
    let all = whole.licensees.iter().copied().chain(told);
    let names = or_refuse!(visit, Names::of(&visit, all).await);
    let mut file = steps(&visit, &whole);
    let case = &whole.case;
    let of_batches = cases::marks_of_batch_alerts(&visit.app.store, &whole, system::now()).await;
    let of_batches = or_refuse!(visit, of_batches).len() as u64;
    let own = whole.marks().len() as u64;
    let result = case
        .result
        .map(|result| visit.one_of(result.chinese(), result.english()).to_owned());
    file = file.facts(
        None,
        vec![
            (two("结果", "Result"), result),
            (two("立案", "Opened"), Some(minute(case.opened_at))),
            (two("立案人", "Opened by"), Some(case.opened_by.to_string())),
            (two("结案", "Closed"), case.closed_at.map(minute)),
            (
                two("涉及标志", "Marks"),
                Some(thousands(own)).filter(|_| own > 0),
            ),
            (
                two("引起批次预警的标志", "Marks that raised alerts of batches"),
                Some(thousands(of_batches)).filter(|_| of_batches > 0),
            ),
        ],
    );
    for licensee in &whole.licensees {
        file = file.linked(
            two("合法使用人", "Licensee"),
            Some(names.licensee(*licensee)),
            visit.may(P::LicenseeRead),
            format!("/console/licensees/{licensee}"),
        );
    }
    let alerts = whole.alerts.iter().map(|one| row(&visit, &names, one));
    file = file.table(two("预警", "Alerts"), &HEADS, alerts.collect());
    file = tips(&visit, &whole, file);
    file = inspections(&visit, &whole, file);
    file = exhibits::add_to(file, &visit, &whole);
    let history = whole.steps.iter().rev();
    file.happened(
        history
            .map(|step| happened(&visit, &names, &whole, step))
            .collect(),
    )
    .render_with_names(&visit)
    .await
}

fn steps(visit: &Visit, whole: &Whole) -> File {
    let case = &whole.case;
    let here = format!("/console/cases/{}", case.number);
    let can = |step: CaseStep| case.state.after(step).is_ok();
    let may = |step: CaseStep| visit.may(P::CaseHandle) && can(step);
    File::new(visit, title_of(visit, case))
        .state(visit.one_of(case.state.chinese(), case.state.english()))
        .over(!can(CaseStep::Closed))
        .step(
            may(CaseStep::Inspected),
            two("登记检查", "Enter an inspection"),
            format!("{here}/inspect"),
        )
        .step(
            may(CaseStep::Closed),
            two("结案", "Close"),
            format!("{here}/close"),
        )
        .step(
            may(CaseStep::AlertAdded),
            two("归入预警", "Add an alert"),
            format!("{here}/add-alert"),
        )
        .step(
            may(CaseStep::TipAdded),
            two("归入线索", "Add a tip"),
            format!("{here}/add-tip"),
        )
        .step(
            may(CaseStep::ExhibitsAdded),
            two("归入证据材料", "Add exhibits"),
            format!("{here}/add-exhibits"),
        )
        .step(
            visit.may(P::MarkFreeze) && can(CaseStep::Frozen),
            two("冻结标志", "Freeze marks"),
            format!("{here}/freeze"),
        )
        .step(
            visit.may(P::MarkRevoke) && can(CaseStep::Revoked),
            two("撤销标志", "Revoke marks"),
            format!("{here}/revoke"),
        )
        .step(
            may(CaseStep::Informed),
            two("告知合法使用人", "Inform a licensee"),
            format!("{here}/inform"),
        )
        .step(
            may(CaseStep::Reopened),
            two("重新办理", "Reopen"),
            format!("{here}/reopen"),
        )
        .step(
            may(CaseStep::Noted),
            two("备注", "Note"),
            format!("{here}/note"),
        )
        .download(
            visit.may(P::Export),
            two("导出案卷", "Take the file"),
            format!("{here}/export"),
        )
}

fn tips(visit: &Visit, whole: &Whole, file: File) -> File {
    let rows = whole.tips.iter().map(|tip| {
        let serial = tip.mark.map(|mark| serial_of(visit, mark));
        let cells = vec![
            tip.number.to_string(),
            visit
                .one_of(tip.state.chinese(), tip.state.english())
                .to_owned(),
            visit
                .one_of(tip.new.kind.chinese(), tip.new.kind.english())
                .to_owned(),
            serial.unwrap_or_default(),
            minute(tip.sent_at),
        ];
        (Some(format!("/console/tips/{}", tip.number)), cells)
    });
    file.table(
        two("举报线索", "Tips"),
        &[
            two("线索", "Tip"),
            two("状态", "State"),
            two("类别", "Kind"),
            two("标志", "Mark"),
            two("收到", "Came in"),
        ],
        rows.collect(),
    )
}

/// Where an inspection was.
fn spot_of(visit: &Visit, step: &Step) -> String {
    let prefecture = step.detail.prefecture.and_then(Prefecture::new);
    let prefecture = prefecture.map(|place| place_in(visit, place));
    let spot = step.detail.spot.as_ref().map(ToString::to_string);
    let parts: Vec<String> = prefecture.into_iter().chain(spot).collect();
    parts.join(" ")
}

fn inspections(visit: &Visit, whole: &Whole, file: File) -> File {
    let all = whole.steps.iter();
    let all = all.filter(|step| step.step == CaseStep::Inspected);
    let rows = all.map(|step| {
        let documents = step.detail.documents.iter().map(ToString::to_string);
        let exhibits = exhibits::named(visit, whole, step);
        let files: Vec<String> = documents.chain(exhibits).collect();
        let cells = vec![
            step.detail
                .day
                .map_or_else(String::new, |day| day.to_string()),
            spot_of(visit, step),
            step.told
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            files.join(visit.one_of("、", ", ")),
        ];
        // The first of its files; the others stand beside it.
        let address = step.detail.documents.first();
        let address = address.map(|document| format!("/console/documents/{document}"));
        (address.filter(|_| visit.may(P::DocumentRead)), cells)
    });
    file.table(
        two("现场检查", "Inspections"),
        &[
            two("日期", "Day"),
            two("地点", "Where"),
            two("检查情况", "Finding"),
            two("文件", "Files"),
        ],
        rows.collect(),
    )
}

fn happened(visit: &Visit, names: &Names, whole: &Whole, step: &Step) -> Happened {
    let mut details: Vec<String> = Vec::new();
    let detail = &step.detail;
    if let Some(licensee) = step.licensee() {
        details.push(names.licensee(licensee));
    } else if let Some(other) = step.other {
        let what = match step.step {
            CaseStep::TipAdded => visit.one_of("举报线索", "tip"),
            _ => visit.one_of("预警", "alert"),
        };
        details.push(format!("{what} {other}"));
    }
    if let Some(result) = detail.result {
        details.push(visit.one_of(result.chinese(), result.english()).to_owned());
    }
    if let Some(day) = detail.day {
        details.push(format!("{day} {}", spot_of(visit, step)));
    }
    details.extend(exhibits::named(visit, whole, step));
    details.extend(detail.marks.map(|count| marks(visit.language, count)));
    details.extend(detail.reason.as_ref().map(ToString::to_string));
    details.extend(detail.document.as_ref().map(ToString::to_string));
    if let Some(told) = &step.told {
        details.extend(told.as_str().lines().map(str::to_owned));
    }
    Happened {
        at: step.at,
        what: visit
            .one_of(step.step.chinese(), step.step.english())
            .to_owned(),
        by: Some(step.by.to_string()),
        entry: detail.entries.first().copied(),
        details,
    }
}
