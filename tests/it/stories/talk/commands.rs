//! Every command from the issue: what it does, its receipt, and what is said where it fits nothing.

use std::time::Duration;

use skep::core::ids::IssueNumber;

use super::{COLOUR, asked};
use crate::house::House;

const LONG: &str = "write A.md: a\nwait 20\nwrite GREETING.md: hello\nrecall";

fn issue_of(house: &House, script: &str) -> IssueNumber {
    house.issue(
        "Add a greeting",
        &format!("Please.\n\n```skep-demo\n{script}\n```\n"),
        &[],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn go_starts_as_the_label_does_and_sets_it() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello");
    let comment = house.reply(issue, "/agent go").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.labels(issue), ["agent:go", "agent:review"]);
    assert_eq!(house.reactions_to(issue, comment), ["+1"]);
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pause_and_resume_move_the_switch() {
    let mut house =
        House::with(|plan| plan.timings.cancel_grace = Duration::from_millis(100)).await;
    let issue = house.go("Add a greeting", LONG);
    house
        .until("it works", |house| {
            house.session_dir(issue, 1).join("work/A.md").exists()
        })
        .await;
    house.reply(issue, "/agent pause").await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.labels(issue),
        ["agent:paused"],
        "our own change of the label is no second command"
    );
    house.reply(issue, "/agent resume").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.labels(issue), ["agent:go", "agent:review"]);
    assert!(
        house.the_pull().issue.body.contains("This is turn 2"),
        "{}",
        house.the_pull().issue.body
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_goes_on_from_what_was_left_and_fresh_does_not() {
    let mut house = House::new().await;
    for (command, kept) in [
        ("/agent retry", Some("half\n")),
        ("/agent retry fresh", None),
    ] {
        let issue = house.go("Add a greeting", "write HALF.md: half\ncommit Half\ncrash");
        house.settle_all().await;
        assert_eq!(house.state(issue).await, "failed");
        let body = "```skep-demo\nwrite GREETING.md: hello\n```";
        house
            .simulator
            .edit_body(house.repository, issue, body, "ana")
            .expect("an edit");
        house.reply(issue, command).await;
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{command}\n{}",
            house.thread(issue)
        );
        assert_eq!(
            house.made(issue, "HALF.md").await.as_deref(),
            kept,
            "{command}"
        );
        assert_eq!(
            house.made(issue, "GREETING.md").await.as_deref(),
            Some("hello\n"),
            "{command}"
        );
    }
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_about_it_are_answered_in_one_comment() {
    let (mut house, issue) = asked(COLOUR).await;
    house
        .reply(issue, "/agent status\n/AGENT Logs\n  /agent help")
        .await;
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "questions about it change nothing"
    );
    insta::assert_snapshot!(house.talk(issue));
    house.reply(issue, "1").await;
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_an_agent_at_work_can_be_seen() {
    let mut house = House::new().await;
    let issue = house.go("Read all of it", "say Reading the third chapter.\nwait 300");
    house.until_event(issue, "session.progress").await;
    house.say("ana", issue, "/agent logs");
    house
        .until("the log is there", |house| {
            !house
                .ours_with(issue, "The last lines of session")
                .is_empty()
        })
        .await;
    let log = house.one_of_ours(issue, "The last lines of session");
    assert!(
        log.body.contains("Reading the third chapter."),
        "{}",
        log.body
    );
    house.reply(issue, "/agent stop").await;
    house.settle_all().await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn role_agent_and_priority_are_for_the_session_that_has_not_begun() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello\nsay I would do it so.");
    house
        .reply(
            issue,
            "/agent role triage\n/agent priority high\n/agent agent nobody",
        )
        .await;
    assert_eq!(
        house
            .ours_with(issue, "is not configured on this server")
            .len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent go").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "done",
        "triage only answers\n{}",
        house.thread(issue)
    );
    assert!(
        house.status(issue).contains("triage"),
        "{}",
        house.status(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn priorities_order_the_queue() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let first = house.go("First", COLOUR);
    house.settle().await;
    let low = house.go_as("Low", "write 2.md: x", &["priority:low"]);
    let plain = house.go("Plain", "write 3.md: x");
    let high = house.go_as("High", "write 4.md: x", &["priority:high"]);
    let raised = house.go("Raised", "write 5.md: x");
    house.settle().await;
    house.reply(raised, "/agent priority high").await;
    house.label(low, "priority:high");
    house.settle().await;
    house.reply(first, "1").await;
    house.settle_all().await;
    let events = house.store().events(0, 10_000).await.expect("events");
    let dispatched = events
        .iter()
        .filter(|row| row.event.name == "session.dispatched");
    let order: Vec<i64> = dispatched.filter_map(|row| row.event.issue).collect();
    assert_eq!(
        order,
        [first, low, high, raised, plain].map(|issue| issue.0),
        "by priority, then by age"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ask_is_answered_and_all_is_as_before() {
    // Without a session: one that only answers.
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello\nsay It is a greeting.");
    house.reply(issue, "/agent ask what is this?").await;
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "done", "{}", house.thread(issue));
    assert_eq!(
        house.ours_with(issue, "It is a greeting.").len(),
        1,
        "{}",
        house.thread(issue)
    );
    assert!(house.pulls().is_empty(), "an answer changes nothing");
    insta::assert_snapshot!("asked_without_a_session", house.talk(issue));
    // While its pull request is in review.
    let issue = house.go("Add a greeting", "write GREETING.md: hello\nsay Done.");
    house.settle_all().await;
    let head = house.pull_for(issue).head_sha;
    house
        .reply(
            issue,
            "/agent ask why hello?\n\n```skep-demo\nwrite GREETING.md: changed\nsay Because it is polite.\n```",
        )
        .await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.ours_with(issue, "Because it is polite.").len(),
        1,
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.pull_for(issue).head_sha,
        head,
        "an answer changes nothing"
    );
    insta::assert_snapshot!("asked_in_review", house.talk(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_command_gets_a_hint_and_code_and_quotes_none() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello");
    house
        .reply(issue, "/agent stpo\n/agent priority urgent")
        .await;
    let hint = house.one_of_ours(issue, "Did you mean `/agent stop`?");
    assert!(
        hint.body.contains("/agent priority high|medium|low"),
        "one comment for all: {}",
        hint.body
    );
    house
        .reply(
            issue,
            "> /agent go\n\n```\n/agent go\n```\n\n    /agent go\n\n`/agent go`",
        )
        .await;
    assert!(
        ["idle", "unknown"].contains(&house.state(issue).await.as_str()),
        "{}",
        house.thread(issue)
    );
    house
        .reply(
            issue,
            "/agent stop\n/agent resume\n/agent approve\n/agent answer 1",
        )
        .await;
    insta::assert_snapshot!(house.talk(issue));
    house.settle_all().await;
    house.done().await;
}

/// `/agent stop using tabs` stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_that_begins_like_a_command_is_none() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello\nsay Done.");
    house.reply(issue, "/agent go on and add a test").await;
    let hint = house.one_of_ours(issue, "stands alone on its line");
    assert!(hint.body.contains("without `/agent`"), "{}", hint.body);
    assert!(
        ["idle", "unknown"].contains(&house.state(issue).await.as_str()),
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent go, please!").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    let pull = IssueNumber(house.pull_for(issue).issue.number);
    for words in [
        "stop using tabs",
        "plan B is better",
        "retry the failing test",
        "role names are wrong",
    ] {
        house.reply(pull, &format!("/agent {words}")).await;
        house.settle_all().await;
        let told = house.resumed(issue).await.pop().unwrap_or_default();
        assert!(
            told.contains(words),
            "{words}: {told}\n{}",
            house.thread(pull)
        );
        assert_eq!(house.state(issue).await, "in-review", "{words}");
    }
    assert!(
        !house.session_dir(issue, 2).exists(),
        "one session heard it all"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_none_is_refused_at_once_with_those_there_are() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello");
    house.reply(issue, "/agent role wizard").await;
    let said = house.one_of_ours(issue, "There is no role `wizard`");
    assert!(said.body.contains("`swe`, `testing`"), "{}", said.body);
    house.reply(issue, "/agent role tests").await;
    assert!(
        house
            .one_of_ours(issue, "There is no role `tests`")
            .body
            .contains("`/agent role testing`")
    );
    house.reply(issue, "/agent go").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "nothing was wished for: {}",
        house.thread(issue)
    );
    house.done().await;
}

/// Whoever may speak gets a sign and the next step, wherever the work stands.
#[tokio::test(flavor = "multi_thread")]
async fn no_word_vanishes_where_nobody_is_at_work() {
    let mut house = House::new().await;
    let ends = [
        (
            "write A.md: a\nsay Done.",
            "in-review",
            "`/agent <what to do>`",
        ),
        ("crash", "failed", "`/agent retry`"),
        ("say It is so.", "needs-you", "`/agent retry`"),
    ];
    for (script, state, way) in ends {
        let issue = house.go("Try", script);
        house.settle_all().await;
        assert_eq!(house.state(issue).await, state, "{}", house.thread(issue));
        let sessions = house.session_dir(issue, 2);
        house.reply(issue, "please also do this").await;
        let told = house.one_of_ours(issue, "@ana the agent is not at work");
        assert!(told.body.contains(way), "{state}: {}", told.body);
        let again = house.reply(issue, "and that").await;
        assert_eq!(
            house.reactions_to(issue, again),
            ["eyes"],
            "{state}: said once, seen always"
        );
        house.reply(issue, "@ben what do you think?").await;
        house.say("stranger", issue, "me too");
        house.settle_all().await;
        assert_eq!(
            house.ours_with(issue, "is not at work").len(),
            1,
            "{state}: {}",
            house.thread(issue)
        );
        assert!(!sessions.exists(), "{state}: nothing was started");
    }
    let quiet = issue_of(&house, "write A.md: a");
    house.reply(quiet, "just between people").await;
    assert!(
        house.ours_with(quiet, "").is_empty(),
        "nobody asked for an agent: {}",
        house.thread(quiet)
    );
    house.reply(quiet, "@skep are you there?").await;
    assert_eq!(
        house.ours_with(quiet, "Comment `/agent go`").len(),
        1,
        "{}",
        house.thread(quiet)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_one_too_many_is_told() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write A.md: a");
    for twenty in 0..2 {
        let lines: Vec<String> = (0..10)
            .map(|n| format!("/agent delegate @helper{}", twenty * 10 + n))
            .collect();
        house.reply(issue, &lines.join("\n")).await;
    }
    house.reply(issue, "/agent delegate @helper3").await;
    assert!(
        house.ours_with(issue, "was not added").is_empty(),
        "{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent delegate @stranger").await;
    assert_eq!(
        house.ours_with(issue, "was not added").len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_one_sentence_once() {
    let mut house = House::new().await;
    let issue = issue_of(&house, "write GREETING.md: hello");
    for words in ["/agent go", "/agent go", "/agent help"] {
        house.say("stranger", issue, words);
        house.settle().await;
    }
    assert_eq!(
        house
            .ours_with(issue, "only people with write access")
            .len(),
        1,
        "{}",
        house.thread(issue)
    );
    assert!(["idle", "unknown"].contains(&house.state(issue).await.as_str()));
    insta::assert_snapshot!(house.talk(issue));
    // Until a writer delegates; even then GitHub's own word on the start is needed no more than for anybody.
    house.reply(issue, "/agent delegate @stranger").await;
    house.say("stranger", issue, "/agent status");
    house.settle_all().await;
    assert_eq!(
        house
            .ours_with(issue, "only people with write access")
            .len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_commands_and_words_in_one_comment() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let first = house.go("First", COLOUR);
    house.settle().await;
    let issue = house.go("Second", "write A.md: a\nsay Done.");
    house.settle().await;
    let comment = house
        .reply(issue, "/agent priority high\nMind the whales, please.")
        .await;
    house.reply(first, "1").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    let prompts = house.prompts(issue).await;
    assert!(prompts[0].contains("Mind the whales"), "{}", prompts[0]);
    let mut thanks = house.reactions_to(issue, comment);
    thanks.sort();
    assert_eq!(thanks, ["+1", "rocket"]);
    house.done().await;
}
