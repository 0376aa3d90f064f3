//! Who shall do an issue: who can be assigned, and to how many.
//!
//! It must never assign somebody who has no place in the repository.

use serde_json::json;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::account::{Role, UserKind};
use crate::world::activity::Activity;
use crate::world::facts::World;

/// How many people may have an issue.
const MOST_ASSIGNEES: usize = 10;

/// Refuses more assignees than GitHub takes.
pub(super) fn check_assignees(logins: &[String]) -> Result<(), ApiError> {
    if logins.len() > MOST_ASSIGNEES && on(Rule::AssigneeLimit) {
        return Err(ApiError::custom(
            "Issue",
            Some("assignees"),
            "assignees is too long (maximum is 10)",
        ));
    }
    Ok(())
}

impl World {
    /// Whether somebody can be assigned: who was given a place in the repository, and who commented on the issue.
    /// <https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/assigning-issues-and-pull-requests-to-other-github-users>
    fn assignable(&self, home: i64, number: i64, login: &str) -> Result<bool, ApiError> {
        let (repository, issue) = (self.repository(home)?, self.issue(home, number)?);
        let placed = repository.owner.eq_ignore_ascii_case(login)
            || repository
                .collaborators
                .get(&login.to_ascii_lowercase())
                .is_some_and(|place| place.role > Role::None);
        let spoke = issue
            .comments
            .iter()
            .any(|comment| comment.author.eq_ignore_ascii_case(login));
        let person = self
            .user(login)
            .is_some_and(|user| user.kind == UserKind::Person);
        Ok(person && (placed || spoke))
    }

    /// Sets the assignees; who cannot be assigned is left out without a word, as GitHub does.
    pub fn assign(
        &mut self,
        home: i64,
        number: i64,
        logins: &[String],
        by: &str,
    ) -> Result<(), ApiError> {
        check_assignees(logins)?;
        let before = self.issue(home, number)?.assignees.clone();
        let mut wanted: Vec<String> = Vec::new();
        for login in logins {
            if before.contains(login)
                || self.assignable(home, number, login)?
                || !on(Rule::Assignable)
            {
                wanted.extend(
                    self.user(login)
                        .map(|user| user.login.clone())
                        .filter(|login| !wanted.contains(login)),
                );
            }
        }
        self.issue_mut(home, number)?.assignees = wanted.clone();
        for login in before.iter().filter(|login| !wanted.contains(login)) {
            self.assignment(home, number, login, Activity::new("unassigned", by))?;
        }
        for login in wanted.iter().filter(|login| !before.contains(login)) {
            self.assignment(home, number, login, Activity::new("assigned", by))?;
        }
        Ok(())
    }

    /// Notes and tells it. The issue's events name the assigner too, the webhook does not.
    fn assignment(
        &mut self,
        home: i64,
        number: i64,
        login: &str,
        activity: Activity<'_>,
    ) -> Result<(), ApiError> {
        let (assignee, assigner) = (self.user_json(login), self.user_json(activity.by));
        let noted = json!({ "assignee": assignee, "assigner": assigner });
        self.note(home, number, activity.clone().with(noted))?;
        self.tell(home, number, activity.with(json!({ "assignee": assignee })))
    }
}
