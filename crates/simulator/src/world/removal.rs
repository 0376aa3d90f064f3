//! Issues that go: deleted, or transferred to another repository.
//!
//! It must never forget where one went: its old number answers with that.

use serde_json::json;

use crate::api_error::ApiError;
use crate::world::activity::Activity;
use crate::world::facts::World;
use crate::world::relation::IssueAt;
use crate::world::repository::Gone;

impl World {
    /// Deletes an issue: 410 from now on.
    pub fn delete_issue(&mut self, home: i64, number: i64, by: &str) -> Result<(), ApiError> {
        self.tell(home, number, Activity::new("deleted", by))?;
        let repository = self.repository_mut(home)?;
        let gone = repository.issues.remove(&number);
        repository.gone.insert(number, Gone::Deleted);
        if let Some(issue) = gone {
            self.relations.forget(issue.id);
        }
        Ok(())
    }

    /// Moves an issue to another repository and gives its number there; the old number answers 301.
    pub fn transfer_issue(
        &mut self,
        home: i64,
        number: i64,
        to: i64,
        by: &str,
    ) -> Result<i64, ApiError> {
        self.writable(to)?;
        let mut issue = self.issue(home, number)?.clone();
        let target = self.repository_mut(to)?;
        let there = target.next_number;
        target.next_number += 1;
        issue.number = there;
        issue.milestone = None;
        target.issues.insert(there, issue.clone());
        let changes = json!({
            "new_issue": self.issue_json(self.repository(to)?, &issue),
            "new_repository": self.repository_json(self.repository(to)?),
        });
        self.tell(
            home,
            number,
            Activity::new("transferred", by).with(json!({ "changes": changes })),
        )?;
        let source = self.repository_mut(home)?;
        source.issues.remove(&number);
        source.gone.insert(
            number,
            Gone::Moved {
                repository: to,
                number: there,
            },
        );
        let place = IssueAt {
            home: to,
            number: there,
        };
        self.relations.places.insert(issue.id, place);
        self.tell(to, there, Activity::new("opened", by))?;
        Ok(there)
    }
}
