//! What was kept long enough goes, and nothing else: on each database.

use skep::store::{
    Accepted, Claim, EffectFilter, IgnoredDelivery, InboxKind, LogLine, NewEffect, NewInbox,
    SessionFilter, Store, TaskRow,
};

use super::{add, effect, event, fact, key, on_each, session, task};

/// More rows than one step looks at.
const MANY: usize = 1_500;

async fn ignored(store: &Store, id: &str, at: i64) {
    let delivery = IgnoredDelivery {
        id: id.to_owned(),
        name: "issues".to_owned(),
        reason: "ignored: nobody".to_owned(),
        received_at: at,
    };
    store.accept_ignored(delivery).await.expect("stored");
}

async fn handled(store: &Store, id: &str, at: i64) {
    let Accepted::New { seq } = store.accept(fact(id)).await.expect("stored") else {
        panic!("{id} is new");
    };
    let mut decision = store.begin().await.expect("a decision");
    decision.mark_handled(seq, at, "done");
    decision.commit().await.expect("a commit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_that_concerned_nobody_go_whole_and_of_the_others_the_id_stays() {
    on_each(|database| async move {
        let store = database.open().await;
        // Received by a clock that was put back since.
        ignored(&store, "webhook:nobody", 9_999).await;
        handled(&store, "webhook:somebody", 20).await;
        store.accept(fact("webhook:waiting")).await.expect("stored");
        ignored(&store, "webhook:behind", 10).await;
        for round in [2, 0, 0] {
            assert_eq!(
                store.prune_inbox(50, 1_000).await.expect("pruned").rows,
                round
            );
        }
        let known = async |id: &str| store.inbox(id).await.expect("a look");
        assert_eq!(known("webhook:nobody").await, None);
        let somebody = known("webhook:somebody").await.expect("its id stays");
        assert_eq!(somebody.body, "");
        assert_eq!(
            store.accept(fact("webhook:somebody")).await,
            Ok(Accepted::Duplicate),
            "told again, it counts once"
        );
        let waiting = known("webhook:waiting").await.expect("not handled yet");
        assert_ne!(waiting.body, "");
        assert!(known("webhook:behind").await.is_some(), "it goes in order");
        let mut decision = store.begin().await.expect("a decision");
        decision.mark_handled(waiting.seq, 30, "done");
        decision.commit().await.expect("a commit");
        assert_eq!(store.prune_inbox(50, 1_000).await.expect("pruned").rows, 2);
        assert_eq!(known("webhook:behind").await, None);
        store.close().await;
    })
    .await;
}

/// Before there was a walk through the inbox, all bodies of long ago were removed, and no row.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_stays_whose_body_an_older_version_has_removed() {
    on_each(|database| async move {
        let store = database.open().await;
        handled(&store, "webhook:somebody", 10).await;
        ignored(&store, "webhook:nobody", 10).await;
        let mut stranger = database.stranger().await;
        let old =
            "DELETE FROM inbox_body WHERE seq IN (SELECT seq FROM inbox WHERE handled_at < 50)";
        sqlx::query(old)
            .execute(&mut stranger)
            .await
            .expect("the prune of before");
        assert_eq!(store.prune_inbox(50, 1_000).await.expect("pruned").rows, 1);
        let again = store.accept(fact("webhook:somebody")).await;
        assert_eq!(again, Ok(Accepted::Duplicate), "it counts once");
        assert_eq!(store.inbox("webhook:nobody").await, Ok(None));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_go_in_steps() {
    on_each(|database| async move {
        let store = database.open().await;
        let all: Vec<_> = (0..MANY)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move { ignored(&store, &format!("webhook:{number}"), 10).await })
            })
            .collect();
        for one in all {
            one.await.expect("stored");
        }
        let first = store.prune_inbox(50, 1_000).await.expect("pruned");
        assert_eq!((first.rows, first.more), (1_000, true));
        let second = store.prune_inbox(50, 1_000).await.expect("pruned");
        assert_eq!((second.rows, second.more), (500, false));
        store.close().await;
    })
    .await;
}

/// A task in a state, last changed at a moment, with something of everything.
async fn with_past(store: &Store, issue: i64, state: &str, at: i64) {
    let mut decision = store.begin().await.expect("a decision");
    let row = TaskRow {
        state: state.to_owned(),
        queued_at: None,
        updated_at: at,
        ..task(issue)
    };
    decision.put_task(&row, 0).await.expect("a task");
    for (number, pull) in [(1, None), (2, Some(70 + issue))] {
        let mut row = session(issue, number);
        (row.live, row.pull) = (false, pull);
        decision.put_session(&row).await.expect("a session");
    }
    let mut happened = event("task.done");
    happened.task = Some(key(issue));
    decision.add_event(happened);
    for name in ["closed", "open"] {
        let mut new = effect(&format!("{name}-{issue}"));
        (new.task, new.kind) = (Some(key(issue)), name.to_owned());
        decision.add_effect(&new).await.expect("an effect");
    }
    for kind in [InboxKind::Outcome, InboxKind::Sweep] {
        let told = NewInbox {
            kind,
            task: Some(key(issue)),
            ..fact(&format!("{}:{issue}", kind.name()))
        };
        let Accepted::New { seq } = decision.accept_inline(told).await.expect("a fact") else {
            panic!("it is new");
        };
        decision.mark_handled(seq, at, "done");
    }
    let withdrawal = skep::store::Withdrawal {
        task: key(issue),
        kinds: &["closed"],
        now: at,
        why: "a test",
    };
    decision.withdraw(withdrawal).await.expect("closed");
    decision.commit().await.expect("a commit");
    let line = LogLine {
        at,
        kind: "message".to_owned(),
        body: "said".to_owned(),
    };
    let id = session(issue, 1).id;
    store.append_log(&id, &[line]).await.expect("a line");
}

/// What is there of a task: sessions, events, effects, facts, lines.
async fn there(store: &Store, issue: i64) -> [usize; 5] {
    let (sessions, effects) = (
        SessionFilter {
            task: Some(key(issue)),
            ..SessionFilter::default()
        },
        EffectFilter {
            task: Some(key(issue)),
            ..EffectFilter::default()
        },
    );
    [
        store.sessions(&sessions, 10).await.expect("a look").len(),
        store
            .task_events(key(issue), 10)
            .await
            .expect("a look")
            .len(),
        store.effects(&effects, 10).await.expect("a look").len(),
        store
            .inbox_of_task(key(issue), 10)
            .await
            .expect("a look")
            .len(),
        store
            .log(&session(issue, 1).id, 0, 10)
            .await
            .expect("a look")
            .len(),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_task_that_is_over_its_own_row_stays_and_what_others_need() {
    on_each(|database| async move {
        let store = database.open().await;
        for (issue, state, at) in [
            (1, "done", 10),
            (2, "done", 100),
            (3, "in-review", 10),
            (4, "failed", 20),
        ] {
            with_past(&store, issue, state, at).await;
        }
        assert_eq!(there(&store, 1).await, [2, 1, 2, 2, 1]);
        let past = store.past_tasks(50, 10).await.expect("a look");
        assert_eq!(past, [key(1), key(4)], "over, and long ago");
        for issue in [2, 3] {
            assert!(!forget(&store, issue).await);
            assert_eq!(there(&store, issue).await, [2, 1, 2, 2, 1]);
        }
        assert!(!store.forget_past(key(1), 50).await.expect("a step"));
        assert!(forget(&store, 1).await);
        store.prune_log_of(&session(1, 1).id).await.expect("a step");
        // A pull request finds its task, what is open is done, and the sweep does not state the same again.
        assert_eq!(there(&store, 1).await, [1, 0, 1, 1, 0]);
        let by_pull = store.task_of_pull(key(1).repository, 71).await;
        assert_eq!(by_pull, Ok(Some(key(1))));
        let row = store.task(key(1)).await.expect("a look").expect("it stays");
        assert_eq!(row.version, 1, "from which further ids are made");
        let past = store.past_tasks(50, 10).await.expect("a look");
        assert_eq!(past, [key(4)], "once");
        let mut decision = store.begin().await.expect("a decision");
        decision.put_task(&row, 1).await.expect("it goes on");
        decision.commit().await.expect("a commit");
        let past = store.past_tasks(50, 10).await.expect("a look");
        assert_eq!(past, [key(1), key(4)], "it has a past again");
        store.close().await;
    })
    .await;
}

/// Forgets a task's rows, if it has not changed since 50.
async fn forget(store: &Store, issue: i64) -> bool {
    store
        .begin_forgetting(key(issue), 50)
        .await
        .expect("a step")
        && store.forget_past(key(issue), 50).await.expect("a step")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_taken_up_while_it_is_being_forgotten_keeps_its_rows() {
    on_each(|database| async move {
        let store = database.open().await;
        for issue in [1, 2] {
            with_past(&store, issue, "done", 10 * issue).await;
        }
        let past = async || store.past_tasks(50, 10).await.expect("a look");
        let begin = async |issue| store.begin_forgetting(key(issue), 50).await;
        assert_eq!(begin(2).await, Ok(true));
        assert_eq!(past().await, [key(2), key(1)], "what was begun is finished");
        assert_eq!(begin(2).await, Ok(true), "again, after a kill");
        let row = store.task(key(2)).await.expect("a look").expect("there");
        let row = TaskRow {
            state: "queued".to_owned(),
            updated_at: 60,
            ..row
        };
        let mut decision = store.begin().await.expect("a decision");
        decision.put_task(&row, 1).await.expect("it goes on");
        decision.commit().await.expect("a commit");
        assert_eq!(begin(2).await, Ok(false));
        assert_eq!(store.forget_past(key(2), 50).await, Ok(false));
        assert_eq!(there(&store, 2).await, [2, 1, 2, 2, 1]);
        assert_eq!(past().await, [key(1)]);
        store.close().await;
    })
    .await;
}

/// Timers wait apart from the work, so that whoever claims work does not read them all; due, they go with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_are_claimed_when_they_are_due() {
    on_each(|database| async move {
        let store = database.open().await;
        let timer = |id: &str, at: i64| NewEffect {
            lane: "clock".to_owned(),
            rank: 1,
            content: false,
            not_before: at,
            ..effect(id)
        };
        let work = effect("work");
        add(&store, &[timer("later", 100), timer("due", 40), work]).await;
        let claim = async |now: i64| {
            let wish = Claim {
                owner: "us",
                now,
                lease_until: now + 1_000,
                limit: 10,
                without_kinds: &[],
            };
            let rows = store.claim(wish).await.expect("a claim");
            rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
        };
        assert_eq!(claim(50).await, ["due", "work"]);
        assert_eq!(store.next_due(50).await, Ok(Some(100)));
        assert_eq!(claim(99).await, Vec::<String>::new());
        assert_eq!(claim(100).await, ["later"]);
        store.close().await;
    })
    .await;
}
