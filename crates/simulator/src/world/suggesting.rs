//! How suggestions come, and how people decide about them.
//!
//! It must never do what is only suggested, unless the stage says that this repository does so at once.

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::world::facts::World;
use crate::world::relation::IssueAt;
use crate::world::suggestion::{Suggested, Suggestion, Wish};

/// The longest rationale, as GitHub's own client keeps to it (`github/github-mcp-server`, `issues_granular.go`).
const RATIONALE: usize = 280;

impl World {
    /// The suggestions on an issue, oldest first; 404 where there are none, and for pull requests.
    pub fn suggestions_of(&self, home: i64, number: i64) -> Result<&[Suggestion], ApiError> {
        let issue = self.issue(home, number)?;
        let pull = issue.pull.is_some() && on(Rule::SuggestionOfPull);
        if !self.suggestions.offered || pull {
            return Err(ApiError::not_found());
        }
        let all = self.suggestions.all.get(&issue.id);
        Ok(all.map_or(&[], Vec::as_slice))
    }

    /// Takes a suggestion in; `false`: the issue has it already, and it is left aside.
    pub fn suggest(
        &mut self,
        home: i64,
        number: i64,
        wish: &Wish,
        by: &str,
    ) -> Result<bool, ApiError> {
        self.writable(home)?;
        let (change, target) = self.suggestible(home, &wish.change)?;
        let long = |text: &String| text.chars().count() > RATIONALE;
        if wish.rationale.as_ref().is_some_and(long) && on(Rule::Rationale) {
            return Err(ApiError::invalid("Issue", "rationale", "invalid"));
        }
        let issue = self.issue(home, number)?;
        let issue_id = issue.id;
        if change.is_on(issue) && on(Rule::SuggestionApplied) {
            return Ok(false);
        }
        let at_once = self.suggestions.at_once;
        if at_once {
            self.carry_out(home, number, &change, by)?;
        }
        let (id, now) = (self.next_id(), self.now());
        let made = Suggestion {
            id,
            change,
            state: if at_once { "applied" } else { "pending" },
            target,
            rationale: wish.rationale.clone(),
            confidence: wish.confidence.clone(),
            actor: by.to_owned(),
            resolved_by: None,
            created_at: now,
            updated_at: now,
        };
        self.suggestions.all.entry(issue_id).or_default().push(made);
        Ok(true)
    }

    /// What is meant, as it is written here, and its number.
    fn suggestible(&self, home: i64, change: &Suggested) -> Result<(Suggested, i64), ApiError> {
        let home = self.repository(home)?;
        let found = match change {
            Suggested::Label(name) => home
                .label(name)
                .map(|label| (Suggested::Label(label.name.clone()), label.id)),
            Suggested::Type(name) => home
                .kinds
                .iter()
                .zip(1_i64..)
                .find(|(kind, _)| *kind == name)
                .map(|(kind, id)| (Suggested::Type(kind.clone()), id)),
        };
        let field = match change {
            Suggested::Label(_) => "labels",
            Suggested::Type(_) => "type",
        };
        found.ok_or_else(|| ApiError::invalid("Issue", field, "invalid"))
    }

    fn carry_out(
        &mut self,
        home: i64,
        number: i64,
        change: &Suggested,
        by: &str,
    ) -> Result<(), ApiError> {
        match change {
            Suggested::Label(name) => self.add_labels(home, number, std::slice::from_ref(name), by),
            Suggested::Type(name) => {
                self.issue_mut(home, number)?.kind = Some(name.clone());
                Ok(())
            }
        }
    }

    /// A person decides about a pending suggestion; others for the same change are dismissed with an approval.
    pub fn resolve_suggestion(
        &mut self,
        at: IssueAt,
        id: i64,
        approved: bool,
        by: &str,
    ) -> Result<(), ApiError> {
        let issue_id = self.issue(at.home, at.number)?.id;
        let pending = |one: &&mut Suggestion| one.state == "pending";
        let now = self.now();
        let all = self.suggestions.all.entry(issue_id).or_default();
        let mut waiting = all.iter_mut().filter(pending);
        let found = waiting.find(|one| one.id == id);
        let found = found.ok_or_else(ApiError::not_found)?;
        let change = found.change.clone();
        let settle = |one: &mut Suggestion, state: &'static str| {
            one.state = state;
            one.resolved_by = Some(by.to_owned());
            one.updated_at = now;
        };
        settle(found, if approved { "approved" } else { "dismissed" });
        if approved {
            let others = all.iter_mut().filter(pending);
            let same = others.filter(|one| one.change == change);
            same.for_each(|one| settle(one, "dismissed"));
            self.carry_out(at.home, at.number, &change, by)?;
        }
        Ok(())
    }
}
