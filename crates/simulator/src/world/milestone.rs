//! Milestones: made, and given to issues.
//!
//! It exists so that an issue can be in one and every webhook shows it. It must never close one: nothing here needs that.

use serde_json::json;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::activity::Activity;
use crate::world::content::check_title;
use crate::world::facts::World;
use crate::world::repository::Milestone;

impl World {
    /// Makes a milestone and gives its number.
    pub fn add_milestone(
        &mut self,
        home: i64,
        (title, description): (&str, Option<&str>),
        by: &str,
    ) -> Result<i64, ApiError> {
        self.writable(home)?;
        check_title("Milestone", title)?;
        let (id, now) = (self.next_id(), self.now());
        let milestones = &mut self.repository_mut(home)?.milestones;
        if milestones.iter().any(|known| known.title == title) && on(Rule::Milestone) {
            return Err(ApiError::invalid("Milestone", "title", "already_exists"));
        }
        let number = milestones.last().map_or(1, |last| last.number + 1);
        milestones.push(Milestone {
            id,
            number,
            title: title.to_owned(),
            description: description.map(str::to_owned),
            creator: by.to_owned(),
            created_at: now,
        });
        Ok(number)
    }

    /// Puts an issue into a milestone.
    pub fn set_milestone(
        &mut self,
        home: i64,
        issue: i64,
        number: i64,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(home)?;
        let repository = self.repository(home)?;
        let Some(milestone) = repository.milestone(number) else {
            return Err(ApiError::invalid("Issue", "milestone", "invalid"));
        };
        let title = milestone.title.clone();
        let told = self.milestone_json(repository, milestone);
        self.issue_mut(home, issue)?.milestone = Some(number);
        let entry = Activity::new("milestoned", by);
        self.note(
            home,
            issue,
            entry.with(json!({ "milestone": { "title": title } })),
        )?;
        let news = Activity::new("milestoned", by);
        self.tell(home, issue, news.with(json!({ "milestone": told })))
    }
}
