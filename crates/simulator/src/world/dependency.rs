//! What an issue waits for: said, taken back, and told to both ends.
//!
//! It exists so that people and REST say it by the same rules. It must never show an issue to somebody who may not see it:
//! that is `rest`. <https://docs.github.com/rest/issues/issue-dependencies>

use serde_json::json;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::facts::World;
use crate::world::issue::Issue;
use crate::world::relation::IssueAt;
use crate::world::webhook_event::WebhookEvent;

/// So many issues may block one, and so many may one block.
const MOST_BLOCKERS: usize = 50;

impl World {
    /// Says that an issue waits for another one.
    pub fn block(&mut self, blocked: IssueAt, blocker: i64, by: &str) -> Result<(), ApiError> {
        self.writable(blocked.home)?;
        let id = self.plain_issue(self.issue(blocked.home, blocked.number)?, "Source issue")?;
        self.plain_issue(self.issue_of(blocker)?.1, "Target issue")?;
        if id == blocker && on(Rule::BlockedByItself) {
            return Err(refused("Issue may not be blocked by itself"));
        }
        if self.relations.blockers(id).contains(&blocker) {
            if on(Rule::BlockerTaken) {
                return Err(refused("Target issue has already been taken"));
            }
            return Ok(());
        }
        let full = self.relations.blockers(id).len() >= MOST_BLOCKERS
            || self.relations.dependents(blocker).len() >= MOST_BLOCKERS;
        if full && on(Rule::BlockerLimit) {
            return Err(refused(
                "Issue may not have more than 50 dependencies of a kind",
            ));
        }
        self.relations
            .blocked_by
            .entry(id)
            .or_default()
            .push(blocker);
        self.relations.blocking.entry(blocker).or_default().push(id);
        self.tell_blocking(id, blocker, ["blocked_by_added", "blocking_added"], by)
    }

    /// Says that an issue does not wait for another one any more; nothing happens when it did not.
    pub fn unblock(&mut self, blocked: IssueAt, blocker: i64, by: &str) -> Result<(), ApiError> {
        self.writable(blocked.home)?;
        let id = self.issue(blocked.home, blocked.number)?.id;
        self.issue_of(blocker)?;
        if !self.relations.blockers(id).contains(&blocker) {
            return Ok(());
        }
        for (all, of, gone) in [
            (&mut self.relations.blocked_by, id, blocker),
            (&mut self.relations.blocking, blocker, id),
        ] {
            all.entry(of).or_default().retain(|other| *other != gone);
        }
        self.tell_blocking(id, blocker, ["blocked_by_removed", "blocking_removed"], by)
    }

    /// The issue's own number; a pull request takes no part in any of this.
    pub(super) fn plain_issue(&self, issue: &Issue, what: &str) -> Result<i64, ApiError> {
        if issue.pull.is_some() && on(Rule::RelationOfPull) {
            return Err(refused(&format!("{what} may only be an issue")));
        }
        Ok(issue.id)
    }

    /// Tells both ends, each in its own repository.
    fn tell_blocking(
        &mut self,
        blocked: i64,
        blocker: i64,
        actions: [&str; 2],
        by: &str,
    ) -> Result<(), ApiError> {
        let (here, there) = (self.issue_of(blocked)?.0, self.issue_of(blocker)?.0);
        let ends = [
            (actions[0], here.home, "blocking_issue_repo", there.home),
            (actions[1], there.home, "blocked_issue_repo", here.home),
        ];
        for (action, home, other_name, other) in ends {
            let mut body = json!({
                "blocked_issue_id": blocked,
                "blocked_issue": self.relation_json(blocked)?,
                "blocking_issue_id": blocker,
                "blocking_issue": self.relation_json(blocker)?,
            });
            body[other_name] = self.repository_json(self.repository(other)?);
            self.emit(WebhookEvent {
                name: "issue_dependencies",
                action: Some(action),
                repository: Some(home),
                installation: None,
                sender: by,
                body,
            });
        }
        Ok(())
    }
}

fn refused(why: &str) -> ApiError {
    ApiError::new(422, &format!("Validation failed: {why}"))
}
