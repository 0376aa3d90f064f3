//! The agents of the ACP registry, as they stood on the day that the list was taken: <https://github.com/agentclientprotocol/registry>.
//!
//! Data alone: nothing here asks anybody, fetches or installs, and what is newer in the registry is not known. Of each agent only its name,
//! version, licence, how it is had and how it is started are taken. Which keys an agent takes, the registry does not say, so nothing here does.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::core::agent::{AgentSpec, Catalogue};

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
    /// What its program is called, in the archive or as its package says; `None` where nobody could look.
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

/// The command that an agent's makers document for installing it, where the registry's own way is none.
const BY_SCRIPT: [(&str, &str); 1] = [(
    "goose",
    "curl -fsSL https://github.com/block/goose/releases/download/stable/download_cli.sh | CONFIGURE=false bash",
)];

/// The package that its makers document, where the registry names one that npm does not know (tried on 2026-11-30).
const PACKAGES: [(&str, &str); 1] = [("opencode", "opencode-ai")];

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

/// The name that `skep agents install` takes for whatever agent has a program so called.
pub fn name_of(program: &str) -> Option<&'static str> {
    let is_it = |spec: &AgentSpec| spec.command.first().is_some_and(|first| first == program);
    let mut names = presets::names();
    let preset = names.find(|name| presets::preset(name).as_ref().is_some_and(is_it));
    let other = || {
        let mut agents = registry().agents.iter();
        let found = agents.find(|agent| agent.program.as_deref() == Some(program));
        found.map(|agent| agent.id.as_str())
    };
    preset.or_else(other)
}

/// All agents that skep knows by one word: a preset's name or the registry's. An id of the registry that a preset stands for is that preset.
#[derive(Debug, Clone, Copy)]
pub struct Known;

impl Catalogue for Known {
    fn agent(&self, name: &str) -> Option<AgentSpec> {
        if let Some(preset) = presets::preset(name) {
            return Some(preset);
        }
        let entry = registry().agents.iter().find(|agent| agent.id == name)?;
        let spec = preset_of(entry)
            .and_then(presets::preset)
            .or_else(|| entry.started())?;
        Some(AgentSpec {
            name: name.to_owned(),
            ..spec
        })
    }

    fn presets(&self) -> Vec<&'static str> {
        presets::names().collect()
    }

    fn others(&self) -> Vec<&'static str> {
        let ids = registry().agents.iter().map(|agent| agent.id.as_str());
        ids.filter(|id| presets::preset(id).is_none() && self.agent(id).is_some())
            .collect()
    }
}

impl Listed {
    /// The agent as the registry starts it, of its installed program: what is not installed is never fetched at a start.
    fn started(&self) -> Option<AgentSpec> {
        let program = self.program.iter().cloned();
        let command: Vec<String> = program.chain(self.args.iter().cloned()).collect();
        self.program
            .is_some()
            .then(|| AgentSpec::new(&self.id, command))
    }

    /// The command line that installs it, as its makers document it; `None` where they have an archive alone.
    pub fn install_command(&self) -> Option<Vec<String>> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        if let Some((_, script)) = BY_SCRIPT.iter().find(|(id, _)| *id == self.id) {
            return Some(words(&["sh", "-c", script]));
        }
        let documented = PACKAGES.iter().find(|(id, _)| *id == self.id);
        let package = documented.map_or(self.npm.as_deref(), |(_, package)| Some(package))?;
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
            assert!(
                agent.archive.is_none() || agent.program.is_some(),
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
        let opencode = listed("opencode").and_then(Listed::install_command);
        assert_eq!(
            opencode.expect("a command").join(" "),
            "npm install --global opencode-ai"
        );
    }

    #[test]
    fn one_word_starts_the_installed_program_as_the_registry_does() {
        let command = |name: &str| Known.agent(name).map(|spec| spec.command.join(" "));
        assert_eq!(command("cline").as_deref(), Some("cline --acp"));
        assert_eq!(
            command("qwen-code").as_deref(),
            Some("qwen --acp --experimental-skills")
        );
        assert_eq!(command("kimi").as_deref(), Some("kimi acp"));
        assert_eq!(command("goos"), None);
        // Nobody could see what its package calls its program.
        assert_eq!(command("dirac"), None);
        let claude = Known.agent("claude-acp").expect("a preset's other name");
        assert_eq!(claude.name, "claude-acp");
        assert_eq!(
            claude.environment,
            presets::preset("claude").expect("listed").environment
        );
        let unlisted = registry()
            .agents
            .iter()
            .filter(|agent| preset_of(agent).is_none() && Known.agent(&agent.id).is_none());
        assert_eq!(unlisted.count(), 1);
        for name in Known.others() {
            let spec = Known.agent(name).expect("it is known");
            let first = spec.command[0].as_str();
            assert!(
                !["npx", "npm", "uvx", "sh"].contains(&first),
                "{name} would fetch"
            );
        }
    }

    #[test]
    fn a_program_leads_back_to_the_name_that_installs_it() {
        assert_eq!(name_of("qwen"), Some("qwen-code"));
        assert_eq!(name_of("claude-agent-acp"), Some("claude"));
        assert_eq!(name_of("python3"), None);
    }
}
