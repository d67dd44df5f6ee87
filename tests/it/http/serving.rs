//! The socket: strangers who hold it open, and an orderly end.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use tokio::task::spawn_blocking;
use yuanmark::domain::access::Scope;

use crate::support::databases::TestDatabase;
use crate::support::installation::Installation;
use crate::support::server::{PATIENCE, Site, until};
use crate::support::serving::Process;

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Reads until this was read.
fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(end.as_bytes()) {
        let read = stream.read(&mut byte).unwrap();
        assert_ne!(read, 0, "{}", String::from_utf8_lossy(&text));
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

/// Sends the head of a check, and waits until the site asks for its body.
fn begin_check(address: SocketAddr, body: &str) -> TcpStream {
    let mut stream = connect(address);
    let head = format!(
        "POST /api/v1/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer = read_until(&mut stream, "\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 100 "), "{answer}");
    stream
}

/// Sends the body, and reads up to the end of the connection.
fn finish_check(mut stream: TcpStream, body: &str) -> String {
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_send_nothing_or_half_block_nobody() {
    let site = Site::any().await;
    let address = site.address;
    let idle: Vec<TcpStream> = spawn_blocking(move || {
        let beginnings: [&[u8]; 4] = [
            b"",
            b"G",
            b"GET /t/x HTTP/1.1\r\nhost: x\r\nx-slow:",
            b"POST /api/v1/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
              content-length: 999\r\n\r\n{",
        ];
        let streams = (0..200).map(|number| {
            let mut stream = connect(address);
            stream
                .write_all(beginnings[number % beginnings.len()])
                .unwrap();
            stream
        });
        streams.collect()
    })
    .await
    .unwrap();
    let batch = site.in_market(1).await;
    let reply = site.phone().check(&site.link(&batch, 0)).await;
    assert_eq!(reply.verdict(), "first_check");
    assert_eq!(idle.len(), 200);
}

/// Reads what comes until the site hangs up.
fn wait_for_the_end(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the site hangs up in time");
    answer
}

/// The limits are ten seconds, and this test waits for them.
#[tokio::test(flavor = "multi_thread")]
async fn clients_that_send_nothing_or_half_are_let_go() {
    let site = Site::any().await;
    let address = site.address;
    let half_a_body = "POST /api/v1/verify HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
        content-length: 99\r\n\r\n{";
    let clients = [
        "",
        "GET /t/x HTTP/1.1\r\nx-slow:",
        "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n",
        "PRI * HT",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        half_a_body,
    ]
    .map(|sent| {
        spawn_blocking(move || {
            let mut stream = connect(address);
            stream.write_all(sent.as_bytes()).unwrap();
            (sent, wait_for_the_end(stream))
        })
    });
    for client in clients {
        let (sent, answer) = client.await.unwrap();
        if sent == half_a_body {
            assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
            assert!(answer.contains("urn:yuanmark:problem:too-slow"), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_what_is_being_asked_is_answered_and_nothing_more_is_taken() {
    for mut site in Site::both().await {
        let batch = site.in_market(1).await;
        let body = format!("{{\"code\":\"{}\"}}", site.link(&batch, 0));
        let (address, copy) = (site.address, body.clone());
        // One asks right now; one has been answered and keeps the line.
        let asking = spawn_blocking(move || begin_check(address, &copy))
            .await
            .unwrap();
        let mut waiting = spawn_blocking(move || {
            let mut stream = connect(address);
            stream
                .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
                .unwrap();
            read_until(&mut stream, "ok\n");
            stream
        })
        .await
        .unwrap();

        site.tell_to_end();
        until("no connection is taken", async || {
            let refused = spawn_blocking(move || TcpStream::connect(address))
                .await
                .unwrap();
            refused.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
        })
        .await;
        let nothing = spawn_blocking(move || waiting.read(&mut [0; 100]))
            .await
            .unwrap();
        assert_eq!(nothing.unwrap(), 0, "who only keeps the line is let go");

        let answer = spawn_blocking(move || finish_check(asking, &body))
            .await
            .unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.contains("\"first_check\""), "{answer}");

        let (store, url) = (site.store.clone(), site.database.url.clone());
        site.ended().await;
        assert!(
            store.read().await.is_err(),
            "the database was closed in order"
        );
        let store = yuanmark::store::Store::connect(&url).await;
        // A SQLite folder goes away with its installation.
        if let Ok(store) = store {
            let report = yuanmark::service::issue::report(
                &store,
                Scope::All,
                batch.number,
                yuanmark::service::system::now(),
            )
            .await;
            assert_eq!(
                report.unwrap().queries,
                1,
                "what was answered was written down"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_the_program_in_order() {
    let installation = Installation::new(TestDatabase::sqlite()).await;
    let batch = installation.batch(1).await;
    let process = Process::serve(&installation);
    let body = format!(
        "{{\"code\":\"{}\"}}",
        installation.code(&batch, 0).to_base64url()
    );
    let (address, copy) = (process.address, body.clone());
    let asking = spawn_blocking(move || begin_check(address, &copy))
        .await
        .unwrap();
    let ending = spawn_blocking(move || process.terminate());
    until("no connection is taken", async || {
        spawn_blocking(move || TcpStream::connect(address))
            .await
            .unwrap()
            .is_err()
    })
    .await;
    assert!(!ending.is_finished(), "it waits for the answer");
    let answer = spawn_blocking(move || finish_check(asking, &body))
        .await
        .unwrap();
    assert!(answer.contains("\"not_activated\""), "{answer}");
    let (status, log) = ending.await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(
        log.iter().any(|line| line.contains("\"ending\"")),
        "{log:#?}"
    );
}
