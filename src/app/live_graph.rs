//! The engine's live graph, as the tools of a session may ask it.

use futures::FutureExt;
use futures::future::BoxFuture;

use crate::core::discovery::Fit;
use crate::core::graph::{BatchLimits, Provisional};
use crate::core::ids::TaskKey;
use crate::engine::Engine;
use crate::runner::LiveGraph;

/// Passes questions on.
pub(super) struct EngineGraph(pub(super) Engine);

impl LiveGraph for EngineGraph {
    fn fit(
        &self,
        task: TaskKey,
        batch: Vec<Provisional>,
        limits: BatchLimits,
    ) -> BoxFuture<'_, Result<Fit, String>> {
        async move {
            let fit = self.0.fit(task, &batch, limits).await;
            fit.map_err(|error| error.to_string())
        }
        .boxed()
    }
}
