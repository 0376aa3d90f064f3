//! A database copied while it is written, put back into either kind, and moved from one to the other: every row, and the
//! numbers go on where they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use skep::store::{self, Store, StoreError, sqlite_url};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::{TestDatabase, add, effect, event, fact, on_each, on_postgres, on_sqlite};

type Content = BTreeMap<String, Vec<Vec<Option<String>>>>;

/// A database with something in it: long and odd texts, empty columns, and numbers at the end that are not used any more.
async fn filled(database: &TestDatabase) -> Store {
    let store = database.open().await;
    for number in 0..300 {
        let mut row = fact(&format!("webhook:{number}"));
        row.body = format!("{number} it's \"odd\" {{}} $1 ? \u{1f41d}\n");
        if number % 7 == 0 {
            row.body = row.body.repeat(3_000);
        }
        store.accept(row).await.expect("stored");
    }
    add(&store, &[effect("one"), effect("two")]).await;
    let mut decision = store.begin().await.expect("a decision");
    decision.add_event(event("a.b"));
    decision.commit().await.expect("committed");
    store.put_meta("a", "ä'\n").await.expect("put");
    let mut stranger = database.stranger().await;
    for sql in [
        "DELETE FROM inbox_body WHERE seq > 290",
        "DELETE FROM inbox WHERE seq > 290",
    ] {
        sqlx::query(sql).execute(&mut stranger).await.expect("gone");
    }
    store
}

/// All that is in a database, each row as text.
async fn content(database: &TestDatabase) -> Content {
    let plain = tempfile::tempdir().expect("a folder");
    let url = sqlite_url(&plain.path().join("plain.db")).expect("an address");
    Store::open(&url).await.expect("tables").close().await;
    let mut tables = TestDatabase { url }.stranger().await;
    let sql = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' \
               AND m.name NOT LIKE 'sqlite%' AND m.name <> 'migration' ORDER BY m.name, c.cid";
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in sqlx::query(sql)
        .fetch_all(&mut tables)
        .await
        .expect("columns")
    {
        columns.entry(row.get(0)).or_default().push(row.get(1));
    }
    let mut stranger = database.stranger().await;
    let mut content = Content::new();
    for (table, columns) in columns {
        let texts = columns
            .iter()
            .map(|column| format!("CAST({column} AS TEXT)"));
        let sql = format!("SELECT {} FROM {table}", Vec::from_iter(texts).join(", "));
        let found = sqlx::query(AssertSqlSafe(sql))
            .fetch_all(&mut stranger)
            .await;
        let row = |row: &sqlx::any::AnyRow| (0..columns.len()).map(|at| row.get(at)).collect();
        let mut rows: Vec<Vec<Option<String>>> = found.expect("rows").iter().map(row).collect();
        rows.sort();
        content.insert(table, rows);
    }
    stranger.close().await.expect("closed");
    content
}

fn below(folder: &Path, name: &str) -> (PathBuf, TestDatabase) {
    let file = folder.join(name);
    let url = sqlite_url(&file).expect("an address");
    (file, TestDatabase { url })
}

/// The number that the next fact gets.
async fn next(database: &TestDatabase) -> i64 {
    let store = database.open().await;
    store.accept(fact("webhook:next")).await.expect("stored");
    store.close().await;
    let mut stranger = database.stranger().await;
    let sql = "SELECT seq FROM inbox WHERE id = 'webhook:next'";
    let row = sqlx::query(sql).fetch_one(&mut stranger).await.expect("it");
    row.get(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_database_in_use_holds_every_row_and_goes_on_counting() {
    on_each(|database| async move {
        let folder = tempfile::tempdir().expect("a folder");
        let store = filled(&database).await;
        let (file, copy) = below(folder.path(), "copy.db");
        let rows = store::back_up(&database.url, &file)
            .await
            .expect("a backup");
        assert_eq!((rows["inbox"], rows["effect"], rows["event"]), (290, 2, 1));
        // The database goes on, the copy does not.
        store.accept(fact("webhook:later")).await.expect("stored");
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).expect("there").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
        let held = content(&copy).await;
        assert!(
            !held["inbox"]
                .iter()
                .flatten()
                .flatten()
                .any(|cell| cell == "webhook:later")
        );
        assert_eq!(next(&copy).await, 301);
        let again = store::back_up(&database.url, &file).await;
        assert!(matches!(again, Err(StoreError::Other(_))), "{again:?}");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_and_back_again_it_is_the_same() {
    on_postgres(|postgres| async move {
        on_sqlite(|sqlite| async move {
            filled(&sqlite).await.close().await;
            let before = content(&sqlite).await;
            let file = store::sqlite_file(&sqlite.url).expect("a file");
            assert!(store::is_empty(&postgres.url).await.expect("looked"));
            let moved = store::fill(&file, &postgres.url).await.expect("moved");
            assert_eq!(moved["inbox"], 290);
            assert_eq!(content(&postgres).await, before);
            // Not over what is there.
            assert!(!store::is_empty(&postgres.url).await.expect("looked"));
            let again = store::fill(&file, &postgres.url).await;
            assert!(matches!(again, Err(StoreError::Other(_))), "{again:?}");
            assert_eq!(content(&postgres).await, before);
            let folder = tempfile::tempdir().expect("a folder");
            let (back, copy) = below(folder.path(), "back.db");
            store::back_up(&postgres.url, &back).await.expect("back");
            assert_eq!(content(&copy).await, before);
            assert_eq!((next(&copy).await, next(&postgres).await), (301, 301));
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_another_version_and_a_damaged_one_are_not_copied() {
    on_each(|database| async move {
        let folder = tempfile::tempdir().expect("a folder");
        filled(&database).await.close().await;
        let (file, _) = below(folder.path(), "copy.db");
        store::back_up(&database.url, &file)
            .await
            .expect("a backup");
        let bytes = std::fs::read(&file).expect("read");
        let mut torn = bytes.clone();
        let middle = torn.len() / 2;
        torn[middle..middle + 8_192].fill(0xff);
        let (broken, _) = below(folder.path(), "torn.db");
        std::fs::write(&broken, torn).expect("written");
        assert!(store::sound(&broken).await.is_err());
        assert!(store::sound(&file).await.is_ok());
    })
    .await;
    on_postgres(|database| async move {
        let folder = tempfile::tempdir().expect("a folder");
        filled(&database).await.close().await;
        let mut stranger = database.stranger().await;
        let newer = "INSERT INTO migration (number, name, checksum) VALUES (999, 'later', 'x')";
        sqlx::query(newer)
            .execute(&mut stranger)
            .await
            .expect("newer");
        let (file, _) = below(folder.path(), "copy.db");
        let refused = store::back_up(&database.url, &file).await;
        assert!(matches!(refused, Err(StoreError::Other(_))), "{refused:?}");
    })
    .await;
}
