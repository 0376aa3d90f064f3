//! The inbox: once only, in order, large or odd, and awake.

use skep::store::{Accepted, IgnoredDelivery, Tuning};

use super::{fact, key, on_each};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_of_the_same_at_once_are_one() {
    on_each(|database| async move {
        let (one, other) = (database.open().await, database.open().await);
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..100 {
            let store = if n % 2 == 0 {
                one.clone()
            } else {
                other.clone()
            };
            racing.spawn(async move { store.accept(fact("webhook:same")).await });
        }
        let answers = racing.join_all().await;
        let new = answers
            .iter()
            .filter(|a| matches!(a, Ok(Accepted::New { .. })))
            .count();
        let again = answers
            .iter()
            .filter(|a| matches!(a, Ok(Accepted::Duplicate)))
            .count();
        assert_eq!((new, again), (1, 99));
        assert_eq!(one.unhandled(10).await.expect("rows").len(), 1);
        one.close().await;
        other.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_there_and_in_the_order_of_the_answers() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut before = 0;
        for round in 0..20 {
            let mut racing = tokio::task::JoinSet::new();
            for n in 0..20 {
                let store = store.clone();
                racing.spawn(
                    async move { store.accept(fact(&format!("webhook:{round}-{n}"))).await },
                );
            }
            let mut newest = before;
            for answer in racing.join_all().await {
                let Ok(Accepted::New { seq }) = answer else {
                    panic!("not new: {answer:?}")
                };
                assert!(seq > before, "{seq} was given after {before} was answered");
                newest = newest.max(seq);
            }
            before = newest;
            let other = database.open().await;
            assert_eq!(
                other.unhandled(1_000).await.expect("rows").len(),
                (round + 1) * 20
            );
            other.close().await;
        }
        let rows = store.unhandled(1_000).await.expect("rows");
        assert!(rows.is_sorted_by_key(|row| row.seq));
        assert_eq!(store.unhandled(3).await.expect("rows")[..], rows[..3]);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fact_comes_back_as_it_went_in() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut new = fact("webhook:a");
        new.task = Some(key(12));
        new.body = "{\"title\":\"naïve ✨ 'quoted' \\u0000\"}".to_owned();
        let Ok(Accepted::New { seq }) = store.accept(new.clone()).await else {
            panic!("not new")
        };
        let row = store
            .inbox("webhook:a")
            .await
            .expect("a look")
            .expect("a row");
        assert_eq!(
            (row.seq, &row.id, &row.kind, &row.name),
            (seq, &new.id, &new.kind, &new.name)
        );
        assert_eq!(
            (row.task, &row.body, row.received_at),
            (new.task, &new.body, new.received_at)
        );
        assert_eq!((row.handled_at, row.result), (None, None));
        assert_eq!(store.inbox("webhook:b").await.expect("a look"), None);

        let mut raw = fact("webhook:nul");
        raw.body = "not json \0 at all".to_owned();
        store.accept(raw).await.expect("even that");
        let row = store
            .inbox("webhook:nul")
            .await
            .expect("a look")
            .expect("a row");
        assert_eq!(row.body, "not json \u{fffd} at all");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_largest_body_github_sends_fits() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut large = fact("webhook:large");
        large.body = "x".repeat(25 * 1024 * 1024);
        let neighbour = store.clone();
        let neighbour = tokio::spawn(async move { neighbour.accept(fact("webhook:small")).await });
        store.accept(large.clone()).await.expect("a large row");
        neighbour.await.expect("joined").expect("a small row");
        let row = store
            .inbox("webhook:large")
            .await
            .expect("a look")
            .expect("a row");
        assert!(row.body == large.body, "the body changed on the way");
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruning_empties_old_bodies_and_keeps_their_ids() {
    on_each(|database| async move {
        let store = database.open().await;
        for id in ["webhook:old", "webhook:new", "webhook:waiting"] {
            store.accept(fact(id)).await.expect("a row");
        }
        for (id, at) in [("webhook:old", 10), ("webhook:new", 100)] {
            let seq = store.inbox(id).await.expect("a look").expect("a row").seq;
            let mut decision = store.begin().await.expect("a decision");
            decision.mark_handled(seq, at, "done");
            decision.mark_handled(seq, at + 1, "again");
            decision.commit().await.expect("a commit");
        }
        assert_eq!(store.prune_inbox(50, 1_000).await.expect("pruned").rows, 1);
        assert_eq!(store.prune_inbox(50, 1_000).await.expect("pruned").rows, 0);
        let old = store
            .inbox("webhook:old")
            .await
            .expect("a look")
            .expect("still known");
        assert_eq!(
            (old.body.as_str(), old.handled_at, old.result.as_deref()),
            ("", Some(10), Some("done"))
        );
        assert_eq!(
            store.accept(fact("webhook:old")).await,
            Ok(Accepted::Duplicate)
        );
        for id in ["webhook:new", "webhook:waiting"] {
            assert_ne!(
                store.inbox(id).await.expect("a look").expect("a row").body,
                ""
            );
        }
        let waiting = store.unhandled(10).await.expect("rows");
        assert_eq!(
            waiting
                .iter()
                .map(|row| row.id.as_str())
                .collect::<Vec<_>>(),
            ["webhook:waiting"]
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_fact_rings_and_a_known_one_does_not() {
    on_each(|database| async move {
        let store = database.open().await;
        let bell = store.inbox_wake();
        store.accept(fact("webhook:a")).await.expect("a row");
        assert!(bell.has_changed().expect("open"));
        let bell = store.inbox_wake();
        store.accept(fact("webhook:a")).await.expect("a row");
        assert!(!bell.has_changed().expect("open"));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_serves_who_waits_and_refuses_who_comes_later() {
    on_each(|database| async move {
        let tuning = Tuning {
            group_rows: 1,
            ..Tuning::default()
        };
        let store = database.open_with(tuning).await;
        let mut racing = tokio::task::JoinSet::new();
        for n in 0..50 {
            let store = store.clone();
            racing.spawn(async move { (n, store.accept(fact(&format!("webhook:{n}"))).await) });
        }
        tokio::task::yield_now().await;
        store.close().await;
        let again = database.open().await;
        for (n, answer) in racing.join_all().await {
            let there = again
                .inbox(&format!("webhook:{n}"))
                .await
                .expect("a look")
                .is_some();
            assert_eq!(answer.is_ok(), there, "{n}: {answer:?}");
        }
        assert!(store.accept(fact("webhook:late")).await.is_err());
        again.close().await;
    })
    .await;
}

/// A delivery that concerns nobody is one row: taken once, for ever, with the reason in place of a body, and nobody is woken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_concerns_nobody_is_one_row_that_is_handled() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut wake = store.inbox_wake();
        wake.mark_unchanged();
        let delivery = IgnoredDelivery {
            id: "webhook:a".into(),
            name: "issues".into(),
            reason: "ignored: the label is none of ours".into(),
            received_at: 7,
        };
        let first = store.accept_ignored(delivery.clone()).await;
        assert!(matches!(first, Ok(Accepted::New { .. })), "{first:?}");
        let again = store.accept_ignored(delivery).await;
        assert_eq!(again, Ok(Accepted::Duplicate));
        let as_work = store.accept(fact("webhook:a")).await;
        assert_eq!(as_work, Ok(Accepted::Duplicate));
        assert!(!wake.has_changed().expect("an open store"));
        assert_eq!(store.unhandled(10).await.expect("rows"), []);
        let row = store.inbox("webhook:a").await.expect("a look").expect("it");
        assert_eq!(
            (row.body.as_str(), row.handled_at, row.result.as_deref()),
            ("", Some(7), Some("ignored: the label is none of ours"))
        );
        store.close().await;
    })
    .await;
}
