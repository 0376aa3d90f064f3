//! `agent:sprint` on an issue with sub-issues: they are worked on by phases, each on its own issue, and the issue above shows
//! how far they are.

use std::time::Duration;

use skep::core::ids::{IssueNumber, RepositoryId, TaskKey};
use skep::core::task::Task;
use skep::http::types::GraphFormat;
use skep::http::{AdminService, By};
use skep_simulator::world::IssueDraft;
use skep_simulator::world::outgoing::Flow;

use crate::test_app::{HOLD, TestApp};

pub(super) const SPRINT: &str = "agent:sprint";
const BODY: &str = "Please.\n\n```skep-demo\nwrite a.txt: a\n```\n";

impl TestApp {
    /// An issue with work for the demo agent below another one.
    pub(super) fn leaf(&self, parent: IssueNumber, title: &str) -> IssueNumber {
        self.leaf_that(parent, title, BODY)
    }

    fn leaf_that(&self, parent: IssueNumber, title: &str, body: &str) -> IssueNumber {
        let issue = self.issue(title, body, &[]);
        self.put_below(parent, issue);
        issue
    }

    pub(super) fn put_below(&self, parent: IssueNumber, issue: IssueNumber) {
        self.simulator
            .sub_issue((self.repository, parent), (self.repository, issue), "ana")
            .expect("a part");
    }

    fn waits(&self, issue: IssueNumber, blocker: IssueNumber) {
        self.simulator
            .block((self.repository, issue), (self.repository, blocker), "ana")
            .expect("blocked");
    }

    fn finish(&self, issue: IssueNumber, reason: &str) {
        self.advance(Duration::from_secs(1));
        self.simulator
            .close_as((self.repository, issue), reason, "ana")
            .expect("closed");
    }

    /// The status comment without its drawing and its time.
    pub(super) fn sprint(&self, issue: IssueNumber) -> String {
        let status = self.status(issue);
        let end = status.find("<details>").or(status.find("<sub>"));
        status[..end.unwrap_or(status.len())].trim().to_owned()
    }

    /// The repository's graph, as the operator sees it.
    async fn drawn(&self) -> String {
        let name = "octo/hello".parse().expect("a name");
        let graph = self.product().admin.graph(name, GraphFormat::Text).await;
        graph.expect("an answer").text
    }

    /// `3 queued, 4 in-review`; issues without a task are left out.
    pub(super) async fn states(&self, issues: &[IssueNumber]) -> String {
        let mut states = Vec::new();
        for issue in issues {
            let key = TaskKey::new(self.repository, *issue);
            if let Some(row) = self.store().task(key).await.expect("a read") {
                states.push(format!("{issue} {}", row.state));
            }
        }
        states.join(", ")
    }

    /// What a task of a sprint is told, put into the inbox as it stands there.
    pub(super) async fn stored(&self, issue: IssueNumber) -> Task {
        let key = TaskKey::new(self.repository, issue);
        let row = self.store().task(key).await.expect("a read");
        serde_json::from_str(&row.expect("a task").body).expect("a task")
    }
}

/// A plan with a phase of two, a phase of one that waits for the first, and an issue of its own.
fn plan(app: &TestApp) -> [IssueNumber; 7] {
    let root = app.issue("Plan", "", &[]);
    let [first, second] =
        ["First phase", "Second phase"].map(|title| app.leaf_that(root, title, ""));
    let [three, four] = ["Three", "Four"].map(|title| app.leaf(first, title));
    let five = app.leaf(second, "Five");
    let six = app.leaf(root, "Six");
    app.waits(second, first);
    [root, first, second, three, four, five, six]
}

#[tokio::test(flavor = "multi_thread")]
async fn phases_are_worked_on_one_after_the_other() {
    let mut app = TestApp::new().await;
    let [root, _, _, three, four, five, six] = plan(&app);
    let leaves = [three, four, five, six];
    app.label(root, SPRINT);
    app.settle_all().await;
    assert_eq!(
        app.states(&leaves).await,
        "4 in-review, 5 in-review, 7 in-review",
        "{}",
        app.thread(root)
    );
    assert!(app.labels(three).contains(&"agent:go".to_owned()));
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Sprint** · ░░░░ 0 of 4

    - **#2 First phase** · 0 of 2 · started
      - [ ] #4 Three · in review
      - [ ] #5 Four · in review
    - **#3 Second phase** · 0 of 1 · waits for #2
      - [ ] #6 Five
    - [ ] #7 Six · in review

    `@ana` approved phases without the label `checkpoint` by `agent:sprint`: they start by themselves.
    "#);
    insta::assert_snapshot!(app.drawn().await, @"
    #7 Six · review
    #4 Three · review
    #5 Four · review
    └─ #2 First phase · outside, after #4 too
    #6 Five · outside
    └─ #3 Second phase · outside, after #2 too
    ");
    for leaf in [three, four] {
        app.finish(leaf, "completed");
    }
    app.settle_all().await;
    assert_eq!(app.state(five).await, "in-review", "{}", app.sprint(root));
    app.finish(five, "completed");
    app.finish(six, "not_planned");
    app.settle_all().await;
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Sprint done** · ████ 4 of 4

    - **#2 First phase** · 2 of 2 · complete
    - **#3 Second phase** · 1 of 1 · complete
    - [x] #7 Six · closed as not planned
    "#);
    assert!(app.labels(root).contains(&"agent:done".to_owned()));
    // Whoever closes what is done stops nothing.
    app.finish(root, "completed");
    app.settle_all().await;
    assert!(
        app.sprint(root)
            .starts_with("**Sprint done** · ████ 4 of 4\n\n- **#2")
    );
    assert!(app.labels(root).contains(&"agent:done".to_owned()));
    // One comment all along, and no other on the issues above.
    assert_eq!(app.ours_with(root, "").len(), 1);
    app.done().await;
}

/// Every step may be the last one before a crash.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_changes_nothing() {
    let mut app = TestApp::new().await;
    let [root, _, _, three, four, five, six] = plan(&app);
    app.label(root, SPRINT);
    for _ in 0..40 {
        app.run_steps(1).await;
        app.crash_and_open().await;
    }
    app.settle_all().await;
    for leaf in [three, four] {
        app.finish(leaf, "completed");
    }
    for _ in 0..12 {
        app.run_steps(1).await;
        app.crash_and_open().await;
    }
    app.settle_all().await;
    for leaf in [five, six] {
        assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    }
    assert!(app.sprint(root).contains("2 of 4"), "{}", app.sprint(root));
    for leaf in [three, four, five, six] {
        assert_eq!(app.stored(leaf).await.sessions, 1, "{}", app.thread(leaf));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_without_sub_issues_says_so_and_starts_those_it_gets() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    app.label(root, SPRINT);
    app.settle_all().await;
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Needs `@ana`** · a sprint without sub-issues

    The label `agent:sprint` has an issue's sub-issues worked on, and there are none here. Add sub-issues, and they start by themselves; to have this issue itself worked on, use the label `agent:go` instead.
    "#);
    let leaf = app.leaf(root, "Leaf");
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_start_work_starts_no_sprint() {
    let mut app = TestApp::new().await;
    app.permit("guest", "triage");
    let [root, _, _, three, four, five, six] = plan(&app);
    app.label_by("guest", root, SPRINT);
    app.settle_all().await;
    assert_eq!(app.states(&[three, four, five, six]).await, "");
    insta::assert_snapshot!(app.thread(root), @r#"
    #1 Plan (open)
    labels: agent:sprint
    reactions: eyes skep[bot]

    ana:

    skep[bot]:
      The label `agent:sprint` starts nothing here: @guest has triage access here, and agents are started by people with write access. Someone with write access can start it: put the label `agent:sprint` on again.
    "#);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_of_the_plan_and_of_a_phase_wait_for_a_writer() {
    let mut app = TestApp::new().await;
    app.permit("guest", "read");
    let [root, first, _, three, four, five, six] = plan(&app);
    app.label(root, "checkpoint");
    app.label(first, "checkpoint");
    app.label(root, SPRINT);
    app.settle().await;
    let leaves = [three, four, five, six];
    assert_eq!(app.states(&leaves).await, "");
    assert!(app.labels(root).contains(&"agent:needs-you".to_owned()));
    app.say("guest", root, "/agent approve");
    app.settle().await;
    assert_eq!(app.states(&leaves).await, "");
    app.reply(root, "/agent approve").await;
    app.settle().await;
    assert_eq!(
        app.states(&leaves).await,
        "7 in-review",
        "{}",
        app.sprint(root)
    );
    assert!(app.labels(first).contains(&"agent:needs-you".to_owned()));
    insta::assert_snapshot!(app.thread(first), @r#"
    #2 First phase (open)
    labels: agent:needs-you, checkpoint

    ana:

    skep[bot]:
      @ana: this phase of #1 can start, and has the label `checkpoint`. Somebody with write access can let its sub-issues start with `/agent approve`, here, or with 👍 on this comment.
    "#);
    app.say("guest", first, "/agent approve");
    app.settle().await;
    assert_eq!(app.states(&leaves).await, "7 in-review");
    app.reply(first, "/agent go").await;
    app.settle_all().await;
    assert_eq!(
        app.states(&leaves).await,
        "4 in-review, 5 in-review, 7 in-review"
    );
    assert!(!app.labels(first).contains(&"agent:needs-you".to_owned()));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_taken_back_with_the_label_and_what_works_goes_on() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let root = app.issue("Plan", "", &[]);
    let busy = app.leaf_that(
        root,
        "Busy",
        &format!("Please.\n\n```skep-demo\n{HOLD}\nwrite a.txt: a\n```\n"),
    );
    app.label(root, SPRINT);
    app.until("busy", |app| {
        app.labels(busy).contains(&"agent:working".to_owned())
    })
    .await;
    let waiting = app.leaf(root, "Waiting");
    app.heard().await;
    assert_eq!(app.state(waiting).await, "queued");
    app.unlabel(root, SPRINT);
    app.heard().await;
    assert_eq!(
        app.state(waiting).await,
        "cancelled",
        "{}",
        app.sprint(root)
    );
    assert!(!app.labels(waiting).contains(&"agent:go".to_owned()));
    app.advance(Duration::from_secs(10));
    app.heard().await;
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Sprint stopped** · ░░ 0 of 2

    The label `agent:sprint` was taken off, so nothing more of it starts; what is at work goes on. Put the label on again to go on.

    - [ ] #2 Busy · queued
    - [ ] #3 Waiting · stopped
    "#);
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(busy).await, "in-review");
    // The label is back: what was taken back starts after all.
    app.label(root, SPRINT);
    app.settle_all().await;
    assert_eq!(
        app.state(waiting).await,
        "in-review",
        "{}",
        app.sprint(root)
    );
    // So does closing the issue, and what is new below it.
    app.finish(root, "completed");
    let late = app.leaf(root, "Late");
    app.settle_all().await;
    assert_eq!(app.states(&[late]).await, "");
    app.simulator
        .reopen_issue(app.repository, root, "ana")
        .expect("open");
    app.settle_all().await;
    assert_eq!(app.state(late).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sub_issues_come_and_go_while_it_runs() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let outside = app.issue("Outside", "", &[]);
    let [held, gone] = ["Held", "Gone"].map(|title| app.leaf(root, title));
    for leaf in [held, gone] {
        app.waits(leaf, outside);
    }
    app.label(root, SPRINT);
    app.settle().await;
    // Its comment is edited once in an interval.
    app.advance(Duration::from_secs(10));
    app.settle().await;
    assert_eq!(app.states(&[held, gone]).await, "3 queued, 4 queued");
    assert!(
        app.sprint(root)
            .contains("- [ ] #3 Held · waits for other issues"),
        "{}",
        app.sprint(root)
    );
    app.simulator
        .remove_sub_issue((app.repository, root), (app.repository, gone), "ana")
        .expect("out");
    let more = app.leaf(root, "More");
    app.settle().await;
    assert_eq!(
        app.states(&[held, gone, more]).await,
        "3 queued, 4 cancelled, 5 in-review"
    );
    app.simulator
        .delete_issue(app.repository, more, "ana")
        .expect("deleted");
    app.finish(outside, "completed");
    app.settle_all().await;
    assert_eq!(app.state(held).await, "in-review");
    assert!(app.sprint(root).contains("0 of 1"), "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_label_that_starts_an_issue_goes_first() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", BODY, &[]);
    let leaf = app.leaf(root, "Leaf");
    app.label(root, "agent:go");
    app.label(root, SPRINT);
    app.settle_all().await;
    assert_eq!(app.state(root).await, "in-review", "{}", app.thread(root));
    assert_eq!(app.states(&[leaf]).await, "");
    app.unlabel(root, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sub_issue_elsewhere_starts_where_the_app_reaches_it() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let mut homes = Vec::new();
    for name in ["near", "far"] {
        let files = [("README.md", "Read me.\n")];
        let home = app.simulator.create_repository("octo", name, &files);
        let home = home.await.expect("a repository");
        app.simulator
            .set_permission(home, "ana", "write")
            .expect("a permission");
        let draft = IssueDraft {
            title: format!("In {name}"),
            body: Some(BODY.to_owned()),
            ..IssueDraft::default()
        };
        let issue = app.simulator.open_issue(home, "ana", draft);
        let issue = issue.expect("an issue");
        app.simulator
            .sub_issue((app.repository.0, root.0), (home, issue), "ana")
            .expect("a part");
        homes.push((home, issue));
    }
    app.simulator.set_installed(homes[1].0, false).expect("out");
    app.label(root, SPRINT);
    app.settle_all().await;
    let (home, issue) = homes[0];
    let key = TaskKey::new(RepositoryId(home), IssueNumber(issue));
    let row = app.store().task(key).await.expect("a read");
    assert_eq!(row.expect("a task").state, "in-review");
    insta::assert_snapshot!(app.sprint(root), @r#"
    **Sprint** · ░ 0 of 1

    - [ ] octo/near#1 In near · in review

    1 sub-issue is in repositories that skep does not reach. Install the App there, or start the work there by hand.
    "#);
    app.leave_unfinished();
    app.done().await;
}

/// A phase may have the label itself; what is done or at work stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_in_a_plan_and_what_is_done_already() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let inner = app.leaf_that(root, "Inner", "");
    let [one, two] = ["One", "Two"].map(|title| app.leaf(inner, title));
    app.label(one, "agent:go");
    app.settle_all().await;
    app.label(inner, SPRINT);
    app.label(root, SPRINT);
    app.settle_all().await;
    assert_eq!(app.states(&[one, two]).await, "3 in-review, 4 in-review");
    for leaf in [one, two] {
        assert_eq!(app.stored(leaf).await.sessions, 1);
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sub_issues_cost_few_calls_and_no_burst() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let outside = app.issue("Outside", "", &[]);
    for number in 0..10 {
        let phase = app.leaf_that(root, &format!("Phase {number}"), "");
        if number > 0 {
            app.waits(phase, outside);
        }
        for leaf in 0..99 {
            app.leaf(phase, &format!("Leaf {leaf}"));
        }
    }
    app.settle().await;
    app.operator(async |admin| admin.pause(None, By::operator()).await)
        .await;
    let before = app.simulator.calls().len();
    app.label(root, SPRINT);
    app.settle().await;
    let calls = app.simulator.calls().len() - before;
    assert!(calls < 900, "{calls} calls for 50 starts and one tree");
    let shown = app.sprint(root);
    assert!(shown.contains("0 of 990"), "{shown}");
    assert_eq!(shown.matches("· queued").count(), 50, "{shown}");
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_and_a_sub_issue_that_nobody_told_of_are_found() {
    let mut app = TestApp::new().await;
    app.product().sweep.begin().await;
    let root = app.issue("Plan", "", &[]);
    let first = app.leaf(root, "First");
    app.settle().await;
    app.simulator.set_flow(Flow::Dropped);
    app.label(root, SPRINT);
    app.settle().await;
    app.product().sweep.facts().await;
    app.simulator.set_flow(Flow::Direct);
    app.settle_all().await;
    assert_eq!(app.state(first).await, "in-review", "{}", app.thread(root));
    app.simulator.set_flow(Flow::Dropped);
    let second = app.leaf(root, "Second");
    app.settle().await;
    app.simulator.set_flow(Flow::Direct);
    assert_eq!(app.states(&[second]).await, "");
    app.advance(Duration::from_secs(6 * 3_600));
    app.product().sweep.facts().await;
    app.settle_all().await;
    assert_eq!(app.state(second).await, "in-review", "{}", app.sprint(root));
    app.product().sweep.facts().await;
    app.settle_all().await;
    assert_eq!(app.stored(first).await.sessions, 1);
    app.done().await;
}

/// Of reactions GitHub tells nobody: those to the plan's status comment count for the plan, those to the comment that asks on a
/// phase for the phase.
#[tokio::test(flavor = "multi_thread")]
async fn a_thumbs_up_of_a_writer_lets_a_plan_and_a_phase_start() {
    let mut app = TestApp::new().await;
    app.permit("guest", "triage");
    let root = app.issue("Plan", "", &["checkpoint"]);
    let phase = app.issue("Phase", "", &["checkpoint"]);
    app.put_below(root, phase);
    let leaf = app.leaf(phase, "Leaf");
    app.label(root, SPRINT);
    app.settle().await;
    assert!(app.status(root).contains("with 👍 on this comment"));
    let plan = app.one_of_ours(root, "with 👍 on this comment").id;
    for (by, of) in [("guest", root), ("ana", phase)] {
        app.advance(Duration::from_secs(1));
        let react = app
            .simulator
            .react_to_comment(app.repository, plan, "+1", by);
        react.expect("a reaction");
        app.advance(Duration::from_secs(60));
        app.settle().await;
        let asked = app.ours_with(phase, "this phase of #1 can start").len();
        assert_eq!(asked, usize::from(of == phase), "{}", app.sprint(root));
    }
    assert_eq!(app.states(&[leaf]).await, "");
    app.advance(Duration::from_secs(1));
    let asks = app.one_of_ours(phase, "or with 👍 on this comment").id;
    let react = app
        .simulator
        .react_to_comment(app.repository, asks, "+1", "ana");
    react.expect("a reaction");
    app.advance(Duration::from_secs(60));
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_asked_for_once_more_and_then_left() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &["checkpoint"]);
    let leaf = app.leaf(root, "Leaf");
    app.label(root, SPRINT);
    app.settle().await;
    for _ in 0..9 {
        app.advance(Duration::from_secs(24 * 3_600));
        app.settle().await;
    }
    let asked = app
        .ours_with(root, "still waits for somebody to approve")
        .len();
    assert_eq!(asked, 1, "{}", app.thread(root));
    assert!(
        app.status(root).contains("Nobody approved it in time"),
        "{}",
        app.status(root)
    );
    assert_eq!(app.states(&[leaf]).await, "");
    assert!(!app.labels(root).contains(&"agent:needs-you".to_owned()));
    // Late is better than never.
    app.say("ana", root, "/agent approve");
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_is_asked_for_once_more_and_then_left() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let phase = app.issue("Phase", "", &["checkpoint"]);
    app.put_below(root, phase);
    let leaf = app.leaf(phase, "Leaf");
    app.label(root, SPRINT);
    app.settle().await;
    let day = Duration::from_secs(24 * 3_600);
    for _ in 0..2 {
        app.advance(day);
        app.settle().await;
    }
    assert_eq!(
        app.ours_with(phase, "still waits for somebody to approve")
            .len(),
        1
    );
    app.advance(6 * day);
    app.settle().await;
    assert!(!app.labels(phase).contains(&"agent:needs-you".to_owned()));
    assert_eq!(app.ours_with(phase, "").len(), 2, "{}", app.thread(phase));
    // Late is better than never.
    app.say("ana", phase, "/agent approve");
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.done().await;
}
