//! How long is kept what the work does not need any more: each number, turned.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::policy::Retention;
use skep::store::Store;

use crate::test_app::TestApp;

const DAY: Duration = Duration::from_secs(24 * 3_600);
const DAY_MS: i64 = 24 * 3_600_000;
/// Longer than any number that is not turned.
const LONG: i64 = 1_000 * DAY_MS;

/// The test of each number. A new field does not compile here until it has one.
#[test]
fn every_number_has_its_test() {
    let Retention {
        deliveries_ms: _,
        logs_ms: _,
        sessions_ms: _,
        audit_ms: _,
    } = Retention::default();
}

/// An issue whose work fails and is kept here, because it may not be published.
async fn failed(turn: impl FnOnce(&mut Retention)) -> (TestApp, IssueNumber) {
    let mut retention = Retention {
        deliveries_ms: LONG,
        logs_ms: LONG,
        sessions_ms: LONG,
        audit_ms: LONG,
    };
    turn(&mut retention);
    let mut app = TestApp::with(|plan| {
        plan.limits.max_files = 1;
        plan.retention = retention;
    })
    .await;
    let issue = app.go("Add a note", "write NOTE.md: hello\nwrite MORE.md: more");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    (app, issue)
}

/// Bodies of the newest deliveries.
async fn bodies(store: &Store) -> usize {
    let mut bodies = 0;
    for row in store.deliveries(100).await.expect("a look") {
        let row = store.inbox(&row.id).await.expect("a look").expect("listed");
        bodies += usize::from(!row.body.is_empty());
    }
    bodies
}

/// What is kept: bodies of deliveries, lines of the log, the work, events.
async fn kept(app: &TestApp, issue: IssueNumber) -> [bool; 4] {
    let key = app.session(issue, 1).task();
    let (log, events) = (
        app.store().log_tail(&app.session(issue, 1), 10).await,
        app.store().task_events(key, 10).await,
    );
    [
        bodies(app.store()).await > 0,
        !log.expect("a look").is_empty(),
        app.kept(issue, 1, "NOTE.md").is_some(),
        !events.expect("a look").is_empty(),
    ]
}

async fn turned(turn: impl FnOnce(&mut Retention), left: [bool; 4]) -> (TestApp, IssueNumber) {
    let (app, issue) = failed(turn).await;
    app.advance(DAY * 9);
    app.runner().forget_old().await;
    assert_eq!(kept(&app, issue).await, [true; 4], "it is not old yet");
    app.advance(DAY * 2);
    app.runner().forget_old().await;
    assert_eq!(kept(&app, issue).await, left);
    (app, issue)
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_ms() {
    let left = [false, true, true, true];
    let (app, _) = turned(|kept| kept.deliveries_ms = 10 * DAY_MS, left).await;
    let ids = app.store().deliveries(100).await.expect("a look");
    assert!(!ids.is_empty(), "that they came is remembered");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_ms() {
    let left = [true, false, true, true];
    let (app, _) = turned(|kept| kept.logs_ms = 10 * DAY_MS, left).await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_ms() {
    let left = [true, false, false, false];
    let (mut app, issue) = turned(|kept| kept.sessions_ms = 10 * DAY_MS, left).await;
    // The task knows what it was, and begins anew.
    app.reply(issue, "/agent retry").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed", "{}", app.thread(issue));
    assert!(app.kept(issue, 2, "NOTE.md").is_some(), "a second session");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_ms() {
    let (app, _) = turned(|kept| kept.audit_ms = 9 * DAY_MS, [true; 4]).await;
    let rows = app.store().audit_rows(0, 1_000).await.expect("a look");
    let kinds: Vec<&str> = rows.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["audit.pruned"], "all others are older");
    assert!(rows[0].seq > 2, "{rows:?}");
    let mut chain = skep::store::Chain::default();
    assert_eq!(chain.take(&rows[0]), Ok(()));
    assert!(
        chain.end(skep::store::Extent::Whole).is_ok(),
        "its own pruning is no fault"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_was_taken_up_since_it_was_chosen_loses_nothing() {
    let (mut app, issue) = failed(|_| {}).await;
    let key = app.session(issue, 1).task();
    app.advance(DAY * 11);
    let row = app.store().task(key).await.expect("a look");
    let before = row.expect("there").updated_at + 1;
    assert_eq!(
        app.store().past_tasks(before, 10).await,
        Ok(vec![key]),
        "chosen"
    );
    app.reply(issue, "/agent retry").await;
    app.settle_all().await;
    assert_eq!(app.runner().forget_task(key, before).await, Ok(false));
    assert_eq!(kept(&app, issue).await, [true; 4]);
    assert!(app.kept(issue, 2, "NOTE.md").is_some());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forgetting_that_was_cut_short_is_finished() {
    let (app, issue) = failed(|kept| kept.sessions_ms = 10 * DAY_MS).await;
    let key = app.session(issue, 1).task();
    app.advance(DAY * 11);
    let row = app.store().task(key).await.expect("a look");
    let before = row.expect("there").updated_at + 1;
    let begun = app.store().begin_forgetting(key, before).await;
    assert_eq!(begun, Ok(true), "and then it was killed");
    app.runner().forget_old().await;
    assert_eq!(kept(&app, issue).await, [true, false, false, false]);
    app.done().await;
}

/// Whoever reviews the pull request later sends its agent back to work, which needs what its session left.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_open_pull_request_came_from_stays() {
    let mut app = TestApp::with(|plan| plan.retention.sessions_ms = 10 * DAY_MS).await;
    let issue = app.go("Add a note", "write NOTE.md: hello");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.advance(DAY * 11);
    app.runner().forget_old().await;
    let log_and_events = async |app: &TestApp| {
        let [_, log, _, events] = kept(app, issue).await;
        [log, events]
    };
    assert_eq!(log_and_events(&app).await, [true; 2], "it is open");
    let pull = IssueNumber(2);
    app.simulator
        .close_pull(app.repository, pull, "ana")
        .expect("closed");
    app.settle_all().await;
    app.advance(DAY * 11);
    app.runner().forget_old().await;
    assert_eq!(log_and_events(&app).await, [false; 2], "it is closed");
    app.done().await;
}
