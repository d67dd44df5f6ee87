//! What stays the same from command to command can be set in the environment.

use std::collections::BTreeSet;

use crate::support::program::Program;

/// Each variable, a command that takes its flag, and a value that the command refuses with these words, so that one sees
/// that the variable was read.
const VARIABLES: [(&str, &str, &str, &str); 16] = [
    (
        "YUANMARK_DATABASE",
        "order list",
        "sqlite:elsewhere.db",
        "elsewhere.db",
    ),
    (
        "YUANMARK_KEYS",
        "key list",
        "elsewhere",
        "there are no keys in elsewhere",
    ),
    (
        "YUANMARK_PASSPHRASE_FILE",
        "doctor",
        "elsewhere",
        "no passphrase file elsewhere",
    ),
    ("YUANMARK_BY", "printer end 1 --reason x", " ", "--by"),
    (
        "YUANMARK_LISTEN",
        "serve",
        "192.0.2.1:80",
        "cannot listen on 192.0.2.1:80",
    ),
    (
        "YUANMARK_PUBLIC_URL",
        "batch pack 1 --out o",
        "a.cn",
        "begin with https://",
    ),
    (
        "YUANMARK_ADMIN_TOKEN_FILE",
        "serve",
        "elsewhere",
        "there is no token in elsewhere",
    ),
    ("YUANMARK_LOG_FORMAT", "serve", "xml", "--log-format"),
    (
        "YUANMARK_KEEP_SCANS_DAYS",
        "serve",
        "three years",
        "--keep-scans-days",
    ),
    ("YUANMARK_CONTACT", "serve", " ", "--contact"),
    ("YUANMARK_CATALOG_MIB", "serve", "much", "--catalog-mib"),
    (
        "YUANMARK_METRICS_LISTEN",
        "serve",
        "here",
        "--metrics-listen",
    ),
    (
        "YUANMARK_TRUSTED_PROXY",
        "serve",
        "127.0.0.1,10.1.0.0/8",
        "this range begins at 10.0.0.0",
    ),
    ("YUANMARK_PLACES", "serve", "elsewhere.xdb", "elsewhere.xdb"),
    (
        "YUANMARK_GUESSES_PER_HOUR",
        "serve",
        "-1",
        "--guesses-per-hour",
    ),
    (
        "YUANMARK_ASKS_OF_A_SERIAL_PER_HOUR",
        "serve",
        "many",
        "--asks-of-a-serial-per-hour",
    ),
];

#[test]
fn each_variable_stands_for_its_flag() {
    for (variable, command, value, said) in VARIABLES {
        let mut program = Program::with_batch(1);
        program.set(variable, value);
        let ran = program.run(command);
        assert_eq!(ran.code, 2, "{variable}: {ran:?}");
        assert!(ran.stderr.contains(said), "{variable}: {ran:?}");
    }
}

#[test]
fn a_flag_wins_over_its_variable() {
    let mut program = Program::with_batch(1);
    program.set("YUANMARK_KEYS", "elsewhere");
    program.set("YUANMARK_DATABASE", "sqlite:elsewhere.db");
    program.done("mark show 1-0 --keys keys --database sqlite:yuanmark.db");
}

#[test]
fn a_variable_set_to_nothing_counts_as_not_set() {
    let mut program = Program::with_batch(1);
    for (variable, ..) in VARIABLES {
        program.set(variable, "");
    }
    program.done("mark show 1-0");
    program.done("doctor");
    // What the server takes beyond that: it gets as far as its socket.
    let ran = program.run("serve --listen 192.0.2.1:80");
    assert!(
        ran.stderr.contains("cannot listen on 192.0.2.1:80"),
        "{ran:?}"
    );
}

#[test]
fn help_names_just_these_variables() {
    let program = Program::new();
    let mut named = BTreeSet::new();
    for command in [
        "serve",
        "demo",
        "batch pack",
        "printer end",
        "mark activate",
    ] {
        let page = program.done(&format!("{command} --help"));
        named.extend(page.split("[env: ").skip(1).map(|rest| {
            let end = rest.find(['=', ']']).unwrap();
            rest[..end].to_owned()
        }));
    }
    let known: BTreeSet<String> = VARIABLES.map(|(name, ..)| name.to_owned()).into();
    assert_eq!(named, known);
}

#[test]
fn the_ledger_says_who_did_it() {
    let mut program = Program::with_labels(3);
    program.set("YUANMARK_BY", "王五");
    program.done("mark activate --batch 1 --range 0 --lot 1");
    program.done("mark activate --batch 1 --range 1 --lot 1 --by 赵六");
    let by = |mark: &str| program.json(&format!("mark show {mark}"))["events"][3]["by"].clone();
    assert_eq!((by("1-0"), by("1-1")), ("王五".into(), "赵六".into()));
}
