//! Whether a batch of issues that do not exist yet would fit into the live graph, and what its task has promised before. It
//! only looks.

use super::Engine;
use super::error::EngineError;
use super::settle::read_stored;
use crate::core::discovery::Fit;
use crate::core::graph::{BatchLimits, Provisional};
use crate::core::ids::TaskKey;

impl Engine {
    /// Looks at both in one moment.
    pub async fn fit(
        &self,
        task: TaskKey,
        batch: &[Provisional],
        limits: BatchLimits,
    ) -> Result<Fit, EngineError> {
        let mut open = self.begin().await?;
        let errors = open.slots.graph.validate(batch, limits).err();
        let stored = open.task(task).await?;
        let known = stored.as_ref().map(read_stored).transpose()?;
        let promised = known.map(|task| task.discovered.promised());
        open.commit().await?;
        Ok(Fit {
            errors: errors.unwrap_or_default(),
            promised: promised.unwrap_or_default(),
        })
    }
}
