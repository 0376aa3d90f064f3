//! Agents that misbehave: each ends in a named failure on the issue, with its last lines, what is kept and the next step.
//! Here over a pipe or as processes that never become agents; what needs a fence and real children is in `fence`.

use std::time::Duration;

use skep::core::agent::AgentSpec;
use skep::core::ids::IssueNumber;

use crate::agents::marked;
use crate::test_app::{Options, TestApp};

/// A token nobody may ever see on an issue.
pub(super) const CANARY: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// Agents have half a second to say something, and no time to think about a cancel.
pub(super) fn impatient(plan: &mut Options) {
    plan.limits.silence_ms = 500;
    plan.limits.retry_base_ms = 1;
    plan.limits.model_attempts = 1;
    plan.timings.cancel_grace = Duration::from_millis(100);
}

/// A app whose agent is a shell script.
pub(super) async fn shell(script: &str) -> TestApp {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    TestApp::with(|plan| {
        impatient(plan);
        plan.agent = Some(AgentSpec::new("odd", command));
    })
    .await
}

/// What holds after every failure.
pub(super) async fn failed(app: &TestApp, issue: IssueNumber, class: &str) -> String {
    assert_eq!(app.state(issue).await, "failed");
    assert_eq!(app.labels(issue), ["agent:failed", "agent:go"]);
    assert_eq!(app.reactions(issue), ["eyes", "confused"]);
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    assert!(
        app.runner().services().agents.live().is_empty(),
        "an agent is still there"
    );
    assert_eq!(
        marked(&app.data_dir()),
        Vec::<u32>::new(),
        "processes are still there"
    );
    let status = app.status(issue);
    assert!(
        status.starts_with("**Failed**") && status.contains(&format!("`{class}`")),
        "{status}"
    );
    assert!(
        status.contains("To try again, comment `/agent retry`."),
        "{status}"
    );
    let on_branch = usize::from(status.contains("is on the branch [`agent/"));
    assert_eq!(
        app.simulator.branches(app.repository).len(),
        1 + on_branch,
        "what was made, and nothing else"
    );
    assert!(
        !status.contains(&CANARY[4..]) && !status.contains("/home/"),
        "{status}"
    );
    readable(&app.thread(issue))
}

/// A thread without what differs from run to run: the names of commits, and how many edits came together in one.
pub(super) fn readable(thread: &str) -> String {
    let sha = regex::Regex::new("`[0-9a-f]{7,40}`").expect("a pattern");
    let edits = regex::Regex::new(r" \(edited \d+x\)").expect("a pattern");
    edits
        .replace_all(&sha.replace_all(thread, "`[commit]`"), "")
        .into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_named_and_what_was_done_is_kept() {
    let mut app = TestApp::with(impatient).await;
    let script = format!(
        "plan read | write\nstart 1\nsay Reading /home/ana/.netrc: {CANARY}\ntick 1\nstart 2\nwrite half.txt: done\nwait 0.3\ncrash"
    );
    let issue = app.go("Add a greeting", &script);
    app.settle_all().await;
    insta::assert_snapshot!(failed(&app, issue, "crash").await);
    assert_eq!(app.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    assert!(
        !app.session_dir(issue, 1).exists(),
        "the working copy is reaped once its work is in the mirror"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_agent_that_ignores_the_cancel_is_ended() {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Think hard", "say Thinking.\nwrite half.txt: done\nhang");
    app.settle_all().await;
    insta::assert_snapshot!(failed(&app, issue, "silence").await);
    assert_eq!(app.kept(issue, 1, "half.txt").as_deref(), Some("done\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_runs_too_long_is_ended() {
    let mut app = TestApp::with(|plan| {
        impatient(plan);
        plan.limits.session_timeout_ms = 700;
    })
    .await;
    let chatter: String = (0..100)
        .map(|n| format!("say Still at it, {n}.\nwait 0.1\n"))
        .collect();
    let issue = app.go("Take your time", &chatter);
    app.settle_all().await;
    let thread = failed(&app, issue, "timeout").await;
    assert!(thread.contains("Still at it, "), "{thread}");
    let thread = regex::Regex::new("( +Still at it, [0-9]+\\.\n)+")
        .expect("a pattern")
        .replace_all(&thread, "  […]\n");
    insta::assert_snapshot!(thread);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_stopped() {
    let mut app = TestApp::with(|plan| {
        impatient(plan);
        plan.limits.silence_ms = 30_000;
    })
    .await;
    let issue = app.go("Say it all", "say Here it comes.\nflood 100000000");
    app.settle_all().await;
    let thread = failed(&app, issue, "flood").await;
    assert!(
        app.status(issue).len() < 5_000,
        "{}",
        app.status(issue).len()
    );
    // How much of the flood came through before it was stopped differs from run to run.
    let said = thread.split("Its last lines").next().unwrap_or_default();
    insta::assert_snapshot!(said.split("Details").next().unwrap_or_default(), @"
    #1 Say it all (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      say Here it comes.
      flood 100000000
      ```

    skep[bot]:
      **Failed** after 0 ms · `flood`

      It failed because the agent said too much: more than 64 MiB of output.
    ");
    app.done().await;
}

/// It ends no turn by itself; who says nothing else is silent, and what was printed is told.
#[tokio::test(flavor = "multi_thread")]
async fn broken_json_is_told() {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Speak", "say I speak.\nwait 0.3\ngarbage 20\nwait 5");
    app.settle_all().await;
    let thread = failed(&app, issue, "silence").await;
    assert!(
        thread.contains("The agent printed 20 lines that are no messages of the protocol"),
        "{thread}"
    );
    assert!(
        thread.contains("Often the limit of its model is used up"),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_fails_is_no_answer() {
    let mut app = TestApp::with(impatient).await;
    let mut threads = Vec::new();
    for (what, class) in [
        ("rate-limit", "rate_limit"),
        ("auth", "auth"),
        ("server", "model_unavailable"),
    ] {
        let issue = app.go(&format!("Fail with {what}"), &format!("fail {what}"));
        app.settle_all().await;
        // The next one waits until the provider lets somebody in again.
        app.advance(Duration::from_secs(24 * 3_600));
        threads.push(failed(&app, issue, class).await);
        assert!(
            !app.session_dir(issue, 1).exists(),
            "nothing was made, so nothing is kept"
        );
    }
    insta::assert_snapshot!(threads.join("\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_leaves_with_an_error_or_an_answer() {
    let mut app = TestApp::with(impatient).await;
    let error = app.go(
        "Fail",
        &format!("say Request failed: 429 Too Many Requests for {CANARY} of /home/ana"),
    );
    app.settle_all().await;
    failed(&app, error, "rate_limit").await;
    app.advance(Duration::from_secs(24 * 3_600));
    let answer = app.go("Answer", &format!("say I found {CANARY} in /home/ana."));
    app.settle_all().await;
    let comments = app
        .simulator
        .comments(app.repository, answer)
        .expect("comments");
    let thread: String = comments.into_iter().map(|comment| comment.body).collect();
    assert!(
        thread.contains("I found")
            && !thread.contains(&CANARY[4..])
            && !thread.contains("/home/ana"),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_a_word_or_a_change_has_failed() {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Do nothing", "# nothing at all");
    app.settle_all().await;
    insta::assert_snapshot!(failed(&app, issue, "no_result").await, @"
    #1 Do nothing (open)
    labels: agent:failed, agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      # nothing at all
      ```

    skep[bot]:
      **Failed** after 0 ms · `no_result`

      It failed because the agent ended without changing anything and without an answer.

      To try again, comment `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Failed (`no_result`).

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana it failed because the agent ended without changing anything and without an answer.

      To try again, comment `/agent retry`.
    ");
    assert!(
        !app.session_dir(issue, 1).exists(),
        "nothing was made, so nothing is kept"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_gets_no_pull_request() {
    let mut app = TestApp::with(impatient).await;
    let issue = app.go("Fix it", "lie");
    app.settle_all().await;
    assert!(
        app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .is_empty()
    );
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    assert!(!app.session_dir(issue, 1).exists());
    insta::assert_snapshot!(readable(&app.thread(issue)), @"
    #1 Fix it (open)
    labels: agent:go, agent:needs-you
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      lie
      ```

    skep[bot]:
      **Needs `@ana`** · no file was changed

      The agent's words are in a comment of their own. If that is the answer, close the issue; if a change is wanted, say here what is missing and write `/agent retry`.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 500 ms without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - 00:00:01Z Accepted as `swe`.
      - 00:00:01Z Started.
      - 00:00:01Z Ended without a change.

      </details>

      <sub>updated 00:00:01Z</sub>

    skep[bot]:
      @ana no file was changed. The agent says:

      Done. I fixed the problem, added tests, and all of them pass.
    ");
    app.done().await;
}
