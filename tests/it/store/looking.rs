//! Logs, events, listings, counts and remembered words.

use std::time::Duration;

use skep::core::ids::{IssueNumber, RepositoryId, SessionId};
use skep::core::repository_policy::RepositoryPolicy;
use skep::store::{InboxKind, LogLine, OutcomeRow, SessionFilter, Store};

use super::{TestDatabase, add, effect, event, fact, key, on_each, session, task};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_log_is_paged_tailed_and_pruned() {
    on_each(|database| async move {
        let store = database.open().await;
        let (one, other) = (SessionId::new(key(1), 1), SessionId::new(key(2), 1));
        let lines: Vec<_> = (0..600)
            .map(|n| LogLine {
                at: n,
                kind: "message".to_owned(),
                body: format!("line {n}\0"),
            })
            .collect();
        store.append_log(&one, &lines).await.expect("appended");
        store
            .append_log(&other, &lines[..1])
            .await
            .expect("appended");
        store
            .append_log(&other, &[])
            .await
            .expect("nothing to append");
        let first = store.log(&one, 0, 400).await.expect("a page");
        let second = store.log(&one, first[399].seq, 400).await.expect("a page");
        let read: Vec<_> = first.iter().chain(&second).map(|row| row.line.at).collect();
        assert_eq!(read, (0..600).collect::<Vec<_>>());
        assert_eq!(first[0].line.body, "line 0\u{fffd}");
        let tail = store.log_tail(&one, 2).await.expect("a tail");
        assert_eq!(
            tail.iter().map(|row| row.line.at).collect::<Vec<_>>(),
            [598, 599]
        );
        assert_eq!(store.log_tail(&other, 5).await.expect("a tail").len(), 1);
        assert_eq!(store.prune_log(599).await.expect("pruned").rows, 600);
        assert_eq!(store.log_tail(&one, 5).await.expect("a tail"), tail[1..]);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_follows_the_events_misses_none() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..6 {
            let store = store.clone();
            writers.spawn(async move {
                for n in 0..20 {
                    let mut decision = store.begin().await.expect("a decision");
                    decision.add_event(event(&format!("{writer}.{n}.a")));
                    decision.add_event(event(&format!("{writer}.{n}.b")));
                    decision.commit().await.expect("a commit");
                }
            });
        }
        let mut bell = store.event_wake();
        let (mut after, mut seen) = (0, Vec::new());
        while seen.len() < 240 {
            let page = store.events(after, 50).await.expect("a page");
            if page.is_empty() {
                let rung = tokio::time::timeout(Duration::from_secs(10), bell.changed()).await;
                rung.expect("240 events were written, and one was overtaken")
                    .expect("open");
            }
            after = page.last().map_or(after, |row| row.seq);
            seen.extend(page.into_iter().map(|row| row.event.name));
        }
        writers.join_all().await;
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 240);
        let tail = store.task_events(key(1), 2).await.expect("a look");
        assert_eq!((tail.len(), tail[1].seq), (2, after));
        let expected = event(&tail[1].event.name);
        assert_eq!(tail[1].event, expected);
        assert_eq!(store.task_events(key(2), 2).await.expect("a look"), []);
        store.close().await;
    })
    .await;
}

/// Three tasks, three sessions, an effect and three inbox rows.
async fn some_of_everything(database: &TestDatabase) -> Store {
    let store = database.open().await;
    let mut decision = store.begin().await.expect("a decision");
    for issue in 1..=3 {
        let mut row = task(issue);
        row.updated_at = issue;
        row.state = if issue == 3 { "done" } else { "queued" }.to_owned();
        decision.put_task(&row, 0).await.expect("written");
    }
    let mut ended = session(1, 1);
    (ended.live, ended.state) = (false, "failed".to_owned());
    for row in [ended, session(1, 2), session(2, 3)] {
        decision.put_session(&row).await.expect("written");
    }
    decision.commit().await.expect("a commit");
    add(&store, &[effect("e")]).await;
    let mut sweep = fact("sweep:1");
    (sweep.kind, sweep.task) = (InboxKind::Sweep, Some(key(1)));
    for new in [fact("webhook:a"), fact("webhook:b"), sweep] {
        store.accept(new).await.expect("a row");
    }
    store
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listings_of_sessions_restrict() {
    on_each(|database| async move {
        let store = some_of_everything(&database).await;
        let found = async |filter: SessionFilter| {
            let rows = store.sessions(&filter, 10).await.expect("a look");
            rows.into_iter()
                .map(|row| row.id.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(SessionFilter::default()).await,
            ["7-2-3", "7-1-2", "7-1-1"]
        );
        let (task, live, failed) = (Some(key(1)), Some(true), Some("failed".to_owned()));
        assert_eq!(
            found(SessionFilter {
                task,
                ..Default::default()
            })
            .await,
            ["7-1-2", "7-1-1"]
        );
        assert_eq!(
            found(SessionFilter {
                live,
                ..Default::default()
            })
            .await,
            ["7-2-3", "7-1-2"]
        );
        assert_eq!(
            found(SessionFilter {
                state: failed.clone(),
                task,
                live: None
            })
            .await,
            ["7-1-1"]
        );
        assert_eq!(
            found(SessionFilter {
                state: failed,
                task,
                live
            })
            .await,
            Vec::<String>::new()
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listings_of_tasks_and_rows_restrict() {
    on_each(|database| async move {
        let store = some_of_everything(&database).await;
        let tasks = store.task_keys("queued", 10).await.expect("a look");
        assert_eq!(tasks, [key(2), key(1)]);
        let tasks = store.task_keys("queued", 1).await.expect("a look");
        assert_eq!(tasks, [key(2)]);
        let mut known = store
            .tasks(&[key(2), key(1), key(99)])
            .await
            .expect("a look");
        known.sort_by_key(|row| row.key);
        let known: Vec<_> = known.iter().map(|row| row.key).collect();
        assert_eq!(known, [key(1), key(2)], "what is not there is left out");
        let deliveries = store.deliveries(10).await.expect("a look");
        assert_eq!(
            deliveries
                .iter()
                .map(|row| row.id.as_str())
                .collect::<Vec<_>>(),
            ["webhook:b", "webhook:a"]
        );
        let of_task = store.inbox_of_task(key(1), 10).await.expect("a look");
        assert_eq!(
            of_task
                .iter()
                .map(|row| row.id.as_str())
                .collect::<Vec<_>>(),
            ["sweep:1"]
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_count() {
    on_each(|database| async move {
        let store = some_of_everything(&database).await;
        let counts = store.counts().await.expect("a look");
        assert_eq!(
            counts.tasks.into_iter().collect::<Vec<_>>(),
            [("done".to_owned(), 1), ("queued".to_owned(), 2)]
        );
        let sessions = [("failed".to_owned(), 1), ("running".to_owned(), 2)];
        assert_eq!(counts.sessions.into_iter().collect::<Vec<_>>(), sessions);
        assert_eq!(
            (
                counts.live_sessions,
                counts.inbox_unhandled,
                counts.effects_open
            ),
            (2, 3, 1)
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_is_set_once_by_many_and_replaced_by_one() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..20 {
            let store = store.clone();
            racing.spawn(async move {
                store
                    .get_or_init_meta("instance", &n.to_string())
                    .await
                    .expect("a word")
            });
        }
        let mut words = racing.join_all().await;
        words.dedup();
        assert_eq!(words.len(), 1, "{words:?}");
        store.put_meta("instance", "other").await.expect("set");
        assert_eq!(
            store
                .get_or_init_meta("instance", "x")
                .await
                .expect("a word"),
            "other"
        );
        assert_eq!(store.meta("nothing").await.expect("a look"), None);
        store.close().await;
    })
    .await;
}

/// The first issue that meets a state with mistakes is the one on which they are told, whoever asks at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_policy_is_kept_and_a_wrong_one_is_told_on_one_issue() {
    on_each(|database| async move {
        let store = database.open().await;
        let home = RepositoryId(7);
        let good = RepositoryPolicy {
            egress_allow: vec!["npm".into()],
            ..RepositoryPolicy::default()
        };
        let wrong = async |state: &str, issue: Option<i64>| {
            let met = issue.map(IssueNumber);
            store.wrong_policy(home, state, met).await.expect("noted")
        };
        let first = wrong("a", None).await;
        assert_eq!((first.good, first.told_on), (None, None));
        assert_eq!(wrong("a", Some(3)).await.told_on, Some(IssueNumber(3)));
        store.keep_policy(home, &good).await.expect("kept");
        store.keep_policy(home, &good).await.expect("kept as it is");
        let mut racing = tokio::task::JoinSet::new();
        for issue in 10..20 {
            let store = store.clone();
            racing.spawn(async move {
                let met = Some(IssueNumber(issue));
                store.wrong_policy(home, "a", met).await.expect("noted")
            });
        }
        let mut met = racing.join_all().await;
        met.dedup();
        assert_eq!(met.len(), 1, "{met:?}");
        assert_eq!(met[0].good.as_ref(), Some(&good));
        assert_eq!(wrong("b", Some(30)).await.told_on, Some(IssueNumber(30)));
        store.drop_policy(home).await.expect("gone");
        store.drop_policy(home).await.expect("gone already");
        assert_eq!(wrong("b", Some(31)).await.good, None);
        store.close().await;
    })
    .await;
}

fn outcome(pull: i64, became: &str, opened_at: i64) -> OutcomeRow {
    OutcomeRow {
        repository: RepositoryId(7),
        pull,
        name: "octo/hello".into(),
        issue: 1,
        session: "7-1-1".into(),
        role: "swe".into(),
        agent: "goose".into(),
        became: became.into(),
        rounds: 2,
        tokens: (900, true),
        cost: (40, false, true),
        worked_ms: 5,
        queued_at: 1,
        opened_at,
        over_at: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ledger_has_one_row_for_a_pull_request() {
    on_each(|database| async move {
        let store = database.open().await;
        let merged = OutcomeRow {
            over_at: Some(30),
            ..outcome(2, "merged", 10)
        };
        for row in [
            outcome(2, "open", 10),
            outcome(3, "open", 20),
            merged.clone(),
        ] {
            let mut decision = store.begin().await.expect("a decision");
            decision.put_outcome(&row).await.expect("written");
            decision.commit().await.expect("a commit");
        }
        let all = store.outcomes(0, 10).await.expect("a look");
        assert_eq!(all, [outcome(3, "open", 20), merged.clone()]);
        assert_eq!(store.outcomes(11, 10).await.expect("a look"), all[..1]);
        assert_eq!(store.outcomes(0, 1).await.expect("a look"), all[..1]);
        store.close().await;
        let again = database.open().await;
        assert_eq!(again.outcomes(0, 10).await.expect("a look"), all);
    })
    .await;
}
