//! The gate for pull requests: a check run says whether one belongs to an issue that was released to agents.

use std::time::Duration;

use skep::core::gated_pulls::GatedPulls;
use skep::core::ids::IssueNumber;
use skep::core::vocabulary::Vocabulary;
use skep::http::Target;
use skep_simulator::CheckView;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::account::Access;
use skep_simulator::world::{IssueDraft, PullDraft};

use crate::test_app::TestApp;

const BOT: &str = "copilot[bot]";

async fn app(gated: GatedPulls) -> TestApp {
    let app = TestApp::with(|plan| plan.issues.pull_gate = gated).await;
    app.simulator.create_bot(BOT);
    app.permit(BOT, "write");
    app.permit("ben", "write");
    grant(&app, Some(Access::Write));
    app
}

fn grant(app: &TestApp, access: Option<Access>) {
    let installation = app
        .simulator
        .installation(app.repository)
        .expect("installed");
    app.simulator
        .set_app_permission(installation, "checks", access)
        .expect("granted");
}

impl TestApp {
    /// Somebody opens a pull request from a branch with one commit.
    async fn pull_by(&mut self, who: &str, branch: &str, body: &str) -> IssueNumber {
        let file = format!("{branch}.md");
        self.simulator
            .push_to_branch(self.repository, branch, &[(file.as_str(), "one\n")], who)
            .await
            .expect("a push");
        let draft = PullDraft {
            title: "A page".into(),
            body: Some(body.to_owned()),
            head: branch.to_owned(),
            base: "main".into(),
            draft: false,
        };
        let opened = self.simulator.open_pull(self.repository, who, draft).await;
        let pull = IssueNumber(opened.expect("a pull request"));
        self.settle_all().await;
        pull
    }

    /// What the gate's check runs say at the head of a pull request.
    fn gate(&self, pull: IssueNumber) -> Vec<CheckView> {
        let mut pulls = self.pulls().into_iter();
        let pull = pulls.find(|one| one.issue.number == pull.0);
        let head = pull.expect("a pull request").head_sha;
        let mut all = self.simulator.checks(self.repository, &head);
        all.retain(|check| check.app == "skep");
        all
    }

    fn verdict(&self, pull: IssueNumber) -> String {
        let all = self.gate(pull).into_iter();
        let said = all.map(|check| format!("{}: {}", check.conclusion, check.title));
        said.collect::<Vec<_>>().join("; ")
    }

    async fn write(&mut self, pull: IssueNumber, body: &str) {
        self.simulator
            .edit_body(self.repository, pull, body, BOT)
            .expect("an edit");
        self.settle_all().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agents_pull_request_must_name_a_released_issue() {
    let mut app = app(GatedPulls::Agents).await;
    let issue = app.issue("Add a page", "Please.", &[]);
    let pull = app.pull_by(BOT, "page", "A page.").await;
    assert_eq!(app.verdict(pull), "failure: Names no issue");
    let check = app.gate(pull).remove(0);
    assert_eq!(
        (check.name.as_str(), check.external_id),
        ("skep / issue", format!("skep:pull:{pull}"))
    );
    insta::assert_snapshot!(check.summary, @"
    This pull request does not say which issue it is for.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
    app.write(pull, &format!("Unlike #{issue}, `Fixes #{issue}`."))
        .await;
    assert_eq!(app.verdict(pull), "failure: Names no issue");
    app.write(pull, &format!("Fixes #{issue}")).await;
    assert_eq!(app.verdict(pull), "failure: #1 does not release it");
    insta::assert_snapshot!(app.gate(pull).remove(0).summary, @"
    This pull request is for no issue that was released to agents:

    - #1 carries neither the label `agent:go` nor `agent:sprint`.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on #1. If they have write access, that starts skep's agent there as well.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
    // Ben may only read: his label starts nothing, and releases the pull request all the same.
    app.permit("ben", "triage");
    app.label_by("ben", issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "success: Belongs to #1");
    app.unlabel(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "failure: #1 does not release it");
    app.label(pull, "agent:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "success: Released by its own label");
    // Each head has a check run of its own, made once.
    app.simulator
        .push_to_branch(app.repository, "page", &[("page.md", "two\n")], BOT)
        .await
        .expect("a push");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "success: Released by its own label");
    app.unlabel(pull, "agent:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "failure: #1 does not release it");
    // Nobody was started for all that, and nobody was told.
    assert!(app.our_comments(pull).is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_pass_unless_all_are_judged_and_what_is_over_is_not() {
    let mut agents = app(GatedPulls::Agents).await;
    let pull = agents.pull_by("ben", "page", "A page.").await;
    assert_eq!(agents.verdict(pull), "");
    agents.done().await;
    let mut all = app(GatedPulls::All).await;
    let pull = all.pull_by("ben", "page", "A page.").await;
    assert_eq!(all.verdict(pull), "failure: Names no issue");
    all.simulator
        .close_pull(all.repository, pull, "ben")
        .expect("closed");
    all.settle_all().await;
    let before = all.simulator.calls().len();
    all.write(pull, "See #99").await;
    assert_eq!(all.verdict(pull), "failure: Names no issue", "it is over");
    assert!(all.simulator.calls().len() <= before + 1);
    all.done().await;
    let mut off = app(GatedPulls::Off).await;
    let pull = off.pull_by(BOT, "page", "A page.").await;
    assert_eq!(off.verdict(pull), "");
    off.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_issue_does_not_count_and_is_named() {
    let mut app = app(GatedPulls::All).await;
    let other = app.pull_by("ben", "other", "Another page.").await;
    let pull = app
        .pull_by(
            BOT,
            "page",
            &format!("Closes #{other}, #77 and octo/secret#3"),
        )
        .await;
    assert_eq!(
        app.verdict(pull),
        "failure: No issue that it names releases it"
    );
    insta::assert_snapshot!(app.gate(pull).remove(0).summary, @"
    This pull request is for no issue that was released to agents:

    - #1 is a pull request, not an issue.
    - #77 is not there, or not for everybody who can read this.
    - octo/secret#3 is not there, or not for everybody who can read this.

    One of these mends it:

    - Its author writes `Closes #n` into the title or the description (or Fixes, Resolves, Issue, Ref, See; also `owner/repo#n` or the issue's address), where issue n carries the label `agent:go`.
    - Somebody who may label puts `agent:go` on this pull request. That starts nothing.

    The check is made again by itself when the text or one of these labels changes.
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_a_sprint_inherits_the_label() {
    let mut app = app(GatedPulls::Agents).await;
    let issue = app.issue("A sprint", "Please.", &["agent:sprint"]);
    let pull = app.pull_by(BOT, "page", &format!("Ref #{issue}")).await;
    assert_eq!(app.verdict(pull), "success: Belongs to #1");
    assert_eq!(app.labels(pull), ["agent:go"]);
    app.unlabel(pull, "agent:go");
    app.settle_all().await;
    assert!(app.labels(pull).is_empty(), "whoever takes it off meant it");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_is_made_again_when_somebody_asks_for_it() {
    let mut app = app(GatedPulls::Agents).await;
    let pull = app.pull_by(BOT, "page", "A page.").await;
    let check = app.gate(pull).remove(0);
    let updates = |app: &TestApp| {
        let calls = app.simulator.calls();
        calls
            .iter()
            .filter(|call| call.method == "PATCH" && call.path.contains("/check-runs/"))
            .count()
    };
    assert_eq!(updates(&app), 0);
    app.simulator
        .rerequest_check(app.repository, check.id, "ben")
        .expect("asked for");
    app.settle_all().await;
    assert_eq!(updates(&app), 1);
    assert_eq!(app.gate(pull).len(), 1);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn skeps_own_pull_request_belongs_to_its_issue() {
    let mut app = app(GatedPulls::Agents).await;
    let script = "write NOTE.md: hello\nsay Wrote it.";
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    assert_eq!(app.verdict(pull), format!("success: Belongs to #{issue}"));
    assert_eq!(app.state(issue).await, "in-review");
    assert!(
        app.pull_for(issue).draft,
        "its own check makes no draft ready"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_nothing_breaks() {
    let mut app = app(GatedPulls::Agents).await;
    grant(&app, Some(Access::Read));
    let script = "write NOTE.md: hello\nsay Wrote it.";
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    assert_eq!(app.verdict(pull), "");
    grant(&app, Some(Access::Write));
    app.label(pull, "agent:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), format!("success: Belongs to #{issue}"));
    app.done().await;
}

/// No label of its issue says that it was released: the operator started it.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_started_is_released_by_the_label_that_it_inherits() {
    let mut app = app(GatedPulls::Agents).await;
    let body = "Please.\n\n```skep-demo\nwrite NOTE.md: hello\nsay Wrote it.\n```\n";
    let issue = app.issue("Add a note", body, &[]);
    let target = Target::Issues {
        repository: "octo/hello".parse().expect("a name"),
        issues: vec![issue],
    };
    app.dispatch(vec![target]).await.expect("a batch");
    app.settle_all().await;
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    assert_eq!(app.verdict(pull), "success: Released by its own label");
    assert!(!app.labels(issue).contains(&"agent:go".to_owned()));
    assert_eq!(app.state(issue).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_labels_are_those_of_this_skep() {
    let mut app = app(GatedPulls::All).await;
    app.crash().await;
    app.wish(|plan| plan.issues.words = Vocabulary::new("bot", "/bot").expect("usable"));
    app.open().await;
    let issue = app.issue("Add a page", "Please.", &["agent:go"]);
    let pull = app.pull_by(BOT, "page", &format!("Fixes #{issue}")).await;
    assert_eq!(app.verdict(pull), "failure: #1 does not release it");
    let summary = app.gate(pull).remove(0).summary;
    assert!(
        summary.contains("`bot:go`") && !summary.contains("`agent:"),
        "{summary}"
    );
    app.label(pull, "bot:go");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "success: Released by its own label");
    app.done().await;
}

/// Whoever may read the pull request must be able to read the issue as well: else its labels would be told to strangers.
#[tokio::test(flavor = "multi_thread")]
async fn an_issue_of_another_repository_counts_and_wakes_it() {
    let mut app = app(GatedPulls::All).await;
    let other = app.simulator.create_repository("octo", "other", &[]);
    let other = other.await.expect("a repository");
    let draft = IssueDraft {
        title: "Add a page".into(),
        ..IssueDraft::default()
    };
    let issue = app.simulator.open_issue(other, "ana", draft);
    let issue = issue.expect("an issue");
    let pull = app
        .pull_by(BOT, "page", &format!("Fixes octo/other#{issue}"))
        .await;
    assert_eq!(
        app.verdict(pull),
        format!("failure: octo/other#{issue} does not release it")
    );
    app.advance(Duration::from_secs(1));
    app.simulator
        .label(other, issue, "agent:sprint", "octo")
        .expect("a label");
    app.settle_all().await;
    assert_eq!(
        app.verdict(pull),
        format!("success: Belongs to octo/other#{issue}")
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_opened_again_is_judged_anew() {
    let mut app = app(GatedPulls::All).await;
    let issue = app.issue("Add a page", "Please.", &["agent:sprint"]);
    let pull = app.pull_by("ben", "page", "A page.").await;
    app.simulator
        .close_pull(app.repository, pull, "ben")
        .expect("closed");
    app.settle_all().await;
    app.write(pull, &format!("Fixes #{issue}")).await;
    app.simulator
        .reopen_issue(app.repository, pull, "ben")
        .expect("opened again");
    app.settle_all().await;
    assert_eq!(app.verdict(pull), "success: Belongs to #1");
    app.done().await;
}

/// The answer is lost, and the check run is there: it is found, and not made twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_run_whose_answer_is_lost_is_not_made_twice() {
    let mut app = app(GatedPulls::Agents).await;
    app.simulator.add_fault(FaultRule::next(
        "POST",
        "/repos/octo/hello/check-runs",
        Fault::DropAfter,
    ));
    let pull = app.pull_by(BOT, "page", "A page.").await;
    assert_eq!(app.gate(pull).len(), 1);
    assert_eq!(app.verdict(pull), "failure: Names no issue");
    app.done().await;
}

/// Whatever is killed when, one check run says how it stands.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_leaves_one_check_run() {
    for kill in 1..12 {
        let mut app = app(GatedPulls::Agents).await;
        app.simulator
            .push_to_branch(app.repository, "page", &[("page.md", "one\n")], BOT)
            .await
            .expect("a push");
        let draft = PullDraft {
            title: "A page".into(),
            body: Some("See #1".into()),
            head: "page".into(),
            base: "main".into(),
            draft: false,
        };
        app.issue("Add a page", "Please.", &[]);
        let opened = app.simulator.open_pull(app.repository, BOT, draft).await;
        let pull = IssueNumber(opened.expect("a pull request"));
        for _ in 0..kill {
            app.step().await;
        }
        app.crash().await;
        app.open().await;
        app.settle_all().await;
        assert_eq!(app.gate(pull).len(), 1, "killed after {kill}");
        app.done().await;
    }
}
