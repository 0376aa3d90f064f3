//! Whose answer counts, and when: the first valid one, of somebody who may, until the agent has heard it.

use std::time::Duration;

use skep::core::ids::CommentId;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

const TWO: &str = "ask Which colour? | red | blue ;; Which side? | left | right\nwrite GREETING.md: {answer}\nsay {said*}";

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_answer_counts_until_the_agent_has_heard_it() {
    let (mut app, issue) = asked(TWO).await;
    let first = app.reply(issue, "1a").await;
    app.rewrite("ana", first, "1b");
    app.settle().await;
    let question = app.one_of_ours(issue, "Which side?");
    assert!(
        question.body.contains("☑ b. blue") && question.body.contains("☐ a. red"),
        "{}",
        question.body
    );
    app.reply(issue, "2b").await;
    // From here on it is heard: another edit changes nothing.
    app.rewrite("ana", first, "1a");
    app.settle_all().await;
    let heard = app.resumed(issue).await;
    assert_eq!(heard.len(), 2, "{}", app.thread(issue));
    assert!(
        heard[1].contains("\nblue\n") && !heard[1].contains("\nred\n"),
        "{}",
        heard[1]
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_taken_back_until_the_agent_has_heard_it() {
    for taken_back in ["deleted", "I will ask my boss first."] {
        let (mut app, issue) = asked(TWO).await;
        let first = app.reply(issue, "1b").await;
        match taken_back {
            "deleted" => app
                .simulator
                .delete_comment(app.repository, first, "ana")
                .expect("deleted"),
            words => app.rewrite("ana", first, words),
        }
        app.settle().await;
        let question = app.one_of_ours(issue, "Which side?");
        assert!(
            question.body.contains("- [ ] b. blue"),
            "{taken_back}: {}",
            question.body
        );
        app.reply(issue, "2b").await;
        assert_eq!(
            app.state(issue).await,
            "needs-you",
            "{taken_back}: {}",
            app.thread(issue)
        );
        app.reply(issue, "1a").await;
        app.settle_all().await;
        let heard = app.resumed(issue).await.pop().expect("a last turn");
        assert!(
            heard.contains("\nred\n") && !heard.contains("\nblue\n"),
            "{taken_back}: {heard}"
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_choose_nothing_are_told_and_the_question_stays_open() {
    let (mut app, issue) = asked(COLOUR).await;
    for words in ["I will ask my boss and tell you tomorrow.", "not red"] {
        let comment = app.reply(issue, words).await;
        assert_eq!(
            app.state(issue).await,
            "needs-you",
            "{words}\n{}",
            app.thread(issue)
        );
        assert!(
            app.resumed(issue)
                .await
                .iter()
                .any(|prompt| prompt.contains(words)),
            "the agent hears {words:?}"
        );
        assert_eq!(app.reactions_to(issue, comment), ["rocket"], "{words}");
    }
    // Said once; how a decision is written stands in the question as well.
    let told = app.one_of_ours(issue, "The question stays open");
    assert!(
        told.body.contains("`/agent answer …`") && told.body.contains("reply `1`"),
        "{}",
        told.body
    );
    assert!(
        app.one_of_ours(issue, "Which colour?")
            .body
            .contains("`/agent answer …`"),
        "{}",
        app.thread(issue)
    );
    // Who asks back is answered.
    app.reply(issue, "hm, which do you think is better?").await;
    assert_eq!(
        app.ours_with(issue, "@ana the agent").len(),
        2,
        "{}",
        app.thread(issue)
    );
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    app.reply(issue, "/agent answer sea green").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("sea green\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

/// Mail programs put what they answer to below, or above, in words of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_by_mail_is_what_its_writer_wrote() {
    let head = "On Sat, Nov 28, 2026 at 10:01 AM skep[bot] ***@***.***>\r\nwrote:";
    let copy = "Which host?\r\n\r\n/agent stop\r\n\r\n\u{2014}\r\nReply to this email directly, view it on GitHub<https://github.example/x>.";
    let quote = format!("> {}", copy.replace("\r\n", "\r\n> "));
    let headers = "________________________________\r\nFrom: skep[bot] ***@***.***>\r\nSent: Saturday, November 28, 2026 10:01 AM\r\nSubject: Re: [octo/hello] Host (Issue #1)";
    let mut app = TestApp::new().await;
    for body in [
        format!("Use db.internal\r\n\r\n{head}\r\n\r\n{quote}\r\n"),
        format!("{head}\r\n\r\n{quote}\r\n\r\nUse db.internal\r\n"),
        format!("Use db.internal\r\n\r\n{headers}\r\n\r\n{copy}\r\n"),
        format!("Use db.internal\r\n\r\nSent from my iPhone\r\n\r\n{head}\r\n{copy}\r\n"),
    ] {
        let issue = app.go(
            "Host",
            "ask Which host?\nwrite HOST.md: {answer}\nsay Done.",
        );
        app.settle().await;
        app.reply(issue, &body).await;
        app.settle_all().await;
        assert_eq!(
            app.made(issue, "HOST.md").await.as_deref(),
            Some("Use db.internal\n"),
            "{body}\n{}",
            app.thread(issue)
        );
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_with_a_number_belongs_to_that_question() {
    let script =
        "ask Which colour? | red | blue ;; Which port?\nwrite GREETING.md: {answer}\nsay {said*}";
    let (mut app, issue) = asked(script).await;
    app.reply(issue, "1b").await;
    app.reply(issue, "1. 1\n2. 8080").await;
    app.settle_all().await;
    let settled = app.one_of_ours(issue, "Question 1 was already answered");
    assert!(settled.body.contains("blue"), "{}", settled.body);
    let heard = app.resumed(issue).await.pop().expect("a last turn");
    assert!(
        heard.contains("\n8080\n") && heard.contains("\nblue\n"),
        "{heard}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_in_one_second_the_first_wins_and_the_other_is_told() {
    let mut app = TestApp::new().await;
    app.permit("ben", "write");
    let issue = app.go(
        "Choose a colour",
        "ask Which colour? | red | blue\nwait 0.3\nwrite GREETING.md: {answer}\nsay Done.",
    );
    app.settle().await;
    app.say("ana", issue, "1");
    let late = app
        .simulator
        .comment(app.repository, issue, "ben", "2")
        .expect("in the same second");
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("red\n"),
        "{}",
        app.thread(issue)
    );
    let told = app.one_of_ours(issue, "that question was answered already");
    assert!(told.body.starts_with("@ben "), "{}", told.body);
    assert!(
        !app.reactions_to(issue, CommentId(late))
            .contains(&"rocket".to_owned())
    );
    assert_eq!(
        app.resumed(issue).await.len(),
        2,
        "the second was not told to the agent"
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_hears_one_polite_sentence_once() {
    let (mut app, issue) = asked(COLOUR).await;
    for words in ["1", "blue", "2", "/agent answer 1", "/agent stop"] {
        app.say("stranger", issue, words);
        app.settle().await;
    }
    assert_eq!(app.state(issue).await, "needs-you");
    assert_eq!(
        app.ours_with(issue, "@stranger").len(),
        1,
        "{}",
        app.thread(issue)
    );
    // Ticking needs write access on GitHub; whoever triages has none.
    let question = app.one_of_ours(issue, "Which colour?");
    assert!(question.body.contains("- [ ] 1. red"), "{}", question.body);
    insta::assert_snapshot!(app.conversation(issue));
    // A writer may let them.
    app.reply(issue, "/agent delegate @stranger").await;
    app.say("stranger", issue, "2");
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_answers_plain_questions_where_the_operator_says_so() {
    for allowed in [true, false] {
        let wish = move |plan: &mut crate::test_app::Options| plan.author_answers = allowed;
        let mut app = TestApp::with(wish).await;
        let issue = app.issue_by(
            "stranger",
            "Choose",
            &format!("```skep-demo\n{COLOUR}\n```"),
            &[],
        );
        app.label(issue, "agent:go");
        app.settle().await;
        app.say("ben", issue, "1");
        app.say("stranger", issue, "/agent stop");
        app.settle().await;
        assert_eq!(
            app.state(issue).await,
            "needs-you",
            "authors answer, they command nothing"
        );
        app.say("stranger", issue, "2");
        app.settle().await;
        let state = app.state(issue).await;
        assert_eq!(
            state,
            if allowed { "in-review" } else { "needs-you" },
            "{}",
            app.thread(issue)
        );
        if allowed {
            assert_eq!(
                app.made(issue, "GREETING.md").await.as_deref(),
                Some("blue\n")
            );
            insta::assert_snapshot!(app.conversation(issue));
            app.settle_all().await;
        }
        app.leave_unfinished();
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_deleted_or_changed_is_put_back() {
    let (mut app, issue) = asked(COLOUR).await;
    let asked = app.one_of_ours(issue, "Which colour?");
    app.simulator
        .delete_comment(app.repository, asked.id, "ana")
        .expect("deleted");
    app.settle().await;
    let again = app.one_of_ours(issue, "Which colour?");
    assert_ne!(again.id, asked.id);
    assert_eq!(again.body, asked.body);
    app.rewrite("ana", CommentId(again.id), "Which flavour?");
    app.settle().await;
    assert_eq!(app.one_of_ours(issue, "Which colour?").body, asked.body);
    // It is the new comment that can be ticked now.
    app.advance(Duration::from_secs(1));
    app.simulator
        .tick_box(app.repository, again.id, "ana", "blue")
        .expect("a box");
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Choose a colour (open draft)

    ana:
      Please.

      ```skep-demo
      ask Which colour? | red | blue
      write GREETING.md: {answer}
      say It is {answer}.
      ```

    skep[bot]:
      **In review** · done in 2 s

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

    skep[bot] [rocket skep[bot]]:
      **Answered**

      Which colour?

      - ☐ 1. red
      - ☑ 2. blue

      Answered by `@ana`: 2. blue
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_clear_gets_a_hint_and_waits_on() {
    let (mut app, issue) = asked(TWO).await;
    for words in ["1z", "7a", "yes", "1a 1b"] {
        app.reply(issue, words).await;
        assert_eq!(app.state(issue).await, "needs-you", "{words}");
    }
    assert_eq!(
        app.ours_with(issue, "*Hint*").len(),
        3,
        "{}",
        app.thread(issue)
    );
    assert_eq!(
        app.ours_with(issue, "2 questions stay open").len(),
        1,
        "{}",
        app.thread(issue)
    );
    insta::assert_snapshot!(app.conversation(issue));
    app.reply(issue, "1a 2b").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}
