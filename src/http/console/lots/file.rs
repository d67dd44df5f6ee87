//! The file of a lot.

use axum::extract::Path;
use axum::response::Response;

use super::{state_in, title_of};
use crate::domain::access::Permission as P;
use crate::domain::lot::{Lot, LotNumber, TestReport};
use crate::http::console::file::File;
use crate::http::console::guard::Visit;
use crate::http::console::page::{minute, thousands};
use crate::http::console::seen;
use crate::http::console::submit::or_refuse;
use crate::http::console::words::{noted, two};
use crate::service::{documents, ledger, licensees};
use crate::store::ledger as entries;

/// Documents and entries that are told.
const MOST: u32 = 100;

/// `GET /console/lots/{lot}`
pub async fn file(visit: Visit, Path(number): Path<u32>) -> Response {
    let found = async {
        let lot = seen::lot(&visit, LotNumber(number)).await?;
        let licensee =
            licensees::get(&visit.app.store, visit.scope(), lot.entered.licensee).await?;
        let files =
            documents::list(&visit.app.store, visit.scope(), licensee.number, None, MOST).await?;
        let about = entries::Filter {
            lot: Some(lot.number),
            ..Default::default()
        };
        let history = ledger::list(&visit.app.store, visit.scope(), &about, None, MOST).await?;
        Ok((lot, licensee, files, history))
    };
    let (lot, licensee, files, history) = or_refuse!(visit, found.await);
    let here = format!("/console/lots/{number}");
    let own = |document: &&crate::domain::document::AddedDocument| {
        let is_report =
            |report: &TestReport| report.file.as_ref() == Some(&document.document.sha256);
        document.document.lot == Some(lot.number) || lot.reports.iter().any(is_report)
    };
    let rows = files.iter().filter(own).map(|added| {
        let document = &added.document;
        (
            Some(format!("/console/documents/{}", document.number)),
            vec![
                document.title.to_string(),
                visit
                    .one_of(document.purpose.chinese(), document.purpose.english())
                    .to_owned(),
                document.version.to_string(),
                minute(added.at),
            ],
        )
    });
    File::new(&visit, title_of(&visit, &lot))
        .state(state_in(&visit, &lot))
        .step(
            visit.may(P::LotReport),
            two("登记检验报告", "File a report"),
            format!("{here}/report"),
        )
        .step(
            lot.recalled.is_none() && visit.may(P::LotRecall),
            two("召回", "Recall"),
            format!("{here}/recall"),
        )
        .step(
            lot.recalled.is_some() && visit.may(P::LotRecall),
            two("解除召回", "Take the recall back"),
            format!("{here}/restore"),
        )
        .step(
            visit.may(P::DocumentAdd),
            two("上传文件", "Add a document"),
            format!(
                "/console/licensees/{}/documents/new?lot={number}",
                licensee.number
            ),
        )
        .step(
            visit.may(P::LicenseeRead),
            two("查看使用人", "The licensee"),
            format!("/console/licensees/{}", licensee.number),
        )
        .text(None, waits_for_report(&visit, &lot))
        .facts(None, facts(&visit, &lot, licensee.name().as_str()))
        .table(
            two("检验报告", "Reports"),
            &[
                two("报告编号", "Number"),
                two("检验机构", "Laboratory"),
                two("日期", "Day"),
                two("结果", "Result"),
            ],
            lot.reports
                .iter()
                .map(|report| report_row(&visit, report))
                .collect(),
        )
        .table(
            two("档案文件", "Documents"),
            &[
                two("标题", "Title"),
                two("用途", "For"),
                two("版本", "Version"),
                two("归档时间", "Added"),
            ],
            rows.collect(),
        )
        .history(&history)
        .render_with_names(&visit)
        .await
}

/// Who enters the report that is still missing, for those who cannot.
fn waits_for_report(visit: &Visit, lot: &Lot) -> Vec<String> {
    let says = lot.reports.is_empty() && !visit.may(P::LotReport);
    let text = two(
        "尚无检验报告。检验报告由登记员登记，登记合格后才能激活标志；请把报告上传为文件。",
        "There is no report yet. The registrar enters it, and marks can be activated once it says passed; add the report as a \
         document.",
    );
    says.then(|| visit.say(text).to_owned())
        .into_iter()
        .collect()
}

fn report_row(visit: &Visit, report: &TestReport) -> (Option<String>, Vec<String>) {
    let result = visit.one_of(report.result.chinese(), report.result.english());
    (
        None,
        vec![
            report.number.to_string(),
            report.laboratory.to_string(),
            report.date.to_string(),
            result.to_owned(),
        ],
    )
}

fn facts(
    visit: &Visit,
    lot: &Lot,
    name: &str,
) -> Vec<(crate::http::console::words::Two, Option<String>)> {
    let (new, public) = (&lot.entered, &lot.entered.public);
    let steps: Vec<String> = new.steps.iter().map(ToString::to_string).collect();
    vec![
        (
            two("合法使用人", "Licensee"),
            Some(noted(visit.language, name, &new.licensee.to_string())),
        ),
        (
            two("企业批号", "The firm's own code"),
            Some(public.code.to_string()),
        ),
        (two("产品", "Product"), Some(public.product.to_string())),
        (
            two("产品形态", "Form"),
            Some(
                visit
                    .one_of(public.form.chinese(), public.form.english())
                    .to_owned(),
            ),
        ),
        (two("年度", "Season"), Some(public.season.to_string())),
        (
            two("采收日期", "Harvested"),
            Some(public.harvested.to_string()),
        ),
        (
            two("采收地", "Where"),
            Some(public.township.name().to_owned()),
        ),
        (
            two("执行标准", "Standard"),
            Some(public.standard.to_string()),
        ),
        (
            two("承诺达标合格证", "Certificate of compliance"),
            public.certificate.as_ref().map(ToString::to_string),
        ),
        (two("包数", "Packs"), Some(thousands(new.packs))),
        (
            two("已激活标志", "Marks in use"),
            Some(thousands(lot.marks)),
        ),
        (
            two("加工步骤", "Steps of processing"),
            (!steps.is_empty()).then(|| steps.join(visit.one_of("、", ", "))),
        ),
        (
            two("召回原因", "Recalled because"),
            lot.recalled.as_ref().map(ToString::to_string),
        ),
        (
            two("登记", "Entered"),
            Some(format!("{} {}", minute(lot.at), lot.by)),
        ),
    ]
}
