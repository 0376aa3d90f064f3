//! Every number an operator can set, changed, with another outcome to show for it. Here what holds one session back; the
//! edges and the conversation have files of their own.

mod conversation;
mod disk;
mod edges;
mod memory;
mod retention;

use std::time::{Duration, Instant};

use skep::core::agent::AgentSpec;
use skep::core::ids::IssueNumber;
use skep::core::policy::Limits;
use skep::github::Pace;
use skep::runner::Timings;
use skep::store::EffectFilter;
use skep_simulator::fault::{Fault, FaultRule};

use super::agents::impatient;
use crate::agents::until;
use crate::test_app::{Options, PATIENCE, TestApp};

/// The test of each number. A new field does not compile here until it has one.
#[test]
fn every_number_has_its_test() {
    let Limits {
        sessions: _,
        sessions_per_account: _,
        sessions_per_repository: _,
        sessions_per_person: _,
        session_timeout_ms: _,
        silence_ms: _,
        issue_attempts: _,
        issue_time_ms: _,
        issue_tokens: _,
        issue_cost: _,
        start_attempts: _,
        model_attempts: _,
        model_retry_ms: _,
        effect_attempts: _,
        retry_base_ms: _,
        status_interval_ms: _,
        drain_ms: _,
        max_files: _,
        max_patch_bytes: _,
        max_commits: _,
        workspace_bytes: _,
        first_fetch_ms: _,
        full_history_bytes: _,
        disk_bytes: _,
        disk_reserve_bytes: _,
        session_memory_bytes: _,
        session_cpu_ms: _,
        memory_reserve_bytes: _,
        standbys: _,
        quick_answer_ms: _,
        park_ms: _,
        remind_ms: _,
        expire_ms: _,
        check_rounds: _,
        rounds: _,
        comments: _,
        bot_rounds: _,
        pull_lines: _,
        overlap_percent: _,
        discovered: _,
    } = Limits::default();
    // What the documents promise: a switch that goes off is felt within two seconds, and five minutes of silence are said.
    let promised = (Timings::default().cancel_grace, Timings::default().silent);
    assert_eq!(promised, (Duration::from_secs(1), Duration::from_secs(300)));
    let bounds = skep::http::Bounds::default();
    assert_eq!(
        (bounds.header_time, bounds.idle_time),
        (Duration::from_secs(10), Duration::from_secs(60))
    );
    assert_eq!(
        (bounds.header_bytes, bounds.connections),
        (16 * 1024, 1_024)
    );
    let Timings {
        initialize: _,
        cancel_grace: _,
        look_again: _,
        progress: _,
        silent: _,
        disk_look: _,
        disk_survey: _,
        memory_look: _,
    } = Timings::default();
    let Pace {
        burst: _,
        per_second: _,
        per_minute: _,
        per_hour: _,
        points_per_minute: _,
        patience: _,
    } = Pace::default();
    let source = [
        include_str!("mod.rs"),
        include_str!("disk.rs"),
        include_str!("edges.rs"),
        include_str!("memory.rs"),
        include_str!("conversation.rs"),
        include_str!("../budget.rs"),
        include_str!("../conversation/large.rs"),
        include_str!("../overlaps.rs"),
    ]
    .concat();
    let fields = "sessions session_timeout_ms silence_ms issue_attempts issue_time_ms issue_tokens issue_cost start_attempts model_attempts model_retry_ms effect_attempts retry_base_ms status_interval_ms \
        drain_ms max_files max_patch_bytes max_commits workspace_bytes first_fetch_ms full_history_bytes disk_bytes disk_reserve_bytes session_memory_bytes session_cpu_ms memory_reserve_bytes standbys quick_answer_ms park_ms remind_ms expire_ms check_rounds rounds \
        comments bot_rounds pull_lines overlap_percent initialize cancel_grace look_again progress silent disk_look disk_survey memory_look burst per_second per_minute per_hour points_per_minute patience";
    for field in fields.split_whitespace() {
        assert!(
            source.contains(&format!("async fn {field}()")),
            "{field} has no test"
        );
    }
}

/// How one issue ends under a plan: the state, and the head of the status comment.
async fn ends(wish: impl FnOnce(&mut Options), script: &str) -> (String, String) {
    let mut app = TestApp::with(wish).await;
    let issue = app.go("Try", script);
    app.settle_all().await;
    let end = (app.state(issue).await, app.status(issue));
    app.done().await;
    end
}

/// An agent that says nothing for long is said to be silent, and no longer once it speaks again.
#[tokio::test(flavor = "multi_thread")]
async fn silent() {
    let mut app = TestApp::with(|plan| plan.timings.silent = Duration::from_millis(300)).await;
    let gate = app.data_dir().join("gate");
    let script = format!(
        "plan Think\nstart 1\nuntil-there {}\nsay Done.",
        gate.display()
    );
    let issue = app.go("Think", &script);
    let said = |app: &TestApp| {
        // The status is edited once in an interval.
        app.advance(Duration::from_secs(1));
        app.status(issue).contains("silent for")
    };
    app.until("it is said to be silent", said).await;
    std::fs::write(gate, "").expect("a gate");
    app.settle_all().await;
    assert!(
        !app.status(issue).contains("silent for"),
        "{}",
        app.status(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions() {
    for slots in [1, 3] {
        let mut app = TestApp::with(|plan| plan.limits.sessions = slots).await;
        let gate = app.data_dir().join("gate");
        let script = format!(
            "run while [ ! -e {} ]; do sleep 0.02; done\nsay Done.",
            gate.display()
        );
        let issues: Vec<_> = (0..4)
            .map(|n| app.go(&format!("Issue {n}"), &script))
            .collect();
        let working = |app: &TestApp| {
            issues
                .iter()
                .filter(|i| app.labels(**i).contains(&"agent:working".into()))
                .count()
        };
        let queued = |app: &TestApp| {
            issues
                .iter()
                .filter(|i| app.labels(**i).contains(&"agent:queued".into()))
                .count()
        };
        app.until("all are placed", |app| working(app) + queued(app) == 4)
            .await;
        assert_eq!(app.live().await, slots as usize);
        std::fs::write(gate, "").expect("a gate");
        app.settle_all().await;
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn session_timeout_ms() {
    let chatter = "say At it.\nwait 0.1\n".repeat(12) + "write a.txt: a";
    let (state, status) = ends(|plan| plan.limits.session_timeout_ms = 400, &chatter).await;
    assert!(
        state == "failed" && status.contains("stopped after 400 ms"),
        "{status}"
    );
    assert_eq!(
        ends(|plan| plan.limits.session_timeout_ms = 60_000, &chatter)
            .await
            .0,
        "in-review"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_ms() {
    let script = "wait 1.2\nwrite a.txt: a";
    let (state, status) = ends(|plan| plan.limits.silence_ms = 400, script).await;
    assert!(
        state == "failed" && status.contains("said nothing for 400 ms"),
        "{status}"
    );
    assert_eq!(
        ends(|plan| plan.limits.silence_ms = 60_000, script).await.0,
        "in-review"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn start_attempts() {
    for attempts in [1, 4] {
        let mut app = TestApp::with(|plan| {
            impatient(plan);
            plan.limits.start_attempts = attempts;
            plan.agent = Some(AgentSpec::new("odd", vec!["false".into()]));
        })
        .await;
        let issue = app.go("Start", "say never");
        app.settle_all().await;
        assert_eq!(
            (app.state(issue).await.as_str(), app.tries("run_turn").await),
            ("failed", (attempts, 1))
        );
        assert_eq!(
            app.status(issue).contains("It was tried 4 times."),
            attempts == 4
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn model_attempts() {
    for (attempts, said) in [(1, "refused more requests"), (2, "It was tried 2 times.")] {
        let wish = |plan: &mut Options| plan.limits.model_attempts = attempts;
        let (state, status) = ends(wish, &"fail rate-limit\n".repeat(5)).await;
        assert!(state == "failed" && status.contains(said), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn model_retry_ms() {
    for pause in [7_000, 50_000] {
        let mut app = TestApp::with(|plan| plan.limits.model_retry_ms = pause).await;
        app.go("Try", "fail rate-limit\nwrite a.txt: a");
        app.settle().await;
        let due = app
            .store()
            .next_due(app.now())
            .await
            .expect("a look at the outbox")
            .expect("it waits");
        let wait = due - app.now();
        assert!((pause..=pause * 6 / 5).contains(&wait), "{wait}");
        app.settle_all().await;
        app.done().await;
    }
}

fn pulls_fail(app: &TestApp, times: u32) {
    app.simulator
        .add_fault(FaultRule::next("POST", "/repos/*/*/pulls", Fault::BadGateway).times(times));
}

#[tokio::test(flavor = "multi_thread")]
async fn effect_attempts() {
    for attempts in [2, 4] {
        let mut app = TestApp::with(|plan| plan.limits.effect_attempts = attempts).await;
        pulls_fail(&app, 100);
        let issue = app.go("Try", "write a.txt: a");
        app.settle_all().await;
        assert_eq!(app.tries("open_pull").await, (attempts, 1));
        assert!(
            app.status(issue).starts_with("**Failed**"),
            "{}",
            app.status(issue)
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_base_ms() {
    for base in [7_000, 50_000] {
        let mut app = TestApp::with(|plan| plan.limits.retry_base_ms = base).await;
        pulls_fail(&app, 2);
        let issue = app.go("Try", "write a.txt: a");
        for doubled in [base, base * 2] {
            app.settle().await;
            let effects = app
                .store()
                .effects(&EffectFilter::default(), 1_000)
                .await
                .expect("effects");
            let waiting = effects
                .iter()
                .find(|look| look.effect.kind == "open_pull")
                .expect("the pull request");
            let pause = waiting.not_before - app.now();
            assert!(
                (doubled..=doubled + doubled / 5).contains(&pause),
                "{pause} for {doubled}"
            );
            app.advance(Duration::from_millis(pause.unsigned_abs()));
        }
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review");
        app.done().await;
    }
}

/// How often it was told how far the agent is.
async fn reports(app: &TestApp, issue: IssueNumber) -> usize {
    let timeline = app.timeline(issue).await;
    let reports = timeline.iter().filter(|name| *name == "session.progress");
    reports.count()
}

/// Lets the agent go on until it was told so often how far it is.
async fn until_reported(app: &mut TestApp, issue: IssueNumber, times: usize) {
    let patience = Instant::now() + PATIENCE;
    while reports(app, issue).await < times {
        assert!(Instant::now() < patience, "no report {times}");
        app.nudge().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn status_interval_ms() {
    for interval in [7_777, 11_111] {
        let mut app = TestApp::with(|plan| plan.limits.status_interval_ms = interval).await;
        let [planned, gate] = ["planned", "gate"].map(|name| app.data_dir().join(name));
        let script = format!(
            "plan a | b\nuntil-there {}\ntick 1\nuntil-there {}\nsay Done.",
            planned.display(),
            gate.display()
        );
        let issue = app.go("Tick", &script);
        app.until("it works", |app| app.status(issue).contains("**Working**"))
            .await;
        until_reported(&mut app, issue, 1).await;
        std::fs::write(planned, "").expect("a gate");
        until_reported(&mut app, issue, 2).await;
        let due = app
            .store()
            .next_due(app.now())
            .await
            .expect("a look")
            .expect("an edit");
        assert_eq!(due - app.now(), interval);
        std::fs::write(gate, "").expect("a gate");
        app.settle_all().await;
        app.done().await;
    }
}

/// How long a graceful stop takes while an agent ignores it.
async fn stop_takes(drain_ms: i64) -> Duration {
    let mut app = TestApp::with(|plan| {
        plan.limits.drain_ms = drain_ms;
        plan.timings.cancel_grace = Duration::from_secs(60);
    })
    .await;
    let running = app.run().await;
    let sign = app.data_dir().join("hangs");
    app.go("Hang", &format!("hang {}", sign.display()));
    until("the agent hangs", || sign.exists()).await;
    let began = Instant::now();
    running.stop().await;
    let took = began.elapsed();
    app.done().await;
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn drain_ms() {
    let short = stop_takes(200).await;
    assert!(short < Duration::from_secs(10), "{short:?}");
    let long = stop_takes(2_500).await;
    assert!(long >= Duration::from_millis(2_500), "{long:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn max_files() {
    let script = "write a.txt: a\nwrite b.txt: b";
    let (state, status) = ends(|plan| plan.limits.max_files = 1, script).await;
    assert!(
        state == "failed" && status.contains("2 files changed; the limit is 1"),
        "{status}"
    );
    assert_eq!(
        ends(|plan| plan.limits.max_files = 2, script).await.0,
        "in-review"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn max_patch_bytes() {
    let script = format!("write a.txt: {}", "a".repeat(2_000));
    let (state, status) = ends(|plan| plan.limits.max_patch_bytes = 1_000, &script).await;
    assert!(
        state == "failed" && status.contains("larger than 1000 bytes"),
        "{status}"
    );
    assert_eq!(
        ends(|plan| plan.limits.max_patch_bytes = 4_000, &script)
            .await
            .0,
        "in-review"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn max_commits() {
    let script = "write a.txt: a\ncommit One\nwrite b.txt: b\ncommit Two";
    let (state, status) = ends(|plan| plan.limits.max_commits = 1, script).await;
    assert!(
        state == "failed" && status.contains("2 commits; the limit is 1"),
        "{status}"
    );
    assert_eq!(
        ends(|plan| plan.limits.max_commits = 2, script).await.0,
        "in-review"
    );
}
