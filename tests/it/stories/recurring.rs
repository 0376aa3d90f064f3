//! Work that a repository's own file asks for again and again: opened as an issue when it is due, seen by all, one at a time.

use std::time::Duration;

use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::recurring::Recur;
use skep::sweep::Hearing;
use skep_simulator::JobEnd;
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::{Options, TestApp};

const PATH: &str = ".github/skep.toml";
const DAY: i64 = 86_400_000;

fn notes(when: &str) -> String {
    format!(
        "[recurring.notes]\n{when}\ntitle = \"Write the notes\"\nrole = \"swe\"\nprompt = '''\n@ben, write them:\n\n```skep-demo\nwrite NOTES.md: hello\nsay Wrote them.\n```\n'''\n"
    )
}

fn plan(text: &str, recurring: Recur) -> impl FnOnce(&mut Options) + use<> {
    let file = (PATH.to_owned(), text.to_owned());
    move |plan: &mut Options| {
        plan.files.push(file);
        plan.issues.recurring = recurring;
    }
}

impl TestApp {
    /// What the sweep does every ten minutes.
    async fn look_at_files(&mut self) {
        self.product().sweep.facts().await;
        self.settle().await;
    }

    /// Time goes on to a moment, and whatever is due until then happens at its time.
    async fn live_until(&mut self, moment: i64) {
        loop {
            self.settle().await;
            let due = self.store().next_due(self.now()).await.expect("a look");
            match due.filter(|due| *due <= moment) {
                Some(due) => self.advance_to(due.max(self.now())),
                None => break,
            }
        }
        self.advance_to(moment);
        self.settle().await;
    }

    /// To the next six in the morning and a minute.
    async fn live_a_day(&mut self) {
        let six = DAY / 4 + 60_000;
        let today = self.now() - self.now() % DAY + six;
        let next = if today > self.now() {
            today
        } else {
            today + DAY
        };
        self.live_until(next + 3_600_000).await;
    }

    /// `#1 Title [labels]`, each issue that skep opened.
    fn opened(&self) -> Vec<String> {
        let pulls = self.simulator.pulls(self.repository).expect("pulls");
        let issues =
            (1..20).filter_map(|n| self.simulator.issue(self.repository, IssueNumber(n)).ok());
        let issues = issues.filter(|one| pulls.iter().all(|pull| pull.issue.number != one.number));
        let ours = issues.filter(|one| one.author == "skep[bot]");
        let line = |one: skep_simulator::IssueView| {
            let title = one.title.split(" (").next().unwrap_or_default().to_owned();
            format!("#{} {title} {:?}", one.number, one.labels)
        };
        ours.map(line).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_day_brings_an_issue_and_its_pull_request_once_the_one_before_is_closed() {
    let mut app = TestApp::with(plan(&notes("every = \"day\""), Recur::Start)).await;
    app.look_at_files().await;
    assert_eq!(app.opened(), [""; 0], "it is not due yet");
    app.live_a_day().await;
    let first = IssueNumber(1);
    assert_eq!(
        app.opened(),
        ["#1 Write the notes [\"agent:go\", \"agent:review\", \"role:swe\"]"]
    );
    let issue = app
        .simulator
        .issue(app.repository, first)
        .expect("an issue");
    let words = issue.body.rsplit_once('\n').unwrap_or_default().0;
    insta::assert_snapshot!(words, @"
    `@ben`, write them:

    ```skep-demo
    write NOTES.md: hello
    say Wrote them.
    ```

    ---

    Opened for `recurring.notes` in `.github/skep.toml`: each day at 06:00 UTC. No other one is opened while this issue is open. Closing it stops the work on it; changing the file ends all of it.
    ");
    assert_eq!(app.state(first).await, "in-review", "{}", app.thread(first));
    let pull = app.pull_for(first);
    // Two days go by, and nobody looks at it.
    app.live_a_day().await;
    app.live_a_day().await;
    assert_eq!(app.opened().len(), 1, "{:?}", app.opened());
    app.simulator
        .mark_ready(app.repository, pull.issue.number, "ana")
        .expect("ready");
    app.simulator
        .merge(app.repository, pull.issue.number, "ana")
        .await
        .expect("a merge");
    app.settle().await;
    app.live_a_day().await;
    let opened = app.opened();
    assert_eq!(opened.len(), 2, "{opened:?}");
    // The file ends it.
    app.commit_policy("main", "").await;
    app.look_at_files().await;
    let second = app
        .simulator
        .issue(app.repository, IssueNumber(3))
        .expect("the second");
    app.close_issue(IssueNumber(second.number), "ana");
    app.live_a_day().await;
    app.live_a_day().await;
    assert_eq!(app.opened().len(), 2, "{:?}", app.opened());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_fails_on_the_default_branch_opens_one_issue() {
    let mut app = TestApp::with(plan(&notes("on = [\"workflow_failed\"]"), Recur::Create)).await;
    app.look_at_files().await;
    let head = app.git(&["rev-parse", "refs/heads/main"]);
    for conclusion in ["success", "failure", "failure"] {
        let end = JobEnd {
            name: "build",
            conclusion,
            steps: &[],
            log: "",
        };
        let ended = app.simulator.finish_check(app.repository, head.trim(), end);
        ended.expect("a job");
        app.settle().await;
    }
    assert_eq!(
        app.opened(),
        ["#1 Write the notes [\"role:swe\"]"],
        "nobody has started it"
    );
    let issue = app
        .simulator
        .issue(app.repository, IssueNumber(1))
        .expect("an issue");
    assert!(
        issue.body.contains("failed on the default branch"),
        "{}",
        issue.body
    );
    assert_eq!(app.state(IssueNumber(1)).await, "unknown");
    app.label(IssueNumber(1), "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(IssueNumber(1)).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_takes_the_label_off_stops_it_and_a_mistake_changes_nothing() {
    let mut app = TestApp::with(plan(
        &notes("every = \"day\"\nat = \"06:00\""),
        Recur::Start,
    ))
    .await;
    app.look_at_files().await;
    // Where nobody pushed, the file is not asked for again.
    let before = app.simulator.calls().len();
    app.look_at_files().await;
    let asked = app.simulator.calls().split_off(before);
    let of_file = |path: &str| path.contains(PATH);
    assert!(!asked.iter().any(|call| of_file(&call.path)));
    app.advance(Duration::from_secs(60));
    app.commit_policy("main", &notes("every = \"dey\"")).await;
    let before = app.simulator.calls().len();
    app.look_at_files().await;
    let asked = app.simulator.calls().split_off(before);
    assert!(asked.iter().any(|call| of_file(&call.path)));
    app.simulator
        .add_fault(FaultRule::next("GET", "/repos/*/*/issues/1", Fault::BadGateway).times(1));
    app.live_a_day().await;
    assert_eq!(app.opened().len(), 1, "what it said before holds");
    let first = IssueNumber(1);
    let told = app.one_of_ours(first, "cannot be used").body;
    assert!(told.contains("every: must be `day`"), "{told}");
    app.done().await;
}

/// Where the operator wants none, what a file asks for is told to nobody, however often somebody pushes.
#[tokio::test(flavor = "multi_thread")]
async fn switched_off_nothing_is_told_of_it() {
    let file = plan(&notes("every = \"day\""), Recur::Off);
    let mut app = TestApp::with(|plan| {
        file(plan);
        plan.issues.onboarding = true;
    })
    .await;
    for day in ["tuesday", "friday"] {
        app.look_at_files().await;
        app.advance(Duration::from_secs(60));
        app.commit_policy("main", &notes(&format!("every = \"{day}\"")))
            .await;
    }
    let before = app.simulator.calls().len();
    app.look_at_files().await;
    let asked = app.simulator.calls().split_off(before);
    assert!(asked.iter().any(|call| call.path.contains(PATH)));
    // Nobody has pushed: now and then it is read all the same, because what is known of a repository is forgotten when it is taken away.
    for (hours, asks) in [(0, false), (6, true)] {
        app.advance(Duration::from_secs(hours * 3_600));
        let before = app.simulator.calls().len();
        app.look_at_files().await;
        let asked = app.simulator.calls().split_off(before);
        assert_eq!(asked.iter().any(|call| call.path.contains(PATH)), asks);
    }
    let key = TaskKey::new(app.repository, IssueNumber::REPOSITORY);
    let told = app.store().task(key).await.expect("a look");
    assert!(told.is_none(), "{told:?}");
    app.done().await;
}

/// Killed after any step, with the answer to the creation lost or not: one issue, and its pull request.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_any_step_opens_one_issue() {
    for step in 0..14 {
        let mut app = TestApp::with(plan(&notes("every = \"day\""), Recur::Start)).await;
        app.look_at_files().await;
        if step % 2 == 0 {
            app.simulator.add_fault(FaultRule::next(
                "POST",
                "/repos/*/*/issues",
                Fault::DropAfter,
            ));
        }
        let six = app.now() - app.now() % DAY + DAY + DAY / 4 + 1;
        app.advance_to(six);
        for _ in 0..step {
            app.step().await;
        }
        app.crash().await;
        app.open().await;
        app.look_at_files().await;
        app.live_until(app.now() + 3_600_000).await;
        assert_eq!(
            app.opened().len(),
            1,
            "killed after {step}: {:?}",
            app.opened()
        );
        assert_eq!(
            app.state(IssueNumber(1)).await,
            "in-review",
            "killed after {step}"
        );
        app.done().await;
    }
}

/// Down for a week: what went by is done once.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_without_skep_is_one_issue() {
    let mut app = TestApp::with(plan(&notes("every = \"day\""), Recur::Create)).await;
    app.look_at_files().await;
    app.crash().await;
    app.advance(Duration::from_secs(7 * 86_400));
    app.open().await;
    app.look_at_files().await;
    assert_eq!(app.opened().len(), 1, "{:?}", app.opened());
    app.live_a_day().await;
    assert_eq!(app.opened().len(), 1, "the first is open");
    app.done().await;
}

/// A release opens one, by whatever name it has.
#[tokio::test(flavor = "multi_thread")]
async fn a_release_opens_an_issue_that_names_it() {
    let mut app = TestApp::with(plan(&notes("on = [\"release\"]"), Recur::Start)).await;
    app.look_at_files().await;
    let published = app
        .simulator
        .publish_release(app.repository, "v1.2.0", "ana");
    published.expect("a release");
    app.settle_all().await;
    let issue = app
        .simulator
        .issue(app.repository, IssueNumber(1))
        .expect("an issue");
    assert_eq!(issue.title, "Write the notes (v1.2.0)");
    assert!(
        issue.body.contains("the release `v1.2.0` was published"),
        "{}",
        issue.body
    );
    assert_eq!(
        app.state(IssueNumber(1)).await,
        "in-review",
        "{}",
        app.thread(IssueNumber(1))
    );
    app.done().await;
}

/// No webhook comes: both are found by the look every ten minutes, what was there before the file wanted them is none of its business, and
/// what a webhook told as well is one issue.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_told_of_is_found_and_is_told_once() {
    for hearing in [Hearing::Polls(Duration::from_secs(30)), Hearing::Webhooks] {
        let polls = hearing.every().is_some();
        let both = notes("on = [\"release\", \"workflow_failed\"]");
        let file = plan(&both, Recur::Create);
        let mut app = TestApp::with(|plan| {
            file(plan);
            plan.hearing = hearing;
        })
        .await;
        app.simulator
            .publish_release(app.repository, "v0.9.0", "ana")
            .expect("a release");
        app.advance(Duration::from_secs(3_600));
        app.look_at_files().await;
        app.live_until(app.now() + 600_000).await;
        app.look_at_files().await;
        assert_eq!(app.opened(), [""; 0], "it was there before");
        app.simulator
            .publish_release(app.repository, "v1.0.0", "ana")
            .expect("a release");
        app.live_until(app.now() + 600_000).await;
        app.look_at_files().await;
        let title = |app: &TestApp, issue| {
            let issue = app.simulator.issue(app.repository, IssueNumber(issue));
            issue.map(|issue| issue.title).unwrap_or_default()
        };
        assert_eq!(title(&app, 1), "Write the notes (v1.0.0)", "polls: {polls}");
        app.close_issue(IssueNumber(1), "ana");
        app.settle().await;
        app.live_until(app.now() + 600_000).await;
        app.look_at_files().await;
        assert_eq!(app.opened().len(), 1, "one release: {:?}", app.opened());
        let head = app.git(&["rev-parse", "refs/heads/main"]);
        let end = JobEnd {
            name: "build",
            conclusion: "failure",
            steps: &[],
            log: "",
        };
        let ended = app.simulator.finish_check(app.repository, head.trim(), end);
        ended.expect("a job");
        app.live_until(app.now() + 600_000).await;
        app.look_at_files().await;
        assert_eq!(app.opened().len(), 2, "polls: {polls}: {:?}", app.opened());
        app.done().await;
    }
}
