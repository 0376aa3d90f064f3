//! More issues than GitHub lets an installation create comments and pull requests for: receipts come at once all the same, the
//! hour goes to pull requests, and in the end nothing is missing.
//!
//! Told on the story's clock alone, so that a slow machine changes nothing. `SKEP_SWARM=400` tells it in full size, with the pace
//! and the limits as they are; else all of it is smaller by the same factor.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::github::Pace;
use skep::http::AdminService;
use skep_simulator::call_log::CallRecord;

use crate::test_app::{DAWN, TestApp, told};

const HOUR: i64 = 3_600_000;
const MINUTE: i64 = 60_000;
/// Issues in the hour, as many as the pace allows creations.
const ISSUES: u32 = 30;
/// As many hours as the last comment may take.
const HOURS: i64 = 24;

/// The numbers of a swarm, each in the proportion of a full one.
struct Size {
    issues: u32,
    pace: Pace,
    /// What GitHub refuses: in a minute and in an hour.
    refused: (usize, usize),
}

impl Size {
    fn told() -> Self {
        let wanted = std::env::var("SKEP_SWARM").ok();
        let issues = wanted.map_or(ISSUES, |size| size.parse().expect("a number of issues"));
        let full = Pace::default();
        let of = |number: u32| (number * issues / 400).max(1);
        let limit = |number: u32| usize::try_from(of(number)).expect("few");
        Self {
            issues,
            pace: Pace {
                per_minute: of(full.per_minute),
                per_hour: of(full.per_hour),
                // Nobody sits out a pause on the real clock.
                patience: Duration::ZERO,
                ..full
            },
            refused: (limit(80), limit(500)),
        }
    }

    /// When the issues are labeled: a quarter in the first two minutes, which is 50 a minute in full size, the others spread over
    /// the hour.
    fn labels(&self) -> Vec<i64> {
        let (all, crowd) = (i64::from(self.issues), i64::from(self.issues / 4));
        let early = (0..crowd).map(|n| n * 2 * MINUTE / crowd);
        let late =
            (crowd..all).map(|n| 2 * MINUTE + (n - crowd) * (HOUR - 3 * MINUTE) / (all - crowd));
        early.chain(late).map(|at| DAWN + at).collect()
    }
}

/// What was created, of the calls that came through.
fn created(app: &TestApp, within: std::ops::Range<i64>) -> (usize, usize) {
    let calls = app.simulator.calls();
    let creations: Vec<&CallRecord> = calls
        .iter()
        .filter(|call| call.creates && call.status == 201 && within.contains(&call.at))
        .collect();
    let pulls = creations
        .iter()
        .filter(|call| call.path.ends_with("/pulls"))
        .count();
    (creations.len(), pulls)
}

/// Lets what waits come until a moment.
async fn until(app: &mut TestApp, moment: i64) {
    loop {
        app.settle().await;
        let due = app.store().next_due(app.now()).await.expect("a look");
        match due.filter(|due| *due < moment) {
            Some(due) => app.advance_to(due),
            None => return app.advance_to(moment),
        }
    }
}

/// How many issues have their pull request, and how many their status comment.
fn shown(app: &TestApp, issues: &[IssueNumber]) -> (usize, usize) {
    let pulls = app.simulator.pulls(app.repository).expect("pulls").len();
    let with_status = issues
        .iter()
        .filter(|issue| !app.status(**issue).is_empty());
    (pulls, with_status.count())
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_hour_with_too_many_issues_receipts_come_at_once_and_pull_requests_get_the_budget() {
    let size = Size::told();
    let began = std::time::Instant::now();
    let mut app = TestApp::with(|plan| {
        plan.pace = size.pace;
        plan.paced_by_story = true;
    })
    .await;
    app.simulator.enforce_limits(true);
    app.simulator
        .set_creation_limits(size.refused.0, size.refused.1);
    app.simulator.set_hourly_limit(1_000_000);
    let other = app.issue("The labels are there", "", &[]);
    for label in ["agent:queued", "agent:working", "agent:review", "role:swe"] {
        app.label(other, label);
    }
    let (mut issues, mut labeled) = (Vec::new(), Vec::new());
    let half = size.labels().len() / 2;
    let mut busiest = serde_json::Value::Null;
    for (number, at) in size.labels().into_iter().enumerate() {
        until(&mut app, at).await;
        let script = format!("write file-{number}.md: hello");
        issues.push(app.go(&format!("Issue {number}"), &script));
        labeled.push(app.now());
        if issues.len() == half {
            // Nothing of the hour is forgotten by it.
            app.settle().await;
            app.crash().await;
            app.open().await;
        }
        let status = told(app.product().admin.status().await);
        if status["budgets"][0]["statuses"]["count"].as_i64()
            > busiest["statuses"]["count"].as_i64()
        {
            busiest = status["budgets"][0].clone();
        }
    }
    let end = DAWN + HOUR;
    until(&mut app, end).await;
    let (all, pulls) = created(&app, DAWN..end);
    let hour = shown(&app, &issues);
    eprintln!(
        "{} issues, {:?} of real time: {all} created in the hour, {pulls} of them pull requests; issues with a pull request, with a \
         status: {hour:?}; at its busiest: {busiest}",
        size.issues,
        began.elapsed()
    );
    let budget = usize::try_from(size.pace.per_hour).expect("few");
    assert!(all <= budget && all * 10 >= budget * 9, "{all} of {budget}");
    assert!(pulls * 100 >= all * 80, "{pulls} pull requests of {all}");
    assert!(busiest["statuses"]["until"].as_i64().is_some(), "{busiest}");

    let mut later = end;
    while shown(&app, &issues) != (issues.len(), issues.len()) {
        later += 10 * MINUTE;
        if later > DAWN + HOURS * HOUR {
            let missing = issues.iter().filter(|issue| app.status(**issue).is_empty());
            let threads: Vec<String> = missing.map(|issue| app.thread(*issue)).collect();
            let waiting = app.waiting().await;
            panic!(
                "{:?}, waiting {waiting:#?}\n{}",
                shown(&app, &issues),
                threads.join("\n")
            );
        }
        until(&mut app, later).await;
    }
    let seen = latest_receipt(&app, &issues, &labeled);
    let calls = app.simulator.calls();
    eprintln!(
        "all there after {} min, {:?} of real time; slowest receipt {seen} ms; {} calls, {} changes",
        (app.now() - DAWN) / MINUTE,
        began.elapsed(),
        calls.len(),
        calls.iter().filter(|call| call.method != "GET").count(),
    );
    assert!(seen <= 2_000, "a receipt took {seen} ms");
    let refused = calls.iter().find(|call| [403, 429].contains(&call.status));
    assert!(refused.is_none(), "{refused:?}");
    for issue in &issues {
        assert_eq!(
            app.state(*issue).await,
            "in-review",
            "{}",
            app.thread(*issue)
        );
        assert!(
            app.status(*issue).starts_with("**In review**"),
            "{}",
            app.thread(*issue)
        );
    }
    assert_eq!(
        app.waiting()
            .await
            .iter()
            .find(|open| !open.starts_with("set_timer")),
        None
    );
    app.done().await;
}

/// How long the slowest 👀 took, milliseconds.
fn latest_receipt(app: &TestApp, issues: &[IssueNumber], labeled: &[i64]) -> i64 {
    let calls = app.simulator.calls();
    let took = |(issue, at): (&IssueNumber, &i64)| {
        let path = format!("/repos/octo/hello/issues/{issue}/reactions");
        let seen = calls
            .iter()
            .find(|call| call.method == "POST" && call.path == path && call.status < 300);
        seen.expect("a receipt").at - at
    };
    issues.iter().zip(labeled).map(took).max().expect("issues")
}

/// GitHub counts what all calls of a minute cost, reads too: fifty labels in a minute, with all that is read and written for each,
/// come to more than twice of what it takes.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_crowd_receipts_come_at_once_and_no_minute_costs_more_than_github_takes() {
    let mut app = TestApp::with(|plan| {
        plan.pace = Pace {
            patience: Duration::ZERO,
            ..Pace::default()
        };
        plan.paced_by_story = true;
    })
    .await;
    app.simulator.enforce_limits(true);
    let (mut issues, mut labeled) = (Vec::new(), Vec::new());
    for number in 0..50 {
        let at = app.now().max(DAWN + number * MINUTE / 50);
        until(&mut app, at).await;
        issues.push(app.go(
            &format!("Issue {number}"),
            &format!("write file-{number}.md: hello"),
        ));
        labeled.push(app.now());
    }
    until(&mut app, DAWN + 2 * MINUTE).await;
    let status = told(app.product().admin.status().await);
    let points = status["budgets"][0]["points"]["used"].as_u64();
    assert!(
        points.is_some_and(|points| points <= 840),
        "{}",
        status["budgets"]
    );
    let mut later = app.now();
    while shown(&app, &issues).0 != issues.len() {
        later += MINUTE;
        assert!(later < DAWN + HOUR, "{:?}", shown(&app, &issues));
        until(&mut app, later).await;
    }
    let seen = latest_receipt(&app, &issues, &labeled);
    assert!(seen <= 2_000, "a receipt took {seen} ms");
    let calls = app.simulator.calls();
    let refused = calls.iter().find(|call| [403, 429].contains(&call.status));
    assert!(refused.is_none(), "{refused:?}");
    eprintln!(
        "all have their pull request after {} s",
        (app.now() - DAWN) / 1_000
    );
    app.settle_all().await;
    app.done().await;
}
