//! What an owner takes back ends at once and leaves nothing here; what is only shut for a while, or moves, goes on (R25, R26).

use skep::core::ids::{InstallationId, IssueNumber};
use skep::store::EffectFilter;

use crate::stories::follow::with;
use crate::test_app::TestApp;

/// An agent that would be at it for longer than any story waits.
const LONG: &str = "write NOTE.md: hello\nwait 600\nsay Wrote it.";

fn installation(app: &TestApp) -> InstallationId {
    let installation = app.simulator.installation(app.repository);
    InstallationId(installation.expect("an installation"))
}

async fn at_work(app: &mut TestApp, script: &str) -> IssueNumber {
    let issue = app.go("Add a note", script);
    app.until_event(issue, "session.running").await;
    issue
}

/// The session is over, and its repository's mirror and folders are gone.
async fn nothing_is_left(mut app: TestApp, issue: IssueNumber) {
    assert!(
        mirror(&app).exists() && app.session_dir(issue, 1).exists(),
        "there is something to remove"
    );
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("cancelled", 0)
    );
    assert!(app.pulls().is_empty());
    assert!(
        !app.session_dir(issue, 1).exists() && !mirror(&app).exists(),
        "it was taken away"
    );
    app.done().await;
}

fn mirror(app: &TestApp) -> std::path::PathBuf {
    app.product()
        .runner
        .services()
        .git
        .mirror_path(app.repository)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uninstalled_app_stops_at_once_and_keeps_nothing() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app, LONG).await;
    app.simulator
        .uninstall(installation(&app))
        .expect("uninstalled");
    nothing_is_left(app, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_taken_out_of_the_installation_is_let_go() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app, LONG).await;
    app.simulator
        .set_installed(app.repository, false)
        .expect("taken away");
    nothing_is_left(app, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_work_that_is_over_goes_as_well() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert!(mirror(&app).exists());
    app.simulator
        .set_installed(app.repository, false)
        .expect("taken away");
    app.settle_all().await;
    assert!(!mirror(&app).exists());
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "the pull request is the owner's"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_of_a_suspended_installation_is_interrupted_and_goes_on_afterwards() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app, "write NOTE.md: hello\nwait 3\nsay Wrote it.").await;
    app.simulator
        .suspend(installation(&app))
        .expect("suspended");
    app.settle().await;
    let open = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let open = app.store().effects(&open, 100).await.expect("effects");
    let kinds: Vec<&str> = open.iter().map(|look| look.effect.kind.as_str()).collect();
    assert!(kinds.contains(&"run_turn"), "the turn waits: {kinds:?}");
    assert!(
        !app.timeline(issue)
            .await
            .iter()
            .any(|name| name == "session.idle"),
        "it was not finished"
    );
    app.no_zombies().await;
    app.simulator
        .unsuspend(installation(&app))
        .expect("unsuspended");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_in_an_archived_repository_is_held_and_goes_on_when_it_is_writable_again() {
    let mut app = TestApp::new().await;
    let issue = at_work(&mut app, "write NOTE.md: hello\nwait 3\nsay Wrote it.").await;
    app.simulator
        .archive(app.repository, true)
        .expect("archived");
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("paused", 0)
    );
    assert_eq!(
        app.kept(issue, 1, "NOTE.md").as_deref(),
        Some("hello\n"),
        "what was made so far is kept"
    );
    app.simulator
        .archive(app.repository, false)
        .expect("writable again");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_moves_to_another_owner_with_the_app_keeps_its_work() {
    let mut app = TestApp::new().await;
    app.simulator
        .create_repository("umbrella", "other", &[("README.md", "# Other\n")])
        .await
        .expect("a repository");
    let issue = at_work(&mut app, "write NOTE.md: hello\nwait 1\nsay Wrote it.").await;
    let before = installation(&app);
    app.simulator
        .rename_repository(app.repository, "umbrella", "hello")
        .expect("moved");
    assert_ne!(installation(&app), before, "another installation covers it");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.pulls().len(), 1);
    app.done().await;
}

/// A revision that is cut off leaves no task in review with nobody to revise anything; once GitHub tells of the pull request
/// again, it is in review again.
#[tokio::test(flavor = "multi_thread")]
async fn a_revision_whose_repository_is_taken_away_is_stopped_until_it_is_given_back() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    let pull = IssueNumber(app.the_pull().issue.number);
    app.advance(std::time::Duration::from_secs(60));
    app.say(
        "ana",
        pull,
        &with("/agent make it longer", "write MORE.md: more\nwait 600"),
    );
    let more = app.session_dir(issue, 1).join("work/MORE.md");
    app.until("the revision is on", |_| more.exists()).await;
    app.simulator
        .set_installed(app.repository, false)
        .expect("taken away");
    app.settle_all().await;
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("cancelled", 0)
    );
    app.simulator
        .set_installed(app.repository, true)
        .expect("given back");
    app.settle_all().await;
    app.say(
        "ana",
        pull,
        &with(
            "/agent make it louder",
            "write NOTE.md: HELLO\nfinish Louder.",
        ),
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "NOTE.md").await.as_deref(),
        Some("HELLO\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_that_waits_in_a_suspended_installation_is_ended_at_once_and_goes_on_afterwards()
{
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Choose a colour",
        "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay Done.",
    );
    app.settle().await;
    assert_eq!(
        (
            app.state(issue).await.as_str(),
            app.runner().services().agents.live().len()
        ),
        ("needs-you", 1)
    );
    app.simulator
        .suspend(installation(&app))
        .expect("suspended");
    app.settle().await;
    assert_eq!(
        app.runner().services().agents.live().len(),
        0,
        "its process is gone"
    );
    assert_eq!(
        app.state(issue).await,
        "needs-you",
        "and its question stays"
    );
    app.simulator
        .unsuspend(installation(&app))
        .expect("unsuspended");
    app.settle().await;
    app.reply(issue, "2").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}
