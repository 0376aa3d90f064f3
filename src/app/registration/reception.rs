//! A set-up that is being served: both addresses open, the page behind one, the webhook behind the other.
//!
//! The addresses stay open when the service takes them over, so that nobody who came back from GitHub meets a closed door.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use tokio_util::sync::CancellationToken;

use super::checklist;
use super::desk::Desk;
use super::intake::PingIntake;
use super::particulars::{Keep, RegistrationSetup};
use crate::app::door::{Door, OpenDoor};
use crate::app::listeners::Listeners;
use crate::app::setup::Addresses;
use crate::app::signals::Signals;
use crate::app::{ca_bundle, webhook_proxy};
use crate::config::{RegisteredApp, admin_url};
use crate::core::text::registration::Item;
use crate::http::registration::registration_router;
use crate::http::{Caps, Switch, public_router};
use crate::store::{self, DataLock};

/// Between two looks of a terminal.
const EVERY: Duration = Duration::from_secs(2);
/// How long the finished page is kept for a browser to load once more.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// A set-up with its doors open.
pub struct Reception {
    desk: Arc<Desk>,
    listeners: Listeners,
    public: Switch,
    admin: Switch,
    signals: Signals,
    lock: DataLock,
}

impl Reception {
    /// Locks the folder, takes up what it remembers, and opens both addresses.
    pub async fn open(mut setup: RegistrationSetup) -> anyhow::Result<Self> {
        let lock = store::lock_data_dir(&setup.data_dir)
            .await
            .context("lock the data folder")?;
        setup.network.ca_bundle = ca_bundle::write(&setup.certificates, &setup.data_dir)?;
        let signals = Signals::listen()?;
        let addresses = Addresses {
            listen: setup.listen,
            admin: setup.admin,
        };
        let (channel, network) = (setup.webhook_proxy.clone(), setup.network.clone());
        let desk = Arc::new(Desk::open(setup)?);
        let intake = Arc::new(PingIntake(Arc::clone(&desk)));
        let public = Switch::new(public_router(intake, Caps::default()));
        let admin = Switch::new(registration_router(Arc::clone(&desk)));
        let mut listeners = Listeners::open(
            CancellationToken::new(),
            (public.router(), admin.router()),
            &addresses,
        )
        .await?;
        desk.stands_at(&admin_url(listeners.admin));
        if let Some(channel) = channel {
            let proxy = webhook_proxy::Start {
                channel,
                network,
                router: public.router(),
            };
            listeners.read_channel(proxy);
        }
        Ok(Self {
            desk,
            listeners,
            public,
            admin,
            signals,
            lock,
        })
    }

    /// The page's address with the key that opens it.
    pub fn address(&self) -> String {
        self.desk.address()
    }

    /// Where webhooks arrive; `None` where none is to come.
    pub fn listen(&self) -> Option<std::net::SocketAddr> {
        self.listeners.listen
    }

    /// Where the page is.
    pub fn admin(&self) -> std::net::SocketAddr {
        self.listeners.admin
    }

    /// Waits until there is an App, as a service does, which a SIGHUP does not end; `None` where another signal came first.
    pub async fn registered_for_service(&mut self) -> Option<RegisteredApp> {
        tokio::select! {
            () = self.desk.registered() => self.desk.app().cloned(),
            () = self.signals.stop(|| {}) => None,
        }
    }

    /// Waits until there is an App; `None` where a signal came first.
    pub async fn registered(&mut self) -> Option<RegisteredApp> {
        tokio::select! {
            () = self.desk.registered() => self.desk.app().cloned(),
            () = self.signals.any() => None,
        }
    }

    /// Tells each line of the checklist as it turns, until nothing is left to do; false where a signal came first.
    pub async fn complete(&mut self, mut tell: impl FnMut(&Item)) -> bool {
        let mut told: Vec<Item> = Vec::new();
        loop {
            let items = tokio::select! {
                items = checklist::look(&self.desk) => items,
                () = self.signals.any() => return false,
            };
            items
                .iter()
                .filter(|item| !told.contains(item))
                .for_each(&mut tell);
            let complete = checklist::is_complete(&items);
            told = items;
            let wait = if complete { LAST_LOOK } else { EVERY };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.signals.any() => return complete,
            }
            if complete {
                return true;
            }
        }
    }

    /// Whether the secrets are printed instead of kept.
    pub fn prints(&self) -> bool {
        self.desk.setup.keep == Keep::Printed
    }

    /// Closes the addresses.
    pub async fn close(self) {
        self.listeners.close().await;
    }

    /// Hands the open addresses over to the service.
    pub fn into_door(self) -> Door {
        self.desk.serves();
        drop(self.lock);
        Door::Open(Box::new(OpenDoor {
            desk: self.desk,
            listeners: self.listeners,
            public: self.public,
            admin: self.admin,
            signals: self.signals,
        }))
    }
}
