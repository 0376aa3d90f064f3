//! The one status comment and the one status label, from the receipt to the end and over retries.

use std::time::Duration;

use skep::core::ids::{IssueNumber, TaskKey};
use skep_simulator::call_log::CallRecord;
use skep_simulator::world::content::IssueEdit;

use super::agents::{CANARY, impatient, readable};
use crate::house::House;

const WORDS: [&str; 7] = [
    "queued",
    "working",
    "needs-you",
    "paused",
    "review",
    "done",
    "failed",
];

fn status_labels(house: &House, issue: IssueNumber) -> Vec<String> {
    let is_status = |label: &String| {
        label
            .strip_prefix("agent:")
            .is_some_and(|word| WORDS.contains(&word))
    };
    house.labels(issue).into_iter().filter(is_status).collect()
}

/// Edits of comments since a call.
fn edits(house: &House, from: usize) -> Vec<CallRecord> {
    let calls = house.simulator.calls().split_off(from).into_iter();
    calls
        .filter(|call| call.method == "PATCH" && call.path.contains("/issues/comments/"))
        .collect()
}

/// Steps to the end, and tells which status labels were seen; never are there two, or two status comments.
async fn watch(house: &mut House, issue: IssueNumber) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        while house.step().await {
            house.status(issue);
            let labels = status_labels(house, issue);
            assert!(labels.len() <= 1, "{labels:?}");
            seen.extend(
                labels
                    .into_iter()
                    .filter(|label| seen.last() != Some(label))
                    .collect::<Vec<_>>(),
            );
        }
        let Some(due) = house.store().next_due(house.now()).await.expect("a look") else {
            return seen;
        };
        house.advance(Duration::from_millis((due - house.now()).unsigned_abs()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_comment_and_one_label_over_the_whole_life_and_retries() {
    let mut house = House::with(impatient).await;
    let issue = house.go("Try", "write a.txt: a\nwait 0.2\ncrash");
    let first = watch(&mut house, issue).await;
    assert_eq!(status_labels(&house, issue), ["agent:failed"]);
    let comment = house
        .simulator
        .comments(house.repository, issue)
        .expect("comments")[0]
        .id;
    let edit = IssueEdit {
        body: Some("```skep-demo\nwrite b.txt: b\nsay Done.\n```".into()),
        ..Default::default()
    };
    house
        .simulator
        .edit_issue(house.repository, issue, edit, "ana")
        .expect("edited");
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    let second = watch(&mut house, issue).await;
    let comments = house
        .simulator
        .comments(house.repository, issue)
        .expect("comments");
    assert_eq!(
        comments[0].id, comment,
        "the same comment tells of the second session"
    );
    assert_eq!(
        comments.len(),
        2,
        "and one told whoever asked that the first had failed"
    );
    assert!(comments[0].body.contains("-2`"), "{}", comments[0].body);
    assert_eq!(house.state(issue).await, "in-review");
    assert_eq!(first, ["agent:working", "agent:failed"]);
    assert_eq!(second, ["agent:failed", "agent:working", "agent:review"]);
    insta::assert_snapshot!(readable(&house.thread(issue)));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_ticks_costs_one_edit_an_interval() {
    let mut house = House::new().await;
    let entries: Vec<String> = (1..=30).map(|n| format!("part {n}")).collect();
    let gate = house.data_dir().join("gate");
    let ticks: String = (1..=30).map(|n| format!("tick {n}\nwait 0.12\n")).collect();
    let script = format!(
        "plan {}\n{ticks}run while [ ! -e {} ]; do sleep 0.02; done",
        entries.join(" | "),
        gate.display()
    );
    let issue = house.go("Tick", &script);
    house
        .until("it runs", |house| {
            house.status(issue).contains("**Working**")
        })
        .await;
    let from = house.simulator.calls().len();
    // The clock stands: whatever the agent ticks, no further edit is due but the one that is planned.
    let patience = tokio::time::Instant::now() + crate::house::PATIENCE;
    while !all_ticked(&house, issue).await {
        assert!(
            tokio::time::Instant::now() < patience,
            "the ticks are never told"
        );
        house.nudge().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let told = house
        .timeline(issue)
        .await
        .iter()
        .filter(|name| *name == "session.progress")
        .count();
    assert!(told > 3, "a burst of {told} facts is none");
    assert_eq!(
        edits(&house, from).len(),
        0,
        "within the interval nothing is edited"
    );
    house.advance(Duration::from_secs(5));
    house
        .until("the ticks are seen", |house| {
            house.status(issue).contains("- [x] part 15")
        })
        .await;
    // The comment changes a moment before the call is written down.
    house
        .until("the edit is written down", |house| {
            !edits(house, from).is_empty()
        })
        .await;
    assert_eq!(
        edits(&house, from).len(),
        1,
        "one edit shows all that was ticked meanwhile"
    );
    let last = |house: &House| house.status(issue).contains("- [x] part 30");
    let mut rounds = 0;
    while !last(&house) && rounds < 200 {
        house.advance(Duration::from_millis(100));
        house.nudge().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        rounds += 1;
    }
    assert!(
        last(&house),
        "news after an edit is shown an interval later: {}",
        house.status(issue)
    );
    std::fs::write(gate, "").expect("a gate");
    house.settle_all().await;
    let spent = (house.now() - crate::house::DAWN) / 5_000;
    let count = edits(&house, from).len();
    assert!(
        count as i64 <= spent + 2,
        "{count} edits in {spent} intervals"
    );
    house.done().await;
}

/// Whether the newest fact about the plan says that all of it is done.
async fn all_ticked(house: &House, issue: IssueNumber) -> bool {
    let events = house
        .store()
        .task_events(TaskKey::new(house.repository, issue), 1_000)
        .await
        .expect("events");
    let last = events
        .iter()
        .rev()
        .find(|row| row.event.name == "session.progress");
    last.is_some_and(|row| {
        !row.event.body.contains("pending") && !row.event.body.contains("in_progress")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_ticks_while_the_agent_works() {
    let mut house = House::new().await;
    let gate = house.data_dir().join("gate");
    let script = format!(
        "plan read the code | write the tests | mend it\ntick 1\nstart 2\nrun while [ ! -e {} ]; do sleep 0.02; done\ntick 2\ntick 3\nwrite a.txt: a",
        gate.display()
    );
    let issue = house.go("Tick", &script);
    house
        .until("it runs", |house| {
            house.status(issue).contains("**Working**")
        })
        .await;
    house.advance(Duration::from_secs(5));
    house
        .until("the second is on", |house| {
            house.status(issue).contains("write the tests ⏳")
        })
        .await;
    let path = gate.display().to_string();
    let status = house
        .status(issue)
        .split("<details>")
        .next()
        .unwrap_or_default()
        .replace(&path, "GATE");
    insta::assert_snapshot!(
        status
            .lines()
            .filter(|line| !line.starts_with("Now: "))
            .collect::<Vec<_>>()
            .join("\n")
    );
    std::fs::write(gate, "").expect("a gate");
    house.settle_all().await;
    assert!(
        house.status(issue).contains("- [x] mend it"),
        "{}",
        house.status(issue)
    );
    house.done().await;
}

/// The changes on GitHub for an issue, in order.
fn changes(house: &House) -> Vec<String> {
    let calls = house
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.method != "GET" && call.path.contains("/issues"));
    calls
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_comes_first() {
    let mut house = House::new().await;
    let issue = house.go("Hello", "write a.txt: a");
    house.settle_all().await;
    let all = changes(&house);
    assert_eq!(
        all[0],
        format!("POST /repos/octo/hello/issues/{issue}/reactions"),
        "{all:#?}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_overtakes_a_long_lane() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let gate = house.data_dir().join("gate");
    house.go(
        "The long one",
        &format!(
            "run while [ ! -e {} ]; do sleep 0.02; done\nsay Done.",
            gate.display()
        ),
    );
    for n in 0..30 {
        house.go(&format!("Issue {n}"), "say Done.");
    }
    // All thirty are accepted, and little of what is to be shown of them has been.
    house.simulator.quiet().await;
    while house.engine().step().await.expect("facts are handled") > 0 {}
    house
        .until("ten have their receipt", |house| changes(house).len() >= 10)
        .await;
    let late = house.go("The late one", "say Done.");
    let from = changes(&house).len();
    house
        .until("it is received", |house| !house.reactions(late).is_empty())
        .await;
    let receipt = format!("POST /repos/octo/hello/issues/{late}/reactions");
    let after = changes(&house).split_off(from);
    let others = after
        .iter()
        .take_while(|call| **call != receipt)
        .filter(|call| !call.ends_with("/reactions"))
        .count();
    // One change may have been on its way already when the label came.
    assert!(others <= 2, "{after:#?}");
    std::fs::write(gate, "").expect("a gate");
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_plans_are_inert_and_bounded() {
    let mut house = House::new().await;
    let mut entries = vec![
        "@ben look".to_owned(),
        "closes #1".into(),
        "fixes octo/hello#1".into(),
        "<img src=x onerror=alert(1)> <details>".into(),
        "<!-- skep:status:1#1 x -->".into(),
        "![pixel](https://evil.example/p.png)".into(),
        "```".into(),
        format!("{CANARY} in /home/ana"),
        "/agent stop".into(),
        "x".repeat(1_000),
    ];
    entries.extend((0..300).map(|n| format!("line {n}")));
    let issue = house.go(
        "Plan",
        &format!(
            "plan {}\nwait 0.2\nsay Done.\nwrite a.txt: a",
            entries.join(" | ")
        ),
    );
    house.settle_all().await;
    let status = house.status(issue);
    assert!(
        !status.contains("@ben look")
            && !status.contains(&CANARY[4..])
            && !status.contains("/home/ana"),
        "{status}"
    );
    assert!(
        !status.contains("<img")
            && status.matches("<!--").count() == 1
            && !status.contains("line 290"),
        "{status}"
    );
    insta::assert_snapshot!(status.split("<details>").next().unwrap_or_default());
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_huge_log_makes_no_huge_comment() {
    let mut house = House::with(impatient).await;
    let talk = "run seq 1 100000\n".repeat(40);
    let plan = vec!["@ben closes #1 ".repeat(30); 100].join(" | ");
    let issue = house.go("Talk", &format!("plan {plan}\n{talk}wait 0.3\ncrash"));
    house.settle_all().await;
    let status = house.status(issue);
    assert!(
        status.starts_with("**Failed**") && status.chars().count() <= 60_000,
        "{}",
        status.len()
    );
    assert!(status.contains("To try again"), "{status}");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_status_comment_is_posted_anew_once() {
    let mut house = House::new().await;
    let gate = house.data_dir().join("gate");
    let script = format!(
        "write a.txt: a\nrun while [ ! -e {} ]; do sleep 0.02; done",
        gate.display()
    );
    let issue = house.go("Hello", &script);
    house
        .until("it works", |house| {
            house.status(issue).contains("**Working**")
        })
        .await;
    let comment = house
        .simulator
        .comments(house.repository, issue)
        .expect("comments")[0]
        .id;
    house
        .simulator
        .delete_comment(house.repository, comment, "ana")
        .expect("deleted");
    std::fs::write(gate, "").expect("a gate");
    house.settle_all().await;
    let comments = house
        .simulator
        .comments(house.repository, issue)
        .expect("comments");
    assert_eq!(comments.len(), 1);
    assert!(
        comments[0].id != comment && comments[0].body.starts_with("**In review**"),
        "{comments:?}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_are_made_with_their_colour_and_meaning() {
    let mut house = House::new().await;
    house.go("Hello", "write a.txt: a");
    house.settle_all().await;
    let mut labels = house.simulator.labels(house.repository).expect("labels");
    labels.retain(|label| label.starts_with("agent:") && !label.starts_with("agent:go"));
    insta::assert_debug_snapshot!(labels);
    house.done().await;
}
