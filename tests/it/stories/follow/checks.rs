//! Checks on our branch: what fails goes to the agent while there are rounds, what fails on the base is left alone, and
//! green ones make a draft ready.

use skep::core::policy::MakeReady;
use skep_simulator::{JobEnd, Required, StatusDraft};

use super::Told;
use crate::test_app::TestApp;

/// An agent that fixes its note each time it is sent.
const FIXING: &str = "write NOTE.md: one\nsay Wrote it.\nrest\nwrite NOTE.md: two\nfinish Fixed it.\nrest\nwrite NOTE.md: \
                       three\nfinish Fixed it again.\nrest\nwrite NOTE.md: four\nfinish Once more.\nrest\nwrite NOTE.md: \
                       five\nfinish And again.";

const LOG: &str = "2026-01-01T00:00:01.0000000Z ##[group]Run cargo test\n2026-01-01T00:00:02.0000000Z test note ... FAILED\n\
                   2026-01-01T00:00:02.5000000Z token ghp_a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2a1B2\n\
                   2026-01-01T00:00:03.0000000Z ##[error]Process completed with exit code 101.\n";

impl Told {
    /// A job of CI ends on the head of the branch.
    pub(super) fn job(&self, name: &str, conclusion: &str) {
        let end = JobEnd {
            steps: &[("Set up job", "success"), ("Run cargo test", conclusion)],
            log: LOG,
            ..JobEnd::default()
        };
        let (app, head) = (&self.app, self.head());
        app.simulator
            .finish_check(
                app.repository,
                head.as_str(),
                JobEnd {
                    name,
                    conclusion,
                    ..end
                },
            )
            .expect("a job");
    }

    fn needs_you(&self) -> bool {
        self.app
            .labels(self.issue)
            .contains(&"agent:needs-you".to_owned())
    }

    /// A check on the head of the base.
    fn on_base(&self, name: &str, conclusion: &str) {
        let base = self
            .app
            .simulator
            .branch_head(self.app.repository, "main")
            .expect("main");
        self.app
            .simulator
            .set_check(self.app.repository, base.as_str(), name, Some(conclusion))
            .expect("a check");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_job_goes_to_the_agent_with_its_step_and_log_and_green_makes_it_ready() {
    let mut told = Told::new(FIXING).await;
    told.job("test", "failure");
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("two\n"),
        "{}",
        told.read()
    );
    let prompt = told.last_prompt().await;
    for part in [
        "Check \"test\", step \"Run cargo test\"",
        "test note ... FAILED",
        "exit code 101",
    ] {
        assert!(prompt.contains(part), "{part}: {prompt}");
    }
    assert!(
        !prompt.contains("ghp_a1B2"),
        "a secret in a log is no word for the agent: {prompt}"
    );
    assert!(told.app.the_pull().draft);
    told.job("test", "success");
    told.settle().await;
    assert!(!told.app.the_pull().draft, "{}", told.read());
    assert_eq!(
        (
            told.revisions().await,
            told.names("pull_request.ready").await
        ),
        (1, 1)
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_three_rounds_a_person_has_to_look_and_a_persons_word_counts_anew() {
    let mut told = Told::new(FIXING).await;
    for _ in 0..5 {
        told.job("test", "failure");
        told.settle().await;
    }
    assert_eq!(
        (
            told.file("NOTE.md").await.as_deref(),
            told.revisions().await
        ),
        (Some("four\n"), 3),
        "{}",
        told.read()
    );
    assert!(told.needs_you(), "{}", told.read());
    insta::assert_snapshot!(told.read());
    told.comment("ana", "/agent try once more");
    told.settle().await;
    assert_eq!(
        (
            told.file("NOTE.md").await.as_deref(),
            told.revisions().await
        ),
        (Some("five\n"), 4),
        "{}",
        told.read()
    );
    assert!(!told.needs_you(), "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_changes_nothing_for_a_failed_check_is_not_sent_again() {
    let mut told =
        Told::new("write NOTE.md: one\nsay Wrote it.\nrest\nfinish I cannot fix that.").await;
    told.job("test", "failure");
    told.settle().await;
    assert_eq!(told.revisions().await, 1, "{}", told.read());
    assert!(told.needs_you(), "{}", told.read());
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_rounds_together_have_a_limit() {
    let app = TestApp::with(|plan| plan.limits.rounds = 2).await;
    let mut told = Told::within(app, FIXING).await;
    for _ in 0..3 {
        told.job("test", "failure");
        told.settle().await;
    }
    assert_eq!(
        (
            told.file("NOTE.md").await.as_deref(),
            told.revisions().await
        ),
        (Some("three\n"), 2),
        "{}",
        told.read()
    );
    assert!(told.needs_you(), "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_on_the_base_as_well_is_reported_and_not_chased() {
    let mut told = Told::new(FIXING).await;
    told.on_base("flaky", "failure");
    told.job("flaky", "failure");
    told.settle().await;
    assert_eq!(
        (told.revisions().await, told.needs_you()),
        (0, false),
        "{}",
        told.read()
    );
    insta::assert_snapshot!(told.read());
    // What is ours is chased, and the agent is told what to leave alone.
    told.app
        .simulator
        .set_status(
            told.app.repository,
            told.head().as_str(),
            StatusDraft {
                context: "lint",
                state: "failure",
            },
            "ana",
        )
        .expect("one");
    told.app
        .simulator
        .push_to_branch(
            told.app.repository,
            super::BRANCH,
            &[("ANA.md", "x\n")],
            "ana",
        )
        .await
        .expect("one");
    told.job("flaky", "failure");
    told.app
        .simulator
        .set_status(
            told.app.repository,
            told.head().as_str(),
            StatusDraft {
                context: "lint",
                state: "failure",
            },
            "ana",
        )
        .expect("one");
    told.settle().await;
    assert_eq!(told.revisions().await, 1, "{}", told.read());
    assert!(
        told.last_prompt()
            .await
            .contains("they fail on the base branch as well: flaky")
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_and_a_workflow_that_cannot_start_count_too() {
    let mut told = Told::new(FIXING).await;
    told.app
        .simulator
        .set_status(
            told.app.repository,
            told.head().as_str(),
            StatusDraft {
                context: "lint",
                state: "failure",
            },
            "ana",
        )
        .expect("one");
    told.settle().await;
    assert_eq!(told.revisions().await, 1, "{}", told.read());
    assert!(told.last_prompt().await.contains("Check \"lint\""));
    told.app
        .simulator
        .fail_to_start(told.app.repository, told.head().as_str(), "CI")
        .expect("a broken workflow");
    told.settle().await;
    assert_eq!(told.revisions().await, 2, "{}", told.read());
    assert!(told.last_prompt().await.contains("Check \"CI\""));
    told.done().await;
}

/// The event says failure; by the time it is looked at, the job has been run again.
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_a_hint_and_what_is_read_counts() {
    let mut told = Told::new(FIXING).await;
    told.job("test", "failure");
    told.app.settle().await;
    told.job("test", "success");
    told.settle().await;
    assert_eq!(
        (told.revisions().await, told.app.the_pull().draft),
        (0, false),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_waits_for_every_required_check() {
    let mut told = Told::new(FIXING).await;
    let home = told.app.repository;
    told.app
        .simulator
        .require_checks(home, "main", Required::Rules, &["test", "lint"])
        .expect("a rule");
    told.job("test", "success");
    told.settle().await;
    assert!(
        told.app.the_pull().draft,
        "lint is missing: {}",
        told.read()
    );
    told.job("lint", "success");
    told.settle().await;
    assert!(!told.app.the_pull().draft, "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_stays_one_without_checks_and_where_the_operator_wants_it() {
    let told = Told::new(FIXING).await;
    assert!(told.app.the_pull().draft, "no checks, nothing is known");
    told.done().await;
    let app = TestApp::with(|plan| plan.ready = MakeReady::Never).await;
    let mut told = Told::within(app, FIXING).await;
    told.job("test", "success");
    told.settle().await;
    assert!(told.app.the_pull().draft);
    insta::assert_snapshot!(told.read());
    told.done().await;
}
