//! Filing the report of an inspection. A failed one recalls the lot, and the clerk is told so before.

use axum::extract::Path;
use axum::response::Response;

use super::title_of;
use crate::domain::document::{AddedDocument, Purpose};
use crate::domain::lot::{Lot, LotNumber, TestReport, TestResult};
use crate::domain::said::said;
use crate::domain::wanted::Wanted;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::page::thousands;
use crate::http::console::read::{Errors, Reader, whole};
use crate::http::console::seen;
use crate::http::console::submit::{answer, or_refuse};
use crate::http::console::typed::Typed;
use crate::http::console::words::{noted, two};
use crate::service::{ServiceError, documents, lots};

/// Documents that are offered.
const MOST: u32 = 100;

/// The lot, and the reports in its licensee's file that may be its: those of this lot, and those of none.
async fn found(visit: &Visit, number: u32) -> Result<(Lot, Vec<AddedDocument>), ServiceError> {
    let lot = seen::lot(visit, LotNumber(number)).await?;
    let files = documents::list(
        &visit.app.store,
        visit.scope(),
        lot.entered.licensee,
        None,
        MOST,
    )
    .await?;
    let fits = |added: &AddedDocument| {
        let document = &added.document;
        document.purpose == Purpose::Report && document.lot.is_none_or(|of| of == lot.number)
    };
    let files = files.into_iter().filter(fits).collect();
    Ok((lot, files))
}

fn form(visit: &Visit, lot: &Lot, files: &[AddedDocument]) -> Form {
    let offered = files.iter().map(|added| {
        let document = &added.document;
        let version = format!("v{}", document.version);
        let text = noted(visit.language, document.title.as_str(), &version);
        (document.number.to_string(), text)
    });
    Form::new(
        visit,
        two("登记检验报告", "File a report"),
        two("登记", "File it"),
    )
    .text(title_of(visit, lot))
    .field("laboratory", two("检验机构", "Laboratory"), Kind::Line)
    .field(
        "number",
        two("报告编号", "Number of the report"),
        Kind::Line,
    )
    .field("date", two("报告日期", "Day of the report"), Kind::Day)
    .field(
        "result",
        two("检验结果", "Result"),
        Kind::choice(
            visit,
            TestResult::ALL.iter().copied(),
            TestResult::slug,
            [TestResult::chinese, TestResult::english],
        ),
    )
    .optional(
        "file",
        two("报告文件", "The report's file"),
        Kind::Choice(offered.collect()),
    )
    .hint(two(
        "先在档案文件中上传，用途选“检验报告”",
        "Add it to the documents first, as a report",
    ))
}

/// `GET /console/lots/{lot}/report`
pub async fn report_page(visit: Visit, Path(number): Path<u32>) -> Response {
    let (lot, files) = or_refuse!(visit, found(&visit, number).await);
    form(&visit, &lot, &files).render(&visit, None)
}

fn read(visit: &Visit, typed: &Typed, files: &[AddedDocument]) -> Result<TestReport, Errors> {
    let mut reader = Reader::new(typed, visit.language);
    let (laboratory, number) = (reader.line("laboratory"), reader.line("number"));
    let date = reader.day("date");
    let result = reader.word("result", TestResult::from_slug);
    let file = reader.wanted_or_none("file", Wanted::Choice, |text| {
        let number: u32 = whole(text)?;
        let chosen = files.iter().find(|one| one.document.number.0 == number)?;
        Some(chosen.document.sha256.clone())
    });
    let errors = reader.finish();
    let report = || {
        Some(TestReport {
            laboratory: laboratory?,
            number: number?,
            date: date?,
            result: result?,
            file: file?,
        })
    };
    report().filter(|_| errors.is_empty()).ok_or(errors)
}

/// `POST /console/lots/{lot}/report`
pub async fn report(visit: Visit, Path(number): Path<u32>, typed: Typed) -> Response {
    let (lot, files) = or_refuse!(visit, found(&visit, number).await);
    let form = form(&visit, &lot, &files).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    let report = match read(&visit, &typed, &files) {
        Ok(report) => report,
        Err(errors) => return form.wrong(errors).render(&visit, Some(&typed)),
    };
    let recalls = report.result == TestResult::Failed && lot.recalled.is_none();
    if recalls && !typed.is_confirmed() {
        return form.confirm(&visit, &typed, summary(&visit, &lot, &report));
    }
    let call = visit.call(typed.get("request"));
    let done = lots::report(&visit.app.store, &call, lot.number, report).await;
    answer(
        &visit,
        &typed,
        form,
        done.map(|_| format!("/console/lots/{number}")),
    )
}

fn summary(visit: &Visit, lot: &Lot, report: &TestReport) -> Vec<String> {
    let marks = thousands(lot.marks);
    let what = visit.in_words(said!(
        "Report {} of {} says that the lot failed: it is recalled at once, with the {marks} marks that are in use \
         for it. Whoever checks one of them is told.",
        "报告 {}（{}）结果为不合格：登记后立即召回这一批次，为其激活的 {marks} 枚标志随即停用，消费者查询时可见。",
        report.number,
        report.laboratory
    ));
    let undo = visit.say(two(
        "如系误登，须由审批人凭文件解除召回。",
        "If it is a mistake, an approver takes the recall back, with a document.",
    ));
    vec![title_of(visit, lot), what, undo.to_owned()]
}
