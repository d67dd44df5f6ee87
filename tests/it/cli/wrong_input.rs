//! Wrong input: what is wrong, what to do, exit code 2, and nothing is changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use yuanmark::store::{DatabaseUrl, Store};

use crate::support::program::{Program, Ran, Refusal};

/// A command line, and what the two lines that refuse it speak of.
type Case = (&'static str, &'static str, &'static str);

/// What the program itself refuses.
const REFUSED: &[Case] = &[
    // keys
    (
        "key new --id 1",
        "key 1: this number is used already",
        "key list",
    ),
    (
        "key new --passphrase-file nix",
        "no passphrase file nix",
        "--passphrase-file",
    ),
    (
        "key new --passphrase-file empty.txt",
        "empty.txt is damaged: its first line",
        "first line",
    ),
    (
        "key new --passphrase-file open.txt",
        "open.txt can be read by others (mode 644)",
        "chmod 600",
    ),
    (
        "key list --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    ("key retire 9", "there is no key 9", "key list"),
    (
        "key retire 1 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    ("key compromise 9", "there is no key 9", "key list"),
    (
        "key compromise 1 --since 2999-01-01T00:00:00Z",
        "lies in the future",
        "key list",
    ),
    ("key export 9", "there is no key 9", "key list"),
    // licensees
    (
        "licensee add --name x --uscc 93430981MA4TEXT36K --basis both",
        "has a licensee with the code 93430981MA4TEXT36K already",
        "licensee list",
    ),
    ("licensee show 9", "there is no licensee 9", "licensee list"),
    (
        "licensee end 9 --reason x",
        "there is no licensee 9",
        "licensee list",
    ),
    (
        "licensee end 2 --reason x",
        "licensee 2 has ended already",
        "never changed",
    ),
    // orders
    (
        "order new --licensee 9 --season 2026 --form dried --product x --quantity 1",
        "there is no licensee 9",
        "licensee list",
    ),
    (
        "order new --licensee 2 --season 2026 --form dried --product x --quantity 1",
        "right of licensee 2 to use the mark has ended",
        "in force",
    ),
    // batches
    ("batch issue --order 9", "there is no order 9", "order list"),
    (
        "batch issue --order 1",
        "order 1 was issued already: it is batch 1",
        "never printed twice",
    ),
    (
        "batch issue --order 2 --idempotency-key first",
        "was used for batch 1",
        "new idempotency key",
    ),
    (
        "batch issue --order 2 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    ("batch show 9", "there is no batch 9", "batch list"),
    (
        "batch pack 9 --out o --public-url http://a.cn",
        "there is no batch 9",
        "batch list",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 5-10",
        "range 5-10 goes beyond batch 1",
        "its marks are 0-9",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --hidden-codes",
        "issued without hidden codes",
        "leave out --hidden-codes",
    ),
    (
        "batch pack 2 --out o --public-url http://a.cn --format sheet",
        "up to 96 labels, not 97",
        "--range 0-23",
    ),
    (
        "batch pack 1 --out pack --public-url http://a.cn",
        "pack/labels.csv is there",
        "--replace",
    ),
    // marks
    (
        "mark show nonsense",
        "\"nonsense\" is not a mark of ours",
        "BATCH-INDEX",
    ),
    ("mark show ''", "\"\" is not a mark of ours", "BATCH-INDEX"),
    (
        "mark show 4BD9-QV4N-Q0NZ-57DB",
        "is not a mark of ours",
        "BATCH-INDEX",
    ),
    ("mark show 9-0", "there is no batch 9", "batch list"),
    ("mark show 1-10", "batch 1 has no mark 10", "0-9"),
    (
        "mark activate --batch 9 --all",
        "there is no batch 9",
        "batch list",
    ),
    (
        "mark activate --batch 9 --range 0",
        "there is no batch 9",
        "batch list",
    ),
    (
        "mark activate --batch 1 --range 5-10",
        "1 of 1 lines",
        "--skip-bad",
    ),
    (
        "mark activate --batch 1 --range 5-2",
        "1 of 1 lines",
        "mend these lines",
    ),
    (
        "mark activate --batch 1 --range 0 --file lines.txt",
        "stands beside",
        "into the file",
    ),
    (
        "mark activate --batch 1 --file empty.txt",
        "no mark is chosen",
        "name a serial",
    ),
    (
        "mark activate --batch 1 --file comments.txt",
        "no mark is chosen",
        "--all",
    ),
    (
        "mark activate --batch 1 --file nix.txt",
        "nix.txt: No such file",
        "text file",
    ),
    (
        "mark activate --batch 1 --file binary.bin",
        "binary.bin: ",
        "UTF-8",
    ),
    (
        "mark activate --batch 1 --file keys",
        "keys: Is a directory",
        "text file",
    ),
    (
        "mark activate --batch 1 --file - ",
        "no mark is chosen",
        "name a serial",
    ),
    (
        "mark activate --serial 4BD9-QV4N-Q0NZ-57DB",
        "1 of 1 lines",
        "mend these lines",
    ),
    (
        "mark activate --batch 1 --all --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "mark withdraw --kind lost --batch 1 --range 9-10 --reason x",
        "1 of 1 lines",
        "--skip-bad",
    ),
    (
        "mark restore --kind frozen --batch 9 --all --reason x",
        "there is no batch 9",
        "batch list",
    ),
    // checks: that they could not be made has the same code
    (
        "verify --offline 4BD9-QV4N-Q0NZ-57DB",
        "a serial cannot be checked offline",
        "--offline",
    ),
    (
        "verify --offline --keyring nix.toml x",
        "nix.toml: No such file",
        "--keyring",
    ),
    (
        "verify --offline --keyring bad.toml x",
        "bad.toml: keyring.toml cannot be read: line 2",
        "--keyring",
    ),
    (
        "verify --keys nix x",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "verify --database sqlite:nix.db x",
        "there is no database at nix.db",
        "yuanmark migrate",
    ),
    (
        "verify --database sqlite:garbage.db x",
        "did not answer",
        "doctor",
    ),
    // databases
    (
        "order list --database mysql://x",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "migrate --database ''",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "doctor --database sqlite:",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "batch list --database sqlite:nix.db",
        "there is no database at nix.db",
        "yuanmark migrate",
    ),
    (
        "batch list --database sqlite:unmade.db",
        "at version 0, this program needs 2",
        "migrate",
    ),
    (
        "batch list --database sqlite:newer.db",
        "at version 99, this program knows only 2",
        "newer",
    ),
    (
        "migrate --database sqlite:newer.db",
        "at version 99, this program knows only 2",
        "newer",
    ),
    (
        "serve --listen 127.0.0.1:0 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "serve --listen 127.0.0.1:0 --database sqlite:nix.db",
        "no database at nix.db",
        "migrate",
    ),
    (
        "serve --listen 192.0.2.1:80",
        "cannot listen on 192.0.2.1:80",
        "--listen",
    ),
    (
        "doctor --passphrase-file nix",
        "no passphrase file nix",
        "--passphrase-file",
    ),
    // the demonstration
    ("demo --no-serve --dir empty.txt", "empty.txt: ", "--dir"),
    (
        "demo --no-serve --listen [::1]:80",
        "has the character '['",
        "--public-url",
    ),
    (
        "demo --listen 192.0.2.1:80 --dir d",
        "cannot listen on 192.0.2.1:80",
        "--listen",
    ),
    (
        "demo --passphrase-file empty.txt",
        "without a passphrase",
        "leave out",
    ),
];

/// What cannot even be read as a command: the error names the flag or value, and where help is.
const NOT_READ: &[(&str, &str)] = &[
    ("", "Usage: yuanmark"),
    ("nonsense", "unrecognized subcommand 'nonsense'"),
    ("key", "Usage: yuanmark key"),
    ("key new --id 256", "256 is not in 0..=255"),
    ("key retire", "<ID>"),
    (
        "key compromise 1 --since yesterday",
        "2026-04-02T08:00:00+08:00",
    ),
    ("licensee add --name x --basis both", "--uscc"),
    (
        "licensee add --name x --uscc 93430981MA4TEXT36L --basis both",
        "the check character of the unified social credit code is 'L', but should be 'K'",
    ),
    (
        "licensee add --name x --uscc 9343098IMA4TEXT36K --basis both",
        "character 8",
    ),
    (
        "licensee add --name x --uscc 934 --basis both",
        "has 18 characters, this one has 3",
    ),
    (
        "licensee add --name '' --uscc 93430981MA4TEXT36K --basis both",
        "--name",
    ),
    (
        "licensee add --name x --uscc 93430981MA4TEXT36K --basis none",
        "gi_product, ",
    ),
    ("licensee show x", "invalid digit"),
    ("licensee end 1", "--reason"),
    (
        "order new --licensee 1 --season 2026 --form x --product p --quantity 1",
        "fresh, canned",
    ),
    (
        "order new --licensee 1 --season 1999 --form dried --product p --quantity 1",
        "2000 to 2255",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 0",
        "16,777,216",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 16777217",
        "16,777,216",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity=-1",
        "16,777,216",
    ),
    ("order list --limit 0", "1..=10000"),
    ("batch issue", "--order"),
    ("batch issue --order x", "invalid digit"),
    ("batch show 268435456", "268,435,455"),
    ("batch pack 1 --out o", "--public-url"),
    ("batch pack 1 --public-url http://a.cn", "--out"),
    (
        "batch pack 1 --out o --public-url https://a.cn/path",
        "and nothing else",
    ),
    (
        "batch pack 1 --out o --public-url a.cn",
        "begin with https:// or http://",
    ),
    ("batch pack 1 --out o --public-url https://a_b.cn", "'_'"),
    (
        "batch pack 1 --out o --public-url https://a-host-with-a-name-too-long.cn",
        "the symbol on every label would grow",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 5-2",
        "must not be larger",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range x",
        "FIRST-LAST",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 0-16777216",
        "FIRST-LAST",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --dpi 72",
        "203, 300 or 600",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --format pdf",
        "[possible values: csv",
    ),
    ("mark activate --batch 1", "--range"),
    ("mark activate --batch 1 --skip-bad", "--range"),
    (
        "mark withdraw --kind revoked --batch 1 --reason x",
        "--range",
    ),
    ("mark restore --kind frozen --batch 1 --reason x", "--range"),
    ("mark activate --range 0", "--batch"),
    ("mark activate --all", "--batch"),
    (
        "mark activate --batch 1 --all --range 0",
        "cannot be used with",
    ),
    ("mark withdraw --batch 1 --all --reason x", "--kind"),
    (
        "mark withdraw --kind burnt --batch 1 --all --reason x",
        "[possible values: revoked",
    ),
    ("mark withdraw --kind lost --batch 1 --all", "--reason"),
    (
        "mark restore --kind revoked --batch 1 --all --reason x",
        "[possible values: recalled",
    ),
    ("verify", "<CODE>"),
    ("verify x --keyring keys/keyring.toml", "--offline"),
    ("serve --listen nowhere", "--listen"),
    ("serve --log-format xml", "[possible values: text"),
    ("migrate --force", "unexpected argument '--force'"),
    ("demo --public-url http://a.cn/t", "and nothing else"),
];

/// Batch 1 of ten marks, licensee 2 whose right has ended, order 2 still open, batch 2 (of order 3) of 97 marks, and
/// files of every wrong kind.
fn crowded_program() -> Program {
    let program = Program::installed();
    program.add_batch(10, "--idempotency-key first");
    let order = "order new --licensee 1 --season 2026 --form dried --product x --quantity 5";
    program.done(order);
    program.done("licensee add --name y --uscc 91430981MA4TEXT1XY --basis both");
    program.done("licensee end 2 --reason x");
    assert_eq!(program.add_batch(97, ""), 2);
    program.done("batch pack 1 --out pack --public-url http://a.cn");
    program.write("empty.txt", "");
    program.write("open.txt", "a passphrase that everyone may read\n");
    crate::support::program::set_mode(&program.path("empty.txt"), 0o600);
    crate::support::program::set_mode(&program.path("open.txt"), 0o644);
    program.write("comments.txt", "# nothing\n\n  \n");
    program.write("lines.txt", "1\n");
    program.write("bad.toml", "x = 1\ny = [");
    program.write("garbage.db", &"this is no database. ".repeat(100));
    std::fs::write(program.path("binary.bin"), [0xFF, 0xFE, 0x00]).unwrap();
    program.write("unmade.db", "");
    program
}

/// All that the program keeps: its tables as it lists them, and every file but those of SQLite, which are touched by
/// looking.
fn all_that_is_kept(program: &Program) -> (Vec<Value>, BTreeMap<PathBuf, Vec<u8>>) {
    let lists = [
        "licensee list",
        "order list",
        "batch list",
        "batch show 1",
        "batch show 2",
        "mark show 1-0",
    ];
    let mut files = program.files(".");
    files.retain(|path, _| !path.to_string_lossy().contains(".db"));
    (lists.map(|line| program.json(line)).to_vec(), files)
}

#[tokio::test]
async fn wrong_input_costs_two_lines_and_changes_nothing() {
    let program = crowded_program();
    make_newer(&program).await;
    let before = all_that_is_kept(&program);
    for (line, what, advice) in REFUSED {
        let refusal = program.refused(line);
        assert!(refusal.what.contains(what), "{line}\n{refusal:?}");
        assert!(refusal.advice.contains(advice), "{line}\n{refusal:?}");
        assert_eq!(as_json(&program, line), refusal, "{line}");
    }
    assert_eq!(all_that_is_kept(&program), before);
}

#[test]
fn what_is_no_command_is_explained_and_changes_nothing() {
    let program = crowded_program();
    let before = all_that_is_kept(&program);
    for (line, explained) in NOT_READ {
        let ran = program.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}\n{ran:?}");
        assert!(ran.stderr.contains(explained), "{line}\n{}", ran.stderr);
        let names_help = ran.stderr.contains("--help") || ran.stderr.contains("Usage:");
        assert!(names_help, "{line}\n{}", ran.stderr);
    }
    assert_eq!(all_that_is_kept(&program), before);
}

/// The same refusal as `--json` tells it on standard error.
fn as_json(program: &Program, line: &str) -> Refusal {
    let ran = program.run(&format!("{line} --json"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}\n{ran:?}");
    let error: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|_| panic!("{ran:?}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let details = error["details"].as_array().unwrap();
    assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
    Refusal {
        what: text(&error["error"]),
        details: details.iter().map(text).collect(),
        advice: text(&error["advice"]),
    }
}

/// `newer.db`, as a program of the future would leave it.
async fn make_newer(program: &Program) {
    program.done("migrate --database sqlite:newer.db");
    let store = Store::connect(&DatabaseUrl::Sqlite(program.path("newer.db"))).await;
    let Ok(Store::Sqlite { writer, .. }) = store else {
        panic!("newer.db was made a moment ago");
    };
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (99, 'the future', TRUE, x'00', 1)";
    sqlx::query(sql).execute(&writer).await.unwrap();
    writer.close().await;
}

#[test]
fn bad_lines_are_told_with_their_numbers() {
    let program = Program::with_batch(10);
    let foreign = program.add_batch(5, "");
    let foreign = program.json(&format!("mark show {foreign}-0"))["serial"].to_string();
    let long = "笋".repeat(1000);
    let text = format!(
        "# from the press\n3\n20\n5-2\nnonsense\n{}\n4BD9-QV4N-Q0NZ-57DB\n\u{1b}[31mred\n{long}\n7\n",
        foreign.trim_matches('"')
    );
    program.write("bad.txt", &text);
    let line = "mark withdraw --kind spoiled --batch 1 --file bad.txt --reason x";
    let refusal = program.refused(line);
    assert_eq!(
        refusal.what,
        "7 of 9 lines cannot be taken; nothing was changed"
    );
    let details: Vec<&str> = refusal.details.iter().map(String::as_str).collect();
    assert_eq!(
        details,
        [
            "line 3: 20 goes beyond batch 1, whose last index is 9",
            "line 4: 5-2 runs backwards: the first mark must not come after the last",
            "line 5: nonsense is neither a serial, an index nor a range",
            &format!(
                "line 6: {} belongs to batch 2, not to batch 1",
                foreign.trim_matches('"')
            ),
            "line 7: 4BD9-QV4N-Q0NZ-57DB is not a serial of ours",
            "line 8: \\u{1b}[31mred is neither a serial, an index nor a range",
            &format!(
                "line 9: {}… is neither a serial, an index nor a range",
                "笋".repeat(60)
            ),
        ]
    );
    let states = |program: &Program| program.json("batch show 1")["marks_by_state"].clone();
    assert_eq!(states(&program), json!({"not_activated": 10}));

    let done = program.done(&format!("{line} --skip-bad"));
    assert!(done.contains("line 3: 20 goes beyond batch 1, whose last index is 9; passed over"));
    assert!(
        done.contains("spoiled: 2 marks\n  batch 1: 3\n  batch 1: 7\n"),
        "{done}"
    );
    assert_eq!(states(&program), json!({"not_activated": 8, "spoiled": 2}));
}

#[test]
fn a_file_of_many_bad_lines_does_not_flood_the_screen() {
    let program = Program::with_batch(10);
    program.write("bad.txt", &"x\n".repeat(1000));
    let refusal = program.refused("mark activate --batch 1 --file bad.txt");
    assert_eq!(refusal.details.len(), 21);
    assert_eq!(refusal.details[20], "… and 980 more");
}

#[test]
fn a_database_out_of_reach_is_told_by_the_reason_and_without_its_password() {
    let program = Program::installed();
    let addresses = [
        "postgres://u:seCret@:x:y/",
        "mysql://u:seCret@host/db",
        "postgres://u:seCret@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=u&password=seCret",
    ];
    let commands = ["order list", "migrate", "doctor"];
    let lines =
        addresses.map(|address| commands.map(|command| format!("{command} --database {address}")));
    // All at once: that a server does not answer takes seconds to find out.
    let children = lines.as_flattened().iter().map(|line| {
        let mut command = program.command(line);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        (line, child.unwrap())
    });
    for (line, child) in children.collect::<Vec<_>>() {
        let ran = Ran::of(&child.wait_with_output().unwrap(), line);
        assert!(
            ran.code > 0 && !format!("{ran:?}").contains("seCret"),
            "{line}\n{ran:?}"
        );
    }
}
