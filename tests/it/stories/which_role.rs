//! Which role an issue gets that no label gives one: by its words, its type, or where the bug router sends it; and how that is
//! shown and overruled.

use skep::core::ids::IssueNumber;
use skep::core::role::RoleRules;
use skep_simulator::world::content::IssueDraft;

use crate::test_app::TestApp;

const SCRIPT: &str = "```skep-demo\nwrite NOTE.md: hello\nsay Wrote it.\n```";

fn draft(title: &str, body: &str) -> IssueDraft {
    IssueDraft {
        title: title.into(),
        body: Some(format!("{body}\n\n{SCRIPT}\n")),
        ..IssueDraft::default()
    }
}

fn typed(title: &str, issue_type: &str) -> IssueDraft {
    IssueDraft {
        kind: Some(issue_type.into()),
        ..draft(title, "Please.")
    }
}

fn open(app: &TestApp, author: &str, draft: IssueDraft) -> IssueNumber {
    let opened = app.simulator.open_issue(app.repository, author, draft);
    IssueNumber(opened.expect("an issue"))
}

/// Runs it and answers the line about its role.
async fn role_of(app: &mut TestApp, author: &str, draft: IssueDraft) -> String {
    let issue = open(app, author, draft);
    app.label(issue, "agent:go");
    app.settle_all().await;
    role_line(app, issue)
}

fn role_line(app: &TestApp, issue: IssueNumber) -> String {
    let status = app.our_comments(issue).remove(0);
    let line = status.lines().find(|line| line.starts_with("- Role"));
    line.unwrap_or(&status).to_owned()
}

fn typed_app(app: &TestApp) {
    app.simulator
        .set_issue_types(app.repository, &["Bug", "feature", "Task", "Epic"])
        .expect("types");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issue_type_gives_the_role() {
    let mut app = TestApp::new().await;
    typed_app(&app);
    for (issue_type, line) in [
        ("Bug", "- Role `debugging`: from the issue type `Bug`"),
        ("feature", "- Role `swe`: from the issue type `feature`"),
        (
            "Epic",
            "- Role `swe`: the issue has no `role:*` label, so the default `swe`",
        ),
    ] {
        assert_eq!(
            role_of(&mut app, "ana", typed("Add a note", issue_type)).await,
            line
        );
    }
    let labeled = IssueDraft {
        labels: vec!["role:testing".into()],
        ..typed("Add a note", "Bug")
    };
    let line = role_of(&mut app, "ana", labeled).await;
    assert_eq!(line, "- Role `testing`: from the label `role:testing`");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_that_is_read_later_counts_too() {
    let mut app = TestApp::new().await;
    typed_app(&app);
    let issue = open(&app, "ana", typed("Add a note", "Bug"));
    // A command reads the issue as it is now; no delivery carries its words.
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        role_line(&app, issue),
        "- Role `debugging`: from the issue type `Bug`"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_the_issue_give_the_role_and_go_before_its_type() {
    let mut app = TestApp::new().await;
    typed_app(&app);
    let line = role_of(
        &mut app,
        "ana",
        typed("[security] Tokens are logged", "Bug"),
    )
    .await;
    assert_eq!(
        line,
        "- Role `security`: from `[security]` in the issue's title"
    );
    let body = "Uploads are slow.\n\nAsk the testing agent to cover them.";
    let line = role_of(&mut app, "ana", draft("Uploads", body)).await;
    assert_eq!(
        line,
        "- Role `testing`: from `Ask the testing agent to` in the issue's text"
    );
    let line = role_of(
        &mut app,
        "ana",
        draft("fix: [swe] in prose", "`[security]`"),
    )
    .await;
    assert_eq!(
        line,
        "- Role `swe`: the issue has no `role:*` label, so the default `swe`"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bot_files_goes_where_its_words_point() {
    let mut app = TestApp::new().await;
    app.simulator.create_bot("nightly[bot]");
    let flaky = draft("Flaky test: upload_resumes", "It failed 3 of 50 runs.");
    let line = role_of(&mut app, "nightly[bot]", flaky.clone()).await;
    assert_eq!(
        line,
        "- Role `testing`: a bot filed the issue, and it says `flaky`, `flaky test`, `test` (18 points; no other role has any)"
    );
    let line = role_of(&mut app, "ana", flaky.clone()).await;
    assert_eq!(
        line, "- Role `swe`: the issue has no `role:*` label, so the default `swe`",
        "what a person files is not guessed at"
    );
    let marked = IssueDraft {
        labels: vec!["Auto-Filed".into()],
        ..flaky
    };
    let line = role_of(&mut app, "ana", marked).await;
    assert!(line.starts_with("- Role `testing`: a bot filed"), "{line}");
    let mixed = draft("Flaky docker build", "The docker build of a test is flaky.");
    let line = role_of(&mut app, "nightly[bot]", mixed).await;
    assert_eq!(
        line,
        "- Role `swe`: a bot filed the issue, and its words point to no role clearly (`deploy` 12, `testing` 9), so the default `swe`"
    );
    let plain = draft("Weekly digest", "Three things happened.");
    let line = role_of(&mut app, "nightly[bot]", plain).await;
    assert_eq!(
        line,
        "- Role `swe`: a bot filed the issue, and no word of it points to a role, so the default `swe`"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_while_it_waits_and_a_command_overrules_it() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 0).await;
    let issue = open(
        &app,
        "ana",
        draft("[security] Tokens are logged", "Please."),
    );
    app.label(issue, "agent:go");
    app.settle().await;
    insta::assert_snapshot!(app.our_comments(issue)[0], @"
    **Queued** · #1 of 1 · waiting for a free slot

    Works as `security`: from `[security]` in the issue's title. To have another role, comment `/agent role <name>` before it starts.

    <details><summary>Details</summary>

    - Role `security`: from `[security]` in the issue's title
    - Agent: `demo`
    - Session `1296269-1-1`
    - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
    - To see the log, comment `/agent logs`
    - 00:00:01Z Accepted as `security`.

    </details>

    <sub>updated 00:00:01Z</sub>
    ");
    app.reply(issue, "/agent role swe").await;
    app.settle().await;
    assert_eq!(
        role_line(&app, issue),
        "- Role `swe`: as a person asked by `/agent role`"
    );
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_repository_words_an_implied_role_too() {
    let mut app = TestApp::with(|plan| {
        plan.files.push((
            ".github/agents/security.agent.md".into(),
            "---\ndescription: Ours.\n---\nLook at tokens first.\n".into(),
        ));
    })
    .await;
    let issue = open(
        &app,
        "ana",
        draft("[security] Tokens are logged", "Please."),
    );
    app.label(issue, "agent:go");
    app.settle_all().await;
    let prompts = app.prompts(issue).await;
    assert!(
        prompts[0].starts_with("Look at tokens first."),
        "{prompts:?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_switches_each_of_them_off() {
    let mut app = TestApp::with(|plan| {
        plan.issues.roles = RoleRules {
            hints: false,
            types: Default::default(),
            router: false,
            auto_filed: vec![],
        };
    })
    .await;
    typed_app(&app);
    app.simulator.create_bot("nightly[bot]");
    let default = "- Role `swe`: the issue has no `role:*` label, so the default `swe`";
    let line = role_of(&mut app, "ana", typed("[security] Tokens", "Bug")).await;
    assert_eq!(line, default);
    let line = role_of(&mut app, "nightly[bot]", draft("Flaky test", "")).await;
    assert_eq!(line, default);
    app.done().await;
}
