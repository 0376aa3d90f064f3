//! What a policy comes to: values only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::side_process::Service;
use crate::glob;
use crate::recurring::Recurring;

/// Where it lies.
pub const PATH: &str = ".github/skep.toml";
/// A longer file is refused whole, bytes.
pub const LONGEST: usize = 32 * 1024;

/// What it says; empty where there is no such file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RepositoryPolicy {
    /// What its sessions may reach besides: public hosts and addresses, and names of presets, as they are written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub egress_allow: Vec<String>,
    /// Paths that need a person's consent besides, as globs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub protected: Vec<String>,
    /// What has to succeed before work counts as done.
    #[serde(skip_serializing_if = "Verify::is_empty")]
    pub verify: Verify,
    /// Throw-away services beside a session, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<String, Service>,
    /// Variables of its sessions: settings and secrets of tests.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Work that is done again and again, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub recurring: BTreeMap<String, Recurring>,
}

/// Commands that skep runs itself on the exact commit of a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verify {
    /// Each a line for `sh -c`, in this order.
    pub commands: Vec<String>,
    /// So long each may take.
    pub minutes: u32,
}

impl Verify {
    /// So long a command may take where the file says nothing.
    pub const MINUTES: u32 = 20;

    /// Nothing is to be run.
    pub fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

impl Default for Verify {
    fn default() -> Self {
        Self {
            commands: vec![],
            minutes: Self::MINUTES,
        }
    }
}

impl RepositoryPolicy {
    /// It asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it wants a person's consent to a change of the path.
    pub fn protects(&self, path: &str) -> bool {
        self.protected.iter().any(|glob| glob::matches(glob, path))
    }
}
