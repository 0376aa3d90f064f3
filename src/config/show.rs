//! What the configuration came to, for people: every value with where it comes from, no secret among them.

use secrecy::ExposeSecret;

use super::limits::{KNOBS, Kind, Numbers};
use super::reading::hidden;
use super::reference::{ENTRIES, entry_of, shown};
use super::{AllowProtected, Config, LogFormat, MakeReady, OldGit, Sandbox};
use crate::core::agent::AgentSpec;
use crate::core::leavings::BUILT_IN;
use crate::core::role::Role;

impl Config {
    /// The configuration as a `skep.toml` that means the same, each value with where it comes from. What is not set and what
    /// is secret stands in comments.
    pub fn show(&self) -> String {
        let mut text = match &self.file {
            Some(file) => format!("# {}\n", file.display()),
            None => "# no skep.toml\n".to_owned(),
        };
        for (key, value) in ENTRIES.iter().map(|entry| (entry.key, self.value(entry.key))) {
            let mute = if value.starts_with('"') { "" } else { "# " };
            text.push_str(&format!("{mute}{key} = {value}  # {}\n", self.from(key)));
        }
        text.push_str(&self.show_lists());
        text.push_str("\n[limits]\n");
        let numbers = Numbers { limits: self.limits.clone(), pace: self.pace };
        for knob in &KNOBS {
            let value = shown(knob.kind, (knob.get)(&numbers));
            let value = if knob.kind == Kind::Count { value } else { format!("{value:?}") };
            text.push_str(&format!("{} = {value}  # {}\n", knob.key, self.from(knob.key)));
        }
        let agents = self.agents.iter().map(|(name, spec)| show_agent(name, spec));
        let text = agents.fold(text, |text, agent| text + &agent);
        self.roles.values().map(show_role).fold(text, |text, role| text + &role)
    }

    fn from(&self, key: &str) -> &str {
        self.origins.get(key).map_or("default", |origin| origin.at.as_str())
    }

    fn show_lists(&self) -> String {
        let bots: Vec<i64> = self.allowed_bots.iter().map(|id| id.0).collect();
        let protected = match &self.allow_protected {
            AllowProtected::Nothing => "false".to_owned(),
            AllowProtected::Everything => "true".to_owned(),
            AllowProtected::Matching(globs) => format!("{globs:?}"),
        };
        let ready = match self.ready {
            MakeReady::Green => "green",
            MakeReady::Never => "never",
        };
        let values = [
            ("allowed_bots", format!("{bots:?}")),
            ("allow_protected", protected),
            ("ignore", format!("{:?}", self.ignore)),
            ("author_answers", self.author_answers.to_string()),
            ("ready", format!("{ready:?}")),
        ];
        let lines = values.iter().map(|(key, value)| format!("{key} = {value}  # {}\n", self.from(key)));
        lines.chain([format!("# ignored besides: {}\n", BUILT_IN.join(" "))]).collect()
    }

    fn value(&self, key: &str) -> String {
        let default = || match entry_of(key).default {
            "none" => not_set(),
            // Some defaults are a rule and not a value.
            default if default.contains([' ', '`', '$']) => default.to_owned(),
            default => format!("{default:?}"),
        };
        let said = || self.origins.get(key).map_or_else(default, |origin| origin.said.clone());
        let github = self.github.as_ref();
        match key {
            "listen" => format!("{:?}", self.listen.to_string()),
            "admin_listen" => format!("{:?}", self.admin_listen.to_string()),
            "data_dir" => format!("{:?}", self.data_dir.display().to_string()),
            "database_url" => self.show_database(),
            "github_api_url" => github.map_or_else(said, |github| format!("{:?}", github.api_url.as_str())),
            "github_url" => github.map_or_else(said, |github| format!("{:?}", github.web_url.as_str())),
            "agent" => quoted_or_none(self.default_agent.as_deref()),
            "sandbox" => match self.sandbox {
                Sandbox::Auto => "\"auto\"".to_owned(),
                Sandbox::Off => "\"off\"".to_owned(),
            },
            "old_git" => match self.old_git {
                OldGit::Refuse => "\"refuse\"".to_owned(),
                OldGit::Allow => "\"allow\"".to_owned(),
            },
            "log_format" => match self.logging.format {
                LogFormat::Text => "\"text\"".to_owned(),
                LogFormat::Json => "\"json\"".to_owned(),
            },
            "default_role" => format!("{:?}", self.default_role.as_str()),
            "look_again" => format!("{:?}", super::quantity::render_duration(self.look_again)),
            _ => said(),
        }
    }

    /// SQLite's address is a path; others may hold a password.
    fn show_database(&self) -> String {
        let url = self.database_url.expose_secret();
        if url.starts_with("sqlite:") { format!("{url:?}") } else { hidden(url) }
    }
}

fn show_agent(name: &str, spec: &AgentSpec) -> String {
    let variables: Vec<&str> = spec.environment.keys().map(String::as_str).collect();
    let inherit: &[String] = &spec.inherit;
    format!(
        "\n[agents.{name}]\ncommand = {:?}\n# environment: {} (values hidden)\ninherit = {inherit:?}\n{}auto = {}\nresume = {}\n\
         expose = {:?}\nignore = {:?}\n{}",
        without_keys(&spec.command),
        variables.join(", "),
        line("mode", spec.mode.as_deref()),
        spec.auto,
        spec.resume,
        spec.expose,
        spec.ignore,
        line("home", spec.home.as_deref()),
    )
}

/// A command line in which the value of `--key`, `--token` and their like is hidden.
fn without_keys(command: &[String]) -> Vec<String> {
    let names_one = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.starts_with('-') && ["key", "token", "secret", "password"].iter().any(|part| word.contains(part))
    };
    let mut hide_next = false;
    let hidden = |word: &String| {
        let hide = std::mem::replace(&mut hide_next, names_one(word) && !word.contains('='));
        match word.split_once('=') {
            Some((name, _)) if names_one(name) => format!("{name}=(hidden)"),
            _ if hide => "(hidden)".to_owned(),
            _ => word.clone(),
        }
    };
    command.iter().map(hidden).collect()
}

fn show_role(role: &Role) -> String {
    let tools: Vec<String> = role.tools.iter().map(|tool| format!("{tool:?}").to_lowercase()).collect();
    format!(
        "\n[roles.{}]\ndescription = {:?}\n# prompt: {} characters\n{}{}tools = {tools:?}\nwrites = {}\nplan = {}\n",
        role.name,
        role.description,
        role.prompt.chars().count(),
        line("agent", role.agent.as_deref()),
        line("model", role.model.as_deref()),
        role.writes,
        role.plan,
    )
}

/// A key with its text, or a comment where there is none.
fn line(key: &str, text: Option<&str>) -> String {
    text.map_or_else(|| format!("# {key} = not set\n"), |text| format!("{key} = {text:?}\n"))
}

fn not_set() -> String {
    "not set".to_owned()
}

fn quoted_or_none(text: Option<&str>) -> String {
    text.map_or_else(not_set, |text| format!("{text:?}"))
}
