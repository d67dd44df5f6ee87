//! Key files that are missing, open to others, swapped, damaged or locked: each is refused, and told for what it is.

use std::fs;

use yuanmark::keystore::Passphrase;

use super::{encrypted, private};
use crate::support::program::{Program, files_below, mode, set_mode};

/// Commands that use private keys.
const USES: [&str; 4] = [
    "batch issue --order 1",
    "batch pack 1 --out pack --public-url https://v.example.cn",
    "verify 4BD9-QV4N-Q0NZ-57DB",
    "mark activate --batch 1 --all --lot 1",
];

const PRIVATE: [&str; 5] = [
    "serial.key",
    "hidden.key",
    "phone.key",
    "people.key",
    "signing-1.pem",
];

/// A program with two signing keys and a batch under the first.
fn with_two_keys() -> Program {
    let program = Program::with_batch(1);
    program.done("key new");
    program
}

/// Every use of the keys is refused with these words, nothing is written, and the doctor says the same.
fn every_use_is_refused(program: &Program, what: &str, advice: &str) {
    let before = program.files("keys");
    for line in USES {
        let refusal = program.refused(line);
        assert!(refusal.what.contains(what), "{line}\n{refusal:?}");
        assert!(refusal.advice.contains(advice), "{line}\n{refusal:?}");
    }
    let report = program.json_and_code("doctor", 1);
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["health"]),
        (&"keys".into(), &"error".into())
    );
    assert!(
        finding["found"].as_str().unwrap().contains(what),
        "{finding}"
    );
    assert_eq!(program.files("keys"), before);
    assert!(!program.path("pack").exists());
}

#[test]
fn private_files_are_made_for_their_owner_alone_whatever_the_umask() {
    let program = Program::new();
    let mut command = std::process::Command::new("sh");
    let line = "umask 000; exec \"$0\" key new";
    let status = command
        .args(["-c", line, env!("CARGO_BIN_EXE_yuanmark")])
        .current_dir(program.path(""));
    assert!(status.output().unwrap().status.success());
    for name in PRIVATE {
        assert_eq!(mode(&program.path("keys").join(name)), 0o600, "{name}");
    }
    assert!(
        files_below(&program.path("keys"))
            .keys()
            .all(|path| path.extension().is_none_or(|e| e != "part"))
    );
}

#[test]
fn a_private_file_that_others_can_read_is_refused() {
    for (name, open) in [
        ("serial.key", 0o640),
        ("signing-1.pem", 0o604),
        ("hidden.key", 0o660),
    ] {
        let program = with_two_keys();
        let path = program.path("keys").join(name);
        set_mode(&path, open);
        let what = format!("keys/{name} can be read by others (mode {open:o})");
        every_use_is_refused(&program, &what, &format!("run `chmod 600 keys/{name}`"));
        set_mode(&path, 0o600);
        program.done("doctor");
    }
}

#[test]
fn a_missing_private_file_is_told() {
    for name in PRIVATE {
        let program = with_two_keys();
        fs::remove_file(program.path("keys").join(name)).unwrap();
        every_use_is_refused(
            &program,
            &format!("keys/{name} is missing"),
            "from your backup",
        );
    }
}

#[test]
fn swapped_private_files_are_noticed() {
    for (one, other) in [
        ("serial.key", "hidden.key"),
        ("signing-1.pem", "signing-2.pem"),
    ] {
        let program = with_two_keys();
        let (a, b) = (
            program.path("keys").join(one),
            program.path("keys").join(other),
        );
        let bytes = [fs::read(&a).unwrap(), fs::read(&b).unwrap()];
        fs::write(&a, &bytes[1]).unwrap();
        fs::write(&b, &bytes[0]).unwrap();
        let what = format!("keys/{one} is not the key that keyring.toml names");
        every_use_is_refused(&program, &what, "put the right one back");
    }
}

#[test]
fn truncated_files_and_garbage_are_damage() {
    for name in ["phone.key", "signing-1.pem"] {
        let program = with_two_keys();
        let path = program.path("keys").join(name);
        let whole = fs::read(&path).unwrap();
        let half = whole[..whole.len() / 2].to_vec();
        let long = vec![b'x'; 100_000];
        for bytes in [Vec::new(), half, vec![0xFF; 200], b"garbage".to_vec(), long] {
            fs::write(&path, bytes).unwrap();
            every_use_is_refused(&program, &format!("keys/{name} is damaged: "), "backup");
        }
        // A bit that turned: the length is right, the key is another.
        let mut turned = whole.clone();
        let place = whole.len() - if name.ends_with("pem") { 30 } else { 1 };
        turned[place] ^= 1;
        fs::write(&path, turned).unwrap();
        program.refused(USES[0]);
    }
}

#[test]
fn a_keyring_with_a_wrong_entry_is_refused_by_key_and_reason() {
    let program = with_two_keys();
    let good = program.read("keys/keyring.toml");
    for (from, to, what) in [
        (
            "\"Ed25519\"",
            "\"SM2\"",
            "key 1: the algorithm must be Ed25519",
        ),
        ("\"active\"", "\"lost\"", "key 1: the status must be active"),
        ("id = 2", "id = 1", "key 1: the number stands twice"),
        ("[checks]", "[[[", "keyring.toml cannot be read: line"),
        (
            "serial = \"",
            "serial = \"0",
            "is not the key that keyring.toml names",
        ),
    ] {
        program.write("keys/keyring.toml", &good.replacen(from, to, 1));
        let refusal = program.refused(USES[0]);
        assert!(refusal.what.contains(what), "{refusal:?}");
    }
}

#[test]
fn encrypted_keys_ask_for_their_passphrase() {
    let mut program = encrypted();
    program.done("migrate");
    private(&program, "wrong", "incorrect horse\n");
    let what = "keys/serial.key is encrypted";
    every_use_is_refused(&program, what, "--passphrase-file");
    program.set("YUANMARK_PASSPHRASE_FILE", "wrong");
    // The format of `openssl enc` has no checksum: once in 256 a wrong passphrase decrypts to other bytes, which the
    // fingerprint refuses.
    let refusal = program.refused(USES[0]);
    let said = [
        "keys/serial.key does not open with this passphrase",
        "keys/serial.key is not the key that keyring.toml names",
    ];
    assert!(said.contains(&refusal.what.as_str()), "{refusal:?}");
    program.set("YUANMARK_PASSPHRASE_FILE", "pass");
    assert_eq!(program.add_batch(1, ""), 1);
    program.done("batch pack 1 --out pack --public-url https://v.example.cn --format csv,png");
}

#[test]
fn a_signing_key_does_not_open_with_a_wrong_passphrase() {
    let program = encrypted();
    // The 32-byte keys plain, as one would keep them who encrypts the signing key alone.
    let plain = Program::installed();
    for name in ["serial.key", "hidden.key", "phone.key", "people.key"] {
        fs::copy(
            plain.path("keys").join(name),
            program.path("keys").join(name),
        )
        .unwrap();
    }
    let (ours, theirs) = (
        program.read("keys/keyring.toml"),
        plain.read("keys/keyring.toml"),
    );
    let checks = theirs
        .split("[checks]")
        .nth(1)
        .unwrap()
        .split("[[key]]")
        .next()
        .unwrap();
    let old = ours
        .split("[checks]")
        .nth(1)
        .unwrap()
        .split("[[key]]")
        .next()
        .unwrap();
    program.write("keys/keyring.toml", &ours.replace(old, checks));
    program.done("migrate");
    private(&program, "wrong", "incorrect horse\n");
    let refusal = program.refused("verify x --passphrase-file wrong");
    assert_eq!(
        refusal.what,
        "keys/signing-1.pem does not open with this passphrase"
    );
    let refusal = program.refused("verify x");
    assert_eq!(refusal.what, "keys/signing-1.pem is encrypted");
    assert_eq!(program.run("verify x --passphrase-file pass").code, 1);
}

#[test]
fn nothing_private_is_printed_or_logged() {
    let mut program = encrypted();
    program.set("YUANMARK_PASSPHRASE_FILE", "pass");
    program.set("RUST_LOG", "trace");
    program.done("migrate");
    let mut plain = Program::installed();
    plain.set("RUST_LOG", "trace");
    let secrets = secrets_of(&plain);
    let mut said = String::new();
    for line in [
        "key list",
        "key list --json",
        "key export",
        "key export --json",
        "doctor",
        "--help",
    ] {
        said += &program.done(line);
        said += &plain.done(line);
    }
    program.refused("batch issue --order 9");
    for line in [
        "key new --id 1",
        "batch issue --order 9",
        "serve --listen 192.0.2.1:80",
    ] {
        said += &program.run(line).stderr;
        said += &plain.run(line).stderr;
    }
    let passphrase = Passphrase::from_file(&program.path("pass")).unwrap();
    said.extend([format!("{passphrase:?}")]);
    assert!(!said.contains("horse"), "{said}");
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret}\n{said}");
    }
}

/// The private keys as they might slip out: as PEM, as hex, as a list of numbers.
fn secrets_of(program: &Program) -> Vec<String> {
    let pem = program.read("keys/signing-1.pem");
    let mut secrets = vec![pem.lines().nth(1).unwrap().to_owned()];
    for name in ["serial.key", "hidden.key", "phone.key", "people.key"] {
        let key = fs::read(program.path("keys").join(name)).unwrap();
        let first: [u8; 8] = key[..8].try_into().unwrap();
        secrets.push(format!("{:016x}", u64::from_be_bytes(first)));
        let numbers = format!("{first:?}");
        secrets.push(numbers.trim_matches(['[', ']']).to_owned());
    }
    secrets
}
