//! An issue whose work goes to another branch than the default one: who says so, what it looks like, and what happens when
//! there is no such branch, or none any more.

use skep::core::ids::IssueNumber;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";
const RELEASE: &str = "release/2.x";

/// An app whose repository has another branch, with a file of its own.
async fn with_release() -> TestApp {
    let app = TestApp::new().await;
    branch(&app, RELEASE).await;
    app
}

async fn branch(app: &TestApp, name: &str) {
    let files = [("OLD.md", "of the release\n")];
    let pushed = app
        .simulator
        .push_to_branch(app.repository, name, &files, "ana");
    pushed.await.expect("a branch");
}

async fn delete(app: &TestApp, name: &str) {
    let moved = app.simulator.move_branch(app.repository, name, None, "ana");
    moved.await.expect("a branch gone");
}

fn body(more: &str) -> String {
    format!("{more}\n\n```skep-demo\n{SCRIPT}\n```\n")
}

fn goes_to(app: &TestApp, issue: IssueNumber) -> String {
    let pull = app.pull_for(issue);
    assert_eq!(pull.changed_files, 1, "it stands on its base");
    pull.base
}

fn refusal(app: &TestApp, issue: IssueNumber) -> String {
    let ours = app.our_comments(issue).join("\n");
    let said = ours
        .lines()
        .find(|line| line.starts_with("Nothing was started"));
    said.unwrap_or(&ours).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_says_where_it_goes_and_the_issue_shows_it() {
    let mut app = with_release().await;
    let issue = app.go_as("Add a note", SCRIPT, &["base:release/2.x"]);
    app.settle_all().await;
    assert_eq!(goes_to(&app, issue), RELEASE);
    let prompts = app.prompts(issue).await;
    assert!(prompts[0].contains("release/2.x"), "{prompts:?}");
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, agent:review, base:release/2.x
    reactions: eyes skep[bot], hooray skep[bot]

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 1x):
      **In review** · done in 0 ms

      [`agent/1-add-a-note`](../tree/agent/1-add-a-note) · draft pull request #2

      Starts from the branch `release/2.x`, and its pull request goes there (the label `base:release/2.x`).

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_a_milestone_and_a_command_say_it_too() {
    let mut app = with_release().await;
    let form = app.issue("Add a note", &body("### Base branch\n\nrelease/2.x"), &[]);
    app.label(form, "agent:go");
    app.settle_all().await;
    assert_eq!(goes_to(&app, form), RELEASE);
    let due = app.issue("Add a note", &body("Please."), &[]);
    let milestone = app
        .simulator
        .create_milestone(app.repository, "2.4", "Fixes.\n\nbase: release/2.x", "ana")
        .expect("a milestone");
    app.simulator
        .put_into_milestone(app.repository, due, milestone, "ana")
        .expect("in the milestone");
    app.label(due, "agent:go");
    app.settle_all().await;
    assert_eq!(goes_to(&app, due), RELEASE);
    let said = app.our_comments(due).remove(0);
    assert!(said.contains("(the milestone `2.4`)"), "{said}");
    let told = app.issue("Add a note", &body("Please."), &["base:nowhere"]);
    app.reply(told, "/agent base release/2.x\n/agent go").await;
    app.settle_all().await;
    assert_eq!(
        goes_to(&app, told),
        RELEASE,
        "a command goes before a label"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn naming_the_default_branch_is_naming_none() {
    let mut app = with_release().await;
    let issue = app.go_as("Add a note", SCRIPT, &["base:main"]);
    app.settle_all().await;
    assert_eq!(goes_to(&app, issue), "main");
    let said = app.our_comments(issue).remove(0);
    assert!(!said.contains("Starts from"), "{said}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_names_no_branch_starts_nothing_and_says_what_to_do() {
    let mut app = with_release().await;
    let several = app.go_as("Add a note", SCRIPT, &["base:main", "base:release/2.x"]);
    let missing = app.go_as("Add a note", SCRIPT, &["base:nowhere"]);
    let ours = app.go_as("Add a note", SCRIPT, &["base:agent/1-add-a-note"]);
    let empty = app.go_as("Add a note", SCRIPT, &["base:"]);
    let prose = app.issue(
        "Add a note",
        &body("### Base branch\n\nthe newest one"),
        &[],
    );
    app.label(prose, "agent:go");
    app.settle_all().await;
    let said: Vec<String> = [several, missing, ours, empty, prose]
        .map(|issue| refusal(&app, issue))
        .into();
    insta::assert_snapshot!(said.join("\n"), @r#"
    Nothing was started: the labels `base:main` and `base:release/2.x` name different base branches. Remove all but one, then comment `/agent go`.
    Nothing was started: there is no branch `nowhere` here (the label `base:nowhere`). Push it, or name another one: comment `/agent base <branch>` (the default branch is `main`), then `/agent go`.
    Nothing was started: `agent/1-add-a-note` is a branch that agents work on (the label `base:agent/1-add-a-note`), and work does not start from one that may still change under it. Change it, or comment `/agent base <branch>`; then comment `/agent go`.
    Nothing was started: the label `base:` names no branch. Change it, or comment `/agent base <branch>`; then comment `/agent go`.
    Nothing was started: `the newest one` is no name of a branch (the field "Base branch" of the issue's form). Change it, or comment `/agent base <branch>`; then comment `/agent go`.
    "#);
    assert!(app.pulls().is_empty());
    // The way out that the issue names.
    app.unlabel(several, "base:main");
    app.reply(several, "/agent go").await;
    app.settle_all().await;
    assert_eq!(goes_to(&app, several), RELEASE);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_names_no_branch_is_answered() {
    let mut app = with_release().await;
    let issue = app.issue("Add a note", &body("Please."), &[]);
    app.reply(issue, "/agent base a..b").await;
    app.reply(issue, "/agent base agent/1-add-a-note").await;
    app.reply(issue, "/agent base gone").await;
    app.settle_all().await;
    insta::assert_snapshot!(app.our_comments(issue).join("\n---\n"), @"
    `a..b` is no name of a branch. Write `/agent base <branch>` with one that is in this repository.
    ---
    `agent/1-add-a-note` is a branch that agents work on, and work does not start from one that may still change under it. Write `/agent base <branch>` with another one.
    ---
    The next session will use this. `/agent go` starts it.
    ");
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    let said = refusal(&app, issue);
    assert!(said.contains("there is no branch `gone`"), "{said}");
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        goes_to(&app, issue),
        "main",
        "what was refused is forgotten"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_goes_away_meanwhile_fails_with_a_way_out() {
    let mut app = with_release().await;
    let issue = app.go_as(
        "Add a note",
        "ask Which colour? | red | blue\nwrite NOTE.md: {answer}\nsay Wrote it.",
        &["base:release/2.x"],
    );
    app.settle().await;
    delete(&app, RELEASE).await;
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed");
    // Commits are made at the machine's time.
    let said = regex::Regex::new("as `[0-9a-f]{10}`")
        .expect("an expression")
        .replace_all(
            app.our_comments(issue).last().expect("a comment"),
            "as `COMMIT`",
        )
        .into_owned();
    insta::assert_snapshot!(said, @"
    @ana it failed because the base branch `release/2.x` was deleted before the pull request could be opened. Push it again and comment `/agent retry`; or comment `/agent base <branch>` first, and the work begins anew on that one.

    What it had done (1 changed file) is kept on the server as `COMMIT`: its operator gets it with `skep session 1296269-1-1 --patch`.

    To try again, comment `/agent retry`.
    ");
    branch(&app, "release/3.x").await;
    app.simulator
        .edit_body(app.repository, issue, &body("Please."), "ana")
        .expect("an edit");
    app.reply(issue, "/agent base release/3.x\n/agent retry")
        .await;
    app.settle_all().await;
    assert_eq!(goes_to(&app, issue), "release/3.x");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_stays_on_it_and_hears_when_it_moves() {
    let mut app = with_release().await;
    let issue = app.go_as("Add a note", SCRIPT, &["base:release/2.x"]);
    app.settle_all().await;
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    app.reply(pull, "/agent write it in English").await;
    app.settle_all().await;
    assert_eq!(goes_to(&app, issue), RELEASE);
    let looked = |app: &TestApp| {
        let calls = app.simulator.calls();
        let path = format!("/repos/octo/hello/pulls/{pull}");
        calls.iter().filter(|call| call.path == path).count()
    };
    let before = looked(&app);
    branch(&app, "elsewhere").await;
    app.settle_all().await;
    assert_eq!(looked(&app), before, "another branch is no concern of it");
    let files = [("MORE.md", "of the release\n")];
    app.simulator
        .push_to_branch(app.repository, RELEASE, &files, "ana")
        .await
        .expect("a push");
    app.settle_all().await;
    assert!(looked(&app) > before, "its base moved");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_on_another_base_takes_nothing_along() {
    let mut app = with_release().await;
    let issue = app.go_as(
        "Add a note",
        "write NOTE.md: hello\ncrash",
        &["base:release/2.x"],
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    app.simulator
        .edit_body(app.repository, issue, &body("Please."), "ana")
        .expect("an edit");
    app.reply(issue, "/agent base main\n/agent retry").await;
    app.settle_all().await;
    assert_eq!(goes_to(&app, issue), "main");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_leaves_the_issue_open_and_says_so() {
    let mut app = with_release().await;
    let issue = app.go_as("Add a note", SCRIPT, &["base:release/2.x"]);
    app.settle_all().await;
    let pull = app.pull_for(issue);
    assert!(
        pull.issue
            .body
            .contains("GitHub leaves #1 open when it is merged"),
        "{}",
        pull.issue.body
    );
    app.simulator
        .mark_ready(app.repository, pull.issue.number, "ana")
        .expect("ready");
    app.simulator
        .merge(app.repository, pull.issue.number, "ana")
        .await
        .expect("merged");
    app.settle_all().await;
    let thread = app.thread(issue);
    assert!(thread.contains("(open)"), "{thread}");
    assert!(
        thread.contains("GitHub closes issues only for the default branch"),
        "{thread}"
    );
    app.done().await;
}
