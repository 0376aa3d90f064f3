//! Sub-issues: which issue is part of which, and in what order.
//!
//! It must never let an issue have two parents, or be a part of itself.

use std::collections::BTreeSet;

use serde_json::json;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::facts::World;
use crate::world::relation::IssueAt;
use crate::world::webhook_event::WebhookEvent;

/// So many parts one issue may have.
const MOST_PARTS: usize = 100;
/// So many levels there may be below the uppermost issue.
const MOST_LEVELS: usize = 8;

/// What becomes of the parent an issue has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Present {
    /// It stays; the change is refused.
    Keeps,
    /// The new one takes its place.
    IsReplaced,
}

/// Where a part goes among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Right behind this one.
    After(i64),
    /// Right before this one.
    Before(i64),
}

impl World {
    /// Makes an issue a part of another one.
    pub fn add_sub_issue(
        &mut self,
        parent: IssueAt,
        part: i64,
        present: Present,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(parent.home)?;
        let whole = self.plain_issue(self.issue(parent.home, parent.number)?, "Parent")?;
        let (place, issue) = self.issue_of(part)?;
        self.plain_issue(issue, "Sub issue")?;
        self.may_be_part(whole, part, parent.home, place.home)?;
        if let Some(before) = self.relations.parent(part) {
            if (before == whole || present == Present::Keeps) && on(Rule::OneParent) {
                let twice = "Issue may not contain duplicate sub-issues and ";
                let twice = if before == whole { twice } else { "" };
                return Err(refused(&format!(
                    "{twice}Sub issue may only have one parent"
                )));
            }
            self.take_out(before, part, by)?;
        }
        self.relations.parents.insert(part, whole);
        self.relations.parts.entry(whole).or_default().push(part);
        self.tell_part(whole, part, ["sub_issue_added", "parent_issue_added"], by)
    }

    fn may_be_part(&self, whole: i64, part: i64, home: i64, place: i64) -> Result<(), ApiError> {
        if whole == part && on(Rule::PartOfItself) {
            return Err(refused("Sub issue cannot be the same as the parent issue"));
        }
        let owner = |id| {
            self.repository(id)
                .map(|home| home.owner.to_ascii_lowercase())
        };
        if owner(home)? != owner(place)? && on(Rule::PartOfOwner) {
            return Err(refused(
                "Sub issue must belong to the same repository owner",
            ));
        }
        let above = self.above(whole);
        if above.contains(&part) && on(Rule::PartOfItself) {
            return Err(refused(
                "Sub issue cannot be an ancestor of the parent issue",
            ));
        }
        if self.relations.parts(whole).len() >= MOST_PARTS && on(Rule::PartLimit) {
            return Err(refused("Parent cannot have more than 100 sub-issues"));
        }
        if above.len() + 1 + self.levels(part, MOST_LEVELS) > MOST_LEVELS && on(Rule::PartLevels) {
            return Err(refused(
                "Parent cannot have more than 8 layers of sub-issues",
            ));
        }
        Ok(())
    }

    /// All that an issue is part of.
    fn above(&self, id: i64) -> BTreeSet<i64> {
        let mut seen = BTreeSet::new();
        let mut at = id;
        while let Some(parent) = self.relations.parent(at) {
            if !seen.insert(parent) {
                break;
            }
            at = parent;
        }
        seen
    }

    /// How many levels there are below an issue, as far as `most`.
    fn levels(&self, id: i64, most: usize) -> usize {
        let below = self.relations.parts(id).iter();
        match most {
            0 => 0,
            _ => below
                .map(|part| 1 + self.levels(*part, most - 1))
                .max()
                .unwrap_or(0),
        }
    }

    /// Takes a part out of an issue; 404 when it is none of its parts.
    pub fn remove_sub_issue(
        &mut self,
        parent: IssueAt,
        part: i64,
        by: &str,
    ) -> Result<(), ApiError> {
        self.writable(parent.home)?;
        let whole = self.issue(parent.home, parent.number)?.id;
        if self.relations.parent(part) != Some(whole) {
            return Err(ApiError::not_found());
        }
        self.take_out(whole, part, by)
    }

    fn take_out(&mut self, whole: i64, part: i64, by: &str) -> Result<(), ApiError> {
        self.relations.parents.remove(&part);
        if let Some(parts) = self.relations.parts.get_mut(&whole) {
            parts.retain(|one| *one != part);
        }
        self.tell_part(
            whole,
            part,
            ["sub_issue_removed", "parent_issue_removed"],
            by,
        )
    }

    /// Moves a part among the others; 422 when one of the two is no part. GitHub tells nobody.
    pub fn order_sub_issue(
        &mut self,
        parent: IssueAt,
        part: i64,
        order: Order,
    ) -> Result<(), ApiError> {
        self.writable(parent.home)?;
        let whole = self.issue(parent.home, parent.number)?.id;
        let (Order::After(other) | Order::Before(other)) = order;
        let mut parts = self.relations.parts(whole).to_vec();
        if part == other || !parts.contains(&part) || !parts.contains(&other) {
            return Err(ApiError::new(422, "Validation Failed"));
        }
        parts.retain(|one| *one != part);
        let at = parts
            .iter()
            .position(|one| *one == other)
            .unwrap_or_default();
        let at = match order {
            Order::After(_) => at + 1,
            Order::Before(_) => at,
        };
        parts.insert(at, part);
        self.relations.parts.insert(whole, parts);
        Ok(())
    }

    /// Tells both ends, each in its own repository.
    fn tell_part(
        &mut self,
        whole: i64,
        part: i64,
        actions: [&str; 2],
        by: &str,
    ) -> Result<(), ApiError> {
        let (above, below) = (self.issue_of(whole)?.0, self.issue_of(part)?.0);
        let ends = [
            (actions[0], above.home, "sub_issue_repo", below.home),
            (actions[1], below.home, "parent_issue_repo", above.home),
        ];
        for (action, home, other_name, other) in ends {
            let mut body = json!({
                "parent_issue_id": whole,
                "parent_issue": self.relation_json(whole)?,
                "sub_issue_id": part,
                "sub_issue": self.relation_json(part)?,
            });
            body[other_name] = self.repository_json(self.repository(other)?);
            self.emit(WebhookEvent {
                name: "sub_issues",
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
    let what = "An error occurred while adding the sub-issue to the parent issue.";
    ApiError::new(422, &format!("{what} {why}"))
}
