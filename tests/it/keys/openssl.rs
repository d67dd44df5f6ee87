//! Nothing here trusts our own cryptography: `openssl` checks it.

use std::fs;

use yuanmark::domain::code::{CODE_BYTES, Code};
use yuanmark::domain::keyring::{SecretName, secret_check};

use super::encrypted;
use crate::support::openssl::{openssl, openssl_done};
use crate::support::program::{Program, mode};

const VERIFY: &str =
    "pkeyutl -verify -rawin -pubin -inkey key.pub.pem -sigfile signature -in message";

/// The 80 bytes of the first code of batch 1.
fn first_code(program: &Program) -> [u8; CODE_BYTES] {
    program.done("batch pack 1 --out pack --public-url https://v.example.cn --replace");
    let labels = program.read("pack/labels.csv");
    let link = labels.lines().nth(1).unwrap().rsplit('/').next().unwrap();
    *Code::from_text(link).unwrap().bytes()
}

#[test]
fn openssl_verifies_a_code_with_the_exported_key() {
    let program = Program::with_batch(1);
    let code = first_code(&program);
    program.write("key.pub.pem", &program.done("key export"));
    let message = |payload: &[u8]| [b"yuanmark/mark/v1\0", payload].concat();
    fs::write(program.path("message"), message(&code[..16])).unwrap();
    fs::write(program.path("signature"), &code[16..]).unwrap();
    let said = openssl_done(&program.path(""), VERIFY);
    assert_eq!(said, b"Signature Verified Successfully\n");

    let mut other = code;
    other[15] ^= 2; // another flag
    for wrong in [message(&other[..16]), code[..16].to_vec()] {
        fs::write(program.path("message"), wrong).unwrap();
        assert!(!openssl(&program.path(""), VERIFY).status.success());
    }
}

#[test]
fn openssl_refuses_a_code_under_another_key() {
    let program = Program::with_batch(1);
    let code = first_code(&program);
    program.done("key new");
    program.write("key.pub.pem", &program.done("key export"));
    fs::write(
        program.path("message"),
        [b"yuanmark/mark/v1\0", &code[..16]].concat(),
    )
    .unwrap();
    fs::write(program.path("signature"), &code[16..]).unwrap();
    assert!(!openssl(&program.path(""), VERIFY).status.success());
    program.write("key.pub.pem", &program.done("key export 1"));
    openssl_done(&program.path(""), VERIFY);
}

#[test]
fn openssl_reads_a_plain_private_key() {
    let program = Program::installed();
    let text = openssl_done(&program.path("keys"), "pkey -in signing-1.pem -pubout");
    assert_eq!(
        String::from_utf8(text).unwrap(),
        program.done("key export 1")
    );
}

#[test]
fn openssl_reads_an_encrypted_private_key() {
    let program = encrypted();
    let pem = program.read("keys/signing-1.pem");
    assert!(
        pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
        "{pem}"
    );
    let read = "pkey -in keys/signing-1.pem -pubout -passin";
    let text = openssl_done(&program.path(""), &format!("{read} file:pass"));
    assert_eq!(
        String::from_utf8(text).unwrap(),
        program.done("key export 1")
    );
    assert!(
        !openssl(&program.path(""), &format!("{read} pass:wrong"))
            .status
            .success()
    );
}

#[test]
fn openssl_decrypts_the_32_byte_keys() {
    let program = encrypted();
    let ring = program.read("keys/keyring.toml");
    for name in SecretName::ALL {
        let file = format!("keys/{}.key", name.word());
        assert_eq!(mode(&program.path(&file)), 0o600);
        let decrypt = "enc -d -aes-256-cbc -pbkdf2 -md sha256 -iter 600000 -pass file:pass -in";
        let key = openssl_done(&program.path(""), &format!("{decrypt} {file}"));
        let key: [u8; 32] = key.try_into().unwrap();
        // That fingerprint and no other stands in the ring.
        let check = secret_check(name, &key);
        assert!(
            ring.contains(&format!("{} = \"{check}\"", name.word())),
            "{ring}"
        );
    }
}

#[test]
fn keys_made_by_openssl_serve_as_ours() {
    let program = Program::with_batch(1);
    let before = first_code(&program);
    let pem = openssl_done(&program.path("keys"), "pkey -in signing-1.pem");
    fs::write(program.path("keys/signing-1.pem"), pem).unwrap();
    assert_eq!(first_code(&program), before);
    // And sealed by openssl, for one who thinks of a passphrase later.
    super::private(&program, "pass", "later\n");
    let seal = "pkcs8 -topk8 -v2 aes-256-cbc -iter 2048 -passout file:pass -in keys/signing-1.pem";
    let pem = openssl_done(&program.path(""), seal);
    fs::write(program.path("keys/signing-1.pem"), pem).unwrap();
    program.refused("batch pack 1 --out pack --public-url https://v.example.cn --replace");
    program.done("doctor --passphrase-file pass");
    let pack = "batch pack 1 --out again --public-url https://v.example.cn --passphrase-file pass";
    program.done(pack);
    assert_eq!(
        program.read("again/labels.csv"),
        program.read("pack/labels.csv")
    );
}
