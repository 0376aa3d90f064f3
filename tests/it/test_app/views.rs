//! What a story looks at besides threads and timelines, and a skep that runs by itself.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::Value;
use skep::core::ids::{IssueNumber, TaskKey};
use skep::http::Answer;

use super::TestApp;

/// What the admin address answers, as programs read it.
pub(crate) fn told<T: Serialize>(answer: Answer<T>) -> Value {
    let answer = answer.expect("an answer");
    serde_json::to_value(answer).expect("JSON")
}

impl TestApp {
    /// The status comment as it is stored, its mark included; an issue has at most one.
    pub(crate) fn status(&self, issue: IssueNumber) -> String {
        let comments = self
            .simulator
            .comments(self.repository, issue)
            .expect("comments");
        let ours: Vec<_> = comments
            .into_iter()
            .filter(|comment| comment.body.contains("<!-- skep:status:"))
            .collect();
        assert!(ours.len() <= 1, "more than one status comment: {ours:?}");
        ours.into_iter()
            .next()
            .map(|comment| comment.body)
            .unwrap_or_default()
    }

    /// The labels of an issue, sorted.
    pub(crate) fn labels(&self, issue: IssueNumber) -> Vec<String> {
        self.simulator
            .issue(self.repository, issue)
            .expect("an issue")
            .labels
    }

    /// The reactions on an issue, in order.
    pub(crate) fn reactions(&self, issue: IssueNumber) -> Vec<String> {
        let all = self
            .simulator
            .issue(self.repository, issue)
            .expect("an issue")
            .reactions;
        all.into_iter()
            .map(|reaction| reaction.replace(" skep[bot]", ""))
            .collect()
    }

    /// The id of a session of an issue.
    pub(crate) fn session(&self, issue: IssueNumber, number: u32) -> skep::core::ids::SessionId {
        skep::core::ids::SessionId::new(TaskKey::new(self.repository, issue), number)
    }

    /// The folder of a session.
    pub(crate) fn session_dir(&self, issue: IssueNumber, number: u32) -> PathBuf {
        self.data_dir()
            .join("sessions")
            .join(self.session(issue, number).as_str())
    }

    /// A file of what a session left, as the mirror keeps it.
    pub(crate) fn kept(&self, issue: IssueNumber, number: u32, path: &str) -> Option<String> {
        let mirror = self
            .product()
            .runner
            .services()
            .git
            .mirror_path(self.repository);
        let object = format!("refs/skep/sessions/{}:{path}", self.session(issue, number));
        let mut git = std::process::Command::new("git");
        let output = git
            .arg("-C")
            .arg(mirror)
            .args(["cat-file", "blob", &object])
            .output()
            .expect("git runs");
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// How often the effects of a kind were tried in all, and how many there were.
    pub(crate) async fn tries(&self, kind: &str) -> (i64, usize) {
        let all = self
            .store()
            .effects(&skep::store::EffectFilter::default(), 10_000)
            .await
            .expect("effects");
        let of_kind: Vec<i64> = all
            .into_iter()
            .filter(|look| look.effect.kind == kind)
            .map(|look| look.effect.attempts)
            .collect();
        (of_kind.iter().sum(), of_kind.len())
    }

    /// The details of the last event of that name.
    pub(crate) async fn detail(&self, issue: IssueNumber, name: &str) -> Option<serde_json::Value> {
        let key = TaskKey::new(self.repository, issue);
        let events = self.store().task_events(key, 1_000).await.expect("events");
        let found = events.into_iter().rfind(|row| row.event.name == name)?;
        serde_json::from_str(&found.event.body).ok()
    }
}
