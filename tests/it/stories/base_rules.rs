//! Where GitHub would let the App put something on the base branch without a person, skep does no work until that is closed or the
//! operator lets it pass.

use skep::core::base_rules::OnBaseRules;
use skep::core::policy::Readiness;
use skep_simulator::world::ruleset::{RulesetBypass, RulesetDraft};

use crate::test_app::TestApp;

/// As long as what was found holds.
const HOLDS: std::time::Duration = std::time::Duration::from_secs(120);

async fn looking(on: OnBaseRules) -> TestApp {
    TestApp::with(|plan| {
        plan.readiness = Readiness::Block;
        plan.base_rules = on;
    })
    .await
}

impl TestApp {
    async fn ready(&mut self) {
        self.settle_all().await;
        self.product().look_at_readiness().await;
        self.settle_all().await;
    }

    fn rule(&self, rules: &[&str], bypass: RulesetBypass) {
        let draft = RulesetDraft {
            name: "keep main",
            branch: "main",
            rules,
            bypass,
        };
        let set = self.simulator.set_ruleset(self.repository, draft);
        set.expect("a ruleset");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_may_bypass_the_rules_does_no_work_until_it_may_not() {
    for bypass in [RulesetBypass::Always, RulesetBypass::PullRequests] {
        let mut app = looking(OnBaseRules::Refuse).await;
        app.rule(&["pull_request"], bypass);
        let issue = app.go("Add a note", "write A.md: a");
        app.ready().await;
        assert_eq!(app.state(issue).await, "queued");
        let said = app.status(issue);
        assert!(
            said.starts_with("**Queued** · the App may bypass the ruleset `keep main` of `main`; whoever owns the repository"),
            "{said}"
        );
        app.rule(&["pull_request"], RulesetBypass::Never);
        app.advance(HOLDS);
        app.ready().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_rules_work_starts_unless_the_operator_requires_them() {
    let mut app = looking(OnBaseRules::Refuse).await;
    let issue = app.go("Add a note", "write A.md: a");
    app.ready().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;

    let mut app = looking(OnBaseRules::Require).await;
    // That nobody may delete it keeps nobody from pushing to it.
    app.rule(&["deletion"], RulesetBypass::Never);
    let issue = app.go("Add a note", "write A.md: a");
    app.ready().await;
    assert_eq!(app.state(issue).await, "queued");
    let said = app.status(issue);
    assert!(
        said.contains("nothing on GitHub keeps the App from pushing to `main`"),
        "{said}"
    );
    app.rule(&["update"], RulesetBypass::Never);
    app.advance(HOLDS);
    app.ready().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_does_not_show_holds_nothing_up_and_the_operator_may_let_all_pass() {
    let hidden = (OnBaseRules::Require, RulesetBypass::Hidden);
    let passes = [
        (OnBaseRules::Warn, RulesetBypass::Always),
        (OnBaseRules::Off, RulesetBypass::Always),
    ];
    for (on, bypass) in passes.into_iter().chain([hidden]) {
        let mut app = looking(on).await;
        app.rule(&["pull_request"], bypass);
        let issue = app.go("Add a note", "write A.md: a");
        app.ready().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{on:?} {}",
            app.thread(issue)
        );
        app.done().await;
    }
}
