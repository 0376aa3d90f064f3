//! Roles of `skep.toml`: changes to built-in ones, and new ones.

use std::collections::BTreeMap;
use std::path::Path;

use super::document::{Item, Table};
use super::error::{Mistake, nearest};
use super::limits;
use super::people::{is_login, is_login_or_team, names};
use super::reference::keys_under;
use super::resolver::Resolver;
use super::units::parse_duration;
use crate::core::role::{
    Ceiling, ORDER, PROMPT_MAX_CHARS, People, Role, RoleLimits, RoleName, RoleOverride, RoleSource,
    Tool, Tools, built_in, layer,
};
use crate::core::text::mistakes::{self, agent as mistake};

/// GitHub assigns so many to an issue at most.
const PEOPLE: usize = 10;

/// The roles of the file, and which agents they ask for, each with the place that says so.
#[derive(Default)]
pub(super) struct Roles {
    pub by_name: BTreeMap<RoleName, Role>,
    pub agents: Vec<(String, String)>,
}

/// Reads `[roles.<name>]`; each role is laid over the built-in one of its name.
pub(super) fn read(resolver: &mut Resolver<'_>) -> Roles {
    let folder = resolver.sources.file_folder();
    let mut mistakes = Vec::new();
    let mut roles = Roles::default();
    for (name, item) in resolver.root.take_table("roles", &mut mistakes).drain() {
        let at = item.at.clone();
        let name: Result<RoleName, _> = name.parse();
        let name = name.map_err(|error| mistakes.push(Mistake::new(&at, error.to_string())));
        let table = item.table().map_err(|mistake| mistakes.push(mistake));
        let (Ok(name), Ok(table)) = (name, table) else {
            continue;
        };
        resolver.note_table(&format!("roles.{name}"), &table);
        let before = mistakes.len();
        let agent_at = table.get("agent").or(table.get("agents"));
        let agent_at = agent_at.map(|item| item.at.clone());
        let over = change(table, &folder, &mut mistakes);
        let base = built_in(&name).or_else(|| new(&name, &over));
        match base {
            Some(base) => {
                let named = over.agent.iter().chain(&over.fallbacks).cloned();
                roles.agents.extend(
                    agent_at
                        .into_iter()
                        .flat_map(|at| named.clone().map(move |name| (at.clone(), name))),
                );
                roles
                    .by_name
                    .insert(name, layer(base, over, &Ceiling::default()));
            }
            None if mistakes.len() == before => mistakes.push(Mistake::new(at, mistake::NEW_ROLE)),
            None => {}
        }
    }
    resolver.mistakes.append(&mut mistakes);
    roles
}

/// Reads the default role, which must exist.
pub(super) fn read_default(
    resolver: &mut Resolver<'_>,
    roles: &BTreeMap<RoleName, Role>,
) -> Option<RoleName> {
    resolver.meant("default_role", |found| {
        let name: Option<RoleName> = found.text.trim().parse().ok();
        let known = name.filter(|name| built_in(name).is_some() || roles.contains_key(name));
        known.ok_or_else(|| {
            let names = ORDER.into_iter().chain(roles.keys().map(RoleName::as_str));
            let name = found.text.trim();
            mistake::unknown_role(name, nearest(name, names))
        })
    })
}

fn new(name: &RoleName, over: &RoleOverride) -> Option<Role> {
    Some(Role {
        name: name.clone(),
        description: over.description.clone()?,
        prompt: over.prompt.clone()?,
        agent: None,
        model: None,
        tools: Tools::all(),
        writes: true,
        plan: false,
        approve: false,
        suggest: false,
        fallbacks: vec![],
        limits: RoleLimits::default(),
        people: People::default(),
        source: RoleSource::Config,
    })
}

fn change(mut table: Table, folder: &Path, mistakes: &mut Vec<Mistake>) -> RoleOverride {
    let mut over = RoleOverride::empty(RoleSource::Config);
    if let (Some(prompt), Some(file)) = (table.get("prompt"), table.get("prompt_file")) {
        mistakes.push(prompt.wrong(mistakes::twice(&file.at)));
    }
    if let (Some(one), Some(several)) = (table.get("agent"), table.get("agents")) {
        mistakes.push(one.wrong(mistakes::twice(&several.at)));
    }
    for key in keys_under("roles.<name>.") {
        let Some(item) = table.take(key) else {
            continue;
        };
        if let Err(mistake) = put(&mut over, key, item, folder) {
            mistakes.push(mistake);
        }
    }
    table.finish(&keys_under("roles.<name>."), mistakes);
    if over.writes.is_none() {
        over.writes = over.tools.as_ref().map(|tools| tools.contains(Tool::Edit));
    }
    over
}

fn put(over: &mut RoleOverride, key: &str, item: Item, folder: &Path) -> Result<(), Mistake> {
    match key {
        "description" => over.description = Some(words(item)?),
        "prompt" => over.prompt = Some(prompt(item.at.clone(), item.text()?)?),
        "prompt_file" => over.prompt = Some(prompt_file(item, folder)?),
        "agent" => over.agent = Some(words(item)?),
        "agents" => {
            let mut names = item.texts()?.into_iter();
            over.agent = names.next();
            over.fallbacks = names.collect();
        }
        "model" => over.model = Some(words(item)?),
        "tools" => over.tools = Some(tools(item)?),
        "writes" => over.writes = Some(item.switch()?),
        "plan" => over.plan = Some(item.switch()?),
        "approve" => over.approve = Some(item.switch()?),
        "suggest" => over.suggest = Some(item.switch()?),
        "assignees" => over.people.assignees = names(Some(item), PEOPLE, is_login)?,
        "reviewers" => over.people.reviewers = names(Some(item), PEOPLE, is_login_or_team)?,
        "session_timeout" => over.limits.session_timeout_s = Some(seconds(item)?),
        "silence" => over.limits.silence_s = Some(seconds(item)?),
        "sessions" => over.limits.sessions = Some(limits::sessions(item)?),
        "issue_attempts" => over.limits.issue_attempts = Some(number(item)?),
        "issue_time" => over.limits.issue_time_s = Some(seconds(item)?),
        "issue_tokens" => over.limits.issue_tokens = Some(number(item)?),
        "issue_cost" => over.limits.issue_cost = Some(money(item)?),
        _ => return Err(item.wrong(mistakes::source::unknown_key(None))),
    }
    Ok(())
}

fn words(item: Item) -> Result<String, Mistake> {
    let at = item.at.clone();
    let text = item.text()?;
    if text.trim().is_empty() {
        Err(Mistake::new(at, mistakes::EMPTY))
    } else {
        Ok(text.trim().to_owned())
    }
}

fn prompt(at: String, text: String) -> Result<String, Mistake> {
    let length = text.trim().chars().count();
    match length {
        0 => Err(Mistake::new(at, mistake::EMPTY_PROMPT)),
        _ if length > PROMPT_MAX_CHARS => Err(Mistake::new(
            at,
            mistake::long_prompt(length, PROMPT_MAX_CHARS),
        )),
        _ => Ok(text.trim().to_owned()),
    }
}

fn prompt_file(item: Item, folder: &Path) -> Result<String, Mistake> {
    let at = item.at.clone();
    let path = folder.join(item.text()?);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Mistake::new(
            &at,
            mistakes::unreadable(&path.display().to_string(), &error.to_string()),
        )
    })?;
    prompt(at, text)
}

fn tools(item: Item) -> Result<Tools, Mistake> {
    let tool = |item: Item| {
        let at = item.at.clone();
        let name = item.text()?;
        Tool::from_alias(&name).ok_or_else(|| Mistake::new(at, mistake::unknown_tool(&name)))
    };
    item.list()?.into_iter().map(tool).collect()
}

/// A limit, which is never nothing.
fn number(item: Item) -> Result<u64, Mistake> {
    let at = item.at.clone();
    let number = u64::try_from(item.integer()?).ok();
    let wrong = || Mistake::new(at, mistakes::value::FROM_ONE);
    number.filter(|number| *number > 0).ok_or_else(wrong)
}

fn money(item: Item) -> Result<u64, Mistake> {
    let at = item.at.clone();
    let wrong = || Mistake::new(at, mistakes::value::MONEY);
    Some(item.money()?)
        .filter(|money| *money > 0)
        .ok_or_else(wrong)
}

fn seconds(item: Item) -> Result<u64, Mistake> {
    let at = item.at.clone();
    let whole = parse_duration(&item.text()?)
        .filter(|duration| duration.as_secs() >= 1 && duration.subsec_nanos() == 0);
    let wrong = || Mistake::new(at, mistakes::value::SECONDS);
    whole.map(|duration| duration.as_secs()).ok_or_else(wrong)
}
