//! Teams, as an organization's owner makes them.
//!
//! It exists so that stories can have some. It must never make an account: people exist before they join.

use crate::handle::simulator::Simulator;

impl Simulator {
    /// Puts somebody into a team of an organization; the team is made when it does not exist.
    pub fn join_team(&self, org: &str, team: &str, login: &str) {
        self.state()
            .change(|world| world.join_team((org, team), login, true));
    }

    /// Invites somebody into a team: they have not accepted yet.
    pub fn invite_to_team(&self, org: &str, team: &str, login: &str) {
        self.state()
            .change(|world| world.join_team((org, team), login, false));
    }
}
