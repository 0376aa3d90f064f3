//! How an agent asks, and every way people may answer: whatever the way, the agent hears the same.

use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::house::House;

/// The question ana was asked is one comment of ours that pings nobody else.
fn asks_once(house: &House, issue: IssueNumber) {
    let question = house.one_of_ours(issue, "Which colour?");
    assert!(
        question.body.starts_with("@ana **I need a decision**"),
        "{}",
        question.body
    );
    assert_eq!(house.assignees(issue), ["ana"]);
    assert!(
        house.labels(issue).contains(&"agent:needs-you".to_owned()),
        "{:?}",
        house.labels(issue)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_one_comment_and_its_answer_goes_on_to_the_pull_request() {
    let (mut house, issue) =
        asked("ask Which colour? | red | blue | default=red | deadline=4h\nrecall\nwrite GREETING.md: {answer}\nsay It is {answer}.").await;
    asks_once(&house, issue);
    insta::assert_snapshot!("asked", house.talk(issue));
    house.reply(issue, "2").await;
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("in-review", 0)
    );
    assert_eq!(
        house.assignees(issue),
        Vec::<String>::new(),
        "whom we assigned we take off"
    );
    let pull = house.the_pull().issue.body;
    assert!(
        pull.contains("Which colour?") && pull.contains("blue"),
        "the pull request tells what was decided: {pull}"
    );
    insta::assert_snapshot!("answered", house.talk(issue));
    // When GitHub's echo of our own changes arrives among them depends on the machine, and so does whether the agent's first
    // word or its first question is noted first.
    insta::assert_debug_snapshot!("timeline", house.course(issue).await);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_assigned_before_stays_assigned() {
    let mut house = House::new().await;
    let issue = house.issue("Choose", &format!("```skep-demo\n{COLOUR}\n```"), &[]);
    let edit = skep_simulator::world::content::IssueEdit {
        assignees: Some(vec!["ana".into()]),
        ..Default::default()
    };
    house
        .simulator
        .edit_issue(house.repository, issue, edit, "ana")
        .expect("assigned");
    house.label(issue, "agent:go");
    house.settle().await;
    house.reply(issue, "1").await;
    house.settle_all().await;
    assert_eq!(house.assignees(issue), ["ana"], "{}", house.thread(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_answer_one_question_is_understood() {
    let mut house = House::new().await;
    let ways = [
        ("2", "blue\n"),
        ("b", "blue\n"),
        ("Blue", "blue\n"),
        ("> Which colour?\n\noption 2", "blue\n"),
        ("/agent answer 2", "blue\n"),
        ("/Agent ANSWER\nsea green", "sea green\n"),
        ("Let's take blue, please. Thanks!", "blue\n"),
        ("> blue\n\nyes", "blue\n"),
        ("blue\n\n> Which colour?", "blue\n"),
        ("1: sea green", "sea green\n"),
        ("/agent answer\n```\nsea green\n```", "```\n"),
    ];
    for (words, wanted) in ways {
        let issue = house.go("Choose a colour", COLOUR);
        house.settle().await;
        asks_once(&house, issue);
        let comment = house.reply(issue, words).await;
        house.settle_all().await;
        assert_eq!(
            house.made(issue, "GREETING.md").await.as_deref(),
            Some(wanted),
            "{words}\n{}",
            house.thread(issue)
        );
        let thanks = house.reactions_to(issue, comment);
        assert!(
            thanks.contains(&"rocket".to_owned()) && !thanks.contains(&"eyes".to_owned()),
            "{words}: {thanks:?}"
        );
        let question = house.ours_with(issue, "Which colour?").remove(0);
        assert!(
            question.body.starts_with("**Answered**") && !question.body.contains("[ ]"),
            "{}",
            question.body
        );
        assert_eq!(
            question.minimized, None,
            "what was answered stays to be read"
        );
    }
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticked_box_is_an_answer() {
    let (mut house, issue) = asked(COLOUR).await;
    let question = house.one_of_ours(issue, "Which colour?").id;
    house.advance(std::time::Duration::from_secs(1));
    house
        .simulator
        .tick_box(house.repository, question, "ana", "blue")
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
async fn several_questions_are_answered_by_number_and_what_is_open_is_said() {
    let script = "ask Which colour? | red | blue ;; Which side? | left | right ;; Why?\nwrite GREETING.md: {answer}\nsay Thanks.";
    let (mut house, issue) = asked(script).await;
    insta::assert_snapshot!("three_questions", house.talk(issue));
    house.reply(issue, "1b 2a").await;
    assert_eq!(house.state(issue).await, "needs-you", "one is open");
    let noted = house.one_of_ours(issue, "Noted:");
    assert!(noted.body.contains("Still open: 3"), "{}", noted.body);
    house.reply(issue, "Because it is the sea's.").await;
    house.settle_all().await;
    let heard = house.resumed(issue).await.pop().expect("a second turn");
    for words in ["blue\n", "left\n", "Because it is the sea's."] {
        assert!(heard.contains(words), "{words:?} in {heard}");
    }
    assert_eq!(
        house.resumed(issue).await.len(),
        2,
        "all answers come in one prompt"
    );
    insta::assert_snapshot!("three_answers", house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_a_fence_and_a_plain_question_are_the_same_question() {
    let mut house = House::new().await;
    for verb in ["elicit", "wonder"] {
        let issue = house.go("Choose a colour", &COLOUR.replacen("ask", verb, 1));
        house.settle().await;
        assert_eq!(
            house.state(issue).await,
            "needs-you",
            "{verb}\n{}",
            house.thread(issue)
        );
        asks_once(&house, issue);
        house.reply(issue, "2").await;
        house.settle_all().await;
        assert_eq!(
            house.made(issue, "GREETING.md").await.as_deref(),
            Some("blue\n"),
            "{verb}\n{}",
            house.thread(issue)
        );
        insta::assert_snapshot!(format!("asked_by_{verb}"), house.talk(issue));
    }
    // What the last message of an agent without tools looks like.
    let issue = house.go(
        "Choose a colour",
        "run printf '```question\\nWhich colour?\\n- red\\n- blue\\n```'",
    );
    house.settle().await;
    asks_once(&house, issue);
    house.reply(issue, "2").await;
    assert!(
        house.resumed(issue).await[1].contains("\nblue\n"),
        "{:?}",
        house.resumed(issue).await
    );
    house.settle_all().await;
    house.done().await;
}

/// A tool that waits a moment hears an answer that comes at once, in the same turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_quick_answer_is_heard_in_the_same_turn() {
    let mut house = House::with(|plan| plan.limits.quick_answer_ms = 30_000).await;
    let issue = house.go("Choose a colour", COLOUR);
    let there = move |house: &House| !house.ours_with(issue, "Which colour?").is_empty();
    house.until("the question is there", there).await;
    house.say("ana", issue, "blue");
    house.settle_all().await;
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.prompts(issue).await.len(), 1, "one turn was enough");
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

/// A form's fields take only what they offer: an answer in own words reaches the agent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_own_words_to_a_form_is_heard() {
    let mut house = House::with(|plan| plan.limits.quick_answer_ms = 60_000).await;
    let issue = house.go("Choose a colour", &COLOUR.replacen("ask", "elicit", 1));
    house
        .until("it asks", |house| {
            !house.ours_with(issue, "Which colour?").is_empty()
        })
        .await;
    house.say("ana", issue, "/agent answer sea green");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("sea green\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

/// One question, one comment, whatever dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_while_a_quick_answer_is_waited_for_asks_once() {
    for verb in ["ask", "elicit"] {
        let mut house = House::with(|plan| plan.limits.quick_answer_ms = 60_000).await;
        let issue = house.go("Choose a colour", &COLOUR.replacen("ask", verb, 1));
        house
            .until("it asks", |house| {
                !house.ours_with(issue, "Which colour?").is_empty()
            })
            .await;
        house.crash().await;
        house.open().await;
        house.settle().await;
        assert_eq!(
            house.state(issue).await,
            "needs-you",
            "{verb}\n{}",
            house.thread(issue)
        );
        house.one_of_ours(issue, "Which colour?");
        house.reply(issue, "2").await;
        house.settle_all().await;
        assert_eq!(
            house.made(issue, "GREETING.md").await.as_deref(),
            Some("blue\n"),
            "{verb}\n{}",
            house.thread(issue)
        );
        house.done().await;
    }
}
