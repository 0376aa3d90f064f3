//! What holds an issue before it starts: others that it waits for, circles, and people who have to agree. Each says so on the
//! issue, and each is let go the moment that its cause is gone.

use std::time::Duration;

use serde_json::{Value, json};
use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::role::{self, Role};
use skep::http::AdminService;
use skep::http::types::GraphFormat;
use skep_simulator::world::PullDraft;

use crate::test_app::{HOLD, TestApp};

const WORK: &str = "write a.txt: a";
const DAY: Duration = Duration::from_secs(24 * 3_600);

impl TestApp {
    /// An issue with work for the demo agent that waits for others by GitHub's own button, before it is labeled.
    fn waiting_for(&self, title: &str, blockers: &[IssueNumber]) -> IssueNumber {
        let issue = self.work(title, "");
        for blocker in blockers {
            self.block(issue, *blocker);
        }
        issue
    }

    /// An issue with work for the demo agent, and more text.
    fn work(&self, title: &str, more: &str) -> IssueNumber {
        let body = format!("Please. {more}\n\n```skep-demo\n{WORK}\n```\n");
        self.issue(title, &body, &[])
    }

    fn block(&self, issue: IssueNumber, blocker: IssueNumber) {
        self.simulator
            .block((self.repository, issue), (self.repository, blocker), "ana")
            .expect("blocked");
    }

    fn close(&self, issue: IssueNumber, reason: &str) {
        self.advance(Duration::from_secs(1));
        self.simulator
            .close_as((self.repository, issue), reason, "ana")
            .expect("closed");
    }

    /// The status comment without its folded part and its time.
    fn said(&self, issue: IssueNumber) -> String {
        let status = self.status(issue);
        let end = status.find("<details>").unwrap_or(status.len());
        status[..end].trim().to_owned()
    }

    fn status_label(&self, issue: IssueNumber) -> Vec<String> {
        let mut labels = self.labels(issue);
        labels.retain(|label| label.starts_with("agent:") && label != "agent:go");
        labels
    }

    /// What the world heard of what holds it.
    async fn holds(&self, issue: IssueNumber) -> Vec<(String, Value)> {
        let key = TaskKey::new(self.repository, issue);
        let rows = self.store().task_events(key, 1_000).await.expect("events");
        let of_holds = |name: &str| matches!(name, "task.held" | "task.released");
        let rows = rows.into_iter().filter(|row| of_holds(&row.event.name));
        let body = |text: &str| serde_json::from_str(text).expect("JSON");
        rows.map(|row| (row.event.name, body(&row.event.body)))
            .collect()
    }

    pub(super) async fn sessions_begun(&self) -> usize {
        let all = self
            .store()
            .sessions(&Default::default(), 1_000)
            .await
            .expect("sessions");
        all.iter().filter(|row| row.started_at.is_some()).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_waits_for_another_and_starts_when_that_is_closed() {
    let mut app = TestApp::new().await;
    let first = app.issue("First", "", &[]);
    let second = app.waiting_for("Second", &[first]);
    app.label(second, "agent:go");
    app.settle().await;
    assert_eq!(app.sessions_begun().await, 0);
    insta::assert_snapshot!(app.said(second), @"
    **Queued** · waiting for #1

    It waits for:

    - #1 First: open

    It starts by itself once they are closed as completed. To start it now, comment `/agent go`.
    ");
    assert_eq!(app.status_label(second), ["agent:queued"]);
    // Whoever follows the events hears why nothing starts, and when that is over.
    let held = app.holds(second).await;
    let expected = json!({ "gate": "blockers", "why": "waiting for #1", "issues": ["#1"] });
    assert_eq!(held, [("task.held".to_owned(), expected)]);
    // It is known again after a crash, and that the other one is done is heard at once.
    app.crash_and_open().await;
    app.close(first, "completed");
    app.settle_all().await;
    let expected = json!({ "gate": "blockers", "was": "waiting for #1" });
    let held = app.holds(second).await.split_off(1);
    assert_eq!(held, [("task.released".to_owned(), expected)]);
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_labels_count_like_the_button() {
    let mut app = TestApp::new().await;
    let first = app.issue("First", "", &[]);
    app.issue("Third", "", &[]);
    let written = app.work("Written", "Depends on #1.");
    app.label(written, "agent:go");
    let labeled = app.work("Labeled", "");
    app.label(labeled, "depends:issue-2");
    app.label(labeled, "agent:go");
    app.settle().await;
    assert_eq!(app.sessions_begun().await, 0);
    app.close(first, "completed");
    app.settle().await;
    assert_eq!(app.state(written).await, "in-review");
    assert_eq!(app.state(labeled).await, "queued");
    assert!(
        app.said(labeled).contains("- #2 Third: open"),
        "{}",
        app.said(labeled)
    );
    // Taking the dependency away lets it go as well.
    app.unlabel(labeled, "depends:issue-2");
    app.settle_all().await;
    assert_eq!(app.state(labeled).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_will_not_come_by_itself_holds_until_a_person_says_so() {
    let mut app = TestApp::new().await;
    let first = app.issue("First", "", &[]);
    let more = "Blocked by #1, #99 and acme/secret#3.";
    let second = app.work("Second", more);
    app.label(second, "agent:go");
    app.settle().await;
    app.close(first, "not_planned");
    app.settle().await;
    insta::assert_snapshot!(app.said(second), @"
    **Needs `@ana`** · something it waits for will not come by itself

    It waits for:

    - #1 First: closed as not planned
    - `#99`: there is no such issue
    - `acme/secret#3`: skep may not see it

    Take the dependency away, or comment `/agent go` to start without it.
    ");
    assert_eq!(app.status_label(second), ["agent:needs-you"]);
    assert_eq!(app.sessions_begun().await, 0);
    app.reply(second, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_only_speak_lets_nothing_pass() {
    let mut app = TestApp::new().await;
    app.permit("guest", "read");
    let first = app.issue("First", "", &[]);
    let second = app.waiting_for("Second", &[first]);
    app.label(second, "agent:go");
    app.settle().await;
    app.reply(second, "/agent delegate @guest").await;
    app.say("guest", second, "/agent go");
    app.settle().await;
    assert_eq!(app.state(second).await, "queued");
    // Nor by the label, where somebody who may label may only speak.
    app.permit("guest", "triage");
    app.label_by("guest", second, "autonomy:override");
    app.settle().await;
    assert_eq!(app.state(second).await, "queued");
    assert_eq!(app.sessions_begun().await, 0);
    app.leave_unfinished();
    app.done().await;
}

/// Whoever starts an issue by a command agrees to its start as well, if it is theirs to agree.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_only_speak_agrees_to_no_start_by_asking_for_it() {
    let mut app = TestApp::new().await;
    app.permit("guest", "read");
    let issue = app.issue("First", "", &["checkpoint"]);
    app.reply(issue, "/agent delegate @guest").await;
    app.say("guest", issue, "/agent go");
    app.settle().await;
    assert_eq!(app.status_label(issue), ["agent:needs-you"]);
    assert_eq!(app.sessions_begun().await, 0);
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    assert_eq!(app.sessions_begun().await, 1);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_circle_is_named_on_every_issue_in_it_and_opens_with_one_dependency() {
    let mut app = TestApp::new().await;
    let issues = ["One", "Two", "Three"].map(|title| app.work(title, ""));
    let [one, two, three] = issues;
    app.block(one, two);
    app.block(two, three);
    app.block(three, one);
    for issue in issues {
        app.label(issue, "agent:go");
    }
    app.settle().await;
    insta::assert_snapshot!(app.said(two), @"
    **Needs `@ana`** · it waits for itself

    #2 waits for #3, that for #1, and that for #2 again: none of them can start. Take one of these dependencies away, or comment `/agent go` on the issue that shall start first.
    ");
    for issue in issues {
        assert!(
            app.said(issue).contains("none of them can start"),
            "{}",
            app.said(issue)
        );
        assert_eq!(app.status_label(issue), ["agent:needs-you"]);
    }
    app.crash_and_open().await;
    app.settle().await;
    assert_eq!(app.sessions_begun().await, 0);
    app.simulator
        .unblock((app.repository, three), (app.repository, one), "ana")
        .expect("free");
    app.settle().await;
    assert_eq!(app.state(three).await, "in-review", "{}", app.thread(three));
    for issue in [one, two] {
        assert!(
            app.said(issue).contains("waiting for #"),
            "{}",
            app.said(issue)
        );
        assert_eq!(app.status_label(issue), ["agent:queued"]);
    }
    app.close(three, "completed");
    app.settle().await;
    assert_eq!(app.state(two).await, "in-review");
    app.close(two, "completed");
    app.settle_all().await;
    assert_eq!(app.state(one).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_that_waits_for_itself_says_so_and_go_breaks_the_circle() {
    let mut app = TestApp::new().await;
    let alone = app.work("Alone", "Depends on #1.");
    app.label(alone, "agent:go");
    app.settle().await;
    assert!(
        app.said(alone).contains("#1 waits for itself"),
        "{}",
        app.said(alone)
    );
    app.reply(alone, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(alone).await, "in-review", "{}", app.thread(alone));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocker_whose_work_failed_is_named_as_such() {
    let mut app = TestApp::new().await;
    let first = app.go("First", "fail auth");
    let second = app.waiting_for("Second", &[first]);
    app.label(second, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(first).await, "failed", "{}", app.thread(first));
    assert!(
        app.said(second)
            .contains("#1 First: the agent's work on it failed"),
        "{}",
        app.said(second)
    );
    assert_eq!(app.status_label(second), ["agent:needs-you"]);
    app.close(first, "completed");
    app.settle().await;
    assert!(
        app.said(second).contains("is not logged in"),
        "{}",
        app.said(second)
    );
    app.advance(DAY);
    app.settle_all().await;
    assert_eq!(app.state(second).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocker_that_is_opened_again_or_deleted_holds() {
    let mut app = TestApp::new().await;
    let issues = ["First", "Other"].map(|title| app.issue(title, "", &[]));
    let second = app.waiting_for("Second", &issues);
    app.label(second, "agent:go");
    app.settle().await;
    app.close(issues[0], "completed");
    app.settle().await;
    assert!(!app.said(second).contains("#1"), "{}", app.said(second));
    app.simulator
        .reopen_issue(app.repository, issues[0], "ana")
        .expect("open");
    app.settle().await;
    assert!(
        app.said(second).contains("- #1 First: open"),
        "{}",
        app.said(second)
    );
    app.close(issues[0], "completed");
    app.simulator
        .delete_issue(app.repository, issues[1], "ana")
        .expect("deleted");
    app.settle().await;
    assert!(
        app.said(second).contains("`#2`: there is no such issue"),
        "{}",
        app.said(second)
    );
    assert_eq!(app.sessions_begun().await, 0);
    app.reply(second, "/agent go").await;
    app.settle_all().await;
    assert_eq!(app.state(second).await, "in-review");
    app.done().await;
}

/// A role that the operator wants to be agreed to, and one that plans and was started by a rule.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_may_want_somebody_to_agree() {
    let mut app = TestApp::with(|plan| {
        let built_in = || role::built_in(&"swe".parse().expect("a role")).expect("swe");
        plan.roles.push(Role {
            name: "careful".parse().expect("a role"),
            approve: true,
            ..built_in()
        });
    })
    .await;
    let issue = app.work("Careful", "");
    app.label(issue, "role:careful");
    app.label(issue, "agent:go");
    app.settle().await;
    let said = app.said(issue);
    assert!(
        said.contains("Its role starts only when a person agrees. Somebody with write access"),
        "{said}"
    );
    assert_eq!(app.sessions_begun().await, 0);
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

/// A pull request is waited for until it is merged.
#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_is_waited_for_like_an_issue() {
    let mut app = TestApp::new().await;
    let (simulator, home) = (&app.simulator, app.repository);
    let push = simulator.push_to_branch(home, "ana-more", &[("ANA.md", "mine\n")], "ana");
    push.await.expect("a push");
    let draft = PullDraft {
        title: "More of it".into(),
        head: "ana-more".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let pull = simulator.open_pull(home, "ana", draft).await;
    let pull = pull.expect("a pull request");
    let issue = app.work("Later", &format!("Blocked by #{pull}."));
    app.label(issue, "agent:go");
    app.settle().await;
    let said = app.said(issue);
    assert!(
        said.contains("a pull request that is not merged yet"),
        "{said}"
    );
    app.advance(Duration::from_secs(1));
    let merged = app.simulator.merge(home, pull, "ana").await;
    merged.expect("merged");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_starts_when_a_writer_agrees_and_not_before() {
    let mut app = TestApp::new().await;
    let issue = app.work("Careful", "");
    app.label(issue, "checkpoint");
    app.label(issue, "agent:go");
    app.settle().await;
    insta::assert_snapshot!(app.said(issue), @r#"
    **Needs `@ana`** · its start has to be approved

    The issue has the label `checkpoint`. Somebody with write access can let it start with `/agent approve`, or with 👍 on this comment.
    "#);
    assert_eq!(app.status_label(issue), ["agent:needs-you"]);
    app.say("stranger", issue, "/agent approve");
    app.settle().await;
    assert_eq!(app.sessions_begun().await, 0);
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_void_once_the_words_change() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let busy = app.go("Busy", HOLD);
    app.until("busy", |app| app.status(busy).starts_with("**Working**"))
        .await;
    let issue = app.work("Careful", "");
    app.label(issue, "checkpoint");
    app.label(issue, "agent:go");
    app.heard().await;
    app.say("ana", issue, "/agent approve");
    app.heard().await;
    assert!(
        app.said(issue).starts_with("**Queued** · #1 of 1"),
        "{}",
        app.said(issue)
    );
    // Nothing is free yet, and the words change.
    let body = format!("Rather this.\n\n```skep-demo\n{WORK}\nwrite b.txt: b\n```\n");
    app.advance(Duration::from_secs(2));
    app.simulator
        .edit_body(app.repository, issue, &body, "ana")
        .expect("edited");
    app.heard().await;
    assert!(
        app.said(issue)
            .contains("What `@ana` agreed to has been changed since"),
        "{}",
        app.said(issue)
    );
    assert_eq!(app.status_label(issue), ["agent:needs-you"]);
    app.let_go().await;
    app.settle().await;
    assert_eq!(app.state(issue).await, "queued");
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.made(issue, "b.txt").await.as_deref(), Some("b\n"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_asked_for_once_more_and_then_given_up() {
    let mut app = TestApp::new().await;
    let issue = app.work("Careful", "");
    app.label(issue, "checkpoint");
    app.label(issue, "agent:go");
    app.settle().await;
    let before = app.ours_with(issue, "").len();
    app.advance(2 * DAY);
    app.settle().await;
    assert_eq!(
        app.ours_with(issue, "still waits for somebody to approve")
            .len(),
        1
    );
    app.advance(30 * DAY);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled", "{}", app.thread(issue));
    assert_eq!(app.ours_with(issue, "").len(), before + 1);
    assert_eq!(app.sessions_begun().await, 0);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_sees_what_is_held_and_the_graph() {
    let mut app = TestApp::new().await;
    let first = app.issue("First", "", &[]);
    let second = app.waiting_for("Second", &[first]);
    app.label(second, "agent:go");
    app.settle().await;
    let queue = app.queue().await;
    assert_eq!(queue, ["null #2 held: waiting for #1"]);
    let graph = app
        .product()
        .admin
        .graph("octo/hello".parse().expect("a name"), GraphFormat::Mermaid);
    let graph = graph.await.expect("an answer");
    let drawn = graph
        .text
        .replace(&app.simulator.api_url(), "https://github.com");
    insta::assert_snapshot!(drawn, @r##"
    flowchart LR
        n0["#35;1 First"]:::outside
        n1["#35;2 Second"]:::waiting
        n0 --> n1
        click n0 href "https://github.com/octo/hello/issues/1" _blank
        click n1 href "https://github.com/octo/hello/issues/2" _blank
        classDef outside fill:#f6f8fa,stroke:#8c959f,color:#24292f
        classDef waiting fill:#eaeef2,stroke:#57606a,color:#24292f
    "##);
    app.leave_unfinished();
    app.done().await;
}
