//! The pasts of a few repositories, as they were read last: to read one takes git a while.

use std::sync::{Arc, Mutex, PoisonError};

use crate::core::ids::{RepositoryId, Sha};
use crate::core::overlap::{History, Tree};

/// Of so many repositories the past is remembered.
const REMEMBERED: usize = 4;

/// What was read of the repositories that were asked for last, the latest last.
#[derive(Debug, Default)]
pub(super) struct Pasts {
    known: Mutex<Vec<Past>>,
    /// Whoever reads one: others wait for it, because they mostly want the same.
    pub(super) reading: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Past {
    repository: RepositoryId,
    at: Sha,
    known: Arc<(Tree, History)>,
}

impl Pasts {
    pub(super) fn get(&self, repository: RepositoryId, at: &Sha) -> Option<Arc<(Tree, History)>> {
        let pasts = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let past = pasts
            .iter()
            .find(|past| past.repository == repository && past.at == *at)?;
        Some(past.known.clone())
    }

    pub(super) fn put(&self, repository: RepositoryId, at: &Sha, known: &Arc<(Tree, History)>) {
        let mut pasts = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        pasts.retain(|past| past.repository != repository);
        if pasts.len() >= REMEMBERED {
            pasts.remove(0);
        }
        pasts.push(Past {
            repository,
            at: at.clone(),
            known: known.clone(),
        });
    }
}
