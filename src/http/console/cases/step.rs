//! The steps of a case.

use axum::extract::Path;
use axum::response::Response;

use super::exhibits::{self, EXHIBITS};
use super::{find, find_for, title_of};
use crate::domain::alert::AlertNumber;
use crate::domain::case::{CaseNumber, CaseResult, CaseStep, Inspection};
use crate::domain::place::Prefecture;
use crate::domain::tip::{TipNumber, Told};
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::party;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::tips::prefectures;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::service::ServiceError;
use crate::service::cases::{self, Act, Notice, Whole, beyond, documents_named};

/// The address of each step.
pub const STEPS: [(&str, CaseStep); 8] = [
    ("/console/cases/{case}/add-alert", CaseStep::AlertAdded),
    ("/console/cases/{case}/add-tip", CaseStep::TipAdded),
    ("/console/cases/{case}/inspect", CaseStep::Inspected),
    (
        "/console/cases/{case}/add-exhibits",
        CaseStep::ExhibitsAdded,
    ),
    ("/console/cases/{case}/inform", CaseStep::Informed),
    ("/console/cases/{case}/note", CaseStep::Noted),
    ("/console/cases/{case}/close", CaseStep::Closed),
    ("/console/cases/{case}/reopen", CaseStep::Reopened),
];

/// Title and button of a step.
const fn words(step: CaseStep) -> (Two, Two) {
    match step {
        CaseStep::AlertAdded => (
            two("预警归入案件", "Put an alert into a case"),
            two("归入", "Add"),
        ),
        CaseStep::TipAdded => (
            two("举报线索归入案件", "Put a tip into a case"),
            two("归入", "Add"),
        ),
        CaseStep::Inspected => (
            two("登记现场检查", "Enter an inspection"),
            two("登记", "Enter"),
        ),
        CaseStep::ExhibitsAdded => (
            two("归入证据材料", "Put exhibits into a case"),
            two("归入", "Add"),
        ),
        CaseStep::Informed => (
            two("告知合法使用人", "Inform a licensee"),
            two("告知", "Inform"),
        ),
        CaseStep::Closed => (two("结案", "Close a case"), two("结案", "Close")),
        CaseStep::Reopened => (
            two("重新办理案件", "Reopen a case"),
            two("重新办理", "Reopen"),
        ),
        _ => (two("案件备注", "Note on a case"), two("保存", "Save")),
    }
}

async fn form(visit: &Visit, whole: &Whole, step: CaseStep) -> Result<Form, ServiceError> {
    let (title, button) = words(step);
    let form = Form::new(visit, title, button).text(title_of(visit, &whole.case));
    Ok(match step {
        CaseStep::AlertAdded => {
            form.field("alert", two("预警（编号）", "Alert (number)"), Kind::Number)
        }
        CaseStep::TipAdded => {
            form.field("tip", two("举报线索（编号）", "Tip (number)"), Kind::Number)
        }
        CaseStep::Inspected => form
            .field("day", two("检查日期", "Day"), Kind::Day)
            .optional("place", two("地区", "Prefecture"), prefectures(visit))
            .field(
                "spot",
                two("地点（市场、店铺、仓库）", "Market, shop or store"),
                Kind::Line,
            )
            .field("told", two("检查情况", "Finding"), Kind::Lines)
            .optional(EXHIBITS, two("照片、笔录", "Photos, records"), Kind::Files)
            .hint(exhibits::KINDS)
            .optional(
                "documents",
                two(
                    "使用人的档案文件（编号）",
                    "Documents of licensees (numbers)",
                ),
                Kind::Line,
            )
            .hint(two(
                "如已归档的检验报告、资质文件；多个用逗号隔开",
                "Such as reports and licences in their files; several with commas between",
            )),
        CaseStep::ExhibitsAdded => form
            .field(EXHIBITS, two("文件", "Files"), Kind::Files)
            .hint(exhibits::KINDS)
            .optional("told", two("说明", "What they are"), Kind::Lines),
        CaseStep::Informed => {
            let label = two("合法使用人", "Licensee");
            let form = party::licensee_field(visit, form, "licensee", label).await?;
            let form = match whole.licensees[..] {
                [only] => form.value("licensee", only.to_string()),
                _ => form,
            };
            form.field("told", two("告知内容", "What it is told"), Kind::Lines)
                .hint(two(
                    "使用人在“本单位预警”中看到；请勿写他人的信息和举报人的信息",
                    "The licensee reads this among its own alerts; write nothing of others or of who sent a tip",
                ))
        }
        CaseStep::Closed => {
            let names = [
                CaseResult::chinese as fn(CaseResult) -> _,
                CaseResult::english,
            ];
            let all = CaseResult::ALL.iter().copied();
            let is_frozen = whole.steps.iter().any(|one| one.step == CaseStep::Frozen);
            let form = match is_frozen {
                true => form.text(visit.say(two(
                    "案件中冻结的标志，结案后仍然冻结：请先撤销，或解除冻结。",
                    "Marks that were frozen in the case stay frozen: revoke or unfreeze them first.",
                ))),
                false => form,
            };
            form.field(
                "result",
                two("结果", "Result"),
                Kind::choice(visit, all, CaseResult::slug, names),
            )
            .field("told", two("处理情况", "What was done"), Kind::Lines)
            .grave()
        }
        CaseStep::Reopened => form.field("told", two("理由", "Why"), Kind::Lines),
        _ => form.field("told", two("备注", "Note"), Kind::Lines),
    })
}

/// `GET /console/cases/{case}/add-alert`, and so on
pub async fn step_page(visit: Visit, Path(number): Path<u32>, step: CaseStep) -> Response {
    let whole = or_refuse!(visit, find_for(&visit, number, step).await);
    or_refuse!(visit, form(&visit, &whole, step).await).render(&visit, None)
}

/// What was typed.
async fn read(
    visit: &Visit,
    typed: &Typed,
    step: CaseStep,
) -> Result<Result<Act, Errors>, ServiceError> {
    let mut reader = Reader::new(typed, visit.language);
    let act = match step {
        CaseStep::AlertAdded => reader
            .wanted("alert", Wanted::Number, |text| whole(text).map(AlertNumber))
            .map(Act::AddAlert),
        CaseStep::TipAdded => reader
            .wanted("tip", Wanted::Number, |text| whole(text).map(TipNumber))
            .map(Act::AddTip),
        CaseStep::Inspected => inspection(&mut reader).map(Act::Inspect),
        CaseStep::ExhibitsAdded => exhibits::read(&mut reader),
        CaseStep::Informed => {
            let licensee = party::read_licensee(visit, typed, &mut reader, "licensee").await?;
            let told = reader.read("told", Told::new);
            licensee.zip(told).map(|(licensee, told)| {
                Act::Inform(Notice {
                    licensee,
                    told,
                    is_beyond: typed.is_confirmed(),
                })
            })
        }
        CaseStep::Closed => {
            let result = reader.word("result", CaseResult::from_slug);
            let told = reader.read("told", Told::new);
            result
                .zip(told)
                .map(|(result, told)| Act::Close(result, told))
        }
        CaseStep::Reopened => reader.read("told", Told::new).map(Act::Reopen),
        _ => reader.read("told", Told::new).map(Act::Note),
    };
    let errors = reader.finish();
    Ok(match act {
        Some(act) if errors.is_empty() => Ok(act),
        _ => Err(errors),
    })
}

fn inspection(reader: &mut Reader<'_>) -> Option<Inspection> {
    let day = reader.day("day");
    let place = |code: &str| Prefecture::new(code.parse().ok()?);
    let prefecture = reader.wanted_or_none("place", Wanted::Choice, place);
    let spot = reader.line("spot");
    let finding = reader.read("told", Told::new);
    let documents = reader.optional("documents", |text| {
        documents_named(text).map_err(|said| (said.zh, said.en))
    });
    let exhibits = reader.files(EXHIBITS, exhibits::of);
    Some(Inspection {
        day: day?,
        prefecture: prefecture?,
        spot: spot?,
        finding: finding?,
        documents: documents?.unwrap_or_default(),
        exhibits: exhibits?,
    })
}

/// `POST /console/cases/{case}/add-alert`, and so on
pub async fn step(visit: Visit, Path(number): Path<u32>, typed: Typed, step: CaseStep) -> Response {
    let whole = or_refuse!(visit, find(&visit, number).await);
    let form = or_refuse!(visit, form(&visit, &whole, step).await).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let act = match or_refuse!(visit, read(&visit, &typed, step).await) {
        Ok(act) => act,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    if let Act::Inform(notice) = &act
        && !notice.is_beyond
        && beyond::is_other(&whole.licensees, notice.licensee)
    {
        let one = or_refuse!(visit, seen::licensee(&visit, notice.licensee).await);
        let summary = match visit.one_of("zh", "en") {
            "zh" => format!("案件不涉及{}的标志，确定要告知吗？", one.name()),
            _ => format!(
                "The case is about no mark of {}. Inform it all the same?",
                one.name()
            ),
        };
        return form.confirm(&visit, &typed, vec![summary]);
    }
    let call = visit.call(typed.get("request"));
    let done = cases::act(&visit.app.store, &call, CaseNumber(number), act).await;
    let to = done.map(|_| format!("/console/cases/{number}"));
    answer(&visit, &typed, form, to)
}
