//! The page of an alert: what is the matter, why, since when and from where, and what else may have to do with it; all that
//! somebody needs to decide it.

use axum::extract::Path;
use axum::response::Response;

use super::{HEADS, find, row, serial_of, story, title_of};
use crate::domain::access::Permission as P;
use crate::domain::alert::{Alert, AlertStep, Happened as Step, strength};
use crate::http::console::file::{File, Happened};
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::party::Names;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{noted, two};
use crate::service::alerts::{self, Related, Seen, Story, Whole};
use crate::service::system;

/// The province in which the product is at home.
const HOME: u32 = 43;

/// `GET /console/alerts/{alert}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let (alert, now) = (&whole.alert, system::now());
    let store = &visit.app.store;
    let known = or_refuse!(visit, alerts::story(store, alert, now).await);
    let provinces = known.provinces();
    let away = provinces.iter().find_map(|(province, _)| *province);
    let away = provinces
        .iter()
        .find_map(|(province, _)| province.filter(|province| *province != HOME))
        .or(away.filter(|province| *province != HOME));
    let related = or_refuse!(visit, alerts::related(store, alert, away).await);
    let all = [
        &related.container,
        &related.batch,
        &related.licensee,
        &related.place,
    ];
    let numbers = all
        .into_iter()
        .flatten()
        .chain(&whole.merged)
        .chain([alert]);
    let names = or_refuse!(
        visit,
        Names::of(&visit, numbers.filter_map(|one| one.licensee)).await
    );
    let mut file = steps(&visit, &whole);
    file = facts(&visit, &names, alert, &known, file);
    if let Some(meaning) = alert.kind.meaning() {
        let text = visit.language.choose(&meaning.zh, &meaning.en);
        let heading = two("强度的含义", "What the strength says");
        file = file.explained(heading, text.to_owned());
    }
    file = story::add(&visit, alert, &known, now, file);
    let merged: Vec<_> = whole
        .merged
        .iter()
        .map(|one| row(&visit, &names, one))
        .collect();
    file = file.table(two("一并判定的预警", "Decided with it"), &HEADS, merged);
    file = others(&visit, &names, &related, file);
    let history = whole.steps.iter().rev();
    file.happened(history.map(|step| happened(&visit, step)).collect())
        .render_with_names(&visit)
        .await
}

/// The head of the page, with what can be done.
fn steps(visit: &Visit, whole: &Whole) -> File {
    let alert = &whole.alert;
    let here = format!("/console/alerts/{}", alert.number);
    let may = |step: AlertStep| visit.may(P::AlertHandle) && alert.state.after(step).is_ok();
    let mut file = File::new(visit, title_of(visit, alert))
        .state(visit.one_of(alert.state.chinese(), alert.state.english()))
        .over(!alert.state.is_open());
    for (step, label, word) in [
        (AlertStep::Decided, two("判定", "Decide"), "decide"),
        (AlertStep::Assigned, two("指派", "Assign"), "assign"),
        (AlertStep::Merged, two("并入其他预警", "Merge"), "merge"),
        (AlertStep::Reopened, two("重新处理", "Reopen"), "reopen"),
        (AlertStep::Noted, two("备注", "Note"), "note"),
    ] {
        file = file.step(may(step), label, format!("{here}/{word}"));
    }
    file.step(
        alert.case.is_none() && visit.may(P::CaseHandle),
        two("立案", "Open a case"),
        format!("/console/cases/new?alert={}", alert.number),
    )
    .link(
        true,
        two("同一标志批的预警", "Alerts of the batch"),
        format!("/console/alerts?batch={}", alert.batch),
    )
}

fn facts(visit: &Visit, names: &Names, alert: &Alert, known: &Story, file: File) -> File {
    let in_words =
        |said: &crate::domain::said::Said| visit.language.choose(&said.zh, &said.en).to_owned();
    let decision = alert.decision.as_ref().map(|decision| {
        let verdict = decision.verdict();
        let verdict = visit.one_of(verdict.chinese(), verdict.english());
        noted(visit.language, verdict, &in_words(&decision.said()))
    });
    let of = |seen: &Seen| in_words(&strength(seen.posterior, seen.e_value));
    let raised = known.when_raised(alert).map(of);
    let now = known.now().map(of);
    let strongest = known.strongest();
    let strongest = strongest.map(|(posterior, e_value)| strength(posterior, e_value));
    let strongest = in_words(&strongest.unwrap_or_else(|| alert.strength()));
    let mut file = file.facts(
        None,
        vec![
            (two("判定", "Decision"), decision),
            (
                two("可能的情况", "What may be the matter"),
                Some(in_words(&alert.matter())),
            ),
            (two("最高强度", "Strength at its highest"), Some(strongest)),
            (two("目前强度", "Strength now"), now),
            (two("发出时强度", "Strength when raised"), raised),
            (two("产生", "Raised"), Some(minute(alert.raised_at))),
            (
                two("引发的查询", "Raised by query"),
                alert.query.map(|query| match visit.one_of("zh", "en") {
                    "zh" => format!("第 {} 次", thousands(query)),
                    _ => thousands(query),
                }),
            ),
            (
                two("参数版本", "Version of the parameters"),
                Some(alert.parameters.to_string()),
            ),
            (
                two("办理人", "Handled by"),
                alert.assignee.as_ref().map(ToString::to_string),
            ),
        ],
    );
    if let Some(mark) = alert.mark() {
        let serial = serial_of(visit, mark);
        let address = format!("/console/marks/{serial}");
        file = file.linked(
            two("标志", "Mark"),
            Some(serial),
            visit.may(P::MarkRead),
            address,
        );
    }
    file = file.linked(
        two("标志批", "Batch"),
        Some(alert.batch.to_string()),
        visit.may(P::BatchRead),
        format!("/console/batches/{}", alert.batch),
    );
    if let Some(licensee) = alert.licensee {
        file = file.linked(
            two("合法使用人", "Licensee"),
            Some(names.licensee(licensee)),
            visit.may(P::LicenseeRead),
            format!("/console/licensees/{licensee}"),
        );
    }
    if let Some(into) = alert.merged_into {
        let address = format!("/console/alerts/{into}");
        let name = two("已并入预警", "Merged into alert");
        file = file.linked(name, Some(into.to_string()), true, address);
    }
    if let Some(case) = alert.case {
        let address = format!("/console/cases/{case}");
        let name = two("案件", "Case");
        file = file.linked(
            name,
            Some(case.to_string()),
            visit.may(P::CaseRead),
            address,
        );
    }
    file
}

/// What else may have to do with it.
fn others(visit: &Visit, names: &Names, related: &Related, mut file: File) -> File {
    for container in &related.containers {
        let number = container.number;
        let label = container.filled.label.as_ref();
        let name = label.map_or_else(|| number.to_string(), ToString::to_string);
        let address = format!("/console/containers/{number}");
        let may = visit.may(P::ContainerRead);
        file = file.linked(
            two("所在卷、箱", "Its roll or box"),
            Some(name),
            may,
            address,
        );
    }
    for (heading, alerts) in [
        (
            two("同一卷、箱的预警", "Of the same roll or box"),
            &related.container,
        ),
        (two("同一批的其他预警", "Of the same batch"), &related.batch),
        (
            two("同一使用人其他批的预警", "Of the licensee's other batches"),
            &related.licensee,
        ),
        (
            two("同一省份的其他预警", "Asked about from the same province"),
            &related.place,
        ),
    ] {
        let rows = alerts.iter().map(|one| row(visit, names, one));
        file = file.table(heading, &HEADS, rows.collect());
    }
    file
}

fn happened(visit: &Visit, step: &Step) -> Happened {
    let mut details: Vec<String> = Vec::new();
    if let Some(assignee) = &step.assignee {
        details.push(format!("{} {assignee}", visit.one_of("办理人", "to")));
    }
    if let Some(decision) = &step.decision {
        let (verdict, said) = (decision.verdict(), decision.said());
        details.push(
            visit
                .one_of(verdict.chinese(), verdict.english())
                .to_owned(),
        );
        details.push(visit.language.choose(&said.zh, &said.en).to_owned());
    }
    if let Some(other) = step.other {
        let what = match step.step {
            AlertStep::Gathered => visit.one_of("案件", "case"),
            _ => visit.one_of("预警", "alert"),
        };
        details.push(format!("{what} {other}"));
    }
    if let Some(told) = &step.told {
        details.extend(told.as_str().lines().map(str::to_owned));
    }
    Happened {
        at: step.at,
        what: visit
            .one_of(step.step.chinese(), step.step.english())
            .to_owned(),
        by: Some(step.by.to_string()),
        entry: None,
        details,
    }
}
