//! The whole story of an installation, from an empty folder to answered marks, on each kind of database.

use serde_json::{Value, json};

use crate::support::databases::TestDatabase;
use crate::support::program::Program;

#[test]
fn from_an_empty_folder_to_answered_marks_on_sqlite() {
    tell(&Program::new());
}

#[tokio::test]
async fn from_an_empty_folder_to_answered_marks_on_postgres() {
    let database = TestDatabase::postgres().await;
    let mut program = Program::new();
    program.set("YUANMARK_DATABASE", &database.address);
    tell(&program);
    assert!(!program.path("yuanmark.db").exists());
}

fn tell(program: &Program) {
    begin(program);
    enter_licensees(program);
    place_orders(program);
    issue_batches(program);
    pack_labels(program);
    change_marks(program);
    verify_online(program);
    verify_offline(program);
    end_a_right(program);
    examine(program);
}

fn begin(program: &Program) {
    assert_eq!(program.json("migrate"), json!({"from": 0, "to": 2}));
    let again = program.done("migrate");
    assert!(again.contains("is up to date: schema version 2"), "{again}");
    let made = program.done("key new");
    assert!(made.starts_with("made key 1 in keys\n"), "{made}");
    let made = program.json("key new");
    assert_eq!(made, json!({"key": 2, "folder": "keys"}));
    assert_eq!(program.json("key list")["keys"][1]["status"], "active");
    assert!(program.done("key list").contains("\n2   active  "));
}

fn enter_licensees(program: &Program) {
    let added = program
        .done("licensee add --name 虚构芦笋合作社 --uscc 93430981MA4TEXT36K --basis gi_product");
    assert!(added.starts_with("licensee 1\n  name   虚构芦笋合作社\n"));
    let added = program.json(
        "licensee add --name '虚构 食品 公司' --uscc 91430981ma4text1xy --basis certification_mark",
    );
    assert_eq!(added["number"], 2);
    assert_eq!(added["name"], "虚构 食品 公司");
    assert_eq!(added["uscc"], "91430981MA4TEXT1XY");
    assert_eq!(added["legal_basis"], "certification_mark");
    assert_eq!(added["right_ended"], Value::Null);
    assert_eq!(program.json("licensee show 2"), added);
    let list = program.json("licensee list");
    assert_eq!(list["licensees"][1], added);
    let list = program.done("licensee list");
    assert!(
        list.lines()
            .nth(2)
            .unwrap()
            .starts_with("2       91430981MA4TEXT1XY")
    );
    assert!(program.done("licensee show 1").contains("right  in force"));
}

fn place_orders(program: &Program) {
    let placed = program.done(
        "order new --licensee 1 --season 2026 --form canned --product '清水芦笋罐头 425 g' --quantity 1,000",
    );
    assert_eq!(
        placed,
        "placed order 1: 1,000 marks for licensee 1, season 2026, 清水芦笋罐头 425 g (canned)\n"
    );
    let order = program.json(
        "order new --licensee 2 --season 2020 --form fresh --product 鲜笋 --quantity 3 --by 张三",
    );
    assert_eq!(order["number"], 2);
    assert_eq!(order["quantity"], 3);
    assert_eq!(order["by"], "张三");
    let orders = program.json("order list");
    assert_eq!(orders["orders"][0], order, "the newest first");
    assert_eq!(orders["orders"][1]["by"], "operator");
    let limited = program.json("order list --limit 1");
    assert_eq!(limited["orders"].as_array().unwrap().len(), 1);
    assert!(program.done("order list").contains("清水芦笋罐头 425 g"));
}

fn issue_batches(program: &Program) {
    let issued = program.done("batch issue --order 1 --idempotency-key first");
    assert_eq!(
        issued,
        "issued batch 1 of order 1: 1,000 marks, signed with key 2\n"
    );
    let again = program.json("batch issue --order 1 --idempotency-key first");
    assert_eq!(
        (&again["number"], &again["is_repeat"]),
        (&json!(1), &json!(true))
    );
    let hidden = program.json("batch issue --order 2 --hidden-codes");
    assert_eq!(hidden["number"], 2);
    assert_eq!(hidden["has_hidden_codes"], true);
    assert_eq!(program.json("batch list")["batches"][0]["number"], 2);
    let list = program.done("batch list");
    assert_eq!(list.lines().count(), 3, "{list}");
    let shown = program.json("batch show 1");
    assert_eq!(shown["marks_by_state"], json!({"not_activated": 1000}));
    assert_eq!(shown["product"], "清水芦笋罐头 425 g");
    assert!(
        program
            .done("batch show 1")
            .contains("not_activated         1,000")
    );
}

fn pack_labels(program: &Program) {
    let packed = program.done("batch pack 1 --out pack --public-url https://v.example.cn");
    assert_eq!(
        packed,
        "packed 1,000 labels of batch 1\n  pack/labels.csv\n"
    );
    let packed = program.json(
        "batch pack 2 --out old --public-url https://v.example.cn --hidden-codes --format csv,sheet",
    );
    let files = ["old/labels.csv", "old/hidden-codes.csv", "old/sheet.png"];
    assert_eq!(packed, json!({"batch": 2, "labels": 3, "files": files}));
}

fn change_marks(program: &Program) {
    let activated =
        program.done("mark activate --batch 1 --range 0-499 --document 检验报告2026-017");
    assert_eq!(activated, "activated: 500 marks\n  batch 1: 0-499\n");
    let again = program.json("mark activate --batch 1 --range 490-509");
    assert_eq!(
        (&again["marks"], &again["unchanged"]),
        (&json!(10), &json!(10))
    );
    program.done("mark activate --batch 2 --all");

    let serial = column(program, "pack/labels.csv", 7, 1);
    let revoked = program.done(&format!(
        "mark withdraw --kind revoked --serial {serial} --reason 抽检不合格"
    ));
    assert_eq!(revoked, "revoked: 1 marks\n  batch 1: 7\n");
    let frozen = program.json("mark withdraw --kind frozen --batch 1 --range 20-29 --reason 核查");
    assert_eq!(
        frozen["ranges"],
        json!([{"batch": 1, "first": 20, "last": 29}])
    );
    let restored =
        program.json("mark restore --kind frozen --batch 1 --range 20-24 --reason 核查无误");
    assert_eq!(
        (&restored["kind"], &restored["marks"]),
        (&json!("undo_frozen"), &json!(5))
    );

    let shown = program.json(&format!("mark show {serial}"));
    assert_eq!((&shown["batch"], &shown["index"]), (&json!(1), &json!(7)));
    assert_eq!(shown["state"], "revoked");
    assert_eq!(shown["events"][0]["document"], "检验报告2026-017");
    assert_eq!(shown["events"][1]["reason"], "抽检不合格");
    assert!(program.done("mark show 1-7").contains("state    revoked"));
    let states = json!({"active": 504, "frozen": 5, "not_activated": 490, "revoked": 1});
    assert_eq!(program.json("batch show 1")["marks_by_state"], states);
}

fn verify_online(program: &Program) {
    let cases = [
        ("pack/labels.csv", 0, "first_check", 0),
        ("pack/labels.csv", 7, "withdrawn", 3),
        ("pack/labels.csv", 25, "withdrawn", 3),
        ("pack/labels.csv", 999, "not_activated", 3),
        ("old/labels.csv", 0, "past_season", 3),
    ];
    for (file, row, verdict, code) in cases {
        // In every form that stands on or comes from a label: serial, symbol, link.
        for field in 1..=3 {
            let text = column(program, file, row, field);
            let line = format!("verify {text}");
            let ran = program.run(&line);
            assert_eq!((ran.code, ran.stderr.as_str()), (code, ""), "{ran:?}");
            assert!(ran.stdout.starts_with(verdict), "{ran:?}");
            assert_eq!(program.json_and_code(&line, code)["verdict"], verdict);
        }
    }
    for wrong in ["nonsense", "4BD9-QV4N-Q0NZ-57DB", "''"] {
        let ran = program.run(&format!("verify {wrong}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (1, "not ours\n"));
        let value = program.json_and_code(&format!("verify {wrong}"), 1);
        assert_eq!(value["verdict"], "not_ours");
    }
    // The office's own look was no query.
    assert_eq!(program.json("batch show 1")["queries"], 0);
}

fn verify_offline(program: &Program) {
    std::fs::copy(
        program.path("keys/keyring.toml"),
        program.path("published.toml"),
    )
    .unwrap();
    let link = column(program, "pack/labels.csv", 7, 3);
    let command = format!("verify --offline --keyring published.toml {link}");
    let text = program.done(&command);
    assert!(
        text.starts_with("the signature is good\n  mark     1-7\n"),
        "{text}"
    );
    let value = program.json(&command);
    let expected = json!({
        "verdict": "signature_good", "offline": true, "batch": 1, "index": 7, "licensee": 1,
        "season": 2026, "form": "canned", "has_hidden_code": false, "key": 2, "key_status": "active",
    });
    assert_eq!(value, expected);
    assert_eq!(program.json(&format!("verify --offline {link}")), expected);

    let other = forged(&link);
    let offline = format!("verify --offline --keyring published.toml {other}");
    assert_eq!(program.run(&offline).code, 1);
    assert_eq!(program.json_and_code(&offline, 1)["verdict"], "not_ours");
    assert_eq!(program.run(&format!("verify {other}")).code, 1);
}

fn end_a_right(program: &Program) {
    let ended = program.json("licensee end 2 --reason 停产 --document 公告3号 --by 李四");
    assert_eq!(ended["right_ended"]["reason"], "停产");
    assert_eq!(ended["right_ended"]["by"], "李四");
    let text = program.done("licensee end 1 --reason 退出 --marks-good-until 2999-12-31T16:00:00Z");
    assert!(
        text.contains("right  ended, marks good until 2999-12-31T16:00:00Z"),
        "{text}"
    );
    // Its marks are withdrawn from the policy date on: at once here, in a thousand years there.
    assert_eq!(program.json("mark show 2-0")["state"], "right_ended");
    assert_eq!(program.json("mark show 1-0")["state"], "active");
    let refusal = program.refused("batch pack 1 --out more --public-url https://v.example.cn");
    assert!(refusal.what.contains("has ended"), "{refusal:?}");
}

fn examine(program: &Program) {
    let report = program.json("doctor");
    for finding in report["findings"].as_array().unwrap() {
        assert_ne!(finding["health"], "error", "{finding}");
    }
    let text = program.done("doctor");
    assert!(
        text.contains("ok       keys            2 in the ring"),
        "{text}"
    );
    assert!(text.contains("ok       invariants      all hold"), "{text}");
}

/// A field of a row of `labels.csv`, both from 0.
fn column(program: &Program, file: &str, row: usize, field: usize) -> String {
    let text = program.read(file);
    let row = text.lines().nth(row + 1).unwrap();
    row.split(',').nth(field).unwrap().to_owned()
}

/// The link with one character in the middle of its signature changed.
fn forged(link: &str) -> String {
    let (start, rest) = link.split_at(link.len() - 40);
    let other = if rest.starts_with('A') { "B" } else { "A" };
    format!("{start}{other}{}", &rest[1..])
}
