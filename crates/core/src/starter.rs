//! Who may start work, beyond the right to push: a higher right, or only those that the operator names.
//!
//! It narrows and never widens: whoever may not push starts nothing, whatever list they are on. Speaking to an agent that is
//! at work, answering and stopping are not starting, and need the right to push as ever.

use serde::{Deserialize, Serialize};

use super::actor::{AccountKind, Actor, Permission};

/// Who may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhoStarts {
    /// Whoever has this right or a higher one; at least to push.
    Right(Permission),
    /// Of those who may push, only these.
    Named(Starters),
}

impl Default for WhoStarts {
    fn default() -> Self {
        Self::Right(Permission::Write)
    }
}

/// Those that the operator names. Whoever is in one of the three may start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starters {
    /// Teams, `org/team`.
    pub teams: Vec<String>,
    /// Logins.
    pub users: Vec<String>,
    /// Whoever owns code by the repository's CODEOWNERS.
    pub codeowners: bool,
}

/// What was read about somebody who wants to start, where only named people may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarterFacts {
    /// The teams they belong to, of those the operator names.
    pub teams: Vec<String>,
    /// Whether they own code; `None` when the operator does not ask for it.
    pub codeowner: Option<bool>,
    /// Teams whose members GitHub did not show us.
    pub hidden: Vec<String>,
}

impl Starters {
    /// Whether the login stands in the operator's own list: then nothing has to be read.
    pub fn has_user(&self, login: &str) -> bool {
        self.users
            .iter()
            .any(|user| user.eq_ignore_ascii_case(login))
    }
}

impl WhoStarts {
    /// The list that has to be looked up for this actor; `None` when their right, or nothing, decides. Bots that may start
    /// are named by the operator already.
    pub fn to_look_up(&self, actor: &Actor) -> Option<&Starters> {
        match (self, actor) {
            (Self::Named(starters), Actor::Person(account))
                if account.kind == AccountKind::User && !starters.has_user(&account.login) =>
            {
                Some(starters)
            }
            (Self::Named(_) | Self::Right(_), Actor::Person(_) | Actor::Operator) => None,
        }
    }

    /// Whether somebody who may push may start. Without facts the answer is no wherever facts are needed.
    pub fn allows(&self, actor: &Actor, right: Permission, facts: Option<&StarterFacts>) -> bool {
        match self {
            Self::Right(needed) => right >= *needed && right.may_start(),
            Self::Named(_) if !right.may_start() => false,
            Self::Named(_) if self.to_look_up(actor).is_none() => true,
            Self::Named(_) => {
                facts.is_some_and(|facts| !facts.teams.is_empty() || facts.codeowner == Some(true))
            }
        }
    }

    /// Whether it is what holds when nobody says anything: then people with the right to push may let others start too.
    pub fn is_open(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Account;
    use crate::ids::UserId;

    fn person(login: &str, kind: AccountKind) -> Actor {
        Actor::Person(Account {
            id: UserId(1),
            login: login.into(),
            kind,
        })
    }

    #[test]
    fn a_right_is_a_right_or_a_higher_one_and_never_less_than_to_push() {
        let ana = person("ana", AccountKind::User);
        for (needed, right, may) in [
            (Permission::Write, Permission::Write, true),
            (Permission::Write, Permission::Triage, false),
            (Permission::Maintain, Permission::Write, false),
            (Permission::Maintain, Permission::Admin, true),
            (Permission::Admin, Permission::Maintain, false),
            (Permission::Read, Permission::Read, false),
        ] {
            let who = WhoStarts::Right(needed);
            assert_eq!(who.allows(&ana, right, None), may, "{needed:?} {right:?}");
        }
    }

    #[test]
    fn a_list_narrows_and_never_widens() {
        let who = WhoStarts::Named(Starters {
            teams: vec!["octo/agents".into()],
            users: vec!["Ana".into()],
            codeowners: true,
        });
        let (ana, ben) = (
            person("ana", AccountKind::User),
            person("ben", AccountKind::User),
        );
        let bot = person("nightly[bot]", AccountKind::Bot);
        let member = StarterFacts {
            teams: vec!["octo/agents".into()],
            ..StarterFacts::default()
        };
        let owner = StarterFacts {
            codeowner: Some(true),
            ..StarterFacts::default()
        };
        let nobody = StarterFacts {
            codeowner: Some(false),
            hidden: vec!["octo/agents".into()],
            ..StarterFacts::default()
        };
        let write = Permission::Write;
        assert!(who.allows(&ana, write, None) && who.allows(&bot, write, None));
        assert!(who.allows(&Actor::Operator, write, None));
        assert!(!who.allows(&ben, write, None), "what was not read is no");
        assert!(who.allows(&ben, write, Some(&member)) && who.allows(&ben, write, Some(&owner)));
        assert!(!who.allows(&ben, write, Some(&nobody)));
        for actor in [&ana, &ben] {
            assert!(!who.allows(actor, Permission::Triage, Some(&member)));
        }
    }
}
