//! The way to a model's server: directly, or by a CONNECT through the operator's proxy (also where the server speaks plain `http`),
//! and by TLS whose certificates are checked as everywhere in skep. Connections are kept for the next request.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::answer::Body;
use crate::core::network::Network;
use crate::dial::{Route, tls, trust};

/// Longest a connection without a request is kept.
const KEPT: Duration = Duration::from_secs(20);
/// A model that runs here is behind nobody's proxy.
const HERE: &str = "127.0.0.1,localhost,::1";

type Https = Client<HttpsConnector<Route>, Body>;

/// Connects to models' servers.
#[derive(Clone)]
pub(super) struct Dial {
    network: Network,
    client: Arc<OnceLock<Result<Https, String>>>,
}

impl Dial {
    pub(super) fn new(network: &Network) -> Self {
        Self {
            network: Network {
                no_proxy: format!("{},{HERE}", network.no_proxy),
                ..network.clone()
            },
            client: Arc::default(),
        }
    }

    /// The client, made when it is first needed: reading certificates takes a moment.
    pub(super) fn client(&self, connect: Duration) -> Result<&Https, &str> {
        let made = self.client.get_or_init(|| {
            let connector = HttpsConnectorBuilder::new()
                .with_tls_config(tls(trust(&self.network)?))
                .https_or_http()
                .enable_http1()
                .wrap_connector(Route::new(&self.network, connect));
            Ok(Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(KEPT)
                .build(connector))
        });
        made.as_ref().map_err(String::as_str)
    }
}
