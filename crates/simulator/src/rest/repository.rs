//! A repository, who may what in it, its files, branches and commits.
//!
//! It exists so that a client reads what git holds. <https://docs.github.com/rest/repos>

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::git_commands;
use crate::git::git_commands::GitFault;
use crate::git::inspect;
use crate::git::inspect::{CommitInfo, Entry};
use crate::ids::Sha;
use crate::json::git::{ContentPath, content_json, directory_json};
use crate::rest::call::{Answer, Call, Reply};
use crate::world::facts::World;

/// A broken git is GitHub's 500.
pub(super) fn broken(fault: &GitFault) -> ApiError {
    tracing::error!(%fault, "the simulator's git failed");
    ApiError::new(500, "Server Error")
}

/// `GET /repos/{owner}/{repo}`
pub(super) async fn get(call: Call) -> Answer {
    Reply::ok(call.read(|world| {
        world
            .repository(call.repository)
            .map(|r| world.repository_json(r))
    })?)
}

/// `GET /repos/{owner}/{repo}/collaborators/{login}/permission`
pub(super) async fn permission(call: Call) -> Answer {
    let shown = call.read(|world| {
        let login = call.value("login");
        if world.user(login).is_none() && on(Rule::UnknownPerson) {
            return Err(ApiError::new(404, &format!("{login} is not a user")));
        }
        Ok(world.permission_json(world.repository(call.repository)?, login))
    });
    Reply::ok(shown?)
}

/// `GET /repos/{owner}/{repo}/contents/{path}`
pub(super) async fn contents(call: Call) -> Answer {
    let path = call.value("path").to_owned();
    let (dir, url, asked, head) = call.read(|world| {
        let home = world.repository(call.repository)?;
        let asked = call.query("ref").unwrap_or(&home.default_branch);
        Ok::<_, ApiError>((
            home.git_dir.clone(),
            world.repository_url(home),
            asked.to_owned(),
            home.heads.get(asked).and_then(|sha| sha.parse().ok()),
        ))
    })?;
    let commit = match head {
        Some(head) => Some(head),
        None => git_commands::resolve(&dir, &asked)
            .await
            .map_err(|fault| broken(&fault))?,
    };
    let Some(commit) = commit else {
        let empty = call.query("ref").is_none();
        let message = if empty {
            "This repository is empty.".to_owned()
        } else {
            format!("No commit found for the ref {asked}")
        };
        return Err(ApiError::new(404, &message));
    };
    let shown = ContentPath {
        url: &url,
        path: &path,
        revision: &asked,
    };
    match inspect::entry(&dir, &commit, &path)
        .await
        .map_err(|fault| broken(&fault))?
    {
        None => Err(ApiError::not_found()),
        Some(Entry::Directory(listed)) => Reply::ok(directory_json(shown, &listed)),
        Some(Entry::File { bytes, .. }) if call.accept.contains("raw") => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Reply {
                text: Some(text),
                ..Reply::new(200, Value::Null)
            })
        }
        Some(Entry::File { sha, bytes }) => Reply::ok(content_json(shown, &sha, &bytes)),
    }
}

fn head(world: &World, call: &Call) -> Result<String, ApiError> {
    let home = world.repository(call.repository)?;
    if home.heads.is_empty() && on(Rule::EmptyRepository) {
        return Err(ApiError::new(409, "Git Repository is empty."));
    }
    home.heads
        .get(call.value("branch"))
        .cloned()
        .ok_or_else(ApiError::not_found)
}

/// `GET /repos/{owner}/{repo}/git/ref/heads/{branch}`
pub(super) async fn git_ref(call: Call) -> Answer {
    let shown = call.read(|world| {
        let sha = head(world, &call)?;
        let name = format!("refs/heads/{}", call.value("branch"));
        let url = world.repository_url(world.repository(call.repository)?);
        Ok::<Value, ApiError>(json!({
            "ref": name,
            "node_id": format!("REF_{sha}"),
            "url": format!("{url}/git/{name}"),
            "object": { "type": "commit", "sha": sha, "url": format!("{url}/git/commits/{sha}") },
        }))
    });
    Reply::ok(shown?)
}

/// `GET /repos/{owner}/{repo}/branches/{branch}`
pub(super) async fn branch(call: Call) -> Answer {
    let (sha, protected, contexts, url) = call.read(|world| {
        let home = world.repository(call.repository)?;
        let sha = home.heads.get(call.value("branch")).cloned();
        let sha = sha.ok_or_else(|| ApiError::new(404, "Branch not found"))?;
        let required = home
            .required
            .get(call.value("branch"))
            .map(|(classic, _)| classic.clone())
            .unwrap_or_default();
        let protected = home.is_protected(call.value("branch"));
        Ok::<_, ApiError>((sha, protected, required, world.repository_url(home)))
    })?;
    let name = call.value("branch").to_owned();
    let address = format!("{url}/branches/{name}");
    let sha = sha.parse().map_err(|_| no_commit(&sha))?;
    let commit = commit_at(&call, &sha).await?;
    let commit = call.read(|world| {
        world
            .repository(call.repository)
            .map(|home| world.commit_json(home, &commit))
    })?;
    Reply::ok(json!({
        "name": name,
        "commit": commit,
        "_links": { "self": address, "html": address },
        "protected": protected,
        "protection": { "enabled": protected, "required_status_checks": required(&contexts) },
        "protection_url": format!("{address}/protection"),
    }))
}

fn required(contexts: &[String]) -> Value {
    let level = if contexts.is_empty() {
        "off"
    } else {
        "everyone"
    };
    let checks: Vec<Value> = contexts
        .iter()
        .map(|name| json!({ "context": name, "app_id": null }))
        .collect();
    json!({ "enforcement_level": level, "contexts": contexts, "checks": checks })
}

/// `GET /repos/{owner}/{repo}/rules/branches/{branch}`: also for a branch that does not exist.
pub(super) async fn rules(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let rules = home.required.get(call.value("branch")).filter(|(_, rules)| !rules.is_empty());
        let shown = rules.map(|(_, names)| {
            let checks: Vec<Value> = names.iter().map(|name| json!({ "context": name })).collect();
            let parameters = json!({ "required_status_checks": checks, "strict_required_status_checks_policy": false });
            json!({ "type": "required_status_checks", "parameters": parameters, "ruleset_id": 1,
                    "ruleset_source_type": "Repository", "ruleset_source": home.full_name() })
        });
        let sets = home.rulesets.iter().filter(|set| set.branch == call.value("branch"));
        let sets = sets.flat_map(|set| set.applied(&home.full_name()));
        Ok::<_, ApiError>(shown.into_iter().chain(sets).collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(Value::Array(page), link)
}

/// `GET /repos/{owner}/{repo}/rulesets/{ruleset_id}`
pub(super) async fn ruleset(call: Call) -> Answer {
    let id = call.value("ruleset").to_owned();
    let shown = call.read(|world| {
        let home = world.repository(call.repository)?;
        let set = home.rulesets.iter().find(|set| set.id.to_string() == id);
        let set = set.filter(|set| set.bypass.name().is_some() || !on(Rule::RulesetHidden));
        let set = set.ok_or_else(|| ApiError::new(404, "Not Found"))?;
        Ok::<_, ApiError>(set.json(&home.full_name(), &world.repository_url(home)))
    })?;
    Reply::ok(shown)
}

/// `GET /repos/{owner}/{repo}/branches`
pub(super) async fn branches(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        Ok::<_, ApiError>(
            home.heads
                .iter()
                .map(|(name, sha)| world.branch_json(home, name, sha))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(Value::Array(page), link)
}

/// `GET /repos/{owner}/{repo}/commits/{ref}`
pub(super) async fn commit(call: Call) -> Answer {
    let revision = call.value("sha").to_owned();
    let found = found_commit(&call, &revision).await?;
    Reply::ok(call.read(|world| {
        world
            .repository(call.repository)
            .map(|home| world.commit_json(home, &found))
    })?)
}

/// The commit a text names, as git tells of it; 422 when there is none.
pub(super) async fn found_commit(call: &Call, revision: &str) -> Result<CommitInfo, ApiError> {
    let sha = git_commands::resolve(&git_dir(call)?, revision)
        .await
        .map_err(|fault| broken(&fault))?
        .ok_or_else(|| no_commit(revision))?;
    commit_at(call, &sha).await
}

/// A commit that is there, as git tells of it.
async fn commit_at(call: &Call, sha: &Sha) -> Result<CommitInfo, ApiError> {
    inspect::commit_info(&git_dir(call)?, sha)
        .await
        .map_err(|fault| broken(&fault))?
        .ok_or_else(|| no_commit(sha.as_str()))
}

fn no_commit(revision: &str) -> ApiError {
    ApiError::new(422, &format!("No commit found for SHA: {revision}"))
}

pub(super) fn git_dir(call: &Call) -> Result<PathBuf, ApiError> {
    call.read(|world| {
        world
            .repository(call.repository)
            .map(|home| home.git_dir.clone())
    })
}
