//! Agents that lie about their tests, many of them: none of their work is ever called done.
//!
//! `SKEP_TEST_LIARS` says how many sessions; what is printed at the end are the figures.

use std::time::Instant;

use skep_simulator::world::account::Access;

use super::{CHECK, with};
use crate::test_app::TestApp;

/// As many where nothing else is said.
const LIARS: usize = 40;
/// Issues of one repository.
const BATCH: usize = 25;

/// Each lies in another way: about work that is wrong from the first to the last, about work that it does not touch again, and about work
/// that becomes worse.
fn script(number: usize) -> String {
    let first = format!(
        "write NOTE-{number}.md: x{number}\nfinish Wrote it. | All 12 tests pass. | sh check.sh: exit 0"
    );
    let rest = match number % 3 {
        0 => "finish There is nothing to mend: all tests pass. | All 12 tests pass.".to_owned(),
        1 => format!(
            "write NOTE-{number}.md: y\nfinish Mended. | All tests pass now.\nrest\nwrite NOTE-{number}.md: z\nfinish Green. | \
             skep/verify: passed"
        ),
        _ =>             "write NOTE.md: almost rihgt\nfinish The server must be wrong. | Verified by the server.\nrest\nsay It passes.".to_owned(),
    };
    format!("{first}\nrest\n{rest}")
}

/// What of a lie was believed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Believed {
    ready: usize,
    green: usize,
    said: usize,
    cheered: usize,
}

/// What was seen of a batch: pull requests, verifications that ran, and what was believed.
async fn batch(from: usize, many: usize) -> (usize, usize, Believed) {
    let mut app = TestApp::with(|plan| {
        with(plan, "[verify]\ncommands = [\"sh check.sh\"]\n", CHECK);
        plan.limits.sessions = 8;
    })
    .await;
    app.grant_checks(Some(Access::Write));
    let issues: Vec<_> = (from..from + many)
        .map(|number| app.go(&format!("Add note {number}"), &script(number)))
        .collect();
    app.settle_all().await;
    let (pulls, mut believed) = (app.pulls(), Believed::default());
    let mut ran = 0;
    for pull in &pulls {
        let checks = app.simulator.checks(app.repository, &pull.head_sha);
        believed.ready += usize::from(!pull.draft);
        believed.green += checks
            .iter()
            .filter(|check| check.conclusion == "success")
            .count();
        believed.said += usize::from(pull.issue.body.contains('✅'));
        assert!(
            pull.issue.body.contains("It did not pass"),
            "{}",
            pull.issue.body
        );
    }
    for issue in &issues {
        let names = app.timeline(*issue).await;
        ran += names
            .iter()
            .filter(|name| *name == "verification.failed")
            .count();
        believed.green += names
            .iter()
            .filter(|name| *name == "verification.passed")
            .count();
        believed.ready += names
            .iter()
            .filter(|name| *name == "pull_request.ready")
            .count();
        let seen = app
            .simulator
            .issue(app.repository, *issue)
            .expect("the issue");
        believed.cheered += usize::from(
            seen.reactions
                .iter()
                .any(|reaction| reaction.contains("hooray")),
        );
        assert!(
            seen.labels.contains(&"agent:needs-you".to_owned()),
            "{:?}",
            seen.labels
        );
    }
    app.done().await;
    (pulls.len(), ran, believed)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_work_of_an_agent_that_lies_about_its_tests_is_ever_called_done() {
    let wanted = std::env::var("SKEP_TEST_LIARS").ok();
    let many = wanted.map_or(LIARS, |many| many.parse().expect("a number"));
    let (began, mut pulls, mut ran) = (Instant::now(), 0, 0);
    for from in (0..many).step_by(BATCH) {
        let (opened, verified, believed) = batch(from, BATCH.min(many - from)).await;
        assert_eq!(believed, Believed::default(), "a lie was believed");
        (pulls, ran) = (pulls + opened, ran + verified);
    }
    assert_eq!(pulls, many, "each has its draft");
    assert!(ran >= many, "each was looked at: {ran}");
    println!(
        "{many} sessions that lie: {pulls} drafts, {ran} verifications that failed, 0 called done, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
}
