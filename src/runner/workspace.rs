//! The working copy: made before the agent comes, judged by git after it is gone, removed when nothing of it can be lost.

use std::path::Path;
use std::time::Duration;

use super::Performed;
use super::disk;
use super::remote::AuthenticatedRemote;
use super::services::Services;
use super::template;
use crate::core::agent::ErrorClass;
use crate::core::effect::{Collect, PrepareWorkspace, Start, UnpushedCommits};
use crate::core::event::{BaseFacts, Event, FileChange, Whole, Work};
use crate::core::failure::Failure;
use crate::core::ids::{AgentBranch, SessionId, Sha};
use crate::core::place::Place;
use crate::core::sanitise;
use crate::core::text;
use crate::git::{
    ChangeKind, CollectSpec, Collected, DiffLimits, FetchRequest, GitError, WorkspaceSpec,
};
use crate::github::Purpose;

/// How long `git bundle` may take in the agent's fence.
const BUNDLING: Duration = Duration::from_secs(60);
/// So many earlier sessions are looked through for work that was kept.
const EARLIER: usize = 10;

/// Fetches what is missing and lays out the working copy.
pub(super) async fn prepare(
    services: &Services,
    place: &Place,
    session: &SessionId,
    wanted: &PrepareWorkspace,
) -> Result<Performed, Failure> {
    let PrepareWorkspace {
        base_branch,
        base,
        branch,
        start,
        ..
    } = wanted;
    let want = FetchRequest {
        branch: base_branch.clone(),
        sha: base.clone(),
    };
    let sha = fetch(services, place, &want, branch).await?;
    let (workspace, home) = (services.workspace(session), services.home(session));
    let head = begins_with(services, place, (session, branch), *start);
    // One that is there is of an earlier round, whose work is in the mirror, or of a plan's turn, which has none.
    services.git.remove_workspace(session, &workspace).await?;
    make_dir(&home).await?;
    let spec = WorkspaceSpec {
        repository: place.repository,
        session: session.clone(),
        base: head.clone().unwrap_or_else(|| sha.clone()),
        branch: branch.clone(),
        path: workspace.clone(),
        author: services.author(place).await?,
        ignore: services.ignore.clone(),
    };
    services.git.create_workspace(&spec).await?;
    let base = BaseFacts {
        sha,
        branch: base_branch.clone(),
        agents_md: template::read_text(&workspace.join("AGENTS.md")).await,
        pull_template: template::find(&workspace).await,
        lfs: services.git.lfs(place.repository, &spec.base).await?,
    };
    Ok(Performed::known(Event::WorkspaceReady {
        session: session.clone(),
        base,
        head,
        nonce: nonce()?,
    }))
}

/// The commit a working copy begins with, when it is not the base. The mirror is up to date.
fn begins_with(
    services: &Services,
    place: &Place,
    (session, branch): (&SessionId, &AgentBranch),
    start: Start,
) -> Option<Sha> {
    let on_github = || services.git.branch_in_mirror(place.repository, branch);
    match start {
        Start::Base => None,
        Start::Branch => on_github(),
        Start::Kept => on_github().or_else(|| {
            let earlier = (1..session.number())
                .rev()
                .map(|number| SessionId::new(session.task(), number));
            earlier
                .take(EARLIER)
                .find_map(|earlier| services.git.kept(place.repository, &earlier))
        }),
    }
}

/// Brings the mirror up to date, and makes sure that what is to come can be pushed.
async fn fetch(
    services: &Services,
    place: &Place,
    want: &FetchRequest,
    branch: &AgentBranch,
) -> Result<Sha, Failure> {
    let mut line = AuthenticatedRemote::open(services, place, Purpose::Clone).await?;
    let fetched = match services.git.fetch(&line.remote, want).await {
        Ok(fetched) => fetched,
        Err(error) => {
            line.refresh(error).await?;
            services.git.fetch(&line.remote, want).await?
        }
    };
    services.git.check_room(&line.remote, branch).await?;
    Ok(fetched.head)
}

async fn make_dir(path: &Path) -> Result<(), Failure> {
    tokio::fs::create_dir_all(path)
        .await
        .map_err(|error| Failure::retry(format!("the session's folder cannot be made: {error}")))
}

fn nonce() -> Result<String, Failure> {
    let mut bytes = [0_u8; 12];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::retry(format!("no randomness: {error}")))?;
    Ok(hex::encode(bytes))
}

/// Ends the process tree, bundles the agent's commits inside its fence, and lets our git judge all of it.
pub(super) async fn collect(
    services: &Services,
    place: &Place,
    session: &SessionId,
    wanted: &Collect,
) -> Result<Performed, Failure> {
    let Collect {
        base,
        upstream,
        message,
    } = wanted;
    services.agents.close(session).await?;
    let bundle = services.bundle(session);
    bundle_commits(services, place, session, (base, upstream.as_ref()), &bundle).await?;
    let limits = &services.policy.limits;
    let spec = CollectSpec {
        session: session.clone(),
        repository: place.repository,
        base: base.clone(),
        upstream: upstream.clone(),
        workspace: services.workspace(session),
        bundle: Some(bundle),
        author: services.author(place).await?,
        ignore: services.ignore.clone(),
        message: message.clone(),
        limits: DiffLimits {
            files: limits.max_files as usize,
            bytes: usize::try_from(limits.max_patch_bytes).unwrap_or(usize::MAX),
            commits: limits.max_commits,
        },
    };
    let work = match services.git.collect(&spec).await {
        Ok(collected) => {
            let work = with_the_whole(services, place, upstream.as_ref(), work(collected)).await?;
            without_secrets(services, place, work).await?
        }
        // What cannot be taken is an objection people read, not an error that is tried again.
        Err(
            error @ (GitError::Unsafe { .. } | GitError::Bundle { .. } | GitError::TooLarge { .. }),
        ) => refused(base, &error.to_string()),
        Err(error @ GitError::Full { .. }) => match disk::weighs(services, session).await {
            Some(bytes) => {
                let (session, class, say) = (
                    session.clone(),
                    ErrorClass::Disk,
                    text::failure::disk_full(bytes),
                );
                return Ok(Performed::known(Event::TurnFailed {
                    session,
                    class,
                    say,
                    tail: Vec::new(),
                }));
            }
            None => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    };
    Ok(Performed::known(Event::Collected {
        session: session.clone(),
        work,
    }))
}

async fn bundle_commits(
    services: &Services,
    place: &Place,
    session: &SessionId,
    (base, upstream): (&Sha, Option<&Sha>),
    bundle: &Path,
) -> Result<(), Failure> {
    // What an earlier look wrote must not stand for commits that are not there any more.
    services.git.clear_bundle(bundle).await?;
    let agent = services.policy.default_agent.as_str();
    let launch = services.launch(session, place, agent, true).await?;
    let command = services.git.bundle_command(base, upstream, bundle);
    // No file means no commits (or a destroyed `.git`): the files are looked at all the same.
    if let Err(error) = services
        .agents
        .run_confined(&launch, &command, BUNDLING)
        .await
    {
        tracing::warn!(%session, %error, "the agent's commits could not be bundled; its files are taken");
    }
    Ok(())
}

/// Looks for secrets among the added lines: what is pushed cannot be taken back.
async fn without_secrets(
    services: &Services,
    place: &Place,
    mut work: Work,
) -> Result<Work, Failure> {
    if work.is_empty() {
        return Ok(work);
    }
    let limit = usize::try_from(services.policy.limits.max_patch_bytes).unwrap_or(usize::MAX);
    let diff = services
        .git
        .diff(place.repository, &work.base, &work.head, limit)
        .await?;
    let secrets = services.secrets.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let live: Vec<&str> = secrets.iter().map(String::as_str).collect();
        secret_lines(&diff, &live)
    });
    let found = looked
        .await
        .map_err(|error| Failure::broken(format!("looking for secrets failed: {error}")))?;
    work.objections.extend(found);
    Ok(work)
}

/// A sentence for each file that adds what looks like a secret.
fn secret_lines(diff: &str, live: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut path = "";
    let mut added = String::new();
    let mut look = |path: &str, added: &mut String| {
        let kind = sanitise::find_secrets(added, live)
            .first()
            .map(|finding| finding.kind.to_string());
        found.extend(kind.map(|kind| format!("{path} adds what looks like a secret ({kind})")));
        added.clear();
    };
    for line in diff.lines() {
        if let Some(next) = line.strip_prefix("+++ ") {
            look(path, &mut added);
            path = next.strip_prefix("b/").unwrap_or(next);
        } else if let Some(text) = line.strip_prefix('+') {
            added.push_str(text);
            added.push('\n');
        }
    }
    look(path, &mut added);
    found
}

/// What all of the branch changes, where the work went on from it: that is what the pull request shows.
async fn with_the_whole(
    services: &Services,
    place: &Place,
    upstream: Option<&Sha>,
    mut work: Work,
) -> Result<Work, Failure> {
    if let Some(upstream) = upstream.filter(|_| !work.is_empty()) {
        let branch = services
            .git
            .branch(place.repository, upstream, &work.head)
            .await?;
        work.whole = Some(Whole {
            files: changes(branch.files),
            commits: branch.commits,
        });
    }
    Ok(work)
}

fn changes(files: Vec<crate::git::FileChange>) -> Vec<FileChange> {
    let kind = |kind: ChangeKind| match kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Deleted => "deleted",
        ChangeKind::Renamed => "renamed",
    };
    let change = |file: crate::git::FileChange| FileChange {
        kind: kind(file.kind).to_owned(),
        path: file.path,
        insertions: file.insertions,
        deletions: file.deletions,
        binary: file.binary,
    };
    files.into_iter().map(change).collect()
}

fn work(collected: Collected) -> Work {
    Work {
        files: changes(collected.files),
        head: collected.head,
        base: collected.base,
        commits: collected.commits,
        committed_by_us: collected.committed_by_us,
        protected: collected.protected,
        objections: collected.over,
        whole: None,
        conflicts: collected.conflicts,
        left_out: collected.left_out,
    }
}

/// Work that git refused to take: one change that stands for all of it, with the reason as the objection.
fn refused(base: &Sha, why: &str) -> Work {
    let change = FileChange {
        path: "(refused)".into(),
        kind: "modified".into(),
        insertions: 0,
        deletions: 0,
        binary: true,
    };
    Work {
        head: base.clone(),
        base: base.clone(),
        commits: 0,
        committed_by_us: false,
        files: vec![change],
        protected: Vec::new(),
        objections: vec![why.to_owned()],
        whole: None,
        conflicts: Vec::new(),
        left_out: Vec::new(),
    }
}

/// Removes the working copy; the session's ref in the mirror goes with it only when nothing is lost by that.
pub(super) async fn remove(
    services: &Services,
    place: &Place,
    session: &SessionId,
    (commits, keep_home): (UnpushedCommits, bool),
) -> Result<Performed, Failure> {
    services.agents.close(session).await?;
    let workspace = services.workspace(session);
    match commits {
        UnpushedCommits::Discard => {
            services
                .git
                .remove_session(place.repository, session, &workspace)
                .await?
        }
        UnpushedCommits::Keep => services.git.remove_workspace(session, &workspace).await?,
    }
    if keep_home {
        return Ok(Performed::Done);
    }
    let folder = services.session_dir(session);
    match tokio::fs::remove_dir_all(&folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::retry(format!(
            "the session's folder cannot be removed: {error}"
        ))),
        _ => Ok(Performed::Done),
    }
}

#[cfg(test)]
mod tests {
    use super::secret_lines;

    #[test]
    fn only_added_lines_are_looked_at() {
        let token = format!("ghp_{}", "a1B2".repeat(9));
        let diff = format!("+++ b/a.txt\n-{token}\n+fine\n+++ b/b.txt\n+key = \"{token}\"\n");
        assert_eq!(
            secret_lines(&diff, &[]),
            ["b.txt adds what looks like a secret (GitHub token)"]
        );
        assert!(secret_lines("+++ b/a.txt\n+nothing here\n", &["a live secret value"]).is_empty());
    }
}
