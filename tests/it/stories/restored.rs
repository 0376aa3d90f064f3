//! The machine is lost after any step and its backup put back on another one: what was under way is carried to its end, once.

use skep::store::{LostTime, back_up, restore, sqlite_url};

use crate::required::grid;
use crate::test_app::{ANSWER, CODE, Ending, Scenario, TestApp};

/// How far skep got after its backup was made before its machine was lost.
#[derive(Debug, Clone, Copy)]
struct Loss {
    backup: usize,
    lost: usize,
}

impl TestApp {
    /// Makes a backup, works on for so many steps, loses all but the backup, and puts it back.
    async fn lose(&mut self, lost: usize) {
        let data = self.data_dir();
        let place = data.with_extension("backup");
        let since = self.now();
        let url = sqlite_url(&data.join("skep.db")).expect("a path");
        back_up(&url, &place).await.expect("a backup");
        self.run_steps(lost).await;
        self.crash().await;
        std::fs::remove_dir_all(&data).expect("the machine is lost");
        std::fs::create_dir(&data).expect("another one");
        let lost = LostTime {
            since,
            until: self.now(),
        };
        restore(&place, &data.join("coming"), &url, lost)
            .await
            .expect("it is put back");
        std::fs::remove_file(&place).expect("no more use for it");
        self.open().await;
        self.look_around().await;
    }
}

async fn lost_everywhere(scene: Scenario, lost: usize) {
    let (steps, clean) = scene.clean().await;
    let clean = without_the_story(clean);
    assert!(steps > 10, "a story of {steps} steps is not worth losing");
    grid(0..=steps, |backup| {
        let (scene, clean) = (scene.clone(), clean.clone());
        async move { restored(&scene, Loss { backup, lost }, &clean).await }
    })
    .await;
}

/// How it came to its end is told otherwise after a loss; the end is the same.
fn without_the_story(ending: Ending) -> Ending {
    let told = |line: &&str| !line.starts_with("  - TIME ");
    Ending {
        thread: Vec::from_iter(ending.thread.lines().filter(told)).join("\n"),
        ..ending
    }
}

async fn restored(scene: &Scenario, loss: Loss, clean: &Ending) {
    let (mut app, issue) = scene.begin().await;
    app.run_steps(loss.backup).await;
    app.lose(loss.lost).await;
    app.run_steps(usize::MAX).await;
    let ending = without_the_story(app.ending(issue).await);
    ending.must_be(clean, &format!("after {loss:?}"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_restored_after_any_step() {
    lost_everywhere(CODE, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_with_five_steps_lost_after_any_step() {
    lost_everywhere(CODE, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_when_all_but_its_first_steps_are_lost() {
    lost_everywhere(CODE, usize::MAX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_the_same_restored_after_any_step() {
    lost_everywhere(ANSWER, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_the_same_when_all_but_its_first_steps_are_lost() {
    lost_everywhere(ANSWER, usize::MAX).await;
}
