//! One decision, one transaction: all or nothing, and never over somebody else's.

use skep::core::ids::{RepositoryId, SessionId};
use skep::store::{
    Accepted, Added, Claim, EffectFilter, EffectResult, MemoryNeedRow, PauseRow, SessionRow,
    StoreError, TaskRow, Waits, Withdrawal, Withdrawn,
};

use super::{add, effect, event, fact, key, on_each, session, task};

const WISH: Claim<'static> = Claim {
    owner: "me",
    now: 100,
    lease_until: 200,
    limit: 100,
    without_kinds: &[],
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_a_decision_or_nothing() {
    on_each(|database| async move {
        let store = database.open().await;
        let Ok(Accepted::New { seq }) = store.accept(fact("webhook:a")).await else {
            panic!("not new")
        };
        for keep in [false, true] {
            let bells = [store.inbox_wake(), store.effect_wake(), store.event_wake()];
            let mut decision = store.begin().await.expect("a decision");
            assert_eq!(decision.task(key(1)).await.expect("a look"), None);
            assert_eq!(decision.put_task(&task(1), 0).await.expect("written"), 1);
            decision.put_session(&session(1, 1)).await.expect("written");
            assert_eq!(
                decision.add_effect(&effect("e1")).await.expect("added"),
                Added::New
            );
            assert_eq!(
                decision.add_effect(&effect("e1")).await.expect("added"),
                Added::Known
            );
            decision.add_event(event("task.queued"));
            decision.add_event(event("session.dispatched"));
            decision.mark_handled(seq, 9, "queued");
            assert!(matches!(
                decision.accept_inline(fact("inline:a")).await,
                Ok(Accepted::New { .. })
            ));
            if keep {
                decision.commit().await.expect("a commit");
            } else {
                drop(decision);
            }
            let rung = bells.map(|bell| bell.has_changed().expect("open"));
            assert_eq!(rung, [keep; 3]);
            assert_eq!(
                store
                    .task(key(1))
                    .await
                    .expect("a look")
                    .map(|row| row.version),
                keep.then_some(1)
            );
            let counts = store.counts().await.expect("a look");
            assert_eq!(counts.effects_open, i64::from(keep));
            assert_eq!(
                store.events(0, 10).await.expect("a look").len(),
                if keep { 2 } else { 0 }
            );
            assert_eq!(
                store.inbox("inline:a").await.expect("a look").is_some(),
                keep
            );
            assert_eq!(
                store
                    .inbox("webhook:a")
                    .await
                    .expect("a look")
                    .expect("there")
                    .handled_at,
                keep.then_some(9)
            );
            let id = SessionId::new(key(1), 1);
            assert_eq!(
                store.session(&id).await.expect("a look"),
                keep.then(|| session(1, 1))
            );
        }
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_facts_of_one_decision_each_get_their_own_mark() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut seqs = Vec::new();
        for n in 0..301 {
            let Ok(Accepted::New { seq }) = store.accept(fact(&format!("webhook:{n}"))).await
            else {
                panic!("not new")
            };
            seqs.push(seq);
        }
        let mut decision = store.begin().await.expect("a decision");
        for seq in &seqs[..300] {
            decision.mark_handled(*seq, *seq + 5, format!("about {seq}"));
        }
        decision.commit().await.expect("a commit");
        for (n, seq) in seqs[..300].iter().enumerate() {
            let row = store
                .inbox(&format!("webhook:{n}"))
                .await
                .expect("a look")
                .expect("a row");
            assert_eq!(
                (row.handled_at, row.result),
                (Some(seq + 5), Some(format!("about {seq}")))
            );
        }
        let left = store.unhandled(10).await.expect("rows");
        assert_eq!(
            left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
            ["webhook:300"]
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_looked_up_together_are_those_of_the_decision() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut decision = store.begin().await.expect("a decision");
        for issue in [1, 2] {
            decision.put_task(&task(issue), 0).await.expect("written");
        }
        decision.commit().await.expect("a commit");
        let mut decision = store.begin().await.expect("a decision");
        decision
            .look_up(&[key(1), key(2), key(3)])
            .await
            .expect("a look");
        decision.put_task(&task(1), 1).await.expect("written");
        decision.put_task(&task(3), 0).await.expect("written");
        let mut versions = Vec::new();
        for issue in 1..=4 {
            versions.push(
                decision
                    .task(key(issue))
                    .await
                    .expect("a look")
                    .map(|row| row.version),
            );
        }
        assert_eq!(versions, [Some(2), Some(1), Some(1), None]);
        drop(decision);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_one_of_two_decisions_about_a_version_is_taken() {
    on_each(|database| async move {
        let store = database.open().await;
        for version in 0..3 {
            let mut racing = tokio::task::JoinSet::new();
            for _ in 0..10 {
                let store = store.clone();
                racing.spawn(async move {
                    let mut decision = store.begin().await?;
                    decision.put_task(&task(1), version).await?;
                    decision.commit().await
                });
            }
            let answers = racing.join_all().await;
            assert_eq!(
                answers.iter().filter(|answer| answer.is_ok()).count(),
                1,
                "{answers:?}"
            );
            let lost = answers
                .iter()
                .filter(|answer| matches!(answer, Err(StoreError::Conflict(_))))
                .count();
            assert_eq!(lost, 9, "{answers:?}");
        }
        assert_eq!(
            store
                .task(key(1))
                .await
                .expect("a look")
                .expect("there")
                .version,
            3
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_has_one_live_session() {
    on_each(|database| async move {
        let store = database.open().await;
        let put = async |row| {
            let mut decision = store.begin().await?;
            decision.put_session(&row).await?;
            decision.commit().await
        };
        put(session(1, 1)).await.expect("the first");
        assert!(matches!(
            put(session(1, 2)).await,
            Err(StoreError::Conflict(_))
        ));
        put(session(2, 1)).await.expect("another task's");
        let mut ended = session(1, 1);
        (ended.live, ended.state, ended.stop) =
            (false, "failed".to_owned(), Some("crash".to_owned()));
        (ended.pull, ended.ended_at) = (Some(4), Some(9));
        put(ended.clone()).await.expect("the end of the first");
        put(session(1, 2)).await.expect("the second");
        assert_eq!(store.session(&ended.id).await.expect("a look"), Some(ended));
        let counts = store.counts().await.expect("counts");
        assert_eq!(counts.live_sessions, 2);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_effects_of_one_key_become_one() {
    on_each(|database| async move {
        let store = database.open().await;
        let status = |id: &str, body: &str, not_before| {
            let mut status = effect(id);
            (status.coalesce, status.body, status.not_before) =
                (Some("status:7#1".to_owned()), body.into(), not_before);
            status
        };
        add(&store, &[status("s1", "1", 50)]).await;
        let mut decision = store.begin().await.expect("a decision");
        let added = decision
            .add_effect(&status("s2", "2", 80))
            .await
            .expect("added");
        assert_eq!(
            added,
            Added::Coalesced {
                into: "s1".to_owned()
            }
        );
        decision.commit().await.expect("a commit");
        let claimed = store
            .claim(Claim { now: 60, ..WISH })
            .await
            .expect("claimed");
        assert_eq!(claimed.len(), 1, "the earlier hour stays");
        assert_eq!(
            (claimed[0].id.as_str(), claimed[0].body.as_str()),
            ("s1", "2")
        );

        add(&store, &[status("s3", "3", 0)]).await;
        add(&store, &[status("s4", "4", 0)]).await;
        let claimed = store.claim(WISH).await.expect("claimed");
        assert_eq!(claimed.len(), 1, "what is being done is not changed");
        assert_eq!(
            (claimed[0].id.as_str(), claimed[0].body.as_str()),
            ("s3", "4")
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn withdrawing_closes_what_waits_and_asks_what_runs() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut foreign = effect("foreign");
        foreign.task = Some(key(2));
        let mut other = effect("other");
        other.kind = "label".to_owned();
        add(&store, &[effect("running")]).await;
        assert_eq!(store.claim(WISH).await.expect("claimed").len(), 1);
        add(&store, &[effect("waiting"), other, foreign]).await;
        let mut decision = store.begin().await.expect("a decision");
        let what = Withdrawal {
            task: key(1),
            kinds: &["comment", "push"],
            now: 7,
            why: "cancelled by a person",
        };
        assert_eq!(
            decision.withdraw(what).await.expect("withdrawn"),
            Withdrawn {
                closed: 1,
                asked: 1
            }
        );
        decision.commit().await.expect("a commit");
        assert_eq!(
            store.cancel_requests("me").await.expect("a look"),
            ["running"]
        );
        assert_eq!(
            store.cancel_requests("you").await.expect("a look"),
            Vec::<String>::new()
        );
        let left = store.claim(WISH).await.expect("claimed");
        assert_eq!(
            left.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
            ["other", "foreign"]
        );
        let filter = EffectFilter {
            result: Some(EffectResult::Withdrawn),
            ..EffectFilter::default()
        };
        let closed = store.effects(&filter, 10).await.expect("a look");
        assert_eq!(closed.len(), 1);
        assert_eq!(closed[0].effect.id, "waiting");
        assert_eq!(
            (closed[0].closed_at, closed[0].why.as_deref()),
            (Some(7), Some("cancelled by a person"))
        );
        // Its holder is gone: whoever takes it over is told.
        let later = Claim {
            now: 300,
            lease_until: 400,
            owner: "you",
            ..WISH
        };
        let taken = store.claim(later).await.expect("claimed");
        let running = taken
            .iter()
            .find(|row| row.id == "running")
            .expect("taken over");
        assert!(running.cancel_requested);
        store.close().await;
    })
    .await;
}

/// What waits, with a role and two agents, asked for by somebody.
fn waits(held: bool) -> Waits {
    Waits {
        role: "swe".to_owned(),
        agents: r#"["claude","codex"]"#.to_owned(),
        person: Some(7),
        held,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_schedule_is_read_back_as_it_was_written() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut decision = store.begin().await.expect("a decision");
        for (issue, waits) in [(1, Some(waits(false))), (2, Some(waits(true))), (3, None)] {
            let row = TaskRow {
                waits,
                ..task(issue)
            };
            decision.put_task(&row, 0).await.expect("written");
        }
        let mut unknown = task(4);
        (unknown.queued_at, unknown.updated_at) = (None, 10);
        decision.put_task(&unknown, 0).await.expect("written");
        for issue in [5, 6, 7] {
            let row = TaskRow {
                state: "working".to_owned(),
                ..task(issue)
            };
            decision.put_task(&row, 0).await.expect("written");
        }
        let begun = |issue, at| SessionRow {
            started_at: Some(at),
            person: Some(9),
            ..session(issue, 1)
        };
        let over = |issue, at| SessionRow {
            live: false,
            ended_at: Some(at),
            body: format!("{{\"worked_ms\":{issue}}}"),
            ..begun(issue, at - 1)
        };
        for row in [begun(5, 100), over(6, 200), over(7, 300)] {
            decision.put_session(&row).await.expect("written");
        }
        decision.commit().await.expect("a commit");
        let mut decision = store.begin().await.expect("a decision");
        let mut read = decision.schedule(150).await.expect("a look");
        read.queued.sort_by_key(|row| row.key);
        let queued: Vec<_> = read
            .queued
            .iter()
            .map(|row| (row.key.issue.0, row.queued_at, row.waits.clone()))
            .collect();
        assert_eq!(
            queued,
            [
                (1, 1, Some(waits(false))),
                (2, 2, Some(waits(true))),
                (3, 3, None),
                (4, 10, None),
            ],
            "who does not say since when, waits since now"
        );
        let live: Vec<_> = read.live.iter().map(|row| row.task.issue.0).collect();
        assert_eq!(live, [5]);
        let mut begun = read.begun.clone();
        begun.sort_unstable();
        assert_eq!(
            begun,
            [(9, 199), (9, 299)],
            "what began before does not count"
        );
        assert_eq!(read.over, [r#"{"worked_ms":7}"#, r#"{"worked_ms":6}"#]);
        drop(decision);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sessions_need_of_the_memory_is_kept_for_each_agent_and_repository() {
    on_each(|database| async move {
        let store = database.open().await;
        let need = |agent: &str, repository, bytes| MemoryNeedRow {
            agent: agent.to_owned(),
            repository: RepositoryId(repository),
            bytes,
        };
        let mut decision = store.begin().await.expect("a decision");
        for row in [
            need("goose", 9, 5),
            need("goose", 7, 6),
            need("codex", 9, 7),
            need("goose", 9, 1 << 40),
        ] {
            decision.put_memory_need(&row).await.expect("written");
        }
        decision.commit().await.expect("a commit");
        let mut decision = store.begin().await.expect("a decision");
        assert_eq!(
            decision.memory_needs().await.expect("a look"),
            [
                need("codex", 9, 7),
                need("goose", 7, 6),
                need("goose", 9, 1 << 40)
            ]
        );
        drop(decision);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_is_kept_until_it_is_taken_back() {
    on_each(|database| async move {
        let store = database.open().await;
        let everywhere = PauseRow {
            repository: None,
            at: 5,
        };
        let one = PauseRow {
            repository: Some((RepositoryId(9), "octo/garden".to_owned())),
            at: 6,
        };
        let mut decision = store.begin().await.expect("a decision");
        assert!(decision.pause(&everywhere).await.expect("written"));
        assert!(decision.pause(&one).await.expect("written"));
        let again = PauseRow {
            at: 7,
            ..one.clone()
        };
        assert!(!decision.pause(&again).await.expect("known already"));
        decision.commit().await.expect("a commit");
        let mut decision = store.begin().await.expect("a decision");
        assert_eq!(
            decision.pauses().await.expect("a look"),
            [everywhere, one.clone()]
        );
        assert!(decision.resume(None).await.expect("taken back"));
        assert!(!decision.resume(None).await.expect("it was not there"));
        assert_eq!(decision.pauses().await.expect("a look"), [one]);
        decision.commit().await.expect("a commit");
        store.close().await;
    })
    .await;
}
