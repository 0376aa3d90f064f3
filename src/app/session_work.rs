//! Between which commits the work of a session lies: what it was pushed as, or what is kept here of it. Asks nobody.

use crate::core::ids::{RepositoryId, Sha};
use crate::core::task::Task;
use crate::git::Git;
use crate::store::SessionRow;

/// Two commits of a mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorkRange {
    pub(super) repository: RepositoryId,
    pub(super) base: Sha,
    pub(super) head: Sha,
}

impl WorkRange {
    /// Of a session; `None` where it made nothing that is known here.
    pub(super) fn of(git: &Git, row: &SessionRow, task: &Task) -> Option<Self> {
        let body: serde_json::Value = serde_json::from_str(&row.body).unwrap_or_default();
        let commit = |name: &str| body[name].as_str().and_then(|sha| sha.parse().ok());
        // Of rows that were written before they knew their head the task may know it, as far as it is its last session's.
        let own = task.job().filter(|job| job.session == row.id);
        let work = own.and_then(|_| task.progress()?.work.as_ref());
        let repository = task.place.repository;
        let known = commit("head").or_else(|| work.map(|work| work.head.clone()));
        Some(Self {
            repository,
            base: commit("base").or_else(|| work.map(|work| work.base.clone()))?,
            head: git.kept(repository, &row.id).or(known)?,
        })
    }
}
