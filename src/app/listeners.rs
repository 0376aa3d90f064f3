//! The two addresses: bound, served, closed.
//!
//! They are open before anybody has said who we are, so that no webhook is lost while GitHub is away.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::admin_api::AdminApi;
use super::intake::WebhookIngest;
use super::setup::Addresses;
use crate::core::issue_rules::IssueRules;
use crate::http::{self, Bounds, Caps, Guard, Pages, ReadAccess};

/// What is behind the two addresses.
pub(super) struct Entry {
    pub(super) ingest: Arc<WebhookIngest>,
    pub(super) admin: Arc<AdminApi>,
    /// What orders at the admin address must carry.
    pub(super) token: SecretString,
    /// Where people reach the dashboard from elsewhere.
    pub(super) dashboard: Option<Url>,
}

/// Where people reach the dashboard from elsewhere, as the configuration read it.
pub(super) fn dashboard(rules: &IssueRules) -> Option<Url> {
    rules.dashboard.as_ref()?.parse().ok()
}

/// Both addresses, being served.
pub(super) struct Listeners {
    /// Where GitHub reaches us.
    pub(super) listen: SocketAddr,
    /// Where our operators reach us.
    pub(super) admin: SocketAddr,
    /// Ends the serving, and with it whatever else must live as long.
    pub(super) stop: CancellationToken,
    served: Vec<JoinHandle<()>>,
}

impl Listeners {
    /// Binds both, then serves both: an address that is taken leaves nothing half open.
    pub(super) async fn open(entry: &Entry, addresses: &Addresses) -> anyhow::Result<Self> {
        let bind = async |address: SocketAddr| {
            TcpListener::bind(address)
                .await
                .with_context(|| format!("listen on {address}"))
        };
        let (public, private) = (bind(addresses.listen).await?, bind(addresses.admin).await?);
        let (listen, admin) = (public.local_addr()?, private.local_addr()?);
        let stop = CancellationToken::new();
        let public_router = http::public_router(entry.ingest.clone(), Caps::default());
        let read_access = if admin.ip().is_loopback() {
            ReadAccess::Open
        } else {
            ReadAccess::WithToken
        };
        let guard = Guard::new(&entry.token, read_access);
        let pages = Pages {
            service: entry.admin.clone(),
            guard: guard.clone(),
            address: entry.dashboard.clone(),
            viewers: Pages::<AdminApi>::VIEWERS,
            stop: stop.clone(),
        };
        let admin_router = http::admin_router(entry.admin.clone(), guard);
        let admin_router = http::with_pages(admin_router, pages);
        let served = vec![
            tokio::spawn(http::serve(
                public,
                public_router,
                Bounds::default(),
                stop.clone(),
            )),
            tokio::spawn(http::serve(
                private,
                admin_router,
                Bounds::default(),
                stop.clone(),
            )),
        ];
        Ok(Self {
            listen,
            admin,
            stop,
            served,
        })
    }

    /// Answers what is being asked, then nothing more.
    pub(super) async fn close(self) {
        self.stop.cancel();
        for served in self.served {
            join("listener", served).await;
        }
    }
}

/// Waits for a part of skep to end; that it panicked is for the log.
pub(super) async fn join(name: &str, handle: JoinHandle<()>) {
    if let Err(error) = handle.await {
        tracing::error!(name, %error, "a part did not end well");
    }
}
