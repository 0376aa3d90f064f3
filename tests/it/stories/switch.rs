//! The label is a switch: taken away, the session pauses with all it has, whatever it was about; put back, the same session
//! goes on. Nothing is published meanwhile, nothing is done twice, and no second session begins.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::readable;
use crate::house::House;

const SCRIPT: &str = "write a.txt: a\ncommit A\nsay Done.";

fn sessions(timeline: &[String], name: &str) -> usize {
    timeline.iter().filter(|other| *other == name).count()
}

/// What holds of a paused session for as long as nobody puts the label back.
async fn rests(house: &mut House, issue: IssueNumber) {
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("paused", 0),
        "{}",
        house.status(issue)
    );
    assert_eq!(house.labels(issue), ["agent:paused"]);
    assert!(
        house.runner().services().agents.live().is_empty(),
        "the process is gone"
    );
    assert!(house.pulls().is_empty());
    let status = house.status(issue);
    assert!(
        status.starts_with("**Paused**") && status.contains("removed the label `agent:go`"),
        "{status}"
    );
    assert!(
        status.contains("To go on, add the label `agent:go` or write `/agent resume`"),
        "{status}"
    );
    let calls = house.simulator.calls().len();
    house.advance(Duration::from_secs(3_600));
    house.settle_all().await;
    assert_eq!(house.simulator.calls().len(), calls, "it rests");
}

/// The label is put back: the first session, the only one, comes to its one pull request.
async fn goes_on(house: &mut House, issue: IssueNumber) {
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.status(issue)
    );
    assert_eq!(
        house.the_pull().head,
        house.simulator.branches(house.repository)[0]
    );
    let timeline = house.timeline(issue).await;
    assert_eq!(
        (
            sessions(&timeline, "session.paused"),
            sessions(&timeline, "session.resumed")
        ),
        (1, 1),
        "{timeline:?}"
    );
    assert_eq!(
        sessions(&timeline, "task.queued"),
        1,
        "no second session was accepted: {timeline:?}"
    );
    assert!(
        house
            .status(issue)
            .contains(&format!("Session `{}`", house.session(issue, 1))),
        "{}",
        house.status(issue)
    );
    assert!(!house.session_dir(issue, 2).exists());
    assert!(
        !house.session_dir(issue, 1).join("work").exists(),
        "the working copy is reaped in the end"
    );
}

/// An issue whose label is taken away while GitHub thinks about a request.
async fn paused_during(fault: FaultRule) -> (House, IssueNumber) {
    let mut house = House::new().await;
    house.simulator.add_fault(fault);
    let issue = house.go("Try", SCRIPT);
    house
        .until("GitHub has the request", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    house.unlabel(issue, "agent:go");
    house.nudge().await;
    house.simulator.let_go();
    rests(&mut house, issue).await;
    (house, issue)
}

fn slow(method: &str, path: &str) -> FaultRule {
    FaultRule::next(method, path, Fault::Held)
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_working_copy_is_made() {
    let (mut house, issue) = paused_during(slow("POST", "/octo/hello.git/git-upload-pack")).await;
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    goes_on(&mut house, issue).await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_right_to_publish_is_asked_for() {
    let (mut house, issue) =
        paused_during(slow("GET", "/repos/*/*/collaborators/*/permission").after(1)).await;
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert!(
        house.session_dir(issue, 1).join("work/a.txt").exists(),
        "the working copy is kept"
    );
    assert_eq!(
        house.kept(issue, 1, "a.txt").as_deref(),
        Some("a\n"),
        "the mirror has the work as well"
    );
    assert!(
        house
            .status(issue)
            .contains("What it has done so far (1 changed file) is kept."),
        "{}",
        house.status(issue)
    );
    goes_on(&mut house, issue).await;
    assert_eq!(
        house.prompts(issue).await.len(),
        1,
        "the agent was done; only the end was missing"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_branch_is_pushed() {
    let (mut house, issue) = paused_during(slow("POST", "/octo/hello.git/git-receive-pack")).await;
    insta::assert_snapshot!(readable(&house.thread(issue)));
    goes_on(&mut house, issue).await;
    house.done().await;
}

/// While the pull request is opened the work is finishing: nothing is left to pause.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_pull_request_is_opened_nothing_is_left_to_pause() {
    let mut house = House::new().await;
    house.simulator.add_fault(slow("POST", "/repos/*/*/pulls"));
    let issue = house.go("Try", SCRIPT);
    house
        .until("GitHub has the request", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    house.unlabel(issue, "agent:go");
    house.nudge().await;
    house.simulator.let_go();
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("in-review", 0)
    );
    assert_eq!(
        (house.labels(issue), house.pulls().len()),
        (vec!["agent:review".to_owned()], 1)
    );
    assert!(
        house.status(issue).contains("draft pull request #2"),
        "{}",
        house.status(issue)
    );
    house.done().await;
}

/// What waits for its next try is withdrawn: no time that passes brings it back before the label does.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_push_waits_for_another_try() {
    let mut house = House::with(|plan| plan.limits.retry_base_ms = 60_000).await;
    house.simulator.add_fault(FaultRule::next(
        "POST",
        "/octo/hello.git/git-receive-pack",
        Fault::BadGateway,
    ));
    let issue = house.go("Try", SCRIPT);
    house.settle().await;
    let waiting = house.waiting().await;
    assert!(
        waiting
            .iter()
            .any(|effect| effect.starts_with("publish x1")),
        "{waiting:?}"
    );
    house.unlabel(issue, "agent:go");
    rests(&mut house, issue).await;
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    let pushes = |house: &House| {
        house
            .simulator
            .calls()
            .into_iter()
            .filter(|call| call.path.ends_with("/git-receive-pack"))
            .count()
    };
    assert_eq!(pushes(&house), 1, "pushed while it was paused");
    goes_on(&mut house, issue).await;
    assert_eq!(pushes(&house), 2);
    house.done().await;
}

/// The agent's own session goes on: its second prompt says that it was interrupted, and what was written is still there.
#[tokio::test(flavor = "multi_thread")]
async fn while_the_agent_works_and_again_at_once() {
    for at_once in [false, true] {
        let mut house =
            House::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
        let issue = house.go("Try", "write a.txt: a\nwait 20\nrecall");
        house
            .until("it works", |house| {
                house.session_dir(issue, 1).join("work/a.txt").exists()
            })
            .await;
        house.until_event(issue, "session.running").await;
        house.unlabel(issue, "agent:go");
        if !at_once {
            rests(&mut house, issue).await;
            assert!(
                house.session_dir(issue, 1).join("work/a.txt").exists(),
                "the working copy is kept"
            );
            assert_eq!(
                house.kept(issue, 1, "a.txt").as_deref(),
                Some("a\n"),
                "and looked at"
            );
        }
        goes_on(&mut house, issue).await;
        let prompts = house.prompts(issue).await;
        assert_eq!(prompts.len(), 2, "{prompts:#?}");
        let body = house.the_pull().issue.body;
        assert!(
            body.contains("This is turn 2 of my session"),
            "a new session of the agent: {body}"
        );
        house.done().await;
    }
}

/// GitHub keeps one label whatever the case of its letters, and answers with the case it was first written in.
#[tokio::test(flavor = "multi_thread")]
async fn labels_are_the_same_in_every_case() {
    let mut house = House::new().await;
    // The repository has these already, in its own spelling; they are on another issue.
    let spelled = [
        "AGENT:Working",
        "Agent:Paused",
        "agent:REVIEW",
        "Role:Testing",
        "PRIORITY:High",
    ];
    house.issue("Another", "Not for us.", &spelled);
    let issue = house.issue(
        "Try",
        &format!("```skep-demo\nwait 0.3\n{SCRIPT}\n```"),
        &["role:testing", "priority:high"],
    );
    house.settle_all().await;
    house.label(issue, "Agent:Go");
    let works = |house: &House| {
        house.labels(issue).contains(&"AGENT:Working".to_owned())
            && house.thread(issue).contains("testing")
    };
    house.until("it works", works).await;
    assert!(
        house.status(issue).contains("testing"),
        "{}",
        house.status(issue)
    );
    house.unlabel(issue, "AGENT:GO");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "{}",
        house.status(issue)
    );
    house.reply(issue, "/agent resume").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.status(issue)
    );
    let mut labels = house.labels(issue);
    labels.sort();
    assert_eq!(
        labels,
        ["Agent:Go", "PRIORITY:High", "Role:Testing", "agent:REVIEW"]
    );
    assert_eq!(house.the_pull().issue.labels, ["Role:Testing"]);
    house.done().await;
}
