//! Whatever goes wrong between GitHub and the effects that follow a pull request, nothing happens twice and nothing is lost
//! (C1, C3, C5). The grid is made from what a clean run asks GitHub for.

use skep::core::effect::EffectKind;
use skep_simulator::JobEnd;
use skep_simulator::call_log::CallRecord;
use skep_simulator::fault::{Fault, FaultRule};

use super::Told;

/// What each effect that follows a pull request asks GitHub for: method and end of the path.
const DEEDS: [(EffectKind, &[(&str, &str)]); 7] = [
    (
        EffectKind::ReadReview,
        &[("GET", "/reviews/*"), ("POST", "/graphql")],
    ),
    (
        EffectKind::RefreshPullRequest,
        &[("GET", "/pulls/2"), ("GET", "/check-runs")],
    ),
    (EffectKind::Reply, &[("POST", "/comments/*/replies")]),
    (EffectKind::DescribePull, &[("PATCH", "/pulls/2")]),
    (
        EffectKind::RequestReview,
        &[("POST", "/requested_reviewers")],
    ),
    (EffectKind::MarkReady, &[("POST", "/graphql")]),
    (EffectKind::DeleteBranch, &[("POST", "/git-receive-pack")]),
];

/// The nth call of a method on a path; numbers and commits in it are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    method: String,
    path: String,
    nth: u32,
}

fn pattern(path: &str) -> String {
    let other_each_time = |part: &str| {
        let number = part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        number || (part.len() == 40 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let parts = path
        .split('/')
        .map(|part| if other_each_time(part) { "*" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn is_deed(spot: &Spot, deed: &(&str, &str)) -> bool {
    spot.method == deed.0 && spot.path.ends_with(deed.1)
}

/// The calls of those effects, in order.
fn spots(calls: &[CallRecord]) -> Vec<Spot> {
    let mut all: Vec<Spot> = Vec::new();
    for call in calls {
        let path = pattern(&call.path);
        let same = all
            .iter()
            .filter(|spot| spot.method == call.method && spot.path == path)
            .count();
        all.push(Spot {
            method: call.method.clone(),
            path,
            nth: u32::try_from(same).expect("few calls"),
        });
    }
    all.retain(|spot| {
        DEEDS
            .iter()
            .any(|(_, deeds)| deeds.iter().any(|deed| is_deed(spot, deed)))
    });
    all
}

/// What people are left with.
type End = (String, Vec<String>, Vec<String>, usize);

impl Told {
    /// From the review over green checks to the merge.
    async fn live(&mut self) {
        self.app.run_steps(usize::MAX).await;
        let (home, head) = (self.app.repository, self.head());
        let end = JobEnd {
            steps: &[("Run cargo test", "success")],
            log: "",
            ..JobEnd::default()
        };
        self.app
            .simulator
            .finish_check(
                home,
                head.as_str(),
                JobEnd {
                    name: "test",
                    conclusion: "success",
                    ..end
                },
            )
            .expect("a job");
        self.app.run_steps(usize::MAX).await;
        self.app
            .simulator
            .merge(home, self.pull, "ana")
            .await
            .expect("it is ready, and can be merged");
        self.app.run_steps(usize::MAX).await;
    }

    fn left(&self) -> End {
        let home = self.app.repository;
        let text = crate::test_app::timeless(&self.read());
        let replies = self
            .app
            .simulator
            .calls()
            .iter()
            .filter(|call| call.path.ends_with("/replies"))
            .count();
        // How often a status was edited depends on what had to be tried again.
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.retain(|line| !line.starts_with("  - TIME"));
        (
            lines.join("\n"),
            self.app.labels(self.issue),
            self.app.simulator.branches(home),
            replies,
        )
    }
}

/// The end of a clean run, and the calls of the effects in it.
async fn clean() -> (End, Vec<Spot>) {
    let mut told = Told::reviewed().await;
    let before = told.app.simulator.calls().len();
    told.live().await;
    let spots = spots(&told.app.simulator.calls()[before..]);
    for kind in DEEDS.map(|(kind, _)| kind) {
        assert!(
            !told.app.planned(told.issue, kind).await.is_empty(),
            "{kind:?} is not in the story"
        );
    }
    for (kind, deeds) in DEEDS {
        for deed in deeds {
            assert!(
                spots.iter().any(|spot| is_deed(spot, deed)),
                "{kind:?}: no {deed:?} in {spots:#?}"
            );
        }
    }
    let left = told.left();
    assert_eq!(left.2, ["main"], "the merged branch is gone");
    told.done().await;
    (left, spots)
}

async fn with_a_fault(fault: FaultRule, clean: End) {
    let mut told = Told::reviewed().await;
    told.app.simulator.add_fault(fault.clone());
    told.live().await;
    let mut left = told.left();
    assert!(
        told.app.simulator.waiting_faults().is_empty(),
        "never played: {fault:?}"
    );
    if matches!(fault.fault, Fault::Reset | Fault::BadGateway) {
        // The call itself is made again, and rightly so.
        left.3 = clean.3;
    }
    assert_eq!(left, clean, "{fault:?}");
    told.done().await;
}

async fn tell_all(clean: End, faults: Vec<FaultRule>) {
    crate::required::grid(faults, |fault| with_a_fault(fault, clean.clone())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_is_lost_is_not_made_twice_and_one_that_did_not_arrive_is_made() {
    let (end, spots) = clean().await;
    let changes = spots.iter().filter(|spot| spot.method != "GET");
    let faults = changes.flat_map(|spot| {
        [Fault::DropAfter, Fault::BadGatewayAfter, Fault::Reset]
            .map(|trouble| FaultRule::next(&spot.method, &spot.path, trouble).after(spot.nth))
    });
    tell_all(end, faults.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn github_down_for_three_calls_of_each_kind_loses_nothing() {
    let (end, spots) = clean().await;
    let firsts = spots.iter().filter(|spot| spot.nth == 0);
    let faults =
        firsts.map(|spot| FaultRule::next(&spot.method, &spot.path, Fault::BadGateway).times(3));
    tell_all(end, faults.collect()).await;
}
