//! Secrets that a push would publish, by where they stand. It must never hold one.

use serde::{Deserialize, Serialize};

use crate::ids::Sha;
use crate::sanitise::SecretKind;

/// What looks like a secret in all that a push would publish; never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFound {
    /// What it looks like.
    pub kind: SecretKind,
    /// Where it stands.
    pub place: SecretPlace,
}

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "in")]
pub enum SecretPlace {
    /// In a line of a file.
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: u32,
        /// The commit that adds it, where a later one takes it out again.
        commit: Option<Sha>,
    },
    /// In the name of a file.
    Name {
        /// The name, without the secret.
        path: String,
    },
    /// In the message of a commit, or in who it is by.
    Words {
        /// The commit.
        commit: Sha,
    },
    /// In content that could not be read.
    Unread {
        /// The file.
        path: String,
    },
}
