//! Milestones as JSON.

use serde_json::{Value, json};

use crate::time::iso;
use crate::world::facts::World;
use crate::world::repository::{Milestone, Repository};

impl World {
    /// A `milestone`. <https://docs.github.com/rest/issues/milestones>
    pub fn milestone_json(&self, home: &Repository, milestone: &Milestone) -> Value {
        let number = milestone.number;
        let url = format!("{}/milestones/{number}", self.repository_url(home));
        let within = |open: bool| {
            let issues = home.issues.values();
            issues
                .filter(|issue| issue.milestone == Some(number) && issue.open == open)
                .count()
        };
        json!({
            "url": url,
            "html_url": format!("{}/milestone/{number}", self.repository_page(home)),
            "labels_url": format!("{url}/labels"),
            "id": milestone.id,
            "node_id": format!("MI_{}", milestone.id),
            "number": number,
            "state": "open",
            "title": milestone.title,
            "description": milestone.description,
            "creator": self.user_json(&milestone.creator),
            "open_issues": within(true),
            "closed_issues": within(false),
            "created_at": iso(milestone.created_at),
            "updated_at": iso(milestone.created_at),
            "closed_at": null,
            "due_on": null,
        })
    }
}
