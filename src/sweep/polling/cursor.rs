//! How far a repository was read: durable only behind what was found, so that a death in between finds it again and never skips it.
//!
//! Every moment in it is GitHub's own, so that no difference between its clock and ours loses anything.

use serde::{Deserialize, Serialize};

use crate::core::ids::RepositoryId;
use crate::store::{Store, StoreError};

/// How far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// What was changed at or after this moment is asked for, epoch milliseconds. It moves seldom: GitHub answers the same question for
    /// nothing.
    pub(super) since: i64,
    /// What GitHub gave the last answer to that question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    /// The last change of a comment that was read, epoch milliseconds.
    pub(super) comments: i64,
}

fn key(repository: RepositoryId) -> String {
    format!("poll:{repository}")
}

impl Cursor {
    /// What was kept; one that does not read back counts as none, and everything of late is read again.
    pub(super) async fn read(
        store: &Store,
        repository: RepositoryId,
    ) -> Result<Option<Self>, StoreError> {
        let kept = store.meta(&key(repository)).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub(super) async fn keep(
        &self,
        store: &Store,
        repository: RepositoryId,
    ) -> Result<(), StoreError> {
        let text = serde_json::to_string(self).unwrap_or_default();
        store.put_meta(&key(repository), &text).await
    }
}
