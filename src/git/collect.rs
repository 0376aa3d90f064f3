//! Takes what an agent left: its commits (as a bundle) and its uncommitted work (as files), judged before the mirror has it.
//!
//! To be called when every process of the session is gone, so that what is judged is what is published. Only our own git
//! looks at the working tree, with the mirror as its repository and an index of its own: nothing the agent wrote into a
//! `.git` is read. It must never run `git status`, `add` or `diff` there, because those enter nested repositories and run
//! what their configuration names.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Git;
use super::bundle;
use super::change::{RawChange, read_counted, read_raw};
use super::conflict;
use super::error::GitError;
use super::fenced::{self, Told};
use super::mirror::read_ref;
use super::process::{Call, Input, Overflow};
use super::protect::{LINK, Link, case_clashes, problems, protected};
use super::quarantine::Quarantine;
use super::snapshot::Snapshot;
use super::workspace::{Identity, session_ref};
use crate::core::event::FileChange;
use crate::core::event::LeftOut;
use crate::core::ids::{RepositoryId, SessionId, Sha};

/// Listings of paths; a tree of half a million files has about 40 MiB of them.
pub(super) const LISTING: usize = 128 << 20;

/// Merges of the base in one session that are looked into.
const MERGES: usize = 20;
/// The most files with conflicts that are named.
const CONFLICTS: usize = 20;

/// How much a session may change before a human has to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiffLimits {
    /// Changed files.
    pub files: usize,
    /// Bytes of the patch.
    pub bytes: usize,
    /// Commits.
    pub commits: u32,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self {
            files: 100,
            bytes: 4 << 20,
            commits: 20,
        }
    }
}

/// What to collect.
#[derive(Debug, Clone)]
pub struct CollectSpec {
    /// The session.
    pub session: SessionId,
    /// Its repository.
    pub repository: RepositoryId,
    /// The commit its workspace started from.
    pub base: Sha,
    /// The head of the base branch, where the session may have merged it: then its commits are not the session's.
    pub upstream: Option<Sha>,
    /// Its working copy.
    pub workspace: PathBuf,
    /// Where [`Git::bundle_command`] wrote, if it was run; a file that is not there means no commits.
    pub bundle: Option<PathBuf>,
    /// Who a commit of ours is by.
    pub author: Identity,
    /// The message of a commit of ours, trailers included.
    pub message: String,
    /// What to report as too much.
    pub limits: DiffLimits,
    /// What is a leaving of tools: patterns of gitignore(5).
    pub ignore: Vec<String>,
}

/// What a session made, by evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// The commit to publish; `base` when nothing was made.
    pub head: Sha,
    /// Where it started.
    pub base: Sha,
    /// Commits above `base`.
    pub commits: u32,
    /// Whether `head` is a commit of ours, made of what the agent had not committed.
    pub committed_by_us: bool,
    /// The changed files; empty means no change against `base`.
    pub files: Vec<FileChange>,
    /// Lines added.
    pub insertions: u64,
    /// Lines removed.
    pub deletions: u64,
    /// Size of the patch with binary content, counted up to one more than the limit.
    pub patch_bytes: usize,
    /// Changed paths a human has to allow (also those changed by a commit on the way and changed back).
    pub protected: Vec<String>,
    /// Limits exceeded, as sentences.
    pub over: Vec<String>,
    /// Files with conflicts that nobody resolved.
    pub conflicts: Vec<String>,
    /// What the working copy holds beside it.
    pub left_out: Vec<LeftOut>,
}

impl Git {
    /// Takes a session's result into the mirror under `refs/skep/sessions/<id>`. May be repeated: the same work is the same
    /// commit. Errors: [`GitError::Unsafe`], [`GitError::Bundle`] and [`GitError::TooLarge`] refuse it all, and nothing is
    /// kept of it.
    pub async fn collect(&self, spec: &CollectSpec) -> Result<Collected, GitError> {
        let mirror = self.mirror_path(spec.repository);
        let told = fenced::read(spec.bundle.as_deref()).await?;
        let taking = Collection {
            git: self,
            spec,
            quarantine: Quarantine::open(&mirror, &spec.session).await?,
            told,
        };
        let collected = match taking.judge().await {
            Ok(collected) => taking.admit(collected).await,
            Err(refused) => Err(refused),
        };
        taking.quarantine.discard().await?;
        collected
    }
}

/// One collection on its way.
pub(super) struct Collection<'a> {
    pub(super) git: &'a Git,
    pub(super) spec: &'a CollectSpec,
    pub(super) quarantine: Quarantine,
    pub(super) told: Told,
}

impl Collection<'_> {
    pub(super) async fn run(&self, call: Call) -> Result<Vec<u8>, GitError> {
        self.git.inner.program.run(call).await?.bytes()
    }

    /// What the session made, held to every rule; nothing of it is in the mirror yet.
    async fn judge(&self) -> Result<Collected, GitError> {
        let spec = self.spec;
        let mirror = self.git.mirror_path(spec.repository);
        let committed = self.agents_head().await?;
        let parent = self
            .parent(&committed, read_ref(&mirror, &session_ref(&spec.session)))
            .await?;
        let (head, mut left_out) = self.commit_rest(&parent).await?;
        let other = if head == spec.base {
            self.other_branch().await?
        } else {
            None
        };
        let head = other.as_ref().map_or(head, |branch| branch.head.clone());
        left_out.extend(self.elsewhere(other.as_ref(), &head));
        let mut collected = match self.evidence(&head).await {
            // With the base merged in, one commit above the old base would hold what others did as well.
            Err(GitError::Unsafe { .. })
                if spec.upstream.is_none() && (committed != spec.base || other.is_some()) =>
            {
                let (head, links) = self.without_links(&head).await?;
                left_out.extend(links);
                self.evidence(&head).await?
            }
            judged => judged?,
        };
        let head = &collected.head;
        collected.committed_by_us =
            *head != committed && other.as_ref().is_none_or(|branch| branch.head != *head);
        left_out.sort();
        left_out.dedup();
        collected.left_out = left_out;
        Ok(collected)
    }

    /// Takes what was judged into the mirror, under the session's ref.
    async fn admit(&self, collected: Collected) -> Result<Collected, GitError> {
        self.quarantine.admit().await?;
        let name = session_ref(&self.spec.session);
        let call = Call::new("update-ref")
            .args(["--no-deref", &name, collected.head.as_str()])
            .repository(&self.git.mirror_path(self.spec.repository));
        self.run(call).await?;
        Ok(collected)
    }

    /// The agent's own last commit, or `base`. A history that does not contain `base` is dropped: only its files count.
    async fn agents_head(&self) -> Result<Sha, GitError> {
        let base = &self.spec.base;
        let Some(bundle) = &self.spec.bundle else {
            return Ok(base.clone());
        };
        let heads = bundle::take(&self.git.inner.program, &self.quarantine, bundle, base).await?;
        match heads.into_iter().find(|(name, _)| name == "HEAD") {
            Some((_, head)) if self.contains(&head, base).await? => Ok(head),
            _ => Ok(base.clone()),
        }
    }

    /// A commit of ours from an earlier collection of this session is built upon, unless the agent went another way.
    async fn parent(&self, committed: &Sha, earlier: Option<Sha>) -> Result<Sha, GitError> {
        match earlier {
            Some(earlier)
                if self.is_ours(&earlier).await? && self.contains(&earlier, committed).await? =>
            {
                Ok(earlier)
            }
            _ => Ok(committed.clone()),
        }
    }

    /// What was taken from another branch is a commit of the agent's, of which the working tree knows nothing.
    async fn is_ours(&self, commit: &Sha) -> Result<bool, GitError> {
        let call = self.quarantine.call("log").args([
            "-1",
            "--format=%ce%n%B",
            "--end-of-options",
            commit.as_str(),
        ]);
        let said = String::from_utf8_lossy(&self.run(call).await?).into_owned();
        let trailer = format!("Skep-Session: {}", self.spec.session);
        Ok(said.lines().next() == Some(self.spec.author.email())
            && said.lines().any(|line| line == trailer))
    }

    pub(super) async fn contains(&self, head: &Sha, ancestor: &Sha) -> Result<bool, GitError> {
        if head == ancestor {
            return Ok(true);
        }
        let call = self.quarantine.call("merge-base").args([
            "--is-ancestor",
            ancestor.as_str(),
            head.as_str(),
        ]);
        let outcome = self.git.inner.program.run(call).await?;
        if !outcome.success && !outcome.stderr.is_empty() {
            return Err(outcome.failed());
        }
        Ok(outcome.success)
    }

    /// Commits what differs between `parent` and the working tree; without a difference it is `parent`.
    async fn commit_rest(&self, parent: &Sha) -> Result<(Sha, Vec<LeftOut>), GitError> {
        let Snapshot { tree, left_out } = self.snapshot(parent).await?;
        let Some(tree) = tree else {
            return Ok((parent.clone(), left_out));
        };
        let name = format!("{parent}^{{tree}}");
        let parents_tree = self
            .run(
                self.quarantine
                    .call("rev-parse")
                    .args(["--verify", "--quiet", &name]),
            )
            .await?;
        if tree == sha("rev-parse", &parents_tree)? {
            return Ok((parent.clone(), left_out));
        }
        Ok((self.commit(parent, &tree).await?, left_out))
    }

    /// A commit of ours.
    pub(super) async fn commit(&self, parent: &Sha, tree: &Sha) -> Result<Sha, GitError> {
        let message = self.spec.message.replace('\0', "");
        let call = self.quarantine.call("commit-tree").args([
            "-p",
            parent.as_str(),
            "-F",
            "-",
            tree.as_str(),
        ]);
        let call = self
            .spec
            .author
            .to(call)
            .input(Input::Bytes(message.into_bytes()));
        sha("commit-tree", &self.run(call).await?)
    }

    async fn evidence(&self, head: &Sha) -> Result<Collected, GitError> {
        let spec = self.spec;
        let merged = match &spec.upstream {
            // A base that was in the branch before is not what the session merged.
            Some(upstream) if self.contains(&spec.base, upstream).await? => None,
            Some(upstream) if self.contains(head, upstream).await? => Some(upstream),
            _ => None,
        };
        // With the base merged in, all of the branch is judged against it: else the base's changes would be the session's.
        let base = merged.unwrap_or(&spec.base);
        let diff = |flags: &[&str]| {
            let call = self
                .quarantine
                .call("diff-tree")
                .args(["-r", "-M", "--no-ext-diff", "--no-textconv"])
                .args(flags);
            call.args(["--end-of-options", base.as_str(), head.as_str()])
        };
        let counted =
            diff(&["-z", "--raw", "--numstat", "--no-abbrev"]).cap(LISTING, Overflow::Fail);
        let patch = diff(&["-p", "--binary"]).cap(spec.limits.bytes + 1, Overflow::Cut);
        let count = self
            .quarantine
            .call("rev-list")
            .args(["--count", "--end-of-options", head.as_str()])
            .args(self.known());
        let (counted, patch, count) =
            tokio::try_join!(self.run(counted), self.run(patch), self.run(count))?;
        let count = String::from_utf8_lossy(&count).trim().parse::<u32>();
        let commits = count.map_err(|_| GitError::unreadable("rev-list"))?;
        let (mut changes, files) = read_counted(&counted)?;
        if commits > 1 {
            changes.extend(self.on_the_way(head, merged).await?);
        }
        self.check(head, &changes).await?;
        self.check_pointers(&changes).await?;
        let mut collected = Collected {
            head: head.clone(),
            base: base.clone(),
            commits,
            committed_by_us: false,
            insertions: files.iter().map(|file| file.insertions).sum(),
            deletions: files.iter().map(|file| file.deletions).sum(),
            files,
            patch_bytes: patch.len(),
            protected: protected(&changes),
            over: Vec::new(),
            conflicts: self.unresolved(&patch),
            left_out: Vec::new(),
        };
        collected.over = exceeded(&collected, &spec.limits);
        Ok(collected)
    }

    /// Files with conflict markers, and those of a merge the agent did not finish.
    fn unresolved(&self, patch: &[u8]) -> Vec<String> {
        let unmerged = self
            .told
            .unmerged
            .iter()
            .map(|path| String::from_utf8_lossy(path).into_owned());
        let mut all: Vec<String> = conflict::marked(patch)
            .into_iter()
            .chain(unmerged)
            .collect();
        all.sort();
        all.dedup();
        all.truncate(CONFLICTS);
        all
    }

    /// What each commit changed: a push publishes all of them, not only the last tree.
    async fn on_the_way(
        &self,
        head: &Sha,
        merged: Option<&Sha>,
    ) -> Result<Vec<RawChange>, GitError> {
        // A merge of the base shows all that others did on it, so it is compared with the base instead.
        let merges = if merged.is_some() {
            "--no-merges"
        } else {
            "-m"
        };
        let call = self
            .quarantine
            .call("log")
            .args([
                "--format=",
                "-z",
                "--raw",
                "-r",
                merges,
                "--root",
                "--no-abbrev",
                "--no-renames",
                "--no-ext-diff",
            ])
            .args(["--end-of-options", head.as_str()])
            .args(self.known())
            .cap(LISTING, Overflow::Fail);
        let mut changes = read_raw("log", &self.run(call).await?)?;
        if let Some(upstream) = merged {
            changes.extend(self.in_merges(head, upstream).await?);
        }
        Ok(changes)
    }

    /// How each merge on the way differs from the base: nothing hides in one by being taken back later.
    async fn in_merges(&self, head: &Sha, upstream: &Sha) -> Result<Vec<RawChange>, GitError> {
        let call =
            self.quarantine
                .call("rev-list")
                .args(["--merges", "--end-of-options", head.as_str()]);
        let merges = self
            .run(call.args(self.known()).cap(LISTING, Overflow::Fail))
            .await?;
        let merges = String::from_utf8_lossy(&merges).into_owned();
        let mut changes = Vec::new();
        for (index, merge) in merges.lines().enumerate() {
            if index == MERGES {
                return Err(GitError::TooLarge {
                    what: format!("it has more than {MERGES} merges"),
                });
            }
            let call = self.quarantine.call("diff-tree").args([
                "-r",
                "-z",
                "--raw",
                "--no-abbrev",
                "--no-renames",
            ]);
            let call = call.args([
                "--no-ext-diff",
                "--end-of-options",
                upstream.as_str(),
                merge,
            ]);
            changes.extend(read_raw(
                "diff-tree",
                &self.run(call.cap(LISTING, Overflow::Fail)).await?,
            )?);
        }
        Ok(changes)
    }

    /// What was there before the session, as revisions to leave out.
    fn known(&self) -> Vec<String> {
        [Some(&self.spec.base), self.spec.upstream.as_ref()]
            .into_iter()
            .flatten()
            .map(|sha| format!("^{sha}"))
            .collect()
    }

    async fn check(&self, head: &Sha, changes: &[RawChange]) -> Result<(), GitError> {
        let mut links = Vec::new();
        for change in changes.iter().filter(|change| change.new_mode == LINK) {
            if links.len() == 1000 {
                return Err(GitError::TooLarge {
                    what: "it changed more than 1000 symbolic links".into(),
                });
            }
            links.push(Link {
                path: &change.path,
                target: self.target(change).await?,
            });
        }
        let mut found = problems(changes, &links);
        if changes
            .iter()
            .any(|change| !matches!(change.status, b'M' | b'D'))
        {
            let call =
                self.quarantine
                    .call("ls-tree")
                    .args(["-r", "-z", "--name-only", head.as_str()]);
            found.extend(case_clashes(
                changes,
                &self.run(call.cap(LISTING, Overflow::Fail)).await?,
            ));
        }
        if found.is_empty() {
            Ok(())
        } else {
            Err(GitError::Unsafe { problems: found })
        }
    }
}

fn exceeded(collected: &Collected, limits: &DiffLimits) -> Vec<String> {
    let (files, commits, bytes) = (
        collected.files.len(),
        collected.commits,
        collected.patch_bytes,
    );
    [
        (files > limits.files)
            .then(|| format!("{files} files changed; the limit is {}", limits.files)),
        (bytes > limits.bytes).then(|| format!("the patch is larger than {} bytes", limits.bytes)),
        (commits > limits.commits)
            .then(|| format!("{commits} commits; the limit is {}", limits.commits)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Reads an object name from a call's output.
pub(super) fn sha(verb: &str, output: &[u8]) -> Result<Sha, GitError> {
    let text = std::str::from_utf8(output).map_err(|_| GitError::unreadable(verb))?;
    text.trim().parse().map_err(|_| GitError::unreadable(verb))
}
