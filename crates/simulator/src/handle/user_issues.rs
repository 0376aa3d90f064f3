//! What GitHub users do on issues: open, label, comment, edit, react, close.
//!
//! It must never do what GitHub would refuse a user who may do everything.

use crate::api_error::ApiError;
use crate::handle::simulator::Simulator;
use crate::handle::simulator::SimulatorError;
use crate::world::comment::Subject;
use crate::world::content::IssueDraft;
use crate::world::content::IssueEdit;

type Done<T> = Result<T, SimulatorError>;

impl Simulator {
    /// Opens an issue.
    pub fn open_issue(&self, home: impl Into<i64>, author: &str, draft: IssueDraft) -> Done<i64> {
        self.as_user(author, |world| {
            world.open_issue(home.into(), author, &draft)
        })
    }

    /// Puts a label on; made when it does not exist.
    pub fn label(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.add_labels(home.into(), issue.into(), &[label.to_owned()], actor)
        })
    }

    /// Takes a label off.
    pub fn unlabel(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        label: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.remove_label(home.into(), issue.into(), label, actor)
        })
    }

    /// Comments on an issue or pull request.
    pub fn comment(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
        body: &str,
    ) -> Done<i64> {
        self.as_user(actor, |world| {
            world.add_comment(home.into(), issue.into(), actor, body)
        })
    }

    /// Replaces a comment's text: their own, or anybody's when they may push.
    pub fn edit_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
        body: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        self.as_user(actor, |world| {
            world.may_moderate(home, comment, actor)?;
            world.edit_comment(home, comment, body, actor)
        })
    }

    /// Deletes a comment: their own, or anybody's when they may push.
    pub fn delete_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        self.as_user(actor, |world| {
            world.may_moderate(home, comment, actor)?;
            world.delete_comment(home, comment, actor)
        })
    }

    /// Ticks the box of a task list whose words hold `option`, as a click on the page does: the comment is edited.
    pub fn tick_box(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        actor: &str,
        option: &str,
    ) -> Done<()> {
        let (home, comment) = (home.into(), comment.into());
        let body = self.state().read(|world| {
            world
                .comment(home, comment)
                .map(|comment| comment.body.clone())
        })?;
        let ticked = ticked(&body, option)
            .ok_or_else(|| ApiError::new(422, "There is no such box to tick"))?;
        self.edit_comment(home, comment, actor, &ticked)
    }

    /// Reacts to an issue.
    pub fn react(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.react(home.into(), Subject::Issue(issue.into()), content, actor)
        })
        .map(drop)
    }

    /// Reacts to a comment.
    pub fn react_to_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.react(
                home.into(),
                Subject::Comment(comment.into()),
                content,
                actor,
            )
        })
        .map(drop)
    }

    /// Takes a reaction to a comment back.
    pub fn unreact_to_comment(
        &self,
        home: impl Into<i64>,
        comment: impl Into<i64>,
        content: &str,
        actor: &str,
    ) -> Done<()> {
        let (home, on) = (home.into(), Subject::Comment(comment.into()));
        self.as_user(actor, |world| {
            let mut all = world.reactions(home, on)?.iter();
            let theirs = all.find(|one| one.content == content && one.user == actor);
            let id = theirs.map(|one| one.id).ok_or_else(ApiError::not_found)?;
            world.unreact(home, on, id)
        })
    }

    /// Changes title, body, state, labels or assignees of an issue or pull request.
    pub fn edit_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        edit: IssueEdit,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.edit_issue(home.into(), issue.into(), &edit, actor)
        })
    }

    /// Changes the title of an issue or pull request.
    pub fn edit_title(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        title: &str,
        actor: &str,
    ) -> Done<()> {
        let edit = IssueEdit {
            title: Some(title.to_owned()),
            ..IssueEdit::default()
        };
        self.edit_issue(home, issue, edit, actor)
    }

    /// Changes the text of an issue or pull request.
    pub fn edit_body(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        body: &str,
        actor: &str,
    ) -> Done<()> {
        let edit = IssueEdit {
            body: Some(body.to_owned()),
            ..IssueEdit::default()
        };
        self.edit_issue(home, issue, edit, actor)
    }

    /// Closes an issue or pull request.
    pub fn close_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.close(home.into(), issue.into(), None, actor)
        })
    }

    /// Reopens an issue or pull request.
    pub fn reopen_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.reopen(home.into(), issue.into(), actor)
        })
    }

    /// Locks an issue, so that nobody may comment, or unlocks it.
    pub fn lock_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        locked: bool,
    ) -> Done<()> {
        let (home, issue) = (home.into(), issue.into());
        self.state().change(|world| {
            world
                .issue_mut(home, issue)
                .map(|issue| issue.locked = locked)
        })?;
        Ok(())
    }

    /// Deletes an issue.
    pub fn delete_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.delete_issue(home.into(), issue.into(), actor)
        })
    }

    /// Moves an issue to another repository; gives its number there.
    pub fn transfer_issue(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        to: impl Into<i64>,
        actor: &str,
    ) -> Done<i64> {
        self.as_user(actor, |world| {
            world.transfer_issue(home.into(), issue.into(), to.into(), actor)
        })
    }
}

/// The text with the first empty box ticked whose line holds the words.
fn ticked(body: &str, option: &str) -> Option<String> {
    let holds = |line: &&str| line.trim_start().starts_with("- [ ] ") && line.contains(option);
    let line = body.lines().find(holds)?;
    let at = body.find(line)?;
    let end = at + line.len();
    Some(format!(
        "{}{}{}",
        &body[..at],
        line.replacen("[ ]", "[x]", 1),
        &body[end..]
    ))
}

#[cfg(test)]
mod tests {
    use super::ticked;

    #[test]
    fn one_box_is_ticked_and_nothing_else() {
        let body = "Which?\n\n- [x] Postgres\n- [ ] SQLite\n- [ ] SQLite in memory\n\n<!-- m -->";
        let expected =
            "Which?\n\n- [x] Postgres\n- [x] SQLite\n- [ ] SQLite in memory\n\n<!-- m -->";
        assert_eq!(ticked(body, "SQLite").as_deref(), Some(expected));
        assert_eq!(ticked(body, "Postgres"), None, "ticked already");
        assert_eq!(ticked(body, "Oracle"), None);
    }
}
