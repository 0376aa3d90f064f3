//! One pass over the sources: every value is looked up, understood or noted as a mistake, and its origin remembered.

use std::collections::BTreeMap;

use super::document::{Item, Table};
use super::mistake::Mistake;
use super::sources::{Found, Sources, is_key};

/// Where a value comes from and how it was written, fit to be shown.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub at: String,
    pub said: String,
}

/// Keys whose values are never shown.
pub(super) const SECRET: [&str; 7] = [
    "admin_token",
    "database_url",
    "private_key",
    "webhook_secret",
    "webhook_secret_previous",
    "https_proxy",
    "http_proxy",
];

/// Those that may hold several lines. Whatever else looks like a key is refused before anything can repeat it.
const MAY_BE_KEYS: [&str; 3] = ["private_key", "webhook_secret", "webhook_secret_previous"];

impl Origin {
    fn of(key: &str, found: &Found) -> Self {
        let said = if SECRET.contains(&key) { hidden(&found.text) } else { format!("{:?}", found.text) };
        Self { at: found.at.clone(), said }
    }
}

/// What may be said of a secret.
pub(super) fn hidden(secret: &str) -> String {
    format!("set ({} characters)", secret.trim().chars().count())
}

/// The pass.
pub(super) struct Reading<'a> {
    pub sources: &'a Sources,
    /// What of the file nobody has taken yet.
    pub root: Table,
    pub mistakes: Vec<Mistake>,
    pub warnings: Vec<String>,
    /// Where each value that somebody gave comes from.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl<'a> Reading<'a> {
    pub fn new(sources: &'a Sources) -> Self {
        Self {
            sources,
            root: sources.root(),
            mistakes: sources.mistakes(),
            warnings: sources.warnings(),
            origins: BTreeMap::new(),
        }
    }

    /// The value of a key as typed.
    pub fn found(&mut self, key: &'static str) -> Option<Found> {
        self.root.take(key);
        let found = self.sources.find(key);
        let found = self.noted(found)?;
        if let Some(found) = found.as_ref().filter(|found| is_key(&found.text) && !MAY_BE_KEYS.contains(&key)) {
            let way = if key == "private_key_file" {
                "not the path of a file: give it as SKEP_PRIVATE_KEY instead"
            } else {
                "which does not belong here"
            };
            self.mistakes.push(found.wrong(format!("holds a key, {way}")));
            return None;
        }
        if let Some(found) = &found {
            self.origins.insert(key, Origin::of(key, found));
        }
        found
    }

    /// The value of a key as meant.
    pub fn meant<T>(&mut self, key: &'static str, parse: impl FnOnce(&Found) -> Result<T, String>) -> Option<T> {
        let found = self.found(key)?;
        let parsed = parse(&found).map_err(|what| found.wrong(what));
        self.noted(parsed)
    }

    /// The value, or its mistake on the list.
    pub fn noted<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.mistakes.push(mistake)).ok()
    }

    /// Where a key is said, for mistakes that show only later.
    pub fn at(&self, key: &str) -> String {
        self.origins.get(key).map_or_else(|| key.to_owned(), |origin| origin.at.clone())
    }

    /// A key that only the file has.
    pub fn of_file<T>(&mut self, key: &'static str, parse: impl FnOnce(Item) -> Result<T, Mistake>) -> Option<T> {
        let item = self.root.take(key)?;
        self.origins.insert(key, Origin { at: item.at.clone(), said: String::new() });
        let parsed = parse(item);
        self.noted(parsed)
    }
}
