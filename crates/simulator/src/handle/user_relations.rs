//! What GitHub users do between issues: say what waits for what and what is part of what, and close with a reason.

use crate::api_error::ApiError;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::world::facts::World;
use crate::world::relation::{IssueAt, Offered};
use crate::world::sub_issue::Present;

type Done<T> = Result<T, SimulatorError>;

fn id_of(world: &World, at: IssueAt) -> Result<i64, ApiError> {
    world.issue(at.home, at.number).map(|issue| issue.id)
}

impl Simulator {
    /// Says that an issue is blocked by another one: `block((home, 2), (home, 1), "ana")`.
    pub fn block(
        &self,
        blocked: impl Into<IssueAt>,
        blocker: impl Into<IssueAt>,
        actor: &str,
    ) -> Done<()> {
        let (blocked, blocker) = (blocked.into(), blocker.into());
        self.as_user(actor, |world| {
            world.block(blocked, id_of(world, blocker)?, actor)
        })
    }

    /// Says that an issue is not blocked by another one any more.
    pub fn unblock(
        &self,
        blocked: impl Into<IssueAt>,
        blocker: impl Into<IssueAt>,
        actor: &str,
    ) -> Done<()> {
        let (blocked, blocker) = (blocked.into(), blocker.into());
        self.as_user(actor, |world| {
            world.unblock(blocked, id_of(world, blocker)?, actor)
        })
    }

    /// Makes an issue a part of another one; a parent it has already is replaced.
    pub fn sub_issue(
        &self,
        parent: impl Into<IssueAt>,
        part: impl Into<IssueAt>,
        actor: &str,
    ) -> Done<()> {
        let (parent, part) = (parent.into(), part.into());
        self.as_user(actor, |world| {
            world.add_sub_issue(parent, id_of(world, part)?, Present::IsReplaced, actor)
        })
    }

    /// Takes an issue out of its parent.
    pub fn remove_sub_issue(
        &self,
        parent: impl Into<IssueAt>,
        part: impl Into<IssueAt>,
        actor: &str,
    ) -> Done<()> {
        let (parent, part) = (parent.into(), part.into());
        self.as_user(actor, |world| {
            world.remove_sub_issue(parent, id_of(world, part)?, actor)
        })
    }

    /// Closes an issue as `completed`, `not_planned` or `duplicate`.
    pub fn close_as(&self, issue: impl Into<IssueAt>, reason: &str, actor: &str) -> Done<()> {
        let at = issue.into();
        self.as_user(actor, |world| {
            world.close(at.home, at.number, Some(reason), actor)
        })
    }

    /// Says which relations this GitHub has, as some versions of GitHub Enterprise Server lack them.
    pub fn set_relations(&self, offered: Offered) {
        self.state()
            .change(|world| world.relations.offered = offered);
    }
}
