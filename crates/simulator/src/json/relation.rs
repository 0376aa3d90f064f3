//! How an issue hangs together with others, as the fields of its JSON: counts everywhere, its parent over REST alone.

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::json::parts::joined;
use crate::world::facts::World;
use crate::world::issue::Issue;
use crate::world::repository::Repository;

impl World {
    /// An `issue` as REST shows it: with the address of its parent.
    pub fn issue_shown(&self, home: &Repository, issue: &Issue) -> Value {
        let parent = self.relations.parent(issue.id);
        let parent = parent.and_then(|id| self.issue_of(id).ok());
        let parent = parent.and_then(|(place, _)| {
            let home = self.repository(place.home).ok()?;
            Some(self.issue_url(home, place.number))
        });
        let shown = self.issue_json(home, issue);
        if !self.relations.offered.sub_issues || issue.pull.is_some() {
            return shown;
        }
        joined([shown, json!({ "parent_issue_url": parent })])
    }

    /// The `issue` of that number in the whole of GitHub, with its repository, as lists of relations show it.
    pub fn relation_json(&self, id: i64) -> Result<Value, ApiError> {
        let (place, issue) = self.issue_of(id)?;
        let home = self.repository(place.home)?;
        let repository = json!({ "repository": self.repository_json(home) });
        Ok(joined([self.issue_shown(home, issue), repository]))
    }

    /// How many issues one waits for, and has as parts.
    pub(super) fn relation_counts(&self, issue: &Issue) -> Value {
        let offered = self.relations.offered;
        let mut counts = json!({});
        if offered.sub_issues && issue.pull.is_none() {
            let parts = self.relations.parts(issue.id);
            let completed = parts.len() - self.open_of(parts);
            let percent = (100 * completed).checked_div(parts.len()).unwrap_or(0);
            counts["sub_issues_summary"] = json!({ "total": parts.len(), "completed": completed, "percent_completed": percent });
        }
        if offered.dependencies && issue.pull.is_none() {
            let blockers = self.relations.blockers(issue.id);
            let dependents = self.relations.dependents(issue.id);
            counts["issue_dependencies_summary"] = json!({
                "blocked_by": self.open_of(blockers),
                "blocking": self.open_of(dependents),
                "total_blocked_by": blockers.len(),
                "total_blocking": dependents.len(),
            });
        }
        counts
    }

    fn open_of(&self, ids: &[i64]) -> usize {
        ids.iter()
            .filter(|id| self.issue_of(**id).is_ok_and(|(_, issue)| issue.open))
            .count()
    }
}
