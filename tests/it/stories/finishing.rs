//! From the end of a turn to what people find: commits, the pull request, an answer, or the reason why not.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueEdit;

use super::reach::without_shas;
use crate::test_app::TestApp;

async fn run(app: &mut TestApp, script: &str) -> IssueNumber {
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    issue
}

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

fn log(app: &TestApp, branch: &str) -> String {
    app.git(&[
        "log",
        "--reverse",
        "--format=%an <%ae> | %cn <%ce>%n%B",
        &format!("main..{branch}"),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_uncommitted_is_committed_by_us_in_the_names_of_both() {
    let mut app = TestApp::new().await;
    run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    insta::assert_snapshot!(log(&app, "agent/1-add-a-note"), @"
    skep[bot] <1000001+skep[bot]@users.noreply.github.com> | skep[bot] <1000001+skep[bot]@users.noreply.github.com>
    Add a note

    Skep-Session: 1296269-1-1
    Skep-Role: swe
    Co-authored-by: ana <1000002+ana@users.noreply.github.com>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_own_commits_are_kept() {
    let mut app = TestApp::new().await;
    run(
        &mut app,
        "write A.md: a\ncommit Add A, for a reason\nwrite B.md: b\ncommit Add B\nsay Done.",
    )
    .await;
    insta::assert_snapshot!(log(&app, "agent/1-add-a-note"), @"
    skep[bot] <1000001+skep[bot]@users.noreply.github.com> | skep[bot] <1000001+skep[bot]@users.noreply.github.com>
    Add A, for a reason

    skep[bot] <1000001+skep[bot]@users.noreply.github.com> | skep[bot] <1000001+skep[bot]@users.noreply.github.com>
    Add B
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_and_what_is_left_besides_both_arrive() {
    let mut app = TestApp::new().await;
    run(
        &mut app,
        "write A.md: a\ncommit Add A\nwrite B.md: b\nsay Done.",
    )
    .await;
    insta::assert_snapshot!(log(&app, "agent/1-add-a-note"), @"
    skep[bot] <1000001+skep[bot]@users.noreply.github.com> | skep[bot] <1000001+skep[bot]@users.noreply.github.com>
    Add A

    skep[bot] <1000001+skep[bot]@users.noreply.github.com> | skep[bot] <1000001+skep[bot]@users.noreply.github.com>
    Add a note

    Skep-Session: 1296269-1-1
    Skep-Role: swe
    Co-authored-by: ana <1000002+ana@users.noreply.github.com>
    ");
    assert_eq!(
        (app.the_pull().commits, app.the_pull().changed_files),
        (2, 2)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_change_the_answer_is_said_and_no_pull_request_is_opened() {
    let mut app = TestApp::new().await;
    let issue = run(
        &mut app,
        "say It is there already: see `src/lib.rs`, cc @ben, and #7.",
    )
    .await;
    assert_eq!(app.state(issue).await, "needs-you");
    assert!(app.pulls().is_empty());
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, agent:needs-you
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      say It is there already: see `src/lib.rs`, cc @ben, and #7.
      ```

    skep[bot] (edited 1x):
      **Needs `@ana`** · no file was changed

      The agent's words are in a comment of their own. If that is the answer, close the issue; if a change is wanted, say here what is missing and write `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Ended without a change.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana no file was changed. The agent says:

      It is there already: see `src/lib.rs`, cc `@ben`, and `#7`.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_without_a_deed_opens_no_pull_request_and_is_called_what_it_is() {
    let mut app = TestApp::new().await;
    let issue = run(&mut app, "lie").await;
    assert!(app.pulls().is_empty());
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, agent:needs-you
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      lie
      ```

    skep[bot] (edited 1x):
      **Needs `@ana`** · no file was changed

      The agent's words are in a comment of their own. If that is the answer, close the issue; if a change is wanted, say here what is missing and write `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Ended without a change.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana no file was changed. The agent says:

      Done. I fixed the problem, added tests, and all of them pass.
    ");
    app.done().await;
}

/// Our comment when the agent's model fails so.
async fn failed_as(app: &mut TestApp, what: &str, class: &str) -> String {
    let issue = run(app, &format!("fail {what}")).await;
    assert_eq!(app.state(issue).await, "failed", "{what}");
    let said = app.our_comments(issue).remove(0);
    assert!(said.contains(&format!("`{class}`")), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_text_without_a_change_is_a_failure_of_that_class() {
    let mut app = TestApp::with(|plan| plan.limits.model_attempts = 1).await;
    insta::assert_snapshot!(failed_as(&mut app, "rate-limit", "rate_limit").await, @r"
    **Failed** after 0 ms · `rate_limit`

    It failed because the agent's model refused more requests for now (rate limit or quota). It said: “Request failed: Rate limit exceeded: 429 Too Many Requests”

    Its last lines:

    ```text
    Request failed: Rate limit exceeded: 429 Too Many Requests
    ```

    To try again, comment `/agent retry`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo` (skep-demo 0.1.0)
    - Session `1296269-1-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:01Z Accepted as `swe`.
    - 00:00:01Z Started.
    - 00:00:01Z Failed (`rate_limit`).

    </details>

    <sub>updated 00:00:01Z</sub>
    ");
    insta::assert_snapshot!(failed_as(&mut app, "auth", "auth").await, @r"
    **Failed** after 0 ms · `auth`

    It failed because the agent could not log in to its model; the operator must check its key. It said: “Request failed: Authentication error: 401 Unauthorized. Please check your API key.”

    Its last lines:

    ```text
    Request failed: Authentication error: 401 Unauthorized. Please check your API key.
    ```

    To try again, comment `/agent retry`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo` (skep-demo 0.1.0)
    - Session `1296269-2-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:02Z Accepted as `swe`.
    - 00:00:02Z Started.
    - 00:00:02Z Failed (`auth`).

    </details>

    <sub>updated 00:00:02Z</sub>
    ");
    insta::assert_snapshot!(failed_as(&mut app, "server", "model_unavailable").await, @r"
    **Failed** after 0 ms · `model_unavailable`

    It failed because the agent's model was not reachable. It said: “Request failed: Server error: 500 Internal Server Error”

    Its last lines:

    ```text
    Request failed: Server error: 500 Internal Server Error
    ```

    To try again, comment `/agent retry`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo` (skep-demo 0.1.0)
    - Session `1296269-3-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:03Z Accepted as `swe`.
    - 00:00:03Z Started.
    - 00:00:03Z Failed (`model_unavailable`).

    </details>

    <sub>updated 00:00:03Z</sub>
    ");
    let issue = run(&mut app, "think Hm.").await;
    assert_eq!(
        app.state(issue).await,
        "failed",
        "neither a change nor a word"
    );
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Failed** after 0 ms · `no_result`

    It failed because the agent ended without changing anything and without an answer.

    To try again, comment `/agent retry`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo` (skep-demo 0.1.0)
    - Session `1296269-4-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:04Z Accepted as `swe`.
    - 00:00:04Z Started.
    - 00:00:04Z Failed (`no_result`).

    </details>

    <sub>updated 00:00:04Z</sub>
    ");
    assert!(app.pulls().is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pull_request_shows_evidence_and_honours_the_template() {
    let mut app = TestApp::with(|plan| {
        let template = "## Checklist\n\n- [ ] I read CONTRIBUTING\n";
        plan.files
            .push((".github/pull_request_template.md".into(), template.into()));
    })
    .await;
    let script = "write A.md <<END\none\ntwo\nEND\nreplace src/lib.rs: one => two\ndelete README.md\n\
                  say I renamed the function. Fixes #99, thanks @ben! ![x](https://evil.example/p.png)";
    let issue = app.go_as("Add a snake_case *note*", script, &["role:testing", "bug"]);
    app.settle_all().await;
    let pull = app.the_pull();
    assert!(pull.draft && pull.base == "main" && pull.issue.author == "skep[bot]");
    assert_eq!(pull.issue.title, "Add a snake_case *note*");
    assert_eq!(pull.issue.labels, ["role:testing"]);
    insta::assert_snapshot!(without_shas(&pull.issue.body), @"
    ## Checklist

    - [ ] I read CONTRIBUTING

    ---

    <!-- skep: this part is kept up to date; write above or below it -->
    Closes #1

    ### What changed

    3 files changed, 3 insertions (+), 2 deletions (−), 1 commit.

    | file | | + | − |
    | --- | --- | --: | --: |
    | A.md | added | 2 | 0 |
    | README.md | deleted | 0 | 1 |
    | src/lib.rs | modified | 1 | 1 |

    ### What the agent says

    In its own words, not verified by skep:

    > I renamed the function. Fixes `#99`, thanks `@ben`! x (`https://evil.example/p.png`)

    <details><summary>Where this comes from</summary>

    - Requested by @ana. Review it as carefully as a stranger's change.
    - Role `testing`: from the label `role:testing`.
    - Agent `demo` (skep-demo 0.1.0), session `1296269-1-1`, from `main` at `SHA`.

    </details>
    <!-- skep: end -->
    ");
    assert!(
        pull.issue
            .body
            .contains("- ⚠️ The sandbox is switched off: agents can read"),
        "{}",
        pull.issue.body
    );
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a snake_case *note* (open)
    labels: agent:go, agent:review, bug, role:testing
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a snake_case *note* (open draft)

    ana:
      Please.

      ```skep-demo
      write A.md <<END
      one
      two
      END
      replace src/lib.rs: one => two
      delete README.md
      say I renamed the function. Fixes #99, thanks @ben! ![x](https://evil.example/p.png)
      ```

    skep[bot] (edited 1x):
      **In review** · done in 0 ms

      [`agent/1-add-a-snake-case-note`](../tree/agent/1-add-a-snake-case-note) · draft pull request #2

      3 files changed (+3 −2). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `testing`: from the label `role:testing`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - To see the log, comment `/agent logs`
      - TIME Accepted as `testing`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_agent_reports_and_verifies_by_its_own_tools_is_shown() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a note",
        "report Half way there.\nwrite NOTE.md: hello\nwait 3\nfinish Wrote it. | ran the tests",
    );
    app.until_event(issue, "session.progress").await;
    app.advance(Duration::from_secs(6));
    app.until("the report shows", |app| {
        app.status(issue).contains("Half way there.")
    })
    .await;
    app.settle_all().await;
    let body = app.the_pull().issue.body;
    assert!(
        body.contains("Verified, it says:") && body.contains("ran the tests"),
        "{body}"
    );
    app.done().await;
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
async fn a_merged_pull_request_is_done_and_a_closed_one_rests() {
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
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME Opened the pull request.
      - TIME The pull request was merged.

      </details>

      <sub>updated TIME</sub>
    ");
    let closed = run(&mut app, "write OTHER.md: hello\nsay Wrote it.").await;
    let pull = app.pull_for(closed).issue.number;
    app.simulator
        .close_pull(app.repository, pull, "ana")
        .expect("closed");
    app.settle_all().await;
    assert_eq!(app.state(closed).await, "cancelled");
    insta::assert_snapshot!(app.told(closed), @"
    #3 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #4 Add a note (closed draft)

    ana:
      Please.

      ```skep-demo
      write OTHER.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 2x):
      **Closed** · the pull request was closed without merging

      pull request #4

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-3-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME Opened the pull request.
      - TIME The pull request was closed.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana pull request #4 was closed without merging. To try again, say what should be different and comment `/agent retry`.
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

#[tokio::test(flavor = "multi_thread")]
async fn too_many_files_and_protected_paths_stay_here_and_it_is_said_exactly() {
    let mut app = TestApp::with(|plan| plan.limits.max_files = 3).await;
    let many: String = (0..4).map(|n| format!("write f{n}.txt: x\n")).collect();
    let issue = run(&mut app, &format!("{many}say Wrote four.")).await;
    assert_eq!(app.state(issue).await, "failed");
    insta::assert_snapshot!(app.told(issue));
    let issue = run(
        &mut app,
        "write .github/workflows/my_ci.yml: on: push\nsay Wrote a workflow.",
    )
    .await;
    assert_eq!(app.state(issue).await, "failed");
    insta::assert_snapshot!(app.told(issue));
    assert!(app.pulls().is_empty());
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_without_drafts_gets_an_ordinary_pull_request() {
    let mut app = TestApp::new().await;
    app.simulator
        .allow_drafts(app.repository, false)
        .expect("a setting");
    let issue = run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    assert!(!app.the_pull().draft);
    let said = app.our_comments(issue).remove(0);
    assert!(
        said.contains("pull request #2") && !said.contains("draft"),
        "{said}"
    );
    app.done().await;
}
