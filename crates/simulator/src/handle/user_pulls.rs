//! What GitHub users do on pull requests: open, review, answer on a line, merge, close.
//!
//! It must never do what GitHub would refuse a user who may do everything.

use crate::git::git_commands::MergeMethod;
use crate::git::merging::{self, Merging};
use crate::handle::simulator::Simulator;
use crate::handle::simulator::SimulatorError;
use crate::world::comment::Subject;
use crate::world::pull::PullDraft;
use crate::world::review::{LineReply, ReviewDraft};

type Done<T> = Result<T, SimulatorError>;

impl Simulator {
    /// Opens a pull request as somebody.
    pub async fn open_pull(
        &self,
        home: impl Into<i64>,
        author: &str,
        draft: PullDraft,
    ) -> Done<i64> {
        let home = home.into();
        self.create_user(author);
        Ok(merging::open_pull(self.state(), home, author, &draft).await?)
    }

    /// Takes the draft mark off a pull request.
    pub fn mark_ready(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        self.as_user(actor, |world| {
            world.mark_ready(home.into(), pull.into(), actor)
        })
    }

    /// Lets a pull request go to another branch.
    pub fn retarget(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        base: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.retarget(home.into(), pull.into(), base, actor)
        })
    }

    /// Puts the draft mark on a pull request.
    pub fn mark_draft(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        self.as_user(actor, |world| {
            world.mark_draft(home.into(), pull.into(), actor)
        })
    }

    /// Reviews a pull request.
    pub fn review(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
        draft: ReviewDraft,
    ) -> Done<i64> {
        self.as_user(actor, |world| {
            world.submit_review(home.into(), pull.into(), actor, &draft)
        })
    }

    /// Answers a comment on a line.
    pub fn reply_to_line(
        &self,
        home: impl Into<i64>,
        line: i64,
        actor: &str,
        body: &str,
    ) -> Done<i64> {
        let home = home.into();
        self.as_user(actor, |world| {
            let pull = world.line(home, line)?.0.number;
            let reply = LineReply {
                to: line,
                by: actor,
                body,
            };
            world.reply_line(home, pull, reply)
        })
    }

    /// Reacts to a comment on a line.
    pub fn react_to_line(
        &self,
        home: impl Into<i64>,
        line: i64,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.react(home.into(), Subject::Line(line), content, actor)
        })
        .map(drop)
    }

    /// Marks the thread that begins with a comment on a line as resolved.
    pub fn resolve_thread(&self, home: impl Into<i64>, first: i64) -> Done<()> {
        let home = home.into();
        Ok(self
            .state()
            .change(|world| world.resolve_thread(home, first))?)
    }

    /// Merges a pull request; gives the merge commit.
    pub async fn merge(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
    ) -> Done<String> {
        let (home, pull) = (home.into(), pull.into());
        let merging = Merging {
            by: actor,
            method: MergeMethod::Merge,
        };
        Ok(merging::merge(self.state(), home, pull, merging).await?)
    }

    /// Merges a pull request by one commit on its base; gives that commit.
    pub async fn squash(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
    ) -> Done<String> {
        let (home, pull) = (home.into(), pull.into());
        let merging = Merging {
            by: actor,
            method: MergeMethod::Squash,
        };
        Ok(merging::merge(self.state(), home, pull, merging).await?)
    }

    /// Deletes the branch of a merged pull request by the button below it.
    pub async fn delete_merged_branch(
        &self,
        home: impl Into<i64>,
        pull: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, pull) = (home.into(), pull.into());
        Ok(merging::delete_merged(self.state(), home, pull, actor).await?)
    }

    /// Says whether this GitHub has stacks, as versions of GitHub Enterprise Server have none.
    pub fn set_stacks(&self, offered: bool) {
        self.state().change(|world| world.stacks.offered = offered);
    }

    /// The stacks of a repository, each from the bottom to the top.
    pub fn stacks(&self, home: impl Into<i64>) -> Vec<Vec<i64>> {
        let home = home.into();
        self.state().read(|world| {
            let own = world.stacks.all.iter().filter(|stack| stack.home == home);
            own.map(|stack| stack.pulls.clone()).collect()
        })
    }

    /// Closes a pull request without merging.
    pub fn close_pull(&self, home: impl Into<i64>, pull: impl Into<i64>, actor: &str) -> Done<()> {
        let (home, pull) = (home.into(), pull.into());
        self.close_issue(home, pull, actor)
    }
}
