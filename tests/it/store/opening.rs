//! Opening: the settings durability rests on, the tables, the lock, and a database that is not there for us.

use std::time::Duration;

use sha2::Digest;
use skep::core::failure::Failure;
use skep::store::{Accepted, Store, StoreError, Tuning, lock_data_dir};
use sqlx::{AssertSqlSafe, Row};

use super::{TestDatabase, fact, on_each, on_postgres, on_sqlite};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_twice_changes_nothing() {
    on_each(|database| async move {
        let mut opened = futures::future::join_all((0..6).map(|_| database.open())).await;
        let one = opened.pop().expect("six of them");
        let mut stranger = database.stranger().await;
        let rows = sqlx::query("SELECT number, name, checksum FROM migration ORDER BY number");
        let rows = rows.fetch_all(&mut stranger).await.expect("a ledger");
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>());
        one.accept(fact("webhook:a")).await.expect("a row");
        one.close().await;
        for store in opened {
            store.close().await;
        }
        let again = database.open().await;
        assert_eq!(
            again.accept(fact("webhook:a")).await,
            Ok(Accepted::Duplicate)
        );
        again.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_was_edited_stops_the_start() {
    on_each(|database| async move {
        database.open().await.close().await;
        let mut stranger = database.stranger().await;
        sqlx::query("UPDATE migration SET checksum = 'other'")
            .execute(&mut stranger)
            .await
            .expect("edited");
        let error = Store::open(&database.url).await.expect_err("must not open");
        assert!(matches!(&error, StoreError::Corrupt(_)), "{error}");
        assert!(matches!(Failure::from(error), Failure::Broken { .. }));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_skep_used_is_left_as_it_is() {
    on_each(|database| async move {
        database.open().await.close().await;
        let mut stranger = database.stranger().await;
        sqlx::query("INSERT INTO migration (number, name, checksum) VALUES (999, 'later', 'x')")
            .execute(&mut stranger)
            .await
            .expect("a later step");
        let error = Store::open(&database.url).await.expect_err("must not open");
        let StoreError::Newer { found: 999, .. } = &error else {
            panic!("{error}");
        };
        assert!(error.to_string().contains("a newer skep"), "{error}");
        let rows = sqlx::query("SELECT number FROM migration WHERE number > 900");
        assert_eq!(rows.fetch_all(&mut stranger).await.expect("rows").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_writes_ahead_and_its_file_remembers_it() {
    on_sqlite(|database| async move {
        let store = database.open().await;
        let mut stranger = database.stranger().await;
        let row = sqlx::query("PRAGMA journal_mode")
            .fetch_one(&mut stranger)
            .await
            .expect("a mode");
        assert_eq!(row.get::<String, _>(0), "wal");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sqlite_writes_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    on_sqlite(|database| async move {
        let store = database.open().await;
        store.accept(fact("webhook:a")).await.expect("a row");
        let path = std::path::PathBuf::from(database.url.trim_start_matches("sqlite://"));
        for entry in std::fs::read_dir(path.parent().expect("a folder"))
            .expect("listed")
            .flatten()
        {
            let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", entry.path().display());
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_database_is_busy_and_then_works_again() {
    on_sqlite(|database| async move {
        // The tables are made with all the patience there is: only the locked one is met with little.
        database.open().await.close().await;
        let (busy, accept) = (Duration::from_millis(100), Duration::from_millis(300));
        let store = database
            .open_with(Tuning {
                busy,
                accept,
                ..Tuning::default()
            })
            .await;
        let mut stranger = database.stranger().await;
        sqlx::raw_sql("BEGIN EXCLUSIVE")
            .execute(&mut stranger)
            .await
            .expect("locked");
        assert_eq!(store.accept(fact("webhook:a")).await, Err(StoreError::Busy));
        assert_eq!(store.begin().await.map(|_| ()), Err(StoreError::Busy));
        assert_eq!(store.put_meta("a", "b").await, Err(StoreError::Busy));
        assert_eq!(store.unhandled(10).await.expect("reading goes on"), []);
        assert!(matches!(
            Failure::from(StoreError::Busy),
            Failure::Retry { .. }
        ));
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut stranger)
            .await
            .expect("unlocked");
        store
            .accept(fact("webhook:a"))
            .await
            .expect("stored, or known from before");
        assert_eq!(store.unhandled(10).await.expect("rows").len(), 1);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_within_patience_is_only_slow() {
    on_sqlite(|database| async move {
        let store = database.open().await;
        let mut stranger = database.stranger().await;
        sqlx::raw_sql("BEGIN EXCLUSIVE")
            .execute(&mut stranger)
            .await
            .expect("locked");
        let mut waiting = Box::pin(store.accept(fact("webhook:a")));
        let early = tokio::time::timeout(Duration::from_millis(100), &mut waiting).await;
        assert!(
            early.is_err(),
            "answered while it cannot be stored: {early:?}"
        );
        sqlx::raw_sql("COMMIT")
            .execute(&mut stranger)
            .await
            .expect("unlocked");
        assert!(matches!(waiting.await, Ok(Accepted::New { .. })));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_locked_table_is_busy_on_postgres_too() {
    on_postgres(|database| async move {
        let (busy, accept) = (Duration::from_millis(100), Duration::from_millis(300));
        let store = database
            .open_with(Tuning {
                busy,
                accept,
                ..Tuning::default()
            })
            .await;
        let mut stranger = database.stranger().await;
        sqlx::raw_sql("BEGIN; LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            .execute(&mut stranger)
            .await
            .expect("locked");
        assert_eq!(store.accept(fact("webhook:a")).await, Err(StoreError::Busy));
        sqlx::raw_sql("ROLLBACK")
            .execute(&mut stranger)
            .await
            .expect("unlocked");
        // On a busy machine so short a limit may be over again before the database has come round.
        while store.accept(fact("webhook:a")).await == Err(StoreError::Busy) {}
        assert_eq!(store.unhandled(10).await.expect("rows").len(), 1);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_replaced() {
    on_postgres(|database| async move {
        let store = database.open().await;
        store.accept(fact("webhook:a")).await.expect("a row");
        let schema = database.url.rsplit('=').next().expect("a schema").to_owned();
        let mut stranger = database.stranger().await;
        let kill = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() \
             AND datname = current_database() AND query LIKE '%{schema}%'"
        );
        sqlx::raw_sql(AssertSqlSafe(kill)).execute(&mut stranger).await.expect("killed");
        let kill = "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.pid <> pg_backend_pid() \
                    AND l.relation = to_regclass('inbox')";
        let mut open = store.begin().await.expect("a decision");
        open.mark_handled(1, 1, "lost");
        open.accept_inline(fact("webhook:lost")).await.expect("holds a lock on the table");
        sqlx::raw_sql(kill).execute(&mut stranger).await.expect("killed");
        assert!(open.commit().await.is_err(), "its connection is gone");
        store.accept(fact("webhook:b")).await.expect("another connection");
        let unhandled = store.unhandled(10).await.expect("rows");
        assert_eq!(unhandled.len(), 2, "the lost decision is not half true");
        store.close().await;
    })
    .await;
}

/// Half a megabyte that does not shrink.
fn unlike(seed: usize) -> String {
    let piece = |n: usize| hex::encode(sha2::Sha256::digest(format!("{seed}:{n}")));
    (0..8_000).map(piece).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_database_says_so_loses_nothing_and_works_again_when_there_is_room() {
    on_sqlite(|database| async move {
        let most_bytes = Some(6 * 1024 * 1024);
        let store = database
            .open_with(Tuning {
                most_bytes,
                ..Tuning::default()
            })
            .await;
        let mut kept = Vec::new();
        let full = loop {
            let mut large = fact(&format!("webhook:{}", kept.len()));
            large.body = unlike(kept.len());
            match store.accept(large).await {
                Ok(Accepted::New { seq }) => kept.push(seq),
                other => break other,
            }
        };
        assert_eq!(full, Err(StoreError::Full));
        assert!(kept.len() > 5);
        let mut large = fact("webhook:large");
        large.body = unlike(99);
        assert_eq!(
            store.accept(large).await,
            Err(StoreError::Full),
            "and says so again"
        );
        assert_eq!(store.unhandled(100).await.expect("rows").len(), kept.len());
        let mut decision = store.begin().await.expect("small things still go");
        for seq in &kept {
            decision.mark_handled(*seq, 1, "done");
        }
        decision.commit().await.expect("a commit");
        assert_eq!(
            store.prune_inbox(2, 2).await.expect("pruned").rows,
            kept.len() as u64
        );
        let mut large = fact("webhook:large");
        large.body = "x".repeat(500_000);
        assert!(
            matches!(store.accept(large).await, Ok(Accepted::New { .. })),
            "without a restart"
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_database_is_refused_without_naming_it() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("notes.txt");
    std::fs::write(
        &file,
        "just some notes, and rather more than a hundred bytes of them. ".repeat(100),
    )
    .expect("a file");
    let url = skep::store::sqlite_url(&file).expect("an absolute path");
    assert!(matches!(
        Store::open(&url).await,
        Err(StoreError::Corrupt(_))
    ));
    let missing = "sqlite:///no/such/directory/skep.db";
    assert!(matches!(
        Store::open(missing).await,
        Err(StoreError::Unavailable(_))
    ));
    for url in [
        "mysql://u:hush@127.0.0.1/x",
        "sqlite::memory:",
        "postgres://u:hush@127.0.0.1:1/x",
        "hush",
    ] {
        let error = Store::open(url).await.expect_err("must not open");
        assert!(!error.to_string().contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn a_data_directory_belongs_to_one_process() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let first = lock_data_dir(directory.path()).await.expect("free");
    let error = lock_data_dir(directory.path())
        .await
        .expect_err("taken")
        .to_string();
    assert!(
        error.contains(&directory.path().display().to_string()),
        "{error}"
    );
    assert!(
        error.contains(&format!("process {}", std::process::id())),
        "{error}"
    );
    drop(first);
    lock_data_dir(directory.path()).await.expect("free again");
}

/// What a skep leaves that is killed between the fork and the exec of a child: a process that has its open files.
#[tokio::test]
async fn a_child_that_still_has_the_files_of_a_killed_skep_is_waited_for() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = std::fs::File::create(directory.path().join("skep.lock")).expect("a file");
    file.try_lock().expect("free");
    let mut child = std::process::Command::new("sleep")
        .arg("0.3")
        .stdin(file)
        .spawn()
        .expect("a child");
    assert!(
        child.try_wait().expect("a child").is_none(),
        "it holds the lock now, and nobody else"
    );
    lock_data_dir(directory.path())
        .await
        .expect("free in a moment");
    child.wait().expect("it ends");
}

#[tokio::test]
async fn one_skep_at_a_time_works_on_a_postgres() {
    let body = |database: TestDatabase| async move {
        let (first, second) = (database.open().await, database.open().await);
        first.hold_alone().await.expect("nobody else is there");
        let refused = second
            .hold_alone()
            .await
            .expect_err("another skep is at work");
        assert!(
            refused
                .to_string()
                .contains("one database serves one skep at a time"),
            "{refused}"
        );
        first.close().await;
        second.hold_alone().await.expect("the first has gone");
        second.close().await;
    };
    on_postgres(body).await;
}

/// As the database before this one was left.
const BEFORE_WORDS: [&str; 30] = [
    "DROP INDEX effect_clock",
    "DROP INDEX task_state",
    "ALTER TABLE task DROP COLUMN past",
    "CREATE INDEX task_updated ON task (updated_at)",
    "ALTER TABLE effect DROP COLUMN parked",
    "ALTER TABLE effect DROP COLUMN so_far",
    "DROP INDEX session_begun",
    "DROP INDEX session_over",
    "ALTER TABLE task DROP COLUMN role",
    "ALTER TABLE task DROP COLUMN agents",
    "ALTER TABLE task DROP COLUMN person",
    "ALTER TABLE task DROP COLUMN held",
    "ALTER TABLE session DROP COLUMN person",
    "DROP TABLE pause",
    "DROP TABLE closed_agent",
    "DROP TABLE memory_need",
    "DROP TABLE outcome",
    "DROP TABLE dependency",
    "DROP TABLE sprint_part",
    "DROP TABLE repository",
    "DROP TABLE repository_policy",
    "DROP TABLE audit",
    "DROP TABLE token",
    "DROP TABLE notification",
    "DROP TABLE notify_target",
    "DELETE FROM migration WHERE number >= 4",
    "INSERT INTO effect (id, kind, lane, serial, rank, content, not_before, max_attempts, attempts, fence, \
     cancel_requested, created_at, body, why) \
     VALUES ('e1', 'say', 'github:1', 1, 1, 0, 0, 5, 1, 1, 0, 1, '{}', 'parked: the App is suspended')",
    "INSERT INTO effect (id, kind, lane, serial, rank, content, not_before, max_attempts, attempts, fence, \
     cancel_requested, created_at, body, why) \
     VALUES ('e2', 'ring', 'clock', 0, 1, 0, 0, 5, 1, 1, 0, 1, '{}', 'a reason that only says parked: ')",
    "INSERT INTO event (at, name, body) VALUES (1, 'word.taken', '{}')",
    "INSERT INTO event (at, name, body) VALUES (2, 'word.delivered', '{}')",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn older_rows_get_the_words_and_columns_of_now() {
    on_each(|database| async move {
        database.open().await.close().await;
        let mut stranger = database.stranger().await;
        for sql in BEFORE_WORDS {
            sqlx::query(sql)
                .execute(&mut stranger)
                .await
                .expect("made older");
        }
        database.open().await.close().await;
        let effects = sqlx::query("SELECT kind, parked, why FROM effect ORDER BY id");
        let effects: Vec<(String, i64, String)> = effects
            .fetch_all(&mut stranger)
            .await
            .expect("effects")
            .iter()
            .map(|row| (row.get(0), row.get(1), row.get(2)))
            .collect();
        let expected = [
            ("upsert_comment", 1, "the App is suspended"),
            ("set_timer", 0, "a reason that only says parked: "),
        ];
        assert_eq!(
            effects,
            expected.map(|(kind, parked, why)| (kind.to_owned(), parked, why.to_owned()))
        );
        let events = sqlx::query("SELECT name FROM event ORDER BY at");
        let events: Vec<String> = events
            .fetch_all(&mut stranger)
            .await
            .expect("events")
            .iter()
            .map(|row| row.get(0))
            .collect();
        assert_eq!(events, ["message.queued", "message.delivered"]);
    })
    .await;
}

/// A step may take longer than anything else does: here it waits for somebody's lock. Who has tables of his own on the same
/// server does not wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_is_not_given_up_for_the_time_it_takes() {
    let body = |database: TestDatabase| async move {
        database.open().await.close().await;
        let mut stranger = database.stranger().await;
        let older = "DROP INDEX effect_clock; DROP INDEX task_state; ALTER TABLE task DROP COLUMN past; \
                     CREATE INDEX task_updated ON task (updated_at); DELETE FROM migration WHERE number = 6";
        for sql in [older, "BEGIN; LOCK TABLE task"] {
            sqlx::raw_sql(sql)
                .execute(&mut stranger)
                .await
                .expect("made older, then in use");
        }
        let busy = Duration::from_millis(50);
        let tuning = Tuning {
            busy,
            ..Tuning::default()
        };
        let hasty = tuning.clone();
        let opening = tokio::spawn({
            let database = database.clone();
            async move { database.open_with(tuning).await }
        });
        let waiting =
            "SELECT count(*) FROM pg_locks WHERE relation = to_regclass('task') AND NOT granted";
        loop {
            let found = sqlx::query(waiting).fetch_one(&mut stranger).await;
            if opening.is_finished() || found.expect("locks").get::<i64, _>(0) > 0 {
                break;
            }
        }
        tokio::time::sleep(busy * 10).await;
        let beside = move |beside: TestDatabase| async move {
            beside.open_with(hasty).await.close().await;
        };
        on_postgres(beside).await;
        sqlx::query("COMMIT")
            .execute(&mut stranger)
            .await
            .expect("let go");
        opening.await.expect("it waited").close().await;
    };
    on_postgres(body).await;
}

/// Another skep that is at its steps holds its turn for longer than one waits for a lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_opening_waits_for_the_steps_of_another_one() {
    on_each(|database| async move {
        database.open().await.close().await;
        let mut another = database.stranger().await;
        let turn = match database.url.starts_with("sqlite") {
            true => "BEGIN IMMEDIATE",
            // As `take_turn` has it.
            false => "BEGIN; SELECT pg_advisory_xact_lock(1936392193, hashtext(current_schema()))",
        };
        sqlx::raw_sql(turn)
            .execute(&mut another)
            .await
            .expect("its turn");
        let busy = Duration::from_millis(50);
        let tuning = Tuning {
            busy,
            ..Tuning::default()
        };
        let opening = tokio::spawn({
            let database = database.clone();
            async move { database.open_with(tuning).await }
        });
        tokio::time::sleep(busy * 10).await;
        assert!(!opening.is_finished(), "it waits");
        sqlx::raw_sql("COMMIT")
            .execute(&mut another)
            .await
            .expect("over");
        opening.await.expect("it waited").close().await;
    })
    .await;
}

/// A database of before kept the bodies of what concerns nobody: they go, and the file becomes smaller.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_database_gives_back_what_it_kept_of_ignored_deliveries() {
    on_sqlite(|database| async move {
        let size = || {
            let file = database.url.strip_prefix("sqlite://").expect("a file");
            std::fs::metadata(file).expect("the file").len()
        };
        let store = database.open().await;
        for n in 0..200_u64 {
            let mut new = fact(&format!("webhook:{n}"));
            // Numbers that do not shrink.
            let mut seed = n + 1;
            let mut next = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                format!("{seed:x}")
            };
            new.body = (0..1_000).map(|_| next()).collect();
            store.accept(new).await.expect("stored");
        }
        let mut stranger = database.stranger().await;
        sqlx::raw_sql(
            "UPDATE inbox SET kind = 'webhook', handled_at = 1, result = 'ignored: ping' WHERE id <> 'webhook:7'; \
             DELETE FROM migration WHERE number = 5",
        )
        .execute(&mut stranger)
        .await
        .expect("as it was before");
        sqlx::Connection::close(stranger).await.expect("closed");
        store.close().await;
        let before = size();
        let store = database.open().await;
        for (id, kept) in [("webhook:6", false), ("webhook:7", true)] {
            let row = store.inbox(id).await.expect("a look").expect("it");
            assert_eq!(!row.body.is_empty(), kept, "{id}");
        }
        store.close().await;
        assert!(size() * 4 < before, "{} of {before} bytes", size());
    })
    .await;
}
