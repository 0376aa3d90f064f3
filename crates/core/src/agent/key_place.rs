//! Where the key of an agent's model is kept while the agent works.

use serde::{Deserialize, Serialize};

/// Where the key of an agent's model is to be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyPlace {
    /// Outside the sandbox, where that is possible: a gateway adds it to what the agent asks.
    Gateway,
    /// In the agent's environment.
    #[default]
    Inside,
}

impl KeyPlace {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 2] =
        [("gateway", Self::Gateway), ("inside", Self::Inside)];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        let known = Self::CHOICES.iter().find(|(_, place)| *place == self);
        known.map_or("inside", |(name, _)| name)
    }
}
