//! How the databases are opened: what makes an answered commit survive a power cut.

use std::str::FromStr;

use yuanmark::store::{DatabaseUrl, Store, StoreError, Tx, health};

use super::both;
use crate::support::databases::{TestDatabase, number};

#[tokio::test]
async fn sqlite_writes_ahead_waits_for_the_disk_and_holds_foreign_keys() {
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let Store::Sqlite {
        readers,
        checkpoints,
        writer,
        log,
    } = &store
    else {
        panic!("not a SQLite store");
    };
    for pool in [writer, checkpoints, readers] {
        let ask = async |pragma: &str| {
            let sql = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
            let mut connection = pool.acquire().await.unwrap();
            let row = sqlx::raw_sql(sql).fetch_one(&mut *connection).await;
            row.unwrap()
        };
        let number = |row| sqlx::Row::get::<i64, _>(&row, 0);
        let text = |row| sqlx::Row::get::<String, _>(&row, 0);
        assert_eq!(text(ask("journal_mode").await), "wal");
        assert_eq!(number(ask("synchronous").await), 2, "FULL");
        assert_eq!(number(ask("foreign_keys").await), 1);
        assert_eq!(number(ask("busy_timeout").await), 5000);
        // The last one that closes would take the log away.
        assert_eq!(pool.options().get_idle_timeout(), None);
        assert_eq!(pool.options().get_max_lifetime(), None);
    }
    assert_eq!(writer.options().get_max_connections(), 1);
    assert!(log.path().exists(), "{}", log.path().display());
}

/// What a group has written is waited for afterwards, and by nobody else; and a group alone takes its statements back from memory.
#[tokio::test]
async fn only_the_commit_of_a_group_does_not_wait_for_the_disk() {
    const NORMAL_AND_MEMORY: [i64; 2] = [1, 2];
    const FULL_AND_DEFAULT: [i64; 2] = [2, 0];
    let database = TestDatabase::sqlite();
    let store = database.open().await;
    let settings = async |tx: Result<Tx, StoreError>| {
        let mut tx = tx.unwrap();
        let synchronous = number(&mut tx, "PRAGMA synchronous").await;
        [synchronous, number(&mut tx, "PRAGMA temp_store").await]
    };
    for _ in 0..2 {
        assert_eq!(settings(store.begin_group().await).await, NORMAL_AND_MEMORY);
        assert_eq!(settings(store.write().await).await, FULL_AND_DEFAULT);
        assert_eq!(settings(store.begin_group().await).await, NORMAL_AND_MEMORY);
        assert_eq!(settings(store.begin_answer().await).await, FULL_AND_DEFAULT);
    }
    store.sync().await.unwrap();
    let Store::Sqlite { log, .. } = &store else {
        panic!("not a SQLite store");
    };
    std::fs::remove_file(log.path()).unwrap();
    assert!(store.sync().await.is_err() && store.move_all().await.is_err());
    std::fs::write(log.path(), "").unwrap();
    assert!(store.sync().await.is_err() && store.move_all().await.is_err());
}

#[tokio::test]
async fn the_log_is_beside_the_file_itself_not_beside_a_link_to_it() {
    let database = TestDatabase::sqlite();
    database.open().await.close().await;
    let DatabaseUrl::Sqlite(file) = &database.url else {
        panic!("not a SQLite address");
    };
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(file, &link).unwrap();
    let store = Store::connect(&DatabaseUrl::Sqlite(link)).await.unwrap();
    let tx = store.write().await.unwrap();
    tx.commit().await.unwrap();
    store.sync().await.unwrap();
}

#[tokio::test]
async fn postgres_waits_for_the_disk_and_for_nobody_longer_than_five_seconds() {
    let database = TestDatabase::postgres().await;
    let store = database.open().await;
    let Tx::Postgres(mut tx) = store.read().await.unwrap() else {
        panic!("not a PostgreSQL store");
    };
    for (setting, expected) in [
        ("statement_timeout", "5s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "5s"),
        ("synchronous_commit", "on"),
        ("transaction_isolation", "read committed"),
    ] {
        let row: (String,) = sqlx::query_as("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        assert_eq!(row.0, expected, "{setting}");
    }
}

#[tokio::test]
async fn connecting_never_makes_a_sqlite_file_but_connecting_or_creating_does() {
    let database = TestDatabase::sqlite();
    let DatabaseUrl::Sqlite(path) = &database.url else {
        panic!("not a SQLite address");
    };
    let missing = Store::connect(&database.url).await;
    assert!(
        matches!(missing, Err(StoreError::NoDatabase(name)) if name == path.display().to_string())
    );
    assert!(!path.exists());
    Store::connect_or_create(&database.url)
        .await
        .unwrap()
        .close()
        .await;
    assert!(path.exists());
    assert!(Store::connect(&database.url).await.is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.txt");
    let text = "this is a letter and no database\n".repeat(100);
    std::fs::write(&path, &text).unwrap();
    let url = DatabaseUrl::from_str(&format!("sqlite:{}", path.display())).unwrap();
    let opened = Store::connect_or_create(&url).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    // Bound and dropped: nobody listens on this port of loopback.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = DatabaseUrl::from_str(&format!("postgres://u@127.0.0.1:{port}/y")).unwrap();
    let opened = Store::connect(&url).await;
    assert!(matches!(opened, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_healthy_database_answers_and_a_closed_one_does_not() {
    for (_database, store) in both().await {
        let mut tx = store.read().await.unwrap();
        health::ping(&mut tx).await.unwrap();
        assert_eq!(number(&mut tx, "SELECT CAST(1 AS BIGINT)").await, 1);
        drop(tx);
        store.close().await;
        assert!(matches!(
            store.read().await,
            Err(StoreError::Unavailable(_))
        ));
        assert!(matches!(
            store.write().await,
            Err(StoreError::Unavailable(_))
        ));
    }
}
