//! Killed after any step, started again, and the end is the same (R29 to R32).

use crate::required::grid;
use crate::test_app::{ANSWER, CODE, Ending, Scenario, TestApp};

/// When skep is killed.
#[derive(Debug, Clone, Copy)]
enum Kill {
    /// After so many steps.
    After(usize),
    /// After so many steps with the next effects just begun.
    Amid(usize),
    /// After so many steps, and once more one step after the start.
    Twice(usize),
}

impl Kill {
    async fn strike(self, app: &mut TestApp) {
        let (Self::After(steps) | Self::Amid(steps) | Self::Twice(steps)) = self;
        app.run_steps(steps).await;
        match self {
            Self::After(_) => {}
            Self::Amid(_) => app.nudge().await,
            Self::Twice(_) => {
                app.crash_and_open().await;
                app.run_steps(1).await;
            }
        }
        app.crash_and_open().await;
    }
}

/// Tells the scene once for every way to kill it, several at a time.
async fn killed_everywhere(scene: Scenario, kill: fn(usize) -> Kill) {
    let (steps, clean) = scene.clean().await;
    assert!(steps > 10, "a story of {steps} steps is not worth killing");
    grid(0..=steps, |step| {
        let (scene, clean) = (scene.clone(), clean.clone());
        async move { killed(&scene, kill(step), &clean).await }
    })
    .await;
}

async fn killed(scene: &Scenario, kill: Kill, clean: &Ending) {
    let (mut app, issue) = scene.begin().await;
    kill.strike(&mut app).await;
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(clean, &format!("killed {kill:?}"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_killed_after_any_step() {
    killed_everywhere(CODE, Kill::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_killed_amid_any_step() {
    killed_everywhere(CODE, Kill::Amid).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_killed_twice_in_a_row() {
    killed_everywhere(CODE, Kill::Twice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_the_same_killed_after_any_step() {
    killed_everywhere(ANSWER, Kill::After).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clean_ends_are_what_they_should_be() {
    let (_, code) = CODE.clean().await;
    assert_eq!(
        (code.ours, code.pulls.len(), code.state.as_str(), code.live),
        (1, 1, "in-review", 0)
    );
    assert_eq!(code.labels, ["agent:go", "agent:review", "role:swe"]);
    assert!(
        code.pulls[0].contains(r#"Some("hello\n")"#),
        "{:?}",
        code.pulls
    );
    let (_, answer) = ANSWER.clean().await;
    assert_eq!(
        (
            answer.ours,
            answer.pulls.len(),
            answer.state.as_str(),
            answer.live
        ),
        (2, 0, "done", 0)
    );
    assert_eq!(answer.labels, ["agent:done", "agent:go", "role:triage"]);
    assert_eq!(answer.branches, ["main"]);
}
