//! Takes what an agent left: its commits (as a bundle) and its uncommitted work (as files), judged before the mirror has it.
//!
//! To be called when every process of the session is gone, so that what is judged is what is published. Only our own git
//! looks at the working tree, with the mirror as its repository and an index of its own: nothing the agent wrote into a
//! `.git` is read. It must never run `git status`, `add` or `diff` there, because those enter nested repositories and run
//! what their configuration names.

use super::Git;
use super::bundle;
use super::collection::{Collection, sha};
use super::error::GitError;
use super::fenced;
use super::quarantine::Quarantine;
use super::refs::read_ref;
use super::snapshot::Snapshot;
use super::spec::{CollectSpec, Collected};
use super::workspace::session_ref;
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::ids::Sha;
use crate::core::text::pull::trailer;

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

impl Collection<'_> {
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
        if spec.without_protected && !collected.protected.is_empty() {
            if collected.commits > 1 {
                left_out.push(LeftOut {
                    why: WhyLeftOut::History,
                    name: collected.head.to_string(),
                });
            }
            let (head, dropped) = self.without_protected(&collected.head).await?;
            left_out.extend(dropped);
            collected = self.evidence(&head).await?;
        }
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
        let spec = self.spec;
        self.git
            .keep(spec.repository, &spec.session, &collected.head)
            .await?;
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
        let trailer = trailer(&self.spec.session);
        Ok(said.lines().next() == Some(self.spec.author.email())
            && said.lines().any(|line| line == trailer))
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
}
