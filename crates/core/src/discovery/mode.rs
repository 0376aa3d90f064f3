//! Whether a session may make issues of what it finds. Off unless the operator says so.

use serde::{Deserialize, Serialize};

/// What becomes of what a session finds besides its own task.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Discover {
    /// The tool is not offered.
    #[default]
    Off,
    /// Issues are made, and people start them.
    Create,
    /// Issues are made and start by themselves, by the right of whoever asked for the session.
    Start,
}

impl Discover {
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
