//! Whose answer counts, and when: the first valid one, of somebody who may, until the agent has heard it.

use std::time::Duration;

use skep::core::ids::CommentId;

use super::{COLOUR, asked};
use crate::house::House;

const TWO: &str = "ask Which colour? | red | blue ;; Which side? | left | right\nwrite GREETING.md: {answer}\nsay {said*}";

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_answer_counts_until_the_agent_has_heard_it() {
    let (mut house, issue) = asked(TWO).await;
    let first = house.reply(issue, "1a").await;
    house.rewrite("ana", first, "1b");
    house.settle().await;
    let question = house.one_of_ours(issue, "Which side?");
    assert!(
        question.body.contains("☑ b. blue") && question.body.contains("☐ a. red"),
        "{}",
        question.body
    );
    house.reply(issue, "2b").await;
    // From here on it is heard: another edit changes nothing.
    house.rewrite("ana", first, "1a");
    house.settle_all().await;
    let heard = house.resumed(issue).await;
    assert_eq!(heard.len(), 2, "{}", house.thread(issue));
    assert!(
        heard[1].contains("\nblue\n") && !heard[1].contains("\nred\n"),
        "{}",
        heard[1]
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_can_be_taken_back_until_the_agent_has_heard_it() {
    for taken_back in ["deleted", "I will ask my boss first."] {
        let (mut house, issue) = asked(TWO).await;
        let first = house.reply(issue, "1b").await;
        match taken_back {
            "deleted" => house
                .simulator
                .delete_comment(house.repository, first, "ana")
                .expect("deleted"),
            words => house.rewrite("ana", first, words),
        }
        house.settle().await;
        let question = house.one_of_ours(issue, "Which side?");
        assert!(
            question.body.contains("- [ ] b. blue"),
            "{taken_back}: {}",
            question.body
        );
        house.reply(issue, "2b").await;
        assert_eq!(
            house.state(issue).await,
            "needs-you",
            "{taken_back}: {}",
            house.thread(issue)
        );
        house.reply(issue, "1a").await;
        house.settle_all().await;
        let heard = house.resumed(issue).await.pop().expect("a last turn");
        assert!(
            heard.contains("\nred\n") && !heard.contains("\nblue\n"),
            "{taken_back}: {heard}"
        );
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_choose_nothing_are_told_and_the_question_stays_open() {
    let (mut house, issue) = asked(COLOUR).await;
    for words in ["I will ask my boss and tell you tomorrow.", "not red"] {
        let comment = house.reply(issue, words).await;
        assert_eq!(
            house.state(issue).await,
            "needs-you",
            "{words}\n{}",
            house.thread(issue)
        );
        assert!(
            house
                .resumed(issue)
                .await
                .iter()
                .any(|prompt| prompt.contains(words)),
            "the agent hears {words:?}"
        );
        assert_eq!(house.reactions_to(issue, comment), ["rocket"], "{words}");
    }
    // Said once; how a decision is written stands in the question as well.
    let told = house.one_of_ours(issue, "The question stays open");
    assert!(
        told.body.contains("`/agent answer …`") && told.body.contains("reply `1`"),
        "{}",
        told.body
    );
    assert!(
        house
            .one_of_ours(issue, "Which colour?")
            .body
            .contains("`/agent answer …`"),
        "{}",
        house.thread(issue)
    );
    // Who asks back is answered.
    house
        .reply(issue, "hm, which do you think is better?")
        .await;
    assert_eq!(
        house.ours_with(issue, "@ana the agent").len(),
        2,
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent answer sea green").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("sea green\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

/// Mail programs put what they answer to below, or above, in words of their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_by_mail_is_what_its_writer_wrote() {
    let head = "On Sat, Nov 28, 2026 at 10:01 AM skep[bot] ***@***.***>\r\nwrote:";
    let copy = "Which host?\r\n\r\n/agent stop\r\n\r\n\u{2014}\r\nReply to this email directly, view it on GitHub<https://github.example/x>.";
    let quote = format!("> {}", copy.replace("\r\n", "\r\n> "));
    let headers = "________________________________\r\nFrom: skep[bot] ***@***.***>\r\nSent: Saturday, November 28, 2026 10:01 AM\r\nSubject: Re: [octo/hello] Host (Issue #1)";
    let mut house = House::new().await;
    for body in [
        format!("Use db.internal\r\n\r\n{head}\r\n\r\n{quote}\r\n"),
        format!("{head}\r\n\r\n{quote}\r\n\r\nUse db.internal\r\n"),
        format!("Use db.internal\r\n\r\n{headers}\r\n\r\n{copy}\r\n"),
        format!("Use db.internal\r\n\r\nSent from my iPhone\r\n\r\n{head}\r\n{copy}\r\n"),
    ] {
        let issue = house.go(
            "Host",
            "ask Which host?\nwrite HOST.md: {answer}\nsay Done.",
        );
        house.settle().await;
        house.reply(issue, &body).await;
        house.settle_all().await;
        assert_eq!(
            house.made(issue, "HOST.md").await.as_deref(),
            Some("Use db.internal\n"),
            "{body}\n{}",
            house.thread(issue)
        );
    }
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_with_a_number_belongs_to_that_question() {
    let script =
        "ask Which colour? | red | blue ;; Which port?\nwrite GREETING.md: {answer}\nsay {said*}";
    let (mut house, issue) = asked(script).await;
    house.reply(issue, "1b").await;
    house.reply(issue, "1. 1\n2. 8080").await;
    house.settle_all().await;
    let settled = house.one_of_ours(issue, "Question 1 was already answered");
    assert!(settled.body.contains("blue"), "{}", settled.body);
    let heard = house.resumed(issue).await.pop().expect("a last turn");
    assert!(
        heard.contains("\n8080\n") && heard.contains("\nblue\n"),
        "{heard}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_answers_in_one_second_the_first_wins_and_the_other_is_told() {
    let mut house = House::new().await;
    house
        .simulator
        .set_permission(house.repository, "ben", "write")
        .expect("a permission");
    let issue = house.go(
        "Choose a colour",
        "ask Which colour? | red | blue\nwait 0.3\nwrite GREETING.md: {answer}\nsay Done.",
    );
    house.settle().await;
    house.say("ana", issue, "1");
    let late = house
        .simulator
        .comment(house.repository, issue, "ben", "2")
        .expect("in the same second");
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("red\n"),
        "{}",
        house.thread(issue)
    );
    let told = house.one_of_ours(issue, "that question was answered already");
    assert!(told.body.starts_with("@ben "), "{}", told.body);
    assert!(
        !house
            .reactions_to(issue, CommentId(late))
            .contains(&"rocket".to_owned())
    );
    assert_eq!(
        house.resumed(issue).await.len(),
        2,
        "the second was not told to the agent"
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_hears_one_polite_sentence_once() {
    let (mut house, issue) = asked(COLOUR).await;
    for words in ["1", "blue", "2", "/agent answer 1", "/agent stop"] {
        house.say("stranger", issue, words);
        house.settle().await;
    }
    assert_eq!(house.state(issue).await, "needs-you");
    assert_eq!(
        house.ours_with(issue, "@stranger").len(),
        1,
        "{}",
        house.thread(issue)
    );
    // Ticking needs write access on GitHub; whoever triages has none.
    let question = house.one_of_ours(issue, "Which colour?");
    assert!(question.body.contains("- [ ] 1. red"), "{}", question.body);
    insta::assert_snapshot!(house.talk(issue));
    // A writer may let them.
    house.reply(issue, "/agent delegate @stranger").await;
    house.say("stranger", issue, "2");
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_author_answers_plain_questions_where_the_operator_says_so() {
    for allowed in [true, false] {
        let wish = move |plan: &mut crate::house::Plan| plan.author_answers = allowed;
        let mut house = House::with(wish).await;
        let issue = house.issue_by(
            "stranger",
            "Choose",
            &format!("```skep-demo\n{COLOUR}\n```"),
            &[],
        );
        house.label(issue, "agent:go");
        house.settle().await;
        house.say("ben", issue, "1");
        house.say("stranger", issue, "/agent stop");
        house.settle().await;
        assert_eq!(
            house.state(issue).await,
            "needs-you",
            "authors answer, they command nothing"
        );
        house.say("stranger", issue, "2");
        house.settle().await;
        let state = house.state(issue).await;
        assert_eq!(
            state,
            if allowed { "in-review" } else { "needs-you" },
            "{}",
            house.thread(issue)
        );
        if allowed {
            assert_eq!(
                house.made(issue, "GREETING.md").await.as_deref(),
                Some("blue\n")
            );
            insta::assert_snapshot!(house.talk(issue));
            house.settle_all().await;
        }
        house.leave_unfinished();
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_deleted_or_changed_is_put_back() {
    let (mut house, issue) = asked(COLOUR).await;
    let asked = house.one_of_ours(issue, "Which colour?");
    house
        .simulator
        .delete_comment(house.repository, asked.id, "ana")
        .expect("deleted");
    house.settle().await;
    let again = house.one_of_ours(issue, "Which colour?");
    assert_ne!(again.id, asked.id);
    assert_eq!(again.body, asked.body);
    house.rewrite("ana", CommentId(again.id), "Which flavour?");
    house.settle().await;
    assert_eq!(house.one_of_ours(issue, "Which colour?").body, asked.body);
    // It is the new comment that can be ticked now.
    house.advance(Duration::from_secs(1));
    house
        .simulator
        .tick_box(house.repository, again.id, "ana", "blue")
        .expect("a box");
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_clear_gets_a_hint_and_waits_on() {
    let (mut house, issue) = asked(TWO).await;
    for words in ["1z", "7a", "yes", "1a 1b"] {
        house.reply(issue, words).await;
        assert_eq!(house.state(issue).await, "needs-you", "{words}");
    }
    assert_eq!(
        house.ours_with(issue, "*Hint*").len(),
        3,
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.ours_with(issue, "2 questions stay open").len(),
        1,
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.reply(issue, "1a 2b").await;
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    house.done().await;
}
