//! Who may start work, who is told no, and whose words reach the agent.

use skep::core::ids::{IssueNumber, RepositoryName};
use skep::http::Target;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::PullDraft;
use skep_simulator::world::content::IssueEdit;

use crate::test_app::{HOLD, TestApp};

const WRITES: &str = "Please.\n\n```skep-demo\nwrite NOTE.md: hello\nsay Wrote it.\n```\n";

async fn labeled_by(app: &mut TestApp, who: &str) -> IssueNumber {
    let issue = app.issue("Add a note", WRITES, &[]);
    app.label_by(who, issue, "agent:go");
    app.settle_all().await;
    issue
}

#[tokio::test(flavor = "multi_thread")]
async fn write_maintain_admin_and_a_custom_role_on_write_may_start() {
    let mut app = TestApp::new().await;
    app.permit("mia", "maintain");
    app.permit("ada", "admin");
    app.simulator
        .set_custom_role(app.repository, "cem", "release-crew", "write")
        .expect("a role");
    for who in ["ana", "mia", "ada", "cem"] {
        let issue = labeled_by(&mut app, who).await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{who}\n{}",
            app.thread(issue)
        );
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn less_than_write_is_told_no_and_nothing_starts() {
    let mut app = TestApp::new().await;
    app.permit("rob", "read");
    app.simulator
        .set_custom_role(app.repository, "cleo", "sorter", "triage")
        .expect("a role");
    // What ana asked for is the same each time.
    let asked =
        "\n\nana:\n  Please.\n\n  ```skep-demo\n  write NOTE.md: hello\n  say Wrote it.\n  ```\n\n";
    let mut told = Vec::new();
    for who in ["stranger", "rob", "tina", "cleo"] {
        let issue = labeled_by(&mut app, who).await;
        assert_eq!(app.state(issue).await, "refused", "{who}");
        told.push(app.told(issue).replace(asked, "\n"));
    }
    insta::assert_snapshot!(told.concat(), @r"
    #1 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], confused skep[bot]
    skep[bot]:
      **Not started**

      Nothing was started: `@stranger` has read access here, and agents are started by people with write access. Someone with write access can start it: comment `/agent go`.

      <sub>updated TIME</sub>
    #2 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], confused skep[bot]
    skep[bot]:
      **Not started**

      Nothing was started: `@rob` has read access here, and agents are started by people with write access. Someone with write access can start it: comment `/agent go`.

      <sub>updated TIME</sub>
    #3 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], confused skep[bot]
    skep[bot]:
      **Not started**

      Nothing was started: `@tina` has triage access here, and agents are started by people with write access. Someone with write access can start it: comment `/agent go`.

      <sub>updated TIME</sub>
    #4 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], confused skep[bot]
    skep[bot]:
      **Not started**

      Nothing was started: `@cleo` has read access here, and agents are started by people with write access. Someone with write access can start it: comment `/agent go`.

      <sub>updated TIME</sub>
    ");
    assert!(app.pulls().is_empty() && app.live().await == 0);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_whose_template_carries_the_label_starts_nothing() {
    let mut app = TestApp::new().await;
    let issue = app.issue_by(
        "stranger",
        "Do my homework",
        WRITES,
        &["agent:go", "role:swe"],
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "refused");
    assert!(app.prompts(issue).await.is_empty());
    assert_eq!(app.our_comments(issue).len(), 1, "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_said_once_however_often_it_is_tried() {
    let mut app = TestApp::new().await;
    let issue = labeled_by(&mut app, "stranger").await;
    app.unlabel(issue, "agent:go");
    app.settle_all().await;
    app.label_by("stranger", issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.our_comments(issue).len(), 1, "{}", app.thread(issue));
    // And then somebody who may: the same comment tells it.
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(app.our_comments(issue).len(), 1);
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go, agent:review
    reactions: eyes skep[bot], hooray skep[bot]
    pull requests: #2 Add a note (open draft)

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot] (edited 2x):
      **In review** · done in 0 ms

      [`agent/1-add-a-note`](../tree/agent/1-add-a-note) · draft pull request #2

      1 file changed (+1 −0). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `1296269-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: tokens and cost unknown, 1 of 20 sessions, 0 ms of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Accepted as `swe`.
      - TIME Started.
      - TIME Opened the pull request.

      </details>

      <sub>updated TIME</sub>
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_start_nothing_unless_they_are_allowed() {
    let mut app = TestApp::with(|plan| plan.allowed_bots = vec!["friend[bot]".into()]).await;
    app.simulator.create_bot("other[bot]");
    for bot in ["other[bot]", "friend[bot]"] {
        app.permit(bot, "write");
    }
    let other = labeled_by(&mut app, "other[bot]").await;
    assert_eq!(app.state(other).await, "refused");
    insta::assert_snapshot!(app.told(other), @"
    #1 Add a note (open)
    labels: agent:go
    reactions: confused skep[bot]

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot]:
      **Not started**

      Nothing was started: `other[bot]` is not a person, and bots do not start agents here. A person with write access can comment `/agent go`; the operator can allow a bot by its number (`allowed_bots`).

      <sub>updated TIME</sub>
    ");
    let ours = labeled_by(&mut app, "skep[bot]").await;
    let nothing = (
        app.state(ours).await,
        app.our_comments(ours).len(),
        app.reactions(ours).len(),
    );
    assert_eq!(
        nothing,
        ("unknown".to_owned(), 0, 0),
        "what starts nothing is not even remembered"
    );
    let friend = labeled_by(&mut app, "friend[bot]").await;
    assert_eq!(
        app.state(friend).await,
        "in-review",
        "{}",
        app.thread(friend)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_cannot_be_read_is_no_permission() {
    let mut app = TestApp::new().await;
    let broken = FaultRule::next(
        "GET",
        "/repos/*/*/collaborators/*/permission",
        Fault::BadGateway,
    )
    .times(100);
    app.simulator.add_fault(broken);
    let issue = labeled_by(&mut app, "ana").await;
    assert_eq!(app.state(issue).await, "refused");
    let asked = app.calls("GET", "/collaborators/ana/permission");
    assert!(
        (2..=20).contains(&asked),
        "retried, and not for ever: {asked}"
    );
    insta::assert_snapshot!(app.told(issue), @"
    #1 Add a note (open)
    labels: agent:go
    reactions: eyes skep[bot], confused skep[bot]

    ana:
      Please.

      ```skep-demo
      write NOTE.md: hello
      say Wrote it.
      ```

    skep[bot]:
      **Not started**

      Nothing was started: GitHub did not answer when it was asked who may start work here, and without an answer nothing starts. When GitHub is available again, comment `/agent go`.

      <sub>updated TIME</sub>
    ");
    // When GitHub is well again, the label starts it.
    app.simulator.clear_faults();
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_answer_about_a_permission_is_asked_again() {
    let mut app = TestApp::new().await;
    app.simulator.add_fault(FaultRule::next(
        "GET",
        "/repos/*/*/collaborators/*/permission",
        Fault::BadGateway,
    ));
    let issue = labeled_by(&mut app, "ana").await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_lost_while_the_agent_worked_publishes_nothing() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a note",
        &format!("write NOTE.md: hello\n{HOLD}\nsay Wrote it."),
    );
    app.until_working(issue).await;
    app.permit("ana", "read");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed");
    assert!(app.pulls().is_empty());
    assert_eq!(app.simulator.branches(app.repository), ["main"]);
    insta::assert_snapshot!(app.told(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_words_that_stood_at_the_trigger_reach_the_agent() {
    let mut app = TestApp::new().await;
    let (home, second) = (app.repository, std::time::Duration::from_secs(1));
    let issue = app.issue("Add a note", WRITES, &[]);
    app.advance(second);
    app.simulator
        .comment(home, issue, "ana", "Kept: use British spelling.")
        .expect("a comment");
    let edited = app
        .simulator
        .comment(home, issue, "ben", "First harmless.")
        .expect("a comment");
    app.advance(second);
    app.label(issue, "agent:go");
    app.advance(second);
    let edit = IssueEdit {
        title: Some("EVIL title".into()),
        body: Some("EVIL body".into()),
        ..IssueEdit::default()
    };
    app.simulator
        .edit_issue(home, issue, edit, "stranger")
        .expect("an edit");
    app.simulator
        .edit_comment(home, edited, "ben", "EVIL edit")
        .expect("an edit");
    app.simulator
        .comment(home, issue, "stranger", "EVIL comment")
        .expect("a comment");
    app.settle_all().await;
    let prompts = app.prompts(issue).await;
    assert_eq!(prompts.len(), 1);
    assert!(
        prompts[0].contains("Kept: use British spelling.") && prompts[0].contains("Add a note")
    );
    assert!(
        !prompts[0].contains("EVIL") && !prompts[0].contains("First harmless"),
        "{}",
        prompts[0]
    );
    assert_eq!(app.the_pull().issue.title, "Add a note");
    // A second run quotes no word of ours.
    app.unlabel(issue, "agent:go");
    app.label(issue, "agent:go");
    app.settle_all().await;
    let prompts = app.prompts(issue).await;
    assert_eq!(prompts.len(), 2);
    assert!(
        !prompts[1].contains("skep[bot]") && !prompts[1].contains("In review"),
        "{}",
        prompts[1]
    );
    assert!(
        !prompts[1].contains("EVIL comment") && prompts[1].contains("EVIL body"),
        "what stands at the second trigger is quoted, but for what people without a right to it wrote"
    );
    app.done().await;
}

/// Whoever opened a comment may change it again before it is read: then nobody knows whose words they are.
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_that_a_writer_changed_is_still_the_strangers() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Add a note", WRITES, &[]);
    let comment = app.say("stranger", issue, "I have the same problem.");
    app.settle().await;
    app.rewrite("ana", comment, "I have the same problem, too.");
    app.rewrite("stranger", comment, "/agent go");
    app.settle_all().await;
    assert_eq!(app.prompts(issue).await.len(), 0, "{}", app.thread(issue));
    app.rewrite("ana", comment, "/agent go");
    app.settle_all().await;
    assert_eq!(app.prompts(issue).await.len(), 0, "{}", app.thread(issue));
    // What she writes herself is hers.
    app.reply(issue, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_dispatches_one_or_several_or_a_label() {
    let mut app = TestApp::new().await;
    let name = app.simulator.name(app.repository).expect("a name");
    let name: RepositoryName = name.parse().expect("owner/name");
    let issues: Vec<IssueNumber> = (0..3)
        .map(|_| app.issue("Add a note", WRITES, &["batch"]))
        .collect();
    app.settle_all().await;
    let one = Target::Issues {
        repository: name.clone(),
        issues: vec![issues[0]],
    };
    let batch = app.dispatch(vec![one]).await.expect("a batch");
    assert_eq!(
        (batch.successful.len(), batch.failed.len(), batch.total),
        (1, 0, 1),
        "{batch:?}"
    );
    app.settle_all().await;
    assert_eq!(
        app.state(issues[0]).await,
        "in-review",
        "the operator needs no label"
    );
    let rest = Target::Labeled {
        repository: name,
        label: "batch".into(),
    };
    app.close_issue(issues[2], "ana");
    let batch = app.dispatch(vec![rest]).await.expect("a batch");
    let started: Vec<String> = batch
        .successful
        .iter()
        .map(|one| format!("{} {}", one.issue, one.session))
        .collect();
    assert_eq!(
        (started.len(), batch.total, batch.in_review),
        (1, 1, 1),
        "all open ones but for those in review: {batch:?}"
    );
    app.settle_all().await;
    assert_eq!(app.state(issues[1]).await, "in-review");
    assert!(
        app.pull_for(issues[1])
            .issue
            .body
            .contains("Requested by the operator of this server")
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_of_a_paused_issue_lets_its_session_go_on() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", "write A.md: a\nwait 300");
    app.until("it works", |app| {
        app.session_dir(issue, 1).join("work/A.md").exists()
    })
    .await;
    app.unlabel(issue, "agent:go");
    app.settle().await;
    assert_eq!(app.state(issue).await, "paused");
    let name = app.simulator.name(app.repository).expect("a name");
    let name: RepositoryName = name.parse().expect("owner/name");
    let batch = app
        .dispatch(vec![Target::Issues {
            repository: name,
            issues: vec![issue],
        }])
        .await
        .expect("a batch");
    assert_eq!(
        (batch.successful.len(), batch.failed.len()),
        (1, 0),
        "{batch:?}"
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(
        app.labels(issue).contains(&"agent:go".to_owned()),
        "the switch is on again"
    );
    app.done().await;
}

/// A pull request of ana's.
async fn pull_of_ana(app: &TestApp) -> IssueNumber {
    let home = app.repository;
    app.simulator
        .push_to_branch(home, "feature", &[("x.txt", "x")], "ana")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "A pull".into(),
        head: "feature".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let pull = app
        .simulator
        .open_pull(home, "ana", draft)
        .await
        .expect("a pull request");
    IssueNumber(pull)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_names_what_failed_and_why() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let (home, name) = (
        app.repository,
        app.simulator
            .name(app.repository)
            .expect("a name")
            .parse::<RepositoryName>()
            .expect("owner/name"),
    );
    let busy = app.go("Busy", "wait 300");
    app.until_working(busy).await;
    let queued = app.go("Queued", "say Done.");
    app.until("it waits", |app| {
        app.labels(queued).contains(&"agent:queued".to_owned())
    })
    .await;
    let closed = app.issue("Closed", WRITES, &[]);
    app.simulator
        .close_issue(home, closed, "ana")
        .expect("closed");
    let pull = pull_of_ana(&app).await;
    let good = app.issue("Good", WRITES, &[]);
    let issues = vec![busy, queued, closed, pull, IssueNumber(999), good];
    let batch = app
        .dispatch(vec![Target::Issues {
            repository: name,
            issues,
        }])
        .await
        .expect("a batch");
    insta::assert_debug_snapshot!(batch, @r#"
    Batch {
        successful: [
            Started {
                issue: "octo/hello#5",
                session: SessionId(
                    "1296269-5-1",
                ),
                goes_on: false,
            },
        ],
        failed: [
            NotStarted {
                issue: "octo/hello#1",
                reason: "session 1296269-1-1 is at work already",
            },
            NotStarted {
                issue: "octo/hello#2",
                reason: "session 1296269-2-1 is queued already",
            },
            NotStarted {
                issue: "octo/hello#3",
                reason: "refused: the issue is closed. Reopen it, then comment `/agent go`.",
            },
            NotStarted {
                issue: "octo/hello#4",
                reason: "refused: agents start from issues, not from pull requests. Open an issue that says what should change, and label that.",
            },
            NotStarted {
                issue: "octo/hello#999",
                reason: "there is no issue #999 in octo/hello, or the App cannot see it",
            },
        ],
        total: 6,
        in_review: 0,
    }
    "#);
    app.unlabel(busy, "agent:go");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_to_a_repository_without_the_app_says_so() {
    let mut app = TestApp::new().await;
    let unknown = "nobody/nothing".parse().expect("a name");
    let nothing = app
        .dispatch(vec![Target::Issues {
            repository: unknown,
            issues: vec![IssueNumber(1)],
        }])
        .await;
    insta::assert_snapshot!(nothing
            .expect_err("there is no such repository")
            .to_string(), @"The App is not installed on nobody/nothing, or the repository does not exist. Install it from the App's public page and select this repository.");
    app.done().await;
}
