//! The check run `skep` on the head of a pull request says how its session stands, on each head the truth, and nothing is left under way.

use skep::core::ids::IssueNumber;
use skep_simulator::CheckView;
use skep_simulator::world::account::Access;

use crate::required::grid;
use crate::test_app::{Ending, TestApp};

const BRANCH: &str = "agent/1-add-a-note";
const FIRST: &str = "write NOTE.md: one\nsay Wrote it.";
/// A revision that asks before it changes anything.
const REVISION: &str = "/agent write what I choose\n\n```skep-demo\nask Which one? | two | three\nwrite NOTE.md: {answer}\nsay Changed it.\n```";

async fn begun() -> (TestApp, IssueNumber) {
    let app = TestApp::with(|plan| plan.issues.session_check = true).await;
    app.grant_checks(Some(Access::Write));
    let issue = app.go("Add a note", FIRST);
    (app, issue)
}

impl TestApp {
    fn head_now(&self) -> String {
        let head = self.simulator.branch_head(self.repository, BRANCH);
        head.map(|sha| sha.as_str().to_owned()).expect("a branch")
    }

    /// What the newest check run of ours on a commit says.
    fn session_check(&self, head: &str) -> CheckView {
        let mut all = self.simulator.checks(self.repository, head);
        all.retain(|check| check.name == "skep" && check.app == "skep");
        let newest = all.into_iter().max_by_key(|check| check.id);
        newest.unwrap_or_else(|| panic!("no check on {head}"))
    }

    fn checked(&self, head: &str) -> (String, String, String) {
        let check = self.session_check(head);
        (check.status, check.conclusion, check.title)
    }
}

fn said(status: &str, conclusion: &str, title: &str) -> (String, String, String) {
    (status.into(), conclusion.into(), title.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_head_says_how_its_session_stands() {
    let (mut app, issue) = begun().await;
    app.settle_all().await;
    let first = app.head_now();
    let done = said("completed", "success", "The session is done");
    assert_eq!(app.checked(&first), done, "{}", app.thread(issue));
    let check = app.session_check(&first);
    let status = app.one_of_ours(issue, "<!-- skep:status:").id;
    assert!(
        check
            .details_url
            .ends_with(&format!("/issues/{issue}#issuecomment-{status}"))
            && check.summary.contains(&check.details_url),
        "{check:?}"
    );

    let pull = IssueNumber(app.the_pull().issue.number);
    app.reply(pull, REVISION).await;
    app.settle().await;
    let asked = said("completed", "action_required", "The session needs a person");
    assert_eq!(app.checked(&first), asked, "{}", app.thread(issue));

    app.say("ana", issue, "1");
    app.until("it works on", |app| app.checked(&first).0 == "in_progress")
        .await;
    app.settle_all().await;
    let second = app.head_now();
    assert_ne!(first, second);
    assert_eq!(app.checked(&second), done, "{}", app.thread(issue));
    let left = said("completed", "neutral", "The branch has moved on");
    assert_eq!(app.checked(&first), left);

    // A person's push is a head as well.
    app.simulator
        .push_to_branch(app.repository, BRANCH, &[("OTHER.md", "mine\n")], "ana")
        .await
        .expect("pushed");
    app.settle_all().await;
    let third = app.head_now();
    assert_ne!(second, third);
    assert_eq!(app.checked(&third), done);

    // Of what is merged nothing more is said.
    app.simulator
        .mark_ready(app.repository, pull.0, "ana")
        .expect("ready");
    app.settle_all().await;
    let told = app.simulator.checks(app.repository, &third);
    app.simulator
        .merge(app.repository, pull.0, "ana")
        .await
        .expect("merged");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done");
    assert_eq!(app.simulator.checks(app.repository, &third), told);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_people_reach_the_dashboard_its_page_is_behind_it() {
    let mut app = TestApp::with(|plan| {
        plan.issues.session_check = true;
        plan.issues.dashboard = Some("https://skep.example".into());
    })
    .await;
    app.grant_checks(Some(Access::Write));
    app.go("Add a note", FIRST);
    app.settle_all().await;
    let page = app.session_check(&app.head_now()).details_url;
    assert_eq!(page, "https://skep.example/tasks/octo/hello/1");
    app.done().await;
}

/// Without the permission, and with the switch off, all else is as before.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_permission_nothing_is_missing_but_the_check() {
    for (on, access) in [
        (true, None),
        (true, Some(Access::Read)),
        (false, Some(Access::Write)),
    ] {
        let mut app = TestApp::with(|plan| plan.issues.session_check = on).await;
        app.grant_checks(access);
        let issue = app.go("Add a note", FIRST);
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        let checks = app.simulator.checks(app.repository, &app.head_now());
        assert!(checks.iter().all(|check| check.app != "skep"), "{checks:?}");
        app.done().await;
    }
}

/// Told to its end; skep is killed after so many steps.
async fn told(kill: Option<usize>) -> (usize, Ending, Vec<(String, String, String)>) {
    let (mut app, issue) = begun().await;
    let mut steps = 0;
    let mut heads: Vec<String> = Vec::new();
    for word in [None, Some(REVISION), Some("1")] {
        if let Some(word) = word {
            let on = match word {
                REVISION => IssueNumber(app.the_pull().issue.number),
                _ => issue,
            };
            app.say("ana", on, word);
        }
        loop {
            assert!(steps < 2_000, "it never ends: {:?}", app.waiting().await);
            if kill == Some(steps) {
                app.simulator.quiet().await;
                app.crash_and_open().await;
            }
            if app.step().await {
                steps += 1;
                continue;
            }
            let due = app.store().next_due(app.now()).await.expect("a look");
            let Some(due) = due.filter(|due| *due <= app.now() + 60_000) else {
                break;
            };
            let wait = (due - app.now()).max(0).unsigned_abs();
            app.advance(std::time::Duration::from_millis(wait));
        }
        heads.push(app.head_now());
    }
    heads.dedup();
    let says = heads.iter().map(|head| app.checked(head)).collect();
    let mut ending = app.ending(issue).await;
    for pull in &mut ending.pulls {
        // Killed between the end of a turn and its record, the next one finds its script done.
        let done = "All steps of my script are done, so there was nothing left to do.";
        *pull = pull.replace(done, "Changed it.");
    }
    app.run_steps(usize::MAX).await;
    app.done().await;
    (steps, ending, says)
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_the_same_killed_after_any_step() {
    let (steps, clean, says) = told(None).await;
    let expected = [
        said("completed", "neutral", "The branch has moved on"),
        said("completed", "success", "The session is done"),
    ];
    assert_eq!(says, expected, "{clean:#?}");
    assert!(steps > 20, "a story of {steps} steps is not worth killing");
    grid(0..=steps, |step| {
        let (clean, expected) = (clean.clone(), expected.clone());
        async move {
            let (_, ending, says) = told(Some(step)).await;
            let when = format!("killed after {step}");
            ending.must_be(&clean, &when);
            assert_eq!(says, expected, "{when}");
        }
    })
    .await;
}
