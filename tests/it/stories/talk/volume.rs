//! How much is said: bounded, and never so that somebody waits for words that do not come.

use super::{COLOUR, asked};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn a_session_writes_only_so_many_comments_and_its_status_says_so() {
    let mut house = House::with(|plan| plan.limits.comments = 4).await;
    let issue = house.go("Choose a colour", COLOUR);
    house.settle().await;
    for _ in 0..8 {
        house.reply(issue, "/agent help").await;
    }
    let ours = house.our_comments(issue).len();
    assert_eq!(ours, 5, "four, and the status\n{}", house.thread(issue));
    assert!(
        house.status(issue).contains("More was to be said"),
        "{}",
        house.status(issue)
    );
    house.reply(issue, "1").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_may_not_be_written_any_more_ends_the_session_by_name() {
    let mut house = House::with(|plan| plan.limits.comments = 2).await;
    let script = "write A.md: a\nask One? | red | blue\nask Two? | red | blue\nask Three? | red | blue\nsay Done.";
    let issue = house.go("Choose a colour", script);
    house.settle().await;
    house.reply(issue, "1").await;
    house.reply(issue, "1").await;
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("failed", 0),
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.kept(issue, 1, "A.md").as_deref(),
        Some("a\n"),
        "the work is kept"
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

/// Whatever a session ends in, people find words of ours about it.
#[tokio::test(flavor = "multi_thread")]
async fn no_session_ends_silently() {
    let ends = [
        ("write A.md: a\nsay Done.", "**In review**"),
        ("say All is well.", "**Needs"),
        ("think Hm.", "**Failed**"),
        ("crash", "**Failed**"),
        ("fail auth", "**Failed**"),
        (
            "write .github/workflows/x.yml: on: push\nsay Wrote it.",
            "**Failed**",
        ),
        ("ask Which? | a | b", "**Needs"),
    ];
    let mut house = House::new().await;
    for (script, wanted) in ends {
        let issue = house.go("Do something", script);
        house.settle().await;
        let status = house.status(issue);
        assert!(status.starts_with(wanted), "{script}: {status}");
    }
    house.leave_unfinished();
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_status_comment_shows_the_whole_conversation_by_its_mood() {
    let (mut house, issue) = asked(COLOUR).await;
    let head = |house: &House| {
        house
            .status(issue)
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let mut moods = vec![head(&house)];
    house.unlabel(issue, "agent:go");
    house.settle().await;
    moods.push(head(&house));
    house.label(issue, "agent:go");
    house.settle().await;
    moods.push(head(&house));
    house.reply(issue, "1").await;
    house.settle_all().await;
    moods.push(head(&house));
    insta::assert_debug_snapshot!(moods);
    house.done().await;
}
