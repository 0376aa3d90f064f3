//! Who knows which issue waits for which: all that the tools of a session may ask of it. Whoever puts the modules together
//! says who answers.

use futures::future::BoxFuture;

use crate::core::discovery::Fit;
use crate::core::graph::{BatchLimits, Provisional};
use crate::core::ids::TaskKey;

/// Knows which issue waits for which, as things stand. It only looks.
pub trait LiveGraph: Send + Sync + 'static {
    /// Whether a batch fits on top of that, and what the task has promised before; an error in words for the log.
    fn fit(
        &self,
        task: TaskKey,
        batch: Vec<Provisional>,
        limits: BatchLimits,
    ) -> BoxFuture<'_, Result<Fit, String>>;
}
