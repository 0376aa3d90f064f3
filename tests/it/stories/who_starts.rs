//! Who may start work where the operator does not leave it to everybody who may push.

use skep::core::actor::Permission;
use skep::core::ids::IssueNumber;
use skep::core::starter::{Starters, WhoStarts};
use skep_simulator::world::account::Access;

use crate::test_app::TestApp;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";

async fn app(who: WhoStarts, files: &[(&str, &str)]) -> TestApp {
    let files: Vec<(String, String)> = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect();
    let app = TestApp::with(|plan| {
        plan.issues.who_starts = who;
        plan.files.extend(files);
    })
    .await;
    app.permit("ben", "write");
    app
}

fn named(starters: Starters) -> WhoStarts {
    WhoStarts::Named(starters)
}

fn grant_members(app: &TestApp) {
    let installation = app
        .simulator
        .installation(app.repository)
        .expect("installed");
    app.simulator
        .set_app_permission(installation, "members", Some(Access::Read))
        .expect("granted");
}

fn issue(app: &TestApp) -> IssueNumber {
    app.issue(
        "Add a note",
        &format!("Please.\n\n```skep-demo\n{SCRIPT}\n```\n"),
        &[],
    )
}

/// Somebody labels an issue; what became of it.
async fn started_by(app: &mut TestApp, who: &str) -> String {
    let issue = issue(app);
    app.label_by(who, issue, "agent:go");
    app.settle_all().await;
    app.state(issue).await
}

fn refusal(app: &TestApp, issue: IssueNumber) -> String {
    let ours = app.our_comments(issue).join("\n");
    let said = ours
        .lines()
        .find(|line| line.starts_with("Nothing was started"));
    said.unwrap_or(&ours).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_higher_right_may_be_asked_for() {
    let mut app = app(WhoStarts::Right(Permission::Maintain), &[]).await;
    let issue = issue(&app);
    app.label_by("ben", issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "refused");
    insta::assert_snapshot!(refusal(&app, issue), @"Nothing was started: `@ben` may not start agents here: the operator of this server leaves that to people with maintain access. One of them can start it: comment `/agent go`.");
    for command in ["/agent go", "/agent retry", "/agent plan"] {
        app.say("ben", issue, command);
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "refused", "{command}");
    }
    app.permit("ana", "maintain");
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_push_still_answers_steers_and_stops() {
    let mut app = app(WhoStarts::Right(Permission::Maintain), &[]).await;
    app.permit("ana", "maintain");
    let ask = "ask Which colour? | red | blue\nwrite NOTE.md: {answer}\nsay Done.";
    let issue = app.go("Add a note", ask);
    app.settle().await;
    app.say("ben", issue, "2");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(app.made(issue, "NOTE.md").await.as_deref(), Some("blue\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_logins_needs_no_further_right_of_the_app() {
    let who = named(Starters {
        users: vec!["Ana".into()],
        ..Starters::default()
    });
    let mut app = app(who, &[]).await;
    assert_eq!(started_by(&mut app, "ana").await, "in-review");
    assert_eq!(started_by(&mut app, "ben").await, "refused");
    app.permit("ana", "triage");
    assert_eq!(
        started_by(&mut app, "ana").await,
        "refused",
        "a list gives nobody the right to push"
    );
    let asked = app.simulator.calls();
    assert!(!asked.iter().any(|call| call.path.contains("/teams/")));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_starts_once_its_members_may_be_read() {
    let who = named(Starters {
        teams: vec!["octo/agents".into()],
        ..Starters::default()
    });
    let mut app = app(who, &[]).await;
    app.simulator.join_team("octo", "agents", "ana");
    app.simulator.invite_to_team("octo", "agents", "ben");
    let hidden = issue(&app);
    app.label(hidden, "agent:go");
    app.settle_all().await;
    insta::assert_snapshot!(refusal(&app, hidden), @r#"Nothing was started: `@ana` may not start agents here: the operator of this server leaves that to people with write access who are in `octo/agents`. Who is in `octo/agents` could not be read, and what is not known is no. The App's owner can grant it "Members: read" (organization permissions) and an owner of the organization accept that. One of them can start it: comment `/agent go`."#);
    grant_members(&app);
    app.reply(hidden, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(hidden).await, "in-review");
    assert_eq!(started_by(&mut app, "ben").await, "refused", "invited only");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_of_code_start_by_name_or_by_team() {
    let who = named(Starters {
        codeowners: true,
        ..Starters::default()
    });
    let file = "* @octo/core\n/docs/ @Ana\n";
    let mut app = app(
        who,
        &[(".github/CODEOWNERS", file), ("CODEOWNERS", "* @ben\n")],
    )
    .await;
    grant_members(&app);
    app.simulator.create_user("cid");
    app.permit("cid", "write");
    app.simulator.join_team("octo", "core", "cid");
    assert_eq!(started_by(&mut app, "ana").await, "in-review");
    assert_eq!(started_by(&mut app, "cid").await, "in-review", "by a team");
    assert_eq!(
        started_by(&mut app, "ben").await,
        "refused",
        "the first file that is there counts"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_let_speak_starts_nothing_then() {
    let who = named(Starters {
        users: vec!["ana".into()],
        ..Starters::default()
    });
    let mut app = app(who, &[]).await;
    let issue = issue(&app);
    app.reply(issue, "/agent delegate @stranger").await;
    app.say("stranger", issue, "/agent go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "refused");
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}
