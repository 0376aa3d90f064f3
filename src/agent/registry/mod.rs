//! The agents of the ACP registry, as they stood on the day that the list was taken: <https://github.com/agentclientprotocol/registry>.
//!
//! Data alone: nothing here asks anybody, and what is newer in the registry is not known. Of each agent only its name, version, licence and
//! how it is had are taken.

use std::sync::OnceLock;

use serde::Deserialize;

use super::presets;

/// The list as it was taken.
const LIST: &str = include_str!("list.json");

/// The whole list.
#[derive(Debug, Deserialize)]
pub struct Registry {
    /// Where it is from.
    pub source: String,
    /// The day it was taken: `2026-11-30`.
    pub read: String,
    /// The agents, by id.
    pub agents: Vec<Listed>,
}

/// One agent of the list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// What the registry calls it.
    pub id: String,
    /// What its makers call it.
    pub name: String,
    /// The version when the list was taken.
    pub version: String,
    /// Its licence; `proprietary` where it is none of the open ones.
    pub license: String,
    /// Its package of npm, if it is one.
    pub npm: Option<String>,
    /// Where its makers have it for Linux on x86-64 otherwise.
    pub archive: Option<String>,
    /// The program in the archive.
    pub program: Option<String>,
    /// What its program is started with to speak ACP.
    pub args: Vec<String>,
}

/// The list.
pub fn registry() -> &'static Registry {
    static READ: OnceLock<Registry> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(LIST).expect("the list is JSON; a test reads it"))
}

/// What the registry calls a preset of ours.
const OF_PRESETS: [(&str, &str); 6] = [
    ("copilot", "github-copilot-cli"),
    ("claude", "claude-acp"),
    ("gemini", "gemini"),
    ("codex", "codex-acp"),
    ("opencode", "opencode"),
    ("goose", "goose"),
];

/// The command that an agent's makers document for installing it where they have no package of npm.
const BY_SCRIPT: [(&str, &str); 1] = [(
    "goose",
    "curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | CONFIGURE=false bash",
)];

/// The entry of an agent, by the registry's name or a preset's.
pub fn listed(name: &str) -> Option<&'static Listed> {
    let id = OF_PRESETS.iter().find(|(preset, _)| *preset == name);
    let id = id.map_or(name, |(_, id)| id);
    registry().agents.iter().find(|agent| agent.id == id)
}

/// The preset that an entry is known by, if there is one.
pub fn preset_of(entry: &Listed) -> Option<&'static str> {
    let found = OF_PRESETS.iter().find(|(_, id)| *id == entry.id);
    found
        .map(|(preset, _)| *preset)
        .filter(|name| presets::preset(name).is_some())
}

impl Listed {
    /// The command line that installs it, as its makers document it; `None` where they have an archive alone.
    pub fn install_command(&self) -> Option<Vec<String>> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        if let Some((_, script)) = BY_SCRIPT.iter().find(|(id, _)| *id == self.id) {
            return Some(words(&["sh", "-c", script]));
        }
        let package = self.npm.as_deref()?;
        Some(words(&["npm", "install", "--global", package]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_can_be_had_somehow() {
        for agent in &registry().agents {
            let how = [&agent.npm, &agent.archive];
            assert_eq!(how.into_iter().flatten().count(), 1, "{}", agent.id);
            assert_eq!(
                agent.archive.is_some(),
                agent.program.is_some(),
                "{}",
                agent.id
            );
        }
        let mut ids: Vec<&str> = registry()
            .agents
            .iter()
            .map(|agent| agent.id.as_str())
            .collect();
        let before = ids.clone();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids, before, "sorted, and each once");
    }

    #[test]
    fn every_preset_is_in_the_registry() {
        for name in presets::names() {
            let entry = listed(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(preset_of(entry), Some(name));
            assert!(entry.install_command().is_some(), "{name}");
        }
        assert_eq!(listed("none"), None);
    }
}
