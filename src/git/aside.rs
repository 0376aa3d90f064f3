//! Work on another branch than the one the agent ended on: taken where that loses nothing, named where it does.
//!
//! It is taken when the branch the agent ended on and the working tree have nothing of their own, and one branch holds
//! everything the others hold. It must never mix two lines of work: which of them is meant is for people to say.

use super::bundle::{self, Heads};
use super::collection::Collection;
use super::error::GitError;
use super::fenced;
use crate::core::event::{LeftOut, WhyLeftOut};
use crate::core::ids::Sha;

/// The most branches that are compared.
const MOST: usize = 10;

/// A branch whose commits are taken for the result.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) head: Sha,
    /// Refs whose commits come with it.
    contained: Vec<String>,
}

impl Collection<'_> {
    /// The one branch that holds all there is beside a branch with nothing; `None` when there is none, or not only one.
    pub(super) async fn other_branch(&self) -> Result<Option<Branch>, GitError> {
        let Some(path) = self.spec.bundle.as_deref().map(fenced::branches) else {
            return Ok(None);
        };
        let taken = bundle::take(
            &self.git.inner.program,
            &self.quarantine,
            &path,
            &self.spec.base,
        )
        .await;
        let branch = match taken {
            Ok(heads) => self.topmost(heads).await?,
            // The branches are named all the same.
            Err(GitError::Bundle { reason }) => {
                tracing::info!(session = %self.spec.session, reason, "other branches of the agent cannot be read");
                None
            }
            Err(error) => return Err(error),
        };
        if branch.is_none() {
            self.quarantine.clear().await?;
        }
        Ok(branch)
    }

    async fn topmost(&self, heads: Heads) -> Result<Option<Branch>, GitError> {
        let base = &self.spec.base;
        let heads: Heads = heads
            .into_iter()
            .filter(|(name, _)| name.starts_with("refs/heads/"))
            .collect();
        if heads.len() > MOST {
            return Ok(None);
        }
        for (_, head) in heads.iter().filter(|(_, head)| head != base) {
            let mut contained = Vec::new();
            for (name, other) in &heads {
                if self.contains(head, other).await? {
                    contained.push(name.clone());
                }
            }
            if contained.len() == heads.len() && self.contains(head, base).await? {
                return Ok(Some(Branch {
                    head: head.clone(),
                    contained,
                }));
            }
        }
        Ok(None)
    }

    /// What the agent's git has beside the result, by name.
    pub(super) fn elsewhere(&self, taken: Option<&Branch>, result: &Sha) -> Vec<LeftOut> {
        let is_taken = |name: &String| taken.is_some_and(|branch| branch.contained.contains(name));
        let named = |name: &String| match name.strip_prefix("refs/heads/") {
            Some(branch) => LeftOut {
                why: WhyLeftOut::Branch,
                name: branch.to_owned(),
            },
            None => LeftOut {
                why: WhyLeftOut::Stash,
                name: name.clone(),
            },
        };
        let mut left: Vec<LeftOut> = self
            .told
            .refs
            .iter()
            .filter(|name| !is_taken(name))
            .map(named)
            .collect();
        // Commits that were taken back have their content in the working tree, as a rule: only where there is nothing they count.
        let loose = self.told.loose.iter().filter(|_| *result == self.spec.base);
        left.extend(loose.map(|commit| LeftOut {
            why: WhyLeftOut::Commit,
            name: commit.to_string(),
        }));
        left
    }
}
