//! How often things are tried, and how long the pauses are: each number is the operator's.

use std::time::Duration;

use skep::core::agent::AgentSpec;
use skep::core::effect::EffectKind;
use skep::store::{EffectFilter, EffectResult};
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::{ANSWER, CODE, Options, Scenario, TestApp};

/// A call that never works, and which effect gives up over it.
fn never(kind: EffectKind) -> Option<(Scenario, FaultRule)> {
    let fault =
        |method: &str, path: &str| FaultRule::next(method, path, Fault::BadGateway).times(1_000);
    Some(match kind {
        EffectKind::React => (CODE, fault("POST", "/repos/*/*/issues/*/reactions")),
        EffectKind::CheckTrigger => (CODE, fault("GET", "/repos/*/*/collaborators/*/permission")),
        EffectKind::ShowStatus => (CODE, fault("POST", "/repos/*/*/issues/*/comments")),
        EffectKind::ShowLabel => (CODE, fault("POST", "/repos/*/*/issues/1/labels")),
        EffectKind::PrepareWorkspace => (CODE, fault("POST", "/octo/hello.git/git-upload-pack")),
        EffectKind::CheckPublish => (
            CODE,
            fault("GET", "/repos/*/*/collaborators/*/permission").after(1),
        ),
        EffectKind::Publish => (CODE, fault("POST", "/octo/hello.git/git-receive-pack")),
        EffectKind::OpenPull => (CODE, fault("POST", "/repos/*/*/pulls")),
        EffectKind::PostAnswer => (ANSWER, fault("POST", "/repos/*/*/issues/*/comments")),
        // The conversation has a grid of its own: `conversation::faults`.
        EffectKind::UpsertComment
        | EffectKind::ReactTo
        | EffectKind::AuthorizeComment
        | EffectKind::Assign
        | EffectKind::SetGoLabel
        | EffectKind::HideComment
        | EffectKind::ReadReview
        | EffectKind::RefreshPullRequest
        | EffectKind::Reply
        | EffectKind::MarkReady
        | EffectKind::LabelPull
        | EffectKind::DescribePull
        | EffectKind::RequestReview
        | EffectKind::DeleteBranch => return None,
        // A story of their own tries them at every step: `stacked`.
        EffectKind::Restack | EffectKind::JoinStack => return None,
        // Nothing of these leaves the machine.
        EffectKind::RunTurn
        | EffectKind::Collect
        | EffectKind::EndAgent
        | EffectKind::RemoveWorkspace
        | EffectKind::Forget
        | EffectKind::Steer
        | EffectKind::OpenHosts
        | EffectKind::SetTimer => return None,
        // It is asked when a repository is taken away: `access`.
        EffectKind::CheckAccess => return None,
        // It only reads, when what an issue waits for is changed: `dependencies`.
        EffectKind::ReadDependencies => return None,
        // It has one of its own: `blocked`.
        EffectKind::ProposePolicy | EffectKind::ProposeOnboarding => return None,
        // It has a grid of its own: `discovery`.
        EffectKind::CreateIssue => return None,
        // It has one too: `suggestions`.
        EffectKind::Suggest => return None,
        // And so has this: `evidence`.
        EffectKind::PushEvidence => return None,
        // It only reads, after a merge: `outcomes`.
        EffectKind::CheckLanded => return None,
        // It only reads, when there is a sprint: `plans`.
        EffectKind::ReadSprint => return None,
        // It only reads what is here, where two issues meet: `overlaps`.
        EffectKind::ReadOverlaps => return None,
        // They only read, while a start is held: `agreed`.
        EffectKind::ReadApprovals | EffectKind::ReadProject => return None,
        // It only reads, while something is withheld: `withheld`.
        EffectKind::ReadWithheld => return None,
        // The gate for pull requests is off: `pull_gate`.
        EffectKind::ReadPullGate | EffectKind::ReportPullGate => return None,
        // Nothing is to be verified: `verification`.
        EffectKind::Verify | EffectKind::ReportVerification => return None,
        // It is switched off: `session_check`.
        EffectKind::ShowCheck => return None,
    })
}

fn tries(plan: &mut Options, effect: i64, start: i64) {
    (plan.limits.effect_attempts, plan.limits.start_attempts) = (effect, start);
}

/// The attempts of the effects of a kind that were given up.
async fn given_up(app: &TestApp, kind: EffectKind) -> Vec<i64> {
    let filter = EffectFilter {
        result: Some(EffectResult::Failed),
        ..EffectFilter::default()
    };
    let failed = app.store().effects(&filter, 100).await.expect("effects");
    failed
        .iter()
        .filter(|look| look.effect.kind == kind.name())
        .map(|look| look.effect.attempts)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_effect_is_tried_as_often_as_the_operator_says() {
    for kind in EffectKind::ALL {
        let Some((scene, fault)) = never(kind) else {
            continue;
        };
        for (effect, start) in [(2_i64, 4_i64), (3, 1)] {
            let wish = if start == 4 {
                |plan: &mut Options| tries(plan, 2, 4)
            } else {
                |plan: &mut Options| tries(plan, 3, 1)
            };
            let (mut app, _) = Scenario {
                wish,
                ..scene.clone()
            }
            .begin()
            .await;
            app.simulator.add_fault(fault.clone());
            app.run_steps(usize::MAX).await;
            let wanted = if kind == EffectKind::PrepareWorkspace {
                start
            } else {
                effect
            };
            let tried = given_up(&app, kind).await;
            assert!(!tried.is_empty(), "{kind:?} was not given up");
            assert!(
                tried.iter().all(|tries| *tries == wanted),
                "{kind:?}: {tried:?} instead of {wanted}"
            );
            if kind == EffectKind::OpenPull {
                let calls = app
                    .simulator
                    .calls()
                    .into_iter()
                    .filter(|call| call.faulty)
                    .count();
                assert_eq!(
                    calls,
                    usize::try_from(wanted).expect("few"),
                    "a try is one call"
                );
            }
            app.no_zombies().await;
            app.done().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pauses_begin_with_the_operators_and_double() {
    for base in [500_i64, 4_000] {
        let mut app = TestApp::with(|plan| plan.limits.retry_base_ms = base).await;
        app.go("Add a greeting", CODE.script);
        app.simulator.add_fault(
            FaultRule::next("POST", "/repos/*/*/issues/*/reactions", Fault::BadGateway)
                .times(1_000),
        );
        for factor in [1, 2, 4] {
            app.settle().await;
            let pause = eyes_due(&app).await - app.now();
            assert!(
                (base * factor..=base * factor * 6 / 5).contains(&pause),
                "{pause} after {factor} × {base}"
            );
            app.advance(Duration::from_millis(pause.unsigned_abs()));
        }
        app.simulator.clear_faults();
        app.run_steps(usize::MAX).await;
        app.done().await;
    }
}

/// When the first reaction is tried again.
async fn eyes_due(app: &TestApp) -> i64 {
    let filter = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let open = app.store().effects(&filter, 100).await.expect("effects");
    open.into_iter()
        .find(|look| look.effect.kind == "react")
        .expect("it waits")
        .not_before
}

/// An agent that does not start is tried with pauses, and then the issue says which agent and why.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_never_starts_is_named_after_the_configured_tries() {
    for tries in [1_i64, 3] {
        let mut app = TestApp::with(|plan| {
            plan.limits.start_attempts = tries;
            plan.agent = Some(AgentSpec::new("broken", vec!["false".into()]));
        })
        .await;
        let began = app.now();
        let issue = app.go("Add a greeting", CODE.script);
        app.run_steps(usize::MAX).await;
        let filter = EffectFilter {
            open: Some(false),
            ..EffectFilter::default()
        };
        let turns = app.store().effects(&filter, 100).await.expect("effects");
        let turn = turns
            .iter()
            .find(|look| look.effect.kind == "run_turn")
            .expect("a turn");
        assert_eq!(turn.effect.attempts, tries);
        assert!(
            tries == 1 || app.now() - began >= 3_000,
            "one and two seconds of pause"
        );
        assert_eq!(
            (app.state(issue).await.as_str(), app.live().await),
            ("failed", 0)
        );
        let thread = app.thread(issue);
        assert!(
            thread.contains("**Failed**") && thread.contains("comment `/agent retry`"),
            "{thread}"
        );
        let told = app.ending(issue).await.thread;
        if tries == 3 {
            insta::assert_snapshot!(told, @"
            #1 Add a greeting (open)
            labels: agent:failed, agent:go

            ana:
              Please.

              ```skep-demo
              write GREETING.md: hello
              ```

            skep[bot]:
              **Failed** after 3 s · `crash`

              It failed because the agent's process ended by itself (exit status: 1). It was tried 3 times.

              To try again, comment `/agent retry`.

              <details><summary>Details</summary>

              - Role `swe`: the issue has no `role:*` label, so the default `swe`
              - Agent: `broken`
              - Session `HASH-1-1`
              - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
              - Spent: tokens and cost unknown, 1 of 20 sessions, SPAN of 24 h 0 m at work
              - To see the log, comment `/agent logs`
              - TIME Accepted as `swe`.
              - TIME Started.
              - TIME Failed (`crash`).

              </details>

              <sub>updated TIME</sub>

            skep[bot]:
              @ana it failed because the agent's process ended by itself (exit status: 1). It was tried 3 times.

              To try again, comment `/agent retry`.
            ");
        }
        app.done().await;
    }
}
