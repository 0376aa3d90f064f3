//! What is collected while foreign files are read, and how it is written down for skep.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use super::imported::{Fate, Imported, Line, NewFile};
use crate::repository_policy::{PATH, RepositoryPolicy};
use crate::role::RoleName;
use crate::text::import as says;

/// Commands that fetch packages, with the preset they come from.
const FETCH: [(&str, &str); 12] = [
    ("npm ", "npm"),
    ("pnpm ", "npm"),
    ("yarn", "npm"),
    ("bun ", "npm"),
    ("pip ", "pypi"),
    ("pip3 ", "pypi"),
    ("uv ", "pypi"),
    ("poetry ", "pypi"),
    ("go ", "go"),
    ("cargo ", "crates"),
    ("apt-get ", "debian"),
    ("apt ", "debian"),
];

/// What is known so far.
#[derive(Default)]
pub(super) struct Draft {
    /// Files for the repository, by path.
    files: BTreeMap<String, String>,
    /// Presets of hosts.
    egress: BTreeSet<&'static str>,
    env: BTreeMap<String, String>,
    /// What prepares a working copy, each a script.
    set_up: Vec<String>,
    /// What the repository tells agents.
    told: Vec<String>,
    labels: BTreeSet<String>,
    settings: BTreeMap<&'static str, Value>,
    models: BTreeMap<String, String>,
    lines: Vec<Line>,
}

impl Draft {
    /// Says what became of a line.
    pub(super) fn note(&mut self, (path, line): (&str, usize), what: String, fate: Fate) {
        self.lines.push(Line {
            path: path.to_owned(),
            line,
            what,
            fate,
        });
    }

    /// A role of the repository, as the file of it.
    pub(super) fn role(&mut self, name: &RoleName, text: String) -> String {
        let path = format!(".github/agents/{name}.agent.md");
        self.files.insert(path.clone(), text);
        path
    }

    /// The model of a role, which the operator decides.
    pub(super) fn model(&mut self, role: &str, model: &str) {
        self.models.insert(role.to_owned(), model.to_owned());
    }

    /// A label that starts work.
    pub(super) fn label(&mut self, name: &str) {
        self.labels.insert(name.trim().to_owned());
    }

    /// A setting of the operator's: `limits.sessions`.
    pub(super) fn setting(&mut self, key: &'static str, to: impl Into<Value>) {
        self.settings.insert(key, to.into());
    }

    /// Hosts that a package manager fetches from.
    pub(super) fn opens(&mut self, preset: &'static str) {
        self.egress.insert(preset);
    }

    /// Opens what the commands of a script fetch from.
    pub(super) fn fetches(&mut self, script: &str) {
        for (command, preset) in FETCH {
            let runs = |line: &str| {
                let line = line.trim().trim_start_matches("sudo ");
                line.starts_with(command) || line == command.trim()
            };
            if script.lines().flat_map(|line| line.split("&&")).any(runs) {
                self.opens(preset);
            }
        }
    }

    /// A script that prepares a working copy.
    pub(super) fn set_up(&mut self, script: &str) {
        let script = script.trim();
        if !script.is_empty() {
            self.fetches(script);
            self.set_up.push(script.to_owned());
        }
    }

    /// Words for agents of every role.
    pub(super) fn tells(&mut self, words: &str) {
        let words = words.trim();
        if !words.is_empty() {
            self.told.push(words.to_owned());
        }
    }

    /// A variable of its sessions; what stands against that, if a repository may not set it.
    pub(super) fn variable(&mut self, name: &str, to: &str) -> Result<(), String> {
        let mut all = self.env.clone();
        all.insert(name.to_owned(), to.to_owned());
        let read = RepositoryPolicy::read(&policy(&BTreeSet::new(), &all));
        read.map_err(|mistakes| {
            let wrong = mistakes.first().map(|mistake| mistake.what.clone());
            wrong.unwrap_or_default()
        })?;
        self.env = all;
        Ok(())
    }

    /// All of it, written down.
    pub(super) fn finished(mut self) -> Imported {
        if !self.egress.is_empty() || !self.env.is_empty() {
            let text = format!("{}\n{}", says::POLICY_HEAD, policy(&self.egress, &self.env));
            self.files.insert(PATH.to_owned(), text);
        }
        if !self.set_up.is_empty() || !self.told.is_empty() {
            let text = agents_md(&self.told, &self.set_up);
            self.files.insert("AGENTS.md".to_owned(), text);
        }
        let settings = self.operators();
        let files = self.files.into_iter();
        Imported {
            files: files.map(|(path, text)| NewFile { path, text }).collect(),
            settings,
            lines: self.lines,
        }
    }

    /// Settings for `skep.toml`, as a text of their own.
    fn operators(&self) -> String {
        let mut document = DocumentMut::new();
        let mut put = |key: &str, to: Item| {
            let (path, name) = key.rsplit_once('.').unwrap_or(("", key));
            let mut table: &mut Table = document.as_table_mut();
            for part in path.split('.').filter(|part| !part.is_empty()) {
                let below = table.entry(part).or_insert(Item::Table(Table::new()));
                let Some(found) = below.as_table_mut() else {
                    return;
                };
                // `[roles]` above `[roles.swe]` says nothing.
                found.set_implicit(true);
                table = found;
            }
            table.insert(name, to);
        };
        for (key, to) in &self.settings {
            put(key, value(to.clone()));
        }
        if !self.labels.is_empty() {
            let labels: Array = self.labels.iter().map(String::as_str).collect();
            put("auto_start.labels", value(labels));
        }
        for (role, model) in &self.models {
            put(&format!("roles.{role}.model"), value(model.as_str()));
        }
        document.to_string()
    }
}

fn policy(egress: &BTreeSet<&'static str>, env: &BTreeMap<String, String>) -> String {
    let mut document = DocumentMut::new();
    if !egress.is_empty() {
        let presets: Array = egress.iter().copied().collect();
        document.insert("egress_allow", value(presets));
    }
    if !env.is_empty() {
        let mut table = Table::new();
        for (name, to) in env {
            table.insert(name, value(to.as_str()));
        }
        document.insert("env", Item::Table(table));
    }
    document.to_string()
}

fn agents_md(told: &[String], set_up: &[String]) -> String {
    let mut text = String::new();
    for words in told {
        text.push_str(&format!("{words}\n\n"));
    }
    if !set_up.is_empty() {
        text.push_str(&format!("{}\n", says::SET_UP));
        for script in set_up {
            text.push_str(&format!("\n```sh\n{script}\n```\n"));
        }
    }
    format!("{}\n", text.trim_end())
}
