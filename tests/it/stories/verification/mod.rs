//! The server runs the repository's own commands on the exact commit, and what it saw counts; what the agent says of its tests does not.

mod crash;
mod liars;
mod passes;
mod trouble;

use skep::core::effect::EffectKind;
use skep::core::ids::{IssueNumber, Sha};
use skep_simulator::CheckView;
use skep_simulator::world::account::Access;

use crate::test_app::{Options, TestApp};

/// The branch of the stories.
const BRANCH: &str = "agent/1-add-a-note";
/// What passes, and says so.
const RIGHT: &str = "write NOTE.md: right\nfinish Wrote it. | All tests pass.";
/// What never passes, and says that it does.
const WRONG: &str = "write NOTE.md: one\nfinish Wrote it. | All tests pass.\nrest\nwrite NOTE.md: two\nfinish Mended. | All tests pass \
                     now.\nrest\nwrite NOTE.md: three\nfinish Mended again. | Every test passes.\nrest\nwrite NOTE.md: right\nfinish At last.";
/// What passes nothing, and is not mended.
const STUBBORN: &str = "write NOTE.md: one\nfinish Wrote it. | All tests pass.\nrest\nfinish They do pass. | All tests pass.";
const CHECK: &str =
    "grep -q right NOTE.md && exit 0\necho \"the note is $(cat NOTE.md)\"\nexit 3\n";

/// A repository with commands for that.
fn verified(plan: &mut Options) {
    with(plan, "[verify]\ncommands = [\"sh check.sh\"]\n", CHECK);
}

fn with(plan: &mut Options, policy: &str, check: &str) {
    plan.files.push((".github/skep.toml".into(), policy.into()));
    plan.files.push(("check.sh".into(), check.into()));
}

/// A pull request that the server verifies.
struct Told {
    app: TestApp,
    issue: IssueNumber,
}

impl Told {
    /// The issue is labeled; nothing has happened yet.
    async fn begun(script: &str, wish: impl FnOnce(&mut Options)) -> Self {
        let app = TestApp::with(wish).await;
        app.grant_checks(Some(Access::Write));
        let issue = app.go("Add a note", script);
        Self { app, issue }
    }

    /// Everything has happened that comes by itself.
    async fn new(script: &str, wish: impl FnOnce(&mut Options)) -> Self {
        let mut told = Self::begun(script, wish).await;
        told.app.settle_all().await;
        told
    }

    /// Somebody comments on the pull request.
    async fn comment(&mut self, words: &str) {
        let pull = self.app.the_pull().issue.number;
        self.app.advance(std::time::Duration::from_secs(60));
        self.app
            .simulator
            .comment(self.app.repository, pull, "ana", words)
            .expect("a comment");
        self.app.settle_all().await;
    }

    fn head(&self) -> Sha {
        let head = self.app.simulator.branch_head(self.app.repository, BRANCH);
        let head = head.map(|sha| sha.as_str().parse());
        head.expect("the branch").expect("a commit")
    }

    /// The server's check runs of a commit.
    fn checks_of(&self, head: &Sha) -> Vec<CheckView> {
        let mut all = self
            .app
            .simulator
            .checks(self.app.repository, head.as_str());
        all.retain(|check| check.name == "skep/verify");
        all
    }

    /// What the one of the head says.
    fn verdict(&self) -> String {
        let all = self.checks_of(&self.head()).into_iter();
        let said = all.map(|check| format!("{}: {}", check.conclusion, spans(&check.title)));
        said.collect::<Vec<_>>().join("; ")
    }

    /// The section of the pull request's text.
    fn section(&self) -> String {
        let body = self.app.the_pull().issue.body;
        let from = body.find("### Agent claimed");
        let from = from.unwrap_or_else(|| panic!("no section: {body}"));
        let section = &body[from..];
        let to = section.find("\n<details>").unwrap_or(section.len());
        crate::test_app::timeless(&spans(section[..to].trim_end()))
    }

    fn draft(&self) -> bool {
        self.app.the_pull().draft
    }

    fn has_label(&self, label: &str) -> bool {
        self.app.labels(self.issue).contains(&label.to_owned())
    }

    /// How often something happened.
    async fn names(&self, name: &str) -> usize {
        let all = self.app.timeline(self.issue).await;
        all.iter().filter(|other| *other == name).count()
    }

    async fn verifications(&self) -> usize {
        self.app.planned(self.issue, EffectKind::Verify).await.len()
    }

    async fn done(self) {
        let left = self.app.data_dir().join("verifications");
        let left = std::fs::read_dir(left).map_or(0, Iterator::count);
        assert_eq!(left, 0, "a checkout is left");
        self.app.done().await;
    }
}

impl TestApp {
    /// What the App may do with checks.
    pub(crate) fn grant_checks(&self, access: Option<Access>) {
        let installation = self.simulator.installation(self.repository);
        self.simulator
            .set_app_permission(installation.expect("installed"), "checks", access)
            .expect("granted");
    }
}

/// Times that differ in every run.
fn spans(text: &str) -> String {
    let span = regex::Regex::new(r"\b[0-9]+ (ms|s)\b").expect("a pattern");
    span.replace_all(text, "SPAN").into_owned()
}
