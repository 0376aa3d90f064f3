//! Comments and reactions.
//!
//! It exists so that each comment and each edit makes its webhook (reactions make none, as on GitHub). It must never keep a
//! body GitHub would refuse.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on as holds};
use crate::world::account::Role;
use crate::world::activity::Activity;
use crate::world::content::check_body;
use crate::world::facts::World;
use crate::world::issue::{Comment, REACTIONS, Reaction};
use crate::world::webhook_event::WebhookEvent;

/// What a reaction is put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The issue or pull request with this number.
    Issue(i64),
    /// The comment with this id.
    Comment(i64),
    /// The comment on a line with this id.
    Line(i64),
}

impl World {
    /// Writes a comment and gives its id.
    pub fn add_comment(
        &mut self,
        home: i64,
        number: i64,
        author: &str,
        body: &str,
    ) -> Result<i64, ApiError> {
        self.writable(home)?;
        if self.issue(home, number)?.locked && holds(Rule::Locked) {
            return Err(ApiError::new(
                403,
                "Unable to create comment because issue is locked.",
            ));
        }
        self.check_comment(body)?;
        let (id, now) = (self.next_id(), self.now());
        let comment = Comment {
            id,
            author: author.to_owned(),
            body: body.to_owned(),
            edits: 0,
            minimized: None,
            pinned: None,
            reactions: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let issue = self.issue_mut(home, number)?;
        issue.comments.push(comment);
        issue.updated_at = now;
        self.tell_comment(home, id, Activity::new("created", author))?;
        Ok(id)
    }

    fn check_comment(&self, body: &str) -> Result<(), ApiError> {
        if body.trim().is_empty() && holds(Rule::BlankComment) {
            let mut error = ApiError::invalid("IssueComment", "data", "unprocessable");
            error.errors[0]["message"] = json!("Body cannot be blank");
            return Err(error);
        }
        check_body("IssueComment", body)
    }

    /// The number of the issue a comment is on.
    pub fn comment_home(&self, home: i64, id: i64) -> Result<i64, ApiError> {
        let issues = &self.repository(home)?.issues;
        let holds = |issue: &&crate::world::issue::Issue| {
            issue.comments.iter().any(|comment| comment.id == id)
        };
        issues
            .values()
            .rev()
            .find(holds)
            .map(|issue| issue.number)
            .ok_or_else(ApiError::not_found)
    }

    /// The comment with that id.
    pub fn comment(&self, home: i64, id: i64) -> Result<&Comment, ApiError> {
        let number = self.comment_home(home, id)?;
        self.issue(home, number)?
            .comments
            .iter()
            .find(|comment| comment.id == id)
            .ok_or_else(ApiError::not_found)
    }

    /// The same, to be changed.
    pub fn comment_mut(&mut self, home: i64, id: i64) -> Result<&mut Comment, ApiError> {
        let number = self.comment_home(home, id)?;
        let issue = self.issue_mut(home, number)?;
        issue
            .comments
            .iter_mut()
            .find(|comment| comment.id == id)
            .ok_or_else(ApiError::not_found)
    }

    /// Refuses somebody who may not change a comment: its author and those who may push may.
    pub fn may_moderate(&self, home: i64, id: i64, by: &str) -> Result<(), ApiError> {
        let own = self.comment(home, id)?.author.eq_ignore_ascii_case(by);
        if own
            || self.role_of(self.repository(home)?, by).0 >= Role::Write
            || !holds(Rule::Moderation)
        {
            return Ok(());
        }
        Err(ApiError::new(403, "Must have admin rights to Repository."))
    }

    /// Replaces a comment's text.
    pub fn edit_comment(
        &mut self,
        home: i64,
        id: i64,
        body: &str,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        self.comment(home, id)?;
        self.check_comment(body)?;
        let now = self.now();
        let comment = self.comment_mut(home, id)?;
        let before = std::mem::replace(&mut comment.body, body.to_owned());
        comment.edits += 1;
        comment.updated_at = now;
        self.tell_comment(
            home,
            id,
            Activity::new("edited", by).with(json!({ "changes": { "body": { "from": before } } })),
        )
    }

    /// Pins a comment to the top of its issue, or takes it off there.
    pub fn pin_comment(&mut self, home: i64, id: i64, by: &str, on: bool) -> Result<(), ApiError> {
        self.writable(home)?;
        if !self.pins_comments {
            return Err(ApiError::not_found());
        }
        let issue = self.issue(home, self.comment_home(home, id)?)?;
        let other = issue
            .comments
            .iter()
            .any(|one| one.id != id && one.pinned.is_some());
        if on && other && holds(Rule::OnePin) {
            return Err(ApiError::custom(
                "IssueComment",
                None,
                "Another comment of this issue is pinned.",
            ));
        }
        let now = self.now();
        self.comment_mut(home, id)?.pinned = on.then(|| (by.to_owned(), now));
        let action = if on { "pinned" } else { "unpinned" };
        self.tell_comment(home, id, Activity::new(action, by))
    }

    /// Removes a comment.
    pub fn delete_comment(&mut self, home: i64, id: i64, by: &str) -> Result<(), ApiError> {
        self.writable(home)?;
        let number = self.comment_home(home, id)?;
        self.tell_comment(home, id, Activity::new("deleted", by))?;
        self.issue_mut(home, number)?
            .comments
            .retain(|comment| comment.id != id);
        Ok(())
    }

    fn tell_comment(&mut self, home: i64, id: i64, activity: Activity<'_>) -> Result<(), ApiError> {
        let number = self.comment_home(home, id)?;
        let repository = self.repository(home)?;
        let issue = self.issue(home, number)?;
        let mut body = json!({
            "issue": self.issue_json(repository, issue),
            "comment": self.comment_json(repository, issue, self.comment(home, id)?),
        });
        if let (Value::Object(body), Value::Object(extra)) = (&mut body, activity.details) {
            body.extend(extra);
        }
        let event = "issue_comment";
        let activity = Activity::new(activity.action, activity.by).with(body);
        self.notify((home, number), event, &activity);
        self.emit(WebhookEvent {
            name: event,
            action: Some(activity.action),
            repository: Some(home),
            installation: None,
            sender: activity.by,
            body: activity.details,
        });
        Ok(())
    }

    /// The reactions on a subject.
    pub fn reactions(&self, home: i64, subject: Subject) -> Result<&Vec<Reaction>, ApiError> {
        match subject {
            Subject::Issue(number) => Ok(&self.issue(home, number)?.reactions),
            Subject::Comment(id) => Ok(&self.comment(home, id)?.reactions),
            Subject::Line(id) => Ok(&self.line(home, id)?.1.reactions),
        }
    }

    fn reactions_mut(
        &mut self,
        home: i64,
        subject: Subject,
    ) -> Result<&mut Vec<Reaction>, ApiError> {
        match subject {
            Subject::Issue(number) => Ok(&mut self.issue_mut(home, number)?.reactions),
            Subject::Comment(id) => Ok(&mut self.comment_mut(home, id)?.reactions),
            Subject::Line(id) => Ok(&mut self.line_mut(home, id)?.reactions),
        }
    }

    /// Reacts; the flag says whether it is new. The same reaction of the same user is one reaction.
    pub fn react(
        &mut self,
        home: i64,
        on: Subject,
        content: &str,
        by: &str,
    ) -> Result<(Reaction, bool), ApiError> {
        self.writable(home)?;
        if !REACTIONS.contains(&content) && holds(Rule::ReactionWord) {
            return Err(ApiError::invalid("Reaction", "content", "invalid"));
        }
        let (id, now) = (self.next_id(), self.now());
        let reactions = self.reactions_mut(home, on)?;
        if let Some(there) = reactions
            .iter()
            .find(|r| r.content == content && r.user == by)
            && holds(Rule::ReactionSet)
        {
            return Ok((there.clone(), false));
        }
        let reaction = Reaction {
            id,
            user: by.to_owned(),
            content: content.to_owned(),
            created_at: now,
        };
        reactions.push(reaction.clone());
        Ok((reaction, true))
    }

    /// Takes a reaction back.
    pub fn unreact(&mut self, home: i64, on: Subject, id: i64) -> Result<(), ApiError> {
        self.writable(home)?;
        let reactions = self.reactions_mut(home, on)?;
        let at = reactions
            .iter()
            .position(|reaction| reaction.id == id)
            .ok_or_else(ApiError::not_found)?;
        reactions.remove(at);
        Ok(())
    }
}
