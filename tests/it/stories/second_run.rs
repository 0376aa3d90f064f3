//! Once there is a branch and a pull request: the work asked for again, people's pushes to our branch, the merge, the close.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueEdit;

use super::finishing::run;
use crate::test_app::TestApp;

async fn again(app: &mut TestApp, issue: IssueNumber) {
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
}

async fn merge(app: &TestApp, issue: IssueNumber) {
    let pull = app.pull_for(issue).issue.number;
    app.simulator
        .mark_ready(app.repository, pull, "ana")
        .expect("ready");
    app.simulator
        .merge(app.repository, pull, "ana")
        .await
        .expect("merged");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_writes_over_its_own_branch_and_keeps_the_pull_request() {
    let mut app = TestApp::new().await;
    // The push arrives, the pull request is refused: the branch is there, the session failed.
    let refused = Fault::Status {
        status: 422,
        message: "Validation Failed".into(),
    };
    app.simulator
        .add_fault(FaultRule::next("POST", "/repos/*/*/pulls", refused));
    let issue = run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    insta::assert_snapshot!(app.told(issue));
    let first = app
        .simulator
        .branch_head(app.repository, "agent/1-add-a-note")
        .expect("the branch");
    app.advance(Duration::from_secs(60));
    let title = IssueEdit {
        title: Some("Another title".into()),
        ..IssueEdit::default()
    };
    app.simulator
        .edit_issue(app.repository, issue, title, "ana")
        .expect("an edit");
    again(&mut app, issue).await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pull = app.the_pull();
    assert_eq!(
        pull.head, "agent/1-add-a-note",
        "the same branch, whatever the title says now"
    );
    assert_ne!(pull.head_sha, first.to_string());
    // And a third: the same pull request again.
    app.advance(Duration::from_secs(60));
    again(&mut app, issue).await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(app.the_pull().issue.number, pull.issue.number);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_push_to_our_branch_is_respected() {
    let mut app = TestApp::new().await;
    let issue = run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    let theirs = app
        .simulator
        .push_to_branch(
            app.repository,
            "agent/1-add-a-note",
            &[("FIX.md", "mine")],
            "ben",
        )
        .await
        .expect("a push");
    app.advance(Duration::from_secs(60));
    again(&mut app, issue).await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    // Theirs is still there, under whatever was added to it, in the same pull request.
    app.git(&[
        "merge-base",
        "--is-ancestor",
        theirs.as_str(),
        "agent/1-add-a-note",
    ]);
    assert_eq!(
        (app.the_pull().head.as_str(), app.the_pull().changed_files),
        ("agent/1-add-a-note", 2)
    );
    let told = app.prompts(issue).await;
    assert_eq!(
        told.len(),
        2,
        "the session, and its revision on top of what was pushed"
    );
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a note (open draft)

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 4x):
      **In review** · done in 6 m 2 s

      [`agent/1-add-a-note`](../tree/agent/1-add-a-note) · draft pull request #2

      The last revision changed 1 file (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Revision 1 begins: work was asked for again, and its pull request is open.
      - TIME Resumed.
      - TIME The revision is done.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana pull request #2 is open, so the agent goes on with it: nothing is begun anew. To throw its work away and begin anew, comment `/agent retry fresh`.
    ");
    app.done().await;
}

/// Once is respect; a second time it would be a race, and a person has to say who works here.
#[tokio::test(flavor = "multi_thread")]
async fn a_persons_second_push_while_the_agent_works_ends_it() {
    let mut app = TestApp::new().await;
    let (home, branch) = (app.repository, "agent/1-add-a-note");
    // Each turn has something to add.
    let script = "write NOTE.md: hello\nsay Wrote it.\nrest\nwrite MORE.md: more\nsay Went on.\nrest\nwrite LAST.md: last\nsay Again.";
    let issue = run(&mut app, script).await;
    // Asked at the trigger, then before each push: ben is quicker both times.
    let asked = || FaultRule::next("GET", "/repos/*/*/collaborators/*/permission", Fault::Held);
    app.simulator.add_fault(asked().after(1));
    app.advance(Duration::from_secs(60));
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.until("GitHub has the question", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    app.simulator
        .push_to_branch(home, branch, &[("FIX.md", "mine")], "ben")
        .await
        .expect("a push");
    app.simulator.add_fault(asked());
    app.simulator.let_go();
    app.until("GitHub has the question again", |app| {
        app.simulator.waiting_faults().is_empty()
    })
    .await;
    let theirs = app
        .simulator
        .push_to_branch(home, branch, &[("FIX.md", "mine again")], "ben")
        .await
        .expect("a push");
    app.simulator.let_go();
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.simulator
            .branch_head(app.repository, "agent/1-add-a-note"),
        Some(theirs.clone())
    );
    insta::assert_snapshot!(app.told(issue));
    // What the comment advises works: the next one goes on on top of theirs, in the same pull request.
    app.advance(Duration::from_secs(60));
    again(&mut app, issue).await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.git(&["merge-base", "--is-ancestor", theirs.as_str(), branch]);
    assert_eq!(
        (app.pull_for(issue).head.as_str(), app.pulls().len()),
        (branch, 1)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_pull_request_is_done_and_nothing_of_it_is_left() {
    let mut app = TestApp::new().await;
    let merged = run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    let folder = app.session_dir(merged, 1);
    assert!(
        !folder.join("work").exists() && folder.join("home").exists(),
        "the agent's memory waits for a review"
    );
    merge(&app, merged).await;
    app.settle_all().await;
    assert_eq!(app.state(merged).await, "done");
    assert_eq!(
        app.simulator.branches(app.repository),
        ["main"],
        "a merged branch goes"
    );
    assert_eq!(app.reactions(merged), ["eyes", "hooray"]);
    assert!(!folder.exists(), "nothing of it is needed any more");
    insta::assert_snapshot!(app.told(merged), @"
    #1 Add a note (closed)
    labels: agent:done, agent:go
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a note (merged)

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 2x):
      **Done** · the pull request was merged

      pull request #2

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME Opened the pull request.
      - TIME The pull request was merged.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_pull_request_rests_and_is_not_touched_again() {
    let mut app = TestApp::new().await;
    let closed = run(&mut app, "write OTHER.md: hello\nsay Wrote it.").await;
    let pull = app.pull_for(closed).issue.number;
    app.simulator
        .close_pull(app.repository, pull, "ana")
        .expect("closed");
    app.settle_all().await;
    assert_eq!(app.state(closed).await, "cancelled");
    insta::assert_snapshot!(app.told(closed), @"
    #1 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a note (closed draft)

    ana:
      Please.

      ```skep-demo
      write OTHER.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 2x):
      **Closed** · the pull request was closed without merging

      pull request #2

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME Opened the pull request.
      - TIME The pull request was closed.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana pull request #2 was closed without merging. To try again, say what should be different and comment `/agent retry`.
    ");
    assert_eq!(app.live().await, 0, "it rests");
    assert!(
        !app.session_dir(closed, 1).exists(),
        "nothing of it is needed any more"
    );
    assert_eq!(
        app.simulator.branches(app.repository).len(),
        2,
        "its branch stays"
    );
    // Asked again, it does not touch what the person closed.
    app.advance(Duration::from_secs(60));
    again(&mut app, closed).await;
    assert_eq!(
        app.state(closed).await,
        "in-review",
        "{}",
        app.thread(closed)
    );
    assert_ne!(app.pull_for(closed).issue.number, pull);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_second_start_leaves_the_pull_request_in_review() {
    let mut app = TestApp::new().await;
    let issue = run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    app.unlabel(issue, "agent:go");
    app.label_by("stranger", issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(
        app.thread(issue).contains("Nothing new was started: "),
        "{}",
        app.thread(issue)
    );
    merge(&app, issue).await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
    app.done().await;
}
