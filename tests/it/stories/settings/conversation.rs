//! The numbers of the conversation: how long people are waited for, and how often the agent is sent back to work.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::world::ReviewDraft;

use crate::test_app::{Options, TestApp};

const ASKS: &str = "ask Which colour? | red | blue\nwrite COLOUR.md: {answer*}\nsay Done.";

/// Our comments with these words, on an issue or a pull request.
fn ours(app: &TestApp, on: IssueNumber, words: &str) -> usize {
    let all = app
        .simulator
        .comments(app.repository, on)
        .expect("comments");
    all.iter()
        .filter(|comment| comment.author == "skep[bot]" && comment.body.contains(words))
        .count()
}

async fn told(app: &TestApp, issue: IssueNumber, name: &str) -> usize {
    app.timeline(issue)
        .await
        .iter()
        .filter(|other| *other == name)
        .count()
}

/// A session whose question waits for people.
async fn asking(wish: impl FnOnce(&mut Options)) -> (TestApp, IssueNumber) {
    let mut app = TestApp::with(wish).await;
    let issue = app.go("Paint it", ASKS);
    app.settle().await;
    assert_eq!(
        (
            app.state(issue).await.as_str(),
            ours(&app, issue, "Which colour?")
        ),
        ("needs-you", 1)
    );
    (app, issue)
}

/// Lets almost all of a span pass, and then the rest of it; answers what was so before and after.
async fn across<T>(app: &mut TestApp, ms: i64, look: impl AsyncFn(&TestApp) -> T) -> (T, T) {
    app.advance(Duration::from_millis((ms - 1).unsigned_abs()));
    app.settle().await;
    let before = look(app).await;
    app.advance(Duration::from_millis(1));
    app.settle().await;
    (before, look(app).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_answer_ms() {
    let mut prompts = Vec::new();
    for patience in [0, 25_000] {
        let mut app = TestApp::with(|plan| plan.limits.quick_answer_ms = patience).await;
        let issue = app.go("Paint it", ASKS);
        app.until("it asks", |app| ours(app, issue, "Which colour?") == 1)
            .await;
        app.simulator
            .comment(app.repository, issue, "ana", "2")
            .expect("a comment");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        let colour = app
            .simulator
            .file(app.repository, &app.the_pull().head, "COLOUR.md")
            .await
            .expect("a file");
        assert!(
            colour
                .as_ref()
                .is_some_and(|colour| colour.contains("blue")),
            "{colour:?}"
        );
        prompts.push(app.prompts(issue).await.len());
        app.done().await;
    }
    assert_eq!(
        prompts,
        [2, 1],
        "the answer is the next prompt; the tool itself has it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn park_ms() {
    for park in [30_000, 400_000] {
        let (mut app, issue) = asking(|plan| plan.limits.park_ms = park).await;
        let live = across(&mut app, park, async |app| app.live().await).await;
        assert_eq!(live, (1, 0), "parked after {park} ms");
        assert_eq!(app.state(issue).await, "needs-you");
        assert!(
            app.runner().services().agents.live().is_empty(),
            "the process is gone"
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remind_ms() {
    for remind in [3_600_000, 7_200_000] {
        let (mut app, issue) = asking(|plan| plan.limits.remind_ms = remind).await;
        let reminders =
            async |app: &TestApp| ours(app, issue, "the agent still waits for an answer");
        assert_eq!(
            across(&mut app, remind, &reminders).await,
            (0, 1),
            "reminded after {remind} ms"
        );
        app.advance(Duration::from_millis(3 * remind.unsigned_abs()));
        app.settle().await;
        assert_eq!(reminders(&app).await, 1, "once");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expire_ms() {
    const DAY: i64 = 24 * 3_600_000;
    for days in [2, 3] {
        let (mut app, issue) = asking(|plan| plan.limits.expire_ms = days * DAY).await;
        let states = across(&mut app, days * DAY, async |app| app.state(issue).await).await;
        assert_eq!(states, ("needs-you".to_owned(), "failed".to_owned()));
        let status = app.status(issue);
        assert!(
            status.contains(&format!("nobody answered question 1 within {days} days")),
            "{status}"
        );
        assert_eq!(
            ours(&app, issue, &format!("No answer came within {days} days.")),
            1,
            "{}",
            app.thread(issue)
        );
        app.done().await;
    }
    // Where the agent named a default, that applies.
    let mut app = TestApp::with(|plan| plan.limits.expire_ms = 2 * DAY).await;
    let issue = app.go(
        "Paint it",
        "ask Which colour? | red | blue | default=red\nwrite COLOUR.md: {answer}\nsay Done.",
    );
    app.settle().await;
    assert_eq!(
        ours(&app, issue, "ithout an answer in 2 days I take"),
        1,
        "{}",
        app.thread(issue)
    );
    app.advance(Duration::from_millis((2 * DAY).unsigned_abs()));
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// An issue whose pull request waits for review.
async fn in_review(wish: impl FnOnce(&mut Options)) -> (TestApp, IssueNumber, IssueNumber) {
    let mut app = TestApp::with(wish).await;
    let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.status(issue));
    let pull = IssueNumber(app.the_pull().issue.number);
    (app, issue, pull)
}

#[tokio::test(flavor = "multi_thread")]
async fn check_rounds() {
    for rounds in [1, 2] {
        let (mut app, issue, pull) = in_review(|plan| plan.limits.check_rounds = rounds).await;
        for n in 0..4 {
            let file = ("CI.md", format!("change {n}"));
            let branch = app.the_pull().head;
            let pushed = app
                .simulator
                .push_to_branch(app.repository, &branch, &[(file.0, &file.1)], "ana")
                .await;
            let head = pushed.expect("a push");
            app.simulator
                .set_check(app.repository, head.as_str(), "build", Some("failure"))
                .expect("a check");
            app.settle_all().await;
        }
        assert_eq!(told(&app, issue, "revision.started").await, rounds as usize);
        assert!(
            ours(&app, pull, "checks still fail after") > 0,
            "{}",
            app.thread(pull)
        );
        assert!(
            app.labels(issue).contains(&"agent:needs-you".to_owned()),
            "{:?}",
            app.labels(issue)
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds() {
    for rounds in [1, 3] {
        let (mut app, issue, pull) = in_review(|plan| plan.limits.rounds = rounds).await;
        for n in 0..4 {
            let body = format!("Not yet, for the reason number {n}.");
            let draft = ReviewDraft {
                event: "REQUEST_CHANGES".into(),
                body,
                ..ReviewDraft::default()
            };
            app.simulator
                .review(app.repository, pull, "ana", draft)
                .expect("a review");
            app.settle_all().await;
        }
        assert_eq!(told(&app, issue, "revision.started").await, rounds as usize);
        assert!(
            ours(&app, pull, "as often as it may") > 0,
            "{}",
            app.thread(pull)
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments() {
    for comments in [1, 3] {
        let (mut app, issue, _) = in_review(|plan| plan.limits.comments = comments).await;
        for _ in 0..4 {
            app.advance(Duration::from_secs(1));
            app.simulator
                .comment(app.repository, issue, "ana", "/agent status")
                .expect("a comment");
            app.settle_all().await;
        }
        // The status comment is there besides, and says why there are no more.
        assert_eq!(
            ours(&app, issue, "") - 1,
            comments as usize,
            "{}",
            app.thread(issue)
        );
        assert!(
            app.status(issue)
                .contains("More was to be said than one session may write"),
            "{}",
            app.status(issue)
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bot_rounds() {
    for rounds in [1, 3] {
        let mut app = TestApp::with(|plan| {
            plan.limits.bot_rounds = rounds;
            plan.allowed_bots = vec!["friend[bot]".into()];
        })
        .await;
        app.permit("friend[bot]", "write");
        let issue = app.issue("Talk", "To each other.", &[]);
        let mut replies = Vec::new();
        for who in [
            "friend[bot]",
            "friend[bot]",
            "friend[bot]",
            "friend[bot]",
            "ana",
            "friend[bot]",
        ] {
            app.advance(Duration::from_secs(1));
            app.simulator
                .comment(app.repository, issue, who, "/agent help")
                .expect("a comment");
            app.settle_all().await;
            replies.push(ours(&app, issue, ""));
        }
        let most = rounds as usize;
        assert_eq!(
            replies[3], most,
            "{rounds} in a row are answered: {replies:?}"
        );
        assert_eq!(
            replies[4..],
            [most + 1, most + 2],
            "a person is answered, and bots again after one: {replies:?}"
        );
        app.done().await;
    }
}
