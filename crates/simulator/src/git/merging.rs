//! What needs git and the world together: opening, comparing and merging pull requests, committing for people.
//!
//! It exists so that the world's lock is never held while git works. Everything that moves a ref holds the hub's gate.

use std::path::PathBuf;

use super::behaviour::{Rule, on};
use super::hub::Hub;
use super::inspect::{self, Comparison};
use super::plumbing::{self, CommitDraft, GitFault, Signature};
use super::refusal::Refusal;
use super::world::{PullDraft, PushedRef, World};
use crate::core::ids::Sha;

/// A broken git is GitHub's 500.
fn broken(fault: GitFault) -> Refusal {
    tracing::error!(%fault, "the simulator's git failed");
    Refusal::new(500, "Server Error")
}

fn sha(text: &str) -> Result<Sha, Refusal> {
    text.parse().map_err(|_| Refusal::new(500, "Server Error"))
}

/// Opens a pull request: checks, compares by git, records.
pub async fn open_pull(
    hub: &Hub,
    home: i64,
    author: &str,
    draft: &PullDraft,
) -> Result<i64, Refusal> {
    let _gate = hub.gate.lock().await;
    let (ends, dir, source) = hub.look(|world| {
        let ends = world.find_ends(home, draft)?;
        let source = world.repository(ends.head_repository)?.git_dir.clone();
        Ok::<_, Refusal>((ends, world.repository(home)?.git_dir.clone(), source))
    })?;
    if source != dir {
        let into = format!("refs/pull/fork-{}/{}", ends.head_repository, ends.head);
        plumbing::borrow_branch(&dir, &source, &ends.head, &into)
            .await
            .map_err(broken)?;
    }
    let head = sha(&ends.head_sha)?;
    let seen = inspect::compare(&dir, &sha(&ends.base_sha)?, &head)
        .await
        .map_err(broken)?;
    let number = hub.change(|world| world.open_pull(home, author, draft, &seen))?;
    plumbing::set_ref(&dir, &format!("refs/pull/{number}/head"), Some(&head))
        .await
        .map_err(broken)?;
    Ok(number)
}

/// The directory, base and head of a pull request.
pub fn ends(hub: &Hub, home: i64, number: i64) -> Result<(PathBuf, Sha, Sha), Refusal> {
    hub.look(|world| {
        let (_, pull) = world.pull(home, number)?;
        let dir = world.repository(home)?.git_dir.clone();
        Ok((dir, sha(&pull.base_sha)?, sha(&pull.head_sha)?))
    })
}

/// The unified diff of a pull request.
pub async fn diff(hub: &Hub, home: i64, number: i64) -> Result<String, Refusal> {
    let (dir, base, head) = ends(hub, home, number)?;
    inspect::diff(&dir, &base, &head).await.map_err(broken)
}

/// Merges a pull request and gives the merge commit.
pub async fn merge(hub: &Hub, home: i64, number: i64, by: &str) -> Result<String, Refusal> {
    let _gate = hub.gate.lock().await;
    let (dir, base, tip, head, author) = hub.look(|world| {
        let (issue, pull) = world.pull(home, number)?;
        let repository = world.repository(home)?;
        let closed = (!issue.open || pull.draft) && on(Rule::NotMergeable);
        let tip = repository.heads.get(&pull.base).filter(|_| !closed);
        let tip = tip.ok_or_else(|| Refusal::new(405, "Pull Request is not mergeable"))?;
        let facts = (
            repository.git_dir.clone(),
            pull.base.clone(),
            sha(tip)?,
            sha(&pull.head_sha)?,
        );
        Ok::<_, Refusal>((facts.0, facts.1, facts.2, facts.3, signature(world, by)))
    })?;
    let message = format!("Merge pull request #{number}");
    let merged = plumbing::merge(&dir, [&tip, &head], &author, &message)
        .await
        .map_err(broken)?;
    let merged = merged.ok_or_else(|| Refusal::new(405, "Pull Request is not mergeable"))?;
    plumbing::set_ref(&dir, &format!("refs/heads/{base}"), Some(&merged))
        .await
        .map_err(broken)?;
    let moved = moved_ref(
        hub,
        home,
        &format!("refs/heads/{base}"),
        (Some(&tip), Some(&merged)),
    )
    .await?;
    hub.change(|world| {
        world.record_merge(home, number, merged.as_str(), by)?;
        world.follow_push(home, &moved, by)
    })?;
    Ok(merged.as_str().to_owned())
}

/// Name, address and time of a commit of somebody.
pub fn signature(world: &World, login: &str) -> Signature {
    Signature {
        name: login.to_owned(),
        email: world.email(login),
        at: world.now() / 1000,
    }
}

/// Files somebody puts on a branch.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// The branch; made from the default branch when it does not exist.
    pub branch: String,
    /// Paths and contents; `None` removes.
    pub files: Vec<(String, Option<Vec<u8>>)>,
    /// The message.
    pub message: String,
}

/// Commits files on a branch, as somebody with a push does, and tells of it.
pub async fn commit(hub: &Hub, home: i64, change: Change, by: &str) -> Result<Sha, Refusal> {
    let _gate = hub.gate.lock().await;
    let (dir, tip, base, author) = hub.look(|world| {
        world.writable(home)?;
        let repository = world.repository(home)?;
        let tip = repository.heads.get(&change.branch).cloned();
        let base = repository.heads.get(&repository.default_branch).cloned();
        Ok::<_, Refusal>((repository.git_dir.clone(), tip, base, signature(world, by)))
    })?;
    let parent = tip.clone().or(base).map(|text| sha(&text)).transpose()?;
    let draft = CommitDraft {
        branch: change.branch.clone(),
        parent,
        files: change.files,
        author,
        message: change.message,
    };
    let made = plumbing::commit(&dir, &draft).await.map_err(broken)?;
    let old = tip.map(|text| sha(&text)).transpose()?;
    let name = format!("refs/heads/{}", change.branch);
    let moved = moved_ref(hub, home, &name, (old.as_ref(), Some(&made))).await?;
    hub.change(|world| world.follow_push(home, &moved, by))?;
    Ok(made)
}

/// Moves a branch anywhere, as a forced push or a deletion does, and tells of it.
pub async fn move_branch(
    hub: &Hub,
    home: i64,
    branch: &str,
    to: Option<&Sha>,
    by: &str,
) -> Result<(), Refusal> {
    let _gate = hub.gate.lock().await;
    let (dir, old) = hub.look(|world| {
        let repository = world.repository(home)?;
        Ok::<_, Refusal>((
            repository.git_dir.clone(),
            repository.heads.get(branch).cloned(),
        ))
    })?;
    let name = format!("refs/heads/{branch}");
    plumbing::set_ref(&dir, &name, to).await.map_err(broken)?;
    let old = old.map(|text| sha(&text)).transpose()?;
    let moved = moved_ref(hub, home, &name, (old.as_ref(), to)).await?;
    hub.change(|world| world.follow_push(home, &moved, by))
}

/// Finds out by git what a moved ref brought, and what it means for the pull requests of its branch.
pub async fn moved_ref(
    hub: &Hub,
    home: i64,
    name: &str,
    (old, new): (Option<&Sha>, Option<&Sha>),
) -> Result<PushedRef, Refusal> {
    let (dir, default) = hub.look(|world| {
        let repository = world.repository(home)?;
        let default = repository.heads.get(&repository.default_branch).cloned();
        Ok::<_, Refusal>((repository.git_dir.clone(), default))
    })?;
    let mut moved = PushedRef {
        name: name.to_owned(),
        old: old.map(|sha| sha.as_str().to_owned()),
        new: new.map(|sha| sha.as_str().to_owned()),
        ..PushedRef::default()
    };
    let Some(new) = new else { return Ok(moved) };
    let base = old
        .cloned()
        .or_else(|| default.and_then(|text| text.parse().ok()));
    moved.commits = inspect::commits_between(&dir, base.as_ref(), new)
        .await
        .map_err(broken)?;
    if let Some(old) = old {
        let question = ["merge-base", "--is-ancestor", old.as_str(), new.as_str()];
        moved.forced = !plumbing::attempt(&dir, &question, None, &[])
            .await
            .map_err(broken)?
            .ok;
    }
    let branch = name.strip_prefix("refs/heads/").unwrap_or_default();
    for (place, number) in hub.look(|world| world.pulls_from(home, branch)) {
        let seen = compare_pull(hub, &dir, (place, number), new).await?;
        moved.pulls.push((place, number, seen));
    }
    for pull in hub.look(|world| world.pulls_to(home, branch)) {
        let head = hub.look(|world| sha(&world.pull(pull.0, pull.1)?.1.head_sha))?;
        moved.bases.push((
            pull,
            inspect::compare(&dir, new, &head).await.map_err(broken)?,
        ));
    }
    Ok(moved)
}

async fn compare_pull(
    hub: &Hub,
    from: &PathBuf,
    pull: (i64, i64),
    head: &Sha,
) -> Result<Comparison, Refusal> {
    let (place, number) = pull;
    let (dir, base, branch) = hub.look(|world| {
        let (_, pull) = world.pull(place, number)?;
        Ok::<_, Refusal>((
            world.repository(place)?.git_dir.clone(),
            sha(&pull.base_sha)?,
            pull.head.clone(),
        ))
    })?;
    let name = format!("refs/pull/{number}/head");
    if dir == *from {
        plumbing::set_ref(&dir, &name, Some(head))
            .await
            .map_err(broken)?;
    } else {
        plumbing::borrow_branch(&dir, from, &branch, &name)
            .await
            .map_err(broken)?;
    }
    inspect::compare(&dir, &base, head).await.map_err(broken)
}
