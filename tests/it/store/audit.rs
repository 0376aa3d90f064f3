//! The audit on each database: in order, without a gap, and whatever is done to it afterwards is found.

use skep::store::{AuditRow, Broken, Chain, Extent, Head, NewAudit, Store, Walked};
use sqlx::AssertSqlSafe;

use super::{TestDatabase, event, on_each};

fn new(at: i64, kind: &str) -> NewAudit {
    NewAudit {
        at,
        kind: kind.to_owned(),
        task: Some("7/12".into()),
        repository: Some("octo/hello".into()),
        issue: Some(12),
        session: None,
        who: Some("@ana".into()),
        cause: Some(format!("webhook:{kind}")),
        facts: r#"{"why":"she may \u0000 write"}"#.to_owned(),
    }
}

/// Walks along all rows as they are in the database.
async fn walk(store: &Store, noted: &[Head]) -> Result<Walked, Broken> {
    let mut chain = Chain::against(noted.to_vec());
    for row in rows(store).await {
        chain.take(&row)?;
    }
    chain.end(Extent::Whole)
}

async fn rows(store: &Store) -> Vec<AuditRow> {
    store.audit_rows(0, 10_000).await.expect("a look")
}

async fn filled(database: &TestDatabase) -> Store {
    let store = database.open().await;
    for at in 1..=6 {
        let mut decision = store.begin().await.expect("a decision");
        decision.add_event(event("task.queued"));
        decision.add_audit(new(at * 1_000, "issues.labeled"));
        decision.commit().await.expect("a commit");
    }
    store
}

async fn tamper(database: &TestDatabase, sql: &str) {
    let mut stranger = database.stranger().await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut stranger)
        .await
        .expect("whoever may write can do that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_are_numbered_in_the_order_of_commits_and_one_that_is_rolled_back_leaves_no_gap() {
    on_each(|database| async move {
        let store = filled(&database).await;
        let mut dropped = store.begin().await.expect("a decision");
        dropped.add_audit(new(9, "never"));
        drop(dropped);
        store
            .audit(&[new(10, "one"), new(11, "two")])
            .await
            .expect("written");
        let found = rows(&store).await;
        let numbers: Vec<i64> = found.iter().map(|row| row.seq).collect();
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 7, 8]);
        let walked = walk(&store, &[]).await.expect("nobody touched it");
        assert_eq!((walked.rows, walked.from.seq), (8, 0));
        assert_eq!(store.audit_head().await, Ok(walked.last.clone()));
        // Opened anew, as after a crash, it goes on where it was.
        store.close().await;
        let store = database.open().await;
        store.audit(&[new(12, "three")]).await.expect("written");
        assert_eq!(
            walk(&store, &[walked.last]).await.map(|walked| walked.rows),
            Ok(9)
        );
        store.close().await;
    })
    .await;
}

/// Two replicas, or two connections, at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_take_turns() {
    on_each(|database| async move {
        let (one, other) = (database.open().await, database.open().await);
        let write = |store: Store| async move {
            for at in 0..25 {
                store
                    .audit(&[new(at, "a"), new(at, "b")])
                    .await
                    .expect("written");
            }
        };
        tokio::join!(write(one.clone()), write(other.clone()));
        assert_eq!(walk(&one, &[]).await.map(|walked| walked.rows), Ok(100));
        one.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_column_that_is_changed_is_found_at_its_row() {
    on_each(|database| async move {
        let store = filled(&database).await;
        let changes = [
            "at = at + 1",
            "kind = 'x'",
            "task = NULL",
            "task = '7/13'",
            "repository = 'octo/other'",
            "issue = 13",
            "session = '7-12-1'",
            "who = '@bob'",
            "who = NULL",
            "cause = 'x'",
            "facts = '{}'",
            "hash = 'x'",
        ];
        for change in changes {
            let before = rows(&store).await[2].clone();
            tamper(
                &database,
                &format!("UPDATE audit SET {change} WHERE seq = 3"),
            )
            .await;
            assert_eq!(walk(&store, &[]).await, Err(Broken::Changed(3)), "{change}");
            tamper(&database, "DELETE FROM audit WHERE seq = 3").await;
            assert_eq!(walk(&store, &[]).await, Err(Broken::Missing(3)), "{change}");
            put(&database, &before).await;
            assert!(walk(&store, &[]).await.is_ok(), "{change}: put back");
        }
        tamper(&database, "UPDATE audit SET prev = hash WHERE seq = 3").await;
        assert_eq!(walk(&store, &[]).await, Err(Broken::Changed(3)));
        store.close().await;
    })
    .await;
}

/// Writes a row as somebody who knows how they are made would.
async fn put(database: &TestDatabase, row: &AuditRow) {
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let maybe = |value: &Option<String>| value.as_deref().map_or("NULL".to_owned(), text);
    let issue = row
        .issue
        .map_or("NULL".to_owned(), |issue| issue.to_string());
    let sql = format!(
        "INSERT INTO audit (seq, at, kind, task, repository, issue, session, who, cause, facts, prev, hash) \
         VALUES ({}, {}, {}, {}, {}, {issue}, {}, {}, {}, {}, {}, {})",
        row.seq,
        row.at,
        text(&row.kind),
        maybe(&row.task),
        maybe(&row.repository),
        maybe(&row.session),
        maybe(&row.who),
        maybe(&row.cause),
        text(&row.facts),
        text(&row.prev),
        text(&row.hash)
    );
    tamper(database, &sql).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_are_removed_put_in_moved_or_made_anew_are_found() {
    on_each(|database| async move {
        let store = filled(&database).await;
        let whole = rows(&store).await;
        let again = async |rows: &[AuditRow]| {
            tamper(&database, "DELETE FROM audit").await;
            for row in rows {
                put(&database, row).await;
            }
        };
        let head = store.audit_head().await.expect("a head");
        // Moved: two rows have changed places.
        tamper(
            &database,
            "UPDATE audit SET seq = 100 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 4; \
                           UPDATE audit SET seq = 4 WHERE seq = 100",
        )
        .await;
        assert_eq!(walk(&store, &[]).await, Err(Broken::Changed(2)));
        // Put in, with a hash of its own that is right.
        let mut forged = whole[3].clone();
        forged.who = Some("@mallory".into());
        forged.hash = forged.digest();
        again(&[&whole[..3], &[forged.clone()], &whole[4..]].concat()).await;
        assert_eq!(walk(&store, &[]).await, Err(Broken::Unlinked(5)));
        // All that follows was made anew as well: only a head that was noted elsewhere tells.
        let mut made = whole[..3].to_vec();
        made.push(forged);
        for row in &whole[4..] {
            let mut row = row.clone();
            row.prev = made.last().expect("some").hash.clone();
            row.hash = row.digest();
            made.push(row);
        }
        again(&made).await;
        assert!(walk(&store, &[]).await.is_ok());
        assert_eq!(
            walk(&store, std::slice::from_ref(&head)).await,
            Err(Broken::Replaced(6))
        );
        // Removed at the end, at the front, and all.
        again(&whole[..5]).await;
        assert!(walk(&store, &[]).await.is_ok());
        assert_eq!(
            walk(&store, std::slice::from_ref(&head)).await,
            Err(Broken::Short(6))
        );
        again(&whole[2..]).await;
        assert_eq!(walk(&store, &[]).await, Err(Broken::Cut(3)));
        again(&[]).await;
        assert_eq!(walk(&store, &[head]).await, Err(Broken::Short(6)));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_skep_removes_from_the_front_leaves_a_row_that_says_so() {
    on_each(|database| async move {
        let store = filled(&database).await;
        let old = rows(&store).await[1].clone();
        assert_eq!(store.prune_audit(1_000, 50).await.expect("pruned").rows, 0);
        assert_eq!(
            store.prune_audit(3_500, 7_000).await.expect("pruned").rows,
            3
        );
        let noted = Head {
            seq: old.seq,
            hash: old.hash.clone(),
        };
        let walked = walk(&store, &[noted]).await.expect("skep's own doing");
        assert_eq!(
            (walked.from.seq, walked.rows, walked.unseen),
            (3, 4, vec![2])
        );
        // Somebody removes more, and cannot say that it was skep.
        tamper(&database, "DELETE FROM audit WHERE seq = 4").await;
        assert_eq!(walk(&store, &[]).await, Err(Broken::Cut(5)));
        // All are old: what says so stays, and the numbers go on.
        assert_eq!(
            store.prune_audit(9_000, 9_500).await.expect("pruned").rows,
            3
        );
        store.audit(&[new(9_600, "next")]).await.expect("written");
        let numbers: Vec<i64> = rows(&store).await.iter().map(|row| row.seq).collect();
        assert_eq!(numbers, [8, 9]);
        assert!(walk(&store, &[]).await.is_ok());
        store.close().await;
    })
    .await;
}
