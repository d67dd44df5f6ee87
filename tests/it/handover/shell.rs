//! The same at the machine, and with a disk instead of a network.

use crate::support::age::PrintingHouse;
use crate::support::program::{Program, mode};

#[test]
fn a_pack_is_handed_over_on_a_disk() {
    let mut program = Program::with_batch(30);
    program.set("YUANMARK_PUBLIC_URL", "https://v.example.cn");
    let house = PrintingHouse::new();
    let secret = house.private_key();
    let refused = program.refused(&format!("printer key 1 --age-recipient {secret}"));
    assert!(refused.what.contains("private key"), "{refused:?}");
    assert!(!format!("{refused:?}").contains(&secret[20..40]));
    let refused = program.refused("pack release 1");
    assert!(refused.what.contains("no public key"), "{refused:?}");

    let set = program.done(&format!(
        "printer key 1 --age-recipient {}",
        house.recipient
    ));
    assert!(set.contains(&house.recipient));
    let offered = program.json("pack release 1 --format csv,png --by 李华");
    let link = offered["link"].as_str().unwrap();
    assert!(link.starts_with("https://v.example.cn/pack/"), "{link}");
    let shown = program.done("pack show 1");
    assert!(
        !shown.contains("https://") && shown.contains("link 1: not used"),
        "{shown}"
    );
    assert!(program.done("pack list").contains("open"));

    program.write("there.age", "x");
    program.refused("pack take 1 --out there.age --by 李华");
    let took = program.done("pack take 1 --out p.tar.age --by 李华");
    assert!(took.contains("SHA-256"), "{took}");
    assert_eq!(mode(&program.path("p.tar.age")), 0o600);
    let files = house.open(&std::fs::read(program.path("p.tar.age")).unwrap());
    assert_eq!(
        files.len(),
        33,
        "30 pictures, a table, manifest and summary"
    );
    program.refused("pack take 1 --out q.tar.age --by 李华");
    assert!(!program.path("q.tar.age").exists());
    program.refused("batch pack 1 --out plain");
    program.refused("pack release 1 --by 李华");

    program.done("pack again 1 --reason 磁盘损坏 --by 李华");
    let own = program.refused("pack approve 1 --by 李华");
    assert!(own.what.contains("cannot approve it too"), "{own:?}");
    program.done("pack refuse 1 --reason 请先核对 --by 王敏");
    program.done("pack again 1 --reason 磁盘损坏 --by 李华");
    let approved = program.done("pack approve 1 --days 1 --by 王敏");
    assert!(
        approved.contains("https://v.example.cn/pack/"),
        "{approved}"
    );
    program.done("pack withdraw 1 --reason 链接发错 --by 李华");
    program.refused("pack take 1 --out q.tar.age --by 李华");
    let entries = program.done("ledger list --order 1");
    for kind in ["pack_taken", "pack_again_approved", "pack_withdrawn"] {
        assert!(entries.contains(kind), "{kind}\n{entries}");
    }
    program.done("ledger verify");
}
