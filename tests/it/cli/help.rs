//! The help pages, as reviewed text: a change of any flag shows here.

use crate::support::program::Program;

const COMMANDS: &[&str] = &[
    "",
    "demo",
    "serve",
    "key",
    "key new",
    "key list",
    "key retire",
    "key compromise",
    "key export",
    "token",
    "token new",
    "token make",
    "token list",
    "token revoke",
    "licensee",
    "licensee apply",
    "licensee add",
    "licensee file",
    "licensee step",
    "licensee propose",
    "licensee confirm",
    "licensee drop",
    "licensee list",
    "licensee attention",
    "licensee show",
    "licensee import",
    "licensee export",
    "document",
    "template",
    "template list",
    "template check",
    "template preview",
    "template get",
    "template add",
    "template remove",
    "document add",
    "document list",
    "document get",
    "alert",
    "alert list",
    "alert show",
    "alert assign",
    "alert note",
    "alert merge",
    "alert decide",
    "alert reopen",
    "alert compare",
    "alert labels",
    "case",
    "case list",
    "case show",
    "case open",
    "case add",
    "case exhibit",
    "case inspect",
    "case withdraw",
    "case inform",
    "case note",
    "case close",
    "case reopen",
    "case export",
    "tip",
    "tip list",
    "tip show",
    "tip photo",
    "tip contact",
    "tip accept",
    "tip message",
    "tip hand-on",
    "tip decide",
    "tip reject",
    "printer",
    "printer add",
    "printer end",
    "printer key",
    "printer list",
    "coefficients",
    "coefficients show",
    "coefficients set",
    "coefficients list",
    "entitlement",
    "entitlement grant",
    "entitlement adjust",
    "entitlement carry-over",
    "entitlement list",
    "transfer",
    "transfer propose",
    "transfer confirm",
    "transfer drop",
    "transfer list",
    "transfer show",
    "order",
    "order new",
    "order approve",
    "order reject",
    "order cancel",
    "order assign",
    "order release",
    "order close",
    "order list",
    "order show",
    "order export",
    "batch",
    "batch issue",
    "batch list",
    "batch show",
    "batch pack",
    "pack",
    "pack release",
    "pack withdraw",
    "pack again",
    "pack approve",
    "pack refuse",
    "pack take",
    "pack list",
    "pack show",
    "mark",
    "mark show",
    "mark printed",
    "mark delivered",
    "mark received",
    "mark activate",
    "mark used",
    "mark withdraw",
    "mark restore",
    "container",
    "container fill",
    "container check",
    "container list",
    "container show",
    "lot",
    "lot add",
    "lot report",
    "lot recall",
    "lot restore",
    "lot list",
    "lot show",
    "ledger",
    "ledger list",
    "ledger show",
    "ledger head",
    "ledger correct",
    "ledger note",
    "ledger verify",
    "ledger export",
    "user",
    "user add",
    "user list",
    "user show",
    "user change",
    "user disable",
    "user enable",
    "user reset-password",
    "user reset-second-factor",
    "user end-sessions",
    "user code",
    "trail",
    "trail list",
    "trail export",
    "detect",
    "detect replay",
    "detect export",
    "detect simulate",
    "detect evaluate",
    "detect calibrate",
    "detect apply",
    "detect parameters",
    "scan",
    "scan prune",
    "verify",
    "migrate",
    "backup",
    "restore",
    "doctor",
];

#[test]
fn help_pages_are_as_reviewed() {
    let program = Program::new();
    for command in COMMANDS {
        let page = program.done(&format!("{command} --help"));
        let name = format!("yuanmark {command}").trim_end().replace(' ', "-");
        insta::assert_snapshot!(name, page);
    }
}

#[test]
fn every_command_there_is_has_a_page_above() {
    let program = Program::new();
    for command in COMMANDS {
        for name in subcommands(&program.done(&format!("{command} --help"))) {
            let full = format!("{command} {name}").trim_start().to_owned();
            assert!(COMMANDS.contains(&full.as_str()), "{full}");
        }
    }
}

/// The commands that a help page lists, but `help` itself.
fn subcommands(page: &str) -> Vec<&str> {
    let lines = page.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names
        .filter(|name| !name.is_empty() && *name != "help")
        .collect()
}

#[test]
fn help_is_never_wider_than_a_hundred_columns() {
    let mut program = Program::new();
    for columns in ["60", "100", "300"] {
        program.set("COLUMNS", columns);
        let page = program.done("batch pack --help");
        let (text, _examples) = page.split_once("EXAMPLE").unwrap();
        // clap does not wrap the line that shows the usage.
        let lines = text.lines().filter(|line| !line.starts_with("Usage:"));
        let widest = lines.map(|line| line.chars().count()).max().unwrap();
        let room = columns.parse::<usize>().unwrap().min(100);
        assert!(widest <= room && widest > room - 10, "{columns}: {widest}");
    }
}

#[test]
fn every_command_shows_how_it_is_called() {
    let program = Program::new();
    for command in COMMANDS.iter().filter(|command| command.contains(' ')) {
        let page = program.done(&format!("{command} --help"));
        let (_, examples) = page.split_once("\nEXAMPLE").unwrap();
        assert!(examples.contains(&format!("yuanmark {command}")), "{page}");
        // What clap had to wrap can no longer be copied.
        let mut is_continued = false;
        for line in examples.lines().skip(1).filter(|line| !line.is_empty()) {
            let begin = if is_continued {
                "      --"
            } else {
                "  yuanmark "
            };
            assert!(line.starts_with(begin), "{line}\n{page}");
            is_continued = line.ends_with('\\');
        }
    }
}

#[test]
fn the_version_is_the_package_s() {
    let version = format!("yuanmark {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(Program::new().done("--version"), version);
}

#[test]
fn help_shows_no_secret_of_the_environment() {
    let mut program = Program::new();
    program.set("YUANMARK_DATABASE", "postgres://u:seCret@db/y");
    for command in COMMANDS {
        let page = program.done(&format!("{command} --help"));
        assert!(!page.contains("seCret"), "{page}");
    }
}
