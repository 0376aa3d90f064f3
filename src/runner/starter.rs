//! Reads whether somebody is one of those who may start work, where the operator names them. Facts only; what GitHub does not
//! show is told as such, and the core takes it for a no.

use super::scope::Reading;
use crate::core::actor::{Actor, Permission};
use crate::core::codeowners::{self, Owner};
use crate::core::starter::{StarterFacts, Starters};
use crate::github::{At, GitHubError, Membership};

/// So many teams of a CODEOWNERS file are asked for.
const TEAMS: usize = 20;

impl Reading<'_> {
    /// The facts, where they decide: nothing is read for people whose right, or the operator's own list, says enough.
    pub(super) async fn starter(
        &self,
        at: &At,
        actor: &Actor,
        right: Option<Permission>,
    ) -> Result<Option<StarterFacts>, GitHubError> {
        let (Some(starters), Some(login)) = (
            self.policy.issues.who_starts.to_look_up(actor),
            actor.login(),
        ) else {
            return Ok(None);
        };
        if !right.is_some_and(Permission::may_start) {
            return Ok(None);
        }
        let mut facts = StarterFacts::default();
        self.of_teams(at, login, &starters.teams, &mut facts)
            .await?;
        if starters.codeowners && facts.teams.is_empty() {
            facts.codeowner = Some(self.owns_code(at, login, starters, &mut facts).await?);
        }
        Ok(Some(facts))
    }

    /// Which of these teams they belong to; the first one is enough.
    async fn of_teams(
        &self,
        at: &At,
        login: &str,
        teams: &[String],
        facts: &mut StarterFacts,
    ) -> Result<(), GitHubError> {
        for team in teams {
            match self.github.membership(at, team, login).await? {
                Membership::Member => {
                    facts.teams.push(team.clone());
                    return Ok(());
                }
                Membership::NotMember => {}
                Membership::Hidden => facts.hidden.push(team.clone()),
            }
        }
        Ok(())
    }

    async fn owns_code(
        &self,
        at: &At,
        login: &str,
        starters: &Starters,
        facts: &mut StarterFacts,
    ) -> Result<bool, GitHubError> {
        let owners = codeowners::owners(&self.codeowners(at).await?);
        let is_theirs = |owner: &Owner| matches!(owner, Owner::Person(name) if name.eq_ignore_ascii_case(login));
        if owners.iter().any(is_theirs) {
            return Ok(true);
        }
        let known = |team: &str| {
            let mut asked = starters.teams.iter();
            asked.any(|asked| asked.eq_ignore_ascii_case(team))
        };
        let teams = owners.into_iter().filter_map(|owner| match owner {
            Owner::Team(team) if !known(&team) => Some(team),
            Owner::Team(_) | Owner::Person(_) => None,
        });
        let teams: Vec<String> = teams.take(TEAMS).collect();
        let mut found = StarterFacts::default();
        self.of_teams(at, login, &teams, &mut found).await?;
        facts.hidden.append(&mut found.hidden);
        Ok(!found.teams.is_empty())
    }

    /// The repository's CODEOWNERS on its default branch; empty where it has none.
    async fn codeowners(&self, at: &At) -> Result<String, GitHubError> {
        for path in codeowners::PATHS {
            if let Some(text) = self.github.contents(at, path).await? {
                return Ok(text);
            }
        }
        Ok(String::new())
    }
}
