//! The two addresses: bound, served, closed.
//!
//! They are open before anybody has said who we are, so that no webhook is lost while GitHub is away.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::anyhow;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::admin_api::AdminApi;
use super::intake::WebhookIngest;
use super::setup::Addresses;
use super::webhook_proxy::{self, ChannelView};
use crate::core::issue_rules::IssueRules;
use crate::core::text::check;
use crate::http::{self, Bounds, Caps, Guard, Pages, People, ReadAccess, Router};

/// What is behind the two addresses.
pub(super) struct Entry {
    pub(super) ingest: Arc<WebhookIngest>,
    pub(super) admin: Arc<AdminApi>,
    /// What orders at the admin address must carry.
    pub(super) token: SecretString,
    /// Where people reach the dashboard from elsewhere.
    pub(super) dashboard: Option<Url>,
    /// GitHub, where people can sign in with it.
    pub(super) people: Option<Arc<dyn People>>,
}

/// Where people reach the dashboard from elsewhere, as the configuration read it.
pub(super) fn dashboard(rules: &IssueRules) -> Option<Url> {
    rules.dashboard.as_ref()?.parse().ok()
}

/// Both addresses, being served.
pub(super) struct Listeners {
    /// Where GitHub reaches us; `None` where it need not.
    pub(super) listen: Option<SocketAddr>,
    /// Where our operators reach us.
    pub(super) admin: SocketAddr,
    /// Ends the serving, and with it whatever else must live as long.
    pub(super) stop: CancellationToken,
    served: Vec<JoinHandle<()>>,
    /// How the channel is that webhooks are read from besides.
    pub(super) channel: Option<Arc<ChannelView>>,
}

impl Entry {
    /// What is served at the public and at the admin address; `stop` ends what goes on and on there.
    pub(super) fn routers(&self, on_loopback: bool, stop: &CancellationToken) -> (Router, Router) {
        let read_access = if on_loopback {
            ReadAccess::Open
        } else {
            ReadAccess::WithToken
        };
        let tokens = Arc::new(self.admin.tokens().clone());
        let guard = Guard::new(&self.token, read_access).with_tokens(tokens);
        let health = self.admin.health.clone();
        let pages = Pages {
            service: self.admin.clone(),
            guard: guard.clone(),
            address: self.dashboard.clone(),
            people: self.people.clone(),
            clock: Arc::new(move || health.now()),
            viewers: Pages::<AdminApi>::VIEWERS,
            stop: stop.clone(),
        };
        let admin = http::admin_router(self.admin.clone(), guard, stop.clone());
        (
            http::public_router(self.ingest.clone(), Caps::default()),
            // Where there is no other address, whoever watches over skep asks here.
            http::with_pages(admin, pages).merge(http::probes(self.ingest.clone())),
        )
    }
}

impl Listeners {
    /// Binds both, then serves both until `stop`: an address that is taken leaves nothing half open.
    pub(super) async fn open(
        stop: CancellationToken,
        (for_github, for_operators): (Router, Router),
        addresses: &Addresses,
    ) -> anyhow::Result<Self> {
        let bind = async |address: SocketAddr| {
            TcpListener::bind(address).await.map_err(|error| {
                anyhow!(check::cannot_listen(
                    &address.to_string(),
                    &error.to_string()
                ))
            })
        };
        let public = match addresses.listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let private = bind(addresses.admin).await?;
        let listen = public.as_ref().map(TcpListener::local_addr).transpose()?;
        let admin = private.local_addr()?;
        let serve = |listener, router| {
            tokio::spawn(http::serve(
                listener,
                router,
                Bounds::default(),
                stop.clone(),
            ))
        };
        let public = public.map(|public| serve(public, for_github));
        let served = public
            .into_iter()
            .chain([serve(private, for_operators)])
            .collect();
        Ok(Self {
            listen,
            admin,
            stop,
            served,
            channel: None,
        })
    }

    /// Reads webhooks from a channel besides, for as long as the addresses are served.
    pub(super) fn read_channel(&mut self, start: webhook_proxy::Start) {
        let (view, reading) = start.begin(self.stop.clone());
        self.channel = Some(view);
        self.served.push(reading);
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
