//! What looks like a command and is none, or comes from somebody who may not: what is said then.

use skep::core::ids::IssueNumber;

use super::commands::issue_of;
use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_command_gets_a_hint_and_code_and_quotes_none() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello");
    app.reply(issue, "/agent stpo\n/agent priority urgent")
        .await;
    let hint = app.one_of_ours(issue, "Did you mean `/agent stop`?");
    assert!(
        hint.body.contains("/agent priority high|medium|low"),
        "one comment for all: {}",
        hint.body
    );
    app.reply(
        issue,
        "> /agent go\n\n```\n/agent go\n```\n\n    /agent go\n\n`/agent go`",
    )
    .await;
    assert!(
        ["idle", "unknown"].contains(&app.state(issue).await.as_str()),
        "{}",
        app.thread(issue)
    );
    app.reply(
        issue,
        "/agent stop\n/agent resume\n/agent approve\n/agent answer 1",
    )
    .await;
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)

    ana:
      Please.

      ```skep-demo
      write GREETING.md: hello
      ```

    ana:
      /agent stpo
      /agent priority urgent

    skep[bot]:
      *Hint*: `stpo` is no command. Did you mean `/agent stop`?

      *Hint*: `/agent priority` was not understood. It is written `/agent priority high|medium|low`.

    ana:
      > /agent go

      ```
      /agent go
      ```

          /agent go

      `/agent go`

    ana [+1 skep[bot]]:
      /agent stop
      /agent resume
      /agent approve
      /agent answer 1

    skep[bot]:
      No session is on here, so there is nothing to stop or pause. `/agent go` starts one.

      Nothing is paused here. `/agent go` starts a session, `/agent retry` runs the last one again.

      No plan waits for approval here. `/agent plan` starts a session that makes one first.

      @ana no question is open, so there is nothing to answer. `/agent ask <question>` talks to the agent.
    ");
    app.settle_all().await;
    app.done().await;
}

/// `/agent stop using tabs` stops nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_sentence_that_begins_like_a_command_is_none() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello\nsay Done.");
    app.reply(issue, "/agent go on and add a test").await;
    let hint = app.one_of_ours(issue, "stands alone on its line");
    assert!(hint.body.contains("without `/agent`"), "{}", hint.body);
    assert!(
        ["idle", "unknown"].contains(&app.state(issue).await.as_str()),
        "{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent go, please!").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    for words in [
        "stop using tabs",
        "plan B is better",
        "retry the failing test",
        "role names are wrong",
    ] {
        app.reply(pull, &format!("/agent {words}")).await;
        app.settle_all().await;
        let told = app.resumed(issue).await.pop().unwrap_or_default();
        assert!(
            told.contains(words),
            "{words}: {told}\n{}",
            app.thread(pull)
        );
        assert_eq!(app.state(issue).await, "in-review", "{words}");
    }
    assert!(
        !app.session_dir(issue, 2).exists(),
        "one session heard it all"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_none_is_refused_at_once_with_those_there_are() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello");
    app.reply(issue, "/agent role wizard").await;
    let said = app.one_of_ours(issue, "There is no role `wizard`");
    assert!(said.body.contains("`swe`, `testing`"), "{}", said.body);
    app.reply(issue, "/agent role tests").await;
    assert!(
        app.one_of_ours(issue, "There is no role `tests`")
            .body
            .contains("`/agent role testing`")
    );
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "nothing was wished for: {}",
        app.thread(issue)
    );
    app.done().await;
}

/// Whoever may speak gets a sign and the next step, wherever the work stands.
#[tokio::test(flavor = "multi_thread")]
async fn no_word_vanishes_where_nobody_is_at_work() {
    let mut app = TestApp::new().await;
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
        let issue = app.go("Try", script);
        app.settle_all().await;
        assert_eq!(app.state(issue).await, state, "{}", app.thread(issue));
        let sessions = app.session_dir(issue, 2);
        app.reply(issue, "please also do this").await;
        let told = app.one_of_ours(issue, "@ana the agent is not at work");
        assert!(told.body.contains(way), "{state}: {}", told.body);
        let again = app.reply(issue, "and that").await;
        assert_eq!(
            app.reactions_to(issue, again),
            ["eyes"],
            "{state}: said once, seen always"
        );
        app.reply(issue, "@ben what do you think?").await;
        app.say("stranger", issue, "me too");
        app.settle_all().await;
        assert_eq!(
            app.ours_with(issue, "is not at work").len(),
            1,
            "{state}: {}",
            app.thread(issue)
        );
        assert!(!sessions.exists(), "{state}: nothing was started");
    }
    let quiet = issue_of(&app, "write A.md: a");
    app.reply(quiet, "just between people").await;
    assert!(
        app.ours_with(quiet, "").is_empty(),
        "nobody asked for an agent: {}",
        app.thread(quiet)
    );
    app.reply(quiet, "@skep are you there?").await;
    assert_eq!(
        app.ours_with(quiet, "Comment `/agent go`").len(),
        1,
        "{}",
        app.thread(quiet)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_one_too_many_is_told() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write A.md: a");
    for twenty in 0..2 {
        let lines: Vec<String> = (0..10)
            .map(|n| format!("/agent delegate @helper{}", twenty * 10 + n))
            .collect();
        app.reply(issue, &lines.join("\n")).await;
    }
    app.reply(issue, "/agent delegate @helper3").await;
    assert!(
        app.ours_with(issue, "was not added").is_empty(),
        "{}",
        app.thread(issue)
    );
    app.reply(issue, "/agent delegate @stranger").await;
    assert_eq!(
        app.ours_with(issue, "was not added").len(),
        1,
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_one_sentence_once() {
    let mut app = TestApp::new().await;
    let issue = issue_of(&app, "write GREETING.md: hello");
    for words in ["/agent go", "/agent go", "/agent help"] {
        app.say("stranger", issue, words);
        app.settle().await;
    }
    assert_eq!(
        app.ours_with(issue, "only people with write access").len(),
        1,
        "{}",
        app.thread(issue)
    );
    assert!(["idle", "unknown"].contains(&app.state(issue).await.as_str()));
    insta::assert_snapshot!(app.conversation(issue), @"
    #1 Add a greeting (open)

    ana:
      Please.

      ```skep-demo
      write GREETING.md: hello
      ```

    stranger:
      /agent go

    skep[bot]:
      @stranger thank you, but only people with write access can give commands here, so nothing was done. One of them can do it for you, or write `/agent delegate @stranger` to let you do it on this issue.

    stranger:
      /agent go

    stranger:
      /agent help
    ");
    // Until a writer delegates; even then GitHub's own word on the start is needed no more than for anybody.
    app.reply(issue, "/agent delegate @stranger").await;
    app.say("stranger", issue, "/agent status");
    app.settle_all().await;
    assert_eq!(
        app.ours_with(issue, "only people with write access").len(),
        1,
        "{}",
        app.thread(issue)
    );
    app.done().await;
}
