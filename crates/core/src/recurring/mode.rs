//! What becomes of recurring work here, by the operator's wish.

use serde::{Deserialize, Serialize};

/// What becomes of recurring work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recur {
    /// Nothing.
    Off,
    /// Issues are opened, and people start them.
    Create,
    /// Issues are opened and start by themselves.
    #[default]
    Start,
}

impl Recur {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 3] = [
        ("off", Self::Off),
        ("create", Self::Create),
        ("start", Self::Start),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Create => "create",
            Self::Start => "start",
        }
    }
}
