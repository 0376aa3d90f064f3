//! Bad agents as real processes: what they leave running is gone, what they rewrite too late is not published, what is
//! cancelled pushes nothing, and no session sees another.

use skep::agent::Confinement;
use skep::core::ids::IssueNumber;

use super::agents::{failed, impatient};
use crate::agents::{marked, until};
use crate::house::{House, Plan};

fn processes(plan: &mut Plan) {
    impatient(plan);
    plan.process = true;
    plan.limits.silence_ms = 20_000;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_crashes_is_named_by_its_status() {
    let mut house = House::with(processes).await;
    let issue = house.go(
        "Crash",
        "write half.txt: done\ncommit Half of it\nwrite more.txt: more\nspawn-survivor\nexit 42",
    );
    house.settle_all().await;
    let thread = failed(&house, issue, "crash").await;
    assert!(thread.contains("exit status: 42"), "{thread}");
    assert_eq!(house.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert_eq!(house.kept(issue, 1, "more.txt").as_deref(), Some("more\n"));
    assert!(!house.session_dir(issue, 1).exists());
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_hangs_is_killed_with_its_children() {
    let mut house = House::with(|plan| {
        processes(plan);
        plan.limits.silence_ms = 1_500;
    })
    .await;
    let issue = house.go(
        "Hang",
        "write half.txt: done\nspawn-survivor\nsay Now I hang.\nhang",
    );
    house.settle_all().await;
    let thread = failed(&house, issue, "silence").await;
    assert!(thread.contains("Now I hang."), "{thread}");
    assert_eq!(house.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_floods_is_killed() {
    let mut house = House::with(processes).await;
    let issue = house.go("Flood", "flood 200000000");
    house.settle_all().await;
    failed(&house, issue, "flood").await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn children_that_left_home_do_not_outlive_a_good_session() {
    let mut house = House::with(processes).await;
    let issue = house.go(
        "Work",
        "write a.txt: a\nspawn-survivor\nrun (nohup sleep 300 >/dev/null 2>&1 &)",
    );
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    assert_eq!(marked(&house.data_dir()), Vec::<u32>::new());
    let folder = house.session_dir(issue, 1);
    assert!(
        !folder.join("work").exists() && folder.join("home").exists(),
        "its memory stays for a review, no more"
    );
    house.done().await;
}

/// C11: what is published is what git collected after the last process was gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_child_that_rewrites_the_clone_after_the_end_changes_nothing() {
    let mut house = House::with(processes).await;
    let child = "n=0; while :; do n=$((n+1)); echo $n > race.txt; git add race.txt; git commit -qm $n; sleep 0.05; done";
    let script = format!(
        "write race.txt: 0\nrun setsid sh -c '{child}' >/dev/null 2>&1 & sleep 0.3\nsay Done."
    );
    let issue = house.go("Race", &script);
    house.settle_all().await;
    // Twenty commits are the limit, so a quick child may fail the session; either way nothing else is on GitHub.
    let collected = house
        .detail(issue, "session.collected")
        .await
        .expect("git looked");
    let head = collected["head"].as_str().expect("a commit").to_owned();
    assert_eq!(marked(&house.data_dir()), Vec::<u32>::new());
    match house
        .simulator
        .branch_head(house.repository, "agent/1-race")
    {
        Some(published) => assert_eq!(published.as_str(), head),
        None => assert!(
            house.status(issue).contains("the limit is 20"),
            "{}",
            house.status(issue)
        ),
    }
    house.done().await;
}

/// What a session that was ended or paused may not do any more.
fn quiet_after(house: &House, issue: IssueNumber, from: usize, head: &str) -> Vec<String> {
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    assert!(
        house
            .simulator
            .pulls(house.repository)
            .expect("pulls")
            .is_empty()
    );
    assert_eq!(marked(&house.data_dir()), Vec::<u32>::new());
    assert!(house.runner().services().agents.live().is_empty());
    let status = house.status(issue);
    assert!(status.starts_with(head), "{status}");
    let calls = house.simulator.calls().split_off(from);
    calls
        .into_iter()
        .filter(|call| call.method != "GET")
        .map(|call| format!("{} {}", call.method, call.path))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn taking_the_label_away_ends_a_stubborn_agent() {
    let mut house = House::with(processes).await;
    let issue = house.go(
        "Stop me",
        "write half.txt: done\nspawn-survivor\nsay At it.\nhang",
    );
    let data = house.data_dir();
    house
        .until("the agent has written", |house| {
            house.session_dir(issue, 1).join("work/half.txt").exists()
        })
        .await;
    until("the agent and its child", || marked(&data).len() >= 2).await;
    // The agent writes as soon as it has its prompt, which may be before we have written down who it is.
    house.until_event(issue, "session.running").await;
    let before = house.simulator.calls().len();
    house.unlabel(issue, "agent:go");
    house.settle_all().await;
    let changes = quiet_after(&house, issue, before, "**Paused**");
    assert!(
        !changes
            .iter()
            .any(|call| call.contains(".git/") || call.contains("/pulls")),
        "{changes:#?}"
    );
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("paused", 0)
    );
    assert_eq!(house.labels(issue), ["agent:paused"]);
    assert_eq!(house.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert!(
        house.session_dir(issue, 1).join("work/half.txt").exists(),
        "the working copy is kept"
    );
    insta::assert_snapshot!(super::agents::readable(&house.thread(issue)));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_issue_ends_the_agent() {
    let mut house = House::with(processes).await;
    let issue = house.go("Close me", "write half.txt: done\nsay At it.\nwait 300");
    house
        .until("the agent has written", |house| {
            house.session_dir(issue, 1).join("work/half.txt").exists()
        })
        .await;
    house.until_event(issue, "session.running").await;
    let before = house.simulator.calls().len();
    house.advance(std::time::Duration::from_secs(1));
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
    house.settle_all().await;
    let changes = quiet_after(&house, issue, before, "**Stopped**");
    assert!(
        !changes
            .iter()
            .any(|call| call.contains(".git/") || call.contains("/pulls")),
        "{changes:#?}"
    );
    insta::assert_snapshot!(super::agents::readable(&house.thread(issue)));
    house.done().await;
}

/// R68.
#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_of_one_repository_do_not_see_each_other() {
    let mut house = House::with(processes).await;
    if let Confinement::ProcessGroup { warning } = house.runner().services().agents.confinement() {
        crate::required::skip(warning);
        return house.done().await;
    }
    let first = house.go(
        "Keep a secret",
        "write secret.txt: mine alone\nsay Written.\nwait 300",
    );
    let theirs = house.session_dir(first, 1);
    house
        .until("the secret is there", |_| {
            theirs.join("work/secret.txt").exists()
        })
        .await;
    let script = format!(
        "run ls {dir} {dir}/.. 2>&1; cat {dir}/work/secret.txt 2>&1; true",
        dir = theirs.display()
    );
    let second = house.go("Look around", &script);
    house
        .until("the second is done", |house| {
            house.status(second).starts_with("**Needs")
        })
        .await;
    let comments = house
        .simulator
        .comments(house.repository, second)
        .expect("comments");
    let answer = comments
        .into_iter()
        .find(|comment| comment.body.contains("<!-- skep:answer:"))
        .expect("an answer")
        .body;
    assert!(
        answer.matches("No such file or directory").count() >= 2,
        "{answer}"
    );
    assert!(
        !answer.contains("mine alone") && !answer.contains("secret.txt\n"),
        "{answer}"
    );
    house.unlabel(first, "agent:go");
    house.settle_all().await;
    house.done().await;
}
