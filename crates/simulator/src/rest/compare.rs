//! Two commits compared.
//!
//! It exists so that a client learns whether one commit is part of a branch, and what came after it.
//! <https://docs.github.com/rest/commits/commits#compare-two-commits>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::git::git_commands;
use crate::git::inspect::{self, Divergence};
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::repository::{broken, git_dir};
use crate::world::facts::World;

/// `GET /repos/{owner}/{repo}/compare/{basehead}`: `main...feature`, by names or commits of the repository itself.
pub(super) async fn get(call: Call) -> Answer {
    let basehead = call.value("basehead").to_owned();
    let (base, head) = basehead.split_once("...").ok_or_else(ApiError::not_found)?;
    let dir = git_dir(&call)?;
    let mut ends = Vec::new();
    for name in [base, head] {
        let found = git_commands::resolve(&dir, name)
            .await
            .map_err(|fault| broken(&fault))?;
        ends.push(found.ok_or_else(ApiError::not_found)?);
    }
    let [from, to] = &ends[..] else {
        return Err(ApiError::not_found());
    };
    let parted = inspect::divergence(&dir, from, to)
        .await
        .map_err(|fault| broken(&fault))?;
    let parted = parted.ok_or_else(ApiError::not_found)?;
    let named = [from.as_str(), parted.common.as_str()];
    let mut known = Vec::new();
    for sha in named {
        let sha = sha.parse().map_err(|_| ApiError::not_found())?;
        let commit = inspect::commit_info(&dir, &sha)
            .await
            .map_err(|fault| broken(&fault))?;
        known.push(commit.ok_or_else(ApiError::not_found)?);
    }
    let shown = call.read(|world| {
        let home = world.repository(call.repository)?;
        let commits = known.iter().chain(&parted.commits);
        Ok::<_, ApiError>(
            commits
                .map(|commit| world.commit_json(home, commit))
                .collect::<Vec<Value>>(),
        )
    })?;
    let mut shown = shown.into_iter();
    let (base, common) = (shown.next(), shown.next());
    let (page, link) = call.slice(shown.collect());
    let compared = Compared {
        parted: &parted,
        base,
        common,
        page,
    };
    let body = call.read(|world| comparison(world, &call, &basehead, compared))?;
    Reply::page(body, link)
}

struct Compared<'a> {
    parted: &'a Divergence,
    base: Option<Value>,
    common: Option<Value>,
    page: Vec<Value>,
}

fn comparison(
    world: &World,
    call: &Call,
    basehead: &str,
    compared: Compared<'_>,
) -> Result<Value, ApiError> {
    let Compared {
        parted,
        base,
        common,
        page: commits,
    } = compared;
    let home = world.repository(call.repository)?;
    let page = format!("{}/compare/{basehead}", world.repository_page(home));
    let status = match (parted.ahead, parted.behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    Ok(json!({
        "url": format!("{}/compare/{basehead}", world.repository_url(home)),
        "html_url": page,
        "permalink_url": page,
        "diff_url": format!("{page}.diff"),
        "patch_url": format!("{page}.patch"),
        "base_commit": base,
        "merge_base_commit": common,
        "status": status,
        "ahead_by": parted.ahead,
        "behind_by": parted.behind,
        "total_commits": parted.ahead,
        "commits": commits,
        "files": [],
    }))
}
