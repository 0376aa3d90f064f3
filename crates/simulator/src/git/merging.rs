//! What needs git and the world together: opening, comparing and merging pull requests, committing for people.
//!
//! It exists so that the world's lock is never held while git works. Everything that moves a ref holds the hub's gate.

use std::path::PathBuf;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::git::git_commands;
use crate::git::git_commands::{CommitDraft, GitFault, MergeDraft, MergeMethod, Signature};
use crate::git::inspect;
use crate::git::inspect::Comparison;
use crate::ids::Sha;
use crate::state::State;
use crate::world::facts::World;
use crate::world::pull::PullDraft;
use crate::world::push::PushedRef;

/// A broken git is GitHub's 500.
fn broken(fault: GitFault) -> ApiError {
    tracing::error!(%fault, "the simulator's git failed");
    ApiError::new(500, "Server Error")
}

fn sha(text: &str) -> Result<Sha, ApiError> {
    text.parse().map_err(|_| ApiError::new(500, "Server Error"))
}

/// Opens a pull request: checks, compares by git, records.
pub async fn open_pull(
    state: &State,
    home: i64,
    author: &str,
    draft: &PullDraft,
) -> Result<i64, ApiError> {
    let _gate = state.gate.lock().await;
    let (ends, dir, source) = state.read(|world| {
        let ends = world.find_ends(home, draft)?;
        let source = world.repository(ends.head_repository)?.git_dir.clone();
        Ok::<_, ApiError>((ends, world.repository(home)?.git_dir.clone(), source))
    })?;
    if source != dir {
        let into = format!("refs/pull/fork-{}/{}", ends.head_repository, ends.head);
        git_commands::borrow_branch(&dir, &source, &ends.head, &into)
            .await
            .map_err(broken)?;
    }
    let head = sha(&ends.head_sha)?;
    let seen = inspect::compare(&dir, &sha(&ends.base_sha)?, &head)
        .await
        .map_err(broken)?;
    let number = state.change(|world| world.open_pull(home, author, draft, &seen))?;
    git_commands::set_ref(&dir, &format!("refs/pull/{number}/head"), Some(&head))
        .await
        .map_err(broken)?;
    Ok(number)
}

/// The directory, base and head of a pull request.
pub fn ends(state: &State, home: i64, number: i64) -> Result<(PathBuf, Sha, Sha), ApiError> {
    state.read(|world| {
        let (_, pull) = world.pull(home, number)?;
        let dir = world.repository(home)?.git_dir.clone();
        Ok((dir, sha(&pull.base_sha)?, sha(&pull.head_sha)?))
    })
}

/// The unified diff of a pull request.
pub async fn diff(state: &State, home: i64, number: i64) -> Result<String, ApiError> {
    let (dir, base, head) = ends(state, home, number)?;
    inspect::diff(&dir, &base, &head).await.map_err(broken)
}

/// The message of a merge, as GitHub writes it.
fn merge_message(world: &World, home: i64, number: i64, method: MergeMethod) -> String {
    let (Ok((issue, pull)), Ok(repository)) = (world.pull(home, number), world.repository(home))
    else {
        return String::new();
    };
    match method {
        MergeMethod::Merge => format!(
            "Merge pull request #{number} from {}/{}\n\n{}",
            repository.owner, pull.head, issue.title
        ),
        MergeMethod::Squash => format!("{} (#{number})", issue.title),
    }
}

/// Who merges, and how.
#[derive(Debug, Clone, Copy)]
pub struct Merging<'a> {
    /// Who.
    pub by: &'a str,
    /// How.
    pub method: MergeMethod,
}

/// Merges a pull request and gives the commit that brought it to its base.
pub async fn merge(
    state: &State,
    home: i64,
    number: i64,
    Merging { by, method }: Merging<'_>,
) -> Result<String, ApiError> {
    let _gate = state.gate.lock().await;
    let message = state.read(|world| merge_message(world, home, number, method));
    let (dir, base, tip, head, author) = state.read(|world| {
        let (issue, pull) = world.pull(home, number)?;
        let repository = world.repository(home)?;
        let closed = (!issue.open || pull.draft) && on(Rule::NotMergeable);
        let tip = repository.heads.get(&pull.base).filter(|_| !closed);
        let tip = tip.ok_or_else(|| ApiError::new(405, "Pull Request is not mergeable"))?;
        let facts = (
            repository.git_dir.clone(),
            pull.base.clone(),
            sha(tip)?,
            sha(&pull.head_sha)?,
        );
        Ok::<_, ApiError>((facts.0, facts.1, facts.2, facts.3, signature(world, by)))
    })?;
    let draft = MergeDraft {
        base: &tip,
        head: &head,
        author: &author,
        message: &message,
        method,
    };
    let merged = git_commands::merge(&dir, &draft).await.map_err(broken)?;
    let merged = merged.ok_or_else(|| ApiError::new(405, "Pull Request is not mergeable"))?;
    git_commands::set_ref(&dir, &format!("refs/heads/{base}"), Some(&merged))
        .await
        .map_err(broken)?;
    let moved = moved_ref(
        state,
        home,
        RefChange {
            name: &format!("refs/heads/{base}"),
            old: Some(&tip),
            new: Some(&merged),
        },
    )
    .await?;
    state.change(|world| {
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
pub async fn commit(state: &State, home: i64, change: Change, by: &str) -> Result<Sha, ApiError> {
    let _gate = state.gate.lock().await;
    let (dir, tip, base, author) = state.read(|world| {
        world.writable(home)?;
        let repository = world.repository(home)?;
        let tip = repository.heads.get(&change.branch).cloned();
        let base = repository.heads.get(&repository.default_branch).cloned();
        Ok::<_, ApiError>((repository.git_dir.clone(), tip, base, signature(world, by)))
    })?;
    let parent = tip.clone().or(base).map(|text| sha(&text)).transpose()?;
    let draft = CommitDraft {
        branch: change.branch.clone(),
        parent,
        files: change.files,
        author,
        message: change.message,
    };
    let made = git_commands::commit(&dir, &draft).await.map_err(broken)?;
    let old = tip.map(|text| sha(&text)).transpose()?;
    let name = format!("refs/heads/{}", change.branch);
    let moved = moved_ref(
        state,
        home,
        RefChange {
            name: &name,
            old: old.as_ref(),
            new: Some(&made),
        },
    )
    .await?;
    state.change(|world| world.follow_push(home, &moved, by))?;
    Ok(made)
}

/// A branch that is pointed elsewhere, or deleted.
#[derive(Debug, Clone, Copy)]
pub struct BranchMove<'a> {
    /// The branch.
    pub branch: &'a str,
    /// Where it points from now on; `None` deletes it.
    pub to: Option<&'a Sha>,
}

/// Moves a branch anywhere, as a forced push or a deletion does, and tells of it.
pub async fn move_branch(
    state: &State,
    home: i64,
    wanted: BranchMove<'_>,
    by: &str,
) -> Result<(), ApiError> {
    let BranchMove { branch, to } = wanted;
    let _gate = state.gate.lock().await;
    let (dir, old) = state.read(|world| {
        let repository = world.repository(home)?;
        Ok::<_, ApiError>((
            repository.git_dir.clone(),
            repository.heads.get(branch).cloned(),
        ))
    })?;
    let name = format!("refs/heads/{branch}");
    git_commands::set_ref(&dir, &name, to)
        .await
        .map_err(broken)?;
    let old = old.map(|text| sha(&text)).transpose()?;
    let moved = moved_ref(
        state,
        home,
        RefChange {
            name: &name,
            old: old.as_ref(),
            new: to,
        },
    )
    .await?;
    state.change(|world| world.follow_push(home, &moved, by))
}

/// A pull request that goes elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Retarget<'a> {
    /// Which.
    pub number: i64,
    /// To this branch.
    pub base: &'a str,
}

/// Lets a pull request go to another branch, and compares it with that.
pub async fn retarget(
    state: &State,
    home: i64,
    Retarget { number, base }: Retarget<'_>,
    by: &str,
) -> Result<(), ApiError> {
    state.change(|world| world.retarget(home, number, base, by))?;
    let (dir, base, head) = ends(state, home, number)?;
    let seen = inspect::compare(&dir, &base, &head).await.map_err(broken)?;
    state.change(|world| {
        world.pull_mut(home, number)?.comparison = seen;
        Ok(())
    })
}

/// Deletes the branch of a merged pull request by the button below it: what goes to that branch goes on to where the merged
/// one went. Whoever deletes a branch by git or by its ref closes that instead.
/// <https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-branches>,
/// <https://github.com/cli/cli/issues/14223>
pub async fn delete_merged(
    state: &State,
    home: i64,
    number: i64,
    by: &str,
) -> Result<(), ApiError> {
    let (branch, base, above) = state.read(|world| {
        let (_, pull) = world.pull(home, number)?;
        pull.merged.as_ref().ok_or_else(ApiError::not_found)?;
        let above = world.pulls_to(home, &pull.head);
        Ok::<_, ApiError>((pull.head.clone(), pull.base.clone(), above))
    })?;
    for (place, number) in above.into_iter().filter(|_| on(Rule::RetargetMerged)) {
        let to = Retarget {
            number,
            base: &base,
        };
        retarget(state, place, to, by).await?;
    }
    let gone = BranchMove {
        branch: &branch,
        to: None,
    };
    move_branch(state, home, gone, by).await
}

/// A ref that was made, moved or removed.
pub struct RefChange<'a> {
    /// Its full name.
    pub name: &'a str,
    /// Where it was.
    pub old: Option<&'a Sha>,
    /// Where it is.
    pub new: Option<&'a Sha>,
}

/// Finds out by git what a moved ref brought, and what it means for the pull requests of its branch.
pub async fn moved_ref(
    state: &State,
    home: i64,
    change: RefChange<'_>,
) -> Result<PushedRef, ApiError> {
    let RefChange { name, old, new } = change;
    let (dir, default) = state.read(|world| {
        let repository = world.repository(home)?;
        let default = repository.heads.get(&repository.default_branch).cloned();
        Ok::<_, ApiError>((repository.git_dir.clone(), default))
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
        moved.forced = !git_commands::attempt(&dir, &question, None, &[])
            .await
            .map_err(broken)?
            .ok;
    }
    let branch = name.strip_prefix("refs/heads/").unwrap_or_default();
    for (place, number) in state.read(|world| world.pulls_from(home, branch)) {
        let seen = compare_pull(
            state,
            place,
            number,
            PulledHead {
                dir: &dir,
                sha: new,
            },
        )
        .await?;
        moved.pulls.push((place, number, seen));
    }
    for pull in state.read(|world| world.pulls_to(home, branch)) {
        let head = state.read(|world| sha(&world.pull(pull.0, pull.1)?.1.head_sha))?;
        moved.bases.push((
            pull,
            inspect::compare(&dir, new, &head).await.map_err(broken)?,
        ));
    }
    Ok(moved)
}

/// The commit a pull request is about now, and the git directory that has it.
struct PulledHead<'a> {
    dir: &'a PathBuf,
    sha: &'a Sha,
}

/// Brings a pull request's new head into its repository and compares it with the base.
async fn compare_pull(
    state: &State,
    place: i64,
    number: i64,
    head: PulledHead<'_>,
) -> Result<Comparison, ApiError> {
    let (dir, base, branch) = state.read(|world| {
        let (_, pull) = world.pull(place, number)?;
        Ok::<_, ApiError>((
            world.repository(place)?.git_dir.clone(),
            sha(&pull.base_sha)?,
            pull.head.clone(),
        ))
    })?;
    let name = format!("refs/pull/{number}/head");
    if dir == *head.dir {
        git_commands::set_ref(&dir, &name, Some(head.sha))
            .await
            .map_err(broken)?;
    } else {
        git_commands::borrow_branch(&dir, head.dir, &branch, &name)
            .await
            .map_err(broken)?;
    }
    inspect::compare(&dir, &base, head.sha)
        .await
        .map_err(broken)
}
