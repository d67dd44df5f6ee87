//! Taking a register in from a table: what would become of each row is told first, then it is taken.

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::licensee::LicenseeNumber;
use crate::domain::said::said;
use crate::http::console::file::File;
use crate::http::console::form::{Form, Kind};
use crate::http::console::guard::Visit;
use crate::http::console::read::{Errors, Reader};
use crate::http::console::submit::or_refuse;
use crate::http::console::typed::Typed;
use crate::http::console::words::{Two, two};
use crate::service::register::{self, Import, RowOutcome, Taking};
use crate::service::system;

/// Rows that are told one by one; of more only how many.
const MOST_ROWS: usize = 500;

/// What is to be done with the file after it was tried.
const TAKE: &str = "take";
const TAKE_GOOD: &str = "take-good";

fn form(visit: &Visit) -> Form {
    Form::new(visit,
        two("导入名册", "Import a register"),
        two("试读", "Try it"),
    )
    .text(visit.say(two(
        "CSV 文件（UTF-8 或 GB18030），表头与导出的名册一致。新的统一社会信用代码建档，已有的变更档案；不改变状态。",
        "A CSV file (UTF-8 or GB18030) with the titles of the exported register. Unknown codes are entered, known ones \
         get a new version of their file; no state is changed.",
    )))
    .text(visit.say(two(
        "先试读：逐行列出结果和问题，不写入；确认后再导入。",
        "It is tried first: every row is told with all that is wrong, and nothing is written. Then you take it.",
    )))
    .field("file", two("文件", "File"), Kind::File)
}

/// `GET /console/licensees/import`
pub async fn import_page(visit: Visit) -> Response {
    form(&visit).render(&visit, None)
}

/// `POST /console/licensees/import`
pub async fn import(visit: Visit, typed: Typed) -> Response {
    let form = form(&visit).filled(&typed);
    if typed.is_resumed() {
        return form.render(&visit, Some(&typed));
    }
    // The file as the page of the try carried it on, or as it was chosen.
    let kept = URL_SAFE_NO_PAD.decode(typed.get("kept")).ok();
    let kept = kept.filter(|content| !content.is_empty());
    let mut reader = Reader::new(&typed, visit.language);
    let file = match kept {
        Some(content) => Some(content),
        None => reader.file("file").map(|file| file.content.clone()),
    };
    let errors = reader.finish();
    let Some(file) = file else {
        return form.wrong(errors).render(&visit, Some(&typed));
    };
    let way = typed.get("way");
    let taking = Taking {
        dry_run: ![TAKE, TAKE_GOOD].contains(&way),
        skip_bad: way == TAKE_GOOD,
    };
    let call = visit.call(typed.get("request"));
    match register::import(&visit.app.store, &call, &file, taking).await {
        Ok(import) => told(&visit, &import, &file),
        Err(error) => {
            let errors = or_refuse!(visit, Errors::of_service(error, visit.language));
            form.wrong(errors.at("file")).render(&visit, Some(&typed))
        }
    }
}

/// The buttons that take a file that was tried.
fn with_buttons(page: File, import: &Import, file: &[u8]) -> File {
    let changes = |(_, outcome): &&(u64, RowOutcome)| {
        matches!(outcome, RowOutcome::Entered(_) | RowOutcome::Changed(_))
    };
    let changes = import.rows.iter().filter(changes).count();
    if import.is_written || changes == 0 {
        return page;
    }
    let (way, label) = match import.bad() {
        0 => (TAKE, two("导入", "Take it")),
        _ => (
            TAKE_GOOD,
            two("只导入没有问题的行", "Take the good rows alone"),
        ),
    };
    let fields = [
        ("request", system::unique_id()),
        ("way", way.to_owned()),
        ("kept", URL_SAFE_NO_PAD.encode(file)),
    ];
    page.button(label, "/console/licensees/import", fields.to_vec())
}

/// What became of the file, row by row; the bad ones first.
fn told(visit: &Visit, import: &Import, file: &[u8]) -> Response {
    let count = |is: fn(&RowOutcome) -> bool| {
        import
            .rows
            .iter()
            .filter(|(_, outcome)| is(outcome))
            .count()
    };
    let entered = count(|outcome| matches!(outcome, RowOutcome::Entered(_)));
    let changed = count(|outcome| matches!(outcome, RowOutcome::Changed(_)));
    let unchanged = count(|outcome| matches!(outcome, RowOutcome::Unchanged(_)));
    let bad = import.bad();
    let verdict = match (import.is_written, bad) {
        (true, _) => two("已导入。", "It is taken."),
        (false, 0) => two(
            "没有问题。尚未写入。",
            "Nothing is wrong. Nothing is written yet.",
        ),
        (false, _) => two(
            "有误，没有写入。请改正后重新上传，或只导入没有问题的行。",
            "There are bad rows, and nothing is written. Mend them and send it again, or take the good ones alone.",
        ),
    };
    let counts = visit.in_words(said!(
        "{} rows ({}): {entered} entered, {changed} changed, {unchanged} unchanged, {bad} bad.",
        "共 {} 行（{}）：建档 {entered}，变更 {changed}，无变化 {unchanged}，有误 {bad}。",
        import.rows.len(),
        import.encoding
    ));
    let (mut bad, mut good) = (Vec::new(), Vec::new());
    for (line, outcome) in &import.rows {
        match outcome {
            RowOutcome::Bad(problems) => bad.push((
                None,
                vec![
                    line.to_string(),
                    problems
                        .iter()
                        .map(|problem| visit.one_of(&problem.zh, &problem.en))
                        .collect::<Vec<_>>()
                        .join(visit.one_of("；", "; ")),
                ],
            )),
            RowOutcome::Entered(number) => {
                // In a try the number is not given yet.
                let number = import.is_written.then_some(*number);
                good.push(row(visit, *line, two("建档", "entered"), number));
            }
            RowOutcome::Changed(number) => {
                good.push(row(visit, *line, two("变更", "changed"), Some(*number)));
            }
            RowOutcome::Unchanged(_) => {}
        }
    }
    let mut texts = vec![visit.say(verdict).to_owned(), counts];
    if bad.len().max(good.len()) > MOST_ROWS {
        texts.push(visit.in_words(said!(
            "The first {MOST_ROWS} rows of each kind are told.",
            "每类只列出前 {MOST_ROWS} 行。"
        )));
    }
    bad.truncate(MOST_ROWS);
    good.truncate(MOST_ROWS);
    let line = two("行号", "Line");
    let page = File::new(visit, two("导入名册", "Import a register"));
    with_buttons(page, import, file)
        .step(
            true,
            two("重新上传", "Send a file again"),
            "/console/licensees/import".to_owned(),
        )
        .step(
            true,
            two("合法使用人名册", "The register"),
            "/console/licensees".to_owned(),
        )
        .text(None, texts)
        .table(
            two("有误的行", "Bad rows"),
            &[line, two("问题", "What is wrong")],
            bad,
        )
        .table(
            two("建档和变更", "Entered and changed"),
            &[
                line,
                two("结果", "What became of it"),
                two("编号", "Number"),
            ],
            good,
        )
        .render(visit)
}

fn row(
    visit: &Visit,
    line: u64,
    what: Two,
    number: Option<LicenseeNumber>,
) -> (Option<String>, Vec<String>) {
    let number = number.map(|number| number.to_string());
    let address = number
        .as_ref()
        .map(|number| format!("/console/licensees/{number}"));
    (
        address,
        vec![
            line.to_string(),
            visit.say(what).to_owned(),
            number.unwrap_or_default(),
        ],
    )
}
