//! One pass over the sources: every value is looked up, understood or noted as a mistake, and its origin remembered.

use std::collections::BTreeMap;

use super::document::{Item, Table, Value};
use super::error::Mistake;
use super::sources::{Found, Sources, is_key};
use crate::core::text::mistakes::credential;

/// Where a value comes from and how it was written, fit to be shown.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub at: String,
    pub said: String,
}

/// Keys whose values are never shown.
pub(super) const SECRET: [&str; 9] = [
    "admin_token",
    "database_url",
    "private_key",
    "webhook_secret",
    "webhook_secret_previous",
    "client_secret",
    "https_proxy",
    "http_proxy",
    "otlp_headers",
];

/// Those that may hold several lines. Whatever else looks like a key is refused before anything can repeat it.
const MAY_BE_KEYS: [&str; 3] = ["private_key", "webhook_secret", "webhook_secret_previous"];

impl Origin {
    fn of(key: &str, found: &Found) -> Self {
        let said = if SECRET.contains(&key) {
            hidden(&found.text)
        } else {
            serde_json::Value::from(found.text.as_str()).to_string()
        };
        Self {
            at: found.at.clone(),
            said,
        }
    }
}

/// Whether the words of an agent or a role may be kept: which preset, which file.
fn is_harmless(path: &str) -> bool {
    let words: Vec<&str> = path.split('.').collect();
    matches!(
        words.as_slice(),
        ["agents", _, "preset"] | ["roles", _, "prompt_file"]
    )
}

/// What may be said of a secret.
pub(super) fn hidden(secret: &str) -> String {
    format!("set ({} characters)", secret.trim().chars().count())
}

pub(super) struct Resolver<'a> {
    pub sources: &'a Sources,
    /// What of the file nobody has taken yet.
    pub root: Table,
    pub mistakes: Vec<Mistake>,
    pub warnings: Vec<String>,
    /// Where each value that somebody gave comes from.
    pub origins: BTreeMap<String, Origin>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            root: sources.root(),
            mistakes: sources.mistakes(),
            warnings: sources.warnings(),
            origins: BTreeMap::new(),
        }
    }

    /// The value of a key as typed.
    pub(super) fn found(&mut self, key: &'static str) -> Option<Found> {
        self.root.take(key);
        let found = self.sources.find(key);
        let found = self.noted(found)?;
        if let Some(found) = found
            .as_ref()
            .filter(|found| is_key(&found.text) && !MAY_BE_KEYS.contains(&key))
        {
            let what = if key == "private_key_file" {
                credential::KEY_AS_PATH
            } else {
                credential::KEY_ELSEWHERE
            };
            self.mistakes.push(found.wrong(what));
            return None;
        }
        if let Some(found) = &found {
            self.origins.insert(key.to_owned(), Origin::of(key, found));
        }
        found
    }

    /// The value of a key as meant.
    pub(super) fn meant<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&Found) -> Result<T, String>,
    ) -> Option<T> {
        let found = self.found(key)?;
        let parsed = parse(&found).map_err(|what| found.wrong(what));
        self.noted(parsed)
    }

    /// The value, or its mistake on the list.
    pub(super) fn noted<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// Where a key is said, for mistakes that show only later.
    pub(super) fn at(&self, key: &str) -> String {
        self.origins
            .get(key)
            .map_or_else(|| key.to_owned(), |origin| origin.at.clone())
    }

    /// Remembers where a value comes from.
    pub(super) fn note(&mut self, key: &str, at: &str, said: &str) {
        self.origins.insert(
            key.to_owned(),
            Origin {
                at: at.to_owned(),
                said: said.to_owned(),
            },
        );
    }

    /// Remembers where each value below `[path]` comes from; what they are may be secret, so only what is looked up by its words
    /// is kept.
    pub(super) fn note_table(&mut self, path: &str, table: &Table) {
        for (key, item) in table.items() {
            let path = format!("{path}.{key}");
            match &item.value {
                Value::Table(below) => self.note_table(&path, below),
                Value::Text(text) if is_harmless(&path) => self.note(&path, &item.at, text),
                _ => self.note(&path, &item.at, ""),
            }
        }
    }

    /// A key that only the file has.
    pub(super) fn of_file<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(Item) -> Result<T, Mistake>,
    ) -> Option<T> {
        let item = self.root.take(key)?;
        self.note(key, &item.at, "");
        let parsed = parse(item);
        self.noted(parsed)
    }
}
