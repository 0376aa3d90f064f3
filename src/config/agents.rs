//! The agents the operator configured: a preset or another agent of the registry, one with changes, or a command of their own.
//!
//! Variables an agent inherits are resolved here. skep's own variables and GitHub's tokens are never among them: an agent
//! holds no credential of skep.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Item, Table, Value};
use super::error::{ConfigError, Mistake, nearest};
use super::limits;
use super::reach;
use super::reference::keys_under;
use super::resolver::Resolver;
use super::shell_split;
use super::sources::{Found, Sources};
use crate::core::agent::{AgentSpec, Catalogue, KeyPlace};
use crate::core::leavings;
use crate::core::text::mistakes::{self, agent as mistake};
use crate::core::usage::Scope;

/// Who knows agents by one word: the presets, and the others of the registry.
pub type Presets<'a> = &'a dyn Catalogue;

/// Reads `[agents.<name>]`.
pub(super) fn read(
    resolver: &mut Resolver<'_>,
    presets: Presets<'_>,
) -> BTreeMap<String, AgentSpec> {
    let mut agents = BTreeMap::new();
    let mut mistakes = Vec::new();
    for (name, item) in resolver.root.take_table("agents", &mut mistakes).drain() {
        let at = item.at.clone();
        let table = item.table().map_err(|mistake| mistakes.push(mistake));
        let Ok(table) = table else { continue };
        resolver.note_table(&format!("agents.{name}"), &table);
        resolver.note(
            &format!("agents.{name}"),
            &at,
            &beginning(&name, &table, presets),
        );
        if !is_name(&name) {
            mistakes.push(Mistake::new(at, mistake::NAME));
        } else if let Some(spec) = agent(
            Described {
                name: &name,
                at,
                table,
            },
            presets,
            &mut mistakes,
        ) {
            agents.insert(name, spec);
        }
    }
    resolver.mistakes.append(&mut mistakes);
    agents
}

/// Reads which agent is the default one, and adds it when it is known by its name or is a command.
pub(super) fn read_default(
    resolver: &mut Resolver<'_>,
    agents: &mut BTreeMap<String, AgentSpec>,
    presets: Presets<'_>,
) -> Option<String> {
    let Some(found) = resolver.found("agent") else {
        let mut names = agents.keys();
        return names.next().filter(|_| names.next().is_none()).cloned();
    };
    let spec = default_agent(&found, agents, presets).map_err(|what| found.wrong(what));
    let spec = resolver.noted(spec)?;
    let name = spec.name.clone();
    if !agents.contains_key(&name) {
        note_whole(resolver, &spec, &found.at, presets);
    }
    agents.entry(name.clone()).or_insert(spec);
    Some(name)
}

/// An agent that no table describes: one known by its name, or a command line.
fn note_whole(resolver: &mut Resolver<'_>, spec: &AgentSpec, at: &str, presets: Presets<'_>) {
    let path = format!("agents.{}", spec.name);
    match presets.agent(&spec.name) {
        Some(_) => resolver.note(&path, at, &format!("preset {}", spec.name)),
        None => {
            resolver.note(&path, at, "default");
            resolver.note(&format!("{path}.command"), at, "");
        }
    }
}

/// What the values that an agent's table does not say come from.
fn beginning(name: &str, table: &Table, presets: Presets<'_>) -> String {
    match table.get("preset").map(|item| &item.value) {
        Some(Value::Text(preset)) => format!("preset {preset}"),
        _ if presets.agent(name).is_some() => format!("preset {name}"),
        _ => "default".to_owned(),
    }
}

fn default_agent(
    found: &Found,
    agents: &BTreeMap<String, AgentSpec>,
    presets: Presets<'_>,
) -> Result<AgentSpec, String> {
    let text = found.text.trim();
    if let Some(spec) = agents.get(text).cloned().or_else(|| presets.agent(text)) {
        return Ok(spec);
    }
    if is_name(text) {
        return Err(unknown(text, agents, presets));
    }
    let command = shell_split::split(text).map_err(|what| mistake::neither(&what))?;
    let name = command[0]
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let name: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(40)
        .collect();
    let name = if is_name(&name) && !agents.contains_key(&name) {
        name
    } else {
        "command".to_owned()
    };
    let spec = AgentSpec::new(&name, command);
    check_program(&spec.command).map(|()| spec)
}

impl Sources {
    /// The default agent alone, its environment resolved, whatever else the configuration says; none where none is named.
    pub fn agent(&self, presets: Presets<'_>) -> Result<Option<AgentSpec>, ConfigError> {
        let mut resolver = Resolver::new(self);
        resolver.mistakes.clear();
        let mut agents = BTreeMap::new();
        let name = read_default(&mut resolver, &mut agents, presets);
        resolve(&mut resolver, &mut agents);
        if !resolver.mistakes.is_empty() {
            return Err(ConfigError(resolver.mistakes));
        }
        Ok(name.and_then(|name| agents.remove(&name)))
    }
}

/// An agent that something names, and where it does.
pub(super) struct Mention<'a> {
    pub(super) name: &'a str,
    pub(super) at: &'a str,
}

/// Adds an agent known by its name that a role asks for.
pub(super) fn require(
    resolver: &mut Resolver<'_>,
    Mention { name, at }: Mention<'_>,
    agents: &mut BTreeMap<String, AgentSpec>,
    presets: Presets<'_>,
) -> Result<(), Mistake> {
    if !agents.contains_key(name) {
        let spec = presets
            .agent(name)
            .ok_or_else(|| Mistake::new(at, unknown(name, agents, presets)))?;
        note_whole(resolver, &spec, at, presets);
        agents.insert(name.to_owned(), spec);
    }
    Ok(())
}

fn unknown(name: &str, agents: &BTreeMap<String, AgentSpec>, presets: Presets<'_>) -> String {
    let known: Vec<&str> = agents
        .keys()
        .map(String::as_str)
        .chain(presets.presets())
        .collect();
    let known: BTreeSet<&str> = known.into_iter().collect();
    let others = presets.others();
    let near = nearest(name, known.iter().chain(&others).copied());
    let known: Vec<&str> = known.into_iter().collect();
    mistake::unknown(name, &known, near)
}

/// Values of inherited variables, for all agents. What is set explicitly stays.
pub(super) fn resolve(resolver: &mut Resolver<'_>, agents: &mut BTreeMap<String, AgentSpec>) {
    let environment = resolver.sources.environment();
    for spec in agents.values_mut() {
        for wanted in spec.inherit.clone() {
            let prefix = wanted.strip_suffix('*');
            let passed = environment.starting_with(prefix.unwrap_or(&wanted));
            for (name, value) in passed.filter(|(name, _)| prefix.is_some() || *name == wanted) {
                if !is_ours(name) && !spec.environment.contains_key(name) {
                    spec.environment.insert(name.to_owned(), value.to_owned());
                    resolver.note(
                        &format!("agents.{}.environment.{name}", spec.name),
                        "the environment",
                        "",
                    );
                }
            }
        }
    }
}

/// A table `[agents.<name>]`.
struct Described<'a> {
    name: &'a str,
    at: String,
    table: Table,
}

fn agent(
    entry: Described<'_>,
    presets: Presets<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Option<AgentSpec> {
    let Described {
        name,
        at,
        mut table,
    } = entry;
    let base = table
        .take("preset")
        .map(|item| preset(item, presets))
        .transpose();
    let base = base
        .map_err(|mistake| mistakes.push(mistake))
        .ok()?
        .or_else(|| presets.agent(name));
    let mut spec = AgentSpec {
        name: name.to_owned(),
        ..base.unwrap_or_else(|| AgentSpec::new(name, vec![]))
    };
    let lacks_command = spec.command.is_empty() && table.get("command").is_none();
    for key in keys_under("agents.<name>.") {
        let Some(item) = table.take(key) else {
            continue;
        };
        if let Err(mistake) = put(&mut spec, key, item) {
            mistakes.push(mistake);
        }
    }
    table.finish(&keys_under("agents.<name>."), mistakes);
    if lacks_command {
        mistakes.push(Mistake::new(at, mistake::NO_COMMAND));
    }
    Some(spec)
}

fn preset(item: Item, presets: Presets<'_>) -> Result<AgentSpec, Mistake> {
    let at = item.at.clone();
    let name = item.text()?;
    presets
        .agent(&name)
        .ok_or_else(|| Mistake::new(at, unknown(&name, &BTreeMap::new(), presets)))
}

fn put(spec: &mut AgentSpec, key: &str, item: Item) -> Result<(), Mistake> {
    match key {
        "command" => spec.command = command(item)?,
        "environment" => spec.environment.extend(environment(item)?),
        "inherit" => add(&mut spec.inherit, inherit(item)?),
        "mode" => spec.mode = Some(item.text()?),
        "auto" => spec.auto = item.switch()?,
        "resume" => spec.resume = item.switch()?,
        "expose" => {
            spec.expose = item
                .list()?
                .into_iter()
                .map(folder)
                .collect::<Result<_, _>>()?
        }
        "egress_allow" => add(&mut spec.egress, reach::hosts(item)?),
        "home" => spec.home = Some(folder(item)?),
        "ignore" => add(&mut spec.ignore, patterns(item)?),
        "sessions" => spec.sessions = Some(limits::sessions(item)?),
        "memory" => spec.memory = Some(limits::memory(item)?),
        "usage" => spec.usage.scope = scope(item)?,
        "key" => spec.key = key_place(item)?,
        "protocol" => spec.draft_protocol = draft_protocol(item)?,
        _ => return Err(item.wrong(mistakes::source::unknown_key(None))),
    }
    Ok(())
}

/// Adds to what the preset has. A list that begins with all of that is the whole already: `config show` prints such.
fn add(have: &mut Vec<String>, more: Vec<String>) {
    if more.starts_with(have) {
        *have = more
    } else {
        have.extend(more)
    }
}

fn command(item: Item) -> Result<Vec<String>, Mistake> {
    let at = item.at.clone();
    let wrong = |what: String| Mistake::new(&at, what);
    let command = match item.value {
        Value::Text(line) => shell_split::split(&line).map_err(wrong)?,
        _ => item.texts()?,
    };
    check_program(&command).map_err(wrong)?;
    Ok(command)
}

/// An agent starts in its working copy: a relative path there would run what the repository says.
fn check_program(command: &[String]) -> Result<(), String> {
    match command.first().map(String::as_str) {
        None | Some("") => Err(mistake::NO_PROGRAM.to_owned()),
        Some(program) if program.contains('/') && !program.starts_with('/') => {
            Err(mistake::relative_program(program))
        }
        Some(_) => Ok(()),
    }
}

fn environment(item: Item) -> Result<BTreeMap<String, String>, Mistake> {
    let mut variables = BTreeMap::new();
    for (name, value) in item.table()?.drain() {
        if name.is_empty() || name.contains(['=', '\0']) || is_ours(&name) {
            return Err(value.wrong(mistake::VARIABLE));
        }
        variables.insert(name, value.text()?);
    }
    Ok(variables)
}

fn inherit(item: Item) -> Result<Vec<String>, Mistake> {
    let at = item.at.clone();
    let names = item.texts()?;
    match names
        .iter()
        .find(|name| is_ours(name) || matches!(name.as_str(), "" | "*"))
    {
        Some(name) => Err(Mistake::new(at, mistake::never_passed(name))),
        None => Ok(names),
    }
}

/// Patterns of gitignore(5).
pub(super) fn patterns(item: Item) -> Result<Vec<String>, Mistake> {
    let at = item.at.clone();
    let patterns = item.texts()?;
    match patterns
        .iter()
        .find(|pattern| !leavings::is_pattern(pattern))
    {
        Some(pattern) => Err(Mistake::new(at, mistakes::value::pattern(pattern))),
        None => Ok(patterns),
    }
}

/// What its token counts are counts of.
fn scope(item: Item) -> Result<Scope, Mistake> {
    let at = item.at.clone();
    let text = item.text()?;
    let known = Scope::CHOICES.iter().find(|(name, _)| *name == text);
    let wrong = || Mistake::new(at, mistake::USAGE);
    known.map(|(_, scope)| *scope).ok_or_else(wrong)
}

/// Where the key of its model is kept.
fn key_place(item: Item) -> Result<KeyPlace, Mistake> {
    let at = item.at.clone();
    let text = item.text()?;
    let known = KeyPlace::CHOICES.iter().find(|(name, _)| *name == text);
    let wrong = || Mistake::new(at, mistake::KEY);
    known.map(|(_, place)| *place).ok_or_else(wrong)
}

/// The highest version of the protocol that it is asked for; 2 is a draft.
fn draft_protocol(item: Item) -> Result<bool, Mistake> {
    match item.value {
        Value::Integer(1) => Ok(false),
        Value::Integer(2) => Ok(true),
        _ => Err(item.wrong(mistake::PROTOCOL)),
    }
}

/// Credentials of skep: skep's own, and tokens that act as somebody on GitHub.
fn is_ours(name: &str) -> bool {
    name.starts_with("SKEP_")
        || matches!(
            name,
            "GH_TOKEN" | "GITHUB_TOKEN" | "GH_ENTERPRISE_TOKEN" | "GITHUB_ENTERPRISE_TOKEN"
        )
}

fn folder(item: Item) -> Result<String, Mistake> {
    let at = item.at.clone();
    let path = item.text()?;
    if path.starts_with('/') {
        Ok(path)
    } else {
        Err(Mistake::new(at, mistake::relative_folder(&path)))
    }
}

/// `goose`, `my-agent`, `local_llm`.
fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 40
        && text.starts_with(plain)
        && text.chars().all(|c| plain(c) || matches!(c, '-' | '_'))
}
