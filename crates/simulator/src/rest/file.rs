//! Branches made and files changed without git: <https://docs.github.com/rest/git/refs>, <https://docs.github.com/rest/repos/contents>
//!
//! It exists so that what a client proposes this way is refused as GitHub refuses it. It must never write to a branch that a push
//! could not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::behaviour::{Rule, on};
use crate::git::inspect::{self, Entry};
use crate::git::merging::{self, BranchMove, Change};
use crate::git::{git_commands, inspect::CommitInfo};
use crate::ids::Sha;
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::repository::{broken, found_commit, git_dir};
use crate::world::facts::World;

/// `POST /repos/{owner}/{repo}/git/refs`
pub(super) async fn create_ref(call: Call) -> Answer {
    let (name, wanted) = (
        call.wanted("ref")?.to_owned(),
        call.wanted("sha")?.to_owned(),
    );
    let Some(branch) = name.strip_prefix("refs/heads/") else {
        return Err(ApiError::new(
            422,
            "Reference name must start with 'refs/heads/'",
        ));
    };
    let (dir, empty, there) = call.read(|world| {
        let home = world.repository(call.repository)?;
        let there = home.heads.contains_key(branch);
        Ok::<_, ApiError>((home.git_dir.clone(), home.heads.is_empty(), there))
    })?;
    if empty && on(Rule::EmptyRepository) {
        return Err(ApiError::new(409, "Git Repository is empty."));
    }
    if there && on(Rule::RefExists) {
        return Err(ApiError::new(422, "Reference already exists"));
    }
    let found = git_commands::resolve(&dir, &wanted).await;
    let sha = found.map_err(|fault| broken(&fault))?;
    let sha = sha.filter(|sha| sha.as_str() == wanted);
    let Some(sha) = sha else {
        return Err(ApiError::new(422, "Object does not exist"));
    };
    let to = BranchMove {
        branch,
        to: Some(&sha),
    };
    merging::move_branch(call.state(), call.repository, to, &call.actor()).await?;
    let shown = call.read(|world| {
        let home = world.repository(call.repository)?;
        let url = world.repository_url(home);
        Ok::<_, ApiError>(json!({
            "ref": name,
            "node_id": format!("REF_{sha}"),
            "url": format!("{url}/git/{name}"),
            "object": { "type": "commit", "sha": sha, "url": format!("{url}/git/commits/{sha}") },
        }))
    })?;
    Reply::created(shown)
}

/// `PUT /repos/{owner}/{repo}/contents/{path}`
pub(super) async fn put(call: Call) -> Answer {
    let path = call.value("path").to_owned();
    let message = call.wanted("message")?.to_owned();
    let bytes = STANDARD.decode(call.wanted("content")?.replace('\n', ""));
    let bytes = bytes.map_err(|_| ApiError::new(422, "content is not valid Base64"))?;
    let (branch, tip) = call.read(|world| writable(world, &call))?;
    let there = match &tip {
        Some(tip) => inspect::entry(&git_dir(&call)?, tip, &path)
            .await
            .map_err(|fault| broken(&fault))?,
        None => None,
    };
    replaces(&call, &path, there.as_ref())?;
    let change = Change {
        branch,
        files: vec![(path.clone(), Some(bytes.clone()))],
        message,
    };
    let made = merging::commit(call.state(), call.repository, change, &call.actor()).await?;
    let commit = found_commit(&call, made.as_str()).await?;
    let blob = inspect::entry(&git_dir(&call)?, &made, &path).await;
    let blob = match blob.map_err(|fault| broken(&fault))? {
        Some(Entry::File { sha, .. }) => sha,
        _ => return Err(ApiError::new(500, "Server Error")),
    };
    let file = Written {
        path: &path,
        blob: &blob,
        size: bytes.len(),
    };
    let shown = call.read(|world| shown(world, &call, &file, &commit))?;
    match there {
        Some(_) => Reply::ok(shown),
        None => Reply::created(shown),
    }
}

/// The branch that is meant, and its head.
fn writable(world: &World, call: &Call) -> Result<(String, Option<Sha>), ApiError> {
    let home = world.repository(call.repository)?;
    let branch = call
        .text("branch")
        .unwrap_or(&home.default_branch)
        .to_owned();
    let tip = home.heads.get(&branch).and_then(|sha| sha.parse().ok());
    if tip.is_none() && !home.heads.is_empty() && on(Rule::PutBranch) {
        return Err(ApiError::new(404, &format!("Branch {branch} not found")));
    }
    let mut sets = home.rulesets.iter();
    let ruled = sets.any(|set| set.branch == branch && set.keeps_out());
    if (home.protected.contains(&branch) || ruled) && on(Rule::PutProtected) {
        let message =
            "Repository rule violations found\n\nChanges must be made through a pull request.\n\n";
        return Err(ApiError::new(409, message));
    }
    Ok((branch, tip))
}

/// Whoever changes a file names the one that is there.
fn replaces(call: &Call, path: &str, there: Option<&Entry>) -> Result<(), ApiError> {
    match (there, call.text("sha")) {
        (Some(Entry::File { .. }), None) if on(Rule::PutSha) => Err(missing("sha")),
        (Some(Entry::File { sha, .. }), Some(named)) if sha != named && on(Rule::PutSha) => Err(
            ApiError::new(409, &format!("{path} does not match {named}")),
        ),
        (Some(Entry::Directory(_)), _) => Err(ApiError::new(422, "path is a directory")),
        _ => Ok(()),
    }
}

struct Written<'a> {
    path: &'a str,
    blob: &'a str,
    size: usize,
}

fn shown(
    world: &World,
    call: &Call,
    file: &Written<'_>,
    commit: &CommitInfo,
) -> Result<Value, ApiError> {
    let home = world.repository(call.repository)?;
    let (url, page) = (world.repository_url(home), world.repository_page(home));
    let (path, whole) = (file.path, world.commit_json(home, commit));
    let branch = call.text("branch").unwrap_or(&home.default_branch);
    let address = format!("{url}/contents/{path}?ref={branch}");
    let blob = format!("{url}/git/blobs/{}", file.blob);
    let html = format!("{page}/blob/{branch}/{path}");
    let mut inner = whole["commit"].clone();
    for name in ["sha", "node_id", "html_url", "parents"] {
        inner[name] = whole[name].clone();
    }
    if let Some(inner) = inner.as_object_mut() {
        inner.remove("comment_count");
    }
    Ok(json!({
        "content": {
            "name": path.rsplit('/').next().unwrap_or(path),
            "path": path,
            "sha": file.blob,
            "size": file.size,
            "url": address,
            "html_url": html,
            "git_url": blob,
            "download_url": format!("{page}/raw/{branch}/{path}"),
            "type": "file",
            "_links": { "self": address, "git": blob, "html": html },
        },
        "commit": inner,
    }))
}
