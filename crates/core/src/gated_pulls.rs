//! Which pull requests must belong to an issue, as the operator wishes. What that means, and how it is said, is `pull_gate`'s.

use serde::{Deserialize, Serialize};

use super::actor::{Account, AccountKind};
use super::ids::UserId;

/// Which pull requests must belong to an issue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatedPulls {
    /// None.
    #[default]
    Off,
    /// Those that an agent's account opened: a bot, or one that the operator lets start work.
    Agents,
    /// All.
    All,
}

impl GatedPulls {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 3] = [
        ("off", Self::Off),
        ("agents", Self::Agents),
        ("all", Self::All),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Agents => "agents",
            Self::All => "all",
        }
    }

    /// Whether pull requests of this author are judged.
    pub fn watches(self, author: &Account, allowed_bots: &[UserId]) -> bool {
        match self {
            Self::Off => false,
            Self::All => true,
            Self::Agents => author.kind == AccountKind::Bot || allowed_bots.contains(&author.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_bots_and_whom_the_operator_lets_start_work() {
        let account = |id, kind| Account {
            id: UserId(id),
            login: "x".into(),
            kind,
        };
        let (person, bot) = (account(1, AccountKind::User), account(2, AccountKind::Bot));
        let machine = account(3, AccountKind::User);
        let watched = |mode: GatedPulls| {
            [&person, &bot, &machine].map(|account| mode.watches(account, &[UserId(3)]))
        };
        assert_eq!(watched(GatedPulls::Off), [false, false, false]);
        assert_eq!(watched(GatedPulls::Agents), [false, true, true]);
        assert_eq!(watched(GatedPulls::All), [true, true, true]);
    }
}
