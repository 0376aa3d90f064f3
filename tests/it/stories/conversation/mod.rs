//! Stories of the conversation: what people and an agent say to each other on the issue, and what the issue looks like then.

mod answering;
mod asking;
mod commands;
mod crash;
mod faults;
mod input;
mod large;
mod no_commands;
mod planning;
mod side_questions;
mod steering;
mod switch;
mod volume;
mod waiting;
mod withdrawn;

use std::time::Duration;

use skep::core::effect::{self, Action, Effect, EffectKind};
use skep::core::ids::{CommentId, IssueNumber};
use skep_simulator::CommentView;

use crate::test_app::TestApp;

/// A question with two options, and the work that follows from its answer.
const COLOUR: &str =
    "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay It is {answer}.";

impl TestApp {
    /// Somebody comments. The clock moves a second first: GitHub's times have no finer grain.
    pub(crate) fn say(&self, who: &str, on: IssueNumber, body: &str) -> CommentId {
        self.advance(Duration::from_secs(1));
        let comment = self.simulator.comment(self.repository, on, who, body);
        CommentId(comment.expect("a comment"))
    }

    /// Ana comments, and all that follows at once happens.
    pub(crate) async fn reply(&mut self, on: IssueNumber, body: &str) -> CommentId {
        let comment = self.say("ana", on, body);
        self.settle().await;
        comment
    }

    /// Somebody rewrites a comment.
    pub(crate) fn rewrite(&self, who: &str, comment: CommentId, body: &str) {
        self.advance(Duration::from_secs(1));
        self.simulator
            .edit_comment(self.repository, comment, who, body)
            .expect("an edit");
    }

    /// Our comments that hold these words, oldest first.
    pub(crate) fn ours_with(&self, issue: IssueNumber, words: &str) -> Vec<CommentView> {
        let all = self
            .simulator
            .comments(self.repository, issue)
            .expect("comments");
        all.into_iter()
            .filter(|comment| comment.author == "skep[bot]" && comment.body.contains(words))
            .collect()
    }

    /// The one comment of ours that holds these words.
    pub(crate) fn one_of_ours(&self, issue: IssueNumber, words: &str) -> CommentView {
        let mut found = self.ours_with(issue, words);
        assert_eq!(found.len(), 1, "{words:?} in\n{}", self.thread(issue));
        found.remove(0)
    }

    /// The reactions of ours on a comment, in order.
    pub(crate) fn reactions_to(&self, issue: IssueNumber, comment: CommentId) -> Vec<String> {
        let all = self
            .simulator
            .comments(self.repository, issue)
            .expect("comments");
        let found = all
            .into_iter()
            .find(|other| other.id == comment.0)
            .expect("the comment");
        found
            .reactions
            .into_iter()
            .map(|reaction| reaction.replace(" skep[bot]", ""))
            .collect()
    }

    /// Who is assigned.
    pub(crate) fn assignees(&self, issue: IssueNumber) -> Vec<String> {
        self.simulator
            .issue(self.repository, issue)
            .expect("an issue")
            .assignees
    }

    /// A file of our branch for an issue.
    pub(crate) async fn made(&self, issue: IssueNumber, path: &str) -> Option<String> {
        let head = self.pull_for(issue).head;
        self.simulator
            .file(self.repository, &head, path)
            .await
            .expect("a look at the branch")
    }

    /// The whole issue as a reader sees it, but for times, commits, and how often we edited what we wrote.
    pub(crate) fn conversation(&self, issue: IssueNumber) -> String {
        let edits = regex::Regex::new(r" \(edited \d+x\)").expect("a pattern");
        edits.replace_all(&self.told(issue), "").into_owned()
    }

    /// The prompts of an agent that has its session, oldest first.
    pub(crate) async fn resumed(&self, issue: IssueNumber) -> Vec<String> {
        let turns = self.planned(issue, EffectKind::RunTurn).await;
        let prompt = |effect: &Effect| match &effect.action {
            Action::RunTurn(effect::RunTurn { turn, .. }) => Some(turn.resumed.clone()),
            _ => None,
        };
        turns.iter().filter_map(prompt).collect()
    }
}

/// A app whose agent has just asked.
pub(super) async fn asked(script: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::new().await;
    let issue = app.go("Choose a colour", script);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    (app, issue)
}
