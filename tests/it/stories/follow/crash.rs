//! Killed after any step between a review and the end of its revision, started again, and the end is the same.

use super::{Told, on_note, timeless, with};
use crate::test_app::{Ending, timeless as without_times};

/// What people are left with: the issue, the branch, and the pull request's reviews and threads.
type End = (Ending, String, Option<String>);

impl Told {
    pub(super) async fn reviewed() -> Self {
        let told = Self::new("write NOTE.md: hello\nsay Wrote it.").await;
        let script =
            "write NOTE.md: dear all\nreply all: It greets everybody.\nfinish Made it kinder.";
        told.review(
            "ana",
            "REQUEST_CHANGES",
            &with("Kinder.", script),
            vec![on_note("Greet everybody.")],
        );
        told
    }

    pub(super) async fn end(&self) -> End {
        let pull = self
            .app
            .simulator
            .pull_thread(self.app.repository, self.pull)
            .expect("a thread");
        let pull = without_times(&timeless(&pull));
        (
            self.app.ending(self.issue).await,
            pull,
            self.file("NOTE.md").await,
        )
    }
}

async fn killed_after(steps: usize, amid: bool, clean: End) {
    let mut told = Told::reviewed().await;
    told.app.run_steps(steps).await;
    if amid {
        told.app.nudge().await;
    }
    told.app.crash_and_open().await;
    told.app.run_steps(usize::MAX).await;
    let end = told.end().await;
    let when = format!("killed after {steps} steps (amid the next: {amid})");
    end.0.must_be(&clean.0, &when);
    assert_eq!((end.1, end.2), (clean.1, clean.2), "{when}");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_ends_the_same_killed_after_or_amid_any_step() {
    let mut told = Told::reviewed().await;
    let steps = told.app.run_steps(usize::MAX).await;
    let clean = told.end().await;
    assert_eq!(clean.2.as_deref(), Some("dear all\n"), "{}", told.read());
    told.done().await;
    assert!(steps > 10, "a story of {steps} steps is not worth killing");
    // Every fourth time the next effects have just begun.
    let all = (0..=steps).map(|step| (step, step % 4 == 3));
    crate::required::grid(all, |(step, amid)| killed_after(step, amid, clean.clone())).await;
}
