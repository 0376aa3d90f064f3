//! Ends the process tree, then lets git say what the session made. What an agent says of its work is never taken for it.

use std::path::Path;
use std::time::Duration;

use crate::core::agent::ErrorClass;
use crate::core::effect::Collect;
use crate::core::event::{ChangeKind, Event, FileChange, Whole, Work};
use crate::core::failure::Failure;
use crate::core::ids::{SessionId, Sha};
use crate::core::location::Place;
use crate::core::signs::Signs;
use crate::core::text;
use crate::core::usage::Report;
use crate::git::{CollectSpec, Collected, DiffLimits, GitError, OutgoingSpec};
use crate::runner::launcher::Access;
use crate::runner::lease::Lease;
use crate::runner::performed::Performed;
use crate::runner::scope::Collecting;
use crate::runner::secret_lines;

/// How long `git bundle` may take in the agent's sandbox.
const BUNDLING: Duration = Duration::from_secs(60);
/// So many bytes of what would be pushed are looked through for secrets, at least.
const LOOKED_THROUGH: usize = 64 << 20;

/// Bundles the agent's commits inside its sandbox, and lets our git judge all of it. Of a session that ended meanwhile, and whose working
/// copy went with it, nobody wants to know that any more.
pub(super) async fn perform(
    action: &Collect,
    lease: &Lease,
    scope: &Collecting<'_>,
) -> Result<Performed, Failure> {
    let collected = collect(action, lease, scope).await;
    match collected {
        Err(failure) if is_gone(lease.session()?, scope).await => {
            tracing::debug!(effect = lease.id(), %failure, "the session ended and its working copy is gone");
            Ok(Performed::Done)
        }
        other => other,
    }
}

async fn is_gone(session: &SessionId, scope: &Collecting<'_>) -> bool {
    if scope.folders.workspace(session).exists() {
        return false;
    }
    let row = scope.store.session(session).await.ok().flatten();
    row.is_none_or(|row| !row.live)
}

async fn collect(
    action: &Collect,
    lease: &Lease,
    scope: &Collecting<'_>,
) -> Result<Performed, Failure> {
    let (place, session) = (lease.place(), lease.session()?);
    scope.agents.close(session).await?;
    if !scope.launcher.has_workspace(session) && !is_gone(session, scope).await {
        return Ok(Performed::workspace_gone(session));
    }
    let bundle = scope.folders.bundle(session);
    bundle_commits(action, lease, scope, &bundle).await?;
    let limits = &scope.policy.limits;
    let spec = CollectSpec {
        session: session.clone(),
        repository: place.repository,
        base: action.base.clone(),
        upstream: action.upstream.clone(),
        workspace: scope.folders.workspace(session),
        bundle: Some(bundle),
        author: scope.launcher.author(place).await?,
        ignore: scope.ignore.to_vec(),
        protected: action.protected.clone(),
        message: action.message.clone(),
        without_protected: action.without_protected,
        limits: DiffLimits {
            files: limits.max_files as usize,
            bytes: patch_limit(scope),
            commits: limits.max_commits,
        },
    };
    let work = match scope.git.collect(&spec).await {
        Ok(collected) => judged(action, place, scope, work(collected)).await?,
        // What cannot be taken is an objection people read, not an error that is tried again.
        Err(
            error @ (GitError::Unsafe { .. } | GitError::Bundle { .. } | GitError::TooLarge { .. }),
        ) => refused(&action.base, &error.to_string()),
        Err(error @ GitError::Full { .. }) => return out_of_disk(session, scope, error).await,
        Err(error) => return Err(error.into()),
    };
    Ok(Performed::known(Event::Collected {
        session: session.clone(),
        work,
    }))
}

fn patch_limit(scope: &Collecting<'_>) -> usize {
    usize::try_from(scope.policy.limits.max_patch_bytes).unwrap_or(usize::MAX)
}

async fn bundle_commits(
    action: &Collect,
    lease: &Lease,
    scope: &Collecting<'_>,
    bundle: &Path,
) -> Result<(), Failure> {
    let (place, session) = (lease.place(), lease.session()?);
    // What an earlier look wrote must not stand for commits that are not there any more.
    scope.git.clear_bundle(bundle).await?;
    let agent = scope.policy.default_agent.as_str();
    let launch = scope
        .launcher
        .launch(session, place, agent, Access::Write)
        .await?;
    let command = scope
        .git
        .bundle_command(&action.base, action.upstream.as_ref(), bundle);
    // No file means no commits (or a destroyed `.git`): the files are looked at all the same.
    if let Err(error) = scope.agents.run_confined(&launch, &command, BUNDLING).await {
        tracing::warn!(%session, %error, "the agent's commits could not be bundled; its files are taken");
    }
    Ok(())
}

/// A disk that is full because of this session fails it; any other is waited for.
async fn out_of_disk(
    session: &SessionId,
    scope: &Collecting<'_>,
    error: GitError,
) -> Result<Performed, Failure> {
    let Some(bytes) = scope.disk.is_to_blame(session).await else {
        return Err(error.into());
    };
    Ok(Performed::known(Event::TurnFailed {
        session: session.clone(),
        class: ErrorClass::Disk,
        say: text::failure::disk_full(bytes),
        tail: Vec::new(),
        usage: Report::nothing(),
    }))
}

/// The work with what stands against it, and with what all of the branch changes where the work went on from it: that is
/// what the pull request shows.
async fn judged(
    action: &Collect,
    place: &Place,
    scope: &Collecting<'_>,
    mut work: Work,
) -> Result<Work, Failure> {
    if work.is_empty() {
        return Ok(work);
    }
    if let Some(upstream) = &action.upstream {
        let branch = scope
            .git
            .branch(place.repository, upstream, &work.head)
            .await?;
        work.whole = Some(Whole {
            files: branch.files,
            commits: branch.commits,
            signs: branch.signs,
        });
    }
    look_for_secrets(place, scope, action, &mut work).await?;
    Ok(work)
}

/// Looks at all that a push of it would publish.
async fn look_for_secrets(
    place: &Place,
    scope: &Collecting<'_>,
    action: &Collect,
    work: &mut Work,
) -> Result<(), Failure> {
    let spec = OutgoingSpec {
        repository: place.repository,
        head: &work.head,
        base: &action.base,
        upstream: action.upstream.as_ref(),
    };
    let most = LOOKED_THROUGH.max(patch_limit(scope).saturating_mul(2));
    let outgoing = match scope.git.outgoing(&spec, most).await {
        Ok(outgoing) => outgoing,
        Err(GitError::Flood { .. }) => {
            work.objections.push(text::secret::too_much(most));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    let held = scope.redactor.clone();
    let looked = tokio::task::spawn_blocking(move || secret_lines::find(&outgoing, &held)).await;
    work.secrets =
        looked.map_err(|error| Failure::broken(format!("looking for secrets failed: {error}")))?;
    if !work.secrets.is_empty() {
        // Its lines may hold one.
        work.protected_diff = None;
        let (files, protected) = (work.files.iter_mut(), work.protected.iter_mut());
        let paths = files.map(|file| &mut file.path).chain(protected);
        paths.for_each(|path| *path = scope.redactor.redact(path));
        tracing::warn!(places = ?work.secrets, "secrets were about to be published; nothing of it leaves");
    }
    Ok(())
}

fn work(collected: Collected) -> Work {
    Work {
        files: collected.files,
        head: collected.head,
        base: collected.base,
        commits: collected.commits,
        committed_by_us: collected.committed_by_us,
        protected: collected.protected,
        protected_diff: collected.protected_diff.map(Box::new),
        signs: collected.signs,
        objections: collected.over,
        secrets: Vec::new(),
        whole: None,
        conflicts: collected.conflicts,
        left_out: collected.left_out,
        put_onto: None,
    }
}

/// Work that git refused to take: one change that stands for all of it, with the reason as the objection.
fn refused(base: &Sha, why: &str) -> Work {
    let change = FileChange {
        path: "(refused)".into(),
        kind: ChangeKind::Modified,
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
        protected_diff: None,
        signs: Signs::default(),
        objections: vec![why.to_owned()],
        secrets: Vec::new(),
        whole: None,
        conflicts: Vec::new(),
        left_out: Vec::new(),
        put_onto: None,
    }
}
