//! Between an effect on GitHub and our record of it anything may go wrong, and nothing happens twice (C1, C3, C5).
//!
//! The grid is made from what a clean run does, so that a new change on GitHub is in it without a word here.

use std::collections::BTreeSet;

use skep::core::effect::EffectKind;
use skep_simulator::call_log::CallRecord;
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::{ANSWER, Ending, Options, SLOW_CODE, Scenario, TestApp};

/// The nth call of a method on a path; numbers of comments in it are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    method: String,
    path: String,
    nth: u32,
}

impl Spot {
    fn fault(&self, trouble: Fault) -> FaultRule {
        FaultRule::next(&self.method, &self.path, trouble).after(self.nth)
    }
}

/// All calls of a clean run, in order.
async fn spots(scene: &Scenario) -> (Vec<Spot>, Ending) {
    let told = scene.told().await;
    let mut spots: Vec<Spot> = Vec::new();
    for call in &told.calls {
        let path = match call.path.rsplit_once("/comments/") {
            Some((place, _)) => format!("{place}/comments/*"),
            None => call.path.clone(),
        };
        let same = |spot: &&Spot| spot.method == call.method && spot.path == path;
        let nth = u32::try_from(spots.iter().filter(same).count()).expect("few calls");
        spots.push(Spot {
            method: call.method.clone(),
            path,
            nth,
        });
    }
    (spots, told.ending.clone())
}

/// How often GitHub was asked for a comment or a pull request. Where the change itself arrived, asking again is the mistake
/// even if GitHub would refuse it: it is found by looking (C1, C3).
fn created(calls: &[CallRecord]) -> usize {
    let creates = |call: &&CallRecord| {
        call.method == "POST"
            && ["/issues/1/comments", "/pulls"]
                .iter()
                .any(|end| call.path.ends_with(end))
    };
    calls.iter().filter(creates).count()
}

fn changes(spot: &&Spot) -> bool {
    spot.method != "GET" && !spot.path.ends_with("/git-upload-pack")
}

/// What a kind of effect changes on GitHub; `None`: it only reads there, or nothing leaves the machine.
fn deed(kind: EffectKind) -> Option<(&'static str, &'static str)> {
    match kind {
        EffectKind::React => Some(("POST", "/issues/1/reactions")),
        EffectKind::ShowStatus => Some(("PATCH", "/issues/comments/*")),
        EffectKind::ShowLabel => Some(("POST", "/issues/1/labels")),
        EffectKind::Publish => Some(("POST", "/git-receive-pack")),
        EffectKind::OpenPull => Some(("POST", "/pulls")),
        EffectKind::PostAnswer => Some(("POST", "/issues/1/comments")),
        EffectKind::PrepareWorkspace | EffectKind::CheckTrigger | EffectKind::CheckPublish => {
            Some(("POST", "/access_tokens"))
        }
        // The conversation has a grid of its own: `conversation::faults`.
        EffectKind::UpsertComment
        | EffectKind::ReactTo
        | EffectKind::AuthorizeComment
        | EffectKind::Assign
        | EffectKind::SetGoLabel
        | EffectKind::HideComment => None,
        // So has the pull request: `follow::faults`.
        EffectKind::ReadReview
        | EffectKind::RefreshPullRequest
        | EffectKind::Reply
        | EffectKind::MarkReady
        | EffectKind::LabelPull
        | EffectKind::DescribePull
        | EffectKind::RequestReview
        | EffectKind::DeleteBranch => None,
        // And what stands on another pull request: `stacked`.
        EffectKind::Restack | EffectKind::JoinStack => None,
        EffectKind::RunTurn
        | EffectKind::Collect
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

#[tokio::test(flavor = "multi_thread")]
async fn the_grid_holds_every_kind_of_effect_that_changes_github() {
    let (code, answer) = (spots(&SLOW_CODE).await.0, spots(&ANSWER).await.0);
    let all: BTreeSet<&Spot> = code.iter().chain(&answer).filter(changes).collect();
    for kind in EffectKind::ALL {
        let Some((method, end)) = deed(kind) else {
            continue;
        };
        assert!(
            all.iter()
                .any(|spot| spot.method == method && spot.path.ends_with(end)),
            "{kind:?} is not in {all:#?}"
        );
    }
    for further in [
        "/labels",
        "/issues/2/labels",
        "/installation/token",
        "/issues/1/labels/agent%3Aworking",
    ] {
        assert!(
            all.iter().any(|spot| spot.path.ends_with(further)),
            "{further} is not in {all:#?}"
        );
    }
}

/// One story of the grid.
#[derive(Clone)]
struct Case {
    scene: Scenario,
    clean: Ending,
    spot: Spot,
    trouble: Fault,
}

impl Case {
    /// GitHub does what it is asked for, and only the answer is lost.
    fn arrives(&self) -> bool {
        use Fault::{BadGatewayAfter, Delay, DropAfter, MalformedJson};
        matches!(
            self.trouble,
            DropAfter | BadGatewayAfter | MalformedJson | Delay { .. }
        )
    }
}

/// Every change of both scenes; of the second one only what the first does not do.
async fn grid(trouble: Fault) -> Vec<Case> {
    let mut seen = BTreeSet::new();
    let mut cases = Vec::new();
    for scene in [SLOW_CODE, ANSWER] {
        let (spots, clean) = spots(&scene).await;
        for spot in spots.into_iter().filter(|spot| changes(&spot)) {
            if seen.insert(spot.clone()) {
                cases.push(Case {
                    scene: scene.clone(),
                    clean: clean.clone(),
                    spot,
                    trouble: trouble.clone(),
                });
            }
        }
    }
    assert!(cases.len() > 15, "only {} changes", cases.len());
    cases
}

/// Tells all, several at a time. How often a status is edited depends on how quick the machine is, so that a few faults
/// may find nothing to hit.
async fn tell_all<F: Future<Output = bool> + Send + 'static>(
    cases: Vec<Case>,
    tell: fn(Case) -> F,
) {
    let told = crate::required::grid(cases, tell).await;
    let played = told.iter().filter(|played| **played).count();
    assert!(
        played > 0 && played + 4 >= told.len(),
        "only {played} of {} faults were played",
        told.len()
    );
}

/// Ends the story as the clean one; true when its fault was played.
async fn compare(mut app: TestApp, case: &Case) -> bool {
    app.run_steps(usize::MAX).await;
    let issue = app.only_issue();
    let when = format!("{:?} at {:?}", case.trouble, case.spot);
    app.ending(issue).await.must_be(&case.clean, &when);
    let played = app.simulator.waiting_faults().is_empty();
    if played && case.arrives() {
        let wanted = created(&case.scene.told().await.calls);
        assert_eq!(
            created(&app.simulator.calls()),
            wanted,
            "{when}: something was created twice, or tried to be"
        );
    }
    app.done().await;
    played
}

async fn with_a_fault(case: Case) -> bool {
    let (app, _) = case.scene.begin().await;
    app.simulator
        .add_fault(case.spot.fault(case.trouble.clone()));
    compare(app, &case).await
}

/// The request hangs, skep is killed, GitHub does it all the same.
async fn killed_while_it_hangs(case: Case) -> bool {
    let (mut app, _) = case.scene.begin().await;
    app.simulator
        .add_fault(case.spot.fault(case.trouble.clone()));
    if !app
        .settle_until(|app| app.simulator.waiting_faults().is_empty())
        .await
    {
        return compare(app, &case).await;
    }
    app.crash().await;
    app.seen("the late request", |app| {
        app.simulator.calls().iter().any(|call| call.faulty)
    })
    .await;
    app.open().await;
    app.no_zombies().await;
    compare(app, &case).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_the_change_repeats_nothing() {
    tell_all(grid(Fault::DropAfter).await, with_a_fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_gateway_after_the_change_repeats_nothing() {
    tell_all(grid(Fault::BadGatewayAfter).await, with_a_fault).await;
}

/// The answers skep reads something from.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_cut_in_half_repeats_nothing() {
    let read = ["/access_tokens", "/issues/1/comments", "/pulls"];
    let mut cases = grid(Fault::MalformedJson).await;
    cases.retain(|case| read.iter().any(|end| case.spot.path.ends_with(end)));
    tell_all(cases, with_a_fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_before_the_change_loses_nothing() {
    tell_all(grid(Fault::Reset).await, with_a_fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_gateway_before_the_change_loses_nothing() {
    tell_all(grid(Fault::BadGateway).await, with_a_fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_while_a_change_hangs_repeats_and_loses_nothing() {
    tell_all(
        grid(Fault::Delay { milliseconds: 60 }).await,
        killed_while_it_hangs,
    )
    .await;
}

/// Every call, also the reads, is answered 502 three times.
#[tokio::test(flavor = "multi_thread")]
async fn github_down_for_three_calls_of_each_kind_loses_nothing() {
    // A start is tried three times in all unless the operator says otherwise.
    let wish = |plan: &mut Options| plan.limits.start_attempts = 4;
    let mut cases = Vec::new();
    for scene in [Scenario { wish, ..SLOW_CODE }, Scenario { wish, ..ANSWER }] {
        let (spots, clean) = spots(&scene).await;
        let firsts = spots
            .into_iter()
            .filter(|spot| spot.nth == 0 && !spot.path.ends_with("/installation/token"));
        let case = |spot| Case {
            scene: scene.clone(),
            clean: clean.clone(),
            spot,
            trouble: Fault::BadGateway,
        };
        cases.extend(firsts.map(case));
    }
    tell_all(cases, |case| async move {
        let (app, _) = case.scene.begin().await;
        app.simulator
            .add_fault(case.spot.fault(case.trouble.clone()).times(3));
        compare(app, &case).await
    })
    .await;
}

/// A comment whose answer was lost is not in the list yet when it is looked for.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_lags_behind_a_lost_answer_makes_no_second_comment() {
    let mut cases = Vec::new();
    for scene in [SLOW_CODE, ANSWER] {
        let (spots, clean) = spots(&scene).await;
        for (index, spot) in spots
            .iter()
            .enumerate()
            .filter(|(_, spot)| is_comments("POST", spot))
        {
            let looks = spots[..index]
                .iter()
                .filter(|spot| is_comments("GET", spot))
                .count();
            let listing = Spot {
                method: "GET".into(),
                path: spot.path.clone(),
                nth: u32::try_from(looks).expect("few"),
            };
            let case = Case {
                scene: scene.clone(),
                clean: clean.clone(),
                spot: spot.clone(),
                trouble: Fault::StaleRead,
            };
            cases.push((case, listing));
        }
    }
    assert_eq!(cases.len(), 3, "a status each and an answer");
    for (case, listing) in cases {
        let (app, _) = case.scene.begin().await;
        app.simulator.add_fault(listing.fault(Fault::StaleRead));
        app.simulator.add_fault(case.spot.fault(Fault::DropAfter));
        assert!(compare(app, &case).await, "never played at {:?}", case.spot);
    }
}

fn is_comments(method: &str, spot: &Spot) -> bool {
    spot.method == method && spot.path.ends_with("/issues/1/comments")
}
