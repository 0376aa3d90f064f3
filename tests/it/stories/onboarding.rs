//! The first pull request of a repository: proposed once where the operator wants it, and never after that.

use std::time::Duration;

use skep::core::onboarding::BRANCH;
use skep::core::vocabulary::Vocabulary;
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::TestApp;

const PATH: &str = ".github/skep.toml";

impl TestApp {
    /// What the sweep does every ten minutes.
    async fn look_round(&mut self) {
        self.product().sweep.facts().await;
        self.settle().await;
    }

    fn first_pulls(&self) -> Vec<skep_simulator::PullView> {
        let pulls = self.simulator.pulls(self.repository).expect("pulls");
        let ours = pulls.into_iter().filter(|pull| pull.head == BRANCH);
        ours.collect()
    }
}

async fn app() -> TestApp {
    TestApp::with(|plan| {
        plan.issues.onboarding = true;
        plan.issues.words = Vocabulary::new("bot", "/agent").expect("words");
        plan.files
            .push(("Cargo.toml".into(), "[package]\nname = \"x\"\n".into()));
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_once_says_what_it_is_and_is_not_asked_for_again() {
    let mut app = app().await;
    app.simulator.set_label_prefix("bot:");
    app.look_round().await;
    let [pull] = app.first_pulls().try_into().expect("one");
    assert!(!pull.draft && pull.issue.open);
    insta::assert_snapshot!(pull.issue.body, @"
    skep is installed here: an issue with the label `bot:go` gets a coding agent, which asks on the issue and opens a draft pull request. With `bot:plan` beside it, it plans first.

    This adds `.github/skep.toml` with everything a repository can say about that, all of it commented out: merging it changes nothing yet.

    - `verify.commands` holds what would run the tests, by the files of this repository: `cargo test`.
    - There is no `AGENTS.md`: a short one that says how to build, how to test and what to leave alone makes agents much better. Coding agents of every kind read it.

    Merge it, change it before that, or close it: it is not proposed again. Nothing depends on it.
    ");
    let file = app.git(&["show", &format!("{}:{PATH}", pull.head_sha)]);
    assert!(file.contains("#commands = [\"cargo test\"]"), "{file}");
    let labels = app.simulator.labels(app.repository).expect("labels");
    assert!(
        labels.iter().any(|label| label.starts_with("bot:go ")),
        "{labels:?}"
    );
    let changed = app.git(&["diff", "--name-only", "main", &pull.head_sha]);
    assert_eq!(changed.trim(), PATH);
    // People say no, and skep asks no more, not even a new one.
    app.simulator
        .close_pull(app.repository, pull.issue.number, "ana")
        .expect("closed");
    app.look_round().await;
    app.crash().await;
    app.open().await;
    app.look_round().await;
    assert_eq!(app.first_pulls().len(), 1);
    // Work goes on beside it as ever.
    let issue = app.issue(
        "Note",
        "```skep-demo\nwrite NOTE.md: hello\nsay Done.\n```",
        &[],
    );
    app.label(issue, "bot:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_has_its_file_gets_none_and_so_does_one_that_is_off() {
    for (file, off) in [(true, false), (false, true)] {
        let mut app = TestApp::with(|plan| {
            plan.issues.onboarding = true;
            if file {
                plan.files.push((PATH.into(), "egress_allow = []\n".into()));
            }
            if off {
                plan.issues.off.push("octo/*".into());
            }
        })
        .await;
        app.look_round().await;
        assert_eq!(app.first_pulls().len(), 0, "{file} {off}");
        app.done().await;
    }
}

/// There is nothing to propose something to, before somebody pushes.
#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_gets_it_after_its_first_push() {
    let mut app = app().await;
    let created = app.simulator.create_repository("octo", "fresh", &[]).await;
    let fresh = created.expect("a repository");
    app.look_round().await;
    let pulls = |app: &TestApp| app.simulator.pulls(fresh).expect("pulls").len();
    assert_eq!((app.first_pulls().len(), pulls(&app)), (1, 0));
    app.advance(Duration::from_secs(600));
    app.look_round().await;
    assert_eq!(pulls(&app), 0);
    let pushed = app
        .simulator
        .push_to_branch(fresh, "main", &[("README.md", "# Fresh\n")], "ana");
    pushed.await.expect("pushed");
    app.advance(Duration::from_secs(600));
    app.look_round().await;
    assert_eq!(pulls(&app), 1);
    app.done().await;
}

/// Killed after any step, and with each of GitHub's answers lost: one pull request with one commit.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_lost_on_the_way_there_is_one() {
    let calls = [
        ("POST", "/repos/*/*/git/refs"),
        ("PUT", "/repos/octo/hello/contents/.github/skep.toml"),
        ("POST", "/repos/*/*/pulls"),
    ];
    for (step, (method, call)) in calls.into_iter().enumerate() {
        let mut app = app().await;
        app.simulator
            .add_fault(FaultRule::next(method, call, Fault::DropAfter));
        app.product().sweep.facts().await;
        for _ in 0..=step {
            app.step().await;
        }
        app.crash().await;
        app.open().await;
        app.settle_all().await;
        let [pull] = app.first_pulls().try_into().expect("one");
        let commits = app.git(&["rev-list", "--count", &format!("main..{}", pull.head_sha)]);
        assert_eq!(commits.trim(), "1", "{call}");
        app.done().await;
    }
}
