//! What the configuration came to, for people: every value with where it comes from, no secret among them.

mod target;

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::ExposeSecret;

use super::limits::shown;
use super::limits::{Kind, Numbers, TABLES};
use super::reference::{ENTRIES, entry_of};
use super::resolver::{Origin, hidden};
use super::units::{render_duration, render_money, render_size};
use super::{AllowProtected, Config, LogFormat, MakeReady};
use crate::core::agent::AgentSpec;
use crate::core::agent::SandboxChoice;
use crate::core::leavings::BUILT_IN;
use crate::core::policy::OldGit;
use crate::core::role::{Role, RoleName, built_in};
use crate::core::starter::WhoStarts;
use crate::core::usage::{Price, Scope};

impl Config {
    /// The configuration as a `skep.toml` that means the same, each value with where it comes from. What is not set and what
    /// is secret stands in comments.
    pub fn show(&self) -> String {
        let mut text = match &self.file {
            Some(file) => format!("# {}\n", file.display()),
            None => "# no skep.toml\n".to_owned(),
        };
        for (key, value) in ENTRIES
            .iter()
            .map(|entry| (entry.key, self.value(entry.key)))
        {
            let mute = if value.starts_with('"') { "" } else { "# " };
            text.push_str(&format!("{mute}{key} = {value}  # {}\n", self.from(key)));
        }
        text.push_str(&self.show_lists());
        text.push_str(&self.show_numbers());
        text.push_str(&self.show_start());
        let agents = self
            .agents
            .iter()
            .map(|(name, spec)| self.show_agent(name, spec));
        let roles = self.roles.values().map(|role| self.show_role(role));
        let prices = self
            .prices
            .iter()
            .map(|(name, price)| self.show_price(name, price));
        let targets = self.notify.iter().map(|target| self.show_target(target));
        agents
            .chain(prices)
            .chain(roles)
            .chain(targets)
            .fold(text, |text, table| text + &table)
    }

    fn show_numbers(&self) -> String {
        let numbers = Numbers {
            limits: self.limits.clone(),
            pace: self.pace,
            retention: self.retention,
        };
        let mut text = String::new();
        for (table, settings) in TABLES {
            text.push_str(&format!("\n[{table}]\n"));
            for setting in settings {
                let value = shown(setting.kind, (setting.get)(&numbers));
                let value = if matches!(setting.kind, Kind::Count | Kind::Money) {
                    value
                } else {
                    quoted(&value)
                };
                let key = setting.key;
                let from = self.from(&format!("{table}.{key}"));
                text.push_str(&format!("{key} = {value}  # {from}\n"));
            }
        }
        text
    }

    fn show_start(&self) -> String {
        let who = match &self.issues.who_starts {
            WhoStarts::Right(right) => quoted(&format!("{right:?}").to_lowercase()),
            WhoStarts::Named(starters) => format!(
                "{{ teams = {}, users = {}, codeowners = {} }}",
                list(&starters.teams),
                list(&starters.users),
                starters.codeowners
            ),
        };
        let auto = &self.issues.auto_start;
        format!(
            "\n[start]\nwho = {who}  # {}\n\n[auto_start]\nlabels = {}  # {}\nusers = {}  # {}\n",
            self.from("start.who"),
            list(&auto.labels),
            self.from("auto_start.labels"),
            list(&auto.users),
            self.from("auto_start.users"),
        )
    }

    fn from(&self, key: &str) -> &str {
        self.origins
            .get(key)
            .map_or("default", |origin| origin.at.as_str())
    }

    fn show_lists(&self) -> String {
        let bots: Vec<i64> = self.allowed_bots.iter().map(|id| id.0).collect();
        let protected = match &self.allow_protected {
            AllowProtected::Nothing => "false".to_owned(),
            AllowProtected::Everything => "true".to_owned(),
            AllowProtected::Matching(globs) => list(globs),
        };
        let ready = match self.ready {
            MakeReady::Green => "green",
            MakeReady::Never => "never",
        };
        let values = [
            ("allowed_bots", format!("{bots:?}")),
            ("allow_protected", protected),
            ("uncounted", list(&self.uncounted)),
            ("ignore", list(&self.ignore)),
            ("egress_allow", list(&self.egress_allow)),
            ("author_answers", self.author_answers.to_string()),
            ("ready", quoted(ready)),
            ("readiness", quoted(self.readiness.name())),
            ("base_rules", quoted(self.base_rules.name())),
            ("role_hints", self.issues.roles.hints.to_string()),
            ("issue_types", roles_of(&self.issues.roles.types)),
            ("bug_router", self.issues.roles.router.to_string()),
            ("auto_filed", list(&self.issues.roles.auto_filed)),
            ("label_prefix", quoted(self.issues.words.prefix())),
            ("command", quoted(self.issues.words.command())),
            ("pull_gate", quoted(self.issues.pull_gate.name())),
            ("notifications", quoted(self.issues.notifications.name())),
            ("outsiders", quoted(self.issues.outsiders.name())),
            ("overlaps", quoted(self.issues.overlaps.name())),
            ("stack", self.issues.stack.to_string()),
            ("pin_status", self.issues.pin_status.to_string()),
            ("session_check", self.issues.session_check.to_string()),
            ("approvals", list(&self.issues.approvals)),
            ("off", list(&self.issues.off)),
            (
                "status_file",
                quoted(self.issues.status_file.as_deref().unwrap_or_default()),
            ),
            (
                "dashboard_url",
                quoted(self.issues.dashboard.as_deref().unwrap_or_default()),
            ),
            (
                "priority_field",
                quoted(self.issues.priority_field.as_deref().unwrap_or_default()),
            ),
            ("discover", quoted(self.issues.discover.name())),
            ("onboarding", self.issues.onboarding.to_string()),
            ("recurring", quoted(self.issues.recurring.name())),
        ];
        let lines = values
            .iter()
            .map(|(key, value)| format!("{key} = {value}  # {}\n", self.from(key)));
        lines
            .chain([format!("# ignored besides: {}\n", BUILT_IN.join(" "))])
            .collect()
    }

    fn value(&self, key: &str) -> String {
        let default = || match entry_of(key).default {
            "none" => not_set(),
            // Some defaults are a rule and not a value.
            default if default.contains([' ', '`', '$']) => default.to_owned(),
            default => quoted(default),
        };
        let said = || {
            self.origins
                .get(key)
                .map_or_else(default, |origin| origin.said.clone())
        };
        let github = self.github.as_ref();
        match key {
            "listen" => quoted(&self.listen.to_string()),
            "admin_listen" => quoted(&self.admin_listen.to_string()),
            "data_dir" => quoted(&self.data_dir.display().to_string()),
            "database_url" => self.show_database(),
            "github_api_url" => github.map_or_else(said, |github| quoted(github.api_url.as_str())),
            "github_url" => github.map_or_else(said, |github| quoted(github.web_url.as_str())),
            "agent" => quoted_or_none(self.default_agent.as_deref()),
            "sandbox" => match self.sandbox {
                SandboxChoice::Bubblewrap => "\"bubblewrap\"".to_owned(),
                SandboxChoice::Container(_) => "\"container\"".to_owned(),
                SandboxChoice::None => "\"none\"".to_owned(),
            },
            "old_git" => match self.old_git {
                OldGit::Refuse => "\"refuse\"".to_owned(),
                OldGit::Allow => "\"allow\"".to_owned(),
            },
            "log_format" => match self.logging.format {
                LogFormat::Text => "\"text\"".to_owned(),
                LogFormat::Json => "\"json\"".to_owned(),
            },
            "default_role" => quoted(self.default_role.as_str()),
            "look_again" => quoted(&render_duration(self.look_again)),
            _ => said(),
        }
    }

    /// SQLite's address is a path; others may hold a password.
    fn show_database(&self) -> String {
        let url = self.database_url.expose_secret();
        if url.starts_with("sqlite:") {
            quoted(url)
        } else {
            hidden(url)
        }
    }
}

/// A table of an agent or a role, line by line.
struct Lines<'a> {
    config: &'a Config,
    /// `agents.goose`.
    path: String,
    /// Where a value comes from that the file does not say.
    otherwise: String,
    text: String,
}

impl<'a> Lines<'a> {
    fn new(config: &'a Config, path: String, otherwise: String) -> Self {
        let text = format!("\n[{path}]\n");
        Self {
            config,
            path,
            otherwise,
            text,
        }
    }

    fn at(&self, key: &str) -> Option<&Origin> {
        self.config.origins.get(&format!("{}.{key}", self.path))
    }

    fn from(&self, key: &str) -> &str {
        self.at(key).map_or(&self.otherwise, |origin| &origin.at)
    }

    /// What is set, quoted already where it has to be.
    fn set(&mut self, key: &str, value: &str) {
        let line = format!("{key} = {value}  # {}\n", self.from(key));
        self.text.push_str(&line);
    }

    /// A comment where nothing is set.
    fn set_or_mute(&mut self, key: &str, value: Option<String>) {
        match value {
            Some(value) => self.set(key, &value),
            None => self.mute(key, "not set"),
        }
    }

    fn mute(&mut self, key: &str, value: &str) {
        let line = format!("# {key} = {value}  # {}\n", self.from(key));
        self.text.push_str(&line);
    }
}

impl Config {
    fn show_agent(&self, name: &str, spec: &AgentSpec) -> String {
        let path = format!("agents.{name}");
        let otherwise = self
            .origins
            .get(&path)
            .map_or("default", |origin| &origin.said)
            .to_owned();
        let mut lines = Lines::new(self, path, otherwise);
        if let Some(preset) = lines.at("preset").map(|origin| quoted(&origin.said)) {
            lines.set("preset", &preset);
        }
        lines.set("command", &list(&without_keys(&spec.command)));
        for variable in spec.environment.keys() {
            let key = format!("environment.{variable}");
            lines.mute(&key, "(hidden)");
        }
        lines.set("inherit", &list(&spec.inherit));
        lines.set_or_mute("mode", spec.mode.as_deref().map(quoted));
        lines.set("auto", &spec.auto.to_string());
        lines.set("resume", &spec.resume.to_string());
        lines.set("expose", &list(&spec.expose));
        lines.set("egress_allow", &list(&spec.egress));
        lines.set("ignore", &list(&spec.ignore));
        let usage = Some(spec.usage.scope).filter(|scope| *scope != Scope::Unsaid);
        lines.set_or_mute("usage", usage.map(|scope| quoted(scope.name())));
        lines.set("key", &quoted(spec.key.name()));
        lines.set("protocol", if spec.draft_protocol { "2" } else { "1" });
        lines.set_or_mute("home", spec.home.as_deref().map(quoted));
        lines.set_or_mute("sessions", spec.sessions.map(|most| most.to_string()));
        let memory = spec.memory.map(render_size);
        lines.set_or_mute("memory", memory.as_deref().map(quoted));
        lines.text
    }

    fn show_role(&self, role: &Role) -> String {
        let otherwise = if built_in(&role.name).is_some() {
            "built in"
        } else {
            "default"
        };
        let mut lines = Lines::new(self, format!("roles.{}", role.name), otherwise.to_owned());
        lines.set("description", &quoted(&role.description));
        let file = lines
            .at("prompt_file")
            .map(|origin| self.below_the_file(&origin.said));
        match file {
            Some(file) => lines.set("prompt_file", &quoted(&file)),
            None if lines.at("prompt").is_some() => lines.set("prompt", &quoted(&role.prompt)),
            None => lines.mute(
                "prompt",
                &format!("{} characters", role.prompt.chars().count()),
            ),
        }
        match (&role.agent, role.fallbacks.is_empty()) {
            (Some(agent), false) => {
                let all: Vec<String> = std::iter::once(agent)
                    .chain(&role.fallbacks)
                    .cloned()
                    .collect();
                lines.set("agents", &list(&all));
            }
            (agent, _) => lines.set_or_mute("agent", agent.as_deref().map(quoted)),
        }
        lines.set_or_mute("model", role.model.as_deref().map(quoted));
        let tools: Vec<String> = role
            .tools
            .iter()
            .map(|tool| format!("{tool:?}").to_lowercase())
            .collect();
        lines.set("tools", &list(&tools));
        lines.set("writes", &role.writes.to_string());
        lines.set("plan", &role.plan.to_string());
        lines.set("approve", &role.approve.to_string());
        lines.set("suggest", &role.suggest.to_string());
        let people = |all: &[String]| (!all.is_empty()).then(|| list(all));
        lines.set_or_mute("assignees", people(&role.people.assignees));
        lines.set_or_mute("reviewers", people(&role.people.reviewers));
        lines.set_or_mute(
            "session_timeout",
            role.limits.session_timeout_s.map(seconds),
        );
        let limits = &role.limits;
        lines.set_or_mute("silence", limits.silence_s.map(seconds));
        lines.set_or_mute("sessions", limits.sessions.map(|most| most.to_string()));
        let number = |number: u64| number.to_string();
        lines.set_or_mute("issue_attempts", limits.issue_attempts.map(number));
        lines.set_or_mute("issue_time", limits.issue_time_s.map(seconds));
        lines.set_or_mute("issue_tokens", limits.issue_tokens.map(number));
        lines.set_or_mute("issue_cost", limits.issue_cost.map(render_money));
        lines.text
    }

    fn show_price(&self, name: &str, price: &Price) -> String {
        let path = format!("prices.{}", quoted(name));
        let mut lines = Lines::new(self, path, "default".to_owned());
        lines.path = format!("prices.{name}");
        for (key, amount) in [
            ("input", price.input),
            ("cached", price.cached),
            ("cache_write", price.cache_write),
            ("output", price.output),
        ] {
            lines.set(key, &render_money(amount));
        }
        lines.text
    }

    /// A path of the file as it is from everywhere.
    fn below_the_file(&self, path: &str) -> String {
        let folder = self
            .file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(Path::new(""));
        folder.join(path).display().to_string()
    }
}

/// A command line in which the value of `--key`, `--token` and their like is hidden.
fn without_keys(command: &[String]) -> Vec<String> {
    let names_one = |word: &str| {
        let word = word.to_ascii_lowercase();
        word.starts_with('-')
            && ["key", "token", "secret", "password"]
                .iter()
                .any(|part| word.contains(part))
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

fn not_set() -> String {
    "not set".to_owned()
}

fn quoted_or_none(text: Option<&str>) -> String {
    text.map_or_else(not_set, quoted)
}

/// A text as TOML writes it. JSON's texts are TOML's but for one character (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

fn list(texts: &[String]) -> String {
    format!(
        "[{}]",
        texts
            .iter()
            .map(|text| quoted(text))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

fn roles_of(types: &BTreeMap<String, RoleName>) -> String {
    let pairs: Vec<String> = types
        .iter()
        .map(|(name, role)| format!("{} = {}", quoted(name), quoted(role.as_str())))
        .collect();
    format!("{{ {} }}", pairs.join(", "))
}

fn seconds(seconds: u64) -> String {
    quoted(&render_duration(std::time::Duration::from_secs(seconds)))
}
