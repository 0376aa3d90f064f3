//! The pull request after it is open: reviews, checks, other people's pushes, the end; and the same with every kind of trouble.

mod again;
mod checks;
mod closed;
mod comments;
mod crash;
mod ends;
mod faults;
mod interrupted;
mod outsiders;
mod pushes;
mod reviews;
mod revised;

use std::time::Duration;

use skep::core::effect::{self, Action, EffectKind};
use skep::core::ids::{IssueNumber, Sha};
use skep_simulator::world::{LineComment, ReviewDraft};

use super::reach::{without_shas, without_waits};
use crate::test_app::TestApp;

/// The branch of the stories.
const BRANCH: &str = "agent/1-add-a-note";

/// A pull request that waits for review.
struct Told {
    app: TestApp,
    issue: IssueNumber,
    pull: IssueNumber,
}

impl Told {
    /// A app whose agent has opened its pull request by the script.
    async fn new(script: &str) -> Self {
        Self::within(TestApp::new().await, script).await
    }

    async fn within(mut app: TestApp, script: &str) -> Self {
        let issue = app.go("Add a note", script);
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        let pull = IssueNumber(app.the_pull().issue.number);
        app.advance(Duration::from_secs(60));
        Self { app, issue, pull }
    }

    /// Somebody reviews it.
    fn review(&self, who: &str, event: &str, body: &str, comments: Vec<LineComment>) -> i64 {
        self.app.advance(Duration::from_secs(1));
        let draft = ReviewDraft {
            event: event.into(),
            body: body.into(),
            comments,
        };
        self.app
            .simulator
            .review(self.app.repository, self.pull, who, draft)
            .expect("a review")
    }

    /// Somebody comments on it.
    fn comment(&self, who: &str, body: &str) {
        self.app.advance(Duration::from_secs(1));
        self.app
            .simulator
            .comment(self.app.repository, self.pull, who, body)
            .expect("a comment");
    }

    async fn settle(&mut self) {
        self.app.settle_all().await;
    }

    async fn state(&self) -> String {
        self.app.state(self.issue).await
    }

    /// The head of its branch.
    fn head(&self) -> Sha {
        self.app
            .simulator
            .branch_head(self.app.repository, BRANCH)
            .and_then(|sha| sha.as_str().parse().ok())
            .expect("the branch")
    }

    /// A file on its branch.
    async fn file(&self, path: &str) -> Option<String> {
        self.app
            .simulator
            .file(self.app.repository, BRANCH, path)
            .await
            .expect("git")
    }

    /// How many revisions were begun.
    async fn revisions(&self) -> usize {
        self.names("revision.started").await
    }

    /// How often something happened.
    async fn names(&self, name: &str) -> usize {
        self.app
            .timeline(self.issue)
            .await
            .iter()
            .filter(|other| *other == name)
            .count()
    }

    /// The prompt planned last, as a resumed session gets it.
    async fn last_prompt(&self) -> String {
        let turns = self.app.planned(self.issue, EffectKind::RunTurn).await;
        match turns.last().map(|effect| &effect.action) {
            Some(Action::RunTurn(effect::RunTurn { turn, .. })) => turn.resumed.clone(),
            other => panic!("no turn: {other:?}"),
        }
    }

    /// The issue and the pull request as people read them, but for what is another in every run.
    fn read(&self) -> String {
        let pull = self
            .app
            .simulator
            .pull_thread(self.app.repository, self.pull)
            .expect("a thread");
        let read = format!(
            "{}\n-----\n\n{}",
            self.app.told(self.issue),
            timeless(&pull)
        );
        // How often a status is edited depends on how quick the machine is.
        let edits = regex::Regex::new(r" \(edited [0-9]+x\)").expect("a pattern");
        edits.replace_all(&read, "").into_owned()
    }

    async fn done(self) {
        assert_eq!(self.app.live().await, 0, "nothing is on");
        self.app.done().await;
    }
}

fn timeless(text: &str) -> String {
    let time = regex::Regex::new(r"\b[0-9]{2}:[0-9]{2}:[0-9]{2}Z").expect("a pattern");
    time.replace_all(&without_waits(&without_shas(text)), "TIME")
        .into_owned()
}

/// A script as people put it into their words.
pub(super) fn with(words: &str, script: &str) -> String {
    format!("{words}\n\n```skep-demo\n{script}\n```\n")
}

/// A comment on the note.
fn on_note(body: &str) -> LineComment {
    LineComment {
        path: "NOTE.md".into(),
        line: 1,
        body: body.into(),
        hunk: "@@ -0,0 +1 @@\n+hello".into(),
    }
}
