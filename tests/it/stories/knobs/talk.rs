//! The numbers of the conversation: how long people are waited for, and how often the agent is sent back to work.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::world::ReviewDraft;

use crate::house::{House, Plan};

const ASKS: &str = "ask Which colour? | red | blue\nwrite COLOUR.md: {answer*}\nsay Done.";

/// Our comments with these words, on an issue or a pull request.
fn ours(house: &House, on: IssueNumber, words: &str) -> usize {
    let all = house
        .simulator
        .comments(house.repository, on)
        .expect("comments");
    all.iter()
        .filter(|comment| comment.author == "skep[bot]" && comment.body.contains(words))
        .count()
}

async fn told(house: &House, issue: IssueNumber, name: &str) -> usize {
    house
        .timeline(issue)
        .await
        .iter()
        .filter(|other| *other == name)
        .count()
}

/// A session whose question waits for people.
async fn asking(wish: impl FnOnce(&mut Plan)) -> (House, IssueNumber) {
    let mut house = House::with(wish).await;
    let issue = house.go("Paint it", ASKS);
    house.settle().await;
    assert_eq!(
        (
            house.state(issue).await.as_str(),
            ours(&house, issue, "Which colour?")
        ),
        ("needs-you", 1)
    );
    (house, issue)
}

/// Lets almost all of a span pass, and then the rest of it; answers what was so before and after.
async fn across<T>(house: &mut House, ms: i64, look: impl AsyncFn(&House) -> T) -> (T, T) {
    house.advance(Duration::from_millis((ms - 1).unsigned_abs()));
    house.settle().await;
    let before = look(house).await;
    house.advance(Duration::from_millis(1));
    house.settle().await;
    (before, look(house).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn quick_answer_ms() {
    let mut prompts = Vec::new();
    for patience in [0, 25_000] {
        let mut house = House::with(|plan| plan.limits.quick_answer_ms = patience).await;
        let issue = house.go("Paint it", ASKS);
        house
            .until("it asks", |house| ours(house, issue, "Which colour?") == 1)
            .await;
        house
            .simulator
            .comment(house.repository, issue, "ana", "2")
            .expect("a comment");
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{}",
            house.thread(issue)
        );
        let colour = house
            .simulator
            .file(house.repository, &house.the_pull().head, "COLOUR.md")
            .await
            .expect("a file");
        assert!(
            colour
                .as_ref()
                .is_some_and(|colour| colour.contains("blue")),
            "{colour:?}"
        );
        prompts.push(house.prompts(issue).await.len());
        house.done().await;
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
        let (mut house, issue) = asking(|plan| plan.limits.park_ms = park).await;
        let live = across(&mut house, park, async |house| house.live().await).await;
        assert_eq!(live, (1, 0), "parked after {park} ms");
        assert_eq!(house.state(issue).await, "needs-you");
        assert!(
            house.runner().services().agents.live().is_empty(),
            "the process is gone"
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn remind_ms() {
    for remind in [3_600_000, 7_200_000] {
        let (mut house, issue) = asking(|plan| plan.limits.remind_ms = remind).await;
        let reminders =
            async |house: &House| ours(house, issue, "the agent still waits for an answer");
        assert_eq!(
            across(&mut house, remind, &reminders).await,
            (0, 1),
            "reminded after {remind} ms"
        );
        house.advance(Duration::from_millis(3 * remind.unsigned_abs()));
        house.settle().await;
        assert_eq!(reminders(&house).await, 1, "once");
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expire_ms() {
    const DAY: i64 = 24 * 3_600_000;
    for days in [2, 3] {
        let (mut house, issue) = asking(|plan| plan.limits.expire_ms = days * DAY).await;
        let states = across(&mut house, days * DAY, async |house| {
            house.state(issue).await
        })
        .await;
        assert_eq!(states, ("needs-you".to_owned(), "failed".to_owned()));
        let status = house.status(issue);
        assert!(
            status.contains(&format!("nobody answered question 1 within {days} days")),
            "{status}"
        );
        assert_eq!(
            ours(
                &house,
                issue,
                &format!("No answer came within {days} days.")
            ),
            1,
            "{}",
            house.thread(issue)
        );
        house.done().await;
    }
    // Where the agent named a default, that applies.
    let mut house = House::with(|plan| plan.limits.expire_ms = 2 * DAY).await;
    let issue = house.go(
        "Paint it",
        "ask Which colour? | red | blue | default=red\nwrite COLOUR.md: {answer}\nsay Done.",
    );
    house.settle().await;
    assert_eq!(
        ours(&house, issue, "ithout an answer in 2 days I take"),
        1,
        "{}",
        house.thread(issue)
    );
    house.advance(Duration::from_millis((2 * DAY).unsigned_abs()));
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

/// An issue whose pull request waits for review.
async fn in_review(wish: impl FnOnce(&mut Plan)) -> (House, IssueNumber, IssueNumber) {
    let mut house = House::with(wish).await;
    let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.status(issue)
    );
    let pull = IssueNumber(house.the_pull().issue.number);
    (house, issue, pull)
}

#[tokio::test(flavor = "multi_thread")]
async fn check_rounds() {
    for rounds in [1, 2] {
        let (mut house, issue, pull) = in_review(|plan| plan.limits.check_rounds = rounds).await;
        for n in 0..4 {
            let file = ("CI.md", format!("change {n}"));
            let branch = house.the_pull().head;
            let pushed = house
                .simulator
                .push_to_branch(house.repository, &branch, &[(file.0, &file.1)], "ana")
                .await;
            let head = pushed.expect("a push");
            house
                .simulator
                .set_check(house.repository, head.as_str(), "build", Some("failure"))
                .expect("a check");
            house.settle_all().await;
        }
        assert_eq!(
            told(&house, issue, "revision.started").await,
            rounds as usize
        );
        assert!(
            ours(&house, pull, "checks still fail after") > 0,
            "{}",
            house.thread(pull)
        );
        assert!(
            house.labels(issue).contains(&"agent:needs-you".to_owned()),
            "{:?}",
            house.labels(issue)
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rounds() {
    for rounds in [1, 3] {
        let (mut house, issue, pull) = in_review(|plan| plan.limits.rounds = rounds).await;
        for n in 0..4 {
            let body = format!("Not yet, for the reason number {n}.");
            let draft = ReviewDraft {
                event: "REQUEST_CHANGES".into(),
                body,
                ..ReviewDraft::default()
            };
            house
                .simulator
                .review(house.repository, pull, "ana", draft)
                .expect("a review");
            house.settle_all().await;
        }
        assert_eq!(
            told(&house, issue, "revision.started").await,
            rounds as usize
        );
        assert!(
            ours(&house, pull, "as often as it may") > 0,
            "{}",
            house.thread(pull)
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn comments() {
    for comments in [1, 3] {
        let (mut house, issue, _) = in_review(|plan| plan.limits.comments = comments).await;
        for _ in 0..4 {
            house.advance(Duration::from_secs(1));
            house
                .simulator
                .comment(house.repository, issue, "ana", "/agent status")
                .expect("a comment");
            house.settle_all().await;
        }
        // The status comment is there besides, and says why there are no more.
        assert_eq!(
            ours(&house, issue, "") - 1,
            comments as usize,
            "{}",
            house.thread(issue)
        );
        assert!(
            house
                .status(issue)
                .contains("More was to be said than one session may write"),
            "{}",
            house.status(issue)
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bot_rounds() {
    for rounds in [1, 3] {
        let mut house = House::with(|plan| {
            plan.limits.bot_rounds = rounds;
            plan.allowed_bots = vec!["friend[bot]".into()];
        })
        .await;
        house
            .simulator
            .set_permission(house.repository, "friend[bot]", "write")
            .expect("a permission");
        let issue = house.issue("Talk", "To each other.", &[]);
        let mut replies = Vec::new();
        for who in [
            "friend[bot]",
            "friend[bot]",
            "friend[bot]",
            "friend[bot]",
            "ana",
            "friend[bot]",
        ] {
            house.advance(Duration::from_secs(1));
            house
                .simulator
                .comment(house.repository, issue, who, "/agent help")
                .expect("a comment");
            house.settle_all().await;
            replies.push(ours(&house, issue, ""));
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
        house.done().await;
    }
}
