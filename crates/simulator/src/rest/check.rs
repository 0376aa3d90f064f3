//! Check runs, suites and commit statuses.
//!
//! It exists as the skin over the world's checks. <https://docs.github.com/rest/checks>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::git_commands;
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::repository::{broken, found_commit};
use crate::world::check::CheckDraft;
use crate::world::repository::{CheckRun, Status};

fn draft(call: &Call) -> CheckDraft {
    CheckDraft {
        name: call.owned("name"),
        head_sha: call.owned("head_sha").unwrap_or_default(),
        status: call.owned("status"),
        conclusion: call.owned("conclusion"),
        external_id: call.owned("external_id"),
        details_url: call.owned("details_url"),
        output: call.body.get("output").cloned(),
        actions: call
            .body
            .get("actions")
            .and_then(Value::as_array)
            .map_or(0, Vec::len),
        ..CheckDraft::default()
    }
}

/// The commit a text names, kept for the webhooks about it: the world has only the newest 100 of each push.
async fn kept_commit(call: &Call, revision: &str) -> Result<String, ApiError> {
    let info = found_commit(call, revision).await?;
    let sha = info.sha.clone();
    call.change(|world| world.keep_commit(info));
    Ok(sha)
}

/// The commit a text names; 422 when there is none.
async fn commit(call: &Call, revision: &str) -> Result<String, ApiError> {
    let dir = call.read(|world| {
        world
            .repository(call.repository)
            .map(|home| home.git_dir.clone())
    })?;
    let found = git_commands::resolve(&dir, revision)
        .await
        .map_err(|fault| broken(&fault))?;
    let missing = || ApiError::new(422, &format!("No commit found for SHA: {revision}"));
    found.map(|sha| sha.as_str().to_owned()).ok_or_else(missing)
}

fn shown(call: &Call, id: i64) -> Result<Value, ApiError> {
    call.read(|world| {
        let home = world.repository(call.repository)?;
        let check = home
            .checks
            .iter()
            .find(|check| check.id == id)
            .ok_or_else(ApiError::not_found)?;
        Ok(world.check_json(home, check))
    })
}

/// `POST /repos/{owner}/{repo}/check-runs`
pub(super) async fn create(call: Call) -> Answer {
    call.wanted("name")?;
    let head_sha = kept_commit(&call, call.wanted("head_sha")?).await?;
    let (draft, actor) = (
        CheckDraft {
            head_sha,
            ..draft(&call)
        },
        call.actor(),
    );
    let id = call.change(|world| {
        let slug = world.app.slug.clone();
        world.create_check(call.repository, &slug, &draft, &actor)
    })?;
    Reply::created(shown(&call, id)?)
}

/// `GET /repos/{owner}/{repo}/check-runs/{check}`
pub(super) async fn get(call: Call) -> Answer {
    Reply::ok(shown(&call, call.number("check")?)?)
}

/// `PATCH /repos/{owner}/{repo}/check-runs/{check}`: only of the App that made it.
pub(super) async fn update(call: Call) -> Answer {
    let (id, draft, actor) = (call.number("check")?, draft(&call), call.actor());
    call.change(|world| {
        let slug = world.app.slug.clone();
        let own = world.repository(call.repository)?.checks.iter().find(|c| c.id == id).map(|c| c.app == slug);
        match own {
            None => Err(ApiError::not_found()),
            Some(false) if on(Rule::CheckForeign) => Err(ApiError::new(
                403,
                "Invalid app_id - check run can only be modified by the GitHub App that created it.",
            )),
            Some(_) => world.update_check(call.repository, id, &draft, &actor),
        }
    })?;
    Reply::ok(shown(&call, id)?)
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/check-runs`
pub(super) async fn list(call: Call) -> Answer {
    call.choice("status", &["queued", "in_progress", "completed"])?;
    call.choice("filter", &["latest", "all"])?;
    let sha = commit(&call, call.value("sha")).await?;
    let asked = |name: &str, value: &str| call.query(name).is_none_or(|asked| asked == value);
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let fits = |c: &&CheckRun| {
            c.head_sha == sha && asked("check_name", &c.name) && asked("status", &c.status)
        };
        // Unless all are asked for, a run that was repeated shows once, as it is now.
        let newest = |c: &&CheckRun| {
            let same = |other: &&CheckRun| other.suite == c.suite && other.name == c.name;
            call.query("filter").is_some_and(|filter| filter == "all")
                || home
                    .checks
                    .iter()
                    .rfind(same)
                    .is_some_and(|last| last.id == c.id)
                || !on(Rule::CheckNewest)
        };
        let shown = home.checks.iter().filter(fits).filter(newest);
        Ok::<_, ApiError>(shown.map(|check| world.check_json(home, check)).collect())
    })?;
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(json!({ "total_count": total, "check_runs": page }), link)
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/check-suites`
pub(super) async fn suites(call: Call) -> Answer {
    let sha = commit(&call, call.value("sha")).await?;
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let here = home.suites.iter().filter(|(_, head, ..)| *head == sha);
        Ok::<_, ApiError>(here.map(|(id, ..)| world.suite_json(home, *id)).collect())
    })?;
    let total = all.len();
    let (page, link) = call.slice(all);
    Reply::page(json!({ "total_count": total, "check_suites": page }), link)
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/status`
pub(super) async fn combined(call: Call) -> Answer {
    let sha = commit(&call, call.value("sha")).await?;
    Reply::ok(call.read(|world| {
        world
            .repository(call.repository)
            .map(|home| world.combined_json(home, &sha))
    })?)
}

/// `GET /repos/{owner}/{repo}/commits/{ref}/statuses`
pub(super) async fn statuses(call: Call) -> Answer {
    let sha = commit(&call, call.value("sha")).await?;
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        let here = home
            .statuses
            .iter()
            .rev()
            .filter(|status| status.sha == sha);
        Ok::<_, ApiError>(here.map(|status| world.status_json(home, status)).collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `POST /repos/{owner}/{repo}/statuses/{sha}`
pub(super) async fn create_status(call: Call) -> Answer {
    let state = call.wanted("state")?.to_owned();
    let sha = kept_commit(&call, call.value("sha")).await?;
    let actor = call.actor();
    let status = Status {
        id: 0,
        sha,
        state,
        context: call
            .owned("context")
            .unwrap_or_else(|| "default".to_owned()),
        description: call.owned("description"),
        target_url: call.owned("target_url"),
        creator: actor.clone(),
        created_at: 0,
    };
    let made = call.change(|world| {
        let id = world.create_status(call.repository, status, &actor)?;
        let home = world.repository(call.repository)?;
        let status = home
            .statuses
            .iter()
            .find(|status| status.id == id)
            .ok_or_else(ApiError::not_found)?;
        Ok::<_, ApiError>(world.status_json(home, status))
    });
    Reply::created(made?)
}
