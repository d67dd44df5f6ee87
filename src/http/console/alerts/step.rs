//! The steps that the office takes with an alert.

use axum::extract::Path;
use axum::response::Response;

use super::{find, title_of};
use crate::domain::alert::{Alert, AlertNumber, AlertStep, Cause, Decision, Verdict};
use crate::domain::said::said;
use crate::domain::text::Line;
use crate::domain::tip::Told;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, noted, two};
use crate::service::alerts::{self, Act};
use crate::service::{ServiceError, system};
use crate::store::alert::Filter;

/// The address of each step.
pub const STEPS: [(&str, AlertStep); 5] = [
    ("/console/alerts/{alert}/assign", AlertStep::Assigned),
    ("/console/alerts/{alert}/note", AlertStep::Noted),
    ("/console/alerts/{alert}/merge", AlertStep::Merged),
    ("/console/alerts/{alert}/decide", AlertStep::Decided),
    ("/console/alerts/{alert}/reopen", AlertStep::Reopened),
];

/// Title and button of a step, and whether something must be written.
const fn words(step: AlertStep) -> (Two, Two, bool) {
    match step {
        AlertStep::Assigned => (
            two("指派预警", "Assign an alert"),
            two("指派", "Assign"),
            false,
        ),
        AlertStep::Merged => (
            two("并入其他预警", "Merge an alert into another"),
            two("并入", "Merge"),
            false,
        ),
        AlertStep::Decided => (
            two("判定预警", "Decide an alert"),
            two("判定", "Decide"),
            false,
        ),
        AlertStep::Reopened => (
            two("重新处理预警", "Look at an alert anew"),
            two("重新处理", "Reopen"),
            true,
        ),
        AlertStep::Noted | AlertStep::Gathered => (
            two("预警备注", "Note on an alert"),
            two("保存", "Save"),
            true,
        ),
    }
}

/// Other alerts of a batch that are offered.
const MOST_OFFERED: u32 = 100;

/// The causes of a verdict.
fn causes(visit: &Visit, verdict: Verdict) -> Kind {
    let own = Cause::ALL.iter().copied();
    let own = own.filter(|cause| cause.verdict() == verdict);
    Kind::checks(visit, own, Cause::slug, [Cause::chinese, Cause::english])
}

async fn form(visit: &Visit, alert: &Alert, step: AlertStep) -> Result<Form, ServiceError> {
    let (title, button, needs_text) = words(step);
    let mut form = Form::new(visit, title, button).text(title_of(visit, alert));
    match step {
        AlertStep::Assigned => {
            let own = visit.signed_in().principal.user.login.to_string();
            let people = alerts::handlers(&visit.app.store).await?;
            let people = people.iter().map(|one| {
                let login = one.login.to_string();
                (
                    login.clone(),
                    noted(visit.language, one.name.as_str(), &login),
                )
            });
            let people = Kind::Choice(people.collect());
            form = form
                .field("assignee", two("办理人", "To whom"), people)
                .value("assignee", own);
        }
        AlertStep::Merged => {
            form = form
                .field(
                    "into",
                    two("并入预警（编号）", "Into alert (number)"),
                    Kind::Offered(others(visit, alert).await?),
                )
                .hint(two(
                    "以后与该预警一并判定",
                    "From then on it is decided with that one",
                ));
        }
        AlertStep::Decided => {
            form = form.text(visit.say(two(
                "选择原因，判定随原因而定；可选多项，但应属于同一种判定。",
                "Choose the causes: the decision follows. Several may be chosen, all of one decision.",
            )));
            form = form.text(visit.say(two(
                "判定不停用标志：确认复制的，请在案件中冻结或撤销这枚标志。",
                "A decision withdraws nothing: freeze or revoke the mark of a confirmed copy in a case.",
            )));
            for verdict in Verdict::ALL {
                let label = Two::of(verdict.chinese(), verdict.english());
                form = form.field(verdict.slug(), label, causes(visit, *verdict));
            }
        }
        AlertStep::Reopened | AlertStep::Noted | AlertStep::Gathered => {}
    }
    let label = match step {
        AlertStep::Reopened => two("理由", "Why"),
        _ => two("说明", "Note"),
    };
    let form = match needs_text {
        true => form.field("told", label, Kind::Lines),
        false => form.optional("told", label, Kind::Lines),
    };
    Ok(match step {
        AlertStep::Decided => form.grave(),
        _ => form,
    })
}

/// The numbers of what is open about the same batch.
async fn others(visit: &Visit, alert: &Alert) -> Result<Vec<String>, ServiceError> {
    let filter = Filter {
        batch: Some(alert.batch),
        without: Some(alert.number),
        ..Filter::default()
    };
    let (store, now) = (&visit.app.store, system::now());
    let found = alerts::list(store, visit.scope(), &filter, None, MOST_OFFERED, now).await?;
    let open = found.iter().filter(|one| one.state.is_open());
    Ok(open.map(|one| one.number.to_string()).collect())
}

/// `GET /console/alerts/{alert}/assign`, and so on
pub async fn step_page(visit: Visit, Path(number): Path<u32>, step: AlertStep) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    // An old page leads nowhere.
    or_refuse!(
        visit,
        whole.alert.state.after(step).map_err(ServiceError::from)
    );
    or_refuse!(visit, form(&visit, &whole.alert, step).await).render(&visit, None)
}

/// What was typed.
fn read(visit: &Visit, typed: &Typed, step: AlertStep) -> Result<Act, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let (.., needs_text) = words(step);
    let told = match typed.get("told") {
        "" if !needs_text => None,
        _ => reader.read("told", Told::new),
    };
    let act = match step {
        AlertStep::Assigned => reader
            .read("assignee", |text| Line::new("assignee", text))
            .map(|assignee| Act::Assign(assignee, told)),
        AlertStep::Merged => reader
            .wanted("into", Wanted::Number, |text| whole(text).map(AlertNumber))
            .map(|into| Act::Merge(into, told)),
        AlertStep::Decided => {
            decision(&mut reader, typed).map(|decision| Act::Decide(decision, told))
        }
        AlertStep::Reopened => told.map(Act::Reopen),
        AlertStep::Noted | AlertStep::Gathered => told.map(Act::Note),
    };
    let errors = reader.finish();
    match act {
        Some(act) if errors.is_empty() => Ok(act),
        _ => Err(errors),
    }
}

/// The decision that the chosen causes belong to.
fn decision(reader: &mut Reader<'_>, typed: &Typed) -> Option<Decision> {
    let all = Verdict::ALL
        .iter()
        .flat_map(|verdict| typed.all(verdict.slug()));
    let causes: Option<Vec<Cause>> = all.map(Cause::from_slug).collect();
    let chosen = causes.filter(|causes| !causes.is_empty());
    let Some(causes) = chosen else {
        reader.of_the_whole(&said!(
            "choose at least one cause: the decision follows from it",
            "请至少选择一项原因，判定随原因而定"
        ));
        return None;
    };
    let verdict = causes[0].verdict();
    if causes.iter().any(|cause| cause.verdict() != verdict) {
        reader.of_the_whole(&said!(
            "the chosen causes belong to several decisions: leave those of one",
            "所选原因属于不同的判定，请只保留其中一种"
        ));
        return None;
    }
    match Decision::new(verdict, causes) {
        Ok(decision) => Some(decision),
        Err(refusal) => {
            reader.refused(verdict.slug(), &refusal);
            None
        }
    }
}

/// `POST /console/alerts/{alert}/assign`, and so on
pub async fn step(
    visit: Visit,
    Path(number): Path<u32>,
    typed: Typed,
    step: AlertStep,
) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let form = or_refuse!(visit, form(&visit, &whole.alert, step).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let act = match read(&visit, &typed, step) {
        Ok(act) => act,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let call = visit.call(typed.get("request"));
    let done = alerts::act(&visit.app.store, &call, AlertNumber(number), act).await;
    let to = done.map(|_| format!("/console/alerts/{number}"));
    answer(&visit, &typed, form, to)
}
