//! The least that an exact and durable count costs on SQLite: every question raises its mark's counter and adds a line, in
//! groups as large as the load makes them, one transaction each. No signature, no state of a mark, no rule of the half hour, no
//! detector, and a constant answer. What a program could reach on this disk that does all of these for nothing.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use clap::Args;
use serde::Deserialize;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use yuanmark::domain::code::Code;

use super::layout::Layout;

#[derive(Args)]
pub struct Counter {
    #[command(flatten)]
    layout: Layout,
    /// A file that is not there
    #[arg(long)]
    file: PathBuf,
    /// An answer of ours as JSON, of which the body is given to everybody
    #[arg(long)]
    answer: PathBuf,
    #[arg(long)]
    listen: String,
}

#[derive(Deserialize)]
struct Answer {
    body: String,
}

#[derive(Deserialize)]
struct Question {
    code: String,
}

/// A mark, and where to say that it is counted.
type Asked = (i64, oneshot::Sender<()>);

/// Rows of one statement at most, as in ours.
const MOST_ROWS: usize = 256;

impl Counter {
    pub async fn run(self) {
        let mut connection = connect(&self.file).await;
        prepare(&mut connection, &self.layout).await;
        let (questions, waiting) = mpsc::channel(4096);
        tokio::spawn(count(connection, waiting));
        let answer: Answer = serde_json::from_slice(&std::fs::read(self.answer).unwrap()).unwrap();
        let state = (questions, Bytes::from(answer.body));
        let router = Router::new().fallback(any(ask)).with_state(state);
        let listener = TcpListener::bind(&self.listen).await.unwrap();
        axum::serve(listener, router).await.unwrap();
    }
}

async fn ask(
    State((questions, answer)): State<(mpsc::Sender<Asked>, Bytes)>,
    body: Bytes,
) -> Response {
    let code = serde_json::from_slice::<Question>(&body).ok();
    let Some(code) = code.and_then(|question| Code::from_text(&question.code)) else {
        return StatusCode::OK.into_response();
    };
    let mark = code.payload().mark;
    let key = i64::from(mark.batch.get()) << 32 | i64::from(mark.index.get());
    let (tell, told) = oneshot::channel();
    questions.send((key, tell)).await.unwrap();
    told.await.unwrap();
    ([("content-type", "application/json")], answer).into_response()
}

async fn connect(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-262144")
        .pragma("temp_store", "MEMORY");
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// As many marks counted before as in an installation of ours.
async fn prepare(connection: &mut SqliteConnection, layout: &Layout) {
    let tables = [
        "CREATE TABLE counts (mark INTEGER NOT NULL PRIMARY KEY, queries INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
        "CREATE TABLE scans (mark INTEGER NOT NULL, at INTEGER NOT NULL) STRICT",
    ];
    for sql in tables {
        sqlx::query(sql).execute(&mut *connection).await.unwrap();
    }
    let mut tx = connection.begin().await.unwrap();
    let sql = "WITH RECURSIVE places (place) AS (SELECT $4 UNION ALL SELECT place + $3 FROM places WHERE place + $3 < $2) \
               INSERT INTO counts SELECT $1 << 32 | place, 1, 0 FROM places";
    for batch in 1..=layout.batches {
        let query = sqlx::query(sql).bind(batch).bind(layout.marks);
        let query = query.bind(layout.every).bind(layout.scanned_index(0));
        query.execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn count(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Asked>) {
    let values = |rows: usize, columns: usize| {
        let row = format!("({})", vec!["?"; columns].join(","));
        vec![row; rows].join(",")
    };
    let texts: Vec<[&'static str; 2]> = (0..=MOST_ROWS.ilog2())
        .map(|size| {
            let rows = 1 << size;
            let count = format!(
                "INSERT INTO counts SELECT * FROM (VALUES {}) WHERE column1 IS NOT NULL \
                 ON CONFLICT (mark) DO UPDATE SET queries = counts.queries + 1, at = excluded.at RETURNING queries",
                values(rows, 3)
            );
            let add = format!(
                "INSERT INTO scans SELECT * FROM (VALUES {}) WHERE column1 IS NOT NULL",
                values(rows, 2)
            );
            [&*count.leak(), &*add.leak()]
        })
        .collect();
    let mut group = Vec::with_capacity(MOST_ROWS);
    while waiting.recv_many(&mut group, MOST_ROWS).await > 0 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = i64::try_from(now.as_micros()).unwrap();
        let rows = group.len().next_power_of_two();
        let [counts, adds] = texts[rows.ilog2() as usize];
        let mut tx = connection.begin_with("BEGIN IMMEDIATE").await.unwrap();
        let (mut count, mut add) = (sqlx::query_scalar::<_, i64>(counts), sqlx::query(adds));
        for at in 0..rows {
            let key = group.get(at).map(|(key, _)| *key);
            count = count.bind(key).bind(1).bind(now);
            add = add.bind(key).bind(now);
        }
        count.fetch_all(&mut *tx).await.unwrap();
        add.execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        for (_, tell) in group.drain(..) {
            let _ = tell.send(());
        }
    }
}
