//! The conversation's changes on GitHub with every trouble between the change and our record of it: nothing is said twice
//! and nothing is lost. The grid is made from what a clean run does.

use std::collections::BTreeSet;
use std::time::Duration;

use skep::core::effect::EffectKind;
use skep::core::ids::IssueNumber;
use skep::store::{EffectFilter, EffectResult};
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueEdit;

use super::crash::tell;
use crate::test_app::{Ending, TestApp};

/// The nth call of a method on a path, numbers in it left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    method: String,
    path: String,
    nth: u32,
}

/// What a kind of effect changes or reads on GitHub; `None`: other grids hold it.
fn deed(kind: EffectKind) -> Option<(&'static str, &'static str)> {
    match kind {
        EffectKind::UpsertComment => Some(("POST", "/repos/octo/hello/issues/1/comments")),
        EffectKind::ReactTo => Some(("POST", "/repos/octo/hello/issues/comments/*/reactions")),
        EffectKind::AuthorizeComment => Some(("GET", "/repos/octo/hello/issues/comments/*")),
        EffectKind::Assign => Some(("POST", "/repos/octo/hello/issues/1/assignees")),
        EffectKind::SetGoLabel => Some(("POST", "/repos/octo/hello/issues/1/labels")),
        // Below, in a story of its own: what was answered stays to be read.
        EffectKind::HideComment => None,
        // `stories::follow`.
        EffectKind::ReadReview
        | EffectKind::RefreshPullRequest
        | EffectKind::Reply
        | EffectKind::MarkReady
        | EffectKind::LabelPull
        | EffectKind::DescribePull
        | EffectKind::RequestReview
        | EffectKind::DeleteBranch => None,
        // `stories::stacked`.
        EffectKind::Restack | EffectKind::JoinStack => None,
        // `stories::faults`.
        EffectKind::React
        | EffectKind::CheckTrigger
        | EffectKind::ShowStatus
        | EffectKind::ShowLabel
        | EffectKind::PrepareWorkspace
        | EffectKind::Collect
        | EffectKind::CheckPublish
        | EffectKind::Publish
        | EffectKind::OpenPull
        | EffectKind::PostAnswer => None,
        // Nothing of these leaves the machine.
        EffectKind::RunTurn
        | EffectKind::EndAgent
        | EffectKind::RemoveWorkspace
        | EffectKind::Forget
        | EffectKind::Steer
        | EffectKind::OpenHosts
        | EffectKind::SetTimer => None,
        // It is asked when a repository is taken away: `access`.
        EffectKind::CheckAccess => None,
        // It only reads, when what an issue waits for is changed: `dependencies`.
        EffectKind::ReadDependencies => None,
        // It has one of its own: `blocked`.
        EffectKind::ProposePolicy | EffectKind::ProposeOnboarding => None,
        // It has a grid of its own: `discovery`.
        EffectKind::CreateIssue => None,
        // It has one too: `suggestions`.
        EffectKind::Suggest => None,
        // And so has this: `evidence`.
        EffectKind::PushEvidence => None,
        // It only reads, after a merge: `outcomes`.
        EffectKind::CheckLanded => None,
        // It only reads, when there is a sprint: `plans`.
        EffectKind::ReadSprint => None,
        // It only reads what is here, where two issues meet: `overlaps`.
        EffectKind::ReadOverlaps => None,
        // They only read, while a start is held: `agreed`.
        EffectKind::ReadApprovals | EffectKind::ReadProject => None,
        // It only reads, while something is withheld: `withheld`.
        EffectKind::ReadWithheld => None,
        // The gate for pull requests is off: `pull_gate`.
        EffectKind::ReadPullGate | EffectKind::ReportPullGate => None,
        // Nothing is to be verified: `verification`.
        EffectKind::Verify | EffectKind::ReportVerification => None,
        // It is switched off: `session_check`.
        EffectKind::ShowCheck => None,
    }
}

/// Started by a command, asked, answered, published: nearly all kinds are in it.
async fn begin(app: &TestApp) -> IssueNumber {
    let body = "```skep-demo\nask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay It is {answer}.\n```";
    let issue = app.issue("Choose a colour", body, &[]);
    app.say("ana", issue, "/agent go");
    issue
}

async fn end(mut app: TestApp, issue: IssueNumber, when: &str) -> Ending {
    tell(&mut app, issue, Duration::from_secs(30), None).await;
    let ending = app.ending(issue).await;
    assert_eq!(
        app.ours_with(issue, "Which colour?").len(),
        1,
        "{when}\n{}",
        app.thread(issue)
    );
    assert_eq!(app.assignees(issue), Vec::<String>::new(), "{when}");
    app.run_steps(usize::MAX).await;
    app.done().await;
    ending
}

/// The conversation's calls of a clean run, and its end.
async fn clean() -> (Vec<Spot>, Ending) {
    let mut app = TestApp::new().await;
    let issue = begin(&app).await;
    tell(&mut app, issue, Duration::from_secs(30), None).await;
    let ending = app.ending(issue).await;
    let mut spots: Vec<Spot> = Vec::new();
    for call in app.simulator.calls() {
        let path = numberless(&call.path);
        let same = |spot: &&Spot| spot.method == call.method && spot.path == path;
        let nth = u32::try_from(spots.iter().filter(same).count()).expect("few calls");
        spots.push(Spot {
            method: call.method.clone(),
            path,
            nth,
        });
    }
    app.run_steps(usize::MAX).await;
    app.done().await;
    (spots, ending)
}

/// The path with the numbers of comments and reactions left out.
fn numberless(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    for at in 1..parts.len() {
        if ["comments", "reactions"].contains(&parts[at - 1]) {
            parts[at] = "*";
        }
    }
    parts.join("/")
}

fn is_talk(spot: &Spot) -> bool {
    let ends = [
        "/comments",
        "/comments/*",
        "/reactions",
        "/reactions/*",
        "/assignees",
        "/labels",
        "/labels/agent:go",
        "/graphql",
    ];
    spot.method != "GET" && ends.iter().any(|end| spot.path.ends_with(end))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_holds_every_kind_of_effect_of_the_conversation() {
    let (spots, ending) = clean().await;
    for kind in EffectKind::ALL {
        let Some((method, path)) = deed(kind) else {
            continue;
        };
        let there = spots
            .iter()
            .any(|spot| spot.method == method && spot.path == path);
        assert!(there, "{kind:?} is not in {spots:#?}");
        assert!(
            method == "GET" || spots.iter().any(|spot| spot.path == path && is_talk(spot)),
            "{kind:?}"
        );
    }
    assert_eq!(
        (ending.state.as_str(), ending.live, ending.pulls.len()),
        ("in-review", 0, 1),
        "{ending:#?}"
    );
}

async fn grid(trouble: Fault) {
    let (spots, clean) = clean().await;
    let spots: BTreeSet<Spot> = spots.into_iter().filter(is_talk).collect();
    assert!(spots.len() > 8, "{spots:#?}");
    crate::required::grid(spots, |spot: Spot| {
        let (trouble, clean) = (trouble.clone(), clean.clone());
        async move {
            let app = TestApp::new().await;
            let issue = begin(&app).await;
            app.simulator.add_fault(
                FaultRule::next(&spot.method, &spot.path, trouble.clone()).after(spot.nth),
            );
            let when = format!("{trouble:?} at {spot:?}");
            end(app, issue, &when).await.must_be(&clean, &when);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_the_change_says_nothing_twice() {
    grid(Fault::DropAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_gateway_after_the_change_says_nothing_twice() {
    grid(Fault::BadGatewayAfter).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_the_change_loses_nothing() {
    grid(Fault::Reset).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_gateway_before_the_change_loses_nothing() {
    grid(Fault::BadGateway).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_nobody_needs_any_more_is_folded_away_whatever_becomes_of_the_first_try() {
    for trouble in [
        Fault::DropAfter,
        Fault::BadGatewayAfter,
        Fault::Reset,
        Fault::BadGateway,
    ] {
        let mut app = TestApp::new().await;
        let issue = begin(&app).await;
        app.settle().await;
        app.simulator
            .add_fault(FaultRule::next("POST", "/graphql", trouble.clone()));
        app.reply(issue, "/agent stop").await;
        app.run_steps(usize::MAX).await;
        let question = app.one_of_ours(issue, "Which colour?");
        assert_eq!(
            question.minimized.as_deref(),
            Some("outdated"),
            "{trouble:?}\n{}",
            app.thread(issue)
        );
        assert!(
            app.simulator.waiting_faults().is_empty(),
            "never played: {trouble:?}"
        );
        app.done().await;
    }
}

/// A second try finds them assigned: by a person this time, who alone takes them off again.
#[tokio::test(flavor = "multi_thread")]
async fn whom_a_person_assigns_between_two_tries_stays_assigned() {
    let mut app = TestApp::new().await;
    let issue = begin(&app).await;
    let path = "/repos/octo/hello/issues/1/assignees";
    app.simulator
        .add_fault(FaultRule::next("POST", path, Fault::Reset));
    app.settle().await;
    let tried = app.simulator.calls().into_iter();
    assert_eq!(tried.filter(|call| call.path == path).count(), 1);
    assert_eq!(app.assignees(issue), Vec::<String>::new());
    let edit = IssueEdit {
        assignees: Some(vec!["ana".into()]),
        ..IssueEdit::default()
    };
    app.simulator
        .edit_issue(app.repository, issue, edit, "ben")
        .expect("assigned");
    tell(&mut app, issue, Duration::from_secs(30), None).await;
    assert_eq!(app.assignees(issue), ["ana"], "{}", app.thread(issue));
    assert_eq!(app.state(issue).await, "in-review");
    app.run_steps(usize::MAX).await;
    app.done().await;
}

/// Each is tried as often as the operator says, and its end holds nothing up.
#[tokio::test(flavor = "multi_thread")]
async fn what_never_works_is_given_up_after_the_configured_tries() {
    for kind in EffectKind::ALL {
        let Some((method, path)) = deed(kind) else {
            continue;
        };
        let mut app = TestApp::with(|plan| plan.limits.effect_attempts = 2).await;
        let issue = begin(&app).await;
        // The start itself is read by the same call as every comment.
        let after = if kind == EffectKind::AuthorizeComment {
            1
        } else {
            0
        };
        app.simulator.add_fault(
            FaultRule::next(method, path, Fault::BadGateway)
                .after(after)
                .times(1_000),
        );
        tell(&mut app, issue, Duration::from_secs(30), None).await;
        let filter = EffectFilter {
            result: Some(EffectResult::Failed),
            ..EffectFilter::default()
        };
        let failed = app.store().effects(&filter, 100).await.expect("effects");
        let tries: Vec<i64> = failed
            .iter()
            .filter(|look| look.effect.kind == kind.name())
            .map(|look| look.effect.attempts)
            .collect();
        assert!(
            !tries.is_empty() && tries.iter().all(|tries| *tries == 2),
            "{kind:?}: {tries:?}"
        );
        let unread = app
            .status(issue)
            .contains("A comment could not be read: GitHub did not answer.");
        assert_eq!(
            unread,
            kind == EffectKind::AuthorizeComment,
            "{kind:?}\n{}",
            app.thread(issue)
        );
        app.no_zombies().await;
        app.leave_unfinished();
        app.done().await;
    }
}
