//! Milestones, as people make them and put issues into them.
//!
//! It exists so that stories can have one. It must never do what GitHub would refuse.

use crate::handle::simulator::{Simulator, SimulatorError};

impl Simulator {
    /// Makes a milestone with a title and a description; gives its number.
    pub fn create_milestone(
        &self,
        home: impl Into<i64>,
        title: &str,
        description: &str,
        actor: &str,
    ) -> Result<i64, SimulatorError> {
        let words = (title, Some(description));
        self.as_user(actor, |world| {
            world.add_milestone(home.into(), words, actor)
        })
    }

    /// Puts an issue into a milestone.
    pub fn put_into_milestone(
        &self,
        home: impl Into<i64>,
        issue: impl Into<i64>,
        milestone: i64,
        actor: &str,
    ) -> Result<(), SimulatorError> {
        self.as_user(actor, |world| {
            world.set_milestone(home.into(), issue.into(), milestone, actor)
        })
    }
}
