//! From the end of a turn to what people find: commits, the pull request, an answer, or the reason why not.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use super::reach::without_shas;
use crate::test_app::TestApp;

/// One issue and all that came of it.
async fn finished(script: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::new().await;
    let issue = run(&mut app, script).await;
    (app, issue)
}

pub(super) async fn run(app: &mut TestApp, script: &str) -> IssueNumber {
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    issue
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
    let (app, _) = finished("write NOTE.md: hello\nsay Wrote it.").await;
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
    let (app, _) = finished(
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
    let (app, _) = finished("write A.md: a\ncommit Add A\nwrite B.md: b\nsay Done.").await;
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
    let (app, issue) =
        finished("say It is there already: see `src/lib.rs`, cc @ben, and #7.").await;
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
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
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
    let (app, issue) = finished("lie").await;
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
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
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
    // The next one waits until the provider lets somebody in again.
    app.advance(Duration::from_secs(24 * 3_600));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_text_without_a_change_is_a_failure_of_that_class() {
    let mut app = TestApp::with(|plan| plan.limits.model_attempts = 1).await;
    insta::assert_snapshot!(failed_as(&mut app, "rate-limit", "rate_limit").await, @"
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
    - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
    - To see the log, comment `/agent logs`
    - 00:00:01Z Accepted as `swe`.
    - 00:00:01Z Started.
    - 00:00:01Z Failed (`rate_limit`).

    </details>

    <sub>updated 00:00:01Z</sub>
    ");
    insta::assert_snapshot!(failed_as(&mut app, "auth", "auth").await, @"
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
    - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
    - To see the log, comment `/agent logs`
    - 00:00:02Z Accepted as `swe`.
    - 00:00:02Z Started.
    - 00:00:02Z Failed (`auth`).

    </details>

    <sub>updated 00:00:02Z</sub>
    ");
    insta::assert_snapshot!(failed_as(&mut app, "server", "model_unavailable").await, @"
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
    - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
    - To see the log, comment `/agent logs`
    - 00:00:03Z Accepted as `swe`.
    - 00:00:03Z Started.
    - 00:00:03Z Failed (`model_unavailable`).

    </details>

    <sub>updated 00:00:03Z</sub>
    ");
    assert!(app.pulls().is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_change_nor_a_word_is_a_failure() {
    let (app, issue) = finished("think Hm.").await;
    assert_eq!(app.state(issue).await, "failed");
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Failed** after 0 ms · `no_result`

    It failed because the agent ended without changing anything and without an answer.

    To try again, comment `/agent retry`.

    <details><summary>Details</summary>

    - Role `swe`: the issue has no `role:*` label, so the default `swe`
    - Agent: `demo` (skep-demo 0.1.0)
    - Session `1296269-1-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
    - To see the log, comment `/agent logs`
    - 00:00:01Z Accepted as `swe`.
    - 00:00:01Z Started.
    - 00:00:01Z Failed (`no_result`).

    </details>

    <sub>updated 00:00:01Z</sub>
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

    **Risk: low** (skep verified nothing of it)

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
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
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
    assert_eq!(app.state(issue).await, "needs-you");
    let asks = app.one_of_ours(issue, "Hash of these changes").body;
    assert!(
        asks.contains("only with the permission \"Workflows\""),
        "{asks}"
    );
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
