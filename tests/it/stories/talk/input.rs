//! Bad input, each with its defined reply or its defined silence.

use super::{COLOUR, asked};
use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_no_question_is_told_so() {
    let mut house = House::new().await;
    let issue = house.go("Add a greeting", "write GREETING.md: hello\nsay Done.");
    house.settle_all().await;
    house.reply(issue, "/agent answer blue").await;
    assert_eq!(
        house.ours_with(issue, "no question is open").len(),
        1,
        "{}",
        house.thread(issue)
    );
    // A bare word after the end is between people.
    house.reply(issue, "blue").await;
    assert_eq!(house.state(issue).await, "in-review");
    insta::assert_snapshot!(house.talk(issue));
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_comment_is_an_answer_like_any_other() {
    let (mut house, issue) = asked("ask Why?\nwrite GREETING.md: {answer}\nsay Thanks.").await;
    let long = format!("Because {}", "of the sea. ".repeat(5_470));
    let long = &long[..65_536];
    house.reply(issue, long).await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.state(issue).await
    );
    let made = house.made(issue, "GREETING.md").await.expect("a file");
    assert!(made.starts_with("Because of the sea."), "{}", &made[..40]);
    for comment in house.our_comments(issue) {
        assert!(
            comment.len() < 10_000,
            "what we say of it is short: {} bytes",
            comment.len()
        );
    }
    let short = house
        .talk(issue)
        .replace(long.trim_end(), "(the long comment)");
    insta::assert_snapshot!(short);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_text_commands_nothing_and_answers_nothing() {
    let (mut house, issue) = asked(COLOUR).await;
    house.reply(issue, "<!--\n/agent stop\n-->").await;
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "bl\u{200b}ue\u{202e}<!-- red -->").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    let heard = house.resumed(issue).await.join("\n");
    assert!(
        !heard.contains('\u{202e}') && !heard.contains('\u{200b}') && !heard.contains("<!--"),
        "{heard:?}"
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_echoes_us_is_heard_three_times_and_then_a_person_has_to_speak() {
    let mut house = House::with(|plan| plan.allowed_bots = vec!["echo[bot]".into()]).await;
    house
        .simulator
        .set_permission(house.repository, "echo[bot]", "write")
        .expect("a permission");
    let issue = house.go("Choose a colour", COLOUR);
    house.settle().await;
    for _ in 0..6 {
        house.say("echo[bot]", issue, "/agent help");
        house.settle().await;
    }
    assert_eq!(
        house.ours_with(issue, "A command stands").len(),
        3,
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent priority high").await;
    house.say("echo[bot]", issue, "/agent help");
    house.settle().await;
    assert_eq!(
        house.ours_with(issue, "A command stands").len(),
        4,
        "a person spoke"
    );
    house.reply(issue, "1").await;
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_nobody_allowed_is_met_with_silence() {
    let (mut house, issue) = asked(COLOUR).await;
    house.simulator.create_bot("echo[bot]");
    house
        .simulator
        .set_permission(house.repository, "echo[bot]", "write")
        .expect("a permission");
    let before = house.our_comments(issue).len();
    let question = house.one_of_ours(issue, "Which colour?").body;
    for words in ["1", "/agent stop", &question] {
        house.say("echo[bot]", issue, words);
        house.settle().await;
    }
    assert_eq!(
        (
            house.state(issue).await.as_str(),
            house.our_comments(issue).len()
        ),
        ("needs-you", before)
    );
    house.reply(issue, "1").await;
    house.settle_all().await;
    house.done().await;
}

/// Our own question, quoted whole with its boxes and its mark, is no answer and no question.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_our_question_is_no_question() {
    let (mut house, issue) = asked(COLOUR).await;
    let question = house.one_of_ours(issue, "Which colour?").body;
    let copy = house.say("ben", issue, &question);
    house.settle().await;
    house
        .simulator
        .tick_box(house.repository, copy, "ben", "blue")
        .expect("a box");
    house.settle().await;
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "1").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("red\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}
