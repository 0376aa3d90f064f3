//! Two issues whose work probably meets in the same files, and what each is told of the other: values alone.

use serde::{Deserialize, Serialize};

use crate::dependency::Named;
use crate::ids::TaskKey;

/// So many issues are remembered that one meets.
pub const MEETINGS: usize = 10;

/// What is done where work on two issues probably changes the same files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnOverlap {
    /// Nobody looks.
    Off,
    /// Both issues say so.
    #[default]
    Warn,
    /// The later one starts when the other is not at work any more.
    Wait,
}

impl OnOverlap {
    /// Those an operator may choose, by their names in `skep.toml`.
    pub const CHOICES: [(&'static str, Self); 3] = [
        ("off", Self::Off),
        ("warn", Self::Warn),
        ("wait", Self::Wait),
    ];

    /// Its name in `skep.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Warn => "warn",
            Self::Wait => "wait",
        }
    }
}

/// Another issue of the repository, the work on which probably changes the same files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Which.
    pub issue: Named,
    /// How probable it is, percent.
    pub percent: u8,
    /// The paths that most of it is about; at most 5. What an agent has changed may be among them, so they are an agent's words.
    pub paths: Vec<String>,
    /// Whether it is at work, or starts before this one.
    pub first: bool,
}

/// What an issue hears of others that it meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum OverlapNews {
    /// It was looked for them.
    Found {
        /// All that were found, the most probable first.
        with: Vec<Meeting>,
    },
    /// Another one has found that it meets this one.
    Met {
        /// The other one, as this one sees it.
        with: Meeting,
    },
    /// Another one is not at work any more.
    Rests {
        /// Which.
        issue: TaskKey,
    },
    /// Another one has landed.
    Landed {
        /// Which.
        issue: Named,
        /// On which branch.
        base: String,
        /// The paths that it changed, as far as they are known here; at most 5.
        paths: Vec<String>,
    },
    /// Nothing comes of another one any more.
    Over {
        /// Which.
        issue: TaskKey,
    },
}
