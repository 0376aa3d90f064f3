//! From the end of a turn to what people find: commits, the pull request, an answer, or the reason why not.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueEdit;

use super::reach::without_shas;
use crate::house::House;

async fn run(house: &mut House, script: &str) -> IssueNumber {
    let issue = house.go("Add a note", script);
    house.settle_all().await;
    issue
}

async fn again(house: &mut House, issue: IssueNumber) {
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
}

async fn merge(house: &House, issue: IssueNumber) {
    let pull = house.pull_for(issue).issue.number;
    house
        .simulator
        .mark_ready(house.repository, pull, "ana")
        .expect("ready");
    house
        .simulator
        .merge(house.repository, pull, "ana")
        .await
        .expect("merged");
}

fn log(house: &House, branch: &str) -> String {
    house.git(&[
        "log",
        "--reverse",
        "--format=%an <%ae> | %cn <%ce>%n%B",
        &format!("main..{branch}"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_uncommitted_is_committed_by_us_in_the_names_of_both() {
    let mut house = House::new().await;
    run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    insta::assert_snapshot!(log(&house, "agent/1-add-a-note"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_own_commits_are_kept() {
    let mut house = House::new().await;
    run(
        &mut house,
        "write A.md: a\ncommit Add A, for a reason\nwrite B.md: b\ncommit Add B\nsay Done.",
    )
    .await;
    insta::assert_snapshot!(log(&house, "agent/1-add-a-note"));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_and_what_is_left_besides_both_arrive() {
    let mut house = House::new().await;
    run(
        &mut house,
        "write A.md: a\ncommit Add A\nwrite B.md: b\nsay Done.",
    )
    .await;
    insta::assert_snapshot!(log(&house, "agent/1-add-a-note"));
    assert_eq!(
        (house.the_pull().commits, house.the_pull().changed_files),
        (2, 2)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_the_answer_is_said_and_no_pull_request_is_opened() {
    let mut house = House::new().await;
    let issue = run(
        &mut house,
        "say It is there already: see `src/lib.rs`, cc @ben, and #7.",
    )
    .await;
    assert_eq!(house.state(issue).await, "needs-you");
    assert!(house.pulls().is_empty());
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_without_a_deed_opens_no_pull_request_and_is_called_what_it_is() {
    let mut house = House::new().await;
    let issue = run(&mut house, "lie").await;
    assert!(house.pulls().is_empty());
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_text_without_a_change_is_a_failure_of_that_class() {
    let mut house = House::with(|plan| plan.limits.model_attempts = 1).await;
    for (what, class) in [
        ("rate-limit", "rate_limit"),
        ("auth", "auth"),
        ("server", "model_unavailable"),
    ] {
        let issue = run(&mut house, &format!("fail {what}")).await;
        assert_eq!(house.state(issue).await, "failed", "{what}");
        assert!(
            house.our_comments(issue)[0].contains(&format!("`{class}`")),
            "{}",
            house.thread(issue)
        );
        insta::assert_snapshot!(format!("failed_{what}"), house.our_comments(issue)[0]);
    }
    let issue = run(&mut house, "think Hm.").await;
    assert_eq!(
        house.state(issue).await,
        "failed",
        "neither a change nor a word"
    );
    insta::assert_snapshot!("failed_nothing", house.our_comments(issue)[0]);
    assert!(house.pulls().is_empty());
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pull_request_shows_evidence_and_honours_the_template() {
    let mut house = House::with(|plan| {
        let template = "## Checklist\n\n- [ ] I read CONTRIBUTING\n";
        plan.files
            .push((".github/pull_request_template.md".into(), template.into()));
    })
    .await;
    let script = "write A.md <<END\none\ntwo\nEND\nreplace src/lib.rs: one => two\ndelete README.md\n\
                  say I renamed the function. Fixes #99, thanks @ben! ![x](https://evil.example/p.png)";
    let issue = house.go_as("Add a snake_case *note*", script, &["role:testing", "bug"]);
    house.settle_all().await;
    let pull = house.the_pull();
    assert!(pull.draft && pull.base == "main" && pull.issue.author == "skep[bot]");
    assert_eq!(pull.issue.title, "Add a snake_case *note*");
    assert_eq!(pull.issue.labels, ["role:testing"]);
    insta::assert_snapshot!(without_shas(&pull.issue.body));
    assert!(
        pull.issue
            .body
            .contains("- ⚠️ The sandbox is switched off: agents can read"),
        "{}",
        pull.issue.body
    );
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_reports_and_verifies_by_its_own_tools_is_shown() {
    let mut house = House::new().await;
    let issue = house.go(
        "Add a note",
        "report Half way there.\nwrite NOTE.md: hello\nwait 3\nfinish Wrote it. | ran the tests",
    );
    house.until_event(issue, "session.progress").await;
    house.advance(Duration::from_secs(6));
    house
        .until("the report shows", |house| {
            house.status(issue).contains("Half way there.")
        })
        .await;
    house.settle_all().await;
    let body = house.the_pull().issue.body;
    assert!(
        body.contains("Verified, it says:") && body.contains("ran the tests"),
        "{body}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_writes_over_its_own_branch_and_keeps_the_pull_request() {
    let mut house = House::new().await;
    // The push arrives, the pull request is refused: the branch is there, the session failed.
    let refused = Fault::Status {
        status: 422,
        message: "Validation Failed".into(),
    };
    house
        .simulator
        .add_fault(FaultRule::next("POST", "/repos/*/*/pulls", refused));
    let issue = run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    assert_eq!(
        house.state(issue).await,
        "failed",
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.told(issue));
    let first = house
        .simulator
        .branch_head(house.repository, "agent/1-add-a-note")
        .expect("the branch");
    house.advance(Duration::from_secs(60));
    let title = IssueEdit {
        title: Some("Another title".into()),
        ..IssueEdit::default()
    };
    house
        .simulator
        .edit_issue(house.repository, issue, title, "ana")
        .expect("an edit");
    again(&mut house, issue).await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    let pull = house.the_pull();
    assert_eq!(
        pull.head, "agent/1-add-a-note",
        "the same branch, whatever the title says now"
    );
    assert_ne!(pull.head_sha, first.to_string());
    // And a third: the same pull request again.
    house.advance(Duration::from_secs(60));
    again(&mut house, issue).await;
    assert_eq!(house.state(issue).await, "in-review");
    assert_eq!(house.the_pull().issue.number, pull.issue.number);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_push_to_our_branch_is_respected() {
    let mut house = House::new().await;
    let issue = run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    let theirs = house
        .simulator
        .push_to_branch(
            house.repository,
            "agent/1-add-a-note",
            &[("FIX.md", "mine")],
            "ben",
        )
        .await
        .expect("a push");
    house.advance(Duration::from_secs(60));
    again(&mut house, issue).await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    // Theirs is still there, under whatever was added to it, in the same pull request.
    house.git(&[
        "merge-base",
        "--is-ancestor",
        theirs.as_str(),
        "agent/1-add-a-note",
    ]);
    assert_eq!(
        (
            house.the_pull().head.as_str(),
            house.the_pull().changed_files
        ),
        ("agent/1-add-a-note", 2)
    );
    let told = house.prompts(issue).await;
    assert_eq!(
        told.len(),
        2,
        "the session, and its revision on top of what was pushed"
    );
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

/// Once is respect; a second time it would be a race, and a person has to say who works here.
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_second_push_while_the_agent_works_ends_it() {
    let mut house = House::new().await;
    let (home, branch) = (house.repository, "agent/1-add-a-note");
    // Each turn has something to add.
    let script = "write NOTE.md: hello\nsay Wrote it.\nrest\nwrite MORE.md: more\nsay Went on.\nrest\nwrite LAST.md: last\nsay Again.";
    let issue = run(&mut house, script).await;
    // Asked at the trigger, then before each push: ben is quicker both times.
    let asked = || FaultRule::next("GET", "/repos/*/*/collaborators/*/permission", Fault::Held);
    house.simulator.add_fault(asked().after(1));
    house.advance(Duration::from_secs(60));
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house
        .until("GitHub has the question", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    house
        .simulator
        .push_to_branch(home, branch, &[("FIX.md", "mine")], "ben")
        .await
        .expect("a push");
    house.simulator.add_fault(asked());
    house.simulator.let_go();
    house
        .until("GitHub has the question again", |house| {
            house.simulator.waiting_faults().is_empty()
        })
        .await;
    let theirs = house
        .simulator
        .push_to_branch(home, branch, &[("FIX.md", "mine again")], "ben")
        .await
        .expect("a push");
    house.simulator.let_go();
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house
            .simulator
            .branch_head(house.repository, "agent/1-add-a-note"),
        Some(theirs.clone())
    );
    insta::assert_snapshot!(house.told(issue));
    // What the comment advises works: the next one goes on on top of theirs, in the same pull request.
    house.advance(Duration::from_secs(60));
    again(&mut house, issue).await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.git(&["merge-base", "--is-ancestor", theirs.as_str(), branch]);
    assert_eq!(
        (house.pull_for(issue).head.as_str(), house.pulls().len()),
        (branch, 1)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_pull_request_is_done_and_a_closed_one_rests() {
    let mut house = House::new().await;
    let merged = run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    let folder = house.session_dir(merged, 1);
    assert!(
        !folder.join("work").exists() && folder.join("home").exists(),
        "the agent's memory waits for a review"
    );
    merge(&house, merged).await;
    house.settle_all().await;
    assert_eq!(house.state(merged).await, "done");
    assert_eq!(
        house.simulator.branches(house.repository),
        ["main"],
        "a merged branch goes"
    );
    assert_eq!(house.reactions(merged), ["eyes", "hooray"]);
    assert!(!folder.exists(), "nothing of it is needed any more");
    insta::assert_snapshot!(house.told(merged));
    let closed = run(&mut house, "write OTHER.md: hello\nsay Wrote it.").await;
    let pull = house.pull_for(closed).issue.number;
    house
        .simulator
        .close_pull(house.repository, pull, "ana")
        .expect("closed");
    house.settle_all().await;
    assert_eq!(house.state(closed).await, "cancelled");
    insta::assert_snapshot!(house.told(closed));
    assert_eq!(house.live().await, 0, "it rests");
    assert!(
        !house.session_dir(closed, 1).exists(),
        "nothing of it is needed any more"
    );
    assert_eq!(
        house.simulator.branches(house.repository).len(),
        2,
        "its branch stays"
    );
    // Asked again, it does not touch what the person closed.
    house.advance(Duration::from_secs(60));
    again(&mut house, closed).await;
    assert_eq!(
        house.state(closed).await,
        "in-review",
        "{}",
        house.thread(closed)
    );
    assert_ne!(house.pull_for(closed).issue.number, pull);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_second_start_leaves_the_pull_request_in_review() {
    let mut house = House::new().await;
    let issue = run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    house.unlabel(issue, "agent:go");
    house.label_by("stranger", issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert!(
        house.thread(issue).contains("Nothing new was started: "),
        "{}",
        house.thread(issue)
    );
    merge(&house, issue).await;
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "done", "{}", house.thread(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_files_and_protected_paths_stay_here_and_it_is_said_exactly() {
    let mut house = House::with(|plan| plan.limits.max_files = 3).await;
    let many: String = (0..4).map(|n| format!("write f{n}.txt: x\n")).collect();
    let issue = run(&mut house, &format!("{many}say Wrote four.")).await;
    assert_eq!(house.state(issue).await, "failed");
    insta::assert_snapshot!(house.told(issue));
    let issue = run(
        &mut house,
        "write .github/workflows/my_ci.yml: on: push\nsay Wrote a workflow.",
    )
    .await;
    assert_eq!(house.state(issue).await, "failed");
    insta::assert_snapshot!(house.told(issue));
    assert!(house.pulls().is_empty());
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_drafts_gets_an_ordinary_pull_request() {
    let mut house = House::new().await;
    house
        .simulator
        .allow_drafts(house.repository, false)
        .expect("a setting");
    let issue = run(&mut house, "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(!house.the_pull().draft);
    let said = house.our_comments(issue).remove(0);
    assert!(
        said.contains("pull request #2") && !said.contains("draft"),
        "{said}"
    );
    house.done().await;
}
