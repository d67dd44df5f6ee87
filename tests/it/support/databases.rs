//! A fresh, empty database of each kind for every test.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use yuanmark::store::{DatabaseUrl, Store, Tx, migrate};

const VARIABLE: &str = "YUANMARK_TEST_POSTGRES";

/// A database that goes away with the test.
pub struct TestDatabase {
    pub url: DatabaseUrl,
    /// The address as the command line takes it.
    pub address: String,
    /// Goes away with this.
    #[expect(dead_code)]
    folder: Option<TempDir>,
}

impl TestDatabase {
    /// An empty SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("test.db").display());
        Self {
            url: DatabaseUrl::from_str(&address).unwrap(),
            address,
            folder: Some(folder),
        }
    }

    /// An empty database on the server that `./scripts/test` started. The server goes away with the run, and the
    /// database with it.
    pub async fn postgres() -> Self {
        Self::postgres_on(&Self::postgres_server()).await
    }

    /// The address of that server.
    pub fn postgres_server() -> String {
        std::env::var(VARIABLE).unwrap_or_else(|_| {
            panic!("{VARIABLE} is not set: run ./scripts/test, which starts a PostgreSQL")
        })
    }

    /// An empty database on this server.
    pub async fn postgres_on(server: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let mut connection = PgConnection::connect(server).await.unwrap();
        let create = format!("CREATE DATABASE {name}");
        sqlx::raw_sql(sqlx::AssertSqlSafe(create))
            .execute(&mut connection)
            .await
            .unwrap();
        let (place, _) = server.rsplit_once('/').unwrap();
        let address = format!("{place}/{name}");
        Self {
            url: DatabaseUrl::from_str(&address).unwrap(),
            address,
            folder: None,
        }
    }

    /// One of each kind.
    pub async fn both() -> [Self; 2] {
        [Self::sqlite(), Self::postgres().await]
    }

    /// Connects, and makes the schema if there is none.
    pub async fn open(&self) -> Store {
        let store = Store::connect_or_create(&self.url).await.unwrap();
        migrate::run(&store).await.unwrap();
        store
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.url, DatabaseUrl::Sqlite(_))
    }
}

/// Changes the database behind the program's back; returns the number of rows.
pub async fn execute(tx: &mut Tx, sql: &str) -> u64 {
    let text = sqlx::AssertSqlSafe(sql.to_owned());
    let done = match tx {
        Tx::Sqlite(tx) => sqlx::raw_sql(text)
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()),
        Tx::Postgres(tx) => sqlx::raw_sql(text)
            .execute(&mut **tx)
            .await
            .map(|done| done.rows_affected()),
    };
    done.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

/// Asks the database for one number behind the program's back.
pub async fn number(tx: &mut Tx, sql: &str) -> i64 {
    let text = sqlx::AssertSqlSafe(sql.to_owned());
    let row: Result<(i64,), _> = match tx {
        Tx::Sqlite(tx) => sqlx::query_as(text).fetch_one(&mut **tx).await,
        Tx::Postgres(tx) => sqlx::query_as(text).fetch_one(&mut **tx).await,
    };
    row.unwrap_or_else(|error| panic!("{sql}: {error}")).0
}
