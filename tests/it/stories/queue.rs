//! More issues than slots: all wait their turn in order, are told their place, and none is refused or lost.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use crate::house::{House, Plan};
use crate::required::{everything, skip};

fn two_slots(plan: &mut Plan) {
    plan.limits.sessions = 2;
    plan.timings.cancel_grace = Duration::from_millis(100);
}

/// A script that works until its gate is opened.
fn gated(house: &House, name: &str) -> String {
    let gate = house.data_dir().join(format!("gate-{name}"));
    format!(
        "write {name}.txt: {name}\nrun while [ ! -e {} ]; do sleep 0.02; done",
        gate.display()
    )
}

fn open_gate(house: &House, name: &str) {
    std::fs::write(house.data_dir().join(format!("gate-{name}")), "").expect("a gate");
}

/// The first lines of the status comments.
fn heads(house: &House, issues: &[IssueNumber]) -> Vec<String> {
    issues
        .iter()
        .map(|issue| {
            house
                .status(*issue)
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

fn starts(house: &House, issues: &[IssueNumber], what: &str) -> usize {
    heads(house, issues)
        .iter()
        .filter(|head| head.starts_with(what))
        .count()
}

async fn five(house: &mut House) -> Vec<IssueNumber> {
    let mut issues = Vec::new();
    for name in ["one", "two", "three", "four", "five"] {
        let script = gated(house, name);
        let issue = house.go(name, &script);
        house
            .until("it is accepted", |house| !house.status(issue).is_empty())
            .await;
        issues.push(issue);
    }
    issues
}

async fn states(house: &House, issues: &[IssueNumber]) -> Vec<String> {
    let mut states = Vec::new();
    for issue in issues {
        states.push(house.state(*issue).await);
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_later_waits_knows_its_place_and_starts_in_order() {
    let mut house = House::with(two_slots).await;
    let issues = five(&mut house).await;
    house
        .until("two work and three know their place", |house| {
            starts(house, &issues, "**Working**") == 2
                && starts(house, &issues, "**Queued** · #") == 3
        })
        .await;
    assert_eq!(house.live().await, 2);
    assert_eq!(
        states(&house, &issues).await,
        ["working", "working", "queued", "queued", "queued"]
    );
    assert_eq!(house.labels(issues[4]), ["agent:go", "agent:queued"]);
    let queued = house
        .status(issues[4])
        .split("<!--")
        .next()
        .unwrap_or_default()
        .to_owned();
    open_gate(&house, "two");
    house
        .until("the third works", |house| {
            starts(house, &issues[2..3], "**Working**") == 1
        })
        .await;
    house.advance(Duration::from_secs(6));
    house
        .until("the last is second", |house| {
            starts(house, &issues[4..], "**Queued** · #2 of 2") == 1
        })
        .await;
    assert_eq!(
        states(&house, &issues).await,
        ["working", "in-review", "working", "queued", "queued"]
    );
    for name in ["one", "three", "four", "five"] {
        open_gate(&house, name);
    }
    house.settle_all().await;
    assert_eq!(states(&house, &issues).await, ["in-review"; 5]);
    assert_eq!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .len(),
        5
    );
    for issue in &issues {
        let edits = house
            .simulator
            .comments(house.repository, *issue)
            .expect("comments")[0]
            .edits;
        assert!(edits <= 6, "issue {issue}: {edits} edits");
    }
    insta::assert_snapshot!(queued);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_is_that_of_arrival() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let script = gated(&house, "first");
    let mut issues = vec![house.go("first", &script)];
    for n in 0..5 {
        house
            .until("the one before is accepted", |house| {
                !house.status(*issues.last().expect("one")).is_empty()
            })
            .await;
        issues.push(house.go(&format!("Issue {n}"), &format!("write {n}.txt: x")));
    }
    open_gate(&house, "first");
    house.settle_all().await;
    let events = house.store().events(0, 10_000).await.expect("events");
    let dispatched = events
        .iter()
        .filter(|row| row.event.name == "session.dispatched");
    let order: Vec<i64> = dispatched.filter_map(|row| row.event.issue).collect();
    assert_eq!(
        order,
        issues.iter().map(|issue| issue.0).collect::<Vec<_>>()
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_survives_a_crash() {
    let mut house = House::with(two_slots).await;
    let issues = five(&mut house).await;
    house
        .until("two work", |house| {
            starts(house, &issues, "**Working**") == 2
        })
        .await;
    house
        .until("three wait", |house| {
            starts(house, &issues, "**Queued** · #") == 3
        })
        .await;
    house.crash().await;
    for name in ["one", "two", "three", "four", "five"] {
        open_gate(&house, name);
    }
    house.open().await;
    assert_eq!(house.live().await, 2);
    house.settle_all().await;
    assert_eq!(states(&house, &issues).await, ["in-review"; 5]);
    assert_eq!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .len(),
        5
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_has_one_session_however_often_it_is_asked_for() {
    let mut house = House::with(two_slots).await;
    let script = gated(&house, "one");
    let issue = house.go("one", &script);
    house
        .until("it works", |house| {
            starts(house, &[issue], "**Working**") == 1
        })
        .await;
    for _ in 0..3 {
        // A label that is there already is not added again, so it is another one's delivery that asks once more.
        house
            .simulator
            .redeliver(
                house
                    .simulator
                    .deliveries()
                    .iter()
                    .find(|d| d.action.as_deref() == Some("labeled"))
                    .expect("one")
                    .id,
            )
            .expect("sent");
        house.nudge().await;
    }
    assert_eq!(house.live().await, 1);
    open_gate(&house, "one");
    house.settle_all().await;
    let sessions = house
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "session.dispatched")
        .count();
    assert_eq!(
        (
            sessions,
            house
                .simulator
                .pulls(house.repository)
                .expect("pulls")
                .len()
        ),
        (1, 1)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_label_away_leaves_the_queue() {
    let mut house = House::with(two_slots).await;
    let issues = five(&mut house).await;
    house
        .until("three wait", |house| {
            starts(house, &issues, "**Queued** · #") == 3
        })
        .await;
    house.unlabel(issues[2], "agent:go");
    house
        .until("it has left", |house| {
            starts(house, &issues[2..3], "**Paused**") == 1
        })
        .await;
    house
        .until("its label says so", |house| {
            house.labels(issues[2]) == ["agent:paused"]
        })
        .await;
    house.advance(Duration::from_secs(6));
    house
        .until("the next moved up", |house| {
            starts(house, &issues[3..4], "**Queued** · #1 of 2") == 1
        })
        .await;
    for name in ["one", "two", "four", "five"] {
        open_gate(&house, name);
    }
    house.settle_all().await;
    assert_eq!(
        states(&house, &issues).await,
        ["in-review", "in-review", "paused", "in-review", "in-review"]
    );
    insta::assert_snapshot!(
        house
            .status(issues[2])
            .split("<!--")
            .next()
            .unwrap_or_default()
    );
    // Put back, it has its first session still to begin, and no other.
    open_gate(&house, "three");
    house.label(issues[2], "agent:go");
    house.settle_all().await;
    assert_eq!(states(&house, &issues).await, ["in-review"; 5]);
    let timeline = house.timeline(issues[2]).await;
    let count = |name: &str| timeline.iter().filter(|other| *other == name).count();
    assert_eq!(
        (count("task.queued"), count("session.dispatched")),
        (1, 1),
        "{timeline:?}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_issues_at_once_all_get_their_pull_request() {
    let mut house = House::new().await;
    let many = if everything() { 60 } else { 15 };
    if !everything() {
        skip("45 of sixty issues at once, which SKEP_TEST_REQUIRE=all opens");
    }
    let issues: Vec<IssueNumber> = (0..many)
        .map(|n| house.go(&format!("Issue {n}"), &format!("write {n}.txt: x")))
        .collect();
    let mut most = 0;
    for step in 0.. {
        if !house.step().await {
            break;
        }
        if step % 20 == 0 {
            most = most.max(house.live().await);
        }
    }
    house.settle_all().await;
    assert_eq!(most, 10);
    assert_eq!(states(&house, &issues).await, vec!["in-review"; many]);
    assert_eq!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .len(),
        many
    );
    for issue in issues {
        let comments = house
            .simulator
            .comments(house.repository, issue)
            .expect("comments");
        assert_eq!(comments.len(), 1);
        assert!(
            comments[0].edits <= 8,
            "issue {issue}: {} edits",
            comments[0].edits
        );
    }
    house.done().await;
}
