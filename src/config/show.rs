//! What the configuration came to, for people: every value with where it comes from, no secret among them.

use secrecy::ExposeSecret;

use super::limits::{KNOBS, Numbers};
use super::reading::hidden;
use super::reference::{ENTRIES, entry_of, shown};
use super::{AllowProtected, Config, LogFormat, MakeReady, OldGit, Sandbox};
use crate::core::leavings::BUILT_IN;
use crate::core::role::Role;

impl Config {
    /// The configuration as lines of `key = value  # where from`.
    pub fn show(&self) -> String {
        let mut text = match &self.file {
            Some(file) => format!("# {}\n", file.display()),
            None => "# no skep.toml\n".to_owned(),
        };
        for (key, value) in ENTRIES.iter().map(|entry| (entry.key, self.value(entry.key))) {
            let from = self.origins.get(key).map_or("default", |origin| origin.at.as_str());
            text.push_str(&format!("{key} = {value}  # {from}\n"));
        }
        text.push_str(&self.show_lists());
        text.push_str("\n[limits]\n");
        let numbers = Numbers { limits: self.limits.clone(), pace: self.pace };
        for knob in &KNOBS {
            text.push_str(&format!("{} = {}\n", knob.key, shown(knob.kind, (knob.get)(&numbers))));
        }
        for (name, spec) in &self.agents {
            let variables: Vec<&str> = spec.environment.keys().map(String::as_str).collect();
            text.push_str(&format!(
                "\n[agents.{name}]\ncommand = {:?}\nenvironment = {variables:?}  # values hidden\nmode = {}\nauto = {}\n\
                 resume = {}\nexpose = {:?}\nhome = {}\nignore = {:?}\n",
                spec.command,
                quoted_or_none(spec.mode.as_deref()),
                spec.auto,
                spec.resume,
                spec.expose,
                quoted_or_none(spec.home.as_deref()),
                spec.ignore,
            ));
        }
        self.roles.values().map(show_role).fold(text, |text, role| text + &role)
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
        format!(
            "allowed_bots = {bots:?}\nallow_protected = {protected}\nignore = {:?}  # besides {}\nauthor_answers = {}\nready = {ready:?}\n",
            self.ignore,
            BUILT_IN.join(" "),
            self.author_answers
        )
    }

    fn value(&self, key: &str) -> String {
        let default = || match entry_of(key).default {
            "none" => not_set(),
            default => default.to_owned(),
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

fn show_role(role: &Role) -> String {
    let tools: Vec<String> = role.tools.iter().map(|tool| format!("{tool:?}").to_lowercase()).collect();
    format!(
        "\n[roles.{}]\ndescription = {:?}\nprompt = {} characters\nagent = {}\nmodel = {}\ntools = {tools:?}\nwrites = {}\nplan = {}\n",
        role.name,
        role.description,
        role.prompt.chars().count(),
        quoted_or_none(role.agent.as_deref()),
        quoted_or_none(role.model.as_deref()),
        role.writes,
        role.plan,
    )
}

fn not_set() -> String {
    "not set".to_owned()
}

fn quoted_or_none(text: Option<&str>) -> String {
    text.map_or_else(not_set, |text| format!("{text:?}"))
}
