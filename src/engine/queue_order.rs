//! What the operator wants of the whole queue: nothing starts, or it starts again.

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use super::open::Open;
use crate::core::ids::{RepositoryId, RepositoryName};
use crate::core::text::requests;
use crate::store::PauseRow;

/// The name of inbox rows that hold one.
pub const QUEUE_ORDER: &str = "queue";

/// An order for starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueOrder {
    /// Nothing starts from now on; else it starts again.
    pub pause: bool,
    /// Where; `None`: everywhere.
    pub repository: Option<(RepositoryId, RepositoryName)>,
}

impl QueueOrder {
    /// As the body of an inbox row.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and names are JSON")
    }

    /// Carries it out; answers what came of it.
    pub(super) async fn take(&self, open: &mut Open<'_>, now: i64) -> Result<String, EngineError> {
        let of = self.repository.as_ref();
        let of = of.map(|(id, name)| (*id, name.to_string()));
        let id = of.as_ref().map(|(id, _)| *id);
        let name = of.as_ref().map(|(_, name)| name.as_str());
        let changed = match self.pause {
            true => {
                let repository = of.clone();
                open.pause(&PauseRow {
                    repository,
                    at: now,
                })
                .await?
            }
            false => open.resume(id).await?,
        };
        open.hold_starts(id, self.pause);
        Ok(match self.pause {
            true => requests::order::paused(name, changed),
            false => requests::order::resumed(name, changed),
        })
    }
}
