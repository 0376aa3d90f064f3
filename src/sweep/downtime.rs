//! Since when skep was not there: a heartbeat in the database, and what the end of a silence is measured by.

use super::delivery;
use super::sweeper::{FACTS_SINCE, OVERLAP, Sweep};
use crate::core::downtime::DownTime;

/// When skep was last known to be alive.
const ALIVE: &str = "alive";
/// The key of the last report worth telling, as [`DownTime`] in JSON.
pub const REPORT: &str = "downtime";
/// When this database was first used by a skep that sweeps: labels from long before are nobody's wish of today.
pub(super) const FIRST: &str = "sweep-first";

impl Sweep {
    /// Writes down that skep is alive.
    pub async fn alive(&self) {
        self.remember(ALIVE, self.now()).await;
    }

    /// Begins a life: reads when the last one ended, before the first heartbeat of this one.
    pub async fn begin(&self) -> DownTime {
        let now = self.now();
        let from = match self.recall(ALIVE).await {
            Some(alive) => alive,
            // A skep from before there was a heartbeat: it lived when GitHub last told it something.
            None => self
                .services
                .store
                .deliveries(1)
                .await
                .ok()
                .and_then(|last| Some(last.first()?.received_at))
                .unwrap_or(now),
        };
        if let Err(error) = self
            .services
            .store
            .get_or_init_meta(FIRST, &now.to_string())
            .await
        {
            tracing::warn!(%error, "the first start could not be remembered");
        }
        // Nothing is missed between the last looks and the end of the last life, nor if there was none.
        for key in [delivery::SINCE, FACTS_SINCE] {
            let known = self.recall(key).await.unwrap_or(now).min(from);
            self.remember(key, known).await;
        }
        self.alive().await;
        DownTime {
            from,
            to: now,
            ..DownTime::default()
        }
    }

    /// Since when something is looked at again.
    pub(super) async fn since(&self, key: &str) -> i64 {
        self.recall(key)
            .await
            .map_or_else(|| self.now(), |at| at - OVERLAP)
    }
}
