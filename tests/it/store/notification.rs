//! Notifications on each database: made once with how far was looked, tried, given up, sent after all, forgotten.

use skep::store::{Failing, NewNotification, Noted, Retried, Store};

use super::{event, on_each};

fn new(event: i64) -> NewNotification {
    NewNotification {
        id: format!("id-{event}"),
        event,
        name: "session.failed".to_owned(),
        repository: Some("octo/hello".to_owned()),
        issue: Some(12),
        body: r#"{"why":"a \u0000 byte"}"#.to_owned(),
    }
}

async fn note(store: &Store, seen: i64, new: &[NewNotification]) {
    let noted = Noted {
        target: "team",
        seen,
        digest_at: 5,
        now: 1_000,
        new,
    };
    store.note_notifications(noted).await.expect("noted");
}

async fn due(store: &Store, now: i64) -> Vec<String> {
    let row = store.due_notification("team", now).await.expect("a look");
    row.into_iter().map(|row| row.new.id).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_target_begins_at_the_newest_event_and_keeps_its_place() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut decision = store.begin().await.expect("a decision");
        decision.add_event(event("task.queued"));
        decision.commit().await.expect("a commit");
        let newest = store.newest_event().await.expect("a look");
        store
            .set_notify_targets(&[("team", 70), ("other", 0)])
            .await
            .expect("set");
        let row = store.notify_targets().await.expect("a look").remove(1);
        assert_eq!(
            (row.name.as_str(), row.seen, row.digest_at),
            ("team", newest, 70)
        );
        note(&store, newest + 9, &[]).await;
        // A later digest comes sooner where it is wished for, and never later; the place stays.
        store.set_notify_targets(&[("team", 3)]).await.expect("set");
        store
            .set_notify_targets(&[("team", 900)])
            .await
            .expect("set");
        let rows = store.notify_targets().await.expect("a look");
        assert_eq!(rows.len(), 1, "who is not named is forgotten");
        assert_eq!((rows[0].seen, rows[0].digest_at), (newest + 9, 3));
        store.set_notify_targets(&[]).await.expect("set");
        assert_eq!(store.notify_targets().await.expect("a look"), []);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_to_be_sent_is_made_once_and_goes_when_it_was_taken() {
    on_each(|database| async move {
        let store = database.open().await;
        store.set_notify_targets(&[("team", 0)]).await.expect("set");
        note(&store, 3, &[new(1), new(2), new(3)]).await;
        note(&store, 3, &[new(3)]).await;
        // Somebody who is behind writes nothing.
        note(&store, 2, &[new(9)]).await;
        assert_eq!(
            store.next_notification("team").await.expect("a look"),
            (Some(1_000), 3)
        );
        assert_eq!(due(&store, 999).await, [""; 0]);
        let row = store
            .due_notification("team", 1_000)
            .await
            .expect("a look")
            .expect("one");
        assert_eq!(
            (row.new.id.as_str(), row.tries, row.dead),
            ("id-1", 0, false)
        );
        store.notification_sent(&row, 2_000).await.expect("sent");
        let row = store
            .due_notification("team", 2_000)
            .await
            .expect("a look")
            .expect("one");
        assert_eq!(row.new.id, "id-2");
        let failing = Failing {
            now: 2_000,
            due_at: 9_000,
            error: "it answered 500 \u{0}",
            dead: false,
        };
        store
            .notification_failed(&row, failing)
            .await
            .expect("failed");
        assert_eq!(due(&store, 8_999).await, ["id-3"]);
        let target = store.notify_targets().await.expect("a look").remove(0);
        assert_eq!((target.sent, target.sent_at), (1, Some(2_000)));
        assert_eq!((target.failing_since, target.waiting), (Some(2_000), 2));
        let dead = Failing {
            now: 3_000,
            dead: true,
            ..failing
        };
        store.notification_failed(&row, dead).await.expect("failed");
        let target = store.notify_targets().await.expect("a look").remove(0);
        assert_eq!(
            (target.failing_since, target.waiting, target.dead),
            (Some(2_000), 1, 1)
        );
        let listed = store.dead_notifications(10).await.expect("a look");
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].tries, listed[0].dead), (2, true));
        for (which, count) in [
            (Retried::Id("id-3"), 0),
            (Retried::Target("other"), 0),
            (Retried::Target("team"), 1),
            (Retried::All, 0),
        ] {
            let retried = store
                .retry_notifications(which, 3_500)
                .await
                .expect("an order");
            assert_eq!(retried, count, "{which:?}");
        }
        assert_eq!(
            due(&store, 3_500).await,
            ["id-3"],
            "the oldest that is due goes first"
        );
        assert_eq!(store.next_notification("team").await.expect("a look").1, 2);
        store.close().await;
    })
    .await;
}
