//! A database that is gone for a while.

use std::str::FromStr;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::databases::TestDatabase;

impl TestDatabase {
    /// Takes the database away: PostgreSQL drops every connection and takes no new one; a SQLite file loses the tables
    /// that every check and the readiness need.
    pub async fn take_away(&self) {
        if self.is_sqlite() {
            self.in_sqlite("ALTER TABLE mark_queries RENAME TO mark_queries_away")
                .await;
            self.in_sqlite("ALTER TABLE _sqlx_migrations RENAME TO migrations_away")
                .await;
        } else {
            let name = self.name();
            self.on_server(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
                .await;
            self.on_server(format!(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .await;
        }
    }

    /// Gives it back as it was.
    pub async fn give_back(&self) {
        if self.is_sqlite() {
            self.in_sqlite("ALTER TABLE mark_queries_away RENAME TO mark_queries")
                .await;
            self.in_sqlite("ALTER TABLE migrations_away RENAME TO _sqlx_migrations")
                .await;
        } else {
            let name = self.name();
            self.on_server(format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
                .await;
        }
    }

    /// Removes it for good.
    pub async fn drop_for_good(&self) {
        if self.is_sqlite() {
            self.in_sqlite("DROP TABLE unissued_codes").await;
            self.in_sqlite("DROP TABLE scans").await;
            self.in_sqlite("DROP TABLE mark_queries").await;
            self.in_sqlite("DROP TABLE _sqlx_migrations").await;
        } else {
            let name = self.name();
            self.on_server(format!("DROP DATABASE {name} WITH (FORCE)"))
                .await;
        }
    }

    fn name(&self) -> &str {
        self.address.rsplit_once('/').unwrap().1
    }

    async fn in_sqlite(&self, sql: &'static str) {
        let mut connection = SqliteConnection::connect(&self.address).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn on_server(&self, sql: String) {
        let (server, _) = self.address.rsplit_once('/').unwrap();
        let server = sqlx::postgres::PgConnectOptions::from_str(&format!("{server}/postgres"));
        let mut connection = PgConnection::connect_with(&server.unwrap()).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}
