//! The lives of keys: made, two at once, left half made by a crash, retired, compromised.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use crate::support::program::Program;

fn statuses(program: &Program) -> Vec<(u64, String)> {
    let keys = program.json("key list");
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| {
        (
            key["id"].as_u64().unwrap(),
            key["status"].as_str().unwrap().to_owned(),
        )
    })
    .collect()
}

#[test]
fn keys_made_at_once_get_numbers_of_their_own() {
    let program = Program::new();
    let children: Vec<_> = (0..6)
        .map(|_| {
            let mut command = program.command("key new");
            command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    let active = |id| (id, "active".to_owned());
    assert_eq!(statuses(&program), (1..=6).map(active).collect::<Vec<_>>());
    program.done("migrate");
    program.done("doctor");
}

#[test]
fn a_crash_before_the_first_ring_loses_nothing() {
    let program = Program::installed();
    let serial = fs::read(program.path("keys/serial.key")).unwrap();
    // Killed when two of the 32-byte keys were there: they are taken over.
    for name in ["keyring.toml", "signing-1.pem", "phone.key"] {
        fs::remove_file(program.path("keys").join(name)).unwrap();
    }
    program.write("keys/phone.key.part", "half");
    assert_eq!(program.json("key new")["key"], 1);
    assert_eq!(fs::read(program.path("keys/serial.key")).unwrap(), serial);
    program.done("doctor");
    assert!(!program.path("keys/phone.key.part").exists());
}

#[test]
fn a_crash_between_a_private_file_and_its_ring_costs_one_number() {
    let program = Program::installed();
    let ring = program.read("keys/keyring.toml");
    program.done("key new");
    // As if killed after signing-2.pem and before the ring.
    program.write("keys/keyring.toml", &ring);
    program.done("doctor");
    let orphan = program.read("keys/signing-2.pem");
    let refusal = program.refused("key new --id 2");
    assert_eq!(refusal.what, "keys/signing-2.pem is there already");
    assert_eq!(program.json("key new")["key"], 3);
    assert_eq!(
        program.read("keys/signing-2.pem"),
        orphan,
        "never overwritten"
    );
    program.done("doctor");
}

#[test]
fn a_lost_ring_is_not_replaced_by_a_new_one() {
    let program = Program::with_batch(1);
    fs::remove_file(program.path("keys/keyring.toml")).unwrap();
    let before = program.files("keys");
    let refusal = program.refused("key new");
    assert_eq!(
        refusal.what,
        "keys/signing-1.pem is here, but keyring.toml is not"
    );
    assert!(refusal.advice.contains("from your backup"), "{refusal:?}");
    assert_eq!(program.files("keys"), before);
    program.done("batch list"); // needs no keys
}

#[test]
fn new_batches_use_the_newest_active_key() {
    let program = Program::with_batch(1);
    let key_of = |batch: u64| program.json(&format!("batch show {batch}"))["key"].clone();
    assert_eq!(key_of(1), 1);
    assert_eq!(program.json("key new --id 200")["key"], 200);
    assert_eq!(key_of(program.add_batch(1, "")), 200);
    assert_eq!(program.json("key new --id 7")["key"], 7);
    assert_eq!(
        key_of(program.add_batch(1, "")),
        7,
        "newer, though the number is lower"
    );
    program.done("key retire 7");
    assert_eq!(key_of(program.add_batch(1, "")), 200);
    assert_eq!(program.json("key new")["key"], 201);
}

#[test]
fn a_retired_key_s_marks_stay_good_and_no_batch_uses_it() {
    let program = Program::with_batch(1);
    program.activate(1);
    let text = program.done("key retire 1");
    assert!(text.contains("its marks stay good"), "{text}");
    program.done("key retire 1");
    let serial = program.json("mark show 1-0")["serial"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        program.json(&format!("verify {serial}"))["verdict"],
        "first_check"
    );
    let order = program.add_order(1);
    let refusal = program.refused(&format!("batch issue --order {order}"));
    assert_eq!(refusal.what, "no signing key is active");
    let refusal = program.refused("key export");
    assert_eq!(refusal.what, "no signing key is active");
    assert!(
        program
            .done("key export 1")
            .starts_with("-----BEGIN PUBLIC KEY-----\n")
    );
    // Still packed, as long as its private half is there.
    let pack = "batch pack 1 --out pack --public-url https://v.example.cn --replace";
    program.done(pack);
    fs::remove_file(program.path("keys/signing-1.pem")).unwrap();
    assert_eq!(
        program.json(&format!("verify {serial}"))["verdict"],
        "first_check"
    );
    let refusal = program.refused(pack);
    assert_eq!(refusal.what, "keys/signing-1.pem is missing");
}

#[test]
fn a_compromised_key_vouches_only_for_what_was_issued_before() {
    let program = Program::with_batch(1);
    program.activate(1);
    let pack = "batch pack 1 --out pack --public-url https://v.example.cn --replace";
    program.done(pack);
    let labels = program.read("pack/labels.csv");
    let link = labels.trim_end().rsplit(',').next().unwrap().to_owned();
    let verify = format!("verify {link}");

    program.done("key compromise 1");
    assert_eq!(program.json(&verify)["verdict"], "first_check");
    program.done(pack);
    let before_all = "2020-01-01T00:00:00Z";
    program.done(&format!("key compromise 1 --since {before_all}"));
    assert_eq!(program.json_and_code(&verify, 1)["verdict"], "not_ours");
    let refusal = program.refused(pack);
    assert!(refusal.what.contains("key 1 is compromised"), "{refusal:?}");
    // Offline nobody knows when it was issued: that is no verdict.
    let offline = program.json_and_code(&format!("verify --offline {link}"), 2);
    assert_eq!(offline["key_status"], "compromised");

    // Said again, the earlier time counts, and is told.
    let again = program.json("key compromise 1 --since 2021-01-01T00:00:00Z");
    assert_eq!(
        again,
        json!({"key": 1, "status": "compromised", "since": before_all})
    );
    let refusal = program.refused("key retire 1");
    assert!(refusal.what.contains("stays compromised"), "{refusal:?}");
    assert_eq!(statuses(&program), [(1, "compromised".to_owned())]);
}
