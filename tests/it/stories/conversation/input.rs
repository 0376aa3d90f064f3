//! Bad input, each with its defined reply or its defined silence.

use super::{COLOUR, asked};
use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_no_question_is_told_so() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a greeting", "write GREETING.md: hello\nsay Done.");
    app.settle_all().await;
    app.reply(issue, "/agent answer blue").await;
    assert_eq!(
        app.ours_with(issue, "no question is open").len(),
        1,
        "{}",
        app.thread(issue)
    );
    // A bare word after the end is between people.
    app.reply(issue, "blue").await;
    assert_eq!(app.state(issue).await, "in-review");
    insta::assert_snapshot!(app.conversation(issue));
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_longest_comment_is_an_answer_like_any_other() {
    let (mut app, issue) = asked("ask Why?\nwrite GREETING.md: {answer}\nsay Thanks.").await;
    let long = format!("Because {}", "of the sea. ".repeat(5_470));
    let long = &long[..65_536];
    app.reply(issue, long).await;
    app.settle_all().await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "{}",
        app.state(issue).await
    );
    let made = app.made(issue, "GREETING.md").await.expect("a file");
    assert!(made.starts_with("Because of the sea."), "{}", &made[..40]);
    for comment in app.our_comments(issue) {
        assert!(
            comment.len() < 10_000,
            "what we say of it is short: {} bytes",
            comment.len()
        );
    }
    let short = app
        .conversation(issue)
        .replace(long.trim_end(), "(the long comment)");
    insta::assert_snapshot!(short, @"
    #1 Choose a colour (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Choose a colour (open draft)

    ana:
      Please.

      ```skep-demo
      ask Why?
      write GREETING.md: {answer}
      say Thanks.
      ```

    skep[bot]:
      **In review** · done in 1 s

      [`agent/1-choose-a-colour`](../tree/agent/1-choose-a-colour) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work, SPAN waiting for people: 0 tokens
      - To see the log, comment `/agent logs`
      - TIME The agent asks 1 question.
      - TIME Question 1 was answered by ana.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      **Answered**

      Why?

      Answered by `@ana`: “Because of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of the sea. of …”

    ana [rocket skep[bot]]:
      (the long comment)
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_text_commands_nothing_and_answers_nothing() {
    let (mut app, issue) = asked(COLOUR).await;
    app.reply(issue, "<!--\n/agent stop\n-->").await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.reply(issue, "bl\u{200b}ue\u{202e}<!-- red -->").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    let heard = app.resumed(issue).await.join("\n");
    assert!(
        !heard.contains('\u{202e}') && !heard.contains('\u{200b}') && !heard.contains("<!--"),
        "{heard:?}"
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_echoes_us_is_heard_three_times_and_then_a_person_has_to_speak() {
    let mut app = TestApp::with(|plan| plan.allowed_bots = vec!["echo[bot]".into()]).await;
    app.permit("echo[bot]", "write");
    let issue = app.go("Choose a colour", COLOUR);
    app.settle().await;
    for _ in 0..6 {
        app.say("echo[bot]", issue, "/agent help");
        app.settle().await;
    }
    assert_eq!(
        app.ours_with(issue, "A command stands").len(),
        3,
        "{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent priority high").await;
    app.say("echo[bot]", issue, "/agent help");
    app.settle().await;
    assert_eq!(
        app.ours_with(issue, "A command stands").len(),
        4,
        "a person spoke"
    );
    app.reply(issue, "1").await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_nobody_allowed_is_met_with_silence() {
    let (mut app, issue) = asked(COLOUR).await;
    app.simulator.create_bot("echo[bot]");
    app.permit("echo[bot]", "write");
    let before = app.our_comments(issue).len();
    let question = app.one_of_ours(issue, "Which colour?").body;
    for words in ["1", "/agent stop", &question] {
        app.say("echo[bot]", issue, words);
        app.settle().await;
    }
    assert_eq!(
        (
            app.state(issue).await.as_str(),
            app.our_comments(issue).len()
        ),
        ("needs-you", before)
    );
    app.reply(issue, "1").await;
    app.settle_all().await;
    app.done().await;
}

/// Our own question, quoted whole with its boxes and its mark, is no answer and no question.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_our_question_is_no_question() {
    let (mut app, issue) = asked(COLOUR).await;
    let question = app.one_of_ours(issue, "Which colour?").body;
    let copy = app.say("ben", issue, &question);
    app.settle().await;
    app.simulator
        .tick_box(app.repository, copy, "ben", "blue")
        .expect("a box");
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("red\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}
