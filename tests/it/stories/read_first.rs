//! What whoever reviews a pull request has to know before reading it: its risk, what of it runs on their machine, what their CI would
//! hand it.

use skep::core::ids::IssueNumber;
use skep::core::policy::AllowProtected;

use crate::test_app::{Options, TestApp};

async fn body_of(app: &mut TestApp, script: &str) -> (IssueNumber, String) {
    let issue = app.go("Change it", script);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    (issue, app.pull_for(issue).issue.body)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_on_a_reviewers_machine_is_said_before_all_else() {
    let mut app = TestApp::with(|plan: &mut Options| {
        plan.files.push((
            ".github/pull_request_template.md".into(),
            "Our template.".into(),
        ));
        plan.files.push((
            "package.json".into(),
            r#"{"scripts": {"test": "jest"}}"#.into(),
        ));
    })
    .await;
    let (_, body) = body_of(
        &mut app,
        "write build.rs: fn main() {}\nwrite Makefile: all:\nsay Done.",
    )
    .await;
    let first = body.lines().nth(1).unwrap_or_default();
    assert_eq!(first, "> [!CAUTION]", "{body}");
    for words in [
        "> - `build.rs`: at `cargo build`",
        "> - `Makefile`: at the build",
        "**Risk: medium** (it changes files that run by themselves",
    ] {
        assert!(body.contains(words), "{words}: {body}");
    }
    assert!(body.find("CAUTION") < body.find("Our template."), "{body}");
    // A manifest counts where its scripts are others, and there alone.
    let (_, body) = body_of(
        &mut app,
        "write package.json: {\"scripts\": {\"test\": \"jest\"}, \"version\": \"2\"}\nsay Done.",
    )
    .await;
    assert!(!body.contains("CAUTION"), "{body}");
    let (issue, body) = body_of(&mut app, "write package.json: {\"scripts\": {\"test\": \"jest\", \"postinstall\": \"x\"}}\nsay Done.").await;
    assert!(
        body.contains("> - `package.json`: at `npm install`"),
        "{body}"
    );
    let risk = app.detail(issue, "change.risk").await.expect("an event");
    assert_eq!(risk["risk"], "medium", "{risk}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tests_that_go_locks_alone_and_what_is_no_text_are_flagged() {
    let mut app = TestApp::with(|plan: &mut Options| {
        plan.allow_protected = AllowProtected::Everything;
        plan.files.push((
            "tests/a.rs".into(),
            "#[test]\nfn a() {}\n#[test]\nfn b() {}\n".into(),
        ));
        plan.files
            .push(("tests/c.rs".into(), "#[test]\nfn c() {}\n".into()));
    })
    .await;
    let (_, body) = body_of(&mut app, "delete tests/c.rs\nwrite tests/a.rs: #[test]\nrun printf '#[ignore]\\nfn a() {}' >> tests/a.rs\nsay Done.").await;
    let said = "⚠️ Look twice: it deletes files of tests (`tests/c.rs`); it removes 2 tests more than it adds; it adds 1 mark by which tests are skipped.";
    assert!(
        body.contains(said) && body.contains("it removes tests"),
        "{body}"
    );
    let (_, body) = body_of(&mut app, "write Cargo.lock: version = 4\nsay Done.").await;
    assert!(
        body.contains("nothing but locked versions changes (`Cargo.lock`)"),
        "{body}"
    );
    let (_, body) = body_of(&mut app, "run printf 'a\\000b' > logo.png\nsay Done.").await;
    assert!(
        body.contains("files change that nobody can read here (`logo.png`)"),
        "{body}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_ci_would_hand_to_the_branch_are_named() {
    let workflow = "on: push\njobs:\n  a:\n    steps:\n      - run: make\n        env: { KEY: \"${{ secrets.DEPLOY_KEY }}\" }\n";
    let closed = workflow
        .replace("on: push", "on: {push: {branches: [main]}}")
        .replace("DEPLOY", "OTHER");
    let mut app = TestApp::with(|plan: &mut Options| {
        plan.files
            .push((".github/workflows/ci.yml".into(), workflow.into()));
        plan.files
            .push((".github/workflows/release.yml".into(), closed));
    })
    .await;
    let (_, body) = body_of(&mut app, "write NOTE.md: hello\nsay Done.").await;
    assert!(
        body.contains(
            "⚠️ Secrets in reach: `ci.yml` run for this branch and name secrets (`DEPLOY_KEY`)"
        ),
        "{body}"
    );
    assert!(!body.contains("OTHER_KEY"), "{body}");
    app.done().await;
}
