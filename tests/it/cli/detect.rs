//! `yuanmark detect …`: files as people bring them, good and bad.

use std::fmt::Write;
use std::fs;

use crate::support::program::{Program, Ran};

const TITLES: &str = "time,mark,phone,place,class,network,channel,hidden\n";
/// One code in five cities far apart, by phones of which no two are the same.
const COPIED: &str = "\
2026-04-02T08:00:00+08:00,1-7,p1,430900,gps,n1,consumer,none\n\
2026-04-12T08:00:00+08:00,1-7,p2,110100,gps,n2,consumer,none\n\
2026-04-22T08:00:00+08:00,1-7,p3,440100,gps,n3,consumer,none\n\
2026-05-02T08:00:00+08:00,1-7,p4,230100,gps,n4,consumer,none\n\
2026-05-12T08:00:00+08:00,1-7,p5,650100,gps,n5,consumer,none\n";
/// One pack, one phone.
const HONEST: &str = "\
2026-04-03T09:00:00+08:00,1-8,q1,430100,fixed,n9,consumer,none\n\
2026-04-03T19:00:00+08:00,1-8,q1,430100,fixed,n9,consumer,none\n";

fn with_scans(text: &str) -> Program {
    let program = Program::new();
    program.write("scans.csv", text);
    program
}

const REPLAY: &str = "detect replay --scans scans.csv --verdicts verdicts.csv";

/// The verdicts on these scans, without the title line.
fn verdicts(text: &str) -> Vec<String> {
    let program = with_scans(text);
    program.done(REPLAY);
    lines(&program, "verdicts.csv")
}

fn lines(program: &Program, name: &str) -> Vec<String> {
    program
        .read(name)
        .lines()
        .skip(1)
        .map(str::to_owned)
        .collect()
}

/// A run that told of bad lines and did the rest.
fn told(program: &Program, line: &str) -> Ran {
    let ran = program.run(line);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

#[test]
fn copies_are_found_with_reasons_and_an_honest_pack_is_not() {
    let program = with_scans(&format!("{TITLES}{COPIED}{HONEST}"));
    let told = program.json(&format!("{REPLAY} --batches batches.csv"));
    assert_eq!(
        [
            &told["scans"],
            &told["marks"],
            &told["suspected"],
            &told["bad_lines"]
        ],
        [7, 2, 1, 0]
    );
    let text = program.read("verdicts.csv");
    assert!(
        text.starts_with("time,mark,scans,phones,posterior,e_value,verdict,hypothesis,reasons\n")
    );
    let lines = lines(&program, "verdicts.csv");
    assert_eq!(lines.len(), 7, "one a scan");
    assert!(
        lines.is_sorted(),
        "in the order of time, all being of one zone"
    );
    let last = lines.last().unwrap();
    assert!(
        last.contains(",1-7,5,5,") && last.contains(",suspected_copy,copied,\""),
        "{last}"
    );
    assert!(last.contains(" km from ") && last.contains(": ×"), "{last}");
    for line in lines.iter().filter(|line| line.contains(",1-8,")) {
        assert!(!line.contains("suspected_copy"), "{line}");
        assert!(line.contains(",one_item,"), "{line}");
    }
    let batches = program.read("batches.csv");
    let mut weeks = batches.lines();
    assert_eq!(
        weeks.next(),
        Some("week,batch,codes,scans,evidence,raise,alarm")
    );
    assert!(weeks.next().unwrap().contains("T00:00:00Z,1,"));
    assert!(batches.lines().last().unwrap().contains(",1,2,7,"));
}

#[test]
fn a_file_is_taken_however_it_was_saved() {
    let plain = verdicts(&format!("{TITLES}{COPIED}{HONEST}"));
    // Excel: a byte order mark, CR LF, quotation marks, further columns, columns in another order, empty lines.
    let mut saved = String::from(
        "\u{feff}remark,\"hidden\",channel, network,class,place,phone,mark,time,row\r\n",
    );
    for (number, line) in format!("{COPIED}{HONEST}").lines().enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let [time, mark, phone, place, class, network, channel, hidden] = fields[..] else {
            panic!("{line}")
        };
        let line = format!(
            "注,{hidden},\"{channel}\",{network}, {class} ,{place},\"{phone}\",{mark},{time},{number}\r\n\r\n"
        );
        saved.push_str(&line);
    }
    assert_eq!(verdicts(&saved), plain);
    // And in any order of lines.
    let mut turned: Vec<&str> = saved.lines().skip(1).collect();
    turned.reverse();
    let titles = saved.lines().next().unwrap();
    assert_eq!(verdicts(&format!("{titles}\n{}", turned.join("\n"))), plain);
    // A file that ends without a line end ends there.
    assert_eq!(
        verdicts(format!("{TITLES}{COPIED}{HONEST}").trim_end()),
        plain
    );
}

#[test]
fn the_same_delivery_twice_is_one_scan() {
    let plain = verdicts(&format!("{TITLES}{COPIED}"));
    let twice: String = COPIED
        .lines()
        .flat_map(|line| [line, "\n", line, "\n"])
        .collect();
    let program = with_scans(&format!("{TITLES}{twice}"));
    let told = program.json(REPLAY);
    assert_eq!([&told["scans"], &told["bad_lines"]], [5, 0]);
    let twice = lines(&program, "verdicts.csv");
    assert_eq!(twice.len(), 10, "each line gets its answer");
    let every_other: Vec<String> = twice.into_iter().step_by(2).collect();
    assert_eq!(every_other, plain);
}

#[test]
fn bad_lines_are_told_with_number_and_reason_and_the_run_goes_on() {
    let bad = "\
yesterday,1-7,p1,430900,gps,n1,consumer,none\n\
2026-02-30T08:00:00+08:00,1-7,p1,430900,gps,n1,consumer,none\n\
1999-04-02T08:00:00+08:00,1-7,p1,430900,gps,n1,consumer,none\n\
2999-12-31T23:59:59Z,1-7,p1,430900,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,one,p1,430900,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,4294967296-1,p1,430900,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,1-99999999999999999999,p1,430900,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,-1-7,p1,430900,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,1-7,p1,999999,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,1-7,p1,18446744073709551616,gps,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,1-7,p1,430900,satellite,n1,consumer,none\n\
2026-04-02T08:00:00+08:00,1-7,p1,430900,gps,n1,robot,none\n\
2026-04-02T08:00:00+08:00,1-7,p1,430900,gps,n1,consumer,maybe\n\
2026-04-02T08:00:00+08:00,1-7,p1\n\
2026-04-02T08:00:00+08:00,1-7,p1,430900,gps,n1,consumer,none,more\n";
    let program = with_scans(&format!("{TITLES}{bad}{COPIED}"));
    let ran = told(&program, REPLAY);
    let reasons = [
        "`yesterday` is no time as in RFC 3339",
        "`2026-02-30T08:00:00+08:00` is no time",
        "is before 2020 or after",
        "is before 2020 or after",
        "`one` is no mark: batch-index",
        "`4294967296-1` is no mark",
        "`1-99999999999999999999` is no mark",
        "`-1-7` is no mark",
        "`999999` is no prefecture of the table",
        "`18446744073709551616` is no prefecture",
        "`satellite` is no class",
        "`robot` is no channel",
        "`maybe` is none of none, ok, bad",
        "3 fields where the title line has 8",
        "9 fields where the title line has 8",
    ];
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(said.len(), reasons.len(), "{}", ran.stderr);
    for (number, (said, reason)) in said.iter().zip(reasons).enumerate() {
        assert!(
            said.starts_with(&format!("scans.csv: line {}: ", number + 2)),
            "{said}"
        );
        assert!(said.contains(reason), "{said} | {reason}");
    }
    assert!(
        ran.stdout.contains("15 lines could not be taken"),
        "{}",
        ran.stdout
    );
    assert_eq!(
        lines(&program, "verdicts.csv"),
        verdicts(&format!("{TITLES}{COPIED}"))
    );
}

#[test]
fn of_many_bad_lines_the_first_are_told_and_the_rest_counted() {
    let mut text = format!("{TITLES}{HONEST}");
    for number in 0..1_000 {
        writeln!(text, "{number},1-7,,,,,,").unwrap();
    }
    let program = with_scans(&text);
    let ran = told(&program, REPLAY);
    assert_eq!(ran.stderr.lines().count(), 21, "{}", ran.stderr);
    assert!(
        ran.stderr.ends_with("scans.csv: … and 980 more\n"),
        "{}",
        ran.stderr
    );
    assert!(ran.stdout.contains("2 scans of 1 mark"), "{}", ran.stdout);
}

#[test]
fn a_file_that_is_no_table_of_scans_is_refused_and_writes_nothing() {
    for (text, what) in [
        ("", "the title line has no column `time`"),
        ("mark,phone\n1-1,a\n", "the title line has no column `time`"),
        (
            "time,phone\n2026-04-02T08:00:00Z,a\n",
            "the title line has no column `mark`",
        ),
        (COPIED, "the title line has no column `time`"),
    ] {
        let program = with_scans(text);
        let refusal = program.refused(REPLAY);
        assert!(refusal.what.contains(what), "{refusal:?}");
        assert!(refusal.advice.contains("docs/DETECTION.md"), "{refusal:?}");
        assert!(!program.path("verdicts.csv").exists());
    }
    let program = Program::new();
    fs::write(program.path("scans.csv"), b"time,mark\n\xff\xfe\n").unwrap();
    assert!(program.refused(REPLAY).advice.contains("UTF-8"));
    let program = Program::new();
    assert!(program.refused(REPLAY).what.starts_with("scans.csv: "));
    // Titles alone are a table in which nothing stands.
    let program = with_scans(TITLES);
    assert!(program.done(REPLAY).contains("0 scans of 0 marks"));
    assert_eq!(program.read("verdicts.csv").lines().count(), 1);
}

#[test]
fn only_time_and_mark_must_be_there() {
    let lines = verdicts("mark,time\n3-1,2026-04-02T08:00:00Z\n3-1,2026-04-05T08:00:00.25+09:00\n");
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains(",3-1,2,2,"), "{}", lines[1]);
    assert!(!lines[1].contains("suspected_copy"), "{}", lines[1]);
}

#[test]
fn no_file_is_written_over_another() {
    let program = with_scans(&format!("{TITLES}{COPIED}"));
    program.write("activations.csv", "mark_from,mark_to,time\n");
    for line in [
        "detect replay --scans scans.csv --verdicts scans.csv",
        "detect replay --scans scans.csv --verdicts ./scans.csv",
        "detect replay --scans scans.csv --verdicts v.csv --batches scans.csv",
        "detect replay --scans scans.csv --verdicts v.csv --batches v.csv",
        "detect replay --scans scans.csv --activations activations.csv --verdicts activations.csv",
    ] {
        let refusal = program.refused(line);
        assert!(refusal.what.contains("written over"), "{line}: {refusal:?}");
        assert_eq!(
            program.read("scans.csv"),
            format!("{TITLES}{COPIED}"),
            "{line}"
        );
        assert!(!program.path("v.csv").exists(), "{line}");
    }
    program.write("c.json", "a calibration that is needed");
    for line in [
        "detect replay --scans scans.csv --verdicts c.json",
        "detect replay --scans scans.csv --verdicts v.csv --batches c.json",
        "detect replay --scans scans.csv --calibration c.json --verdicts ./c.json",
    ] {
        let ran = program.run(line);
        assert_eq!(ran.code, 2, "{line}: {ran:?}");
        assert!(!program.path("v.csv").exists(), "{line}");
        assert_eq!(program.read("c.json"), "a calibration that is needed");
    }
    let piped = program.done("detect replay --scans scans.csv --verdicts /dev/stdout");
    assert!(piped.contains("time,mark,scans"), "{piped}");
    // Of which nothing can be read, nothing is written.
    program.write("nothing.csv", &format!("{TITLES}soon,1-8,p1,,,,,\n"));
    let ran = program.run("detect replay --scans nothing.csv --verdicts none.csv");
    assert!(
        ran.code == 2 && ran.stderr.contains("not one of its lines"),
        "{ran:?}"
    );
    assert!(!program.path("none.csv").exists());
    // One that cannot be written is said, and nothing is lost.
    let ran = program.run("detect replay --scans scans.csv --verdicts nix/v.csv");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
    assert!(ran.stderr.contains("nix/v.csv"), "{ran:?}");
}

#[test]
fn a_scan_before_activation_is_told_as_one() {
    let program = with_scans(&format!("{TITLES}{COPIED}{HONEST}"));
    let titles = "\u{feff}time,mark_to,mark_from,remark\r\n";
    let ranges = "2026-04-01T00:00:00+08:00,1-7,1-0,x\r\n2026-04-03T12:00:00+08:00,1-9,1-8,x\r\n";
    let bad = "2026-04-01T00:00:00+08:00,2-7,1-0,x\r\n2026-04-01T00:00:00+08:00,1-0,1-7,x\r\nsoon,1-7,1-0,x\r\n";
    program.write("activations.csv", &format!("{titles}{ranges}{bad}"));
    let line = format!("{REPLAY} --activations activations.csv");
    let ran = told(&program, &line);
    for number in 4..=6 {
        let said = format!("activations.csv: line {number}: `");
        assert!(ran.stderr.contains(&said), "{}", ran.stderr);
    }
    let early = lines(&program, "verdicts.csv");
    let of = |mark: &str| {
        early
            .iter()
            .filter(|line| line.contains(mark))
            .collect::<Vec<_>>()
    };
    assert!(
        of(",1-8,")[0].contains(",not_activated,leaked_before_activation,"),
        "{early:?}"
    );
    assert!(!of(",1-8,")[1].contains(",not_activated,"), "{early:?}");
    assert!(
        of(",1-7,")
            .iter()
            .all(|line| !line.contains("not_activated")),
        "{early:?}"
    );
    program.write("activations.csv", "mark_from,time\n");
    let line = line.replace("verdicts.csv", "others.csv");
    assert!(program.refused(&line).what.contains("no column `mark_to`"));
}

#[test]
fn wrong_flags_are_refused() {
    let program = with_scans(&format!("{TITLES}{HONEST}"));
    program.write("labels.csv", "mark,truth\n1-8,honest\n");
    for (line, what) in [
        ("detect replay --scans scans.csv", "--verdicts <FILE>"),
        ("detect replay --verdicts v.csv", "--scans <FILE>"),
        ("detect simulate", "--out <FOLDER>"),
        (
            "detect simulate --out w --batches 0",
            "0 is not in 1..=10000",
        ),
        ("detect simulate --out w --seed -1", "-1"),
        (
            "detect simulate --out w --seed 18446744073709551616",
            "18446744073709551616",
        ),
        ("detect evaluate --seeds 0", "0 is not in 1..=100"),
        ("detect evaluate --honest 99999999999", "99999999999"),
        ("detect calibrate --scans scans.csv", "--labels <FILE>"),
        (
            "detect calibrate --scans scans.csv --labels labels.csv --false-alarms much",
            "much",
        ),
    ] {
        let ran = program.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}: {ran:?}");
        assert!(ran.stderr.contains(what), "{line}: {}", ran.stderr);
    }
    for share in ["0.02", "-0.1", "NaN", "inf"] {
        let line = format!(
            "detect calibrate --scans scans.csv --labels labels.csv --false-alarms={share}"
        );
        assert!(
            program
                .refused(&line)
                .what
                .contains("is no share of false alarms"),
            "{share}"
        );
    }
    let refusal = program.refused("detect simulate --out w --world flat");
    assert!(refusal.what.contains("no world \"flat\""), "{refusal:?}");
    for world in ["reference", "gifts tripled", "heavy tails"] {
        assert!(refusal.advice.contains(world), "{refusal:?}");
    }
    assert!(!program.path("w").exists());
}

#[test]
fn a_world_from_a_seed_goes_through_replay_and_calibration() {
    let program = Program::installed();
    let made = program.json("detect simulate --seed 9 --batches 6 --out world");
    program.done("detect simulate --seed 9 --batches 6 --out again");
    let over = program.refused("detect simulate --seed 8 --batches 6 --out again");
    assert!(over.what.contains("again is there already"), "{over:?}");
    program.done("detect simulate --seed 9 --batches 6 --world 'heavy tails' --out other");
    assert!(program.read("world/scans.csv") == program.read("again/scans.csv"));
    assert!(program.read("world/scans.csv") != program.read("other/scans.csv"));
    let scans = program.read("world/scans.csv").lines().count() - 1;
    assert_eq!(made["scans"], scans);
    assert_eq!(
        made["marks"],
        program.read("world/labels.csv").lines().count() - 1
    );
    let line = "detect replay --scans world/scans.csv --activations world/activations.csv --verdicts v.csv";
    let told = program.json(&format!("{line} --batches b.csv"));
    assert_eq!([&told["scans"], &told["bad_lines"]], [scans, 0]);
    assert_eq!(program.read("v.csv").lines().count(), scans + 1);
    assert!(!program.read("v.csv").contains("NaN"));
    // One line a batch and week, and each week all batches that were scanned by then.
    assert!(program.read("b.csv").lines().count() > 6 * 20);
    let found = program.json(
        "detect calibrate --scans world/scans.csv --labels world/labels.csv --false-alarms 0.01",
    );
    assert_eq!(found["copied"], made["copied"]);
    assert!(
        found["slope"].as_f64().unwrap() > 0.0 && found["offset"].is_f64(),
        "{found}"
    );
    assert_eq!(
        found["honest"].as_u64().unwrap() + found["copied"].as_u64().unwrap(),
        made["marks"].as_u64().unwrap()
    );
    a_calibration_is_tried_and_put_in_force(&program);
}

/// Fits one to the world in `world`, replays by it, applies it and takes it back.
fn a_calibration_is_tried_and_put_in_force(program: &Program) {
    let fit = "detect calibrate --scans world/scans.csv --labels world/labels.csv --presume-honest";
    let few = program.refused(&format!("{fit} --false-alarms 0.000001 --out c.json"));
    assert!(few.what.contains("takes at least 1000000"), "{few:?}");
    let fit = format!("{fit} --false-alarms 0.01 --out c.json");
    let found = program.json(&fit);
    let over = |level: &str| found[level]["honest"].as_u64().unwrap();
    let wanted = found["honest"].as_u64().unwrap() / 100;
    assert!(over("over_the_level") <= wanted && over("over_the_level") > 0);
    assert!(
        over("over_the_level") > over("over_the_shipped_level"),
        "{found}"
    );
    let there = program.refused(&fit);
    assert!(there.what.contains("c.json is there already"), "{there:?}");
    let replay = "detect replay --scans world/scans.csv --verdicts";
    let suspected = |line: &str| program.json(line)["suspected"].as_u64().unwrap();
    let by_it = suspected(&format!("{replay} by_it.csv --calibration c.json"));
    assert!(by_it > suspected(&format!("{replay} as_shipped.csv")));
    // It says what replay will say.
    let copied = found["over_the_level"]["copied"].as_u64().unwrap();
    assert_eq!(found["undecided"], 0);
    assert_eq!(by_it, over("over_the_level") + copied);
    // Where nobody has decided what is over the shipped level, no level can be set by the rest.
    program.write("no.csv", "mark,truth\n");
    let fit = "detect calibrate --scans world/scans.csv --labels no.csv --presume-honest --false-alarms 0.001";
    let refused = program.refused(&format!("{fit} --out no.json"));
    assert!(
        refused
            .what
            .contains("over the level as shipped without a label"),
        "{refused:?}"
    );
    assert!(!program.path("no.json").exists());
    assert!(program.json(fit)["alarm_log_odds"].is_null());
    let apply = "detect apply c.json --reason 'one world'";
    assert_eq!(program.json(apply)["parameters"], "5.1");
    let twice = program.refused(apply);
    assert!(twice.what.contains("in force already"), "{twice:?}");
    let shown = program.done("detect parameters");
    assert!(shown.contains("parameters 5.1 are in force"), "{shown}");
    assert!(shown.contains("\"one world\""), "{shown}");
    let told = program.json("detect parameters");
    assert_eq!(told["alarm_log_odds"], found["alarm_log_odds"]);
    program.write(
        "old.json",
        &program
            .read("c.json")
            .replace("\"model\": 5", "\"model\": 2"),
    );
    program.write(
        "bent.json",
        &program
            .read("c.json")
            .replace("\"slope\": ", "\"slope\": -"),
    );
    for (file, what) in [
        (
            "old.json",
            "it corrects parameters 2, and this program has parameters 5",
        ),
        ("bent.json", "the slope within 0.05 to 20"),
        ("world/labels.csv", "expected value"),
        ("nix.json", "No such file"),
    ] {
        let refused = program.refused(&format!("detect apply {file} --reason x"));
        assert!(refused.what.contains(what), "{refused:?}");
    }
    program.done("detect apply --shipped --reason 'too small'");
    assert_eq!(program.json("detect parameters")["parameters"], "5");
}

#[test]
fn calibration_tells_bad_labels_and_needs_an_honest_code() {
    let program = with_scans(&format!("{TITLES}{COPIED}{HONEST}"));
    program.write(
        "labels.csv",
        "\u{feff}truth,mark\r\nhonest,1-8\r\nperhaps,1-7\r\ncopied,1\r\ncopied,1-7\r\n",
    );
    let line = "detect calibrate --scans scans.csv --labels labels.csv";
    let ran = told(&program, line);
    assert!(
        ran.stdout.contains("1 honest and 1 copied codes"),
        "{}",
        ran.stdout
    );
    for too_few in [
        "left as it is, for want of 20",
        "not set: a share of 0.0004 takes at least 2500",
    ] {
        assert!(ran.stdout.contains(too_few), "{}", ran.stdout);
    }
    let said: Vec<&str> = ran.stderr.lines().collect();
    assert!(
        said[0].starts_with("labels.csv: line 3: ") && said[1].starts_with("labels.csv: line 4: ")
    );
    program.write("labels.csv", "mark,truth\n1-7,copied\n");
    assert!(
        program
            .refused(line)
            .what
            .contains("no scanned code is known to be honest")
    );
    program.write("labels.csv", "mark,verdict\n");
    assert!(
        program
            .refused(line)
            .what
            .contains("lacks `mark` or `truth`")
    );
}

#[test]
fn the_evaluation_writes_its_tables_and_pictures() {
    let program = Program::new();
    let line = "detect evaluate --seeds 1 --honest 100 --copied 10 --batches 5 --out figures";
    let shown = program.done(line);
    let tables = program.read("figures/tables.md");
    assert_eq!(shown.trim_end(), tables.trim_end());
    let others = program.done(&line.replace("--seeds 1", "--seeds 1 --first-seed 7"));
    assert_ne!(shown, others, "other seeds are other worlds");
    for picture in ["figures/detection.svg", "figures/reliability.svg"] {
        assert!(program.read(picture).starts_with("<svg"), "{picture}");
    }
}
