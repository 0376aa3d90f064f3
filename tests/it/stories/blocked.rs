//! N9: a host that the proxy refuses becomes one question on the issue, which holds nothing up; a yes of somebody who may write opens
//! exactly that.

use skep::core::ids::{CommentId, IssueNumber};
use skep_simulator::PullView;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::impatient;
use crate::test_app::{Options, TestApp};

/// Never resolves: what is open fails otherwise than what is closed.
const HOST: &str = "files.skep.example";

/// What stands in the comment that asks, before and after.
const CHOICE: &str = "Open it for the sessions of this issue";

fn processes(plan: &mut Options) {
    impatient(plan);
    plan.process = true;
    plan.limits.silence_ms = 120_000;
}

fn until_open() -> String {
    format!(
        "run for i in $(seq 1 300); do curl -s -m 20 http://{HOST}/ >>seen.txt; grep -q 'is allowed' seen.txt && break; sleep 0.2; done\n\
         say Done."
    )
}

fn once() -> String {
    format!("run curl -s -m 20 http://{HOST}/ >seen.txt; true\nsay Done.")
}

async fn fenced() -> Option<TestApp> {
    let app = TestApp::with(processes).await;
    if crate::agents::fenced(&app.runner().services().agents) {
        return Some(app);
    }
    app.done().await;
    None
}

impl TestApp {
    async fn until_asked(&mut self, issue: IssueNumber) {
        let asked = move |app: &Self| !app.ours_with(issue, "asked for a host").is_empty();
        self.until("people are asked about a host", asked).await;
    }

    fn fetched(&self, issue: IssueNumber) -> String {
        let head = self.pull_for(issue).head_sha;
        self.git(&["show", &format!("{head}:seen.txt")])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_opens_it_for_the_session_that_is_on() {
    let Some(mut app) = fenced().await else {
        return;
    };
    let issue = app.go("Fetch", &until_open());
    app.until_asked(issue).await;
    assert!(
        !app.labels(issue).contains(&"agent:needs-you".to_owned()),
        "nothing waits for the answer"
    );
    // Somebody without a right to write opens nothing.
    app.say("eve", issue, "1a");
    app.say("eve", issue, "1");
    app.nudge().await;
    let asked = app.one_of_ours(issue, "asked for a host").body;
    assert!(asked.contains("### 1 · `files.skep.example:80`"), "{asked}");
    assert!(asked.contains("- [ ] a. Open it"), "{asked}");
    app.say("ana", issue, "1a");
    app.settle_all().await;
    let seen = app.fetched(issue);
    assert!(seen.contains("does not let this session reach"), "{seen}");
    assert!(seen.contains("is allowed"), "{seen}");
    let decided = app.one_of_ours(issue, CHOICE).body;
    assert!(
        decided.contains("☑ a. Open it") && decided.contains("Decided by `ana`."),
        "{decided}"
    );
    assert_eq!(app.granted(issue).await.egress, ["files.skep.example:80"]);
    let told = app.prompts(issue).await.pop().unwrap_or_default();
    assert!(
        told.contains("ana opened files.skep.example:80 for you"),
        "{told}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_after_the_session_is_for_the_next_one() {
    let Some(mut app) = fenced().await else {
        return;
    };
    let issue = app.go("Fetch", &once());
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    let comment = app.one_of_ours(issue, "asked for a host");
    let ticked = comment.body.replacen("- [ ] a.", "- [x] a.", 1);
    app.rewrite("ana", CommentId(comment.id), &ticked);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert!(app.one_of_ours(issue, CHOICE).body.contains("☑ a. Open it"));
    let pull = app.pull_for(issue).issue.number;
    let again = format!("/agent fetch it again\n\n```skep-demo\n{}\n```", once());
    app.say("ana", IssueNumber(pull), &again);
    app.settle_all().await;
    assert_eq!(app.granted(issue).await.egress, ["files.skep.example:80"]);
    assert!(
        app.fetched(issue).contains("is allowed"),
        "{}",
        app.fetched(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_asked_once_whatever_dies() {
    let Some(mut app) = fenced().await else {
        return;
    };
    let issue = app.go("Fetch", &until_open());
    app.until_asked(issue).await;
    app.crash_and_open().await;
    app.until_working(issue).await;
    app.say("ana", issue, "1a");
    app.settle_all().await;
    assert_eq!(app.ours_with(issue, CHOICE).len(), 1);
    assert!(app.fetched(issue).contains("is allowed"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_about_the_machine_or_telemetry() {
    let Some(mut app) = fenced().await else {
        return;
    };
    let hosts = [
        "127.0.0.1:9090",
        "localhost:9090",
        "169.254.169.254",
        "metadata.google.internal",
        "10.0.0.1:8080",
        "127.0.0.1.nip.io",
        "app-192-168-1-1.sslip.io:8443",
        "[::1]:22",
        "o1.ingest.sentry.io",
    ];
    let tries = hosts.map(|host| format!("curl -s -m 20 --noproxy '' http://{host}/"));
    let issue = app.go(
        "Look around",
        &format!("run {}; true\nwrite a.txt: a\nsay Done.", tries.join("; ")),
    );
    app.settle_all().await;
    assert!(
        app.ours_with(issue, "asked for").is_empty(),
        "{}",
        app.thread(issue)
    );
    assert!(
        app.course(issue)
            .await
            .iter()
            .any(|line| line == "session.attempt_refused")
    );
    app.done().await;
}

const PROPOSED: &str = "Let agents reach files.skep.example:80";
const POLICY: &str = "# Ours.\n[verify]\nminutes = 5\n";

impl TestApp {
    /// The pull requests that propose hosts.
    fn proposals(&self) -> Vec<PullView> {
        let mut all = self.pulls();
        all.retain(|pull| pull.issue.title == PROPOSED);
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wanted_for_every_issue_is_proposed_to_the_repository() {
    let Some(mut app) = fenced().await else {
        return;
    };
    app.commit_policy("main", POLICY).await;
    let issue = app.go("Fetch", &until_open());
    app.until_asked(issue).await;
    app.say("ana", issue, "1c");
    app.settle_all().await;
    assert!(app.fetched(issue).contains("is allowed"), "open at once");
    let [pull] = &app.proposals()[..] else {
        panic!("{:#?}", app.proposals());
    };
    assert!(!pull.draft);
    let file = app.git(&["show", &format!("{}:.github/skep.toml", pull.head_sha)]);
    assert_eq!(
        file,
        "egress_allow = [\"files.skep.example:80\"]\n# Ours.\n[verify]\nminutes = 5\n"
    );
    let decided = app.one_of_ours(issue, CHOICE).body;
    let line = format!("Proposed for every issue by #{}.", pull.issue.number);
    assert!(decided.contains(&line), "{decided}");
    // It counts once it is merged, and not before.
    let other = app.go("Fetch again", &once());
    app.settle_all().await;
    assert!(!app.fetched(other).contains("is allowed"));
    let merged = app
        .simulator
        .merge(app.repository, pull.issue.number, "ana");
    merged.await.expect("merged");
    app.advance(std::time::Duration::from_secs(120));
    let third = app.go("Fetch a third time", &once());
    app.settle_all().await;
    assert!(app.fetched(third).contains("is allowed"));
    assert_eq!(app.proposals().len(), 1);
    app.done().await;
}

/// Each part is made once, whatever answer is lost on the way.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_proposal() {
    let parts = [
        ("POST", "/repos/octo/hello/git/refs"),
        ("PUT", "/repos/octo/hello/contents/.github/skep.toml"),
        ("POST", "/repos/octo/hello/pulls"),
    ];
    for (method, path) in parts {
        let Some(mut app) = fenced().await else {
            return;
        };
        let issue = app.go("Fetch", &once());
        app.settle_all().await;
        let fault = FaultRule::next(method, path, Fault::DropAfter);
        app.simulator.add_fault(fault);
        app.say("ana", issue, "1c");
        app.settle_all().await;
        assert!(app.simulator.waiting_faults().is_empty(), "{method} {path}");
        let [pull] = &app.proposals()[..] else {
            panic!("{method} {path}: {:#?}", app.proposals());
        };
        let range = format!("main..{}", pull.head_sha);
        let commits = app.git(&["rev-list", "--count", &range]);
        assert_eq!(commits.trim(), "1", "{method} {path}");
        app.done().await;
    }
}

/// Where it cannot be done, the comment says how to do it.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_proposed_says_what_to_do() {
    let Some(mut app) = fenced().await else {
        return;
    };
    let issue = app.go("Fetch", &once());
    app.settle_all().await;
    app.commit_policy("main", "egres_allow = []\n").await;
    app.say("ana", issue, "1c");
    app.settle_all().await;
    let decided = app.one_of_ours(issue, CHOICE).body;
    let line = "It was not proposed for every issue: `.github/skep.toml` has mistakes";
    assert!(decided.contains(line), "{decided}");
    assert!(app.proposals().is_empty());
    app.done().await;
}
