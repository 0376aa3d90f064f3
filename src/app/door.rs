//! How the service gets its addresses: it opens them, or takes over those that a set-up opened.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::listeners::{Entry, Listeners};
use super::registration::desk::Desk;
use super::registration::particulars::RegistrationSetup;
use super::setup::Addresses;
use super::signals::Signals;
use super::webhook_proxy;
use crate::config::admin_url;
use crate::core::network::Network;
use crate::http::Switch;
use crate::http::registration::with_registration;

/// The way in.
pub enum Door {
    /// Nothing is open yet.
    Closed {
        /// What to open.
        addresses: Addresses,
        /// The channel that webhooks are read from, if there is one.
        channel: Option<url::Url>,
        /// A set-up whose checklist is not done: its page stays.
        unfinished: Option<Box<RegistrationSetup>>,
    },
    /// A set-up opened it.
    Open(Box<OpenDoor>),
}

/// What a set-up hands over.
pub struct OpenDoor {
    pub(super) desk: Arc<Desk>,
    pub(super) listeners: Listeners,
    pub(super) public: Switch,
    pub(super) admin: Switch,
    pub(super) signals: Signals,
}

impl Door {
    /// The signals, listened to from the first moment on.
    pub(super) fn signals(&mut self) -> anyhow::Result<Signals> {
        match self {
            Self::Open(open) => {
                let fresh = Signals::listen()?;
                Ok(std::mem::replace(&mut open.signals, fresh))
            }
            Self::Closed { .. } => Signals::listen(),
        }
    }

    /// Puts the service behind the addresses.
    pub(super) async fn enter(self, entry: &Entry, network: &Network) -> anyhow::Result<Listeners> {
        match self {
            Self::Closed {
                addresses,
                channel,
                unfinished,
            } => {
                let stop = CancellationToken::new();
                let on_loopback = addresses.admin.ip().is_loopback();
                let (public, mut admin) = entry.routers(on_loopback, &stop);
                let mut desk = None;
                if let Some(setup) = unfinished {
                    let taken_up = Arc::new(Desk::open(*setup)?);
                    taken_up.serves();
                    admin = with_registration(Arc::clone(&taken_up), admin);
                    desk = Some(taken_up);
                }
                let mut listeners =
                    Listeners::open(stop, (public.clone(), admin), &addresses).await?;
                if let Some(desk) = desk {
                    desk.stands_at(&admin_url(listeners.admin));
                    tracing::info!(
                        page = desk.address(),
                        "the set-up is not done: its page is here"
                    );
                }
                if let Some(channel) = channel {
                    listeners.read_channel(webhook_proxy::Start {
                        channel,
                        network: network.clone(),
                        router: public,
                    });
                }
                Ok(listeners)
            }
            Self::Open(open) => {
                let OpenDoor {
                    desk,
                    listeners,
                    public,
                    admin,
                    signals: _,
                } = *open;
                let on_loopback = listeners.admin.ip().is_loopback();
                let (for_github, for_operators) = entry.routers(on_loopback, &listeners.stop);
                public.turn(for_github);
                admin.turn(with_registration(desk, for_operators));
                Ok(listeners)
            }
        }
    }
}
