//! How an agent asks, and every way people may answer: whatever the way, the agent hears the same.

use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::test_app::TestApp;

/// The question ana was asked is one comment of ours that pings nobody else.
fn asks_once(app: &TestApp, issue: IssueNumber) {
    let question = app.one_of_ours(issue, "Which colour?");
    assert!(
        question.body.starts_with("@ana **I need a decision**"),
        "{}",
        question.body
    );
    assert_eq!(app.assignees(issue), ["ana"]);
    assert!(
        app.labels(issue).contains(&"agent:needs-you".to_owned()),
        "{:?}",
        app.labels(issue)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_one_comment_and_its_answer_goes_on_to_the_pull_request() {
    let (mut app, issue) =
        asked("ask Which colour? | red | blue | default=red | deadline=4h\nrecall\nwrite GREETING.md: {answer}\nsay It is {answer}.").await;
    asks_once(&app, issue);
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Choose a colour (open)
    labels: agent:go, agent:needs-you
    assignees: ana
    reactions: eyes skep[bot]

    ana:
      Please.

      ```skep-demo
      ask Which colour? | red | blue | default=red | deadline=4h
      recall
      write GREETING.md: {answer}
      say It is {answer}.
      ```

    skep[bot]:
      **Needs `@ana`** · 1 open question

      Waiting for your answer.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: 0 tokens, $0, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME The agent asks 1 question.

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana **I need a decision** · without an answer in 4 h (2026-01-01 04:00 UTC) I take option 1

      Which colour?

      - [ ] 1. red
      - [ ] 2. blue

      Tick a box, or reply `1`. In your own words: `/agent answer …`.
    ");
    app.reply(issue, "2").await;
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    assert_eq!(
        (app.state(issue).await.as_str(), app.live().await),
        ("in-review", 0)
    );
    assert_eq!(
        app.assignees(issue),
        Vec::<String>::new(),
        "whom we assigned we take off"
    );
    let pull = app.the_pull().issue.body;
    assert!(
        pull.contains("Which colour?") && pull.contains("blue"),
        "the pull request tells what was decided: {pull}"
    );
    insta::assert_snapshot!("answered", app.conversation(issue));
    // When GitHub's echo of our own changes arrives among them depends on the machine, and so does whether the agent's first
    // word or its first question is noted first.
    insta::assert_debug_snapshot!(app.course(issue).await, @r#"
    [
        "task.received",
        "task.queued",
        "session.dispatched",
        "workspace.ready",
        "question.asked",
        "session.progress",
        "session.idle",
        "session.waiting",
        "question.answered",
        "message.delivered",
        "session.progress",
        "session.idle",
        "session.collected",
        "branch.pushed",
        "change.risk",
        "pull_request.opened",
        "session.completed",
    ]
    "#);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_assigned_before_stays_assigned() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Choose", &format!("```skep-demo\n{COLOUR}\n```"), &[]);
    let edit = skep_simulator::world::content::IssueEdit {
        assignees: Some(vec!["ana".into()]),
        ..Default::default()
    };
    app.simulator
        .edit_issue(app.repository, issue, edit, "ana")
        .expect("assigned");
    app.label(issue, "agent:go");
    app.settle().await;
    app.reply(issue, "1").await;
    app.settle_all().await;
    assert_eq!(app.assignees(issue), ["ana"], "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_answer_one_question_is_understood() {
    let mut app = TestApp::new().await;
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
        let issue = app.go("Choose a colour", COLOUR);
        app.settle().await;
        asks_once(&app, issue);
        let comment = app.reply(issue, words).await;
        app.settle_all().await;
        assert_eq!(
            app.made(issue, "GREETING.md").await.as_deref(),
            Some(wanted),
            "{words}\n{}",
            app.thread(issue)
        );
        let thanks = app.reactions_to(issue, comment);
        assert!(
            thanks.contains(&"rocket".to_owned()) && !thanks.contains(&"eyes".to_owned()),
            "{words}: {thanks:?}"
        );
        let question = app.ours_with(issue, "Which colour?").remove(0);
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
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticked_box_is_an_answer() {
    let (mut app, issue) = asked(COLOUR).await;
    let question = app.one_of_ours(issue, "Which colour?").id;
    app.advance(std::time::Duration::from_secs(1));
    app.simulator
        .tick_box(app.repository, question, "ana", "blue")
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
async fn several_questions_are_answered_by_number_and_what_is_open_is_said() {
    let script = "ask Which colour? | red | blue ;; Which side? | left | right ;; Why?\nwrite GREETING.md: {answer}\nsay Thanks.";
    let (mut app, issue) = asked(script).await;
    insta::assert_snapshot!("three_questions", app.conversation(issue));
    app.reply(issue, "1b 2a").await;
    assert_eq!(app.state(issue).await, "needs-you", "one is open");
    let noted = app.one_of_ours(issue, "Noted:");
    assert!(noted.body.contains("Still open: 3"), "{}", noted.body);
    app.reply(issue, "Because it is the sea's.").await;
    app.settle_all().await;
    let heard = app.resumed(issue).await.pop().expect("a second turn");
    for words in ["blue\n", "left\n", "Because it is the sea's."] {
        assert!(heard.contains(words), "{words:?} in {heard}");
    }
    assert_eq!(
        app.resumed(issue).await.len(),
        2,
        "all answers come in one prompt"
    );
    insta::assert_snapshot!("three_answers", app.conversation(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_a_fence_and_a_plain_question_are_the_same_question() {
    let mut app = TestApp::new().await;
    for verb in ["elicit", "wonder"] {
        let issue = app.go("Choose a colour", &COLOUR.replacen("ask", verb, 1));
        app.settle().await;
        assert_eq!(
            app.state(issue).await,
            "needs-you",
            "{verb}\n{}",
            app.thread(issue)
        );
        asks_once(&app, issue);
        app.reply(issue, "2").await;
        app.settle_all().await;
        assert_eq!(
            app.made(issue, "GREETING.md").await.as_deref(),
            Some("blue\n"),
            "{verb}\n{}",
            app.thread(issue)
        );
        insta::assert_snapshot!(format!("asked_by_{verb}"), app.conversation(issue));
    }
    // What the last message of an agent without tools looks like.
    let issue = app.go(
        "Choose a colour",
        "run printf '```question\\nWhich colour?\\n- red\\n- blue\\n```'",
    );
    app.settle().await;
    asks_once(&app, issue);
    app.reply(issue, "2").await;
    assert!(
        app.resumed(issue).await[1].contains("\nblue\n"),
        "{:?}",
        app.resumed(issue).await
    );
    app.settle_all().await;
    app.done().await;
}

/// An agent that has asked by that verb and waits a moment for a quick answer.
async fn asking_by(verb: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::with(|plan| plan.limits.quick_answer_ms = 60_000).await;
    let issue = app.go("Choose a colour", &COLOUR.replacen("ask", verb, 1));
    app.until("it asks", |app| {
        !app.ours_with(issue, "Which colour?").is_empty()
    })
    .await;
    (app, issue)
}

/// A tool that waits a moment hears an answer that comes at once, in the same turn.
#[tokio::test(flavor = "multi_thread")]
async fn a_quick_answer_is_heard_in_the_same_turn() {
    let (mut app, issue) = asking_by("ask").await;
    app.say("ana", issue, "blue");
    app.settle_all().await;
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        app.thread(issue)
    );
    assert_eq!(app.prompts(issue).await.len(), 1, "one turn was enough");
    insta::assert_snapshot!(app.conversation(issue));
    app.done().await;
}

/// A form's fields take only what they offer: an answer in own words reaches the agent all the same.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_in_own_words_to_a_form_is_heard() {
    let (mut app, issue) = asking_by("elicit").await;
    app.say("ana", issue, "/agent answer sea green");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "GREETING.md").await.as_deref(),
        Some("sea green\n"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

/// One question, one comment, whatever dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_while_a_quick_answer_is_waited_for_asks_once() {
    for verb in ["ask", "elicit"] {
        let (mut app, issue) = asking_by(verb).await;
        app.crash().await;
        app.open().await;
        app.settle().await;
        assert_eq!(
            app.state(issue).await,
            "needs-you",
            "{verb}\n{}",
            app.thread(issue)
        );
        app.one_of_ours(issue, "Which colour?");
        app.reply(issue, "2").await;
        app.settle_all().await;
        assert_eq!(
            app.made(issue, "GREETING.md").await.as_deref(),
            Some("blue\n"),
            "{verb}\n{}",
            app.thread(issue)
        );
        app.done().await;
    }
}
