//! A repository's own policy, `.github/skep.toml`: read from its default branch alone, told once where it is wrong, and then as it was.

use skep::core::effect::{Action, EffectKind, Grants};
use skep::core::ids::IssueNumber;

use crate::test_app::{Options, TestApp};

const PATH: &str = ".github/skep.toml";
const ECHO: &str = "run printf '%s' \"$TEST_SETTING\" > setting.txt\nsay Wrote it.";

fn with_policy(text: &str) -> impl FnOnce(&mut Options) + use<> {
    let file = (PATH.to_owned(), text.to_owned());
    |plan: &mut Options| plan.files.push(file)
}

impl TestApp {
    /// What the last turn of an issue was granted.
    pub(crate) async fn granted(&self, issue: IssueNumber) -> Grants {
        let planned = self.planned(issue, EffectKind::RunTurn).await;
        match planned.last().map(|effect| effect.action.clone()) {
            Some(Action::RunTurn(run)) => run.turn.grants,
            other => panic!("no turn: {other:?}\n{}", self.thread(issue)),
        }
    }

    pub(crate) async fn commit_policy(&self, branch: &str, text: &str) {
        let files = [(PATH, text)];
        let pushed = self
            .simulator
            .push_to_branch(self.repository, branch, &files, "ana");
        pushed.await.expect("a push");
        // What was read a moment ago is taken as it was.
        self.advance(std::time::Duration::from_secs(120));
    }

    async fn setting(&mut self, title: &str) -> (IssueNumber, String) {
        let issue = self.go(title, ECHO);
        self.settle_all().await;
        let head = self.pull_for(issue).head_sha;
        (issue, self.git(&["show", &format!("{head}:setting.txt")]))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_variables_and_hosts_reach_its_sessions() {
    let policy =
        "egress_allow = [\"npm\", \"files.example.com\"]\n[env]\nTEST_SETTING = \"blue\"\n";
    let mut app = TestApp::with(with_policy(policy)).await;
    let (issue, setting) = app.setting("Read it").await;
    assert_eq!(setting, "blue");
    assert_eq!(
        app.granted(issue).await.egress,
        ["npm", "files.example.com"]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_protects_is_held_back() {
    let mut app = TestApp::with(with_policy("protected = [\"infra/**\"]\n")).await;
    let held = app.go("Widen", "write infra/prod/main.tf: x\nsay Done.");
    let free = app.go("Note", "write docs/infra.md: x\nsay Done.");
    app.settle_all().await;
    let said = app.told(held);
    assert!(
        said.contains("1 protected path (`infra/prod/main.tf`)"),
        "{said}"
    );
    assert_eq!(app.state(free).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_told_once_and_the_last_good_state_holds() {
    let mut app = TestApp::with(with_policy("[env]\nTEST_SETTING = \"good\"\n")).await;
    let (_, setting) = app.setting("First").await;
    assert_eq!(setting, "good");
    let wrong = "egres_allow = [\"npm\"]\n[env]\nTEST_SETTING = \"bad\"\nPATH = \"/tmp\"\n";
    app.commit_policy("main", wrong).await;
    let (met, setting) = app.setting("Second").await;
    assert_eq!(setting, "good");
    let told = app.one_of_ours(met, "cannot be used").body;
    assert!(
        told.contains("`.github/skep.toml` on the default branch cannot be used**: 2 mistakes"),
        "{told}"
    );
    assert!(
        told.contains(
            ".github/skep.toml:1: egres_allow: there is no such key. Did you mean `egress_allow`?"
        ) && told.contains(".github/skep.toml:4: env.PATH:")
            && told.contains("What it said before holds until then."),
        "{told}"
    );
    app.advance(std::time::Duration::from_secs(120));
    let (other, setting) = app.setting("Third").await;
    assert_eq!(setting, "good");
    assert!(app.ours_with(other, "cannot be used").is_empty());
    app.commit_policy("main", "[env]\nTEST_SETTING = \"mended\"\n")
        .await;
    let (_, setting) = app.setting("Fourth").await;
    assert_eq!(setting, "mended");
    app.commit_policy("main", wrong).await;
    let (_, setting) = app.setting("Fifth").await;
    assert_eq!(setting, "mended");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_on_another_branch_is_not_believed() {
    let mut app = TestApp::with(with_policy("[env]\nTEST_SETTING = \"main\"\n")).await;
    app.commit_policy("topic", "[env]\nTEST_SETTING = \"topic\"\n")
        .await;
    let issue = app.go_as("From a topic", ECHO, &["base:topic"]);
    app.settle_all().await;
    let head = app.pull_for(issue).head_sha;
    assert_eq!(app.git(&["show", &format!("{head}:setting.txt")]), "main");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_in_the_working_copy_is_not_believed() {
    let mut app = TestApp::with(with_policy("protected = [\"infra/**\"]\n")).await;
    let script = "run printf '' > .github/skep.toml\nwrite infra/x: x\nsay Done.";
    let issue = app.go("Open up", script);
    app.settle_all().await;
    let said = app.told(issue);
    assert!(
        said.contains("2 protected paths (`.github/skep.toml`, `infra/x`)"),
        "{said}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_deleted_asks_for_nothing_any_more() {
    let mut app = TestApp::new().await;
    let before = app.simulator.branch_head(app.repository, "main");
    app.commit_policy("main", "[env]\nTEST_SETTING = \"on\"\n")
        .await;
    let (_, setting) = app.setting("With it").await;
    assert_eq!(setting, "on");
    let home = app.repository;
    let moved = app
        .simulator
        .move_branch(home, "main", before.as_ref(), "ana");
    moved.await.expect("a push");
    app.advance(std::time::Duration::from_secs(120));
    let (issue, setting) = app.setting("Without it").await;
    assert_eq!(setting, "");
    assert_eq!(app.granted(issue).await, Grants::default());
    app.done().await;
}

/// A start that need not wait reads it once; one that waited reads it again.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_reads_it_once() {
    let mut app = TestApp::with(with_policy("protected = [\"infra/**\"]\n")).await;
    app.go("Work", "write a.txt: a\nsay Done.");
    app.settle_all().await;
    assert_eq!(app.calls("GET", PATH), 1);
    app.done().await;
}
