//! The three sources, laid over each other: flags, environment, `skep.toml`. The only place that reads the process's
//! environment, and with its callers the only one that reads files of the operator.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::args::Args;
use super::document::{Table, Value};
use super::error::{Mistake, nearest};
use super::reference::{ENTRIES, entry_of};
use crate::core::text::mistakes::{source, value};

/// What stands before the name of a target outside GitHub in its variables.
pub(super) const VARIABLES: &str = "SKEP_NOTIFY_";

/// The environment of the process at its start.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, String>,
    unreadable: BTreeSet<String>,
    folder: PathBuf,
}

/// Values are often keys, so none is shown.
impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

impl Environment {
    /// This process's own.
    pub fn of_process() -> Self {
        let mut environment = Self {
            folder: std::env::current_dir().unwrap_or_default(),
            ..Self::default()
        };
        for (name, value) in std::env::vars_os() {
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(environment.values.insert(name, value)),
                Err(_) => drop(environment.unreadable.insert(name)),
            }
        }
        environment
    }

    /// One of that content; relative paths start at `folder`.
    pub fn new<'a>(
        folder: impl Into<PathBuf>,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            values: variables.into_iter().map(own).collect(),
            unreadable: BTreeSet::new(),
            folder: folder.into(),
        }
    }

    /// A variable; an empty one counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.trim().is_empty())
    }

    /// A variable of ours, or one that every program knows, which is also written in small letters; its name and value.
    fn named(&self, name: &str) -> Option<(String, String)> {
        let small = (!name.starts_with("SKEP_")).then(|| name.to_ascii_lowercase());
        let found = |name: &str| Some((name.to_owned(), self.get(name)?.to_owned()));
        found(name).or_else(|| found(&small?))
    }

    /// All variables that begin so.
    pub(super) fn starting_with(&self, prefix: &str) -> impl Iterator<Item = (&str, &str)> {
        let all = self
            .values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        all.filter(move |(name, _)| name.starts_with(prefix))
    }

    /// Where programs are looked for.
    pub fn path(&self) -> String {
        self.get("PATH")
            .unwrap_or("/usr/local/bin:/usr/bin:/bin")
            .to_owned()
    }

    /// The folder that relative paths of flags and variables start at.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Where a value comes from; the order is the order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Flag,
    Variable,
    File,
}

/// A value as it was typed.
#[derive(Clone)]
pub(super) struct Found {
    pub text: String,
    pub rank: Rank,
    /// The flag, the variable, or the file with line and key.
    pub at: String,
    /// What a relative path in it starts from.
    pub folder: PathBuf,
}

impl Found {
    pub(super) fn wrong(&self, what: impl Into<String>) -> Mistake {
        Mistake::new(&self.at, what)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(self.text.trim())
    }
}

/// All three sources, read but not yet understood.
#[derive(Debug, Clone)]
pub struct Sources {
    args: Args,
    environment: Environment,
    file: Option<PathBuf>,
    root: Table,
    /// Of the file as a whole and of unreadable variables.
    mistakes: Vec<Mistake>,
    warnings: Vec<String>,
}

impl Sources {
    /// Reads the file that the flag or the variable names, or the one at its usual place. Mistakes are kept until somebody asks for a meaning.
    pub fn gather(args: Args, environment: Environment) -> Self {
        let mut sources = Self::without_file(args, environment);
        if let Some((file, named)) = sources.which_file() {
            sources.read(&file, named);
        }
        sources
    }

    /// Flags and environment alone, for commands that need no operator.
    pub fn without_file(args: Args, environment: Environment) -> Self {
        let mut sources = Self {
            args,
            environment,
            file: None,
            root: Table::default(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
        };
        sources.look_at_variables();
        sources
    }

    /// The same flags and variables with the file as it is now.
    #[must_use]
    pub fn read_again(&self) -> Self {
        Self::gather(self.args.clone(), self.environment.clone())
    }

    /// Where programs are looked for.
    pub fn path(&self) -> String {
        self.environment.path()
    }

    /// The file that was read, if any.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    pub(super) fn environment(&self) -> &Environment {
        &self.environment
    }

    pub(super) fn root(&self) -> Table {
        self.root.clone()
    }

    pub(super) fn mistakes(&self) -> Vec<Mistake> {
        self.mistakes.clone()
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    /// The folder of the file, where its relative paths start.
    pub(super) fn file_folder(&self) -> PathBuf {
        self.file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(self.environment.folder())
            .to_owned()
    }

    /// The value of a key, by the highest source that says it.
    pub(super) fn find(&self, key: &'static str) -> Result<Option<Found>, Mistake> {
        let entry = entry_of(key);
        let here = || self.environment.folder().to_owned();
        if let Some((flag, text)) = self.args.typed(key) {
            return Ok(Some(Found {
                text,
                rank: Rank::Flag,
                at: flag.to_owned(),
                folder: here(),
            }));
        }
        if let Some((at, text)) = entry.env.and_then(|name| self.environment.named(name)) {
            return Ok(Some(Found {
                text,
                rank: Rank::Variable,
                at,
                folder: here(),
            }));
        }
        let Some(item) = self.root.get(key) else {
            return Ok(None);
        };
        let text = match &item.value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            _ => return Err(item.wrong(value::NO_TEXT)),
        };
        Ok(Some(Found {
            text,
            rank: Rank::File,
            at: item.at.clone(),
            folder: self.file_folder(),
        }))
    }

    /// The data folder as far as it can be told before the file is read.
    pub(super) fn default_data_dir(&self) -> Option<PathBuf> {
        let absolute = |name| {
            self.environment
                .get(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let state =
            absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
        Some(state.join("skep"))
    }

    /// The file to read, and whether somebody named it.
    fn which_file(&self) -> Option<(PathBuf, Option<&'static str>)> {
        let here = self.environment.folder();
        if let Some(path) = &self.args.config {
            return Some((here.join(path), Some("--config")));
        }
        if let Some(path) = self.environment.get("SKEP_CONFIG") {
            return Some((here.join(path), Some("SKEP_CONFIG")));
        }
        let data = self
            .find("data_dir")
            .ok()
            .flatten()
            .map(|found| found.path())
            .or_else(|| self.default_data_dir());
        let usual = std::iter::once(here.to_owned())
            .chain(data)
            .map(|folder| folder.join("skep.toml"));
        usual
            .into_iter()
            .find(|path| path.exists())
            .map(|path| (path, None))
    }

    fn read(&mut self, path: &Path, named: Option<&'static str>) {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let (root, mut mistakes) = Table::parse(&path.display().to_string(), &text);
                if holds_secrets(&root) && is_shared(path) {
                    let file = path.display().to_string();
                    self.warnings.push(source::shared_secrets(&file));
                }
                self.root = root;
                self.mistakes.append(&mut mistakes);
                self.file = Some(path.to_owned());
            }
            Err(error) => {
                let at = named.map_or_else(
                    || path.display().to_string(),
                    |name| format!("{name}: {}", path.display()),
                );
                let what = source::unreadable(&error.to_string());
                self.mistakes.push(Mistake::new(at, what));
            }
        }
    }

    /// Unreadable values are mistakes. Unknown names are only said: a Kubernetes service called `skep` puts `SKEP_PORT`
    /// and its like into every environment.
    fn look_at_variables(&mut self) {
        for entry in &ENTRIES {
            if let Some(name) = entry
                .env
                .filter(|name| self.environment.unreadable.contains(*name))
            {
                self.mistakes.push(Mistake::new(name, source::NOT_UTF8));
            }
        }
        let known: Vec<&str> = ENTRIES
            .iter()
            .filter_map(|entry| entry.env)
            .chain(["SKEP_CONFIG"])
            .collect();
        let ours = self
            .environment
            .starting_with("SKEP_")
            .map(|(name, _)| name);
        // A target's variables have its name in theirs.
        let others = |name: &str| name.starts_with("SKEP_TEST_") || name.starts_with(VARIABLES);
        let unknown = ours.filter(|name| !known.contains(name) && !others(name));
        let said =
            |name: &str| source::unknown_variable(name, nearest(name, known.iter().copied()));
        self.warnings = unknown.map(said).collect();
    }
}

/// Whether a text is a key or certificate itself, where a name, an address or a path was meant.
pub(super) fn is_key(text: &str) -> bool {
    text.contains("-----BEGIN") || text.trim().contains('\n')
}

/// Whether a file says a secret itself.
fn holds_secrets(root: &Table) -> bool {
    let has = |table: &Table, keys: &[&str]| keys.iter().any(|key| table.get(key).is_some());
    let Some(Value::Table(targets)) = root.get("notify").map(|item| &item.value) else {
        return has(root, &["private_key", "webhook_secret", "admin_token"]);
    };
    let mut targets = targets.items();
    let of_target = targets.any(|(_, item)| match &item.value {
        Value::Table(target) => has(target, &["secret"]),
        _ => false,
    });
    of_target || has(root, &["private_key", "webhook_secret", "admin_token"])
}

/// Whether others than its owner can read a file.
pub(super) fn is_shared(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
}
