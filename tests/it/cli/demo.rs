//! `yuanmark demo`: the whole job in one folder, twice, and served.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::program::{Program, mode, set_mode};
use crate::support::server::{Phone, percent_encoded};

/// What lies in the folder, but for SQLite's two companions of an open database.
fn kept(program: &Program) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = program.files("yuanmark-demo");
    files.retain(|path, _| !matches!(extension(path), "db" | "db-wal" | "db-shm"));
    // They say when they were made.
    files.retain(|path, _| !path.ends_with("manifest.json") && !path.ends_with("summary.html"));
    files
}

fn extension(path: &std::path::Path) -> &str {
    path.extension()
        .and_then(|text| text.to_str())
        .unwrap_or_default()
}

/// What the ledger of the demonstration says, read as anyone may read it.
fn ledger(program: &Program) -> Vec<Value> {
    let lines = [
        "licensee list",
        "order list",
        "batch show 1",
        "mark show 1-7",
    ];
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    lines
        .map(|line| program.json(&format!("{line} {place}")))
        .to_vec()
}

#[test]
fn it_makes_what_it_says() {
    let program = Program::new();
    let text = program.done("demo --no-serve");
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("made   "))
            .count(),
        18,
        "{text}"
    );
    for name in [
        "serial.key",
        "hidden.key",
        "phone.key",
        "people.key",
        "signing-1.pem",
    ] {
        assert_eq!(
            mode(&program.path("yuanmark-demo/keys").join(name)),
            0o600,
            "{name}"
        );
    }
    assert_eq!(mode(&program.path("yuanmark-demo/admin-token")), 0o600);
    assert!(text.contains("yuanmark-demo/admin-token: the administrator's token"));
    let labels = program.read("yuanmark-demo/pack/labels.csv");
    assert_eq!(labels.lines().count(), 1001);
    for kind in ["svg", "png"] {
        let files = program.files(&format!("yuanmark-demo/pack/{kind}"));
        assert_eq!(files.len(), 24);
        assert!(files.keys().all(|path| extension(path) == kind));
    }
    assert!(program.path("yuanmark-demo/pack/sheet.png").is_file());
    let [_, _, batch, mark] = ledger(&program).try_into().unwrap();
    let states = json!({"active": 499, "not_activated": 500, "revoked": 1});
    assert_eq!(batch["marks_by_state"], states);
    assert_eq!(mark["state"], "revoked");
}

/// How many things of a list stand so.
fn by_state(program: &Program, list: &str, what: &str) -> BTreeMap<String, usize> {
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    let found = program.json(&format!("{list} {place}"));
    let mut states = BTreeMap::new();
    for one in found[what].as_array().unwrap() {
        *states
            .entry(one["state"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    states
}

#[test]
fn a_whole_season_is_there_and_the_ledger_proves_it() {
    let program = Program::new();
    program.done("demo --no-serve");
    let states = by_state(&program, "licensee list", "licensees");
    let counts = |states: &BTreeMap<String, usize>| {
        states
            .iter()
            .map(|(state, count)| format!("{state} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(
        counts(&states),
        "active 9, applied 1, blacklisted 1, cancelled 1, correcting 1, rejected 2, suspended 1",
        "13 licensees, one applicant, two turned away"
    );
    assert_eq!(
        counts(&by_state(&program, "order list", "orders")),
        "approved 1, cancelled 1, closed 1, issued 1, placed 1, rejected 1, released 5"
    );
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    let proof = program.json(&format!("ledger verify {place}"));
    assert_eq!(proof["findings"], json!([]));
    assert!(proof["entries"].as_u64().unwrap() > 100);
    let health = program.json(&format!("doctor {place}"));
    let waiting = health["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["check"] == "attention");
    assert!(
        waiting.unwrap()["found"]
            .as_str()
            .unwrap()
            .starts_with("waiting for somebody: 2 "),
        "the overdue correction, and the exit that waits for a second person"
    );
}

#[test]
fn two_tips_hidden_codes_and_a_harvest_in_its_season_are_there() {
    let program = Program::new();
    let text = program.done("demo --no-serve");
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    let tips = |asked: &str| program.json(&format!("tip list {asked} {place}"))["tips"].clone();
    assert_eq!(tips("").as_array().unwrap().len(), 2);
    let ticket = text.split("/report/").nth(1).unwrap();
    let ticket = ticket.split_whitespace().next().unwrap();
    for asked in ["--added", "--state accepted", &format!("--ticket {ticket}")] {
        let found = tips(asked);
        assert_eq!((&found[0]["number"], &found[1]), (&json!(2), &Value::Null));
        assert_eq!(found[0]["unanswered"], 1, "{asked}");
    }
    let shown = program.done(&format!("tip show 2 {place}"));
    let lines: Vec<&str> = shown.lines().collect();
    for line in [
        "tip 2",
        "told",
        "  查到说已撤销，店家却说没有问题。（演示）",
        "history",
        "    请问是哪一天买的？",
    ] {
        assert!(lines.contains(&line), "{line}: {shown}");
    }
    assert!(shown.contains("added       the sender\n"), "{shown}");
    for (line, what) in [
        ("tip photo 2 1 --out photo.jpg", "tip 2 has no photo"),
        ("tip photo 9 1 --out photo.jpg", "there is no tip 9"),
        ("tip reject 2 --text x", "the tip is accepted"),
    ] {
        let refusal = program.refused(&format!("{line} {place}"));
        assert!(refusal.what.contains(what), "{refusal:?}");
    }
    let lots = program.json(&format!("lot list {place}"))["lots"].clone();
    for lot in lots.as_array().unwrap() {
        assert!(
            !lot["public"]["harvested"]
                .as_str()
                .unwrap()
                .ends_with("-01-01"),
            "{lot}"
        );
    }
    let mark = program.json(&format!("batch show 1 {place}"));
    assert_eq!(mark["has_hidden_codes"], true, "{mark}");
    assert!(
        text.contains("Under its film is the hidden code "),
        "{text}"
    );
}

#[test]
fn a_second_run_finds_everything_and_changes_nothing() {
    let program = Program::new();
    let first = program.done("demo --no-serve");
    let (files, entries) = (kept(&program), ledger(&program));
    let second = program.done("demo --no-serve");
    assert_eq!(second, first.replace("made   ", "found  "));
    assert_eq!(kept(&program), files);
    assert_eq!(ledger(&program), entries);
    // What was deleted is made again, and is the same.
    std::fs::remove_dir_all(program.path("yuanmark-demo/pack/png")).unwrap();
    program.done("demo --no-serve");
    assert_eq!(kept(&program), files);
}

#[test]
fn another_address_makes_the_labels_anew_and_nothing_else() {
    let program = Program::new();
    program.done("demo --no-serve");
    let (files, entries) = (kept(&program), ledger(&program));
    let text = program.done("demo --no-serve --public-url https://v.example.cn");
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("made   "))
            .count(),
        1,
        "{text}"
    );
    let labels = program.read("yuanmark-demo/pack/labels.csv");
    assert!(
        labels
            .lines()
            .skip(1)
            .all(|row| row.contains(",HTTPS://V.EXAMPLE.CN/T/"))
    );
    for (path, bytes) in kept(&program) {
        let is_label = path.to_string_lossy().contains("/pack/");
        assert_eq!(files[&path] != bytes, is_label, "{}", path.display());
    }
    assert_eq!(ledger(&program), entries);
}

/// The program serving, ended with the test.
struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Served {
    fn start(program: &Program, line: &str) -> Self {
        let mut command = program.command(line);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    /// The lines that it prints before it serves.
    fn until_it_serves(&mut self) -> Vec<String> {
        let lines = self.stdout.by_ref().lines().map(Result::unwrap);
        lines
            .take_while(|line| !line.starts_with("Serving"))
            .collect()
    }

    /// Ends it as a service manager would, and returns its log.
    fn end(mut self) -> String {
        let id = self.child.id().to_string();
        let killed = std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status();
        assert!(killed.unwrap().success());
        let deadline = Instant::now() + Duration::from_secs(10);
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "still there ten seconds after SIGTERM"
            );
            sleep(Duration::from_millis(10));
        };
        let log = std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap();
        assert!(status.success(), "{log}");
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn it_serves_the_addresses_that_it_prints() {
    let program = Program::new();
    let mut served = Served::start(&program, "demo --listen 127.0.0.1:0");
    // The socket is open before the first line is printed, so there is nothing to wait for.
    let printed = served.until_it_serves();
    let address = |word: &str| {
        let line = printed
            .iter()
            .find_map(|line| line.trim().strip_prefix(word));
        line.unwrap_or_else(|| panic!("{word}: {printed:?}"))
            .trim()
            .to_owned()
    };
    let good = address("good ");
    for (word, said) in [
        ("good ", "第一次查询"),
        ("not activated ", "尚未启用"),
        ("revoked ", "已撤销"),
        ("copied ", "可能被复制"),
        ("forged ", "这不是沅江芦笋"),
    ] {
        let mut response = ureq::get(address(word)).call().unwrap();
        let page = response.body_mut().read_to_string().unwrap();
        assert!(page.contains(said), "{word}\n{page}");
    }
    let origin = good.split("/t/").next().unwrap();
    let token = program.read("yuanmark-demo/admin-token");
    let instance = ureq::get(format!("{origin}/api/v1/instance"))
        .header("authorization", format!("Bearer {}", token.trim_end()))
        .call();
    assert_eq!(instance.unwrap().status(), 200);
    check_from_the_shell(&program, &good);
    let log = served.end();
    for word in ["serving", "request", "ending"] {
        assert!(log.contains(word), "{log}");
    }
    let code = good.rsplit('/').next().unwrap();
    for secret in [code, token.trim_end()] {
        assert!(!log.contains(secret), "it stays out of the log\n{log}");
    }
}

/// While the demonstration serves, the office may look: the mark was asked about once.
fn check_from_the_shell(program: &Program, good: &str) {
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    let line = format!("verify {good} {place}");
    for _ in 0..2 {
        let value = program.json(&line);
        assert_eq!(value["verdict"], "checked_before", "{value}");
    }
    let text = program.done(&line);
    assert!(text.contains("queries  1 so far"), "{text}");
}

/// Rows of people.txt by login: role, password, secret, address.
fn people(program: &Program) -> BTreeMap<String, Vec<String>> {
    let text = program.read("yuanmark-demo/people.txt");
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let rows = rows.map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| (row[0].clone(), row)).collect()
}

/// Signs somebody in as people.txt says, and returns what the console says then.
async fn sign_in(phone: &Phone, program: &Program, login: &str) -> String {
    let row = &people(program)[login];
    let form = format!(
        "login={login}&password={}&to=&kept=",
        percent_encoded(&row[2])
    );
    let begun = phone.ask("POST", "/console/sign-in", form.into()).await;
    assert_eq!(begun.status, 303, "{login}: {}", begun.text());
    if row[3] != "-" {
        let file = "--file yuanmark-demo/people.txt";
        let code = program.json(&format!("user code {login} {file}"));
        let form = format!("code={}", code["code"].as_str().unwrap());
        let opened = phone.ask("POST", "/console/code", form.into()).await;
        assert_eq!(opened.status, 303, "{login}: {}", opened.text());
    }
    let page = phone.open("/console").await;
    assert_eq!(page.status, 200, "{login}: {}", page.text());
    page.words()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_each_role_signs_in_as_it_says() {
    let program = Program::new();
    let mut served = Served::start(&program, "demo --listen 127.0.0.1:0");
    let printed = served.until_it_serves().join("\n");
    let address = printed.split("Sign in at http://").nth(1).unwrap();
    let address = address.split_once("/console").unwrap().0.parse().unwrap();
    assert_eq!(mode(&program.path("yuanmark-demo/people.txt")), 0o600);
    let all = people(&program);
    assert_eq!(all.len(), 8);
    for (login, row) in &all {
        assert!(printed.contains(&row[2]), "{login}'s password is told");
        let phone = Phone::new(address)
            .with("content-type", "application/x-www-form-urlencoded")
            .with("sec-fetch-site", "same-origin");
        let says = sign_in(&phone, &program, login).await;
        assert!(says.contains("退出登录"), "{login}: {says}");
        let place = "--database sqlite:yuanmark-demo/yuanmark.db";
        let account = program.json(&format!("user show {login} {place}"));
        assert_eq!(account["has_second_factor"], row[3] != "-", "{login}");
        // What waits for those for whom something waits.
        let waits = match login.as_str() {
            "approver" => "订单待核准",
            "second_approver" => "沅江虚构癸洲罐头有限公司",
            "registrar" => "沅江虚构寅湖芦笋合作社",
            "licensee" | "printer" => "订单",
            _ => "",
        };
        assert!(says.contains(waits), "{login}: {waits} in {says}");
    }
    served.end();
}

#[test]
fn who_is_missing_in_the_file_gets_a_new_password_and_second_factor() {
    let program = Program::new();
    program.done("demo --no-serve");
    let before = people(&program);
    let text = program.read("yuanmark-demo/people.txt");
    let kept: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("auditor\t"))
        .collect();
    program.write("yuanmark-demo/people.txt", &(kept.join("\n") + "\n"));
    program.done("demo --no-serve");
    let after = people(&program);
    for (login, row) in &before {
        assert_eq!(*row == after[login], login != "auditor", "{login}");
    }
    assert_eq!(mode(&program.path("yuanmark-demo/people.txt")), 0o600);
}

#[test]
fn a_code_is_shown_to_the_owner_of_the_file_alone() {
    let program = Program::new();
    program.done("demo --no-serve");
    let (path, file) = (
        program.path("yuanmark-demo/people.txt"),
        "--file yuanmark-demo/people.txt",
    );
    let code = program.json(&format!("user code auditor {file}"));
    for name in ["code", "next"] {
        let digits = code[name].as_str().unwrap();
        assert!(digits.len() == 6 && digits.parse::<u32>().is_ok(), "{code}");
    }
    // A printer's person has no second factor.
    let refusal = program.refused(&format!("user code printer {file}"));
    assert!(refusal.what.contains("no otpauth address of printer"));
    set_mode(&path, 0o644);
    program.refused(&format!("user code auditor {file}"));
}

#[test]
fn it_never_writes_into_an_installation() {
    let program = Program::new();
    program.done("migrate");
    program.done("key new");
    let before = program.files(".");
    let refusal = program.refused("demo --no-serve --dir .");
    assert!(
        refusal.what.contains("that no demonstration made"),
        "{refusal:?}"
    );
    assert_eq!(program.files("."), before);
}

#[test]
fn every_entry_of_the_ledger_has_its_step_in_the_audit_trail() {
    let program = Program::new();
    program.done("demo --no-serve");
    let place = "--database sqlite:yuanmark-demo/yuanmark.db --keys yuanmark-demo/keys";
    let trail = program.json(&format!("trail list --limit 1000 {place}"));
    let steps = trail["steps"].as_array().unwrap();
    let told: BTreeMap<u64, &Value> = steps
        .iter()
        .filter_map(|step| Some((step["entry"].as_u64()?, step)))
        .collect();
    let ledger = program.json(&format!("ledger list --limit 1000 {place}"));
    let entries = ledger["entries"].as_array().unwrap();
    let mut count = 0;
    for entry in entries {
        let step = told[&entry["number"].as_u64().unwrap()];
        assert_eq!(step["login"], entry["by"], "{entry}");
        assert_eq!(step["action"], entry["kind"], "{entry}");
        count += 1;
    }
    assert!(count > 100, "{count}");
    // What leaves no entry in the ledger has its step, too.
    for (command, action, subject) in [
        ("order export --out orders.csv", "export", "orders"),
        ("licensee export --out licensees.csv", "export", "licensees"),
        ("ledger export --out ledger.csv", "export", "ledger"),
        (
            "batch pack 1 --out pack --public-url https://v.example.cn",
            "pack-make",
            "orders 1",
        ),
    ] {
        program.done(&format!("{command} --by 张三 {place}"));
        let newest = program.json(&format!("trail list --limit 1000 {place}"))["steps"][0].clone();
        assert_eq!(newest["login"], "张三");
        assert_eq!(
            (&newest["action"], &newest["subject"]),
            (&json!(action), &json!(subject))
        );
    }
}
