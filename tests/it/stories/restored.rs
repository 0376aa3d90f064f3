//! Restored from a backup, and GitHub has gone on since (R44): what skep did in the time that is lost is found, and nothing is
//! done twice.

use std::path::PathBuf;
use std::time::Duration;

use skep::store;

use crate::required::grid;
use crate::test_app::{ANSWER, CODE, Ending, Scenario, TestApp};

impl TestApp {
    /// A copy of the database as it is now, made while skep is at work.
    async fn back_up(&self) -> PathBuf {
        let file = self.data_dir().with_file_name("backup.db");
        let url = store::sqlite_url(&self.data_dir().join("skep.db")).expect("an address");
        store::back_up(&url, &file).await.expect("a backup");
        file
    }

    /// The machine is gone; on another one there is the copy, and nothing else of the data folder.
    async fn restore(&mut self, file: &PathBuf) {
        self.crash().await;
        let data = self.data_dir();
        std::fs::remove_dir_all(&data).expect("gone");
        std::fs::create_dir(&data).expect("a new data folder");
        std::fs::rename(file, data.join("skep.db")).expect("put back");
        self.advance(Duration::from_secs(3_600));
        self.open().await;
        self.look_around().await;
    }
}

/// Tells the scene, restored at its end from a backup made after each of its steps.
async fn restored_everywhere(scene: Scenario) {
    let (steps, clean) = scene.clean().await;
    assert!(steps > 10, "a story of {steps} steps is not worth losing");
    grid(0..=steps, |step| {
        let (scene, clean) = (scene.clone(), clean.clone());
        async move { restored(&scene, step, &clean).await }
    })
    .await;
}

async fn restored(scene: &Scenario, step: usize, clean: &Ending) {
    let (mut app, issue) = scene.begin().await;
    app.run_steps(step).await;
    let backup = app.back_up().await;
    app.run_steps(usize::MAX).await;
    app.ending(issue).await.must_be(clean, "before it was lost");
    app.restore(&backup).await;
    app.run_steps(usize::MAX).await;
    app.ending(issue)
        .await
        .must_be(clean, &format!("restored as it was after step {step}"));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_code_ends_the_same_restored_from_any_step() {
    restored_everywhere(CODE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_ends_the_same_restored_from_any_step() {
    restored_everywhere(ANSWER).await;
}
