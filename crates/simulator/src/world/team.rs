//! Teams of an organization: who belongs to them.
//!
//! It exists so that an App that may see members can ask, and ask a team for a review. It must never give a team a right in a
//! repository: each may read those of its organization, and none needs more.

use crate::world::facts::World;

fn key(org: &str, team: &str) -> String {
    format!("{org}/{team}").to_lowercase()
}

impl World {
    /// Puts somebody into a team, or invites them only; the team is made when it does not exist.
    pub fn join_team(&mut self, (org, team): (&str, &str), login: &str, accepted: bool) {
        let members = self.teams.entry(key(org, team)).or_default();
        members.insert(login.to_lowercase(), accepted);
    }

    /// Who belongs to a team and has accepted.
    pub fn members(&self, (org, team): (&str, &str)) -> Vec<String> {
        let members = self.teams.get(&key(org, team)).into_iter().flatten();
        let accepted = members.filter(|(_, accepted)| **accepted);
        accepted.map(|(login, _)| login.clone()).collect()
    }

    /// Whether there is such a team.
    pub fn has_team(&self, (org, team): (&str, &str)) -> bool {
        self.teams.contains_key(&key(org, team))
    }

    /// Whether somebody belongs to a team and has accepted; `None` for no member and for no team.
    pub fn member_of(&self, (org, team): (&str, &str), login: &str) -> Option<bool> {
        let members = self.teams.get(&key(org, team))?;
        members.get(&login.to_lowercase()).copied()
    }
}
