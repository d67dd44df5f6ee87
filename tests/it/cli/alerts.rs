//! From an alert to a case that is handed over, at the command line, on the copied mark of the demonstration.

use serde_json::json;

use crate::http::alerts::unpacked;
use crate::support::program::Program;
use crate::support::reader::text_of;

const PLACE: &str = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";

/// A file is put into the first case and taken out as it was; what is no exhibit is refused.
fn exhibits_go_in_and_out(program: &Program) {
    program.write("record.pdf", "%PDF-1.7 what was said");
    program.done(&format!(
        "case add 1 --exhibit record.pdf --text 询问笔录 {PLACE}"
    ));
    program.done(&format!("case exhibit 1 1 --out taken.pdf {PLACE}"));
    assert_eq!(program.read("taken.pdf"), program.read("record.pdf"));
    let again = format!("case exhibit 1 1 --out taken.pdf {PLACE}");
    assert!(program.refused(&again).what.contains("is there already"));
    let missing = program.refused(&format!("case exhibit 1 2 --out two.pdf {PLACE}"));
    assert!(missing.what.contains("no exhibit 2"), "{missing:?}");
    program.write("note.txt", "no picture");
    let wrong = program.refused(&format!("case add 1 --exhibit note.txt {PLACE}"));
    assert!(wrong.what.starts_with("note.txt: "), "{wrong:?}");
}

#[test]
fn an_alert_becomes_a_case_that_is_handed_over() {
    let program = Program::new();
    program.done("demo --no-serve");
    let alerts = program.json(&format!("alert list {PLACE}"));
    let alerts = alerts["alerts"].as_array().unwrap();
    assert_eq!(alerts.len(), 1, "the mark's own, and none of its batch");
    assert_eq!(alerts[0]["kind"], "suspected_copy");

    for (province, count) in [("辽宁", 1), ("Liaoning", 1), ("21", 1), ("西藏", 0)] {
        let found = program.json(&format!("alert list --province {province} {PLACE}"));
        assert_eq!(found["alerts"].as_array().unwrap().len(), count, "{found}");
    }

    // A line for each thing that is said.
    let text = program.done(&format!("alert show 1 {PLACE}"));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "alert 1");
    let evidence = lines.iter().filter(|line| line.starts_with("  evidence: "));
    assert!(evidence.count() >= 5, "{text}");
    assert!(
        text.contains(" km from 成都市 (Chengdu), both by gps"),
        "{text}"
    );
    assert!(lines.contains(&"  Liaoning: 1"), "{text}");
    let last = lines.last().unwrap();
    assert!(
        last.contains("query 6  consumer") && last.ends_with(">99.9%"),
        "{text}"
    );

    program.done(&format!("alert assign 1 --to inspector {PLACE}"));
    // The name of a request stands for one request.
    let note = |text: &str| format!("alert note 1 --text {text} --request note-1 {PLACE}");
    program.done(&note("已核实"));
    program.done(&note("已核实"));
    let other = program.run(&note("另一件事"));
    assert_ne!(other.code, 0);
    let by_another = program.run(&format!("{} --by another", note("已核实")));
    assert_ne!(by_another.code, 0, "a name is one person's");
    assert!(
        other.stderr.contains("did something else"),
        "{}",
        other.stderr
    );
    // The demonstration has begun a case with it; another one cannot have it too.
    let begun = program.done(&format!("case show 1 {PLACE}"));
    assert!(begun.contains("示例批发市场 12 号档"), "{begun}");
    let open = format!("case open --title 疑似翻印 {PLACE}");
    let taken = program.refused(&format!("{open} --alert 1"));
    assert!(taken.what.contains("belongs to case 1"), "{taken:?}");
    assert_eq!(program.json(&open)["number"], 2);
    is_not_withdrawn_by_mistake(&program);
    is_decided_before_it_is_closed(&program);
    let inform = format!("case inform 1 --licensee 2 --text 请核对 {PLACE}");
    let beyond = program.run(&inform);
    assert_ne!(beyond.code, 0);
    assert!(beyond.stderr.contains("--beyond"), "{}", beyond.stderr);
    program.done(&format!("{inform} --beyond"));
    exhibits_go_in_and_out(&program);
    let text = program.done(&format!("case show 1 {PLACE}"));
    assert_eq!(text.lines().next(), Some("case 1"));
    assert!(text.contains("exhibit 1, record.pdf, 22 bytes"), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("  alert 1")),
        "{text}"
    );
    program.done(&format!("case export 1 --out case.zip {PLACE}"));
    let zip = std::fs::read(program.path("case.zip")).unwrap();
    for name in ["summary.pdf", "scans.csv", "ledger.json", "manifest.json"] {
        let found = zip
            .windows(name.len())
            .any(|bytes| bytes == name.as_bytes());
        assert!(found, "{name}");
    }
    let (_, pdf) = unpacked(&zip).swap_remove(0);
    std::fs::write(program.path("summary.pdf"), pdf).unwrap();
    let summary = text_of(&program.path("summary.pdf")).concat();
    let summary: String = summary.split_whitespace().collect();
    for said in [
        "判定为无法查明（未见实物）",
        "新线索",
        "共冻结标志2枚、撤销标志0枚",
    ] {
        assert!(summary.contains(said), "{said} in {summary}");
    }
    let again = program.run(&format!("case export 1 --out case.zip {PLACE}"));
    assert_ne!(again.code, 0, "never over another file");
    assert_eq!(std::fs::read(program.path("case.zip")).unwrap(), zip);

    is_replayed_to_the_same_end(&program);
    // What was decided is what calibration reads, and the page of the mark stays as it was.
    program.done(&format!("alert labels --out labels.csv {PLACE}"));
    assert_eq!(program.read("labels.csv"), "mark,truth\n1-8,copied\n");
    let told = program.json_and_code(&format!("verify {} {PLACE}", copied(&program)), 3);
    assert_eq!(told["verdict"], json!("suspected_copy"));
}

/// A result is not the contrary of what was decided; what was decided before stays told.
fn is_decided_before_it_is_closed(program: &Program) {
    program.done(&format!(
        "alert decide 1 --verdict unclear --cause no_goods {PLACE}"
    ));
    let close = format!("case close 1 --result copies_found --text 已查处 {PLACE}");
    let contrary = program.refused(&close);
    assert!(
        contrary
            .what
            .contains("no alert of the case is decided as a confirmed copy"),
        "{contrary:?}"
    );
    program.done(&format!("alert reopen 1 --text 新线索 {PLACE}"));
    program.done(&format!(
        "alert decide 1 --verdict confirmed_copy --cause label_reprinted {PLACE}"
    ));
}

/// What was recorded of the copied mark.
fn is_replayed_to_the_same_end(program: &Program) {
    program.done(&format!("detect export --out recorded {PLACE}"));
    let scans = program.read("recorded/scans.csv");
    assert_eq!(scans.lines().count(), 7, "{scans}");
    assert!(scans.lines().nth(1).unwrap().contains(",1-8,p"), "{scans}");
    assert_eq!(
        program.read("recorded/labels.csv"),
        "mark,truth\n1-8,copied\n"
    );
    let recorded = "--scans recorded/scans.csv --activations recorded/activations.csv";
    program.done(&format!("detect replay {recorded} --verdicts verdicts.csv"));
    let last = program.read("verdicts.csv");
    let last = last.lines().last().unwrap();
    assert!(
        last.contains(",1-8,6,6,") && last.contains("suspected_copy"),
        "{last}"
    );
    let again = program.run(&format!("detect export --out recorded {PLACE}"));
    assert_ne!(again.code, 0, "never over another folder");
    assert_eq!(
        program.read("recorded/scans.csv"),
        scans,
        "and it is left as it was"
    );
}

/// Marks that the case is not about, and a day of long ago.
fn is_not_withdrawn_by_mistake(program: &Program) {
    let [first, last] = [11, 12].map(|line| serial(program, line));
    program.write("others.txt", &format!("{first}..{last}\n"));
    let freeze = format!("case withdraw 1 --kind frozen --reason 同批 --file others.txt {PLACE}");
    let refused = program.refused(&freeze);
    assert!(
        refused.what.contains("is about 2 of these marks"),
        "{refused:?}"
    );
    program.done(&format!("{freeze} --beyond"));
    let inspect = format!("case inspect 1 --day 1900-01-01 --spot x --text y {PLACE}");
    let refused = program.refused(&inspect);
    assert!(
        refused.what.contains("before there were any marks"),
        "{refused:?}"
    );
}

/// The serial of the copied mark.
fn copied(program: &Program) -> String {
    serial(program, 9)
}

/// The serial in a line of the demonstration's labels.
fn serial(program: &Program, line: usize) -> String {
    let labels = program.read("yuanmark-demo/pack/labels.csv");
    let head: Vec<&str> = labels.lines().next().unwrap().split(',').collect();
    let place = head.iter().position(|name| *name == "serial").unwrap();
    let line = labels.lines().nth(line).unwrap();
    line.split(',').nth(place).unwrap().to_owned()
}
