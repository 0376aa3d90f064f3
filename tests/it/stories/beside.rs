//! What a working copy holds beside the result: named where people decide, never missing or unfinished unsaid.

use skep::core::ids::IssueNumber;

use super::unfinished;
use crate::test_app::TestApp;

async fn run(app: &mut TestApp, script: &str) -> IssueNumber {
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    issue
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_inside_the_tree_is_named_on_the_issue() {
    let mut app = TestApp::new().await;
    let issue = run(
        &mut app,
        "run mkdir app && cd app && git init -q && echo hi > main.txt\nsay Scaffolded it.",
    )
    .await;
    assert!(app.pulls().is_empty());
    let said = app.status(issue);
    assert!(
        said.contains("- `app/` is a git repository of its own inside the working copy"),
        "{said}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_on_another_branch_become_the_pull_request() {
    let mut app = TestApp::new().await;
    let script = "run B=$(git branch --show-current); git checkout -q -b fix/foo && echo 1 > f.txt && git add -A && \
                  git commit -qm 'Add f' && git checkout -q $B\nsay Done.";
    let issue = run(&mut app, script).await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.the_pull().changed_files, 1);
    assert!(
        !app.the_pull().issue.body.contains("fix/foo"),
        "nothing is missing"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leavings_and_links_stay_behind_and_are_named_on_the_pull_request() {
    let mut app = TestApp::with(|plan| plan.ignore = vec!["*.tmp".into(), "!.venv".into()]).await;
    let script = "run mkdir __pycache__ .venv && touch __pycache__/a.pyc .venv/kept x.tmp && ln -s /etc data\n\
                  write NOTE.md: hello\nsay Wrote it.";
    run(&mut app, script).await;
    let pull = app.the_pull();
    assert_eq!(
        pull.changed_files, 2,
        "the note, and what the operator took off the list: {}",
        pull.issue.body
    );
    let named = "- Left out: `data` (links that leave the repository); `__pycache__/`, `x.tmp` (leavings of tools).";
    assert!(pull.issue.body.contains(named), "{}", pull.issue.body);
    app.done().await;
}

/// Checks cannot be trusted to see it: it stays a draft, and its top says why.
#[tokio::test(flavor = "multi_thread")]
async fn an_unresolved_conflict_is_said_at_the_top_of_the_pull_request() {
    let mut app = TestApp::with(|plan| {
        plan.files.push((
            ".github/pull_request_template.md".into(),
            "## Template\n".into(),
        ));
    })
    .await;
    let script = "run B=$(git branch --show-current); git checkout -q -b t && echo 2 > README.md && git commit -qam t && \
                  git checkout -q $B && echo 3 > README.md && git commit -qam u && git merge t; true\nsay Merged.";
    let issue = run(&mut app, script).await;
    let pull = app.the_pull();
    let top = "⚠️ **Not to be merged as it is:** the agent left a merge conflict unresolved in `README.md`.";
    assert!(
        unfinished::top(&app).starts_with(top) && pull.draft,
        "{}",
        pull.issue.body
    );
    assert!(
        pull.issue.body.contains("- The branch `t` has commits"),
        "{}",
        pull.issue.body
    );
    assert!(app.status(issue).contains(top), "{}", app.status(issue));
    app.simulator
        .set_check(app.repository, &pull.head_sha, "test", Some("success"))
        .expect("a check");
    app.settle_all().await;
    assert!(
        app.status(issue).contains("Its checks are green.") && app.the_pull().draft,
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_found_in_any_case_and_loses_its_mark() {
    let mut app = TestApp::with(|plan| {
        plan.files.push((
            "docs/PULL_REQUEST_TEMPLATE.txt".into(),
            "\u{feff}## Template\r\n\r\n- [ ] done\r\n".into(),
        ));
    })
    .await;
    run(&mut app, "write NOTE.md: hello\nsay Wrote it.").await;
    let body = app.the_pull().issue.body;
    assert!(
        body.starts_with("## Template\n\n- [ ] done\n\n---\n"),
        "{body}"
    );
    app.done().await;
}
