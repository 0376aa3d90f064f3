//! Suggestions, as people decide about them on the page of an issue, and how the stage is set for them.

use crate::handle::simulator::{Simulator, SimulatorError};
use crate::world::relation::IssueAt;
use crate::world::suggestion::{Suggested, Suggestion, Wish};

type Done<T> = Result<T, SimulatorError>;

impl Simulator {
    /// Says whether this GitHub takes suggestions; GitHub Enterprise Server does not.
    pub fn set_suggestions(&self, offered: bool) {
        self.state()
            .change(|world| world.suggestions.offered = offered);
    }

    /// Says whether this GitHub pins comments; GitHub Enterprise Server up to 3.19 does not.
    pub fn set_pins(&self, offered: bool) {
        self.state().change(|world| world.pins_comments = offered);
    }

    /// Pins a comment to the top of its issue as somebody, or takes it off there.
    ///
    /// # Errors
    /// What GitHub would refuse it with.
    pub fn pin_comment(
        &self,
        home: impl Into<i64>,
        comment: i64,
        (by, on): (&str, bool),
    ) -> Result<(), SimulatorError> {
        let home = home.into();
        self.create_user(by);
        let pinned = self
            .state()
            .change(|world| world.pin_comment(home, comment, by, on));
        Ok(pinned?)
    }

    /// Says whether what is suggested is done at once.
    pub fn set_suggestions_at_once(&self, at_once: bool) {
        self.state()
            .change(|world| world.suggestions.at_once = at_once);
    }

    /// Suggests a label or a type, as another App may.
    pub fn suggest(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        change: Suggested,
        actor: &str,
    ) -> Done<()> {
        let wish = Wish {
            change,
            rationale: None,
            confidence: None,
        };
        self.as_user(actor, |world| {
            world.suggest(home.into(), issue.into(), &wish, actor)
        })
        .map(drop)
    }

    /// The suggestions on an issue, in whatever state.
    pub fn suggestions(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
    ) -> Done<Vec<Suggestion>> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self.state().read(|world| {
            world
                .suggestions_of(home, issue)
                .map(<[Suggestion]>::to_vec)
        })?)
    }

    /// Approves a pending suggestion.
    pub fn approve_suggestion(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        suggestion: i64,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.resolve_suggestion(IssueAt::from((home, issue)), suggestion, true, actor)
        })
    }

    /// Dismisses a pending suggestion.
    pub fn dismiss_suggestion(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        suggestion: i64,
        actor: &str,
    ) -> Done<()> {
        self.as_user(actor, |world| {
            world.resolve_suggestion(IssueAt::from((home, issue)), suggestion, false, actor)
        })
    }

    /// The type of an issue.
    pub fn type_of(&self, home: impl Into<i64>, issue: impl Into<i64>) -> Done<Option<String>> {
        let (home, issue) = (home.into(), issue.into());
        Ok(self
            .state()
            .read(|world| world.issue(home, issue).map(|issue| issue.kind.clone()))?)
    }
}
