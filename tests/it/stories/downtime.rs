//! skep was down, or GitHub could not reach it: what people did meanwhile is found, happens once, and is told.

use std::collections::BTreeMap;
use std::time::Duration;

use skep::core::downtime::DownTime;
use skep::core::effect::EffectKind;
use skep::core::ids::IssueNumber;
use skep::http::AdminService;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::outgoing::Flow;
use skep_simulator::world::{IssueEdit, ReviewDraft};

use crate::test_app::{TestApp, told};

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

impl TestApp {
    /// What a start does: the work at hand is compared before any agent goes on, then everything else is.
    pub(super) async fn look_around(&mut self) -> DownTime {
        let sweep = self.product().sweep.clone();
        let mut down = sweep.begin().await;
        sweep.work_at_hand().await;
        while self.engine().step().await.expect("facts are handled") > 0 {}
        self.settle().await;
        sweep.deliveries().await.count(&mut down);
        self.settle().await;
        sweep.facts().await.count(&mut down);
        sweep.report(down.clone()).await;
        self.settle().await;
        down
    }

    /// The same the other way round: the facts first, and the deliveries after them.
    async fn look_around_backwards(&mut self) {
        let sweep = self.product().sweep.clone();
        sweep.begin().await;
        sweep.facts().await;
        self.settle().await;
        sweep.deliveries().await;
        self.settle().await;
    }

    /// Ten minutes pass.
    async fn ten_minutes(&mut self) {
        for _ in 0..20 {
            self.settle().await;
            self.advance(Duration::from_secs(30));
        }
        self.settle().await;
    }

    /// GitHub does not let the App see its deliveries.
    pub(super) fn refuse_deliveries(&self) {
        let refused = Fault::Status {
            status: 403,
            message: "Resource not accessible by integration".into(),
        };
        self.simulator
            .add_fault(FaultRule::next("GET", "/app/hook/deliveries", refused).times(1_000));
    }

    /// How many times something happened on an issue.
    async fn times(&self, issue: IssueNumber, name: &str) -> usize {
        self.timeline(issue)
            .await
            .into_iter()
            .filter(|other| other == name)
            .count()
    }
}

/// An issue in every state, by what is about to happen to it.
struct Village {
    app: TestApp,
    closed: IssueNumber,
    answered: IssueNumber,
    reviewed: IssueNumber,
    merged: IssueNumber,
    rejected: IssueNumber,
    paused: IssueNumber,
    resumed: IssueNumber,
    fresh: IssueNumber,
    commanded: IssueNumber,
    done: IssueNumber,
}

impl Village {
    async fn new() -> Self {
        let mut app = TestApp::with(|plan| plan.limits.sessions = 4).await;
        let mut in_review = Vec::new();
        for number in 0..3 {
            in_review.push(app.go(
                &format!("Note {number}"),
                &format!("write N{number}.md: hello\nsay Wrote it."),
            ));
            app.settle_all().await;
        }
        let done = app.go_as("A question", "say It is so.", &["role:triage"]);
        app.settle_all().await;
        let answered = app.go(
            "Ask",
            "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay Done.",
        );
        let resumed = app.go(
            "Wait",
            "ask Which size? | big | small\nwrite SIZE.md: {answer}\nsay Done.",
        );
        app.settle().await;
        app.unlabel(resumed, "agent:go");
        app.settle().await;
        assert_eq!(app.state(resumed).await, "paused");
        let closed = app.go("Close me", "wait 0.4\nwrite A.md: a\nsay Done.");
        let paused = app.go("Pause me", "wait 0.4\nwrite B.md: b\nsay Done.");
        app.until_event(closed, "session.running").await;
        app.until_event(paused, "session.running").await;
        let script = |file: &str| {
            format!("Please.\n\n```skep-demo\nwrite {file}: hello\nsay Wrote it.\n```\n")
        };
        let fresh = app.issue("New", &script("F.md"), &[]);
        let commanded = app.issue("Ordered", &script("C.md"), &[]);
        app.simulator.quiet().await;
        app.product().sweep.alive().await;
        let [reviewed, merged, rejected] = in_review[..] else {
            panic!("three")
        };
        Self {
            app,
            closed,
            answered,
            reviewed,
            merged,
            rejected,
            paused,
            resumed,
            fresh,
            commanded,
            done,
        }
    }

    /// Two hours in which people do everything there is to do, and much besides.
    async fn two_hours(&mut self) {
        let app = &mut self.app;
        app.crash().await;
        let (world, home) = (&app.simulator, app.repository);
        app.advance(Duration::from_secs(600));
        let pull = |issue| app.pull_for(issue).issue.number;
        world.close_issue(home, self.closed, "ana").expect("closed");
        world
            .comment(home, self.answered, "ana", "blue")
            .expect("a comment");
        let body = "Kinder.\n\n```skep-demo\nwrite N0.md: dear all\nsay Kinder now.\n```\n";
        let draft = ReviewDraft {
            event: "REQUEST_CHANGES".into(),
            body: body.into(),
            comments: vec![],
        };
        world
            .review(home, pull(self.reviewed), "ana", draft)
            .expect("a review");
        world
            .mark_ready(home, pull(self.merged), "ana")
            .expect("ready");
        world
            .merge(home, pull(self.merged), "ana")
            .await
            .expect("merged");
        world
            .close_pull(home, pull(self.rejected), "ana")
            .expect("closed");
        world
            .unlabel(home, self.paused, "agent:go", "ana")
            .expect("unlabeled");
        world
            .label(home, self.resumed, "agent:go", "ana")
            .expect("labeled");
        world
            .label(home, self.fresh, "agent:go", "ana")
            .expect("labeled");
        world
            .comment(home, self.commanded, "ana", "/agent go")
            .expect("a comment");
        world.label(home, self.done, "bug", "ana").expect("labeled");
        for number in 0..60 {
            app.advance(Duration::from_secs(100));
            world
                .comment(home, self.done, "stranger", &format!("Me too, {number}."))
                .expect("a comment");
            let edit = IssueEdit {
                title: Some(format!("A question, {number}")),
                ..IssueEdit::default()
            };
            world
                .edit_issue(home, self.done, edit, "ana")
                .expect("an edit");
            world
                .push_to_branch(home, &format!("side-{number}"), &[("x.md", "x\n")], "ben")
                .await
                .expect("a push");
        }
        app.advance(Duration::from_secs(600));
        world.quiet().await;
        assert!(
            world.deliveries().len() > 190,
            "{}",
            world.deliveries().len()
        );
        app.open().await;
    }

    /// Every effect is there, and there once.
    async fn all_is_well(&mut self, how: &str) {
        let app = &mut self.app;
        let wanted = [
            (self.closed, "cancelled"),
            (self.answered, "in-review"),
            (self.reviewed, "in-review"),
            (self.merged, "done"),
            (self.rejected, "cancelled"),
            (self.paused, "paused"),
            (self.resumed, "needs-you"),
            (self.fresh, "in-review"),
            (self.commanded, "in-review"),
            (self.done, "done"),
        ];
        for (issue, state) in wanted {
            assert_eq!(
                app.state(issue).await,
                state,
                "{how}: {}",
                app.thread(issue)
            );
        }
        let once = [
            (self.closed, "session.cancelled"),
            (self.answered, "pull_request.opened"),
            (self.reviewed, "revision.started"),
            (self.merged, "pull_request.merged"),
            (self.rejected, "pull_request.closed"),
            (self.paused, "session.paused"),
            (self.resumed, "session.resumed"),
            (self.fresh, "pull_request.opened"),
            (self.commanded, "pull_request.opened"),
        ];
        for (issue, name) in once {
            assert_eq!(
                app.times(issue, name).await,
                1,
                "{how}: {name} {:?}",
                app.timeline(issue).await
            );
        }
        for issue in [self.closed, self.paused] {
            assert_eq!(
                app.planned(issue, EffectKind::RunTurn).await.len(),
                1,
                "{how}: its agent was started again"
            );
        }
        let pulls: BTreeMap<String, usize> =
            app.pulls()
                .into_iter()
                .fold(BTreeMap::new(), |mut all, pull| {
                    *all.entry(pull.head).or_default() += 1;
                    all
                });
        assert!(pulls.values().all(|count| *count == 1), "{how}: {pulls:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_in_two_hours_without_skep_happens_at_its_start_and_once() {
    let mut village = Village::new().await;
    village.two_hours().await;
    let down = village.app.look_around().await;
    village.app.ten_minutes().await;
    village.all_is_well("with deliveries").await;
    assert!(down.recovered.values().sum::<u64>() > 150, "{down:?}");
    assert_eq!(down.unknown, Vec::<String>::new());
    // It is said where people look, and where the operator looks.
    let status = village.app.status(village.closed);
    assert!(
        status.contains("skep was down, or GitHub could not reach it"),
        "{status}"
    );
    let shown = told(village.app.product().admin.status().await)["downtime"].clone();
    assert_eq!(
        (shown["from"].as_i64(), shown["to"].as_i64()),
        (Some(down.from), Some(down.to))
    );
    assert!(
        (7_000_000..7_400_000).contains(&(down.to - down.from)),
        "{down:?}"
    );
    // Nothing is left to find.
    let before = village.app.simulator.deliveries().len();
    let again = village.app.look_around().await;
    assert_eq!(again.recovered, BTreeMap::new(), "{again:?}");
    assert_eq!(
        village.app.simulator.deliveries().len(),
        before,
        "nothing that was heard is asked for again"
    );
    village.all_is_well("after a second look").await;
    village.app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_github_refuses_its_list_of_deliveries_the_facts_still_say_it_all() {
    let mut village = Village::new().await;
    village.two_hours().await;
    village.app.refuse_deliveries();
    let down = village.app.look_around().await;
    village.app.ten_minutes().await;
    village.all_is_well("without deliveries").await;
    assert!(
        down.unknown
            .iter()
            .any(|unknown| unknown.contains("ticked a box")),
        "{down:?}"
    );
    village.app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_first_and_deliveries_after_them_come_to_the_same() {
    let mut village = Village::new().await;
    village.two_hours().await;
    village.app.look_around_backwards().await;
    village.app.ten_minutes().await;
    village.all_is_well("backwards").await;
    village.app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_whose_webhook_is_lost_while_skep_is_there_is_found() {
    let mut app = TestApp::new().await;
    app.product().sweep.begin().await;
    app.simulator.set_flow(Flow::Dropped);
    let issue = app.go("Add a note", NOTE);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "unknown");
    app.product().sweep.facts().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    // The webhook comes after all, and later the label is still on: neither starts anything.
    app.simulator.set_flow(Flow::Direct);
    app.product().sweep.deliveries().await;
    app.settle_all().await;
    app.product().sweep.facts().await;
    app.settle_all().await;
    assert_eq!(app.times(issue, "task.received").await, 1);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_ask_any_more_does_not_keep_an_agent_at_work() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a note",
        "wait 0.3\nwrite NOTE.md: hello\nsay Wrote it.",
    );
    app.until_working(issue).await;
    app.permit("ana", "read");
    app.product().sweep.work_at_hand().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled");
    assert!(
        app.status(issue)
            .contains("may not start work here any more"),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

/// The real thing: a skep that runs by itself looks before its agents go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_issue_does_not_see_its_agent_again() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Add a note",
        "wait 0.3\nwrite NOTE.md: hello\nsay Wrote it.",
    );
    app.until_event(issue, "session.running").await;
    app.crash().await;
    app.close_issue(issue, "ana");
    let running = app.run().await;
    let home = app.repository;
    app.seen("the work is ended", |app| {
        let comments = app.simulator.comments(home, issue).expect("comments");
        comments
            .iter()
            .any(|comment| comment.body.contains("**Stopped**"))
    })
    .await;
    running.stop().await;
    app.open().await;
    app.settle_all().await;
    assert_eq!(app.planned(issue, EffectKind::RunTurn).await.len(), 1);
    assert!(app.pulls().is_empty());
    app.done().await;
}
