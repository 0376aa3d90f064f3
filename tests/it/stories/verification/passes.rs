//! What the server saw pass becomes ready, and nothing before that; a repository without commands is as it was.

use skep::core::policy::MakeReady;
use skep_simulator::Required;

use super::{BRANCH, CHECK, RIGHT, STUBBORN, Told, verified, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_becomes_ready_once_the_server_saw_exactly_its_head_pass() {
    let mut told = Told::begun(RIGHT, verified).await;
    // Up to the pull request, and no further.
    told.app
        .until("the pull request", |app| !app.pulls().is_empty())
        .await;
    assert!(told.draft() && !told.has_label("agent:done"));
    told.app.settle_all().await;
    assert_eq!(told.verdict(), "success: 1 command passed in SPAN");
    assert!(!told.draft(), "{}", told.app.thread(told.issue));
    let section = told.section();
    for part in [
        "The agent claimed:\n\n> - All tests pass",
        "The server saw, in a clean checkout of",
        "| `sh check.sh` | ✅ exit 0 | SPAN |",
    ] {
        assert!(section.contains(part), "{part}: {section}");
    }
    assert!(!section.contains("did not pass"), "{section}");
    assert_eq!(
        (
            told.verifications().await,
            told.names("verification.passed").await,
            told.names("verification.failed").await
        ),
        (1, 1, 0)
    );
    assert_eq!(told.checks_of(&told.head()).len(), 1, "made once");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn green_checks_of_others_wait_for_it() {
    let mut told = Told::begun(STUBBORN, |plan| {
        with(plan, "[verify]\ncommands = [\"sh check.sh\"]\n", "exit 1\n");
    })
    .await;
    told.app.settle_all().await;
    let head = told.head();
    told.app
        .simulator
        .set_check(told.app.repository, head.as_str(), "test", Some("success"))
        .expect("a check");
    told.app.settle_all().await;
    assert!(told.draft(), "their checks are green, the server's is not");
    assert!(
        told.has_label("agent:needs-you"),
        "{}",
        told.app.thread(told.issue)
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_branch_requires_it_nothing_else_is_waited_for() {
    let mut told = Told::begun(RIGHT, verified).await;
    told.app
        .simulator
        .require_checks(
            told.app.repository,
            "main",
            Required::Rules,
            &["skep/verify"],
        )
        .expect("required");
    told.app.settle_all().await;
    assert!(!told.draft(), "{}", told.app.thread(told.issue));
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_operator_wants_no_draft_made_ready_none_is() {
    let told = Told::new(RIGHT, |plan| {
        verified(plan);
        plan.ready = MakeReady::Never;
    })
    .await;
    assert_eq!(told.verdict(), "success: 1 command passed in SPAN");
    assert!(told.draft());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_without_commands_is_as_it_was() {
    let told = Told::new(RIGHT, |plan| with(plan, "", CHECK)).await;
    let body = told.app.the_pull().issue.body;
    assert!(!body.contains("server saw"), "{body}");
    assert_eq!(
        (told.verifications().await, told.verdict().as_str()),
        (0, "")
    );
    assert!(told.draft(), "it has no checks");
    told.done().await;
}

/// While the server looks at one head somebody pushes another: what it saw of the first counts for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_moves_is_verified_anew_and_the_old_one_counts_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let check = format!(
        "touch {begun}\nuntil [ -e {go} ]; do sleep 0.02; done\n{CHECK}",
        begun = begun.display(),
        go = go.display()
    );
    let policy = "[verify]\ncommands = [\"sh check.sh\"]\n";
    let mut told = Told::begun(RIGHT, |plan| with(plan, policy, &check)).await;
    told.app.until("the first look", |_| begun.exists()).await;
    let first = told.head();
    told.app.permit("ben", "write");
    told.app
        .simulator
        .push_to_branch(
            told.app.repository,
            BRANCH,
            &[("NOTE.md", "other\n")],
            "ben",
        )
        .await
        .expect("a push");
    // The push is heard of, and the pull request is looked at a moment later.
    told.app.nudge().await;
    told.app.advance(std::time::Duration::from_secs(10));
    let second = told.head();
    told.app
        .until("the look at the second head", |app| {
            let mut all = app.simulator.checks(app.repository, second.as_str());
            all.retain(|check| check.name == "skep/verify");
            !all.is_empty()
        })
        .await;
    std::fs::write(&go, "").expect("written");
    told.app.settle_all().await;
    let of_first: Vec<String> = told
        .checks_of(&first)
        .into_iter()
        .map(|check| check.conclusion)
        .collect();
    assert_eq!(of_first, ["cancelled"]);
    assert!(told.draft(), "{}", told.app.thread(told.issue));
    assert_eq!(told.names("verification.passed").await, 0);
    told.done().await;
}
