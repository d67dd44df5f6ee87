//! `doctor` on what is no database of ours, or cannot be reached: each in one sentence, with what to do about just that.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::support::databases::TestDatabase;
use crate::support::program::Program;

/// What `doctor` says of a database: what it found, and what to do.
fn told(database: &str) -> (String, String) {
    let program = Program::new();
    program.done("key new");
    let said = program.json_and_code(&format!("doctor --database '{database}'"), 1);
    let findings = said["findings"].as_array().unwrap();
    let ill: Vec<_> = findings
        .iter()
        .filter(|finding| finding["health"] == "error")
        .collect();
    let [one] = ill[..] else {
        panic!("{database}: {said}");
    };
    let text = |member: &str| one[member].as_str().unwrap().to_owned();
    (text("found"), text("advice"))
}

fn assert_told(database: &str, found: &str, advice: &str) {
    let (is_found, is_advised) = told(database);
    assert!(is_found.contains(found), "{database}: {is_found}");
    assert!(is_advised.contains(advice), "{database}: {is_advised}");
    assert!(
        !is_found.contains("secret") && !is_found.contains('\n'),
        "{is_found}"
    );
}

/// Does this on the server, as its administrator.
async fn administer(server: &str, statements: &[&str]) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    for sql in statements {
        let sql = AssertSqlSafe((*sql).to_owned());
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}

/// The same database for this user.
fn as_user(address: &str, user: &str) -> String {
    let (_, place) = address.rsplit_once('@').unwrap();
    format!("postgres://{user}:secret@{place}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_real_server_refuses_is_told_apart() {
    let database = TestDatabase::postgres().await;
    let address = &database.address;
    let name = address.rsplit_once('/').unwrap().1;
    let user = |what: &str| format!("{name}_{what}");
    let (plain, full, shut) = (user("plain"), user("full"), user("shut"));
    administer(
        address,
        &[
            &format!("CREATE ROLE {plain} LOGIN PASSWORD 'secret'"),
            &format!("CREATE ROLE {full} LOGIN PASSWORD 'secret' CONNECTION LIMIT 0"),
            &format!("CREATE ROLE {shut} NOLOGIN PASSWORD 'secret'"),
        ],
    )
    .await;
    assert_told(address, "the database is empty", "yuanmark migrate");
    let wrong = as_user(address, &plain).replace("secret", "wrong");
    assert_told(&wrong, "refused the password", "PGPASSWORD");
    let missing = as_user(&format!("{address}_not"), &plain);
    assert_told(&missing, "no such database", "createdb");
    assert_told(
        &as_user(address, &full),
        "no connection left",
        "CONNECTION LIMIT",
    );
    assert_told(
        &as_user(address, &shut),
        "does not let this user in",
        "pg_hba.conf",
    );
    let encrypted = format!("{}?sslmode=require", as_user(address, &plain));
    assert_told(&encrypted, "encrypted connection", "sslmode");
    // It is let in, and may not make tables: the schema public is the owner's.
    let program = Program::new();
    let ran = program.run(&format!("migrate --database {}", as_user(address, &plain)));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr
            .contains("has no right to do that: permission denied"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("OWNER TO"), "{ran:?}");
    administer(address, &["CREATE TABLE customers (name TEXT)"]).await;
    assert_told(
        address,
        "belongs to another program: it holds the table customers",
        "--database",
    );
    let drop_all: Vec<String> = [plain, full, shut]
        .map(|user| format!("DROP ROLE {user}"))
        .into();
    let drop_all: Vec<&str> = drop_all.iter().map(String::as_str).collect();
    administer(address, &drop_all).await;
}

#[test]
fn what_is_no_server_is_told_apart() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    assert_told(
        &format!("postgres://me@{free}/marks"),
        "listens at this address",
        "start PostgreSQL",
    );
    assert_told(
        "postgres://me@nowhere.invalid/marks",
        "host of the database is not known",
        "host",
    );
    assert_told(
        "sqlite:nix.db",
        "there is no database at nix.db",
        "yuanmark migrate",
    );
}

#[test]
fn a_server_that_is_too_old_or_not_ready_is_told_apart() {
    let old = Server::that_answers(&[
        message(b'R', &0_u32.to_be_bytes()),
        message(b'S', b"server_version\x0014.9\0"),
        message(b'K', &[0; 8]),
        message(b'Z', b"I"),
    ]);
    assert_told(
        &old,
        "PostgreSQL is version 14, this program needs 15 or newer",
        "newer",
    );
    let error = |code: &str| {
        let fields = format!("SFATAL\0VFATAL\0C{code}\0Mwait, or not\0\0");
        Server::that_answers(&[message(b'E', fields.as_bytes())])
    };
    assert_told(
        &error("57P03"),
        "starting or being stopped: wait, or not",
        "wait",
    );
    assert_told(
        &error("53300"),
        "no connection left: wait, or not",
        "max_connections",
    );
}

/// A message of PostgreSQL's protocol (version 3, chapter 55 of its manual): its kind, its length, its content.
fn message(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 4).unwrap();
    let mut message = vec![kind];
    message.extend(length.to_be_bytes());
    message.extend(content);
    message
}

/// What looks like a PostgreSQL, and says the same to everybody who connects.
struct Server;

impl Server {
    fn that_answers(messages: &[Vec<u8>]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("postgres://me@{}/marks", listener.local_addr().unwrap());
        let answer = messages.concat();
        // It waits for connections as long as the tests run.
        thread::spawn(move || {
            for connection in listener.incoming() {
                let (mut connection, answer) = (connection.unwrap(), answer.clone());
                thread::spawn(move || {
                    let mut asked = [0; 1024];
                    _ = connection.read(&mut asked);
                    _ = connection.write_all(&answer);
                    // Until the other side goes away.
                    while connection.read(&mut asked).is_ok_and(|bytes| bytes > 0) {}
                });
            }
        });
        address
    }
}
