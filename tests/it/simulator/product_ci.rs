//! The GitHub module against the simulator: what CI says of a commit, and what a branch requires.

use skep::core::event::ChecksState;
use skep_simulator::world::account::Access;
use skep_simulator::{JobEnd, Required, StatusDraft};

use super::product::product;

#[tokio::test]
async fn what_ci_says_with_the_failed_step_and_the_end_of_its_log() {
    let product = product().await;
    let (_, head) = product.pull(false).await;
    let (github, at, simulator, home) = (
        &product.github,
        &product.at,
        &product.stage.simulator,
        product.stage.home,
    );
    let state = async || github.checks(at, &head).await.expect("read");
    assert_eq!(state().await.state, ChecksState::None);
    simulator
        .set_status(
            home,
            head.as_str(),
            StatusDraft {
                context: "build",
                state: "pending",
            },
            "octo",
        )
        .expect("a status");
    assert_eq!(state().await.state, ChecksState::Pending);
    simulator
        .set_status(
            home,
            head.as_str(),
            StatusDraft {
                context: "build",
                state: "success",
            },
            "octo",
        )
        .expect("a status");
    assert_eq!(state().await.state, ChecksState::Green);
    let log = format!(
        "2023-11-14T22:13:20.1234567Z {}\n2023-11-14T22:13:20.1234567Z ##[error]exit code 101.\nPost job",
        "x".repeat(70_000)
    );
    let steps = [("checkout", "success"), ("cargo test", "failure")];
    let end = JobEnd {
        steps: &steps,
        log: &log,
        ..JobEnd::default()
    };
    simulator
        .finish_check(
            home,
            head.as_str(),
            JobEnd {
                name: "test",
                conclusion: "failure",
                ..end
            },
        )
        .expect("a job");
    simulator
        .finish_check(
            home,
            head.as_str(),
            JobEnd {
                name: "lint",
                conclusion: "skipped",
                ..JobEnd::default()
            },
        )
        .expect("a job");
    let read = state().await;
    assert_eq!(
        (read.state, read.failing.len(), read.unread.len()),
        (ChecksState::Red, 1, 0)
    );
    let failing = &read.failing[0];
    assert_eq!(
        (failing.name.as_str(), failing.step.as_deref()),
        ("test", Some("cargo test"))
    );
    assert!(
        failing.tail.ends_with("##[error]exit code 101.") && failing.tail.len() <= 8 * 1024,
        "{}",
        failing.tail
    );
    assert!(
        failing.url.starts_with(&simulator.api_url()) && failing.url.contains("/octo/hello/runs/"),
        "{}",
        failing.url
    );
    assert_eq!(
        read.of(&["build".into(), "lint".into()]),
        ChecksState::Green
    );
    assert_eq!(
        read.of(&["build".into(), "deploy".into()]),
        ChecksState::Pending,
        "not reported yet"
    );
    assert_eq!(read.of(&["test".into(), "deploy".into()]), ChecksState::Red);
    assert_eq!(simulator.violations().len(), 0);
}

#[tokio::test]
async fn a_workflow_that_cannot_start_is_red_and_a_lost_log_is_no_error() {
    let product = product().await;
    let (_, head) = product.pull(false).await;
    let (github, at, simulator, home) = (
        &product.github,
        &product.at,
        &product.stage.simulator,
        product.stage.home,
    );
    simulator
        .finish_check(
            home,
            head.as_str(),
            JobEnd {
                name: "test",
                conclusion: "timed_out",
                ..JobEnd::default()
            },
        )
        .expect("a job");
    simulator
        .fail_to_start(home, head.as_str(), "Deploy")
        .expect("a workflow");
    let read = github.checks(at, &head).await.expect("read");
    let names: Vec<(&str, &str)> = read
        .failing
        .iter()
        .map(|f| (f.name.as_str(), f.tail.as_str()))
        .collect();
    assert_eq!(names, [("test", ""), ("Deploy", "startup_failure")]);
    assert_eq!(
        read.of(&["never".into()]),
        ChecksState::Red,
        "it will not come"
    );
}

#[tokio::test]
async fn without_the_new_permissions_it_sees_less_and_says_so() {
    let product = product().await;
    let (_, head) = product.pull(false).await;
    let (github, at, simulator, home) = (
        &product.github,
        &product.at,
        &product.stage.simulator,
        product.stage.home,
    );
    simulator
        .finish_check(
            home,
            head.as_str(),
            JobEnd {
                name: "test",
                conclusion: "failure",
                steps: &[],
                log: "boom",
            },
        )
        .expect("a job");
    product.revoke("actions");
    let read = github.checks(at, &head).await.expect("read");
    assert_eq!(
        (read.state, read.unread.as_slice()),
        (ChecksState::Red, ["actions"].as_slice())
    );
    assert_eq!(
        (
            read.failing[0].step.as_deref(),
            read.failing[0].tail.as_str()
        ),
        (None, "")
    );
    product.stage.pass(301);
    simulator
        .set_app_permission(at.installation, "actions", Some(Access::Read))
        .expect("granted");
    let read = github.checks(at, &head).await.expect("read");
    assert_eq!(
        (read.unread.len(), read.failing[0].tail.as_str()),
        (0, "boom"),
        "seen soon after it is granted"
    );
    product.stage.pass(3_600);
    for permission in ["actions", "checks", "statuses"] {
        product.revoke(permission);
    }
    let read = github.checks(at, &head).await.expect("read");
    assert_eq!(
        (read.state, read.unread.as_slice()),
        (
            ChecksState::None,
            ["checks", "statuses", "actions"].as_slice()
        )
    );
}

#[tokio::test]
async fn what_a_branch_requires_comes_from_both_places() {
    let product = product().await;
    let (simulator, home) = (&product.stage.simulator, product.stage.home);
    assert_eq!(
        product.github.required_checks(&product.at, "main").await,
        Ok(Vec::new())
    );
    simulator
        .require_checks(home, "main", Required::Protection, &["build"])
        .expect("set");
    simulator
        .require_checks(home, "main", Required::Rules, &["test", "build"])
        .expect("set");
    assert_eq!(
        product.github.required_checks(&product.at, "main").await,
        Ok(vec!["build".into(), "test".into()])
    );
    assert_eq!(
        product.github.required_checks(&product.at, "other").await,
        Ok(Vec::new())
    );
}
