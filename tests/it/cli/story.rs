//! The whole story of an installation, from an empty folder to closed books, on each kind of database.

use serde_json::{Value, json};
use yuanmark::store::migrate::NEEDED;

use crate::support::databases::TestDatabase;
use crate::support::program::Program;

#[test]
fn from_an_empty_folder_to_closed_books_on_sqlite() {
    tell(&Program::new());
}

#[tokio::test]
async fn from_an_empty_folder_to_closed_books_on_postgres() {
    let database = TestDatabase::postgres().await;
    let mut program = Program::new();
    program.set("YUANMARK_DATABASE", &database.address);
    tell(&program);
    assert!(!program.path("yuanmark.db").exists());
}

/// The commands of README, as they stand there; only the drawings are left out, which take their time.
#[test]
fn the_story_of_the_readme_runs_as_it_stands() {
    let readme = include_str!("../../../README.md");
    let blocks = readme.split("```sh\n").skip(1);
    let mut blocks = blocks.filter_map(|rest| rest.split("```").next());
    let story = blocks.find(|block| block.contains("\nyuanmark migrate "));
    let program = Program::new();
    for line in story.unwrap().lines() {
        let line = line.split(" #").next().unwrap().trim_end();
        if let Some((text, file)) = line
            .strip_prefix("echo ")
            .and_then(|rest| rest.split_once(" > "))
        {
            program.write(file, &format!("{text}\n"));
        }
        if let Some(line) = line.strip_prefix("yuanmark ")
            && !line.starts_with("serve ")
        {
            program.done(&line.replace("--format csv,png", "--format csv"));
        }
    }
    assert_eq!(program.json("order show 1")["state"], "closed");
}

fn tell(program: &Program) {
    begin(program);
    admit_a_licensee(program);
    enter_one_of_before(program);
    grant_entitlements(program);
    transfer_quantity(program);
    place_orders(program);
    issue_batches(program);
    pack_and_release(program);
    print_and_deliver(program);
    test_a_lot(program);
    change_marks(program);
    verify_online(program);
    verify_offline(program);
    account_for_every_label(program);
    end_a_right(program);
    read_the_ledger(program);
    examine(program);
}

fn begin(program: &Program) {
    assert_eq!(program.json("migrate"), json!({"from": 0, "to": NEEDED}));
    let again = program.done("migrate");
    assert!(
        again.contains(&format!("is up to date: schema version {NEEDED}")),
        "{again}"
    );
    let made = program.done("key new");
    assert!(made.starts_with("made key 1 in keys\n"), "{made}");
    let made = program.json("key new");
    assert_eq!(made, json!({"key": 2, "folder": "keys"}));
    assert_eq!(program.json("key list")["keys"][1]["status"], "active");
    assert!(program.done("key list").contains("\n2   active  "));
}

/// 申请 → 初审 → 核准公告 → 准予使用.
fn admit_a_licensee(program: &Program) {
    let applied = program.done(
        "licensee apply --name 虚构芦笋合作社 --uscc 93430981MA4TEXT36K --basis gi_product --date 2026-01-05 \
         --form canned --product '清水芦笋罐头 425 g' --standard '虚构标准 2026' --area 胭脂湖街道=1000 --phone 0737-0",
    );
    for line in [
        "licensee 1\n  name       虚构芦笋合作社\n",
        "state      applied (申请) since 2026-01-05\n",
        "forms      canned (罐头)\n",
        "standards  虚构标准 2026\n",
        "base       胭脂湖街道 1000 mu\n",
    ] {
        assert!(applied.contains(line), "{line}\n{applied}");
    }
    let refusal = program
        .refused("order new --licensee 1 --season 2026 --form canned --product x --quantity 1");
    assert!(refusal.what.contains("is applied (申请)"), "{refusal:?}");
    program.done("licensee step 1 review --date 2026-01-10 --ground 材料齐全");
    let decided = "--ground 符合条件 --document 公告2026年第1号";
    program.done(&format!(
        "licensee step 1 approve --date 2026-01-20 {decided}"
    ));
    let admitted = program.json(&format!(
        "licensee step 1 admit --date 2026-02-01 {decided}"
    ));
    assert_eq!(
        (&admitted["state"], &admitted["in_force_since"]),
        (&json!("active"), &json!("2026-02-01"))
    );
    let shown = program.json("licensee show 1");
    let steps: Vec<&str> = shown["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["order-correction", "suspend", "cancel", "exit"]);
    assert!(
        program
            .done("licensee show 1")
            .contains("exit (退出; two people: licensee propose)")
    );
}

fn enter_one_of_before(program: &Program) {
    let added = program.json(
        "licensee add --name '虚构 食品 公司' --uscc 91430981ma4text1xy --basis certification_mark --form canned \
         --area 008=12.5 --since 2025-01-01 --document 注册证1",
    );
    assert_eq!(
        (&added["number"], &added["state"]),
        (&json!(2), &json!("active"))
    );
    assert_eq!(added["name"], "虚构 食品 公司");
    assert_eq!(added["uscc"], "91430981MA4TEXT1XY");
    assert_eq!(added["legal_basis"], "certification_mark");
    let area = json!({"township": 430_981_008, "name": "胭脂湖街道", "mu": "12.50"});
    assert_eq!(added["areas"], json!([area]));
    assert_eq!(added["right_ended"], Value::Null);
    let list = program.json("licensee list --state active");
    assert_eq!(list["licensees"][1], added);
    assert_eq!(
        program.json("licensee list --search 食品")["licensees"],
        json!([added])
    );
    assert_eq!(
        program.json("licensee list --after 1")["licensees"],
        json!([added])
    );
    let list = program.done("licensee list");
    assert!(
        list.lines()
            .nth(2)
            .unwrap()
            .starts_with("2       91430981MA4TEXT1XY")
    );
}

fn grant_entitlements(program: &Program) {
    assert_eq!(program.json("coefficients show")["version"], 0);
    let set = program.json("coefficients set --scrap-tolerance 2% --document 核定2026年第1号");
    assert_eq!(
        (
            &set["version"],
            &set["scrap_tolerance"],
            &set["yields"]["canned"]
        ),
        (&json!(1), &json!(20), &json!(400))
    );
    assert_eq!(
        program.json("coefficients list")["coefficients"][0]["version"],
        1
    );
    let granted = program.json(
        "entitlement grant --licensee 1 --season 2026 --form canned --area 10 --pack-grams 425 --document 测产2026-1",
    );
    // 10 mu × 300 kg × 0.4 ÷ 425 g
    assert_eq!(
        (&granted["granted"], &granted["balance"]),
        (&json!(2823), &json!(2823))
    );
    let adjusted = program.done(
        "entitlement adjust --licensee 1 --season 2026 --form canned --marks -823 --reason 洪涝减产 --document 核定2",
    );
    assert!(adjusted.contains("balance     2,000\n"), "{adjusted}");
    let refusal = program.refused("entitlement carry-over --season 2026");
    assert!(refusal.what.contains("2026"), "{refusal:?}");
}

fn transfer_quantity(program: &Program) {
    let proposed = program.json(
        "transfer propose --licensee 1 --season 2026 --form canned --to 2 --marks 1,000 --document 合同9",
    );
    assert_eq!(
        (&proposed["number"], &proposed["state"]),
        (&json!(1), &json!("proposed"))
    );
    program.done("transfer confirm 1 --licensee 1 --by 张三");
    assert!(
        program
            .refused("transfer confirm 1 --licensee 2 --by 张三")
            .what
            .contains("张三")
    );
    let done = program.done("transfer confirm 1 --licensee 2 --by 李四");
    assert!(done.starts_with("transfer 1: done (已完成)\n"), "{done}");
    assert_eq!(
        program.json("transfer list --licensee 2")["transfers"][0]["state"],
        "done"
    );
    program.done("transfer propose --licensee 2 --season 2026 --form canned --to 1 --marks 1");
    assert_eq!(program.json("transfer drop 2")["state"], "dropped");
    let balances = program.json("entitlement list --season 2026")["entitlements"].clone();
    assert_eq!(
        (&balances[0]["balance"], &balances[1]["balance"]),
        (&json!(1000), &json!(1000))
    );
}

fn place_orders(program: &Program) {
    let printer = program.json(
        "printer add --name 虚构彩印有限公司 --uscc 51430981MJJTEXT52T --licence 印证字001号",
    );
    assert_eq!(program.json("printer list")["printers"], json!([printer]));
    let placed = program.done(
        "order new --licensee 1 --season 2026 --form canned --product '清水芦笋罐头 425 g' --quantity 1,000",
    );
    assert!(placed.starts_with("order 1: placed (待核准)\n"), "{placed}");
    assert!(placed.contains("quantity  1,000 marks\n"), "{placed}");
    let order = program.json(
        "order new --licensee 2 --season 2026 --form canned --product 罐头 --quantity 3 --by 张三 \
         --market Guangdong,湖南省",
    );
    assert_eq!(order["market"], json!(["430000", "440000"]));
    let shown = program.done("order show 2");
    assert!(shown.contains("Hunan, Guangdong (湖南、广东)"), "{shown}");
    assert_eq!(
        (&order["number"], &order["quantity"]),
        (&json!(2), &json!(3))
    );
    assert_eq!(order["by"], "张三");
    let orders = program.json("order list");
    assert_eq!(orders["orders"][0], order, "the newest first");
    assert_eq!(orders["orders"][1]["by"], "operator");
    let limited = program.json("order list --limit 1 --before 2");
    assert_eq!(limited["orders"][0]["number"], 1);
    assert!(program.done("order list").contains("清水芦笋罐头 425 g"));
    program.done("order approve 1 --document 核准2026年第1号");
    program.done("order approve 2");
    for number in [1, 2] {
        program.done(&format!("order assign {number} --printer 1"));
    }
    assert_eq!(
        program.json("order list --state approved --printer 1")["orders"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    // Two more that come to nothing.
    for number in [3, 4] {
        program.done("order new --licensee 2 --season 2026 --form canned --product x --quantity 9");
        let word = if number == 3 { "reject" } else { "cancel" };
        let ended = program.json(&format!("order {word} {number} --reason 重复"));
        assert_eq!(ended["reason"], "重复");
    }
}

fn issue_batches(program: &Program) {
    let issued = program.done("batch issue --order 1 --request first");
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
    assert_eq!(shown["labels"]["at"]["unreported"], 1000);
    assert_eq!(shown["product"], "清水芦笋罐头 425 g");
    assert!(
        program
            .done("batch show 1")
            .contains("not_activated               1,000")
    );
}

fn pack_and_release(program: &Program) {
    let packed = program.done("batch pack 1 --out pack --public-url https://v.example.cn");
    assert_eq!(
        packed,
        "packed 1,000 labels of batch 1\n  pack/labels.csv\n  pack/manifest.json\n  pack/summary.html\n"
    );
    let packed = program.json(
        "batch pack 2 --out other --public-url https://v.example.cn --hidden-codes --format csv,sheet",
    );
    let files = [
        "other/labels.csv",
        "other/hidden-codes.csv",
        "other/sheet.png",
        "other/manifest.json",
        "other/summary.html",
    ];
    assert_eq!(packed, json!({"batch": 2, "labels": 3, "files": files}));

    let refusal = program.refused("mark printed --batch 1 --all");
    assert!(refusal.what.contains("order 1 is issued"), "{refusal:?}");
    program.done("order release 1 --receiver 王五 --pack pack/labels.csv");
    let released = &program.json("ledger list --kind pack_released")["entries"][0]["body"];
    assert_eq!(released["receiver"], "王五");
    let hash = yuanmark::service::documents::sha256(program.read("pack/labels.csv").as_bytes());
    assert_eq!(released["sha256"], json!(hash));
}

fn print_and_deliver(program: &Program) {
    program.write("spoiled.txt", "# 第1卷\n980-989\n");
    let printed =
        program.done("mark printed --batch 1 --all --except-spoiled spoiled.txt --reason 印刷模糊");
    assert!(
        printed.starts_with("spoiled: 10 marks; entry "),
        "{printed}"
    );
    assert!(
        printed.contains("\nprinted: 990 marks; entry "),
        "{printed}"
    );
    for (first, last, label) in [(0, 499, "卷001"), (500, 979, "卷002")] {
        program.done(&format!(
            "container fill --kind roll --batch 1 --range {first}-{last} --label {label}"
        ));
    }
    let shown = program.done("container show 1");
    assert!(
        shown.starts_with("roll 1 (卷): 500 marks of batch 1\n  label   卷001\n"),
        "{shown}"
    );
    let sent = program.json("mark delivered --container 1 --container 2 --receiver 赵六");
    assert_eq!(
        (&sent["kind"], &sent["marks"]),
        (&json!("delivered"), &json!(980))
    );
    let refusal = program.refused("mark used --batch 1 --range 0");
    assert!(
        refusal.details[0].contains("are in_transit (发放途中) and cannot be used"),
        "{refusal:?}"
    );
    let received = program.json(&format!("mark received --delivery {}", sent["entries"][0]));
    assert_eq!(received["marks"], 980);
    assert_eq!(program.json("mark show 1-0")["label"], "on_hand");
}

fn test_a_lot(program: &Program) {
    program.write("report.pdf", "%PDF-1.7 虚构");
    let lot = program.json(
        "lot add --licensee 1 --season 2026 --form canned --code L2026-01 --product '清水芦笋罐头 425 g' \
         --harvested 2026-03-20 --township 008 --standard '虚构标准 2026' --packs 600 --step 采收 --step 杀菌",
    );
    assert_eq!(lot["public"]["township"]["name"], "胭脂湖街道");
    let refusal = program.refused("mark activate --batch 1 --range 0-499 --lot 1");
    assert!(
        refusal.what.contains("has no test report yet"),
        "{refusal:?}"
    );
    let document = program.json(
        "document add --licensee 1 --lot 1 --purpose report --title 检验报告2026-017 --file report.pdf",
    );
    let reported = program.json(
        "lot report 1 --laboratory 虚构检验所 --number 检验报告2026-017 --date 2026-04-10 --result passed --document 1",
    );
    assert_eq!(reported["reports"][0]["file_sha256"], document["sha256"]);
    let text = program.done("lot show 1");
    let (public, rest) = text.split_once("not public:").unwrap();
    assert!(
        public.contains("passed (合格): 检验报告2026-017 of 2026-04-10"),
        "{text}"
    );
    assert!(rest.contains("采收, 杀菌"), "{text}");
}

fn change_marks(program: &Program) {
    let activated =
        program.done("mark activate --batch 1 --range 0-499 --lot 1 --document 检验报告2026-017");
    assert!(
        activated.starts_with("activated: 500 marks; entry "),
        "{activated}"
    );
    assert!(activated.ends_with("\n  batch 1: 0-499\n"), "{activated}");
    let again = program.json("mark activate --batch 1 --range 490-509 --lot 1");
    assert_eq!(
        (&again["marks"], &again["unchanged"]),
        (&json!(10), &json!(10))
    );
    let refusal = program.refused("mark activate --batch 1 --range 510-979 --lot 1");
    assert!(
        refusal.what.contains("470 more are too many"),
        "{refusal:?}"
    );

    let serial = column(program, "pack/labels.csv", 7, 1);
    let revoked = program.done(&format!(
        "mark withdraw --kind revoked --serial {serial} --reason 抽检不合格"
    ));
    assert!(revoked.starts_with("revoked: 1 mark; entry "), "{revoked}");
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
    assert_eq!(
        (&shown["state"], &shown["lot"]),
        (&json!("revoked"), &json!(1))
    );
    let events = shown["events"].as_array().unwrap();
    assert_eq!(events[3]["document"], "检验报告2026-017");
    assert_eq!(events[4]["reason"], "抽检不合格");
    assert!(program.done("mark show 1-7").contains("state     revoked"));
    let states =
        json!({"active": 504, "frozen": 5, "not_activated": 480, "revoked": 1, "spoiled": 10});
    assert_eq!(program.json("batch show 1")["marks_by_state"], states);
}

fn verify_online(program: &Program) {
    let cases = [
        ("pack/labels.csv", 0, "first_check", 0),
        ("pack/labels.csv", 7, "withdrawn", 3),
        ("pack/labels.csv", 25, "withdrawn", 3),
        ("pack/labels.csv", 999, "not_activated", 3),
        ("other/labels.csv", 0, "not_activated", 3),
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
    for wrong in ["nonsense", "4BD9-QV4N-Q0NZ-57DB"] {
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

/// Every label is used, spoiled, lost, returned, destroyed or counted; then the order is closed.
fn account_for_every_label(program: &Program) {
    let change = |line: &str, marks: u64| {
        assert_eq!(program.json(line)["marks"], marks, "{line}");
    };
    change("mark used --batch 1 --range 0-399", 400);
    change(
        "mark withdraw --kind spoiled --batch 1 --range 400-409 --reason 贴标破损",
        10,
    );
    change(
        "mark withdraw --kind lost --batch 1 --range 410 --reason 遗失",
        1,
    );
    change(
        "mark withdraw --kind returned --container 2 --reason 余标退回 --receiver 王五",
        480,
    );
    change(
        "mark withdraw --kind lost --batch 1 --range 990-999 --reason 承印方遗失",
        10,
    );
    let order = program.json("order show 1");
    let labels = &order["labels"];
    assert_eq!(
        (
            &labels["good"],
            &labels["spoiled"],
            &labels["delivered"],
            &labels["to_be_destroyed"]
        ),
        (&json!(990), &json!(10), &json!(980), &json!(500))
    );
    let text = program.done("order show 1");
    for line in [
        "ordered 1,000 = good 990 + spoiled 10 + not reported 0\n",
        "delivered 980 = used 400 + spoiled 10 + lost 1 + returned 480 + on hand 89 + on the way 0\n",
        "500 labels wait to be destroyed",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let refusal = program.refused("order close 1 --on-hand 89");
    assert!(
        refusal.what.contains("500 labels wait to be destroyed"),
        "{refusal:?}"
    );
    let balance = || program.json("licensee show 1")["entitlements"][0]["balance"].clone();
    assert_eq!(balance(), 0);
    let destroy = "mark withdraw --kind destroyed --batch 1 --range 400-409 --range 500-989 --reason 集中销毁 \
                   --document 销毁2026-1 --date today --witness 张三";
    let refusal = program.refused(destroy);
    assert!(
        refusal.what.contains("two witnesses; 1 was named"),
        "{refusal:?}"
    );
    change(&format!("{destroy} --witness 李四"), 500);
    assert_eq!(balance(), 500, "what was destroyed may be ordered anew");
    let refusal = program.refused("order close 1 --on-hand 88");
    assert!(
        refusal.what.contains("the ledger knows of 89"),
        "{refusal:?}"
    );
    let closed = program.done("order close 1 --on-hand 89");
    assert!(closed.starts_with("order 1: closed (已结案)\n"), "{closed}");
}

fn end_a_right(program: &Program) {
    let cancel = "licensee step 2 cancel --date 2026-09-01 --ground 停产 --document 公告3号";
    let ended = program.json(&format!("{cancel} --by 李四"));
    assert_eq!(ended["right_ended"]["reason"], "停产");
    assert_eq!(ended["right_ended"]["by"], "李四");
    let exit = "licensee propose 1 exit --date 2026-09-01 --ground 使用非产地原料 --document 决定4 \
                --marks-good-until 2999-12-31T16:00:00Z";
    assert_eq!(
        program.json(&format!("{exit} --by 张三"))["pending"]["by"],
        "张三"
    );
    let attention = program.json("licensee attention")["licensees"].clone();
    assert_eq!(attention[0]["attention"][0]["kind"], "waits_for_second");
    let text = program.done("licensee confirm 1 --by 李四");
    assert!(
        text.contains("state        exited (退出) since 2026-09-01"),
        "{text}"
    );
    assert!(
        text.contains("marks good until 3000-01-01 00:00:00"),
        "{text}"
    );
    // Its marks are withdrawn from the policy date on: at once here, in a thousand years there.
    assert_eq!(program.json("mark show 2-0")["state"], "right_ended");
    assert_eq!(program.json("mark show 1-0")["state"], "active");
    let refusal = program.refused("batch pack 1 --out more --public-url https://v.example.cn");
    assert!(refusal.what.contains("it is closed"), "{refusal:?}");
    let blacklist = "licensee propose 1 blacklist --date 2026-09-02 --ground 冒用 --document 决定5";
    program.done(&format!("{blacklist} --by 张三"));
    assert_eq!(program.json("licensee drop 1")["pending"], json!(null));
}

/// A list that is cut: standard error says that more of it begins before this number.
fn cut(program: &Program, line: &str, before: u64) -> Value {
    let ran = program.run(&format!("{line} --json"));
    assert_eq!(
        (ran.code, ran.stderr),
        (0, format!("more: --before {before}\n")),
        "{line}"
    );
    serde_json::from_str(&ran.stdout).unwrap()
}

fn read_the_ledger(program: &Program) {
    let head = program.json("ledger head");
    let newest = program.json("ledger list --limit 10000")["entries"][0].clone();
    assert_eq!(
        (&newest["number"], &newest["hash"]),
        (&head["entry"], &head["hash"])
    );
    let number = newest["number"].as_u64().unwrap();
    let mut shown = newest.clone();
    shown["corrected_by"] = json!(null);
    shown["notes"] = json!([]);
    assert_eq!(program.json(&format!("ledger show {number}")), shown);
    let before = cut(
        program,
        &format!("ledger list --before {number} --limit 2"),
        number - 2,
    );
    assert_eq!(before["entries"][0]["number"], number - 1);
    let kinds = |filter: &str| -> Vec<String> {
        let found = program.json(&format!("ledger list {filter}"))["entries"].clone();
        let kind = |entry: &Value| entry["kind"].as_str().unwrap().to_owned();
        found.as_array().unwrap().iter().map(kind).collect()
    };
    assert_eq!(kinds("--order 3"), ["order_rejected", "order_placed"]);
    assert_eq!(kinds("--lot 1 --kind lot_reported"), ["lot_reported"]);
    assert_eq!(
        kinds("--printer 1 --kind printer_entered"),
        ["printer_entered"]
    );
    assert_eq!(
        kinds("--licensee 2 --season 2026 --kind order_cancelled"),
        ["order_cancelled"]
    );
    let text = program.done("ledger show 1");
    assert!(
        text.starts_with("entry 1: licensee_entered (建档)\n"),
        "{text}"
    );
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
