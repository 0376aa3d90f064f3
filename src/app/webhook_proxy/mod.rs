//! Webhooks by way of a smee channel, where GitHub cannot reach this machine: for development.
//!
//! The channel is read as server-sent events. Each message becomes a request to the very router that is served at the webhook address, so
//! its signature is checked over the same bytes by the same code. Nothing is taken from a message that the router would not take.

mod event;
mod message;
mod reader;
mod view;

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use std::sync::Arc;

pub(super) use view::ChannelView;

use crate::core::network::Network;
use crate::http::Router;

/// What reading a channel takes.
pub(super) struct Start {
    /// The channel.
    pub(super) channel: Url,
    /// The way out.
    pub(super) network: Network,
    /// Where its messages go.
    pub(super) router: Router,
}

impl Start {
    /// Reads until told to stop.
    pub(super) fn begin(self, stop: CancellationToken) -> (Arc<ChannelView>, JoinHandle<()>) {
        let view = Arc::new(ChannelView::new(&self.channel));
        let reader = reader::Reader {
            channel: self.channel,
            network: self.network,
            router: self.router,
            view: Arc::clone(&view),
        };
        let reading = async move {
            stop.run_until_cancelled(reader.run()).await;
        };
        (view, tokio::spawn(reading))
    }
}
