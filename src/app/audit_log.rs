//! What skep itself writes into the audit, beside its decisions: that it began, with which configuration, and that it stopped. And the
//! audit's head in the log, from time to time: whoever keeps the log elsewhere can tell later whether the audit was written anew.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::fence_line::shown;
use super::modules::App;
use crate::core::time::Clock;
use crate::store::{NewAudit, Store, StoreError};

/// How often the head is told.
const EVERY: Duration = Duration::from_secs(3_600);

/// The audit of one life of skep.
#[derive(Clone)]
pub(super) struct AuditLog {
    pub(super) store: Store,
    pub(super) clock: Clock,
}

impl AuditLog {
    /// Writes down the start: which version it is, and how it is set up.
    pub(super) async fn started(&self, app: &App) -> Result<(), StoreError> {
        let services = app.runner.services();
        let facts = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "app": services.policy.me.slug,
            "sandbox": shown(&services.agents.confinement()),
            "config": app.configured,
        });
        self.note("skep.started", facts).await
    }

    /// Writes down that the configuration was taken up anew.
    pub(super) async fn reloaded(&self, configured: Option<&str>) -> Result<(), StoreError> {
        self.note("skep.reloaded", json!({ "config": configured }))
            .await
    }

    /// Writes down something of skep's own.
    async fn note(&self, kind: &str, facts: Value) -> Result<(), StoreError> {
        let new = NewAudit {
            at: (self.clock)(),
            kind: kind.to_owned(),
            task: None,
            repository: None,
            issue: None,
            session: None,
            who: None,
            cause: None,
            facts: facts.to_string(),
        };
        self.store.audit(&[new]).await
    }

    /// Writes down the end, as far as the database still takes it.
    pub(super) async fn stopped(&self) {
        if let Err(error) = self.note("skep.stopped", json!({})).await {
            tracing::warn!(%error, "the stop is not in the audit");
        }
        self.tell_head().await;
    }

    /// Tells the head now, and every hour until cancelled.
    pub(super) async fn watch(self, cancel: CancellationToken) {
        let rounds = async {
            loop {
                self.tell_head().await;
                tokio::time::sleep(EVERY).await;
            }
        };
        cancel.run_until_cancelled(rounds).await;
    }

    async fn tell_head(&self) {
        match self.store.audit_head().await {
            Ok(head) => tracing::info!(seq = head.seq, hash = head.hash, "audit head"),
            Err(error) => tracing::warn!(%error, "the audit's head cannot be read"),
        }
    }
}
