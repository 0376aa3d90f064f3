//! Killed after any step, started again, and the end is the same: one check run, one pull request, ready or a draft as the server saw it.

use super::{CHECK, Told, with};
use crate::test_app::{Ending, Options};

/// What people are left with: the issue, and the check runs of the head.
type End = (Ending, Vec<(String, String)>, bool);

fn wish(plan: &mut Options) {
    with(plan, "[verify]\ncommands = [\"sh check.sh\"]\n", CHECK);
}

async fn begun() -> Told {
    // It fails once, and passes then.
    let script = "write NOTE.md: one\nfinish Wrote it. | All tests pass.\nrest\nwrite NOTE.md: right\nfinish Mended.";
    Told::begun(script, wish).await
}

async fn end(told: &Told) -> End {
    let checks = told.checks_of(&told.head()).into_iter();
    let checks = checks.map(|check| (check.conclusion, super::spans(&check.title)));
    let mut ending = told.app.ending(told.issue).await;
    ending.thread = super::spans(&ending.thread);
    for pull in &mut ending.pulls {
        // Killed between the end of a turn and its record, the next one finds its script done.
        let done = "All steps of my script are done, so there was nothing left to do.";
        *pull = super::spans(pull).replace(done, "Mended.");
    }
    (ending, checks.collect(), told.draft())
}

async fn killed_after(steps: usize, amid: bool, clean: End) {
    let mut told = begun().await;
    told.app.run_steps(steps).await;
    if amid {
        told.app.nudge().await;
    }
    told.app.crash_and_open().await;
    told.app.run_steps(usize::MAX).await;
    let when = format!("killed after {steps} steps (amid the next: {amid})");
    let end = end(&told).await;
    end.0.must_be(&clean.0, &when);
    assert_eq!((end.1, end.2), (clean.1, clean.2), "{when}");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verification_ends_the_same_killed_after_or_amid_any_step() {
    let mut told = begun().await;
    let steps = told.app.run_steps(usize::MAX).await;
    let clean = end(&told).await;
    assert_eq!((clean.1.len(), clean.2), (1, false), "{clean:?}");
    told.done().await;
    assert!(steps > 20, "a story of {steps} steps is not worth killing");
    let all = (0..=steps).map(|step| (step, step % 3 == 2));
    crate::required::grid(all, |(step, amid)| killed_after(step, amid, clean.clone())).await;
}

/// The service stops in the middle of a command: it is begun anew at the next start, and nothing of it was left.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_of_a_checkout_is_gone_at_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let (begun, go) = (folder.path().join("begun"), folder.path().join("go"));
    let check = format!(
        "touch {}\nuntil [ -e {} ]; do sleep 0.02; done\nexit 0\n",
        begun.display(),
        go.display()
    );
    let policy = "[verify]\ncommands = [\"sh check.sh\"]\n";
    let mut told = Told::begun(super::RIGHT, |plan| with(plan, policy, &check)).await;
    told.app.until("the first look", |_| begun.exists()).await;
    let checkouts = told.app.data_dir().join("verifications");
    let count = |path: &std::path::Path| std::fs::read_dir(path).map_or(0, Iterator::count);
    assert_eq!(count(&checkouts), 1);
    told.app.crash().await;
    told.app.open().await;
    assert_eq!(count(&checkouts), 0);
    std::fs::write(&go, "").expect("written");
    told.app.run_steps(usize::MAX).await;
    assert_eq!(told.verdict(), "success: 1 command passed in SPAN");
    told.done().await;
}
