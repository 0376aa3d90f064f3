//! All modules of a skep, built and not yet started. Tests step engine and runner by hand.

use std::sync::Arc;

use secrecy::SecretString;

use super::admin_api::AdminApi;
use super::intake::WebhookIngest;
use super::listeners::{Entry, dashboard};
use crate::agent::guard::Guard;
use crate::engine::Engine;
use crate::http::People;
use crate::notify::Notifier;
use crate::runner::Runner;
use crate::store::{DataLock, Store};
use crate::sweep::Sweep;

/// All modules; `App::start` lets them run.
pub struct App {
    /// The database.
    pub store: Store,
    /// Decides.
    pub engine: Engine,
    /// Performs.
    pub runner: Runner,
    /// Finds what nobody told us of.
    pub sweep: Sweep,
    /// Tells targets outside GitHub.
    pub notifier: Notifier,
    /// What is behind the public address.
    pub ingest: Arc<WebhookIngest>,
    /// What is behind the admin address.
    pub admin: Arc<AdminApi>,
    pub(super) token: SecretString,
    /// GitHub, where people can sign in with it.
    pub(super) people: Option<Arc<dyn People>>,
    /// The digest of the configuration.
    pub(super) configured: Option<String>,
    /// Held as long as the modules are there.
    pub(super) _lock: Arc<DataLock>,
    /// The same; it ends what is left when they are gone.
    pub(super) _guard: Option<Arc<Guard>>,
}

impl App {
    /// What the listeners pass requests to.
    pub(super) fn entry(&self) -> Entry {
        Entry {
            ingest: self.ingest.clone(),
            admin: self.admin.clone(),
            token: self.token.clone(),
            dashboard: dashboard(&self.runner.services().policy.issues),
            people: self.people.clone(),
        }
    }
}
