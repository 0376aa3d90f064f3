//! The outbox: who may do what now, and whose word about it counts.

use std::collections::HashSet;

use skep::store::{
    Behind, Claim, Closed, Completion, Created, EffectFilter, EffectResult, EffectRow, Reschedule,
    Store, WaitingContent,
};

use super::{add, effect, fact, on_each};

const WISH: Claim<'static> = Claim {
    owner: "me",
    now: 100,
    lease_until: 200,
    limit: 100,
    without_kinds: &[],
};

fn done(row: &EffectRow) -> Completion<'_> {
    Completion {
        id: &row.id,
        fence: row.fence,
        now: 150,
        result: EffectResult::Done,
        why: None,
        outcome: None,
    }
}

/// How many lapsed leases this process has taken over; other tests take some as well.
fn taken_over() -> u64 {
    let mut all = skep::meter::Exposition::default();
    skep::meter::write(&mut all);
    let text = all.text();
    let count = text
        .lines()
        .find_map(|line| line.strip_prefix("skep_lease_takeovers_total{cause=\"lapsed\"} "));
    count.map_or(0, |count| count.parse().expect("a number"))
}

async fn claimed(store: &Store, wish: Claim<'_>) -> Vec<String> {
    store
        .claim(wish)
        .await
        .expect("claimed")
        .into_iter()
        .map(|row| row.id)
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_claimed_in_order_within_the_limits() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut urgent = effect("urgent");
        urgent.rank = 1;
        let mut later = effect("later");
        later.not_before = 101;
        let mut agent = effect("agent");
        (agent.lane, agent.kind) = ("agent".to_owned(), "run".to_owned());
        add(
            &store,
            &[effect("first"), effect("second"), urgent, later, agent],
        )
        .await;
        let kinds = ["run".to_owned()];
        assert_eq!(
            claimed(
                &store,
                Claim {
                    without_kinds: &kinds,
                    limit: 2,
                    ..WISH
                }
            )
            .await,
            ["urgent", "first"]
        );
        assert_eq!(claimed(&store, WISH).await, ["second", "agent"]);
        assert_eq!(store.next_due(100).await.expect("a look"), Some(101));
        assert_eq!(claimed(&store, Claim { now: 101, ..WISH }).await, ["later"]);
        assert_eq!(
            store.next_due(101).await.expect("a look"),
            Some(200),
            "when the leases lapse"
        );
        assert_eq!(store.next_due(200).await.expect("a look"), None);
        assert_eq!(store.counts().await.expect("a look").effects_open, 5);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_effect_is_claimed_twice_however_many_ask() {
    on_each(|database| async move {
        let stores = [database.open().await, database.open().await];
        let many: Vec<_> = (0..200).map(|n| effect(&format!("e{n}"))).collect();
        add(&stores[0], &many).await;
        let mut racing = tokio::task::JoinSet::new();
        for claimer in 0..8 {
            let store = stores[claimer % 2].clone();
            racing.spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let owner = format!("owner-{claimer}");
                    let got = claimed(
                        &store,
                        Claim {
                            owner: &owner,
                            limit: 7,
                            ..WISH
                        },
                    )
                    .await;
                    if got.is_empty() {
                        return mine;
                    }
                    mine.extend(got);
                }
            });
        }
        let all: Vec<_> = racing.join_all().await.into_iter().flatten().collect();
        assert_eq!(all.len(), 200);
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 200);
        for store in stores {
            store.close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_lane_has_one_at_a_time() {
    on_each(|database| async move {
        let store = database.open().await;
        let serial = |id: &str, lane: &str, rank| {
            let mut serial = effect(id);
            (serial.serial, serial.lane, serial.rank) = (true, lane.to_owned(), rank);
            serial
        };
        add(
            &store,
            &[
                serial("a1", "a", 5),
                serial("a2", "a", 5),
                serial("a0", "a", 1),
                serial("b1", "b", 5),
            ],
        )
        .await;
        let first = store.claim(WISH).await.expect("claimed");
        assert_eq!(
            first.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
            ["a0", "b1"]
        );
        assert_eq!(claimed(&store, WISH).await.len(), 0);
        assert_eq!(
            store.next_due(100).await.expect("a look"),
            Some(200),
            "nothing to hurry for"
        );
        let bell = store.effect_wake();
        assert_eq!(store.close_effect(done(&first[0])).await, Ok(Closed::Done));
        assert!(bell.has_changed().expect("open"), "the lane is free");
        let second = store.claim(WISH).await.expect("claimed");
        assert_eq!(
            second.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(),
            ["a1"]
        );
        // One that must wait for its next try does not hold up the lane.
        let later = Reschedule {
            id: "a1",
            fence: second[0].fence,
            now: 200,
            not_before: 10_000,
            why: "rate limit",
        };
        assert_eq!(store.reschedule(later).await, Ok(Closed::Done));
        assert_eq!(claimed(&store, WISH).await, ["a2"]);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_head_of_a_serial_lane_is_the_first_that_is_due() {
    on_each(|database| async move {
        let store = database.open().await;
        let serial = |id: &str, lane: &str, rank, not_before| {
            let mut new = effect(id);
            (new.lane, new.serial, new.rank, new.not_before) =
                (lane.to_owned(), true, rank, not_before);
            new
        };
        let mut free = effect("free");
        free.rank = 9;
        let all = [
            serial("put off", "a", 1, 101),
            serial("a2", "a", 3, 0),
            serial("a1", "a", 2, 0),
            free,
        ];
        add(&store, &all).await;
        add(
            &store,
            &[serial("b", "b", 4, 0), serial("c, not yet", "c", 1, 101)],
        )
        .await;
        assert_eq!(
            claimed(&store, Claim { limit: 2, ..WISH }).await,
            ["a1", "b"],
            "by rank, whatever the lane"
        );
        assert_eq!(
            claimed(&store, Claim { now: 101, ..WISH }).await,
            ["c, not yet", "free"],
            "a and b are busy"
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_lane_has_one_at_a_time_while_many_ask_and_add() {
    on_each(|database| async move {
        let stores = [database.open().await, database.open().await];
        let mut racing = tokio::task::JoinSet::new();
        for worker in 0..6_i64 {
            let store = stores[worker as usize % 2].clone();
            racing.spawn(async move {
                let mut most = 0;
                for n in 0..15 {
                    let mut new = effect(&format!("e{worker}-{n}"));
                    // Each new one would go before all that are there: the claimers must see each other all the same.
                    (new.serial, new.rank) = (true, 1_000 - n * 10 - worker);
                    add(&store, &[new]).await;
                    let owner = format!("owner-{worker}");
                    let got = store
                        .claim(Claim {
                            owner: &owner,
                            ..WISH
                        })
                        .await
                        .expect("claimed");
                    most = most.max(got.len());
                    for row in &got {
                        let filter = EffectFilter {
                            open: Some(true),
                            ..Default::default()
                        };
                        let open = store.effects(&filter, 500).await.expect("a look");
                        let held = open.iter().filter(|look| look.owner.is_some()).count();
                        assert_eq!(held, 1, "while {} is being done", row.id);
                        assert_eq!(store.close_effect(done(row)).await, Ok(Closed::Done));
                    }
                }
                most
            });
        }
        let most = racing.join_all().await;
        assert_eq!(most.into_iter().max(), Some(1));
        for store in stores {
            store.close().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_of_a_former_holder_does_not_count() {
    on_each(|database| async move {
        let store = database.open().await;
        add(&store, &[effect("e")]).await;
        let first = store.claim(WISH).await.expect("claimed").remove(0);
        assert_eq!((first.attempts, first.fence), (1, 1));
        assert_eq!(
            claimed(&store, Claim { now: 199, ..WISH }).await.len(),
            0,
            "the lease holds"
        );
        let held = [("e".to_owned(), 1), ("never".to_owned(), 1)];
        assert_eq!(
            store.renew("me", &held, 250).await.expect("renewed"),
            ["never"]
        );
        assert_eq!(
            claimed(&store, Claim { now: 249, ..WISH }).await.len(),
            0,
            "the longer lease holds"
        );
        let takeover = Claim {
            owner: "you",
            now: 250,
            lease_until: 350,
            ..WISH
        };
        let before = taken_over();
        let second = store.claim(takeover).await.expect("claimed").remove(0);
        assert!(taken_over() > before, "the takeover is counted");
        assert_eq!((second.attempts, second.fence), (2, 2));

        let outcome = Some(fact("outcome:e:1"));
        assert_eq!(
            store
                .close_effect(Completion {
                    outcome,
                    ..done(&first)
                })
                .await,
            Ok(Closed::Lost)
        );
        assert_eq!(
            store.inbox("outcome:e:1").await.expect("a look"),
            None,
            "nor is it told"
        );
        let later = Reschedule {
            id: "e",
            fence: 1,
            now: 200,
            not_before: 900,
            why: "late",
        };
        assert_eq!(store.reschedule(later).await, Ok(Closed::Lost));
        assert_eq!(
            store.renew("me", &held[..1], 900).await.expect("renewed"),
            ["e"]
        );

        let bell = store.inbox_wake();
        let outcome = Some(fact("outcome:e:2"));
        assert_eq!(
            store
                .close_effect(Completion {
                    outcome,
                    ..done(&second)
                })
                .await,
            Ok(Closed::Done)
        );
        assert!(bell.has_changed().expect("open"));
        assert!(store.inbox("outcome:e:2").await.expect("a look").is_some());
        assert_eq!(
            store.close_effect(done(&second)).await,
            Ok(Closed::Lost),
            "once only"
        );
        assert_eq!(store.counts().await.expect("a look").effects_open, 0);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lapsed_lease_nobody_took_still_counts() {
    on_each(|database| async move {
        let store = database.open().await;
        add(&store, &[effect("e")]).await;
        let row = store.claim(WISH).await.expect("claimed").remove(0);
        assert_eq!(
            store
                .close_effect(Completion {
                    now: 5_000,
                    ..done(&row)
                })
                .await,
            Ok(Closed::Done)
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_our_own_leases_are_free_at_once() {
    on_each(|database| async move {
        let store = database.open().await;
        add(&store, &[effect("a"), effect("b")]).await;
        assert_eq!(claimed(&store, Claim { limit: 1, ..WISH }).await, ["a"]);
        assert_eq!(
            claimed(
                &store,
                Claim {
                    owner: "you",
                    ..WISH
                }
            )
            .await,
            ["b"]
        );
        assert_eq!(store.release_owner("me").await.expect("released"), 1);
        let again = store.claim(WISH).await.expect("claimed");
        assert_eq!((again.len(), again[0].attempts, again[0].fence), (1, 2, 2));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_letters_are_listed() {
    on_each(|database| async move {
        let store = database.open().await;
        add(&store, &[effect("e")]).await;
        let row = store.claim(WISH).await.expect("claimed").remove(0);
        let failed = Completion {
            result: EffectResult::Failed,
            why: Some("422"),
            ..done(&row)
        };
        assert_eq!(store.close_effect(failed).await, Ok(Closed::Done));
        let filter = EffectFilter {
            result: Some(EffectResult::Failed),
            open: Some(false),
            ..Default::default()
        };
        let dead = store.effects(&filter, 10).await.expect("a look");
        assert_eq!((dead.len(), dead[0].why.as_deref()), (1, Some("422")));
        assert_eq!(store.counts().await.expect("a look").effects_failed, 1);
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limiter_learns_what_was_created_lately() {
    on_each(|database| async move {
        let store = database.open().await;
        let mut label = effect("label");
        label.content = false;
        let mut elsewhere = effect("elsewhere");
        elsewhere.lane = "agent".to_owned();
        add(
            &store,
            &[effect("a"), effect("b"), effect("open"), label, elsewhere],
        )
        .await;
        for (at, row) in store.claim(WISH).await.expect("claimed").iter().enumerate() {
            if row.id != "open" {
                let closing = Completion {
                    now: 1_000 + at as i64,
                    ..done(row)
                };
                assert_eq!(store.close_effect(closing).await, Ok(Closed::Done));
            }
        }
        let history = store.content_history(0).await.expect("a look");
        let created = [1_000, 1_001].map(|at| Created { at, rank: 10 });
        assert_eq!(history.get("github:3"), Some(&created.to_vec()));
        assert!(
            history
                .keys()
                .all(|lane| lane == "github:3" || lane == "agent"),
            "{history:?}"
        );
        let history = store.content_history(1_001).await.expect("a look");
        assert_eq!(history.get("github:3"), Some(&created[1..].to_vec()));
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_back_gives_way_to_a_newer_one_of_its_key() {
    on_each(|database| async move {
        let store = database.open().await;
        let status = |id: &str| {
            let mut status = effect(id);
            status.coalesce = Some("status:7#1".to_owned());
            status
        };
        add(&store, &[status("old")]).await;
        let old = store.claim(WISH).await.expect("claimed").remove(0);
        add(&store, &[status("new")]).await;
        let later = Reschedule {
            id: "old",
            fence: old.fence,
            now: 110,
            not_before: 900,
            why: "no answer",
        };
        assert_eq!(
            store.reschedule(later).await.expect("put back"),
            Closed::Done
        );
        assert_eq!(
            claimed(&store, Claim { now: 899, ..WISH }).await.len(),
            0,
            "the pause passes on"
        );
        let heir = store
            .claim(Claim {
                now: 900,
                lease_until: 1_000,
                ..WISH
            })
            .await
            .expect("claimed");
        let seen: Vec<_> = heir
            .iter()
            .map(|row| (row.id.as_str(), row.attempts))
            .collect();
        assert_eq!(
            seen,
            [("new", 2)],
            "only the newer one, and it knows of the earlier try"
        );
        assert_eq!(
            store.reschedule(later).await.expect("refused"),
            Closed::Lost
        );
        store.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_no_room_holds_those_behind_it_and_no_others() {
    on_each(|database| async move {
        let store = database.open().await;
        let of = |id: &str, rank, content| {
            let mut effect = effect(id);
            (effect.serial, effect.rank, effect.content) = (true, rank, content);
            effect
        };
        let mut elsewhere = of("elsewhere", 9, true);
        elsewhere.lane = "github:4".to_owned();
        let all = [
            of("status", 5, true),
            of("other status", 5, true),
            of("edit", 6, false),
            elsewhere,
        ];
        add(&store, &all).await;
        let hold = async |row: &EffectRow, now, not_before, behind| {
            let later = Reschedule {
                id: &row.id,
                fence: row.fence,
                now,
                not_before,
                why: "no room",
            };
            assert_eq!(store.hold(later, behind).await, Ok(Closed::Done));
        };
        let head = async |now| {
            let claim = Claim {
                now,
                lease_until: now + 100,
                limit: 1,
                ..WISH
            };
            store.claim(claim).await.expect("claimed").remove(0)
        };
        let status = head(100).await;
        assert_eq!(status.id, "status");
        hold(&status, 100, 500, Behind::Creations).await;
        let waiting = store.waiting_content(100).await.expect("a look");
        let counted = WaitingContent {
            lane: "github:3".to_owned(),
            kind: "comment".to_owned(),
            rank: 5,
            count: 2,
            not_before: 500,
        };
        assert_eq!(waiting, [counted]);
        // What is worth more comes meanwhile and goes at once, and so do edits.
        add(&store, &[of("question", 1, true)]).await;
        let question = head(200).await;
        assert_eq!(question.id, "question");
        assert_eq!(store.close_effect(done(&question)).await, Ok(Closed::Done));
        let edit = head(200).await;
        assert_eq!(edit.id, "edit");
        // No room for any change: that one alone is due, and those behind it.
        add(&store, &[of("label", 0, false)]).await;
        hold(&edit, 200, 260, Behind::Everything).await;
        let label = head(200).await;
        assert_eq!(label.id, "label");
        assert_eq!(store.close_effect(done(&label)).await, Ok(Closed::Done));
        let again = head(500).await;
        assert_eq!((again.id.as_str(), again.attempts), ("status", 1));
        store.close().await;
    })
    .await;
}

/// What waits as a creation and becomes an edit does not wait for the room of creations any more, nor count as one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newer_news_of_a_key_bring_their_own_lane_and_cost() {
    on_each(|database| async move {
        let store = database.open().await;
        let status = |id: &str, rank, content| {
            let mut status = effect(id);
            status.coalesce = Some("status:7#1".to_owned());
            (status.serial, status.rank, status.content) = (true, rank, content);
            status.not_before = 900;
            status
        };
        add(&store, &[status("first", 5, true)]).await;
        let mut newer = status("newer", 6, false);
        newer.not_before = 50;
        add(&store, &[newer]).await;
        assert_eq!(store.waiting_content(0).await.expect("a look"), []);
        let claimed = store.claim(WISH).await.expect("claimed").remove(0);
        assert_eq!(
            (claimed.id.as_str(), claimed.rank, claimed.content),
            ("first", 6, false)
        );
        store.close().await;
    })
    .await;
}
